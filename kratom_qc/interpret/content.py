"""What a certificate says, apart from the file that says it: the same content saved again by
another program is one certificate, and not a second witness."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import fields

from kratom_qc.domain.account import Fate
from kratom_qc.domain.certificate import InterpretedCertificate
from kratom_qc.domain.result import Result
from kratom_qc.interpret.whose import CLIENT

# Where a result stands and in which type a cell holds it, which saving it elsewhere changes.
_OF_THE_FILE = ("ref", "certificate", "shown")
_JUDGED = tuple(field.name for field in fields(Result) if field.name not in _OF_THE_FILE)


def content_hash(certificate: InterpretedCertificate) -> str:
    """A hash of all that judges: facts, dates, results, causes to hold and texts nobody has read.
    Two certificates that share it can take each other's place in any verdict."""
    client = certificate.printed_facts.get(CLIENT)
    content = (
        certificate.batch_id,
        client.text.strip() if client is not None else "",
        certificate.laboratory,
        certificate.certificate_id,
        certificate.accreditation,
        certificate.product,
        certificate.product_is_assumed,
        certificate.product_name,
        sorted(certificate.declared.items()),
        sorted((name, *span) for name, span in certificate.dates.items()),
        sorted(repr([getattr(result, name) for name in _JUDGED]) for result in certificate.results),
        sorted((reason.rule_id, reason.analyte or "") for reason in certificate.hold_reasons),
        sorted(text.source.text for text in certificate.texts if text.fate is Fate.UNREAD),
    )
    return hashlib.sha256(repr(content).encode("utf-8", "backslashreplace")).hexdigest()


def saved_again(certificates: Iterable[InterpretedCertificate]) -> dict[str, dict[str, str]]:
    """Files that say of a batch what an earlier one says: of each batch, their hashes with that of
    the first. A file may hold several certificates of a batch: all of them must be alike."""
    by_batch: dict[str, dict[str, list[InterpretedCertificate]]] = {}
    for paper in certificates:
        by_batch.setdefault(paper.batch_id, {}).setdefault(paper.sha256, []).append(paper)
    repeats: dict[str, dict[str, str]] = {}
    for batch_id, by_file in by_batch.items():
        first: dict[tuple[str, ...], str] = {}
        for sha256, papers in by_file.items() if len(by_file) > 1 else ():
            content = tuple(sorted(map(content_hash, papers)))
            earlier = first.setdefault(content, sha256)
            if earlier != sha256:
                repeats.setdefault(batch_id, {})[sha256] = earlier
    return repeats
