"""Sheets that kratom_qc itself put into a workbook: the list of what to fix, and the valid words of
a template.

A vendor corrects the annotated workbook and sends it back with our sheets still in it. They hold no
results, so they are not read; but only a sheet that is ours to the last cell is left out, so that
nothing can hide in one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from kratom_qc import vocabulary
from kratom_qc.domain.source import Cell
from kratom_qc.intake.sheets import Sheet

LIST_TITLE = "What to fix"
LIST_COLUMNS = (
    "Severity",
    "Code",
    "Sheet",
    "Cell",
    "It says",
    "What is wrong",
    "Expected",
    "Nearest known words",
    "What to do",
)
# How the lines of a comment of ours begin, under one that names severity and code.
MARK_LINES = ("It says: ", "What is wrong: ", "Expected: ", "Nearest known words: ", "What to do: ")
SEVERITIES = ("refused", "fail", "hold", "warning", "note")  # worst first

WORDS_TITLE = "Valid words"
BASES = ("as received", "dry weight")
VERDICTS = ("Pass", "Fail", "Not evaluated")
RESULT_WORDS = ("ND", "<LOD", "<LOQ", "Absent in 10 g", "Absent in 25 g", "Present in 25 g", "NT")


@cache
def valid_words() -> Mapping[str, tuple[str, ...]]:
    """The words a template offers, by the heading of their column."""
    return {
        "Analytes": tuple(analyte.name for analyte in vocabulary.analytes().values()),
        "Units": vocabulary.known_units(),
        "Result words": RESULT_WORDS,
        "Statuses": VERDICTS,
        "Bases": BASES,
        "Forms": tuple(vocabulary.product_names().values()),
    }


def is_fix_list(sheet: Sheet) -> bool:
    """Whether a sheet is a list of what to fix: our title, our columns, and below them nothing but
    our rows."""
    rows = [sheet.rows[row] for row in sorted(sheet.rows)]
    texts = [_texts(cells) for cells in rows]
    if list(LIST_COLUMNS) not in texts or _texts(sheet.rows.get(1, {})) != [LIST_TITLE]:
        return False
    header = texts.index(list(LIST_COLUMNS))
    above = all(list(cells) == [1] for cells in rows[:header])
    return above and all(map(_is_fix, rows[header + 1 :]))


def _is_fix(cells: Mapping[int, Cell]) -> bool:
    return 1 in cells and cells[1].text in SEVERITIES and max(cells) <= len(LIST_COLUMNS)


def without_own_marks(comment: str) -> str:
    """A comment without what an earlier list of ours added to it (`giveback.marking`)."""
    return "\n\n".join(part for part in comment.split("\n\n") if not _is_own_mark(part))


def _is_own_mark(paragraph: str) -> bool:
    """Whether a paragraph names severity and code in its first line, and has only lines as we write
    them, the last of which says what to do."""
    first, *lines = paragraph.split("\n")
    severity, _, code = first.partition(" ")
    names_code = severity.lower() in SEVERITIES and code != "" and " " not in code
    ours = bool(lines) and all(line.startswith(MARK_LINES) for line in lines)
    return names_code and ours and lines[-1].startswith(MARK_LINES[-1])


def is_word_list(sheet: Sheet) -> bool:
    """Whether a sheet holds nothing but the valid words under their headings."""
    if _texts(sheet.rows.get(1, {})) != list(valid_words()):
        return False
    words = dict(enumerate(valid_words().values(), start=1))
    return all(
        cell.text in words.get(column, ())
        for row, cells in sheet.rows.items()
        for column, cell in cells.items()
        if row > 1
    )


def _texts(cells: Mapping[int, Cell]) -> list[str]:
    return [cells[number].text for number in sorted(cells)]
