"""What must be asked again of batches that were judged before, because limits or the day have
changed.

A finding of then still holds where the same limit is asked now, in the same words and figures, and
stands as it stood then. Everything else is asked again; what holds a batch whatever its limits say
(`integrity`) always is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date

from kratom_qc.domain.limit import Limit, NumericLimit, Rulebook
from kratom_qc.domain.quantity import QuantityKey
from kratom_qc.rulebooks.dates import stands
from kratom_qc.rulebooks.scope import Rule, product_books, questions

# Where a limit stands in its file, and when somebody last looked at its source, is no matter of its
# findings.
_NO_MATTER = ("line", "checked_on", "max_age_days", "locator", "supersedes", "overrides", "changes")
_IN_FULL = (
    "text",
    "because",
    "effective_from",
    "effective_to",
    "pending_from",
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
    then: JudgementBasis | None,
    now: JudgementBasis,
    product: str | None,
    may_be: Iterable[str] = (),
) -> LimitChanges:
    """What to ask again of batches of a product that `may_be` others as well: of what is asked of
    one of those otherwise, too. Where nobody knows by what they were judged (`then` is None),
    everything."""
    limits = now.limits(product)
    if then is None:
        asked_again = dict.fromkeys(limits, "asked again")
        return LimitChanges(product, limits, frozenset(), asked_again, fewer_quantities=True)
    before = then.limits(product)
    changes = {
        rule: _change(before.get(rule), limit, then.on, now.on) for rule, limit in limits.items()
    }
    turning = frozenset[tuple[str, str]]().union(
        *(_turning(then, now, possible, limits) for possible in may_be)
    )
    for rule, limit in limits.items():
        if not changes[rule] and turning & {(rule[0], limit.subject), ("", limit.subject)}:
            changes[rule] = "asked otherwise of what else the product may be"
    gone = {rule: "not asked any more" for rule in before if rule not in limits}
    kept = frozenset(rule for rule, change in changes.items() if not change)
    reasons = {rule: change for rule, change in changes.items() if change}
    fewer_quantities = bool(_keys(before) - _keys(limits))
    return LimitChanges(product, limits, kept, {**reasons, **gone}, fewer_quantities)


def _turning(
    then: JudgementBasis, now: JudgementBasis, product: str, known: Mapping[Rule, Limit]
) -> set[tuple[str, str]]:
    """The rulebooks and subjects of limits on a product, other than those `known`, that are new,
    changed or gone; "" for the product's own rulebooks, which count in every market."""
    before, after = then.limits(product), now.limits(product)
    own_books = {book.id for basis in (then, now) for book in product_books(basis.books, product)}
    changed = {
        ("" if rule[0] in own_books else rule[0], (after.get(rule) or before[rule]).subject)
        for rule in (before.keys() | after.keys()) - known.keys()
        if rule not in after or _change(before.get(rule), after[rule], then.on, now.on)
    }
    return {(book, subject) for book, subject in changed if subject}


def _keys(limits: Mapping[Rule, Limit]) -> set[QuantityKey]:
    return {limit.quantity_key for limit in limits.values() if isinstance(limit, NumericLimit)}


def _change(old: Limit | None, new: Limit, then: date, now: date) -> str:
    """What has changed between a limit of then and of now, in words; nothing where its findings
    still hold."""
    if old is None:
        return "new"
    changes = []
    if stands(old, then) != stands(new, now):
        changes.append(f"{_standing(old, then)} → {_standing(new, now)}")
    names = [name for name in _differing(old, new) if name not in (*_NO_MATTER, "status")]
    in_full = [
        f"{name.replace('_', ' ')}: {getattr(old, name)} → {getattr(new, name)}"
        for name in names
        if name in _IN_FULL
    ]
    if names and not in_full:
        changes.append(f"changed: {', '.join(name.replace('_', ' ') for name in names)}")
    return "; ".join([*changes, *in_full])


def _differing(old: Limit, new: Limit) -> list[str]:
    """The fields in which two limits differ; of limits of two kinds those that both have."""
    kind = [] if old.kind == new.kind else ["kind"]
    both = [field.name for field in fields(new) if hasattr(old, field.name)]
    return kind + [name for name in both if getattr(old, name) != getattr(new, name)]


def _standing(limit: Limit, on: date) -> str:
    status, decides = stands(limit, on)
    words = status.replace("_", " ")
    return words if decides else f"{words}, not deciding"
