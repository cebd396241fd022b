"""Tables with one result per row: a line for every result below a header. A row is used whole, or
what is not used stays unclaimed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import ACTION_LEVEL, ResultRow
from kratom_qc.domain.source import Cell, SourceText
from kratom_qc.intake.layout.across import facts_above
from kratom_qc.intake.layout.blocks import Block
from kratom_qc.intake.layout.bounds import Bounds
from kratom_qc.intake.layout.headers import Column, Header, claim_header, looks_like_header
from kratom_qc.intake.layout.labels import stated_in, states_a_fact
from kratom_qc.intake.layout.rounded import is_rounded
from kratom_qc.intake.layout.rows import (
    SAMPLE_TYPE,
    Row,
    Section,
    as_quality_control,
    cas_at,
    claim_heading,
    facts_of,
    hold_unclear,
    is_aside,
    note_cells,
    quality_of,
    same_for_all,
    section_of,
    total_of,
    with_sample_types,
)
from kratom_qc.intake.layout.sense import (
    UNIT_ROLES,
    could_be_result,
    names_analyte,
    sense,
    squeezed,
    unit_over_names,
)
from kratom_qc.intake.layout.sentences import listed
from kratom_qc.vocabulary.methods import techniques_in
from kratom_qc.vocabulary.rows import heading, is_method, is_sample_word, repetition, writing

# One column of each; what stands in a second one is read by nobody.
_ONCE = ("unit", "basis", "portion", "species", "replicate", "cas", "detection_unit", "batch")
# What a merged area may say of every row that it covers. A merged number may be of all rows
# together.
_SPREAD = ("unit", "basis", "portion")
_VERDICTS = (
    "opinion_good",
    "opinion_bad",
    "opinion_conditional",
    "opinion_unsure",
    "not_evaluated",
    "not_tested",
    "final",
)
RAW = "raw"
_PAIR = 3  # columns of a table that may have results of two cells
_SUMMARY_GOOD = ("opinion_good", "final")


class ListReader:
    """Reads a list from row to row: headings, batches named in rows of their own, results. `above`
    is what the heading above it says; `section` in the end what its last heading says."""

    def __init__(self, block: Block, above: Section):
        header = _told_apart(block, with_sample_types(block))
        self.block, self.page, self.header = block, block.page, header
        self.analyte = header.of("analyte")[0].number
        self.results = header.of("result") or header.of("qualifier")
        self.bounds = Bounds(block.page, header)
        self.same = same_for_all(block, header)
        self.above = facts_above(block.page, header)  # of each sample, by its column of results
        self.section = above
        self.batch: dict[str, SourceText] = {}
        self.last = 0  # the row of the last result
        self.read = False  # whether any row says something of an analyte or a panel
        self.naming: int | None = None  # a row that names the batch of results still to come
        self.names: list[str] = []  # of the analytes since the last heading
        self.units: dict[int, SourceText] = {}  # of a row of units below the header, by column

    def rows(self) -> Iterator[Row]:
        """The results, from top to bottom. Words over nothing head no table: `Report status |
        Detected in 25 g`."""
        for row in self.block.body:
            cells = self.block.cells(row)
            if cells:
                yield from self._row(row, cells)

    def _use_header(self) -> None:
        """Claim the header, once a row below it is used."""
        if not self.read:
            self.read = True
            claim_header(self.page, self.header)

    def _row(self, row: int, cells: dict[int, Cell]) -> Iterator[Row]:
        name = squeezed(self.page.peek(row, self.analyte).text)
        if self._is_fact_row(cells):
            self.naming = row if _names_batch(cells) else self.naming
        elif names_analyte(name) and not self._is_heading_of_analyte(row, cells, name):
            yield from self._results(row, cells, name)
        elif not self._is_of_section(row, cells, name):
            yield from self._unknown(row, cells, name)

    def _is_of_section(self, row: int, cells: dict[int, Cell], name: str) -> bool:
        """Take a row that says something of the rows below it, or of a whole panel."""
        if self._is_cut(row, cells):
            note_cells(self.block, row, name)
        elif self._is_unit_row(cells):
            self._take_units(row, cells)
        elif self._is_heading(row, cells, name):
            self._take_heading(row, cells)
        else:
            return bool(name) and self._is_summary(row, cells, name)
        return True

    def _unknown(self, row: int, cells: dict[int, Cell], name: str) -> Iterator[Row]:
        """A row that names no analyte we know: results in one cell, one that has slipped, or one of
        an analyte nobody knows."""
        if self._lists(row):
            yield from self._listed(row)
        elif not name or _NUMBER.fullmatch(name):
            self._hold_slipped(row, cells)
        elif self._answers(cells) and not self._is_apart(row, cells):
            yield from self._results(row, cells, name)

    def _is_apart(self, row: int, cells: dict[int, Cell]) -> bool:
        """Whether two cells behind a blank row, after results of more columns, are a label with its
        value, and no result of an unknown name."""
        blank = any(not self.page.cells(at) for at in range(self.last + 1, row))
        return bool(self.last) and blank and len(cells) == 2 and len(self.header.columns) > _PAIR

    # ------------------------------------------------------------ what a row is

    def _is_fact_row(self, cells: dict[int, Cell]) -> bool:
        """A row of one or two cells that states a fact: `Lot: L-2` between results of two
        batches; or of four that state two: `Approved by | J. Doe | Signed | 2026-10-12`."""
        if len(cells) > 1 and all(_is_labelled(cell.text) for cell in cells.values()):
            return self.analyte in cells  # `Panel: Heavy metals | Method: HP-2`
        if len(cells) == 4 and all(
            vocabulary.fact_name(cells[number].text.strip().removesuffix(":")) is not None
            for number in sorted(cells)[::2]
        ):
            return self.analyte in cells
        if len(cells) > 2 or not states_a_fact(cells):
            return False
        label = cells[min(cells)].text.partition(":")[0]
        return vocabulary.fact_name(label) is not None and (
            len(cells) == 1 or self.analyte in cells
        )

    def _is_heading_of_analyte(self, row: int, cells: dict[int, Cell], name: str) -> bool:
        """Whether a row that names an analyte is the heading of the rows below it."""
        if self._heads_next_table(row, cells):
            return True
        below = self.block.cells(row + 1)
        if not any(column.number in below for column in self.results):
            return False
        part = self.page.peek(row + 1, self.analyte).text
        ways = (self._heads_its_parts, self._heads_described, self._heads_by_method)
        return any(way(cells, name, part) for way in ways)

    def _heads_next_table(self, row: int, cells: dict[int, Cell]) -> bool:
        """`Moisture | PASSED` right above the header of another table; a bad verdict is none."""
        beside = [cell.text for number, cell in cells.items() if number != self.analyte]
        following = self.page.cells(row + 1, self.block.left, self.block.right)
        return (
            row == self.block.last
            and bool(beside)
            and all(map(is_aside, beside))
            and looks_like_header(following.values())
        )

    def _heads_its_parts(self, cells: dict[int, Cell], name: str, part: str) -> bool:
        """`Aflatoxins` alone in its row, with the results of each right below: a heading, though it
        names their total too."""
        return (
            len(cells) == 1
            and " " not in name
            and part.casefold().startswith(name.casefold().rstrip("s") + " ")
        )

    def _heads_described(self, cells: dict[int, Cell], name: str, part: str) -> bool:
        """`Physical Description` alone over `Appearance` and `Odor`."""
        known = vocabulary.analyte(name)
        return (
            len(cells) == 1
            and known is not None
            and known.measure == "described"
            and heading(name).is_understood
            and names_analyte(squeezed(part))
        )

    def _heads_by_method(self, cells: dict[int, Cell], _: str, part: str) -> bool:
        """`MERCURY, TOTAL | SW7471B | Analyst: RKM` over the row of mercury: beside the name stand
        a method and a person, each in a column that holds something else."""
        roles = self.header.roles
        beside = {number: cell.text for number, cell in cells.items() if number != self.analyte}
        return (
            names_analyte(squeezed(part))
            and any(map(_is_numbered_method, beside.values()))
            and all(
                _names_person(text)
                or (
                    _is_numbered_method(text)
                    and roles.get(number) not in (*UNIT_ROLES, "unit", "method", "verdict")
                )
                for number, text in beside.items()
            )
        )

    def _is_heading(self, row: int, cells: dict[int, Cell], name: str) -> bool:
        """A row of one cell that is no result heads a section (or is a note under the table); so do
        words of headings with nothing in the columns of results."""
        number, cell = next(iter(cells.items()))
        text = squeezed(cell.text)
        if self._heads_next_table(row, cells):
            return True
        if any(column.number in cells for column in self.results):
            return False
        if len(cells) > 1:
            return bool(name) and heading(name).is_understood
        if number == self.analyte:
            return not _NUMBER.fullmatch(text)
        if name or any(
            column.number == number and column.role in ("ignored", "panel")
            for column in self.header.columns
        ):
            return False
        return not could_be_result(text)

    def _is_unit_row(self, cells: dict[int, Cell]) -> bool:
        """Units, and nothing else, in columns of results and their limits. `1` is a unit of ratios,
        and here a result."""
        measures = {
            column.number for column in self.header.columns if column.role in UNIT_ROLES
        } & cells.keys()
        rest = [squeezed(cell.text) for number, cell in cells.items() if number not in measures]
        return (
            bool(measures)
            and all(vocabulary.unit(cells[number].text) is not None for number in measures)
            and not any(could_be_result(squeezed(cells[number].text)) for number in measures)
            and all(heading(text).is_understood or _is_unit_word(text) for text in rest)
        )

    def _is_summary(self, row: int, cells: dict[int, Cell], name: str) -> bool:
        """`Heavy metals | Pass`: what the laboratory says of a whole panel. Good words change
        nothing; all others are a result of a name nobody knows."""
        filled = [column.number for column in self.header.columns if column.number in cells]
        words = [number for number in filled if number != self.analyte]
        good = [
            number for number in words if vocabulary.status(cells[number].text) in _SUMMARY_GOOD
        ]
        answers = {column.number for column in self.results} & {*words}
        results = [number for number in answers if _NUMBER.match(cells[number].text.strip())]
        doubtful = [
            number
            for number in words
            if number not in good and vocabulary.status(cells[number].text)
        ]
        if not good or doubtful or results or not _is_panel(name):
            return False
        self._use_header()
        self.page.word(row, self.analyte, "panel")
        for number in good:
            self.page.word(row, number, f"verdict on {name}")
        return True

    def _answers(self, cells: dict[int, Cell]) -> bool:
        """Whether a row of an unknown name is a result all the same."""
        results = [cells[column.number] for column in self.results if column.number in cells]
        beside = any(
            column.number in cells and column.role in ("unit", "lod", "loq", "lod_loq", "verdict")
            for column in self.header.columns
        )
        labelled = cells[min(cells)].text.rstrip().endswith((":", "："))
        beside = beside and not labelled  # `Approved: | J. Doe` below a table
        return any(could_be_result(cell.text) or beside for cell in results)

    # ------------------------------------------------------------ what is made of it

    def _take_units(self, row: int, cells: dict[int, Cell]) -> None:
        measured = {column.number for column in self.header.columns if column.role in UNIT_ROLES}
        for number in cells:
            if number in measured:
                self.units[number] = self.page.word(row, number, "unit")
            else:
                claim_heading(self.page, row, number)
                if number == self.analyte:
                    word = self.page.peek(row, number)
                    self.section = section_of(word, self.section, in_body=True)

    def _take_heading(self, row: int, cells: dict[int, Cell]) -> None:
        number = self.analyte if self.analyte in cells else min(cells)
        claim_heading(self.page, row, number)
        word = self.page.peek(row, number)
        for beside, cell in cells.items():
            if is_aside(cell.text) or _is_numbered_method(cell.text) or _names_person(cell.text):
                self.page.claim(row, beside, "said of the section")
        self.section = section_of(word, self.section, in_body=True)
        self.units, self.names = {}, []

    def _hold_slipped(self, row: int, cells: dict[int, Cell]) -> None:
        """A result without an analyte belongs to a row that was cut in two, or has slipped."""
        follows = self.last == row - 1
        slipped = next(
            (
                number
                for number, cell in cells.items()
                if self._may_answer(number, cell, follows=follows)
            ),
            None,
        )
        if slipped is not None:
            message = "this row has a result but no analyte in its column"
            advice = "repeat a merged name, or move the row back"
            text = cells[slipped].text
            self.page.trouble("RESULT-WITHOUT-ANALYTE", f"{message}; {advice}", row, slipped, text)

    def _is_cut(self, row: int, cells: dict[int, Cell]) -> bool:
        """Whether a line of a text file ends too early: it states the facts of the row above it, or
        begins to, and has fewer fields than its header."""
        columns = self.header.columns
        if self.page.sheet.widths.get(row, columns[-1].number) >= columns[-1].number:
            return False
        above = self.block.cells(self.last)
        facts = [column.number for column in columns if column.role.startswith("fact:")]
        return any(
            number in cells
            and number in above
            and above[number].text.startswith(cells[number].text)
            for number in facts
        )

    def _may_answer(self, number: int, cell: Cell, *, follows: bool) -> bool:
        """Whether a cell may be a result or an analyte; right below a result, whatever stands in
        the column of results."""
        roles = [column.role for column in self.header.columns if column.number == number]
        if roles in (["ignored"], ["panel"]):
            return False
        text = squeezed(cell.text)
        answers = could_be_result(text) or vocabulary.analyte(text) is not None
        return answers or (follows and roles == ["result"])

    def _results(self, row: int, cells: dict[int, Cell], name: str) -> Iterator[Row]:
        self.last = row
        self._use_header()
        quality = quality_of(self.header, cells, self.same) or self.section.quality
        note_cells(self.block, row, name)
        if quality == "yes":
            as_quality_control(self.block, row, cells)
            return
        if quality == "perhaps":
            hold_unclear(self.page, self.page.peek(row, self.analyte))
        if self.naming is not None:
            naming = self.block.cells(self.naming)
            stated = stated_in(self.page, self.naming, naming)
            self.batch = {fact.name: fact.word for fact in stated if fact.name != "other"}
            self.naming = None
        facts = {**self.batch, **facts_of(self.page, self.header, row)}
        for line, number in self._lines(row, name):
            yield Row(line, {**facts, **self.above.get(number, {})})

    def _lines(self, row: int, name: str) -> Iterator[tuple[ResultRow, int]]:
        """A line for each of the things that a row says of its analyte, with its column; columns
        that may all be the same thing are other readings of one line."""
        words = self._words(row)
        analyte = self._whole_total(self.page.spread(row, self.analyte, "analyte"))
        self.names.append(analyte.text)
        answered = [
            column for column in self.results if self.page.peek(row, column.number).text.strip()
        ]
        for alike in _alike(answered or self.results[:1], self.above):
            lines: list[ResultRow] = []
            for column in alike:
                _hold_merged(self.page, row, column.number)
                lines += self._readings(row, column, analyte, words, name)
            lines += self._raw(row, lines[0], analyte, words, name)
            alternatives = tuple(lines[1:])
            line = replace(lines[0], alternatives=alternatives) if alternatives else lines[0]
            yield line, alike[0].number

    def _whole_total(self, word: SourceText) -> SourceText:
        """A bare `Total` is the total of its section, or of the analytes above it, where that is a
        known analyte: aflatoxins, for instance."""
        if not vocabulary.is_bare_total(word.text):
            return word
        section = self.section.word
        subjects = heading(section.text).subjects if section is not None else ()
        names = {known.name for text in _totals(subjects) if (known := vocabulary.analyte(text))}
        whole = names.pop() if len(names) == 1 else total_of(self.names)
        return replace(word, text=whole) if whole is not None else word

    def _raw(
        self, row: int, line: ResultRow, analyte: SourceText, words: dict[str, Any], name: str
    ) -> Iterator[ResultRow]:
        """The raw result beside a reported one, where the latter is not the former rounded: then it
        is another reading."""
        for column in self.header.of(RAW):
            raw = self.page.peek(row, column.number).text
            if line.result is not None and is_rounded(raw, line.result.text):
                self.page.word(row, column.number, f"raw result of {name}")
            elif raw.strip():
                yield from self._readings(row, column, analyte, words, name)

    def _readings(
        self, row: int, column: Column, analyte: SourceText, words: dict[str, Any], name: str
    ) -> Iterator[ResultRow]:
        section = self.section.word
        of_row: dict[str, Any] = {role: words.get(role) for role in _OF_ROW}
        result = self.page.word(row, column.number, f"result of {name}")
        header_unit, section_unit = self._units(column, words.get("unit"))
        if (of_piece := _of_piece(result, column)) is not None:
            result, header_unit, section_unit = of_piece, None, None
            of_row["unit"] = None  # of the results beside it
        repeated = len(self.results) > 1 and repetition(column.title) is not None
        of_row |= {
            "analyte": analyte,
            "result": result,
            "header_unit": header_unit,
            "section_unit": section_unit,
            "qualifier": words.get("qualifier") if column.role == "result" else None,
            "section": words.get("panel") or section,
            "basis": words.get("basis")
            or (SourceText(column.basis, column.header.ref) if column.basis else None),
            "replicate": words.get("replicate") or (column.header if repeated else None),
        }
        for bounds in self.bounds.readings(row, column, self.results):
            yield ResultRow(**of_row, **bounds)

    def _units(
        self, column: Column, stated: SourceText | None
    ) -> tuple[SourceText | None, SourceText | None]:
        """The unit of the column's header and that of the section. A heading below the header beats
        it; a row of units beats both."""
        if column.number in self.units:
            return self.units[column.number], None
        section = self.section.unit
        if section is not None and self.section.in_body:
            return None, section
        if section is not None and column.unit and _is_apart(self.results):
            return column.header_unit, None  # the columns have units of their own
        says = stated is not None and stated.text.strip()
        if section is None and not column.unit and not says:
            section = self._unit_over_names() or self.block.unit
        return column.header_unit, section

    def _unit_over_names(self) -> SourceText | None:
        """The unit beside the word over the analytes: `Metals, ng/mL`."""
        header = self.header.of("analyte")[0].header
        unit = unit_over_names(squeezed(header.text))
        return replace(header, text=unit) if unit else None

    def _lists(self, row: int) -> bool:
        """Whether the results of several analytes stand in one cell."""
        return any(listed(self.page.peek(row, column.number).text) for column in self.results)

    def _listed(self, row: int) -> Iterator[Row]:
        """`Lead 0.21; Cadmium <0.05` in the column of results: each is a result of its own, with
        the unit and the facts of the row."""
        self._use_header()
        words, facts = self._words(row), facts_of(self.page, self.header, row)
        note_cells(self.block, row, "")
        if _is_panel(self.page.peek(row, self.analyte).text):
            self.page.spread(row, self.analyte, "panel")
        for column in self.results:
            for name, value in listed(self.page.peek(row, column.number).text):
                word = self.page.word(row, column.number, f"result of {name}")
                header_unit, section_unit = self._units(column, words.get("unit"))
                line = ResultRow(
                    analyte=replace(word, text=name),
                    result=replace(word, text=value),
                    header_unit=header_unit,
                    section_unit=section_unit,
                    section=self.section.word,
                    unit=words.get("unit"),
                    method=words.get("method"),
                    verdict=words.get("verdict"),
                    verdict_header=words.get("verdict_header"),
                    basis=words.get("basis"),
                )
                yield Row(line, {**self.batch, **facts})

    def _words(self, row: int) -> dict[str, SourceText]:
        """The words of a row by the roles of their columns; results, limits of detection and facts
        left out. A method, a species or a panel may be any words: only known ones are claimed."""
        words: dict[str, SourceText] = {}
        for column in self.header.columns:
            role, number = column.role, column.number
            if role == "method":
                words[role] = _joined(words.get(role), self.page.peek(row, number))
            elif role == "limit":
                limit = self._limit(words.get(role), row, column)
                words[role] = limit or self.page.peek(row, number)
            elif role == "cas":
                words[role] = cas_at(self.page, row, number)
            elif role in _CLAIMED_IF:
                word = self._known(row, number, role)
                words[role] = words[role] if words.get(role) and words[role].text.strip() else word
            elif role in _SPREAD:
                words[role] = self.page.spread(row, number, role)
            elif role == "verdict":
                words |= self._verdict(row, column, words.get(role))
            elif role == "qualifier":  # a sign may stand in a column of its own
                words[role] = _joined(words.get(role), self.page.word(row, number, role), " ")
        return words

    def _verdict(
        self, row: int, column: Column, before: SourceText | None
    ) -> dict[str, SourceText]:
        """A verdict with its header, unless one before it counts."""
        word = self.page.word(row, column.number, "verdict")
        if not _is_worse(word, before):
            return {}
        return {"verdict": word, "verdict_header": column.header}

    def _known(self, row: int, number: int, role: str) -> SourceText:
        word = self.page.peek(row, number)
        if _CLAIMED_IF[role](word.text):
            self.page.spread(row, number, role.replace("_", " "))
        return word

    def _limit(self, known: SourceText | None, row: int, column: Column) -> SourceText | None:
        """What the laboratory allows: the first column that says anything; `Min` and `Max` are one
        range."""
        word = self.page.peek(row, column.number)
        if not word.text.strip():
            return known
        kind = repetition(column.title)
        text = word.text.strip()
        if known is not None and known.text.strip():
            lowest = re.fullmatch(r"NLT ([0-9.,]+)", known.text)
            if kind != "highest" or lowest is None or not _BARE.fullmatch(text):
                return known
            self.page.claim(row, column.number, "limit")
            return replace(known, text=f"{lowest[1]} - {text}")
        word = self.page.spread(row, column.number, "limit")
        if vocabulary.status(vocabulary.without_portion(text)) == "present" and _acts(column):
            return replace(word, text=f"{ACTION_LEVEL}{text}")
        if not _BARE.fullmatch(text):
            return word
        bound = {"lowest": "NLT ", "highest": "NMT "}.get(kind or "", "")
        unit = self.units.get(column.number) or column.header_unit
        return replace(word, text=f"{bound}{text}{f' {unit.text}' if unit and not bound else ''}")


def _is_worse(verdict: SourceText, before: SourceText | None) -> bool:
    """Whether a verdict counts in place of the one of a column before it: where that is good, or
    says nothing."""
    if before is None or not before.text.strip():
        return True
    return bool(verdict.text.strip()) and vocabulary.status(before.text) in _SUMMARY_GOOD


def _of_piece(word: SourceText, column: Column) -> SourceText | None:
    """A result with what its column says it is of, `101 mg/bottle` for `101 mg` under `Per bottle`;
    None where the column says nothing of the kind, or the cell states no mass."""
    stated = _WITH_MASS.fullmatch(word.text.strip()) if column.unit.startswith("/") else None
    return replace(word, text=f"{word.text.strip()}{column.unit}") if stated else None


def _acts(column: Column) -> bool:
    """Whether a column says from what on something is done: `Action level`."""
    return "action" in column.title.casefold().split()


def _is_replicate(text: str) -> bool:
    return repetition(text) is not None or re.fullmatch(r"\s*\w{1,2}\s*", text) is not None


# Columns that may say anything, and when a cell of them is understood
_CLAIMED_IF: Mapping[str, Callable[[str], bool]] = {
    SAMPLE_TYPE: is_sample_word,
    "panel": lambda text: heading(text).is_understood,
    "species": vocabulary.is_placeholder,
    "replicate": _is_replicate,
}
_BARE = re.compile(r"[0-9][0-9.,]*")
_NUMBER = re.compile(r"[<>≤≥]?\s*[0-9][0-9.,]*")
_SIGN = re.compile(r"[<>=≤≥]{1,2}|[A-Za-z]{1,3}(?:[\s,;/+]+[A-Za-z]{1,3})*")
_WITH_MASS = re.compile(r"[<>≤≥]?\s*[0-9][0-9.,]*\s*(?:mg|µg|μg|ug|mcg)")
_OWN_NUMBER = re.compile(r"[A-Z0-9]+(?:[-./][A-Z0-9]+)+")  # of a method of the laboratory's own
_OF_ROW = ("unit", "method", "verdict", "verdict_header", "limit", "portion", "species", "cas")


def _names_batch(cells: dict[int, Cell]) -> bool:
    return vocabulary.fact_name(cells[min(cells)].text.partition(":")[0]) == "batch_id"


def _is_numbered_method(text: str) -> bool:
    """`SW7471B`, `SEL-HPLC-22`: with a number, so that it is no qualifier."""
    is_own = _OWN_NUMBER.fullmatch(text.strip()) is not None and bool(techniques_in(text))
    return (is_method(text) or is_own) and any(map(str.isdigit, text))


def _names_person(text: str) -> bool:
    """`Analyst: RKM`."""
    label, colon, name = text.partition(":")
    return bool(colon and name.strip()) and vocabulary.plain_label(label) == "person"


def _is_unit_word(text: str) -> bool:
    return sense(text).role == "unit"


def _is_labelled(text: str) -> bool:
    """`Method: HP-2`, `Completed: 2026-10-21`: a label of facts, panels or methods and a value."""
    label, colon, value = text.partition(":")
    of_test = vocabulary.column_role(label) in ("panel", "method")
    return bool(colon and value.strip()) and (of_test or vocabulary.fact_name(label) is not None)


def _is_panel(name: str) -> bool:
    """`Heavy metals`, or the batch as a whole; a sign names neither."""
    if vocabulary.fact_name(name) in ("batch_id", "product_name"):
        return True
    return heading(name).is_understood and any(map(str.isalpha, name))


# ---------------------------------------------------------------- columns


def _told_apart(block: Block, header: Header) -> Header:
    """Of several result columns, one that holds only verdicts is a verdict; of several columns of
    units, the one behind a limit is the limit's; a second column of one meaning has none."""
    several = len(header.of("result")) > 1
    columns: list[Column] = []
    for column in header.columns:
        role = column.role
        if role == "result" and several and _only_verdicts(block, column):
            role = "verdict"
        if role == "result" and several and _only_answers(block, column):
            role = "detection"  # `DETECTED` with Y and N beside the results
        role = _role_beside(role, columns)
        if role == "qualifier" and any(column.role == role for column in columns):
            role = role if _only_signs(block, column) else "unknown"
        columns.append(replace(column, role=role) if role != column.role else column)
    settled = replace(header, columns=tuple(_without_raw(columns)))
    _hold_groups(block, settled)
    return settled


def _role_beside(role: str, before: Sequence[Column]) -> str:
    """The role of a column, given those before it."""
    seen = {column.role for column in before}
    if role == "unit" and "unit" in seen and before[-1].role in ("lod", "loq", "lod_loq"):
        role = "detection_unit"
    if role.startswith("analyte:") or (role in seen and role in _ONCE):
        return "unknown"
    return role


def _without_raw(columns: Sequence[Column]) -> Iterator[Column]:
    """Beside one column of results as they are reported, those as they were measured are not the
    results."""
    results = [column for column in columns if column.role == "result"]
    reported = [column for column in results if writing(column.title) == "reported"]
    for column in columns:
        is_raw = column.role == "result" and writing(column.title) == "raw"
        yield replace(column, role=RAW) if is_raw and len(reported) == 1 else column


def _only_signs(block: Block, column: Column) -> bool:
    """Whether a second column of qualifiers holds signs and letters only: `<` beside `U`."""
    rows = (block.cells(row) for row in block.body)
    texts = [cells[column.number].text.strip() for cells in rows if column.number in cells]
    return all(map(_SIGN.fullmatch, texts))


def _only_answers(block: Block, column: Column) -> bool:
    rows = (block.cells(row) for row in block.body)
    texts = [cells[column.number].text.strip() for cells in rows if column.number in cells]
    return bool(texts) and all(text.casefold() in ("y", "n", "yes", "no") for text in texts)


def _only_verdicts(block: Block, column: Column) -> bool:
    texts = [
        cells[column.number].text
        for row in block.body
        if column.number in (cells := block.cells(row)) and len(cells) > 1
    ]
    return bool(texts) and all(vocabulary.status(text) in _VERDICTS for text in texts)


def _hold_groups(block: Block, header: Header) -> None:
    """Two groups of results under names that mean nothing to us may be two samples."""
    groups = {
        column.group.ref: column.group for column in header.of("result") if column.group is not None
    }
    unclear = [word for word in groups.values() if not heading(word.text).is_understood]
    if len(groups) > 1:
        for word in unclear:
            message = f"nobody can say which sample the results under '{word.text.strip()}' are of"
            block.page.trouble_with("SAMPLE-UNCLEAR", message, word)


def _alike(
    columns: Sequence[Column], above: Mapping[int, dict[str, SourceText]]
) -> list[list[Column]]:
    """The columns of results in groups of those that nothing tells apart: neither unit nor basis,
    neither a replicate's name nor that of a group, nor facts `above` them."""
    groups: dict[tuple[str, ...], list[Column]] = {}
    for column in columns:
        group = column.group.text if column.group else ""
        repeated = column.title if repetition(column.title) else ""
        sample = str(column.number) if column.number in above else ""
        key = (vocabulary.unit_key(column.unit), column.basis, group, repeated, sample)
        groups.setdefault(key, []).append(column)
    return list(groups.values())


def _is_apart(columns: Sequence[Column]) -> bool:
    return len({vocabulary.unit_key(column.unit) for column in columns}) > 1


# ---------------------------------------------------------------- words


def _joined(word: SourceText | None, further: SourceText, between: str = "; ") -> SourceText:
    """Two columns may say by what a result was obtained: `SOP 12`, and its instrument, `GC-MS`."""
    if word is None or not word.text.strip():
        return further
    if not further.text.strip():
        return word
    return replace(word, text=f"{word.text.strip()}{between}{further.text.strip()}")


def _hold_merged(page: Any, row: int, column: int) -> None:
    """One number merged over several results may be their sum, or the result of one of them."""
    area = page.merges.get((row, column))
    if area is None:
        return
    first, left, last, right = area
    text = page.peek(first, left).text
    if (last > first or right > left) and could_be_result(text):
        message = (
            f"'{text}' is merged over several cells; unmerge them and repeat what holds for each"
        )
        page.trouble("MERGED-RESULT", message, first, left, text)


def _totals(subjects: Sequence[str]) -> Iterator[str]:
    words = [word for subject in subjects for word in subject.split()]
    for subject in (*subjects, *(f"{word.rstrip('s')}s" for word in words if len(word) > 5)):
        yield from (f"Total {subject}", f"Sum of {subject}", f"{subject}, total")
