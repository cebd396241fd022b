"""Which facts hold for which tables of a sheet: several certificates may stand below each other, or
side by side."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field

from kratom_qc.domain.errors import Problem
from kratom_qc.domain.source import Cell, SourceText
from kratom_qc.intake.layout.blocks import Block
from kratom_qc.intake.layout.labels import StatedFact, state, stated_in
from kratom_qc.intake.layout.page import Page
from kratom_qc.intake.layout.rows import Row
from kratom_qc.intake.layout.sentences import hold_stray, read_sentences


@dataclass(slots=True)
class TableRead:
    """What was read of one table, down to the last row that it used; without a block where the
    results stand in sentences."""

    block: Block | None
    rows: list[Row]
    top: int
    last: int
    stated: list[StatedFact] = field(default_factory=list)  # in rows of their own among its rows


@dataclass(slots=True)
class Band:
    """The tables that begin in one row, with the paragraphs of facts above them since the band
    before."""

    head: list[list[StatedFact]] = field(default_factory=list)
    touching: bool = False  # the first paragraph follows the tables before without a blank row
    tables: list[TableRead] = field(default_factory=list)


def bands(page: Page, tables: Sequence[TableRead]) -> list[Band]:
    """A sheet from top to bottom, once its tables are read: facts stand in cells that no table has
    used, results in sentences. The last band has no tables: its head is what stands under the last
    table."""
    result, band, before = list[Band](), Band(), 0
    beginning, ends = _by_top(tables), {table.last for table in tables}
    lasting: list[TableRead] = []
    for row in sorted(page.sheet.rows):
        starting = beginning.get(row, [])
        lasting = [table for table in (*lasting, *starting) if row <= table.last]
        if starting:
            band.tables += starting
            result.append(band)
            band, before = Band(), 0
        cells = _free(page, row)
        if not cells:
            continue
        stated = stated_in(page, row, cells)
        if lasting:
            lasting[0].stated += stated
        else:
            _add_line(band, row, stated, begins=row > before + 1, ends=ends)
            before = row
        (result[-1] if result else band).tables += _in_sentences(page, row)
    return [*result, band]


def _by_top(tables: Iterable[TableRead]) -> dict[int, list[TableRead]]:
    """The tables of a sheet by the row in which they begin."""
    by_top: dict[int, list[TableRead]] = {}
    for table in tables:
        by_top.setdefault(table.top, []).append(table)
    return by_top


def _in_sentences(page: Page, row: int) -> list[TableRead]:
    """The results that stand in sentences of a row; what only looks like one holds."""
    sentences = list(read_sentences(page, row, _free(page, row)))
    hold_stray(page, row, _free(page, row))
    return [TableRead(None, sentences, row, row)] if sentences else []


def _add_line(
    band: Band, row: int, stated: list[StatedFact], *, begins: bool, ends: Container[int]
) -> None:
    """Add what a row states to the last paragraph above a table, or to a new one."""
    if not band.head:
        band.touching = row - 1 in ends
    if not band.head or begins:
        band.head.append([])
    band.head[-1] += stated


def _free(page: Page, row: int) -> dict[int, Cell]:
    """The cells of a row that nothing has understood, but for those in rows of results."""
    return {
        column: cell
        for column, cell in page.unclaimed(row).items()
        if (row, column) not in page.around
    }


# ---------------------------------------------------------------- scopes


@dataclass(slots=True)
class Scope:
    """Tables with the facts that hold for all of them."""

    facts: dict[str, SourceText] = field(default_factory=dict)
    tables: list[TableRead] = field(default_factory=list)

    @property
    def batch(self) -> str:
        """The batch that the facts name, or nothing."""
        return self.facts["batch_id"].text.strip() if "batch_id" in self.facts else ""


def scopes(bands: Iterable[Band], problems: list[Problem]) -> list[Scope]:
    """The certificates of a sheet: a new one begins where a label names another batch above a
    table.

    Where a sheet names one batch at most, every fact holds for every table, wherever it stands.
    """
    bands = list(bands)
    if len(set().union(*map(_batches, bands))) < 2:
        scope = Scope()
        for band in bands:
            _add_band(scope, band)
        return [scope]
    scopes = [Scope()]
    letterhead: dict[str, SourceText] | None = None
    for band in bands:
        ids = _batches(band)
        if letterhead is None and ids:
            letterhead = _letterhead(band)
        if len(ids) > 1 and (of_tables := _side_by_side(band)):
            scopes += _begun(of_tables, band, letterhead or {}, scopes[-1], problems)
        elif band.tables and ids and ids != {scopes[-1].batch} and scopes[-1].tables:
            scopes.append(_after(scopes[-1], band, letterhead or {}, problems))
        else:
            _add_band(scopes[-1], band)
    return scopes


def _batches(band: Band) -> set[str]:
    return {fact.word.text.strip() for fact in _flat(band.head) if fact.name == "batch_id"}


def _add_band(scope: Scope, band: Band) -> None:
    state(scope.facts, _flat(band.head))
    _add_tables(scope, band.tables)


def _add_tables(scope: Scope, tables: list[TableRead]) -> None:
    scope.tables += tables
    for table in tables:
        state(scope.facts, table.stated)


def _flat(head: list[list[StatedFact]]) -> list[StatedFact]:
    return [fact for paragraph in head for fact in paragraph]


def _names_batch(paragraph: list[StatedFact]) -> bool:
    return any(fact.name == "batch_id" for fact in paragraph)


def _letterhead(band: Band) -> dict[str, SourceText]:
    """The facts in paragraphs above the one that names the first batch hold for the whole sheet."""
    facts: dict[str, SourceText] = {}
    for paragraph in band.head:
        if _names_batch(paragraph):
            break
        state(facts, paragraph)
    return facts


def _after(
    before: Scope, band: Band, letterhead: dict[str, SourceText], problems: list[Problem]
) -> Scope:
    """The scope of another batch. What stands between two certificates belongs to the one that it
    can belong to."""
    facts: list[StatedFact] = []
    for index, paragraph in enumerate(band.head):
        if facts or _names_batch(paragraph):
            facts += paragraph
        elif index == 0 and band.touching:
            state(before.facts, paragraph)
        else:
            facts += _between(before, paragraph, problems)
    scope = Scope()
    state(scope.facts, facts)
    scope.facts = {**letterhead, **scope.facts}
    _add_tables(scope, band.tables)
    return scope


def _between(
    before: Scope, paragraph: list[StatedFact], problems: list[Problem]
) -> list[StatedFact]:
    for fact in paragraph:
        if fact.name == "status":
            state(before.facts, [fact])
        elif fact.name != "other" and fact.name not in before.facts:
            what = fact.name.replace("_", " ")
            advice = "put it right above or right below its own"
            message = f"this {what} stands between two certificates; {advice}"
            problems.append(Problem("FACT-BETWEEN", message, fact.word.ref, fact.word.text))
    return paragraph


def _side_by_side(band: Band) -> list[list[StatedFact]]:
    """The facts of each table of a band, by columns; nothing where not each names one batch."""
    of_tables = [
        [fact for fact in _flat(band.head[_first_batch(band) :]) if _above(fact, table)]
        for table in band.tables
    ]
    one_each = all(sum(fact.name == "batch_id" for fact in facts) == 1 for facts in of_tables)
    return of_tables if len(of_tables) > 1 and one_each else []


def _first_batch(band: Band) -> int:
    return next(index for index, paragraph in enumerate(band.head) if _names_batch(paragraph))


def _above(fact: StatedFact, table: TableRead) -> bool:
    block = table.block
    if block is None:
        return False
    return block.left <= fact.column and (block.right is None or fact.column <= block.right)


def _begun(
    of_tables: list[list[StatedFact]],
    band: Band,
    letterhead: dict[str, SourceText],
    before: Scope,
    problems: list[Problem],
) -> list[Scope]:
    scopes = []
    shared = [fact for paragraph in band.head[: _first_batch(band)] for fact in paragraph]
    if before.tables:
        _between(before, shared, problems)
    for facts, table in zip(of_tables, band.tables, strict=True):
        scope = Scope()
        state(scope.facts, facts)
        common: dict[str, SourceText] = {}
        state(common, shared)
        scope.facts = {**letterhead, **common, **scope.facts}
        _add_tables(scope, [table])
        scopes.append(scope)
    return scopes
