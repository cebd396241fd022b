"""Rulebooks that were loaded and found right before, kept as Python objects beside the user's other
caches: reading, linting and comparing a thousand limits takes half a second, and most runs find the
same ones.

What is kept is named by the SHA-256 of everything that it was made of: every byte of every rulebook
and word list, and the state of every file of the code that made it. Whatever is different is loaded
again. Like compiled byte code it is only read from a folder that nobody else can write to; and its
own hash stands before it, for a disk that gives back one wrong byte would give another limit.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from kratom_qc import PROGRAM, settings
from kratom_qc.domain.limit import Rulebook

_MADE_BY = ("domain", "rulebooks", "vocabulary")
_KEPT = 4  # sets of rulebooks; the oldest go
_HASHED = hashlib.sha256().digest_size


def load(folder: Path) -> dict[str, Rulebook] | None:
    """The rulebooks of a folder, where exactly these were kept."""
    place = _place()
    name = name_of(folder) if place else None
    return _load(place / name) if place and name else None


def _load(file: Path) -> dict[str, Rulebook] | None:
    try:
        if not _is_ours(file):
            return None
        content = file.read_bytes()
        pickled = content[_HASHED:]
        if hashlib.sha256(pickled).digest() != content[:_HASHED]:
            return None
        books: dict[str, Rulebook] = pickle.loads(pickled)  # noqa: S301 - ours alone
    except Exception:  # whatever is wrong with it, it is loaded again from what people wrote
        return None
    return books


def keep(folder: Path, books: dict[str, Rulebook], name: str | None) -> None:
    """Keep rulebooks that were loaded; `name` is what they were called before (`name_of`). Nothing
    happens without a place for it, and where somebody changed a rulebook meanwhile."""
    place = _place()
    if place is None or name is None or name != name_of(folder):
        return
    with suppress(OSError):
        file = place / name
        part = file.with_suffix(f".{os.getpid()}.part")
        pickled = pickle.dumps(books, pickle.HIGHEST_PROTOCOL)
        part.write_bytes(hashlib.sha256(pickled).digest() + pickled)
        part.chmod(0o600)
        part.replace(file)
        for old in sorted(place.glob("rulebooks-*.pickle"), key=_age)[:-_KEPT]:
            old.unlink()


def _age(file: Path) -> float:
    return file.stat().st_mtime


def _place() -> Path | None:
    """The folder, made where it is not there; none where others could write to it."""
    folder = settings.cache()
    if folder is None:
        return None
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder if _is_ours(folder) else None
    except OSError:
        return None


def _is_ours(path: Path) -> bool:
    known = path.lstat()
    others_write = known.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return known.st_uid == os.geteuid() and not others_write and not stat.S_ISLNK(known.st_mode)


def name_of(folder: Path) -> str | None:
    """What the rulebooks of a folder are kept under as they are now; none where they cannot be
    read, which whoever loads them says."""
    try:
        return _name(folder)
    except OSError:
        return None


def _name(folder: Path) -> str:
    made_of = hashlib.sha256(f"{PROGRAM} {sys.version} {folder.resolve()}".encode())
    for file in sorted(folder.glob("*.toml")):
        made_of.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    for line in _code():
        made_of.update(line.encode())
    return f"rulebooks-{made_of.hexdigest()}.pickle"


def _code() -> Iterator[str]:
    """The state of every file by which rulebooks are made."""
    package = Path(__file__).parents[1]
    for room in _MADE_BY:
        for file in sorted((package / room).rglob("*")):
            if file.suffix in (".py", ".toml"):
                known = file.stat()
                yield f"{file} {known.st_size} {known.st_mtime_ns}\n"
