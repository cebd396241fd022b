"""What tables of every shape have in common: a row with its facts, whether it is of the sample at
all, and what stands around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import ResultRow
from kratom_qc.domain.source import Cell, SourceText
from kratom_qc.intake.layout.blocks import Block
from kratom_qc.intake.layout.headers import Column, Header
from kratom_qc.intake.layout.labels import restate
from kratom_qc.intake.layout.lines import parts
from kratom_qc.intake.layout.page import Page
from kratom_qc.intake.layout.sense import (
    CAS,
    UNIT_ROLES,
    begins_like_number,
    could_be_result,
    is_numbered_heading,
    squeezed,
)
from kratom_qc.vocabulary.calendar import is_day
from kratom_qc.vocabulary.rows import (
    Quality,
    heading,
    is_control_code,
    is_method,
    is_sample_word,
    quality_control,
)

# What a row of a long table belongs to: rows that differ in one of these are of different batches.
IDENTITY = ("batch_id", "certificate_id", "laboratory", "form", "client_sample", "product_name")
_KEYS = ("sample_id", "lab_id")
# Two columns of one row may state these twice, in the same words only.
_ONE_TRUTH = (*IDENTITY[:-1], *_KEYS, "status")
_MEASURES = (
    *UNIT_ROLES,
    "unit",
    "detection",
    "qualifier",
    "verdict",
    "detection_unit",
    "basis",
    "cas",
)
_IDS = tuple(f"fact:{name}" for name in ("batch_id", "certificate_id", *_KEYS))
SAMPLE_TYPE = "sample_type"
_INDONESIAN = ("ms", "tms")  # meets, or does not meet, the requirement
_HEADING = "heading"
_QUALITY = "quality control, not the sample"
_UNCLEAR = (
    "it may be the laboratory's quality control (a blank, spike, control, duplicate or another "
    "lot) and not the sample"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line with the facts that stand in its own row of a long or wide table."""

    line: ResultRow
    facts: dict[str, SourceText]


def facts_of(page: Page, header: Header, row: int) -> dict[str, SourceText]:
    """The facts that a row's own columns state. Those that a row is known by are claimed; others
    are claimed once it is known whether the certificate has them from here."""
    facts: dict[str, SourceText] = {}
    for column in header.columns:
        name = fact_of(column, header)
        if name is None or name == "other":
            continue
        is_key = name in IDENTITY or name in _KEYS
        word = page.fact(row, column.number, name) if is_key else page.peek(row, column.number)
        known = facts.get(name)
        if known is None or not known.text.strip():
            facts[name] = word
        elif name in _ONE_TRUTH and word.text.strip() and word.text.strip() != known.text.strip():
            message = (
                f"two columns state the {name.replace('_', ' ')}: '{known.text}' and '{word.text}'"
            )
            page.trouble("FACT-CONTRADICTS", message, row, column.number, word.text)
        elif word.text.strip():
            restate(facts, name, word)
    return facts


def fact_of(column: Column, header: Header) -> str | None:
    """The fact a column states; the verdict column of a wide table is the status of the whole
    batch."""
    if column.role == "verdict" and header.kind != "list":
        return "status"
    return column.role.removeprefix("fact:") if column.role.startswith("fact:") else None


# ---------------------------------------------------------------- what stands in no column


def note_cells(block: Block, row: int, row_of: str) -> None:
    """Note what is around every cell of a row of results, and hold where a value stands in a column
    without a header, or the row has slipped."""
    page = block.page
    titles = block.header.titles
    for number, cell in block.cells(row).items():
        page.stands(row, number, titles.get(number, ""), row_of)
        if number not in titles and could_be_result(cell.text):
            message = f"'{cell.text}' stands in a column without a header"
            page.trouble("VALUE-OUTSIDE-COLUMNS", message, row, number, cell.text)
    _note_uneven(block, row)


def _note_uneven(block: Block, row: int) -> None:
    """Hold a line of a text file that lacks fields of its header, or has more: its cells may have
    slipped."""
    widths = block.page.sheet.widths
    if not widths:
        return
    needed, has = _fields_needed(block.header), widths.get(row, 0)
    if has < needed:
        advice = "write an empty field for what is blank"
        message = f"row {row} has {has} fields, the header has {needed}; {advice}"
        block.page.trouble("SHORT-ROW", message, row, min(block.cells(row)))
    wide = widths.get(block.header.row, needed)
    extra = (
        [number for number in block.cells(row) if number > max(needed, wide)]
        if block.right is None
        else []
    )
    if extra:
        advice = "a separator inside a field needs quotes around it"
        message = f"row {row} has {has} fields, the header has {wide}; {advice}"
        block.page.trouble("LONG-ROW", message, row, extra[0], block.cells(row)[extra[0]].text)


def _fields_needed(header: Header) -> int:
    """How many fields a line has at least. Blank remarks at its end need no separators, if what
    stands before them is no measure that may have been cut."""
    columns = list(header.columns)
    while columns[-1].role == "ignored":
        columns.pop()
    cut_off = columns[-1].role in _MEASURES or columns[-1].role.startswith("analyte:")
    return header.columns[-1].number if cut_off else columns[-1].number


# ---------------------------------------------------------------- sections


@dataclass(slots=True)
class Section:
    """What the headings above some rows say of them."""

    word: SourceText | None = None
    unit: SourceText | None = None
    quality: Quality = ""
    in_body: bool = False  # the heading stands below the header of its table, whose unit it beats


def section_of(word: SourceText, before: Section, *, in_body: bool) -> Section:
    """The section that a heading begins. What follows quality control on a page may be the sample
    again, or not: then it is unclear."""
    line = heading(word.text)
    quality = quality_control(word.text)
    if not quality and before.quality:
        quality = "perhaps"
    unit = SourceText(line.unit, word.ref) if line.unit else None
    return Section(word, unit, quality, in_body)


def total_of(names: Sequence[str]) -> str | None:
    """What a bare `Total` behind these analytes is the total of: all of them are of one kind, and
    their total is a known analyte."""
    known = [vocabulary.analyte(name) for name in names]
    kinds = {analyte.family if analyte is not None else "" for analyte in known}
    words = {name.split()[0].casefold() for name in names if name.strip()}
    if len(names) < 2 or len(kinds) != 1:
        return None
    subjects = (*kinds, *(words if len(words) == 1 else ()))
    totals = {vocabulary.analyte(f"Total {subject}s") for subject in subjects if subject}
    totals_named = {total.name for total in totals if total is not None and total.family == "total"}
    return totals_named.pop() if len(totals_named) == 1 else None


def section_above(block: Block, before: Section) -> Section:
    """What the heading above a table says: merged over its header, or in a row of its own at most
    three rows above it. `before` is the section of the table before it on the sheet."""
    groups = {column.group for column in block.header.columns if column.group is not None}
    if len(groups) == 1:
        return section_of(groups.pop(), before, in_body=False)
    page, gaps, aside = block.page, 0, False
    for row in range(block.header.top - 1, max(block.header.top - 4, 0), -1):
        cells = block.cells(row) or _heading_of_both(block, row)
        gaps += not cells
        number = _heading_in(page, row, cells)
        if number is not None and (not aside or heading(cells[number].text).is_understood):
            claim_heading(page, row, number)
            _claim_asides(page, row, number)
            return section_of(page.peek(row, number), before, in_body=False)
        aside = aside or _states_aside(cells)
        if gaps > 1 or (not aside and any(not page.is_claimed(row, column) for column in cells)):
            break  # a line that states the unit may stand between
    return Section(quality="perhaps" if before.quality else "")


def _heading_of_both(block: Block, row: int) -> dict[int, Cell]:
    """The one cell right above two tables side by side with the same header: it heads both."""
    page, header = block.page, block.header
    cells = page.cells(row)
    own = [column.title for column in header.columns]
    before = [squeezed(cell.text) for cell in page.cells(header.top, 1, block.left - 1).values()]
    is_second = block.left > 1 and row == header.top - 1 and before[-len(own) :] == own
    return cells if is_second and len(cells) == 1 else {}


def _states_aside(cells: Mapping[int, Cell]) -> bool:
    """`Date Tested: 09/16/2026 | Complete`: a line of facts between a heading and its table."""
    texts = [cell.text for cell in cells.values()]
    return bool(texts) and all(
        vocabulary.status(text) == "final" or all(part.name and part.text for part in parts(text))
        for text in texts
    )


def _heading_in(page: Page, row: int, cells: dict[int, Cell]) -> int | None:
    """The column of the heading in a row that holds one, and nothing that is none."""
    open_cells = {
        column: cell
        for column, cell in cells.items()
        if not page.is_claimed(row, column) or page.meanings(row, column) == [_HEADING]
    }
    if not open_cells:
        return None
    number = min(open_cells)
    text = open_cells[number].text
    if vocabulary.fact_name(text) is not None or any(part.name for part in parts(text)):
        return None
    if begins_like_number(text) and not is_numbered_heading(text):
        return None
    if len(open_cells) == 1:
        return number
    texts = [cell.text for column, cell in open_cells.items() if column != number]
    is_row = vocabulary.analyte(squeezed(text)) is not None or any(map(could_be_result, texts))
    return number if heading(text).is_understood and not is_row else None


def _claim_asides(page: Page, row: int, number: int) -> None:
    """Claim a good verdict on a section, and its method, beside its heading: `Passed (ICP-MS)`."""
    for column, cell in page.unclaimed(row).items():
        if column > number and is_aside(cell.text):
            page.claim(row, column, "said of the section")


def is_aside(text: str) -> bool:
    """Whether a text beside a heading is a good verdict or a method: `Passed (ICP-MS)`."""
    said = heading(text)
    return said.is_understood and not (said.subjects or said.unit)


def claim_heading(page: Page, row: int, column: int) -> None:
    """Claim a heading that says nothing else."""
    text = page.cells(row)[column].text
    if heading(text).is_understood or quality_control(text) == "yes":
        page.word(row, column, _HEADING)


# ---------------------------------------------------------------- quality control


def with_sample_types(block: Block) -> Header:
    """The header, where a column of forms or names that also names quality control tells samples
    apart: `Sample Type`, with `Method Blank` below."""
    columns = [
        replace(column, role=SAMPLE_TYPE)
        if column.role in ("fact:form", "unknown", "ignored") and _tells_samples(block, column)
        else column
        for column in block.header.columns
    ]
    return replace(block.header, columns=tuple(columns))


def _tells_samples(block: Block, column: Column) -> bool:
    texts = {
        squeezed(cells[column.number].text)
        for row in block.body
        if column.number in (cells := block.cells(row))
    }
    known = [text for text in texts if is_sample_word(text) or _is_control(text)]
    return any(map(is_sample_word, texts)) and (
        len(known) == len(texts) or any(map(_is_control, texts))
    )


def _is_control(text: str) -> bool:
    """Whether a text in a column of kinds of samples names quality control."""
    return is_control_code(text) or quality_control(text) == "yes"


def same_for_all(block: Block, header: Header) -> frozenset[int]:
    """The columns of panels that say the same of every row: `Standard` there is no standard of the
    laboratory."""
    texts_of: dict[int, set[str]] = {column.number: set() for column in header.of("panel")}
    for row in block.body:
        cells = block.cells(row)
        for number in texts_of.keys() & cells.keys():
            texts_of[number].add(squeezed(cells[number].text))
    rows = sum(bool(block.cells(row)) for row in block.body)
    return frozenset(number for number, texts in texts_of.items() if len(texts) == 1 and rows > 2)


def quality_of(
    header: Header, cells: dict[int, Cell], skipped: frozenset[int] = frozenset()
) -> Quality:
    """Whether a row says of itself that it is of the laboratory's quality control; columns that say
    the same of every row are `skipped`."""
    roles = header.roles
    qualities = {
        _quality_beside(cell.text, roles.get(column, "unknown"))
        for column, cell in cells.items()
        if column not in skipped and not _is_verdict(cell.text, header.titles.get(column, ""))
    }
    return "yes" if "yes" in qualities else "perhaps" if "perhaps" in qualities else ""


def _is_verdict(text: str, title: str) -> bool:
    """`MS` under `Keterangan`: memenuhi syarat, and no matrix spike."""
    return vocabulary.may_hold_verdicts(title) and text.strip().casefold() in _INDONESIAN


@lru_cache(16384)
def _quality_beside(text: str, role: str) -> Quality:
    """What one cell of a row says of it, given the role of its column."""
    text = squeezed(text)
    is_result = role in _MEASURES or role.startswith("analyte:") or could_be_result(text)
    is_analyte = role == "analyte" and vocabulary.analyte(text) is not None
    quality: Quality = ""
    if not is_result and not is_analyte:
        quality = quality_control(text, is_id=role in _IDS, of_method=role == "method")
    if role == SAMPLE_TYPE and is_control_code(text):
        return "yes"
    if role == SAMPLE_TYPE and not quality_control(text) and not is_sample_word(text):
        return quality or "perhaps"
    return quality


def as_quality_control(block: Block, row: int, cells: Iterable[int]) -> None:
    """Claim the cells of a row that is not of the sample; its free text stays to be read."""
    roles = block.header.roles
    for number in cells:
        cell = block.page.cells(row)[number]
        role = roles.get(number, "unknown")
        if (
            role in (*_MEASURES, "analyte", *_IDS)
            or role.startswith("analyte:")
            or role == SAMPLE_TYPE
            or (role == "ignored" and begins_like_number(cell.text))
            or quality_control(cell.text) == "yes"
            or is_method(cell.text)
            or (role.startswith("fact:") and is_day(cell.text))
            or _names_control(cell.text)
        ):
            block.page.claim(row, number, _QUALITY)


def _names_control(text: str) -> bool:
    """`Maeng Da Powder DUP`: a product, and that this is its control."""
    others = [word for word in squeezed(text).split() if quality_control(word) != "yes"]
    return 0 < len(others) < len(text.split()) and not vocabulary.form_words(" ".join(others)).left


def cas_at(page: Page, row: int, column: int) -> SourceText:
    """A cell where a CAS number belongs; claimed where it holds one."""
    word = page.peek(row, column)
    if CAS.fullmatch(word.text.strip()) or vocabulary.status(word.text) == "not_tested":
        return page.spread(row, column, "CAS number")
    return word


def hold_unclear(page: Page, word: SourceText) -> None:
    """Hold a result of which nobody can say whether it is the sample's."""
    page.trouble_with("QC-UNCLEAR", f"'{word.text.strip()}': {_UNCLEAR}", word)
