"""What `compare` prints."""

from __future__ import annotations

from collections.abc import Iterator

from rich.markup import escape

from kratom_qc.cli.console import json_line, plain_console, write_lines
from kratom_qc.cli.tables import DECISION_STYLES, print_table
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.verdict import Decision
from kratom_qc.trends.comparison import (
    Comparison,
    MarketLine,
    Relation,
    ResultLine,
    Side,
    Standing,
    Stated,
)
from kratom_qc.trends.comparison_data import comparison_object
from kratom_qc.vocabulary import wording

_STYLES = {Relation.HIGHER: "bold", Relation.LOWER: "bold", Relation.OTHER_WORDS: "bold"}


def print_comparison(comparison: Comparison, *, as_json: bool) -> int:
    """Print both sides: what they are, every result, every market that differs."""
    if as_json:
        return write_lines([json_line(comparison_object(comparison))], 0)
    console = plain_console()
    names = (escape(comparison.first.name), escape(comparison.second.name))
    print_table(console, ("", *names), _about(comparison.first, comparison.second))
    print_table(console, ("result", *names, "the second is"), map(_result, comparison.results))
    print_table(console, ("market", *names), _markets(comparison))
    if comparison.markets:
        alike = sum(not line.differs for line in comparison.markets)
        console.print(f"{alike} of {len(comparison.markets)} verdicts are the same.")
    return 0


def _about(*sides: Side) -> Iterator[tuple[str, ...]]:
    yield "product", *(escape(wording.product_name(side.product or None)) for side in sides)
    for what in ("laboratories", "certificates"):
        yield what, *(escape(", ".join(getattr(side, what))) for side in sides)
    for what in ("tested_on", "judged_on"):
        yield what.replace("_", " "), *(escape(getattr(side, what)) for side in sides)
    if any(side.why_no_verdict for side in sides):
        yield "", *(escape(side.why_no_verdict) for side in sides)


def _result(line: ResultLine) -> tuple[str, ...]:
    subject = line.subject
    more = (subject.species, subject.basis if subject.basis != "as received" else "")
    portion = f"in {subject.portion} g" if subject.portion else ""
    name = " ".join(filter(None, (wording.subject_name(subject.analyte), *more, portion)))
    style = _STYLES.get(line.relation, "")
    relation = f"[{style}]{line.relation}[/]" if style else str(line.relation)
    return (
        escape(name),
        _cell(line.first, line.first_interval, subject.unit),
        _cell(line.second, line.second_interval, subject.unit),
        relation,
    )


def _cell(stated: tuple[Stated, ...], interval: Interval | None, unit: str) -> str:
    """What a side says, as an interval and in its own words."""
    words = escape("; ".join(dict.fromkeys(statement.printed for statement in stated)))
    if interval is None:
        return words
    return f"{escape(wording.interval_words(interval, unit))} [dim]({words})[/]"


def _markets(comparison: Comparison) -> Iterator[tuple[str, str, str]]:
    for line in comparison.markets:
        if line.differs:
            yield _market(line)


def _market(line: MarketLine) -> tuple[str, str, str]:
    return escape(line.market or "its own verdict"), _standing(line.first), _standing(line.second)


def _standing(standing: Standing | None) -> str:
    if standing is None:
        return "not judged"
    verdict = f"[{DECISION_STYLES[Decision(standing.verdict)]}]{standing.verdict}[/]"
    return " ".join(
        filter(None, (verdict, escape(standing.says), f"[dim]{escape(standing.rule_id)}[/]"))
    )
