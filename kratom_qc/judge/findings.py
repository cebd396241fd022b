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
from kratom_qc.domain.interval import UNMEASURED
from kratom_qc.domain.quantity import Quantity
from kratom_qc.domain.result import Result
from kratom_qc.judge import crosscheck, explain
from kratom_qc.judge.plan import Asked, guard, judged_interval
from kratom_qc.rulebooks.dates import stands
from kratom_qc.rulebooks.load import derived_kinds
from kratom_qc.rulebooks.plainly import decision_rule
from kratom_qc.rulebooks.scope import NUMERIC

_UNDECLARED = "no label claim is declared for this batch"


class Findings:
    """Writes the findings of one limit for batch after batch, on one day."""

    def __init__(self, asked: Asked, on: date):
        limit = self.limit = asked.limit
        self.asked = asked
        self.status, self.decides = stands(limit, on)
        self.rule = decision_rule(limit)
        self.market = asked.book.id if asked.book.kind == "market" else None
        # What the limit says without its guard band; only a limit with one knows conditional
        # outcomes.
        self.plainly = (
            replace(limit, decision_rule="simple") if limit.decision_rule == "guarded" else None
        )
        self.alike: Finding | None = None  # what is found of every batch that says nothing of it

    def finding(
        self, at: int, batch: Batch, said: Mapping[str, Result], outcome: Outcome
    ) -> Finding:
        """The finding of the batch at place `at` of its group; `said` is the first word on every
        analyte."""
        if self.limit.kind not in NUMERIC:
            if not self.asked.column.shared:
                return self._other(batch, outcome)
            if self.alike is None:
                self.alike = self._other(batch, outcome)
            return self.alike
        quantity = self.asked.column.answers[at]
        if quantity is not None:
            return self._numeric(quantity, None, outcome)
        silent = said.get(self.limit.subject)
        if silent is not None:
            return self._numeric(None, silent, outcome)
        if self.alike is None:
            self.alike = self._numeric(None, None, outcome)
        return self.alike

    def _numeric(
        self, quantity: Quantity | None, silent: Result | None, outcome: Outcome
    ) -> Finding:
        limit = self.limit
        undeclared = limit.applies == "declared" and quantity is None
        if silent is not None and silent.measured and silent.detected is not False:
            # something was measured or found, in words or units that cannot be compared: that is
            # not silence
            outcome = Outcome.INCONCLUSIVE
        if limit.evidence == "memory" and outcome in (Outcome.PASS, Outcome.FAIL):
            outcome = Outcome.INCONCLUSIVE
        # A sum whose parts were not all tested is silent about the rest; an amount that only lacks
        # a factor is not.
        silence = quantity is None or limit.subject in derived_kinds()
        noted = outcome is Outcome.MISSING and limit.when_missing == "note" and silence
        why = _UNDECLARED if undeclared else explain.numeric(limit, outcome, quantity, silent)
        place = silent.ref if silent else None
        if quantity is not None and quantity.results:
            place = quantity.results[0].ref
        return Finding(
            rule_id=limit.rule_id,
            rulebook=self.asked.book.id,
            market=self.market,
            analyte=limit.subject,
            outcome=outcome,
            decides=self.decides and not undeclared and not noted,
            why=why,
            because=limit.because,
            limit=limit.text,
            unit=limit.unit if quantity is None else quantity.unit,
            interval=UNMEASURED if quantity is None else judged_interval(limit, quantity),
            when_missing=limit.when_missing,
            status=self.status,
            ref=place,
            source=limit,
            quantity=quantity,
            conditional=self._conditional(outcome, quantity),
            decision_rule=self.rule,
        )

    def _conditional(self, outcome: Outcome, quantity: Quantity | None) -> str:
        """Which kind of INCONCLUSIVE the guard band makes: the measured value itself lies inside
        the limit, or outside."""
        if self.plainly is None or outcome is not Outcome.INCONCLUSIVE or quantity is None:
            return ""
        if self.limit.evidence == "memory" or guard(self.limit, quantity) is None:
            return ""
        (plainly,) = crosscheck.reads(self.plainly, [quantity])
        return {Outcome.PASS: "conditional pass", Outcome.FAIL: "conditional fail"}.get(plainly, "")

    def _other(self, batch: Batch, outcome: Outcome) -> Finding:
        """Limits that no amount answers: bans, product classes, attestations, descriptions,
        certificate contents, profiles."""
        limit = self.limit
        why = explain.unmeasured(limit, outcome, batch)
        if limit.evidence == "memory" and outcome in (Outcome.PASS, Outcome.FAIL):
            outcome, why = Outcome.INCONCLUSIVE, explain.MEMORY
        described = batch.described.get(limit.subject) if limit.kind == "described" else None
        return Finding(
            rule_id=limit.rule_id,
            rulebook=self.asked.book.id,
            market=self.market,
            analyte=limit.subject or None,
            outcome=outcome,
            decides=self.decides
            and not (outcome is Outcome.MISSING and limit.when_missing == "note"),
            why=why,
            because=limit.because,
            limit=limit.text,
            when_missing=limit.when_missing,
            status=self.status,
            ref=described.ref if described is not None and described.text is not None else None,
            source=limit,
        )


def first_words(batch: Batch) -> dict[str, Result]:
    """What the certificates say of every analyte, the weightiest and of those the first: `NT`, a
    blank, `Complies`, `ND` without LOD answer no limit, and a reviewer wants to see them; but
    `Detected` is not silence, whatever stands beside it."""
    said: dict[str, Result] = {}
    for certificate in batch.certificates:
        for result in certificate.results:
            if _says_more(result) > _says_more(said.setdefault(result.analyte, result)):
                said[result.analyte] = result
    return said


def _says_more(result: Result) -> tuple[bool, bool]:
    return result.measured and result.detected is not False, result.measured
