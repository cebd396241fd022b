"""What lines around a table say of its rows: legends of footnote marks and qualifier letters, and
the basis of all results.

A mark that nothing explains, or in words that are not understood, holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kratom_qc import vocabulary
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.intake.layout.page import Page
from kratom_qc.intake.layout.rows import Row

_SIGNS = "*†‡§"
_LEGEND = re.compile(
    rf"^\s*(?:(?P<sign>[{_SIGNS}]{{1,3}})\s*[=:–-]?|\(?(?P<letter>[A-Za-z]{{1,2}})\)?\s*[=:–])\s*(?P<text>[^\s{_SIGNS}].*)$"
)
_MARKED = re.compile(rf"^(?P<said>.*[0-9A-Za-z%)])\s*(?P<mark>[{_SIGNS}]{{1,3}})$")
_LETTERED = re.compile(r"^(?P<said>[<>≤≥]?\s*[0-9][0-9.,]*)\s*\(?(?P<mark>[A-Za-z]{1,2})\)?$")


@dataclass(frozen=True, slots=True)
class Legend:
    """What a line under the table says of one mark."""

    text: str
    ref: CellRef
    row: int
    column: int

    @property
    def qualifier(self) -> str | None:
        """The mark as a word of a qualifier column; nothing where it says nothing of the value;
        None if not understood."""
        kind = vocabulary.footnote(self.text)
        if kind is not None:
            return {"estimated": "est", "neutral": ""}[kind]
        return self.text if vocabulary.status(self.text) is not None else None


def legends(page: Page) -> dict[str, Legend]:
    """Mark → what a line with nothing else in it says of it."""
    by_mark: dict[str, Legend] = {}
    for row, cells in page.sheet.rows.items():
        if len(cells) != 1:
            continue
        column, cell = next(iter(cells.items()))
        for part in re.split(r"\s*[;\n]\s*", cell.text):
            match = _LEGEND.match(part)
            if match:
                text = _explained(match["text"].strip())
                by_mark.setdefault(
                    match["sign"] or match["letter"],
                    Legend(text, page.place(row, column), row, column),
                )
    return by_mark


def _explained(text: str) -> str:
    """What a legend says of its mark: all of it, or its first sentence; the next ones are read by
    themselves."""
    whole = text.rstrip(".")
    return whole if vocabulary.footnote(whole) else re.split(r"\.\s+(?=[^\W\d_])", whole)[0]


def resolved(page: Page, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows with every mark after a result turned into its meaning; a mark that nothing explains
    is a refusal."""
    known, basis = legends(page), _basis(page)
    for row in rows:
        line = _by_letter(page, _by_mark(page, row, known), known)
        yield line if basis is None else _on_basis(line, basis)


def _basis(page: Page) -> SourceText | None:
    """The basis that a line, or a label with its value, states for the whole sheet."""
    stated: SourceText | None = None
    for row, cells in page.sheet.rows.items():
        if len(cells) > 2:
            continue
        column, text = min(cells), cells[max(cells)].text
        basis = None
        if len(cells) == 1:
            basis = vocabulary.basis_line(text)
        elif vocabulary.column_role(cells[column].text.rstrip(" :")) == "basis":
            basis = vocabulary.basis_in(text)[0]
            if basis is not None:
                page.claim(row, column, "label")
        if basis is None:
            continue
        word = replace(page.word(row, max(cells), "basis"), text=basis)
        if stated is not None and stated.text != basis:
            message = (
                f"the basis of all results is '{stated.text}' at {stated.ref} and '{basis}' here"
            )
            page.trouble_with("FACT-CONTRADICTS", message, word)
        stated = stated or word
    return stated


def _on_basis(row: Row, basis: SourceText) -> Row:
    stated = row.line.basis
    return (
        row
        if stated is not None and stated.text.strip()
        else replace(row, line=replace(row.line, basis=basis))
    )


def _by_mark(page: Page, row: Row, known: dict[str, Legend]) -> Row:
    """`0.21*` with `* estimated` below the table: the value, qualified."""
    result = row.line.result
    if result is None:
        return row
    text = result.text.strip()
    match = _MARKED.match(text) or _LETTERED.match(text)
    if match is None or (match["mark"] not in known and match["mark"][0] not in _SIGNS):
        return row
    legend = known.get(match["mark"])
    if vocabulary.status(text) is not None or (
        legend is None and vocabulary.status(match["said"]) is not None
    ):
        return row  # `BQL *`: the word is known with its mark
    bare = replace(result, text=match["said"].strip())
    if legend is None:
        mark = match["mark"]
        message = f"the mark '{mark}' after '{bare.text}' is explained nowhere"
        message = f"{message}; add a line '{mark} = …'"
        page.trouble_with("UNEXPLAINED-MARK", message, result)
        return replace(row, line=replace(row.line, result=bare))
    word = _meaning(page, match["mark"], legend, result)
    beside = row.line.qualifier
    if word.text and beside is not None and beside.text.strip():
        page.trouble_with(
            "MARK-UNCLEAR",
            f"'{text}' has a mark, and '{beside.text}' stands in its qualifier column",
            result,
        )
        return row
    line = replace(row.line, result=bare, qualifier=word if word.text else beside)
    return replace(row, line=line)


def _by_letter(page: Page, row: Row, known: dict[str, Legend]) -> Row:
    """`E` in a qualifier column means what the laboratory's own legend says, not what most
    laboratories mean."""
    beside = row.line.qualifier
    legend = known.get(beside.text.strip()) if beside is not None else None
    if beside is None or legend is None:
        return row
    word = _meaning(page, beside.text.strip(), legend, beside)
    return replace(row, line=replace(row.line, qualifier=word))


def _meaning(page: Page, mark: str, legend: Legend, where: SourceText) -> SourceText:
    qualifier = legend.qualifier
    if qualifier is not None and _is_nothing_else(page, legend):
        page.claim(legend.row, legend.column, f"legend of {mark}")
    if qualifier is None:
        explained = f"explained as '{legend.text}' at {legend.ref}"
        message = f"the mark '{mark}' is {explained}, which is not understood"
        page.trouble_with("MARK-UNCLEAR", message, where)
    return SourceText(qualifier or "", legend.ref)


def _is_nothing_else(page: Page, legend: Legend) -> bool:
    """Whether the legend's cell explains one mark, and says nothing more."""
    text = page.cells(legend.row)[legend.column].text
    match = _LEGEND.match(text)
    return match is not None and match["text"].strip().rstrip(".") == legend.text
