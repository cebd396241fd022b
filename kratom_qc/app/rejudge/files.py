"""Certificates given on the command line, by today's terms and by others."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from kratom_qc import PROGRAM
from kratom_qc.app.batches import collect, judge_batches
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.reading import Reading
from kratom_qc.app.rejudge.comparing import Comparison, said
from kratom_qc.app.rejudge.summary import Finding, Outcome, drafts_of, told
from kratom_qc.archive import rows, tables
from kratom_qc.domain.verdict import Verdict
from kratom_qc.rulebooks.changes import Asking, again


def compared(
    readings: Sequence[Reading], then: JudgementPolicy, now: JudgementPolicy
) -> tuple[Outcome, list[Verdict]]:
    """What changes for the batches of some files, and every verdict of now."""
    before = {verdict.batch.batch_id: verdict for verdict in _verdicts(readings, then)}
    after = _verdicts(readings, now)
    ids = tuple(verdict.batch.batch_id for verdict in after)
    old, _ = said([before[batch_id] for batch_id in ids], now.everywhere)
    new, says = said(after, now.everywhere)
    comparison = Comparison(ids, now.everywhere, old, new, says)
    asking = Asking(then.books, then.everywhere, then.on), Asking(now.books, now.everywhere, now.on)
    agains = [
        again(*asking, product)
        for product in dict.fromkeys(verdict.batch.product for verdict in after)
    ]
    outcome = Outcome(
        name=_name(readings, then, now),
        policy=now,
        drafts=drafts_of(now.books, {book.id: book.sha256 for book in then.books.values()}),
        comparison=comparison,
        products=tuple(verdict.batch.product for verdict in after),
        then=(then.on,) * len(after),
        verdicts=dict(enumerate(after)),
        why={rule: why for one in agains for rule, why in one.why.items()},
        limits={rule: limit for one in agains for rule, limit in one.limits.items()},
        everything=False,
    )
    return outcome, after


def _verdicts(readings: Sequence[Reading], policy: JudgementPolicy) -> list[Verdict]:
    batches = collect(readings, policy)
    return list(judge_batches(batches, policy).verdicts()) if batches else []


def _name(readings: Sequence[Reading], then: JudgementPolicy, now: JudgementPolicy) -> str:
    parts = [reading.sha256 for reading in readings]
    for policy in (then, now):
        parts += [f"{book.id} {book.sha256}" for book in policy.books.values()]
        parts += [
            policy.on.isoformat(),
            *policy.markets,
            "",
            *policy.home,
            *(one.sha256 for _, _, one in policy.facts.rows),
        ]
    return f"{now.on.isoformat()}-{hashlib.sha256(chr(10).join((*parts, PROGRAM)).encode()).hexdigest()[:12]}"


def findings(verdicts: Sequence[Verdict], outcome: Outcome) -> dict[str, list[Finding]]:
    """What was found on the limits asked again and stands against a batch, by batch."""
    return {
        verdict.batch.batch_id: [
            told(finding)
            for finding in verdict.findings
            if finding.decides
            and finding.outcome != "PASS"
            and (finding.rulebook, finding.rule_id) in outcome.why
        ]
        for verdict in verdicts
    }


def keep(folder: Path, outcome: Outcome, verdicts: Sequence[Verdict]) -> None:
    """Write verdicts and findings as tables of the archive's own schemas."""
    made: dict[str, list[tables.Row]] = {"findings": [], "verdicts": []}
    for verdict in verdicts:
        made["findings"] += [
            rows.finding_row(finding, verdict.batch.batch_id) for finding in verdict.findings
        ]
        made["verdicts"] += rows.verdict_rows(verdict, "", PROGRAM)
    for name, found in made.items():
        table: pa.Table = tables.table(name, found, outcome.name, outcome.policy.on)
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
