"""Rulebooks from a few words, through the real loader."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from kratom_qc.domain.limit import Rulebook
from kratom_qc.rulebooks.load import rulebooks_of

DAY = date(2026, 11, 22)
REAL = Path(__file__).resolve().parents[2] / "expectations"


def limit(rule_id: str, of: str = "", text: str = "", **more: object) -> str:
    """One `[[limit]]` of TOML; in force, on primary evidence, unless told otherwise."""
    fields: dict[str, object] = {
        "id": rule_id,
        "kind": "amount",
        "of": of,
        "text": text,
        "because": "section 1 of the Act of this test",
        "status": "in_force",
        "evidence": "primary",
        **more,
    }
    return "[[limit]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in fields.items() if value != "")


def book(*limits: str, kind: str = "product", **head: object) -> str:
    """A rulebook as TOML text."""
    fields: dict[str, object] = {
        "title": "A rulebook of a test",
        "kind": kind,
        "version": "1",
        "checked_on": DAY,
        **head,
    }
    return (
        "[rulebook]\n"
        + "".join(f"{key} = {_toml(value)}\n" for key, value in fields.items())
        + "\n"
        + "\n".join(limits)
    )


def _toml(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def written(folder: Path, **books: str) -> Path:
    """The folder with one TOML file per book; `us_tx` is written as `us-tx.toml` where the book is a market."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in books.items():
        stem = name.replace("_", "-") if name.startswith(("us_", "zz_")) else name
        file = folder / f"{stem}.toml"
        if not file.exists() or file.read_text(encoding="utf-8") != text:  # others may be reading it
            file.write_text(text, encoding="utf-8")
    return folder


def rulebooks(folder: Path, **books: str) -> dict[str, Rulebook]:
    """Rulebooks from TOML texts by name, through the real loader. They need not make sense together: most tests try single
    limits, and several of them on one analyte."""
    return rulebooks_of({file.stem: file for file in sorted(written(folder, **books).glob("*.toml"))})
