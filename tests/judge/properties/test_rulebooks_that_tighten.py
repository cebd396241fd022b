"""A stricter limit never passes more, however it is made stricter: in its place, by an override, or by its decision rule."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import assume
from hypothesis import strategies as st

from kratom_qc.domain.errors import RulebookError
from kratom_qc.domain.interval import Interval, plain
from kratom_qc.domain.limit import NumericLimit
from tests.factory import book, interpreted
from tests.judge.properties.pure import RANK, judged_property, pick
from tests.judge.properties.relations import never_released
from tests.judge.properties.rules import (
    BASE,
    CLEAN,
    GRID,
    NOTED,
    Rule,
    amounts,
    batches,
    decision_rules,
    judged,
    loaded,
    market,
    met,
    others,
    override,
    rests_on,
    toml,
)


def outcomes(verdict) -> dict[str, str]:
    return {found.rule_id: str(found.outcome) for found in verdict.findings if found.source is not None}


# ---------------------------------------------------------------- M5: figures

factors = st.sampled_from(["1.0000000001", "1.1", "2", "100"]).map(Decimal)


def tightened(rule: Rule, factor: Decimal) -> list[Rule]:
    """Every way to move one end of a rule inwards, or to make harder what it asks of the laboratory."""
    found: list[Rule] = [{"strict": True}] if rule["kind"] == "amount" and "rounding" not in rule else []
    found += [{end: plain(Decimal(rule[end]) / factor)[:20]} for end in ("max", "lod_at_most") if end in rule]
    found += [{end: plain(Decimal(rule[end]) * factor)} for end in ("min", "portion") if end in rule]
    moved = [{**rule, **end} for end in found]
    return [one for one in moved if Decimal(one.get("min", 0)) <= Decimal(one.get("max", "1E9"))]


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Rule, Rule]:
    """A rule and a tighter one. Another number of digits would be another rounding."""
    rule = draw(st.one_of(amounts(), amounts(), others()).filter(lambda rule: "rounding" not in rule))
    tight = tightened(rule, draw(factors))
    return rule, draw(st.sampled_from(tight)) if tight else rule


@judged_property(batches(), pairs())
def test_m5_a_tighter_limit_never_loosens_and_a_wider_one_never_tightens(bench, batch, pair):
    wide, narrow = (judged(bench, batch, loaded(leaf_powder=book(BASE), zz=market(toml(one)))) for one in pair)
    assert RANK[narrow.decision] >= RANK[wide.decision]
    before, after = outcomes(wide), outcomes(narrow)
    assert all(RANK[after[at]] >= RANK[before[at]] for at in before)
    never_released(wide, narrow)


# ---------------------------------------------------------------- overrides

KEYS: dict[str, list[Rule]] = {  # what an override may change: what it may say of it, or {} for nothing
    "max": [{"max": figure} for figure in GRID],
    "min": [{}, *({"min": figure} for figure in GRID)],
    "strict": [{"strict": True}, {"strict": False}],
    "rounding": [{"rounding": "usp-7.20"}, {"rounding": "none"}],
    "decision rule": [{"decision_rule": "guarded"}, {"decision_rule": "simple"}],
    "guard": [{"decision_rule": "guarded", "guard": share} for share in ("0.25", "0.75")],
    "uncertainty": [
        {"decision_rule": "guarded", **more} for more in ({}, *({"default_uncertainty": u} for u in ("5", "50")))
    ],
    "multiplier": [{}, *({"multiplier": times, "multiplier_because": "USP <2021>"} for times in ("1", "4"))],
    "sum": [{}, {"sum": "lower_bound", "sum_because": "(EU) 2023/915"}],
    "portion": [{"portion": grams} for grams in ("10", "25", "375")],
    "depth": [{}, *({"lod_at_most": size, "unit": "mg/kg"} for size in ("0.01", "1"))],
    "classes": [{"requires": [*forms]} for forms in (("leaf_powder",), ("extract",), ("leaf_powder", "extract"))],
    "words": [{"requires": [*words]} for words in (("laboratory",), ("method",), ("laboratory", "method"))],
    "silence": [{}, NOTED, {"when_missing": "hold"}],
    "status": [{"status": status} for status in ("in_force", "adopted", "guidance")],
    "evidence": [{"evidence": evidence} for evidence in ("primary", "memory")],
    "products": [{}, *({"products": [form]} for form in ("leaf_powder", "extract"))],
    "beginning": [{"effective_from": day} for day in ("unknown", "2025", "2026-11-22", "2026-11-23")],
    "end": [{"effective_to": day} for day in ("open", "2025", "2026-11-22", "2026")],
    "screen": [{}, {"screen": True}],
    "advisory": [{}, {"advisory": "for information"}],
}
ASKS = {  # which rules the key means something for
    "multiplier": {"kind": "amount", "of": "tamc", "unit": "cfu/g", "max": "1"},
    "sum": {"kind": "amount", "of": "7-oh-and-mp", "unit": "mg/kg", "max": "0.5"},
    "portion": {"kind": "not_detected", "of": "salmonella"},
    "depth": {"kind": "not_detected", "of": "mgm-15"},
    "classes": {"kind": "product_class"},
    "words": {"kind": "certificate"},
}


@st.composite
def overrides(draw: st.DrawFn) -> tuple[Rule, Rule]:
    """A rule that says one thing of a key, and an override that says another."""
    key = pick(draw, tuple(KEYS))
    before = pick(draw, KEYS[key])
    own = pick(draw, [other for other in KEYS[key] if other != before])
    rule = draw(amounts()) if key not in ASKS else {"id": "R", **ASKS[key]}
    if key in ("silence", "status", "evidence", "products", "beginning", "end", "advisory"):
        rule = draw(st.one_of(amounts(), others()))
    return {**rule, **before}, {name: said for name, said in own.items() if name != "unit"}


KEEP = toml({"id": "KEEP", "kind": "amount", "of": "cadmium", "unit": "mg/kg", "max": "3"})
SILENT = [interpreted("B", CLEAN["cadmium"])]
UNSURE = [interpreted("B", *(replace(one, uncertainty=None) for one in CLEAN.values()))]


def at_its_ends(pair: tuple[Rule, Rule]) -> st.SearchStrategy[tuple[Rule, Rule, Interval]]:
    """A rule, its override, and a statement at the ends of either."""
    rule, own = pair
    return st.tuples(st.just(rule), st.just(own), st.one_of(met(rule), met({**rule, **own})))


@judged_property(
    batches(), overrides().flatmap(at_its_ends), st.booleans(), saw=("PASS", "HOLD", "FAIL", "accepted", "refused")
)
def test_an_override_that_is_accepted_never_releases_a_batch(bench, batch, changed, covers):
    """Whatever may be changed: where the limit it replaces decides, everything that limit holds is still held."""
    rule, own, stated = changed
    head = {"covers": ["leaf_powder"]} if covers else {}
    base = {"leaf_powder": book(BASE), "extract": book(BASE), "zz": market(KEEP, toml(rule))}
    try:
        plain_books = loaded(**base, zz_b=market(extends=["zz"], **head))
        replaced = loaded(**base, zz_b=market(override(rule, own), extends=["zz"], **head))
    except RulebookError:
        bench.seen["refused"] += 1
        return
    bench.seen["accepted"] += 1
    (law,) = (one for one in replaced["zz"].limits if one.rule_id == "R")
    unit = law.unit if isinstance(law, NumericLimit) else ""
    edge = replace(CLEAN["lead"], analyte=rests_on(law.subject), unit=unit, interval=stated)
    for one in (batch, SILENT, UNSURE, [interpreted("B", CLEAN["cadmium"], edge)]):
        before, after = (judged(bench, one, books, "zz-b") for books in (plain_books, replaced))
        if law.status in ("in_force", "adopted") and not law.advisory and not law.screen:
            never_released(before, after)
        together = judged(bench, one, replaced, "zz", "zz-b")
        assert together.markets["zz-b"] == after.markets["zz-b"]
        assert together.markets["zz"] == judged(bench, one, replaced, "zz").markets["zz"]


# ---------------------------------------------------------------- decision rules


@judged_property(batches(), amounts(), decision_rules)
def test_m16_a_stricter_decision_rule_never_releases(bench, batch, rule, stricter):
    """Simple acceptance against a guard band: a fail may become conditional, nothing becomes a pass."""
    simple = {key: value for key, value in rule.items() if key not in ("decision_rule", "guard", "default_uncertainty")}
    assume(stricter)
    loose, strict = (
        judged(bench, batch, loaded(leaf_powder=book(BASE), zz=market(toml(one))))
        for one in (simple, simple | stricter)
    )
    never_released(loose, strict)
    found, was = outcomes(strict)["R"], outcomes(loose)["R"]
    assert (found, was) not in (("PASS", "FAIL"), ("PASS", "INCONCLUSIVE"), ("PASS", "MISSING"), ("FAIL", "PASS"))


@judged_property(batches(), amounts(), st.sampled_from(["0.25", "0.5", "1"]), st.sampled_from(["1.5", "2", "4"]))
def test_m16_a_wider_guard_band_never_releases(bench, batch, rule, share, times):
    wider = plain(Decimal(share) * Decimal(times))
    narrow, wide = (
        judged(
            bench,
            batch,
            loaded(leaf_powder=book(BASE), zz=market(toml({**rule, "decision_rule": "guarded", "guard": size}))),
        )
        for size in (share, wider)
    )
    never_released(narrow, wide)
    assert outcomes(wide)["R"] != "PASS" or outcomes(narrow)["R"] == "PASS"


@judged_property(batches(), amounts(), st.sampled_from(["0", "0.05", "0.3", "5"]), st.booleans())
def test_m16_a_larger_uncertainty_never_releases(bench, batch, rule, more, guarded):
    """Under a guard band it never releases; under simple acceptance it says nothing."""
    rule = {**rule, "decision_rule": "guarded"} if guarded else {**rule, "decision_rule": "simple"}
    rule.pop("guard", "")
    rule.pop("default_uncertainty", "")
    books = loaded(leaf_powder=book(BASE), zz=market(toml(rule)))
    larger = [
        replace(
            one,
            results=tuple(
                replace(stated, uncertainty=None if stated.uncertainty is None else stated.uncertainty + Decimal(more))
                for stated in one.results
            ),
        )
        for one in batch
    ]
    before, after = judged(bench, batch, books), judged(bench, larger, books)
    never_released(before, after)
    if not guarded:
        assert outcomes(before) == outcomes(after)
