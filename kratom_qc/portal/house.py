"""What every route works with: the store, its people, who is signed in, and how much at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from kratom_qc.app.store import Store
from kratom_qc.app.today import Today
from kratom_qc.ledger.people import People
from kratom_qc.portal.rates import Failures, Rate
from kratom_qc.portal.sessions import Sessions


@dataclass
class House:
    """One portal. Sessions and counts live as long as its process: after a restart people sign in
    again."""

    store: Store
    people: People
    inbox: Path | None = None
    today: Today = field(default_factory=Today)
    sessions: Sessions = field(default_factory=Sessions)
    failures: Failures = field(default_factory=Failures)
    requests: Rate = field(default_factory=lambda: Rate(per_second=20, at_once=200))
    keys: dict[tuple[str, str], str] = field(default_factory=dict)  # of idempotent requests


def house(request: Request) -> House:
    """The portal that a request came to."""
    found: House = request.app.state.house
    return found


InHouse = Annotated[House, Depends(house)]
