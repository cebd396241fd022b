"""A disk that gives errors, is full, or may not be written: the pass says so and ends with 73, nothing is half there, and
the next pass completes."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.app.stores import passed
from tests.tools.faults import traced
from tests.tools.faults.invariants import lost, seen_wrong, whole, wrong_after_the_next_pass
from tests.tools.faults.world import Case, copied, in_child, made

STORE_ERROR = 73
# What is waited for must never be taken as done; where SQLite writes, other errors may be ones that it can do without.
ERRORS = {
    "EIO": ("fsync", "fdatasync", "write", "pwrite64", "rename"),
    "ENOSPC": ("openat", "mkdir", "write", "pwrite64", "rename", "ftruncate", "fsync"),
    "EACCES": ("openat", "mkdir", "rename", "unlink"),
    "EROFS": ("openat", "mkdir", "rename"),
}
_PAGE = os.sysconf("SC_PAGE_SIZE")


def answered(folder: Path, every: int = 1) -> Iterator[Case]:
    """A pass of which one call on the store is answered with an error, for every call and error, or every so many."""
    template, place = made(folder), folder / "copy"
    root = copied(template, place)
    calls = traced.calls(lambda: passed(root), folder / "log", root / "store")
    faults = [(call, error) for error, names in ERRORS.items() for call in calls if call.name in names]
    for call, error in faults[::every]:
        copied(template, place)
        told = folder / "told"
        status = traced.run(lambda: passed(place), folder / "log", *traced.failing_at(call, error), told=told)
        # SQLite has to wait for its log; without the log's folder it does, and where the database was not waited for, the
        # log stays and is read again.
        needless = ("/store>)", "/ledger.sqlite>)")
        never_done = call.name in ("fsync", "fdatasync") and not any(one in call.said for one in needless)
        yield Case(f"{error} {call.name} {call.number} {call.said}", list(_wrong(place, status, told, never_done)))


def full(folder: Path) -> Iterator[Case]:
    """A pass on a disk with so many pages left, from none to enough."""
    template, disk = made(folder), folder / "disk"
    disk.mkdir()
    used = sum(-(-path.stat().st_size // _PAGE) + 1 for path in template.rglob("*")) * _PAGE
    for left in range(0, 160, 4):
        with _memory_disk(disk, used + left * _PAGE):
            root = copied(template, disk / "root")
            status = in_child(partial(passed, root), folder / "told")
            found = copied(root, folder / "copy")
        yield Case(f"{left} pages left", list(_wrong(found, status, folder / "told", False)))


def read_only(folder: Path) -> Iterator[Case]:
    """A pass on a disk that cannot be written."""
    template, disk = made(folder), folder / "disk"
    disk.mkdir()
    with _memory_disk(disk, 64 << 20):
        root = copied(template, disk / "root")
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        status = in_child(lambda: passed(root), folder / "told")
        found = copied(root, folder / "copy")
    yield Case("read-only", list(_wrong(found, status, folder / "told", True)))


def limited(folder: Path, every: int = 1) -> Iterator[Case]:
    """A pass that may write files of so many bytes, or have so many files open."""
    template = made(folder)
    limits = [(resource.RLIMIT_FSIZE, size) for size in (0, 1, 100, 1_000, *range(4_000, 140_000, 8_000))]
    limits += [(resource.RLIMIT_NOFILE, count) for count in range(4, 20)]
    for kind, most in limits[::every]:
        root = copied(template, folder / "copy")
        status = in_child(_within(kind, most, root), folder / "told")
        name = "file size" if kind == resource.RLIMIT_FSIZE else "open files"
        yield Case(f"{name} {most}", list(_wrong(root, status, folder / "told", False)))


def _within(kind: int, most: int, root: Path) -> Callable[[], object]:
    def work() -> None:
        resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))
        try:
            passed(root)
        finally:
            resource.setrlimit(kind, (resource.getrlimit(kind)[1],) * 2)

    return work


def _wrong(root: Path, status: int, told: Path, never_done: bool) -> Iterator[str]:
    """What is wrong after a pass that met an error. It may end well only where it did what it had to."""
    said = told.read_text() if told.exists() else ""
    told.unlink(missing_ok=True)
    if status not in (0, STORE_ERROR):
        yield f"it ended with {status}: {said.strip().splitlines()[-1:]}"
    if status == STORE_ERROR and "\n" in said.strip():
        yield f"it says more than a sentence: {said}"
    if status == 0 and never_done:
        yield "an error of the disk was not heard"
    yield from seen_wrong(root)
    yield from lost(root)
    if status == 0:
        yield from whole(root)
    yield from wrong_after_the_next_pass(root)


@contextmanager
def _memory_disk(at: Path, size: int) -> Iterator[None]:
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "faults", str(at)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(at)], check=True)
