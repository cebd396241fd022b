"""The one place that writes files of a store: whole or not at all, and on the disk before anybody
relies on them.

`os.fsync` of a file and of its folder, and not `os.sync`, because that one reports no errors.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kratom_qc.domain.errors import StoreError


@contextmanager
def told(path: Path, what: str = "cannot be written") -> Iterator[None]:
    """An error of the disk inside the block is a StoreError that names a path."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"{path}: {what}: {error.strerror or error}") from None


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, without waiting for the disk: `sync` does. For a folder
    that nobody looks into yet: after a power cut the file may be empty. Raises StoreError."""
    part = path.with_name(f".{path.name}.part")
    with told(path):
        part.write_bytes(content)
        part.replace(path)


def write_all(contents: Iterable[tuple[Path, bytes]]) -> int:
    """Write files, each whole or not at all, and all on the disk when this returns. The disk is
    waited for once they are all written, and before the first is seen. Returns how many there are.
    Raises StoreError."""
    parts: dict[Path, Path] = {}
    for path, content in contents:
        parts[path] = path.with_name(f".{path.name}.part")
        with told(path):
            parts[path].write_bytes(content)
    sync(parts.values())
    for path, part in parts.items():
        with told(path):
            part.replace(path)
    sync(dict.fromkeys(path.parent for path in parts))
    return len(parts)


def write_synced(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, and on the disk when this returns. Raises StoreError."""
    part = path.with_name(f".{path.name}.part")
    with told(path):
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync_one(path.parent)


def append_synced(path: Path, line: str) -> None:
    """Add a line to a file, and have it on the disk when this returns. After what a power cut left
    of another it stands on a line of its own. Raises StoreError."""
    with told(path):
        with path.open("a+b") as file:
            if file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
            torn = file.read() not in (b"", b"\n")
            file.write((b"\n" if torn else b"") + line.encode("ascii") + b"\n")
            file.flush()
            os.fsync(file.fileno())
        _sync_one(path.parent)


def sync(paths: Iterable[Path]) -> None:
    """Wait until files and folders are on the disk. Raises StoreError where one is not."""
    for path in paths:
        with told(path):
            _sync_one(path)


def _sync_one(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def make_folder(path: Path) -> None:
    """A folder with those above it, on the disk when this returns. Raises StoreError."""
    if path.is_dir():
        return
    make_folder(path.parent)
    with told(path):
        path.mkdir(exist_ok=True)
        _sync_one(path.parent)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder that appears whole when the block ends, or not at all."""
    if path.exists():
        raise StoreError(f"{path}: is there already; name a new folder")
    part = path.with_name(f".{path.name}.part")
    with told(path):
        shutil.rmtree(part, ignore_errors=True)  # what one that was killed left
        part.mkdir(parents=True)
    try:
        yield part
        with told(path):
            part.rename(path)
        sync([path, path.parent])
    finally:
        shutil.rmtree(part, ignore_errors=True)
