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
    names = (escape(comparison.one.name), escape(comparison.other.name))
    print_table(console, ("", *names), _about(comparison.one, comparison.other))
    print_table(console, ("result", *names, "the second is"), map(_result, comparison.results))
    print_table(console, ("market", *names), _markets(comparison))
    if comparison.markets:
        alike = sum(not line.differs for line in comparison.markets)
        console.print(f"{alike} of {len(comparison.markets)} verdicts are the same.")
    return 0


def _about(first: Side, other: Side) -> Iterator[tuple[str, ...]]:
    yield (
        "product",
        *(escape(wording.product_name(side.product or None)) for side in (first, other)),
    )
    for what in ("laboratories", "certificates"):
        yield what, *(escape(", ".join(getattr(side, what))) for side in (first, other))
    for what in ("tested_on", "judged_on"):
        yield what.replace("_", " "), *(escape(getattr(side, what)) for side in (first, other))
    if first.why_no_verdict or other.why_no_verdict:
        yield "", *(escape(side.why_no_verdict) for side in (first, other))


def _result(line: ResultLine) -> tuple[str, ...]:
    subject = line.subject
    more = (subject.species, subject.basis if subject.basis != "as received" else "")
    portion = f"in {subject.portion} g" if subject.portion else ""
    name = " ".join(filter(None, (wording.subject_name(subject.analyte), *more, portion)))
    style = _STYLES.get(line.relation, "")
    relation = f"[{style}]{line.relation}[/]" if style else str(line.relation)
    return (
        escape(name),
        _cell(line.one, line.one_interval, subject.unit),
        _cell(line.other, line.other_interval, subject.unit),
        relation,
    )


def _cell(stated: tuple[Stated, ...], interval: Interval | None, unit: str) -> str:
    """What a side says, as an interval and in its own words."""
    words = escape("; ".join(dict.fromkeys(statement.said for statement in stated)))
    if interval is None:
        return words
    return f"{escape(wording.interval_words(interval, unit))} [dim]({words})[/]"


def _markets(comparison: Comparison) -> Iterator[tuple[str, str, str]]:
    for line in comparison.markets:
        if line.differs:
            yield _market(line)


def _market(line: MarketLine) -> tuple[str, str, str]:
    return escape(line.market or "its own verdict"), _standing(line.one), _standing(line.other)


def _standing(standing: Standing | None) -> str:
    if standing is None:
        return "not judged"
    verdict = f"[{DECISION_STYLES[Decision(standing.verdict)]}]{standing.verdict}[/]"
    return " ".join(
        filter(None, (verdict, escape(standing.says), f"[dim]{escape(standing.rule_id)}[/]"))
    )
