"""What operators see: what waits, what was refused, the passes, the settings in force."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from kratom_qc import settings
from kratom_qc.app.deliveries import retry
from kratom_qc.domain.roles import Action
from kratom_qc.portal.effects import EFFECTS
from kratom_qc.portal.forms import form_of
from kratom_qc.portal.guard import Visitor, who
from kratom_qc.portal.house import InHouse
from kratom_qc.portal.pages import Onward, page

router = APIRouter()
Reader = Annotated[Visitor, Depends(who(Action.SEE_ALL))]
Retrier = Annotated[Visitor, Depends(who(Action.RETRY))]
Watcher = Annotated[Visitor, Depends(who(Action.SEE_OPERATION))]


_SECRET = frozenset({"KRATOM_QC_LEDGER", "KRATOM_QC_NOTIFY", "KRATOM_QC_BUCKET"})


@router.get("/files")
def files(
    house: InHouse, visitor: Reader, status: str | None = None, before: Onward = None
) -> Response:
    """Every file that was delivered, the newest first."""
    listed = house.people.deliveries(status=status, before=before, count=50)
    older = listed[-1].sequence if len(listed) == 50 else None
    tally = house.people.tally()
    return page("files.html", visitor, files=listed, older=older, tally=tally, chosen=status)


@router.post("/files/{sha256}/retry")
async def read_again(request: Request, house: InHouse, visitor: Retrier, sha256: str) -> Response:
    """Have a refused file read again."""
    fields = await form_of(request, visitor)
    because = fields.get("because", "")
    retrying = partial(retry, house.store, sha256, actor=visitor.name, because=because)
    await run_in_threadpool(retrying)
    if visitor.session:
        visitor.session.told.append("The file is read again.")
    return RedirectResponse(f"/certificates/{sha256}", 303)


@router.get("/operation")
def operation(house: InHouse, visitor: Watcher) -> Response:
    """How things stand."""
    ledger = house.store.ledger
    caps = list(settings.caps().described())
    chosen = [(name, _shown(name), effect) for name, effect in EFFECTS.items()]
    return page(
        "operation.html",
        visitor,
        tally=house.people.tally(),
        batches=ledger.tally(),
        passes=ledger.newest_passes(20),
        head=ledger.head(),
        caps=caps,
        chosen=chosen,
        root=house.store.root,
        folder=Path.cwd(),
    )


def _shown(name: str) -> str:
    """The value of a setting; of one that may hold a password only that it is set."""
    value = os.environ.get(name, "")
    return "is set" if value and name in _SECRET else value
