"""What makes a certificate worse or leaves it as it is, and never better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import cache

from hypothesis import assume
from hypothesis import strategies as st

from kratom_qc import vocabulary
from kratom_qc.app.batches import collect
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.reading import read_content
from kratom_qc.domain.interval import plain
from kratom_qc.domain.limit import Rulebook
from kratom_qc.interpret.compare import CrossCertificateChecks
from tests.factory import CLEAN_LEAF, DAY, REQUIRED_OF_LEAF, long_csv, row
from tests.judge.properties.leaf import (
    CONTAMINANTS,
    FACTS,
    HOME,
    MARKETS,
    MASS,
    METALS,
    NUMERIC,
    PAH,
    accepted,
    amounts,
    batches,
    changed,
    judged,
    law,
    leaves,
    paper,
)
from tests.judge.properties.pure import RANK, Case, judged_property
from tests.judge.properties.relations import never_better, never_released, numeric

chances = st.randoms(use_true_random=False)
factors = st.sampled_from([Decimal("1.0001"), Decimal(2), Decimal(10), Decimal(1000)])


def contaminant(name: str) -> st.SearchStrategy[tuple[str, str]]:
    return amounts(name).map(lambda amount: (name, plain(amount)))


NEVER_TOO_LITTLE = sorted({*METALS, *PAH, "7-Hydroxymitragynine", "Mitragynine pseudoindoxyl"})
contaminants = st.sampled_from(sorted(CONTAMINANTS)).flatmap(contaminant)


@judged_property(leaves(), contaminants, factors)
def test_m1_raising_a_contaminant_never_helps(bench, rows, found, factor):
    name, said = found
    before = {**rows, name: row(name, said, CONTAMINANTS[name][0])}
    never_better(accepted(bench, before), accepted(bench, changed(before, name, Result=plain(Decimal(said) * factor))))


MADE = (  # alkaloids that no leaf grows
    "Mitragynine pseudoindoxyl", "MGM-15", "MGM-16", "7-Acetoxymitragynine", "3-Dehydromitragynine",
    "9-Hydroxycorynantheidine", "10-Hydroxycorynantheidine",
)  # fmt: skip


@judged_property(leaves(), st.sampled_from(MADE), st.decimals("0.001", "50", places=3), st.sampled_from(["", ">", "≥"]))
def test_what_is_made_and_was_found_never_helps(bench, rows, name, amount, sign):
    """Neither as a summand of the alkaloids that a share of 7-OH is taken of, nor anywhere else."""
    before = {key: said for key, said in rows.items() if key != name}
    without, found = (
        accepted(bench, one) for one in (before, {**before, name: row(name, f"{sign}{plain(amount)}", "%")})
    )
    assert found.decision != "PASS"
    assert RANK[found.decision] >= RANK[without.decision]
    for market, decision in without.markets.items():
        assert RANK[found.markets[market]] >= RANK[decision], market


@judged_property(leaves(), st.decimals("0.3", "3", places=3), st.decimals(0, "50", places=3), st.booleans())
def test_m2_leaving_the_potency_band_fails(bench, rows, inside, outwards, down):
    """Whatever the rest of the leaf says: 0.3–3 % is our specification, and either side of it fails."""
    outside = max(Decimal(0), Decimal("0.299") - outwards) if down else Decimal("3.001") + outwards
    assume(outside > 0)
    before, after = (accepted(bench, changed(rows, "Mitragynine", Result=plain(one))) for one in (inside, outside))
    assert RANK[after.decision] >= RANK[before.decision]
    assert after.decision == "FAIL"


@judged_property(leaves(), chances)
def test_m3_losing_a_required_result_never_releases_a_batch(bench, rows, chance):
    lost = chance.sample(REQUIRED_OF_LEAF, chance.choice([1, 1, 2, 5]))
    whole = accepted(bench, rows)
    rest = accepted(bench, {name: said for name, said in rows.items() if name not in lost})
    assert rest.decision != "PASS"
    never_released(whole, rest)


@judged_property(leaves(), chances, st.sampled_from([Decimal(2), Decimal(10)]))
def test_m8_a_copy_that_differs_never_releases_a_batch(bench, rows, chance, factor):
    """A second number for the same thing, in the same file: a mean never settles it."""
    name = chance.choice(sorted(set(CLEAN_LEAF) & set(NUMERIC)))
    said = CLEAN_LEAF[name][0]
    again = str(Decimal(said) * factor)  # in as many digits: 0.05 and 0.1 may be one number, 0.05 and 0.10 are two
    before = {**rows, name: row(name, *CLEAN_LEAF[name])}
    after = accepted(bench, {**before, "again": row(name, again, CLEAN_LEAF[name][1])})
    assert after.decision != "PASS"
    never_released(accepted(bench, before), after)


@judged_property(leaves(), st.sampled_from(REQUIRED_OF_LEAF), chances, saw=("HOLD", "FAIL", "held"))
def test_m11_a_near_spelling_is_held_and_never_dropped(bench, rows, name, chance):
    at = chance.randrange(len(name))
    near = name[:at] + chance.choice("abcxyz1-") + name[at + chance.choice([0, 1]) :]
    assume(vocabulary.analyte(near) is None)
    reading = paper(changed(rows, name, Analyte=near).values())
    for verdict in judged(bench, reading):
        assert verdict.decision != "PASS"
        told = [one.analyte for one in verdict.findings if one.rule_id == "UNKNOWN-ANALYTE"]
        assert near.strip() in told or any(result.analyte == near.strip() for result in reading.certificates[0].results)
        bench.seen["held"] += 1


@judged_property(leaves(), contaminants, st.sampled_from(["0.5", "0.999", "0.001"]))
def test_m12_what_is_below_a_passes_wherever_below_a_does(bench, rows, found, share):
    """`<a` passes only where every value below a passes; a value below a fails only what `<a` leaves open."""
    name, bound = found
    value = plain(Decimal(bound) * Decimal(share)) if name in MASS else str(int(Decimal(bound) * Decimal(share)) or 1)
    assume(Decimal(value) < Decimal(bound))
    unit = CONTAMINANTS[name][0]
    censored = accepted(bench, {**rows, name: row(name, f"<{bound}", unit)})
    measured = accepted(bench, {**rows, name: row(name, value, unit)})
    if name not in PAH:  # where no sum is silent about what nobody measured, and nobody must
        never_released(measured, censored)
    found = {(one.rulebook, one.rule_id): one.outcome for one in measured.findings}
    for one in censored.findings:
        if numeric(one) and one.outcome in ("PASS", "FAIL"):
            assert found[one.rulebook, one.rule_id] == one.outcome, one.rule_id


@judged_property(leaves(), contaminants, factors)
def test_m13_a_higher_reporting_limit_never_helps(bench, rows, found, factor):
    name, bound = found
    unit, higher = CONTAMINANTS[name][0], plain(Decimal(bound) * factor)
    before, after = ({**rows, name: row(name, f"<{one}", unit)} for one in (bound, higher))
    never_better(accepted(bench, before), accepted(bench, after))


@judged_property(leaves(), st.sampled_from(NEVER_TOO_LITTLE), factors, st.sampled_from(["ND", "<LOD", "<LOQ"]))
def test_m13_a_higher_loq_or_lod_never_helps(bench, rows, name, factor, said):
    unit, edges = MASS[name]
    columns = ("LOD", "LOQ") if said == "ND" else (said[1:],)
    before, after = (
        {**rows, name: row(name, said, unit, **dict.fromkeys(columns, plain(Decimal(edges[0]) * one)))}
        for one in (Decimal("0.9"), Decimal("0.9") * factor)
    )
    # Not `never_better`: what is less known of a summand leaves a share of the whole less known, also one that had failed.
    never_released(accepted(bench, before), accepted(bench, after))


@judged_property(leaves(), st.lists(st.integers(0, 6000), min_size=2, max_size=2))
def test_m17_an_older_certificate_never_helps(bench, rows, ages):
    younger, older = ((DAY - timedelta(days=age)).isoformat() for age in sorted(ages))
    never_better(*(accepted(bench, rows, Date_Issued=day) for day in (younger, older)))


@judged_property(leaves(), st.integers(1, 400))
def test_m17_a_day_that_has_not_come_never_releases_a_batch(bench, rows, ahead):
    tomorrow = accepted(bench, rows, Date_Issued=(DAY + timedelta(days=ahead)).isoformat())
    assert tomorrow.decision != "PASS"
    never_released(accepted(bench, rows), tomorrow)


@judged_property(leaves(at_least=1), leaves(), chances)
def test_m19_a_second_certificate_never_washes_out_a_fail(bench, rows, other, chance):
    first = paper(rows.values(), name="first.csv", Date_Issued="2026-10-01", Certificate="C-1")
    second = paper(other.values(), name="second.csv", Certificate="C-2")
    assume(first.sha256 != second.sha256)
    (alone,) = judged(bench, first)
    readings = [first, second]
    chance.shuffle(readings)
    (both,) = judged(bench, *readings)
    assert RANK[both.decision] == 2 or RANK[alone.decision] < 2
    failed = {market for market, decision in alone.markets.items() if decision == "FAIL"}
    assert failed <= {market for market, decision in both.markets.items() if decision == "FAIL"}


@judged_property(leaves(), st.sampled_from([name for name in REQUIRED_OF_LEAF if name in NUMERIC]), st.text(min_size=1))
def test_m21_what_is_no_number_never_releases_a_batch(bench, rows, name, text):
    """Any text without a digit in the place of a required number: a word at best, and no word is an amount."""
    assume(not any(character.isdigit() or character.isnumeric() for character in text))
    for verdict in judged(bench, paper(changed(rows, name, Result=text).values())):
        assert verdict.decision != "PASS"
    never_released(accepted(bench, rows), accepted(bench, {one: said for one, said in rows.items() if one != name}))


DECLARED = ("us", "us-ga", "us-ms", "us-fl", "us-ri", "us-ca")  # per serving, per container, dry, per day


@cache
def whatever_is_declared() -> Mapping[str, Rulebook]:
    """The rulebooks without the limits that apply to what is declared only."""
    return {
        name: replace(book, limits=tuple(one for one in book.limits if not getattr(one, "declared_only", False)))
        for name, book in law().items()
    }


@judged_property(leaves(), chances, saw=("PASS", "HOLD", "FAIL", "lost"))
def test_fewer_facts_never_release_a_batch(bench, rows, chance):
    """Serving size, net content and moisture: what a basis needs and nobody states is missing, not fulfilled. Limits that
    apply where a daily amount is declared say what stands in their place; they are no part of this."""
    moist = {**rows, "Moisture": row("Moisture", chance.choice(["8.5", "<10"]), "%")}
    lost = chance.sample(["Serving_Size", "Net_Content", "Servings_Per_Day", "Moisture"], chance.randint(1, 3))
    rest = {name: said for name, said in moist.items() if name not in lost}
    papers = (paper(moist.values()), paper(rest.values(), **{fact: "" for fact in lost if fact != "Moisture"}))
    before, after = (
        Case(batches([one], DECLARED), whatever_is_declared(), DECLARED, ("us", "us-ga")) for one in papers
    )
    (one,), (other,) = bench.judge(before), bench.judge(after)
    never_released(one, other)
    bench.seen["lost"] += any("not known" in found.why or "nobody declared" in found.why for found in other.findings)


WORDS = (
    {"Limit": "NMT 0.1"},
    {"Limit": "NMT 5"},
    {"Limit": "ND"},
    {"Status": "Pass"},
    {"Status": "Fail"},
    {"LOQ": "0.5"},
    {},
)
PRINTED = st.lists(st.sampled_from(WORDS), min_size=6, max_size=6)
LOTS = st.sampled_from([("L-1", "L-1"), ("L-1", "L 1"), ("L-1", "L-2")])
EXPIRIES = st.sampled_from(["2026-10-01", "2028-01-01"])


@judged_property(leaves(), leaves(), PRINTED, LOTS, EXPIRIES, saw=("PASS", "HOLD", "FAIL", "doubted"))
def test_looking_for_contradictions_never_makes_a_verdict_better(bench, rows, other, printed, lots, expires):
    """Whatever a certificate says of itself and of others beside it: without our doubts and remarks, no verdict is worse."""
    more = ("Limit", "Status", "LOQ")
    said = {name: {**dict.fromkeys(more, ""), **line} for name, line in rows.items()}
    for line, words in zip(said.values(), printed, strict=False):
        line.update(words if line["Unit"] == "mg/kg" or "LOQ" not in words else {})
    readings = [
        read_content(f"{at}.csv", long_csv(lines, **{**FACTS, "Batch": lot, "Certificate": "C-1", "Expires": expires}))
        for at, (lot, lines) in enumerate(zip(lots, (said.values(), other.values()), strict=True))
    ]
    assume(not any(reading.refusals for reading in readings))
    plainly = [
        replace(reading, certificates=tuple(replace(one, hold_reasons=(), remarks=()) for one in reading.certificates))
        for reading in readings
    ]
    policy = JudgementPolicy(dict(law()), MARKETS, HOME, DAY)
    before, after = (
        bench.judge(Case(tuple(collect(found, policy, beside=beside)), law(), MARKETS, HOME))
        for found, beside in ((plainly, CrossCertificateChecks()), (readings, None))
    )
    for one, two in zip(before, after, strict=True):
        bench.seen["doubted"] += len(two.batch.hold_reasons) > len(one.batch.hold_reasons)
        assert RANK[two.decision] >= RANK[one.decision]
        assert all(RANK[two.markets[market]] >= RANK[said] for market, said in one.markets.items())
