"""Every column is explained, on one page that is up to date."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from kratom_qc.archive import columns
from kratom_qc.archive.tables import PASS, SCHEMAS

FOLDER = Path(columns.__file__).parent
WORDS = tomllib.loads((FOLDER / "columns.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_column_is_explained_and_none_that_is_not_there(name):
    assert [column for column, _, _ in columns.explained(name)] == SCHEMAS[name].names[len(PASS) :]
    assert WORDS[name].keys() <= set(SCHEMAS[name].names)


def test_the_page_is_up_to_date():
    """`kratom-qc archive columns > kratom_qc/archive/COLUMNS.md` writes it again."""
    assert (FOLDER / "COLUMNS.md").read_text(encoding="utf-8") == columns.columns_page()
