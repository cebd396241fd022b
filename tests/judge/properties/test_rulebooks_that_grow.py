"""What more law never does: release a batch. And what is not law never decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st

from tests.factory import DAY, book
from tests.judge.properties.pure import RANK, judged_property
from tests.judge.properties.relations import never_released
from tests.judge.properties.rules import (
    BASE,
    NOT_LAW,
    NOTED,
    amounts,
    batches,
    case,
    judged,
    loaded,
    market,
    others,
    rules,
    toml,
)

some = st.lists(st.integers(0, 3), max_size=2)


def worse(before, after) -> None:
    """Every verdict that is in both is at least as severe."""
    assert RANK[after.decision] >= RANK[before.decision]
    for name, decision in before.markets.items():
        assert RANK[after.markets[name]] >= RANK[decision], name


@judged_property(batches(), rules("A"), rules("B"), rules("NEW"), st.booleans())
def test_m4_a_further_limit_never_loosens(bench, batch, one, other, new, in_market):
    product, law = [BASE, toml(one)], [toml(other)]
    before = loaded(leaf_powder=book(*product), extract=book(BASE), zz=market(*law))
    (law if in_market else product).append(toml(new))
    after = loaded(leaf_powder=book(*product), extract=book(BASE), zz=market(*law))
    worse(judged(bench, batch, before), judged(bench, batch, after))


@judged_property(batches(), rules("A"), rules("B"), rules("NEW"))
def test_a_further_rulebook_never_loosens(bench, batch, one, other, new):
    """The product's specification extends a standard; the market lies under another one."""
    before = loaded(leaf_powder=book(BASE, toml(one)), zz=market(toml(other)))
    more = {"house": book(toml(new), kind="standard"), "zz_top": market(toml({**new, "id": "TOP"}))}
    product = loaded(leaf_powder=book(BASE, toml(one), extends=["house"]), zz=market(toml(other)), **more)
    under = loaded(leaf_powder=book(BASE, toml(one)), zz=market(toml(other), extends=["zz-top"]), **more)
    verdict = judged(bench, batch, before)
    worse(verdict, judged(bench, batch, product))
    worse(verdict, judged(bench, batch, under))


@judged_property(batches(), rules("A"), rules("B"), rules("C"))
def test_a_further_market_never_loosens_and_changes_no_other(bench, batch, one, other, third):
    books = loaded(leaf_powder=book(BASE, toml(one)), zz=market(toml(other)), zz_b=market(toml(third), extends=["zz"]))
    alone, beside = judged(bench, batch, books, "zz"), judged(bench, batch, books, "zz", "zz-b")
    assert RANK[beside.decision] >= RANK[alone.decision]
    assert beside.markets["zz"] == alone.markets["zz"]
    assert [one for one in beside.standings if one.market == "zz"] == list(alone.standings)
    (asked,) = bench.judge(replace(case(batch, books, ("zz", "zz-b")), home=("zz",)))
    assert asked.decision == alone.decision


@judged_property(batches(), rules("A"), st.one_of(amounts("NEW"), others("NEW")), st.sampled_from(NOT_LAW))
def test_what_is_not_law_never_changes_a_verdict(bench, batch, one, new, standing):
    """Proposed, withdrawn, superseded, compendial, guidance, industry, advice, screen, past or to come."""
    without = loaded(leaf_powder=book(BASE), zz=market(toml(one)))
    with_it = loaded(leaf_powder=book(BASE, toml({**new, **standing})), zz=market(toml(one)))
    before, after = judged(bench, batch, without), judged(bench, batch, with_it)
    assert (before.decision, before.markets) == (after.decision, after.markets)
    shown = [one for one in after.findings if one.rule_id == "NEW"]
    assert all(not one.decides for one in shown)
    assert len(shown) == (before.batch.product == "leaf_powder")


@judged_property(batches(), st.one_of(amounts("NEW"), others("NEW")), st.integers(-40, 40), st.integers(0, 40), times=2)
def test_m17_a_limit_decides_between_its_days_and_no_other_day(bench, batch, new, start, length):
    first, last = (DAY + timedelta(days=days) for days in (start, start + length))
    dated = {**new, "effective_from": first.isoformat(), "effective_to": last.isoformat()}
    without, always, then = (
        loaded(leaf_powder=book(BASE, *more), zz=market(toml({"id": "Z", "kind": "attestation"})))
        for more in ([], [toml(new)], [toml(dated)])
    )
    verdict = judged(bench, batch, then)
    alike = judged(bench, batch, always if first <= DAY <= last else without)
    assert (verdict.decision, verdict.markets) == (alike.decision, alike.markets)


@judged_property(batches(), amounts("NEW"), st.one_of(amounts("OLD"), others("OLD")))
def test_a_figure_from_memory_never_passes_or_fails(bench, batch, one, other):
    books = loaded(
        leaf_powder=book(toml(one, evidence="memory")), zz=market(toml(other, evidence="memory")), extract=book(BASE)
    )
    verdict = judged(bench, batch, books)
    own = [found for found in verdict.findings if found.rule_id in ("NEW", "OLD")]
    assert {str(found.outcome) for found in own} <= {"INCONCLUSIVE", "MISSING"}
    assert verdict.batch.product == "extract" or "PASS" not in (verdict.decision, *verdict.markets.values())
    judged(bench, batch, loaded(leaf_powder=book(toml(one)), zz=market(BASE)))  # the same figures, confirmed


@judged_property(batches(), rules("A"), st.one_of(amounts("NEW"), others("NEW")), times=2)
def test_silence_that_holds_never_releases(bench, batch, one, new):
    noted, held = (
        loaded(leaf_powder=book(BASE, toml(one)), zz=market(toml({**new, **silence}))) for silence in (NOTED, {})
    )
    before, after = judged(bench, batch, noted), judged(bench, batch, held)
    worse(before, after)
    never_released(before, after)
