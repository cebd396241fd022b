"""What every route works with: the store, its people, who is signed in, and how much at once."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Annotated

from fastapi import Depends, Request

from kratom_qc.app.mending import drawn
from kratom_qc.app.pictures import Looker
from kratom_qc.app.shown import ShownFile
from kratom_qc.app.store import Store
from kratom_qc.app.today import Today
from kratom_qc.ledger.people import People
from kratom_qc.portal.rates import Failures, Rate
from kratom_qc.portal.sessions import Sessions
from kratom_qc.report.sheet_picture import FilePictures

_MOST_KEYS = 100_000
_MOST_PICTURES = 200
_AGAIN_SECONDS = 300.0


@dataclass
class House:
    """One portal. Sessions and counts live as long as its process: after a restart people sign in
    again."""

    store: Store
    people: People
    inbox: Path | None = None
    today: Today = field(default_factory=Today)
    sessions: Sessions = field(default_factory=Sessions)
    failures: Failures = field(default_factory=Failures)  # by name
    # by address, which a whole company may share
    strangers: Failures = field(default_factory=lambda: Failures(most=50))
    requests: Rate = field(default_factory=lambda: Rate(per_second=20, at_once=200))
    looker: Looker = field(default_factory=Looker)
    _drawing: Lock = field(default_factory=Lock)
    _pictures: OrderedDict[tuple[str, ...], tuple[FilePictures | None, float]] = field(
        default_factory=OrderedDict
    )
    _keys: OrderedDict[tuple[str, str], str] = field(default_factory=OrderedDict)

    def drawn(self, vendor: str | None, file: ShownFile) -> FilePictures | None:
        """The picture of a file, drawn once for each verdict or refusal: one at a time, because a
        hostile file may take a reader's whole time. One that could not be drawn, because it takes
        too much or the machine is busy, is tried again after a while."""
        passes = [batch.known.pass_id for batch in file.batches if batch.known]
        refusals = [refusal.code for refusal in file.refusals]
        key = (file.delivery.sha256, vendor or "", *passes, *refusals)
        if self._is_to_draw(key):  # else nobody waits for another's picture
            with self._drawing:
                if self._is_to_draw(key):
                    self._pictures[key] = (
                        drawn(self.store.root, file, self.looker),
                        time.monotonic(),
                    )
                    while len(self._pictures) > _MOST_PICTURES:
                        self._pictures.popitem(last=False)
        return self._pictures.get(key, (None, 0.0))[0]

    def _is_to_draw(self, key: tuple[str, ...]) -> bool:
        picture, since = self._pictures.get(key, (None, -_AGAIN_SECONDS))
        return picture is None and time.monotonic() - since >= _AGAIN_SECONDS

    def is_same(self, user: str, key: str, sha256: str) -> bool:
        """Whether an Idempotency-Key comes for the first time, or with the same file as before. A
        file is known by its content, so a key that was forgotten does no harm."""
        known = self._keys.setdefault((user, key), sha256)
        while len(self._keys) > _MOST_KEYS:
            self._keys.popitem(last=False)
        return known == sha256


def house(request: Request) -> House:
    """The portal that a request came to."""
    state: House = request.app.state.house
    return state


InHouse = Annotated[House, Depends(house)]
