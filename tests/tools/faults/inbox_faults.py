"""What lies in an inbox while somebody copies, links, closes and names as he likes: never half a file is judged, nothing is
followed outside or skipped without a word, and the good files are judged whatever lies beside them."""

from __future__ import annotations

import os
import random
import resource
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from kratom_qc.app.inbox import scan
from kratom_qc.app.release import Done
from kratom_qc.settings import Caps
from tests.app.stores import certificate, passed
from tests.factory import long_csv
from tests.tools.faults.world import Case, made

PLACES = 120
_NOBODY = 65534
_ANALYTES = ("Mitragynine", "7-Hydroxymitragynine", "Cadmium", "Arsenic", "Mercury", "Nickel", "Lead")


def being_copied(folder: Path) -> Iterator[Case]:
    """A long csv cut at so many places, each written on after a while: taken whole, or not yet."""
    inbox, whole, rng = folder / "inbox", _long("L-1"), random.Random(7)
    inbox.mkdir()
    places = [(number + 1) * len(whole) // (PLACES + 1) for number in range(PLACES)]
    for number, place in enumerate(places):
        (inbox / f"{number}.csv").write_bytes(whole[:place])

    def copy_on(number: int, place: int) -> None:
        time.sleep(rng.uniform(0.05, 0.8))
        with (inbox / f"{number}.csv").open("ab") as file:
            file.write(whole[place:])

    copiers = [threading.Thread(target=copy_on, args=(number, place)) for number, place in enumerate(places)]
    for one in copiers:
        one.start()
    meanwhile, left = scan(inbox, Caps().file_bytes, 1)
    for one in copiers:
        one.join()
    time.sleep(1)
    after, still = scan(inbox, Caps().file_bytes, 1)
    halves = [
        f"{file.name}: {file.size} of {len(whole)} bytes" for file in meanwhile + after if file.size != len(whole)
    ]
    if (len(meanwhile) + len(left), len(after), still) != (PLACES, PLACES, []):
        halves.append("a file was skipped without a word")
    yield Case(f"{PLACES} files: {len(meanwhile)} taken meanwhile, {len(after)} afterwards", halves)


def cut_at_rest(folder: Path) -> Iterator[Case]:
    """The same csv, which FAILs in its last line, cut off for good: whatever is left of it does not PASS."""
    root = made(folder)
    for number in range(PLACES):
        whole = _long(f"CUT-{number}")
        (root / "inbox" / f"{number}.csv").write_bytes(whole[: (number + 1) * len(whole) // (PLACES + 1)])
    done = passed(root)
    rows = [one for one in done.rows if one.batch_id.startswith("CUT")]
    good = [f"{one.batch_id} PASSes" for one in rows if one.decision == "PASS"]
    refused = sum(one.file[:1].isdigit() for one in done.refused)
    yield Case(f"{PLACES} places: {refused} refused, {len(rows)} batches", good)


def _long(batch: str) -> bytes:
    said = dict.fromkeys(_ANALYTES, "0.02") | {"Lead": "15.2"}
    facts = {"Batch": batch, "Form": "leaf powder", "Date_Issued": "2026-11-01", "LOD": "0.01"}
    rows = [{"Analyte": name, "Unit": "mg/kg", **facts, "Result": amount} for name, amount in said.items()]
    return long_csv([{key.replace("_", " "): value for key, value in one.items()} for one in rows])


# ---------------------------------------------------------------- odd things


def _link(path: Path) -> None:
    path.symlink_to(path.parents[1] / "outside" / "secret.csv")


def _linked_folder(path: Path) -> None:
    path.symlink_to(path.parents[1] / "outside")


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        os.chdir(path.parent)
        one.bind(path.name)


def _sparse(size: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with path.open("wb") as file:
            file.truncate(size)

    return make


def _deep(path: Path) -> None:
    """Folders whose path is longer than the system takes."""
    os.chdir(path.parent)
    for _ in range(20):
        os.mkdir("d" * 250)
        os.chdir("d" * 250)
    Path("deep.csv").write_bytes(certificate("L-DEEP", "0.4"))


ODD: dict[str, Callable[[Path], object]] = {
    "pipe.csv": os.mkfifo,
    "socket.csv": _socket,
    "link out.csv": _link,
    "linked folder": _linked_folder,
    "dangling.csv": lambda path: path.symlink_to("nowhere"),
    "circle.csv": lambda path: path.symlink_to(path),
    "200 MB.csv": _sparse(200_000_000),
    "a terabyte.csv": _sparse(1 << 40),
    "unreadable.csv": lambda path: path.touch(mode=0),
    "closed folder": lambda path: path.mkdir(mode=0),
    "d" * 250: _deep,
}
NAMES = (
    *(b"caf\xe9.csv", b"two\nlines.csv", b"\x1b[31m.csv", b"\xed\xa0\xbd.csv", b"x" * 251 + b".csv", b"-rf.csv"),
    "kůň.csv".encode(),
)


def odd(folder: Path) -> Iterator[Case]:
    """An inbox with everything odd at once, seen by somebody who may not open all of it; one file vanishes meanwhile."""
    root = made(folder)
    (root / "outside").mkdir()
    (root / "outside" / "secret.csv").write_bytes(certificate("L-OUTSIDE", "0.4"))
    here = Path.cwd()
    for name, make in ODD.items():
        make(root / "inbox" / name)
    os.chdir(here)
    for number, odd_name in enumerate(NAMES):
        with open(os.fsencode(root / "inbox") + b"/" + odd_name, "wb") as file:
            file.write(certificate(f"ODD-{number}", "0.4"))
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.write(write, "\n".join(_as_nobody(root)).encode())
        os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read) as told:
        yield Case(f"{len(ODD)} odd things, {len(NAMES)} odd names", told.read().splitlines())
    shutil.rmtree(root)


def _as_nobody(root: Path) -> Iterator[str]:
    """What is wrong after a pass of somebody without rights."""
    try:
        if os.geteuid() == 0:
            subprocess.run(["chown", "-hR", f"{_NOBODY}:{_NOBODY}", str(root.parent)], check=True)
            os.setuid(_NOBODY)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        done = passed(root)
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        if grown > 150:
            yield f"it took {grown:.0f} MiB more"
        yield from _wrong(done)
    except BaseException as error:
        yield f"the pass did not complete: {type(error).__name__}: {error}"


def _wrong(done: Done) -> Iterator[str]:
    judged = {row.batch_id for row in done.rows}
    wanted = {"L-3", "L-4", *(f"ODD-{number}" for number in range(len(NAMES)))}
    yield from (f"{name} was not judged" for name in sorted(wanted - judged))
    yield from (f"{name} was judged" for name in judged & {"L-OUTSIDE", "L-DEEP"})
    told = {reading.file.partition("/")[0] for reading in done.refused}
    yield from (f"{name} was left out without a word" for name in sorted(ODD.keys() - told))
