"""What `compare` prints."""

from __future__ import annotations

from collections.abc import Iterator

from rich.markup import escape

from kratom_qc.cli.console import json_line, plain_console, write_lines
from kratom_qc.cli.tables import DECISION_STYLES, print_table
from kratom_qc.domain.verdict import Decision
from kratom_qc.report.comparison_page import Cell, about, in_words
from kratom_qc.trends.comparison import Comparison, MarketLine, Relation, ResultLine, Side, Standing
from kratom_qc.trends.comparison_data import comparison_object

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


def _about(one: Side, other: Side) -> Iterator[tuple[str, ...]]:
    for what, first, second in about(one, other):
        yield what.lower(), escape(first), escape(second)


def _result(line: ResultLine) -> tuple[str, ...]:
    said, style = in_words(line), _STYLES.get(line.relation, "")
    relation = f"[{style}]{said.relation}[/]" if style else said.relation
    name = " ".join(filter(None, (said.name, said.more)))
    return escape(name), _cell(said.one), _cell(said.other), relation


def _cell(one: Cell) -> str:
    """What a side says, as an interval and in its own words."""
    said = f" [dim]({escape(one.said)})[/]" if one.said else ""
    return escape(one.value) + said


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
