"""Header rows: which cells name which column.

Columns are found by their words and by what stands below them, never by their place: laboratories
order LOD, LOQ, limit, result and unit as they like. A header may be one row, or several: a word
merged over two columns, units in a row of their own, names of groups above. Two tables may stand
side by side, each with its own header in the same rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from kratom_qc import vocabulary
from kratom_qc.domain.source import Cell, SourceText
from kratom_qc.intake.layout.page import Page
from kratom_qc.intake.layout.sense import (
    CAS,
    UNIT_ROLES,
    Words,
    begins_like_number,
    could_be_result,
    is_numbered_heading,
    is_whole,
    is_whole_date,
    sense,
    squeezed,
    states_bound,
    words_over,
)
from kratom_qc.vocabulary.rows import heading, quality_control, repetition

KEYS = ("fact:batch_id", "fact:sample_id", "fact:lab_id")
LIST, WIDE, SAMPLES, TURNED = "list", "wide", "samples", "turned"
_DEEPEST = 3
_FEW = 2  # cells of a row that may be a heading, or a label with its value
_SAMPLED = 12  # rows below a header that are looked at
# Roles by which a row is looked at as a header at all
_TELLING = ("analyte", "result", "qualifier", "lod", "loq", "lod_loq", "unit", "limit", "batch")
# A column under such a word may turn out to hold the analytes.
_MAY_NAME = ("unknown", "panel", "ignored", "fact:product_name", "fact:other", "method")
_OPINIONS = (
    "opinion_good",
    "opinion_bad",
    "opinion_conditional",
    "opinion_unsure",
    "not_evaluated",
    "not_tested",
    "final",
)
_NUMBERED = re.compile(r"[0-9]{4,}|(?=.*[0-9])(?=.*[-/A-Za-z])[\w/-]{4,30}")
_SAMPLE_NAME = re.compile(
    r"(?=.*\d)[\w./#-]{2,30}|(?:sample|vzorek|probe|muestra)\s+\S{1,20}", re.I
)


@dataclass(frozen=True, slots=True)
class Column:
    """What a header says of the cells below it: a role as in `sense.Sense`.

    `group` is a word above the header that covers this column and means nothing by itself: a
    section, as a rule. `inferred` tells that the cells below decided, not the word.
    """

    number: int
    role: str
    header: SourceText
    unit: str = ""
    basis: str = ""
    group: SourceText | None = None
    cas: SourceText | None = None
    end: int = 0  # the last column that a merged header covers
    inferred: bool = False

    @property
    def header_unit(self) -> SourceText | None:
        """The unit that the header states, where it states one."""
        return SourceText(self.unit, self.header.ref) if self.unit else None

    @property
    def title(self) -> str:
        """The header's words."""
        return squeezed(self.header.text)


@dataclass(frozen=True)
class Header:
    """The header of a table, from row `top` to `row`.

    `kind` is `list` (one result per row), `wide` (one batch per row), `samples` (facts of one
    sample per row) or `turned` (one batch or sample per column).
    """

    row: int
    kind: str
    columns: tuple[Column, ...]
    top: int

    def of(self, role: str) -> list[Column]:
        """The columns of a role."""
        return [column for column in self.columns if column.role == role]

    @cached_property
    def titles(self) -> Mapping[int, str]:
        """The words of every column, by its number."""
        return {column.number: column.title for column in self.columns}

    @cached_property
    def roles(self) -> Mapping[int, str]:
        """The role of every column, by its number."""
        return {column.number: column.role for column in self.columns}


def headers_at(page: Page, row: int, left: int = 1, right: int | None = None) -> list[Header]:
    """The headers whose first row this is, from left to right; none as a rule."""
    key = (row, left, right)
    if key not in page.looked_at:
        page.looked_at[key] = _look(page, row, left, right)
    return page.looked_at[key]


def _look(page: Page, row: int, left: int, right: int | None) -> list[Header]:
    cells = page.cells(row, left, right)
    if not cells or not _could_be_header(page, row, cells):
        return []
    finder, bottom = _ColumnFinder(page, row, left, right), row
    tables = finder.tables(bottom)
    while not tables and bottom - row < _DEEPEST - 1 and _has_wide_merge(page, bottom, cells):
        bottom += 1
        cells = page.cells(bottom, left, right)
        if not cells or not _all_words(cells):
            return []
        tables = finder.tables(bottom)
    if not _all_words(page.cells(row, left, right)):
        return [_header(page, row, row, table) for table in tables if _heads_samples(table)]
    bottom, tables = _to_its_last_row(finder, row, bottom, tables)
    return [_header(page, row, bottom, columns) for columns in tables]


def _to_its_last_row(
    finder: _ColumnFinder, row: int, bottom: int, tables: list[list[Column]]
) -> tuple[int, list[list[Column]]]:
    """(the last row of a header that begins in `row`, the columns of its tables there)."""
    while tables and bottom - row < _DEEPEST - 1:
        if _states_one_fact(finder.page.cells(bottom + 1, finder.left, finder.right)):
            break
        deeper = finder.continued(bottom, tables)
        if not deeper:
            break
        bottom, tables = bottom + 1, deeper
    return bottom, tables


def _states_one_fact(cells: dict[int, Cell]) -> bool:
    """`Lot: KB-77` alone in the row below a header, which is none of it."""
    texts = [cell.text.partition(":") for cell in cells.values()]
    return (
        len(texts) == 1
        and bool(texts[0][2].strip())
        and vocabulary.fact_name(texts[0][0]) is not None
    )


def _could_be_header(page: Page, row: int, cells: dict[int, Cell]) -> bool:
    """A quick look, since every row of text is a possible header. Beside a number only the names of
    samples are headed."""
    numbers = sum(_is_number(cell) for cell in cells.values())
    if numbers:
        first = cells[min(cells)]
        return not _is_number(first) and sense(first.text).role == "analyte"
    roles = [sense(cell.text).role for cell in cells.values()]
    if any(role in _TELLING or role in KEYS for role in roles):
        return True
    if sum(role.startswith("analyte:") for role in roles) > 1:
        return True
    return bool(page.merges) and _has_wide_merge(page, row, cells)


def _is_number(cell: Cell) -> bool:
    if cell.kind in ("number", "date") or cell.text.strip().isdigit():
        return True
    begins = begins_like_number(cell.text) and not sense(cell.text).is_known
    return begins and not is_numbered_heading(cell.text)


def _all_words(cells: dict[int, Cell]) -> bool:
    return not any(_is_number(cell) for cell in cells.values())


def _has_wide_merge(page: Page, row: int, cells: dict[int, Cell]) -> bool:
    """Whether a word of the row is merged over several columns."""
    areas = (page.merges.get((row, column)) for column in cells)
    return any(area is not None and area[3] > area[1] for area in areas)


def looks_like_header(cells: Iterable[Cell]) -> bool:
    """Whether a person would take these cells of a row for headers: two of them at least are words
    of headers, and none is a number or a result. `Detected` beside a unit may be either: it takes
    another word to make a header."""
    words, units, either = 0, 0, 0
    for cell in cells:
        kind = sense(cell.text)
        if _is_number(cell) or (not kind.is_known and vocabulary.status(cell.text) is not None):
            return False
        is_unit = kind.role == "result" and vocabulary.unit(squeezed(cell.text)) is not None
        units += is_unit
        word = kind.is_known and not is_unit and not kind.role.startswith(("fact:", "analyte:"))
        words += word
        either += word and vocabulary.status(cell.text) is not None
    return words + min(units, 1) >= 2 and words > either


# ---------------------------------------------------------------- columns


class _ColumnFinder:
    """The columns of the tables whose headers begin in one row."""

    def __init__(self, page: Page, top: int, left: int, right: int | None):
        self.page, self.top, self.left, self.right = page, top, left, right

    def tables(self, bottom: int) -> list[list[Column]]:
        """The columns as one table, or as several side by side: apart by a blank column, or by a
        repeated first header; none where they make none."""
        columns, below = list(self._columns(bottom)), _Below(self.page, bottom)
        whole = _settled(columns, below, self.left, self.right)
        parted = self._parted(columns, below)
        if not whole or len(columns) < 2:
            return parted if len(parted) > 1 else ([whole] if whole else [])
        if len(parted) < 2:
            parted = _repeated(columns, below)
        return parted if len(parted) > 1 else [whole]

    def continued(self, bottom: int, before: list[list[Column]]) -> list[list[Column]]:
        """The tables with the next row as part of their header: units or second words under the
        columns, and nothing else."""
        cells = self.page.cells(bottom + 1, self.left, self.right)
        if not cells or not _all_words(cells):
            return []
        known = {
            number: column
            for columns in before
            for column in columns
            for number in range(column.number, column.end + 1)
        }
        below = (column for column in self._columns(bottom + 1) if column.number in cells)
        if not all(_may_continue(known.get(column.number), column) for column in below):
            return []
        tables = self.tables(bottom + 1)
        return tables if len(tables) == len(before) else []

    def _columns(self, bottom: int) -> Iterator[Column]:
        """Every column with a word of its own in the rows, with all the words that stand above
        it."""
        numbers: set[int] = set()
        for row in range(self.top, bottom + 1):
            numbers |= self.page.cells(row, self.left, self.right).keys()
        for number in sorted(numbers):
            yield self._column(bottom, number)

    def _column(self, bottom: int, number: int) -> Column:
        page = self.page
        rows = range(self.top, bottom + 1)
        places = list(dict.fromkeys(page.anchor(row, number) for row in rows))
        cells = [
            (place, cell)
            for place in places
            if (cell := page.sheet.rows.get(place[0], {}).get(place[1])) is not None
        ]
        texts = tuple(squeezed(cell.text) for _, cell in cells)
        words = words_over(texts)
        if len(cells) > 1 and self._heads_a_table(cells[0][0]):
            words = Words(words_over(texts[1:]).sense, True)
        place, cell = cells[-1]
        area = page.merges.get(place)
        end = max(number, area[3]) if area and place[1] == number else number
        header = SourceText(cell.text, page.place(*place))
        group = SourceText(cells[0][1].text, page.place(*cells[0][0])) if words.is_grouped else None
        return _named(number, words, header, group, end)

    def _heads_a_table(self, place: tuple[int, int]) -> bool:
        """Whether a word merged over several columns stands right above a whole header: the title
        of a section, even if an analyte is called so."""
        area = self.page.merges.get(place)
        if area is None:
            return False
        below = self.page.cells(area[2] + 1, area[1], area[3])
        roles = {sense(cell.text).role for cell in below.values()}
        return {"analyte", "result"} <= roles

    def _parted(self, columns: list[Column], below: _Below) -> list[list[Column]]:
        """The runs of columns between blank ones, each of them a table; a run that is none goes
        with the table before it."""
        parted: list[list[Column]] = []
        before: list[Column] = []
        left = self.left
        for run in _runs(columns):
            settled = _settled([*([] if parted else before), *run], below, left, run[-1].end)
            if _kind(settled) not in (LIST, WIDE):
                before += run
                continue
            if parted:  # nobody can say to which neighbour a column between them belongs
                parted[-1] += [replace(column, role="unknown") for column in before]
            parted.append(settled)
            before, left = [], run[-1].end + 1
        if parted:
            parted[-1] += before
        return parted


def _named(
    number: int, words: Words, header: SourceText, group: SourceText | None, end: int
) -> Column:
    sense = words.sense
    return Column(number, sense.role, header, sense.unit, sense.basis, group, end=end)


def _may_continue(old: Column | None, new: Column) -> bool:
    """Whether a column with one more row of words may be the column that was read without it."""
    if old is None or new.role in ("unknown", "analyte") or old.role in ("analyte", *KEYS):
        return False
    return not old.inferred or old.role == "result"


def _runs(columns: list[Column]) -> list[list[Column]]:
    """The columns parted by blank ones."""
    runs: list[list[Column]] = []
    for column in columns:
        if runs and column.number <= runs[-1][-1].end + 1:
            runs[-1].append(column)
        else:
            runs.append([column])
    return runs


def _repeated(columns: list[Column], below: _Below) -> list[list[Column]]:
    first = columns[0]
    same = [
        index
        for index, column in enumerate(columns)
        if column.title == first.title
        or (column.role == first.role and first.role in ("analyte", "fact:batch_id"))
    ]
    ends = [*same[1:], len(columns)]
    parts = [columns[start:end] for start, end in zip(same, ends, strict=True)]
    if len(parts) < 2:
        return []
    settled = [_settled(part, below, part[0].number, part[-1].end) for part in parts]
    return settled if all(_kind(part) in (LIST, WIDE) for part in settled) else []


# ---------------------------------------------------------------- what stands below


class _Below:
    """The cells under a header, a few rows of them, by column."""

    def __init__(self, page: Page, bottom: int):
        self.cells: dict[int, list[Cell]] = {}
        seen, whole = 0, 0
        for row in range(bottom + 1, page.last_row + 1):
            cells = page.cells(row)
            if (seen and looks_like_header(cells.values())) or (whole and not cells):
                break
            seen += bool(cells)
            whole += len(cells) > _FEW
            for number, cell in cells.items():
                self.cells.setdefault(number, []).append(cell)
            if seen == _SAMPLED or row > bottom + 3 * _SAMPLED:
                break

    def share(self, number: int, kind: str) -> float:
        """The share of a column's cells that are analytes, results or opinions; 0 where it is
        empty."""
        texts = [cell.text for cell in self.cells.get(number, ())]
        return sum(map(_IS[kind], texts)) / len(texts) if texts else 0.0

    def numbers_the_sample(self, number: int) -> bool:
        """Whether a column says the same of every row, and in a way that no result is written:
        `0000441907`, or a number of four digits and more."""
        texts = {cell.text.strip() for cell in self.cells.get(number, ())}
        rows = len(self.cells.get(number, ()))
        return (
            rows > 2
            and len(texts) == 1
            and re.fullmatch(r"0[0-9]+|[0-9]{4,}", texts.pop()) is not None
        )

    def count(self, number: int, kind: str) -> int:
        """How many of a column's cells are of that kind."""
        return sum(_IS[kind](cell.text) for cell in self.cells.get(number, ()))


def _says(text: str) -> bool:
    return any(map(str.isalnum, text))


def _is_result(text: str) -> bool:
    return could_be_result(text) and vocabulary.unit(text) is None and not is_whole_date(text)


_IS: Mapping[str, Callable[[str], bool]] = {
    "analyte": lambda text: vocabulary.analyte(squeezed(text)) is not None,
    "product": vocabulary.names_product,
    "result": _is_result,
    "opinion": lambda text: vocabulary.status(text) in _OPINIONS,
    "verdict": lambda text: vocabulary.status(text) in ("opinion_good", "opinion_bad"),
    "bound": states_bound,
    "heading": lambda text: heading(text).is_understood and any(map(str.isalpha, text)),
    "limit": lambda text: could_be_result(text) or states_bound(text) or not _says(text),
}


def _settled(columns: list[Column], below: _Below, left: int, right: int | None) -> list[Column]:
    """The columns of one table, where the cells below decide what words leave open; none where they
    make no table."""
    roles = [column.role for column in columns]
    wide = sum(role.startswith("analyte:") for role in roles)
    keyed = any(key in roles for key in KEYS)
    is_list = _kind(columns) == LIST  # by its words
    if is_list or (wide < 2 and not (wide and keyed) and _kind(columns) != TURNED):
        listed = _as_list(columns, below, left, right)
        if listed:
            return listed
    return columns if _kind(columns) else []


def _as_list(columns: list[Column], below: _Below, left: int, right: int | None) -> list[Column]:
    """The columns of a table with a result per row; none where they are none."""
    candidates = _with_analytes(columns, below, left, right)
    if candidates:
        candidates = _with_unheaded_verdicts(candidates, below, left, right)
    settled = _with_results(_with_limits(candidates, below), below) if candidates else []
    if not settled or _kind(settled) != LIST or not _is_proven(settled, below):
        return []
    return settled


def _with_analytes(
    columns: list[Column], below: _Below, left: int, right: int | None
) -> list[Column]:
    """Exactly one column names the analytes: of several, the one with most known names; where no
    header says so, the one whose cells are known names."""
    stated = [column for column in columns if column.role == "analyte"]
    first = max(stated, key=lambda column: below.count(column.number, "analyte"), default=None)
    if first is None or not below.count(first.number, "analyte"):
        first = _holds_analytes(columns, below, left, right) or first
    if first is None or vocabulary.analyte(first.title) is not None:
        return []
    chosen = replace(first, role="analyte", inferred=first.role != "analyte")
    rest = [
        replace(column, role=_beside_analytes(column, below))
        if column.role == "analyte"
        else column
        for column in columns
        if column.number != first.number
    ]
    return sorted([*rest, chosen], key=lambda column: column.number)


def _beside_analytes(column: Column, below: _Below) -> str:
    """What a second column headed like one of analytes holds: `Designation` may head the products,
    or panels; `Critère` limits."""
    if below.share(column.number, "bound") >= 0.5 and below.share(column.number, "limit") == 1:
        return "limit"
    return "fact:product_name" if below.share(column.number, "product") == 1 else "panel"


def _holds_analytes(
    columns: list[Column], below: _Below, left: int, right: int | None
) -> Column | None:
    """The column, with or without a header, that holds most names of analytes; at least half of
    its cells are some."""
    blank = _unheaded(columns, below, left, right)
    may_name = [column for column in (*columns, *blank) if column.role in _MAY_NAME]
    candidates = [column for column in may_name if below.share(column.number, "analyte") >= 0.5]
    return max(candidates, key=lambda column: below.count(column.number, "analyte"), default=None)


def _unheaded(columns: list[Column], below: _Below, left: int, right: int | None) -> list[Column]:
    """The columns without a header that have cells below."""
    covered = {number for column in columns for number in range(column.number, column.end + 1)}
    return [
        Column(number, "unknown", SourceText("", columns[0].header.ref), end=number)
        for number in sorted(below.cells.keys() - covered)
        if left <= number and (right is None or number <= right)
    ]


def _with_unheaded_verdicts(
    columns: list[Column], below: _Below, left: int, right: int | None
) -> list[Column]:
    """The columns, with those beside them that have no header and hold nothing but verdicts."""
    verdicts = [
        replace(column, role="verdict", inferred=True)
        for column in _unheaded(columns, below, left, right)
        if below.count(column.number, "verdict") > 1 and below.share(column.number, "opinion") == 1
    ]
    return sorted([*columns, *verdicts], key=lambda column: column.number)


def _with_results(columns: list[Column], below: _Below) -> list[Column]:
    """Columns whose cells are results, where no word says which: and repetitions beside them."""
    settled = [_as_repetition(_of_products(column, below), columns) for column in columns]
    results = [column for column in settled if column.role == "result"]
    silent = all(below.share(column.number, "opinion") == 1 for column in results)
    if results and not silent:
        return settled
    likely = [
        column.number
        for column in settled
        if column.role == "unknown"
        and column.title
        and below.share(column.number, "result") >= 0.5
        and repetition(column.title) != "spread"
    ]
    measured = [number for number in likely if not below.numbers_the_sample(number)]
    chosen = measured or likely
    return [
        replace(column, role="result", inferred=True) if column.number in chosen else column
        for column in settled
    ]


def _with_limits(columns: list[Column], below: _Below) -> list[Column]:
    """Columns without a word that we know, in which most cells say what a result may be, and the
    others are numbers or answers: they hold limits. All of them headings: panels. All of them
    opinions: verdicts."""
    roles = [column.role for column in columns]
    return [
        replace(column, role=role, inferred=True)
        if column.role == "unknown" and (role := _by_its_cells(column, below, roles))
        else column
        for column in columns
    ]


def _by_its_cells(column: Column, below: _Below, roles: Sequence[str]) -> str:
    number = column.number
    if below.share(number, "bound") >= 0.5 and below.share(number, "limit") == 1:
        return "limit"
    if len(below.cells.get(number, ())) > 1 and below.share(number, "heading") == 1:
        return "panel"
    judged = "verdict" in roles or "result" not in roles or len(below.cells.get(number, ())) < 2
    return "" if judged or below.share(number, "opinion") < 1 else "verdict"


def _of_products(column: Column, below: _Below) -> Column:
    """A column without a word that we know, all of whose cells name products."""
    may_be = column.role == "unknown" or column.role.startswith("analyte:")
    if not may_be or below.share(column.number, "product") < 1:
        return column
    return replace(column, role="fact:product_name", inferred=True)


def _as_repetition(column: Column, columns: list[Column]) -> Column:
    """`Rep 1`, `Mean`; and `Max` beside `Mean`, which is then no limit."""
    kind = repetition(column.title)
    if column.role == "unknown" and kind in ("replicate", "mean"):
        return replace(column, role="result")
    extreme = kind in ("highest", "lowest") and column.role in ("limit", "unknown")
    if extreme and any(repetition(column.title) == "mean" for column in columns):
        return replace(column, role="result")
    return column


def _is_proven(columns: list[Column], below: _Below) -> bool:
    """Whether words and cells together make a table. A word for analytes and one for results do;
    what is only inferred needs known names below it."""
    analyte = next(column for column in columns if column.role == "analyte")
    results = [column for column in columns if column.role in ("result", "qualifier")]
    by_word = [
        column for column in results if not column.inferred and column.title != column.unit.strip()
    ]
    if not analyte.inferred and (by_word or any(not column.inferred for column in results)):
        return True
    analytes = below.count(analyte.number, "analyte")
    if by_word:
        return analytes > 0
    words = sum(
        not column.inferred
        and column.role not in ("unknown", "analyte", "result")
        and not column.role.startswith("fact:")
        for column in columns
    )
    answered = any(below.count(column.number, "result") for column in results)
    evidence = words + (not analyte.inferred) + any(not column.inferred for column in results)
    return analytes > 0 and answered and evidence > 0


def _kind(columns: list[Column]) -> str:
    """What table such columns make; nothing where they make none.

    A list names an analyte and a result column; a wide table a batch or a sample and analytes, or
    analytes alone; a table of samples nothing but facts; a turned one its analytes in the first
    column and its batches or samples in the others.
    """
    roles = [column.role for column in columns]
    if "analyte" in roles and ("result" in roles or "qualifier" in roles):
        return LIST
    if _is_wide(roles):
        return WIDE
    if roles and roles[0] == "analyte" and ("batch" in roles or _name_samples(columns)):
        return TURNED
    return SAMPLES if _are_samples(roles) else ""


def _is_wide(roles: list[str]) -> bool:
    names = [role.removeprefix("analyte:") for role in roles if role.startswith("analyte:")]
    if not any(key in roles for key in KEYS):
        return sum(vocabulary.analyte(name) is not None for name in names) >= 2
    return len(names) >= 2 or (bool(names) and not {"unknown", "batch"} & set(roles))


def _heads_samples(columns: list[Column]) -> bool:
    """Whether numbers in a header are the numbers of samples: `2610-0044`."""
    if _kind(columns) == TURNED:
        return True
    known = [column for column in columns if not column.inferred and column.role != "unknown"]
    unknown = [column for column in columns if column not in known]
    return len(known) > 1 and all(_NUMBERED.fullmatch(column.title) for column in unknown)


def _name_samples(columns: list[Column]) -> bool:
    """Whether the columns beside analytes are headed by the names of samples; beside them may
    stand the laboratory's own, a blank for instance."""
    unknown = [
        column
        for column in columns
        if column.role == "unknown" and quality_control(column.title) != "yes"
    ]
    return len(unknown) > 1 and all(
        _SAMPLE_NAME.fullmatch(column.title) and repetition(column.title) is None
        for column in unknown
    )


def _are_samples(roles: list[str]) -> bool:
    """A batch and another fact at least, and nothing but facts."""
    facts = {role for role in roles if role.startswith("fact:")}
    return "fact:batch_id" in roles and len(facts) >= 2 and set(roles) <= facts | {"ignored"}


# ---------------------------------------------------------------- a header as a whole


def _header(page: Page, top: int, bottom: int, columns: list[Column]) -> Header:
    kind = _kind(columns)
    if kind == WIDE:
        columns, top = _with_line_above(page, columns, top)
    elif kind == LIST:
        columns, top = _with_words_above(page, columns, top)
    return Header(bottom, kind, tuple(columns), top)


def claim_header(page: Page, header: Header) -> None:
    """Claim the words of a header that are understood to the last one. A header nobody could see is
    not believed."""
    for column in header.columns:
        rows = range(header.top, header.row + 1)
        places = dict.fromkeys(page.anchor(row, column.number) for row in rows)
        cells = {
            pos: cell for pos in places if (cell := page.cells(pos[0]).get(pos[1])) is not None
        }
        is_known = not column.inferred and column.role != "unknown"
        together = is_known and is_whole(" ".join(cell.text for cell in cells.values()))
        for pos, cell in cells.items():
            page.stands(*pos, "", "")
            if together or (is_known and is_whole(cell.text)) or heading(cell.text).is_understood:
                page.word(*pos, f"header: {column.role}")


def _with_words_above(page: Page, columns: list[Column], top: int) -> tuple[list[Column], int]:
    """`Detection` over `Limit`: the first line of a header of two lines, where all of it makes
    sense."""
    above = page.cells(top - 1, columns[0].number, columns[-1].end)
    by_number = {column.number: column for column in columns}
    if not above or not _all_words(above) or not above.keys() <= by_number.keys():
        return columns, top
    renamed = []
    for number, cell in above.items():
        column = by_number[number]
        both = sense(f"{squeezed(cell.text)} {column.title}")
        if both.role not in UNIT_ROLES or both.role == column.role:
            return columns, top
        renamed.append(replace(column, role=both.role, unit=both.unit or column.unit))
    by_number |= {column.number: column for column in renamed}
    return [by_number[column.number] for column in columns], top - 1


def _with_line_above(page: Page, columns: list[Column], top: int) -> tuple[list[Column], int]:
    """CAS numbers, or names of groups, in a row of their own above the names of a wide table. The
    name of a group holds from its column to the next one."""
    above = page.cells(top - 1, columns[0].number, columns[-1].end)
    numbers = {number: cell for number, cell in above.items() if CAS.fullmatch(cell.text.strip())}
    words = {number: cell for number, cell in above.items() if number not in numbers}
    if numbers and all(vocabulary.column_role(cell.text) == "cas" for cell in words.values()):
        return [_with_cas(page, column, top - 1, numbers) for column in columns], top - 1
    grouped = any(column.group for column in columns)
    words = _over_analytes(words, columns)
    if numbers or not words or grouped or not all(map(_is_heading, words.values())):
        return columns, top
    return [_in_group(page, column, top - 1, words) for column in columns], top - 1


def _over_analytes(words: dict[int, Cell], columns: list[Column]) -> dict[int, Cell]:
    """The words above the analytes of a wide table, without a word over what is said of each lot,
    `Lot`; all of them where that word is not known."""
    first = min(column.number for column in columns if column.role.startswith("analyte:"))
    before = [cell.text for number, cell in words.items() if number < first]
    if not all(sense(text).is_known for text in before):
        return words
    return {number: cell for number, cell in words.items() if number >= first}


def _is_heading(cell: Cell) -> bool:
    return heading(cell.text).is_understood


def _with_cas(page: Page, column: Column, row: int, numbers: dict[int, Cell]) -> Column:
    if column.number not in numbers:
        return column
    return replace(column, cas=page.word(row, column.number, "CAS number"))


def _in_group(page: Page, column: Column, row: int, groups: dict[int, Cell]) -> Column:
    before = [number for number in groups if number <= column.number]
    if not before or not column.role.startswith("analyte:"):
        return column
    return replace(column, group=page.word(row, max(before), "heading"))
