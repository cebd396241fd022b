"""The grammar of results, row by row, and the README's copy of it."""

from __future__ import annotations

from itertools import chain

import pytest

from kratom_qc import vocabulary
from tests.factory.sheets import read_line, results
from tests.interpret.grammar import Row, amount, groups, means
from tests.interpret.make_grammar_table import README, in_readme, table

ROWS = [row for group in groups() for row in group.rows]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.said!r}-{row.mark}")
def test_a_cell_is_believed_as_the_table_says(row: Row) -> None:
    assert (means(row.said, row.mark or None), amount(row)) == (row.means, row.amount)


def test_a_string_has_one_meaning_per_group_and_decimal_mark() -> None:
    keys = [(row.group, row.said, row.mark) for row in ROWS]
    assert len(set(keys)) == len(keys)


def test_what_a_cell_alone_holds_for_holds_in_a_certificate_too() -> None:
    assert [row for row in ROWS if row.means.startswith("held") and not row.amount.startswith(row.means)] == []


def test_the_table_in_the_readme_is_current() -> None:
    """`python -m tests.interpret.make_grammar_table --write` brings it up to date."""
    assert in_readme(README.read_text(encoding="utf-8")) == table()


# Thirty-six strings that every reader should be tried on.
THIRTY_SIX = [
    "ND", "N.D.", "nd", "Not Detected", "BDL", "BRL", "Trace", "<LOQ", "< LOQ", "<0.05", "< 0,05", "<10", ">2419.6", "0,05",
    "1,000", "1.200,5", "1 000", "1,200 CFU/g", "1.2E+03", "1.2x10^3", "0.0500", "-0.02", "Absent/25g", "Negative", "PASS",
    "TNTC", "Na", "NA", "N/A", "None", "", "0.5 ± 0.1", "0.4-0.6", "1.2%", "12 ppb", "２.５",
]  # fmt: skip


def test_the_thirty_six_strings_every_reader_should_be_tried_on_are_in_the_table() -> None:
    assert len(THIRTY_SIX) == 36
    assert set(THIRTY_SIX) <= {row.said for row in ROWS}


@pytest.mark.parametrize(
    ("analyte", "is_"),
    [
        ("Na", "sodium"),
        ("Na 589.592", "sodium"),
        ("Pb 220.353 (Axial)", "lead"),
        ("As 188.980 nm", "arsenic"),
        ("Loss on drying", "moisture"),
    ],
)
def test_an_emission_line_names_its_element(analyte: str, is_: str) -> None:
    (found,) = results(read_line(analyte, "1.2", "%" if is_ == "moisture" else "mg/kg"))
    assert (found.analyte, found.known) == (is_, True)


@pytest.mark.parametrize("analyte", ["LOD", "MG", "Xx 589.592", "THC 589.592", "Na 589.592 589.1"])
def test_a_name_of_two_meanings_or_none_is_held(analyte: str) -> None:
    (certificate,) = read_line(analyte, "5.2", "%").certificates
    (hold_reason,) = [reason for reason in certificate.hold_reasons if reason.rule_id != "UNDATED"]
    assert hold_reason.rule_id == "UNKNOWN-ANALYTE"
    assert all(meaning in hold_reason.why for meaning in vocabulary.meanings_of(analyte))


def test_loss_on_drying_and_limit_of_detection_are_both_named() -> None:
    said = " ".join(chain(vocabulary.meanings_of("LOD")))
    assert "loss on drying" in said
    assert "limit of detection" in said


def test_a_unit_is_never_read_from_raised_or_foreign_digits() -> None:
    assert vocabulary.unit("CFU/25 g") is not None
    assert [vocabulary.unit(text) for text in ("CFU/10⁵ g", "CFU/２５ g", "/٢٥ g")] == [None] * 3
