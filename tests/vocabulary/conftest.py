"""Word lists that a test may spoil."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from kratom_qc.vocabulary import lists


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the folder `words/`, which everything reads until the test ends."""
    folder = tmp_path / "words"
    shutil.copytree(lists.WORDS, folder)
    monkeypatch.setattr(lists, "WORDS", folder)
    _forget()
    yield folder
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    loaded = [module for name, module in sys.modules.items() if name.startswith("kratom_qc.vocabulary")]
    for loader in (loader for module in loaded for loader in vars(module).values()):
        if hasattr(loader, "cache_clear"):
            loader.cache_clear()
