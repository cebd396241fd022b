"""The register of laboratories: who is accredited for what, until when, and qualified by us (21 CFR
111.75(a)(2)(ii)).

A certificate of a laboratory that the register does not vouch for is remarked, or holds its batch
where the settings ask for it.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import HoldReason, InterpretedCertificate, Remark
from kratom_qc.domain.source import CellRef
from kratom_qc.vocabulary.derived import formulas

_MOST_NAMED = 6  # analytes that a sentence names
_STANDARD = re.compile(r"\b(?:iso[\W_]*)?(?:iec[\W_]*)?17025(?:\s*[:–-]\s*(?:19|20)\d\d)?\b")

# What may be wrong with a certificate's laboratory: as a cause to hold, and as a remark
CODES = {
    "LABORATORY-UNREGISTERED": "laboratory-unregistered",
    "ACCREDITATION-LAPSED": "accreditation-lapsed",
    "ACCREDITATION-DIFFERS": "accreditation-differs",
    "OUTSIDE-SCOPE": "outside-scope",
    "QUALIFICATION-LAPSED": "qualification-lapsed",
}


@dataclass(frozen=True, slots=True)
class Laboratory:
    """One entry of the register. `scope` names analytes and families of them; both days are the
    last that count."""

    name: str
    also: tuple[str, ...]  # patterns of further ways in which certificates print the name
    accreditation: str  # the number
    body: str
    scope: frozenset[str]
    valid_until: date
    qualified_until: date
    qualified_because: str

    def is_called(self, name: str) -> bool:
        """Whether a certificate that prints this name is of this laboratory."""
        printed = _folded(name)
        patterns = map(_folded, self.also)
        return printed == _folded(self.name) or any(
            fnmatch.fnmatchcase(printed, pattern) for pattern in patterns
        )

    def shares_a_name(self, other: Laboratory) -> bool:
        """Whether one of two entries goes by the other's name."""
        return other.is_called(self.name) or self.is_called(other.name)

    def vouches_for(self, analyte: str) -> bool:
        """Whether an analyte lies in the scope: itself, its family, or for what is computed
        everything that it is computed from. Total arsenic and inorganic arsenic bound each other,
        and each is measured by a method of its own."""
        known = vocabulary.analytes().get(analyte)
        if analyte in self.scope or (known is not None and known.family in self.scope):
            return True
        formula = formulas().get(analyte)
        if formula is None or formula.kind in ("within", "whole"):
            return False
        return all(map(self.vouches_for, formula.parts))


@dataclass(frozen=True, slots=True)
class Objection:
    """One thing that the register does not vouch for, at its cell. `code` is a key of CODES."""

    code: str
    why: str
    ref: CellRef


@dataclass(frozen=True, slots=True)
class Register:
    """The laboratories we rely on. Without a file nothing is asked of anyone."""

    laboratories: tuple[Laboratory, ...] = ()
    sha256: str = ""  # of its file
    hold: bool = False
    written: str = field(default="", repr=False, compare=False)  # its file, as it stands

    def seen(self, certificate: InterpretedCertificate, on: date) -> InterpretedCertificate:
        """A certificate with what the register says of its laboratory on the day of judgement:
        remarks, or causes to hold."""
        if not self.sha256:
            return certificate
        objections = self._objections(certificate, on)
        if self.hold:
            reasons = (
                HoldReason(objection.code, objection.why, objection.ref) for objection in objections
            )
            return replace(certificate, hold_reasons=(*certificate.hold_reasons, *reasons))
        remarks = (
            Remark(CODES[objection.code], "warning", objection.why, objection.ref)
            for objection in objections
        )
        return replace(certificate, remarks=(*certificate.remarks, *remarks))

    def _objections(self, certificate: InterpretedCertificate, on: date) -> list[Objection]:
        """Where several entries go by the printed name, the one that vouches for most speaks: fewer
        never vouch for more."""
        name = certificate.laboratory
        entries = [entry for entry in self.laboratories if name and entry.is_called(name)]
        if not entries:
            return [_unregistered(certificate, self.laboratories)]
        return min((_objections_to(entry, certificate, on) for entry in entries), key=len)


def load_register(path: Path, *, hold: bool = False) -> Register:
    """Read a register. Raises RulebookError with every mistake at once, each with its file and
    line."""
    from kratom_qc.interpret.laboratory_file import load

    laboratories, sha256, written = load(path)
    return Register(laboratories, sha256, hold, written)


# ---------------------------------------------------------------- what is wrong


def _unregistered(certificate: InterpretedCertificate, known: Sequence[Laboratory]) -> Objection:
    if not certificate.laboratory:
        why = (
            "the certificate names no laboratory, so the register cannot vouch for it: "
            "ask which laboratory tested the batch"
        )
        return Objection("LABORATORY-UNREGISTERED", why, CellRef(certificate.file))
    names = {_folded(entry.name): entry.name for entry in known}
    near = vocabulary.closest(_folded(certificate.laboratory)[:200], names, 3)
    nearest = f" (nearest: {', '.join(names[key] for key in near)})" if near else ""
    why = (
        f"the laboratory '{certificate.laboratory}' is not in the register of laboratories"
        f"{nearest}: qualify it and add it, or add this spelling to its 'also'"
    )
    return Objection("LABORATORY-UNREGISTERED", why, certificate.fact_ref("laboratory"))


def _objections_to(
    entry: Laboratory, certificate: InterpretedCertificate, on: date
) -> list[Objection]:
    return [
        *_accreditation(entry, certificate, on),
        *_scope(entry, certificate),
        *_qualification(entry, certificate, on),
    ]


def _accreditation(
    entry: Laboratory, certificate: InterpretedCertificate, on: date
) -> Iterator[Objection]:
    """It must hold on the day of testing; where none is stated, on the day of judgement."""
    day, which, fact = on, "day of judgement", "laboratory"
    if certificate.tested_on:
        day, which, fact = certificate.tested_on.latest, "day of testing", "tested_on"
    number = f"{entry.body} {entry.accreditation}"
    if day > entry.valid_until:
        why = (
            f"the accreditation {number} of {entry.name} ended on {entry.valid_until}, before the "
            f"{which} {day}: ask for its renewal, or for a retest elsewhere"
        )
        yield Objection("ACCREDITATION-LAPSED", why, certificate.fact_ref(fact))
    if _states_another(certificate.accreditation, entry.accreditation):
        why = (
            f"the certificate prints the accreditation '{certificate.accreditation}'; the register "
            f"knows {entry.name} by {number}: ask the accreditation body which is right"
        )
        yield Objection("ACCREDITATION-DIFFERS", why, certificate.fact_ref("accreditation"))


def _states_another(printed: str, number: str) -> bool:
    """Whether a number is printed, and it is not this one. The number of the standard is none of a
    laboratory's own."""
    words = _words(printed[:200])
    positions = range(len(words) + 1)
    runs = {"".join(words[start:end]) for start in positions for end in positions[start + 1 :]}
    if "".join(_words(number)) in runs:
        return False
    return any(c.isdigit() for c in _STANDARD.sub(" ", vocabulary.folded(printed)))


def _scope(entry: Laboratory, certificate: InterpretedCertificate) -> Iterator[Objection]:
    outside = [
        result
        for result in certificate.results
        if result.known and result.measured and not entry.vouches_for(result.analyte)
    ]
    if not outside:
        return
    names = list(dict.fromkeys(vocabulary.analytes()[result.analyte].name for result in outside))
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    why = (
        f"{', '.join(names[:_MOST_NAMED])}{more}: outside the scope that the register states for "
        f"{entry.name}; ask for the scope of its accreditation, or for a test by a laboratory that "
        "has them in its own"
    )
    yield Objection("OUTSIDE-SCOPE", why, outside[0].ref)


def _qualification(
    entry: Laboratory, certificate: InterpretedCertificate, on: date
) -> Iterator[Objection]:
    if on > entry.qualified_until:
        why = (
            f"the qualification of {entry.name} ({entry.qualified_because}) ended on "
            f"{entry.qualified_until}, before {on}: confirm its results again before relying on "
            "its certificates (21 CFR 111.75(a)(2)(ii))"
        )
        yield Objection("QUALIFICATION-LAPSED", why, certificate.fact_ref("laboratory"))


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _words(text: str) -> list[str]:
    return re.sub(r"[\W_]+", " ", vocabulary.folded(text)).split()
