"""What must be asked again: limits that are new, changed, or stand otherwise on the new day; what still holds is kept."""

from __future__ import annotations

from datetime import date

import pytest
from factory import DAY, book, limit, rulebooks

from kratom_qc.rulebooks.changes import JudgementBasis, LimitChanges, limit_changes

LEAD = {"of": "lead", "text": "not more than 1 mg/kg", "max": "1", "unit": "mg/kg"}
LATER = date(2027, 6, 1)


def asked(tmp_path, then: str, now: str, on: date = DAY, markets: tuple[str, ...] = ("us",), **more: str) -> LimitChanges:
    """What to ask again of leaf where one limit of `us` was `then` and is `now`."""
    old, new = (
        rulebooks(tmp_path / name, us=book(text, limit("US-FORM", kind="attestation", text="x"), kind="market"), **more)
        for name, text in (("then", then), ("now", now))
    )
    return limit_changes(JudgementBasis(old, ("us",), DAY), JudgementBasis(new, markets, on), "leaf_powder")


def test_nothing_has_changed(tmp_path):
    found = asked(tmp_path, limit("PB", **LEAD), limit("PB", **LEAD))
    assert found.unchanged == found.limits.keys() == {("us", "PB"), ("us", "US-FORM")}
    assert (found.changed, dict(found.reasons), found.fewer_quantities) == (frozenset(), {}, False)


CHANGES = {
    "a figure": ({"max": "2", "text": "not more than 2 mg/kg"}, "text: not more than 1 mg/kg → not more than 2 mg/kg"),
    "a source": ({"because": "another section"}, "because: section 1 of the Act of this test → another section"),
    "a status": ({"status": "proposed"}, "in force → proposed, not deciding"),
    "what silence means": ({"when_missing": "note", "silence_because": "y"}, "when_missing: hold → note"),
    "a decision rule": ({"decision_rule": "guarded"}, "decision rule: simple → guarded"),
    "whom it speaks of": ({"products": ["leaf_powder"]}, "changed: products"),
    "an advisory": ({"advisory": "z"}, "in force → in force, not deciding; changed: advisory"),
    "its first day": ({"effective_from": "2027-01-01"},
                      "in force → not yet in force, not deciding; effective from: unknown → 2027-01-01"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_limit_that_changed_is_asked_again_with_what_changed(tmp_path, change):
    keys, why = CHANGES[change]
    found = asked(tmp_path, limit("PB", **LEAD), limit("PB", **{**LEAD, **keys}))
    assert found.changed == {("us", "PB")}
    assert found.reasons["us", "PB"].replace("when missing", "when_missing") == why


def test_where_it_stands_in_its_file_and_when_somebody_looked_at_its_source_is_no_change(tmp_path):
    moved = f"# a line of comment\n\n{limit('PB', **LEAD, checked_on=date(2026, 11, 1))}"
    assert asked(tmp_path, limit("PB", **LEAD), moved).changed == frozenset()


@pytest.mark.parametrize(
    ("dates", "why"),
    [
        ({}, None),
        ({"effective_from": "2027-03"}, "not yet in force, not deciding → in force"),
        ({"effective_to": "2027-03"}, "in force → expired, not deciding"),
        ({"effective_to": "2028"}, None),
    ],
)
def test_a_limit_that_stands_otherwise_on_the_new_day_is_asked_again(tmp_path, dates, why):
    text = limit("PB", **LEAD, **dates)
    assert asked(tmp_path, text, text, LATER).reasons.get(("us", "PB")) == why


def test_a_limit_that_is_new_and_one_that_is_gone(tmp_path):
    found = asked(tmp_path, limit("PB", **LEAD), limit("CD", **{**LEAD, "of": "cadmium"}))
    assert dict(found.reasons) == {("us", "CD"): "new", ("us", "PB"): "not asked any more"}
    assert found.changed == {("us", "CD")}
    assert found.fewer_quantities, "what computing lead raised may have gone"


def test_another_limit_on_the_same_quantity_is_not_fewer(tmp_path):
    assert not asked(tmp_path, limit("PB", **LEAD), limit("PB-2", **LEAD)).fewer_quantities


def test_a_market_that_was_not_asked_for_then_is_asked_whole(tmp_path):
    state = book(limit("ZZ-PB", **LEAD), kind="market", extends=["us"])
    found = asked(tmp_path, limit("PB", **LEAD), limit("PB", **LEAD), markets=("us", "zz-a"), zz_a=state)
    assert found.changed == {("zz-a", "ZZ-PB")}


def test_nobody_knows_by_what_it_was_judged(tmp_path):
    books = rulebooks(tmp_path, us=book(limit("PB", **LEAD), kind="market"))
    found = limit_changes(None, JudgementBasis(books, ("us",), DAY), "leaf_powder")
    assert (found.changed, found.unchanged, found.fewer_quantities) == (found.limits.keys(), frozenset(), True)
