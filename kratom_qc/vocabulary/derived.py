"""Which quantities are computed from others, and of what kind they are."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from kratom_qc import vocabulary


@cache
def _rows() -> Mapping[str, tuple[str, Mapping[str, Any]]]:
    read = tomllib.loads((vocabulary.WORDS / "derived.toml").read_text(encoding="utf-8"))
    return {row["id"]: (kind, row) for kind, group in read.items() for row in group}


@cache
def derived_kinds() -> Mapping[str, str]:
    """Every quantity that is computed from others by id: whether it is a sum, a share, a ratio or a
    claim. A part of a whole (`within`) is an analyte like others: laboratories measure it too."""
    return {subject: kind for subject, (kind, _) in _rows().items() if kind != "within"}


@cache
def operands(subject: str) -> frozenset[str]:
    """A subject with everything it is computed from. Of a part of a whole (`within`) the whole is
    none: it is another thing."""
    kind, row = _rows().get(subject, ("", {}))
    parts = () if kind == "within" else _parts(row)
    return frozenset({subject}).union(*(operands(part) for part in parts))


def _parts(row: Mapping[str, Any]) -> Iterator[str]:
    for key in ("of", "part", "over", "under"):
        said = row.get(key, ())
        yield from (said,) if isinstance(said, str) else said
