"""Every mistake in a TOML file is told at once, at its line, in words that need no pydantic."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

import pytest
from kratom_qc.domain.errors import RulebookError
from kratom_qc.vocabulary.checked import Count, Day, Flag, Mistakes, PlainDecimal, Table, Text, load
from kratom_qc.vocabulary.toml_lines import key_lines
from pydantic import Field, field_validator, model_validator


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Amount(Table):
    kind: Literal["amount"]
    id: Text
    max: PlainDecimal | None = None
    colour: Colour = Colour.RED
    products: tuple[str, ...] = ()
    strict: Flag = False
    day: Day | None = None
    unit: str = ""

    @field_validator("unit")
    @classmethod
    def _known(cls, unit: str) -> str:
        if unit == "mgs":
            raise ValueError("is no unit")
        return unit

    @model_validator(mode="after")
    def _whole(self) -> Amount:
        if self.max == 0:
            raise Mistakes([("max", "max: nothing meets it"), ("", "it decides nothing")])
        if self.strict and self.max is None:
            raise ValueError("strict needs a max")
        return self


class Ban(Table):
    kind: Literal["ban"]
    id: Text


class Head(Table):
    title: Text
    days: Count = 30


class Book(Table):
    rulebook: Head
    limit: tuple[Annotated[Amount | Ban, Field(discriminator="kind")], ...] = ()


HEAD = '[rulebook]\ntitle = "x"\n'
ROW = HEAD + '[[limit]]\nid = "P"\nkind = "amount"\n'
SAYS = {
    "an empty file": ("", ["f.toml:1: has no 'rulebook'"]),
    "no TOML": ("a = \n", ["f.toml:1: not readable as TOML: Invalid value (at line 1, column 5)"]),
    "a key that is not there": ("[rulebook]\n", ["f.toml:1 [rulebook]: has no 'title'"]),
    "a blank text": ("[rulebook]\ntitle = ' '\n", ["f.toml:2 [rulebook]: title ' ' must not be blank"]),
    "an unknown key": (HEAD + "day = 3\n", ["f.toml:3 [rulebook]: unknown key 'day', nearest: days"]),
    "an unknown key like no other": (HEAD + "zzz = 3\n", ["f.toml:3 [rulebook]: unknown key 'zzz'"]),
    "a key of another member": (
        HEAD + '[[limit]]\nid = "B"\nkind = "ban"\nmax = "3"\n',
        ["f.toml:6 B: unknown key 'max'"],
    ),
    "a number in quotes": (HEAD + "days = '3'\n", ["f.toml:3 [rulebook]: days '3' must be a whole number"]),
    "a number too small": (HEAD + "days = 0\n", ["f.toml:3 [rulebook]: days '0' must be more than 0"]),
    "no kind": (HEAD + "[[limit]]\nid = 'P'\n", ["f.toml:3 P: has no 'kind'"]),
    "an unknown kind": (
        HEAD + "[[limit]]\nid = 'P'\nkind = 'amonut'\n",
        ["f.toml:5 P: kind 'amonut' must be one of amount, ban"],
    ),
    "a row without a name": (HEAD + "[[limit]]\nkind = 'ban'\n", ["f.toml:3 [[limit]] 1: has no 'id'"]),
    "a word of no list": (ROW + "colour = 'green'\n", ["f.toml:6 P: colour 'green' must be one of red, blue"]),
    "a flag in quotes": (ROW + "strict = 'false'\n", ["f.toml:6 P: strict 'false' must be true or false"]),
    "a number that is not plain": (
        ROW + "max = '3e0'\n",
        ["f.toml:6 P: max '3e0' must be a plain decimal number in quotes"],
    ),
    "a number that is a flag": (
        ROW + "max = true\n",
        ["f.toml:6 P: max 'True' must be a plain decimal number in quotes"],
    ),
    "a text without quotes": (ROW + "unit = 3\n", ["f.toml:6 P: unit '3' must be a text in quotes"]),
    "a day in quotes": (
        ROW + "day = '2026-11-22'\n",
        ["f.toml:6 P: day '2026-11-22' must be a date, as 2026-11-22 without quotes"],
    ),
    "a list in quotes": (ROW + "products = 'x'\n", ["f.toml:6 P: products must be a list of texts"]),
    "a list of numbers": (ROW + "products = [\n 3, 4]\n", ["f.toml:6 P: products must be a list of texts"]),
    "a field that a validator refuses": (ROW + "unit = 'mgs'\n", ["f.toml:6 P: unit 'mgs' is no unit"]),
    "a table that a validator refuses": (ROW + "strict = true\n", ["f.toml:3 P: strict needs a max"]),
    "two mistakes of one validator": (
        ROW + "max = '0'\n",
        ["f.toml:3 P: it decides nothing", "f.toml:6 P: max: nothing meets it"],
    ),
    "a table that is a list": (
        "[[rulebook]]\ntitle = 'x'\n",
        ["f.toml:1: [[rulebook]] is written as a list of tables; write one table under [rulebook]"],
    ),
    "a list that is a table": (
        HEAD + "[limit]\nid = 'P'\n",
        ["f.toml:3 [limit]: [limit] is written as one table; write every one under [[limit]]"],
    ),
    "many mistakes in the order of the file": (
        "[[limit]]\nid = 'P'\nkind = 'ban'\nb = 1\na = 1\n[rulebook]\ndays = 'x'\n",
        [
            "f.toml:4 P: unknown key 'b'",
            "f.toml:5 P: unknown key 'a'",
            "f.toml:6 [rulebook]: has no 'title'",
            "f.toml:7 [rulebook]: days 'x' must be a whole number",
        ],
    ),
}


@pytest.mark.parametrize("mistake", SAYS)
def test_a_file_is_refused_for(tmp_path, mistake):
    text, says = SAYS[mistake]
    (tmp_path / "f.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RulebookError) as error:
        load(tmp_path / "f.toml", Book)
    assert str(error.value).splitlines() == says


def test_a_file_without_mistakes_becomes_a_model(tmp_path):
    (tmp_path / "f.toml").write_text(ROW + 'max = "0.10"\ncolour = "blue"\n', encoding="utf-8")
    (amount,) = load(tmp_path / "f.toml", Book).limit
    assert (amount.max, amount.colour) == (Decimal("0.10"), Colour.BLUE)


def test_a_file_that_is_not_there_or_not_utf8_is_refused(tmp_path):
    (tmp_path / "f.toml").write_bytes("title = 'µ'".encode("latin-1"))
    for name, says in (("f", "not readable as TOML"), ("g", "cannot be read: No such file")):
        with pytest.raises(RulebookError, match=rf"^{name}\.toml: {says}"):
            load(tmp_path / f"{name}.toml", Book)


LINES = '''a = 1
"b" = """
c = 2
[d]
"""
[e] # [f]
g.h = [ # [
  { i = 1 },
]
[[j]]
k = "]"
[j.l]
m = '#'
[[ j ]]
[j.l]
n = { o = 1 }
[[j.p]]
[[j.p]]
q = 1'''


def test_every_key_is_found_on_its_line():
    assert key_lines(LINES) == {
        (): 1,
        ("a",): 1,
        ("b",): 2,
        ("e",): 6,
        ("e", "g"): 7,
        ("e", "g", "h"): 7,
        ("j", 0): 10,
        ("j", 0, "k"): 11,
        ("j", 0, "l"): 12,
        ("j", 0, "l", "m"): 13,
        ("j", 1): 14,
        ("j", 1, "l"): 15,
        ("j", 1, "l", "n"): 16,
        ("j", 1, "p", 0): 17,
        ("j", 1, "p", 1): 18,
        ("j", 1, "p", 1, "q"): 19,
    }
