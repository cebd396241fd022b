"""Certificates beside each other: what no single paper shows. Every check is one walk over all of
them."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import HoldReason, InterpretedCertificate, Remark
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef
from kratom_qc.interpret.consistency import fingerprint, vector
from kratom_qc.interpret.identity import twin_key, twins

_NAMED = 3  # other certificates that a sentence names


@dataclass(slots=True)
class CrossCertificateChecks:
    """What certificates say about each other, by batch id."""

    hold_reasons: dict[str, list[HoldReason]] = field(default_factory=dict)
    remarks: dict[str, list[Remark]] = field(default_factory=dict)

    def hold_reason(
        self,
        rule_id: str,
        why: str,
        certificate: InterpretedCertificate,
        fact: str,
        analyte: str | None = None,
    ) -> None:
        """Hold a certificate's batch, at the cell that states one of its facts."""
        word = certificate.facts_said.get(fact)
        hold_reason = HoldReason(
            rule_id, why, word.ref if word else CellRef(certificate.file), analyte
        )
        self.hold_reasons.setdefault(certificate.batch_id, []).append(hold_reason)


def compare(certificates: Iterable[InterpretedCertificate]) -> CrossCertificateChecks:
    """Look at all certificates judged together: twin ids, copied results, a certificate number or
    file name used twice."""
    everyone = list(certificates)
    beside = CrossCertificateChecks()
    _twin_ids(everyone, beside)
    _copied_results(everyone, beside)
    _reused_numbers(everyone, beside)
    _reused_names(everyone, beside)
    return beside


def traces(certificate: InterpretedCertificate) -> tuple[str, ...]:
    """What two certificates share only if they should be looked at beside each other: `batch:…`,
    `number:…`, `results:…`.

    An archive that keeps them finds the earlier certificates that a new one must be compared with.
    """
    number, copied = _number(certificate), fingerprint(certificate)
    found = [f"batch:{twin_key(certificate.batch_id)}"]
    found += [f"number:{number[0]}:{number[1]}"] if number else []
    return (*found, f"results:{copied}") if copied else tuple(found)


def _twin_ids(
    certificates: Sequence[InterpretedCertificate], beside: CrossCertificateChecks
) -> None:
    first: dict[str, InterpretedCertificate] = {}
    for certificate in certificates:
        first.setdefault(certificate.batch_id, certificate)
    for batch_id, twin in twins(first).items():
        one, other = first[batch_id], first[twin]
        why = (
            f"batch '{batch_id}' of {one.file} and batch '{twin}' of {other.file} differ only in blanks, case, dashes or letters "
            "that look alike: write one lot one way, or tell two lots apart"
        )
        beside.hold_reason("BATCH-ID-TWINS", why, one, "batch_id")


def _copied_results(
    certificates: Sequence[InterpretedCertificate], beside: CrossCertificateChecks
) -> None:
    """The same numbers on the paper of another batch or another laboratory. A laboratory that is
    not named is no other."""
    for group in _groups(certificates, fingerprint):
        origins: dict[tuple[str, str], InterpretedCertificate] = {}
        for certificate in group:
            origins.setdefault(_origin(certificate), certificate)
        if (
            len({batch for batch, _ in origins}) < 2
            and len({laboratory for _, laboratory in origins} - {""}) < 2
        ):
            continue
        count, named = len(vector(group[0])), list(origins.items())[: _NAMED + 1]
        for certificate in group:
            others = [
                _named(other, certificate)
                for origin, other in named
                if origin != _origin(certificate)
            ]
            why = (
                f"results equal {' and '.join(others[:_NAMED])} in {count} of {count} numbers: nobody measures two samples "
                "alike; ask the laboratory which sample was tested"
            )
            beside.hold_reason("RESULTS-OF-ANOTHER-BATCH", why, certificate, "batch_id")


def _origin(certificate: InterpretedCertificate) -> tuple[str, str]:
    return certificate.batch_id, _folded(certificate.laboratory)


def _named(other: InterpretedCertificate, beside: InterpretedCertificate) -> str:
    laboratory = (
        f" of {other.laboratory}"
        if other.laboratory and other.laboratory != beside.laboratory
        else ""
    )
    return f"batch '{other.batch_id}'{laboratory} in {other.file}"


def _reused_numbers(
    certificates: Sequence[InterpretedCertificate], beside: CrossCertificateChecks
) -> None:
    """A laboratory's certificate number on two papers: for two batches, or with another result for
    the same thing.

    One paper may certify many batches, and one certificate may come as several papers.
    """
    for group in _groups(certificates, _number):
        papers = {certificate.sha256: certificate for certificate in reversed(group)}
        speaking: dict[str, set[str]] = {}
        for certificate in group:
            speaking.setdefault(certificate.batch_id, set()).add(certificate.sha256)
        spoken: dict[tuple[object, ...], dict[str, set[Interval]]] = {}
        for certificate in group:
            silent = next(
                (sha for sha in papers if sha not in speaking[certificate.batch_id]), None
            )
            if silent is not None:
                what = f"is batch '{certificate.batch_id}' in {certificate.file} and {_named(papers[silent], certificate)}"
                beside.hold_reason(
                    "CERTIFICATE-ID-REUSED",
                    _reuse(certificate, what),
                    certificate,
                    "certificate_id",
                )
            else:
                _collect(certificate, spoken)
        _clashing(group, spoken, papers, beside)


def _collect(
    certificate: InterpretedCertificate, spoken: dict[tuple[object, ...], dict[str, set[Interval]]]
) -> None:
    for result in certificate.results:
        if result.measured and result.text is None:
            spoken.setdefault(_thing(certificate, result), {}).setdefault(
                certificate.sha256, set()
            ).add(result.interval)


def _thing(certificate: InterpretedCertificate, result: Result) -> tuple[object, ...]:
    return (
        certificate.batch_id, result.analyte, result.basis, vocabulary.unit_key(result.reported_unit), result.portion,
        result.species, result.replicate,
    )  # fmt: skip


def _clashing(
    group: Sequence[InterpretedCertificate],
    spoken: dict[tuple[object, ...], dict[str, set[Interval]]],
    papers: dict[str, InterpretedCertificate],
    beside: CrossCertificateChecks,
) -> None:
    by_batch = {certificate.batch_id: certificate for certificate in group}
    accused: set[str] = set()
    for (batch_id, analyte, *_), values in spoken.items():
        if batch_id in accused or all(
            value == next(iter(values.values())) for value in values.values()
        ):
            continue
        accused.add(str(batch_id))
        files = " and ".join(papers[sha].file for sha in list(values)[:2])
        what = f"states different results for {analyte} in {files}"
        certificate = by_batch[str(batch_id)]
        beside.hold_reason(
            "CERTIFICATE-ID-REUSED",
            _reuse(certificate, what),
            certificate,
            "certificate_id",
            str(analyte),
        )


def _reuse(certificate: InterpretedCertificate, what: str) -> str:
    laboratory = f" of {certificate.laboratory}" if certificate.laboratory else ""
    return f"certificate number '{certificate.certificate_id}'{laboratory} {what}: ask the laboratory which paper is its own"


def _number(certificate: InterpretedCertificate) -> tuple[str, str] | None:
    said = certificate.certificate_id.strip()
    if not said or vocabulary.status(said) is not None:
        return None
    return _folded(certificate.laboratory), said


def _reused_names(
    certificates: Sequence[InterpretedCertificate], beside: CrossCertificateChecks
) -> None:
    """Two files of one name that hold something else: a person may have seen only one of them."""
    for group in _groups(
        certificates, lambda certificate: re.split(r"[/\\]", certificate.file)[-1].casefold()
    ):
        papers = {certificate.sha256: certificate.file for certificate in reversed(group)}
        if len(papers) < 2:
            continue
        for certificate in group:
            other = next(
                file for sha, file in list(papers.items())[-2:] if sha != certificate.sha256
            )
            why = f"{len(papers)} files of this name differ in content; another is {other}"
            remark = Remark("same-file-name", "note", why, CellRef(certificate.file))
            beside.remarks.setdefault(certificate.batch_id, []).append(remark)


def _groups(
    certificates: Iterable[InterpretedCertificate],
    key: Callable[[InterpretedCertificate], Hashable],
) -> Iterable[list[InterpretedCertificate]]:
    """The certificates that share a key, where more than one does; a key of None is shared with
    nobody."""
    groups: dict[Hashable, list[InterpretedCertificate]] = {}
    for certificate in certificates:
        groups.setdefault(key(certificate), []).append(certificate)
    return [group for value, group in groups.items() if value is not None and len(group) > 1]


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
