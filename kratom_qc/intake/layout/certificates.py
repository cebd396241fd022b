"""Find the tables of a workbook and hand out certificates in the laboratory's own words.

A sheet is cut into blocks (`blocks`), each a list (`tables`), a wide table or one on its side
(`wide`), or a table of samples (`joined`); labels between them state facts (`labels`, `scopes`).
Everything is recognised by its words. What cannot be mapped refuses the file, with every problem in
one list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import Certificate, Remark
from kratom_qc.domain.errors import Refusal
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.intake.layout.blocks import Block, bands
from kratom_qc.intake.layout.footnotes import resolved
from kratom_qc.intake.layout.given import blocks_of, facts_of_profile
from kratom_qc.intake.layout.headers import LIST, SAMPLES
from kratom_qc.intake.layout.joined import KEYS, join, read_samples
from kratom_qc.intake.layout.labels import MUST_AGREE, contradiction
from kratom_qc.intake.layout.notes import with_notes
from kratom_qc.intake.layout.page import SheetReading
from kratom_qc.intake.layout.profiles import Profile, load
from kratom_qc.intake.layout.rows import Row
from kratom_qc.intake.layout.scopes import Scope, scopes
from kratom_qc.intake.layout.tables import read_list
from kratom_qc.intake.layout.wide import read_wide
from kratom_qc.intake.sheets import FileContent, Workbook, cell_name

# One row of a long table belongs to the certificate that these facts name.
_IDENTITY = ("batch_id", "certificate_id", "laboratory", "form", "product_name")


@dataclass(slots=True)
class WorkbookContents:
    """What the sheets of a workbook hold, before it is put together."""

    refusals: list[Refusal] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    strays: list[Refusal] = field(default_factory=list)
    found: list[tuple[dict[str, SourceText], list[Row]]] = field(default_factory=list)
    samples: list[dict[str, SourceText]] = field(default_factory=list)
    common: dict[str, SourceText] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    # Keys without a partner are told: what they leave without a batch is not told again.
    unjoined: bool = False
    unfilled: list[Refusal] = field(default_factory=list)  # tables in which no row says anything
    # Facts whose cells a profile names.
    pointed: dict[str, SourceText] = field(default_factory=dict)


def certificates(book: Workbook, known: Sequence[Profile] | None = None) -> FileContent:
    """Every certificate a workbook holds, with all problems of all sheets.

    A profile (one of `known`, else of those installed) that recognises it describes tables that
    words alone do not.
    """
    profiles = [
        profile for profile in (load() if known is None else known) if profile.recognises(book)
    ]
    if len(profiles) > 1:
        return FileContent((), (_two_profiles(book, profiles),), book.remarks)
    profile = profiles[0] if profiles else None
    contents = WorkbookContents(remarks=list(book.remarks))
    pages = [SheetReading(book.file, sheet) for sheet in book.sheets]
    if profile is not None:
        contents.pointed = facts_of_profile(profile, book, pages)
        contents.common |= contents.pointed
        message = f"read with the profile '{profile.id}': {profile.title}"
        contents.remarks.append(Remark("profile", "note", message, CellRef(book.file)))
    for page in pages:
        given = blocks_of(profile, page) if profile is not None else []
        _gather(contents, page, scopes(bands(page, given), page.refusals))
    assembled = with_notes(pages, contents.blocks, _join(book, contents))
    if profile is not None:
        mark, day_first = profile.decimal_mark, profile.day_first
        assembled = tuple(
            replace(certificate, decimal_mark=mark, day_first=day_first)
            for certificate in assembled
        )
    refusals = tuple(dict.fromkeys(contents.refusals))
    return FileContent(assembled, refusals, tuple(contents.remarks))


def _gather(contents: WorkbookContents, page: SheetReading, found: Iterable[Scope]) -> None:
    """Read the tables of a sheet. Facts of a sheet without tables hold for the workbook."""
    used = False
    for scope in found:
        rows = list(resolved(page, _rows(contents, scope)))
        contents.blocks += scope.blocks
        used = used or bool(rows) or bool(scope.blocks) or bool(scope.facts)
        if rows and not any(_answers(row) for row in rows):
            blank = rows[0].line.result or rows[0].line.analyte
            message = "no row of this table has a result; the first one belongs into this cell"
            contents.unfilled.append(Refusal("no-results", message, blank.ref))
        if rows:
            _agree(contents.pointed, scope.facts, page.refusals)
            contents.found.append((scope.facts, rows))
        else:
            _merge(contents.common, scope.facts, contents.refusals)
    contents.refusals += page.refusals
    contents.strays += page.strays
    contents.remarks += page.remarks
    if page.sheet.rows and not used:
        message = f"sheet '{page.sheet.name}' holds no table of results"
        contents.remarks.append(
            Remark("sheet-not-used", "note", message, CellRef(page.file, page.sheet.name))
        )


def _answers(row: Row) -> bool:
    """Whether a row says anything where its result belongs."""
    return any(
        word is not None and word.text.strip() for word in (row.line.result, row.line.qualifier)
    )


def _rows(contents: WorkbookContents, scope: Scope) -> Iterator[Row]:
    for block in scope.blocks:
        if block.header.kind == SAMPLES:
            contents.samples += read_samples(block)
        elif block.header.kind == LIST:
            yield from _in_order(block, scope)
        else:
            yield from read_wide(block)


def _in_order(block: Block, scope: Scope) -> Iterator[Row]:
    """The rows of a list. Rows of it that name a batch name all batches of its scope, or agree with
    the label above."""
    above = scope.facts.get("batch_id")
    columns = any(column.role == "fact:batch_id" for column in block.header.columns)
    for row in read_list(block, scope.facts):
        stated = row.facts.get("batch_id")
        if stated and above and not columns and stated.text.strip() != above.text.strip():
            block.page.refusals.append(contradiction("batch_id", above, stated))
        yield row


def _two_profiles(book: Workbook, profiles: Sequence[Profile]) -> Refusal:
    names = " and ".join(f"'{profile.id}'" for profile in profiles)
    message = f"the profiles {names} both recognise this file"
    advice = "make one of them tell it apart, or remove it"
    return Refusal("two-profiles", f"{message}; {advice}", CellRef(book.file))


def _agree(
    pointed: dict[str, SourceText], facts: dict[str, SourceText], refusals: list[Refusal]
) -> None:
    """What a profile points at, and what a label of the sheet says, must be the same."""
    for name in MUST_AGREE:
        one, other = pointed.get(name), facts.get(name)
        if one is not None and other is not None and one.text.strip() != other.text.strip():
            refusals.append(contradiction(name, one, other))


def _merge(
    common: dict[str, SourceText], facts: dict[str, SourceText], refusals: list[Refusal]
) -> None:
    for name, word in facts.items():
        known = common.setdefault(name, word)
        if name in MUST_AGREE and known.text.strip() != word.text.strip():
            refusals.append(contradiction(name, known, word))


def _join(book: Workbook, contents: WorkbookContents) -> tuple[Certificate, ...]:
    """The certificates of what was gathered; notes what is lacking in its refusals."""
    if not contents.found and not contents.refusals:
        contents.refusals.append(_no_table(book, contents.blocks))
    if contents.blocks:
        contents.refusals += contents.strays
    _join_samples(contents)
    certificates = _assemble(book, contents)
    # A blank form; of a named batch, a blank result is one that nobody measured.
    if any(refusal.code == "no-batch-id" for refusal in contents.refusals):
        contents.refusals += contents.unfilled
    return certificates


def _join_samples(contents: WorkbookContents) -> None:
    """Results by sample take the facts of their samples; one sample alone is what the workbook is
    about."""
    rows = [row for _, rows in contents.found for row in rows]
    keyed = any(key in row.facts for row in rows for key in KEYS)
    if len(contents.samples) == 1 and not keyed:
        _merge(contents.common, contents.samples[0], contents.refusals)
    elif contents.samples:
        refusals: list[Refusal] = []
        joined = iter(join(rows, contents.samples, refusals))
        contents.unjoined = bool(refusals)
        contents.refusals += refusals
        contents.found = [(facts, [next(joined) for _ in rows]) for facts, rows in contents.found]


# ---------------------------------------------------------------- certificates


def _assemble(book: Workbook, contents: WorkbookContents) -> tuple[Certificate, ...]:
    """Rows with equal identity facts are one certificate; a table without a batch id takes the
    workbook's only one."""
    shared = _shared_facts(contents)
    groups: dict[tuple[str, ...], tuple[dict[str, SourceText], list[Row]]] = {}
    for facts, rows in contents.found:
        for row in rows:
            stated = _facts_of_row({**shared, **facts}, row)
            if "batch_id" in stated:
                groups.setdefault(_identity(stated), (stated, []))[1].append(row)
            elif not contents.unjoined:
                _no_batch(book, row, contents.refusals, in_table="batch_id" in row.facts)
    return tuple(_certificate(book, facts, rows) for facts, rows in groups.values())


def _identity(facts: dict[str, SourceText]) -> tuple[str, ...]:
    return tuple(facts[name].text.strip() if name in facts else "" for name in _IDENTITY)


def _certificate(book: Workbook, facts: dict[str, SourceText], rows: list[Row]) -> Certificate:
    own = {name: word for name, word in facts.items() if name not in (*KEYS, "other")}
    return Certificate(book.file, book.sha256, own, tuple(row.line for row in rows))


def _shared_facts(contents: WorkbookContents) -> dict[str, SourceText]:
    """The facts of the workbook; where it names one batch at most, those of every table too."""
    shared = dict(contents.common)
    named = {facts["batch_id"].text.strip() for facts, _ in contents.found if "batch_id" in facts}
    if len(named) <= 1:
        for facts, _ in contents.found:
            for name, word in facts.items():
                shared.setdefault(name, word)
    return shared


def _facts_of_row(facts: dict[str, SourceText], row: Row) -> dict[str, SourceText]:
    """What a row states itself comes before the facts of its table; a blank batch names none."""
    own = {name: word for name, word in row.facts.items() if word.text.strip()}
    stated = {**facts, **own}
    if "batch_id" in row.facts and "batch_id" not in own:
        stated.pop("batch_id", None)
    return stated


def _no_batch(book: Workbook, row: Row, refusals: list[Refusal], *, in_table: bool) -> None:
    """Said once for every sheet, or for every cell that should name a batch."""
    if in_table:
        message = "no batch id stands here; repeat it beside every result"
        place = row.facts["batch_id"].ref
    elif (blank := _blank_beside(book, "batch_id")) is not None:
        message, place = "the batch number is missing: write it into this cell", blank
    else:
        message = (
            "no batch or lot number was found: neither a label (Batch, Lot No., šarže) "
            "with its value nor a column of that name"
        )
        place = CellRef(row.line.analyte.ref.file, row.line.analyte.ref.sheet)
    refusals.append(Refusal("no-batch-id", message, place))


def _blank_beside(book: Workbook, name: str) -> CellRef | None:
    """The blank cell to the right of a label, as in a form that nobody has filled in."""
    for sheet in book.sheets:
        for row, cells in sheet.rows.items():
            for number, cell in cells.items():
                if vocabulary.fact_name(cell.text) == name and len(cells) == 1:
                    return CellRef(book.file, sheet.name, cell_name(row, number + 1))
    return None


def _no_table(book: Workbook, blocks: list[Block]) -> Refusal:
    """Nothing to read: say which row came nearest to a header, and what it lacks."""
    best: tuple[int, CellRef, list[str]] = (0, CellRef(book.file), [])
    for sheet in book.sheets:
        for row, cells in sheet.rows.items():
            roles = [role for cell in cells.values() if (role := vocabulary.column_role(cell.text))]
            if len(roles) > best[0]:
                best = (len(roles), CellRef(book.file, sheet.name, f"A{row}"), roles)
    if not any(sheet.rows for sheet in book.sheets):
        return Refusal("empty", "the file holds no cell with anything in it", CellRef(book.file))
    if blocks:
        first = blocks[0].header
        place = blocks[0].page.place(first.row, first.columns[0].number)
        return Refusal("no-results", "the table under this row has no rows", place)
    count, place, roles = best
    lacks = " and ".join(role for role in ("analyte", "result") if role not in roles)
    message = (
        "no table of results was found: no row has a column of analytes and a column of results"
    )
    return Refusal(
        "no-table",
        f"{message}. The nearest row lacks a column for {lacks}" if count else message,
        place,
    )
