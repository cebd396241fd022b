"""A rulebook that extends another may replace one of its limits by id, visibly and never to release
more.

What an override changes is listed with the limit. A limit that decides may only be tightened:
whoever extends a law cannot take it back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from kratom_qc.domain.interval import Interval
from kratom_qc.domain.limit import (
    AmountLimit,
    CertificateLimit,
    DecisionRule,
    Evidence,
    Limit,
    NotDetectedLimit,
    ProductClassLimit,
    WhenMissing,
)
from kratom_qc.rulebooks.dates import bound, decides
from kratom_qc.rulebooks.scope import products_of_limit

FIXED = ("kind", "of", "unit", "basis")  # another question needs a limit of its own


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """What an override changes, in words: `status: guidance → adopted`."""
    keys = [key for key in after if key != "id" and str(after[key]) != str(before.get(key, ""))]
    return tuple(f"{key}: {before.get(key, 'not said')} → {after[key]}" for key in keys)


def unanswered(keys: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with an override whatever it replaces: it asks another question, or gives no
    reason."""
    for key in FIXED:
        if key in keys:
            yield f"an override cannot change {key}; write a limit of its own"
    if not str(keys.get("because", "")).strip():
        yield "an override needs its reason in because"


def loosened(
    replaced: Limit, limit: Limit, covered: Sequence[str] = (), covers: Sequence[str] = ()
) -> Iterator[str]:
    """Every way in which an override loosens a limit that decides. `covered` and `covers` are the
    product forms that the two rulebooks speak of, the replaced one's first; none means all."""
    if replaced.pending_from and (
        not limit.pending_from
        or bound(limit.pending_from, first=True) > bound(replaced.pending_from, first=True)
    ):
        yield f"pending_from: {replaced.rule_id} may stand from {replaced.pending_from} on"
    if not decides(replaced):
        return
    ways = list(ways_looser(replaced, limit))
    if not products_of_limit(replaced, covered) <= products_of_limit(limit, covers):
        ways.append("it would speak of fewer products")
    for way in ways:
        yield f"loosens {replaced.rule_id} of {replaced.rulebook}, which decides: {way}"


def ways_looser(old: Limit, new: Limit) -> Iterator[str]:
    """Every way in which a limit could let a batch through that another of its kind, which decides,
    would not."""
    if not decides(new):
        yield "it would not decide any more"
    if old.when_missing == WhenMissing.HOLD and new.when_missing != WhenMissing.HOLD:
        yield "silence would not hold any more"
    yield from _evidence(old, new)
    match old, new:
        case AmountLimit(), AmountLimit():
            yield from _amounts(old, new)
        case NotDetectedLimit(), NotDetectedLimit():
            yield from _absences(old, new)
        case ProductClassLimit(), ProductClassLimit():
            if not set(new.requires) <= set(old.requires):
                yield "it would require less"
        case CertificateLimit(), CertificateLimit():
            if not set(new.requires) >= set(old.requires):
                yield "it would require less"
    yield from _days(old, new)


_UNCONFIRMED = (Evidence.MEMORY, Evidence.NEWS)


def _evidence(old: Limit, new: Limit) -> Iterator[str]:
    was_memory, is_memory = (limit.evidence in _UNCONFIRMED for limit in (old, new))
    if was_memory and not is_memory:
        yield "a figure nobody has confirmed would be believed"
    if is_memory and not was_memory:
        yield "a figure from memory proves nothing"


def _amounts(old: AmountLimit, new: AmountLimit) -> Iterator[str]:
    if not _within(new.acceptance_interval, old.acceptance_interval):
        yield "it would accept more"
    if old.decision_rule == DecisionRule.GUARDED:
        yield from _guard_bands(old, new)
    if _less(new.default_uncertainty, old.default_uncertainty):
        yield "its default uncertainty would be smaller"
    if new.lower_bound_sum and not old.lower_bound_sum:
        yield "what was not detected would count nothing"
    if new.declared_only and not old.declared_only:
        yield "it would apply to fewer batches"


def _guard_bands(old: AmountLimit, new: AmountLimit) -> Iterator[str]:
    if new.decision_rule != DecisionRule.GUARDED or new.guard_factor < old.guard_factor:
        yield "its guard band would be narrower"
    if old.default_uncertainty is None and new.default_uncertainty is not None:
        yield "an unstated uncertainty would not hold any more"


def _absences(old: NotDetectedLimit, new: NotDetectedLimit) -> Iterator[str]:
    if _less(new.portion, old.portion):
        yield "it would be content with a smaller portion"
    depth = old.lod_at_most
    if old.lod_because and new.portion is not None:
        depth = None  # how deep a method looks is no question where a portion is asked for
    if depth is not None and (new.lod_at_most is None or new.lod_at_most > depth):
        yield "it would be content with a shallower look"


def _less(new: Decimal | None, old: Decimal | None) -> bool:
    """Whether a figure is smaller than it was, or gone."""
    return old is not None and (new is None or new < old)


def _days(old: Limit, new: Limit) -> Iterator[str]:
    if bound(new.effective_from, first=True) > bound(old.effective_from, first=True):
        yield "it would begin later"
    ends = _ends(new)
    if ends and (
        not _ends(old)
        or bound(new.effective_to, first=False) < bound(old.effective_to, first=False)
    ):
        yield "it would end earlier"


def _ends(limit: Limit) -> bool:
    return limit.effective_to not in ("open", "unknown")


def _within(inner: Interval, outer: Interval) -> bool:
    """Whether every value that `inner` accepts is accepted by `outer`."""
    if inner.low < outer.low or (inner.low == outer.low and outer.low_open and not inner.low_open):
        return False
    if outer.high is None:
        return True
    if inner.high is None or inner.high > outer.high:
        return False
    return inner.high < outer.high or not outer.high_open or inner.high_open
