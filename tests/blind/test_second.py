"""A laboratory's second certificate asks nothing again: what a person has read on the first is read before."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from kratom_qc.app.reading import read_content
from kratom_qc.app.texts import Accepted, entries, keep_entries, unread_texts
from kratom_qc.vocabulary.texts import TextRegister, load
from tests.blind.truth import SETS

SAID = Accepted("boilerplate of this laboratory", "a person", date(2026, 11, 30), everywhere=True)
NOTHING = TextRegister()
# Each with its lot and another, and with a day and another.
PAPERS = [
    ("i02.xlsx", {"GMD-C500-0926": "GMD-C500-1126", "HS2610-0457.3": "HS2611-0102.1", "10/13/2026": "10/20/2026"}),
    ("i13.xlsx", {"NB-260812-R": "NB-261105-G", "Nr. 2026-41877 / 01": "Nr. 2026-52001 / 01"}),
    ("j03.xlsx", {"NK26-R118": "NK26-G220", "26-08842/1": "26-09917/2", "04.11.2026": "05.11.2026"}),
    ("j14.xlsx", {"Nov 6, 2026": "Nov 7, 2026", "Nov 9, 2026": "Nov 10, 2026"}),
    ("k05.xlsx", {}),
]


def second(path: Path, changed: dict[str, str], folder: Path) -> bytes:
    """The same paper with another lot, other numbers and other days."""
    book = openpyxl.load_workbook(path)
    for cell in (cell for sheet in book for row in sheet for cell in row if isinstance(cell.value, str)):
        for old, new in changed.items():
            cell.value = cell.value.replace(old, new)
    book.save(folder / path.name)
    return (folder / path.name).read_bytes()


@pytest.mark.parametrize(("name", "changed"), PAPERS, ids=[name for name, _ in PAPERS])
def test_a_second_certificate_has_nothing_unread(name: str, changed: dict[str, str], tmp_path: Path) -> None:
    path = SETS / name[0] / name
    first = unread_texts(read_content(name, path.read_bytes()), NOTHING)
    harmless = [text for text in first if not text.objection]
    keep_entries(tmp_path / "texts.toml", entries(harmless, SAID))
    again = unread_texts(read_content(name, second(path, changed, tmp_path)), load(tmp_path / "texts.toml"))
    asked = {text.entry.source.text for text in first if text.objection}
    assert harmless
    assert {text.entry.source.text for text in again} <= asked, "what was accepted is asked again"
