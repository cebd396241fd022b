"""The interface for programs, under /api/v1. Whoever asks shows a token; the roles are those of
people."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from kratom_qc.app.shown import Shown
from kratom_qc.domain.roles import Action
from kratom_qc.portal.errors import Refusal
from kratom_qc.portal.guard import Visitor, program_of
from kratom_qc.portal.house import House, InHouse
from kratom_qc.portal.uploads import (
    Received,
    check_room,
    deliver_all,
    file_name,
    received,
    received_raw,
)

router = APIRouter(prefix="/api/v1")
Sender = Annotated[Visitor, Depends(program_of(Action.SEND))]
Reader = Annotated[Visitor, Depends(program_of(Action.SEE_LIMITS))]


@router.post("/certificates", status_code=202)
async def send(request: Request, house: InHouse, visitor: Sender) -> Response:
    """Send a certificate: as the field `file` of multipart/form-data, or as the whole body with its
    name in `?name=`. 202 once it is on the disk; the address says what becomes of it."""
    await run_in_threadpool(check_room, house)
    if request.headers.get("content-type", "").startswith("multipart/"):
        async with received(request, house) as brought:
            return await run_in_threadpool(_taken, request, house, visitor, brought)
    name = file_name(request.query_params.get("name", ""))
    async with received_raw(request, house, name) as brought:
        return await run_in_threadpool(_taken, request, house, visitor, brought)


def _taken(request: Request, house: House, visitor: Visitor, brought: Received) -> Response:
    if len(brought.files) != 1:
        raise Refusal(400, "Send one file a request.")
    key = request.headers.get("idempotency-key", "")
    if key and len(key) > 200:
        raise Refusal(400, "The Idempotency-Key is longer than 200 letters.")
    sha256 = brought.files[0].sha256
    if key and house.keys.setdefault((visitor.name, key), sha256) != sha256:
        raise Refusal(409, "This Idempotency-Key came with another file before.")
    deliver_all(house, visitor, brought, "api")
    address = f"/api/v1/certificates/{sha256}"
    return JSONResponse({"sha256": sha256, "address": address}, 202, {"Location": address})


@router.get("/certificates/{sha256}")
def certificate(house: InHouse, visitor: Reader, sha256: str) -> dict[str, Any]:
    """What became of a certificate."""
    found = Shown(house.store, visitor.vendor).file(sha256)
    return {
        "file": found.delivery.name,
        "sha256": sha256,
        "status": found.delivery.status,
        "refusals": list(found.refusals),
        "batches": [{"batch_id": one.batch_id} for one in found.batches],
    }
