"""A pass under strace: which calls of the system it makes on the store, and one of them answered by a signal or an error."""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.tools.faults.world import status_of

# Everything that changes a file or a folder, or waits for the disk.
CALLS = (
    *("openat", "mkdir", "mkdirat", "rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir", "link", "linkat"),
    *("write", "pwrite64", "writev", "ftruncate", "fallocate", "fsync", "fdatasync"),
)
_LINE = re.compile(r"^(\d+) +(\w+)\((.*)$")
# What was only read, or refused; the memory that the connections of SQLite share outlives no process.
_CHANGES_NOTHING = re.compile(r"O_RDONLY(?!\|O_CREAT)|= -1 E|\.sqlite-shm")


class Call(NamedTuple):
    """The n-th call of its kind in a pass."""

    name: str
    number: int
    said: str


def run(work: Callable[[], object], log: Path, *options: str, told: Path | None = None) -> int:
    """Do some work in a child under strace, from its first call on. Returns how it ended, as `in_child` does."""
    ready, go = os.pipe()
    child = os.fork()
    if not child:
        os.close(go)
        os.read(ready, 1)
        os._exit(status_of(work, told))
    os.close(ready)
    tracer = subprocess.Popen(
        ["strace", "-f", "-y", "-s", "16", "-o", str(log), "-p", str(child), *options],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert tracer.stderr
    attached = tracer.stderr.readline()
    assert "attached" in attached, attached
    os.write(go, b"!")
    os.close(go)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    tracer.communicate()
    return status


def calls(work: Callable[[], object], log: Path, place: Path) -> list[Call]:
    """The calls of some work that touch what lies below a place and may change it."""
    assert run(work, log, "-e", f"trace={','.join(CALLS)}") == 0
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for line in log.read_text(errors="replace").splitlines():
        if match := _LINE.match(line):
            thread, name, rest = match.groups()
            seen[thread, name] += 1
            if str(place) in rest and not _CHANGES_NOTHING.search(rest):
                found.append(Call(name, seen[thread, name], rest))
    return found


def killed_at(call: Call) -> tuple[str, ...]:
    """The options by which strace kills a process as it makes this call."""
    return "-e", f"trace={call.name}", "-e", f"inject={call.name}:signal=SIGKILL:when={call.number}"


def failing_at(call: Call, error: str) -> tuple[str, ...]:
    """The options by which the system answers this call with an error, without doing anything."""
    return "-e", f"trace={call.name}", "-e", f"inject={call.name}:error={error}:when={call.number}"
