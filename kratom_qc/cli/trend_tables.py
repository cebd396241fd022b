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


def print_trends(report: TrendReport, *, as_json: bool) -> int:
    """Print every series, then what they tell in sentences."""
    if as_json:
        return write_lines(_lines(report), 0)
    console = plain_console()
    if not report.trends:
        console.print("No result to show a trend of.")
        return 0
    bare = [trend for trend in report.trends if trend.chart is None]
    folded = bare if len(bare) > _MOST else []
    print_table(console, _SERIES, [_cells(trend) for trend in report.trends if trend not in folded])
    if folded:
        console.print(escape(_without_chart(folded)))
    for trend in report.trends:
        sentences = list(words.sentences(trend))
        if sentences:
            console.print(f"\n[bold]{escape(words.title(trend.series.key))}[/]")
        for sentence in sentences:
            console.print(escape(sentence))
    shares = map(words.failures, report.failures)
    for sentence in (*map(_duplicates, report.duplicates), *_laboratories(report), *shares):
        console.print(escape(sentence))
    return 0


def _without_chart(bare: Sequence[Trend]) -> str:
    """Series without a chart, counted by the reason."""
    reasons = Counter(trend.why_no_chart.partition(":")[0] for trend in bare)
    counts = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
    return f"{len(bare)} series have no chart ({counts}); --analyte or --laboratory lists fewer."


def _cells(trend: Trend) -> tuple[str, ...]:
    series, chart = trend.series, trend.chart
    name, count = escape(words.title(series.key)), str(len(series.points))
    if chart is None:
        return name, count, "", escape(trend.why_no_chart), "", ""
    center = words.on_scale(chart.individuals.center, series.scale)
    certain = sum(signal.certain for signal in chart.signals)
    return (
        name,
        count,
        escape(words.ends(center)),
        escape(words.limits(chart.individuals.lower, chart.individuals.upper, series)),
        f"[yellow]{certain}[/]" if certain else "0",
        escape(words.capability(trend)),
    )


def _duplicates(duplicates: Duplicates) -> str:
    apart = [pair.batch_id for pair in duplicates.pairs if pair.agree is False]
    spread = f"too far apart: {', '.join(apart)}" if apart else "none is too far apart"
    return f"Duplicates of {words.title(duplicates.key)}: {len(duplicates.pairs)}; {spread}."


def _laboratories(report: TrendReport) -> Iterator[str]:
    for laboratory in report.laboratories:
        yield f"{words.subject(laboratory.key)}, {words.bias(laboratory.bias)}"


def _lines(report: TrendReport) -> Iterator[str]:
    for trend in report.trends:
        yield json_line(as_data.trend_object(trend))
    for both in report.duplicates:
        yield json_line(as_data.duplicates_object(both.key, both.pairs))
    for laboratory in report.laboratories:
        yield json_line(as_data.bias_object(laboratory.key, laboratory.bias))
    for fails in report.failures:
        yield json_line(as_data.failures_object(fails))
