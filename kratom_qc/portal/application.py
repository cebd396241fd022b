"""The portal as an ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from kratom_qc import __version__
from kratom_qc.app.store import Store
from kratom_qc.ledger.people import People
from kratom_qc.portal import errors
from kratom_qc.portal.headers import SecurityHeaders
from kratom_qc.portal.house import House
from kratom_qc.portal.lingering import LingeringClose
from kratom_qc.portal.routes import (
    api,
    health,
    limits,
    operation,
    people,
    qa,
    scorecards,
    sign_in,
    static,
    texts,
    trends,
    vendor,
)

_ROOMS = (
    *(static, health, sign_in, vendor, qa, texts, limits, trends, scorecards),
    *(operation, people, api),
)


def application(root: Path, inbox: Path | None = None) -> FastAPI:
    """The portal of a store: every route, with what guards them. Raises StoreError where the store
    cannot be opened."""
    store = Store(root)
    house = House(store, People(store.ledger), inbox)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with house.looker:
            yield

    app = FastAPI(
        lifespan=lifespan,
        title="kratom_qc",
        version=__version__,
        docs_url=None,  # its page loads a script from a foreign host
        redoc_url=None,
        openapi_url=None,  # `routes.api` serves the part that is for programs
    )
    app.state.house = house
    errors.install(app)
    for room in _ROOMS:
        app.include_router(room.router)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(LingeringClose)
    return app
