"""Silence, status, dates, markets: which findings decide, and what holds a batch that no limit asks about."""

from __future__ import annotations

from datetime import date

import pytest

from kratom_qc.app.reading import Reading
from kratom_qc.domain.certificate import Certificate, ResultRow
from kratom_qc.domain.errors import UsageError
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.interpret.certificate import interpret
from kratom_qc.interpret.compare import CrossCertificateChecks
from tests.factory import DAY, book, certificate, finding, judged, limit, row, rulebooks, rules

MG = "mg/kg"
LEAD = limit("PB", "lead", "not more than 0.5 mg/kg", max="0.5", unit=MG)
GOOD_LEAD, BAD_LEAD = row("Lead", "0.2", MG), row("Lead", "0.9", MG)
POTASSIUM = row("Potassium", "9", MG)
NOTED = {"when_missing": "note", "silence_because": "the law orders no test"}


def potassium(**more: object) -> str:
    """A limit on what is no hazard: found where no limit decides on it, it holds nothing."""
    return limit("K", "potassium", "not more than 1 mg/kg", max="1", unit=MG, **more)


def told(tmp_path, rows, *limits: str, **more):
    """(verdict, outcome of K, whether it decides) of a batch judged by LEAD and these limits."""
    verdict = judged([certificate("L", *rows)], rulebooks(tmp_path, leaf_powder=book(LEAD, *limits)), **more)["L"]
    found = finding(verdict, "K")
    return verdict.decision, found.outcome, found.decides


# ---------------------------------------------------------------- silence


def test_silence_holds_unless_the_limit_says_note(tmp_path):
    assert told(tmp_path / "hold", [GOOD_LEAD], potassium()) == ("HOLD", "MISSING", True)
    assert told(tmp_path / "note", [GOOD_LEAD], potassium(**NOTED)) == ("PASS", "MISSING", False)


def test_a_noted_silence_is_listed_with_its_reason(tmp_path):
    books = rulebooks(tmp_path, leaf_powder=book(LEAD, potassium(**NOTED)))
    found = finding(judged([certificate("L", GOOD_LEAD)], books)["L"], "K")
    assert found.when_missing == "note"
    assert "not tested" in found.why
    assert "the law orders no test" in found.why


def test_a_limit_that_takes_silence_decides_once_tested(tmp_path):
    assert told(tmp_path / "a", [GOOD_LEAD, POTASSIUM], potassium(**NOTED)) == ("FAIL", "FAIL", True)
    assert told(tmp_path / "b", [GOOD_LEAD, row("Potassium", "<5", MG)], potassium(**NOTED)) == (
        "HOLD",
        "INCONCLUSIVE",
        True,
    )


@pytest.mark.parametrize(
    ("said", "unit"),
    [
        ("50", "mg/kg dry weight"),
        ("50", "mg/serving"),
        ("50", "mg/mL"),
        ("50", "mg/day"),
        ("50", "mg/capsule"),
        (">50", "mg/capsule"),
        ("Detected", ""),
        ("trace", ""),
        ("Positive", ""),
        ("Inconclusive", MG),
    ],
)
def test_a_result_that_cannot_be_compared_is_not_silence(tmp_path, said, unit):
    """The laboratory measured or found something: `judged where tested` cannot pass it as not tested."""
    assert told(tmp_path, [GOOD_LEAD, row("Potassium", said, unit)], potassium(**NOTED))[0] == "HOLD"


def test_a_sum_of_which_parts_were_not_tested_is_silence_and_an_amount_without_its_factor_is_not(tmp_path):
    noted = {"when_missing": "note", "silence_because": "nobody has to test it"}
    limits = (
        limit("PAH", "pah4", "not more than 0.05 mg/kg", max="0.05", unit=MG, **noted),
        limit("DOSE", "lead", "not more than 5 µg per day", max="5", unit="ug/day", basis="per day", **noted),
    )
    books = rulebooks(tmp_path, leaf_powder=book(limits[1]), us_zz=book(limits[0], kind="market"))
    said = [row("Benzo[a]pyrene", "0.001", MG), row("Chrysene", "0.001", MG), row("Lead", "1", MG)]
    verdict = judged([certificate("L", *said)], books, markets=["us-zz"])["L"]
    told = {one.rule_id: (one.outcome, one.decides, one.market) for one in verdict.findings if one.source}
    assert told == {"PAH": ("MISSING", False, "us-zz"), "DOSE": ("MISSING", True, None)}


def test_nothing_that_decides_is_never_a_pass(tmp_path):
    books = rulebooks(tmp_path, leaf_powder=book(potassium(status="proposed")))
    assert judged([certificate("L", GOOD_LEAD)], books)["L"].decision == "HOLD"


# ---------------------------------------------------------------- memory, status, advisory, screen


@pytest.mark.parametrize(("said", "outcome"), [("0.5", "INCONCLUSIVE"), ("9", "INCONCLUSIVE"), ("<5", "INCONCLUSIVE")])
def test_evidence_from_memory_neither_passes_nor_fails(tmp_path, said, outcome):
    assert told(tmp_path, [GOOD_LEAD, row("Potassium", said, MG)], potassium(evidence="memory")) == (
        "HOLD",
        outcome,
        True,
    )


def test_a_ban_from_memory_does_not_fail(tmp_path):
    ban = limit("K", text="may not be sold", kind="ban", evidence="memory")
    assert told(tmp_path, [GOOD_LEAD], ban) == ("HOLD", "INCONCLUSIVE", True)


@pytest.mark.parametrize(
    "more",
    [
        *(
            {"status": status}
            for status in ("proposed", "withdrawn", "superseded", "compendial", "guidance", "industry")
        ),
        {"advisory": "for information"},
        {"screen": True},
        {"effective_from": "2027"},
        {"effective_to": "2025"},
    ],
    ids=str,
)
@pytest.mark.parametrize(
    ("rows", "outcome"), [([GOOD_LEAD, POTASSIUM], "FAIL"), ([GOOD_LEAD], "MISSING")], ids=["9", "not tested"]
)
def test_what_is_not_law_is_shown_and_never_decides(tmp_path, more, rows, outcome):
    assert told(tmp_path, rows, potassium(**more)) == ("PASS", outcome, False)


def test_an_attestation_is_listed_and_never_decides(tmp_path):
    attested = limit("K", text="no synthetic alkaloids", kind="attestation")
    assert told(tmp_path, [GOOD_LEAD], attested) == ("PASS", "INCONCLUSIVE", False)


def test_a_specification_that_adopts_a_figure_decides(tmp_path):
    assert told(tmp_path, [GOOD_LEAD, POTASSIUM], potassium(status="adopted", evidence="specification")) == (
        "FAIL",
        "FAIL",
        True,
    )


# ---------------------------------------------------------------- dates of limits

DATES = [  # from, to, on, decides
    ("2026-11-22", "open", "2026-11-22", True),
    ("2026-11-23", "open", "2026-11-22", False),
    ("2020-01-01", "2026-11-22", "2026-11-22", True),
    ("2020-01-01", "2026-11-21", "2026-11-22", False),
    ("unknown", "open", "2026-11-22", True),
    ("unknown", "unknown", "2026-11-22", True),
    ("unknown", "2026-11", "2026-11-30", True),
    ("unknown", "2026-11", "2026-12-01", False),
    ("unknown", "2026", "2026-12-31", True),
    ("unknown", "2026", "2027-01-01", False),
    ("2026", "open", "2026-01-01", True),
    ("2026", "open", "2025-12-31", False),
    ("2026-11", "open", "2026-11-01", True),
    ("2026-11", "open", "2026-10-31", False),
    ("unknown", "2024-02", "2024-02-29", True),
    ("unknown", "2026-12", "2026-12-31", True),
]


@pytest.mark.parametrize(("since", "until", "on", "decides"), DATES)
def test_limits_are_those_in_force_on_the_day_of_judgement(tmp_path, since, until, on, decides):
    law = potassium(effective_from=since, effective_to=until)
    expected = ("FAIL", "FAIL", True) if decides else ("PASS", "FAIL", False)
    assert told(tmp_path, [GOOD_LEAD, POTASSIUM], law, on=date.fromisoformat(on)) == expected


def test_a_limit_that_is_not_in_force_says_which(tmp_path):
    books = rulebooks(tmp_path, leaf_powder=book(LEAD, potassium(effective_from="2027")))
    assert finding(judged([certificate("L", GOOD_LEAD)], books)["L"], "K").status == "not yet in force"
    assert judged([certificate("L", GOOD_LEAD)], books)["L"].judged_on == DAY


# ---------------------------------------------------------------- markets


@pytest.fixture
def markets(tmp_path):
    return rulebooks(
        tmp_path,
        leaf_powder=book(LEAD),
        us=book(potassium(), kind="market"),
        us_tx=book(limit("TX", "calcium", "not more than 1 mg/kg", max="1", unit=MG), kind="market", extends=["us"]),
        cz=book(
            limit("CZ", "magnesium", "not more than 1 mg/kg", max="1", unit=MG), kind="market", covers=["leaf_powder"]
        ),
    )


def test_a_markets_verdict_includes_every_rulebook_it_lies_under(markets):
    rows = [GOOD_LEAD, POTASSIUM, row("Calcium", "0.1", MG), row("Magnesium", "0.1", MG)]
    verdict = judged([certificate("L", *rows)], markets, markets=["us", "us-tx", "cz"], home=["cz"])["L"]
    assert dict(verdict.markets) == {"us": "FAIL", "us-tx": "FAIL", "cz": "PASS"}
    assert verdict.decision == "PASS"


def test_the_product_rulebook_counts_in_every_market(markets):
    rows = [BAD_LEAD, row("Potassium", "0.1", MG), row("Calcium", "0.1", MG), row("Magnesium", "0.1", MG)]
    verdict = judged([certificate("L", *rows)], markets, markets=["us", "us-tx", "cz"])["L"]
    assert set(verdict.markets.values()) == {"FAIL"}


def test_home_markets_count_even_where_others_are_reported(markets):
    rows = [GOOD_LEAD, POTASSIUM, row("Magnesium", "0.1", MG)]
    assert judged([certificate("L", *rows)], markets, markets=["cz"], home=["us"])["L"].decision == "FAIL"


@pytest.mark.parametrize("market", ["us-zz", "", "leaf_powder", "US"])
def test_a_market_without_a_rulebook_is_wrong_usage(markets, market):
    with pytest.raises(UsageError, match="known markets: cz, us, us-tx"):
        judged([certificate("L", GOOD_LEAD)], markets, markets=[market])


def test_a_market_that_does_not_speak_of_the_product_holds_it(tmp_path):
    books = rulebooks(
        tmp_path,
        leaf_powder=book(LEAD),
        extract=book(LEAD),
        cz=book(
            limit("CZ", "magnesium", "not more than 1 mg/kg", max="1", unit=MG), kind="market", covers=["leaf_powder"]
        ),
    )
    rows = [GOOD_LEAD, row("Magnesium", "0.1", MG)]
    told = judged([certificate("A", *rows), certificate("B", *rows, form="extract")], books, markets=["cz"])
    assert (told["A"].markets["cz"], told["B"].markets["cz"]) == ("PASS", "HOLD")
    assert "CZ-COVERS" in rules(told["B"], "cz")


def test_a_markets_verdict_does_not_depend_on_which_other_markets_were_asked(tmp_path):
    """That Utah forbids fentanyl does not make it harmless in the United States."""
    books = rulebooks(
        tmp_path,
        leaf_powder=book(LEAD),
        us=book(potassium(), kind="market"),
        us_ut=book(limit("UT", "fentanyl", "not detected", kind="not_detected"), kind="market"),
    )
    rows = [GOOD_LEAD, row("Potassium", "0.1", MG), row("Fentanyl", "5", MG)]
    alone = judged([certificate("L", *rows)], books, markets=["us"])["L"]
    beside = judged([certificate("L", *rows)], books, markets=["us", "us-ut"], home=["us"])["L"]
    assert (alone.markets["us"], beside.markets["us"], beside.decision) == ("HOLD", "HOLD", "HOLD")


# ---------------------------------------------------------------- kinds that no amount answers


def test_a_ban_fails_what_may_not_be_sold(tmp_path):
    assert told(tmp_path / "a", [GOOD_LEAD], limit("K", text="may not be sold", kind="ban")) == ("FAIL", "FAIL", True)
    ban = limit("K", text="may not be sold", kind="ban", effective_from="2027-01-01")
    assert told(tmp_path / "b", [GOOD_LEAD], ban) == ("PASS", "FAIL", False)


@pytest.mark.parametrize(("form", "outcome"), [("leaf powder", "PASS"), ("extract", "FAIL"), ("", "INCONCLUSIVE")])
def test_only_some_product_classes_may_be_sold(tmp_path, form, outcome):
    books = rulebooks(
        tmp_path,
        leaf_powder=book(LEAD),
        extract=book(LEAD),
        us=book(
            limit("CLASS", text="pure leaf only", kind="product_class", requires=["leaf_powder", "crushed_leaf"]),
            kind="market",
        ),
    )
    verdict = judged([certificate("L", GOOD_LEAD, form=form)], books, markets=["us"])["L"]
    assert finding(verdict, "CLASS").outcome == outcome
    assert verdict.markets["us"] == {"PASS": "PASS", "FAIL": "FAIL", "INCONCLUSIVE": "HOLD"}[outcome]


def test_a_certificate_must_state_what_is_required_of_it(tmp_path):
    asks = limit(
        "K", text="laboratory, number, method", kind="certificate", requires=["laboratory", "certificate_id", "method"]
    )
    full = {"Laboratory": "Lab A", "Certificate": "C-1", "Method": "ICP-MS"}
    for missing, outcome in (
        (None, "PASS"),
        ("Laboratory", "MISSING"),
        ("Certificate", "MISSING"),
        ("Method", "MISSING"),
    ):
        said = {key: value for key, value in full.items() if key != missing}
        decision = {"PASS": "PASS", "MISSING": "HOLD"}[outcome]
        assert told(tmp_path / str(missing), [{**GOOD_LEAD, **said}], asks) == (decision, outcome, True)


def test_every_certificate_of_the_batch_must_state_it(tmp_path):
    books = rulebooks(
        tmp_path, leaf_powder=book(LEAD, limit("LAB", text="laboratory", kind="certificate", requires=["laboratory"]))
    )
    readings = [certificate("L", GOOD_LEAD, Laboratory="Lab A"), certificate("L", POTASSIUM, name="second.csv")]
    found = finding(judged(readings, books)["L"], "LAB")
    assert found.outcome == "MISSING"
    assert "second.csv" in found.why


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("Mitragyna speciosa", "PASS"),
        ("Conforms", "PASS"),
        ("Mitragyna hirsuta", "INCONCLUSIVE"),
        ("FAILED – species not confirmed", "INCONCLUSIVE"),
        ("Does not conform", "FAIL"),
        ("", "MISSING"),
        ("NT", "MISSING"),
        (None, "MISSING"),
    ],
)
def test_a_described_test_passes_by_a_known_good_answer_only(tmp_path, said, outcome):
    asks = limit("K", "identity", "identity is confirmed", kind="described")
    rows = [GOOD_LEAD] if said is None else [GOOD_LEAD, row("Identity", said)]
    assert told(tmp_path, rows, asks)[1] == outcome


@pytest.mark.parametrize("said", ["Negative", "Not detected", "Absent", "Inconclusive"])
def test_an_identity_that_was_not_confirmed_is_no_pass(tmp_path, said):
    asks = limit("K", "identity", "identity is confirmed", kind="described")
    assert told(tmp_path, [GOOD_LEAD, row("Identity", said)], asks)[0] != "PASS"


# ---------------------------------------------------------------- causes to hold that no limit asks about


@pytest.fixture
def plain_books(tmp_path):
    metals = [
        limit(f"MAX-{name}", name, "not more than 1000 mg/kg", max="1000", unit=MG, **NOTED)
        for name in ("cadmium", "arsenic", "mercury", "nickel", "chromium", "copper", "zinc")
    ]
    return rulebooks(tmp_path, leaf_powder=book(LEAD, *metals, certificate_max_age_days=365))


HELD = {
    "the product's form is not stated": ([GOOD_LEAD], {"form": ""}, "PRODUCT-UNKNOWN"),
    "the product's form is not known": ([GOOD_LEAD], {"form": "socks"}, "PRODUCT-UNKNOWN"),
    "the product's form holds more than a form": ([GOOD_LEAD], {"form": "leaf powder 50x"}, "FORM-UNREAD"),
    "the product has no rulebook": ([GOOD_LEAD], {"form": "gummy"}, "NO-RULEBOOK"),
    "an adulterant was found that no limit speaks of": (
        [GOOD_LEAD, row("Tramadol", "0.1", MG)],
        {},
        "FOUND-WITHOUT-LIMIT",
    ),
    "a pathogen was found that no limit speaks of": (
        [GOOD_LEAD, row("Listeria", "Present in 25 g")],
        {},
        "FOUND-WITHOUT-LIMIT",
    ),
    "an analyte nobody knows": ([GOOD_LEAD, row("Leed", "1", MG)], {}, "UNKNOWN-ANALYTE"),
    "the certificate is too old": ([GOOD_LEAD], {"Date_Issued": "2025-11-21"}, "CERTIFICATE-TOO-OLD"),
    "one test is too old": (
        [{**GOOD_LEAD, "Date Tested": "2026-10-01"}, {**row("Calcium", "0.1", MG), "Date Tested": "2019-03-01"}],
        {"Date_Issued": "2026-11-01"},
        "CERTIFICATE-TOO-OLD",
    ),
    "an old day of work in a column nobody knows": (
        [{**GOOD_LEAD, "Ran": "2019-03-01"}],
        {"Date_Issued": "2026-11-01"},
        "CERTIFICATE-TOO-OLD",
    ),
    "too old in one order of day and month": ([GOOD_LEAD], {"Date_Issued": "12/11/2025"}, "CERTIFICATE-TOO-OLD"),
    "expired in one order of day and month": (
        [GOOD_LEAD],
        {"Date_Issued": "2026-11-01", "Expires": "11/12/2026"},
        "EXPIRED",
    ),
    "past its retest date": ([GOOD_LEAD], {"Date_Issued": "2026-10-01", "Retest_Date": "2026-11-21"}, "EXPIRED"),
    "no date at all": ([GOOD_LEAD], {"Date_Printed": ""}, "UNDATED"),
    "issued in the future": ([GOOD_LEAD], {"Date_Issued": "2026-11-23"}, "DATES-IMPOSSIBLE"),
    "received in the future": ([GOOD_LEAD], {"Date_Received": "2027-01-01"}, "DATES-IMPOSSIBLE"),
    "sampled in the future": ([GOOD_LEAD], {"Date_Sampled": "2027-01-01"}, "DATES-IMPOSSIBLE"),
    "issued before it was tested": (
        [GOOD_LEAD],
        {"Date_Issued": "2026-10-01", "Date_Tested": "2026-10-02"},
        "DATES-IMPOSSIBLE",
    ),
    "the laboratory's own Fail on a row": ([{**GOOD_LEAD, "Status": "Fail"}], {}, "LABORATORY-SAID-FAIL"),
    "the laboratory's own Fail as a result": ([GOOD_LEAD, row("Potassium", "Fail", MG)], {}, "LABORATORY-SAID-FAIL"),
    "a described test the laboratory says does not conform": (
        [GOOD_LEAD, row("Identity", "Does not conform")],
        {},
        "LABORATORY-SAID-FAIL",
    ),
    "a described test the laboratory is unsure of": (
        [GOOD_LEAD, row("Identity", "Inconclusive")],
        {},
        "LABORATORY-UNSURE",
    ),
    "an identity that was not found": ([GOOD_LEAD, row("Identity", "Not detected")], {}, "LABORATORY-UNSURE"),
    "the certificate is preliminary": ([GOOD_LEAD], {"Report_Status": "Preliminary"}, "CERTIFICATE-PRELIMINARY"),
    "a lot that a spreadsheet made a number of": ([GOOD_LEAD], {"Batch": "1.00E+05"}, "ID-CHANGED"),
    "a Pass beside a number outside the laboratory's own limit": (
        [{**row("Lead", "0.4", MG), "Limit": "NMT 0.3", "Status": "Pass"}],
        {},
        "LABORATORY-CONTRADICTS-ITSELF",
    ),
    "lead that is too small to be measured": ([row("Lead", "0.000001", MG)], {}, "IMPLAUSIBLE-VALUE"),
    "mitragynine in the unit of a contaminant": ([GOOD_LEAD, row("Mitragynine", "14", MG)], {}, "IMPLAUSIBLE-VALUE"),
    "parts that are more than the whole": (
        [GOOD_LEAD, row("Moisture", "60.0", "%"), row("Total ash", "45.0", "%")],
        {},
        "SUM-OVER-100",
    ),
    "parts above their printed total": (
        [GOOD_LEAD, row("Total aflatoxins", "4", "ppb"), row("Aflatoxin B1", "9", "ppb")],
        {},
        "PARTS-ABOVE-TOTAL",
    ),
    "a part above its whole": (
        [GOOD_LEAD, row("Arsenic", "0.2", MG), row("Inorganic arsenic", "0.4", MG)],
        {},
        "PARTS-ABOVE-TOTAL",
    ),
    "expired before it was issued": (
        [GOOD_LEAD],
        {"Date_Issued": "2026-11-01", "Expires": "2026-10-01"},
        "DATES-IMPOSSIBLE",
    ),
    "a number outside the limit printed beside it": ([{**GOOD_LEAD, "Limit": "NMT 0.1"}], {}, "OWN-LIMIT-EXCEEDED"),
    "lead on another basis that nothing compares": (
        [GOOD_LEAD, row("Lead", "4.1", "mg/kg dry weight")],
        {},
        "RESULT-NOT-COMPARED",
    ),
    "a unit nobody knows, beside a good result": ([GOOD_LEAD, row("Potassium", "0.2", "fathom")], {}, "UNKNOWN-UNIT"),
    "a verdict nobody knows": ([{**GOOD_LEAD, "Status": "X"}], {}, "VERDICT-UNREAD"),
    "two results contradict": ([GOOD_LEAD, row("Lead", "0.3", MG)], {}, "RESULTS-CONTRADICT"),
}


@pytest.mark.parametrize("story", HELD)
def test_a_batch_is_held_where(plain_books, story):
    rows, facts, rule = HELD[story]
    dated = {} if any("Date" in key for key in facts) else {"Date_Issued": "2026-11-01"}
    batch = facts.get("Batch", "L")
    facts = {"form": "leaf powder", **dated, **{name: said for name, said in facts.items() if name != "Batch"}}
    verdict = judged([certificate(batch, *rows, name="a.csv", **facts)], plain_books)[batch]
    assert verdict.decision == "HOLD"
    assert rule in rules(verdict)


REMARKED = {
    "a number below its own LOQ": ({**GOOD_LEAD, "LOQ": "0.5"}, "below-own-loq"),
    "a size that a slipped unit would explain": (row("Cadmium", "300", MG), "unit-slip"),
    "the same result twice": (GOOD_LEAD, "duplicate-result"),
}


@pytest.mark.parametrize("story", REMARKED)
def test_what_is_only_odd_is_remarked_and_passes(plain_books, story):
    odd, code = REMARKED[story]
    verdict = judged([certificate("L", GOOD_LEAD, odd, Date_Issued="2026-11-01")], plain_books)["L"]
    assert verdict.decision == "PASS"
    assert code in [remark.code for remark in verdict.batch.remarks]


def test_a_result_that_contradicts_another_holds_with_the_worst_in_sight(plain_books):
    verdict = judged(
        [certificate("L", row("Lead", "0.1", MG), row("Lead", "9.9", MG), Date_Issued="2026-11-01")], plain_books
    )["L"]
    found = finding(verdict, "PB")
    assert (verdict.decision, found.outcome) == ("HOLD", "INCONCLUSIVE")
    assert "9.9" in found.why
    assert "RESULTS-CONTRADICT" in rules(verdict)


# ---------------------------------------------------------------- certificates beside each other

METALS = [row(name, f"0.1{at}", MG) for at, name in enumerate(
    ("Lead", "Cadmium", "Arsenic", "Mercury", "Nickel", "Chromium", "Copper", "Zinc"), start=1)]  # fmt: skip
OTHERS = [{**said, "Result": said["Result"] + "5"} for said in METALS]
BESIDE = {
    "two ids that differ in a letter like a digit": (["L-2O1", "L-201"], [METALS, OTHERS], {}, "BATCH-ID-TWINS"),
    "two ids that differ in a leading zero": (["L-01", "L-1"], [METALS, OTHERS], {}, "BATCH-ID-TWINS"),
    "two ids that differ in case": (["kx-1", "KX-1"], [METALS, OTHERS], {}, "BATCH-ID-TWINS"),
    "two ids that differ in a blank": (["KX 1", "KX\u00a01"], [METALS, OTHERS], {}, "BATCH-ID-TWINS"),
    "the same results for two lots": (["A", "B"], [METALS, METALS], {}, "RESULTS-OF-ANOTHER-BATCH"),
    "one certificate number for two lots": (
        ["A", "B"],
        [METALS, OTHERS],
        {"Certificate": "C-1"},
        "CERTIFICATE-ID-REUSED",
    ),
}


@pytest.mark.parametrize("story", BESIDE)
def test_both_batches_are_held_where(plain_books, story):
    ids, rows, facts, rule = BESIDE[story]
    readings = [
        certificate(batch, *said, name=f"{at}.csv", Date_Issued="2026-11-01", **facts)
        for at, (batch, said) in enumerate(zip(ids, rows, strict=True))
    ]
    alone, together = judged(readings, plain_books, beside=CrossCertificateChecks()), judged(readings, plain_books)
    assert [alone[batch].decision for batch in ids] == ["PASS", "PASS"]
    assert [(together[batch].decision, rules(together[batch])) for batch in ids] == [("HOLD", [rule])] * 2


def test_strangers_beside_each_other_hold_nothing(plain_books):
    readings = [
        certificate("1-11", *METALS, name="a.csv", Date_Issued="2026-11-01", Certificate="C-1"),
        certificate("11-1", *OTHERS, name="b.csv", Date_Issued="2026-11-01", Certificate="C-2"),
    ]
    assert {verdict.decision for verdict in judged(readings, plain_books).values()} == {"PASS"}


# ---------------------------------------------------------------- what is shown and what is stored


SHOWN = [  # stored, shown, strict limit, verdict
    ("0.54", "0.5", False, "FAIL"),
    ("0.46", "0.5", True, "HOLD"),
    ("0.46", "0.5", False, "PASS"),
    ("0.54", "0.5", True, "FAIL"),
    ("0.496", "0.50", True, "HOLD"),
    ("0.31", "0.3", False, "PASS"),
    ("0.96", "1.0", False, "FAIL"),
    ("0.04", "0.0", False, "PASS"),
]


@pytest.mark.parametrize(("stored", "shown", "strict", "decision"), SHOWN)
def test_the_stored_number_decides_and_the_shown_one_may_hold(tmp_path, stored, shown, strict, decision):
    words = "less than" if strict else "not more than"
    books = rulebooks(
        tmp_path, leaf_powder=book(limit("PB", "lead", f"{words} 0.5 mg/kg", max="0.5", unit=MG, strict=strict))
    )
    place = CellRef("a.xlsx", "Results", "B5")
    line = ResultRow(SourceText("Lead", place), SourceText(stored, place, shown, "number"), SourceText(MG, place))
    facts = {"batch_id": SourceText("L", place), "form": SourceText("Leaf powder", place)}
    dated = {**facts, "tested_on": SourceText("2026-11-01", place)}
    certificates = interpret([Certificate("a.xlsx", "0" * 64, dated, (line,))])
    verdict = judged([Reading("a.xlsx", "0" * 64, certificates)], books)["L"]
    assert verdict.decision == decision
    why = finding(verdict, "PB").why
    assert (f"the sheet shows {shown}, the cell holds {stored}" in why) is (decision != "PASS")


def test_a_certificate_of_the_last_day_allowed_passes(plain_books):
    assert judged([certificate("L", GOOD_LEAD, Date_Issued="2025-11-22")], plain_books)["L"].decision == "PASS"


def test_a_new_issue_date_does_not_make_old_measurements_young(plain_books):
    """A paper of 2026 over a test of 2019 says nothing newer than 2019."""
    verdict = judged([certificate("L", GOOD_LEAD, Date_Tested="2019-01-01", Date_Issued="2026-11-01")], plain_books)[
        "L"
    ]
    assert verdict.decision == "HOLD"


def test_adulterants_that_were_not_found_hold_nothing(plain_books):
    rows = [GOOD_LEAD, row("Tramadol", "ND", MG, LOD="0.01"), row("Listeria", "Absent in 25 g")]
    assert judged([certificate("L", *rows, Date_Issued="2026-11-01")], plain_books)["L"].decision == "PASS"


def test_a_proposed_limit_does_not_make_an_adulterant_harmless(tmp_path):
    books = rulebooks(
        tmp_path, leaf_powder=book(LEAD, limit("T", "tramadol", "not detected", kind="not_detected", status="proposed"))
    )
    assert judged([certificate("L", GOOD_LEAD, row("Tramadol", "5", MG))], books)["L"].decision == "HOLD"


def test_the_product_on_the_command_line_fills_the_gap_and_holds_where_it_contradicts(plain_books):
    fills = judged(
        [certificate("L", GOOD_LEAD, form="", Date_Issued="2026-11-01")], plain_books, product="leaf_powder"
    )["L"]
    contradicts = judged([certificate("L", GOOD_LEAD, Date_Issued="2026-11-01")], plain_books, product="extract")["L"]
    assert (fills.decision, contradicts.decision) == ("PASS", "HOLD")
    assert "PRODUCT-CONTRADICTS" in rules(contradicts)


# ---------------------------------------------------------------- many certificates of one batch


def lead_twice(first: str, second: str, **more: str):
    return [
        certificate("L", row("Lead", first, MG), name="a.csv", Certificate="C-1", **more),
        certificate("L", row("Lead", second, MG), name="b.csv", Certificate="C-2", **more),
    ]


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ("0.9", "0.2", "FAIL"),
        ("0.2", "0.9", "FAIL"),
        ("0.9", "<0.1", "FAIL"),
        ("<0.1", "0.9", "FAIL"),
        ("0.9", "ND", "FAIL"),
        ("0.2", "0.2", "PASS"),
        ("0.20", "0.2", "PASS"),
        ("0.2", "0.3", "HOLD"),
        ("<0.1", "<0.2", "PASS"),
        ("0.2", "<0.1", "HOLD"),
    ],
)
def test_a_later_certificate_never_removes_an_earlier_fail(tmp_path, first, second, verdict):
    books = rulebooks(tmp_path, leaf_powder=book(LEAD))
    readings = lead_twice(first, second)
    assert [judged(order, books)["L"].decision for order in (readings, readings[::-1])] == [verdict, verdict]


@pytest.mark.parametrize("order", [1, -1], ids=["coarse first", "coarse last"])
def test_a_finer_result_that_rounds_to_a_failing_one_does_not_stop_the_run(tmp_path, order):
    """0.5 fails `max 0.49`; another laboratory prints 0.480, which agrees with it at the coarser resolution."""
    books = rulebooks(tmp_path, leaf_powder=book(limit("PB", "lead", "not more than 0.49 mg/kg", max="0.49", unit=MG)))
    assert judged(lead_twice("0.5", "0.480")[::order], books)["L"].decision in ("FAIL", "HOLD")


def test_an_earlier_fail_in_the_same_file_stays_a_fail(tmp_path):
    """A many-batch csv may hold two certificates of one lot."""
    books = rulebooks(tmp_path, leaf_powder=book(LEAD))
    both = certificate("L", {**BAD_LEAD, "Certificate": "C-1"}, {**GOOD_LEAD, "Certificate": "C-2"})
    assert judged([both], books)["L"].decision == "FAIL"


def test_a_second_panel_of_alkaloids_does_not_stop_the_run(tmp_path):
    """One laboratory measures the core, another the rest: alone the first share is 2.3 %, together it is below 2 %."""
    books = rulebooks(
        tmp_path,
        leaf_powder=book(
            limit("SHARE", "7-oh-share", "not more than 2 % of total alkaloids", max="2", unit="% of total alkaloids")
        ),
    )
    core = [
        row("Mitragynine", "10", MG),
        row("7-OH", "0.3", MG),
        *(row(n, "1", MG) for n in ("Paynantheine", "Speciogynine", "Speciociliatine")),
    ]
    rest = [row("Mitraphylline", "5", MG), row("Ajmalicine", "1", MG)]
    verdict = judged([certificate("L", *core, name="a.csv"), certificate("L", *rest, name="b.csv")], books)["L"]
    assert finding(verdict, "SHARE").outcome in ("PASS", "FAIL", "INCONCLUSIVE")


def test_one_batch_that_cannot_be_judged_does_not_stop_the_others(tmp_path):
    books = rulebooks(tmp_path, leaf_powder=book(limit("PB", "lead", "not more than 0.49 mg/kg", max="0.49", unit=MG)))
    told = judged([*lead_twice("0.5", "0.480"), certificate("OTHER", GOOD_LEAD)], books)
    assert told["OTHER"].decision == "PASS"


# ---------------------------------------------------------------- one thing said in two bases or units


def contradicting(first, second, *more, **facts):
    return [certificate("L", first, second, *more, **facts)], [
        certificate("L", first, *more, name="a.csv", **facts),
        certificate("L", second, *more, name="b.csv", **facts),
    ]


@pytest.mark.parametrize("way", [0, 1], ids=["one certificate", "two certificates"])
def test_a_dry_result_that_contradicts_the_one_as_received_is_not_overlooked(tmp_path, way):
    books = rulebooks(tmp_path, leaf_powder=book(LEAD))
    readings = contradicting(GOOD_LEAD, row("Lead", "5", "mg/kg dry weight"), row("Moisture", "10", "%"))[way]
    assert judged(readings, books)["L"].decision in ("HOLD", "FAIL")


@pytest.mark.parametrize("way", [0, 1], ids=["one certificate", "two certificates"])
def test_a_serving_that_contradicts_the_concentration_is_not_overlooked(tmp_path, way):
    """50 mg/g × 5 g is 250 mg a serving, whatever the certificate prints beside it."""
    books = rulebooks(
        tmp_path,
        leaf_powder=book(
            limit(
                "MIT", "mitragynine", "not more than 150 mg/serving", max="150", unit="mg/serving", basis="per serving"
            )
        ),
    )
    readings = contradicting(
        row("Mitragynine", "50", "mg/g"), row("Mitragynine", "40", "mg/serving"), Serving_Size="5 g"
    )[way]
    assert judged(readings, books)["L"].decision in ("HOLD", "FAIL")


def test_one_result_in_two_bases_that_agree_passes(tmp_path):
    books = rulebooks(
        tmp_path,
        leaf_powder=book(
            LEAD,
            limit(
                "MIT", "mitragynine", "not more than 150 mg/serving", max="150", unit="mg/serving", basis="per serving"
            ),
        ),
    )
    rows = [
        row("Lead", "0.18", MG),
        row("Lead", "0.20", "mg/kg dry weight"),
        row("Moisture", "10", "%"),
        row("Mitragynine", "20", "mg/g"),
        row("Mitragynine", "100", "mg/serving"),
    ]
    assert judged([certificate("L", *rows, Serving_Size="5 g")], books)["L"].decision == "PASS"


SPOKEN = {  # what the product's rulebook says of tramadol: what a batch with 0.1 mg/kg of it is
    "a limit that decides": ({}, "PASS", []),
    "a limit that is only guidance": ({"status": "guidance"}, "HOLD", ["FOUND-WITHOUT-LIMIT"]),
    "a limit that is not yet in force": ({"effective_from": "2027-01-01"}, "HOLD", ["FOUND-WITHOUT-LIMIT"]),
    "a limit on another product": ({"products": ["extract"]}, "HOLD", ["FOUND-WITHOUT-LIMIT"]),
}


@pytest.mark.parametrize("story", SPOKEN)
def test_what_was_found_is_decided_by_a_limit_or_by_a_person(tmp_path, story):
    more, decision, held = SPOKEN[story]
    spoken = limit("TRAMADOL", "tramadol", "not more than 1 mg/kg", max="1", unit=MG, **more)
    paper = certificate(
        "L", GOOD_LEAD, row("Tramadol", "0.1", MG), row("Sildenafil", "ND", MG), row("Calcium", "1", MG)
    )
    verdict = judged([paper], rulebooks(tmp_path, leaf_powder=book(LEAD, spoken)))["L"]
    assert (str(verdict.decision), rules(verdict)) == (decision, held)


OLD, NEW = "2025-11-21", "2026-11-01"
AGES = [  # the dates of a certificate: is it too old
    ({"Date_Tested": OLD}, True),
    ({"Date_Received": OLD}, True),
    ({"Date_Sampled": OLD}, True),
    ({"Date_Issued": OLD}, True),
    ({"Date_Tested": "2025-11-22"}, False),
    ({"Date_Tested": OLD, "Date_Issued": NEW}, True),  # a new issue makes no old measurement young
    ({"Date_Received": OLD, "Date_Issued": NEW}, True),
    ({"Date_Sampled": OLD, "Date_Issued": NEW}, True),
    ({"Date_Received": OLD, "Date_Tested": NEW}, False),  # a kept sample was measured lately
    ({"Date_Sampled": OLD, "Date_Received": NEW}, False),
    ({}, False),
]


@pytest.mark.parametrize(("dates", "old"), AGES, ids=str)
def test_a_certificate_is_as_old_as_its_measurements(plain_books, dates, old):
    verdict = judged([certificate("L", GOOD_LEAD, **dates)], plain_books)["L"]
    assert rules(verdict) == (["CERTIFICATE-TOO-OLD"] if old else [])


@pytest.mark.parametrize(
    ("expires", "held"), [("2026-11-21", ["EXPIRED"]), ("2026-11-22", []), ("2026-11-23", []), ("2028-01-01", [])]
)
def test_a_batch_past_its_date_is_held(plain_books, expires, held):
    dated = {"Date_Issued": "2026-11-01", "Expires": expires}
    verdict = judged([certificate("L", GOOD_LEAD, **dated)], plain_books)["L"]
    assert (rules(verdict), str(verdict.decision)) == (held, "HOLD" if held else "PASS")
