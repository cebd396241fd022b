"""Nobody can name a hazard that passes in silence: everything that laboratories test for, found at 5 % (organisms at
9e8 CFU/g) in a batch that else passes, in every product form."""

from __future__ import annotations

import pytest

from kratom_qc.domain.product import forms_of
from kratom_qc.interpret.compare import CrossCertificateChecks
from kratom_qc.rulebooks.hazards import bounded
from kratom_qc.rulebooks.load import load_rulebooks
from kratom_qc.rulebooks.scope import product_books
from kratom_qc.vocabulary import analytes, product_forms
from kratom_qc.vocabulary.hazards import depth_of, family_of, hazard_families, is_hazard
from tests.factory import (
    CLEAN_LEAF,
    REAL,
    book,
    certificate,
    clean_leaf,
    finding,
    judged,
    limit,
    lot,
    row,
    rulebooks,
    rules,
)

BOOKS = load_rulebooks(REAL)
OF_EXTRACT = {
    **CLEAN_LEAF,
    "Mitragynine": ("2.5", "%"),
    "TAMC": ("500", "cfu/g"),
    "TYMC": ("50", "cfu/g"),
    **dict.fromkeys(("Mitragynine pseudoindoxyl", "MGM-15", "MGM-16"), ("<1", "mg/kg")),
    **dict.fromkeys(("Methanol", "Ethanol", "Acetone", "Ethyl acetate", "Hexane"), ("<10", "ppm")),
}
IN_SOLUTION = {**OF_EXTRACT, "Mitragynine": ("25", "mg/mL"), "7-Hydroxymitragynine": ("0.1", "mg/mL")}
CLEAN = {
    "leaf_powder": CLEAN_LEAF,
    "crushed_leaf": CLEAN_LEAF,
    "capsule": CLEAN_LEAF,
    "extract": OF_EXTRACT,
    "edible": OF_EXTRACT,
    "liquid": {**IN_SOLUTION, "Paynantheine": ("4", "mg/mL"), "Speciogynine": ("2", "mg/mL"), "Speciociliatine": ("3", "mg/mL")},
}  # fmt: skip
HARMLESS_CLASSES = ("physical", "described")  # moisture, ash, protein, odour: they belong to no family
SAID = {"mass": ("5", "%"), "count": ("900000000", "cfu/g"), "presence": ("900000000", "cfu/g")}
FOUND = {one.id: (one.name, *SAID[one.measure]) for one in analytes().values() if one.measure in SAID}


TOGETHER = 10  # so many in one batch: at 5 % each they are half of it


def rows_with(product, keys=()):
    """The rows of a clean batch with some analytes found."""
    found = {FOUND[key][0]: FOUND[key][1:] for key in keys}
    rows = {name: stated for name, stated in CLEAN[product].items() if name not in found} | found
    return [row(analyte, *stated) for analyte, stated in rows.items()]


def batches_of(product):
    """All that can be found, some in one batch; apart what makes a batch clean, alkaloids (which count in one share), and what
    belongs to no family (which may be a part of the whole)."""
    apart = [
        key
        for key, (name, *_) in FOUND.items()
        if name in CLEAN[product] or getattr(family_of(key), "id", "alkaloids") == "alkaloids"
    ]
    others = [key for key in FOUND if key not in apart]
    return [[key] for key in apart] + [others[start : start + TOGETHER] for start in range(0, len(others), TOGETHER)]


def stops(verdict, key):
    """Whether a finding that decides against the batch is about the analyte, or rests on what was found of it."""
    return any(
        one.decides
        and str(one.outcome) != "PASS"
        and (one.analyte == key or (one.quantity and key in {said.analyte for said in one.quantity.results}))
        for one in verdict.findings
    )


@pytest.mark.parametrize(
    "products",
    [("leaf_powder", "crushed_leaf", "capsule"), ("extract", "extract_capsule", "edible"), ("liquid",)],
    ids=" ".join,
)
def test_nothing_that_may_harm_passes_in_silence(products):
    """Certificates that name no form are read once for all forms that they may be of."""
    batches = batches_of(products[0])
    files = [certificate(lot("clean"), *rows_with(products[0]), form="")]
    files += [certificate(lot(" ".join(keys)), *rows_with(products[0], keys), form="") for keys in batches]
    for product in products:
        assert CLEAN[forms_of(product)[-1]] is CLEAN[products[0]]
        verdicts = judged(files, BOOKS, product=product, beside=CrossCertificateChecks({}, {}))
        clean = verdicts[lot("clean")]
        assert str(clean.decision) == "PASS", rules(clean)
        passed = {key for keys in batches for key in keys if not stops(verdicts[lot(" ".join(keys))], key)}
        assert [key for key in passed if is_hazard(key, product)] == []
        assert passed, "some things do no harm"


def test_every_form_is_asked():
    assert CLEAN.keys() == product_forms().keys()


def test_everything_that_can_be_found_belongs_to_a_family_or_does_no_harm():
    derived = {"total-alkaloids", "7-oh-and-mp", "7-oh-share", "mitragynine-to-7-oh-mp", "mitragynine-to-7-oh"}
    alone = {one.id for one in analytes().values() if family_of(one.id) is None and one.family not in HARMLESS_CLASSES}
    assert alone == derived
    families = hazard_families().values()
    assert sum(len(family.members) for family in families) == len(frozenset().union(*(one.members for one in families)))
    for family in families:
        assert family.members <= analytes().keys()
        assert frozenset().union(*family.harmless.values()) <= family.members
        assert family.harmless.keys() <= {"", *product_forms()}


def test_what_is_harmless_is_a_short_list():
    harmless = {family.id: sorted(family.harmless.get("", ())) for family in hazard_families().values()}
    assert harmless["elements"] == ["calcium", "magnesium", "phosphorus", "potassium", "sodium", "sulfur"]
    assert {name for name, ids in harmless.items() if ids} == {"alkaloids", "elements"}
    made = {"mitragynine-pseudoindoxyl", "mgm-15", "mgm-16", "7-acetoxymitragynine", "3-dehydromitragynine"}
    assert made.isdisjoint(harmless["alkaloids"])


@pytest.mark.parametrize("product", CLEAN)
def test_most_of_what_can_be_found_has_a_limit(product):
    """So that little holds for want of one: all of USP <467>, the table of USP <561>, the elements of ICH Q3D, toxins."""
    asked = frozenset().union(
        *(bounded(one) for own in product_books(BOOKS, product) for one in own.limits if one.speaks_of(product))
    )
    without = {
        family.id: {one for one in family.members if family.holds(one, product) and one not in asked}
        for family in hazard_families().values()
    }
    assert {name: len(ids) for name, ids in without.items() if name in ("solvents", "elements")} == {
        "solvents": 2, "elements": 5,
    }  # fmt: skip
    assert without["solvents"] == {"tetrachloroethylene", "total-residual-solvents"}


FOUND_ROWS = [  # what a laboratory says of something that no limit names, whether it holds
    ("Fipronil", "5", "mg/kg", True),
    ("Fipronil", "ND", "mg/kg", False),
    ("Fipronil", "<0.01", "mg/kg", False),
    ("Fipronil", "NT", "", False),
    ("Fipronil", "Detected", "", True),
    ("Tetrachloroethylene", "0.2", "mg/L", True),
    ("Strontium", "12", "mg/kg", True),
    ("Listeria monocytogenes", "Positive", "", True),
    ("Listeria monocytogenes", "Absent in 25 g", "", False),
    ("Calcium", "5", "%", False),
    ("Potassium", "5", "%", False),
    ("Corynoxine", "0.1", "%", False),
    ("Mitragynine N-oxide", "0.1", "%", True),
    ("Moisture", "7", "%", False),
]


@pytest.mark.parametrize(("name", "said", "unit", "holds"), FOUND_ROWS)
def test_what_was_found_without_a_limit_holds(name, said, unit, holds):
    (verdict,) = judged([certificate("L-1", *clean_leaf(), row(name, said, unit))], BOOKS).values()
    assert ("FOUND-WITHOUT-LIMIT" in rules(verdict)) is holds
    assert str(verdict.decision) == ("HOLD" if holds else "PASS")


def test_every_not_detected_limit_says_how_deep_and_why():
    for own in BOOKS.values():
        for one in own.limits:
            if one.kind == "not_detected" and one.portion is None:
                assert one.lod_at_most is not None, one.rule_id
                assert one.lod_because, one.rule_id


DEPTHS = [  # a non-detect with its LOD, whether a limit that requires the assay is met
    ("ND", {"LOD": "300"}, "PASS"),
    ("ND", {"LOD": "301"}, "INCONCLUSIVE"),
    ("ND", {"LOD": "500000"}, "INCONCLUSIVE"),
    ("ND", {}, "MISSING"),
    ("<300", {}, "PASS"),
    ("<301", {}, "INCONCLUSIVE"),
    ("1", {}, "FAIL"),
]


@pytest.mark.parametrize(("said", "more", "outcome"), DEPTHS)
@pytest.mark.parametrize("when_missing", ["hold", "note"])
def test_a_non_detect_counts_as_deep_as_it_looked(tmp_path, said, more, outcome, when_missing):
    """Where no test is ordered, a shallow one says no more than silence."""
    noted = {"when_missing": "note", "silence_because": "not ordered"} if when_missing == "note" else {}
    mgm = limit("MGM", "mgm-15", "MGM-15 not detected", kind="not_detected", **noted)
    lead = limit("PB", "lead", "not more than 1 mg/kg", max="1", unit="mg/kg")
    books = rulebooks(tmp_path, leaf_powder=book(mgm, lead))
    rows = row("MGM-15", said, "mg/kg", **more), row("Lead", "0.1", "mg/kg")
    (verdict,) = judged([certificate("L-1", *rows)], books).values()
    assert str(finding(verdict, "MGM").outcome) == outcome
    silent = when_missing == "note" and outcome in ("INCONCLUSIVE", "MISSING")
    assert finding(verdict, "MGM").decides is not silent


def test_how_deep_is_said_for_every_family():
    assert [one for family in hazard_families().values() for one in family.members if depth_of(one) is None] == []


PORTIONS = [  # product form, what the laboratory says, outcome of `absent in 10 g`
    ("leaf powder", "Absent in 100 g", "PASS"),
    ("leaf powder", "Absent in 100 mL", "INCONCLUSIVE"),
    ("leaf powder", "Negative / 25 mL", "INCONCLUSIVE"),
    ("leaf powder", "Present in 100 mL", "FAIL"),
    ("liquid", "Absent in 100 mL", "PASS"),
]


@pytest.mark.parametrize(("form", "said", "outcome"), PORTIONS)
def test_millilitres_of_a_suspension_are_not_grams_of_a_powder(tmp_path, form, said, outcome):
    absent = limit("EC", "e-coli", "E. coli absent in 10 g", kind="not_detected", portion="10")
    books = rulebooks(tmp_path, leaf_powder=book(absent), liquid=book(absent.replace('"EC"', '"EC-L"')))
    (verdict,) = judged([certificate("L-1", row("E. coli", said), form=form)], books).values()
    assert str(finding(verdict, "EC-L" if form == "liquid" else "EC").outcome) == outcome
