"""What an audit found walking past the rulebooks on 2026-11-29, each beside a batch that else passes, and the rule that stops
it."""

from __future__ import annotations

from datetime import date

import pytest

from kratom_qc.interpret.compare import CrossCertificateChecks
from kratom_qc.rulebooks.load import load_rulebooks
from tests.factory import REAL, certificate, judged, row
from tests.judge.test_hazards import CLEAN

BOOKS = load_rulebooks(REAL)
DAY = date(2026, 11, 29)
MG, COUNT, PER_CENT = "mg/kg", "CFU/g", "% w/w"
HUGE = "900000000"
A_DAY = {"Serving_Size": "6 g", "Servings_Per_Day": "3", "Servings_Per_Container": "10", "Net_Content": "60 g"}


def shallow(*names):
    return [row(name, "ND", PER_CENT, LOD="50") for name in names]


CASES = {  # product, rows instead of or beside the clean ones, what the label declares → what stops it
    "lead of 4.1 dry beside 0.417": (
        "leaf_powder", [row("Lead", "0.417", MG), row("Lead", "4.1", "mg/kg dry weight")], {}, "RESULT-NOT-COMPARED",
    ),
    "45 mg of 7-OH per serving": ("leaf_powder", [row("7-OH", "45", "mg/serving")], {}, "RESULT-NOT-COMPARED"),
    "9e9 MPN of yeast and mould": (
        "leaf_powder", [row("TYMC", "300", COUNT), row("TYMC", "9000000000", "MPN/g")], {}, "RESULT-NOT-COMPARED",
    ),
    "ethylene oxide": ("leaf_powder", [row("Ethylene oxide", "200", MG)], {}, "SPEC-ETHYLENE-OXIDE"),
    "parathion": ("leaf_powder", [row("Parathion", "50", MG)], {}, "SPEC-PEST-PARATHION"),
    "thallium": ("leaf_powder", [row("Thallium", "500", MG)], {}, "SPEC-ELEMENT-TL"),
    "fumonisin": ("leaf_powder", [row("Fumonisin B1", "900", MG)], {}, "SPEC-FUMONISINS"),
    "trichloroethylene in leaf": ("leaf_powder", [row("Trichloroethylene", "50000", MG)], {}, "SPEC-SOLVENT-TCE"),
    "Bacillus cereus": (
        "leaf_powder", [row("Presumptive Bacillus cereus", HUGE, COUNT)], {}, "SPEC-PRESUMPTIVE-BACILLUS-CEREUS",
    ),
    "staphylococci": ("leaf_powder", [row("Coagulase-positive staphylococci", HUGE, COUNT)], {}, "SPEC-CP-STAPH"),
    "faecal coliforms": ("leaf_powder", [row("Faecal coliforms", HUGE, COUNT)], {}, "SPEC-FAECAL-COLIFORM"),
    "MP looked for down to 50 %": ("extract", shallow("Mitragynine pseudoindoxyl"), {}, "SPEC-EXTRACT-MP"),
    "absent in 100 mL of a powder": ("leaf_powder", [row("E. coli", "Absent in 100 mL")], {}, "AHPA-RAW-ECOLI"),
    "5 % of 7-OH and MP together": ("leaf_powder", [row("7-OH + MP", "5", PER_CENT)], {}, "SPEC-LEAF-MP"),
    "5e9 CFU/g of SPC": ("leaf_powder", [row("SPC", "5000000000", "CFU/g")], {}, "UNKNOWN-UNIT"),
    "5e9 CFU in no unit of mass": (
        "leaf_powder", [row("TAMC", "12000", COUNT), row("Standard plate count", "5000000000", "CFU")], {}, "RESULT-NOT-COMPARED",
    ),
    "chlorobenzene": ("extract", [row("Chlorobenzene", "5000", "ppm")], {}, "SPEC-SOLVENT-CHLOROBENZENE"),
    "dioxane": ("extract", [row("1,4-Dioxane", "5000", "ppm")], {}, "SPEC-SOLVENT-DIOXANE"),
    "nickel": ("leaf_powder", [row("Nickel", "500", MG)], {}, "SPEC-ELEMENT-NI"),
    "chromium": ("leaf_powder", [row("Chromium", "1000", MG)], {}, "SPEC-ELEMENT-CR"),
    "fipronil": ("leaf_powder", [row("Fipronil", "5", MG)], {}, "FOUND-WITHOUT-LIMIT"),
    "3-dehydromitragynine": (
        "leaf_powder", [row("3-Dehydromitragynine", "1", PER_CENT)], {}, "SPEC-ADULT-3-DEHYDROMITRAGYNINE",
    ),
    "9-hydroxycorynantheidine": (
        "leaf_powder", [row("9-Hydroxycorynantheidine", "1", PER_CENT)], {}, "SPEC-ADULT-9-HYDROXYCORYNANTHEIDINE",
    ),
    "benzo[a]pyrene": ("leaf_powder", [row("Benzo[a]pyrene", "40", "ug/kg")], {}, "SPEC-BAP"),
    "lead at 18 g a day": ("leaf_powder", [row("Lead", "1.19", MG)], A_DAY, "USP-2232-PB"),
    "moulds too many to count": ("leaf_powder", [row("Moulds", "TNTC", COUNT)], {}, "TOTAL-CONTRADICTS"),
    "a share diluted by mitraciliatine": (
        "leaf_powder", [row("7-OH", "0.045", PER_CENT), row("Mitraciliatine", "5", PER_CENT)], {}, "IMPLAUSIBLE-VALUE",
    ),
    "a share of 2.1 %": ("leaf_powder", [row("7-OH", "0.045", PER_CENT)], {}, "AKA-GMP-7OH-TA"),
    "the share beside 3-dehydromitragynine": (
        "leaf_powder",
        [row("7-OH", "0.045", PER_CENT), row("3-Dehydromitragynine", "1", PER_CENT)],
        {},
        "AKA-GMP-7OH-TA",
    ),
}  # fmt: skip
NAMES = {"7-OH": "7-Hydroxymitragynine"}


@pytest.mark.parametrize("told", CASES)
def test_what_walked_past_the_rulebooks_is_stopped(told):
    product, rows, facts, rule = CASES[told]
    replaced = {row["Analyte"] for row in rows} - ({"7-OH"} if "serving" in told else set())
    kept = {
        name: said for name, said in CLEAN[product].items() if name not in {NAMES.get(one, one) for one in replaced}
    }
    (verdict,) = judged(
        [
            certificate(
                "L-1",
                *(row(name, *said) for name, said in kept.items()),
                *rows,
                form=product.replace("_", " "),
                **facts,
            )
        ],
        BOOKS,
        on=DAY,
    ).values()
    assert str(verdict.decision) != "PASS"
    assert [str(one.outcome) for one in verdict.findings if one.rule_id == rule and one.decides][:1] in (
        ["FAIL"],
        ["INCONCLUSIVE"],
    )


def test_leaf_in_a_capsule_is_judged_by_the_microbes_of_leaf():
    rows = {**CLEAN["capsule"], "TAMC": ("72000", COUNT), "TYMC": ("6050", COUNT)}
    files = [
        certificate(f"L-{place}", *(row(name, *said) for name, said in rows.items()), form=form)
        for place, form in enumerate(("capsules", "leaf powder"))
    ]
    assert [
        str(one.decision) for one in judged(files, BOOKS, on=DAY, beside=CrossCertificateChecks({}, {})).values()
    ] == ["PASS", "PASS"]
