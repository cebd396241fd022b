"""Batches whose certificates must be read again: an earlier version archived them, or the vendor
declares something else now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kratom_qc import PROGRAM, settings
from kratom_qc.app.batches import collect, compared, judge_batches
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.reading import Readers, Reading
from kratom_qc.archive.history import ArchivedVerdict, History
from kratom_qc.archive.store import Known, known, raw
from kratom_qc.domain.batch import Batch
from kratom_qc.domain.certificate import HoldReason
from kratom_qc.domain.errors import UsageError
from kratom_qc.domain.source import CellRef
from kratom_qc.domain.verdict import Verdict
from kratom_qc.interpret.batch import put_together
from kratom_qc.interpret.compare import traces

WAVE = 2_000  # batches; their certificates are held while they are judged


def declares_otherwise(history: History, policy: JudgementPolicy) -> frozenset[str]:
    """The batches of which a facts file says something else, or nothing more, than was declared
    when they were judged."""
    if not policy.facts.rows:
        return frozenset()
    given = _declarations(policy)
    names = history.product_names()
    return frozenset(
        verdict.batch_id
        for verdict in history.verdicts
        if verdict.facts_sha256 not in given
        and (
            verdict.facts_sha256
            or policy.facts.for_batch(verdict.batch_id, names.get(verdict.batch_id, ""))
        )
    )


def _declarations(policy: JudgementPolicy) -> set[str]:
    """The hashes of the facts that the policy declares."""
    return {facts.sha256 for _, _, facts in policy.facts.rows}


def reread(
    history: History, verdicts: Sequence[ArchivedVerdict], policy: JudgementPolicy
) -> Iterator[Verdict]:
    """New verdicts on batches in their order, from the files the store kept.

    Raises UsageError where one was judged with declarations that nobody gave now, and StoreError
    for a file that is gone.
    """
    if not verdicts:
        return
    lacking = [one.batch_id for one in verdicts if one.facts_sha256 and not _declarations(policy)]
    if lacking:
        raise UsageError(
            f"{len(lacking)} batches, such as {lacking[0]}, were judged with a facts file by a "
            "version that did not keep what it declares; name the file with --facts"
        )
    stored = known(history.root, PROGRAM)
    with Readers(settings.caps()) as readers:
        for start in range(0, len(verdicts), WAVE):
            some = verdicts[start : start + WAVE]
            batches = _batches(history, stored, readers, some, policy)
            yield from judge_batches(batches, policy).verdicts()


def _batches(
    history: History,
    stored: Known,
    readers: Readers,
    verdicts: Sequence[ArchivedVerdict],
    policy: JudgementPolicy,
) -> list[Batch]:
    """Batches put together from their files, and compared with those that share a trace with
    them."""
    wanted = [verdict.batch_id for verdict in verdicts]
    own = _read(history, stored, readers, wanted)
    shared = {trace for one in own for paper in one.certificates for trace in traces(paper)}
    related = {batch_id for trace in shared for batch_id in stored.by_trace.get(trace, ())}
    others = sorted(related - set(wanted))
    hashes = {reading.sha256 for reading in own}
    beside = [
        reading
        for reading in _read(history, stored, readers, others)
        if reading.sha256 not in hashes
    ]
    files = {batch_id: stored.by_batch.get(batch_id, ()) for batch_id in (*wanted, *others)}
    checks = compared([*own, *beside], files)
    by_id = {
        batch.batch_id: batch
        for batch in collect([*own, *beside], policy, frozenset(wanted), checks)
    }
    return [by_id.get(verdict.batch_id) or _unread(verdict, stored) for verdict in verdicts]


def _read(
    history: History, stored: Known, readers: Readers, batch_ids: Iterable[str]
) -> list[Reading]:
    hashes = dict.fromkeys(
        sha256 for batch_id in batch_ids for sha256 in stored.by_batch.get(batch_id, ())
    )
    files = ((stored.names[sha256], raw(history.root, sha256)) for sha256 in hashes)
    return list(readers.read(files))


def _unread(verdict: ArchivedVerdict, stored: Known) -> Batch:
    """A batch none of whose certificates is read any more: what they proved must not vanish with
    them."""
    files = [stored.names[sha256] for sha256 in stored.by_batch.get(verdict.batch_id, ())]
    why = (
        f"{', '.join(files)} was judged as a certificate of this batch and is not read as one any "
        "more"
    )
    reason = HoldReason("EARLIER-UNREAD", why, CellRef(files[0] if files else ""))
    return put_together(verdict.batch_id, verdict.product, (), verdict.facts, [reason], (), ())
