"""Passes read their files in the same child."""

from collections.abc import Iterator

import pytest

from tests.factory.loaded_once import readers_kept


@pytest.fixture(scope="package", autouse=True)
def readers() -> Iterator[None]:
    with readers_kept():
        yield
