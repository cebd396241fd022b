"""The same content in another file is one certificate; whatever judges tells two apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from kratom_qc.app.batches import collect
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.reading import Reading, read_content
from kratom_qc.domain.account import AccountEntry, Fate
from kratom_qc.domain.certificate import DateSpan, HoldReason, InterpretedCertificate
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.interpret.content import content_hash, saved_again
from tests.factory import interpreted, result, span
from tests.factory.sheets import xlsx_bytes

DAY = date(2026, 11, 22)
ROWS = [
    ["Batch", "L-1"], ["Form", "leaf powder"], ["Laboratory", "Harbor"], ["Date Issued", "2026-11-01"],
    ["Analyte", "Result", "Unit", "LOD"], ["Lead", "0.40", "mg/kg", "0.01"], ["Cadmium", "<0.1", "mg/kg", "0.01"],
]  # fmt: skip


def as_csv(rows: list[list[str]], delimiter: str = ",") -> bytes:
    return "".join(f"{delimiter.join(row)}\n" for row in rows).encode()


def read(name: str, content: bytes) -> Reading:
    reading = read_content(name, content)
    assert not reading.refusals
    return reading


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(("a.xlsx", xlsx_bytes(ROWS)), id="a workbook"),
        pytest.param(("a.csv", as_csv(ROWS, ";")), id="another delimiter"),
        pytest.param(("a.csv", as_csv([*ROWS[:5], ROWS[6], ROWS[5]])), id="another order"),
    ],
)
def test_content_saved_again_by_another_program_is_one_certificate(again):
    first, second = read("a.csv", as_csv(ROWS)), read(*again)
    assert first.sha256 != second.sha256
    assert saved_again([*first.certificates, *second.certificates]) == {"L-1": {second.sha256: first.sha256}}
    (batch,) = collect([first, second], JudgementPolicy({}, (), (), DAY))
    assert [one.sha256 for one in batch.certificates] == [first.sha256]


@pytest.mark.parametrize(
    ("row", "text"), [(1, "0.41"), (2, "ug/kg"), (3, "0.02")], ids=["a digit", "a unit", "a detection limit"]
)
def test_whatever_differs_in_a_cell_tells_two_certificates_apart(row, text):
    changed = [[*line] for line in ROWS]
    changed[5][row] = text
    first, second = read("a.csv", as_csv(ROWS)), read("b.csv", as_csv(changed))
    assert saved_again([*first.certificates, *second.certificates]) == {}
    (batch,) = collect([first, second], JudgementPolicy({}, (), (), DAY))
    assert len(batch.certificates) == 2


ONE = interpreted("L-1", result("lead", span("0.4", "0.4")))
OTHERS: dict[str, InterpretedCertificate] = {
    "a laboratory": replace(ONE, laboratory="Other"),
    "a number": replace(ONE, certificate_id="C-2"),
    "a day": replace(ONE, dates={"issued_on": DateSpan(DAY, DAY)}),
    "a declaration": replace(ONE, declared={"serving_size": "2 g"}),
    "a cause to hold": replace(ONE, hold_reasons=(HoldReason("UNKNOWN-WORD", "why", CellRef("a.csv")),)),
    "an unread text": replace(ONE, texts=(AccountEntry(SourceText("void", CellRef("a.csv")), Fate.UNREAD),)),
    "a verdict": replace(ONE, results=tuple(replace(one, stated_verdict="fail") for one in ONE.results)),
    "a resolution": replace(ONE, results=tuple(replace(one, resolution=Decimal(1)) for one in ONE.results)),
    "one result more": replace(ONE, results=(*ONE.results, *ONE.results)),
}


@pytest.mark.parametrize("what", OTHERS)
def test_whatever_judges_is_content(what):
    assert content_hash(OTHERS[what]) != content_hash(ONE)


def test_where_a_cell_stands_is_no_content():
    elsewhere = tuple(replace(one, ref=CellRef("b.xlsx", "Sheet1", "C9")) for one in ONE.results)
    assert content_hash(replace(ONE, file="b.xlsx", sha256="f" * 64, results=elsewhere)) == content_hash(ONE)


def test_a_file_of_several_certificates_is_the_same_only_where_all_of_them_are():
    other = replace(ONE, certificate_id="C-2")
    both = [replace(one, sha256="b" * 64) for one in (ONE, other)]
    assert saved_again([replace(ONE, sha256="a" * 64), *both]) == {}
    again = [replace(one, sha256="c" * 64) for one in (other, ONE)]
    assert saved_again([*both, *again]) == {"L-1": {"c" * 64: "b" * 64}}
