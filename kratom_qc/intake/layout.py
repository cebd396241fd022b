"""Find the header block and the table(s) of a workbook, and hand out certificates in the laboratory's own words.

Four shapes are recognised by their vocabulary: a form (label/value cells above one or more tables), a long table (one
result per row, many batches), a wide table (one batch per row), and a qualifier column beside the value. What cannot be
mapped refuses the file, with every problem in one list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import zip_longest

from kratom_qc import vocabulary
from kratom_qc.errors import Refusal
from kratom_qc.intake.headers import Header, Page, find_header
from kratom_qc.intake.sheets import Found, Workbook, cell_name
from kratom_qc.intake.tables import Row, could_be_result, read_list, read_wide
from kratom_qc.model import Cell, Certificate, Place, Remark, Word

# One row of a long table belongs to the certificate that these facts name.
_IDENTITY = ("batch_id", "certificate_id", "laboratory", "form", "product_name")
_MUST_AGREE = ("batch_id", "form")


def certificates(book: Workbook) -> Found:
    """Every certificate a workbook holds, with all problems of all sheets."""
    refusals: list[Refusal] = []
    remarks: list[Remark] = list(book.remarks)
    found: list[tuple[dict[str, Word], list[Row]]] = []
    common: dict[str, Word] = {}
    headers: list[Place] = []
    strays: list[Refusal] = []
    unfilled: list[Refusal] = []
    for sheet in book.sheets:
        page = Page(book.file, sheet)
        facts, rows, at = _read_page(page)
        headers += at
        refusals += page.refusals
        strays += page.strays
        remarks += page.remarks
        if rows and not any(_answers(row) for row in rows):
            blank = rows[0].line.result or rows[0].line.analyte
            message = "no row of this table has a result; the first one belongs into this cell"
            unfilled.append(Refusal("no-results", message, blank.place))
        if rows:
            found.append((facts, rows))
        else:
            _merge(common, facts, refusals)
            if sheet.rows and not facts:
                remarks.append(
                    Remark(
                        "sheet-not-used",
                        "note",
                        f"sheet '{sheet.name}' holds no table of results",
                        Place(book.file, sheet.name),
                    )
                )
    if not found and not refusals:
        refusals.append(_no_table(book, headers))
    if headers:
        refusals += strays
    made = _assemble(book, found, common, refusals)
    if any(refusal.code == "no-batch-id" for refusal in refusals):
        refusals += (
            unfilled  # a form nobody has filled in; of a named batch, a blank result is one that nobody measured
        )
    return Found(made, tuple(dict.fromkeys(refusals)), tuple(remarks))


def _read_page(page: Page) -> tuple[dict[str, Word], list[Row], list[Place]]:
    """The facts of a sheet's header block, the rows of its tables, and where their headers stand."""
    numbers = sorted(page.sheet.rows)
    headers = [header for row in numbers if (header := find_header(page, row))]
    facts: dict[str, Word] = {}
    first = headers[0].row if headers else (numbers[-1] + 1 if numbers else 0)
    for row in numbers:
        if row < first:
            _read_facts(page, row, facts)
    rows: list[Row] = []
    for header, following in zip_longest(headers, headers[1:]):
        last = _table_end(page, header, following.row - 1 if following else (numbers[-1] if numbers else 0))
        rows += read_list(page, header, last) if header.kind == "list" else read_wide(page, header, last)
        for row in range(last + 1, following.row if following else numbers[-1] + 1):
            _read_facts(page, row, facts)
    return facts, rows, [page.place(header.row, header.columns[0].number) for header in headers]


def _answers(row: Row) -> bool:
    """Whether a row says anything where its result belongs."""
    return any(word is not None and word.said.strip() for word in (row.line.result, row.line.qualifier))


def _table_end(page: Page, header: Header, last: int) -> int:
    """The last row of a table. A row that states a fact instead of a result ends it, after a blank row or a note."""
    previous, gap = header.row, False
    for row in range(header.row + 1, last + 1):
        cells = page.sheet.rows.get(row, {})
        if not cells:
            gap = True
        elif len(cells) == 1 and not _states_a_fact(cells) and not _has_result(header, cells):
            gap = gap or row > header.row + 1  # a heading, or a note under the table
        elif gap and _states_a_fact(cells) and not _has_result(header, cells):
            return previous
        else:
            previous, gap = row, False
    return previous


def _states_a_fact(cells: dict[int, Cell]) -> bool:
    """`Authorized by: J. Doe`, in one cell or two. A heading that ends with a colon states nothing."""
    first = cells[min(cells)].said
    label, _, rest = first.partition(":")
    if vocabulary.analyte(first) is not None or (len(cells) == 1 and not rest.strip()):
        return False
    return vocabulary.fact_name(label) is not None or (len(cells) > 1 and first.rstrip().endswith(":"))


def _has_result(header: Header, cells: dict[int, Cell]) -> bool:
    """Whether a row belongs to the table: it has a batch or an analyte's value, or a result beside two other cells."""
    if header.kind == "wide":
        columns = [column for column in header.columns if column.role.startswith(("analyte:", "fact:batch_id"))]
        return any(column.number in cells for column in columns)
    results = [cells[column.number] for column in header.of("result") if column.number in cells]
    return bool(results) and (len(cells) > 2 or (len(cells) == 1 and could_be_result(results[0].said)))


# ---------------------------------------------------------------- label and value


def _read_facts(page: Page, row: int, facts: dict[str, Word]) -> None:
    """Label/value pairs of one row: `Batch: L-1` in one cell, or a label with its value in the next cell."""
    cells = page.sheet.rows.get(row, {})
    numbers = sorted(cells)
    stray = next((number for number in numbers if _is_stray(cells, number)), None)
    if stray is not None:
        message = "this row looks like a result, but it stands in no table: no header row above it names its columns"
        page.strays.append(Refusal("stray-result", message, page.place(row, stray), cells[stray].said))
        return
    taken: set[int] = set()
    for index, number in enumerate(numbers):
        if number in taken or cells[number].kind != "text":
            continue
        text = cells[number].said
        label, colon, rest = text.partition(":")
        name = vocabulary.fact_name(label) if colon and rest.strip() else None
        if name:
            page.word(row, number)
            _state(page, facts, name, Word(rest.strip(), page.place(row, number)))
            continue
        name = vocabulary.fact_name(text)
        following = numbers[index + 1] if index + 1 < len(numbers) else None
        if name is None or following is None:
            continue
        value = cells[following]
        if value.kind == "text" and vocabulary.fact_name(value.said):
            continue  # the next label: this one has no value
        taken.add(following)
        _state(page, facts, name, page.fact(row, following, name))


def _is_stray(cells: dict[int, Cell], number: int) -> bool:
    """An analyte with a number beside it, outside every table: dropping it in silence could hide a result."""
    said = cells[number].said
    if vocabulary.fact_name(said) is not None or vocabulary.analyte(said) is None:
        return False
    return any(at != number and re.match(r"^[<>≤≥]?\s*[0-9]", cell.said.strip()) for at, cell in cells.items())


def _state(page: Page, facts: dict[str, Word], name: str, word: Word) -> None:
    if name == "other" or not word.said.strip():
        return
    known = facts.get(name)
    if known is None:
        facts[name] = word
    elif name in _MUST_AGREE and known.said.strip() != word.said.strip():
        page.refusals.append(_contradiction(name, known, word))
    elif name == "tested_on":
        facts[name] = word  # testing started, testing completed: the later one counts


def _contradiction(name: str, one: Word, other: Word) -> Refusal:
    what = name.replace("_", " ")
    return Refusal(
        "fact-contradicts",
        f"the {what} is '{one.said.strip()}' at {one.place} and '{other.said.strip()}' here",
        other.place,
        other.said,
    )


def _merge(common: dict[str, Word], facts: dict[str, Word], refusals: list[Refusal]) -> None:
    for name, word in facts.items():
        known = common.setdefault(name, word)
        if name in _MUST_AGREE and known.said.strip() != word.said.strip():
            refusals.append(_contradiction(name, known, word))


# ---------------------------------------------------------------- certificates


def _assemble(
    book: Workbook, found: Iterable[tuple[dict[str, Word], list[Row]]], common: dict[str, Word], refusals: list[Refusal]
) -> tuple[Certificate, ...]:
    """Rows with equal identity facts are one certificate; a sheet without a batch id takes the workbook's only one."""
    pages = list(found)
    shared = dict(common)
    named = {facts["batch_id"].said.strip() for facts, _ in pages if "batch_id" in facts}
    if len(named) <= 1:
        for facts, _ in pages:
            for name, word in facts.items():
                shared.setdefault(name, word)
    groups: dict[tuple[str, ...], tuple[dict[str, Word], list[Row]]] = {}
    for facts, rows in pages:
        for row in rows:
            stated = {**shared, **facts, **{name: word for name, word in row.facts.items() if word.said.strip()}}
            if "batch_id" in row.facts and not row.facts["batch_id"].said.strip():
                stated.pop("batch_id", None)
            if "batch_id" not in stated:
                _no_batch(book, row, refusals, in_table="batch_id" in row.facts)
                continue
            key = tuple(stated[name].said.strip() if name in stated else "" for name in _IDENTITY)
            groups.setdefault(key, (stated, []))[1].append(row)
    return tuple(
        Certificate(book.file, book.sha256, facts, tuple(row.line for row in rows)) for facts, rows in groups.values()
    )


def _no_batch(book: Workbook, row: Row, refusals: list[Refusal], *, in_table: bool) -> None:
    if in_table:
        place = row.facts["batch_id"].place
        refusals.append(Refusal("no-batch-id", "this row has no batch id; repeat it in every row", place))
    elif any(refusal.code == "no-batch-id" for refusal in refusals):
        return
    elif (blank := _blank_beside(book, "batch_id")) is not None:
        refusals.append(Refusal("no-batch-id", "the batch number is missing: write it into this cell", blank))
    else:
        refusals.append(
            Refusal(
                "no-batch-id",
                "no batch or lot number was found: neither a label (Batch, Lot No., šarže) "
                "with its value nor a column of that name",
                Place(row.line.analyte.place.file, row.line.analyte.place.sheet),
            )
        )


def _blank_beside(book: Workbook, name: str) -> Place | None:
    """The blank cell to the right of a label, as in a form that nobody has filled in."""
    for sheet in book.sheets:
        for row, cells in sheet.rows.items():
            for number, cell in cells.items():
                if vocabulary.fact_name(cell.said) == name and len(cells) == 1:
                    return Place(book.file, sheet.name, cell_name(row, number + 1))
    return None


def _no_table(book: Workbook, headers: list[Place]) -> Refusal:
    """Nothing to read: say which row came nearest to a header, and what it lacks."""
    best: tuple[int, Place, list[str]] = (0, Place(book.file), [])
    for sheet in book.sheets:
        for row, cells in sheet.rows.items():
            roles = [role for cell in cells.values() if (role := vocabulary.column_role(cell.said))]
            if len(roles) > best[0]:
                best = (len(roles), Place(book.file, sheet.name, f"A{row}"), roles)
    if not any(sheet.rows for sheet in book.sheets):
        return Refusal("empty", "the file holds no cell with anything in it", Place(book.file))
    if headers:
        return Refusal("no-results", "the table under this row has no rows", headers[0])
    count, place, roles = best
    lacks = " and ".join(role for role in ("analyte", "result") if role not in roles)
    message = "no table of results was found: no row has a column of analytes and a column of results"
    return Refusal("no-table", f"{message}. The nearest row lacks a column for {lacks}" if count else message, place)
