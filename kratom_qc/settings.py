"""Where things live, from the environment, with defaults that work."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


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
