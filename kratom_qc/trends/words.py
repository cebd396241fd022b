"""Trends in plain sentences. Numbers are shown with four digits; `as_data` has them in full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from shlex import quote

from kratom_qc import vocabulary
from kratom_qc.domain.interval import plain
from kratom_qc.trends.agreement import Bias
from kratom_qc.trends.capability import Estimate, Specification
from kratom_qc.trends.ends import Ends
from kratom_qc.trends.failures import BASELINE, Failures
from kratom_qc.trends.rules import RULES, Signal
from kratom_qc.trends.series import Point, Series, SeriesKey
from kratom_qc.trends.trend import OutOfTrend, Trend
from kratom_qc.vocabulary import wording

WARNS = "It warns and changes no verdict."
_SHOWN = Context(prec=4, rounding=ROUND_HALF_EVEN)
_TEN = Decimal(10)
_NAMED = 3  # batches of a signal that a sentence names


def number(computed: Decimal) -> str:
    """A computed number, with four digits: `0.3101`, `14 940`."""
    rounded = _SHOWN.plus(computed)
    return wording.shown(Decimal(plain(rounded)))


def ends(value: Ends, unit: str = "") -> str:
    """A number by its ends: `0.3101`, or `0.3101 to 0.3228` where values are hidden."""
    named_unit = f" {wording.unit_name(unit)}" if wording.unit_name(unit) else ""
    if value.low is None and value.high is None:
        return "anything"
    if value.low is None or value.high is None:
        return (
            f"over {number(value.low)}{named_unit}"
            if value.low is not None
            else f"under {_high(value)}{named_unit}"
        )
    low, high = number(value.low), number(value.high)
    return f"{low}{named_unit}" if low == high else f"{low} to {high}{named_unit}"


def _high(value: Ends) -> str:
    return number(value.high) if value.high is not None else ""


def on_scale(value: Ends, scale: str) -> Ends:
    """A number of a chart as an amount: what is charted on logarithms is raised again."""
    if scale == "linear":
        return value
    return Ends(*(None if end is None else _TEN**end for end in value))


def title(key: SeriesKey) -> str:
    """`Lead in leaf powder · Acme Labs · ICP-MS`."""
    of = (key.laboratory or "laboratory not stated", key.vendor, key.method)
    return " · ".join(filter(None, (subject(key), *of)))


def subject(key: SeriesKey) -> str:
    """`Lead in leaf powder`."""
    species = f" ({key.species})" if key.species else ""
    basis = "" if key.basis == "as received" else f", {key.basis}"
    product = wording.product_name(key.product or None)
    return f"{wording.subject_name(key.analyte)}{species}{basis} in {product.lower()}"


def limits(lower: Ends, upper: Ends, series: Series) -> str:
    """Control limits as amounts: `0.1 to 0.31 mg/kg`. Where hidden values give each limit two ends,
    the outer ones, beyond which a signal is certain."""
    return ends(on_scale(Ends(lower.low, upper.high), series.scale), series.key.unit)


def sentences(trend: Trend) -> Iterator[str]:
    """Everything that a trend tells, the newest batch first."""
    yield from map(out_of_trend, trend.out_of_trend)
    if trend.chart is None:
        return
    points = trend.series.points
    for alike in _together([signal for signal in trend.chart.signals if signal.certain]):
        yield f"{_rules(alike)}: {_batches(alike[0], points)}."
    possible = sum(not signal.certain for signal in trend.chart.signals)
    if possible:
        yield (
            f"{possible} more signal{'s' if possible > 1 else ''} cannot be excluded: it depends "
            "on what values below their LOQ are."
        )
    if trend.chart.neighbours_alike and trend.chart.autocorrelation is not None:
        yield (
            f"Neighbouring batches are alike (correlation {number(trend.chart.autocorrelation)}): "
            "limits are narrower than they should be."
        )


def out_of_trend(broken: OutOfTrend) -> str:
    """What the newest batch breaks, against those before it."""
    key = broken.series.key
    value = ends(broken.point.value, key.unit)
    usual = limits(broken.lower, broken.upper, broken.series)
    return (
        f"Out of trend: {wording.subject_name(key.analyte)} of {broken.point.batch_id} is {value} "
        f"('{broken.point.printed}' at {broken.point.cell}); by the {broken.before} batches before "
        f"it {usual} is usual ({broken.rule}, {RULES[broken.rule]}). {WARNS}"
    )


def chart(key: SeriesKey) -> str:
    """The command that draws a series among those of its product and laboratory."""
    asked = {"product": key.product, "laboratory": key.laboratory}
    if key.analyte in vocabulary.analytes():  # a ratio is drawn beside its parts
        asked["analyte"] = key.analyte
    options = (f"--{name} {quote(value)}" for name, value in asked.items() if value)
    return " ".join(("kratom-qc trends", *options))


def _together(signals: Iterable[Signal]) -> Iterator[list[Signal]]:
    """Signals of the same points, which two sets of rules often tell alike."""
    alike: dict[tuple[int, int, str, str], list[Signal]] = {}
    for signal in signals:
        alike.setdefault((signal.first, signal.last, signal.side, signal.means), []).append(signal)
    return iter(alike.values())


def _rules(signals: Sequence[Signal]) -> str:
    return f"{' and '.join(signal.rule for signal in signals)} ({signals[0].means})"


def _batches(signal: Signal, points: Sequence[Point]) -> str:
    """Which batches, and on which side."""
    of = points[signal.first : signal.last + 1]
    if len(of) <= _NAMED:
        which = ", ".join(point.batch_id for point in of)
    else:
        which = f"{of[0].batch_id} to {of[-1].batch_id} ({len(of)} batches)"
    return f"{which} {signal.side}".rstrip()


# ---------------------------------------------------------------- capability and laboratories


def capability(trend: Trend) -> str:
    """`Cpk 1.4 (1.1 to 1.7) to SPEC-PB, at most 0.5`; else why there is none."""
    room = trend.capability
    if room is None:
        return trend.why_no_capability
    if room.cpk is not None:
        return f"Cpk {_estimate(room.cpk)} to {specification(room.specification)}"
    return f"{room.why_no_cpk}; Ppk {_estimate(room.ppk)} to {specification(room.specification)}"


def _estimate(estimate: Estimate) -> str:
    return f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"


def specification(spec: Specification) -> str:
    """The limits of a series with their rules: `at most 0.5 (SPEC-PB)`."""
    lower = f"at least {number(spec.lower)} ({spec.lower_rule})" if spec.lower is not None else ""
    upper = f"at most {number(spec.upper)} ({spec.upper_rule})" if spec.upper is not None else ""
    return " and ".join(filter(None, (lower, upper)))


def failures(failures: Failures) -> str:
    """How often a laboratory's batches FAIL, and whether that has changed."""
    if failures.rate is None:
        return (
            f"{failures.laboratory}: {failures.failed} of {failures.batches} batches FAIL "
            f"({failures.why_not})."
        )
    rate = f"{number(failures.rate * 100)} % of the first {BASELINE} batches FAIL"
    before = f"{failures.laboratory}: {rate}"
    changes = [
        f"{what} since about batch {place + 1}"
        for what, place in (("far fewer", failures.fell), ("far more", failures.rose))
        if place is not None
    ]
    if not changes:
        return f"{before}, and no other rate is shown in the {failures.batches - BASELINE} since."
    return f"{before}; {' and '.join(changes)}: ask the laboratory what has changed. {WARNS}"


def bias(bias: Bias) -> str:
    """How two laboratories' results of the same batches lie to each other."""
    count = f"{len(bias.pairs)} batch{'es' if len(bias.pairs) > 1 else ''} tested by both"
    sentence = (
        f"{bias.laboratory} against {bias.against}: {ends(bias.difference)} % on average ({count}"
    )
    if bias.low is None or bias.high is None:
        return f"{sentence}; no confidence: {bias.why_no_confidence})."
    differs = "they differ" if bias.is_shown else "no difference is shown"
    return f"{sentence}; 95 % confidence {number(bias.low)} to {number(bias.high)} %): {differs}."
