"""The interface for programs, under /api/v1. Whoever asks shows a token; the roles are those of
people, and so is what they may see."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.openapi.utils import get_openapi
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from kratom_qc import __version__
from kratom_qc.app import answers
from kratom_qc.app.limits import limit_object, limits_asked
from kratom_qc.app.shown import Shown
from kratom_qc.domain.disposition import Disposition
from kratom_qc.domain.roles import Action
from kratom_qc.domain.verdict import Decision
from kratom_qc.ledger.search import Wanted, search
from kratom_qc.portal import shapes
from kratom_qc.portal.errors import Refusal
from kratom_qc.portal.guard import Visitor, check_sees_files, program_of
from kratom_qc.portal.house import House, InHouse
from kratom_qc.portal.pages import Onward
from kratom_qc.portal.uploads import (
    Received,
    check_room,
    deliver_all,
    file_name,
    received,
    received_raw,
)
from kratom_qc.rulebooks.scope import market_books, markets_of

_WRONG: dict[int | str, dict[str, Any]] = {
    status: {"model": shapes.Error, "description": meaning}
    for status, meaning in (
        (400, "The request is not well-formed."),
        (401, "No token, or one that is not known."),
        (403, "The role may not do that."),
        (404, "There is no such thing, or it is not for you."),
        (422, "A parameter is not what it must be."),
        (429, "Too many requests; see Retry-After."),
        (500, "That went wrong here."),
        (503, "Not now; see Retry-After."),
    )
}
_BEARER = HTTPBearer(auto_error=False, description="A token made by `kratom-qc tokens add`.")
router = APIRouter(prefix="/api/v1", responses=_WRONG, dependencies=[Depends(_BEARER)])
Sender = Annotated[Visitor, Depends(program_of(Action.SEND))]
LimitsReader = Annotated[Visitor, Depends(program_of(Action.SEE_LIMITS))]
Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
_FILE = {"type": "string", "format": "binary"}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {"type": "object", "required": ["file"], "properties": {"file": _FILE}}
            },
            "application/octet-stream": {"schema": _FILE},
        },
    }
}
_TAKING: dict[int | str, dict[str, Any]] = {
    status: {"model": shapes.Error, "description": meaning}
    for status, meaning in (
        (408, "The request did not arrive in time."),
        (409, "The Idempotency-Key came with another file before."),
        (413, "The file is too large."),
        (415, "The body is no file."),
    )
}


def reader(request: Request, house: InHouse) -> Visitor:
    """A program of somebody who may see certificates: their company's or all."""
    return check_sees_files(program_of(Action.SEE_LIMITS)(request, house))


Reader = Annotated[Visitor, Depends(reader)]


@router.post(
    "/certificates",
    status_code=202,
    response_model=shapes.Acknowledged,
    responses=_TAKING,
    openapi_extra=_BODY,
)
async def send(
    request: Request,
    house: InHouse,
    visitor: Sender,
    name: Annotated[str, Query(max_length=200, description="Of a file sent as the body.")] = "",
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Send a certificate: as the field `file` of multipart/form-data, or as the whole body with its
    name in `?name=`. 202 once it is on the disk; a file sent again is the same certificate."""
    await run_in_threadpool(check_room, house)
    key = idempotency_key or ""
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        async with received(request, house) as brought:
            return await run_in_threadpool(_taken, house, visitor, brought, key)
    async with received_raw(request, house, file_name(name)) as brought:
        return await run_in_threadpool(_taken, house, visitor, brought, key)


def _taken(house: House, visitor: Visitor, brought: Received, key: str) -> Response:
    if len(brought.files) != 1:
        raise Refusal(400, "Send one file a request, as the field `file` or as the body.")
    sha256 = brought.files[0].sha256
    if key and not house.is_same(visitor.name, key, sha256):
        raise Refusal(409, "This Idempotency-Key came with another file before.")
    deliver_all(house, visitor, brought, "api")
    address = f"/api/v1/certificates/{sha256}"
    return JSONResponse({"sha256": sha256, "address": address}, 202, {"Location": address})


@router.get("/certificates/{sha256}", response_model=shapes.Certificate)
def certificate(house: InHouse, visitor: Reader, sha256: Sha256) -> Response:
    """What became of a certificate."""
    file = Shown(house.store, visitor.vendor).file(sha256)
    return JSONResponse(answers.certificate_answer(file))


@router.get("/batches", response_model=shapes.Batches)
def batches(
    house: InHouse,
    visitor: Reader,
    verdict: Decision | None = None,
    disposition: Disposition | None = None,
    product: Annotated[str, Query(max_length=100)] = "",
    laboratory: Annotated[str, Query(max_length=400)] = "",
    batch_id: Annotated[str, Query(max_length=400, description="How the id begins.")] = "",
    after: Onward = None,
    count: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Response:
    """Batches, the newest first; `after` of a page begins the next."""
    wanted = Wanted(batch_id, verdict or "", disposition or "", product, laboratory, visitor.vendor)
    # What is not shown may not be told by a filter: of a batch that is compared nothing matches.
    narrowed = any((wanted.verdict, wanted.disposition, wanted.product, wanted.laboratory))
    hits = search(house.store.ledger, wanted, after, count)
    shown = Shown(house.store, visitor.vendor).batches([batch.batch_id for batch in hits.batches])
    lines = [answers.batch_line(batch) for batch in shown if batch.known or not narrowed]
    return JSONResponse({"batches": lines, "after": hits.after})


@router.get("/batches/{batch_id:path}", response_model=shapes.Batch)
def batch(house: InHouse, visitor: Reader, batch_id: str) -> Response:
    """One batch with its results and findings."""
    shown_batch = Shown(house.store, visitor.vendor).batch(batch_id)
    return JSONResponse(answers.batch_answer(shown_batch))


Day = Annotated[date | None, Query(description="How limits stand on this day; default: today.")]


@router.get("/limits", response_model=shapes.Limits)
def limits(
    house: InHouse,
    _visitor: LimitsReader,
    market: Annotated[list[str] | None, Query(max_length=100)] = None,
    product: Annotated[str | None, Query(max_length=100)] = None,
    on: Day = None,
) -> Response:
    """The limits that speak of a product in some markets."""
    policy = house.today.policy()
    day = on or policy.on
    asked = limits_asked(policy.books, market or (), product)
    lines = [limit_object(book, limit, day) for book, limit in asked]
    return JSONResponse({"on": day.isoformat(), "limits": lines})


@router.get("/markets/{market}", response_model=shapes.Market)
def market_rules(house: InHouse, _visitor: LimitsReader, market: str, on: Day = None) -> Response:
    """A market with the rulebooks that count in it, and its limits."""
    policy = house.today.policy()
    if market not in markets_of(policy.books):
        raise Refusal(404, "There is no such market.")
    day = on or policy.on
    books = market_books(policy.books, market)
    lines = [limit_object(book, limit, day) for book in books for limit in book.limits]
    rulebooks = [
        {
            "id": book.id,
            "title": book.title,
            "version": str(book.version),
            "sha256": book.sha256,
            "checked_on": book.checked_on.isoformat(),
        }
        for book in books
    ]
    of_market = {"market": market, "title": policy.books[market].title, "rulebooks": rulebooks}
    return JSONResponse({**of_market, "on": day.isoformat(), "limits": lines})


@router.get("/openapi.json", include_in_schema=False)
def description() -> Response:
    """This interface as OpenAPI describes it; it needs no token."""
    return JSONResponse(_described())


@cache
def _described() -> dict[str, Any]:
    return get_openapi(
        title="kratom_qc",
        version=__version__,
        description="Certificates in, verdicts with their evidence out.",
        routes=router.routes,
    )
