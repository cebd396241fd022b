"""`kratom-qc run` where another pass holds the store, and where the machine is at its end: nobody may take a pass that did
not happen for one that did."""

from __future__ import annotations

import errno
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from kratom_qc.app.store import Store
from kratom_qc.cli import main as cli
from tests.app.stores import certificate, passed


@pytest.fixture
def root(tmp_path) -> Iterator[Path]:
    passed(tmp_path, a=certificate("L-1", "0.4"))
    return tmp_path


def run(root: Path, *options: str) -> int:
    return cli._status(["run", "--inbox", str(root / "inbox"), "--store", str(root / "store"), *options])


def test_a_run_with_nothing_new_ends_well_while_another_pass_is_at_work(root, capsys):
    with Store(root / "store").locked():
        assert run(root, "--wait", "0") == 0
    assert "Nothing new" in capsys.readouterr().out


@pytest.mark.parametrize("strict", [(), ("--strict",)])
def test_a_run_with_something_to_do_waits_and_ends_with_73_where_it_waits_in_vain(root, capsys, strict):
    (root / "inbox" / "b.csv").write_bytes(certificate("L-2", "0.4"))
    with Store(root / "store").locked():
        assert run(root, "--wait", "0", *strict) == 73
    said = capsys.readouterr()
    assert said.out == ""
    assert "another pass is writing to this store" in said.err
    assert list(Store(root / "store").ledger.batches()) == ["L-1"]


def test_a_run_that_waits_makes_its_pass_once_the_other_has_ended(root, capsys):
    (root / "inbox" / "b.csv").write_bytes(certificate("L-2", "0.4"))
    ended = threading.Event()

    def other() -> None:
        with Store(root / "store").locked():
            ended.set()
            threading.Event().wait(1)

    thread = threading.Thread(target=other)
    thread.start()
    ended.wait()
    assert run(root, "--wait", "60") == 0
    thread.join()
    assert "L-2" in capsys.readouterr().out


def test_a_machine_that_allows_too_few_open_files_is_told_in_a_sentence(root):
    (root / "inbox" / "b.csv").write_bytes(certificate("L-2", "0.4"))
    command = [sys.executable, "-m", "kratom_qc", "run", "--inbox", str(root / "inbox"), "--store", str(root / "store")]
    few = partial(resource.setrlimit, resource.RLIMIT_NOFILE, (16, 16))
    done = subprocess.run(command, preexec_fn=few, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (70, "")
    assert "may have 16 files open at once" in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(Store(root / "store").ledger.batches()) == ["L-1"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.EMFILE, "Too many open files"), "cannot go on: Too many open files"),
        (MemoryError(), "cannot go on: too little memory"),
        (ValueError("odd"), "internal error (ValueError: odd)"),
    ],
)
def test_a_machine_at_its_end_is_no_fault_of_the_program(root, capsys, monkeypatch, error, said):
    def at_its_end(*_: object) -> None:
        raise error

    monkeypatch.setattr("kratom_qc.cli.passes.whole_pass", at_its_end)
    assert run(root) == 70
    told = capsys.readouterr().err
    assert said in told
    assert ("report it" in told) == ("internal" in told)
