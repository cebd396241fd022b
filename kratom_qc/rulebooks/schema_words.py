"""The words that a rulebook may use: product forms, subjects, units, dates, what papers state."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from kratom_qc import vocabulary
from kratom_qc.rulebooks.dates import bound
from kratom_qc.vocabulary.derived import derived_kinds
from kratom_qc.vocabulary.hazards import hazard_families

CERTIFICATE_FIELDS = (
    "laboratory",
    "accreditation",
    "certificate_id",
    "received_on",
    "tested_on",
    "issued_on",
    "method",
    "product_name",
)
_MASS_UNITS = ("mg/kg", "mg/mL", "mg/serving", "mg/container", "mg/unit", "ug/day", "% v/v")
_COUNT_UNITS = ("cfu/g", "cfu/mL", "mpn/g", "mpn/mL")
UNITS_OF = {  # canonical units of every measure
    "mass": _MASS_UNITS,
    "sum": _MASS_UNITS,
    "count": _COUNT_UNITS,
    "presence": _COUNT_UNITS,
    "percent": ("%",),
    "share": ("%",),
    "claim": ("%",),
    "number": ("1", "g/mL", "kJ/100 g"),
    "ratio": ("1",),
    "described": (),
}


def measure_of(subject: str) -> str:
    """mass, count, presence, percent, number, described, or sum, share, ratio, claim; nothing for
    no subject."""
    known = vocabulary.analytes().get(subject)
    return derived_kinds().get(subject) or (known.measure if known is not None else "")


def _product(form: str) -> str:
    if form not in vocabulary.product_forms():
        raise ValueError(f"is no product; known are {', '.join(vocabulary.product_forms())}")
    return form


def _subject(name: str) -> str:
    if name not in vocabulary.analytes() and name not in derived_kinds():
        near = ", ".join(vocabulary.nearest_analytes(name)) or "none"
        raise ValueError(f"is no analyte and no derived quantity (nearest: {near})")
    return name


def _family(name: str) -> str:
    if name not in hazard_families():
        raise ValueError(f"is no family of hazards; known are {', '.join(hazard_families())}")
    return name


def _unit(text: str) -> str:
    unit = vocabulary.unit(text)
    if unit is None or unit.log10 or unit.portion is not None:
        raise ValueError("is not known")
    return text


def _partial_date(value: Any) -> str:
    """A whole or partial date, "unknown" or "open"."""
    text = str(value)
    if text in ("unknown", "open"):
        return text
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", text):
        raise ValueError('is not a date, a year, "unknown" or "open"')
    try:
        bound(text, first=True)
    except ValueError:
        raise ValueError("does not exist") from None
    return text


Product = Annotated[str, AfterValidator(_product)]
Family = Annotated[str, AfterValidator(_family)]
Subject = Annotated[str, AfterValidator(_subject)]
PrintedUnit = Annotated[str, AfterValidator(_unit)]
PartialDate = Annotated[str, BeforeValidator(_partial_date)]
