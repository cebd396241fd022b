"""What is changed in a line of code, and what is left alone; `make mutation` does the rest."""

from __future__ import annotations

import ast

import pytest

from tests.tools.mutation.__main__ import MODULES, listed
from tests.tools.mutation.mutants import mutants

CHANGED = {
    "if a < b: f()": ["a < b → a <= b", "a < b → a >= b", "drop f()"],
    "if not a: f()": ["not a → a", "drop f()"],
    "if a: f()": ["a → not a", "drop f()"],
    "a = b if c else 1": ["c → not c", "1 → 2"],
    "a = b and c": ["b and c → b or c"],
    "a = b or c or d": ["b or c or d → b and c and d", "b or c or d → c or d", "b or c or d → b or d", "b or c or d → b or c"],
    "a += b * c": ["a += b * c → a -= b * c", "drop a += b * c", "b * c → b / c"],
    "a = -b": ["-b → b"],
    "a = max(b)": ["max(b) → min(b)"],
    "a = Decimal('0.1')": ["Decimal('0.1') → Decimal('1.1')"],
    "a = Decimal('Infinity')": [],
    "a = b in ('c', 'd')": ["b in ('c', 'd') → b not in ('c', 'd')", "('c', 'd') → ('d',)", "('c', 'd') → ('c',)"],
    "a = Outcome.MISSING": ["Outcome.MISSING → Outcome.PASS"],
    "a = Outcome.PASS": ["Outcome.PASS → Outcome.FAIL"],
    "raise E(f'{1 + 2} words')": ["drop raise E(f'{1 + 2} words')"],
    "a = (0.0, 1.0)": ["0.0 → 1.0", "1.0 → 0.0", "(0.0, 1.0) → (1.0,)", "(0.0, 1.0) → (0.0,)"],
    "return a": ["return a → return None"],
    "return": [],
    "'a docstring'": [],
    "a: Literal[1] = True": ["True → False"],
    "a = [b for c in d if c]": ["c → not c"],
}  # fmt: skip


@pytest.mark.parametrize("line", CHANGED)
def test_a_line_is_changed_in_the_classical_ways(line: str) -> None:
    found = mutants("m", ast.parse(f"def f():\n    {line}"))
    assert sorted(mutant.change for mutant in found) == sorted(CHANGED[line])


def test_a_promise_to_tell_yes_or_no_is_broken_both_ways() -> None:
    found = mutants("m", ast.parse("def f() -> bool:\n    return a()"))
    assert [mutant.change for mutant in found] == ["return a() → return True", "return a() → return False"]


def test_the_same_change_twice_in_a_function_has_two_names() -> None:
    found = list(mutants("m", ast.parse("def f():\n    g(1)\n    h(1)\n\nWORDS = ('a', 'b')")))
    assert [mutant.number for mutant in found if mutant.change == "1 → 2"] == [1, 2]
    assert len({mutant.id for mutant in found}) == len(found)
    assert [mutant.function for mutant in found][-2:] == ["", ""]  # a constant of the module


def test_every_explanation_is_of_a_module_under_test_and_says_why() -> None:
    for (module, _, change, _), because in listed().items():
        assert module.removeprefix("kratom_qc.") in MODULES
        assert len(because.split()) > 3, change
