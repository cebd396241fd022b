"""A clean certificate with one cell changed, so that a person would not release the lot: it holds."""

from __future__ import annotations

from typing import Any

import pytest
from openpyxl.styles import Font

from tests.factory.sheets import held, read_xlsx

CLEAN: list[list[Any]] = [
    ["Certificate of Analysis"],
    ["Lot No.", "HB-260814-A", "Product Name", "Kratom Leaf Powder"],
    ["Form", "Leaf powder", "Sample ID", "26-081977"],
    ["Date Received", "2026-08-18", "Date Tested", "2026-08-26"],
    [],
    ["Elemental Impurities"],
    ["Analyte", "Method", "LOD", "Result", "Units"],
    ["Lead", "ICP-MS", "0.003", "0.417", "mg/kg"],
    ["Cadmium", "ICP-MS", "0.002", "0.058", "mg/kg"],
    ["Mercury", "ICP-MS", "0.002", "0.012", "mg/kg"],
    [],
    [],
    ["Authorized By", "M. Okafor, Ph.D."],
]

CHANGES: dict[str, dict[str, Any]] = {
    # an answer is no abbreviation of `number`, and a mark in a label answers it
    **{f"{asked}: no": {"A12": asked, "B12": "No"} for asked in ("Released", "Compliant", "Approved", "Fit for sale", "Final")},
    "ticked": {"A12": "☐ Pass ☒ Fail"},
    "a mark at an analyte": {"D12": "Salmonella ✗"},
    "doubt at an analyte": {"A12": "Lead ?"},
    "a letter behind an analyte": {"A12": "Salmonella: Y"},
    # a day that is none
    **{f"tested: {said}": {"D4": said} for said in ("pending", "not tested", "NT")},
    "signed before the sample came": {"C5": "Report Date", "D5": "2026-08-28", "C12": "Approved On", "D12": "2026-08-01"},
    # whose results these are
    **{f"results of {of}": {"D7": of} for of in ("Control", "Blank")},
    **{f"titled {title}": {"A1": title} for title in ("Control sample", "SAMPLE CERTIFICATE OF ANALYSIS", "Client results")},
    **{f"section {title}": {"A6": title} for title in ("Results of other lots", "Other batch", "Batch control")},
    # what a method's words may say
    **{f"note: {said}": {"A12": said} for said in (
        "No test was performed by HPLC", "Sample is extract", "Salmonella was on agar", "This sample has mould on agar",
        "No plates were incubated", "HPLC was under calibration")},
    "initials that are none": {"B13": "QNS"},
    **{f"accredited under {number}": {"A12": f"ISO/IEC 17025:2017 Accredited · Cert. {number}"} for number in (
        "VOID-418", "FAIL-1", "DEMO-1")},
    "a shelf life": {"C4": "Manufacturing Date", "D4": "2026-01-05", "A12": "Shelf life: 6 months from date of manufacture"},
    # another lot, several, or nobody's
    "the sample of another lot": {"D3": "HB-260815-B"},
    "the paper of another lot": {"A12": "https://lab.example/coa/HB-260815-B.pdf"},
    **{f"lot {lot}": {"B2": lot} for lot in (
        "HB-260814, HB-260815", "HB-260814 to HB-260819", "QC-BLANK", "EXAMPLE-001", "Composite")},
    # another product
    **{f"named {name}": {"D2": name} for name in ("Green Hulu + Tianeptine", "Kratom & Kava powder", "Akuamma seed powder")},
}  # fmt: skip


def _with(changes: dict[str, Any]) -> list[str]:
    def dress(book: Any) -> None:
        for at, said in changes.items():
            book["Results"][at] = said

    return held(read_xlsx(CLEAN, dress))


def test_nothing_holds_the_clean_one() -> None:
    assert _with({}) == []


@pytest.mark.parametrize("at", ["A1", "B13", "A7"])
def test_a_line_through_any_cell_holds(at: str) -> None:
    def strike(book: Any) -> None:
        book["Results"][at].font = Font(strike=True)

    assert "STRUCK-OUT" in held(read_xlsx(CLEAN, strike))


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_cell_holds(what: str) -> None:
    assert _with(CHANGES[what])
