"""The picture of a vendor's own sheet: every cell as it looks, with what became of it and what is
wrong with it, each linked to its line beside the sheet and back.

    pictures = sheet_pictures(looks, account, notes)      one per sheet, of one file
    sheet_html(pictures, file="certificate.xlsx")         a fragment for any page; its style is
                                                          `sheet.css` (`sheet_style()`)

Pure: the looks come from `intake.looks`, the account from `read --account`, the notes from a kept
page (`notes_of_page`) or from the list of what to fix (`notes_of_fixes`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from kratom_qc.domain.account import AccountEntry, Fate
from kratom_qc.domain.look import CellLook, SheetLook
from kratom_qc.report.page import BatchPage
from kratom_qc.report.reasons import Reason
from kratom_qc.report.rendering import render
from kratom_qc.vocabulary.problems import Fix

ROWS = 250  # of a sheet that are drawn; of the others only those that something is said of
_SEVERITIES = ("fail", "hold", "note")
_OF_FIXES = {"refused": "fail", "fail": "fail", "hold": "hold", "warning": "note", "note": "note"}
_OF_OUTCOMES = {"FAIL": "fail", "INCONCLUSIVE": "hold", "MISSING": "hold"}
_DARK = 140  # of 255: a darker fill has white letters
_USUAL_WIDTH = 9.0


class Note(NamedTuple):
    """Something that is said at a cell: `severity` is fail, hold or note."""

    sheet: str
    cell: str
    severity: str
    words: str


class Line(NamedTuple):
    """What stands beside the sheet of one text: where it is, what it says, what it was taken as,
    and what is said of it."""

    place: str  # `C14`, or what it is where it is in no cell
    anchor: str
    in_sheet: bool  # whether a cell leads here
    text: str
    fate: str
    meaning: str
    mark: str  # the worst severity of its notes, `unread`, or nothing
    notes: tuple[tuple[str, str], ...]  # severity and words, worst first


class Drawn(NamedTuple):
    """One cell as it is drawn."""

    look: CellLook
    anchor: str  # empty where nothing is said of it
    mark: str
    css: str
    width: int  # columns that it covers in the picture


class PictureRow(NamedTuple):
    """One row; `None` is an empty cell, and covered cells are left out. `skipped` rows before it
    are not drawn."""

    number: int
    skipped: int
    cells: tuple[Drawn | None, ...]


class SheetPicture(NamedTuple):
    """One sheet, drawn."""

    name: str
    columns: tuple[tuple[str, int], ...]  # letters and width in pixels
    rows: tuple[PictureRow, ...]
    left_out: int  # rows or cells that are not drawn
    lines: tuple[Line, ...]
    anchors: Mapping[str, str]  # of a place as `Sheet!C14`


class FilePictures(NamedTuple):
    """One file, drawn."""

    file: str
    sheets: tuple[SheetPicture, ...]

    @property
    def html(self) -> Markup:
        """A fragment for a page."""
        return Markup(sheet_html(self.sheets, file=self.file))  # noqa: S704 - made by a template

    def anchor(self, place: str) -> str:
        """The anchor of a place as `Sheet!C14`; nothing where it is not drawn."""
        return next((sheet.anchors[place] for sheet in self.sheets if place in sheet.anchors), "")


def sheet_pictures(
    looks: Sequence[SheetLook],
    account: Iterable[AccountEntry],
    notes: Iterable[Note],
    *,
    prefix: str = "s",
) -> tuple[SheetPicture, ...]:
    """The sheets of one file, then what stands in none (JSON, texts of a file as a whole). `prefix`
    tells the anchors of several files on one page apart."""
    entries: dict[str, dict[str, AccountEntry]] = {}
    for entry in account:
        ref = entry.source.ref
        entries.setdefault(ref.sheet, {})[ref.cell] = entry
    notes_of: dict[str, dict[str, list[Note]]] = {}
    for note in notes:
        notes_of.setdefault(note.sheet, {}).setdefault(note.cell, []).append(note)
    by_name = {look.name: look for look in looks}
    names = dict.fromkeys((*by_name, *entries, *notes_of))
    return tuple(
        _picture(
            by_name.get(name) or SheetLook(name, ()),
            entries.get(name, {}),
            notes_of.get(name, {}),
            f"{prefix}{number}",
        )
        for number, name in enumerate(names)
    )


def notes_of_fixes(fixes: Iterable[Fix]) -> tuple[Note, ...]:
    """The notes of a list of what to fix (`report.fixes`), for a file just sent."""
    return tuple(
        Note(fix.ref.sheet, fix.ref.cell, _OF_FIXES[fix.severity], _sentence(fix))
        for fix in fixes
        if fix.ref.sheet or fix.ref.cell
    )


def _sentence(fix: Fix) -> str:
    near = f" Nearest known: {', '.join(fix.near)}." if fix.near else ""
    do = f" {fix.do}" if fix.do else ""
    return f"{fix.wrong}.{near}{do}".replace("..", ".").replace("`", "")


def notes_of_page(page: BatchPage, file: str) -> tuple[Note, ...]:
    """The notes of a kept page about one of its files: reasons, texts that nobody has read, signs
    and remarks."""
    notes = [note for reason in page.own.reasons for note in _of_reason(reason, file)]
    notes += [
        _note(sign.cell, "note", f"{sign.subject}: {sign.limit}. {sign.why}")
        for sign in page.signs
        if sign.file == file and sign.cell
    ]
    notes += [
        Note(remark.ref.sheet, remark.ref.cell, "note", remark.message)
        for remark in (*page.cautions, *page.remarks)
        if remark.ref.file == file and (remark.ref.sheet or remark.ref.cell)
    ]
    return tuple(dict.fromkeys(notes))


def _of_reason(reason: Reason, file: str) -> Iterator[Note]:
    """At the cell that a reason rests on; what else counts in it is only remarked."""
    words = reason.why or next((line.why for line in reason.limits if line.why), "")
    if reason.texts:
        for place in (place for text in reason.texts if text.file == file for place in text.places):
            yield _note(place, "hold", "nobody has read this")
        return
    if reason.file == file and reason.cell:
        yield _note(reason.cell, _OF_OUTCOMES[reason.outcome], f"{reason.subject}: {words}")
    for statement in reason.statements:
        if statement.file == file and statement.where and statement.where != reason.cell:
            yield _note(statement.where, "note", f"counts in: {reason.subject}")


def _note(where: str, severity: str, words: str) -> Note:
    """A note at a place as `finding_words.where` writes it: a cell's name has no `!`."""
    sheet, mark, cell = where.rpartition("!")
    return Note(sheet if mark else "", cell, severity, words)


def _picture(
    look: SheetLook,
    entries: Mapping[str, AccountEntry],
    notes_of: Mapping[str, Sequence[Note]],
    prefix: str,
) -> SheetPicture:
    cells = {cell.name for cell in look.cells}
    texts = {cell.name: cell.text for cell in look.cells}
    lines = []
    for place in dict.fromkeys((*entries, *notes_of)):
        notes = sorted(notes_of.get(place, ()), key=lambda note: _SEVERITIES.index(note.severity))
        lines.append(_line(place, entries.get(place), notes, prefix, cells, texts))
    by_place = {line.place: line for line in lines}
    rows, left_out = _rows(look, by_place)
    order = {cell.name: number for number, cell in enumerate(look.cells)}
    lines.sort(key=lambda line: (not line.mark, order.get(line.place, len(order))))
    return SheetPicture(
        name=look.name,
        columns=_columns(look),
        rows=rows,
        left_out=left_out + look.left_out,
        lines=tuple(lines),
        anchors={
            f"{look.name}!{line.place}" if look.name else line.place: line.anchor for line in lines
        },
    )


def _line(
    place: str,
    entry: AccountEntry | None,
    notes: Sequence[Note],
    prefix: str,
    cells: set[str],
    texts: Mapping[str, str],
) -> Line:
    unread = entry is not None and entry.fate is Fate.UNREAD
    mark = notes[0].severity if notes else ("hold" if unread else "")
    return Line(
        place=place,
        anchor=f"{prefix}-{''.join(sign if sign.isalnum() else '_' for sign in place)}",
        in_sheet=place in cells,
        text=entry.source.text if entry else texts.get(place, ""),
        fate=str(entry.fate) if entry else "",
        meaning=entry.meaning if entry else "",
        mark=mark,
        notes=tuple(dict.fromkeys((note.severity, note.words) for note in notes)),
    )


def _columns(look: SheetLook) -> tuple[tuple[str, int], ...]:
    last = max((cell.column for cell in look.cells), default=0)
    widths = dict(look.widths)
    return tuple(
        (_letters(column), round(7 * widths.get(column, _USUAL_WIDTH)) + 5)
        for column in range(1, last + 1)
    )


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _rows(look: SheetLook, lines: Mapping[str, Line]) -> tuple[tuple[PictureRow, ...], int]:
    by_row: dict[int, dict[int, CellLook]] = {}
    for cell in _spilt(look):
        by_row.setdefault(cell.row, {})[cell.column] = cell
    last = max((cell.column for cell in look.cells), default=0)
    covered = {
        (row, column)
        for cells in by_row.values()
        for cell in cells.values()
        for row in range(cell.row, cell.row + min(cell.rows, ROWS))
        for column in range(cell.column, min(cell.column + cell.columns, last + 1))
        if (row, column) != (cell.row, cell.column)
    }
    numbers = sorted(by_row)
    kept = [*numbers[:ROWS], *(row for row in numbers[ROWS:] if _told(by_row[row], lines))]
    drawn, before = [], 0
    for row in kept:
        cells = tuple(
            _drawn(by_row[row][column], lines, last) if column in by_row[row] else None
            for column in range(1, last + 1)
            if (row, column) not in covered
        )
        drawn.append(PictureRow(row, row - before - 1, cells))
        before = row
    return tuple(drawn), len(numbers) - len(kept)


def _spilt(look: SheetLook) -> Iterator[CellLook]:
    """The cells, each text as far over the empty ones beside it as a spreadsheet lets it run."""
    widths = [width for _, width in _columns(look)]
    taken = {
        (row, column)
        for cell in look.cells
        for row in range(cell.row, cell.row + min(cell.rows, ROWS))
        for column in range(cell.column, min(cell.column + cell.columns, len(widths) + 1))
    }
    for cell in look.cells:
        room, end = widths[cell.column - 1], cell.column + cell.columns
        if cell.rows == 1 and cell.columns == 1 and not cell.align:
            while room < 7 * len(cell.text) and end <= len(widths) and (cell.row, end) not in taken:
                room, end = room + widths[end - 1], end + 1
        yield cell._replace(columns=end - cell.column)


def _told(cells: Mapping[int, CellLook], lines: Mapping[str, Line]) -> bool:
    return any(lines[cell.name].mark for cell in cells.values() if cell.name in lines)


def _drawn(cell: CellLook, lines: Mapping[str, Line], last: int) -> Drawn:
    line = lines.get(cell.name)
    css = [
        *(("b",) if cell.bold else ()),
        *(("em",) if cell.italic else ()),
        *(("inv",) if cell.fill and _is_dark(cell.fill) else ()),
        *(("hid",) if cell.hidden else ()),
    ]
    if line is not None:
        css.append(line.mark or ("used" if line.fate == Fate.UNDERSTOOD else "plain"))
    width = min(cell.columns, last - cell.column + 1)
    anchor = line.anchor if line is not None else ""
    return Drawn(cell, anchor, line.mark if line is not None else "", " ".join(css), width)


def _is_dark(fill: str) -> bool:
    red, green, blue = (int(fill[start : start + 2], 16) for start in (0, 2, 4))
    return 0.299 * red + 0.587 * green + 0.114 * blue < _DARK


def sheet_html(pictures: Sequence[SheetPicture], *, file: str) -> str:
    """The pictures of one file as a fragment of HTML without script or style of its own."""
    return render("_sheet.html", pictures=pictures, file=file).strip()


def sheet_style() -> str:
    """The style sheet of a picture."""
    return render("sheet.css")
