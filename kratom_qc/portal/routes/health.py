"""Whether all is well, for programs that look after it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from kratom_qc.app import health as how_it_is
from kratom_qc.app.metrics import metrics_text
from kratom_qc.portal.house import InHouse

router = APIRouter()


@router.get("/health")
def health(house: InHouse) -> Response:
    """`status` is ok, warning or failing; with 503 where it is failing."""
    state = how_it_is.health(house.store.root, house.inbox)
    return JSONResponse(state, 503 if state["status"] == "failing" else 200)


@router.get("/metrics")
def metrics(house: InHouse) -> Response:
    """Counts and times, as Prometheus reads them."""
    text = metrics_text(house.store.root, house.inbox)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")
