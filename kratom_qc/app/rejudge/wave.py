"""Some thousands of archived batches judged again: what has changed is asked, and the findings on
all other limits are read back.

A batch whose archived findings are not all there, or where asking raises another cause to hold, is
judged whole: every limit, over every archived result. One that an earlier version archived is left
to whoever can read its files again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

import pyarrow as pa

from kratom_qc.app.batches import judge_batches
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.rejudge.archived_findings import (
    ArchivedFindings,
    Row,
    archived_findings,
    decided_then,
)
from kratom_qc.app.rejudge.comparison import Decisions, decisions_of
from kratom_qc.app.rejudge.plan import (
    ArchivedBatch,
    RejudgeRequest,
    distinct_changes,
    quantities_of,
    results_for,
)
from kratom_qc.archive import rows, tables
from kratom_qc.archive.history import ArchivedVerdict, ArchiveTables
from kratom_qc.archive.recall import ResultFilter, recall
from kratom_qc.domain.batch import Batch
from kratom_qc.domain.certificate import HoldReason, InterpretedCertificate
from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.limit import Limit
from kratom_qc.domain.verdict import Verdict
from kratom_qc.interpret.batch import put_together
from kratom_qc.interpret.laboratories import CODES as REGISTER_CODES
from kratom_qc.judge.markets import Everywhere
from kratom_qc.rulebooks.changes import LimitChanges
from kratom_qc.rulebooks.scope import Rule

# Causes to hold that computing a quantity raises, and not a certificate itself
COMPUTED = ("RESULTS-CONTRADICT", "TOTAL-CONTRADICTS", "RESULT-NOT-COMPARED")
Limits = dict[str | None, Mapping[Rule, Limit]]  # by product


@dataclass(frozen=True, slots=True)
class WaveAnswer:
    """What was and is decided of the batches of a wave, in their order; `after` is None for a batch
    that this archive cannot answer for."""

    before: list[Decisions]
    after: list[Decisions | None]
    findings: pa.Table  # on everything that was asked again
    whole: int  # batches judged on everything


class _BatchAnswer(NamedTuple):
    """What is decided of a batch, and the findings on what was asked of it."""

    decisions: Decisions
    findings: Sequence[Finding]


def rejudge_wave(request: RejudgeRequest, wave: Sequence[ArchivedBatch]) -> WaveAnswer:
    """The batches of a wave, judged again. Raises StoreError where the archive cannot be read."""
    history, policy = ArchiveTables(request.root, lying=request.lying), request.policy
    then: dict[str, Decisions] = {}
    archived: dict[str, ArchivedFindings] = {}
    by_pass: dict[str, list[ArchivedBatch]] = {}
    for batch in wave:
        by_pass.setdefault(batch.verdict.pass_id, []).append(batch)
    for pass_id, batches in by_pass.items():
        then |= decided_then(history, pass_id, batches, policy)
        archived |= archived_findings(history, pass_id, batches)
    answers = _ask_changed(history, policy, _complete(wave, archived), archived)
    rest = [batch for batch in wave if batch.batch_id not in answers]
    verdicts = whole_verdicts(history, policy, rest)
    for batch_id, verdict in verdicts.items():
        decisions = decisions_of(verdict, policy.everywhere)
        answers[batch_id] = _BatchAnswer(decisions, verdict.findings)
    return WaveAnswer(
        before=[then[batch.batch_id] for batch in wave],
        after=[
            answers[batch.batch_id].decisions if batch.batch_id in answers else None
            for batch in wave
        ],
        findings=_table(request, wave, answers),
        whole=len(verdicts),
    )


def _table(
    request: RejudgeRequest, wave: Iterable[ArchivedBatch], answers: Mapping[str, _BatchAnswer]
) -> pa.Table:
    made = [
        rows.finding_row(finding, batch.batch_id)
        for batch in wave
        if batch.batch_id in answers
        for finding in answers[batch.batch_id].findings
    ]
    return tables.table("findings", made, tables.PassStamp(request.name, request.policy.on))


# ---------------------------------------------------------------- what is asked again


def _complete(
    wave: Iterable[ArchivedBatch], archived: Mapping[str, ArchivedFindings]
) -> list[ArchivedBatch]:
    """The batches of which every unchanged limit has its archived finding, and no computed cause to
    hold may have gone with a quantity that nobody asks for any more."""
    complete: list[ArchivedBatch] = []
    answered: dict[tuple[int, int], bool] = {}  # batches that are alike share both objects
    for batch in wave:
        changes, findings = batch.changes, archived[batch.batch_id]
        key = id(changes), id(findings)
        if key not in answered:
            answered[key] = changes.unchanged <= findings.keys()
        may_be_gone = changes.fewer_quantities and _holds_computed(batch.verdict)
        if answered[key] and not may_be_gone:
            complete.append(batch)
    return complete


def _holds_computed(verdict: ArchivedVerdict) -> bool:
    return any(reason.rule_id in COMPUTED for reason in verdict.hold_reasons)


def _ask_changed(
    history: ArchiveTables,
    policy: JudgementPolicy,
    batches: Sequence[ArchivedBatch],
    archived: Mapping[str, ArchivedFindings],
) -> dict[str, _BatchAnswer]:
    """Answers by new findings on the changed limits and archived ones on the others, by batch id;
    without batches that cannot be recalled, or for which another cause to hold comes up.

    All batches of a product are asked the same in one run of the engine; what has not changed for
    a batch is left out of its findings afterwards.
    """
    limits = _changed_limits(batches)
    wanted = results_for(chain.from_iterable(asked.values() for asked in limits.values()))
    if policy.laboratories.hold:  # what lies outside a scope is asked of every result
        wanted = ResultFilter()
    known = {batch.batch_id: batch for batch in batches}
    partial = [
        batch
        for batch in _batches(history, policy, batches, limits, wanted)
        if not _raises_more(batch, known[batch.batch_id].verdict)
    ]
    if not partial:
        return {}
    answers: dict[str, _BatchAnswer] = {}
    rulings = _Rulings(policy)
    judgement = judge_batches(partial, policy, limits)
    for batch, findings in zip(partial, judgement.findings(), strict=True):
        changes = known[batch.batch_id].changes
        new = [finding for finding in findings if _rule(finding) not in changes.unchanged]
        decisions = rulings.decisions(batch, changes, archived[batch.batch_id], new)
        answers[batch.batch_id] = _BatchAnswer(decisions, new)
    return answers


def _changed_limits(batches: Iterable[ArchivedBatch]) -> Limits:
    limits: Limits = {}
    for changes in distinct_changes(batches):
        changed = {rule: changes.limits[rule] for rule in changes.limits if rule in changes.changed}
        limits[changes.product] = {**limits.get(changes.product, {}), **changed}
    return limits


def _rule(finding: Finding) -> Rule:
    return finding.rulebook, finding.rule_id


def _raises_more(batch: Batch, verdict: ArchivedVerdict) -> bool:
    """Whether computing raised a cause to hold that was not known then."""
    return any(
        reason not in verdict.hold_reasons and reason.rule_id not in REGISTER_CODES
        for reason in batch.hold_reasons
    )


def whole_verdicts(
    history: ArchiveTables, policy: JudgementPolicy, archived: Sequence[ArchivedBatch]
) -> dict[str, Verdict]:
    """Verdicts on every limit, by batch id; without batches that the archive cannot answer for.
    Raises StoreError where it cannot be read."""
    limits = {changes.product: changes.limits for changes in distinct_changes(archived)}
    batches = list(_batches(history, policy, archived, limits, ResultFilter(), whole=True))
    if not batches:
        return {}
    return {
        verdict.batch.batch_id: verdict for verdict in judge_batches(batches, policy).verdicts()
    }


def _batches(
    history: ArchiveTables,
    policy: JudgementPolicy,
    archived: Iterable[ArchivedBatch],
    limits: Limits,
    wanted: ResultFilter,
    *,
    whole: bool = False,
) -> Iterator[Batch]:
    """Batches as they were put together then, with the quantities that limits ask for; without
    those that cannot be recalled. For a `whole` batch, computing raises its causes to hold anew."""
    quantities = {product: quantities_of(asked.values()) for product, asked in limits.items()}
    verdicts = [batch.verdict for batch in archived]
    recalled = recall(history, verdicts, wanted)
    for verdict in verdicts:
        certificates = recalled.get(verdict.batch_id)
        if certificates is not None:
            reasons = _hold_reasons(verdict, certificates, policy)
            yield put_together(
                verdict.batch_id,
                verdict.product,
                certificates,
                verdict.facts,
                [reason for reason in reasons if not (whole and reason.rule_id in COMPUTED)],
                (),
                quantities[verdict.judged_as],
            )


def _hold_reasons(
    verdict: ArchivedVerdict,
    certificates: Iterable[InterpretedCertificate],
    policy: JudgementPolicy,
) -> tuple[HoldReason, ...]:
    """The causes to hold of then; what the register of laboratories says is as of the new day."""
    register: list[HoldReason] = []
    if policy.laboratories.hold:
        for certificate in certificates:
            register += policy.laboratories.seen(certificate, policy.on).hold_reasons
    then = [reason for reason in verdict.hold_reasons if reason.rule_id in REGISTER_CODES]
    if set(then) == set(register):
        return verdict.hold_reasons
    printed = [reason for reason in verdict.hold_reasons if reason.rule_id not in REGISTER_CODES]
    return *printed, *register


# ---------------------------------------------------------------- what is decided now


@dataclass(slots=True)
class _Rulings:
    """Decides by archived and new findings, once for all batches that are found alike."""

    policy: JudgementPolicy
    known: dict[object, Decisions] = field(default_factory=dict)
    markets: dict[str | None, Everywhere] = field(default_factory=dict)
    archived: dict[tuple[int, str, bool], Finding] = field(default_factory=dict)  # by id(limit)

    def decisions(
        self,
        batch: Batch,
        changes: LimitChanges,
        archived: ArchivedFindings,
        new: Sequence[Finding],
    ) -> Decisions:
        """What is decided of a batch."""
        outcomes = tuple((*_rule(finding), finding.outcome, finding.decides) for finding in new)
        key = id(changes), id(archived), outcomes  # batches that are alike share both objects
        if key not in self.known:
            policy, findings = self.policy, self._in_order(changes, archived, new)
            verdict = self._markets(changes.product).verdict(
                batch, findings, policy.home, policy.on
            )
            self.known[key] = decisions_of(verdict, policy.everywhere)
        return self.known[key]

    def _markets(self, product: str | None) -> Everywhere:
        if product not in self.markets:
            policy = self.policy
            self.markets[product] = Everywhere(policy.books, policy.everywhere, product)
        return self.markets[product]

    def _in_order(
        self, changes: LimitChanges, archived: ArchivedFindings, new: Sequence[Finding]
    ) -> list[Finding]:
        """All findings on a batch, in the order of their limits; then those on no limit."""
        by_rule = {_rule(finding): finding for finding in new}
        on_limits = [
            by_rule.get(rule) or self._archived(archived[rule], limit)
            for rule, limit in changes.limits.items()
        ]
        return on_limits + [finding for finding in new if _rule(finding) not in changes.limits]

    def _archived(self, row: Row, limit: Limit) -> Finding:
        """A finding as far as a verdict rests on it."""
        key = id(limit), row["outcome"], row["decides"]
        if key not in self.archived:
            self.archived[key] = Finding(
                rule_id=limit.rule_id,
                rulebook=row["rulebook"],
                market=None,
                analyte=None,
                outcome=Outcome(row["outcome"]),
                decides=row["decides"],
                why="",
                because="",
                source=limit,
            )
        return self.archived[key]
