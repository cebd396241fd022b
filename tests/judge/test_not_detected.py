"""What may not be there at all: substances without a threshold, and microbes absent in a portion."""

from __future__ import annotations

import pytest

from kratom_qc.app.reading import read_content
from tests.factory import book, certificate, finding, judged, limit, long_csv, row, rulebooks

MG = "mg/kg"
MP, MGM = "Mitragynine pseudoindoxyl", "MGM-15"

# MP may not be detected, however deep the laboratory looked; MGM-15 not down to 0.05 mg/kg.
SUBSTANCES = [
    (MP, "0.2", {}, "FAIL"),
    (MP, "trace", {}, "FAIL"),
    (MP, "Detected, not quantified", {}, "FAIL"),
    (MP, "Detected", {}, "FAIL"),
    (MP, ">10", {}, "FAIL"),
    (MP, "ND", {"LOD": "0.02"}, "PASS"),
    (MP, "ND", {"LOD": "50"}, "PASS"),
    (MP, "ND (LOD 0.02)", {}, "PASS"),
    (MP, "<0.05", {}, "PASS"),
    (MP, "<LOD", {"LOD": "0.02"}, "PASS"),
    (MP, "<LOQ", {"LOQ": "0.05"}, "INCONCLUSIVE"),
    (MP, "<LOQ", {"LOQ": "0.05", "LOD": "0.02"}, "INCONCLUSIVE"),
    (MP, "<LOQ (detected)", {"LOQ": "0.05"}, "FAIL"),
    (MP, "0", {"LOD": "0.02"}, "PASS"),
    (MP, "0", {}, "INCONCLUSIVE"),
    (MP, "ND", {}, "MISSING"),
    (MP, "ND", {"LOQ": "0.05"}, "MISSING"),
    (MP, "Complies", {}, "MISSING"),
    (MP, "NT", {}, "MISSING"),
    (MGM, "ND", {"LOD": "0.04"}, "PASS"),
    (MGM, "ND", {"LOD": "0.05"}, "PASS"),
    (MGM, "ND", {"LOD": "0.06"}, "INCONCLUSIVE"),
    (MGM, "<0.05", {}, "PASS"),
    (MGM, "<0.051", {}, "INCONCLUSIVE"),
    (MGM, "<LOD", {"LOD": "0.1"}, "INCONCLUSIVE"),
    (MGM, "0.01", {}, "FAIL"),
    (MGM, "trace", {"LOD": "0.001"}, "FAIL"),
    (MGM, "ND", {}, "MISSING"),
]
# E. coli absent in 10 g, Salmonella in 25 g.
MICROBES = [
    ("E. coli", "Absent in 10 g", "", {}, "PASS"),
    ("E. coli", "Absent in 25 g", "", {}, "PASS"),
    ("E. coli", "Absent in 100 g", "", {}, "PASS"),
    ("E. coli", "Absent in 9.9 g", "", {}, "INCONCLUSIVE"),
    ("E. coli", "Absent in 1 g", "", {}, "INCONCLUSIVE"),
    ("E. coli", "Absent", "", {}, "INCONCLUSIVE"),
    ("E. coli", "Negative", "/10 g", {}, "PASS"),
    ("E. coli", "Negative", "", {"Portion": "10 g"}, "PASS"),
    ("E. coli (10 g)", "Absent", "", {}, "PASS"),
    ("E. coli", "ND", "", {}, "INCONCLUSIVE"),
    ("E. coli", "<10", "cfu/g", {}, "INCONCLUSIVE"),
    ("E. coli", "<1", "cfu/g", {}, "INCONCLUSIVE"),
    ("E. coli", "<10", "cfu/g", {"Portion": "10 g"}, "INCONCLUSIVE"),
    ("E. coli (10 g)", "<10", "cfu/g", {}, "INCONCLUSIVE"),
    ("E. coli", "0", "cfu/g", {}, "INCONCLUSIVE"),
    ("E. coli", "0", "cfu/g", {"Portion": "10 g"}, "INCONCLUSIVE"),
    ("E. coli", "5", "cfu/g", {}, "FAIL"),
    ("E. coli", "Present in 1 g", "", {}, "FAIL"),
    ("E. coli", "Present in 25 g", "", {}, "FAIL"),
    ("E. coli", "Positive", "", {}, "FAIL"),
    ("E. coli", "TNTC", "cfu/g", {}, "FAIL"),
    ("E. coli", "Complies", "", {}, "MISSING"),
    ("Salmonella", "Absent in 25 g", "", {}, "PASS"),
    ("Salmonella", "Absent in 10 g", "", {}, "INCONCLUSIVE"),
    ("Salmonella", "ND/25g", "", {}, "PASS"),
    ("Salmonella", "0/25 g", "", {}, "PASS"),
    ("Salmonella", "0", "/25 g", {}, "PASS"),
    ("Salmonella", "1", "/25 g", {}, "FAIL"),
    ("Salmonella", "Detected in 25 g", "", {}, "FAIL"),
]


def _name(*case: object) -> str:
    return " ".join(map(str, case[:-1]))


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    books = rulebooks(
        tmp_path_factory.mktemp("books"),
        leaf_powder=book(
            limit(MP, "mitragynine-pseudoindoxyl", "not detected", kind="not_detected"),
            limit(
                MGM,
                "mgm-15",
                "not detected, with a LOD of 0.05 mg/kg or less",
                kind="not_detected",
                lod_at_most="0.05",
                unit=MG,
            ),
            limit("E. coli", "e-coli", "absent in 10 g", kind="not_detected", portion="10"),
            limit("Salmonella", "salmonella", "absent in 25 g", kind="not_detected", portion="25"),
        ),
    )
    readings = [certificate(_name(*case), row(case[0], case[1], MG, **case[2])) for case in SUBSTANCES]
    readings += [certificate(_name(*case), row(*case[:3], **case[3])) for case in MICROBES]
    return judged(readings, books)


@pytest.mark.parametrize("case", SUBSTANCES, ids=lambda case: _name(*case))
def test_a_substance_that_may_not_be_there(verdicts, case):
    assert finding(verdicts[_name(*case)], case[0]).outcome == case[-1]


@pytest.mark.parametrize("case", MICROBES, ids=lambda case: _name(*case))
def test_a_microbe_absent_in_a_portion(verdicts, case):
    assert finding(verdicts[_name(*case)], case[0].removesuffix(" (10 g)")).outcome == case[-1]


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("Absent in 25 g", "INCONCLUSIVE"),
        ("Absent in 10 g", "INCONCLUSIVE"),
        ("Absent in 100 g", "PASS"),
        ("Absent in 375 g", "PASS"),
        ("Present in 25 g", "FAIL"),
    ],
)
def test_twenty_five_grams_cannot_answer_utahs_hundred(tmp_path, said, outcome):
    books = rulebooks(
        tmp_path,
        leaf_powder=book(
            limit("UT", "salmonella", "Salmonella spp. Absence in 100g", kind="not_detected", portion="100")
        ),
    )
    assert finding(judged([certificate("L", row("Salmonella", said))], books)["L"], "UT").outcome == outcome


def test_a_pass_prints_how_deep_the_laboratory_looked(verdicts):
    assert "0.02 mg/kg" in finding(verdicts[_name(MP, "ND", {"LOD": "0.02"}, "")], MP).why
    assert "10 g" in finding(verdicts[_name("E. coli", "Absent in 25 g", "", {}, "")], "E. coli").why


def test_one_positive_portion_outweighs_every_negative_one(tmp_path):
    books = rulebooks(
        tmp_path, leaf_powder=book(limit("SALM", "salmonella", "absent in 25 g", kind="not_detected", portion="25"))
    )
    verdict = judged(
        [certificate("L", row("Salmonella", "Absent in 25 g"), row("Salmonella", "Present in 1 g"))], books
    )["L"]
    assert finding(verdict, "SALM").outcome == "FAIL"


def test_a_finding_prints_the_laboratorys_amount_in_its_own_unit(tmp_path):
    """A limit `not detected` has no unit: what was found in mg/mL may not be told in mg/kg."""
    books = rulebooks(
        tmp_path, liquid=book(limit("MP", "mitragynine-pseudoindoxyl", "not detected", kind="not_detected"))
    )
    found = finding(judged([certificate("L", row("MP", "0.5", "mg/mL"), form="liquid")], books)["L"], "MP")
    assert (found.outcome, found.interval.low, found.unit) == ("FAIL", found.quantity.interval.low, "mg/mL")


def test_a_most_probable_number_does_not_answer_a_count(tmp_path):
    books = rulebooks(
        tmp_path, leaf_powder=book(limit("TAMC", "tamc", "not more than 1,000 cfu/g", max="1000", unit="cfu/g"))
    )
    verdict = judged([certificate("L", row("TAMC", "10", "MPN/g"))], books)["L"]
    assert finding(verdict, "TAMC").outcome in ("MISSING", "INCONCLUSIVE")
    assert verdict.decision == "HOLD"


ZERO = [
    ("<0", {}),
    ("<0.00", {}),
    ("≤0", {}),
    ("ND", {"LOD": "0"}),
    ("ND", {"LOQ": "0.00"}),
    ("<LOQ", {"LOQ": "0"}),
    ("0", {"LOD": "0"}),
]


@pytest.mark.parametrize(("said", "more"), ZERO, ids=str)
@pytest.mark.parametrize(("analyte", "form"), [("Lead", "leaf powder"), (MGM, "extract")])
def test_no_method_looks_down_to_nothing(tmp_path, analyte, form, said, more):
    """A spreadsheet prints a LOD of 0.004 as 0.00: nothing is known from it, and the other batches are judged all the same."""
    books = rulebooks(
        tmp_path,
        leaf_powder=book(limit("R", "lead", "not more than 0.5 mg/kg", max="0.5", unit=MG)),
        extract=book(limit("R", "mgm-15", "not detected", kind="not_detected")),
    )
    reading = read_content("zero.csv", long_csv([row(analyte, said, MG, **more)], Batch="L", Form=form))
    verdicts = judged([reading, certificate("OTHER", row("Lead", "0.2", MG))], books)
    assert verdicts["OTHER"].decision == "PASS"
    assert reading.refusals or verdicts["L"].decision == "HOLD"


# Limits that differ in one thing only, asked of the same statement; what they share is read once for all of them.
ALIKE = [
    ("not_detected", "salmonella", {"portion": "25"}, "PASS"),
    ("not_detected", "salmonella", {"portion": "50"}, "INCONCLUSIVE"),
    ("not_detected", "mgm-15", {"lod_at_most": "0.05", "unit": MG}, "PASS"),
    ("not_detected", "mgm-15", {"lod_at_most": "0.01", "unit": MG}, "INCONCLUSIVE"),
    ("not_detected", "mgm-15", {}, "PASS"),
    ("amount", "lead", {"max": "1.0", "unit": MG}, "PASS"),
    ("amount", "lead", {"max": "0.5", "unit": MG}, "FAIL"),
    ("amount", "lead", {"max": "1.0", "unit": MG, "decision_rule": "guarded"}, "INCONCLUSIVE"),
    ("amount", "lead", {"max": "1.0", "unit": MG, "decision_rule": "guarded", "guard": "0.2"}, "PASS"),
    ("amount", "zinc", {"max": "1.0", "unit": MG, "decision_rule": "guarded", "default_uncertainty": "10"}, "PASS"),
    (
        "amount",
        "zinc",
        {"max": "1.0", "unit": MG, "decision_rule": "guarded", "default_uncertainty": "50"},
        "INCONCLUSIVE",
    ),
]


@pytest.mark.parametrize("order", [1, -1])
def test_limits_that_differ_in_one_thing_only_are_told_apart(tmp_path, order):
    said = [(f"R{at}", *case) for at, case in enumerate(ALIKE)]
    written = [limit(name, of, text_of(kind, more), kind=kind, **more) for name, kind, of, more, _ in said[::order]]
    books = rulebooks(tmp_path, leaf_powder=book(*written))
    rows = [
        row("Salmonella", "Absent in 25 g", ""),
        row("MGM-15", "ND", MG, LOD="0.05"),
        row("Lead", "0.8", MG, Uncertainty="0.4"),
        row("Zinc", "0.8", MG),
    ]
    verdict = judged([certificate("L", *rows)], books)["L"]
    assert {name: str(finding(verdict, name).outcome) for name, *_ in said} == {
        name: outcome for name, *_, outcome in said
    }
    assert "CROSSCHECK-DISAGREES" not in {one.rule_id for one in verdict.findings}


def text_of(kind: str, more: dict[str, str]) -> str:
    """What the act would print."""
    if kind == "amount":
        return f"at most {more['max']} {more['unit']}"
    return (
        "not detected" if not more else f"absent in {more['portion']} g" if "portion" in more else "not detected, LOD 1"
    )
