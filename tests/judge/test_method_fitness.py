"""The method behind a result: what gas chromatography says of 7-OH, MP and MGM bounds nothing, and a screen bounds no amount."""

from __future__ import annotations

import pytest

from kratom_qc.domain.interval import plain
from kratom_qc.domain.verdict import Verdict
from kratom_qc.interpret.compare import CrossCertificateChecks
from kratom_qc.report.evidence import Evidence
from kratom_qc.report.html import batch_page
from tests.factory import book, certificate, finding, judged, limit, row, rulebooks

MIT, OH, MP, MGM15, MGM16 = ("Mitragynine", "7-Hydroxymitragynine", "Mitragynine pseudoindoxyl", "MGM-15", "MGM-16")
MG, LOD = "mg/kg", {"LOD": "0.05"}
LIMITS = [
    limit("MIT", "mitragynine", "at most 20000 mg/kg", max="20000", unit=MG),
    limit("7OH", "7-hydroxymitragynine", "at most 400 mg/kg", max="400", unit=MG),
    limit("7OH-DRY", "7-hydroxymitragynine", "at most 500 mg/kg dry weight", max="500", unit=MG, basis="dry"),
    limit("7OH-MP", "7-oh-and-mp", "at most 1000 mg/kg", max="1000", unit=MG),
    limit("SHARE", "7-oh-share", "at most 2 %", max="2", unit="%"),
    limit("RATIO", "mitragynine-to-7-oh", "at least 100", min="100", unit="1"),
    limit(
        "TOTAL",
        "total-alkaloids",
        "at most 50000 mg/kg",
        max="50000",
        unit=MG,
        when_missing="note",
        silence_because="a test",
    ),
    limit("MP", "mitragynine-pseudoindoxyl", "not detected", kind="not_detected"),
    limit("MGM-15", "mgm-15", "not detected", kind="not_detected"),
    limit("MGM-16", "mgm-16", "not detected", kind="not_detected"),
    limit("LEAD", "lead", "at most 1 mg/kg", max="1", unit=MG),
    limit("TAMC", "tamc", "at most 1000 cfu/g", max="1000", unit="cfu/g"),
    limit("FENTANYL", "fentanyl", "not detected", kind="not_detected"),
    limit("SALMONELLA", "salmonella", "absent in 25 g", kind="not_detected", portion="25"),
]
HPLC = {"Method": "HPLC-DAD"}
MINORS = [row(name, "0.2", "%", **HPLC) for name in ("Paynantheine", "Speciogynine", "Speciociliatine")]
LEAF = [row(MIT, "1.40", "%", **HPLC), *MINORS]


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    return rulebooks(tmp_path_factory.mktemp("books"), leaf_powder=book(*LIMITS))


def verdicts(books, cases: dict[str, list[dict[str, str]]]) -> dict[str, Verdict]:
    return judged([certificate(name, *rows) for name, rows in cases.items()], books, beside=CrossCertificateChecks())


# method of 7-OH 0.010 % → its limits. An LC method, or nothing said: they are met. Gas chromatography: nobody knows.
SEVEN = ("7OH", "7OH-MP", "SHARE", "RATIO", "TOTAL")
METHODS = [
    ("HPLC-DAD", "PASS"), ("UHPLC-PDA", "PASS"), ("LC-MS/MS", "PASS"), ("AOAC 2017.14", "PASS"), ("", "PASS"), ("SOP 12", "PASS"),
    ("HPLC (identity by FTIR)", "PASS"), ("ELISA", "PASS"),
    ("GC-MS", "INCONCLUSIVE"), ("GC/MS", "INCONCLUSIVE"), ("GCMS", "INCONCLUSIVE"), ("GC-MS/MS", "INCONCLUSIVE"),
    ("SOP 44 (GC-MS/MS)", "INCONCLUSIVE"), ("GC-FID", "INCONCLUSIVE"), ("headspace GC", "INCONCLUSIVE"),
    ("plynová chromatografie", "INCONCLUSIVE"), ("GC-MS / HPLC", "INCONCLUSIVE"), ("HPLC, GC-MS", "INCONCLUSIVE"),
    ("FTIR", "INCONCLUSIVE"), ("UV-Vis", "INCONCLUSIVE"), ("DART-MS", "INCONCLUSIVE"), ("colour test", "INCONCLUSIVE"),
    ("immunoassay", "INCONCLUSIVE"), ("test strip", "INCONCLUSIVE"), ("HPTLC", "INCONCLUSIVE"),
    ("LC-MS/MS, qualitative", "INCONCLUSIVE"), ("LC-MS/MS screen", "INCONCLUSIVE"),
]  # fmt: skip


def _batch(said: str) -> str:
    return f"by {said or 'nobody knows what'}"


@pytest.fixture(scope="module")
def by_method(books):
    mp = row(MP, "ND", "%", LOD="0.0005", Method="LC-MS/MS")
    return verdicts(books, {_batch(said): [*LEAF, mp, row(OH, "0.010", "%", Method=said)] for said, _ in METHODS})


@pytest.mark.parametrize("rule", SEVEN)
@pytest.mark.parametrize(("said", "outcome"), METHODS)
def test_the_method_of_7_oh_decides_whether_its_limits_can_be_met(by_method, said, outcome, rule):
    assert finding(by_method[_batch(said)], rule).outcome == outcome


@pytest.mark.parametrize("said", [said for said, _ in METHODS])
def test_the_method_of_7_oh_is_no_matter_of_mitragynine(by_method, said):
    assert finding(by_method[_batch(said)], "MIT").outcome == "PASS"


def test_the_reviewer_is_told_what_to_ask_for(by_method):
    assert finding(by_method["by SOP 44 (GC-MS/MS)"], "7OH").why == (
        "'SOP 44 (GC-MS/MS)': gas chromatography cannot tell 7-hydroxymitragynine from mitragynine pseudoindoxyl; "
        "ask the laboratory for an LC method (HPLC-DAD or LC-MS/MS)"
    )
    assert "'GC-MS / HPLC' does not say which technique" in finding(by_method["by GC-MS / HPLC"], "SHARE").why
    assert finding(by_method["by test strip"], "7OH").why == (
        "'0.010' by 'test strip' is the answer of a screen, which bounds no amount from above: ask for a quantitative method"
    )


REMARKED = [
    ("", ["method-unstated"]),
    ("SOP 12", ["method-unknown"]),
    ("qualitative", ["method-unknown"]),
    ("HPLC", []),
    ("GC-MS", []),
]


@pytest.mark.parametrize(("said", "codes"), REMARKED)
def test_a_method_that_is_not_told_is_remarked(books, said, codes):
    (verdict,) = verdicts(books, {"x": [*LEAF, row(OH, "0.010", "%", Method=said)]}).values()
    remarks = [remark for remark in verdict.batch.remarks if remark.code.startswith("method-")]
    assert [remark.code for remark in remarks] == codes
    assert all("7-Hydroxymitragynine" in remark.message and "LC" in remark.message for remark in remarks)


def test_a_method_is_asked_for_where_it_matters_alone(books):
    (verdict,) = verdicts(
        books, {"x": [row(MIT, "1.4", "%"), row("Lead", "0.1", "mg/kg"), row(MGM15, "NT", "%")]}
    ).values()
    assert not [remark for remark in verdict.batch.remarks if remark.code.startswith("method-")]


# What may not be there at all: (analyte, said, columns, method, outcome)
ABSENT = [
    (MP, "ND", LOD, "LC-MS/MS", "PASS"), (MP, "ND", LOD, "GC-MS", "INCONCLUSIVE"), (MP, "<0.05", {}, "GC-MS", "INCONCLUSIVE"),
    (MP, "ND", {}, "GC-MS", "INCONCLUSIVE"), (MP, "5", {}, "LC-MS/MS", "FAIL"),
    (MP, "5", {}, "GC-MS", "INCONCLUSIVE"),
    (MGM15, "ND", LOD, "LC-MS/MS", "PASS"), (MGM15, "ND", LOD, "GC-MS", "INCONCLUSIVE"),
    (MGM15, "trace", {}, "GC-MS", "INCONCLUSIVE"),
    (MGM16, "ND", LOD, "LC-MS/MS", "PASS"), (MGM16, "ND", LOD, "GC-MS", "INCONCLUSIVE"),
    # a screen with a stated LOD answers whether it is there
    (MP, "ND", LOD, "immunoassay", "PASS"), (MP, "ND", LOD, "LC-MS/MS screen", "PASS"), (MP, "5", {}, "immunoassay", "FAIL"),
    (MP, "ND", LOD, "FTIR", "INCONCLUSIVE"), (MP, "ND", LOD, "colour test", "INCONCLUSIVE"),
    ("Fentanyl", "ND", LOD, "test strip", "PASS"), ("Fentanyl", "ND", LOD, "GC-MS", "PASS"),
    ("Fentanyl", "5", {}, "lateral flow", "FAIL"),
    ("Fentanyl", "ND", {}, "test strip", "MISSING"),
]  # fmt: skip


@pytest.fixture(scope="module")
def absent(books):
    return verdicts(books, {str(case): [row(case[0], case[1], "mg/kg", Method=case[3], **case[2])] for case in ABSENT})


@pytest.mark.parametrize("case", ABSENT, ids=str)
def test_a_technique_that_cannot_tell_shows_no_absence(absent, case):
    rule = {MP: "MP", "Fentanyl": "FENTANYL"}.get(case[0], case[0])
    assert finding(absent[str(case)], rule).outcome == case[-1]


# A screen beside the limits of other things: (analyte, said, unit, method, rule, outcome)
SCREENS = [
    ("Lead", "0.5", "mg/kg", "ICP-MS", "LEAD", "PASS"), ("Lead", "0.5", "mg/kg", "test strip", "LEAD", "INCONCLUSIVE"),
    ("Lead", "<0.1", "mg/kg", "test strip", "LEAD", "INCONCLUSIVE"), ("Lead", "5", "mg/kg", "test strip", "LEAD", "FAIL"),
    ("Lead", "ND", "mg/kg", "qualitative", "LEAD", "INCONCLUSIVE"),
    ("Lead", "0.5", "mg/kg", "XRF screening", "LEAD", "INCONCLUSIVE"),
    ("Lead", "0.5", "mg/kg", "quantitative screen", "LEAD", "PASS"), ("Lead", "0.5", "mg/kg", "GC-MS", "LEAD", "PASS"),
    ("TAMC", "10", "cfu/g", "plate count", "TAMC", "PASS"), ("TAMC", "10", "cfu/g", "rapid test", "TAMC", "INCONCLUSIVE"),
    ("Salmonella", "Absent in 25 g", "", "lateral flow", "SALMONELLA", "PASS"),
    ("Salmonella", "Present in 25 g", "", "lateral flow", "SALMONELLA", "FAIL"),
    (MIT, "1.4", "%", "GC-MS", "MIT", "PASS"), (MIT, "1.4", "%", "HPTLC", "MIT", "INCONCLUSIVE"),
    (MIT, "3", "%", "HPTLC", "MIT", "FAIL"),
]  # fmt: skip


@pytest.fixture(scope="module")
def screened(books):
    return verdicts(books, {str(case): [row(*case[:3], Method=case[3])] for case in SCREENS})


@pytest.mark.parametrize("case", SCREENS, ids=str)
def test_a_screen_bounds_no_amount_from_above(screened, case):
    assert finding(screened[str(case)], case[4]).outcome == case[5]


# ---------------------------------------------------------------- several results, several certificates

LCMS, GCMS = {"Method": "LC-MS/MS"}, {"Method": "GC-MS"}
GOOD, BAD = row(OH, "0.010", "%", **LCMS), row(OH, "0.500", "%", **LCMS)
UNFIT = [row(OH, "0.010", "%", **GCMS), row(OH, "0.500", "%", **GCMS), row(OH, "ND", "%", LOD="0.001", **GCMS)]
BESIDE = [  # what fit methods say, on one paper or on two, with an unfit one beside them → the limit
    ([GOOD], [], "PASS"),
    ([GOOD], UNFIT[:1], "INCONCLUSIVE"),
    ([GOOD], UNFIT[1:2], "INCONCLUSIVE"),
    ([BAD], [], "FAIL"),
    ([BAD], UNFIT[:1], "FAIL"),
    ([BAD], UNFIT[2:], "FAIL"),
    ([], UNFIT[1:2], "INCONCLUSIVE"),
]


@pytest.mark.parametrize("papers", ["one paper", "two papers"])
@pytest.mark.parametrize("rule", ["7OH", "SHARE"])
def test_what_a_fit_method_proves_stays_proven_beside_an_unfit_one(books, papers, rule):
    readings = []
    for number, (fit, unfit, _) in enumerate(BESIDE):
        if papers == "one paper":
            readings.append(certificate(f"B{number}", *LEAF, *fit, *unfit))
        else:
            readings.append(
                certificate(f"B{number}", *LEAF, *fit, name=f"{number} fit.csv", **{"Certificate No.": "fit"})
            )
            readings += [certificate(f"B{number}", *unfit, name=f"{number} unfit.csv")] if unfit else []
    found = judged(readings, books, beside=CrossCertificateChecks())
    assert [finding(found[f"B{number}"], rule).outcome for number in range(len(BESIDE))] == [
        case[-1] for case in BESIDE
    ]


def test_an_amount_by_a_fit_method_fails_beside_a_screen(books):
    found = verdicts(
        books, {"x": [row("Lead", "5", "mg/kg", Method="ICP-MS"), row("Lead", "0.1", "mg/kg", Method="test strip")]}
    )
    assert finding(found["x"], "LEAD").outcome == "FAIL"


def test_a_missing_operand_does_not_excuse_an_unfit_one(books):
    """Silence may be allowed, and a limit of a total is then not decided; a GC-MS result is no silence."""
    methods = {"unfit": GCMS, "silent": LCMS}
    found = verdicts(books, {name: [row(OH, "0.01", "%", **method)] for name, method in methods.items()})
    assert (finding(found["silent"], "TOTAL").outcome, finding(found["silent"], "TOTAL").decides) == ("MISSING", False)
    assert (finding(found["unfit"], "TOTAL").outcome, finding(found["unfit"], "TOTAL").decides) == (
        "INCONCLUSIVE",
        True,
    )
    assert finding(found["unfit"], "7OH-DRY").outcome == "INCONCLUSIVE"  # moisture is missing too


def test_a_printed_share_by_gas_chromatography_says_nothing(books):
    found = verdicts(
        books, {said: [row("7-OH % of total alkaloids", "0.5", "%", Method=said)] for said in ("GC-MS", "HPLC")}
    )
    assert [finding(found[said], "SHARE").outcome for said in ("GC-MS", "HPLC")] == ["INCONCLUSIVE", "PASS"]


def test_the_laboratory_s_words_stay_as_they_were_read(books):
    (verdict,) = verdicts(books, {"x": [row(OH, "0.010", "%", **GCMS)]}).values()
    (result,) = verdict.batch.certificates[0].results
    assert (result.reported, plain(result.interval.low), plain(result.interval.high)) == ("0.010", "100", "100")
    assert result.flags == ("basis-unstated",)


def test_the_page_quotes_the_cell_of_a_result_that_bounds_nothing(books):
    (verdict,) = verdicts(books, {"x": [*LEAF, row(OH, "0.010", "%", **GCMS)]}).values()
    for rule in ("7OH", "SHARE"):
        quoted = [one for one in Evidence(verdict).of(finding(verdict, rule)) if one.name == OH]
        assert [(one.said, one.unit, one.file, one.where) for one in quoted] == [("0.010", "%", "x.csv", "D6")]
    page = batch_page(verdict, program="test")
    assert "gas chromatography cannot tell 7-hydroxymitragynine from mitragynine pseudoindoxyl" in page
