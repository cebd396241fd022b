"""Verdicts on a terminal: a line for each batch, and the market matrix of one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kratom_qc.domain.verdict import Decision, MarketStatus, Verdict
from kratom_qc.report.markets import Group, Market, Rule, Tally, headline, matrix
from kratom_qc.report.scope import NAMED, RulebookScope
from kratom_qc.report.screening import number, sentences

if TYPE_CHECKING:
    from kratom_qc.report.summary import SummaryRow

_DECISION = {Decision.PASS: "bold green", Decision.FAIL: "bold red", Decision.HOLD: "bold yellow"}
_SAYS = {
    MarketStatus.SOLD: "green",
    MarketStatus.NOT_SOLD: "red",
    MarketStatus.UNDECIDED: "yellow",
    MarketStatus.BANNED: "bold",
}


def print_verdicts(console: Console, rows: Iterable[SummaryRow]) -> None:
    """The table at the end of `check` and `run`: batch, product, verdict, where it may be sold, the
    main reason."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("batch", overflow="fold", max_width=24)
    table.add_column("product", max_width=12)
    table.add_column("verdict", no_wrap=True)
    table.add_column("may be sold in", max_width=26)
    table.add_column("main reason", overflow="fold")
    for row in rows:
        table.add_row(
            escape(row.batch_id),
            escape(row.product),
            _verdict(row),
            _markets(row.tally),
            _reason(row),
        )
    console.print(table)


def _verdict(row: SummaryRow) -> str:
    """The decision; a batch with warnings never looks like one without."""
    return "\n".join(
        filter(None, (f"[{_DECISION[row.decision]}]{row.decision}[/]", number(len(row.warnings))))
    )


def _markets(tally: Tally) -> str:
    closed = f"\n[dim]{escape(tally.closed)}[/]" if tally.closed else ""
    return f"{escape(tally.sold_in) or '–'}{closed}"


def _reason(row: SummaryRow) -> str:
    if not row.warnings:
        return escape(row.reason)
    more = f" (and {len(row.warnings) - 1} more)" if len(row.warnings) > 1 else ""
    return f"{escape(row.reason)}\n[yellow]warning:[/] {escape(row.warnings[0])}{more}"


# ---------------------------------------------------------------- one batch in every market


def print_matrix(console: Console, verdict: Verdict) -> None:
    """Every market of a verdict, then every warning."""
    groups = matrix(verdict, RulebookScope(verdict))
    console.print(
        f"[bold]{escape(verdict.batch.batch_id)}[/]  {headline(groups)} on {verdict.judged_on}"
    )
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("")
    table.add_column("market", max_width=26)
    table.add_column("the rule that decides", overflow="fold")
    for group in groups:
        says = f"[{_SAYS[MarketStatus(group.says)]}]{group.says}[/]"
        for markets, rule in _lines(group):
            table.add_row(says, markets, rule)
            says = ""
    console.print(table)
    for warning in sentences(verdict):
        console.print(f"[yellow]warning:[/] {escape(warning)}")


def _lines(group: Group) -> Iterable[tuple[str, str]]:
    """Rows of a group: its markets and the rule; rules of the same words for the same reason stand
    together."""
    if not group.rules:
        count = len(group.markets)
        yield (
            f"{count} market{'' if count == 1 else 's'}",
            f"every limit met: {_titles(group.markets, '; ')}",
        )
        return
    alike: dict[tuple[str, ...], list[Rule]] = {}
    for rule in group.rules:
        alike.setdefault((*rule.reason, rule.limit), []).append(rule)
    for rules in alike.values():
        yield _closed([market for rule in rules for market in rule.markets]), _told(rules)


def _closed(markets: list[Market]) -> str:
    if len(markets) <= NAMED + 1:
        return _titles(markets, "\n")
    return f"{len(markets)} markets: [dim]{escape(', '.join(market.id for market in markets))}[/]"


def _titles(markets: Iterable[Market], between: str) -> str:
    return between.join(
        f"{escape(one.title)} [dim]{escape(f'{one.id} ({one.note})' if one.note else one.id)}[/]"
        for one in markets
    )


def _told(rules: list[Rule]) -> str:
    """What was found against which limit; then why, in which cell, and the rules' ids."""
    first = rules[0]
    value = f" {first.value}" if first.value else ""
    limit = f": {first.limit}" if first.limit else ""
    why = f"{first.conditional}: {first.why}" if first.conditional else first.why
    where = " in ".join(filter(None, (first.cell, first.file)))
    ids = ", ".join(rule.rule_id for rule in rules)
    if first.says_it_all:
        return f"{escape(first.limit)}  [dim]{escape(ids)}[/]"
    parts = " · ".join(filter(None, (why, where, ids)))
    return f"{escape(first.subject + value + limit)}\n[dim]{escape(parts)}[/]"
