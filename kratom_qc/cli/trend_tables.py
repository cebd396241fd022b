"""What `trends` prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.markup import escape

from kratom_qc.app.trends.report import Duplicates, TrendReport
from kratom_qc.cli.console import json_line, plain_console, write_lines
from kratom_qc.cli.tables import print_table
from kratom_qc.trends import as_data, words
from kratom_qc.trends.trend import Trend

_SERIES = ("series", "batches", "centre", "limits", "signals", "capability")
_MOST = 20  # series without a chart that are listed; more are counted


def print_trends(found: TrendReport, *, as_json: bool) -> int:
    """Print every series, then what they tell in sentences."""
    if as_json:
        return write_lines(_lines(found), 0)
    console = plain_console()
    if not found.trends:
        console.print("No result to show a trend of.")
        return 0
    bare = [one for one in found.trends if one.chart is None]
    folded = bare if len(bare) > _MOST else []
    print_table(console, _SERIES, [_cells(one) for one in found.trends if one not in folded])
    if folded:
        console.print(escape(_without_chart(folded)))
    for one in found.trends:
        told = list(words.sentences(one))
        if told:
            console.print(f"\n[bold]{escape(words.title(one.series.key))}[/]")
        for sentence in told:
            console.print(escape(sentence))
    shares = map(words.failures, found.failures)
    for sentence in (*map(_duplicates, found.duplicates), *_laboratories(found), *shares):
        console.print(escape(sentence))
    return 0


def _without_chart(bare: Sequence[Trend]) -> str:
    """Series without a chart, counted by the reason."""
    reasons = Counter(one.why_no_chart.partition(":")[0] for one in bare)
    told = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
    return f"{len(bare)} series have no chart ({told}); --analyte or --laboratory lists fewer."


def _cells(one: Trend) -> tuple[str, ...]:
    series, chart = one.series, one.chart
    name, count = escape(words.title(series.key)), str(len(series.points))
    if chart is None:
        return name, count, "", escape(one.why_no_chart), "", ""
    center = words.on_scale(chart.individuals.center, series.scale)
    certain = sum(signal.certain for signal in chart.signals)
    return (
        name,
        count,
        escape(words.ends(center)),
        escape(words.limits(chart.individuals.lower, chart.individuals.upper, series)),
        f"[yellow]{certain}[/]" if certain else "0",
        escape(words.capability(one)),
    )


def _duplicates(one: Duplicates) -> str:
    apart = [pair.batch_id for pair in one.pairs if pair.agree is False]
    said = f"too far apart: {', '.join(apart)}" if apart else "none is too far apart"
    return f"Duplicates of {words.title(one.key)}: {len(one.pairs)}; {said}."


def _laboratories(found: TrendReport) -> Iterator[str]:
    for one in found.laboratories:
        yield f"{words.subject(one.key)}, {words.bias(one.bias)}"


def _lines(found: TrendReport) -> Iterator[str]:
    for one in found.trends:
        yield json_line(as_data.trend_object(one))
    for both in found.duplicates:
        yield json_line(as_data.duplicates_object(both.key, both.pairs))
    for each in found.laboratories:
        yield json_line(as_data.bias_object(each.key, each.bias))
    for fails in found.failures:
        yield json_line(as_data.failures_object(fails))
