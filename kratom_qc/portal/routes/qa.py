"""What QA does: see what waits for a person, look at a batch, decide."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from kratom_qc.app import reports
from kratom_qc.domain.roles import Action
from kratom_qc.portal import kept_pages
from kratom_qc.portal.guard import Visitor, who
from kratom_qc.portal.house import InHouse
from kratom_qc.portal.pages import page

router = APIRouter()
Reader = Annotated[Visitor, Depends(who(Action.SEE_ALL))]


@router.get("/review")
def review(house: InHouse, visitor: Reader) -> Response:
    """What waits for a person."""
    return page("review.html", visitor, batches=house.store.ledger.open_batches(100))


@router.get("/batches/{batch_id:path}/page")
def batch_page(house: InHouse, _visitor: Reader, batch_id: str) -> Response:
    """The page of a batch, as its newest pass wrote it."""
    found = reports.page(house.store.root, house.store.ledger, batch_id)
    return kept_pages.answer(found.page)
