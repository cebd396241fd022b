"""What vendors do: send certificates, see what became of them, and mend what is wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

from kratom_qc.app.blanks import blank_certificate
from kratom_qc.app.mending import annotated_workbook, listing, spoken
from kratom_qc.app.questions import said
from kratom_qc.app.shown import Shown
from kratom_qc.archive.store import raw
from kratom_qc.domain.roles import Action
from kratom_qc.portal import downloads
from kratom_qc.portal.errors import Refusal
from kratom_qc.portal.guard import Visitor, check_form_token, check_origin, sees_files, who
from kratom_qc.portal.house import InHouse
from kratom_qc.portal.pages import Onward, page
from kratom_qc.portal.uploads import check_room, deliver_all, received
from kratom_qc.vocabulary import product_names, wording

router = APIRouter()
Sender = Annotated[Visitor, Depends(who(Action.SEND))]
Reader = Annotated[Visitor, Depends(who(Action.SEE_OWN))]
LimitsReader = Annotated[Visitor, Depends(who(Action.SEE_LIMITS))]
_SEVERITIES = {
    "refused": "refused",
    "fail": "fails",
    "hold": "holds",
    "warning": "warning",
    "note": "remark",
}
FileReader = Annotated[Visitor, Depends(sees_files)]
_LOOK_SECONDS, _WATCH_SECONDS = 0.3, 120


@router.get("/send")
def ask(visitor: Sender) -> Response:
    """The form to send certificates."""
    return page("send.html", visitor)


@router.post("/send")
async def send(request: Request, house: InHouse, visitor: Sender) -> Response:
    """Take one or many certificates; the page that follows shows what becomes of them."""
    check_origin(request)
    await run_in_threadpool(check_room, house)

    def check(fields: dict[str, str]) -> None:
        check_form_token(visitor, fields.get("form_token", ""))

    async with received(request, house, check) as brought:
        check(brought.fields)
        if not brought.files:
            raise Refusal(400, "No file was chosen.")
        hashes = await run_in_threadpool(deliver_all, house, visitor, brought, "portal")
    if "application/json" in request.headers.get("accept", ""):  # our script
        return JSONResponse({"sha256": hashes}, 202)
    if len(hashes) == 1:
        return RedirectResponse(f"/certificates/{hashes[0]}", 303)
    where = "/certificates" if visitor.may(Action.SEE_OWN) else "/files"
    return RedirectResponse(f"{where}?sent={len(hashes)}", 303)


@router.get("/certificates")
def certificates(house: InHouse, visitor: Reader, before: Onward = None) -> Response:
    """What the vendor's company sent, the newest first."""
    shown = Shown(house.store, visitor.vendor)
    listed = house.people.deliveries(vendor=visitor.vendor, before=before, count=50)
    of_files = house.people.batches_of([file.sha256 for file in listed])
    every = (batch_id for ids in of_files.values() for batch_id in ids)
    batches = {batch.batch_id: batch for batch in shown.batches(every)}
    rows = [
        (file, [batches[b] for b in of_files.get(file.sha256, ()) if b in batches])
        for file in listed
    ]
    older = listed[-1].sequence if len(listed) == 50 else None
    tally = house.people.tally(visitor.vendor)
    return page("certificates.html", visitor, rows=rows, older=older, tally=tally)


@router.get("/certificates/{sha256}")
def certificate(house: InHouse, visitor: FileReader, sha256: str) -> Response:
    """One file, with its verdicts or everything that is wrong with it."""
    file = Shown(house.store, visitor.vendor).file(sha256)
    sent = house.people.deliveries(sha256=sha256, vendor=visitor.vendor)
    is_read = file.delivery.status != "waiting"
    return page(
        "certificate.html",
        visitor,
        file=file,
        said=[(batch, spoken(batch.verdict) if batch.verdict else ()) for batch in file.batches],
        questions={
            batch.batch_id: said(house.store.ledger.entries(batch.batch_id)) if batch.known else ()
            for batch in file.batches
        },
        fixes=listing(file).fixes,
        picture=house.drawn(visitor.vendor, file) if is_read else None,
        history=sent,
        words=_SEVERITIES,
    )


@router.get("/certificates/{sha256}/file")
def original(house: InHouse, visitor: FileReader, sha256: str) -> Response:
    """The file as it came."""
    delivery = Shown(house.store, visitor.vendor).delivery(sha256)
    return downloads.attachment(raw(house.store.root, sha256), delivery.name)


@router.get("/certificates/{sha256}/annotated.xlsx")
def annotated(house: InHouse, visitor: FileReader, sha256: str) -> Response:
    """The file as a workbook with everything marked that is wrong with it."""
    file = Shown(house.store, visitor.vendor).file(sha256)
    name = f"{PurePath(file.delivery.name).stem} annotated.xlsx"
    content = annotated_workbook(house.store.root, file)
    return downloads.attachment(content, name, downloads.XLSX)


@router.get("/certificates/{sha256}/progress")
async def progress(house: InHouse, visitor: FileReader, sha256: str) -> Response:
    """Server-sent events: `status` as it changes, until it is no longer waiting."""
    shown = Shown(house.store, visitor.vendor)
    await run_in_threadpool(shown.delivery, sha256)
    return StreamingResponse(_events(shown, sha256), media_type="text/event-stream")


async def _events(shown: Shown, sha256: str) -> AsyncIterator[str]:
    last, loop = "", asyncio.get_running_loop()
    until = loop.time() + _WATCH_SECONDS
    while last in ("", "waiting") and loop.time() < until:
        status = (await run_in_threadpool(shown.delivery, sha256)).status
        if status != last:
            yield f"event: status\ndata: {status}\n\n"
            last = status
        if status == "waiting":
            await asyncio.sleep(_LOOK_SECONDS)
    if last != "waiting":
        words = await run_in_threadpool(_in_words, shown, sha256)
        yield f"event: verdict\ndata: {json.dumps(words)}\n\n"
    yield "event: end\ndata: \n\n"


def _in_words(shown: Shown, sha256: str) -> dict[str, str]:
    """What became of a file, in a line, and how it is coloured."""
    file = shown.file(sha256)
    if file.delivery.status == "refused":
        return {"text": f"refused: {file.delivery.why}", "kind": "refused"}
    verdicts = [f"{batch.batch_id} {batch.known.verdict}" for batch in file.batches if batch.known]
    compared = [
        f"{batch.batch_id} is compared with what others sent of it"
        for batch in file.batches
        if not batch.known
    ]
    stands = [batch.known.verdict if batch.known else "HOLD" for batch in file.batches]
    worst = min(stands, default="HOLD")
    return {"text": " · ".join((*verdicts, *compared)), "kind": str(worst).lower()}


@router.get("/templates")
def templates(visitor: LimitsReader) -> Response:
    """Blank certificates to fill in, one for each form of a product."""
    forms = {form: wording.product_name(form) for form in product_names()}
    return page("templates.html", visitor, forms=forms)


@router.get("/templates/{form}.xlsx")
def template(house: InHouse, _visitor: LimitsReader, form: str) -> Response:
    """One of them, by today's limits."""
    if form not in product_names():
        raise Refusal(404, "There is no template for such a product.")
    content = blank_certificate(form, house.today.policy())
    return downloads.attachment(content, f"certificate-{form}.xlsx", downloads.XLSX)
