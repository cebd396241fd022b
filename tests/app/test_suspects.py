"""A file that ends whatever works on it: it costs three attempts, its lot is held, and nobody else waits for it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kratom_qc.app import quarantine
from kratom_qc.app.release import PLAIN, Done, Stages, whole_pass
from kratom_qc.app.store import Store, ledger_of
from kratom_qc.app.suspects import Suspects
from kratom_qc.cli.waiting_files import print_quarantined
from kratom_qc.domain.errors import StoreError, UsageError
from tests.app.stores import certificate, clock, passed, policy, verdicts

ROOT = Path(__file__).parents[2]
# As much of a pass as another process needs, for each line it is given: judging a batch whose name says so ends the process.
DIES = """
import os, sys
from pathlib import Path
from kratom_qc.app.release import PLAIN, Stages, whole_pass
from kratom_qc.app.store import Store
from tests.app.stores import clock, policy
from tests.tools.faults.world import read_here
def judge(current, wave):
    if "L-POISON" in wave:
        os._exit(9)
    PLAIN.judge(current, wave)
read_here()
root = Path(sys.argv[1])
for _ in sys.stdin:
    if not os.fork():
        stages = Stages(PLAIN.read, judge, PLAIN.publish)
        whole_pass(root / "inbox", Store(root / "store", clock), policy(root), stages=stages)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.wait()[1]), flush=True)
"""


def fails(current, wave) -> None:
    """A stage with a fault that one batch shows."""
    if "L-POISON" in wave:
        raise ZeroDivisionError
    PLAIN.judge(current, wave)


def with_the_fault(root: Path) -> Done:
    stages = Stages(PLAIN.read, fails, PLAIN.publish)
    return whole_pass(root / "inbox", Store(root / "store", clock), policy(root), stages=stages)


@pytest.fixture
def inbox(tmp_path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    for batch in ("L-1", "L-POISON", "L-2"):
        (folder / f"{batch}.csv").write_bytes(certificate(batch, "0.4"))
    return folder


@pytest.fixture
def passes_that_die(tmp_path) -> Iterator[Callable[[], int]]:
    """Makes a pass in a process of its own and says how that ended."""
    command = [sys.executable, "-c", DIES, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def one() -> int:
            process.stdin.write("\n")
            process.stdin.flush()
            return int(process.stdout.readline())

        yield one
        process.stdin.close()


def test_a_process_that_dies_of_a_file_costs_it_three_attempts_and_nobody_else_waits(tmp_path, inbox, passes_that_die):
    for attempt in range(1, 4):
        (inbox / f"after {attempt}.csv").write_bytes(certificate(f"L-AFTER-{attempt}", "0.4"))
        assert passes_that_die() == 9
        judged = ledger_of(tmp_path / "store").batches()
        assert attempt == 1 or f"L-AFTER-{attempt}" in judged, "what is not suspect comes first"
    assert set(judged) == {"L-1", "L-2", "L-AFTER-2", "L-AFTER-3"}
    assert passes_that_die() == 0
    assert "L-AFTER-1" in ledger_of(tmp_path / "store").batches(), "it was beside the poison from the first"
    store = Store(tmp_path / "store", clock)
    assert [(one.name, "three passes" in one.why) for one in quarantine.quarantined(store)] == [("L-POISON.csv", True)]
    assert json.loads((tmp_path / "store" / "attempts.json").read_text()) == {}
    assert passed(tmp_path).was_idle, "nobody works on it again"


def test_an_error_is_no_end_of_a_pass_that_has_shown_that_it_can_judge(tmp_path, inbox):
    with pytest.raises(ZeroDivisionError):
        with_the_fault(tmp_path)
    (inbox / "fresh.csv").write_bytes(certificate("L-FRESH", "0.4"))
    done = with_the_fault(tmp_path)
    assert sorted(verdicts(done)) == ["L-1 PASS", "L-2 PASS", "L-FRESH PASS"]
    assert [(one.file, "ended with an error" in one.refusals[0].message) for one in done.refused] == [
        ("L-POISON.csv", True)
    ]
    quarantined = with_the_fault(tmp_path)
    assert [one.refusals[0].code for one in quarantined.refused] == ["quarantined"]


def test_a_lot_of_a_quarantined_file_is_held_whatever_else_says_of_it(tmp_path, inbox):
    (inbox / "other.csv").write_bytes(certificate("L-POISON", "0.3"))
    store = Store(tmp_path / "store", clock)
    (inbox / "L-POISON.csv").rename(tmp_path / "L-POISON.csv")
    assert "L-POISON PASS" in verdicts(passed(tmp_path))
    (tmp_path / "L-POISON.csv").rename(inbox / "L-POISON.csv")
    (sha256,) = (one.sha256 for one in _new(tmp_path))
    _noted(store, sha256, 3)
    assert verdicts(passed(tmp_path)) == ["L-POISON HOLD"]


def _new(root: Path):
    from kratom_qc.app.arrivals import arrivals

    return arrivals(root / "inbox", Store(root / "store", clock)).new


def _noted(store: Store, sha256: str, attempts: int) -> None:
    for _ in range(attempts):
        with pytest.raises(ZeroDivisionError), Suspects(store.root).attempt([sha256]):
            raise ZeroDivisionError


@pytest.mark.usefixtures("inbox")
def test_a_file_in_quarantine_is_tried_again_when_a_person_asks_for_it_with_a_reason(tmp_path, capsys):
    store = Store(tmp_path / "store", clock)
    sha256 = next(one.sha256 for one in _new(tmp_path) if one.name == "L-POISON.csv")
    _noted(store, sha256, 3)
    passed(tmp_path)
    with pytest.raises(UsageError, match="needs its reason"):
        quarantine.retry(store, [sha256], "quinn", " ")
    with pytest.raises(UsageError, match="names no file in quarantine"):
        quarantine.retry(store, [sha256[:4]], "quinn", "mended")
    assert [one.name for one in quarantine.retry(store, [sha256[:8]], "quinn", "mended")] == ["L-POISON.csv"]
    assert verdicts(passed(tmp_path)) == ["L-POISON PASS"]
    assert not quarantine.quarantined(store)
    print_quarantined(store.root, as_json=False)
    assert [*capsys.readouterr()] == ["No file is in quarantine.\n", ""], "said once"
    assert store.ledger.differences() == {}, "the state follows from the journal"


def test_what_says_nothing_of_a_file_is_no_attempt(tmp_path):
    for trouble in (StoreError("full"), KeyboardInterrupt()):
        with pytest.raises(type(trouble)), Suspects(tmp_path).attempt(["a"]):
            raise trouble
        assert Suspects(tmp_path).of("a") == 0
    with pytest.raises(ZeroDivisionError), Suspects(tmp_path).attempt(["a"]):
        raise ZeroDivisionError
    assert Suspects(tmp_path).of("a") == 1


def test_rounds_grow_smaller_and_the_least_suspect_come_first(tmp_path):
    files = [str(number) for number in range(100)]
    assert [len(one.files) for one in Suspects(tmp_path).rounds(files)] == [100]
    (tmp_path / "attempts.json").write_text(json.dumps({**dict.fromkeys(files[:70], 1), **dict.fromkeys(files[:2], 2)}))
    assert [(len(one.files), one.attempts) for one in Suspects(tmp_path).rounds(files)] == [
        (30, 0), (32, 1), (32, 1), (4, 1), (1, 2), (1, 2),
    ]  # fmt: skip


def test_a_pass_takes_so_many_of_the_oldest_and_the_others_wait(tmp_path, inbox, monkeypatch):
    monkeypatch.setenv("KRATOM_QC_PASS_FILES", "2")
    (inbox / "A-youngest.csv").write_bytes(certificate("L-A", "0.4"))
    done = passed(tmp_path)
    assert (len(done.rows), done.found.waiting) == (2, 2)
    assert "L-A PASS" not in verdicts(done)
    assert {*verdicts(done), *verdicts(passed(tmp_path))} == {"L-1 PASS", "L-POISON PASS", "L-2 PASS", "L-A PASS"}


@pytest.mark.usefixtures("inbox")
def test_with_little_room_on_the_disk_nothing_new_is_taken(tmp_path, monkeypatch):
    monkeypatch.setenv("KRATOM_QC_MIN_FREE_MIB", "1000000")
    with pytest.raises(StoreError, match=r"nothing new is taken below 1000000"):
        passed(tmp_path)
    assert not ledger_of(tmp_path / "store").head().sequence
