"""Where a batch may be sold: every market's verdict with the finding that decides it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from kratom_qc.judge.plan import applicable, market_books, product_books
from kratom_qc.model import Batch, Decision, Finding, Outcome, Rulebook, Says, Standing, Verdict

INTEGRITY = "integrity"
# Worst first. A ban says more than a figure: nothing about the batch could mend it.
_WEIGHT = {Outcome.FAIL: 3, Outcome.INCONCLUSIVE: 2, Outcome.MISSING: 1, Outcome.PASS: 0}
_BANNED = 4


class Everywhere:
    """The markets of a run for batches of one product: which rulebooks count in each.

    A market's verdict is the worst of the product's rulebooks, every rulebook the market lies under, its own, and what holds
    the batch everywhere (`integrity`).
    """

    def __init__(self, books: Mapping[str, Rulebook], markets: Sequence[str], product: str | None):
        self.rulebooks = applicable(books, markets, product)
        self.product = (INTEGRITY, *(book.id for book in product_books(books, product)))
        self.lineages = {
            # its own rulebook first: where two are as bad, the reader wants to hear of this market
            market: (*(book.id for book in reversed(market_books(books, market))), *self.product)
            for market in markets
        }
        self.titles = {market: books[market].title for market in markets}

    def verdict(self, batch: Batch, findings: Sequence[Finding], home: tuple[str, ...], on: date) -> Verdict:
        """The verdict over all findings of a batch."""
        deciding = _worst_by_book(findings)
        weights = {book: weight(finding.outcome, _kind(finding)) for book, finding in deciding.items()}
        rulings = self.rulings(weights)
        return Verdict(
            batch=batch,
            judged_on=on,
            decision=self.own(weights, home).decision,
            markets={market: ruling.decision for market, ruling in rulings.items()},
            findings=tuple(findings),
            home_markets=home,
            rulebooks=self.rulebooks,
            standings=tuple(self._standing(market, ruling, deciding) for market, ruling in rulings.items()),
        )

    def rulings(self, weights: Mapping[str, int]) -> dict[str, Ruling]:
        """What every market says, by the weight of the worst deciding finding of every rulebook that decides anything."""
        return {market: _ruling(books, weights) for market, books in self.lineages.items()}

    def own(self, weights: Mapping[str, int], home: Iterable[str]) -> Ruling:
        """The batch's own verdict: the worst of its product's rulebooks and the home markets."""
        return _ruling(dict.fromkeys((*self.product, *(book for one in home for book in self.lineages[one]))), weights)

    def _standing(self, market: str, ruling: Ruling, deciding: Mapping[str, Finding]) -> Standing:
        finding = None if ruling.book is None else deciding[ruling.book]
        return Standing(market, self.titles[market], ruling.decision, ruling.says, finding)


class Ruling(NamedTuple):
    """A decision with the rulebook whose finding makes it; none where every limit is met, or where nothing decides."""

    decision: Decision
    says: Says
    book: str | None


def weight(outcome: Outcome, kind: str) -> int:
    """How much a deciding finding on a limit of a kind weighs; the heaviest decides."""
    return _BANNED if kind == "ban" and outcome is Outcome.FAIL else _WEIGHT[outcome]


_RULED = {  # by weight
    _BANNED: (Decision.FAIL, Says.BANNED),
    3: (Decision.FAIL, Says.NOT_SOLD),
    2: (Decision.HOLD, Says.UNDECIDED),
    1: (Decision.HOLD, Says.UNDECIDED),
}


def _ruling(books: Iterable[str], weights: Mapping[str, int]) -> Ruling:
    """FAIL, else HOLD, else PASS. Nothing is never a pass: where nothing decides, the batch is held."""
    worst = max((book for book in books if book in weights), key=weights.__getitem__, default=None)
    if worst is None:
        return Ruling(Decision.HOLD, Says.UNDECIDED, None)
    if not weights[worst]:
        return Ruling(Decision.PASS, Says.SOLD, None)
    return Ruling(*_RULED[weights[worst]], worst)


def _worst_by_book(findings: Iterable[Finding]) -> dict[str, Finding]:
    """Of every rulebook the first of its worst findings that decide."""
    found: dict[str, Finding] = {}
    for finding in findings:
        if finding.decides:
            known = found.get(finding.rulebook)
            if known is None or weight(finding.outcome, _kind(finding)) > weight(known.outcome, _kind(known)):
                found[finding.rulebook] = finding
    return found


def _kind(finding: Finding) -> str:
    return finding.source.kind if finding.source is not None else ""
