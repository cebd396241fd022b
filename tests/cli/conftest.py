"""Commands that run in this process read the shipped rulebooks once."""

import pytest

from tests.factory.loaded_once import load_rulebooks_once


@pytest.fixture(autouse=True)
def rulebooks(monkeypatch: pytest.MonkeyPatch) -> None:
    load_rulebooks_once(monkeypatch)
