"""Who may decide what, on exactly what, and when a decision falls."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from kratom_qc.app.review import Ruling, decide, dossier
from kratom_qc.app.store import ledger_of
from kratom_qc.cli import main as cli
from kratom_qc.domain.disposition import Disposition, decided
from kratom_qc.domain.errors import InputNotFound, StoreError, UsageError
from kratom_qc.domain.verdict import Decision
from tests.app.stores import LEAD, certificate, passed, verdicts

ONE, TWO = ("A. Novak",), ("A. Novak", "B. Lim")

# decision, verdict, where the batch stands, by how many people → where it stands then
TABLE = [
    ("released", "PASS", "awaiting review", ONE, "released"),
    ("released", "PASS", "on hold", ONE, "released"),
    ("released", "HOLD", "on hold", ONE, None),
    ("released", "HOLD", "on hold", TWO, "released under deviation"),
    ("released", "FAIL", "on hold", ONE, None),
    ("released", "FAIL", "on hold", TWO, "released under deviation"),
    ("released", "FAIL", "on hold", ("A. Novak", " a.  novak "), None),
    ("released", "PASS", "rejected", ONE, None),
    ("released", "PASS", "rejected", TWO, "released"),
    *(("rejected", verdict, "released", ONE, "rejected") for verdict in ("PASS", "HOLD", "FAIL")),
    *(("hold", verdict, "released", ONE, "on hold") for verdict in ("PASS", "HOLD", "FAIL")),
    ("released", "PASS", "awaiting review", (), None),
    ("released", "PASS", "awaiting review", ("  ",), None),
    ("approved", "PASS", "awaiting review", TWO, None),
]


@pytest.mark.parametrize(("decision", "verdict", "stands", "people", "becomes"), TABLE)
def test_who_may_decide_what(decision, verdict, stands, people, becomes):
    asked = (decision, Decision(verdict), Disposition(stands), "a reason", people)
    if becomes is None:
        with pytest.raises(UsageError):
            decided(*asked)
    else:
        assert decided(*asked) == becomes


def test_a_decision_without_a_reason_is_none():
    with pytest.raises(UsageError, match="reason"):
        decided("rejected", Decision.FAIL, Disposition.ON_HOLD, " ", ONE)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("review")
    files = {batch: certificate(batch, lead) for batch, lead in LEAD.items()}
    assert verdicts(passed(root, **files)) == ["L-FAIL FAIL", "L-HOLD HOLD", "L-PASS PASS"]
    return root


@pytest.fixture
def root(made, tmp_path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "place"))


def stands(root: Path) -> dict[str, str]:
    return {one.batch_id: str(one.disposition) for one in ledger_of(root / "store").batches().values()}


def test_only_what_passes_waits_for_its_review_at_first(root):
    assert stands(root) == {"L-FAIL": "on hold", "L-HOLD": "on hold", "L-PASS": "awaiting review"}


def test_a_decision_is_written_with_who_why_and_on_what(root):
    seen = dossier(root / "store", "L-PASS").batch.basis
    assert decide(root / "store", "L-PASS", Ruling("released", "all is well", ONE, seen[:12])).disposition == "released"
    entry = list(ledger_of(root / "store").entries("L-PASS"))[-1]
    assert (entry.actor, entry.act, entry.reason) == ("A. Novak", "decided", "all is well")
    made = json.loads(entry.after)
    assert (made["verdict"], made["basis"], made["people"]) == ("PASS", seen, ["A. Novak"])
    assert json.loads(entry.before) == {"disposition": "awaiting review"}


@pytest.mark.parametrize("seen", ["0123456789ab", "0"])
def test_what_was_not_seen_is_not_decided_on(root, seen):
    with pytest.raises(UsageError, match="review it again"):
        decide(root / "store", "L-PASS", Ruling("released", "all is well", ONE, seen))
    assert stands(root)["L-PASS"] == "awaiting review"


def test_nobody_decides_on_an_archive_that_is_not_what_was_judged(root):
    (path,) = (root / "store" / "archive" / "findings").glob("*.parquet")
    table = pq.read_table(path)
    at = table.column_names.index("why")
    words = pc.replace_substring(table["why"].cast("string"), "0.9", "0.1")
    pq.write_table(table.set_column(at, table.field(at), words.cast(table.field(at).type)), path)
    with pytest.raises(StoreError, match="not those that its verdict rests on"):
        decide(root / "store", "L-FAIL", Ruling("rejected", "lead", ONE))


def test_an_unknown_batch_is_told_with_the_nearest(root):
    with pytest.raises(InputNotFound, match="nearest: L-PASS"):
        decide(root / "store", "L-PAST", Ruling("released", "all is well", ONE))


def test_a_new_certificate_that_changes_the_outcome_reopens_the_batch(root):
    decide(root / "store", "L-PASS", Ruling("released", "all is well", ONE))
    assert verdicts(passed(root, more=certificate("L-PASS", "0.8"))) == ["L-PASS FAIL"]
    assert stands(root)["L-PASS"] == "on hold"
    entries = list(ledger_of(root / "store").entries("L-PASS"))
    assert [entry.act for entry in entries] == ["judged", "decided", "judged", "reopened"]


def test_a_new_certificate_reopens_the_batch_even_where_the_verdict_stays(root):
    decide(root / "store", "L-PASS", Ruling("released", "all is well", ONE))
    assert verdicts(passed(root, more=certificate("L-PASS", "0.4", Laboratory="Other Labs"))) == ["L-PASS PASS"]
    assert stands(root)["L-PASS"] == "awaiting review"


def test_a_hold_by_a_person_stays_until_a_person_lifts_it(root):
    decide(root / "store", "L-PASS", Ruling("hold", "odour", ONE))
    passed(root, more=certificate("L-PASS", "0.41"))
    assert stands(root)["L-PASS"] == "on hold"
    assert ledger_of(root / "store").batches()["L-PASS"].by_person


def test_other_rulebooks_judge_what_a_pattern_names_again_and_reopen_it(root):
    decide(root / "store", "L-PASS", Ruling("released", "all is well", ONE))
    assert verdicts(passed(root, lead="0.3")) == [], "what is not named stays"
    assert ledger_of(root / "store").judged_by_other_terms() == 0
    assert verdicts(passed(root, lead="0.3", again=["L-P*"])) == ["L-PASS FAIL"]
    assert stands(root)["L-PASS"] == "on hold"
    assert ledger_of(root / "store").judged_by_other_terms() == 2
    with pytest.raises(UsageError, match="'L-9' names no batch"):
        passed(root, again=["L-9"])
    assert verdicts(passed(root, again=["*"])) == ["L-FAIL FAIL", "L-HOLD HOLD", "L-PASS PASS"]


# ---------------------------------------------------------------- the commands


@pytest.fixture
def run(root, capsys, monkeypatch):
    monkeypatch.chdir(root)

    def told(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            cli.main(arguments)
        return end.value.code, *capsys.readouterr()

    return told


def test_batches_are_listed_as_objects(run):
    status, out, _ = run("batches", "--json")
    assert status == 0
    first = json.loads(out.splitlines()[0])
    assert first == {
        "batch_id": "L-FAIL", "product": "leaf_powder", "verdict": "FAIL", "disposition": "on hold",
        "judged_at": "2026-11-22T08:30:00.000000Z", "sequence": first["sequence"],
    }  # fmt: skip


def test_a_review_says_what_stands_against_a_batch_and_what_is_decided_shows_in_the_list(run):
    status, out, _ = run("review", "L-FAIL")
    assert status == 0
    assert {"L-FAIL", "FAIL", "PB", "L-FAIL.csv"} <= set(out.replace("\t", " ").split()) | {"L-FAIL"}
    assert "rests on (--seen)" in out
    assert run("decide", "L-FAIL", "released", "--because", "recall trial", "--by", "A")[0] == 64
    status, out, _ = run("decide", "L-FAIL", "released", "--because", "recall trial", "--by", "A", "--second", "B")
    assert (status, out) == (0, "L-FAIL: released under deviation (not signed)\n")
    assert [line.split("\t")[0] for line in run("review")[1].splitlines()] == ["L-HOLD", "L-PASS"]
    assert "released under deviation" in run("batches")[1]
    assert "recall trial" in run("ledger", "show", "L-FAIL")[1]
    assert run("ledger", "verify")[0] == 0


def test_a_journal_that_was_cut_off_ends_with_1(run, root):
    head = ledger_of(root / "store").head()
    status, out, _ = run("ledger", "verify", "--head", f"{head.sequence + 1}:{'a' * 64}")
    assert status == 1
    assert "cut off" in out
    assert run("ledger", "verify", "--head", "latest")[0] == 64


def test_what_a_store_without_an_archive_answers(run):
    for arguments in (["batches"], ["review"], ["review", "L-1"], ["ledger", "verify"]):
        assert run(*arguments, "--store", "nowhere")[0] == 66
    assert not Path("nowhere").exists()
