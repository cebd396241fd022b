"""Rules beside the lines of a table that was written from their sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kratom_qc.domain.limit import Limit

Line = dict[str, str]


def differences(
    rules: Iterable[tuple[Line, Limit]], kind: str, ours: Callable[[Limit], object], printed: Callable[[Line], object]
) -> list[tuple[str, object, object]]:
    """Each rule of a kind, or of every kind (""), that does not stand as its source prints it: its id, ours, the source's.
    Raises AssertionError where there is no such rule."""
    compared = [(one.rule_id, ours(one), printed(line)) for line, one in rules if kind in ("", line["kind"])]
    assert compared
    return [pair for pair in compared if pair[1] != pair[2]]
