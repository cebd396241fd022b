"""What laws, standards and specifications print, and what the linter believes it asks."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kratom_qc.domain.errors import RulebookError
from kratom_qc.rulebooks.named import forms_named, substances_named
from kratom_qc.rulebooks.printed import figures
from tests.factory import book, limit, rulebooks

# Printed text → "operator number unit" of every figure; "=" before a figure that only says the one before it again.
SAYS = {
    # what must hold
    "7-OH not more than 2 % of total alkaloids": ["<= 2 % of total alkaloids"],
    "7-hydroxymitragynine is not greater than 1 % of total alkaloids": ["<= 1 % of total alkaloids"],
    "mitragynine / (7-OH + MP) not less than 100": [">= 100"],
    "7-hydroxymitragynine may not exceed 0.5 mg per container": ["<= 0.5 mg per container"],
    "not exceeding 10,000 cfu/g": ["<= 10000 cfu/g"],
    "not to exceed 10,000 cfu/g": ["<= 10000 cfu/g"],
    "does not contain more than 0.1 mg/kg": ["<= 0.1 mg/kg"],
    "less than or equal to 3 mg/kg": ["<= 3 mg/kg"],
    "equal to or greater than 3 mg/kg": [">= 3 mg/kg"],
    "at or below 3 mg/kg": ["<= 3 mg/kg"],
    "no lower than 3 mg/kg": [">= 3 mg/kg"],
    "up to 5 ppm": ["<= 5 ppm"],
    "max. 5 ppm": ["<= 5 ppm"],
    "5 ppm max.": ["<= 5 ppm"],
    "5 ppm or less": ["<= 5 ppm"],
    "98.0 % or more": [">= 98.0 %"],
    "nejvýše 2,5 % hm.": ["<= 2.5 % hm"],
    "Lead <1.2 ppm": ["< 1.2 ppm"],
    "Lead<1.2ppm": ["< 1.2 ppm"],
    "listed cannabinoids not more than 0.01 % (w/w)": ["<= 0.01 % (w/w)"],
    "lead not more than 0.5 µg/day, above it a warning is due": ["<= 0.5 µg/day"],
    "7-OH less than 800 ppm, at or above it a narcotic drug": ["< 800 ppm"],
    # two operators: Utah's tables
    "Total Aerobic Microbial Count NMT <=10,000,000 cfu/g": ["<= 10000000 cfu/g"],
    "Total Bile-tolerant Gram-negative Bacteria NMT <10,000 cfu/g": ["< 10000 cfu/g"],
    # what violates
    "7-hydroxymitragynine greater than 2 % of total alkaloids is prohibited": ["<= 2 % of total alkaloids"],
    "mitragynine / 7-OH less than 100 is prohibited": [">= 100"],
    "a product is adulterated if 7-OH exceeds 2 %": ["<= 2 %"],
    "800 ppm or more is unlawful": ["< 800 ppm"],
    "no kratom product may contain 7-OH in excess of 2 %": ["<= 2 %"],
    "a processor may not sell a product with a level of 7-OH that is greater than 2 %": ["<= 2 %"],
    "at or above 1 mg/g is prohibited": ["< 1 mg/g"],
    "equals or exceeds 800 ppm, which is unlawful": ["< 800 ppm"],
    # numbers
    "TAMC NMT 10^7 cfu/g": ["<= 10000000 cfu/g"],
    "TYMC ≤ 1 × 10⁵ CFU/g": ["<= 100000 CFU/g"],
    "not more than 2.5 x 10^3 cfu/g": ["<= 2500 cfu/g"],
    "not more than 1E5 cfu/g": ["<= 100000 cfu/g"],
    "not more than 10 000 000 cfu/g": ["<= 10000000 cfu/g"],
    "0,10 mg/kg": ["0.10 mg/kg"],
    "not more than 1,000 cfu/g": ["<= 1000 cfu/g"],
    "greater than one (1) mg per serving of 7-OH is prohibited": ["<= 1 mg per serving"],
    "may not contain more than two percent (2%)": ["<= 2 %", "= 2 %"],
    "not more than three mg/kg": ["<= 3 mg/kg"],
    "7-OH greater than 400 ppm (0.04 %) dry weight is prohibited": ["<= 400 ppm", "= 0.04 %"],
    # ranges
    "90–110 % of label claim": [">= 90 % of label claim", "<= 110 % of label claim"],
    "90 % to 110 % of label claim": [">= 90 % of label claim", "<= 110 % of label claim"],
    "between 90 and 110 % of label claim": [">= 90 % of label claim", "<= 110 % of label claim"],
    "100 ± 10 % of label claim": [">= 90 % of label claim", "<= 110 % of label claim"],
    "not less than 0.3 % and not more than 3 %": [">= 0.3 %", "<= 3 %"],
    "0.3-3 % w/w": [">= 0.3 % w/w", "<= 3 % w/w"],
    # units
    "greater than 150 mg of mitragynine per serving is prohibited": ["<= 150 mg per serving"],
    "exceeds 150 milligrams per serving, which is prohibited": ["<= 150 mg per serving"],
    "0.5 milligrams per gram or less": ["<= 0.5 mg per g"],
    "not more than 20 parts per billion": ["<= 20 ppb"],
    "ratio of at least 100:1": [">= 100 : 1"],
    "not less than 100 to 1": [">= 100 : 1"],
    # digits that are no figures
    "moisture (USP <731>) not more than 12 %": ["<= 12 %"],
    "1,1,1-trichloroethane not more than 1500 ppm": ["<= 1500 ppm"],
    "total aflatoxins (B1+B2+G1+G2): not more than 20 µg/kg": ["<= 20 µg/kg"],
    "USP <467> Class 2: methanol not more than 3000 ppm": ["<= 3000 ppm"],
    "from 2026-04-01 not more than 2 %": ["<= 2 %"],
    "R.I.G.L. 21-28.12-3(6): lead <1.2 ppm": ["< 1.2 ppm"],
    "MGM-15 (dihydro-7-hydroxymitragynine): Schedule I at any amount": [],
    # more than one figure
    "not more than 3 mg/kg, 1 mg/kg for children": ["<= 3 mg/kg", "1 mg/kg"],
    "not more than 3 mg/kg, for children not more than 1 mg/kg": ["<= 3 mg/kg", "<= 1 mg/kg"],
    # portions
    "Salmonella spp. Absence in 100g": ["100 g"],
    "negative/10 g": ["10 g"],
    "absent in a 25-g portion": ["25 g"],
    "absent in 25 grams": ["25 g"],
    "nepřítomnost v 25 g": ["25 g"],
}


def said(text: str) -> list[str]:
    return [
        " ".join(part for part in ("=" if one.aside else one.operator, f"{one.number:f}", one.unit) if part)
        for one in figures(text)
    ]


@pytest.mark.parametrize("text", SAYS)
def test_a_printed_text_says(text):
    assert said(text) == SAYS[text]


UNCLEAR = {
    "two (3) mg": "says 'two' and '3'",
    "prohibited unless less than 2 %": "forbids with an exception",
    "no product that is adulterated may exceed 3 %": "denies twice",
    "90–110 % is prohibited": "forbids a range",
    "not more than 5 ppm or more": "an operator before its number and one behind it",
    "less than 2 % is not prohibited": "forbids with an exception",
}


@pytest.mark.parametrize("text", UNCLEAR)
def test_what_nobody_can_tell_for_sure_is_not_guessed(text):
    with pytest.raises(ValueError, match="|".join((UNCLEAR[text], "denies twice"))):
        figures(text)


WORDED = {
    "<=": (
        "not more than {}",
        "NMT {}",
        "≤ {}",
        "<= {}",
        "at most {}",
        "may not exceed {}",
        "{} or less",
        "greater than {} is unlawful",
    ),
    ">=": ("not less than {}", "NLT {}", "≥{}", "at least {}", "{} or more", "less than {} is prohibited"),
    "<": ("less than {}", "<{}", "below {}", "{} or more is prohibited"),
    ">": ("more than {}", "> {}", "above {}", "at most {} is forbidden"),
}
NAMED = ("", "7-OH ", "aflatoxin B1: ", "USP <467> Class 2, ", "R70-580-5 (2): lead ", "MGM-15 and 1,2-dichloroethane ")
UNITS = ("mg/kg", "%", "ppm", "cfu/g", "mg per serving", "µg/day", "% of total alkaloids")


def written_as(number: Decimal) -> list[str]:
    """Every way in which a source may print a number."""
    plain = f"{number:f}"
    grouped = f"{number:,f}" if number >= 10000 else plain
    comma = (
        plain.replace(".", ",") if "." in plain and not (len(plain.split(".")[1]) == 3 and plain[0] != "0") else plain
    )
    return [plain, grouped, grouped.replace(",", " "), comma]


@given(
    operator=st.sampled_from(sorted(WORDED)),
    wording=st.integers(0, 7),
    name=st.sampled_from(NAMED),
    unit=st.sampled_from(UNITS),
    number=st.decimals("0.001", "99999999", places=3).map(lambda number: number.normalize()),
    style=st.integers(0, 3),
)
def test_whatever_is_printed_is_read_as_printed(operator, wording, name, unit, number, style):
    words = WORDED[operator][wording % len(WORDED[operator])]
    text = name + words.format(f"{written_as(number)[style]} {unit}")
    assert [(one.operator, one.number, one.unit) for one in figures(text)] == [(operator, number, unit)]


# ---------------------------------------------------------------- the criteria of the FDA's own PQ-CMC examples

# HL7 FHIR-us-pq-cmc-fda, input/fsh/examples: the text each criterion prints, and what its data say.
PQ_CMC = [
    ("pH 3.4-4.3", [">= 3.4", "<= 4.3"], True),
    ("Average of 10 between 2-3 pH", [">= 2", "< 3"], False),
    ("<= 0.5 %", ["<= 0.5"], True),
    ("<= 0.05 %", ["<= 0.05"], True),
    ("<= 0.014 %", ["<= 0.014"], True),
    ("<= 0.04 %", ["<= 0.04"], True),
    ("<= 0.001 %", ["<= 0.001"], True),
    ("Ethanol < 0.2%", ["<= 0.2"], False),
    ("Ethyl Ether < 0.1%", ["<= 0.1"], False),
    ("1—propanol < 0.15%", ["<= 0.15"], False),
    ("Total < 0.5%", ["<= 0.5"], False),
    ("99.5 - 100.5 %", [">= 99.5", "<= 100.5"], True),
    ("Each unit is NLT Q + 5%", ["<= 85"], False),
    ("residue <= 0.21%", ["<= 0.21"], True),
    ("Formaldehyde NMT 1.5%", ["<= 1.5"], True),
    ("Impurity C NMT 2%", ["<= 2"], True),
    ("Unspecified Impurity NMT 0.10 % w/w", ["<= 0.10"], True),
    ("Total Unidentified Impurities NMT 0.3%", ["<= 0.3"], True),
    ("RRT 2.2 NMT 0.10% w/w", ["<= 0.10"], True),
    ("RRT 2.4 NMT 0.10% w/w", ["<= 0.10"], True),
    ("RRT 3.41 NMT 0.10% w/w", ["<= 0.20"], False),
    ("NMT 10 colony-forming units", ["<= 10"], True),
    ("NMT 100 colony-forming units", ["<= 100"], True),
]


@pytest.mark.parametrize(("text", "encoded", "right"), PQ_CMC)
def test_the_wrong_encodings_of_the_fdas_own_examples_are_found_and_no_others(text, encoded, right):
    conditions = [f"{one.operator} {one.number:f}" for one in figures(text)]
    assert (conditions == encoded) is right


# ---------------------------------------------------------------- what a text speaks of

NAMES = {
    "As < 2 µg/g": {"arsenic"},
    "lead as sold not more than 2 µg/g": {"lead"},
    "Pb < 1.2 µg/g": {"lead"},
    "methylmercury (as Hg) not more than 2 µg/day": {"methylmercury"},
    "inorganic arsenic not more than 15 µg/day": {"arsenic-inorganic"},
    "total mercury not more than 15 µg/day": {"mercury"},
    "total coliforms not more than 100 cfu/g": {"coliforms"},
    "mitragynine / 7-OH less than 100 is prohibited": {"mitragynine", "7-hydroxymitragynine"},
    "90–110 % of label claim": set(),
    "2.5 % w/w": set(),
}


@pytest.mark.parametrize("text", NAMES)
def test_a_text_names(text):
    assert substances_named(text) == NAMES[text]


FORMS = {
    "only leaf powder and crushed leaf may be sold": {"leaf_powder": True, "crushed_leaf": True},
    "no kratom product that is not leaf powder": {"leaf_powder": True},
    "no extracts or edibles": {"extract": False, "edible": False},
    "leaf powder only; no capsules": {"leaf_powder": True, "capsule": False},
    "no kratom product that is not pure leaf kratom": {"crushed_leaf": True},  # "leaf" alone is the crushed leaf's word
    "pure kratom only": {},
}


@pytest.mark.parametrize("text", FORMS)
def test_a_text_allows_and_excludes_products(text):
    assert forms_named(text) == FORMS[text]


# ---------------------------------------------------------------- texts against data

MG = "mg/kg"
REFUSED = {
    "the substance of the row above": (
        limit("X", "cadmium", "Pb < 1.2 µg/g", max="1.2", strict=True, unit="ug/g"),
        "speaks of Lead, the limit of cadmium",
    ),
    "a total where one of its parts is meant": (
        limit("X", "aflatoxin-b1", "total aflatoxins not more than 20 µg/kg", max="20", unit="ug/kg"),
        "speaks of Total aflatoxins",
    ),
    "inorganic arsenic by the name of arsenic": (
        limit("X", "arsenic-inorganic", "arsenic not more than 15 µg/day", max="15", unit="ug/day"),
        "speaks of Arsenic",
    ),
    "no unit where the limit has one": (
        limit("X", "lead", "lead not more than 3", max="3", unit=MG),
        "no unit the word list knows",
    ),
    "brackets that say another amount": (
        limit("X", "lead", "lead not more than 400 ppm (0.4 %)", max="400", unit="ppm"),
        "not the same amount",
    ),
    "a figure without an operator beside the first": (
        limit("X", "lead", "lead not more than 3 mg/kg, 1 mg/kg for children", max="3", unit=MG),
        "also prints 1 mg/kg",
    ),
    "a dose that the limit knows nothing of": (
        limit("X", "lead", "lead not more than 3 mg/kg at not more than 5 g", max="3", unit=MG),
        "says <= 3 and <= 5, the limit <= 3",
    ),
    "a range with one open end": (
        limit("X", "lead", "more than 1 mg/kg and not more than 3 mg/kg", min="1", max="3", unit=MG),
        "says <= 3 and > 1",
    ),
    "an exponent read otherwise": (
        limit("X", "tamc", "NMT 10^6 cfu/g", max="100000", unit="cfu/g"),
        "says <= 1000000, the limit <= 100000",
    ),
    "a decimal comma read as thousands": (
        limit("X", "lead", "nejvýše 1,234 mg/kg", max="1.234", unit=MG),
        "says <= 1234, the limit <= 1.234",
    ),
    "a detection limit of another size": (
        limit("X", "mgm-15", "ND with a LOD of 0.5 mg/kg", kind="not_detected", lod_at_most="0.05", unit=MG),
        "says 0.5 mg/kg, the limit lod_at_most 0.05 mg/kg",
    ),
    "presence where absence is meant": (
        limit("X", "salmonella", "Salmonella in 25 g", kind="not_detected", portion="25"),
        "says nothing of absence",
    ),
    "a bare basis behind the unit": (
        limit("X", "lead", "at most 3 mg/kg dry", max="3", unit=MG),
        "says dry, the limit as received",
    ),
    "another organism": (
        limit("X", "salmonella", "E. coli absent in 25 g", kind="not_detected", portion="25"),
        "speaks of",
    ),
    "a described test with a figure": (
        limit("X", "appearance", "particles not more than 5 %", kind="described"),
        "compares no amount",
    ),
    "a ban with a figure": (
        limit("X", text="7-OH greater than 1 mg/g is banned", kind="ban"),
        "prints 1 mg/g, and a limit of the kind ban compares no amount",
    ),
    "a ban that forbids nothing": (limit("X", text="kratom is sold to adults", kind="ban"), "forbids nothing"),
    "a class whose text allows another form": (
        limit("X", text="only leaf powder and capsules", kind="product_class", requires=["leaf_powder"]),
        "allows capsule or tablet, the limit excludes it",
    ),
    "a class whose text excludes what it allows": (
        limit("X", text="no extracts", kind="product_class", requires=["extract", "leaf_powder"]),
        "excludes extract, the limit allows it",
    ),
    "a certificate field the text does not name": (
        limit("X", text="the certificate names the laboratory", kind="certificate", requires=["laboratory", "method"]),
        "requires method, of which the text",
    ),
    "a certificate field that requires leaves out": (
        limit("X", text="the laboratory is accredited and named", kind="certificate", requires=["laboratory"]),
        "asks for the accreditation, which requires leaves out",
    ),
    "a profile of other analytes": (
        limit(
            "X",
            text="7-OH while paynantheine is not detected",
            kind="profile",
            screen=True,
            present="7-hydroxymitragynine",
            absent=["speciogynine"],
        ),
        "names 7-hydroxymitragynine, paynantheine, the profile 7-hydroxymitragynine, speciogynine",
    ),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_a_text_that_says_something_else_is_refused(tmp_path, mistake):
    row, says = REFUSED[mistake]
    with pytest.raises(RulebookError) as error:
        rulebooks(tmp_path, leaf_powder=book(row))
    assert says in str(error.value)
    assert str(error.value).startswith("leaf_powder.toml:")


ACCEPTED = {
    "an amount said again in another unit": limit(
        "X", "lead", "lead not more than 400 ppm (0.04 %)", max="400", unit="ppm"
    ),
    "the criterion and what its multiplier makes of it": limit(
        "X",
        "tamc",
        "TAMC NMT 10^4 cfu/g, up to 2 × 10^4 cfu/g",
        max="10000",
        unit="cfu/g",
        multiplier="2",
        multiplier_because="USP <2021>",
    ),
    "a detection limit of the same size in another unit": limit(
        "X", "mgm-15", "not detected, LOD at most 50 ppb", kind="not_detected", lod_at_most="0.05", unit=MG
    ),
    "a sum by the names of its parts": limit(
        "X", "7-oh-and-mp", "7-OH + MP not more than 1 mg/g", max="1", unit="mg/g"
    ),
    "a basis right behind the unit": limit("X", "lead", "at most 3 mg/kg dry", max="3", unit=MG, basis="dry"),
    "a product that is dry": limit("X", "lead", "dry leaf: lead at most 3 mg/kg", max="3", unit=MG),
    "no operator in the source": limit("X", "lead", "Pb 3 mg/kg", max="3", unit=MG, operator="unknown"),
    "a mass per serving with the substance between": limit(
        "X",
        "mitragynine",
        "greater than 150 milligrams of mitragynine per serving is prohibited",
        max="150",
        unit="mg/serving",
        basis="per serving",
    ),
    "a certificate's fields in its own words": limit(
        "X",
        text="names the laboratory, its accreditation, the day of testing and every method",
        kind="certificate",
        requires=["laboratory", "accreditation", "tested_on", "method"],
    ),
}


@pytest.mark.parametrize("text", ACCEPTED)
def test_a_text_that_says_the_same_in_other_words_is_accepted(tmp_path, text):
    (one,) = rulebooks(tmp_path, leaf_powder=book(ACCEPTED[text]))["leaf_powder"].limits
    assert (
        one.kind != "amount" or one.acceptance_interval.high is None or one.acceptance_interval.high >= Decimal("0.04")
    )
