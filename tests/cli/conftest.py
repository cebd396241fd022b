"""Commands that run in this process read the shipped rulebooks once, and files in the same child."""

from collections.abc import Iterator

import pytest

from tests.factory.loaded_once import load_rulebooks_once, readers_kept


@pytest.fixture(autouse=True)
def rulebooks(monkeypatch: pytest.MonkeyPatch) -> None:
    load_rulebooks_once(monkeypatch)


@pytest.fixture(scope="package", autouse=True)
def readers() -> Iterator[None]:
    with readers_kept():
        yield
