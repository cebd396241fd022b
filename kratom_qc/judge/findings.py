"""An outcome becomes a finding: with the cell it rests on, why, by which decision rule, and whether
it decides.

Whatever is the same for every batch is made once: how a limit stands on the day, its decision rule
in words, and the whole finding where a batch says nothing of the matter, as most do of most limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.interval import UNMEASURED, Interval
from kratom_qc.domain.limit import (
    AmountLimit,
    BookKind,
    DecisionRule,
    Evidence,
    NotDetectedLimit,
    NumericLimit,
    OtherLimit,
    WhenMissing,
)
from kratom_qc.domain.quantity import DECLARATIONS, Quantity
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef
from kratom_qc.judge import crosscheck, explain
from kratom_qc.judge.guard_band import guard_band, judged_interval
from kratom_qc.judge.plan import Asked
from kratom_qc.rulebooks.dates import PENDING, stands
from kratom_qc.rulebooks.plainly import decision_rule
from kratom_qc.vocabulary.derived import derived_kinds

_UNDECLARED = "no label claim is declared for this batch"
_CONDITIONAL = {Outcome.PASS: "conditional pass", Outcome.FAIL: "conditional fail"}


class Findings:
    """Writes the findings of one limit for batch after batch, on one day."""

    def __init__(self, asked: Asked, on: date):
        limit, book = asked.limit, asked.book
        self.limit, self.book_id, self.column = limit, book.id, asked.column
        self.market = book.id if book.kind == BookKind.MARKET else None
        self.status, self.decides = stands(limit, on)
        self.rule = decision_rule(limit)
        self.from_memory = limit.evidence == Evidence.MEMORY
        self.from_news = limit.evidence == Evidence.NEWS
        self.pending = self.status == PENDING
        self.only_notes = limit.when_missing == WhenMissing.NOTE
        self.declared_only = isinstance(limit, AmountLimit) and limit.declared_only
        self.is_claim = derived_kinds().get(limit.subject) == "claim"
        self.alike: Finding | None = None  # what is found of every batch that says nothing of it

    def finding(
        self, place: int, batch: Batch, first: Mapping[str, Result], outcome: Outcome
    ) -> Finding:
        """The finding of the batch at a place of its group; `first` is the first word on every
        analyte."""
        limit = self.limit
        if not isinstance(limit, NumericLimit):
            if not self.column.shared:
                return self._other(limit, batch, outcome)
            if self.alike is None:
                self.alike = self._other(limit, batch, outcome)
            return self.alike
        quantity = self.column.answers[place]
        if quantity is not None:
            return self._measured(limit, quantity, outcome)
        silent = first.get(limit.subject)
        if silent is not None:
            return self._unmeasured(limit, silent, outcome)
        if self.alike is None:
            self.alike = self._unmeasured(limit, None, outcome)
        return self.alike

    def _measured(self, limit: NumericLimit, quantity: Quantity, outcome: Outcome) -> Finding:
        measured = outcome  # what news or a pending rule would make of it
        outcome = self._believed(outcome)
        return self._written(
            outcome,
            decides=not self._is_silence(limit, quantity, outcome),
            why=explain.measured(limit, outcome if self.from_memory else measured, quantity),
            ref=quantity.results[0].ref if quantity.results else None,
            unit=quantity.unit,
            interval=judged_interval(limit, quantity),
            quantity=quantity,
            conditional=self._conditional(limit, outcome, quantity),
        )

    def _is_silence(self, limit: NumericLimit, quantity: Quantity, outcome: Outcome) -> bool:
        """Whether what is known says no more than silence that is only noted, or than that nothing
        is declared. A sum or a part of one of which nobody measured the rest is silent about it,
        an amount that only lacks a factor is not; a non-detect counts as deep as it looked."""
        if outcome is Outcome.MISSING and self.declared_only and _undeclared(quantity):
            return True
        if not self.only_notes:
            return False
        if isinstance(limit, NotDetectedLimit):
            return outcome is Outcome.INCONCLUSIVE and _too_shallow(quantity)
        of_itself = any(result.analyte == limit.subject for result in quantity.results)
        return outcome is Outcome.MISSING and not of_itself

    def _unmeasured(self, limit: NumericLimit, silent: Result | None, outcome: Outcome) -> Finding:
        if silent is not None and silent.measured and silent.detected is not False:
            # Something was measured or found, in words or units that cannot be compared: that is
            # not silence.
            outcome = Outcome.INCONCLUSIVE
        outcome = self._believed(outcome)
        noted = self.only_notes and outcome is Outcome.MISSING
        return self._written(
            outcome,
            decides=not (self.declared_only or noted),
            why=_UNDECLARED if self.is_claim else explain.silence(limit, silent),
            ref=silent.ref if silent else None,
            unit=limit.unit,
        )

    def _believed(self, outcome: Outcome) -> Outcome:
        """A figure from memory neither passes nor fails anything, one from the news leaves
        everything open, and a pending one fails nothing."""
        if self.from_news or (self.pending and outcome is Outcome.FAIL):
            return Outcome.INCONCLUSIVE
        if self.from_memory and outcome in (Outcome.PASS, Outcome.FAIL):
            return Outcome.INCONCLUSIVE
        return outcome

    def _conditional(self, limit: NumericLimit, outcome: Outcome, quantity: Quantity) -> str:
        """Which kind of INCONCLUSIVE the guard band makes: the measured value itself lies inside
        the limit, or outside."""
        if outcome is not Outcome.INCONCLUSIVE:
            return ""
        if not isinstance(limit, AmountLimit) or limit.decision_rule != DecisionRule.GUARDED:
            return ""
        if self.from_memory or guard_band(limit, quantity) is None:
            return ""
        without_band = replace(limit, decision_rule=DecisionRule.SIMPLE)
        (plainly,) = crosscheck.of_quantities(without_band, [quantity])
        return _CONDITIONAL.get(plainly, "")

    def _other(self, limit: OtherLimit, batch: Batch, outcome: Outcome) -> Finding:
        """Limits that no amount answers: bans, product classes, attestations, descriptions,
        certificate contents, profiles."""
        why = explain.unmeasured(limit, outcome, batch)
        believed = self._believed(outcome)
        if believed is not outcome and self.from_memory:
            why = explain.MEMORY
        described = batch.described.get(limit.subject) if limit.kind == "described" else None
        return self._written(
            believed,
            decides=not (self.only_notes and believed is Outcome.MISSING),
            why=why,
            ref=described.ref if described is not None and described.text is not None else None,
        )

    def _written(
        self,
        outcome: Outcome,
        *,
        decides: bool,
        why: str,
        ref: CellRef | None,
        unit: str = "",
        interval: Interval = UNMEASURED,
        quantity: Quantity | None = None,
        conditional: str = "",
    ) -> Finding:
        limit = self.limit
        if self.decides and outcome is not Outcome.PASS:
            if self.from_news:
                why = explain.NEWS.format(why)
            elif self.pending:
                why = explain.PENDING.format(limit.pending_from, why)
        return Finding(
            rule_id=limit.rule_id,
            rulebook=self.book_id,
            market=self.market,
            analyte=limit.subject or None,
            outcome=outcome,
            decides=self.decides and decides,
            why=why,
            because=limit.because,
            limit=limit.text,
            unit=unit,
            interval=interval,
            when_missing=limit.when_missing,
            status=self.status,
            ref=ref,
            source=limit,
            quantity=quantity,
            conditional=conditional,
            decision_rule=self.rule,
        )


def _undeclared(quantity: Quantity) -> bool:
    """Whether all that is missing is what nobody declared of the product."""
    return bool(quantity.missing) and set(quantity.missing) <= DECLARATIONS


def _too_shallow(quantity: Quantity) -> bool:
    """Whether it was looked for in vain, and nothing else can be held against it."""
    return quantity.detected is False and quantity.detection_limit is not None


def first_words(batch: Batch) -> dict[str, Result]:
    """What the certificates say of every analyte, the weightiest and of those the first: `NT`, a
    blank, `Complies`, `ND` without LOD answer no limit, and a reviewer wants to see them; but
    `Detected` is not silence, whatever stands beside it."""
    first: dict[str, Result] = {}
    for certificate in batch.certificates:
        for result in certificate.results:
            if _says_more(result) > _says_more(first.setdefault(result.analyte, result)):
                first[result.analyte] = result
    return first


def _says_more(result: Result) -> tuple[bool, bool]:
    return result.measured and result.detected is not False, result.measured
