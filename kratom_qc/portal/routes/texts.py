"""QA reads a text once for its laboratory, and the batch that it held is judged again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from kratom_qc.app.accepting import accept, judge_again, paper_of
from kratom_qc.app.shown import Shown
from kratom_qc.domain.errors import InputNotFound, UsageError
from kratom_qc.domain.roles import Action
from kratom_qc.portal.forms import form_of
from kratom_qc.portal.guard import Visitor, who
from kratom_qc.portal.house import House, InHouse
from kratom_qc.portal.routes.qa import batch_answer

router = APIRouter()
TextReader = Annotated[Visitor, Depends(who(Action.READ_TEXTS))]


@router.post("/batches/{batch_id:path}/texts")
async def accepted(
    request: Request, house: InHouse, visitor: TextReader, batch_id: str
) -> Response:
    """Accept texts of one file, for its laboratory."""
    fields = await form_of(request, visitor)
    return await run_in_threadpool(_accepted, house, visitor, batch_id, fields)


def _accepted(house: House, visitor: Visitor, batch_id: str, fields: Mapping[str, str]) -> Response:
    file = Shown(house.store, None).file(fields.get("sha256", ""))
    if not any(batch.batch_id == batch_id for batch in file.batches):
        raise InputNotFound(batch_id)
    paper = paper_of(house.store.root, batch_id, file.delivery)
    places = [value for name, value in fields.items() if name.startswith("text")]
    try:
        count = accept(
            house.store, batch_id, paper, places, visitor.name, fields.get("because", "")
        )
    except UsageError as error:
        return batch_answer(house, visitor, batch_id, wrong_texts=str(error), given=fields)
    read = "One text is" if count == 1 else f"{count} texts are"
    return _judged(house, visitor, batch_id, f"{read} accepted for {paper.laboratory}.")


@router.post("/batches/{batch_id:path}/again")
async def again(request: Request, house: InHouse, visitor: TextReader, batch_id: str) -> Response:
    """Judge a batch again whose texts were read meanwhile."""
    await form_of(request, visitor)
    await run_in_threadpool(Shown(house.store, None).batch, batch_id)
    return await run_in_threadpool(_judged, house, visitor, batch_id, "")


def _judged(house: House, visitor: Visitor, batch_id: str, message: str) -> Response:
    """The page of the batch after a pass over it."""
    if judge_again(house.store, batch_id, house.today.policy()):
        verdict = house.store.ledger.batches([batch_id])[batch_id].verdict
        message = f"{message} {batch_id} was judged again: {verdict}.".strip()
    else:
        message = (
            f"{message} {batch_id} could not be judged again just now and stands as it stood; "
            "judge it again from this page later."
        ).strip()
    if visitor.session:
        visitor.session.told.append(message)
    return RedirectResponse(f"/batches/{quote(batch_id)}", 303)
