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


def print_comparison(found: Comparison, *, as_json: bool) -> int:
    """Print both sides: what they are, every result, every market that differs."""
    if as_json:
        return write_lines([json_line(comparison_object(found))], 0)
    console = plain_console()
    names = (escape(found.one.name), escape(found.other.name))
    print_table(console, ("", *names), _about(found.one, found.other))
    print_table(console, ("result", *names, "the second is"), map(_result, found.results))
    print_table(console, ("market", *names), _markets(found))
    if found.markets:
        alike = sum(not line.differs for line in found.markets)
        console.print(f"{alike} of {len(found.markets)} verdicts are the same.")
    return 0


def _about(one: Side, other: Side) -> Iterator[tuple[str, ...]]:
    yield "product", *(escape(wording.product_name(side.product or None)) for side in (one, other))
    for what in ("laboratories", "certificates"):
        yield what, *(escape(", ".join(getattr(side, what))) for side in (one, other))
    for what in ("tested_on", "judged_on"):
        yield what.replace("_", " "), *(escape(getattr(side, what)) for side in (one, other))
    if one.why_no_verdict or other.why_no_verdict:
        yield "", *(escape(side.why_no_verdict) for side in (one, other))


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
    said = escape("; ".join(dict.fromkeys(one.said for one in stated)))
    if interval is None:
        return said
    return f"{escape(wording.interval_words(interval, unit))} [dim]({said})[/]"


def _markets(found: Comparison) -> Iterator[tuple[str, str, str]]:
    for line in found.markets:
        if line.differs:
            yield _market(line)


def _market(line: MarketLine) -> tuple[str, str, str]:
    return escape(line.market or "its own verdict"), _standing(line.one), _standing(line.other)


def _standing(one: Standing | None) -> str:
    if one is None:
        return "not judged"
    verdict = f"[{DECISION_STYLES[Decision(one.verdict)]}]{one.verdict}[/]"
    return " ".join(filter(None, (verdict, escape(one.says), f"[dim]{escape(one.rule_id)}[/]")))
