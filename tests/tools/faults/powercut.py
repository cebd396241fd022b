"""A power cut: what an ext4 file system holds on its disk at moments of a pass, whatever its memory held besides.

The store lies in an image that is mounted by a loop device. At some moments the image is copied; a copy is mounted later,
which replays the journal of the file system as after a power cut, and the store in it makes its next pass. Nothing is
written to the disk unless somebody waits for it: a pass takes less than the seconds that the system leaves it in memory.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kratom_qc.app.store import ledger_of
from kratom_qc.ledger.ledger import Ledger, Writer
from tests.app.stores import passed
from tests.tools.faults.invariants import lost, seen_wrong, wrong_after_the_next_pass
from tests.tools.faults.moments import Moments, count
from tests.tools.faults.world import Case, copied, in_child, made

_MEBIBYTES = 16


def possible() -> str:
    """Why no image can be mounted here; nothing where it can."""
    if os.geteuid() != 0:
        return "only root mounts an image"
    missing = [program for program in ("mkfs.ext4", "mount", "umount") if not shutil.which(program)]
    return (
        f"{', '.join(missing)} is missing"
        if missing
        else ""
        if Path("/dev/loop-control").exists()
        else "no loop device"
    )


def cuts(folder: Path, moments: int, *, synced: bool = True) -> Iterator[Case]:
    """So many cuts of one pass. `synced=False` is the negative control: a program that never waits for the disk."""
    template = made(folder)
    plain = copied(template, folder / "plain")
    every = max(1, count(plain / "store", lambda: passed(plain)) // moments)
    image, disk = folder / "disk.img", folder / "disk"
    disk.mkdir()
    with image.open("wb") as file:
        file.truncate(_MEBIBYTES << 20)
    subprocess.run(["mkfs.ext4", "-q", str(image)], check=True)
    with _mounted(image, disk):
        root = copied(template, disk / "root")
        os.sync()
        assert in_child(lambda: _pass_with_copies(root, image, every, synced=synced)) == 0
    image.unlink()
    for copy in sorted(folder.glob("*.cut")):
        promised = int(copy.with_suffix(".promised").read_text())
        with _mounted(copy, disk):
            found = copied(disk / "root", folder / "found")
        copy.unlink()
        yield Case(f"moment {copy.stem}", list(_wrong(found, promised)))


def _pass_with_copies(root: Path, image: Path, every: int, *, synced: bool) -> None:
    promised = [ledger_of(root / "store").head().sequence]
    real = Ledger.writing

    @contextmanager
    def told(self: Ledger) -> Iterator[Writer]:
        with real(self) as writer:
            yield writer
            sequence = writer.head().sequence
        promised.append(sequence)

    def copy(moment: int) -> None:
        if moment % every == 0:
            target = image.with_name(f"{moment:06d}.cut")
            shutil.copyfile(image, target)
            target.with_suffix(".promised").write_text(str(promised[-1]))

    Ledger.writing = told  # type: ignore[method-assign]
    if not synced:
        os.fsync = lambda _: None
    Moments(root / "store", copy)
    passed(root)


def _wrong(found: Path, promised: int) -> Iterator[str]:
    head = ledger_of(found / "store").head().sequence
    if head < promised:
        yield f"the ledger ends with entry {head} and had promised {promised}"
    yield from seen_wrong(found)
    yield from lost(found)
    yield from wrong_after_the_next_pass(found)


@contextmanager
def _mounted(image: Path, at: Path) -> Iterator[None]:
    subprocess.run(["mount", "-o", "loop,commit=600", str(image), str(at)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(at)], check=True)
