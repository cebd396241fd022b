"""Whether all is well, for programs that look after it."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from kratom_qc import PROGRAM
from kratom_qc.portal.errors import Refusal
from kratom_qc.portal.house import InHouse

router = APIRouter()


@router.get("/health")
def health(house: InHouse) -> Response:
    """`status` is ok, warning or failing; with 503 where it is failing."""
    if find_spec("kratom_qc.app.health"):
        found = import_module("kratom_qc.app.health").health(house.store.root, house.inbox)
        return JSONResponse(found, 503 if found.get("status") == "failing" else 200)
    waiting = house.people.tally().get("waiting", 0)
    return JSONResponse({"status": "ok", "program": PROGRAM, "waiting": waiting})


@router.get("/metrics")
def metrics(house: InHouse) -> Response:
    """Counts and times, as Prometheus reads them."""
    if not find_spec("kratom_qc.app.metrics"):
        raise Refusal(404, "There are no metrics.")
    text = import_module("kratom_qc.app.metrics").metrics_text(house.store.root, house.inbox)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")
