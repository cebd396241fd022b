"""When a limit is in force, and whether it may decide."""

from __future__ import annotations

from datetime import date

from kratom_qc.domain.limit import DECIDING, Limit


def decides(limit: Limit) -> bool:
    """Whether the limit decides on the days it is in force."""
    return (
        limit.status in DECIDING
        and not limit.screen
        and not limit.advisory
        and limit.kind != "attestation"
    )


def stands(limit: Limit, day: date) -> tuple[str, bool]:
    """(status to print, whether the limit may decide on this day)."""
    if limit.status not in DECIDING:
        return limit.status, False
    dated = in_force(limit, day)
    if dated != "in force":
        return dated, False
    return limit.status, decides(limit)


def in_force(limit: Limit, day: date) -> str:
    """How the limit's dates stand to a day: `in force`, `not yet in force` or `expired`.

    A partial date is read at its earliest for `effective_from` and at its latest for
    `effective_to`, the stricter reading; an unknown date bounds nothing.
    """
    if bound(limit.effective_from, first=True) > day:
        return "not yet in force"
    if (
        limit.effective_to not in ("open", "unknown")
        and bound(limit.effective_to, first=False) < day
    ):
        return "expired"
    return "in force"


def bound(text: str, *, first: bool) -> date:
    """The first or last day of a whole or partial date. Raises ValueError for a day that does not
    exist."""
    if text in ("unknown", "open"):
        return date.min
    parts = [int(part) for part in text.split("-")]
    if first:
        return date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)
    if len(parts) == 3:
        return date(*parts)
    year, month = (parts[0], 12) if len(parts) == 1 else (parts[0], parts[1])
    following = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)
