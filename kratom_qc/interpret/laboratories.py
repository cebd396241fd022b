"""The register of laboratories: who is accredited for what, until when, and qualified by us (21 CFR
111.75(a)(2)(ii)).

A certificate of a laboratory that the register does not vouch for is remarked, or holds its batch
where the settings ask for it.
"""

from __future__ import annotations

import fnmatch
import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import HoldReason, InterpretedCertificate, Remark
from kratom_qc.domain.errors import RulebookError
from kratom_qc.domain.source import CellRef
from kratom_qc.vocabulary.derived import formulas

_HEADER = re.compile(r"^\s*\[\[\s*laboratory\s*\]\]", re.ASCII)
_TEXTS = ("name", "accreditation", "body", "qualified_because")
_DATES = ("valid_until", "qualified_until")
_LISTS = ("scope", "also")
_NAMED = 6  # analytes that a sentence names
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
        said = _folded(name)
        return said == _folded(self.name) or any(
            fnmatch.fnmatchcase(said, _folded(one)) for one in self.also
        )

    def vouches_for(self, analyte: str) -> bool:
        """Whether an analyte lies in the scope: itself, its family, or for a total everything that
        it is made of."""
        known = vocabulary.analytes().get(analyte)
        if analyte in self.scope or (known is not None and known.family in self.scope):
            return True
        formula = formulas().get(analyte)
        return formula is not None and all(map(self.vouches_for, formula.parts))


@dataclass(frozen=True, slots=True)
class Objection:
    """One thing that the register does not vouch for, at its cell."""

    code: str
    why: str
    ref: CellRef


@dataclass(frozen=True, slots=True)
class Register:
    """The laboratories we rely on. Without a file nothing is asked of anyone."""

    laboratories: tuple[Laboratory, ...] = ()
    sha256: str = ""  # of its file
    hold: bool = False

    def seen(self, certificate: InterpretedCertificate, on: date) -> InterpretedCertificate:
        """A certificate with what the register says of its laboratory on the day of judgement:
        remarks, or causes to hold."""
        if not self.sha256:
            return certificate
        found = self._objections(certificate, on)
        if self.hold:
            hold_reasons = tuple(HoldReason(one.code, one.why, one.ref) for one in found)
            return replace(certificate, hold_reasons=(*certificate.hold_reasons, *hold_reasons))
        remarks = tuple(Remark(CODES[one.code], "warning", one.why, one.ref) for one in found)
        return replace(certificate, remarks=(*certificate.remarks, *remarks))

    def _objections(self, certificate: InterpretedCertificate, on: date) -> list[Objection]:
        """Where several entries go by the printed name, the one that vouches for most speaks: fewer
        never vouch for more."""
        called = [
            one
            for one in self.laboratories
            if certificate.laboratory and one.is_called(certificate.laboratory)
        ]
        if not called:
            return [_unregistered(certificate, self.laboratories)]
        return min((_of(one, certificate, on) for one in called), key=len)


# ---------------------------------------------------------------- what is wrong


def _unregistered(certificate: InterpretedCertificate, known: Sequence[Laboratory]) -> Objection:
    if not certificate.laboratory:
        why = "the certificate names no laboratory, so the register cannot vouch for it: ask which laboratory tested the batch"
        return Objection("LABORATORY-UNREGISTERED", why, CellRef(certificate.file))
    names = {_folded(one.name): one.name for one in known}
    near = ", ".join(
        names[key] for key in vocabulary.closest(_folded(certificate.laboratory)[:200], names, 3)
    )
    why = f"the laboratory '{certificate.laboratory}' is not in the register of laboratories"
    why += f" (nearest: {near})" if near else ""
    why += ": qualify it and add it, or add this spelling to its 'also'"
    return Objection("LABORATORY-UNREGISTERED", why, _place(certificate, "laboratory"))


def _of(one: Laboratory, certificate: InterpretedCertificate, on: date) -> list[Objection]:
    return [
        *_accreditation(one, certificate, on),
        *_scope(one, certificate),
        *_qualification(one, certificate, on),
    ]


def _accreditation(
    one: Laboratory, certificate: InterpretedCertificate, on: date
) -> Iterable[Objection]:
    """It must hold on the day of testing; where none is stated, on the day of judgement."""
    day, which = (
        (certificate.tested_on, "day of testing")
        if certificate.tested_on
        else (on, "day of judgement")
    )
    if day > one.valid_until:
        why = f"the accreditation {one.body} {one.accreditation} of {one.name} ended on {one.valid_until}, "
        why += f"before the {which} {day}"
        place = _place(certificate, "tested_on" if certificate.tested_on else "laboratory")
        yield Objection(
            "ACCREDITATION-LAPSED", f"{why}: ask for its renewal, or for a retest elsewhere", place
        )
    if _states_another(certificate.accreditation, one.accreditation):
        why = f"the certificate prints the accreditation '{certificate.accreditation}'; the register knows {one.name} by "
        why += f"{one.body} {one.accreditation}: ask the accreditation body which is right"
        yield Objection("ACCREDITATION-DIFFERS", why, _place(certificate, "accreditation"))


def _states_another(printed: str, number: str) -> bool:
    """Whether a number is printed, and it is not this one. The number of the standard is none of a
    laboratory's own."""
    words = _words(printed[:200])
    runs = {
        "".join(words[start:end])
        for start in range(len(words))
        for end in range(start + 1, len(words) + 1)
    }
    if "".join(_words(number)) in runs:
        return False
    return any(c.isdigit() for c in _STANDARD.sub(" ", vocabulary.folded(printed)))


def _scope(one: Laboratory, certificate: InterpretedCertificate) -> Iterable[Objection]:
    outside = [
        r for r in certificate.results if r.known and r.measured and not one.vouches_for(r.analyte)
    ]
    if outside:
        names = list(
            dict.fromkeys(vocabulary.analytes()[result.analyte].name for result in outside)
        )
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        why = f"{', '.join(names[:_NAMED])}{more}: outside the scope that the register states for {one.name}; "
        why += "ask for the scope of its accreditation, or for a test by a laboratory that has them in its own"
        yield Objection("OUTSIDE-SCOPE", why, outside[0].ref)


def _qualification(
    one: Laboratory, certificate: InterpretedCertificate, on: date
) -> Iterable[Objection]:
    if on > one.qualified_until:
        why = f"the qualification of {one.name} ({one.qualified_because}) ended on {one.qualified_until}, before {on}: confirm "
        why += "its results again before relying on its certificates (21 CFR 111.75(a)(2)(ii))"
        yield Objection("QUALIFICATION-LAPSED", why, _place(certificate, "laboratory"))


def _place(certificate: InterpretedCertificate, fact: str) -> CellRef:
    word = certificate.facts_said.get(fact)
    return word.ref if word else CellRef(certificate.file)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _words(text: str) -> list[str]:
    return re.sub(r"[\W_]+", " ", vocabulary.folded(text)).split()


# ---------------------------------------------------------------- the file


def load_register(path: Path, *, hold: bool = False) -> Register:
    """Read a register. Raises RulebookError with every mistake at once, each with its file and
    line."""
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8")
        data = tomllib.loads(text)
    except OSError as error:
        raise RulebookError(
            f"{path}: the register of laboratories cannot be read: {error.strerror}"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulebookError(f"{path}: not readable as TOML: {error}") from None
    rows = data.get("laboratory", [])
    lines = [number for number, line in enumerate(text.splitlines(), 1) if _HEADER.match(line)]
    if not isinstance(rows, list) or len(lines) != len(rows):
        raise RulebookError(
            f"{path}: write every laboratory as a table of its own, under [[laboratory]]"
        )
    wrong = [f"{path}: does not know '{key}'" for key in data.keys() - {"laboratory"}]
    wheres = [
        f"{path}:{line} {row.get('name', '(laboratory without name)')}"
        for line, row in zip(lines, rows, strict=True)
    ]
    wrong += [
        f"{where}: {mistake}"
        for where, row in zip(wheres, rows, strict=True)
        for mistake in _mistakes(row)
    ]
    if wrong:
        raise RulebookError("\n".join(wrong))
    entries = tuple(_laboratory(row) for row in rows)
    twins = [
        f"{other_at}: goes by a name of {one.name} too ({one_at}); a name is of one laboratory only"
        for (one, one_at), (other, other_at) in combinations(zip(entries, wheres, strict=True), 2)
        if other.is_called(one.name) or one.is_called(other.name)
    ]
    if twins:
        raise RulebookError("\n".join(twins))
    return Register(entries, hashlib.sha256(raw).hexdigest(), hold)


def _mistakes(row: Mapping[str, Any]) -> Iterable[str]:
    yield from (
        f"does not know '{key}'" for key in sorted(row.keys() - {*_TEXTS, *_DATES, *_LISTS})
    )
    yield from (f"has no '{key}'" for key in (*_TEXTS, *_DATES, "scope") if key not in row)
    for key in _TEXTS:
        if key in row and not (isinstance(row[key], str) and row[key].strip()):
            yield f"{key} '{row[key]}' must be a text in quotes"
    for key in _DATES:
        if key in row and type(row[key]) is not date:  # a TOML time is a date too, in Python
            yield f"{key} '{row[key]}' must be a date such as 2027-05-31, without quotes"
    for key in _LISTS:
        if key in row and not _is_list_of_texts(row[key]):
            yield f"{key} must be a list of texts, and not an empty one"
    known = {*vocabulary.analytes(), *_families()}
    for one in row.get("scope", ()) if _is_list_of_texts(row.get("scope")) else ():
        if one not in known:
            yield f"scope names '{one}', which is no analyte and no family; families are {', '.join(_families())}"


def _is_list_of_texts(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, str) and one.strip() for one in value)
    )


def _families() -> list[str]:
    return sorted({analyte.family for analyte in vocabulary.analytes().values()})


def _laboratory(row: Mapping[str, Any]) -> Laboratory:
    return Laboratory(
        row["name"],
        tuple(row.get("also", ())),
        row["accreditation"],
        row["body"],
        frozenset(row["scope"]),
        row["valid_until"],
        row["qualified_until"],
        row["qualified_because"],
    )
