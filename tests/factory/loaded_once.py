"""What all tests of this process share: rulebooks, each set of files read once, and the children that read certificates.
Every module, command and pass would load the rulebooks and start children, which load the words, for itself; most of
them judge the same batches by the same limits, for which a run of the engine costs a tenth of a second, and every new
store has the same page of limits and an empty ledger, which cost half a second."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import date
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import Engine

from kratom_qc.app import reading, reports
from kratom_qc.app.pictures import LOOKED_BEFORE
from kratom_qc.domain.limit import Rulebook
from kratom_qc.intake.sandbox import Sandbox
from kratom_qc.ledger import ledger
from kratom_qc.ledger.database import engine_of, migrate
from kratom_qc.report.limits import limits_page
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


@contextmanager
def made_once() -> Iterator[None]:
    """Answers of the engine, pages of limits and empty ledgers are made once, and given again where the same is asked for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reports, "limits_page", _limits_page)
        patch.setattr(ledger, "migrate", _migrate)
        # Where nothing has loaded the engine so far nothing is judged in this process, and loading it takes two seconds.
        if engine := sys.modules.get("kratom_qc.judge.engine"):
            patch.setattr(engine, "_run", partial(_run, engine._run))
        yield


_ANSWERS: dict[str, Any] = {}


def _run(run: Callable[[Any], Any], frame: Any) -> Any:
    """A frame of the same numbers, asked the same bands. What the engine refuses is not kept."""
    numbers = frame.table.to_numpy()
    asks = json.dumps([frame.bands, frame.planned, numbers.shape, list(frame.table.columns)])
    key = sha256(asks.encode() + numbers.tobytes()).hexdigest()
    if key not in _ANSWERS:
        _ANSWERS[key] = run(frame)
    return tuple(answer.copy() for answer in _ANSWERS[key])


_PAGES: dict[object, str] = {}


def _limits_page(books: Mapping[str, Rulebook], *, day: date, program: str) -> str:
    """Of rulebooks of the same bytes, on the same day."""
    key = tuple((name, book.sha256) for name, book in books.items()), day, program
    if key not in _PAGES:
        _PAGES[key] = limits_page(books, day=day, program=program)
    return _PAGES[key]


@cache
def _empty_ledger() -> sqlite3.Connection:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite"
        migrate(engine_of(path))
        empty = sqlite3.connect(":memory:", check_same_thread=False)
        with closing(sqlite3.connect(path)) as made:
            made.backup(empty)
    return empty


def _migrate(engine: Engine) -> None:
    """A new file of SQLite is a copy of what the migrations made of another. What is no database the migrations tell."""
    if engine.dialect.name == "sqlite":
        with suppress(sqlite3.Error), closing(engine.raw_connection()) as connection:
            if connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
                _empty_ledger().backup(connection.driver_connection)
    migrate(engine)
