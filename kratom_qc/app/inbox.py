"""What lies in an inbox, and what of it is not taken and why. Nothing is left out without a word,
and nothing that lies there stops a pass.

Taken are regular files at rest: not links (they may lead out of the inbox), not pipes or devices,
not files over the cap, not files that somebody is still writing.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from kratom_qc.domain.errors import Problem
from kratom_qc.domain.source import CellRef, visible_name


class InboxFile(NamedTuple):
    """A file of an inbox, under its name there as a person can read it."""

    path: Path
    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Left:
    """Something in an inbox that is not taken, and why."""

    name: str
    problem: Problem


class NotTaken(Exception):
    """A file cannot be taken; the sentence says why."""

    def __init__(self, why: str, code: str = "unreadable"):
        super().__init__(why)
        self.code = code


_State = tuple[int, int, int]  # size, time of content, time of change; all from the file system


def scan(folder: Path, cap: int, settle: int) -> tuple[list[InboxFile], list[Left]]:
    """Every file of an inbox and below it by name, with its hash, and everything that is not taken.

    `cap` is the size over which no byte is read, `settle` for how many seconds nobody may have
    written to a file. Hidden files and the lock files of office programs are no certificates.
    """
    left: list[Left] = []
    paths: list[Path] = []
    for path, why in _walk(folder):
        if why:
            left.append(_left(folder, path, NotTaken(why)))
        else:
            paths.append(path)
    _wait_for_the_young(paths, settle)
    files: list[InboxFile] = []
    for path in sorted(paths):
        try:
            content = read_at_rest(path, cap, settle)
        except NotTaken as reason:
            left.append(_left(folder, path, reason))
        else:
            name = visible_name(path.relative_to(folder).as_posix())
            digest = hashlib.sha256(content).hexdigest()
            files.append(InboxFile(path, name, digest, len(content)))
    return files, sorted(left, key=lambda file_left: file_left.name)


def _left(folder: Path, path: Path, reason: NotTaken) -> Left:
    name = visible_name(path.relative_to(folder).as_posix())
    return Left(name, Problem(reason.code, f"{name}: {reason}", CellRef(name)))


def _walk(folder: Path) -> Iterator[tuple[Path, str]]:
    """(path, why it is not taken or "") of everything in a folder and below it."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield folder, f"this folder cannot be opened: {error.strerror}"
        return
    for entry in entries:
        if entry.name.startswith((".", "~$")):
            continue
        path = Path(entry.path)
        if entry.is_symlink():
            yield path, "is a link, which is never followed; put the file itself here"
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(path)
        elif entry.is_file(follow_symlinks=False):
            yield path, ""
        else:
            yield path, "is no file but a pipe, a socket or a device"


def _wait_for_the_young(paths: list[Path], settle: int) -> None:
    """Wait until the youngest file has had its time; what is written to meanwhile stays young."""
    ages = [_age(path) for path in paths] if settle else []
    young = [age for age in ages if age < settle]
    if young:
        time.sleep(min(settle, settle - min(young)))


def _age(path: Path) -> float:
    """Seconds since somebody wrote to a file."""
    try:
        return _rest(path.lstat())
    except OSError:
        return float("inf")  # said where it is opened


def _rest(known: os.stat_result) -> float:
    # The time of change is the file system's own; that of the content comes with a copy.
    return time.time() - known.st_ctime


def read_at_rest(path: Path, cap: int, settle: int = 0) -> bytes:
    """The bytes of a regular file to which nobody is writing. Raises NotTaken."""
    try:
        # No link is followed, and opening a pipe does not wait for whoever writes to it.
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise NotTaken(f"cannot be opened: {error.strerror}") from None
    with os.fdopen(file, "rb") as opened:
        before = os.fstat(file)
        if not stat.S_ISREG(before.st_mode):
            raise NotTaken("is no file but a pipe, a socket or a device")
        if before.st_size > cap:
            mebibytes = f"{before.st_size / 2**20:.0f} MiB; {cap / 2**20:.0f} MiB are taken"
            raise NotTaken(f"is larger than a certificate can be: {mebibytes}", "too-large")
        if settle and _rest(before) < settle:
            raise NotTaken(_STILL_WRITTEN)
        try:
            content = opened.read(cap + 1)
        except OSError as error:
            raise NotTaken(f"cannot be read: {error.strerror}") from None
        if _state(os.fstat(file)) != _state(before) or len(content) != before.st_size:
            raise NotTaken(_STILL_WRITTEN)
    return content


_STILL_WRITTEN = "is still being written to; the next pass takes it"


def _state(known: os.stat_result) -> _State:
    return known.st_size, known.st_mtime_ns, known.st_ctime_ns
