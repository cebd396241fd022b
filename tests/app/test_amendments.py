"""A corrected certificate lifts nothing by itself: both papers count until people say which one stands."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from kratom_qc.app import amendments, release
from kratom_qc.app.amendments import amend
from kratom_qc.app.reading import Reading
from kratom_qc.app.review import Ruling, decide, dossier
from kratom_qc.app.store import ledger_of
from kratom_qc.app.verification import verify
from kratom_qc.cli import main as cli
from kratom_qc.domain.disposition import amends
from kratom_qc.domain.errors import InputNotFound, UsageError
from tests.app.stores import certificate, passed, verdicts
from tests.factory.sheets import xlsx_bytes

TWO = ("A. Novak", "B. Lim")
HEAD = {"Laboratory": "Harbor Analytical", "Certificate No.": "C-1"}
WRONG = certificate("L-1", "1.9", **HEAD)
RIGHT = certificate("L-1", "0.19", **HEAD)
WHY = "the laboratory misplaced the point, letter of 2026-11-20"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A certificate that FAILs, and its correction by the same laboratory under the same number."""
    root = tmp_path_factory.mktemp("amendments")
    assert verdicts(passed(root, first=WRONG)) == ["L-1 FAIL"]
    assert verdicts(passed(root, second=RIGHT)) == ["L-1 FAIL"]
    return root


@pytest.fixture
def root(made, tmp_path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "place"))


def again(root: Path) -> list[str]:
    return verdicts(passed(root, again=["L-1"]))


def test_what_a_correction_changes_is_shown_line_by_line(root):
    found = dossier(root / "store", "L-1")
    assert [(paper.name, paper.certificate_id, paper.issued_on) for paper in found.papers] == [
        ("first.csv", "C-1", "2026-11-01"),
        ("second.csv", "C-1", "2026-11-01"),
    ]
    (correction,) = found.corrections
    assert (correction.before.name, correction.after.name) == ("first.csv", "second.csv")
    assert [(one.what.split()[0], one.before.split()[0], one.after.split()[0]) for one in correction.differences] == [
        ("lead", "1.9", "0.19")
    ]


def test_one_person_cannot_let_a_correction_lift_a_fail(root):
    with pytest.raises(UsageError, match="takes two people"):
        amend(root / "store", "L-1", "first.csv", "second.csv", WHY, TWO[:1])
    with pytest.raises(UsageError, match="reason"):
        amend(root / "store", "L-1", "first.csv", "second.csv", " ", TWO)
    assert again(root) == ["L-1 FAIL"]


def test_a_correction_counts_alone_once_two_people_say_so_and_the_batch_is_judged_again(root):
    decide(root / "store", "L-1", Ruling("rejected", "lead", ("A",)))
    amend(root / "store", "L-1", "first.csv", "second.csv", WHY, TWO)
    (difference,) = verify(root / "store", replay=True).differences
    assert "was not judged since" in difference
    with pytest.raises(UsageError, match="first judge it again"):
        decide(root / "store", "L-1", Ruling("rejected", "lead", ("A",)))
    assert again(root) == ["L-1 PASS"]
    known = ledger_of(root / "store").batches()["L-1"]
    assert (str(known.disposition), known.by_person) == ("awaiting review", False), "the rejection fell"
    (entry,) = (one for one in ledger_of(root / "store").entries("L-1") if one.act == "amended")
    assert (entry.actor, entry.reason, entry.made["people"]) == ("A. Novak", WHY, list(TWO))
    found = verify(root / "store", replay=True)
    assert (found.differences, found.replayed) == ((), 1)


def test_what_gave_way_stays_in_the_store_and_may_count_again(root):
    amend(root / "store", "L-1", "first.csv", "second.csv", WHY, TWO)
    assert again(root) == ["L-1 PASS"]
    results = pd.read_parquet(root / "store" / "archive" / "results")
    assert set(results.said) == {"1.9", "0.19"}
    assert [paper.known.amended_by is not None for paper in dossier(root / "store", "L-1").papers] == [True, False]
    amend(root / "store", "L-1", "first.csv", None, "the letter was forged", TWO[:1])
    assert again(root) == ["L-1 FAIL"]
    assert verify(root / "store", replay=True).differences == ()


def test_a_word_that_is_said_while_a_pass_reads_waits_for_the_next_pass(root, monkeypatch):
    """The pass does not know of it, so nothing may be decided on what it judged."""
    amend(root / "store", "L-1", "first.csv", "second.csv", WHY, TWO)
    assert again(root) == ["L-1 PASS"]
    read_again = release.ReleasePass._read_again

    def meanwhile(current: release.ReleasePass, files: Sequence[str]) -> list[Reading]:
        amend(root / "store", "L-1", "first.csv", None, "the letter was forged", TWO[:1])
        return read_again(current, files)

    with monkeypatch.context() as patch:
        patch.setattr(release.ReleasePass, "_read_again", meanwhile)
        assert again(root) == ["L-1 PASS"]
    with pytest.raises(UsageError, match="first judge it again"):
        decide(root / "store", "L-1", Ruling("released", "all limits met", TWO[:1]))
    assert again(root) == ["L-1 FAIL"]


def test_one_person_lifts_no_fail_that_is_judged_while_they_speak(root, monkeypatch):
    amend(root / "store", "L-1", "first.csv", "second.csv", WHY, TWO)
    assert again(root) == ["L-1 PASS"]

    def meanwhile(*given: object) -> None:
        amends(*given)  # type: ignore[arg-type]
        assert verdicts(passed(root, third=certificate("L-1", "1.7", **HEAD))) == ["L-1 FAIL"]

    monkeypatch.setattr(amendments, "amends", meanwhile)
    with pytest.raises(UsageError, match="has changed just now"):
        amend(root / "store", "L-1", "first.csv", None, "it counts", TWO[:1])


def test_a_file_that_gave_way_for_one_batch_still_speaks_of_another(tmp_path):
    rows = "batch,product type,analyte,result,unit,LOD,report date,laboratory,certificate\n"
    line = "{},leaf powder,Lead,{},mg/kg,0.01,2026-11-01,Harbor,{}\n"
    both = rows + line.format("L-1", "1.9", "C-1") + line.format("L-2", "1.8", "C-2")
    passed(tmp_path, first=both.encode(), second=(rows + line.format("L-1", "0.2", "C-1")).encode())
    amend(tmp_path / "store", "L-1", "first.csv", "second.csv", WHY, TWO)
    assert verdicts(passed(tmp_path, again=["*"])) == ["L-1 PASS", "L-2 FAIL"]


def test_what_says_that_it_replaces_another_is_held_until_people_agree(tmp_path):
    new = certificate("L-1", "0.2", **{**HEAD, "Certificate No.": "C-2", "Supersedes": "C-1"})
    passed(tmp_path, first=certificate("L-1", "0.3", **HEAD))
    assert verdicts(passed(tmp_path, second=new)) == ["L-1 HOLD"]
    (correction,) = dossier(tmp_path / "store", "L-1").corrections
    assert ("amends", "", "C-1") in correction.differences
    amend(tmp_path / "store", "L-1", "first.csv", "second.csv", WHY, TWO)
    assert verdicts(passed(tmp_path, again=["L-1"])) == ["L-1 PASS"]


@pytest.mark.parametrize(("before", "after"), [("third.csv", "second.csv"), ("first.csv", "ab"), ("second.csv", "x")])
def test_a_paper_that_the_batch_does_not_have_is_said(root, before, after):
    with pytest.raises(InputNotFound, match=r"it has first.csv \("):
        amend(root / "store", "L-1", before, after, WHY, TWO)


def test_no_paper_gives_way_to_itself_or_to_one_that_gave_way(root):
    amend(root / "store", "L-1", "first.csv", "second.csv", WHY, TWO)
    for before, after in (("second.csv", "first.csv"), ("second.csv", "second.csv")):
        with pytest.raises(UsageError, match="does not stand"):
            amend(root / "store", "L-1", before, after, WHY, TWO)


# ---------------------------------------------------------------- the same content in another file


def test_content_saved_again_by_another_program_is_one_certificate_and_linked(tmp_path):
    rows = [
        ["Batch", "L-1"], ["Form", "leaf powder"], ["Date Issued", "2026-11-01"],
        ["Analyte", "Result", "Unit", "LOD"], ["Lead", "0.40", "mg/kg", "0.01"],
    ]  # fmt: skip
    text = "".join(f"{','.join(row)}\n" for row in rows)
    assert verdicts(passed(tmp_path, first=text.encode())) == ["L-1 PASS"]
    basis = ledger_of(tmp_path / "store").batches()["L-1"].basis
    decide(tmp_path / "store", "L-1", Ruling("released", "all is well", ("A",)))
    (tmp_path / "inbox" / "again.xlsx").write_bytes(xlsx_bytes(rows))
    assert verdicts(passed(tmp_path)) == ["L-1 PASS"]
    known = ledger_of(tmp_path / "store").batches()["L-1"]
    assert (known.basis, str(known.disposition)) == (basis, "released")
    assert len(pd.read_parquet(tmp_path / "store" / "archive" / "results")) == 1
    certificates = pd.read_parquet(tmp_path / "store" / "archive" / "certificates")
    first = certificates[certificates.file == "first.csv"].sha256.item()
    assert certificates[certificates.file == "again.xlsx"].same_as.item() == first
    assert [paper.known.same_as for paper in dossier(tmp_path / "store", "L-1").papers] == [None, first]
    assert verify(tmp_path / "store", replay=True).differences == ()


# ---------------------------------------------------------------- the command


def test_a_person_sees_what_differs_and_lets_one_stand(root, monkeypatch, capsys):
    monkeypatch.chdir(root)

    def run(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as end:
            cli.main(arguments)
        return end.value.code, capsys.readouterr().out

    status, out = run("review", "L-1")
    assert status == 0
    assert "second.csv against first.csv" in out
    assert "1.9 mg/kg" in out
    assert run("amend", "L-1", "first.csv", "second.csv", "--because", WHY, "--by", "A")[0] == 64
    status, out = run("amend", "L-1", "first.csv", "second.csv", "--because", WHY, "--by", "A", "--second", "B")
    assert status == 0
    assert "kratom-qc run --again L-1" in out
    assert "gave way to second.csv" in run("review", "L-1")[1]
    entries = [json.loads(line) for line in run("ledger", "show", "L-1", "--json")[1].splitlines()]
    assert entries[-1]["act"] == "amended"
