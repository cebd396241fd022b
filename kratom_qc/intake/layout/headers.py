"""Header rows: which cells name which column.

Columns are found by their words, never by their place: laboratories order LOD, LOQ, limit, result
and unit as they like. A header may be one row, or several: a word merged over two columns, units in
a row of their own, names of groups above. Two tables may stand side by side, each with its own
header in the same rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from kratom_qc import vocabulary
from kratom_qc.domain.source import Cell, SourceText
from kratom_qc.intake.layout.page import SheetReading

# No header is longer, and on what is longer these patterns would take the square of its length.
_SHORT = r"^(?=[\s\S]{0,200}\Z)"
BRACKET = re.compile(
    _SHORT + r"(?P<name>.*?)\s*[(\[]\s*(?P<inside>[^()\[\]]+(?:\([^()]*\))?[^()\[\]]*?)\s*[)\]]\s*$"
)
COMMA = re.compile(_SHORT + r"(?P<name>.+?)\s*[,:]\s*(?P<inside>.+)$")
CAS = re.compile(r"[0-9]{2,7}-[0-9]{2}-[0-9]")
_LAST_WORD = re.compile(_SHORT + r"(?P<name>.+?)\s+(?P<inside>\S+)$")
_BATCH = re.compile(_SHORT + r"(?P<label>[^0-9:]+?)\s*(?::\s*|[#\s]\s*(?=\S*[0-9]))(?P<id>\S.*)$")
_UNIT_ROLES = ("result", "lod", "loq", "lod_loq", "uncertainty", "limit")
KEYS = ("fact:batch_id", "fact:sample_id", "fact:lab_id")
_DEEPEST = 3
LIST, WIDE, SAMPLES, TURNED = "list", "wide", "samples", "turned"


@dataclass(frozen=True, slots=True)
class Column:
    """What a header says of the cells below it: a role of `words/headers.toml`, `fact:<name>` or
    `analyte:<text>`.

    `group` is a word above the header that covers this column and means nothing by itself: a
    section, as a rule.
    """

    number: int
    role: str
    header: SourceText
    unit: str = ""
    group: SourceText | None = None
    cas: SourceText | None = None
    end: int = 0  # the last column that a merged header covers

    @property
    def header_unit(self) -> SourceText | None:
        """The unit that the header states, where it states one."""
        return SourceText(self.unit, self.header.ref) if self.unit else None


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a table, from row `top` to `row`.

    `kind` is `list` (one result per row), `wide` (one batch per row), `samples` (facts of one
    sample per row) or `turned` (one batch per column).
    """

    row: int
    kind: str
    columns: tuple[Column, ...]
    top: int

    def of(self, role: str) -> list[Column]:
        """The columns of a role."""
        return [column for column in self.columns if column.role == role]


def headers_at(
    page: SheetReading, row: int, left: int = 1, right: int | None = None
) -> list[Header]:
    """The headers whose first row this is, from left to right; none as a rule."""
    key = (row, left, right)
    if key not in page.looked_at:
        page.looked_at[key] = _look(page, row, left, right)
    return page.looked_at[key]


def _look(page: SheetReading, row: int, left: int, right: int | None) -> list[Header]:
    cells = page.cells(row, left, right)
    if not cells or not _all_words(cells) or not _could_be_header(page, row, cells):
        return []
    bottom = row
    tables = _tables(_columns(page, row, row, left, right))
    while not tables and bottom - row < _DEEPEST - 1 and _has_wide_merge(page, bottom, cells):
        bottom += 1
        cells = page.cells(bottom, left, right)
        if not cells or not _all_words(cells):
            return []
        tables = _tables(_columns(page, row, bottom, left, right))
    if not tables:
        return []
    while bottom - row < _DEEPEST - 1 and (
        deeper := _continued(page, row, bottom, left, right, len(tables))
    ):
        bottom, tables = bottom + 1, deeper
    return [_header(page, row, bottom, columns) for columns in tables]


def _header(page: SheetReading, top: int, bottom: int, columns: list[Column]) -> Header:
    kind = _kind(columns)
    if kind == WIDE:
        columns, top = _with_cas(page, columns, top)
    for column in columns:  # a header nobody could see is not believed
        if column.role not in ("ignored", "fact:other"):
            for row in range(top, bottom + 1):
                if column.number in page.cells(row):
                    page.word(row, column.number)
    return Header(bottom, kind, tuple(columns), top)


def _could_be_header(page: SheetReading, row: int, cells: dict[int, Cell]) -> bool:
    """A quick look, since every row of text is a possible header: it names analytes, a batch or a
    sample, or is merged."""
    if any(
        _meaning(" ".join(cell.text.split()))[0] in ("analyte", "batch", *KEYS)
        for cell in cells.values()
    ):
        return True
    return bool(page.merges) and _has_wide_merge(page, row, cells)


def _all_words(cells: dict[int, Cell]) -> bool:
    return all(cell.kind in ("text", "boolean") for cell in cells.values())


def _has_wide_merge(page: SheetReading, row: int, cells: dict[int, Cell]) -> bool:
    """Whether a word of the row is merged over several columns."""
    areas = (page.merges.get((row, column)) for column in cells)
    return any(area is not None and area[3] > area[1] for area in areas)


def _columns(
    page: SheetReading, top: int, bottom: int, left: int, right: int | None
) -> list[Column]:
    """Every column with a word of its own in the rows, with all the words that stand above it."""
    numbers = sorted(
        {number for row in range(top, bottom + 1) for number in page.cells(row, left, right)}
    )
    return [_column(page, top, bottom, number) for number in numbers]


def _column(page: SheetReading, top: int, bottom: int, number: int) -> Column:
    places = list(dict.fromkeys(page.anchor(row, number) for row in range(top, bottom + 1)))
    said = [
        (at, cell)
        for at in places
        if (cell := page.sheet.rows.get(at[0], {}).get(at[1])) is not None
    ]
    texts = tuple(" ".join(cell.text.split()) for _, cell in said)
    role, unit, grouped = meaning(texts)
    at, cell = said[-1]
    group_at, group = said[0]
    area = page.merges.get(at)
    return Column(
        number,
        role,
        SourceText(cell.text, page.place(*at)),
        unit,
        SourceText(group.text, page.place(*group_at)) if grouped else None,
        end=max(number, area[3]) if area and at[1] == number else number,
    )


# ---------------------------------------------------------------- what words mean


@lru_cache(8192)
def meaning(texts: tuple[str, ...]) -> tuple[str, str, bool]:
    """(role, unit, whether the uppermost word is only the name of a group) of the words above a
    column, top to bottom."""
    if len(texts) == 1:
        return (*_meaning(texts[0]), False)
    role, unit = _meaning(" ".join(texts))
    lower, lower_unit, _ = meaning(texts[1:])
    upper, upper_unit = _meaning(texts[0])
    if role != "unknown" and (upper != "unknown" or not role.startswith("analyte:")):
        return role, unit, False
    if upper == "unknown" or (
        upper.startswith("analyte:") and (not _is_known(upper) or lower.startswith("analyte:"))
    ):
        return lower, lower_unit, True
    if upper == "fact:batch_id" and lower == "unknown":
        return "batch", texts[-1], False
    return (*_both(upper, upper_unit, lower, lower_unit), False)


def _is_known(role: str) -> bool:
    return vocabulary.analyte(role.removeprefix("analyte:")) is not None


def _both(upper: str, upper_unit: str, lower: str, lower_unit: str) -> tuple[str, str]:
    """(role, unit) of two words that both mean something."""
    if upper in _UNIT_ROLES and lower == "result" and lower_unit:
        return upper, lower_unit  # `LOD` over `mg/g`
    if upper == "result" and lower in (*_UNIT_ROLES, "unit", "qualifier", "verdict"):
        return lower, lower_unit or upper_unit  # `Results` over `Value` and `LOD`
    if upper == lower:
        return upper, lower_unit or upper_unit  # `Limits` over `Min` and `Max`
    if upper.startswith("analyte:") and lower == "result" and lower_unit and not upper_unit:
        return upper, lower_unit
    return "unknown", ""


@lru_cache(8192)
def _meaning(text: str) -> tuple[str, str]:
    """(role, unit) of a header text. Every row of text is a possible header, so each text is looked
    at once."""
    role = vocabulary.column_role(text)
    if role:
        return role, ""
    fact = vocabulary.fact_name(text)
    if fact:
        return f"fact:{fact}", ""
    parted = _parted_meaning(text)
    if parted is not None:
        return parted
    if vocabulary.unit(text) is not None and vocabulary.analyte(text) is None:
        return "result", text
    analyte = _analyte_meaning(text)
    batch = _BATCH.match(text) if analyte[0] == "unknown" else None
    if batch and vocabulary.fact_name(batch["label"]) == "batch_id":
        return "batch", batch["id"]
    return analyte


def _parted_meaning(text: str) -> tuple[str, str] | None:
    """(role, unit) of a known word with more in brackets, after a comma or as its last word."""
    for pattern in (BRACKET, COMMA, _LAST_WORD):
        parts = pattern.match(text)
        if not parts:
            continue
        role, inside = vocabulary.column_role(parts["name"]), parts["inside"].strip()
        readable = vocabulary.unit(inside) is not None or vocabulary.basis_in(inside)[0] is not None
        if role in _UNIT_ROLES and readable:
            return role, inside
        if pattern is not BRACKET:
            continue
        if role and role not in _UNIT_ROLES:
            return role, ""
        fact = vocabulary.fact_name(parts["name"])
        if fact and not readable:
            return f"fact:{fact}", ""
    return None


def _analyte_meaning(text: str) -> tuple[str, str]:
    """A column named after an analyte, with its unit in brackets, after a comma or as the last
    word."""
    for pattern in (BRACKET, COMMA, _LAST_WORD):
        parts = pattern.match(text)
        if (
            parts
            and vocabulary.unit(parts["inside"])
            and (vocabulary.analyte(parts["name"]) or pattern is BRACKET)
        ):
            # "7-OH (% of total alkaloids)" is an analyte of its own.
            share = vocabulary.analyte(text)
            if share is None or share is vocabulary.analyte(parts["name"]):
                return f"analyte:{parts['name']}", parts["inside"]
    return (f"analyte:{text}", "") if vocabulary.analyte(text) else ("unknown", "")


def _kind(columns: list[Column]) -> str:
    """What table such columns make; nothing where they make none.

    A list names an analyte and a result column; a wide table a batch or a sample and analytes; a
    table of samples nothing but facts; a turned one its analytes in the first column and its
    batches in the others.
    """
    roles = [column.role for column in columns]
    if "analyte" in roles and ("result" in roles or "qualifier" in roles):
        return LIST
    keyed = any(key in roles for key in KEYS)
    analytes = sum(role.startswith("analyte:") for role in roles)
    if keyed and (analytes >= 2 or (analytes and not {"unknown", "batch"} & set(roles))):
        return WIDE
    if roles and roles[0] == "analyte" and "batch" in roles and "unknown" not in roles:
        return TURNED
    return SAMPLES if _are_samples(roles) else ""


def _are_samples(roles: list[str]) -> bool:
    """A batch and another fact at least, and nothing but facts."""
    facts = {role for role in roles if role.startswith("fact:")}
    return "fact:batch_id" in roles and len(facts) >= 2 and set(roles) <= facts | {"ignored"}


# ---------------------------------------------------------------- side by side


def _tables(columns: list[Column]) -> list[list[Column]]:
    """The columns as one table, or as several side by side: apart by a blank column, or by a
    repeated first header."""
    if len(columns) < 2 or not _kind(columns):
        parted = _parted(columns)
        return parted if len(parted) > 1 else []
    parted = _parted(columns)
    if len(parted) < 2:
        parted = _repeated(columns)
    return parted if len(parted) > 1 else [columns]


def _runs(columns: list[Column]) -> list[list[Column]]:
    """The columns parted by blank ones."""
    runs: list[list[Column]] = []
    for column in columns:
        if runs and column.number <= runs[-1][-1].end + 1:
            runs[-1].append(column)
        else:
            runs.append([column])
    return runs


def _parted(columns: list[Column]) -> list[list[Column]]:
    """The runs of columns between blank ones, each of them a table; a run that is none goes with
    the table before it."""
    runs = _runs(columns)
    tables = [index for index, run in enumerate(runs) if _kind(run) in (LIST, WIDE)]
    if len(tables) < 2:
        return []
    first, last = tables[0], tables[-1]
    parted: list[list[Column]] = []
    before: list[Column] = []
    for index, run in enumerate(runs):
        if index < first:
            before = run + before
        elif index in tables:
            parted.append([*before, *run])
            before = []
        elif index < last:  # nobody can say to which of its neighbours such a column belongs
            parted[-1] += [replace(column, role="unknown") for column in run]
        else:
            parted[-1] += run
    return parted


def _repeated(columns: list[Column]) -> list[list[Column]]:
    first = columns[0]
    same = [
        index
        for index, column in enumerate(columns)
        if column.header.text.strip() == first.header.text.strip()
        or (column.role == first.role and first.role in ("analyte", "fact:batch_id"))
    ]
    parts = [columns[start:end] for start, end in zip(same, [*same[1:], len(columns)], strict=True)]
    return parts if all(_kind(part) in (LIST, WIDE) for part in parts) else []


# ---------------------------------------------------------------- more rows


def _continued(
    page: SheetReading, top: int, bottom: int, left: int, right: int | None, tables: int
) -> list[list[Column]]:
    """The tables with the next row as part of their header: units or second words under the
    columns, and nothing else."""
    cells = page.cells(bottom + 1, left, right)
    if not cells or not _all_words(cells):
        return []
    before = {column.number: column for column in _columns(page, top, bottom, left, right)}
    after = _columns(page, top, bottom + 1, left, right)
    for column in after:
        if column.number not in cells:
            continue
        old = before.get(column.number)
        if column.role in ("unknown", "analyte") or (
            old is not None and old.role in ("analyte", *KEYS)
        ):
            return []
    found = _tables(after)
    return found if len(found) == tables else []


def _with_cas(page: SheetReading, columns: list[Column], top: int) -> tuple[list[Column], int]:
    """CAS numbers in a row of their own above the names of a wide table."""
    above = page.cells(top - 1, columns[0].number, columns[-1].number)
    numbers = {at: cell for at, cell in above.items() if CAS.fullmatch(cell.text.strip())}
    labels = [cell for at, cell in above.items() if at not in numbers]
    if not numbers or any(vocabulary.column_role(cell.text) != "cas" for cell in labels):
        return columns, top
    named = [
        replace(column, cas=page.word(top - 1, column.number))
        if column.number in numbers
        else column
        for column in columns
    ]
    return named, top - 1
