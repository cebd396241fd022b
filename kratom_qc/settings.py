"""Where things live, from the environment, with defaults that work."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path

from kratom_qc.domain.errors import RulebookError

ROOT = Path(__file__).resolve().parent.parent


def _cap(default: int, what: str) -> int:
    capped: int = field(default=default, metadata={"what": what})
    return capped


@dataclass(frozen=True, slots=True)
class Caps:
    """Every limit on the size of a file and on what reading it may cost. Each has an environment
    variable of its name with KRATOM_QC_MAX_ before it. Over a cap is REFUSED; nothing is ever cut
    short.

    The numbers are anchored in what mature systems use (Apache POI's ZipSecureFile, Excel's own
    limits) and in what a certificate can need.
    """

    file_bytes: int = _cap(20 * 1024 * 1024, "bytes of a file")
    zip_parts: int = _cap(200, "parts inside a workbook's container")
    part_bytes: int = _cap(40 * 1024 * 1024, "bytes of one part, unpacked")
    inflated_bytes: int = _cap(100 * 1024 * 1024, "bytes of all parts, unpacked")
    inflate_ratio: int = _cap(200, "times a part of more than 1 MiB may grow when it is unpacked")
    sheets: int = _cap(30, "sheets of a workbook")
    rows: int = _cap(20_000, "rows of a sheet")
    columns: int = _cap(200, "columns of a sheet")
    cells: int = _cap(400_000, "cells of a sheet that hold something")
    cell_text: int = _cap(4_000, "characters of one cell")
    memory_bytes: int = _cap(512 * 1024 * 1024, "bytes of memory of one reader")
    cpu_seconds: int = _cap(8, "seconds of computing for one file")
    wall_seconds: int = _cap(20, "seconds of waiting for one file")

    def told(self) -> Iterator[tuple[str, int, str]]:
        """(name, value, what it bounds) of every cap."""
        for cap in fields(self):
            yield cap.name, getattr(self, cap.name), cap.metadata["what"]


def caps() -> Caps:
    """The caps in force. Raises RulebookError for one that is no whole number above 0."""
    said: dict[str, int] = {}
    for cap in fields(Caps):
        text = os.environ.get(f"KRATOM_QC_MAX_{cap.name.upper()}", "").strip()
        if text and not (text.isascii() and text.isdigit() and 0 < int(text) < 10**15):
            raise RulebookError(
                f"KRATOM_QC_MAX_{cap.name.upper()} is '{text}'; it must be a whole number above 0"
            )
        if text:
            said[cap.name] = int(text)
    return Caps(**said)


def layouts() -> Path | None:
    """The folder of the user's own layout profiles, or None: KRATOM_QC_LAYOUTS."""
    said = os.environ.get("KRATOM_QC_LAYOUTS", "").strip()
    return Path(said) if said else None


@dataclass(frozen=True, slots=True)
class Settings:
    """Paths and home markets. Every value has an environment variable of its name with KRATOM_QC_
    before it."""

    expectations: Path
    inbox: Path
    store: Path
    home_markets: tuple[str, ...]
    facts: Path | None
    hold_overdue: bool
    laboratories: Path | None = None  # a register of laboratories
    hold_laboratories: bool = False  # what it does not vouch for holds, instead of only warning


def _yes(name: str) -> bool:
    said = os.environ.get(f"KRATOM_QC_{name}", "").strip().lower()
    if said not in ("", "1", "yes", "true", "0", "no", "false"):
        raise RulebookError(f"KRATOM_QC_{name} is '{said}'; it must be yes or no")
    return said in ("1", "yes", "true")


def load() -> Settings:
    """The settings in force. Paths are taken as given; whether they exist is for those who open
    them to say.

    Raises RulebookError for a yes or no that is neither, and where batches shall be held by a
    register that nothing names.
    """

    def get(name: str, default: str) -> str:
        return os.environ.get(f"KRATOM_QC_{name}", "").strip() or default

    facts, laboratories = get("FACTS", ""), get("LABORATORIES", "")
    if _yes("HOLD_LABORATORIES") and not laboratories:
        raise RulebookError(
            "KRATOM_QC_HOLD_LABORATORIES asks to hold by a register, and KRATOM_QC_LABORATORIES names none"
        )
    return Settings(
        expectations=Path(get("EXPECTATIONS", str(ROOT / "expectations"))),
        inbox=Path(get("INBOX", "inbox")),
        store=Path(get("STORE", "store")),
        home_markets=tuple(
            market.strip() for market in get("HOME_MARKETS", "us").split(",") if market.strip()
        ),
        facts=Path(facts) if facts else None,
        hold_overdue=_yes("HOLD_OVERDUE"),
        laboratories=Path(laboratories) if laboratories else None,
        hold_laboratories=_yes("HOLD_LABORATORIES"),
    )
