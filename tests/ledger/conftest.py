"""An empty ledger on each database that the program works with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kratom_qc.ledger.ledger import Ledger
from tests.ledger.server import emptied, postgresql_server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a server of our own. What is missing is an error: a ledger in PostgreSQL is tested wherever the tests
    run."""
    with postgresql_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Ledger:
    """An empty ledger."""
    if request.param == "sqlite":
        return Ledger(tmp_path / "ledger.sqlite")
    return Ledger(emptied(request.getfixturevalue("postgresql")))
