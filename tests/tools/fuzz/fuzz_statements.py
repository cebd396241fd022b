"""Throw broken laboratory text at every reader of words: `python -m tests.tools.fuzz.fuzz_statements SECONDS [SEED]`.

Strings of the grammar, dates and units are mutated and spliced, and mixed with any Unicode. Reported with a reproducer, exit
status 1: any exception that a reader does not document, one input that takes more than a second, a value of digits that do not
stand in the text, an interval that excludes its own number, and a certificate of one such cell that ends in `reader-failed`.
A text twice as long must take no more than twice the time.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal

from kratom_qc import vocabulary
from kratom_qc.app.reading import read_content
from kratom_qc.interpret.dates import Calendar, UnreadableDate, orders, read_date
from kratom_qc.interpret.measure import Measure
from kratom_qc.interpret.numbers import Ambiguous, decimal_mark, number, tidy
from kratom_qc.interpret.statement import LONGEST, Statement, Unreadable, readings, statement
from tests.factory.sheets import HEAD, csv_bytes
from tests.interpret.grammar import groups

LONGEST_SECONDS, LONGEST_STATEMENT_SECONDS = 1.0, 0.05
DATES = [
    "2026-03-04", "03/04/2026", "03/04/26", "4.3.2026", "04. 03. 2026", "4 March 2026", "04-Mar-26, 10:15:00", "26 Feb 22",
    "Thursday, April 20, 2021 21:38:30", "1/25/2023, 5:00:00 AM", "23-26 February 2022", "29 December 2021- 09 January 2022",
    "20180102090000", "46085", "2026-03-04T18:59:59.995Z", "4. března 2026", "4 de marzo de 2026", "2569-03-04", "50-32-8",
    "1. 3. až 4. 3. 2026",
]  # fmt: skip
WORDS = [
    "mg/kg",
    "% w/w",
    "log10 CFU/g",
    "CFU/25 g",
    "µg/g",
    "mg/kg dry weight",
    "/25 g",
    "NT",
    "<LOQ",
    "vyhovuje",
    "ppm (w/w)",
]
PIECES = [
    *"0123456789.,<>≤≥±()[]/%+-–−*†~^eExX×·•²⁴¹ \u00a0\u202f\u200b\ufeff٣１²'’\"\n\t=:;",
    "10^", "x 10", "E+03", " ± ", "k=2", "LOD", "LOQ", "ND", " in 25 g", "mg/kg", " to ", "est.",
]  # fmt: skip

LONG = [
    "1" * 4000, "1," * 2000, "1 " * 2000, "1 234" * 800, "a" + " " * 3998 + "b", "1" + " " * 3998 + "1", "," * 4000,
    "1.10" * 1000, "(" * 4000, "ND (" * 1000, "ND " * 1333, "<" * 4000, "1x10^" * 800, "10^" * 1333, "± 1 " * 1000,
    "1 ± " * 1000, "1/25 g " * 570, "in " * 1333, "in 1" * 1000, "10 ^ " * 800, "1" + "." * 3999, "k=2 " * 1000,
    "0.5 (U=" * 500, "mg/" * 1333, "2026-" * 800, "1. " * 1333, "March " * 666, "v 1 g" * 800, "est " * 1000, "dry " * 1000,
    "dw" * 2000, "as " * 1333, "¹" * 4000, "10²" * 1333, "a, " * 1333, ", " + " " * 3990 + "x", "a," + (" " * 50 + ",") * 80,
]  # fmt: skip


@dataclass(slots=True)
class Tally:
    """What was tried, and what went wrong: kind of failure → the shortest input seen."""

    tried: Counter[str] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)
    slowest: tuple[float, str] = (0.0, "")

    def fail(self, kind: str, text: str) -> None:
        """Keep the shortest reproducer of each kind."""
        if kind not in self.failures or len(text) < len(self.failures[kind]):
            self.failures[kind] = text


def mutated(rng: random.Random, seeds: list[str]) -> str:
    """One seed, or two spliced, with up to four characters deleted, doubled, swapped, replaced or put in."""
    text = list(rng.choice(seeds))
    if rng.random() < 0.25:
        other = rng.choice(seeds)
        cut = rng.randrange(len(text) + 1)
        text = text[:cut] + list(other[rng.randrange(len(other) + 1) :])
    for _ in range(rng.randrange(5)):
        at = rng.randrange(len(text) + 1)
        piece = rng.choice(PIECES) if rng.random() < 0.9 else _any_character(rng)
        if rng.random() < 0.4 or at == len(text):
            text[at:at] = piece
        elif rng.random() < 0.5:
            text[at : at + 1] = piece
        elif rng.random() < 0.5:
            del text[at]
        else:
            text[at:at] = text[at : at + 2] * rng.choice((1, 1, 1, 1, 50, 2000))
    return "".join(text)


def _any_character(rng: random.Random) -> str:
    while True:
        code = rng.choice((rng.randrange(0x250), rng.randrange(0x3000), rng.randrange(0x110000)))
        if not 0xD800 <= code <= 0xDFFF:
            return chr(code)


def guarded(
    tally: Tally, name: str, documented: tuple[type[Exception], ...], work: Callable[[], None], text: str
) -> None:
    """Do the work; anything but a documented exception within a second is a failure."""
    tally.tried[name] += 1
    start = time.perf_counter()
    try:
        work()
    except documented:
        pass
    except AssertionError as error:
        tally.fail(f"{name}: {error}", text)
    except Exception as error:
        tally.fail(f"{name}: {type(error).__name__}", text)
    took = time.perf_counter() - start
    if took > tally.slowest[0]:
        tally.slowest = (took, f"{name} {text[:60]!r} ({len(text)} characters)")
    if took > LONGEST_SECONDS:
        tally.fail(f"{name}: slow", text)


def check_statement(text: str, mark: str | None) -> None:
    """Read the text and hold the reading to what can be said of every one."""
    found = statement(text, mark)
    for part in (found.number, found.uncertainty, found.lod, found.loq):
        if part is not None and part.value:
            digits = "".join(map(str, part.value.normalize().as_tuple().digits))
            printed = "".join(c for c in tidy(text) if c in "0123456789")
            assert digits in printed, "digits that are not printed"
    if found.number is not None:
        _check_interval(found, found.number.value)


def _check_readings(text: str, mark: str | None) -> None:
    """One way to read it where the text is clear, else several that differ."""
    ways = readings(text, mark)
    assert 1 <= len(ways) == len(set(ways)), "a reading twice"


def _check_interval(found: Statement, amount: Decimal) -> None:
    interval = Measure(found, vocabulary.unit("mg/kg"), None, None, None, False, "mass").possible().interval
    assert interval.low >= 0, "an interval below nothing"
    assert found.uncertainty is None or found.uncertainty.value >= 0, "an uncertainty below nothing"
    inside = interval.low <= amount and (interval.high is None or amount <= interval.high)
    assert inside, "an interval that excludes its number"
    if found.kind == "value" and amount:
        assert (interval.low, interval.high) == (amount, amount), "a value that is not exact"


def check_vocabulary(text: str) -> None:
    """No unit of nothing, and no word that changes with its surroundings."""
    unit = vocabulary.unit(text)
    assert unit is None or unit.log10 or unit.factor > 0, "a unit of factor 0"
    assert vocabulary.status(text) == vocabulary.status(f" {text} "), "a word that depends on blanks"
    vocabulary.analyte(text)
    vocabulary.basis_in(text)


def check_date(text: str) -> None:
    """A date lies in our times."""
    orders([text])
    for order in (None, True, False):
        try:
            days = read_date(text, Calendar(order))
            assert 1990 <= days.earliest.year <= days.latest.year <= 2100, "a date of other times"
        except UnreadableDate:
            continue


def certificate(rng: random.Random, text: str) -> bytes:
    """A certificate of a line or two, with the text in one of its cells."""
    row = ["Lead", "0.2", "mg/kg", "0.02", "0.05", "0.01", "25 g", ""]
    row[rng.randrange(len(row))] = text
    if rng.random() < 0.5:
        row[1] = text
    header = ["Analyte", "Result", "Unit", "LOD", "LOQ", "Uncertainty", "Portion", "Qualifier"]
    head = [*HEAD[:2], ["Received", text if rng.random() < 0.3 else "2026-03-04"], []]
    return csv_bytes([*head, header, row])


def check_certificate(raw: bytes) -> None:
    """A reading or refusals, and no fault of the reader."""
    reading = read_content("fuzzed.csv", raw)
    assert bool(reading.refusals) != bool(reading.certificates), "neither read nor refused"
    assert all(refusal.code != "reader-failed" for refusal in reading.refusals), "reader-failed"


def lasting(seconds: float) -> Iterator[None]:
    """Rounds until the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        yield


def fuzz(rounds: Iterable[object], seed: int) -> Tally:
    """Mutate and read, once a round."""
    rng = random.Random(seed)
    seeds = [row.said for group in groups() for row in group.rows] + DATES + WORDS
    tally = Tally()
    for _ in rounds:
        text, mark = mutated(rng, seeds), rng.choice((None, ".", ","))
        one_of(tally, text, mark)
        if tally.tried["statement"] % 12 == 0:
            raw = certificate(rng, text)
            guarded(tally, "certificate", (), lambda raw=raw: check_certificate(raw), text)  # type: ignore[misc]
    return tally


def one_of(tally: Tally, text: str, mark: str | None) -> None:
    """One text through every reader of words."""
    guarded(tally, "statement", (Unreadable,), lambda: check_statement(text, mark), text)
    guarded(tally, "readings", (Unreadable,), lambda: _check_readings(text, mark), text)
    guarded(tally, "number", (ValueError,), lambda: _check_number(text, mark), text)
    guarded(tally, "decimal mark", (Ambiguous,), lambda: _nothing(decimal_mark([text])), text)
    guarded(tally, "date", (UnreadableDate,), lambda: check_date(text), text)
    guarded(tally, "vocabulary", (), lambda: check_vocabulary(text), text)


def read_all(text: str) -> None:
    """One text through every reader of words, past their caches."""
    with suppress(Unreadable, ValueError):
        statement.__wrapped__(text, ".")
    with suppress(Unreadable, ValueError):
        readings.__wrapped__(text, None)
    with suppress(ValueError):
        number(text, ".")
    with suppress(Ambiguous):
        decimal_mark([text])
    with suppress(UnreadableDate):
        read_date.__wrapped__(text)
    orders([text])
    vocabulary.unit.__wrapped__(text)
    vocabulary.analyte.__wrapped__(text)
    vocabulary.status.__wrapped__(text)


def check_growth(tally: Tally) -> None:
    """Twice the text, twice the time: a pattern that backtracks over a run of characters takes four times as long."""
    for text in LONG:
        once, twice = _seconds(text * 2), _seconds(text * 4)
        if twice > 3 * once + 0.005:
            tally.fail("time that grows faster than the text", text)
        if _seconds(text[:LONGEST]) > LONGEST_STATEMENT_SECONDS:
            tally.fail("the longest statement takes too long", text[:LONGEST])


def _seconds(text: str) -> float:
    """The least processor time of three readings: what else the machine does is not counted."""
    times = []
    for _ in range(3):
        start = time.thread_time()
        read_all(text)
        times.append(time.thread_time() - start)
    return min(times)


def _check_number(text: str, mark: str | None) -> None:
    found = number(text, mark)
    assert found.value >= 0, "a number below nothing"
    assert found.step > 0, "a step of nothing"


def _nothing(_: object) -> None:
    """For a call whose value does not matter."""


def main() -> int:
    """Fuzz for so many seconds; say what was tried and what failed."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns() % 2**32
    tally = fuzz(lasting(seconds), seed)
    check_growth(tally)
    tried = ", ".join(f"{count:,} × {name}" for name, count in tally.tried.items())
    sys.stdout.write(f"seed {seed}: {sum(tally.tried.values()):,} readings ({tried})\n")
    sys.stdout.write(f"slowest: {tally.slowest[0]:.3f} s, {tally.slowest[1]}\n")
    for kind, text in tally.failures.items():
        sys.stdout.write(f"FAILED {kind}: {text[:300]!r}{' …' if len(text) > 300 else ''}\n")
    return 1 if tally.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
