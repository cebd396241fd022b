"""Every rulebook, every market: N batches of six product forms in memory, and the same comparisons as bare numpy.

Batches are made, judged and dropped in waves, as the release flow does it. Both ways start from the same batches. Sixty of the
quantities that the rulebooks ask for are measured in each, as on a certificate; everything else is missing.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.finding import Outcome
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.limit import Limit, NumericLimit
from kratom_qc.domain.quantity import Quantity
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef
from kratom_qc.judge import verdicts
from kratom_qc.judge.ends import plain_ends
from kratom_qc.judge.plan import OUTCOMES
from kratom_qc.rulebooks.dates import stands
from kratom_qc.rulebooks.load import load_rulebooks
from kratom_qc.rulebooks.scope import markets_of, questions
from tests.tools.benchmark.measure import Stopwatch, peak_mib

BOOKS = load_rulebooks(Path(__file__).resolve().parents[3] / "expectations")
MARKETS = markets_of(BOOKS)
PRODUCTS = ("leaf_powder", "crushed_leaf", "extract", "capsule", "liquid", "edible")
ON = date(2026, 11, 22)
WAVE, MEASURED = 2000, 60
Key = tuple[str, str, str]
Floats = npt.NDArray[np.float64]
INFINITE = float("inf")


def _said(key: Key, *, detected: bool, portion: str, depth: str | None) -> Result:
    """A statement about presence, as deep as it says: Salmonella in a portion, a substance down to a LOD."""
    deep = None if depth is None else Decimal(depth)
    span, place = Interval.below(None), CellRef("made.csv")
    more = {"detected": detected, "portion": Decimal(portion), "lod": deep, "detection_limit": deep}
    return Result(key[0], True, "", "", span, key[2], "as received", True, place, **more)


def _both(known: Interval | None, acceptance_interval: Interval | None) -> Interval | None:
    """What lies within both limits; a clean batch lies within every limit that asks for the quantity."""
    if known is None or acceptance_interval is None:
        return acceptance_interval or known
    highs = [high for high in (known.high, acceptance_interval.high) if high is not None]
    low, high = max(known.low, acceptance_interval.low), min(highs, default=None)
    return Interval(low, high, False, high is None) if high is None or low < high else known


class Maker:
    """Batches of one product form by chance; one in a hundred quantities lies beyond a limit, one in seven is a `<`."""

    def __init__(self, product: str, seed: int):
        self.product, self.drawn = product, random.Random(seed)
        self.limits = [limit for _, limit in questions(BOOKS, MARKETS, product)]
        numeric = [limit for limit in self.limits if isinstance(limit, NumericLimit)]
        numeric.sort(
            key=lambda limit: not (stands(limit, ON)[1] and limit.when_missing == "hold")
        )  # what is required first
        asked: dict[Key, Interval | None] = {}
        for limit in numeric:
            key = limit.quantity_key
            asked[key] = _both(asked.get(key), getattr(limit, "acceptance_interval", None))
        self.keys = dict(list(asked.items())[:MEASURED])
        self.seen = {
            key: (
                _said(key, detected=False, portion="100", depth="0.001"),
                _said(key, detected=True, portion="25", depth=None),
            )
            for key, acceptance_interval in self.keys.items()
            if acceptance_interval is None
        }

    def batches(self, start: int, count: int) -> list[Batch]:
        """So many of them, numbered from `start`."""
        return [
            Batch(f"L-{number}", self.product, (), {key: self._quantity(key) for key in self.keys}, {}, (), ())
            for number in range(start, start + count)
        ]

    def _quantity(self, key: Key) -> Quantity:
        if key in self.seen:
            found = self.drawn.random() < 0.01
            said = self.seen[key][found]
            none = Interval.below(None)
            ends = none.low, none.low_open, none.high, none.high_open
            return Quantity(key[0], key[2], key[1], none, *ends, (said,), found, said.detection_limit)
        acceptance_interval = self.keys[key] or Interval.exactly(Decimal(1))
        top = acceptance_interval.high if acceptance_interval.high is not None else acceptance_interval.low * 3
        value = acceptance_interval.low + (top - acceptance_interval.low) * self.drawn.randrange(1, 1010) / 1000
        said_span = Interval.below(value) if self.drawn.random() < 1 / 7 else Interval.exactly(value)
        ends = said_span.low, said_span.low_open, said_span.high, said_span.high_open
        return Quantity(key[0], key[2], key[1], said_span, *ends, ())


def plain(maker: Maker, batches: Sequence[Batch]) -> Counter[Outcome]:
    """The same questions as vectorised comparisons: arrays from the batches, then every limit over all of them."""
    ends = {
        key: np.array([plain_ends(batch.quantities[key]) for batch in batches], dtype=float)
        for key in maker.keys
        if key not in maker.seen
    }
    found = {key: np.array([batch.quantities[key].detected is True for batch in batches]) for key in maker.seen}
    depth = {
        key: np.array([float(batch.quantities[key].results[0].portion or 0) for batch in batches]) for key in maker.seen
    }
    lods = {
        key: np.array([float(batch.quantities[key].detection_limit or INFINITE) for batch in batches])
        for key in maker.seen
    }
    told: Counter[Outcome] = Counter()
    for limit in maker.limits:
        if not isinstance(limit, NumericLimit):
            told[_constant(limit, maker.product)] += len(batches)
            continue
        key = limit.quantity_key
        if key not in maker.keys:
            told[Outcome.MISSING] += len(batches)
        elif limit.kind == "not_detected":
            deep = depth[key] >= float(limit.portion) if limit.portion is not None else lods[key] <= _lod(limit)
            _tell(told, found[key], ~found[key] & deep)
        else:
            _tell(told, *_compare(limit.acceptance_interval or Interval.below(None), ends[key]))
    return told


def _constant(limit: Limit, product: str) -> Outcome:
    if limit.kind == "product_class":
        return Outcome.PASS if product in limit.requires else Outcome.FAIL
    kinds = {
        "ban": Outcome.FAIL,
        "certificate": Outcome.MISSING,
        "described": Outcome.MISSING,
        "profile": Outcome.MISSING,
    }
    return kinds.get(limit.kind, Outcome.INCONCLUSIVE)


def _lod(limit: Limit) -> float:
    return INFINITE if limit.lod_at_most is None else float(limit.lod_at_most)


def _compare(acceptance_interval: Interval, ends: Floats) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    hull_low, hull_low_open, hull_high, hull_high_open, low, low_open, high, high_open = ends.T
    least, most = (
        float(acceptance_interval.low),
        INFINITE if acceptance_interval.high is None else float(acceptance_interval.high),
    )
    above = (low > most) | ((low == most) & ((low_open > 0) | acceptance_interval.high_open))
    below = (high < least) | ((high == least) & ((high_open > 0) | acceptance_interval.low_open))
    enough = (hull_low > least) | ((hull_low == least) & ((hull_low_open > 0) | (not acceptance_interval.low_open)))
    within = (hull_high < most) | ((hull_high == most) & ((hull_high_open > 0) | (not acceptance_interval.high_open)))
    return above | below, enough & (within | (acceptance_interval.high is None)) & ~(above | below)


def _tell(told: Counter[Outcome], fails: npt.NDArray[np.bool_], passes: npt.NDArray[np.bool_]) -> None:
    told[Outcome.FAIL] += int(fails.sum())
    told[Outcome.PASS] += int(passes.sum())
    told[Outcome.INCONCLUSIVE] += len(fails) - int(fails.sum()) - int(passes.sum())


def waves(count: int) -> Iterator[tuple[Maker, int, int]]:
    """(maker, first number, how many) of every wave; the product forms take turns."""
    makers = [Maker(product, seed) for seed, product in enumerate(PRODUCTS)]
    for at, start in enumerate(range(0, count, WAVE)):
        yield makers[at % len(makers)], start, min(WAVE, count - start)


def measure(count: int) -> None:
    """One line of JSON: seconds of every part, and whether both ways count the same outcomes."""
    watch = Stopwatch()
    ours: Counter[Outcome] = Counter()
    bare: Counter[Outcome] = Counter()
    asked = doubted = sold = 0
    for first, (maker, start, size) in enumerate(waves(count)):
        with watch("make"):
            batches = maker.batches(start, size)
        if not first:
            _judge(batches[:10])  # Great Expectations builds its registries on the first run
        with watch("judge"):
            judgement = _judge(batches)
        with watch("plain"):
            bare += plain(maker, batches)
        with watch("verdicts"):
            sold += sum(decision == "PASS" for verdict in judgement.verdicts() for decision in verdict.markets.values())
        for group in judgement.groups:
            asked += sum(len(group.members) for _ in group.asked)
            for one in group.asked:
                ours.update(dict(_counted(judgement.codes[id(one)])))
        doubted += len(judgement.doubted)
    watch.report(
        agree=ours == bare,
        doubted=doubted,
        asked=asked,
        sold=sold,
        markets=len(MARKETS),
        limits=sum(len(book.limits) for book in BOOKS.values()),
        most=peak_mib(),
    )


def _counted(codes: npt.NDArray[np.int8]) -> Iterator[tuple[Outcome, int]]:
    for code, times in enumerate(np.bincount(codes, minlength=len(OUTCOMES))):
        if times:
            yield OUTCOMES[code], int(times)


def _judge(batches: Sequence[Batch]) -> verdicts.Judgement:
    return verdicts.judge(batches, BOOKS, markets=MARKETS, home=("us",), on=ON)


if __name__ == "__main__":
    measure(int(sys.argv[1]))
