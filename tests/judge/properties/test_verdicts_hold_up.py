"""A verdict can be recomputed by anyone, whatever the order of things, and says what the intervals say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import strategies as st

from kratom_qc.domain.finding import Finding
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.limit import Rulebook
from kratom_qc.domain.verdict import Verdict
from tests.factory import book, finding, interpreted, result, span
from tests.judge.properties.pure import RANK, judged_property
from tests.judge.properties.relations import never_better, same
from tests.judge.properties.rules import (
    BASE,
    CLEAN,
    GRID,
    Rule,
    amounts,
    batches,
    judged,
    loaded,
    market,
    met,
    rests_on,
    results,
    rules,
    toml,
)

chances = st.randoms(use_true_random=False)


# ---------------------------------------------------------------- from the findings, with nothing but their words


def _above(books: Mapping[str, Rulebook], name: str) -> set[str]:
    return {name}.union(*(_above(books, parent) for parent in books[name].extends))


def _decided(findings: Sequence[Finding]) -> str:
    """What an auditor says with the findings in his hand: one that fails fails, one that is open holds, none at all holds."""
    said = {str(one.outcome) for one in findings}
    return "FAIL" if "FAIL" in said else "PASS" if said == {"PASS"} else "HOLD"


def recomputed(verdict: Verdict, books: Mapping[str, Rulebook]) -> tuple[str, dict[str, str]]:
    product = verdict.batch.product
    own = {"integrity"} | (_above(books, product) if product in books else set())
    lies_under = {market: own | _above(books, market) for market in verdict.markets}

    def within(names: set[str]) -> list[Finding]:
        return [one for one in verdict.findings if one.decides and one.rulebook in names]

    home = own.union(*(lies_under[market] for market in verdict.home_markets))
    return _decided(within(home)), {market: _decided(within(names)) for market, names in lies_under.items()}


BAN = st.just({"id": "D", "kind": "ban"})


@judged_property(
    batches(), rules("A"), rules("B"), rules("C"), st.one_of(rules("D"), BAN), saw=("PASS", "HOLD", "FAIL", "banned")
)
def test_a_verdict_is_recomputed_from_its_findings_and_every_standing_agrees(bench, batch, one, two, three, four):
    books = loaded(
        leaf_powder=book(BASE, toml(one)), zz=market(toml(two), toml(three)), zz_b=market(toml(four), extends=["zz"])
    )
    verdict = judged(bench, batch, books, "zz", "zz-b")
    assert recomputed(verdict, books) == (verdict.decision, dict(verdict.markets))
    says = {"PASS": {"may be sold"}, "FAIL": {"may not be sold", "banned"}, "HOLD": {"undecided"}}
    assert [standing.market for standing in verdict.standings] == list(verdict.markets)
    for standing in verdict.standings:
        assert standing.decision == verdict.markets[standing.market]
        assert standing.status in says[standing.decision]
        assert standing.title == books[standing.market].title
        why = standing.finding
        bench.seen[str(standing.status)] += 1
        if standing.decision == "PASS":
            assert why is None
        elif why is not None:
            assert why.decides
            assert why in verdict.findings
            assert RANK[why.outcome] == RANK[standing.decision]
            banned = why.source is not None and why.source.kind == "ban" and why.outcome == "FAIL"
            assert banned == (standing.status == "banned")


@judged_property(batches(), rules("A"), rules("B"), rules("C"), chances)
def test_m7_the_order_of_limits_files_results_and_markets_says_nothing(bench, batch, one, two, three, chance):
    law = [toml(two), toml(three)]
    before = judged(
        bench, batch, loaded(leaf_powder=book(BASE, toml(one)), zz=market(*law), zz_b=market(BASE)), "zz", "zz-b"
    )
    shuffled = [replace(one, results=tuple(chance.sample(one.results, len(one.results)))) for one in batch]
    again = loaded(zz_b=market(BASE), zz=market(*reversed(law)), leaf_powder=book(toml(one), BASE))
    after = judged(bench, chance.sample(shuffled, len(shuffled)), again, "zz-b", "zz")
    same(before, after)


@judged_property(batches(), rules("A"), rules("B"))
def test_m18_a_certificate_that_says_less_of_itself_never_releases(bench, batch, one, two):
    """No laboratory, no method: what a limit requires of a certificate is then missing, and nothing else changes."""
    asks = toml({"id": "P", "kind": "certificate", "requires": ["laboratory", "method"]})
    books = loaded(leaf_powder=book(BASE, toml(one)), zz=market(toml(two), asks))
    mute = [
        replace(one, laboratory="", results=tuple(replace(stated, method="") for stated in one.results))
        for one in batch
    ]
    before, after = judged(bench, batch, books), judged(bench, mute, books)
    never_better(before, after)
    assert finding(after, "P").outcome == "MISSING"


# ---------------------------------------------------------------- what an interval says


def _simple(rule: Rule) -> Rule:
    return {key: said for key, said in rule.items() if key not in ("decision_rule", "guard", "default_uncertainty")}


def lines(rules_: st.SearchStrategy[Rule]) -> st.SearchStrategy[tuple[Rule, Interval, Interval]]:
    """A rule and two statements that lie at its ends."""
    return rules_.flatmap(lambda rule: st.tuples(st.just(rule), met(rule), met(rule)))


@judged_property(lines(amounts()))
def test_two_replicates_decide_no_more_than_each_of_them(bench, line):
    """No mean hides one of them: what both pass or fail together, each passes or fails, and so does all between them."""
    rule, one, other = line
    of = rests_on(rule["of"])
    books = loaded(leaf_powder=book(BASE), zz=market(toml(_simple(rule))))
    rest = [clean for name, clean in CLEAN.items() if name != of]
    unit = "cfu/g" if of == "tamc" else "mg/kg"

    def said(*several: Interval) -> str:
        stated = [result(of, each, unit, replicate=str(at), method="in house") for at, each in enumerate(several)]
        return str(finding(judged(bench, [interpreted("B", *rest, *stated)], books), "R").outcome)

    both, each = said(one, other), {said(one), said(other)}
    assert "sum" in rule or both == said(one.hull(other))  # below its limit counts 0, of two statements only the one
    assert both not in ("PASS", "FAIL") or each == {both}


WITHIN = st.sampled_from(["0", "0.5", "0.999999", "1", "2", "1000"]).map(Decimal)
PLAIN = amounts().filter(lambda rule: rule["unit"] == "mg/kg" and "sum" not in rule)


@judged_property(lines(PLAIN), WITHIN)
def test_a_pass_passes_and_a_fail_fails_every_amount_that_the_interval_leaves_possible(bench, line, share):
    """The reading of an interval is that of its points, and a point is read by the operator as it is printed."""
    rule, interval, _ = line
    rule = {**_simple(rule), "of": "lead"}
    books = loaded(leaf_powder=book(BASE), zz=market(toml(rule)))
    point = _within(interval, share)
    whole, at_point = (
        finding(judged(bench, [interpreted("B", CLEAN["cadmium"], result("lead", one))], books), "R").outcome
        for one in (interval, Interval.exactly(point))
    )
    assert at_point == ("PASS" if conforms(point, rule) else "FAIL")
    assert whole not in ("PASS", "FAIL") or whole == at_point


def _within(interval: Interval, share: Decimal) -> Decimal:
    """An amount that the interval leaves possible."""
    low = interval.low + (Decimal("1E-21") if interval.low_open else 0)
    if interval.high is None:
        return low + share
    inside = low + (interval.high - low) * min(share, Decimal(1))
    return inside if not interval.high_open or inside < interval.high else low


def conforms(amount: Decimal, rule: Mapping[str, object]) -> bool:
    """As USP General Notices 7.20 and the printed operator say: round the result half-up to the limit's digits, compare."""
    strict = bool(rule.get("strict"))
    for end in ("min", "max"):
        if end not in rule:
            continue
        edge = Decimal(str(rule[end]))
        seen = amount.quantize(edge, ROUND_HALF_UP) if rule.get("rounding") == "usp-7.20" else amount
        if seen == edge and strict:
            return False
        if (seen < edge) if end == "min" else (seen > edge):
            return False
    return True


# ---------------------------------------------------------------- ILAC-G8:09/2019 4.2.3, as its table says

sizes = st.sampled_from(["0.1", "0.2", "0.25", "0.3", "0.5"]).map(Decimal)
steps = st.integers(-12, 12).map(lambda step: Decimal(step) / 20)
BANDS = ("PASS", "conditional pass", "conditional fail", "FAIL")


def ilac(y: Decimal, limit: Decimal, guard: Decimal) -> str:
    """Pass y ≤ TL − w · conditional pass ≤ TL · conditional fail ≤ TL + w · fail above."""
    ends = (limit - guard, limit, limit + guard)
    return next((said for said, end in zip(BANDS, ends, strict=False) if y <= end), "FAIL")


@judged_property(st.sampled_from(GRID).map(Decimal), steps, sizes, st.sampled_from(["1", "0.5", "0.8"]), st.booleans())
def test_the_guard_band_decides_as_its_table_says(bench, limit, step, uncertainty, share, mirrored):
    """For a maximum, and mirrored for a minimum."""
    y = limit + step
    if y <= 0:
        return
    end = "min" if mirrored else "max"
    rule = {
        "id": "R",
        "kind": "amount",
        "of": "lead",
        "unit": "mg/kg",
        end: str(limit),
        "decision_rule": "guarded",
        "guard": share,
    }
    books = loaded(leaf_powder=book(BASE), zz=market(toml(rule)))
    lead = result("lead", span(y, y), uncertainty=uncertainty)
    found = finding(judged(bench, [interpreted("B", CLEAN["cadmium"], lead)], books), "R")
    w = uncertainty * Decimal(share)
    expected = ilac(2 * limit - y, limit, w) if mirrored else ilac(y, limit, w)
    bench.seen[expected] += 1
    assert (found.conditional or str(found.outcome)) == expected
    assert (found.outcome == "INCONCLUSIVE") == ("conditional" in expected)


# ---------------------------------------------------------------- sums


@judged_property(results("7-hydroxymitragynine"), results("mitragynine-pseudoindoxyl"), st.sampled_from(GRID))
def test_a_lower_bound_sum_never_exceeds_the_sum(bench, one, other, figure):
    rule = {"kind": "amount", "of": "7-oh-and-mp", "unit": "mg/kg", "max": figure}
    lower = {"id": "LOWER", **rule, "sum": "lower_bound", "sum_because": "x"}
    books = loaded(leaf_powder=book(BASE), zz=market(toml(lower), toml({"id": "PLAIN", **rule})))
    stated = [replace(said, certificate="a" * 64) for said in (one, other)]
    verdict = judged(bench, [interpreted("B", CLEAN["cadmium"], *stated)], books)
    low, plainly = finding(verdict, "LOWER"), finding(verdict, "PLAIN")
    assert low.interval.low <= plainly.interval.low or plainly.interval.low_open
    assert plainly.interval.high is None or (
        low.interval.high is not None and low.interval.high <= plainly.interval.high
    )
    assert RANK[low.outcome] <= RANK[plainly.outcome] or low.outcome == "FAIL"
    assert low.interval.low >= sum((said.interval.low for said in stated), Decimal(0))
    assert plainly.outcome != "PASS" or low.outcome == "PASS"


@judged_property(
    batches(), rules("A"), results("lead"), results("7-hydroxymitragynine"), results("tamc"), st.booleans()
)
def test_m19_no_further_certificate_removes_what_one_proves(bench, batch, rule, lead, seven, tamc, first):
    """A rulebook that one certificate fails, fails with any other beside it."""
    books = loaded(leaf_powder=book(BASE), extract=book(BASE), zz=market(toml(rule)))
    alone = [replace(one, results=tuple(replace(r, certificate="a" * 64) for r in one.results)) for one in batch[:1]]
    more = [replace(one, certificate="c" * 64) for one in (lead, seven, tamc)]
    second = interpreted("B", *more, product=alone[0].product, sha256="c" * 64)
    both = [second, *alone] if first else [*alone, second]
    before, after = judged(bench, alone, books), judged(bench, both, books)
    assert RANK[before.decision] < 2 or RANK[after.decision] == 2
