"""The folder of tables and the one that takes its place, at once.

    archive/…              what everybody reads
    compacted/archive/…    the next generation, until it counts; then the one before it
    compacted/ready        the new files of the next generation, from when all of it is on the disk

New files, and links to those that stay, are put together beside the archive. Once the ledger names
them the two folders are exchanged in one step of the file system: whoever lists the archive sees
the files of before or those of after, and no row in two of them. A plain reader that listed before
and opens after is told that a file is gone, and never gets a wrong answer; our own readers find the
files of before where the new ones were, until the next time.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import shutil
import sys
from collections.abc import Collection, Iterable
from pathlib import Path

from kratom_qc.archive import disk, pages
from kratom_qc.archive.tables import SCHEMAS
from kratom_qc.domain.errors import StoreError

BESIDE = "compacted"
FOLDERS = (*SCHEMAS, pages.FOLDER)  # of the archive
_MERGED = re.compile(r"\d{4}-\d\d_\d{6,}-\d{6,}_[0-9a-f]{12}")
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS


def begin(root: Path, ours: Collection[str]) -> None:
    """An empty folder beside the archive. Raises StoreError where the file system cannot exchange
    folders."""
    clear(root, ours)
    disk.make_folder(root / BESIDE / "try")
    _exchange(root / BESIDE / "try", root / BESIDE / "archive")
    _exchange(root / BESIDE / "try", root / BESIDE / "archive")


def clear(root: Path, ours: Collection[str]) -> None:
    """Remove what lies beside the archive. `ours` are the names of all files that ever counted;
    what lies there under another goes back into the archive."""
    _bring_back(root, ours)
    for path in (
        path for folder in _folders(root) for path in folder.iterdir() if _is_ours(path, ours)
    ):
        with disk.told(path, "cannot be removed"):
            path.unlink()


def complete(root: Path, stays: Iterable[Path], new: Collection[str]) -> None:
    """Link the files that stay beside the new ones, note the new ones, and have all of it on the
    disk."""
    for path in stays:
        _link(path, root / BESIDE / path.relative_to(root))
    folders = _folders(root)
    files = (folder / f"{stem}.parquet" for folder in folders for stem in new)
    written = (path for path in files if path.exists())
    disk.sync([*written, *folders, root / BESIDE / "archive", root / BESIDE])
    disk.write_synced(root / BESIDE / "new", json.dumps(list(new)).encode("ascii"))


def mark_ready(root: Path) -> None:
    """From now on the generation waits to take its place, if the ledger names it."""
    with disk.told(root / BESIDE):
        (root / BESIDE / "new").replace(root / BESIDE / "ready")
    disk.sync([root / BESIDE])


def beside(root: Path) -> Path:
    """The folder in which a generation waits; paths in it are those in the store."""
    return root / BESIDE


def ready(root: Path) -> list[str]:
    """The new files of a generation that waits to take its place; none where none does."""
    path = root / BESIDE / "ready"
    if not path.exists():
        return []
    with disk.told(path, "cannot be read"):
        names: list[str] = json.loads(path.read_bytes())
    return names


def take_place(root: Path, ours: Collection[str]) -> None:
    """Let the next generation take its place, if it has not, and bring over what is not ours."""
    new = ready(root)
    if not all((root / "archive" / "verdicts" / f"{stem}.parquet").exists() for stem in new):
        _exchange(root / BESIDE / "archive", root / "archive")
        disk.sync([root, root / BESIDE])
    _bring_back(root, ours)
    give_up(root)


def give_up(root: Path) -> None:
    """Forget that a generation waits."""
    with disk.told(root / BESIDE):
        (root / BESIDE / "ready").unlink(missing_ok=True)


def _folders(root: Path) -> list[Path]:
    """The folders beside the archive of every table, and of the pages."""
    folders = [root / BESIDE / "archive" / name for name in FOLDERS]
    for folder in folders:
        disk.make_folder(folder)
    return folders


def _bring_back(root: Path, ours: Collection[str]) -> None:
    """Move what is not ours from beside the archive into it."""
    for left in sorted((root / BESIDE / "archive").glob("*")):
        inside = sorted(left.iterdir()) if left.name in FOLDERS else [left]
        for path in inside:
            target = root / path.relative_to(root / BESIDE)
            if not _is_ours(path, ours) and not target.exists():
                with disk.told(target):
                    path.rename(target)


def _is_ours(path: Path, ours: Collection[str]) -> bool:
    is_table = path.suffix == ".parquet" and path.parent.name in FOLDERS
    return is_table and (path.stem in ours or _MERGED.fullmatch(path.stem) is not None)


def _link(path: Path, target: Path) -> None:
    with disk.told(target):
        try:
            os.link(path, target)
        except OSError:  # a file system without links
            shutil.copy2(path, target)


def _exchange(folder: Path, other: Path) -> None:
    """Let two folders take each other's place in one step."""
    names = os.fsencode(folder), os.fsencode(other)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            failed = library.renamex_np(*names, _EXCHANGE)
        else:
            failed = library.renameat2(_HERE, names[0], _HERE, names[1], _EXCHANGE)
    except (AttributeError, TypeError):  # a system without it
        failed = True
    if failed:
        raise StoreError(
            f"{folder.parent}: this file system cannot exchange two folders at once, "
            "which compaction needs; nothing was changed"
        )
