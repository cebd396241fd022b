"""What operators see: what waits, what was refused, the passes, the settings in force."""

from __future__ import annotations

import os
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from kratom_qc import settings
from kratom_qc.domain.roles import Action
from kratom_qc.portal.guard import Visitor, who
from kratom_qc.portal.house import InHouse
from kratom_qc.portal.pages import page

router = APIRouter()
Reader = Annotated[Visitor, Depends(who(Action.SEE_ALL))]
Watcher = Annotated[Visitor, Depends(who(Action.SEE_OPERATION))]


@router.get("/files")
def files(
    house: InHouse, visitor: Reader, status: str | None = None, before: int | None = None
) -> Response:
    """Every file that was delivered, the newest first."""
    listed = house.people.deliveries(status=status, before=before, count=50)
    older = listed[-1].sequence if len(listed) == 50 else None
    tally = house.people.tally()
    return page("files.html", visitor, files=listed, older=older, tally=tally, chosen=status)


@router.get("/operation")
def operation(house: InHouse, visitor: Watcher) -> Response:
    """How things stand."""
    ledger = house.store.ledger
    caps = list(settings.caps().described())
    set_here = sorted(name for name in os.environ if name.startswith(settings.PREFIX))
    return page(
        "operation.html",
        visitor,
        tally=house.people.tally(),
        batches=ledger.tally(),
        passes=ledger.newest_passes(20),
        head=ledger.head(),
        caps=caps,
        set_here=set_here,
        root=house.store.root,
    )
