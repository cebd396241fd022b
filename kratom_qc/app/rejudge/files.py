"""Certificates given on the command line, judged as today and on another basis."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from kratom_qc import PROGRAM
from kratom_qc.app.batches import collect, judge_batches
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.reading import Reading
from kratom_qc.app.rejudge.comparison import Comparison, decisions_of
from kratom_qc.app.rejudge.keeping import answer_name
from kratom_qc.app.rejudge.summary import Outcome, drafts_of, finding_object
from kratom_qc.archive import rows, tables
from kratom_qc.domain.finding import Finding
from kratom_qc.domain.verdict import Verdict
from kratom_qc.rulebooks.changes import JudgementBasis, limit_changes


def compared(
    readings: Sequence[Reading], then: JudgementPolicy, now: JudgementPolicy
) -> tuple[Outcome, list[Verdict]]:
    """What changes for the batches of some files, and every verdict of now."""
    before = {verdict.batch.batch_id: verdict for verdict in _verdicts(readings, then)}
    after = _verdicts(readings, now)
    batch_ids = tuple(verdict.batch.batch_id for verdict in after)
    products = tuple(verdict.batch.judged_as for verdict in after)
    bases = _basis(then), _basis(now)
    outcome = Outcome(
        name=answer_name(now, _rests_on(readings, then, now)),
        policy=now,
        drafts=drafts_of(now.books, {book.id: book.sha256 for book in then.books.values()}),
        comparison=Comparison(
            markets=now.everywhere,
            batch_ids=batch_ids,
            before=tuple(decisions_of(before[batch_id], now.everywhere) for batch_id in batch_ids),
            after=tuple(decisions_of(verdict, now.everywhere) for verdict in after),
        ),
        products=products,
        judged_on=(then.on,) * len(after),
        verdicts=dict(enumerate(after)),
        changes=tuple(limit_changes(*bases, product) for product in dict.fromkeys(products)),
        every_limit=False,
    )
    return outcome, after


def _verdicts(readings: Sequence[Reading], policy: JudgementPolicy) -> list[Verdict]:
    batches = collect(readings, policy)
    return list(judge_batches(batches, policy).verdicts()) if batches else []


def _basis(policy: JudgementPolicy) -> JudgementBasis:
    return JudgementBasis(policy.books, policy.everywhere, policy.on)


def _rests_on(
    readings: Sequence[Reading], then: JudgementPolicy, now: JudgementPolicy
) -> list[str]:
    parts = [reading.sha256 for reading in readings]
    for policy in (then, now):
        parts += [f"{book.id} {book.sha256}" for book in policy.books.values()]
        parts += [policy.on.isoformat(), *policy.markets, "", *policy.home]
        parts += [facts.sha256 for _, _, facts in policy.facts.rows]
    return [*parts, PROGRAM]


def findings(verdicts: Sequence[Verdict], outcome: Outcome) -> dict[str, list[dict[str, Any]]]:
    """What was found on the limits asked again and stands against a batch, by batch."""
    return {
        verdict.batch.batch_id: [
            finding_object(finding)
            for finding in verdict.findings
            if _stands_against(finding) and (finding.rulebook, finding.rule_id) in outcome.reasons
        ]
        for verdict in verdicts
    }


def _stands_against(finding: Finding) -> bool:
    return finding.decides and finding.outcome != "PASS"


def keep(folder: Path, outcome: Outcome, verdicts: Sequence[Verdict]) -> None:
    """Write verdicts and findings as tables of the archive's own schemas."""
    made: dict[str, list[tables.Row]] = {"findings": [], "verdicts": []}
    for verdict in verdicts:
        made["findings"] += [
            rows.finding_row(finding, verdict.batch.batch_id) for finding in verdict.findings
        ]
        made["verdicts"] += rows.verdict_rows(verdict, "", PROGRAM)
    for name, of_table in made.items():
        table = tables.table(name, of_table, tables.PassStamp(outcome.name, outcome.policy.on))
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
