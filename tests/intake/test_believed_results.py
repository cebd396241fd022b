"""Spoiling a certificate never makes it better."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kratom_qc import vocabulary
from kratom_qc.app.reading import Reading
from tests.factory.sheets import codes, held, read_csv
from tests.intake.test_shapes import LONG, SHAPES

JUNK = [
    "O.2", "l.5", "0.2.3", "0,2,1", "0.2 0.3", "0.2;0.3", "0.2/0.3", "1_0", "٣", "２.５", "nan", "inf", "1e400", "0x10",
    "1/2", "½",
    "0.2x", "$0.2", "≈0.2", "~0.2", "0.2?", "about 0.2", "0.2 or less", "#N/A", "#REF!", "see note", "TRUE", "[object Object]",
    "0.2 fathoms", "9,6.104", "-0.2", "0.1-0.2", "0.1 to 0.2", "up to 0.2", "0.2 (mean)", "0.2 max", "<",
    ">", "±0.1",
    "< < 0.2", "<>0.2", "=0.2", "0.2=", "(0.2)", "'0.2", "%", "0.2 % %", "\u200b0.2", "0\u200b.2", "1.2.3.4",
]  # fmt: skip
RESULT_CELLS = [
    (name, row, column)
    for name, column in (("long", 3), ("form, one table, Czech", 1))
    for row in range(1, 14)
    if row < len(SHAPES[name]) and len(SHAPES[name][row]) > 5 and SHAPES[name][row][column] not in ("", "Výsledek")
]


@cache
def _without_junk() -> set[str]:
    """What holds a certificate of these shapes as it is."""
    return {rule for name in ("long", "form, one table, Czech") for rule in held(read_csv(SHAPES[name], ";", head=()))}


def _spoiled(shape: str, row: int, column: int, junk: str) -> Reading:
    rows = [list(line) for line in SHAPES[shape]]
    rows[row][column] = junk
    return read_csv(rows, ";", head=())


def _harmless(reading: Reading, row: int, column: int) -> bool:
    """Whatever stands in the cell proves nothing (unmeasured, or of no known upper end), or it holds the batch."""
    if codes(reading):
        return "reader-failed" not in codes(reading)
    if set(held(reading)) - _without_junk():
        return True
    cell = f"{'ABCDEFGH'[column]}{row + 1}"
    found = [
        result for certificate in reading.certificates for result in certificate.results if result.ref.cell == cell
    ]
    return len(found) == 1 and (not found[0].measured or found[0].interval.high is None)


def test_there_are_cells_to_spoil() -> None:
    assert len(RESULT_CELLS) == 14


@pytest.mark.parametrize("junk", JUNK)
def test_a_result_replaced_by_junk_holds_or_is_unmeasured(junk: str) -> None:
    for shape, row, column in RESULT_CELLS:
        assert _harmless(_spoiled(shape, row, column, junk), row, column), (shape, row)


LETTERS = st.text(alphabet="abcdefghijklmnopqrstuvwxyzABCDEFXYZ .*?!_#&", min_size=1, max_size=15)


@given(
    LETTERS.filter(lambda word: bool(word.strip()) and vocabulary.status(word) is None), st.sampled_from(RESULT_CELLS)
)
def test_a_result_replaced_by_a_word_nobody_knows_holds(word: str, at: tuple[str, int, int]) -> None:
    reading = _spoiled(*at, word)
    assert "reader-failed" not in codes(reading)
    assert codes(reading) or set(held(reading)) - _without_junk()


@given(st.text(max_size=12), st.sampled_from(RESULT_CELLS))
def test_a_result_replaced_by_any_text_without_digits_is_never_an_exact_value(
    word: str, at: tuple[str, int, int]
) -> None:
    said = "".join(c for c in word if not c.isascii() or not c.isdigit())
    reading = _spoiled(*at, said)
    for certificate in reading.certificates:
        for found in certificate.results:
            if found.reported == said and found.measured:
                assert found.interval.low == 0
                assert found.interval.high != 0


@given(st.sets(st.integers(1, len(LONG) - 1), max_size=len(LONG) - 2))
def test_a_lost_row_is_a_lost_result_and_no_other_changes(lost: set[int]) -> None:
    whole = read_csv(LONG, head=()).certificates[0].results
    rest = read_csv([row for number, row in enumerate(LONG) if number not in lost], head=()).certificates[0].results
    kept = [found for number, found in enumerate(whole, start=1) if number not in lost]
    assert [(found.analyte, found.interval) for found in rest] == [(found.analyte, found.interval) for found in kept]
