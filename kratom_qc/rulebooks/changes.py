"""What must be asked again of batches that were judged before, because limits or the day have
changed.

A finding of then still holds where the same limit is asked now, in the same words and figures, and
stands as it stood then. Everything else is asked again; what holds a batch whatever its limits say
(`integrity`) always is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date

from kratom_qc.domain.limit import Limit, Rulebook
from kratom_qc.rulebooks.dates import stands
from kratom_qc.rulebooks.scope import NUMERIC, Rule, key_of, questions

# Where a limit stands in its file, and when somebody last looked at its source, is no matter of its
# findings.
_BESIDE = ("line", "checked_on", "supersedes", "overrides", "changes")
_TOLD = (
    "text",
    "because",
    "effective_from",
    "effective_to",
    "when_missing",
    "decision_rule",
    "rounding",
    "evidence",
)


@dataclass(frozen=True, slots=True)
class JudgementBasis:
    """By what batches are judged: the rulebooks, the markets asked for, and the day."""

    books: Mapping[str, Rulebook]
    markets: tuple[str, ...]
    on: date

    def limits(self, product: str | None) -> dict[Rule, Limit]:
        """Every limit asked of a product, in the order in which it is asked."""
        return {
            (book.id, limit.rule_id): limit
            for book, limit in questions(self.books, self.markets, product)
        }


@dataclass(frozen=True, slots=True)
class LimitChanges:
    """The limits of now for batches of one product that were judged alike then."""

    product: str | None
    limits: Mapping[Rule, Limit]  # all of them, in their order
    unchanged: frozenset[Rule]  # whose findings of then still hold
    reasons: Mapping[Rule, str]  # the others, and those not asked any more: what has changed
    fewer_quantities: bool  # whether one is not asked for any more, and its causes to hold with it

    @property
    def changed(self) -> frozenset[Rule]:
        """The limits to ask again."""
        return frozenset(self.limits.keys() - self.unchanged)


def limit_changes(
    then: JudgementBasis | None, now: JudgementBasis, product: str | None
) -> LimitChanges:
    """What to ask again of batches of a product. Where nobody knows by what they were judged
    (`then` is None), everything."""
    limits = now.limits(product)
    if then is None:
        asked_again = dict.fromkeys(limits, "asked again")
        return LimitChanges(product, limits, frozenset(), asked_again, fewer_quantities=True)
    before = then.limits(product)
    why = {rule: _why(before.get(rule), limit, then.on, now.on) for rule, limit in limits.items()}
    gone = {rule: "not asked any more" for rule in before if rule not in limits}
    kept = frozenset(rule for rule, told in why.items() if not told)
    return LimitChanges(
        product,
        limits,
        kept,
        {**{rule: told for rule, told in why.items() if told}, **gone},
        bool(_keys(before) - _keys(limits)),
    )


def _keys(limits: Mapping[Rule, Limit]) -> set[tuple[str, str, str]]:
    return {key_of(limit) for limit in limits.values() if limit.kind in NUMERIC}


def _why(old: Limit | None, new: Limit, then: date, now: date) -> str:
    """What has changed between a limit of then and of now, in words; nothing where its findings
    still hold."""
    if old is None:
        return "new"
    told = []
    if stands(old, then) != stands(new, now):
        told.append(f"{_standing(old, then)} → {_standing(new, now)}")
    changed = [
        one.name for one in fields(Limit) if getattr(old, one.name) != getattr(new, one.name)
    ]
    matters = [name for name in changed if name not in _BESIDE and name != "status"]
    said = [
        f"{name.replace('_', ' ')}: {getattr(old, name)} → {getattr(new, name)}"
        for name in matters
        if name in _TOLD
    ]
    if matters and not said:
        said = [f"changed: {', '.join(name.replace('_', ' ') for name in matters)}"]
    return "; ".join([*told, *said])


def _standing(limit: Limit, on: date) -> str:
    status, decides = stands(limit, on)
    return f"{status.replace('_', ' ')}{'' if decides else ', not deciding'}"
