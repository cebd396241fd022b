"""Two batches, or a certificate and its correction, side by side: what differs first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from kratom_qc.domain.interval import Interval
from kratom_qc.report.rendering import render
from kratom_qc.trends.comparison import (
    Comparison,
    MarketLine,
    Relation,
    ResultLine,
    Side,
    Standing,
    Stated,
)
from kratom_qc.vocabulary import wording

_WORTH = (
    *(Relation.GONE, Relation.NEW, Relation.HIGHER, Relation.LOWER),
    *(Relation.OTHER_WORDS, Relation.EITHER, Relation.SAME),
)  # what a reader looks for first


class Cell(NamedTuple):
    """What one side says: as understood, and in the laboratory's own words with the cell."""

    value: str
    said: str
    cells: str


class Compared(NamedTuple):
    """One result on both sides."""

    name: str
    more: str
    one: Cell
    other: Cell
    relation: str
    e_n: str
    is_same: bool


class Verdicts(NamedTuple):
    """One market on both sides; `name` of the batch's own verdict is empty."""

    name: str
    one: Standing | None
    other: Standing | None


def comparison_page(comparison: Comparison, links: Mapping[str, str], *, program: str) -> str:
    """One page. `links` lead from a batch to its page."""
    return render("comparison.html", **comparison_view(comparison), links=links, program=program)


def comparison_view(comparison: Comparison) -> dict[str, Any]:
    """What the page says, in the words of its template."""
    results = sorted(comparison.results, key=lambda line: _WORTH.index(line.relation))
    differing = [line for line in comparison.markets if line.differs]
    own = [line for line in comparison.markets if line.market is None]
    return {
        "title": f"{comparison.first.name} and {comparison.second.name}",
        "one": comparison.first,
        "other": comparison.second,
        "about": about(comparison.first, comparison.second),
        "own": _verdicts(own[0]) if own else None,
        "results": [in_words(line) for line in results],
        "markets": [_verdicts(line) for line in differing if line.market is not None],
        "alike": len(comparison.markets) - len(differing),
        "every": len(comparison.markets),
        "sentence": _sentence(comparison),
    }


def about(first: Side, second: Side) -> list[tuple[str, str, str]]:
    """What the two are: the name of a fact, and what it is of the first and of the second."""
    both = zip(_facts(first), _facts(second), strict=True)
    return [
        (name, of_first, of_second)
        for (name, of_first), (_, of_second) in both
        if of_first or of_second
    ]


def _facts(side: Side) -> list[tuple[str, str]]:
    return [
        ("Batch", side.batch_id),
        ("Product", wording.product_name(side.product or None)),
        ("Laboratories", ", ".join(side.laboratories)),
        ("Certificates", ", ".join(side.certificates)),
        ("Tested on", side.tested_on),
        ("Judged on", side.judged_on or side.why_no_verdict),
    ]


def _sentence(comparison: Comparison) -> str:
    """`3 of 26 results differ, 1 cannot be told apart; 2 of 98 verdicts differ.`"""
    relations = [line.relation for line in comparison.results]
    undecided = relations.count(Relation.EITHER)
    differ = len(relations) - undecided - relations.count(Relation.SAME)
    parts = [f"{differ} of {len(relations)} results differ"]
    if undecided:
        parts.append(f"{undecided} cannot be told apart")
    verdicts = sum(line.differs for line in comparison.markets)
    return f"{', '.join(parts)}; {verdicts} of {len(comparison.markets)} verdicts differ."


def in_words(line: ResultLine) -> Compared:
    """One result on both sides, for pages and terminals."""
    subject = line.subject
    basis = "" if subject.basis == "as received" else subject.basis
    portion = f"in {subject.portion} g" if subject.portion else ""
    return Compared(
        name=wording.subject_name(subject.analyte),
        more=" · ".join(filter(None, (subject.species, basis, portion))),
        one=_cell(line.first, line.first_interval, subject.unit),
        other=_cell(line.second, line.second_interval, subject.unit),
        relation=str(line.relation),
        e_n="" if line.e_n is None else f"{line.e_n:.2f}",
        is_same=line.relation is Relation.SAME,
    )


def _cell(stated: tuple[Stated, ...], interval: Interval | None, unit: str) -> Cell:
    printed = "; ".join(dict.fromkeys(statement.printed for statement in stated))
    cells = "; ".join(dict.fromkeys(statement.cell for statement in stated))
    if interval is None:
        return Cell(printed, "", cells)
    return Cell(wording.interval_words(interval, unit), printed, cells)


def _verdicts(line: MarketLine) -> Verdicts:
    return Verdicts(line.market or "", line.first, line.second)
