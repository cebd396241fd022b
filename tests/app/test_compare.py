"""Two batches of a store, or a certificate and its correction, side by side."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kratom_qc.app.amendments import amend
from kratom_qc.app.compare import compare
from kratom_qc.cli import main as cli
from kratom_qc.domain.errors import InputNotFound
from kratom_qc.trends.comparison import Comparison
from tests.app.stores import certificate, passed

HEAD = {"Laboratory": "Harbor Analytical", "Certificate No.": "C-1"}
TWO = ("A. Novak", "B. Lim")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A batch whose certificate was corrected and counts alone, and a batch that PASSes."""
    root = tmp_path_factory.mktemp("compare")
    passed(root, first=certificate("L-1", "1.9", **HEAD), other=certificate("L-2", "<0.05", Laboratory="Lab B"))
    passed(root, second=certificate("L-1", "0.19", **HEAD))
    amend(root / "store", "L-1", "first.csv", "second.csv", "the laboratory misplaced the point", TWO)
    passed(root, again=["L-1"])
    return root / "store"


def lines(found: Comparison) -> list[tuple[str, ...]]:
    return [
        (one.subject.analyte, one.first[0].printed, one.second[0].printed, str(one.relation)) for one in found.results
    ]


def verdicts(found: Comparison) -> dict[str | None, tuple[str | None, str | None]]:
    return {line.market: tuple(side and side.verdict for side in (line.first, line.second)) for line in found.markets}


def test_two_batches_by_their_newest_verdicts(made):
    found = compare(made, "L-1", "L-2")
    assert lines(found) == [("lead", "0.19 mg/kg", "<0.05 mg/kg", "lower")]
    assert verdicts(found) == {None: ("PASS", "PASS"), "us": ("PASS", "PASS")}
    assert (found.first.laboratories, found.first.certificates, found.second.laboratories) == (
        ("Harbor Analytical",), ("C-1",), ("Lab B",),
    )  # fmt: skip


def test_a_correction_and_what_it_corrects_each_by_the_verdict_that_rested_on_it_alone(made):
    found = compare(made, "first.csv", "second.csv", "L-1")
    assert lines(found) == [("lead", "1.9 mg/kg", "0.19 mg/kg", "lower")]
    assert verdicts(found) == {None: ("FAIL", "PASS"), "us": ("FAIL", "PASS")}
    assert [line.differs for line in found.markets] == [True, True]


def test_a_certificate_on_which_no_verdict_rested_alone_says_so(tmp_path, made):
    root = Path(shutil.copytree(made.parent, tmp_path / "place"))
    passed(root, third=certificate("L-2", "0.3", Laboratory="Lab B"))
    found = compare(root / "store", "other.csv", "third.csv", "L-2")
    assert verdicts(found) == {None: ("PASS", None), "us": ("PASS", None)}
    assert found.second.why_no_verdict == "no verdict rests on third.csv without the other certificate"


@pytest.mark.parametrize(
    ("one", "other", "batch", "says"),
    [
        ("L-1", "L-9", None, r"'L-9' is no batch of .*; nearest: L-1, L-2"),
        ("first.csv", "third.csv", "L-1", r"'third.csv' is no paper of this batch; it has first.csv"),
        ("first.csv", "second.csv", "L-9", r"'L-9' is no batch of"),
    ],
)
def test_what_is_not_there_is_told(made, one, other, batch, says):
    with pytest.raises(InputNotFound, match=says):
        compare(made, one, other, batch)


def test_the_command_prints_both_sides(made, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["compare", "first.csv", "second.csv", "--batch", "L-1", "--store", str(made)])
    assert end.value.code == 0
    printed = capsys.readouterr().out.splitlines()
    assert "Lead\t1.9 mg/kg (1.9 mg/kg)\t0.19 mg/kg (0.19 mg/kg)\tlower" in printed
    assert any(line.startswith("its own verdict\tFAIL") for line in printed)
    assert printed[-1] == "0 of 2 verdicts are the same."
    with pytest.raises(SystemExit):
        cli.main(["compare", "L-1", "L-2", "--store", str(made), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["results"][0]["difference"] == {"low": "-0.19", "high": "-0.14"}
    assert found["markets"][0] == {
        "market": None, "differs": False,
        "one": {"verdict": "PASS", "says": "", "rule_id": ""}, "other": {"verdict": "PASS", "says": "", "rule_id": ""},
    }  # fmt: skip
