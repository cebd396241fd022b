"""Some thousands of archived batches judged again: what has changed is asked, and the findings on
all other limits are read back.

A batch whose archived findings are not all there, or where asking raises another cause to hold, is
judged whole: every limit, over every archived result. One that an earlier version archived is left
to whoever can read its files again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.dataset as ds

from kratom_qc.app.batches import judge_batches
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.rejudge.comparison import NOT_JUDGED, Decisions, MarketDecision, decisions_of
from kratom_qc.app.rejudge.plan import (
    ArchivedBatch,
    RejudgeRequest,
    Wave,
    distinct_changes,
    quantities_of,
    results_for,
)
from kratom_qc.archive import rows, tables
from kratom_qc.archive.history import ArchivedVerdict, History, among
from kratom_qc.archive.recall import ResultFilter, recall
from kratom_qc.domain.batch import Batch
from kratom_qc.domain.certificate import HoldReason, InterpretedCertificate
from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.limit import Limit
from kratom_qc.domain.verdict import Decision, Verdict
from kratom_qc.interpret.batch import put_together
from kratom_qc.interpret.laboratories import CODES as REGISTER_CODES
from kratom_qc.judge.markets import Everywhere
from kratom_qc.rulebooks.changes import LimitChanges
from kratom_qc.rulebooks.scope import Rule

# Causes to hold that computing a quantity raises, and not a certificate itself
COMPUTED = ("RESULTS-CONTRADICT", "TOTAL-CONTRADICTS")
_FINDING = ("batch_id", "rulebook", "rule_id", "outcome", "decides")
_MARKET = ("batch_id", "market", "verdict", "rule_id")

Row = dict[str, Any]
ArchivedFindings = Mapping[Rule, Row]  # columns of the findings of one batch
Limits = dict[str | None, Mapping[Rule, Limit]]  # by product


@dataclass(frozen=True, slots=True)
class WaveAnswer:
    """What was and is decided of the batches of a wave, in their order; `after` is None for a batch
    that this archive cannot answer for."""

    before: list[Decisions]
    after: list[Decisions | None]
    findings: pa.Table  # on everything that was asked again
    whole: int  # batches judged on everything


class _Asked(NamedTuple):
    """A batch as far as limits have changed, with the findings on these."""

    batch: Batch
    findings: list[Finding]


def rejudge_wave(request: RejudgeRequest, wave: Wave) -> WaveAnswer:
    """The batches of a wave, judged again. Raises StoreError where the archive cannot be read."""
    history, policy = History(request.root), request.policy
    then: dict[str, Decisions] = {}
    archived: dict[str, ArchivedFindings] = {}
    for pass_id, batches in _by_pass(wave.batches).items():
        then |= _decided_then(history, pass_id, batches, policy)
        archived |= _archived_findings(history, pass_id, batches)
    asked = _ask_changed(history, policy, _complete(wave, archived))
    rest = [batch for batch in wave.batches if batch.verdict.batch_id not in asked]
    whole = whole_verdicts(history, policy, Wave(tuple(rest), wave.pass_of_file))
    rulings = _Rulings(policy)
    after: list[Decisions | None] = []
    made: list[tables.Row] = []
    for batch in wave.batches:
        batch_id = batch.verdict.batch_id
        findings: Sequence[Finding] = ()
        decisions = None
        if batch_id in asked:
            findings = asked[batch_id].findings
            decisions = rulings.decisions(asked[batch_id], batch.changes, archived[batch_id])
        elif batch_id in whole:
            findings = whole[batch_id].findings
            decisions = decisions_of(whole[batch_id], policy.everywhere)
        after.append(decisions)
        made += [rows.finding_row(finding, batch_id) for finding in findings]
    return WaveAnswer(
        before=[then[batch.verdict.batch_id] for batch in wave.batches],
        after=after,
        findings=tables.table("findings", made, request.name, policy.on),
        whole=len(whole),
    )


def _by_pass(batches: Iterable[ArchivedBatch]) -> dict[str, list[ArchivedBatch]]:
    by_pass: dict[str, list[ArchivedBatch]] = {}
    for batch in batches:
        by_pass.setdefault(batch.verdict.pass_id, []).append(batch)
    return by_pass


def _ids(batches: Iterable[ArchivedBatch]) -> list[str]:
    return [batch.verdict.batch_id for batch in batches]


# ---------------------------------------------------------------- what the archive says


def _decided_then(
    history: History, pass_id: str, batches: Sequence[ArchivedBatch], policy: JudgementPolicy
) -> dict[str, Decisions]:
    """What a pass decided of batches, by batch id."""
    ours = among("batch_id", _ids(batches)) & ds.field("market").is_valid()
    markets: dict[str, dict[str, MarketDecision]] = {}
    for alike, batch_ids in alike_batches(history.table("verdicts", pass_id, _MARKET, ours)):
        decisions = {
            row["market"]: MarketDecision(Decision(row["verdict"]), None, row["rule_id"] or "")
            for row in alike
        }
        markets |= dict.fromkeys(batch_ids, decisions)
    then: dict[str, Decisions] = {}
    for batch in batches:
        by_market = markets.get(batch.verdict.batch_id, {})
        own = _own_then(batch.verdict, by_market, policy.home)
        of_markets = [by_market.get(market, NOT_JUDGED) for market in policy.everywhere]
        then[batch.verdict.batch_id] = own, *of_markets
    return then


def _own_then(
    verdict: ArchivedVerdict, markets: Mapping[str, MarketDecision], home: Sequence[str]
) -> MarketDecision:
    """A batch's own verdict of then. Where other home markets counted then, it is the worst of what
    today's home markets said, as far as the batch was judged for them."""
    if verdict.home_markets == tuple(home):
        return MarketDecision(verdict.decision)
    decisions = [markets.get(market, NOT_JUDGED).decision for market in home]
    worst_first = (None, *Decision)
    return MarketDecision(min(decisions, key=worst_first.index))


def _archived_findings(
    history: History, pass_id: str, batches: Iterable[ArchivedBatch]
) -> dict[str, ArchivedFindings]:
    """The findings of a pass on batches; batches with the same ones share them. A rule with more
    than one finding has none: nobody can say which of them holds."""
    findings: dict[str, ArchivedFindings] = {one: {} for one in _ids(batches)}
    ours = among("batch_id", findings)
    for alike, batch_ids in alike_batches(history.table("findings", pass_id, _FINDING, ours)):
        counts = Counter(_rule_of(row) for row in alike)
        single = {_rule_of(row): row for row in alike if counts[_rule_of(row)] == 1}
        findings |= dict.fromkeys(batch_ids, single)
    return findings


def _rule_of(row: Row) -> Rule:
    return row["rulebook"], row["rule_id"]


def alike_batches(table: pa.Table) -> Iterator[tuple[list[Row], list[str]]]:
    """Rows of a table, each with all the batches of which exactly these rows speak, in their order.

    Of ten thousand batches a few hundred differ, and what follows from rows is found once for all
    that are alike.
    """
    if not len(table):
        return
    frame = table.unify_dictionaries().to_pandas()
    columns = [name for name in table.column_names if name != "batch_id"]
    kinds = frame.groupby(columns, sort=False, observed=True, dropna=False).ngroup()
    examples = kinds.drop_duplicates()
    rows_of_kinds = table.select(columns).take(examples.index.to_list()).to_pylist()
    row_of = dict(zip(examples, rows_of_kinds, strict=True))
    alike: dict[tuple[int, ...], list[str]] = {}
    for batch_id, of_batch in kinds.groupby(frame["batch_id"], sort=False):
        alike.setdefault(tuple(of_batch.tolist()), []).append(batch_id)
    for numbers, batch_ids in alike.items():
        yield [row_of[number] for number in numbers], batch_ids


# ---------------------------------------------------------------- what is asked again


def _complete(wave: Wave, archived: Mapping[str, ArchivedFindings]) -> Wave:
    """The batches of a wave of which every unchanged limit has its archived finding, and that may
    not lose a cause to hold with a quantity that nobody asks for any more."""
    complete = [
        batch
        for batch in wave.batches
        if batch.changes.unchanged <= archived[batch.verdict.batch_id].keys()
        and not (batch.changes.fewer_quantities and _has_computed_hold(batch.verdict))
    ]
    return Wave(tuple(complete), wave.pass_of_file)


def _has_computed_hold(verdict: ArchivedVerdict) -> bool:
    return any(reason.rule_id in COMPUTED for reason in verdict.hold_reasons)


def _ask_changed(history: History, policy: JudgementPolicy, wave: Wave) -> dict[str, _Asked]:
    """The findings on changed limits, by batch id; without batches that cannot be recalled, and
    without those for which another cause to hold comes up.

    All batches of a product are asked the same in one run of the engine; what has not changed for
    a batch is left out of its findings afterwards.
    """
    limits: Limits = {}
    for changes in distinct_changes(wave.batches):
        changed = {rule: changes.limits[rule] for rule in changes.limits if rule in changes.changed}
        limits[changes.product] = {**limits.get(changes.product, {}), **changed}
    wanted = results_for(limit for asked in limits.values() for limit in asked.values())
    if policy.laboratories.hold:  # what lies outside a scope is asked of every result
        wanted = ResultFilter()
    known = {batch.verdict.batch_id: batch for batch in wave.batches}
    batches = [
        batch
        for batch in _batches(history, policy, wave, limits, wanted)
        if not _raises_more(batch, known[batch.batch_id].verdict)
    ]
    if not batches:
        return {}
    answers = zip(batches, judge_batches(batches, policy, limits).findings(), strict=True)
    return {
        batch.batch_id: _Asked(batch, _without(findings, known[batch.batch_id].changes.unchanged))
        for batch, findings in answers
    }


def _without(findings: Iterable[Finding], unchanged: Container[Rule]) -> list[Finding]:
    return [finding for finding in findings if _rule(finding) not in unchanged]


def _rule(finding: Finding) -> Rule:
    return finding.rulebook, finding.rule_id


def _raises_more(batch: Batch, verdict: ArchivedVerdict) -> bool:
    """Whether computing raised a cause to hold that was not known then."""
    return any(
        reason not in verdict.hold_reasons and reason.rule_id not in REGISTER_CODES
        for reason in batch.hold_reasons
    )


def whole_verdicts(history: History, policy: JudgementPolicy, wave: Wave) -> dict[str, Verdict]:
    """Verdicts on every limit, by batch id; without batches that the archive cannot answer for.
    Raises StoreError where it cannot be read."""
    limits = {changes.product: changes.limits for changes in distinct_changes(wave.batches)}
    batches = list(_batches(history, policy, wave, limits, ResultFilter(), whole=True))
    if not batches:
        return {}
    return {
        verdict.batch.batch_id: verdict for verdict in judge_batches(batches, policy).verdicts()
    }


def _batches(
    history: History,
    policy: JudgementPolicy,
    wave: Wave,
    limits: Limits,
    wanted: ResultFilter,
    *,
    whole: bool = False,
) -> Iterator[Batch]:
    """Batches as they were put together then, with the quantities that limits ask for; without
    those that cannot be recalled. For a `whole` batch, computing raises its causes to hold anew."""
    quantities = {product: quantities_of(asked.values()) for product, asked in limits.items()}
    verdicts = [batch.verdict for batch in wave.batches]
    recalled = recall(history, verdicts, wanted, wave.pass_of_file)
    for verdict in verdicts:
        certificates = recalled.get(verdict.batch_id)
        if certificates is not None:
            reasons = _hold_reasons(verdict, certificates, policy)
            yield put_together(
                verdict.batch_id,
                verdict.product,
                certificates,
                verdict.facts,
                [one for one in reasons if not (whole and one.rule_id in COMPUTED)],
                (),
                quantities[verdict.product],
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
    others = [reason for reason in verdict.hold_reasons if reason.rule_id not in REGISTER_CODES]
    return *others, *register


# ---------------------------------------------------------------- what is decided now


@dataclass(slots=True)
class _Rulings:
    """Decides by archived and new findings, once for all batches that are found alike."""

    policy: JudgementPolicy
    known: dict[object, Decisions] = field(default_factory=dict)

    def decisions(
        self, asked: _Asked, changes: LimitChanges, archived: ArchivedFindings
    ) -> Decisions:
        """What is decided of a batch."""
        found = tuple((*_rule(one), one.outcome, one.decides) for one in asked.findings)
        key = id(changes), id(archived), found  # batches that are alike share them
        if key not in self.known:
            verdict = _verdict(asked, changes, archived, self.policy)
            self.known[key] = decisions_of(verdict, self.policy.everywhere)
        return self.known[key]


def _verdict(
    asked: _Asked, changes: LimitChanges, archived: ArchivedFindings, policy: JudgementPolicy
) -> Verdict:
    """The verdict over all findings, in the order of their limits."""
    new = {_rule(finding): finding for finding in asked.findings}
    findings = [
        new.get(rule) or _archived_finding(archived[rule], limit)
        for rule, limit in changes.limits.items()
    ]
    findings += [finding for finding in asked.findings if _rule(finding) not in changes.limits]
    markets = Everywhere(policy.books, policy.everywhere, changes.product)
    return markets.verdict(asked.batch, findings, policy.home, policy.on)


def _archived_finding(row: Row, limit: Limit) -> Finding:
    """A finding as far as a verdict rests on it."""
    return Finding(
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
