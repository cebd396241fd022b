"""Where things live, from the environment, with defaults that work."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path

from kratom_qc.errors import RulebookError

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Caps:
    """Every limit on the size of a file and on what reading it may cost. Each has an environment variable of its name with
    KRATOM_QC_MAX_ before it. Over a cap is REFUSED; nothing is ever cut short.

    The numbers are anchored in what mature systems use (Apache POI's ZipSecureFile, Excel's own limits) and in what a
    certificate can need.
    """

    file_bytes: int = 20 * 1024 * 1024
    zip_parts: int = 200
    part_bytes: int = 40 * 1024 * 1024
    inflated_bytes: int = 100 * 1024 * 1024
    inflate_ratio: int = 200  # of a part larger than 1 MiB
    sheets: int = 30
    rows: int = 20_000
    columns: int = 200
    cells: int = 400_000
    cell_text: int = 4_000
    memory_bytes: int = 512 * 1024 * 1024
    cpu_seconds: int = 8
    wall_seconds: int = 20


def caps() -> Caps:
    """The caps in force. Raises RulebookError for one that is no whole number above 0."""
    said: dict[str, int] = {}
    for field in fields(Caps):
        text = os.environ.get(f"KRATOM_QC_MAX_{field.name.upper()}", "").strip()
        if text and not (text.isascii() and text.isdigit() and int(text)):
            raise RulebookError(f"KRATOM_QC_MAX_{field.name.upper()} is '{text}'; it must be a whole number above 0")
        if text:
            said[field.name] = int(text)
    return Caps(**said)


def layouts() -> Path | None:
    """The folder of the user's own layout profiles, or None: KRATOM_QC_LAYOUTS."""
    said = os.environ.get("KRATOM_QC_LAYOUTS", "").strip()
    return Path(said) if said else None


@dataclass(frozen=True, slots=True)
class Settings:
    """Paths and home markets. Every value has an environment variable of its name with KRATOM_QC_ before it."""

    expectations: Path
    inbox: Path
    store: Path
    home_markets: tuple[str, ...]
    facts: Path | None
    hold_overdue: bool


def load() -> Settings:
    """The settings in force. Paths are taken as given; whether they exist is for those who open them to say."""

    def get(name: str, default: str) -> str:
        return os.environ.get(f"KRATOM_QC_{name}", "").strip() or default

    facts = get("FACTS", "")
    return Settings(
        expectations=Path(get("EXPECTATIONS", str(ROOT / "expectations"))),
        inbox=Path(get("INBOX", "inbox")),
        store=Path(get("STORE", "store")),
        home_markets=tuple(market.strip() for market in get("HOME_MARKETS", "us").split(",") if market.strip()),
        facts=Path(facts) if facts else None,
        hold_overdue=get("HOLD_OVERDUE", "no").lower() in ("1", "yes", "true"),
    )
