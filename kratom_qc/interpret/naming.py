"""What an analyte's cell says: which analyte, and besides it perhaps a unit, a portion or a basis."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import ResultRow
from kratom_qc.vocabulary import Analyte, Unit

_BRACKET = re.compile(r"^(?P<name>.+?)\s*[(\[,]\s*(?P<inside>[^()\[\]]+?)\s*[)\]]?$")
_NAME_PORTION = re.compile(
    r"^(?P<name>.+?)[\s,]*(?:/|\bin\b|\bper\b|\bve?\b|[(\[])\s*(?:ve?\s+|in\s+|per\s+)?(?P<size>\d+(?:[.,]\d+)?)\s*"
    r"(?P<of>g|ml|grams?)\b\s*[)\]]?$",
    re.IGNORECASE | re.ASCII,
)
# ICP instruments name an element with its emission line: "Na 589.592", "Pb 220.353 (Axial)", "As
# 188.980 nm".
_EMISSION = re.compile(
    r"^(?P<symbol>[A-Z][a-z]?)[ _](?P<nm>[0-9]{3}\.[0-9]{2,4})(?: ?nm)?(?: ?[({]?(?:radial|axial|r|a)[)}]?)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Name:
    """What an analyte's cell says besides the analyte."""

    analyte: Analyte | None
    text: str
    unit: Unit | None = None
    reported_unit: str = ""
    portion: Decimal | None = None
    basis: str | None = None


def name_of(line: ResultRow) -> Name:
    """Read a line's analyte, with its species and CAS number where it has columns for them."""
    said = line.analyte.text
    if len(said) > vocabulary.LONGEST_NAME:
        return Name(None, said)
    species = line.species.text if line.species else ""
    if species and vocabulary.word_key(species) not in ("total", "", "-"):
        return Name(vocabulary.analyte(f"{said} ({species})"), f"{said} ({species})")
    basis, rest = vocabulary.basis_in(said, bare=False)
    bracket = _BRACKET.match(rest)
    if bracket:
        analyte, unit = vocabulary.analyte(bracket["name"]), vocabulary.unit(bracket["inside"])
        # "7-OH (% of total alkaloids)" names a share; "Lead (%)" and "Lead (mg/kg)" give a unit;
        # "Magnesium (Mg)" is a name where the row gives its unit elsewhere.
        symbol = (
            unit is not None
            and unit.canonical == "g"
            and vocabulary.analyte(said) is not None
            and _has_unit(line)
        )
        if analyte and unit and unit.canonical not in ("%", "1") and not symbol:
            if unit.portion is not None:
                return Name(analyte, said, portion=unit.portion, basis=basis)
            return Name(analyte, said, unit, bracket["inside"], basis=basis)
    found = vocabulary.analyte(said)
    if found is None and line.cas is not None:
        found = vocabulary.analyte_by_cas(line.cas.text)
    if found is None:
        found = _by_emission_line(said)
    if found is not None:
        return Name(found, said)
    portion = _NAME_PORTION.match(said)
    if portion and (analyte := vocabulary.analyte(portion["name"])):
        return Name(analyte, said, portion=Decimal(portion["size"].replace(",", ".")))
    if basis and (analyte := vocabulary.analyte(rest)):
        return Name(analyte, said, basis=basis)
    return Name(None, said)


def _has_unit(line: ResultRow) -> bool:
    words = (line.unit, line.header_unit, line.section_unit)
    return any(word is not None and vocabulary.unit(word.text) is not None for word in words)


def _by_emission_line(said: str) -> Analyte | None:
    match = _EMISSION.match(said.strip())
    found = vocabulary.analyte(match["symbol"]) if match else None
    return found if found is not None and found.family == "element" else None
