"""Find the tables of a workbook and hand out certificates in the laboratory's own words.

A sheet is cut into blocks (`blocks`), each a list (`tables`), a wide table or one on its side
(`wide`), or a table of samples (`joined`). What these have used is claimed; labels in the cells
that are left state facts (`labels`, `scopes`), and what then is left was read by nobody (`texts`).
What is wrong at a cell is a problem of the certificates that it may speak of; only where there is
no certificate at all is it a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import Certificate, Remark
from kratom_qc.domain.errors import Problem
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.intake.layout.blocks import Block, blocks_on, rows_of
from kratom_qc.intake.layout.footnotes import resolved
from kratom_qc.intake.layout.given import blocks_of, facts_of_profile
from kratom_qc.intake.layout.headers import LIST, SAMPLES
from kratom_qc.intake.layout.joined import KEYS, join, read_samples
from kratom_qc.intake.layout.labels import (
    StatedFact,
    as_stated,
    contradiction,
    fact_of_name,
    restate,
)
from kratom_qc.intake.layout.lots import lot_within
from kratom_qc.intake.layout.owners import Owners
from kratom_qc.intake.layout.page import Page
from kratom_qc.intake.layout.profiles import Profile, load
from kratom_qc.intake.layout.rows import IDENTITY, Row, Section, section_above
from kratom_qc.intake.layout.scopes import Scope, TableRead, bands, scopes
from kratom_qc.intake.layout.tables import ListReader
from kratom_qc.intake.layout.texts import claimed, with_texts
from kratom_qc.intake.layout.wide import read_wide
from kratom_qc.intake.sheets import FileContent, Workbook, cell_name, row_and_column
from kratom_qc.vocabulary.rows import quality_control

_RUN = re.compile(r"[0-9]{5,10}")
# What the client calls the sample; its name may have the lot in it, with its label
_OWN_IDS = ("client_sample", "sample_id")
_MAY_NAME_LOTS = ("client_sample", "product_name", "title", "sample_id")
_NO_BATCH = (
    "no batch or lot number was found: neither a label (Batch, Lot No., šarže) with its value nor "
    "a column of that name"
)


@dataclass(slots=True)
class WorkbookContents:
    """What the sheets of a workbook hold, before it is put together."""

    pages: list[Page]
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    found: list[tuple[dict[str, SourceText], list[Row]]] = field(default_factory=list)
    samples: list[dict[str, SourceText]] = field(default_factory=list)
    common: dict[str, SourceText] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    # Keys without a partner are told: what they leave without a batch is not told again.
    unjoined: bool = False
    nameless: list[Row] = field(default_factory=list)  # rows that no batch is named for
    unfilled: list[Problem] = field(default_factory=list)  # tables in which no row says anything
    # Facts whose cells a profile names.
    pointed: dict[str, SourceText] = field(default_factory=dict)


def certificates(
    book: Workbook, known: Sequence[Profile] | None = None, *, account: bool = False
) -> FileContent:
    """Every certificate a workbook holds, each with the problems that hold it.

    A profile (one of `known`, else of those installed) that recognises it describes tables that
    words alone do not. `account` asks for what every cell was understood as.
    """
    profiles = [
        profile for profile in (load() if known is None else known) if profile.recognises(book)
    ]
    profile = profiles[0] if len(profiles) == 1 else None
    contents = WorkbookContents([Page(book.file, sheet) for sheet in book.sheets])
    if len(profiles) > 1:  # read by its words, and held
        contents.problems.append(_two_profiles(book, profiles))
    contents.remarks += book.remarks
    if profile is not None:
        contents.pointed = facts_of_profile(profile, book, contents.pages)
        contents.common |= contents.pointed
        message = f"read with the profile '{profile.id}': {profile.title}"
        contents.remarks.append(Remark("profile", "note", message, CellRef(book.file)))
    for page in contents.pages:
        _gather(contents, page, blocks_of(profile, page) if profile is not None else [])
    return _content(contents, _join(book, contents), profile, account=account)


def _content(
    contents: WorkbookContents,
    assembled: tuple[Certificate, ...],
    profile: Profile | None,
    *,
    account: bool,
) -> FileContent:
    problems = tuple(dict.fromkeys(contents.problems))
    refused = [problem for problem in problems if problem.code == "too-large"]
    if profile is not None:
        mark, day_first = profile.decimal_mark, profile.day_first
        assembled = tuple(
            replace(certificate, decimal_mark=mark, day_first=day_first)
            for certificate in assembled
        )
    assembled = with_texts(contents.pages, _with_problems(assembled, problems))
    return FileContent(
        assembled,
        tuple(refused) if assembled else problems,
        tuple(contents.remarks),
        account=tuple(claimed(contents.pages)) if account else (),
    )


def _with_problems(
    certificates: Sequence[Certificate], problems: Sequence[Problem]
) -> tuple[Certificate, ...]:
    owners = Owners(certificates)
    held_by: list[list[Problem]] = [[] for _ in certificates]
    for problem in problems:
        for index in owners.of(problem.ref):
            held_by[index].append(problem)
    return tuple(
        replace(certificate, problems=tuple(held))
        for certificate, held in zip(certificates, held_by, strict=True)
    )


# ---------------------------------------------------------------- sheets


def _gather(contents: WorkbookContents, page: Page, given: Sequence[Block]) -> None:
    """Read the tables of a sheet. Facts of a sheet without tables hold for the workbook."""
    tables = list(_tables(contents, page, given))
    _state_only_lot(tables)
    used = bool(tables)
    for scope in scopes(bands(page, tables), page.problems):
        rows = list(resolved(page, _in_order(page, scope)))
        used = used or bool(rows) or bool(scope.facts)
        if rows and not any(_answers(row) for row in rows):
            blank = rows[0].line.result or rows[0].line.analyte
            message = "no row of this table has a result; the first one belongs into this cell"
            contents.unfilled.append(Problem("no-results", message, blank.ref))
        if rows:
            _agree(contents.pointed, scope.facts)
            contents.found.append((scope.facts, rows))
        else:
            _merge(contents.common, scope.facts)
    contents.problems += page.problems
    # A line through a title or a signature takes it back as well, though nothing uses it.
    contents.problems += [one for one in page.sheet.problems.values() if one.code == "struck-out"]
    contents.remarks += page.remarks
    if page.sheet.rows and not used:
        message = f"sheet '{page.sheet.name}' holds no table of results"
        contents.remarks.append(
            Remark("sheet-not-used", "note", message, CellRef(page.file, page.sheet.name))
        )


def _tables(contents: WorkbookContents, page: Page, given: Sequence[Block]) -> Iterator[TableRead]:
    """The tables of a sheet, read from top to bottom; each section goes on until another one
    begins."""
    section = Section(quality=quality_control(page.sheet.name))
    whole_sheet, last = section, 0
    for block in blocks_on(page, given):
        contents.blocks.append(block)
        if _begins_batch(page, last, block.top):
            section = whole_sheet
        section = replace(section_above(block, section), in_body=False)
        if whole_sheet.quality == "yes":
            section = replace(section, quality="yes")
        if block.header.kind == SAMPLES:
            contents.samples += read_samples(block)
            rows = []
        elif block.header.kind == LIST:
            reader = ListReader(block, section)
            rows = list(reader.rows())
            if not (rows or reader.read or any(map(block.cells, block.body))):
                continue  # words over nothing head no table
            section = reader.section
        else:
            rows = list(read_wide(block, section))
        last = max([block.header.row, *map(_row_in_sheet, rows)])
        if block.page.turned:
            last = max(rows_of(block))
        yield TableRead(block, rows, block.top, last)


def _state_only_lot(tables: Sequence[TableRead]) -> None:
    """Where all that names a lot is one table on its side with a single lot, `Batch | KX-77` over
    `pH | 3.7`, its words are labels with their values and hold for the sheet."""
    naming = [table for table in tables if any("batch_id" in row.facts for row in table.rows)]
    if len(naming) != 1 or naming[0].block is None or not naming[0].block.page.turned:
        return
    facts: dict[str, SourceText] = {}
    for row in naming[0].rows:
        for name, word in row.facts.items():
            restate(facts, name, word)
    if not any(name.startswith("batch_id\n") for name in facts):
        naming[0].stated += [
            StatedFact(fact_of_name(name), word, *row_and_column(word.ref.cell))
            for name, word in facts.items()
            if word.text.strip()
        ]


def _row_in_sheet(row: Row) -> int:
    return row_and_column(row.line.cell.ref.cell)[0]


def _begins_batch(page: Page, first: int, last: int) -> bool:
    """Whether a batch is named between two tables."""
    return any(
        vocabulary.fact_name(cell.text.partition(":")[0]) == "batch_id"
        for row in range(first + 1, last)
        for cell in page.cells(row).values()
    )


def _answers(row: Row) -> bool:
    """Whether a row says anything where its result belongs."""
    return any(
        word is not None and word.text.strip() for word in (row.line.result, row.line.qualifier)
    )


def _hold_another_lot(page: Page, scope: Scope) -> None:
    """A label may name one of the lots that the rows name, and no other."""
    above = scope.facts.get("batch_id")
    rows = (row for table in scope.tables for row in table.rows)
    named = [row.facts["batch_id"] for row in rows if "batch_id" in row.facts]
    lots = {word.text.strip() for word in named} - {""}
    if above and lots and above.text.strip() not in lots:
        page.problems.append(contradiction("batch_id", named[0], above))


def _numbers_runs(table: TableRead, lot: SourceText) -> bool:
    """Whether a column `Batch` beside the days and methods of tests numbers the laboratory's runs,
    `2610911`: digits only, in every row, and the labelled lot is written otherwise."""
    header = table.block.header if table.block else None
    columns = header.of("fact:batch_id") if header is not None and header.kind == LIST else []
    if len(columns) != 1 or header is None or lot.text.strip().isdigit():
        return False
    numbers = [row.facts["batch_id"].text.strip() for row in table.rows if "batch_id" in row.facts]
    return (
        columns[0].title.casefold() == "batch"
        and bool(header.of("method"))
        and bool(numbers)
        and all(_RUN.fullmatch(number) for number in numbers)
    )


def _leave_runs(page: Page, table: TableRead) -> None:
    """Take back that numbers of runs were read as lots: they are texts that a person reads."""
    rows = []
    for row in table.rows:
        facts = dict(row.facts)
        word = facts.pop("batch_id", None)
        if word is not None and word.ref.cell:
            page.disclaim_at(word.ref)
        rows.append(replace(row, facts=facts))
    table.rows[:] = rows


def _in_order(page: Page, scope: Scope) -> Iterator[Row]:
    """The rows of a scope. Rows of a list that name a batch name all batches of it, or agree with
    the label above."""
    above = scope.facts.get("batch_id")
    for table in scope.tables:
        if above is not None and _numbers_runs(table, above):
            _leave_runs(page, table)
    _hold_another_lot(page, scope)
    for table in scope.tables:
        header = table.block.header if table.block else None
        columns = header is None or header.kind != LIST or bool(header.of("fact:batch_id"))
        for row in table.rows:
            stated = row.facts.get("batch_id")
            if stated and above and not columns and stated.text.strip() != above.text.strip():
                page.problems.append(contradiction("batch_id", above, stated))
            yield row


def _two_profiles(book: Workbook, profiles: Sequence[Profile]) -> Problem:
    names = " and ".join(f"'{profile.id}'" for profile in profiles)
    message = f"the profiles {names} both recognise this file"
    advice = "make one of them tell it apart, or remove it"
    return Problem("two-profiles", f"{message}; {advice}", CellRef(book.file))


def _agree(pointed: dict[str, SourceText], facts: dict[str, SourceText]) -> None:
    """What a profile points at, and what a label of the sheet says, is one fact."""
    for name, word in pointed.items():
        if name in facts:
            restate(facts, name, word)


def _merge(common: dict[str, SourceText], facts: dict[str, SourceText]) -> None:
    for name, word in facts.items():
        restate(common, name, word)


def _join(book: Workbook, contents: WorkbookContents) -> tuple[Certificate, ...]:
    """The certificates of what was gathered; notes what is lacking in its problems."""
    _join_samples(contents)
    certificates = _assemble(book, contents)
    if certificates:
        return certificates
    if not contents.found:
        if not contents.blocks:  # without any table, every row of results stands outside one
            contents.problems = [
                problem for problem in contents.problems if problem.code != "STRAY-RESULT"
            ]
        contents.problems.insert(0, _no_table(book, contents.blocks))
    # A blank form; of a named batch, a blank result is one that nobody measured.
    contents.problems += contents.unfilled
    return ()


def _join_samples(contents: WorkbookContents) -> None:
    """Results by sample take the facts of their samples; one sample alone is what the workbook is
    about."""
    rows = [row for _, rows in contents.found for row in rows]
    keyed = any(key in row.facts for row in rows for key in KEYS)
    if len(contents.samples) == 1 and not keyed:
        _merge(contents.common, contents.samples[0])
    elif contents.samples:
        problems: list[Problem] = []
        joined = iter(join(rows, contents.samples, problems))
        contents.unjoined = bool(problems)
        contents.problems += problems
        contents.found = [(facts, [next(joined) for _ in rows]) for facts, rows in contents.found]


# ---------------------------------------------------------------- certificates


def _assemble(book: Workbook, contents: WorkbookContents) -> tuple[Certificate, ...]:
    """Rows with equal identity facts are one certificate; a table without a batch id takes the
    workbook's only one."""
    _name_by_headings(book, contents)
    shared = _shared_facts(contents)
    groups: dict[tuple[str, ...], tuple[dict[str, SourceText], list[Row]]] = {}
    as_lot = _what_names_lots(book, contents)
    for facts, rows in contents.found:
        around, begun = {**shared, **facts}, set[tuple[str, ...]]()
        for row in rows:
            stated = _facts_of_row(around, row)
            if as_lot in stated:
                _name_by_sample(contents, stated, as_lot)
            if "batch_id" in stated:
                identity = _identity(stated)
                identified, of_it = groups.setdefault(identity, (dict(stated), []))
                of_it.append(row)
                _merge(identified, row.facts if identity in begun else stated)
                begun.add(identity)
            elif not contents.unjoined:
                contents.nameless.append(row)
    contents.problems += _without_batch(book, contents.nameless, alone=not groups)
    _claim_facts(contents.pages, list(groups.values()))
    languages = frozenset[str]().union(*(page.languages for page in contents.pages))
    return tuple(_certificate(book, facts, rows, languages) for facts, rows in groups.values())


def _what_names_lots(book: Workbook, contents: WorkbookContents) -> str:
    """The fact that names the lots where no label of a lot stands anywhere: what the client calls
    the sample, never the laboratory's own number of it. Nothing where a lot is labelled, or a
    sample is called by words."""
    texts = (
        cell.text
        for sheet in book.sheets
        for cells in sheet.rows.values()
        for cell in cells.values()
    )
    if any(vocabulary.fact_name(text.partition(":")[0]) == "batch_id" for text in texts):
        return ""
    stated = [contents.common, *(facts for facts, _ in contents.found)]
    stated += [row.facts for _, rows in contents.found for row in rows]
    if any("batch_id" in facts for facts in stated):
        return ""  # by the heading of its column
    numbered = any("lab_id" in facts for facts in stated)  # else it may be the laboratory's own
    names = (name for name in _MAY_NAME_LOTS if numbered or name != "sample_id")
    return next((name for name in names if _names_lots(name, stated)), "")


def _names_lots(name: str, stated: Sequence[Mapping[str, SourceText]]) -> bool:
    """Whether each value of a fact has one lot in it; in the name of a product, with its label."""
    texts = [facts[name].text.strip() for facts in stated if name in facts]
    lots = [lot_within(text) for text in texts if text]
    return bool(lots) and all(
        lot is not None and (lot.labelled or name in _OWN_IDS) for lot in lots
    )


def _lot_of_sample(contents: WorkbookContents, word: SourceText) -> SourceText:
    """The number of a sample in place of its lot's, which a person must confirm."""
    lot = lot_within(word.text)
    if lot is not None and lot.labelled:
        return replace(word, text=lot.lot)
    message = (
        f"no lot number is labelled; the sample's number '{word.text.strip()}' is taken for it"
    )
    code = "BATCH-UNLABELLED"
    noted = [(problem.code, problem.quoted) for problem in contents.problems]
    if (code, word.text) not in noted:
        contents.problems.append(Problem(code, message, word.ref, word.text))
    return replace(word, text=lot.lot if lot is not None else vocabulary.lot(word.text))


def _name_by_sample(contents: WorkbookContents, stated: dict[str, SourceText], as_lot: str) -> None:
    """State the lot and the product that a sample is called by: `CGH-K-19 (kratom leaf, milled)`,
    `Foglie di kratom, lotto EA-2610`."""
    word = stated[as_lot]
    lot = lot_within(word.text)
    product = word if lot is None or not lot.product else replace(word, text=lot.product)
    stated["batch_id"] = _lot_of_sample(contents, word)
    if as_lot == "product_name":
        stated[as_lot] = product
    stated.setdefault("title", product)


def _name_by_headings(book: Workbook, contents: WorkbookContents) -> None:
    """Where nothing names a batch, a code that heads a column of results is what there is to call
    it by; a person must look at it."""
    rows = [row for _, rows in contents.found for row in rows]
    facts = (contents.common, *(facts for facts, _ in contents.found), *(row.facts for row in rows))
    if contents.unjoined or any("batch_id" in stated for stated in facts):
        return
    if not all(map(_is_under_its_name, rows)) or _blank_beside(book, "batch_id") is not None:
        return
    contents.found = [
        (
            facts,
            [replace(row, facts={"batch_id": row.facts["sample_id"], **row.facts}) for row in of],
        )
        for facts, of in contents.found
    ]
    for word in {row.facts["sample_id"].ref: row.facts["sample_id"] for row in rows}.values():
        why = f"'{word.text}' heads a column of results, and nothing says whether it is the batch"
        contents.problems.append(Problem("BATCH-UNLABELLED", why, word.ref, word.text))


def _is_under_its_name(row: Row) -> bool:
    """Whether the name of a row's sample heads the column of its result."""
    name = row.facts.get("sample_id")
    if name is None or not name.text.strip():
        return False
    return row_and_column(name.ref.cell)[1] == row_and_column(row.line.cell.ref.cell)[1]


def _identity(facts: dict[str, SourceText]) -> tuple[str, ...]:
    return tuple(facts[name].text.strip() if name in facts else "" for name in IDENTITY)


def _certificate(
    book: Workbook, facts: dict[str, SourceText], rows: list[Row], languages: frozenset[str]
) -> Certificate:
    stated, further = as_stated(facts)
    lines = tuple(row.line for row in rows)
    return Certificate(book.file, book.sha256, stated, lines, further=further, languages=languages)


def _claim_facts(
    pages: Sequence[Page], groups: Sequence[tuple[dict[str, SourceText], list[Row]]]
) -> None:
    """Claim what rows state of their certificate."""
    by_sheet = {page.sheet.name: page for page in pages}
    for _, rows in groups:
        for row in rows:
            for name, word in row.facts.items():
                page = by_sheet.get(word.ref.sheet)
                if page is not None and word.ref.cell and word.text.strip():
                    page.claim_at(word.ref, fact_of_name(name).replace("_", " "))


def _shared_facts(contents: WorkbookContents) -> dict[str, SourceText]:
    """The facts of the workbook; where it names one batch at most, those of every table too."""
    shared = dict(contents.common)
    batches = {facts["batch_id"].text.strip() for facts, _ in contents.found if "batch_id" in facts}
    if len(batches) <= 1:
        for facts, _ in contents.found:
            for name, word in facts.items():
                shared.setdefault(name, word)
    return shared


def _facts_of_row(facts: dict[str, SourceText], row: Row) -> dict[str, SourceText]:
    """What a row is known by comes before the facts of its table, what else it states stands
    beside them; a blank batch names none."""
    filled = {name: word for name, word in row.facts.items() if word.text.strip()}
    stated = {**facts, **{name: filled[name] for name in (*IDENTITY, *KEYS) if name in filled}}
    _merge(stated, filled)
    if "batch_id" in row.facts and "batch_id" not in filled:
        stated.pop("batch_id", None)
    return stated


def _without_batch(book: Workbook, rows: Sequence[Row], *, alone: bool) -> Iterator[Problem]:
    """Said once for every sheet, or for every cell that should name a batch. A file that names no
    batch at all (`alone`) cannot be judged; a form that nobody has filled in shows where."""
    blank = _blank_beside(book, "batch_id") if alone else None
    places: set[CellRef] = set()
    for row in rows:
        batch = row.facts.get("batch_id")
        sheet = CellRef(book.file, row.line.analyte.ref.sheet)
        place = batch.ref if batch is not None else blank or sheet
        if place in places:
            continue
        places.add(place)
        if batch is not None:
            message = "no batch id stands here; repeat it beside every result"
        elif blank is not None:
            message = "the batch number is missing: write it into this cell"
        else:
            message = _NO_BATCH
        if alone:
            yield Problem("no-batch-id", message, place)
        else:
            yield Problem("ROW-WITHOUT-BATCH", message, place)


def _blank_beside(book: Workbook, name: str) -> CellRef | None:
    """The blank cell to the right of a label."""
    for sheet in book.sheets:
        for row, cells in sheet.rows.items():
            for number, cell in cells.items():
                if vocabulary.fact_name(cell.text) == name and len(cells) == 1:
                    return CellRef(book.file, sheet.name, cell_name(row, number + 1))
    return None


def _no_table(book: Workbook, blocks: list[Block]) -> Problem:
    """Nothing to read: say which row came nearest to a header, and what it lacks."""
    best: tuple[int, CellRef, list[str]] = (0, CellRef(book.file), [])
    for sheet in book.sheets:
        for row, cells in sheet.rows.items():
            roles = [role for cell in cells.values() if (role := vocabulary.column_role(cell.text))]
            if len(roles) > best[0]:
                best = (len(roles), CellRef(book.file, sheet.name, f"A{row}"), roles)
    if not any(sheet.rows for sheet in book.sheets):
        return Problem("empty", "the file holds no cell with anything in it", CellRef(book.file))
    if blocks:
        first = blocks[0].header
        place = blocks[0].page.place(first.row, first.columns[0].number)
        return Problem("no-results", "the table under this row has no rows", place)
    count, place, roles = best
    lacks = " and ".join(role for role in ("analyte", "result") if role not in roles)
    message = (
        "no table of results was found: no row has a column of analytes and a column of results"
    )
    return Problem(
        "no-table",
        f"{message}. The nearest row lacks a column for {lacks}" if count else message,
        place,
    )
