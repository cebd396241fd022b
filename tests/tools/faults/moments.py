"""The moments of a pass, as Python announces them: before a file is opened for writing, renamed or removed, before a
folder is made, before and after every wait for the disk."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

_CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "sqlite3.connect")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Moments:
    """Calls `at` with the number of every moment that concerns a place. For a child that ends with its pass: what Python
    announces cannot be turned off again."""

    def __init__(self, place: os.PathLike[str], at: Callable[[int], object]):
        self.count = 0
        self._place = os.fspath(place)
        self._at = at
        self._busy = False
        self._fsync = os.fsync
        os.fsync = self._sync
        sys.addaudithook(self._announced)

    def _sync(self, file: int) -> None:
        self._moment()
        self._fsync(file)
        self._moment()

    def _announced(self, event: str, arguments: tuple[Any, ...]) -> None:
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING
        if (writes or event in _CHANGES) and str(arguments[0]).startswith((self._place, "file:")):
            self._moment()

    def _moment(self) -> None:
        if not self._busy:
            self._busy = True
            try:
                self._at(self.count)
            finally:
                self._busy = False
            self.count += 1


def count(place: os.PathLike[str], work: Callable[[], object]) -> int:
    """How many moments some work has."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        moments = Moments(place, lambda _: None)
        work()
        os.write(write, b"%d" % moments.count)
        os._exit(0)
    os.waitpid(child, 0)
    os.close(write)
    with os.fdopen(read) as told:
        return int(told.read())
