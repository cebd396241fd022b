"""Rulebooks as texts, key by key: what a workbook shows and what two versions are compared by.

A limit stands with its rulebook's defaults, so that a reader sees all that holds; an override with
its own keys only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kratom_qc.rulebooks.rulebook_file import Row, Written

HEAD = (
    "title",
    "kind",
    "extends",
    "covers",
    "version",
    "checked_on",
    "max_age_days",
    "certificate_max_age_days",
)
# In the order a person reads them.
KEYS = (
    "kind",
    "of",
    "text",
    "min",
    "max",
    "strict",
    "unit",
    "basis",
    "products",
    "status",
    "effective_from",
    "effective_to",
    "pending_from",
    "evidence",
    "because",
    "checked_on",
    "max_age_days",
    "locator",
    "supersedes",
    "when_missing",
    "silence_because",
    "portion",
    "lod_at_most",
    "lod_because",
    "requires",
    "searched",
    "confirmed_by",
    "present",
    "absent",
    "applies",
    "screen",
    "advisory",
    "decision_rule",
    "guard",
    "default_uncertainty",
    "rounding",
    "operator",
    "multiplier",
    "multiplier_because",
    "sum",
    "sum_because",
)
LISTS = ("products", "requires", "absent", "supersedes", "extends", "covers")
BOOLEANS = ("strict", "screen")
DAYS = ("checked_on",)
WHOLE = ("max_age_days", "certificate_max_age_days")
# Blank means that the key is not there at all; these say that it is there and empty, as where an
# override takes something back.
EMPTY_TEXT, EMPTY_LIST = '""', "[]"


@dataclass(frozen=True, slots=True)
class PlainRow:
    """One limit or override: `table` says which; key → text, without the id."""

    table: str
    keys: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PlainBook:
    """A rulebook as texts; rows by id, in their order."""

    stem: str
    head: Mapping[str, str]
    rows: Mapping[str, PlainRow]
    defaults: Mapping[str, str] = field(default_factory=dict)


def plain_book(written: Written) -> PlainBook:
    """A rulebook's file as texts."""
    rows = {
        row.id: PlainRow("limit", _texts({**written.defaults, **row.keys}))
        for row in written.limits
    }
    rows |= {row.id: PlainRow("override", _texts(row.keys)) for row in written.overrides}
    lines = {row.id: row.line for row in (*written.limits, *written.overrides)}
    in_order = {name: rows[name] for name in sorted(rows, key=lambda name: lines[name])}
    return PlainBook(written.stem, _texts(written.head), in_order, _texts(written.defaults))


def own_keys(row: Row) -> dict[str, str]:
    """The keys that stand in a row itself, as texts."""
    return _texts(row.keys)


def _texts(keys: Mapping[str, Any]) -> dict[str, str]:
    return {key: text_of(value) for key, value in keys.items() if key != "id"}


def text_of(value: Any) -> str:
    """A TOML value as a cell shows it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return ", ".join(map(str, value)) or EMPTY_LIST
    return str(value) or EMPTY_TEXT


def value_of(key: str, text: str) -> Any:
    """A cell's text as the TOML value of its key. Raises ValueError saying what the key wants."""
    if key in LISTS:
        return _list(key, text)
    if key in BOOLEANS and text in ("true", "false"):
        return text == "true"
    if key in BOOLEANS:
        raise ValueError(f"{key} '{text}' must be true or false")
    if key in DAYS:
        return _day(key, text)
    if key in WHOLE:
        if not re.fullmatch(r"[1-9]\d{0,5}", text, re.ASCII):
            raise ValueError(f"{key} '{text}' must be a number of days")
        return int(text)
    return "" if text == EMPTY_TEXT else text


def _day(key: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{key} '{text}' must be a day, as 2026-11-22") from None


def _list(key: str, text: str) -> list[str]:
    if text == EMPTY_LIST:
        return []
    items = text.split(", ")
    if any(not item or item != item.strip() or "," in item for item in items):
        raise ValueError(
            f"{key} '{text}' must be words with a comma and a blank between them, "
            "as: extract, liquid"
        )
    return items
