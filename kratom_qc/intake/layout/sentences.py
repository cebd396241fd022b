"""Results outside tables: `Salmonella: absent in 25 g`, `As 0.1; Cd 0.02; Pb 0.4 mg/kg`; and what
only looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import ResultRow
from kratom_qc.domain.source import Cell, SourceText
from kratom_qc.intake.layout.page import Page
from kratom_qc.intake.layout.rows import Row
from kratom_qc.intake.layout.sense import begins_like_number, names_analyte

_PARTS = re.compile(r"\s*[;\n|]\s*|\s{2,}|,\s+(?=[^\W\d])")
_NUMBER = re.compile(
    r"(?P<number>[<>≤≥]?\s*[0-9][0-9.,]*(?:\s*[x×*·]\s*10\s*\^?\s*[0-9⁰¹²³⁴-⁹]+)?)\s*(?P<unit>.*)"
)
_IN_PORTION = re.compile(
    r"(?P<word>.+?)\s*(?:/|\b(?:in|per|v|en|em|dans|dalam|w)\b)\s*[0-9.,]+\s*(?:g|ml)\.?", re.I
)
_ONLY_NUMBER = re.compile(r"[<>≤≥]?\s*[0-9][0-9.,]*")
_OF_PIECE = re.compile(r"(?<=g)\s+per\s+[a-z]{3,10}$")  # `4.05 g per gummy`
_LONGEST = 300
_PHYSICAL = "physical"


@lru_cache(4096)
def listed(text: str) -> tuple[tuple[str, str], ...]:
    """The analytes and what is said of each, where a text holds these and nothing else. A unit
    behind the last number is that of all numbers without one."""
    if len(text) > _LONGEST:
        return ()
    parts = [part.rstrip(" .") for part in _PARTS.split(text.strip()) if part.strip(" .")]
    pairs = [_stated(part) for part in parts]
    stated = [pair for pair in pairs if pair is not None]
    if not pairs or len(stated) < len(pairs):
        return ()
    last = _NUMBER.fullmatch(stated[-1][1])
    unit = last["unit"] if last else ""
    return tuple(
        (name, f"{value} {unit}" if unit and _ONLY_NUMBER.fullmatch(value) else value)
        for name, value in stated
    )


def _stated(part: str) -> tuple[str, str] | None:
    """An analyte and what is said of it; the longest name counts."""
    words = part.split()
    for count in range(min(len(words) - 1, 8), 0, -1):
        name = " ".join(words[:count]).rstrip(" :=–-")
        statement = " ".join(words[count:]).lstrip(" :=–")
        if vocabulary.analyte(name) is not None and _is_statement(statement):
            return name, statement
    return None


def _is_statement(text: str) -> bool:
    number = _NUMBER.fullmatch(text)
    if number is not None:
        return not number["unit"] or vocabulary.unit(number["unit"]) is not None
    portion = _IN_PORTION.fullmatch(text)
    return bool(text) and vocabulary.status(portion["word"] if portion else text) is not None


def read_sentences(page: Page, row: int, cells: dict[int, Cell]) -> Iterator[Row]:
    """The results in cells of a row that nothing else has understood."""
    for column, cell in cells.items():
        if cell.kind != "text":
            continue
        for name, statement in listed(cell.text):
            word = page.word(row, column, f"result of {name}")
            line = ResultRow(SourceText(name, word.ref), SourceText(statement, word.ref))
            yield Row(line, {})
    yield from _beside_its_label(page, row, page.cells(row))


def _beside_its_label(page: Page, row: int, cells: dict[int, Cell]) -> Iterator[Row]:
    """`Average gummy weight | 4.12 g (n = 20)`: what is weighed of a product is told beside its
    label, and in no table, as often as not."""
    for label, value in pairwise(sorted(cells)):
        known = vocabulary.analyte(cells[label].text.strip(" :"))
        said = _OF_PIECE.sub("", vocabulary.without_statistic(cells[value].text).strip())
        number = _NUMBER.fullmatch(said.strip())
        measured = number is not None and vocabulary.unit(number["unit"]) is not None
        read = page.is_claimed(row, value) or page.meanings(row, label) not in ([], ["label"])
        if known is not None and known.family == _PHYSICAL and measured and not read:
            analyte = page.word(row, label, "analyte")
            word = page.word(row, value, f"result of {known.name}")
            yield Row(ResultRow(analyte, replace(word, text=said)), {})


# ---------------------------------------------------------------- what only looks like one


def hold_stray(page: Page, row: int, cells: dict[int, Cell]) -> None:
    """Hold a row like a result outside every table: dropping it in silence could hide one."""
    numbers = sorted(cells)
    if len(cells) > 1 and all(_ONLY_NUMBER.fullmatch(cell.text.strip()) for cell in cells.values()):
        message = "these numbers stand in no table: no header row above them names their columns"
        page.trouble("STRAY-RESULT", message, row, numbers[0], cells[numbers[0]].text)
        return
    for number in numbers:
        if _is_stray(page, row, cells, number):
            message = (
                "this row looks like a result, but it stands in no table: no header row above it "
                "names its columns"
            )
            page.trouble("STRAY-RESULT", message, row, number, cells[number].text)
            return


def _is_stray(page: Page, row: int, cells: dict[int, Cell], number: int) -> bool:
    """An analyte with a result beside it, or a number below it."""
    text = cells[number].text
    if vocabulary.fact_name(text) is not None or not names_analyte(text):
        return False
    below = page.unclaimed(row + 1).get(number)
    beside = any(
        begins_like_number(cell.text) or vocabulary.status(cell.text) is not None
        for column, cell in cells.items()
        if column != number
    )
    return beside or (below is not None and len(cells) > 1 and begins_like_number(below.text))
