"""A workbook of limits back as rulebooks, strictly: only our sheets, only our columns, only text.

A spreadsheet program changes what it is given: 0.050 becomes a number, 2026-04 a day. Whatever is
not the text that a person typed is refused with its sheet and cell, and everything that is wrong is
told at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kratom_qc.app.proposal.columns import (
    BOOK_COLUMNS,
    BOOKS,
    ENTRIES,
    LIMIT_COLUMNS,
    LIMITS,
    README,
    WORDS,
    Column,
)
from kratom_qc.app.proposal.plain import PlainBook, PlainRow, value_of
from kratom_qc.app.reading import READ_BEFORE
from kratom_qc.domain.errors import Refused, RulebookError
from kratom_qc.domain.source import Cell
from kratom_qc.intake.sandbox import ReaderDied, in_a_child
from kratom_qc.intake.sheets import Sheet, Workbook, cell_name
from kratom_qc.intake.workbook import open_workbook
from kratom_qc.settings import Caps

_KINDS = {
    "number": "a number: format the cell as text and type {} with all its digits",
    "date": "a date: format the cell as text and type the day as 2026-04-01",
    "formula": "a formula: paste its value as text",
    "boolean": "a truth value: format the cell as text and type true or false",
    "error": "an error: type what it should say",
}


@dataclass(slots=True)
class Proposed:
    """What a workbook says: rulebooks by id, and where their limits and keys stand in it."""

    books: dict[str, PlainBook] = field(default_factory=dict)
    rows: dict[tuple[str, str], int] = field(default_factory=dict)  # rulebook, id → row
    table: _Table | None = None

    def cell(self, rulebook: str, rule_id: str, key: str) -> str:
        """Where a key of a limit stands, be its cell blank; nothing for what is not in the
        workbook."""
        row = self.rows.get((rulebook, rule_id))
        return "" if row is None or self.table is None else self.table.where(row, key)


def read(name: str, raw: bytes, caps: Caps) -> Proposed:
    """What a workbook proposes. Raises RulebookError naming everything that is wrong in it, by
    sheet and cell."""
    try:
        workbook = in_a_child(caps, READ_BEFORE, open_workbook, name, raw, caps)
    except Refused as refused:
        raise RulebookError(
            "\n".join(f"{name}: {refusal.message}" for refusal in refused.refusals)
        ) from None
    except ReaderDied as died:
        raise RulebookError(f"{name}: {died.why}") from None
    return of_workbook(name, workbook)


def of_workbook(name: str, workbook: Workbook) -> Proposed:
    """What the sheets of a workbook propose. Raises RulebookError naming everything that is wrong,
    by sheet and cell."""
    sheets = {sheet.name: sheet for sheet in workbook.sheets}
    wrong = list(_wrong_sheets(name, sheets))
    tables = [
        _Table(f"{name} {title}", sheets[title], columns)
        for title, columns in ((BOOKS, BOOK_COLUMNS), (LIMITS, LIMIT_COLUMNS))
        if title in sheets
    ]
    mistakes = [mistake for table in tables for mistake in table.wrong]
    proposed = Proposed()
    if len(tables) == 2 and not mistakes:
        books, limits = tables
        mistakes = [*_books(books, proposed), *_limits(limits, proposed)]
        proposed.table = limits
    if wrong or mistakes:
        raise RulebookError("\n".join((*wrong, *mistakes)))
    return proposed


def _wrong_sheets(name: str, titles: Collection[str]) -> Iterator[str]:
    for title in titles:
        if title not in (README, WORDS, BOOKS, LIMITS):
            yield f"{name} {title}: not a sheet of limits; nothing on it would be read. Delete it"
    for title in (LIMITS, BOOKS):
        if title not in titles:
            yield f"{name}: has no sheet '{title}'"


class _Table:
    """One sheet as rows of texts by column; what is not text, or under no column of ours, goes to
    `wrong`."""

    def __init__(self, name: str, sheet: Sheet, columns: Sequence[Column]):
        self.name, self.sheet = name, sheet
        self.wrong: list[str] = []
        self.keys = self._header([column.key for column in columns])
        for area in sheet.merged:
            self.wrong.append(f"{name}!{cell_name(area[0], area[1])}: merged cells; unmerge them")
        self.rows = dict(self._rows())

    def _header(self, wanted: Sequence[str]) -> dict[int, str]:
        """The keys by the numbers of their columns."""
        keys: dict[int, str] = {}
        for column, cell in self.sheet.rows.get(1, {}).items():
            where = f"{self.name}!{cell_name(1, column)}: '{cell.text}'"
            if cell.text not in wanted:
                self.wrong.append(f"{where} is no column; known are {', '.join(wanted)}")
            elif cell.text in keys.values():
                self.wrong.append(f"{where} stands twice in the first row")
            else:
                keys[column] = cell.text
        missing = [key for key in wanted if key not in keys.values()]
        if missing:
            self.wrong.append(
                f"{self.name}!A1: has no column {', '.join(missing)}; "
                "a column that is gone would empty its key"
            )
        return keys

    def _rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Every row that says something, by its number: key → text."""
        below = {row: cells for row, cells in self.sheet.rows.items() if row > 1}
        for row, cells in below.items():
            texts: dict[str, str] = {}
            for column, cell in cells.items():
                mistake = self._mistake(row, column, cell)
                if mistake:
                    where = f"{self.name}!{cell_name(row, column)}"
                    self.wrong.append(f"{where}: '{cell.text}'{mistake}")
                else:
                    texts[self.keys[column]] = cell.text
            if texts:
                yield row, texts

    def _mistake(self, row: int, column: int, cell: Cell) -> str:
        """Why a cell cannot be read as a text of ours; nothing where it can."""
        if cell.kind in _KINDS:
            return f" is {_KINDS[cell.kind].format('it')}"
        problem = self.sheet.problems.get((row, column))
        if problem is not None and problem.code != "hidden":  # rows that a filter hides are read
            return f": {problem.message}"
        return "" if column in self.keys else " stands under no column"

    def where(self, row: int, key: str) -> str:
        """The cell of a key in a row; of its id, where there is no column of that name."""
        columns = {known: column for column, known in self.keys.items()}
        column = columns.get(key, columns.get("id", 1))
        return f"{self.name}!{cell_name(row, column)}"


def _books(table: _Table, proposed: Proposed) -> Iterator[str]:
    """Add the rulebooks to what is proposed; yields what is wrong with them."""
    for row, texts in table.rows.items():
        stem = texts.pop("rulebook", "")
        where = table.where(row, "rulebook")
        if not stem:
            yield f"{where}: the row names no rulebook"
        elif stem in proposed.books:
            yield f"{where}: the rulebook '{stem}' stands twice"
        elif not stem.replace("-", "").replace("_", "").isalnum() or not stem.isascii():
            yield f"{where}: '{stem}' is no name for a rulebook; use small letters, digits, - and _"
        else:
            proposed.books[stem] = PlainBook(stem, texts, {})
            yield from _values(table, row, texts)


def _limits(table: _Table, proposed: Proposed) -> Iterator[str]:
    """Add the limits to the rulebooks proposed; yields what is wrong with them."""
    rows: dict[str, dict[str, PlainRow]] = {stem: {} for stem in proposed.books}
    for row, texts in table.rows.items():
        stem, entry, rule_id = (texts.pop(key, "") for key in ("rulebook", "entry", "id"))
        if not stem:
            yield f"{table.where(row, 'rulebook')}: the row names no rulebook"
        elif stem not in rows:
            yield f"{table.where(row, 'rulebook')}: '{stem}' is on no row of the sheet {BOOKS}"
        elif entry not in ENTRIES:
            yield f"{table.where(row, 'entry')}: entry '{entry}' must be limit or override"
        elif not rule_id:
            yield f"{table.where(row, 'id')}: the row has no id"
        elif rule_id in rows[stem]:
            yield f"{table.where(row, 'id')}: {rule_id} stands twice in {stem}"
        else:
            rows[stem][rule_id] = PlainRow(entry, texts)
            proposed.rows[stem, rule_id] = row
            yield from _values(table, row, texts)
    for stem, of_book in rows.items():
        proposed.books[stem] = PlainBook(stem, proposed.books[stem].head, of_book)


def _values(table: _Table, row: int, texts: Mapping[str, str]) -> Iterator[str]:
    for key, text in texts.items():
        try:
            value_of(key, text)
        except ValueError as error:
            yield f"{table.where(row, key)}: {error}"
