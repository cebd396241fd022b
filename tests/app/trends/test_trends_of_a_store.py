"""What counts in a trend: every batch once, by the certificates that stand."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from kratom_qc.app.amendments import amend
from kratom_qc.app.printing import beside_earlier, kept_report, rendered
from kratom_qc.app.store import ledger_of
from kratom_qc.app.trends.report import TrendReport, out_of_trend_of, trends
from kratom_qc.app.trends.statements import Wanted
from kratom_qc.app.verification import verify
from kratom_qc.cli import main as cli
from kratom_qc.domain.errors import InputNotFound
from kratom_qc.report.formats import Format, Request
from tests.app.stores import DAY, passed
from tests.factory import long_csv, row
from tests.report.test_formats import cells, pdf_text

LEADS = [f"0.{20 + (place * 7) % 5}" for place in range(22)]  # 0.20 … 0.24
TWO = ("A. Novak", "B. Lim")


def paper(batch: str, lead: str, number: str, day: int, laboratory: str = "Acme Labs", **more: str) -> bytes:
    facts = {"Batch": batch, "Form": "leaf powder", "Certificate No.": number, "Laboratory": laboratory, **more}
    issued = str(date(2026, 8, 1) + timedelta(day))
    rows = [
        row("Lead", lead, "mg/kg", LOD="0.01", Method="ICP-MS"),
        row("Mitragynine", "1.40", "%", Method="HPLC"),
        row("7-Hydroxymitragynine", "0.02", "%", Method="HPLC"),
    ]
    return long_csv(rows, **{"Date Issued": issued}, **facts)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """22 usual batches and one of 0.45, which two laboratories tested; one batch came twice as the same content, one has a
    corrected certificate under the same number, and a second pass judges three of them again."""
    root = tmp_path_factory.mktemp("trends")
    files = {f"b{place:02}": paper(f"B-{place:02}", lead, f"C-{place}", place) for place, lead in enumerate(LEADS)}
    files["last"] = paper("B-90", "0.45", "C-90", 90, "ACME  LABS")
    files["split"] = paper("B-90", "0.41", "X-1", 90, "Beta Analytics")
    files["wrong"] = paper("B-91", "0.9", "C-91", 40)
    passed(root, **files)
    copy, right = files["b03"] + b"\n", paper("B-91", "0.21", "C-91", 40)
    passed(root, copy=copy, right=right, again=["B-00", "B-01", "B-02"])
    return root


@pytest.fixture
def root(made, tmp_path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "place"))


def text_of(content: bytes) -> str:
    """What a report of any format says."""
    if content.startswith(b"%PDF"):
        return " ".join(pdf_text(content).split())
    if content.startswith(b"PK"):
        return "\n".join(str(cell.value) for cell in cells(content))
    return content.decode()


def lead(found: TrendReport, laboratory: str = "Acme Labs") -> dict[str, str]:
    (one,) = (
        each.series
        for each in found.trends
        if (each.series.key.analyte, each.series.key.laboratory) == ("lead", laboratory)
    )
    assert len({point.batch_id for point in one.points}) == len(one.points)
    return {point.batch_id: str(point.value.low.normalize()) for point in one.points}


def test_every_batch_is_one_point_in_the_order_of_days(made):
    points = lead(trends(made / "store", on=DAY))
    usual = {f"B-{place:02}": lead.rstrip("0") for place, lead in enumerate(LEADS)}
    assert list(points.items()) == [*usual.items(), ("B-91", "0.21"), ("B-90", "0.45")]
    assert lead(trends(made / "store", on=DAY), "Beta Analytics") == {"B-90": "0.41"}


def test_what_gave_way_is_no_point_and_what_counts_again_is_one(root):
    amend(root / "store", "B-91", "right.csv", "wrong.csv", "the first was right, letter of the laboratory", TWO)
    assert lead(trends(root / "store", on=DAY))["B-91"] == "0.9"


def test_a_new_batch_out_of_trend_is_told_and_changes_no_verdict(root):
    told = out_of_trend_of(root / "store", "B-90")
    assert [(one.series.key.analyte, one.rule, one.side, one.before) for one in told] == [
        ("lead", "Nelson 1", "above", 22)
    ]
    assert out_of_trend_of(root / "store", "B-05") == ()  # too few came before it
    with pytest.raises(InputNotFound, match=r"'B-9' is no batch of .*; nearest: B-90"):
        out_of_trend_of(root / "store", "B-9")
    kept = kept_report(root / "store", ledger_of(root / "store"), "B-90")
    report = beside_earlier(root / "store", kept)
    assert [remark.chart for remark in report.trends] == [
        "kratom-qc trends --product leaf_powder --laboratory 'Acme Labs' --analyte lead"
    ]
    assert report.sha256 == kept.sha256
    for form in Format:
        said, plain = (text_of(rendered(one, Request(form))) for one in (report, kept))
        assert "Out of trend: Lead of B-90 is 0.45 mg/kg" in said
        assert "Out of trend" not in plain
    assert verify(root / "store", replay=False).differences == ()


def test_the_ratio_of_alkaloids_has_a_series_of_its_own(made):
    (ratio,) = (
        one.series
        for one in trends(made / "store", Wanted(laboratory="acme labs"), DAY).trends
        if one.series.key.analyte == "7-oh-to-mitragynine"
    )
    assert {str(point.value.low)[:8] for point in ratio.points} == {"0.014285"}


def test_laboratories_that_tested_one_batch_are_compared(made):
    found = trends(made / "store", Wanted(analyte="lead"), DAY)
    (one,) = found.laboratories
    assert (one.bias.laboratory, one.bias.against, one.key.analyte) == ("Acme Labs", "Beta Analytics", "lead")
    assert [pair.batch_id for pair in one.bias.pairs] == ["B-90"]
    assert float(one.bias.difference.low) == pytest.approx(100 * 0.04 / 0.43)
    assert one.bias.why_no_confidence == "too few: 1 batches tested by both, 6 are needed"


def test_only_what_is_asked_for(made):
    store = made / "store"
    assert {one.series.key.analyte for one in trends(store, Wanted(analyte="lead"), DAY).trends} == {"lead"}
    assert trends(store, Wanted(product="capsule"), DAY).trends == ()
    newest = lead(trends(store, Wanted(analyte="lead", laboratory="Acme Labs", last=3), DAY))
    assert list(newest) == ["B-21", "B-91", "B-90"]
    with pytest.raises(InputNotFound, match="no result of the laboratory 'Acne Labs'; nearest: A"):
        trends(store, Wanted(laboratory="Acne Labs"), DAY)
    with pytest.raises(InputNotFound, match="no result of the vendor 'Nobody'"):
        trends(store, Wanted(vendor="Nobody"), DAY)


def test_the_capability_is_that_of_the_strictest_limit_in_force(made):
    (one,) = trends(made / "store", Wanted(analyte="lead", laboratory="Acme Labs"), DAY, baseline=20).trends
    assert one.chart is not None
    assert one.chart.baseline == 20
    assert one.why_no_capability == "too few: 24 values, 25 are needed"


def test_how_often_batches_fail_is_told_by_laboratory(made):
    found = trends(made / "store", on=DAY).failures
    assert [(one.laboratory, one.failed, one.batches) for one in found] == [
        ("Acme Labs", 1, 24),
        ("Beta Analytics", 0, 1),
    ]


# ---------------------------------------------------------------- the command


def told(capsys, *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    return end.value.code, *capsys.readouterr()


def test_the_command_prints_a_line_a_series_and_sentences(made, capsys):
    status, out, err = told(capsys, "trends", "--store", str(made / "store"), "--analyte", "lead", "--on", str(DAY))
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].split("\t")[:2] == ["Lead in leaf powder · Acme Labs · ICP-MS", "24"]
    assert lines[1].split("\t")[:4] == [
        "Lead in leaf powder · Beta Analytics · ICP-MS", "1", "", "too few: 1 values, 20 are needed",
    ]  # fmt: skip
    assert any(line.startswith("Out of trend: Lead of B-90 is 0.45 mg/kg ('0.45' at last.csv ") for line in lines)
    assert lines[-1].startswith("Lead in leaf powder, Acme Labs against Beta Analytics: 9.302 % on average (1 batch ")


def test_as_json_every_line_is_an_object(made, capsys):
    status, out, _ = told(capsys, "trends", "--store", str(made / "store"), "--analyte", "lead", "--json")
    kinds = [json.loads(line)["kind"] for line in out.splitlines()]
    assert (status, kinds) == (0, ["series", "series", "laboratories"])


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("--product", "leaf"), 64, "'leaf' is no product"),
        (("--analyte", "led"), 64, "'led' is no analyte; nearest: lead"),
        (("--laboratory", "Acne Labs"), 66, "no result of the laboratory 'Acne Labs'"),
        (("--baseline", "5"), 64, "Input should be greater than or equal to 20"),
    ],
)
def test_what_is_not_there_is_told(made, capsys, arguments, status, says):
    found, out, err = told(capsys, "trends", "--store", str(made / "store"), *arguments)
    assert (found, out) == (status, "")
    assert says in err
