"""Where a batch may be sold: every market's verdict with the finding that decides it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import count
from typing import NamedTuple

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.limit import Rulebook
from kratom_qc.domain.verdict import Decision, MarketStatus, Standing, Verdict
from kratom_qc.rulebooks.scope import Rule, applicable, market_books, product_books

INTEGRITY = "integrity"
# Worst first. A ban says more than a figure: nothing about the batch could mend it.
_WEIGHT = {Outcome.FAIL: 3, Outcome.INCONCLUSIVE: 2, Outcome.MISSING: 1, Outcome.PASS: 0}
_BANNED = 4
NOTHING = -1  # the weight of a slot in which nothing decides


class Ruling(NamedTuple):
    """A decision with the slot whose finding makes it; none where every limit is met, or where
    nothing decides."""

    decision: Decision
    status: MarketStatus
    slot: int | None


class Slots:
    """Where findings stand. A rulebook is one slot, unless some of its limits are overridden
    elsewhere: each of those stands alone, between those before and after it, so that a market can
    leave it out."""

    def __init__(self, books: Mapping[str, Rulebook]):
        self.replaced = {
            book.id: [(limit.overrides, limit.rule_id) for limit in book.limits if limit.overrides]
            for book in books.values()
        }
        alone = {rule for rules in self.replaced.values() for rule in rules}
        slots = count()
        self.books: dict[str, list[int]] = {INTEGRITY: [next(slots)]}
        self.rules: dict[Rule, int] = {}
        for book in books.values():
            slots_of_book = self.books[book.id] = [next(slots)]
            for limit in book.limits:
                rule = (book.id, limit.rule_id)
                if rule in alone:
                    self.rules[rule] = next(slots)
                    slots_of_book += [self.rules[rule], next(slots)]
                else:
                    self.rules[rule] = slots_of_book[-1]
        self.size = next(slots)

    def of(self, book: str, rule_id: str) -> int:
        """The slot of a finding; one about no limit stands last in its rulebook."""
        return self.rules.get((book, rule_id), self.books[book][-1])

    def lineage(self, books: Sequence[Rulebook]) -> tuple[int, ...]:
        """The slots of rulebooks that count together, without the limits that one of them
        overrides. Their own rulebook comes first: where two are as bad, the reader wants to hear of
        this market."""
        out = {self.rules[rule] for book in books for rule in self.replaced[book.id]}
        return tuple(
            slot for book in reversed(books) for slot in self.books[book.id] if slot not in out
        )


class Everywhere:
    """The markets of a run for batches of one product: which rulebooks count in each.

    A market's verdict is the worst of the product's rulebooks, every rulebook the market lies
    under, its own, and what holds the batch everywhere (`integrity`).
    """

    def __init__(self, books: Mapping[str, Rulebook], markets: Sequence[str], product: str | None):
        self.rulebooks = applicable(books, markets, product)
        self.slots = Slots(books)
        self.product = (
            *self.slots.books[INTEGRITY],
            *self.slots.lineage(product_books(books, product)),
        )
        self.markets = {
            market: (*self.slots.lineage(market_books(books, market)), *self.product)
            for market in markets
        }
        self.titles = {market: books[market].title for market in markets}
        self._ruled: dict[tuple[int, ...], dict[str, Ruling]] = {}

    def verdict(
        self, batch: Batch, findings: Sequence[Finding], home: tuple[str, ...], on: date
    ) -> Verdict:
        """The verdict over all findings of a batch."""
        worst = self._worst(findings)
        weights = tuple(NOTHING if finding is None else _weight(finding) for finding in worst)
        rulings = self.rulings(weights)
        return Verdict(
            batch=batch,
            judged_on=on,
            decision=self.own(weights, home).decision,
            markets={market: ruling.decision for market, ruling in rulings.items()},
            findings=tuple(findings),
            home_markets=home,
            rulebooks=self.rulebooks,
            standings=tuple(
                Standing(
                    market,
                    self.titles[market],
                    ruling.decision,
                    ruling.status,
                    None if ruling.slot is None else worst[ruling.slot],
                )
                for market, ruling in rulings.items()
            ),
        )

    def rulings(self, weights: tuple[int, ...]) -> dict[str, Ruling]:
        """What every market says, by the weight of the worst finding that decides in every slot."""
        if weights not in self._ruled:
            self._ruled[weights] = {
                market: _ruling(slots, weights) for market, slots in self.markets.items()
            }
        return self._ruled[weights]

    def own(self, weights: tuple[int, ...], home: Iterable[str]) -> Ruling:
        """The batch's own verdict: the worst of its product's rulebooks and the home markets."""
        return _ruling(
            (*self.product, *(slot for market in home for slot in self.markets[market])), weights
        )

    def _worst(self, findings: Iterable[Finding]) -> list[Finding | None]:
        """Of every slot the first of its worst findings that decide."""
        worst: list[Finding | None] = [None] * self.slots.size
        for finding in findings:
            if finding.decides:
                slot = self.slots.of(finding.rulebook, finding.rule_id)
                known = worst[slot]
                if known is None or _weight(finding) > _weight(known):
                    worst[slot] = finding
        return worst


def weight(outcome: Outcome, kind: str) -> int:
    """How much a deciding finding on a limit of a kind weighs; the heaviest decides."""
    return _BANNED if kind == "ban" and outcome is Outcome.FAIL else _WEIGHT[outcome]


def _weight(finding: Finding) -> int:
    return weight(finding.outcome, finding.source.kind if finding.source is not None else "")


_RULED = {  # by weight
    4: (Decision.FAIL, MarketStatus.BANNED),
    3: (Decision.FAIL, MarketStatus.NOT_SOLD),
    2: (Decision.HOLD, MarketStatus.UNDECIDED),
    1: (Decision.HOLD, MarketStatus.UNDECIDED),
}


def _ruling(slots: Sequence[int], weights: Sequence[int]) -> Ruling:
    """FAIL, else HOLD, else PASS. Nothing is never a pass: where nothing decides, the batch is
    held."""
    worst = max(slots, key=weights.__getitem__)
    if weights[worst] == NOTHING:
        return Ruling(Decision.HOLD, MarketStatus.UNDECIDED, None)
    if not weights[worst]:
        return Ruling(Decision.PASS, MarketStatus.SOLD, None)
    return Ruling(*_RULED[weights[worst]], worst)
