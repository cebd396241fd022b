"""Several samples side by side in one list: their lots, names and days stand in rows above the
header, each over the sample's own column of results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from kratom_qc import vocabulary
from kratom_qc.domain.source import Cell, SourceText
from kratom_qc.intake.layout.headers import Column, Header
from kratom_qc.intake.layout.page import Page
from kratom_qc.vocabulary.keys import header_key

_FARTHEST = 8  # rows above a header
_LOT = "batch_id"


def facts_above(page: Page, header: Header) -> Mapping[int, dict[str, SourceText]]:
    """Column of results → the facts that stand above it; empty where no row above names a lot for
    each of several columns of results, nor labels say what their headings stand for."""
    results = header.of("result")
    if len(results) < 2:
        return {}
    if coded := _coded(page, header, results):
        return coded
    facts: dict[int, dict[str, SourceText]] = {column.number: {} for column in results}
    rows = [(row, label, name) for row, label, name in _labelled(page, header, results)]
    if not any(name == _LOT for _, _, name in rows):
        return {}
    for row, label, name in rows:
        page.claim(row, label, "label")
        for number in facts.keys() & page.cells(row).keys():
            if name != "other":
                facts[number].setdefault(name, page.fact(row, number, name))
    return facts


def _labelled(page: Page, header: Header, results: list[Column]) -> Iterator[tuple[int, int, str]]:
    """(a row, the column of its label, the fact it states) of every row right above a header that
    states a fact of each sample."""
    numbers = {column.number for column in results}
    first = min(numbers)
    for row in range(header.top - 1, max(header.top - 1 - _FARTHEST, 0), -1):
        cells = page.cells(row)
        label = max((number for number in cells if number < first), default=None)
        name = vocabulary.fact_name(cells[label].text) if label is not None else None
        if label is None or name is None or not _is_of_each(cells, label, numbers):
            return
        yield row, label, name


def _is_of_each(cells: Mapping[int, Cell], label: int, numbers: set[int]) -> bool:
    """Whether all cells behind a label are values over the columns of results, two at least."""
    values = {number for number in cells if number > label}
    texts = [cells[number].text for number in values]
    return len(values) > 1 and values <= numbers and not any(map(vocabulary.fact_name, texts))


# ---------------------------------------------------------------- headings that labels explain


def _coded(
    page: Page, header: Header, results: list[Column]
) -> Mapping[int, dict[str, SourceText]]:
    """The sample of each column that is headed by a code, `Kode A`, where a label above the table
    says what each code stands for: `Kode A / Code A | DRL-1026-A – Green Malay`."""
    codes = {header_key(column.title): column.number for column in results}
    if len(codes) < len(results):
        return {}
    found: dict[int, tuple[int, int, int]] = {}
    for row in range(1, header.top):
        cells = page.cells(row)
        for label, value in pairwise(sorted(cells)):
            parts = (header_key(part) for part in cells[label].text.rstrip(" :").split("/"))
            for code in codes.keys() & set(parts):
                found.setdefault(codes[code], (row, label, value))
    if len(found) < len(results):
        return {}
    for row, label, _ in found.values():
        page.claim(row, label, "label")
    return {
        number: {"client_sample": page.fact(row, value, "client_sample")}
        for number, (row, _, value) in found.items()
    }
