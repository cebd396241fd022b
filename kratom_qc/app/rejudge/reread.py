"""Batches whose certificates must be read again: an earlier version archived them, or the vendor
declares something else now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

from kratom_qc import settings
from kratom_qc.app.batches import (
    collect,
    compared,
    hold_several_vendors,
    judge_batches,
    refused_before,
    standing,
)
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.reading import Files, Readers, Reading, longer, tried_twice
from kratom_qc.app.store import ledger_of
from kratom_qc.archive.history import ArchivedVerdict, History
from kratom_qc.archive.store import raw
from kratom_qc.domain.batch import Batch
from kratom_qc.domain.certificate import HoldReason
from kratom_qc.domain.errors import UsageError
from kratom_qc.domain.source import CellRef
from kratom_qc.domain.verdict import Verdict
from kratom_qc.interpret.batch import put_together
from kratom_qc.interpret.compare import traces
from kratom_qc.ledger.ledger import Ledger

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
    lacking = [
        verdict.batch_id
        for verdict in verdicts
        if verdict.facts_sha256 and not _declarations(policy)
    ]
    if lacking:
        raise UsageError(
            f"{len(lacking)} batches, such as {lacking[0]}, were judged with a facts file by a "
            "version that did not keep what it declares; name the file with --facts"
        )
    ledger = ledger_of(history.root)
    caps = settings.caps()
    with Readers(caps) as readers, Readers(longer(caps)) as patient:
        kept = _Kept(history.root, ledger, readers, patient)
        for start in range(0, len(verdicts), WAVE):
            batches = _batches(kept, verdicts[start : start + WAVE], policy)
            yield from judge_batches(batches, policy).verdicts()


@dataclass(frozen=True, slots=True)
class _Kept:
    """The files that a store kept of batches, and who reads them."""

    root: Path
    ledger: Ledger
    readers: Readers
    patient: Readers

    def files(self, batch_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
        """The hashes of every batch's files that did not give way, in the order they came."""
        known = self.ledger.certificates(batch_ids)
        return {
            batch_id: tuple(
                paper.sha256 for paper in known.get(batch_id, ()) if not paper.amended_by
            )
            for batch_id in batch_ids
        }

    def names(self, hashes: Collection[str]) -> list[str]:
        """The names under which files came first."""
        known = self.ledger.files(hashes)
        return [known[sha256].name for sha256 in hashes]

    def read(self, files: Mapping[str, Sequence[str]]) -> list[Reading]:
        """What is read of batches' files today, each file once."""
        hashes = list(dict.fromkeys(chain.from_iterable(files.values())))
        items = list(zip(self.names(hashes), hashes, strict=True))
        return tried_twice(
            partial(self._read, self.readers), partial(self._read, self.patient), items
        )

    def _read(self, readers: Readers, files: Files) -> Iterator[Reading]:
        return readers.read((name, raw(self.root, sha256)) for name, sha256 in files)


def _batches(
    kept: _Kept, verdicts: Sequence[ArchivedVerdict], policy: JudgementPolicy
) -> list[Batch]:
    """Batches put together from their files, and compared with those that share a trace with
    them."""
    files = kept.files([verdict.batch_id for verdict in verdicts])
    wanted = frozenset(files)
    judged = kept.read(files)
    related = kept.files(sorted(_related(judged, kept.ledger) - wanted))
    both = [*judged, *kept.read(related)]  # a file read twice counts once
    readings = standing(both, kept.ledger.amended([*files, *related]))
    refused = refused_before(kept.ledger, files)
    checks = compared(readings, {**files, **related}, refused)
    hold_several_vendors(checks, kept.ledger, files)
    batches = {batch.batch_id: batch for batch in collect(readings, policy, wanted, checks)}
    return [
        batches.get(verdict.batch_id) or _unread(verdict, kept.names(files[verdict.batch_id]))
        for verdict in verdicts
    ]


def _related(readings: Iterable[Reading], ledger: Ledger) -> set[str]:
    """The batches of certificates that share a trace with these: a copy or a twin."""
    certificates = (certificate for reading in readings for certificate in reading.certificates)
    return ledger.sharing({trace for certificate in certificates for trace in traces(certificate)})


def _unread(verdict: ArchivedVerdict, files: Sequence[str]) -> Batch:
    """A batch none of whose certificates is read any more: what they proved must not vanish with
    them."""
    why = (
        f"{', '.join(files)} was judged as a certificate of this batch and is not read as one any "
        "more"
    )
    reason = HoldReason("EARLIER-UNREAD", why, CellRef(files[0] if files else ""))
    return put_together(verdict.batch_id, verdict.product, (), verdict.facts, [reason], (), ())
