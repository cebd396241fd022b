"""What all tests of this process share: rulebooks, each set of files read once, and the children that read certificates.
Every module, command and pass would load the rulebooks and start children, which load the words, for itself; and most of
them judge the same batches by the same limits, for which a run of the engine costs a tenth of a second."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from kratom_qc.app import reading
from kratom_qc.app.pictures import LOOKED_BEFORE
from kratom_qc.domain.limit import Rulebook
from kratom_qc.intake.sandbox import Sandbox
from kratom_qc.rulebooks import load
from kratom_qc.settings import Caps

READ = load._read
_KEPT: dict[object, dict[str, Rulebook]] = {}
_MOST = 16


def load_rulebooks_once() -> None:
    """Files of the same names and bytes are read once. Mistakes are not kept: what does not load is read every time."""
    load._read = _read


def _read(files: Mapping[str, Path], together: load.Together) -> dict[str, Rulebook]:
    if not all(path.is_file() for path in files.values()):
        return READ(files, together)
    key = together, tuple((stem, path.name, path.read_bytes()) for stem, path in files.items())
    if key not in _KEPT:
        if len(_KEPT) == _MOST:
            del _KEPT[next(iter(_KEPT))]
        _KEPT[key] = READ(files, together)
    return dict(_KEPT[key])


class _KeptSandbox(Sandbox):
    def close(self) -> None:
        """The children stay for the next command."""


@contextmanager
def readers_kept() -> Iterator[None]:
    """One child reads the files of every command with the same caps; one that dies is replaced, as ever. The process that
    children are forked from has loaded what any of them needs: which of its users starts it is chance."""
    kept: dict[Caps, _KeptSandbox] = {}

    def sandbox(caps: Caps, preload: str, workers: int | None = None) -> _KeptSandbox:  # noqa: ARG001 - one is enough
        return kept.setdefault(caps, _KeptSandbox(caps, LOOKED_BEFORE, workers=1))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "Sandbox", sandbox)
        yield
    for each in kept.values():
        each.stop()


_ANSWERS: dict[str, Any] = {}


@contextmanager
def engine_asked_once() -> Iterator[None]:
    """A frame of the same numbers, asked the same bands, is answered as it was before. What the engine refuses is not kept."""
    engine = sys.modules.get("kratom_qc.judge.engine")
    if engine is None:  # nothing of this run judges in this process so far, and loading it takes two seconds
        yield
        return
    run = engine._run

    def asked(frame: Any) -> Any:
        numbers = frame.table.to_numpy()
        asks = json.dumps([frame.bands, frame.planned, numbers.shape, list(frame.table.columns)])
        key = sha256(asks.encode() + numbers.tobytes()).hexdigest()
        if key not in _ANSWERS:
            _ANSWERS[key] = run(frame)
        return tuple(answer.copy() for answer in _ANSWERS[key])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_run", asked)
        yield
