"""Certificates of many files are put together by batch, and judged."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from kratom_qc import vocabulary
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.reading import Reading
from kratom_qc.domain.batch import Batch
from kratom_qc.domain.certificate import HoldReason, InterpretedCertificate
from kratom_qc.domain.errors import NAMES_LOT, Problem
from kratom_qc.domain.source import CellRef
from kratom_qc.interpret.batch import batches
from kratom_qc.interpret.compare import CrossCertificateChecks, compare
from kratom_qc.interpret.content import saved_again
from kratom_qc.interpret.identity import twin_key
from kratom_qc.interpret.texts import RULE as TEXT_UNREAD
from kratom_qc.interpret.texts import read_again
from kratom_qc.ledger.ledger import Ledger
from kratom_qc.ledger.people import People
from kratom_qc.rulebooks.scope import Rule, wanted

if TYPE_CHECKING:
    from kratom_qc.domain.verdict import Verdict
    from kratom_qc.judge.verdicts import Judgement


class RefusedFile(NamedTuple):
    """A refused file with everything that is wrong in it, the lots that it names included."""

    file: str
    refusals: Sequence[Problem]


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
    by_hash = _by_hash(readings)
    certificates = _certificates(by_hash)
    checks = compared(by_hash.values()) if beside is None else beside
    registered = (
        read_again(policy.laboratories.seen(certificate, policy.on), policy.texts)
        for certificate in certificates
        if only is None or certificate.batch_id in only
    )
    return batches(
        registered,
        cache(lambda product: tuple(wanted(policy.books, policy.everywhere, product))),
        policy.facts,
        policy.product,
        checks,
    )


def compared(
    readings: Iterable[Reading],
    spoken: Mapping[str, Iterable[str]] = MappingProxyType({}),
    refused_before: Iterable[RefusedFile] = (),
) -> CrossCertificateChecks:
    """What the certificates of many files say about each other. A file given twice counts once.
    A refused file, of these or of those `refused_before`, holds the lots that it names.

    `spoken` names, for batches judged before, the hashes of the files that spoke of them. One that
    today's reader refuses, or reads as another batch, holds the batch: what it proved must not
    vanish with it.
    """
    by_hash = _by_hash(readings)
    checks = compare(_certificates(by_hash))
    for batch_id, files in spoken.items():
        earlier = [by_hash[sha256] for sha256 in files if sha256 in by_hash]
        unread = [
            _earlier_unread(reading) for reading in earlier if batch_id not in reading.batch_ids
        ]
        if unread:
            checks.hold_reasons.setdefault(batch_id, []).extend(unread)
    refused = (
        RefusedFile(reading.file, reading.told) for reading in by_hash.values() if reading.refusals
    )
    waiting = _waiting((*refused_before, *refused))
    for batch_id in dict.fromkeys(paper.batch_id for paper in _certificates(by_hash)):
        for reason in waiting.get(lot_key(batch_id), {}).values():
            checks.hold_reasons.setdefault(batch_id, []).append(reason)
    return checks


def refused_before(
    ledger: Ledger, batch_ids: Iterable[str], without: Container[str] = ()
) -> list[RefusedFile]:
    """The refused files that name batches by one of their spellings; `without` some, by hash."""
    lots = ledger.lots({lot_key(batch_id) for batch_id in batch_ids})
    return [
        RefusedFile(
            lot.name,
            (
                Problem("refused", lot.why, CellRef(lot.name)),
                Problem(NAMES_LOT, "", CellRef(lot.name, lot.sheet, lot.cell), lot.said),
            ),
        )
        for lot in lots
        if lot.sha256 not in without
    ]


def several_vendors(
    ledger: Ledger, files: Mapping[str, Collection[str]]
) -> Iterator[tuple[str, HoldReason]]:
    """(batch, why it is held) of batches whose files came from several vendors; `files` are the
    hashes of their files. One vendor's certificate may not prove what another's lacks."""
    every = list(dict.fromkeys(chain.from_iterable(files.values())))
    sent = People(ledger).vendors_of(every)
    for batch_id, hashes in files.items():
        vendors = sorted({vendor for sha256 in hashes for vendor in sent.get(sha256, ()) if vendor})
        if len(vendors) > 1:
            why = (
                f"certificates of this lot came from several vendors ({', '.join(vendors)}): "
                "ask whose lot it is"
            )
            yield batch_id, HoldReason("SEVERAL-VENDORS", why, CellRef(""))


def hold_several_vendors(
    checks: CrossCertificateChecks, ledger: Ledger, files: Mapping[str, Collection[str]]
) -> None:
    """Hold those batches; changes `checks`."""
    for batch_id, reason in several_vendors(ledger, files):
        checks.hold_reasons.setdefault(batch_id, []).append(reason)


def lot_key(lot: str) -> str:
    """Equal for two ways to write one lot."""
    return twin_key(vocabulary.lot(lot) or lot)


def _waiting(files: Iterable[RefusedFile]) -> dict[str, dict[str, HoldReason]]:
    """Why refused files hold the lots that they name, by lot and file."""
    waiting: dict[str, dict[str, HoldReason]] = {}
    for file, refusals in files:
        for lot in refusals:
            if lot.code == NAMES_LOT:
                why = (
                    f"{file} names this lot and cannot be judged: {refusals[0].message}; "
                    "look at it before anything is released"
                )
                reason = HoldReason("REFUSED-FILE", why, lot.ref)
                waiting.setdefault(lot_key(lot.quoted), {})[file] = reason
    return waiting


def standing(
    readings: Iterable[Reading], amended: Mapping[str, Mapping[str, str]]
) -> list[Reading]:
    """What is read of files, without the certificates that gave way to a corrected one; the one
    that took their place is not held for saying so. `amended` has, of batches, the hashes of the
    files that gave way, each with that of the other."""
    return [
        replace(reading, certificates=tuple(_standing(reading, amended))) for reading in readings
    ]


def _standing(
    reading: Reading, amended: Mapping[str, Mapping[str, str]]
) -> Iterator[InterpretedCertificate]:
    for certificate in reading.certificates:
        of_batch = amended.get(certificate.batch_id, {})
        if reading.sha256 not in of_batch:
            yield _settled(certificate) if reading.sha256 in of_batch.values() else certificate


def _settled(certificate: InterpretedCertificate) -> InterpretedCertificate:
    says = certificate.printed_facts.get("amends")
    if says is None:
        return certificate
    held = certificate.hold_reasons
    kept = tuple(
        reason for reason in held if (reason.rule_id, reason.ref) != (TEXT_UNREAD, says.ref)
    )
    return replace(certificate, hold_reasons=kept)


def _by_hash(readings: Iterable[Reading]) -> dict[str, Reading]:
    return {reading.sha256: reading for reading in readings}


def _certificates(by_hash: Mapping[str, Reading]) -> list[InterpretedCertificate]:
    """The certificates of files; content that was saved again counts once."""
    every = [certificate for reading in by_hash.values() for certificate in reading.certificates]
    repeats = saved_again(every)
    return [paper for paper in every if paper.sha256 not in repeats.get(paper.batch_id, ())]


def _earlier_unread(reading: Reading) -> HoldReason:
    """Why a file that spoke of a batch, and does not any more, holds it."""
    reason = reading.refusals[0].message if reading.refusals else "it speaks of another batch"
    why = (
        f"{reading.file} was judged as a certificate of this batch "
        f"and is not read as one any more: {reason}"
    )
    return HoldReason("EARLIER-UNREAD", why, CellRef(reading.file))


def judge_readings(readings: Sequence[Reading], policy: JudgementPolicy) -> list[Verdict]:
    """Every verdict over the readings; the engine is not even loaded where there is nothing to
    judge."""
    collected = collect(readings, policy)
    return list(judge_batches(collected, policy).verdicts()) if collected else []


def judge_batches(
    batches: Sequence[Batch],
    policy: JudgementPolicy,
    only: Mapping[str | None, Container[Rule]] | None = None,
) -> Judgement:
    """Judge batches in one run of the engine; see `kratom_qc.judge.verdicts.judge`."""
    from kratom_qc.judge.verdicts import judge  # loads Great Expectations, which takes seconds

    return judge(
        batches,
        policy.books,
        markets=policy.markets,
        home=policy.home,
        on=policy.on,
        hold_overdue=policy.hold_overdue,
        required_panels=policy.required_panels,
        only=only,
    )
