"""An inbox as the world leaves it: nothing stops a pass, nothing is left out without a word, no link is followed out."""

from __future__ import annotations

import os
import socket
import threading
import time
from pathlib import Path

import pytest

from kratom_qc.app.arrivals import arrivals
from kratom_qc.app.inbox import scan
from kratom_qc.app.store import Store, ledger_of
from kratom_qc.archive.store import StoreFiles
from kratom_qc.domain.errors import StoreError
from tests.app.stores import certificate, passed, verdicts

CAP = 100_000


@pytest.fixture
def inbox(tmp_path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "good.csv").write_bytes(certificate("L-1", "0.4"))
    return folder


def pipe(path: Path) -> None:
    os.mkfifo(path)


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


def link(path: Path) -> None:
    outside = path.parent.parent / "outside.csv"
    outside.write_bytes(certificate("L-OUTSIDE", "0.4"))
    path.symlink_to(outside)


def linked_folder(path: Path) -> None:
    outside = path.parent.parent / "outside"
    outside.mkdir()
    (outside / "a.csv").write_bytes(certificate("L-OUTSIDE", "0.4"))
    path.symlink_to(outside)


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)  # takes no place on the disk


LEFT = {
    "a pipe": (pipe, "a pipe, a socket or a device"),
    "a socket": (listening, "a pipe, a socket or a device"),
    "a link out of the inbox": (link, "is a link"),
    "a link to a folder": (linked_folder, "is a link"),
    "a link to nothing": (lambda path: path.symlink_to("nowhere"), "is a link"),
    "a link in a circle": (lambda path: path.symlink_to(path), "is a link"),
    "a file of a terabyte": (huge, "larger than a certificate can be"),
}


@pytest.mark.parametrize("story", LEFT)
def test_what_is_no_file_of_a_certificate_is_told_and_stops_nothing(inbox, story):
    make, said = LEFT[story]
    make(inbox / "odd.csv")
    began = time.monotonic()
    files, left = scan(inbox, CAP, 0)
    assert [file.name for file in files] == ["good.csv"]
    assert [one.name for one in left] == ["odd.csv"]
    assert said in left[0].problem.message
    assert time.monotonic() - began < 5


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_and_a_file_without_permission_are_told(inbox):
    (inbox / "closed").mkdir(mode=0)
    (inbox / "closed.csv").touch(mode=0)
    _, left = scan(inbox, CAP, 0)
    assert [one.name for one in left] == ["closed", "closed.csv"]
    (inbox / "closed").chmod(0o755)


def test_a_folder_that_cannot_be_opened_is_told(inbox, monkeypatch):
    (inbox / "closed").mkdir()
    real = os.scandir

    def closed(path):
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", closed)
    _, left = scan(inbox, CAP, 0)
    assert [(one.name, one.problem.message) for one in left] == [
        ("closed", "closed: this folder cannot be opened: Permission denied")
    ]


NAMES = {
    b"caf\xe9.csv": "caf\\udce9.csv",
    b"two\nlines.csv": "two\\u000alines.csv",
    b"bell\x07\x1b[31m.csv": "bell\\u0007\\u001b[31m.csv",
    "kůň.csv".encode(): "kůň.csv",
    b"-rf.csv": "-rf.csv",
    b"x" * 250 + b".csv": "x" * 250 + ".csv",
}


def test_odd_names_are_kept_shown_escaped_and_judged(tmp_path, inbox):
    (inbox / "good.csv").unlink()
    for number, name in enumerate(NAMES):
        path = os.fsencode(inbox) + b"/" + name
        with open(path, "wb") as file:
            file.write(certificate(f"L-{number}", "0.4"))
    current = passed(tmp_path)
    assert sorted(verdicts(current)) == [f"L-{number} PASS" for number in range(len(NAMES))]
    ledger = ledger_of(tmp_path / "store")
    assert sorted(name for _, name in ledger.every_file()) == sorted(NAMES.values())


def test_a_file_is_taken_once_nobody_writes_to_it(inbox):
    """Written to every tenth of a second for as long as the scan may wait, as a slow copy does."""
    whole = certificate("L-2", "0.4")
    done = threading.Event()

    def copy() -> None:
        with (inbox / "slow.csv").open("wb") as file:
            for start in range(0, len(whole)):
                if done.is_set():
                    return
                file.write(whole[start : start + 1])
                file.flush()
                time.sleep(0.1)

    writer = threading.Thread(target=copy)
    writer.start()
    time.sleep(0.2)
    files, left = scan(inbox, CAP, 1)
    done.set()
    writer.join()
    assert [file.name for file in files] == ["good.csv"]
    assert [one.problem.message for one in left] == ["slow.csv: is still being written to; the next pass takes it"]
    (inbox / "slow.csv").write_bytes(whole)
    files, left = scan(inbox, CAP, 1)
    assert ([file.name for file in files], left) == (["good.csv", "slow.csv"], [])


def test_what_is_left_is_told_by_every_pass_and_makes_no_pass(tmp_path, inbox):
    pipe(inbox / "pipe")
    assert verdicts(passed(tmp_path)) == ["L-1 PASS"]
    found = arrivals(inbox, Store(tmp_path / "store"))
    assert found.new == []
    assert [reading.file for reading in found.left] == ["pipe"]


def test_a_file_that_vanishes_between_the_scan_and_its_reading_stops_no_other(tmp_path, inbox, monkeypatch):
    (inbox / "gone.csv").write_bytes(certificate("L-2", "0.4"))
    monkeypatch.setattr("kratom_qc.app.arrivals.scan", _then_gone)
    current = passed(tmp_path)
    assert verdicts(current) == ["L-1 PASS"]
    assert [one.refusals[0].code for one in current.refused] == ["unreadable"]
    monkeypatch.undo()
    (inbox / "gone.csv").write_bytes(certificate("L-2", "0.4"))
    assert verdicts(passed(tmp_path)) == ["L-2 PASS"]


def _then_gone(folder: Path, cap: int, settle: int):
    found = scan(folder, cap, settle)
    (folder / "gone.csv").unlink()
    return found


def test_the_same_bytes_under_other_names_are_one_certificate_and_every_delivery_is_written_down(tmp_path, inbox):
    (inbox / "copy.csv").write_bytes((inbox / "good.csv").read_bytes())
    assert verdicts(passed(tmp_path)) == ["L-1 PASS"]
    (inbox / "third.csv").write_bytes((inbox / "good.csv").read_bytes())
    assert verdicts(passed(tmp_path)) == []
    passed(tmp_path)
    delivered = [entry.made["name"] for entry in ledger_of(tmp_path / "store").entries() if entry.act == "delivered"]
    assert sorted(delivered) == ["copy.csv", "good.csv", "third.csv"], "each once"


def test_a_file_is_not_said_to_have_come_before_the_store_holds_it(tmp_path, inbox, monkeypatch):
    """Two names of one content: the second is known by the first, which is not kept yet."""
    (inbox / "copy.csv").write_bytes((inbox / "good.csv").read_bytes())
    monkeypatch.setattr(StoreFiles, "keep", _full)
    with pytest.raises(StoreError, match="full"):
        passed(tmp_path)
    assert list(ledger_of(tmp_path / "store").every_file()) == []
    monkeypatch.undo()
    assert verdicts(passed(tmp_path)) == ["L-1 PASS"]


def _full(*_: object) -> None:
    raise StoreError("the disk is full")


def test_the_other_name_of_a_file_that_vanishes_is_taken_by_the_next_pass(tmp_path, inbox, monkeypatch):
    (inbox / "gone.csv").write_bytes(certificate("L-2", "0.4"))
    (inbox / "other name.csv").write_bytes(certificate("L-2", "0.4"))
    monkeypatch.setattr("kratom_qc.app.arrivals.scan", _then_gone)
    assert verdicts(passed(tmp_path)) == ["L-1 PASS"]
    monkeypatch.undo()
    assert verdicts(passed(tmp_path)) == ["L-2 PASS"]
