"""A profile drafted from a file that was not understood: guesses as TOML, doubts as comments marked
`# ?`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath

from kratom_qc import vocabulary
from kratom_qc.domain.source import Cell
from kratom_qc.intake.layout.sense import CAS, could_be_result, sense, squeezed
from kratom_qc.intake.sheets import Sheet, Workbook, cell_name
from kratom_qc.interpret.dates import UnreadableDate, orders, read_date
from kratom_qc.interpret.numbers import Ambiguous, decimal_mark

_METHOD = re.compile(r"\b(?:hplc|uplc|gc|lc|icp|aas|aoac|iso|usp|ep|elisa|pcr|ms)\b", re.IGNORECASE)
_LOT = re.compile(r"^(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9./_-]{2,}$")
_NUMBER = re.compile(r"^[<>≤≥~]?\s*[0-9]")
_ABOVE = 60  # rows above a table that are looked at for its batch
_KNOWN, _NEAR, _LOOKS = "known label", "label near a known one", "looks"
_NUMERIC_ROLES = ("lod", "loq", "uncertainty", "limit", "result")
_OPINIONS = (
    "opinion_good",
    "opinion_bad",
    "opinion_conditional",
    "opinion_unsure",
    "not_evaluated",
)


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column probably is, and why that is in doubt; no role where nothing speaks for one."""

    text: str
    role: str = ""
    hold_reason: str = ""


def draft(book: Workbook) -> str:
    """A profile of a workbook as TOML. It loads as it stands; what nobody can guess is left out as
    a comment."""
    lines = _opening(book)
    tables = [(sheet, row) for sheet in book.sheets if (row := _header_row(sheet)) is not None]
    lines += _conditions(book, tables)
    lines += _conventions(book)
    lines += _facts(tables)
    for sheet, row in tables:
        lines += _table(sheet, row)
    if not tables:
        lines += [
            "# ? no row looks like the header of a table; name it yourself",
            "[[table]]",
            "header = 1",
        ]
    return "\n".join([*lines, ""])


def quoted(text: str) -> str:
    """A text as a TOML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return (
        '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04X}" for c in escaped) + '"'
    )


def _opening(book: Workbook) -> list[str]:
    stem = re.sub(r"[^a-z0-9]+", "-", PurePath(book.file).stem.lower()).strip("-") or "draft"
    return [
        "# Drafted from a file that was not understood. Every line marked `# ?` is a guess: "
        "check it, then remove the mark.",
        f"id = {quoted(stem)}  # ? a name of your own",
        'laboratory = "unknown"  # ?',
        f"title = {quoted('Drafted from ' + PurePath(book.file).name)}",
        "",
    ]


def _conditions(book: Workbook, tables: Sequence[tuple[Sheet, int]]) -> list[str]:
    lines = ["[recognise]  # ? all of these must hold, and for this laboratory's files only"]
    names = [sheet.name for sheet, _ in tables if sheet.name]
    if names:
        lines.append(f"sheets = [{', '.join(quoted(_as_glob(name)) for name in names)}]")
    if tables:
        sheet, row = tables[0]
        lines.append(f"headers = [{', '.join(quoted(text) for text in _texts(sheet, row))}]")
    else:
        lines.append(_first_cell(book))
    return [*lines, ""]


def _first_cell(book: Workbook) -> str:
    """The uppermost text of the first sheet that has any."""
    for sheet in book.sheets:
        if sheet.rows:
            row = min(sheet.rows)
            column = min(sheet.rows[row])
            place = _place(_as_glob(sheet.name), row, column)
            text = _as_glob(squeezed(sheet.rows[row][column].text))
            return f"cells = {{ {quoted(place)} = {quoted(text)} }}  # ?"
    return 'cells = { "A1" = "*" }  # ?'


def _place(sheet: str, row: int, column: int) -> str:
    name = cell_name(row, column)
    return f"{sheet}!{name}" if sheet else name


def _as_glob(text: str) -> str:
    return re.sub(r"([\[\]*?])", r"[\1]", text)


def _texts(sheet: Sheet, row: int) -> list[str]:
    return list(dict.fromkeys(squeezed(cell.text) for _, cell in sorted(sheet.rows[row].items())))


# ---------------------------------------------------------------- numbers and dates


def _conventions(book: Workbook) -> list[str]:
    texts = [
        cell.text
        for sheet in book.sheets
        for cells in sheet.rows.values()
        for cell in cells.values()
    ]
    dates = [text for text in texts if _is_date(text)]
    numbers = [text for text in texts if _NUMBER.match(text.strip()) and not _is_date(text)]
    return [*_decimal_mark(numbers), *_day_order(dates)]


def _decimal_mark(numbers: Sequence[str]) -> list[str]:
    try:
        mark = decimal_mark(numbers)
    except Ambiguous as error:
        return [f"# ? numbers: {error}; state [numbers] decimal_mark", ""]
    if not mark:
        return []
    return ["[numbers]", f"decimal_mark = {quoted(mark)}  # ? proven by a number", ""]


def _day_order(dates: Sequence[str]) -> list[str]:
    proof = orders(dates)
    if len(proof) == 2:
        both = f"'{proof[True]}' puts the day first and '{proof[False]}' the month"
        return [f"# ? dates: {both}; state [dates] order", ""]
    if not proof:
        return []
    order = "day-first" if True in proof else "month-first"
    return ["[dates]", f"order = {quoted(order)}  # ? proven by a date", ""]


def _is_date(text: str) -> bool:
    try:
        read_date(text)
    except UnreadableDate:
        return False
    return True


# ---------------------------------------------------------------- facts


def _facts(tables: Sequence[tuple[Sheet, int]]) -> list[str]:
    """Where the batch id might stand: beside a label like one of ours, else where a lot number
    stands above the table."""
    headers = [text for sheet, row in tables for text in _texts(sheet, row)]
    if any(sense(text).role == "fact:batch_id" for text in headers):
        return []
    places: dict[str, list[tuple[str, Cell]]] = {_KNOWN: [], _NEAR: [], _LOOKS: []}
    above = [(sheet, row) for sheet, header in tables for row in range(header - _ABOVE, header)]
    for sheet, row in above:
        for (_, label), (column, value) in pairwise(sorted(sheet.rows.get(row, {}).items())):
            kind = _batch_id_by(label.text, value.text)
            if kind:
                places[kind].append((_place(sheet.name, row, column), label))
    if places[_KNOWN]:
        return []
    likely = [*places[_NEAR], *places[_LOOKS]]
    if likely:
        place, label = likely[0]
        return ["[facts]", f"batch_id = {quoted(place)}  # ? beside '{squeezed(label.text)}'", ""]
    return ["# [facts]", '# batch_id = "B4"  # ? no lot number was seen above the table', ""]


def _batch_id_by(label: str, value: str) -> str:
    """By what a value may be the batch id: a known label, one near it, or its own looks."""
    fact = vocabulary.fact_name(label)
    if fact is not None:
        return _KNOWN if fact == "batch_id" else ""
    near = map(vocabulary.fact_name, vocabulary.nearest_headers(label))
    if "batch_id" in near:
        return _NEAR
    return _LOOKS if _LOT.match(value) and not _is_date(value) else ""


# ---------------------------------------------------------------- tables


def _header_row(sheet: Sheet) -> int | None:
    """The row most like a header: several different texts, and below it as many cells with numbers
    among them."""
    scores = {row: _header_score(sheet, row) for row in sheet.rows}
    best = max(scores, key=lambda row: scores[row], default=0)
    return best if scores.get(best) else None


def _header_score(sheet: Sheet, row: int) -> int:
    cells = sheet.rows[row]
    texts = [cell.text for cell in cells.values()]
    if len(texts) < 2 or len(set(texts)) < len(texts) or any(map(could_be_result, texts)):
        return 0
    rows_below = (sheet.rows.get(number, {}) for number in range(row + 1, row + 6))
    below = [under for under in rows_below if len(under) > 1]
    filled = sum(len(under.keys() & cells.keys()) for under in below)
    numbers = sum(could_be_result(cell.text) for under in below for cell in under.values())
    known = sum(sense(text).role != "unknown" for text in texts)
    return filled + numbers + 2 * known if numbers else 0


def _table(sheet: Sheet, row: int) -> list[str]:
    guesses = list(_guesses(sheet, row))
    roles = [guess.role for guess in guesses]
    wide = sum(role.startswith("analyte:") for role in roles) >= 2 and "analyte" not in roles
    lines = ["[[table]]"]
    if sheet.name:
        lines.append(f"sheet = {quoted(_as_glob(sheet.name))}")
    lines += [
        f"kind = {quoted('wide' if wide else 'list')}",
        f"header = [{', '.join(quoted(text) for text in _texts(sheet, row))}]",
    ]
    lines.append("[table.columns]")
    for guess in guesses:
        note = f"  # ? {guess.hold_reason}" if guess.hold_reason else ""
        if guess.role:
            lines.append(f"{quoted(guess.text)} = {quoted(guess.role)}{note}")
        else:
            lines.append(f'# {quoted(guess.text)} = "ignored"{note}')
    return [*lines, ""]


def _guesses(sheet: Sheet, row: int) -> Iterator[Guess]:
    """One guess for every column that words alone do not explain; those that they do are read
    without a profile."""
    cells = sheet.rows[row]
    known = {column: sense(cell.text).role for column, cell in cells.items()}
    taken = set(known.values())
    below = [under for number, under in sheet.rows.items() if number > row and len(under) > 1]
    for column, cell in sorted(cells.items()):
        if known[column] == "unknown":
            values = [under[column] for under in below if column in under]
            guess = _guess(squeezed(cell.text), values, taken)
            taken.add(guess.role)
            yield guess


def _guess(text: str, values: Sequence[Cell], taken: set[str]) -> Guess:
    """By the values below first, then by the nearest known word. A role that another column has is
    none."""
    seen = _by_values(values)
    if seen is not None and seen[0] not in taken:
        return Guess(text, *seen)
    numeric = seen is not None and seen[0] == "result"
    for word in vocabulary.nearest_headers(text):
        role = vocabulary.column_role(word)
        if role and role not in taken and (role in _NUMERIC_ROLES or not numeric):
            return Guess(text, role, f"like '{word}'")
    what = f"e.g. '{squeezed(values[0].text)}'" if values else "nothing below it"
    if numeric:
        what = "numbers"
    return Guess(text, "", f"{what}: say what it is, or that it is ignored")


def _by_values(values: Sequence[Cell]) -> tuple[str, str] | None:
    texts = [cell.text.strip() for cell in values]
    if not texts:
        return None
    tests = (
        ("analyte", "names of analytes below", lambda text: vocabulary.analyte(text) is not None),
        ("unit", "units below", lambda text: vocabulary.unit(text) is not None),
        ("cas", "CAS numbers below", lambda text: CAS.fullmatch(text) is not None),
        ("verdict", "verdicts below", lambda text: vocabulary.status(text) in _OPINIONS),
        ("method", "methods below", lambda text: _METHOD.search(text) is not None),
        (
            "result",
            "numbers or result words below",
            lambda text: could_be_result(text) and not _is_date(text),
        ),
    )
    for role, why, test in tests:
        if sum(map(test, texts)) * 2 > len(texts):
            return role, why
    return None
