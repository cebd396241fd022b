"""Judging in memory: 200 limits × N batches without any file, and the same comparisons as bare numpy.

Sixty quantities a batch, as a certificate has. Of the 200 limits 120 ask for them, two for each; 80 ask for what nobody
measured, as they do for real certificates (of the sample batches' findings more than half are not tested). With the
argument `all` every limit is answered.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from datetime import date
from decimal import Decimal

import numpy as np
import numpy.typing as npt
from measure import Stopwatch, peak_mib

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.finding import Outcome
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.limit import AmountLimit, Rulebook
from kratom_qc.domain.quantity import Quantity, QuantityKey
from kratom_qc.judge import engine, verdicts
from kratom_qc.judge.ends import plain_ends
from kratom_qc.judge.plan import OUTCOMES

SUBJECTS, LIMITS = 60, 200
ANSWERED = LIMITS if "all" in sys.argv else 120
ON = date(2026, 11, 22)
UNIT = "mg/kg"
Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]


def rulebook() -> Rulebook:
    """A product's rulebook of 200 upper limits, each with figures of its own; a quarter exclude the figure itself."""
    limits = tuple(
        AmountLimit(
            rule_id=f"R-{number:03d}",
            rulebook="leaf_powder",
            subject=f"subject-{number % SUBJECTS}" if number < ANSWERED else f"unmeasured-{number}",
            text=f"not more than {_figure(number)} {UNIT}",
            because="benchmark",
            status="adopted",
            evidence="specification",
            unit=UNIT,
            acceptance_interval=Interval(Decimal(0), _figure(number), False, number % 4 == 0),
        )
        for number in range(LIMITS)
    )
    return Rulebook("leaf_powder", "product", "benchmark", "1", ON, 365, "0" * 64, limits)


def _figure(number: int) -> Decimal:
    return Decimal(90 + number % 20) / 100


def batches(count: int) -> list[Batch]:
    """Batches of sixty quantities: most a number, one in seven a `<`; about one in a hundred lies above a limit."""
    drawn = random.Random(count)
    keys = [QuantityKey(f"subject-{at}", "as received", UNIT) for at in range(SUBJECTS)]
    return [
        Batch(f"L-{number}", "leaf_powder", (), {key: _quantity(drawn, key[0]) for key in keys}, {}, (), ())
        for number in range(count)
    ]


def _quantity(drawn: random.Random, subject: str) -> Quantity:
    value = Decimal(drawn.randrange(1, 970)) / 1000
    said = Interval.below(value) if drawn.random() < 1 / 7 else Interval.exactly(value)
    ends = said.low, said.low_open, said.high, said.high_open
    return Quantity(subject, UNIT, "as received", said, *ends, ())


def plain(values: Floats, limits: Floats) -> Codes:
    """The same interval semantics on ready float arrays (batches × subjects × 8): 0 pass, 1 fail, 2 inconclusive."""
    asked = values[:, np.arange(len(limits)) % SUBJECTS]
    hull_low, hull_low_open, hull_high, hull_high_open, low, low_open, high, high_open = asked.transpose(2, 0, 1)
    least, least_open, most, most_open = limits.T
    above = (low > most) | ((low == most) & ((low_open > 0) | (most_open > 0)))
    below = (high < least) | ((high == least) & ((high_open > 0) | (least_open > 0)))
    enough = (hull_low > least) | ((hull_low == least) & ((least_open == 0) | (hull_low_open > 0)))
    within = (hull_high < most) | ((hull_high == most) & ((most_open == 0) | (hull_high_open > 0)))
    return np.where(above | below, 1, np.where(enough & within, 0, 2)).astype(np.int8)


def arrays(found: list[Batch]) -> Floats:
    """The batches' ends as floats: what whoever starts from the same objects has to do first."""
    return np.array([[plain_ends(quantity) for quantity in batch.quantities.values()] for batch in found], dtype=float)


def measure(count: int) -> None:
    """One line of JSON: seconds of every part, and whether the two ways agree on every outcome."""
    watch = Stopwatch()
    book = rulebook()
    with watch("make"):
        found = batches(count)
    made = peak_mib()
    _judge(found[:10], book)  # Great Expectations builds its registries on the first run
    with (
        watch("judge"),
        watch.inside("plan", verdicts, "plan"),
        watch.inside("outcomes", engine, "outcomes"),
        watch.inside("great_expectations", engine, "_run"),
    ):
        judgement = _judge(found, book)
    judged = peak_mib()
    with watch("arrays"):
        values = arrays(found)
    ends = np.array([[0.0, 0.0, float(_figure(number)), float(number % 4 == 0)] for number in range(ANSWERED)])
    with watch("plain"):
        codes = plain(values, ends)
    counts = Counter({OUTCOMES[code]: int((codes == code).sum()) for code in range(3)})
    counts[Outcome.MISSING] = count * (LIMITS - ANSWERED)
    ours = sum(
        (Counter(OUTCOMES[code] for code in made.tolist()) for made in judgement.codes.values()), Counter[Outcome]()
    )
    with watch("verdicts"):
        held = sum(len(verdict.findings) for verdict in judgement.verdicts())
    watch.report(findings=held, made=made, judged=judged, agree=counts == ours, doubted=len(judgement.doubted))


def _judge(found: list[Batch], book: Rulebook) -> verdicts.Judgement:
    return verdicts.judge(found, {book.id: book}, markets=(), home=(), on=ON)


if __name__ == "__main__":
    measure(int(sys.argv[1]))
