"""When a limit is in force, and whether it may decide."""

from __future__ import annotations

from datetime import date, timedelta

from kratom_qc.domain.limit import DECIDING, Limit, LimitStatus

PENDING = "pending"  # how a limit stands of which nobody knows whether it is in force


def decides(limit: Limit) -> bool:
    """Whether the limit decides on the days it is in force."""
    return limit.status in DECIDING and limit.may_decide


def stands(limit: Limit, day: date) -> tuple[str, bool]:
    """(status to print, whether the limit may decide on this day).

    A pending one decides as far as it may: what meets it either way is untouched, what does not is
    undecided.
    """
    if is_pending(limit, day):
        return PENDING, limit.may_decide
    if limit.status not in DECIDING:
        return limit.status, False
    dated = in_force(limit, day)
    if dated != "in force":
        return dated, False
    return limit.status, decides(limit)


def is_pending(limit: Limit, day: date) -> bool:
    """Whether the limit may stand on a day, and nobody knows whether it does: the first day on
    which it could has come, and it is still called proposed, or is in force for certain only
    later."""
    if not limit.pending_from or bound(limit.pending_from, first=True) > day:
        return False
    if limit.status == LimitStatus.PROPOSED:
        return in_force(limit, day) != "expired"
    return limit.status in DECIDING and in_force(limit, day) == "not yet in force"


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
    year, *rest = (int(part) for part in text.split("-"))
    if len(rest) == 2:
        return date(year, *rest)
    if first:
        return date(year, rest[0] if rest else 1, 1)
    month = rest[0] if rest else 12
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)
