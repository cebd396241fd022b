"""`--json`: one compact object per input file and line, in input order, on standard output only."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kratom_qc.cli import main as cli
from kratom_qc.rulebooks.lineages import lineage
from kratom_qc.rulebooks.load import load_rulebooks
from tests.factory import REAL, book, clean_leaf, limit, long_csv, row, written

DAY = ["--on", "2026-11-22"]
TESTED = {"Date_Tested": "2025-12-28"}
FILE = {"file", "sha256", "status", "refusals", "batches"}
REFUSAL = {"code", "message", "sheet", "cell", "said"}
BATCH = {
    "batch_id",
    "product",
    "certificate_id",
    "laboratory",
    "certificates",
    "judged_on",
    "verdict",
    "markets",
    "standings",
    "warnings",
    "results",
    "findings",
    "remarks",
}
RESULT = {
    "analyte",
    "said",
    "unit_said",
    "low",
    "high",
    "low_open",
    "high_open",
    "unit",
    "basis",
    "portion",
    "loq",
    "lod",
    "uncertainty",
    "method",
    "stated_verdict",
    "sheet",
    "cell",
}
FINDING = {
    "rule_id",
    "rulebook",
    "market",
    "analyte",
    "outcome",
    "decides",
    "when_missing",
    "status",
    "low",
    "high",
    "low_open",
    "high_open",
    "unit",
    "limit",
    "because",
    "sheet",
    "cell",
    "why",
    "conditional",
    "decision_rule",
    "screen",
    "overrides",
    "changes",
}
STANDING = {"market", "title", "decision", "says", "rule_id", "rulebook", "limit", "why", "file", "sheet", "cell"}
REMARK = {"code", "severity", "message", "sheet", "cell"}
DECIMAL = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]*[1-9])?")


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """(exit status, objects, standard error) of a command in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str):
        with pytest.raises(SystemExit) as end:
            cli.main(arguments)
        out, err = capsys.readouterr()
        return end.value.code, [json.loads(line) for line in out.splitlines()], err

    return command


@pytest.fixture
def two_limits(tmp_path, monkeypatch):
    folder = written(
        tmp_path / "rules",
        leaf_powder=book(
            limit("PB", "lead", "not more than 0.5 mg/kg", max="0.5", unit="mg/kg"),
            limit("AS", "arsenic", "not more than 1 mg/kg", max="1", unit="mg/kg"),
        ),
        us=book(limit("AGE", kind="attestation", text="sold to adults only"), kind="market"),
    )
    monkeypatch.setenv("KRATOM_QC_EXPECTATIONS", str(folder))
    monkeypatch.chdir(tmp_path)


def csv(name: str, *rows, **facts: str) -> str:
    Path(name).write_bytes(long_csv(rows, **{"Form": "leaf powder", **TESTED, **facts}))
    return name


def refused(name: str, batch: str) -> str:
    """A file without results that names a batch."""
    Path(name).write_text(f"Batch,{batch}\n\nhello,1\n")
    return name


ALL = [
    row("Lead", "<0.050", "mg/kg", LOD="0.020", LOQ="0.050", Method="ICP-MS", Status="Pass"),
    row("Arsenic", "1.20E-1", "ppm"),
    row("Mitragynine", "1.40 ± 0.10", "% w/w"),
    row("Nickel", "ND", "mg/kg"),
    row("Salmonella", "Absent in 25.0 g"),
    row("TAMC", "1.2x10^3", "cfu/g"),
    row("Cadmium", ">0.10", "mg/kg"),
    row("Mercury", "≤0.010", "mg/kg"),
    row("Zinc", "NT", "mg/kg"),
]


@pytest.mark.usefixtures("two_limits")
def test_every_object_has_the_keys_of_the_contract(run):
    status, (good, bad), err = run("check", csv("good.csv", *ALL, Batch="B"), refused("bad.csv", "L-1"), *DAY, "--json")
    assert (status, err) == (3, "")
    for one in (good, bad):
        assert set(one) >= FILE
    (batch,) = good["batches"]
    assert set(batch) >= BATCH
    assert all(set(result) >= RESULT for result in batch["results"])
    assert all(set(found) >= FINDING for found in batch["findings"])
    assert all(set(standing) == STANDING for standing in batch["standings"])
    assert [standing["market"] for standing in batch["standings"]] == list(batch["markets"])
    assert all(set(remark) >= REMARK for remark in batch["remarks"])
    assert batch["remarks"]
    assert (good["status"], good["refusals"]) == ("judged", [])
    assert (bad["status"], bad["batches"]) == ("refused", [])
    assert all(set(refusal) >= REFUSAL for refusal in bad["refusals"])
    assert [(refusal["code"], refusal["said"], refusal["cell"]) for refusal in bad["refusals"]] == [
        ("no-table", "", ""),
        ("names-lot", "L-1", "B1"),
    ]


@pytest.mark.usefixtures("two_limits")
def test_measurements_are_plain_decimal_strings_and_infinity_is_null(run):
    _, (one,), _ = run("check", csv("a.csv", *ALL, Batch="B"), *DAY, "--json")
    results = {result["analyte"]: result for result in one["batches"][0]["results"]}

    def ends(name: str):
        return tuple(results[name][key] for key in ("low", "high", "low_open", "high_open", "unit"))

    assert ends("lead") == ("0", "0.05", False, True, "mg/kg")
    assert ends("arsenic") == ("0.12", "0.12", False, False, "mg/kg")
    assert ends("mitragynine") == ("14000", "14000", False, False, "mg/kg")
    assert ends("nickel") == ("0", None, False, True, "mg/kg")
    assert ends("cadmium") == ("0.1", None, True, True, "mg/kg")
    assert ends("mercury") == ("0", "0.01", False, False, "mg/kg")
    assert ends("tamc") == ("1200", "1200", False, False, "cfu/g")
    assert ends("salmonella")[:4] == ("0", "0.04", False, True)
    assert (results["lead"]["lod"], results["lead"]["loq"], results["nickel"]["lod"]) == ("0.02", "0.05", None)
    assert results["mitragynine"]["uncertainty"] == "1000"
    assert (results["lead"]["method"], results["lead"]["stated_verdict"], results["lead"]["said"]) == (
        "ICP-MS",
        "Pass",
        "<0.050",
    )
    for thing in (*one["batches"][0]["results"], *one["batches"][0]["findings"]):
        assert DECIMAL.fullmatch(thing["low"])
        assert thing["high"] is None or DECIMAL.fullmatch(thing["high"])
        assert thing["high"] is not None or thing["high_open"]
        for key in ("lod", "loq", "uncertainty"):
            assert thing.get(key) is None or DECIMAL.fullmatch(thing[key])


def test_a_division_is_printed_with_all_its_digits(run, tmp_path, monkeypatch):
    rule = limit("R", "mitragynine-to-7-oh", "at least 1", min="1", unit="ratio")
    folder = written(tmp_path / "rules", leaf_powder=book(rule), us=book(rule.replace('"R"', '"R-US"'), kind="market"))
    monkeypatch.setenv("KRATOM_QC_EXPECTATIONS", str(folder))
    _, (one,), _ = run(
        "check", csv("a.csv", row("Mitragynine", "10", "mg/g"), row("7-OH", "3", "mg/g"), Batch="B"), *DAY, "--json"
    )
    assert one["batches"][0]["findings"][0]["low"] == "3." + "3" * 27


@pytest.mark.usefixtures("two_limits")
def test_ids_are_text_always(run):
    ids = ["000123", "1E5", "3.10", "007-A", "=1+1", "N/A-7", "čaj 5", "партия", "1/2", "true", "123"]
    files = [csv(f"{at}.csv", row("Lead", "0.2", "mg/kg"), Batch=one, Certificate=one) for at, one in enumerate(ids)]
    _, objects, _ = run("check", *files, *DAY, "--json")
    assert [one["batches"][0]["batch_id"] for one in objects] == ids
    assert [one["batches"][0]["certificate_id"] for one in objects] == ids


@pytest.mark.usefixtures("two_limits")
def test_lines_come_in_the_order_of_the_files(run):
    names = [
        csv("z.csv", row("Lead", "0.9", "mg/kg"), Batch="z"),
        csv("a.csv", row("Lead", "0.2", "mg/kg"), Batch="a"),
        refused("m.csv", "m"),
        csv("b.csv", row("Lead", "<1", "mg/kg"), Batch="b"),
    ]
    status, objects, _ = run("check", *names, *DAY, "--json")
    assert [one["file"] for one in objects] == names
    assert [one["status"] for one in objects] == ["judged", "judged", "refused", "judged"]
    assert status == 3


@pytest.mark.usefixtures("two_limits")
def test_objects_are_compact(capsys):
    with pytest.raises(SystemExit):
        cli.main(["check", csv("a.csv", row("Lead", "0.2", "mg/kg", Method="µ–ř"), Batch="B"), *DAY, "--json"])
    line = capsys.readouterr().out
    assert line.count("\n") == 1
    assert line == json.dumps(json.loads(line), ensure_ascii=False, separators=(",", ":")) + "\n"


@pytest.mark.usefixtures("two_limits")
def test_a_batch_is_judged_over_all_files_given(run):
    """Chemistry from one laboratory, elements from another: each file shows its own results and the verdict of both."""
    one, other = (
        csv("one.csv", row("Lead", "0.2", "mg/kg"), Batch="B", Certificate="C-1", Laboratory="Lab 1"),
        csv("two.csv", row("Arsenic", "0.1", "mg/kg"), Batch="B", Certificate="C-2", Laboratory="Lab 2"),
    )
    status, objects, _ = run("check", one, other, *DAY, "--json")
    first, second = (item["batches"][0] for item in objects)
    assert status == 0
    assert first["certificates"] == second["certificates"] == [objects[0]["sha256"], objects[1]["sha256"]]
    assert first["findings"] == second["findings"]
    assert ([r["analyte"] for r in first["results"]], [r["analyte"] for r in second["results"]]) == (
        ["lead"],
        ["arsenic"],
    )
    assert (first["certificate_id"], second["certificate_id"], second["laboratory"]) == ("C-1", "C-2", "Lab 2")
    assert run("check", one, *DAY, "--json")[0] == 2


@pytest.mark.usefixtures("two_limits")
@pytest.mark.parametrize(("names", "verdict"), [("L-1", "PASS"), ("B", "HOLD")])
def test_a_refused_file_holds_the_batch_that_it_names_and_no_other(run, names, verdict):
    good = csv("good.csv", row("Lead", "0.2", "mg/kg"), row("Arsenic", "0.1", "mg/kg"), Batch="B")
    status, (one, two), _ = run("check", good, refused("bad.csv", names), *DAY, "--json")
    assert (status, one["batches"][0]["verdict"], two["status"]) == (3, verdict, "refused")
    assert one["batches"][0]["certificates"] == [one["sha256"]]


@pytest.mark.usefixtures("two_limits")
def test_the_same_file_twice_counts_once(run):
    name = csv("a.csv", row("Lead", "0.2", "mg/kg"), row("Arsenic", "0.1", "mg/kg"), Batch="B")
    Path("copy.csv").write_bytes(Path(name).read_bytes())
    status, objects, _ = run("check", name, name, "copy.csv", *DAY, "--json")
    assert status == 0
    assert [one["file"] for one in objects] == ["a.csv", "a.csv", "copy.csv"]
    assert len({json.dumps(one["batches"][0]["findings"][0]["outcome"]) for one in objects}) == 1
    assert all(one["batches"][0]["certificates"] == [objects[0]["sha256"]] for one in objects)


@pytest.mark.usefixtures("two_limits")
def test_many_batches_in_one_file(run):
    rows = [row("Lead", said, "mg/kg", Batch=f"B{at}") for at, said in enumerate(("0.2", "0.9", "<1"))]
    status, (one,), _ = run(
        "check",
        csv(
            "a.csv",
            *rows,
            row("Arsenic", "0.1", "mg/kg", Batch="B0"),
            row("Arsenic", "0.1", "mg/kg", Batch="B1"),
            row("Arsenic", "0.1", "mg/kg", Batch="B2"),
        ),
        *DAY,
        "--json",
    )
    assert status == 1
    assert [(batch["batch_id"], batch["verdict"]) for batch in one["batches"]] == [
        ("B0", "PASS"),
        ("B1", "FAIL"),
        ("B2", "HOLD"),
    ]


@pytest.mark.usefixtures("two_limits")
def test_the_day_and_the_markets_are_recorded(run):
    _, (one,), _ = run("check", csv("a.csv", row("Lead", "0.2", "mg/kg"), Batch="B"), "--on", "2025-03-04", "--json")
    assert one["batches"][0]["judged_on"] == "2025-03-04"
    assert one["batches"][0]["markets"] == {"us": "HOLD"}


def test_a_verdict_can_be_recomputed_from_its_findings(run):
    files = [
        csv(f"{name}.csv", *rows, Batch=name, Serving_Size="5 g")
        for name, rows in (
            ("clean", clean_leaf()),
            ("lead", clean_leaf(Lead=("5", "ppm"))),
            ("short", clean_leaf(Lead=None)),
        )
    ]
    _, objects, _ = run("check", *files, *DAY, "--json")
    known = load_rulebooks(REAL)
    for one in objects:
        (batch,) = one["batches"]
        for market, verdict in batch["markets"].items():
            books = {book.id for name in ("leaf_powder", market) for book in lineage(known, name)} | {"integrity"}
            outcomes = {f["outcome"] for f in batch["findings"] if f["decides"] and f["rulebook"] in books}
            assert verdict == ("FAIL" if "FAIL" in outcomes else "PASS" if outcomes == {"PASS"} else "HOLD"), market
        assert batch["verdict"] == batch["markets"]["us"]
    assert [one["batches"][0]["verdict"] for one in objects] == ["PASS", "FAIL", "HOLD"]


# ---------------------------------------------------------------- read


def test_read_prints_what_was_understood_and_no_judgement(run):
    status, (one,), err = run("read", csv("a.csv", *ALL, Batch="B", Date_Issued="2026-11-01"), "--json")
    assert (status, err, one["status"]) == (0, "", "read")
    (batch,) = one["batches"]
    assert "verdict" not in batch
    assert "findings" not in batch
    assert batch["issued_on"] == "2026-11-01"
    assert [result["said"] for result in batch["results"]][:2] == ["<0.050", "1.20E-1"]
    assert all(set(result) >= RESULT for result in batch["results"])


def test_read_tells_what_is_not_understood_at_its_cell(run):
    status, (one,), _ = run(
        "read", csv("a.csv", row("Lead", "some", "mg/kg"), row("Arsenic", "many", "mg/kg"), Batch="B"), "--json"
    )
    assert (status, one["status"], one["refusals"]) == (0, "read", [])
    doubts = {doubt["cell"]: doubt["why"] for doubt in one["batches"][0]["doubts"]}
    assert "'some'" in doubts["E2"]
    assert "'many'" in doubts["E3"]


def test_read_of_a_file_that_cannot_be_read(run):
    status, (one,), _ = run("read", refused("a.csv", "B"), "--json")
    assert (status, one["status"], one["batches"]) == (3, "refused", [])
    assert [refusal["code"] for refusal in one["refusals"]] == ["no-table"]


def test_read_needs_no_rulebook(run, monkeypatch):
    monkeypatch.setenv("KRATOM_QC_EXPECTATIONS", "/nowhere")
    assert run("read", csv("a.csv", *ALL, Batch="B"), "--json")[0] == 0


# ---------------------------------------------------------------- M20


def test_the_same_files_give_the_same_bytes_in_another_process(tmp_path, monkeypatch, capsys):
    """Here and there: another hash seed, another time zone, another locale."""
    rows = [
        *clean_leaf(Lead=("0.9", "mg/kg")),
        row("Lead", "0.3", "mg/kg"),
        row("Leed", "1", "mg/kg"),
        row("Tramadol", "1", "mg/kg"),
        row("MP", "0.1", "mg/kg"),
        row("Nickel", "NT", "mg/kg"),
    ]
    (tmp_path / "a.csv").write_bytes(long_csv(rows, Batch="B", Form="leaf powder", Serving_Size="5 g", **TESTED))
    (tmp_path / "b.csv").write_bytes(long_csv(clean_leaf(), Batch="B", Form="leaf powder", Date_Issued="2026-11-01"))
    monkeypatch.chdir(tmp_path)
    arguments = ["check", "a.csv", "b.csv", *DAY, "--json"]
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    program = "import sys; from kratom_qc.cli.main import main; main(sys.argv[1:])"
    other = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONHASHSEED": "4242", "TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONUTF8": "1"},
    )
    assert (other.returncode, other.stdout.decode()) == (end.value.code, capsys.readouterr().out)
    assert other.stdout.count(b"\n") == 2
