"""`expectations/schema.json`: what an editor checks and completes while a person writes a rulebook.

`python -m kratom_qc.rulebooks.json_schema` prints it. A rulebook names it in its first line
(`#:schema ./schema.json`); editors with TOML support (Taplo, Even Better TOML) read that line.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pydantic.json_schema import models_json_schema

from kratom_qc import vocabulary
from kratom_qc.rulebooks.schema import ROWS, Head, LimitRow, NotAskedRow
from kratom_qc.rulebooks.schema_words import CERTIFICATE_FIELDS
from kratom_qc.vocabulary.checked import Table
from kratom_qc.vocabulary.derived import derived_kinds
from kratom_qc.vocabulary.hazards import hazard_families

_FIXED = ("kind", "of", "unit", "basis")  # an override cannot change them


def schema_text() -> str:
    """The schema as it stands in the file."""
    return json.dumps(_schema(), indent=1, ensure_ascii=False) + "\n"


def _schema() -> dict[str, Any]:
    models: list[type[Table]] = [Head, NotAskedRow, *ROWS.values()]
    _, whole = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/$defs/{model}"
    )
    defs: dict[str, Any] = whole["$defs"]
    rows = {kind: defs.pop(model.__name__) for kind, model in ROWS.items()}
    keys = _keys(rows)
    defaults = {key: value for key, value in keys.items() if key != "id"}
    overriding = {key: value for key, value in keys.items() if key not in _FIXED}
    families = defs["NotAskedRow"]["properties"]["families"]
    families["items"] = {"enum": list(hazard_families())}
    defs |= {
        "Subject": {"enum": [*dict.fromkeys((*vocabulary.analytes(), *derived_kinds()))]},
        "Limit": {**_table(keys, "id"), "allOf": [_only(kind, row) for kind, row in rows.items()]},
        "Override": _table(overriding, "id", "because"),
        "Defaults": _table(defaults),
    }
    tables = {
        "rulebook": {"$ref": "#/$defs/Head"},
        "defaults": {"$ref": "#/$defs/Defaults"},
        "limit": {"type": "array", "items": {"$ref": "#/$defs/Limit"}},
        "override": {"type": "array", "items": {"$ref": "#/$defs/Override"}},
        "not_asked": {"type": "array", "items": {"$ref": "#/$defs/NotAskedRow"}},
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A rulebook of kratom_qc",
        **_table(tables, "rulebook"),
        "$defs": defs,
    }


def _keys(rows: dict[str, Any]) -> dict[str, Any]:
    """The keys of all kinds of limit. What a kind needs may stand in [defaults], so that only the
    loader can tell what is missing."""
    keys: dict[str, Any] = {}
    for row in rows.values():
        keys |= {key: value for key, value in row["properties"].items() if key != "requires"}
    forms, subject = list(vocabulary.product_forms()), {"$ref": "#/$defs/Subject"}
    keys["kind"] = {"enum": list(rows), "description": "What the limit asks"}
    keys["of"] = keys["present"] = subject
    keys["absent"] = {"type": "array", "items": subject}
    keys["products"] = {**keys["products"], "items": {"enum": forms}}
    keys["requires"] = {
        "type": "array",
        "items": {"enum": [*forms, *CERTIFICATE_FIELDS]},
        "description": "The product forms allowed, or fields of a certificate",
    }
    return keys


def _table(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _only(kind: str, row: dict[str, Any]) -> dict[str, Any]:
    """A limit of a kind has its own keys only."""
    keys = sorted(set(row["properties"]) - set(LimitRow.model_fields))
    return {
        "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
        "then": {"propertyNames": {"enum": [*LimitRow.model_fields, *keys]}},
    }


if __name__ == "__main__":
    sys.stdout.write(schema_text())
