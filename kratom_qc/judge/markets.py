"""Where a batch may be sold: every market's verdict with the finding that decides it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kratom_qc.judge.plan import applicable, market_books, product_books
from kratom_qc.model import Batch, Decision, Finding, Outcome, Rulebook, Says, Standing, Verdict

INTEGRITY = "integrity"
# Worst first. A ban says more than a figure: nothing about the batch could mend it.
_WEIGHT = {Outcome.FAIL: 3, Outcome.INCONCLUSIVE: 2, Outcome.MISSING: 1, Outcome.PASS: 0}
_BANNED = 4


@dataclass(frozen=True, slots=True)
class _Lineage:
    """Rulebooks that count together, and the limits of theirs that one of them overrides. Another market may ask those."""

    books: tuple[str, ...]
    replaced: frozenset[tuple[str, str]]  # rulebook, rule id

    @staticmethod
    def of(books: Sequence[Rulebook]) -> _Lineage:
        """A lineage that names its own rulebook first: where two are as bad, the reader wants to hear of this market."""
        replaced = {(one.overrides, one.rule_id) for book in books for one in book.limits if one.overrides}
        return _Lineage(tuple(book.id for book in reversed(books)), frozenset(replaced))

    def worst(self, deciding: Sequence[Finding], by_book: Mapping[str, Finding]) -> Finding | None:
        """The first of the worst findings that decide here."""
        if self.replaced:
            by_book = _worst_by_book(one for one in deciding if (one.rulebook, one.rule_id) not in self.replaced)
        return _worst(by_book.get(book) for book in self.books)


class Everywhere:
    """The markets of a run for batches of one product: which rulebooks count in each.

    A market's verdict is the worst of the product's rulebooks, every rulebook the market lies under, its own, and what holds
    the batch everywhere (`integrity`).
    """

    def __init__(self, books: Mapping[str, Rulebook], markets: Sequence[str], product: str | None):
        self.rulebooks = applicable(books, markets, product)
        self.product = _Lineage.of(product_books(books, product))
        self.markets = {market: _Lineage.of(market_books(books, market)) for market in markets}
        self.titles = {market: books[market].title for market in markets}

    def verdict(self, batch: Batch, findings: Sequence[Finding], home: tuple[str, ...], on: date) -> Verdict:
        """The verdict over all findings of a batch."""
        deciding = [finding for finding in findings if finding.decides]
        by_book = _worst_by_book(deciding)
        everywhere = _worst((by_book.get(INTEGRITY), self.product.worst(deciding, by_book)))
        worst = {
            market: _worst((lineage.worst(deciding, by_book), everywhere)) for market, lineage in self.markets.items()
        }
        return Verdict(
            batch=batch,
            judged_on=on,
            decision=_decision(_worst((everywhere, *(worst[market] for market in home)))),
            markets={market: _decision(finding) for market, finding in worst.items()},
            findings=tuple(findings),
            home_markets=home,
            rulebooks=self.rulebooks,
            standings=tuple(self._standing(market, finding) for market, finding in worst.items()),
        )

    def _standing(self, market: str, worst: Finding | None) -> Standing:
        decision = _decision(worst)
        if worst is None or decision is Decision.PASS:
            return Standing(market, self.titles[market], decision, _SAYS[decision], None)
        says = Says.BANNED if _weight(worst) == _BANNED else _SAYS[decision]
        return Standing(market, self.titles[market], decision, says, worst)


_SAYS = {Decision.PASS: Says.SOLD, Decision.FAIL: Says.NOT_SOLD, Decision.HOLD: Says.UNDECIDED}


def _worst_by_book(deciding: Iterable[Finding]) -> dict[str, Finding]:
    """Of every rulebook the first of its worst findings."""
    found: dict[str, Finding] = {}
    for finding in deciding:
        known = found.get(finding.rulebook)
        if known is None or _weight(finding) > _weight(known):
            found[finding.rulebook] = finding
    return found


def _worst(findings: Iterable[Finding | None]) -> Finding | None:
    return max((finding for finding in findings if finding is not None), key=_weight, default=None)


def _weight(finding: Finding) -> int:
    banned = finding.source is not None and finding.source.kind == "ban" and finding.outcome is Outcome.FAIL
    return _BANNED if banned else _WEIGHT[finding.outcome]


def _decision(worst: Finding | None) -> Decision:
    """FAIL, else HOLD, else PASS. Nothing is never a pass: where nothing decides, the batch is held."""
    if worst is None:
        return Decision.HOLD
    return {Outcome.FAIL: Decision.FAIL, Outcome.PASS: Decision.PASS}.get(worst.outcome, Decision.HOLD)
