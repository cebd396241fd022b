"""The fuzzer itself: it finds nothing in two seconds, and it would find a reader that errs."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kratom_qc.interpret.numbers import Number
from kratom_qc.interpret.statement import Statement
from tests.tools.fuzz import fuzz_statements
from tests.tools.fuzz.fuzz_statements import Tally, check_statement, fuzz, guarded


def test_two_seconds_of_broken_text_break_nothing() -> None:
    tally = fuzz(2, seed=20260304)
    assert [
        failure for failure in tally.failures if not failure.endswith(": slow")
    ] == []  # `make fuzz` looks at the clock
    assert (
        min(tally.tried[name] for name in ("statement", "number", "decimal mark", "date", "vocabulary", "certificate"))
        > 0
    )


@pytest.mark.parametrize(
    ("wrong", "failure"),
    [
        (Statement("value", Number(Decimal(96000), Decimal(1))), "digits that are not printed"),
        (Statement("value", Number(Decimal(-5), Decimal(1))), "an interval below nothing"),
    ],
)
def test_a_reader_that_errs_is_found(monkeypatch: pytest.MonkeyPatch, wrong: Statement, failure: str) -> None:
    monkeypatch.setattr(fuzz_statements, "statement", lambda _said, _mark: wrong)
    tally = Tally()
    guarded(tally, "statement", (), lambda: check_statement("5.104", None), "5.104")
    assert tally.failures == {f"statement: {failure}": "5.104"}


def test_an_exception_nobody_documents_is_found() -> None:
    tally = Tally()
    guarded(tally, "number", (ValueError,), lambda: {}["missing"], "1")
    assert tally.failures == {"number: KeyError": "1"}
