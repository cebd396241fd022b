"""An editor is told the same of a rulebook as the loader tells: `expectations/schema.json` is current and fits."""

from __future__ import annotations

import json
import tomllib
from datetime import date

import pytest
from jsonschema import Draft7Validator

from kratom_qc.rulebooks.json_schema import schema_text
from tests.factory import REAL, book, limit

FILES = sorted(REAL.glob("*.toml"))
SCHEMA = json.loads((REAL / "schema.json").read_text(encoding="utf-8"))


def mistakes(text: str) -> list[str]:
    content = json.loads(json.dumps(tomllib.loads(text), default=date.isoformat))
    return [error.message for error in Draft7Validator(SCHEMA).iter_errors(content)]


def test_the_schema_is_current():
    """Write it again with `python -m kratom_qc.rulebooks.json_schema > expectations/schema.json`."""
    assert (REAL / "schema.json").read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_rulebook_names_the_schema_and_fits_it(file):
    text = file.read_text(encoding="utf-8")
    assert text.startswith("#:schema ./schema.json\n")
    assert mistakes(text) == []


LEAD = {"max": "3", "unit": "mg/kg"}
WRONG = {
    "a good one": (limit("PB", "lead", "not more than 3 mg/kg", **LEAD), []),
    "an unknown analyte": (limit("PB", "leed", "not more than 3 mg/kg", **LEAD), ["'leed' is not one of"]),
    "an unknown status": (limit("PB", "lead", "NMT 3 mg/kg", **{**LEAD, "status": "x"}), ["'x' is not one of"]),
    "an unknown key": (
        limit("PB", "lead", "NMT 3 mg/kg", maximum="3", **LEAD),
        ["Additional properties are not allowed ('maximum'", "'maximum' is not one of"],
    ),
    "a key of another kind": (limit("B", text="banned", kind="ban", max="3"), ["'max' is not one of"]),
    "a number that is not plain": (
        limit("PB", "lead", "NMT 3 mg/kg", max="3e0", unit="mg/kg"),
        ["'3e0' is not valid under any"],
    ),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_an_editor_marks(mistake):
    text, says = WRONG[mistake]
    told = mistakes(book(text))
    assert len(told) == len(says)
    assert all(any(part in one for one in told) for part in says), told
