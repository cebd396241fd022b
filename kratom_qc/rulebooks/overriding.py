"""A rulebook that extends another may replace one of its limits by id, visibly and never to release
more.

What an override changes is listed with the limit. A limit that decides may only be tightened:
whoever extends a law cannot take it back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kratom_qc.domain.interval import Interval
from kratom_qc.domain.limit import Limit
from kratom_qc.rulebooks.dates import bound, decides
from kratom_qc.vocabulary import product_forms

FIXED = ("kind", "of", "unit", "basis")  # another question needs a limit of its own


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """What an override changes, in words: `status: guidance → adopted`."""
    keys = [key for key in after if key != "id" and str(after[key]) != str(before.get(key, ""))]
    return tuple(f"{key}: {before.get(key, 'not said')} → {after[key]}" for key in keys)


def unanswered(own: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with an override whatever it replaces: it asks another question, or gives no
    reason."""
    for key in FIXED:
        if key in own:
            yield f"an override cannot change {key}; write a limit of its own"
    if not str(own.get("because", "")).strip():
        yield "an override needs its reason in because"


def loosened(
    replaced: Limit, limit: Limit, covered: Sequence[str] = (), covers: Sequence[str] = ()
) -> Iterator[str]:
    """Every way in which an override loosens a limit that decides. `covered` and `covers` are the
    product forms that the two rulebooks speak of, the replaced one's first; none means all."""
    if not decides(replaced):
        return
    found = list(ways_looser(replaced, limit))
    if not _spoken(replaced, covered) <= _spoken(limit, covers):
        found.append("it would speak of fewer products")
    for what in found:
        yield f"loosens {replaced.rule_id} of {replaced.rulebook}, which decides: {what}"


def _spoken(limit: Limit, covers: Sequence[str]) -> set[str]:
    everyone = set(product_forms())
    return (set(limit.products) or everyone) & (set(covers) or everyone)


def ways_looser(old: Limit, new: Limit) -> Iterator[str]:
    """Every way in which a limit could let a batch through that another, which decides, would not."""
    if not decides(new):
        yield "it would not decide any more"
    if old.when_missing == "hold" and new.when_missing != "hold":
        yield "silence would not hold any more"
    if old.evidence == "memory" and new.evidence != "memory":
        yield "a figure nobody has confirmed would be believed"
    if old.evidence != "memory" and new.evidence == "memory":
        yield "a figure from memory proves nothing"
    if (
        old.acceptance_interval is not None
        and new.acceptance_interval is not None
        and not _within(new.acceptance_interval, old.acceptance_interval)
    ):
        yield "it would accept more"
    if old.decision_rule == "guarded" and (
        new.decision_rule != "guarded" or new.guard_factor < old.guard_factor
    ):
        yield "its guard band would be narrower"
    if old.default_uncertainty is not None and (
        new.default_uncertainty is None or new.default_uncertainty < old.default_uncertainty
    ):
        yield "its default uncertainty would be smaller"
    if (
        old.decision_rule == "guarded"
        and old.default_uncertainty is None
        and new.default_uncertainty is not None
    ):
        yield "an unstated uncertainty would not hold any more"
    if old.sum == "" and new.sum:
        yield "what was not detected would count nothing"
    if old.applies != new.applies and new.applies:
        yield "it would apply to fewer batches"
    if old.portion is not None and (new.portion is None or new.portion < old.portion):
        yield "it would be content with a smaller portion"
    if old.lod_at_most is not None and (
        new.lod_at_most is None or new.lod_at_most > old.lod_at_most
    ):
        yield "it would be content with a shallower look"
    if (
        not set(new.requires) <= set(old.requires)
        if old.kind == "product_class"
        else set(old.requires) - set(new.requires)
    ):
        yield "it would require less"
    if bound(new.effective_from, first=True) > bound(old.effective_from, first=True):
        yield "it would begin later"
    if _ends(new) and (
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
