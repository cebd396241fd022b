"""Every basis end to end, from a laboratory's csv to the finding: met, not met, and MISSING with that reason where the
certificate lacks what the basis needs.

The rulebooks are ours; `buyer` is a customer's specification that adopts figures of standards.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from kratom_qc.domain.batch import Claim, ProductFacts
from kratom_qc.interpret.compare import CrossCertificateChecks
from kratom_qc.interpret.facts import FactsFile
from kratom_qc.judge import crosscheck
from kratom_qc.rulebooks.load import load_rulebooks
from kratom_qc.rulebooks.scope import markets_of
from tests.factory import REAL, book, certificate, finding, judged, limit, row

ADOPTS = """
[[override]]
id = "{}"
status = "adopted"
evidence = "specification"
advisory = ""
when_missing = "hold"
because = "the buyer of this test adopts it"
"""
MICROGRAM = {
    "unit": "ug/kg",
    "because": "the buyer of this test says so",
    "status": "adopted",
    "evidence": "specification",
}
BUYER = book(
    limit("PAH4-LOWER", "pah4", "sum of four PAH not more than 50 µg/kg", max="50", sum="lower_bound",
          sum_because="EU sums of PAH4 count 0 for what is below its LOQ", **MICROGRAM),
    limit("PAH4-ALL", "pah4", "sum of four PAH not more than 50 µg/kg", max="50", **MICROGRAM),
    *(
        ADOPTS.format(rule)
        for rule in (
            "USP-467-C2-HEXANE-PDE",
            "USP-467-C3-TOTAL",
            "USP-2232-AS",
            "USP-2232-MEHG",
            "USP-2232-PB",
        )
    ),
    kind="standard",
    extends=["usp"],
)  # fmt: skip

CORE = [row(name, "1", "mg/g") for name in ("Paynantheine", "Speciogynine", "Speciociliatine")]
AFLATOXINS = [row(f"Aflatoxin {one}", "<1", "ug/kg") for one in ("B1", "B2", "G1", "G2")]
PAH = [row(name, "<20", "ug/kg") for name in ("Benz[a]anthracene", "Benzo[b]fluoranthene", "Chrysene")]
THIRDS = ("Ethyl acetate", "Heptane", "2-Propanol", "DMSO", "Pentane", "MEK", "Acetic acid")
CLASS_3 = [row("Ethanol", "2000", "ppm"), row("Acetone", "1000", "ppm"), *(row(name, "<10", "ppm") for name in THIRDS)]
SERVED = {"Serving_Size": "2 g", "Servings_Per_Day": "5"}  # ten grams a day


def said(*rows: dict[str, str], form: str = "leaf powder", **facts: str):
    return form, rows, facts


def lead(amount: str, **facts: str):
    return said(row("Lead", amount, "mg/kg"), **facts)


def share(seven: str, *more: dict[str, str]):
    return said(row("Mitragynine", "10", "mg/g"), row("7-OH", seven, "mg/g"), *more)


PB_DAY, HEXANE, THIRD = "USP-2232-PB", "USP-467-C2-HEXANE-PDE", "USP-467-C3-TOTAL"
DRY, ARTICLE = "US-DEA-2026-13580-BOTANICAL", "US-DEA-2026-13580-ARTICLE-MASS"
BASES = {  # basis: (what the certificate says, rule, outcome, what the finding says)
    "as received": [
        (lead("1.19"), "SPEC-METALS-PB", "PASS", "1.19"),
        (lead("1.2"), "SPEC-METALS-PB", "FAIL", "above"),
        (said(row("Lead", "1.19", "mg/kg dry weight")), "SPEC-METALS-PB", "MISSING", "moisture not known"),
        (said(row("Lead", "0.5", "mg/L"), form="liquid"), "SPEC-METALS-PB", "MISSING", "density not known"),
    ],
    "dry": [
        (said(row("7-OH", "0.045", "%"), row("Moisture", "10", "%")), DRY, "PASS", "moisture"),
        (said(row("7-OH", "0.046", "%"), row("Moisture", "10", "%")), DRY, "FAIL", "moisture"),
        (said(row("7-OH", "0.045", "%")), DRY, "MISSING", "needs the moisture"),
    ],
    "per serving": [
        (said(row("Mitragynine", "15", "mg/g"), Serving_Size="10 g"), "US-GA-16-13-122-MIT-SERV", "PASS", "150"),
        (said(row("Mitragynine", "15.1", "mg/g"), Serving_Size="10 g"), "US-GA-16-13-122-MIT-SERV", "FAIL", "151"),
        (said(row("Mitragynine", "15", "mg/g")), "US-GA-16-13-122-MIT-SERV", "MISSING", "serving size not known"),
        (said(row("7-OH", "2", "mg/mL"), form="liquid"), "US-GA-16-13-122-7OH-SERV", "MISSING", "serving size not known"),
    ],
    "per container": [
        (said(row("7-OH", "0.005", "mg/g"), Net_Content="100 g"), "US-MS-HB1077-CONTAINER", "PASS", "0.5"),
        (said(row("7-OH", "0.006", "mg/g"), Net_Content="100 g"), "US-MS-HB1077-CONTAINER", "FAIL", "0.6"),
        (said(row("7-OH", "0.005", "mg/g")), "US-MS-HB1077-CONTAINER", "MISSING", "net content not known"),
        (
            said(row("7-OH", "0.05", "mg/serving"), Servings_Per_Container="11"),
            "US-MS-HB1077-CONTAINER",
            "FAIL",
            "servings per container",
        ),
    ],
    "per unit": [
        (said(row("7-OH", "1.00", "mg/capsule"), form="capsules"), ARTICLE, "PASS", "1 mg/unit"),
        (said(row("7-OH", "1.01", "mg/capsule"), form="capsules"), ARTICLE, "FAIL", "1.01"),
        (said(row("7-OH", "1.00", "mg/g"), form="capsules"), ARTICLE, "INCONCLUSIVE", "does not convert"),
    ],
    "per day": [
        (lead("0.5", **SERVED), PB_DAY, "PASS", "5"),
        (lead("0.51", **SERVED), PB_DAY, "FAIL", "5.1"),
        (lead("0.5", Serving_Size="2 g"), PB_DAY, "MISSING", "servings per day not known"),
        (lead("0.5", Servings_Per_Day="5"), PB_DAY, "MISSING", "serving size not known"),
        (lead("0.5"), PB_DAY, "MISSING", "serving size, servings per day not known"),
    ],
    "% of alkaloids": [
        (share("0.26", *CORE), "AKA-GMP-7OH-TA", "PASS", "total alkaloids"),
        (share("0.27", *CORE), "AKA-GMP-7OH-TA", "FAIL", "total alkaloids"),
        (share("0.26", *CORE[1:]), "AKA-GMP-7OH-TA", "MISSING", "not known: Paynantheine"),
        (said(row("Mitragynine", "10", "mg/g"), *CORE), "AKA-GMP-7OH-TA", "MISSING", "7-Hydroxymitragynine"),
    ],
    "ratio": [
        (share("0.05", row("MP", "0.05", "mg/g")), "US-DEA-2026-20943-RATIO", "PASS", "100"),
        (share("0.06", row("MP", "0.05", "mg/g")), "US-DEA-2026-20943-RATIO", "INCONCLUSIVE", "90.9"),
        (share("0.05"), "US-DEA-2026-20943-RATIO", "MISSING", "not known: Mitragynine pseudoindoxyl"),
    ],
    "sum": [
        (said(*AFLATOXINS), "SPEC-AFTOTAL", "PASS", "sum of Aflatoxin B1"),
        (said(row("Aflatoxin B1", "18", "ug/kg"), *AFLATOXINS[1:]), "SPEC-AFTOTAL", "INCONCLUSIVE", "reaches across"),
        (said(row("Aflatoxin B1", "21", "ug/kg")), "SPEC-AFTOTAL", "FAIL", "above"),
        (said(*AFLATOXINS[1:]), "SPEC-AFTOTAL", "MISSING", "Aflatoxin B1 not known"),
        (said(*PAH, row("Benzo[a]pyrene", "9", "ug/kg")), "SPEC-PAH4", "INCONCLUSIVE", "reaches across"),
    ],
    "lower-bound sum": [
        (said(*PAH, row("Benzo[a]pyrene", "9", "ug/kg")), "PAH4-LOWER", "PASS", "counts 0"),
        (said(*PAH, row("Benzo[a]pyrene", "9", "ug/kg")), "PAH4-ALL", "INCONCLUSIVE", "reaches across"),
        (said(*PAH, row("Benzo[a]pyrene", "51", "ug/kg")), "PAH4-LOWER", "FAIL", "above"),
        (said(*PAH), "PAH4-LOWER", "MISSING", "Benzo[a]pyrene not known"),
        (said(*PAH, row("Benzo[a]pyrene", "ND", "ug/kg")), "PAH4-LOWER", "INCONCLUSIVE", "without a usable LOD"),
    ],
    "solvents by Option 2": [
        (said(row("Hexane", "290", "ppm"), form="extract", **SERVED), HEXANE, "PASS", "2900"),
        (said(row("Hexane", "291", "ppm"), form="extract", **SERVED), HEXANE, "FAIL", "2910"),
        (said(row("Hexane", "1000", "ppm"), form="extract", Serving_Size="1 g", Servings_Per_Day="2"), HEXANE, "PASS", "2000"),
        (said(row("Hexane", "290", "ppm"), form="extract"), HEXANE, "MISSING", "serving size, servings per day not known"),
        (said(*CLASS_3, form="extract", **SERVED), THIRD, "PASS", "sum of Ethanol, Acetone"),
        (said(row("Ethanol", "5001", "ppm"), form="extract", **SERVED), THIRD, "FAIL", "above"),
        (said(*CLASS_3[:-1], form="extract", **SERVED), THIRD, "MISSING", "not known: Acetic acid"),
        (said(*CLASS_3, form="extract"), THIRD, "MISSING", "serving size, servings per day not known"),
    ],
    "the total answers for its part": [
        (said(row("Arsenic", "1.5", "mg/kg"), **SERVED), "USP-2232-AS", "PASS", "at most the whole of Arsenic"),
        (said(row("Arsenic", "1.51", "mg/kg"), **SERVED), "USP-2232-AS", "INCONCLUSIVE", "was not told apart"),
        (
            said(row("Arsenic", "1.51", "mg/kg"), row("Inorganic arsenic", "0.2", "mg/kg"), **SERVED),
            "USP-2232-AS",
            "PASS",
            "2",
        ),
        (
            said(row("Arsenic", "9", "mg/kg"), row("Inorganic arsenic", "1.6", "mg/kg"), **SERVED),
            "USP-2232-AS",
            "FAIL",
            "16",
        ),
        (said(row("Mercury", "0.2", "mg/kg"), **SERVED), "USP-2232-MEHG", "PASS", "at most the whole of Mercury"),
        (said(row("Mercury", "0.2", "mg/kg")), "USP-2232-MEHG", "MISSING", "serving size, servings per day not known"),
        (said(row("Inorganic arsenic", "0.2", "mg/kg")), "USP-2232-AS", "MISSING", "serving size, servings per day"),
    ],
    "in a portion": [
        (said(row("Salmonella", "Absent in 25 g")), "AHPA-RAW-SALM", "PASS", "covers the 25 g"),
        (said(row("Salmonella", "Absent in 10 g")), "AHPA-RAW-SALM", "INCONCLUSIVE", "cannot show absence in 25 g"),
        (said(row("Salmonella", "Absent")), "AHPA-RAW-SALM", "INCONCLUSIVE", "unstated portion"),
        (said(row("Salmonella", "Present in 1 g")), "AHPA-RAW-SALM", "FAIL", "says it is there"),
        (said(row("Nickel", "1", "mg/kg")), "AHPA-RAW-SALM", "MISSING", "not tested"),
    ],
    "% of label claim": [
        (said(row("Mitragynine", "8.9", "mg/g"), Label_Claim_Mitragynine="10 mg/g"), "SPEC-CLAIM-MIT", "FAIL", "below"),
        (said(row("Mitragynine", "9", "mg/g"), Label_Claim_Mitragynine="10 mg/g"), "SPEC-CLAIM-MIT", "PASS", "90"),
        (said(row("Mitragynine", "11", "mg/g"), Label_Claim_Mitragynine="10 mg/g"), "SPEC-CLAIM-MIT", "PASS", "110"),
        (said(row("Mitragynine", "11.1", "mg/g"), Label_Claim_Mitragynine="10 mg/g"), "SPEC-CLAIM-MIT", "FAIL", "above"),
        (said(row("MIT", "9", "mg/g"), Label_Claim_Mitragynine="45 mg/serving"), "SPEC-CLAIM-MIT", "MISSING", "serving size"),
        (said(row("Nickel", "1", "mg/kg"), Label_Claim_Mitragynine="10 mg/g"), "SPEC-CLAIM-MIT", "MISSING", "Mitragynine"),
        (said(row("Mitragynine", "9", "mg/g")), "SPEC-CLAIM-MIT", "MISSING", "no label claim is declared"),
    ],
}  # fmt: skip
CASES = [(basis, at) for basis, rows in BASES.items() for at in range(len(rows))]


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    draft = tmp_path_factory.mktemp("drafts") / "buyer.toml"
    draft.write_text(BUYER, encoding="utf-8")
    return load_rulebooks(REAL, [draft])


@pytest.fixture(scope="module")
def verdicts(books):
    """Judged by our rulebooks, and by the buyer's."""
    readings = []
    for basis, at in CASES:
        form, rows, facts = BASES[basis][at][0]
        readings.append(certificate(f"{basis} {at}", *rows, form=form, **facts))
    ours = judged(readings, books, markets=markets_of(books), home=["us"], beside=CrossCertificateChecks())
    own = {"leaf_powder", "crushed_leaf", "extract", "capsule", "liquid", "edible"}
    theirs = {key: one for key, one in books.items() if key not in own} | {
        product: _product(books, product) for product in own
    }
    return ours, judged(readings, theirs, beside=CrossCertificateChecks())


def _product(books, product):
    return replace(books[product], extends=("buyer",), limits=())


@pytest.mark.parametrize(("basis", "at"), CASES)
def test_a_basis(verdicts, basis, at):
    _, rule, outcome, says = BASES[basis][at]
    buyers = {one.rule_id for one in verdicts[1][f"{basis} {at}"].findings if one.rulebook == "buyer"}
    verdict = verdicts[rule in buyers][f"{basis} {at}"]
    one = finding(verdict, rule)
    assert one.outcome == outcome
    assert says in one.why


def test_what_a_buyer_adopts_decides(verdicts):
    """The standard's figure by itself decides nothing; adopted, silence about a day's dose holds the batch."""
    ours, theirs = (verdict["per day 4"] for verdict in verdicts)
    assert (finding(ours, PB_DAY).decides, finding(theirs, PB_DAY).decides) == (False, True)
    assert finding(theirs, PB_DAY).because == "the buyer of this test adopts it"


CLAIMED = {  # of the alkaloid that is claimed and found, in per cent: 80, 100 and our 90–110
    "79": ("FAIL", "FAIL", "FAIL"),
    "80": ("PASS", "FAIL", "FAIL"),
    "89": ("PASS", "FAIL", "FAIL"),
    "90": ("PASS", "FAIL", "PASS"),
    "99": ("PASS", "FAIL", "PASS"),
    "100": ("PASS", "PASS", "PASS"),
    "110": ("PASS", "PASS", "PASS"),
    "111": ("PASS", "PASS", "FAIL"),
}
CLAIM_RULES = ("US-21CFR101.9g-CLASS2", "US-21CFR101.9g-CLASS1", "SPEC-CLAIM-MIT")


def _facts(*claims: tuple[str, str]) -> FactsFile:
    facts = ProductFacts("*", claims=tuple(Claim(name, Decimal(amount), "mg/kg") for name, amount in claims))
    return FactsFile((("*", "*", facts),))


@pytest.fixture(scope="module")
def claimed(books):
    facts = _facts(("mitragynine", "10000"), ("7-hydroxymitragynine", "100"))
    readings = [
        certificate(found, row("Mitragynine", str(Decimal(found) / 100), "%"), row("7-OH", found, "mg/kg"))
        for found in CLAIMED
    ]
    return judged(readings, books, markets=["us"], facts=facts, beside=CrossCertificateChecks())


@pytest.mark.parametrize("found", CLAIMED)
def test_a_label_claim(claimed, found):
    """What rests on memory (21 CFR 101.9(g)) may not say so: it is unconfirmed, whatever was found."""
    *_, ours = CLAIMED[found]
    verdict = claimed[found]
    assert [finding(verdict, rule).outcome for rule in CLAIM_RULES] == ["INCONCLUSIVE", "INCONCLUSIVE", ours]
    assert finding(verdict, "SPEC-CLAIM-7OH").outcome == ours
    assert [finding(verdict, rule).decides for rule in CLAIM_RULES] == [False, False, True]


@pytest.mark.parametrize("found", CLAIMED)
def test_the_federal_figures_once_a_person_has_confirmed_them(books, claimed, found):
    limits = {one.rule_id: one for one in books["us"].limits}
    for rule, outcome in zip(CLAIM_RULES[:2], CLAIMED[found], strict=False):
        quantity = finding(claimed[found], rule).quantity
        confirmed = replace(limits[rule], evidence="primary")
        assert crosscheck.of_quantities(confirmed, [quantity]) == [outcome]
