"""What may stand in a rulebook, and every mistake in one row of it, before anything is made of the
row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from kratom_qc import vocabulary
from kratom_qc.domain.limit import DECIDING
from kratom_qc.rulebooks.dates import bound

KINDS = (
    "amount",
    "not_detected",
    "described",
    "ban",
    "product_class",
    "attestation",
    "certificate",
    "unread",
    "profile",
)
BOOK_KINDS = ("product", "market", "standard")
STATUSES = (*DECIDING, "proposed", "withdrawn", "superseded", "compendial", "guidance", "industry")
EVIDENCE = ("primary", "mirror", "secondary", "memory", "specification")
DECISION_RULES = ("simple", "guarded")  # ILAC-G8:09/2019 4.2.1 and 4.2.3
ROUNDINGS = ("none", "usp-7.20")
BASES = ("as received", "dry", "per serving", "per container", "per day", "per unit")
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
_KEYS = {
    "id",
    "kind",
    "of",
    "min",
    "max",
    "strict",
    "unit",
    "basis",
    "portion",
    "lod_at_most",
    "text",
    "because",
    "status",
    "evidence",
    "effective_from",
    "effective_to",
    "when_missing",
    "silence_because",
    "decision_rule",
    "default_uncertainty",
    "rounding",
    "operator",
    "screen",
    "advisory",
    "products",
    "requires",
    "applies",
    "guard",
    "multiplier",
    "multiplier_because",
    "sum",
    "sum_because",
    "present",
    "absent",
    "checked_on",
    "supersedes",
}
_TEXTS = (
    "id",
    "kind",
    "of",
    "unit",
    "basis",
    "text",
    "because",
    "status",
    "evidence",
    "when_missing",
    "silence_because",
    "decision_rule",
    "rounding",
    "operator",
    "advisory",
    "applies",
    "multiplier_because",
    "sum",
    "sum_because",
    "present",
)
_LISTS = ("products", "requires", "absent", "supersedes")
# A key that only some kinds of limit understand; anywhere else it would be silently without effect.
ONLY_FOR = {
    **dict.fromkeys(
        (
            "min",
            "max",
            "strict",
            "decision_rule",
            "default_uncertainty",
            "rounding",
            "operator",
            "applies",
            "guard",
            "multiplier",
            "multiplier_because",
            "sum",
            "sum_because",
        ),
        ("amount",),
    ),
    **dict.fromkeys(("present", "absent"), ("profile",)),
    **dict.fromkeys(("portion", "lod_at_most"), ("not_detected",)),
    "unit": ("amount", "not_detected"),
    "requires": ("product_class", "certificate"),
}
_MASS_UNITS = ("mg/kg", "mg/mL", "mg/serving", "mg/container", "mg/unit", "ug/day", "% v/v")
UNITS_OF = {
    "mass": _MASS_UNITS,
    "sum": _MASS_UNITS,
    "count": ("cfu/g", "cfu/mL", "mpn/g", "mpn/mL"),
    "presence": ("cfu/g", "cfu/mL", "mpn/g", "mpn/mL"),
    "percent": ("%",),
    "share": ("%",),
    "claim": ("%",),
    "number": ("1", "g/mL"),
    "ratio": ("1",),
    "described": (),
}
BOOK_KEYS = {
    "title",
    "kind",
    "extends",
    "covers",
    "version",
    "checked_on",
    "max_age_days",
    "certificate_max_age_days",
}


def row_mistakes(row: Mapping[str, Any], where: str) -> list[str]:
    """Every mistake in one limit's keys, types, words and dates, each beginning with `where`."""
    wrong = [
        f"{where}: has no '{key}'"
        for key in ("id", "kind", "text", "because", "status", "evidence")
        if not str(row.get(key, "")).strip()
    ]
    wrong += [f"{where}: does not know '{key}'" for key in sorted(row.keys() - _KEYS)]
    mistyped = [
        f"{where}: {key} '{row[key]}' must be a text in quotes"
        for key in _TEXTS
        if not isinstance(row.get(key, ""), str)
    ]
    mistyped += [
        f"{where}: {key} '{row[key]}' must be true or false"
        for key in ("strict", "screen")
        if not isinstance(row.get(key, False), bool)
    ]
    mistyped += [
        f"{where}: {key} must be a list of texts"
        for key in _LISTS
        if not is_list_of_texts(row.get(key, []))
    ]
    if mistyped:
        return [*wrong, *mistyped]
    for key, allowed in (
        ("kind", KINDS),
        ("status", STATUSES),
        ("evidence", EVIDENCE),
        ("basis", BASES),
        ("rounding", ROUNDINGS),
        ("decision_rule", DECISION_RULES),
        ("when_missing", ("hold", "note")),
        ("applies", ("", "declared")),
        ("operator", ("printed", "unknown")),
        ("sum", ("lower_bound",)),
    ):
        if key in row and row[key] not in allowed:
            wrong.append(
                f"{where}: {key} '{row[key]}' is none of {', '.join(filter(None, allowed))}"
            )
    if row.get("when_missing") == "note" and not row.get("silence_because"):
        wrong.append(f'{where}: when_missing = "note" needs its reason in silence_because')
    wrong += [
        f"{where}: {key} needs its reason in {key}_because"
        for key in ("sum", "multiplier")
        if key in row and not row.get(f"{key}_because")
    ]
    if not isinstance(row.get("checked_on", date.min), date):
        wrong.append(
            f"{where}: checked_on '{row['checked_on']}' must be a date, as 2026-11-22 without quotes"
        )
    if row.get("kind") == "profile" and row.get("screen") is not True:
        wrong.append(f"{where}: a profile can only warn; it needs screen = true")
    wrong += [f"{where}: {mistake}" for mistake in _date_mistakes(row)]
    wrong += [
        f"{where}: products names '{product}', which is no product"
        for product in row.get("products", ())
        if product not in vocabulary.product_forms()
    ]
    return wrong


def is_list_of_texts(value: object) -> bool:
    """Whether a TOML value is a list of texts."""
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


_DATE = re.compile(r"^\d{4}(-\d{2}(-\d{2})?)?$", re.ASCII)


def _date_mistakes(row: Mapping[str, Any]) -> list[str]:
    """Dates may be whole, partial, "unknown" or (at the end) "open"; they must exist and not run
    backwards."""
    wrong = []
    bounds = {}
    for key, first in (("effective_from", True), ("effective_to", False)):
        text = str(row.get(key, "unknown"))
        if text in ("unknown", "open"):
            continue
        if not _DATE.match(text):
            wrong.append(f'{key} \'{text}\' is not a date, a year, "unknown" or "open"')
            continue
        try:
            bounds[key] = bound(text, first=first)
        except ValueError:
            wrong.append(f"{key} '{text}' does not exist")
    if len(bounds) == 2 and bounds["effective_to"] < bounds["effective_from"]:
        wrong.append(
            f"effective_to '{row['effective_to']}' lies before effective_from '{row['effective_from']}'"
        )
    return wrong
