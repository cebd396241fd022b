"""Which limits of detection and uncertainties belong to which column of results."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from kratom_qc import vocabulary
from kratom_qc.domain.source import SourceText
from kratom_qc.intake.layout.headers import Column, Header
from kratom_qc.intake.layout.page import Page
from kratom_qc.intake.layout.sense import may_be_bound

_ROLES = ("lod", "loq", "uncertainty")
_NUMBER = r"[<>≤≥]?\s*[0-9][0-9.,]*(?:[eE][-+]?[0-9]+)?"
_TWO = re.compile(
    rf"^(?:LOD\s*:?\s*)?(?P<one>{_NUMBER})\s*(?P<first_unit>[^0-9,;/|(]*?)\s*"
    rf"(?:[/|;,]\s+|\s*[/|;]\s*|\(\s*)(?:(?:LOQ|RL)\s*[:=]?\s*)?"
    rf"(?P<other>{_NUMBER})\s*(?P<unit>[^()]*?)\s*\)?$",
    re.IGNORECASE,
)


class Bounds:
    """The columns of limits of detection, of quantitation and of uncertainties of one table."""

    def __init__(self, page: Page, header: Header):
        self.page = page
        self.columns = {role: header.of(role) for role in _ROLES}
        self.both = header.of("lod_loq")
        self.units = [column.number for column in header.of("detection_unit")[:1]]

    def readings(
        self, row: int, result: Column, results: Sequence[Column]
    ) -> Iterator[dict[str, Any]]:
        """What the row says of the limits of one column of results; where they may be read in
        several ways (a second column, a unit that may be that of another column), each of them."""
        words: dict[str, Any] = {}
        alternatives: list[dict[str, Any]] = []
        unit = self._unit(row)
        for role in _ROLES:
            first, *further = self._of(role, row, result, results, unit) or [{}]
            words |= first
            alternatives += further
            if first and not first[f"{role}_unit"] and role != "uncertainty":
                alternatives += [{f"{role}_unit": unit} for unit in _units_beside(result, results)]
        words |= self._both(row, unit)
        words |= _parted(words)
        yield words
        for alternative in alternatives:
            yield {**words, **alternative}

    def _of(
        self,
        role: str,
        row: int,
        result: Column,
        results: Sequence[Column],
        unit: SourceText | None,
    ) -> list[dict[str, Any]]:
        """The limits of one kind that a row states for a column of results, the likeliest first; of
        further ones only those that say anything."""
        bounds = _beside_each(self.columns[role], result, results)
        fitting = [column for column in bounds if _fits(column, result, results)]
        limits: list[dict[str, Any]] = []
        for column in _nearest_unit_first(fitting, result):
            word = bound_at(self.page, row, column.number, role)
            if not limits or word.text.strip():
                limits.append({role: word, f"{role}_unit": unit or column.header_unit})
        return limits

    def _unit(self, row: int) -> SourceText | None:
        """The unit of the row's limits, where a column states one."""
        if not self.units:
            return None
        word = self.page.peek(row, self.units[0])
        if vocabulary.unit(word.text) is not None or may_be_bound(word.text):
            self.page.claim(row, self.units[0], "unit of the limit")
        return word

    def _both(self, row: int, row_unit: SourceText | None) -> dict[str, Any]:
        """LOD and LOQ from one column."""
        if not self.both:
            return {}
        column = self.both[0]
        word = bound_at(self.page, row, column.number, "LOD and LOQ")
        lod, loq = _split(word)
        if re.match(r"\s*(?:loq|rl|pql|bg)\b", column.title, re.IGNORECASE):
            lod, loq = loq, lod
        unit = row_unit or column.header_unit
        return {"lod": lod, "loq": loq, "lod_unit": unit, "loq_unit": unit}


def bound_at(page: Page, row: int, column: int, role: str) -> SourceText:
    """A cell where a limit of detection or an uncertainty belongs. It is claimed where it may be
    one: beside a test for absence, nothing else is made of it."""
    word = page.peek(row, column)
    if may_be_bound(word.text) or _TWO.match(word.text.strip()):
        return page.spread(row, column, role)
    return word


def _parted(words: dict[str, Any]) -> dict[str, Any]:
    """`0.02 (LOQ 0.06)` in a column of LODs states both."""
    word = words.get("lod")
    if word is None or (words.get("loq") and words["loq"].text.strip()):
        return {}
    if _TWO.match(word.text.strip()) is None:
        return {}
    lod, loq = _split(word)
    return {"lod": lod, "loq": loq, "loq_unit": words["lod_unit"]}


def _split(word: SourceText) -> tuple[SourceText, SourceText]:
    """`0.02 / 0.06`, `0,02/0,06`, `0.02 (LOQ 0.06)`; a unit behind the second is the unit of
    both."""
    parts = _TWO.match(word.text.strip())
    if parts is not None:
        unit = parts["unit"].strip()
        first = f"{parts['one'].strip()} {parts['first_unit'].strip() or unit}"
        second = f"{parts['other'].strip()} {unit}"
        return replace(word, text=first.strip()), replace(word, text=second.strip())
    lod, slash, loq = word.text.partition("/")
    if not slash or vocabulary.status(word.text) is not None:
        return word, word
    return replace(word, text=lod.strip()), replace(word, text=loq.strip())


def _beside_each(
    bounds: Sequence[Column], result: Column, results: Sequence[Column]
) -> Sequence[Column]:
    """Of bounds that stand one behind each column of results, that of one column: `Result | U |
    Result | U`."""
    numbers = [column.number for column in results]
    place = numbers.index(result.number) if result.number in numbers else -1
    nearest = [
        bound
        for bound in bounds
        if place >= 0 and numbers[place] < bound.number < [*numbers[1:], bound.number + 1][place]
    ]
    return nearest if len(nearest) == 1 and len(bounds) == len(results) > 1 else bounds


def _fits(bound: Column, result: Column, results: Sequence[Column]) -> bool:
    """Whether a limit may be one of this column of results: its unit is of the same kind, or some
    unit is not stated."""
    unit, result_unit = vocabulary.unit(bound.unit), vocabulary.unit(result.unit)
    if unit is None or result_unit is None or len(results) < 2:
        return True
    return unit.canonical == result_unit.canonical


def _nearest_unit_first(bounds: list[Column], result: Column) -> list[Column]:
    """Of several limits, only those in the unit of the results where there are any."""
    unit = vocabulary.unit_key(result.unit)
    same = [column for column in bounds if vocabulary.unit_key(column.unit) == unit]
    return same or bounds


def _units_beside(result: Column, results: Sequence[Column]) -> list[SourceText]:
    """The units of other columns of results that a limit without a unit may be in."""
    result_unit = vocabulary.unit(result.unit)
    if result_unit is None:
        return []
    beside = {vocabulary.unit_key(column.unit): column for column in results if column.unit}
    return [
        SourceText(column.unit, column.header.ref)
        for key, column in beside.items()
        if key != vocabulary.unit_key(result.unit)
        and (unit := vocabulary.unit(column.unit)) is not None
        and unit.canonical == result_unit.canonical
        and unit.factor != result_unit.factor
    ]
