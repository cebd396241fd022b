"""Certificates beside each other: what no single paper shows. Every check is one walk over all of
them."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import HoldReason, InterpretedCertificate, Remark
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.source import CellRef
from kratom_qc.interpret.consistency import fingerprint, vector
from kratom_qc.interpret.identity import twin_key, twins

_MOST_NAMED = 3  # other certificates that a sentence names


@dataclass(slots=True)
class CrossCertificateChecks:
    """What certificates say about each other, by batch id."""

    hold_reasons: dict[str, list[HoldReason]] = field(default_factory=dict)
    remarks: dict[str, list[Remark]] = field(default_factory=dict)

    def hold(
        self,
        rule_id: str,
        why: str,
        certificate: InterpretedCertificate,
        fact: str,
        analyte: str | None = None,
    ) -> None:
        """Hold a certificate's batch, at the cell that states one of its facts."""
        reason = HoldReason(rule_id, why, certificate.fact_ref(fact), analyte)
        self.hold_reasons.setdefault(certificate.batch_id, []).append(reason)


def compare(certificates: Iterable[InterpretedCertificate]) -> CrossCertificateChecks:
    """Look at all certificates judged together: twin ids, copied results, a certificate number or
    file name used twice."""
    everyone = list(certificates)
    checks = CrossCertificateChecks()
    for check in (_twin_ids, _copied_results, _reused_numbers, _reused_names):
        check(everyone, checks)
    return checks


def traces(certificate: InterpretedCertificate) -> tuple[str, ...]:
    """What two certificates share only if they should be looked at beside each other: `batch:…`,
    `number:…`, `results:…`.

    An archive that keeps them finds the earlier certificates that a new one must be compared with.
    """
    number, copied = _number(certificate), fingerprint(certificate)
    shared = [f"batch:{twin_key(certificate.batch_id)}"]
    if number:
        shared.append(f"number:{number.laboratory}:{number.certificate_id}")
    if copied:
        shared.append(f"results:{copied}")
    return tuple(shared)


# Every check below adds to `checks` what it finds.


def _twin_ids(
    certificates: Iterable[InterpretedCertificate], checks: CrossCertificateChecks
) -> None:
    first: dict[str, InterpretedCertificate] = {}
    for certificate in certificates:
        first.setdefault(certificate.batch_id, certificate)
    for batch_id, twin in twins(first).items():
        why = (
            f"batch '{batch_id}' of {first[batch_id].file} and batch '{twin}' of "
            f"{first[twin].file} differ only in blanks, case, dashes, leading "
            "zeros, or letters and digits that look alike: write one lot one way, or tell two lots "
            "apart"
        )
        checks.hold("BATCH-ID-TWINS", why, first[batch_id], "batch_id")


# ---------------------------------------------------------------- copied results


class _Origin(NamedTuple):
    """Whose results a certificate states, and who measured them."""

    batch_id: str
    laboratory: str


def _origin(certificate: InterpretedCertificate) -> _Origin:
    return _Origin(certificate.batch_id, _folded(certificate.laboratory))


def _copied_results(
    certificates: Iterable[InterpretedCertificate], checks: CrossCertificateChecks
) -> None:
    """The same numbers on the paper of another batch or another laboratory. A laboratory that is
    not named is no other."""
    for group in _groups(certificates, fingerprint):
        origins: dict[_Origin, InterpretedCertificate] = {}
        for certificate in group:
            origins.setdefault(_origin(certificate), certificate)
        laboratories = {origin.laboratory for origin in origins} - {""}
        if len({origin.batch_id for origin in origins}) < 2 and len(laboratories) < 2:
            continue
        count = len(vector(group[0]))
        firsts = list(origins.items())[: _MOST_NAMED + 1]
        for certificate in group:
            own_origin = _origin(certificate)
            twins = [_named(twin, certificate) for origin, twin in firsts if origin != own_origin]
            why = (
                f"results equal {' and '.join(twins[:_MOST_NAMED])} in {count} of {count} "
                "numbers: nobody measures two samples alike; ask the laboratory which sample "
                "was tested"
            )
            checks.hold("RESULTS-OF-ANOTHER-BATCH", why, certificate, "batch_id")


def _named(other: InterpretedCertificate, certificate: InterpretedCertificate) -> str:
    """Another certificate in words, with its laboratory where that is another one."""
    is_other = other.laboratory and other.laboratory != certificate.laboratory
    laboratory = f" of {other.laboratory}" if is_other else ""
    return f"batch '{other.batch_id}'{laboratory} in {other.file}"


# ---------------------------------------------------------------- a number used twice


class _CertificateNumber(NamedTuple):
    """A laboratory (folded) and the number it gave a certificate."""

    laboratory: str
    certificate_id: str


def _number(certificate: InterpretedCertificate) -> _CertificateNumber | None:
    certificate_id = certificate.certificate_id.strip()
    if not certificate_id or vocabulary.status(certificate_id) is not None:
        return None
    return _CertificateNumber(_folded(certificate.laboratory), certificate_id)


def _reused_numbers(
    certificates: Iterable[InterpretedCertificate], checks: CrossCertificateChecks
) -> None:
    """A laboratory's certificate number on two papers: for two batches, or with another result for
    the same thing.

    One paper may certify many batches, and one certificate may come as several papers.
    """
    for group in _groups(certificates, _number):
        papers = {certificate.sha256: certificate for certificate in reversed(group)}
        papers_of: dict[str, set[str]] = {}
        for certificate in group:
            papers_of.setdefault(certificate.batch_id, set()).add(certificate.sha256)
        on_every_paper = []
        for certificate in group:
            silent = [sha for sha in papers if sha not in papers_of[certificate.batch_id]]
            if not silent:
                on_every_paper.append(certificate)
                continue
            this_batch = f"batch '{certificate.batch_id}' in {certificate.file}"
            what = f"is {this_batch} and {_named(papers[silent[0]], certificate)}"
            _hold_reused(certificate, what, checks)
        _different_results(on_every_paper, papers, checks)


class _Thing(NamedTuple):
    """What a result was measured of."""

    batch_id: str
    analyte: str
    basis: str
    unit: str
    portion: Decimal | None
    species: str
    replicate: str


def _things(certificate: InterpretedCertificate) -> Iterator[tuple[_Thing, Interval]]:
    for result in certificate.results:
        if result.measured and result.text is None:
            thing = _Thing(
                certificate.batch_id,
                result.analyte,
                result.basis,
                vocabulary.unit_key(result.reported_unit),
                result.portion,
                result.species,
                result.replicate,
            )
            yield thing, result.interval


def _different_results(
    group: Sequence[InterpretedCertificate],
    papers: Mapping[str, InterpretedCertificate],
    checks: CrossCertificateChecks,
) -> None:
    """Papers of one number that state different results for a thing; told once of each batch."""
    by_batch = {certificate.batch_id: certificate for certificate in group}
    on_papers: dict[_Thing, dict[str, set[Interval]]] = {}
    for certificate in group:
        for thing, interval in _things(certificate):
            stated = on_papers.setdefault(thing, {})
            stated.setdefault(certificate.sha256, set()).add(interval)
    for thing, stated in on_papers.items():
        first, *further = stated.values()
        if thing.batch_id in by_batch and any(statement != first for statement in further):
            files = " and ".join(papers[sha].file for sha in list(stated)[:2])
            what = f"states different results for {thing.analyte} in {files}"
            _hold_reused(by_batch.pop(thing.batch_id), what, checks, thing.analyte)


def _hold_reused(
    certificate: InterpretedCertificate,
    what: str,
    checks: CrossCertificateChecks,
    analyte: str | None = None,
) -> None:
    laboratory = f" of {certificate.laboratory}" if certificate.laboratory else ""
    number = f"certificate number '{certificate.certificate_id}'{laboratory}"
    why = f"{number} {what}: ask the laboratory which paper is its own"
    checks.hold("CERTIFICATE-ID-REUSED", why, certificate, "certificate_id", analyte)


# ---------------------------------------------------------------- a file name used twice


def _reused_names(
    certificates: Iterable[InterpretedCertificate], checks: CrossCertificateChecks
) -> None:
    """Two files of one name that hold something else: a person may have seen only one of them."""
    for group in _groups(certificates, _file_name):
        papers = {certificate.sha256: certificate.file for certificate in reversed(group)}
        if len(papers) < 2:
            continue
        last_two = list(papers.items())[-2:]
        for certificate in group:
            earlier = next(file for sha, file in last_two if sha != certificate.sha256)
            why = f"{len(papers)} files of this name differ in content; another is {earlier}"
            remark = Remark("same-file-name", "note", why, CellRef(certificate.file))
            checks.remarks.setdefault(certificate.batch_id, []).append(remark)


def _file_name(certificate: InterpretedCertificate) -> str:
    return re.split(r"[/\\]", certificate.file)[-1].casefold()


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
