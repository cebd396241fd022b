"""Where a batch may be sold: every market's verdict with the finding that decides it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

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
        standings = tuple(self._standing(market, deciding) for market in self.lineages)
        own = dict.fromkeys((*self.product, *(book for market in home for book in self.lineages[market])))
        return Verdict(
            batch=batch,
            judged_on=on,
            decision=_decision(_first_worst(own, deciding)),
            markets={standing.market: standing.decision for standing in standings},
            findings=tuple(findings),
            home_markets=home,
            rulebooks=self.rulebooks,
            standings=standings,
        )

    def _standing(self, market: str, deciding: Mapping[str, Finding]) -> Standing:
        worst = _first_worst(self.lineages[market], deciding)
        decision = _decision(worst)
        if worst is None or decision is Decision.PASS:
            return Standing(market, self.titles[market], decision, _SAYS[decision], worst if worst is None else None)
        says = Says.BANNED if _weight(worst) == _BANNED else _SAYS[decision]
        return Standing(market, self.titles[market], decision, says, worst)


_SAYS = {Decision.PASS: Says.SOLD, Decision.FAIL: Says.NOT_SOLD, Decision.HOLD: Says.UNDECIDED}


def _worst_by_book(findings: Iterable[Finding]) -> dict[str, Finding]:
    """Of every rulebook the first of its worst findings that decide."""
    found: dict[str, Finding] = {}
    for finding in findings:
        if finding.decides:
            known = found.get(finding.rulebook)
            if known is None or _weight(finding) > _weight(known):
                found[finding.rulebook] = finding
    return found


def _first_worst(books: Iterable[str], deciding: Mapping[str, Finding]) -> Finding | None:
    return max((deciding[book] for book in books if book in deciding), key=_weight, default=None)


def _weight(finding: Finding) -> int:
    banned = finding.source is not None and finding.source.kind == "ban" and finding.outcome is Outcome.FAIL
    return _BANNED if banned else _WEIGHT[finding.outcome]


def _decision(worst: Finding | None) -> Decision:
    """FAIL, else HOLD, else PASS. Nothing is never a pass: where nothing decides, the batch is held."""
    if worst is None:
        return Decision.HOLD
    return {Outcome.FAIL: Decision.FAIL, Outcome.PASS: Decision.PASS}.get(worst.outcome, Decision.HOLD)
