"""Certificates of many files are put together by batch, and judged."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.reading import Reading
from kratom_qc.domain.batch import Batch
from kratom_qc.domain.certificate import HoldReason
from kratom_qc.domain.source import CellRef
from kratom_qc.interpret.batch import batches
from kratom_qc.interpret.compare import CrossCertificateChecks, compare
from kratom_qc.rulebooks.scope import Rule, wanted

if TYPE_CHECKING:
    from kratom_qc.domain.verdict import Verdict
    from kratom_qc.judge.verdicts import Judgement


def collect(
    readings: Iterable[Reading],
    policy: JudgementPolicy,
    only: frozenset[str] | None = None,
    beside: CrossCertificateChecks | None = None,
) -> list[Batch]:
    """The batches of many files, each over all its certificates. A file given twice counts once.

    `only` names the batches wanted, where not all are; `beside` is what all certificates say about
    each other, where the caller knows it already (see `compared`).
    """
    once = {reading.sha256: reading for reading in readings}
    certificates = [
        certificate for reading in once.values() for certificate in reading.certificates
    ]
    return batches(
        (
            policy.laboratories.seen(one, policy.on)
            for one in certificates
            if only is None or one.batch_id in only
        ),
        cache(lambda product: tuple(wanted(policy.books, policy.everywhere, product))),
        policy.facts,
        policy.product,
        compare(certificates) if beside is None else beside,
    )


def compared(
    readings: Iterable[Reading], spoken: Mapping[str, Iterable[str]] = MappingProxyType({})
) -> CrossCertificateChecks:
    """What the certificates of many files say about each other. A file given twice counts once.

    `spoken` names, for batches judged before, the hashes of the files that spoke of them. One that
    today's reader refuses, or reads as another batch, holds the batch: what it proved must not
    vanish with it.
    """
    once = {reading.sha256: reading for reading in readings}
    beside = compare(
        certificate for reading in once.values() for certificate in reading.certificates
    )
    for batch_id, files in spoken.items():
        for reading in (
            once[sha] for sha in files if sha in once and batch_id not in once[sha].batch_ids
        ):
            reason = (
                reading.refusals[0].message if reading.refusals else "it speaks of another batch"
            )
            why = f"{reading.file} was judged as a certificate of this batch and is not read as one any more: {reason}"
            hold_reason = HoldReason("EARLIER-UNREAD", why, CellRef(reading.file))
            beside.hold_reasons.setdefault(batch_id, []).append(hold_reason)
    return beside


def judge_readings(readings: Sequence[Reading], policy: JudgementPolicy) -> list[Verdict]:
    """Every verdict over the readings; the engine is not even loaded where there is nothing to
    judge."""
    collected = collect(readings, policy)
    return list(judge_batches(collected, policy).verdicts()) if collected else []


def judge_batches(
    found: Sequence[Batch],
    policy: JudgementPolicy,
    only: Mapping[str | None, Container[Rule]] | None = None,
) -> Judgement:
    """Judge batches in one run of the engine; see `kratom_qc.judge.verdicts.judge`."""
    from kratom_qc.judge.verdicts import judge

    return judge(
        found,
        policy.books,
        markets=policy.markets,
        home=policy.home,
        on=policy.on,
        hold_overdue=policy.hold_overdue,
        only=only,
    )
