"""Which markets are states (`words/jurisdictions.toml`)."""

from __future__ import annotations

from functools import cache

from kratom_qc.vocabulary.lists import word_list


@cache
def states() -> frozenset[str]:
    """The ids of the fifty states' markets."""
    return frozenset(word_list("jurisdictions.toml")["states"])
