"""Batches whose certificates must be read again: an earlier version archived them, or the vendor
declares something else now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kratom_qc import PROGRAM, settings
from kratom_qc.app.batches import collect, compared, judge_batches
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.reading import Readers, Reading
from kratom_qc.archive.history import History, Past
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
    given = {facts.sha256 for _, _, facts in policy.facts.rows}
    names = history.product_names()
    return frozenset(
        past.batch_id
        for past in history.pasts
        if past.facts_sha256 not in given
        and (
            past.facts_sha256
            or policy.facts.for_batch(past.batch_id, names.get(past.batch_id, "")) is not None
        )
    )


def reread(history: History, pasts: Sequence[Past], policy: JudgementPolicy) -> Iterator[Verdict]:
    """Whole verdicts of batches in their order, from the files the store kept.

    Raises UsageError where one was judged with declarations that nobody gave now, and StoreError
    for a file that is gone.
    """
    if not pasts:
        return
    given = {facts.sha256 for _, _, facts in policy.facts.rows}
    lacking = [past.batch_id for past in pasts if past.facts_sha256 and not given]
    if lacking:
        raise UsageError(
            f"{len(lacking)} batches, such as {lacking[0]}, were judged with a facts file by a version that did not keep "
            "what it declares; name the file with --facts"
        )
    shelf = known(history.root, PROGRAM)
    with Readers(settings.caps()) as readers:
        for start in range(0, len(pasts), WAVE):
            some = pasts[start : start + WAVE]
            batches = _batches(history, shelf, readers, some, policy)
            yield from judge_batches(batches, policy).verdicts()


def _batches(
    history: History, shelf: Known, readers: Readers, pasts: Sequence[Past], policy: JudgementPolicy
) -> list[Batch]:
    wanted = [past.batch_id for past in pasts]
    own = _read(history, shelf, readers, wanted)
    shared = (
        trace for one in own for certificate in one.certificates for trace in traces(certificate)
    )
    beside = {batch for trace in shared for batch in shelf.by_trace.get(trace, ())} - set(wanted)
    seen = {one.sha256 for one in own}
    others = [
        one for one in _read(history, shelf, readers, sorted(beside)) if one.sha256 not in seen
    ]
    spoken = {batch: shelf.by_batch.get(batch, ()) for batch in (*wanted, *beside)}
    found = collect([*own, *others], policy, frozenset(wanted), compared([*own, *others], spoken))
    by_id = {batch.batch_id: batch for batch in found}
    return [by_id.get(past.batch_id) or _unread(past, shelf) for past in pasts]


def _read(
    history: History, shelf: Known, readers: Readers, batches: Iterable[str]
) -> list[Reading]:
    shas = dict.fromkeys(sha256 for batch in batches for sha256 in shelf.by_batch.get(batch, ()))
    return list(readers.read((shelf.names[sha256], raw(history.root, sha256)) for sha256 in shas))


def _unread(past: Past, shelf: Known) -> Batch:
    """A batch none of whose certificates is read any more: what they proved must not vanish with
    them."""
    files = [shelf.names[sha256] for sha256 in shelf.by_batch.get(past.batch_id, ())]
    why = f"{', '.join(files)} was judged as a certificate of this batch and is not read as one any more"
    hold_reason = HoldReason("EARLIER-UNREAD", why, CellRef(files[0] if files else ""))
    return put_together(past.batch_id, past.product, (), past.facts, [hold_reason], (), ())
