"""What an analyte's cell says: which analyte, and besides it a unit, a portion or a basis."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import ResultRow
from kratom_qc.vocabulary import Analyte, Unit
from kratom_qc.vocabulary.rows import analyte_of_heading, is_method
from kratom_qc.vocabulary.units import IN_PORTION, OF_PORTION

_BRACKET = re.compile(r"^(?P<name>.+?)\s*[(\[,]\s*(?P<inside>[^()\[\]]+?)\s*[)\]]?$")
_NAME_PORTION = re.compile(
    rf"^(?P<name>.+?)[\s,]*(?:/|\b{IN_PORTION}\b|ใน|[(\[])\s*(?:{IN_PORTION}\s+)?"
    rf"(?P<size>[0-9]+(?:[.,][0-9]+)?)\s*(?P<of>{OF_PORTION}|ml)\b\s*[)\]]?$",
    re.IGNORECASE,
)
_METHOD_BEHIND = re.compile(
    r"^(?P<name>.{2,80}?)(?:\s*[(\[,]\s*|\s+[-–—]\s+|\s+(?:by|via|using|mit|per|par|por|metodą|met)\s+)"
    r"(?P<method>[^()\[\]]{2,40}?)\s*[)\]]?$"
)
# `Aerobic count CFU/g`, `Lead - ppb`
_UNIT_LAST = re.compile(
    r"^(?P<name>.{2,80}?)(?:\s*[–—-]\s+|\s+(?:in|v|en|em|dalam)\s+|\s+)"
    r"(?P<unit>(?:log\s+)?[^\s()]+/[^()]{1,14}|ppm|ppb)$",
    re.IGNORECASE,
)
# `Mitragynine, w/w`: its share is one of mass, which its unit says too
_OF_MASS = re.compile(
    r"^(?P<name>.+?)(?:\s*,\s*|\s+|\s*[(\[]\s*)(?:w/w|m/m|p/p|b/b|wt/wt|w/w %|% w/w)\s*[)\]]?$",
    re.IGNORECASE,
)
# `Mitragynine, per capsule`
_OF_EACH = re.compile(
    r"^(?P<name>.+?)(?:\s*,\s*|\s+|\s*[(\[]\s*)(?:per|pro|par|por|na|/)\s*"
    r"(?P<each>[^\W\d]{2,20})\s*[)\]]?$",
    re.IGNORECASE,
)
_UNIT_BEHIND = re.compile(r"^[<>≤≥=~\s]*[0-9][0-9., ]*\s*(?P<unit>[^\W\d].*)$")
# One of several portions tested, whose name it leaves as it is: `Salmonella in 25 g (unit 1 of 5)`
_PORTION_NUMBER = re.compile(
    r"\s*[(\[,]\s*(?:Teilprobe|sub-?sample|sample unit|test portion|unit|aliquot|podvzorek"
    r"|dílčí vzorek|sous-échantillon|unité|submuestra|unidad|subamostra|próbka|deelmonster|subunit)"
    r"\s*(?:nr\.?|no\.?|#|n°|č\.)?\s*[0-9]{1,2}\s*(?:/|of|von|z|ze|de|sur|van)"
    r"\s*[0-9]{1,2}\s*[)\]]?$",
    re.IGNORECASE,
)
# ICP instruments name an element with its emission line: "Na 589.592", "Pb 220.353 (Axial)", "As
# 188.980 nm".
_EMISSION = re.compile(
    r"^(?P<symbol>[A-Z][a-z]?)[ _](?P<nm>[0-9]{3}\.[0-9]{2,4})(?: ?nm)?"
    r"(?: ?[({]?(?:radial|axial|r|a)[)}]?)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Name:
    """What an analyte's cell says besides the analyte; `portion` is in grams or millilitres."""

    analyte: Analyte | None
    text: str
    unit: Unit | None = None
    reported_unit: str = ""
    portion: Decimal | None = None
    basis: str | None = None


def name_of(row: ResultRow) -> Name:
    """Read a row's analyte, with its species and CAS number where it has columns for them."""
    text = row.analyte.text
    if len(text) > vocabulary.LONGEST_NAME:
        return Name(None, text)
    species = row.species.text if row.species else ""
    if species and vocabulary.word_key(species) not in ("total", "", "-"):
        whole = f"{text} ({species})"
        return Name(vocabulary.analyte(whole), whole)
    name = (
        _with_bracket(row)
        or _alone(row)
        or _with_portion(text)
        or _with_unit_last(text)
        or _with_basis(text)
        or _with_method(text)
        or _of_mass(text)
        or _of_each(row)
    )
    if name is None and (whole := _PORTION_NUMBER.sub("", text)) != text:
        name = name_of(replace(row, analyte=replace(row.analyte, text=whole)))
        return replace(name, text=text)
    known = vocabulary.analyte_in_table(text) or analyte_of_heading(text)
    return name or Name(known, text)


def _with_bracket(row: ResultRow) -> Name | None:
    """`Lead (mg/kg)` gives a unit. `7-OH (% of total alkaloids)` names a share, and
    `Magnesium (Mg)` is a name where the row gives its unit elsewhere."""
    text = row.analyte.text
    basis, rest = vocabulary.basis_in(text, bare=False)
    bracket = _BRACKET.match(rest)
    if bracket is None:
        return None
    unit = vocabulary.unit(bracket["inside"])
    analyte = vocabulary.analyte(bracket["name"]) or _by_method(bracket["name"])
    if analyte is None or unit is None or unit.canonical in ("%", "1"):
        return None
    if unit.canonical == "g" and vocabulary.analyte(text) is not None and _has_unit(row):
        return None
    if unit.portion is not None:
        return Name(analyte, text, portion=unit.portion, basis=basis)
    return Name(analyte, text, unit, bracket["inside"], basis=basis)


def _by_method(text: str) -> Analyte | None:
    """`Mitragynine by HPLC`, of which the unit stands behind."""
    named = _with_method(text)
    return named.analyte if named is not None else None


def _has_unit(row: ResultRow) -> bool:
    columns = (row.unit, row.header_unit, row.section_unit)
    return any(column is not None and vocabulary.unit(column.text) for column in columns)


def _alone(row: ResultRow) -> Name | None:
    text = row.analyte.text
    by_cas = vocabulary.analyte_by_cas(row.cas.text) if row.cas is not None else None
    analyte = vocabulary.analyte(text) or by_cas or _by_emission_line(text) or _by_section(row)
    return Name(analyte, text) if analyte else None


def _by_section(row: ResultRow) -> Analyte | None:
    """`LOD`, which may mean two things, in a section called `Loss on Drying`."""
    if row.section is None or not vocabulary.meanings_of(row.analyte.text):
        return None
    return vocabulary.analyte(row.section.text)


def _by_emission_line(text: str) -> Analyte | None:
    match = _EMISSION.match(text.strip())
    analyte = vocabulary.analyte(match["symbol"]) if match else None
    return analyte if analyte is not None and analyte.family == "element" else None


def _with_portion(text: str) -> Name | None:
    portion = _NAME_PORTION.match(text)
    analyte = vocabulary.analyte(portion["name"]) if portion else None
    if portion is None or analyte is None:
        return None
    return Name(analyte, text, portion=Decimal(portion["size"].replace(",", ".")))


def _with_unit_last(text: str) -> Name | None:
    """`Aerobic count CFU/g`: the unit behind the name."""
    behind = _UNIT_LAST.match(text.strip())
    analyte = vocabulary.analyte(behind["name"]) if behind else None
    unit = vocabulary.unit(behind["unit"]) if behind else None
    if behind is None or analyte is None or unit is None or unit.canonical in ("%", "1"):
        return None
    if unit.portion is not None:
        return Name(analyte, text, portion=unit.portion)
    return Name(analyte, text, unit, behind["unit"])


def _with_method(text: str) -> Name | None:
    """`Mitragynine (HPLC)`, `Lead by ICP-MS`: how a result was obtained is no part of the name."""
    behind = _METHOD_BEHIND.match(text)
    analyte = vocabulary.analyte(behind["name"]) if behind else None
    if behind is None or analyte is None or not is_method(behind["method"]):
        return None
    return Name(analyte, text)


def _of_mass(text: str) -> Name | None:
    behind = _OF_MASS.match(text)
    analyte = (vocabulary.analyte(behind["name"]) or _by_method(behind["name"])) if behind else None
    return Name(analyte, text) if analyte else None


def _of_each(row: ResultRow) -> Name | None:
    """`Mitragynine, per capsule` where the unit says the same: `mg/capsule`. A bare `mg` beside it
    may be of a capsule or not."""
    behind = _OF_EACH.match(row.analyte.text)
    analyte = vocabulary.analyte(behind["name"]) if behind else None
    unit_of_each = vocabulary.unit(f"mg/{behind['each']}") if behind else None
    if analyte is None or unit_of_each is None or not (unit_of_each.basis or "").startswith("per "):
        return None
    columns = (row.unit, row.header_unit, row.section_unit)
    units = [vocabulary.unit(column.text) for column in columns if column is not None]
    behind_result = _UNIT_BEHIND.match(row.result.text.strip()) if row.result else None
    units += [vocabulary.unit(behind_result["unit"])] if behind_result else []
    same = any(unit is not None and unit.basis == unit_of_each.basis for unit in units)
    return Name(analyte, row.analyte.text) if same else None


def _with_basis(text: str) -> Name | None:
    basis, rest = vocabulary.basis_in(text, bare=False)
    analyte = vocabulary.analyte(rest) if basis else None
    return Name(analyte, text, basis=basis) if analyte else None
