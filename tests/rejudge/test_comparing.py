"""Whom to look at first, and how many moved."""

from __future__ import annotations

import pytest

from kratom_qc.app.rejudge.comparison import Comparison, DecisionChange, MarketDecision
from kratom_qc.domain.verdict import Decision

P, H, F = Decision.PASS, Decision.HOLD, Decision.FAIL


def comparison(*rows: tuple[list[Decision | None], list[Decision | None]]) -> Comparison:
    """Batches a, b, c …, each as (what was said, what is said): its own verdict, then every market."""
    before, after = (tuple(tuple(MarketDecision(one) for one in row[side]) for row in rows) for side in (0, 1))
    markets = tuple(f"m{at}" for at in range(1, len(rows[0][0])))
    return Comparison(markets, tuple("abcdefghijkl"[: len(rows)]), before, after)


def test_worst_first():
    found = comparison(
        ([F, F], [P, P]),  # a: opens
        ([P, P], [H, H]),  # b
        ([P, P], [P, P]),  # c: stays
        ([P, P], [F, F]),  # d: closes
        ([H, H], [F, F]),  # e
        ([P, H], [P, F]),  # f: one market only
    )
    assert [found.batch_ids[at] for at in found.changed] == list("debaf")


def test_of_batches_that_move_alike_the_one_with_more_markets_comes_first_then_the_first():
    found = comparison(([P, P, P], [F, F, P]), ([P, P, P], [F, F, F]), ([P, P, P], [F, F, P]))
    assert [found.batch_ids[at] for at in found.changed] == list("bac")


@pytest.mark.parametrize(
    ("before", "after", "listed"),
    [(None, P, False), (None, H, True), (None, F, True), (P, P, False), (P, H, True), (F, H, True), (F, None, True)],
)
def test_a_market_that_is_new_and_open_is_no_news_to_act_upon(before, after, listed):
    assert bool(comparison(([P, before], [P, after])).changed) is listed


def test_every_batch_that_moves_is_counted_new_markets_too():
    found = comparison(([P, P, None], [F, F, P]), ([H, P, None], [F, F, F]), ([H, H, None], [H, P, P]))
    assert list(found.changes()) == [
        DecisionChange(None, P, F, 1),
        DecisionChange(None, H, F, 1),
        DecisionChange("m1", P, F, 2),
        DecisionChange("m1", H, P, 1),
        DecisionChange("m2", None, F, 1),
        DecisionChange("m2", None, P, 2),
    ]
