"""Verdicts and other rows on a terminal, and into a pipe. Cells are rich markup: whoever makes one
of a vendor's text escapes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from kratom_qc.cli.console import fields_line
from kratom_qc.domain.verdict import Decision, MarketStatus, Verdict
from kratom_qc.report.markets import Group, Market, Rule, beside_headline, headline, matrix
from kratom_qc.report.scope import NAMED, RulebookScope
from kratom_qc.report.screening import number, sentences
from kratom_qc.report.summary import SummaryRow

DECISION_STYLES = {
    Decision.PASS: "bold green",
    Decision.FAIL: "bold red",
    Decision.HOLD: "bold yellow",
}
_STATUS_STYLES = {
    MarketStatus.SOLD: "green",
    MarketStatus.NOT_SOLD: "red",
    MarketStatus.UNDECIDED: "yellow",
    MarketStatus.BANNED: "bold",
}


def print_table(console: Console, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table on a terminal; into a pipe one line a row, its cells separated by tabs, and no
    headings."""
    if not console.is_terminal:
        for row in rows:
            console.file.write(fields_line(*map(markup_text, row)) + "\n")
        return
    table = Table(
        *headings,
        box=None,
        pad_edge=False,
        show_header=any(headings),
        header_style="bold",
        padding=(0, 2, 0, 0),
    )
    for column in table.columns:
        column.overflow = "fold"
    for row in rows:
        table.add_row(*row)
    console.print(table)


def markup_text(markup: str) -> str:
    """The words of a cell without their colours, its lines one behind the other."""
    return Text.from_markup(markup).plain.replace("\n", "; ")


# ---------------------------------------------------------------- a run's batches


def print_verdicts(console: Console, rows: Iterable[SummaryRow]) -> None:
    """The end of a run: batch, product, verdict, where it may be sold, the main reason."""
    headings = ("batch", "product", "verdict", "may be sold in", "main reason")
    print_table(console, headings, [_summary_cells(row) for row in rows])


def _summary_cells(row: SummaryRow) -> tuple[str, ...]:
    """A batch with warnings never looks like one without."""
    verdict = f"[{DECISION_STYLES[row.decision]}]{row.decision}[/]"
    tally, warnings = row.tally, len(row.warnings)
    closed = f"\n[dim]{escape(tally.closed)}[/]" if tally.closed else ""
    return (
        escape(row.batch_id),
        escape(row.product),
        f"{verdict}\n{number(warnings)}" if warnings else verdict,
        f"{escape(tally.sold_in) or '–'}{closed}",
        _main_reason(row),
    )


def _main_reason(row: SummaryRow) -> str:
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
    for sentence in beside_headline(groups):
        console.print(escape(sentence))
    rows = list(market_rows(verdict))
    if console.is_terminal:
        rows = _without_repeats(rows)
    print_table(console, ("", "market", "the rule that decides"), rows)
    for warning in sentences(verdict):
        console.print(f"[yellow]warning:[/] {escape(warning)}")


def market_rows(verdict: Verdict) -> Iterator[tuple[str, str, str]]:
    """(what they say, markets, the rule that decides them), open markets first."""
    for group in matrix(verdict, RulebookScope(verdict)):
        status = f"[{_STATUS_STYLES[MarketStatus(group.says)]}]{group.says}[/]"
        for markets, rule in _rules_of(group):
            yield status, markets, rule


def _without_repeats(rows: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """What markets say stands in the first of the rows that say the same."""
    before = ("", *(status for status, _, _ in rows))
    return [
        ("" if status == above else status, markets, rule)
        for above, (status, markets, rule) in zip(before, rows, strict=False)
    ]


def _rules_of(group: Group) -> Iterator[tuple[str, str]]:
    """(markets, rule) of a group; rules of the same words for the same reason stand together."""
    if not group.rules:
        count = len(group.markets)
        markets = "1 market" if count == 1 else f"{count} markets"
        yield markets, f"every limit met: {_titles(group.markets, '; ')}"
        return
    alike: dict[tuple[str, ...], list[Rule]] = {}
    for rule in group.rules:
        alike.setdefault((*rule.reason, rule.limit), []).append(rule)
    for rules in alike.values():
        yield _closed([market for rule in rules for market in rule.markets]), _rule_words(rules)


def _closed(markets: list[Market]) -> str:
    if len(markets) <= NAMED + 1:
        return _titles(markets, "\n")
    return f"{len(markets)} markets: [dim]{escape(', '.join(market.id for market in markets))}[/]"


def _titles(markets: Iterable[Market], between: str) -> str:
    return between.join(_title(market) for market in markets)


def _title(market: Market) -> str:
    name = f"{market.id} ({market.note})" if market.note else market.id
    return f"{escape(market.title)} [dim]{escape(name)}[/]"


def _rule_words(rules: list[Rule]) -> str:
    """What was found against which limit; then why, in which cell, and the rules' ids."""
    first = rules[0]
    ids = ", ".join(rule.rule_id for rule in rules)
    if first.says_it_all:
        return f"{escape(first.limit)}  [dim]{escape(ids)}[/]"
    value = f" {first.value}" if first.value else ""
    limit = f": {first.limit}" if first.limit else ""
    why = f"{first.conditional}: {first.why}" if first.conditional else first.why
    cell = " in ".join(filter(None, (first.cell, first.file)))
    small_print = " · ".join(filter(None, (why, cell, ids)))
    return f"{escape(first.subject + value + limit)}\n[dim]{escape(small_print)}[/]"
