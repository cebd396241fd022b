"""What a fault is thrown at: a store that has judged before, an inbox with something new in it, and one pass over them in
a child that was forked from a process which has loaded everything, so that a pass takes a fraction of a second.

Files are read in the process itself: the children that read them (`kratom_qc.intake.sandbox`) may not write anywhere, and
have their own tests.
"""

from __future__ import annotations

import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from kratom_qc.app import release_pass
from kratom_qc.app.reading import Reading, read_content
from kratom_qc.domain.errors import KratomQCError
from kratom_qc.judge import engine as _engine  # noqa: F401 - loaded once, before the first fork
from kratom_qc.settings import Caps
from tests.app.stores import certificate, passed, verdicts

BEFORE = {
    "first": certificate("L-1", "0.4"),
    "second": certificate("L-2", "0.9"),
    "closed": b"Lot No.,L-7\nNothing here is a table of results\n",
}
NEW = {
    "new": certificate("L-3", "0.3"),
    "more": certificate("L-1", "0.41"),
    "spiked": certificate("L-4", "1.9"),
    "copy": certificate("L-3", "0.3"),
    "resaved": certificate("L-3", "0.3").replace(b"\n", b"\r\n"),
    "refused": b"Lot No.,L-2\nNothing here is a table of results\n",
}
COMMITTED = {"L-1": "PASS", "L-2": "FAIL", "L-3": "PASS", "L-4": "FAIL"}  # what the next whole pass reaches
JUDGED = {"L-1": 2, "L-2": 2, "L-3": 1, "L-4": 1}  # how often each has been judged then


class Case(NamedTuple):
    """One fault, and what was wrong after it."""

    name: str
    problems: list[str]


class ReadHere:
    """`kratom_qc.app.reading.Readers` without children."""

    def __init__(self, caps: Caps):
        self._caps = caps

    def __exit__(self, *_: object) -> None:
        """There is nothing to end."""

    def start(self) -> None:
        """There is nothing to start."""

    def rest(self) -> None:
        """There is nothing to end."""

    def read(self, files: Iterable[tuple[str, bytes]]) -> Iterator[Reading]:
        """What is read of files given as (name, bytes)."""
        for name, content in files:
            yield read_content(name, content, self._caps)


def read_here() -> None:
    """From now on every pass of this process reads its files itself."""
    release_pass.Readers = release_pass.readers = ReadHere  # type: ignore[misc,assignment]


def made(folder: Path) -> Path:
    """A folder with a store that has made one pass, and an inbox with what the next one finds."""
    if release_pass.Readers is not ReadHere:
        read_here()
        os.environ["KRATOM_QC_SETTLE_SECONDS"] = "0"  # what lies in the inbox has just been put there
        os.environ["KRATOM_QC_MIN_FREE_MIB"] = "0"  # the disks of the faults are small
        passed(_folder(folder / "warm"), **NEW)  # whatever loads late has been loaded
    root = _folder(folder / "made")
    assert sorted(verdicts(passed(root, **BEFORE))) == ["L-1 PASS", "L-2 FAIL"]
    for name, content in NEW.items():
        (root / "inbox" / f"{name}.csv").write_bytes(content)
    return root


def _folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


def copied(root: Path, place: Path) -> Path:
    """The same folder at another place, whose name is as long."""
    shutil.rmtree(place, ignore_errors=True)
    return Path(shutil.copytree(root, place))


def in_child(work: Callable[[], object], told: Path | None = None) -> int:
    """Do some work in a child and wait for it. Returns how it ended, as `kratom-qc` would: 0, 70, 73, or minus the signal
    that killed it; what it says goes to a file."""
    child = os.fork()
    if not child:
        os._exit(status_of(work, told))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def status_of(work: Callable[[], object], told: Path | None = None) -> int:
    """How work ends, as `kratom-qc` would."""
    try:
        work()
    except KratomQCError as error:
        say(told, f"{type(error).__name__}: {error}")
        return error.exit_status
    except BaseException:
        say(told, traceback.format_exc())
        return 70
    return 0


def say(told: Path | None, sentence: str) -> None:
    """Leave a sentence where whoever waits finds it."""
    if told:
        told.write_text(sentence, "utf-8", "backslashreplace")
    else:
        sys.stderr.write(f"{sentence}\n")
