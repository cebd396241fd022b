"""The shipped rulebooks, read once for many commands that run in this process: every command would read all of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import pytest

from kratom_qc.domain.limit import Rulebook
from kratom_qc.rulebooks import coherence, load

READ = load._read


def load_rulebooks_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of the same names and bytes are read once. Mistakes are not kept: what does not load is read every time."""
    monkeypatch.setattr(load, "_read", _read)


def _read(files: Mapping[str, Path], together: load.Together) -> dict[str, Rulebook]:
    if together is not coherence.mistakes or not all(path.is_file() for path in files.values()):
        return READ(files, together)
    return dict(_loaded(tuple((stem, path, path.read_bytes()) for stem, path in files.items())))


@lru_cache(maxsize=4)
def _loaded(files: tuple[tuple[str, Path, bytes], ...]) -> dict[str, Rulebook]:
    return READ({stem: path for stem, path, _ in files}, coherence.mistakes)
