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
from kratom_qc.intake.layout.headers import CAS, meaning
from kratom_qc.intake.layout.labels import could_be_result
from kratom_qc.intake.layout.profiles import squeezed
from kratom_qc.intake.sheets import Sheet, Workbook, cell_name
from kratom_qc.interpret.dates import UnreadableDate, day_first, read_date
from kratom_qc.interpret.numbers import Ambiguous, decimal_mark

_METHOD = re.compile(r"\b(?:hplc|uplc|gc|lc|icp|aas|aoac|iso|usp|ep|elisa|pcr|ms)\b", re.IGNORECASE)
_LOT = re.compile(r"^(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9./_-]{2,}$")
_ABOVE = 60  # rows above a table that are looked at for its batch
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
        "# Drafted from a file that was not understood. Every line marked `# ?` is a guess: check it, then remove the mark.",
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
        for row in sorted(sheet.rows):
            column = min(sheet.rows[row])
            name = cell_name(row, column)
            place = f"{_as_glob(sheet.name)}!{name}" if sheet.name else name
            return f"cells = {{ {quoted(place)} = {quoted(_as_glob(squeezed(sheet.rows[row][column].text)))} }}  # ?"
    return 'cells = { "A1" = "*" }  # ?'


def _as_glob(text: str) -> str:
    return re.sub(r"([\[\]*?])", r"[\1]", text)


def _texts(sheet: Sheet, row: int) -> list[str]:
    return list(dict.fromkeys(squeezed(cell.text) for _, cell in sorted(sheet.rows[row].items())))


# ---------------------------------------------------------------- numbers and dates


def _conventions(book: Workbook) -> list[str]:
    said = [
        cell.text
        for sheet in book.sheets
        for cells in sheet.rows.values()
        for cell in cells.values()
    ]
    numbers = [
        text for text in said if re.match(r"^[<>≤≥~]?\s*[0-9]", text.strip()) and not _is_date(text)
    ]
    lines = []
    try:
        mark = decimal_mark(numbers)
        lines += (
            ["[numbers]", f"decimal_mark = {quoted(mark)}  # ? proven by a number", ""]
            if mark
            else []
        )
    except Ambiguous as error:
        lines += [f"# ? numbers: {error}; state [numbers] decimal_mark", ""]
    dates = [text for text in said if _is_date(text)]
    try:
        first = day_first(dates)
        order = {True: "day-first", False: "month-first"}.get(first) if first is not None else None
        lines += ["[dates]", f"order = {quoted(order)}  # ? proven by a date", ""] if order else []
    except UnreadableDate as error:
        lines += [f"# ? dates: {error}; state [dates] order", ""]
    return lines


def _is_date(text: str) -> bool:
    try:
        read_date(text, first_is_day=True)
    except UnreadableDate:
        return False
    return True


# ---------------------------------------------------------------- facts


def _facts(tables: Sequence[tuple[Sheet, int]]) -> list[str]:
    """Where the batch id might stand: beside a label like one of ours, else where a lot number
    stands above the table."""
    for sheet, header in tables:
        if any(meaning((text,))[0] == "fact:batch_id" for text in _texts(sheet, header)):
            return []
    known, near, looks = [], [], []
    for sheet, header in tables:
        for row in [row for row in sorted(sheet.rows) if header - _ABOVE <= row < header]:
            numbers = sorted(sheet.rows[row])
            for at, value_at in pairwise(numbers):
                label, value = sheet.rows[row][at], sheet.rows[row][value_at]
                place = (
                    f"{sheet.name}!{cell_name(row, value_at)}"
                    if sheet.name
                    else cell_name(row, value_at)
                )
                fact = vocabulary.fact_name(label.text)
                if fact == "batch_id":
                    known.append(place)
                elif fact is None and any(
                    vocabulary.fact_name(word) == "batch_id"
                    for word in vocabulary.nearest_headers(label.text)
                ):
                    near.append((place, label))
                elif fact is None and _LOT.match(value.text) and not _is_date(value.text):
                    looks.append((place, label))
    if known:
        return []
    for place, label in [*near, *looks][:1]:
        return ["[facts]", f"batch_id = {quoted(place)}  # ? beside '{squeezed(label.text)}'", ""]
    return ["# [facts]", '# batch_id = "B4"  # ? no lot number was seen above the table', ""]


# ---------------------------------------------------------------- tables


def _header_row(sheet: Sheet) -> int | None:
    """The row most like a header: several different texts, and below it as many cells with numbers
    among them."""
    best: tuple[int, int] | None = None
    for row, cells in sheet.rows.items():
        texts = {cell.text for cell in cells.values()}
        if (
            len(cells) < 2
            or len(texts) < len(cells)
            or any(could_be_result(cell.text) for cell in cells.values())
        ):
            continue
        below = [under for at in range(row + 1, row + 6) if (under := sheet.rows.get(at))]
        filled = sum(len(set(under) & set(cells)) for under in below if len(under) > 1)
        numbers = sum(
            could_be_result(cell.text)
            for under in below
            if len(under) > 1
            for cell in under.values()
        )
        known = sum(meaning((squeezed(cell.text),))[0] != "unknown" for cell in cells.values())
        score = (filled + numbers + 2 * known) * (numbers > 0)
        if score and (best is None or score > best[0]):
            best = (score, row)
    return best[1] if best else None


def _table(sheet: Sheet, row: int) -> list[str]:
    guesses = list(_guesses(sheet, row))
    roles = [guess.role for guess in guesses]
    wide = sum(role.startswith("analyte:") for role in roles) >= 2 and "analyte" not in roles
    lines = ["[[table]]"]
    if sheet.name:
        lines.append(f"sheet = {quoted(_as_glob(sheet.name))}")
    lines += [
        f"kind = {quoted('wide' if wide else 'list')}",
        f"header = [{', '.join(quoted(one) for one in _texts(sheet, row))}]",
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
    known = {at: meaning((squeezed(cell.text),))[0] for at, cell in cells.items()}
    taken = set(known.values())
    for at, cell in sorted(cells.items()):
        text = squeezed(cell.text)
        if known[at] != "unknown":
            continue
        values = [
            under
            for below in sheet.rows
            if below > row
            and (under := sheet.rows[below].get(at)) is not None
            and len(sheet.rows[below]) > 1
        ]
        guess = _guess(text, values, taken)
        taken.add(guess.role)
        yield guess


def _guess(text: str, values: Sequence[Cell], taken: set[str]) -> Guess:
    """By the values below first, then by the nearest known word. A role that another column has is
    none."""
    near = [
        (word, role)
        for word in vocabulary.nearest_headers(text)
        if (role := vocabulary.column_role(word))
    ]
    seen = _by_values(values)
    if seen is not None and seen[0] not in taken:
        return Guess(text, *seen)
    numeric = seen is not None and seen[0] == "result"
    for word, role in near:
        if role not in taken and (
            not numeric or role in ("lod", "loq", "uncertainty", "limit", "result")
        ):
            return Guess(text, role, f"like '{word}'")
    what = (
        "numbers"
        if numeric
        else f"e.g. '{squeezed(values[0].text)}'"
        if values
        else "nothing below it"
    )
    return Guess(text, "", f"{what}: say what it is, or that it is ignored")


def _by_values(values: Sequence[Cell]) -> tuple[str, str] | None:
    said = [cell.text.strip() for cell in values]
    if not said:
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
        if sum(map(test, said)) * 2 > len(said):
            return role, why
    return None
