"""The files that a command names: folders become their certificates, `-` is standard input."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from kratom_qc import settings
from kratom_qc.app.reading import Readers, Reading, files_in
from kratom_qc.domain.errors import InputNotFound, UsageError
from kratom_qc.intake.workbook import read_bytes

STANDARD_INPUT = Path("-")


def named_files(paths: Sequence[Path]) -> list[Path]:
    """Every file that is named; of a folder every file in it and below it, as `run` takes its
    inbox: hidden ones and the lock files of office programs are left out.

    Raises InputNotFound that names everything that is not there, because a verdict over fewer
    certificates than the user named would be a verdict over something else; UsageError where
    standard input is named twice.
    """
    if list(paths).count(STANDARD_INPUT) > 1:
        raise UsageError("standard input can be read once; name `-` once")
    lacking = [path for path in paths if path != STANDARD_INPUT and not path.exists()]
    if lacking:
        raise InputNotFound("; ".join(f"{path}: no such file" for path in lacking))
    files: list[Path] = []
    for path in paths:
        inside = files_in(path) if path.is_dir() else [path]
        if not inside:
            raise InputNotFound(f"{path}: no certificate in this folder")
        files += inside
    return files


def read_named(files: Sequence[Path], *, account: bool = False) -> list[Reading]:
    """Read files under the names the user gave them; with every text's fate where `account` asks
    for it. Raises InputNotFound where one is gone."""
    caps = settings.caps()
    with Readers(caps) as readers:
        return list(
            readers.read(((str(file), _bytes(file, caps)) for file in files), account=account)
        )


def _bytes(file: Path, caps: settings.Caps) -> bytes:
    if file != STANDARD_INPUT:
        return read_bytes(file)
    return sys.stdin.buffer.read(caps.file_bytes + 1)  # one more than is taken, so that it is said
