"""How a verdict may move when one thing about a batch changes (decisions.md 6). No oracle is needed: two verdicts are compared.

Batches are made by chance from a seed and go the whole way, from the laboratory's csv to the verdict by the real rulebooks in
every market. One engine run judges the pairs of every property at once, because a run costs more than a thousand batches.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from factory import (
    CLEAN_LEAF,
    DAY,
    REAL,
    REQUIRED_OF_LEAF,
    book,
    certificate,
    clean_leaf,
    finding,
    judged,
    limit,
    row,
    rulebooks,
    rules,
)
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kratom_qc.interpret.compare import Beside
from kratom_qc.judge.plan import markets_of
from kratom_qc.judge.specification import load_rulebooks
from kratom_qc.model import Verdict

BOOKS = load_rulebooks(REAL)
MARKETS = markets_of(BOOKS)
# a clean leaf may be sold here; the others ban it, ask for what it does not show, or rest on what nobody has read
MERRY = ("us", "us-az", "us-co", "us-ga", "us-ky", "us-ne", "us-nv", "us-ok", "us-sc", "us-sd", "us-tx", "us-va", "cz")
FACTS = {"Serving Size": "5 g", "Date Issued": "2026-11-01", "Form": "leaf powder"}
PAIRS = 15
RANK = {"PASS": 0, "MISSING": 1, "INCONCLUSIVE": 1, "HOLD": 1, "FAIL": 2}
Rows = dict[str, dict[str, str]]

# analyte → unit, and the amounts between which a clean leaf and a wild one are made
METALS = {
    "Arsenic": ("mg/kg", 0.01, 0.4),
    "Cadmium": ("mg/kg", 0.01, 0.7),
    "Lead": ("mg/kg", 0.01, 1.1),
    "Mercury": ("mg/kg", 0.005, 0.09),
}
PAH = dict.fromkeys(("Benzo(a)pyrene", "Benz(a)anthracene", "Benzo(b)fluoranthene", "Chrysene"), ("ug/kg", 0.5, 9.0))
COUNTS = {"TAMC": ("cfu/g", 10, 9_000_000), "TYMC": ("cfu/g", 10, 90_000), "BTGN": ("cfu/g", 10, 9_000)}
ALKALOIDS = {
    "Mitragynine": ("%", 0.9, 2.4),
    "7-Hydroxymitragynine": ("%", 0.001, 0.009),
    "Paynantheine": ("%", 0.1, 0.4),
    "Speciogynine": ("%", 0.1, 0.3),
    "Speciociliatine": ("%", 0.1, 0.4),
}
MASS = {**METALS, **PAH, **ALKALOIDS}
CONTAMINANTS = {**METALS, **PAH, **COUNTS}


class Chance(random.Random):
    """Laboratories by chance."""

    def amount(self, low: float, high: float) -> str:
        text = f"{self.uniform(low, high):.{self.choice([2, 3, 4])}f}"
        return text if float(text) else "0.001"

    def clean(self) -> Rows:
        """A leaf that passes wherever leaf can."""
        rows = {}
        for name, (unit, low, high) in MASS.items():
            said = self.amount(low, high)
            rows[name] = row(name, f"<{said}" if name in CONTAMINANTS and self.random() < 0.3 else said, unit)
        for name, (unit, low, high) in COUNTS.items():
            rows[name] = row(name, str(self.randint(low, high)), unit)
        rows["E. coli"], rows["Salmonella"] = row("E. coli", "Absent in 100 g"), row("Salmonella", "Absent in 100 g")
        return rows

    def wild(self) -> Rows:
        """A leaf with some results anywhere around its limits, censored, not detected or not tested."""
        rows = self.clean()
        for name, (unit, _, high) in {**MASS, **COUNTS}.items():
            if self.random() < 0.5:
                continue
            size = str(self.randint(1, int(high * 3))) if name in COUNTS else self.amount(high / 3, high * 3)
            said = self.choice([size, size, f"<{size}", f">{size}", f"≤{size}", "ND", "NT"])
            rows[name] = row(
                name, said, unit, **({"LOD": self.amount(high / 4, high * 2)} if said == "ND" and name in MASS else {})
            )
        return rows


def number(said: str) -> Decimal | None:
    return Decimal(said) if said.replace(".", "", 1).isdigit() else None


def changed(rows: Rows, name: str, **said: str) -> Rows:
    return {**rows, name: {**rows[name], **said}}


# ---------------------------------------------------------------- the properties: (chance) → before, after, names concerned


def raise_a_contaminant(chance: Chance):
    before = chance.wild()
    name = chance.choice([name for name in CONTAMINANTS if number(before[name]["Result"])])
    return before, changed(before, name, Result=str(number(before[name]["Result"]) * chance.choice([2, 10, 1000])))


def raise_a_reporting_limit(chance: Chance):
    before = chance.wild()
    name = chance.choice(list(METALS))
    low = chance.amount(*METALS[name][1:])
    before[name] = row(name, f"<{low}", "mg/kg")
    return before, changed(before, name, Result=f"<{Decimal(low) * chance.choice([2, 10, 100])}")


def leave_the_potency_band(chance: Chance):
    before = chance.clean()
    return before, changed(before, "Mitragynine", Result=chance.choice(["0.29", "0.1", "3.01", "30"]))


def duplicate_a_row(chance: Chance):
    before = chance.wild()
    name = chance.choice(list(before))
    return before, {**before, "again": before[name]}


def shuffle_rows_and_columns(chance: Chance):
    before = chance.wild()
    names = chance.sample(list(before), len(before))
    columns = chance.sample(["Analyte", "Result", "Unit", "LOD"], 4)
    return before, {name: {column: before[name].get(column, "") for column in columns} for name in names}


UNITS = {
    "%": [("mg/g", 10), ("g/kg", 10), ("mg/kg", 10000), ("ppm", 10000), ("µg/g", 10000), ("μg/g", 10000)],
    "mg/kg": [
        ("ppm", 1),
        ("ug/g", 1),
        ("mcg/g", 1),
        ("ppb", 1000),
        ("µg/kg", 1000),
        ("%", Decimal("0.0001")),
        ("mg/g", Decimal("0.001")),
    ],
    "ug/kg": [("ppb", 1), ("ng/g", 1), ("mg/kg", Decimal("0.001"))],
}


def rewrite_a_unit(chance: Chance):
    before = chance.wild()
    name = chance.choice([name for name in MASS if number(before[name]["Result"].lstrip("<>≤"))])
    said = before[name]["Result"]
    unit, factor = chance.choice(UNITS[before[name]["Unit"]])
    amount = number(said.lstrip("<>≤")) * factor
    return before, changed(before, name, Result=said.rstrip("0123456789.") + f"{amount:f}", Unit=unit)


SPELLINGS = {
    "Lead": ["Pb", "Lead (Pb)", "LEAD"],
    "Arsenic": ["As", "arsenic"],
    "Cadmium": ["Cd", "Cadmium (Cd)"],
    "Mercury": ["Hg"],
    "Mitragynine": ["MITRAGYNINE", "Mitragynine (MIT)", "mitragynin"],
    "7-Hydroxymitragynine": ["7-OH", "7-OHMG", "7-HMG"],
    "E. coli": ["Escherichia coli", "e-coli"],
    "TAMC": ["Total Aerobic Microbial Count"],
}


def spell_it_another_way(chance: Chance):
    before = chance.wild()
    name = chance.choice(list(SPELLINGS))
    return before, changed(before, name, Analyte=chance.choice(SPELLINGS[name]))


def print_more_zeros(chance: Chance):
    before = chance.wild()
    name = chance.choice([name for name in MASS if "." in before[name]["Result"]])
    return before, changed(before, name, Result=before[name]["Result"] + chance.choice(["0", "000"]))


def censor_a_value(chance: Chance):
    """after: `<a`; before: any value below a."""
    before = chance.wild()
    name = chance.choice(list(CONTAMINANTS))
    bound = chance.randint(2, int(CONTAMINANTS[name][2] * 2) + 3)
    inside = chance.choice([Decimal(bound) / 2, Decimal(bound) - Decimal("0.001"), Decimal("0.001")])
    return changed(before, name, Result=str(inside)), changed(before, name, Result=f"<{bound}")


def _numeric(found) -> bool:
    return found.source is not None and found.source.kind in ("amount", "not_detected")


def not_better(before: Verdict, after: Verdict) -> bool:
    outcome = {(found.rulebook, found.rule_id): RANK[found.outcome] for found in after.findings if _numeric(found)}
    return (
        RANK[after.decision] >= RANK[before.decision]
        and all(RANK[after.markets[market]] >= RANK[decision] for market, decision in before.markets.items())
        and all(
            outcome[found.rulebook, found.rule_id] >= RANK[found.outcome]
            for found in before.findings
            if _numeric(found)
        )
    )


EXACT = {"the same findings": lambda before, after: told(before) == told(after)}
NEVER_BETTER = {"no finding and no verdict is better": not_better}
PROPERTIES: dict[str, tuple[Callable, dict]] = {
    "M1 raising a contaminant never helps": (raise_a_contaminant, NEVER_BETTER),
    "M2 leaving the potency band never helps": (
        leave_the_potency_band,
        {"fails": lambda before, after: before.decision == "PASS" and after.decision == "FAIL"},
    ),
    "M6 the same amount in another unit is the same": (rewrite_a_unit, EXACT),
    "M7 the order of rows and columns says nothing": (shuffle_rows_and_columns, EXACT),
    "M8 an exact copy of a row says nothing": (duplicate_a_row, EXACT),
    "M11 a known spelling says the same": (spell_it_another_way, EXACT),
    "M12 `<a` passes only where every value below a passes": (
        censor_a_value,
        {
            "no value below fails what `<a` passes": lambda before, after: (
                all(
                    one.outcome == "PASS"
                    for one in before.findings
                    if _numeric(one) and finding(after, one.rule_id).outcome == "PASS"
                )
                if len({one.rule_id for one in before.findings}) == len(before.findings)
                else True
            )
        },
    ),
    "M13 a higher reporting limit never helps": (raise_a_reporting_limit, NEVER_BETTER),
    "M15 more zeros say nothing": (print_more_zeros, EXACT),
}


def told(verdict: Verdict):
    """A verdict without the places it was read from."""
    return (
        verdict.decision,
        sorted(verdict.markets.items()),
        sorted(
            (
                found.rulebook,
                found.rule_id,
                found.outcome,
                found.decides,
                str(found.interval.low.normalize()),
                str(found.interval.high and found.interval.high.normalize()),
                found.interval.low_open,
                found.interval.high_open,
            )
            for found in verdict.findings
        ),
    )


@pytest.fixture(scope="module")
def pairs():
    """property → (rows before, rows after, verdict before, verdict after) of every pair, from one run."""
    made, readings = {}, []
    for name, (change, _) in PROPERTIES.items():
        for at in range(PAIRS):
            before, after = change(Chance(f"{name} {at}"))
            made[name, at] = before, after
            for which, rows in (("before", before), ("after", after)):
                readings.append(certificate(f"{name} {at} {which}", *rows.values(), form="", **FACTS))
    verdicts = judged(readings, BOOKS, markets=MARKETS, home=["us"])
    return {
        name: [
            (*made[name, at], verdicts[f"{name} {at} before"], verdicts[f"{name} {at} after"]) for at in range(PAIRS)
        ]
        for name in PROPERTIES
    }


@pytest.mark.parametrize(
    ("name", "relation"), [(name, relation) for name, (_, of) in PROPERTIES.items() for relation in of]
)
def test_metamorphic(pairs, name, relation):
    holds = PROPERTIES[name][1][relation]
    broken = [_difference(*pair) for pair in pairs[name] if not holds(pair[2], pair[3])]
    assert broken == []


def _difference(before: Rows, after: Rows, one: Verdict, other: Verdict) -> str:
    rows = [(name, before.get(name), line) for name, line in after.items() if before.get(name) != line]
    first, second = set(told(one)[2]), set(told(other)[2])
    lost, won = (sorted(map(str, found))[:3] for found in (first - second, second - first))
    return f"{rows}: {one.decision} → {other.decision}; {lost} → {won}"


def test_the_batches_made_by_chance_tell_something(pairs):
    decisions = [pair[2].decision for made in pairs.values() for pair in made]
    assert {str(decision) for decision in decisions} == {"PASS", "HOLD", "FAIL"}


# ---------------------------------------------------------------- the first property


@settings(
    max_examples=2, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(
    st.lists(
        st.sets(st.sampled_from(list(CLEAN_LEAF)), min_size=1, max_size=len(CLEAN_LEAF) - 1), min_size=40, max_size=40
    )
)
def test_losing_a_required_assay_never_releases_a_batch(subsets):
    subsets = [*subsets, *({name} for name in CLEAN_LEAF)]
    readings = [certificate(str(at), *clean_leaf(**dict.fromkeys(lost))) for at, lost in enumerate(subsets)]
    verdicts = judged([*readings, certificate("whole", *clean_leaf())], BOOKS, markets=["us"], beside=Beside())
    assert verdicts["whole"].decision == "PASS"
    released = [
        sorted(lost)
        for at, lost in enumerate(subsets)
        if lost & set(REQUIRED_OF_LEAF) and verdicts[str(at)].decision == "PASS"
    ]
    assert released == []


def test_losing_any_other_result_is_listed():
    tested = {
        "Mitragynine pseudoindoxyl": ("mitragynine-pseudoindoxyl", "<0.1", "mg/kg"),
        "MGM-15": ("mgm-15", "<0.1", "mg/kg"),
        "Aflatoxin B1": ("aflatoxin-b1", "<1", "ug/kg"),
        "Tianeptine": ("tianeptine", "<0.1", "mg/kg"),
    }
    readings = [
        certificate(
            f"without {lost}",
            *clean_leaf(),
            *(row(name, said, unit) for name, (_, said, unit) in tested.items() if name != lost),
        )
        for lost in tested
    ]
    verdicts = judged(readings, BOOKS, markets=["us"], beside=Beside())
    for lost, (analyte, *_) in tested.items():
        verdict = verdicts[f"without {lost}"]
        listed = [
            found
            for found in verdict.findings
            if found.analyte == analyte and found.outcome == "MISSING" and not found.decides
        ]
        assert listed, lost
        assert verdict.decision == "PASS"


def test_looking_for_contradictions_never_makes_a_verdict_better():
    """Whatever a certificate says of itself and others beside it: with every doubt and remark of ours left out, no verdict
    is worse. Clean and wild leaf by chance, with printed limits, verdicts, LOQs and numbers that do not fit."""
    chance = Chance(20261122)
    readings = []
    for at in range(60):
        rows = list((chance.clean() if at % 2 else chance.wild()).values())
        for said in chance.sample(rows, 6):
            loq = {"LOQ": "0.5"} if said["Unit"] == "mg/kg" and chance.random() < 0.3 else {}
            said.update(
                Limit=chance.choice(["NMT 0.1", "NMT 5", "ND"]), Status=chance.choice(["Pass", "", "Fail"]), **loq
            )
        facts = {**FACTS, "Certificate": f"C-{at // 3}", "Expires": chance.choice(["2026-10-01", "2028-01-01"])}
        readings.append(certificate(chance.choice([f"L-{at}", f"L {at - 1}"]), *rows, name=f"{at}.csv", **facts))
    plain = [
        replace(reading, analyses=tuple(replace(a, doubts=(), remarks=()) for a in reading.analyses))
        for reading in readings
    ]
    before = judged(plain, BOOKS, markets=MARKETS, beside=Beside())
    after = judged(readings, BOOKS, markets=MARKETS)
    assert {rule for verdict in after.values() for rule in rules(verdict)} >= {
        "BATCH-ID-TWINS",
        "CERTIFICATE-ID-REUSED",
    }
    worse = [
        batch
        for batch, verdict in after.items()
        for one, other in [
            (before[batch].decision, verdict.decision),
            *zip(before[batch].markets.values(), verdict.markets.values(), strict=True),
        ]
        if RANK[other] < RANK[one]
    ]
    assert worse == []
    assert any("PASS" in verdict.markets.values() for verdict in before.values())


def test_a_clean_leaf_passes_where_leaf_can():
    verdicts = judged(
        [certificate(str(at), *Chance(at).clean().values(), form="", **FACTS) for at in range(PAIRS)],
        BOOKS,
        markets=MERRY,
        home=["us"],
    )
    assert {market: verdict.markets[market] for verdict in verdicts.values() for market in MERRY} == dict.fromkeys(
        MERRY, "PASS"
    )


# ---------------------------------------------------------------- against every single row


def test_a_copy_that_differs_holds_the_batch():
    """M8: half or twice the amount beside the first one."""
    twice = {
        "Mitragynine": "1.1",
        "Lead": "0.1",
        "TAMC": "24000",
        "E. coli": "Present in 10 g",
        "Mercury": "0.02",
        "TYMC": "<10",
    }
    readings = [certificate(name, *clean_leaf(), row(name, said, CLEAN_LEAF[name][1])) for name, said in twice.items()]
    assert {name: str(verdict.decision) for name, verdict in judged(readings, BOOKS, markets=["us"]).items()} == {
        **dict.fromkeys(twice, "HOLD"),
        "E. coli": "FAIL",
    }


def test_a_near_spelling_holds_the_batch_and_is_never_dropped():
    """M11: only the declared spellings count."""
    near = {"Lead": "Leed", "Mercury": "Mercuri", "Salmonella": "Salmonnela", "Mitragynine": "Mitragynin3"}
    readings = [
        certificate(name, *clean_leaf(**{name: None}), row(said, *CLEAN_LEAF[name])) for name, said in near.items()
    ]
    for verdict in judged(readings, BOOKS, markets=["us"]).values():
        assert verdict.decision == "HOLD"
        assert "UNKNOWN-ANALYTE" in rules(verdict)


def test_other_lots_change_nothing():
    """M9: the lot alone, and among others that fail, in the same file and in other files."""
    lot = certificate("LOT", *clean_leaf(), form="", **FACTS)
    alone = judged([lot], BOOKS, markets=("us", "cz"), home=["us"])["LOT"]
    others = [certificate(f"O{at}", *Chance(at).wild().values(), form="", **FACTS) for at in range(10)]
    among = judged([*others[:5], lot, *others[5:]], BOOKS, markets=("us", "cz"), home=["us"])["LOT"]
    rows = [
        *({**one, "Batch": "X"} for one in Chance(3).wild().values()),
        *({**one, "Batch": "LOT"} for one in clean_leaf()),
    ]
    mixed = judged([certificate("X", *rows, form="", **FACTS)], BOOKS, markets=("us", "cz"), home=["us"])["LOT"]
    assert told(alone) == told(among) == told(mixed)


# ---------------------------------------------------------------- limits that change


def test_tightening_a_limit_never_loosens(tmp_path):
    """M4 and M5: the same results by one rulebook (leaf), a tighter one (capsule) and one that asks for more (extract)."""

    def lead(at: str, **more):
        return limit("PB", "lead", f"not more than {at} mg/kg", max=at, unit="mg/kg", **more)

    cadmium = limit("CD", "cadmium", "not more than 1 mg/kg", max="1", unit="mg/kg")
    books = rulebooks(
        tmp_path,
        leaf_powder=book(lead("0.5")),
        capsule=book(lead("0.4")),
        extract=book(lead("0.5"), cadmium),
        liquid=book(limit("PB", "lead", "less than 0.5 mg/kg", max="0.5", unit="mg/kg", strict=True)),
        edible=book(lead("0.5", decision_rule="guarded")),
    )
    said = [
        *(f"{sign}{n / 20:.2f}" for n in range(0, 16) for sign in ("", "<", "≤", ">", "≥")),
        "ND",
        "NT",
        "0.45 ± 0.1",
        "0.2 ± 0.1",
    ]
    said = [text for text in said if text not in ("<0.00", "≤0.00")]
    forms = ("leaf powder", "capsules", "extract", "liquid", "gummy")
    verdicts = judged(
        [certificate(f"{form} {text}", row("Lead", text, "mg/kg"), form=form) for form in forms for text in said], books
    )
    for text in said:
        loose, *tighter = (RANK[verdicts[f"{form} {text}"].decision] for form in forms)
        for form, rank in zip(forms[1:3], tighter[:2], strict=True):
            assert rank >= loose, (text, form)
        assert tighter[2] >= loose, (text, "strict")
        assert tighter[3] >= loose or loose == RANK["FAIL"], (
            text,
            "guarded: a FAIL may become a conditional one, never a PASS",
        )
        assert not (tighter[3] == 0 and loose)


def test_a_larger_uncertainty_never_helps(tmp_path):
    """M16, under a guarded decision rule, at both ends of a limit."""
    books = rulebooks(
        tmp_path,
        leaf_powder=book(
            limit("PB", "lead", "0.3–0.5 mg/kg", min="0.3", max="0.5", unit="mg/kg", decision_rule="guarded")
        ),
    )
    steps = ["0", "0.01", "0.05", "0.1", "0.2", "1"]
    said = ["0.29", "0.30", "0.31", "0.35", "0.40", "0.45", "0.49", "0.50", "0.51", "0.9"]
    verdicts = judged(
        [certificate(f"{text} {size}", row("Lead", f"{text} ± {size}", "mg/kg")) for text in said for size in steps],
        books,
    )
    for text in said:
        passes = [verdicts[f"{text} {size}"].decision == "PASS" for size in steps]
        assert passes == sorted(passes, reverse=True), text


def test_time_never_helps():
    """M17: an older certificate is not better, and a limit of the future changes nothing today."""
    dates = ["2026-11-22", "2026-10-01", "2025-01-01", "2024-11-22", "2024-11-21", "2010-01-01"]
    readings = [certificate(day, *clean_leaf(), Date_Issued=day) for day in dates]
    verdicts = judged(readings, BOOKS, markets=["us"], beside=Beside())
    ranks = [RANK[verdicts[day].decision] for day in dates]
    assert ranks == sorted(ranks)
    assert ranks[0] == 0
    assert ranks[-1] > 0


def test_a_limit_of_the_future_changes_nothing_today(tmp_path):
    said = [row("Lead", "0.4", "mg/kg")]
    now = limit("PB", "lead", "not more than 0.5 mg/kg", max="0.5", unit="mg/kg")
    later = limit("PB-NEXT", "lead", "not more than 0.1 mg/kg", max="0.1", unit="mg/kg", effective_from="2026-11-23")
    books = rulebooks(tmp_path, leaf_powder=book(now, later))
    assert judged([certificate("L", *said)], books, on=DAY)["L"].decision == "PASS"
    assert judged([certificate("L", *said)], books, on=DAY.replace(day=23))["L"].decision == "FAIL"


FAILING = {
    "Lead": ("5", "mg/kg"),
    "Mercury": ("0.41", "mg/kg"),
    "Salmonella": ("Present in 25 g", ""),
    "TAMC": ("20000000", "cfu/g"),
    "Mitragynine": ("5", "%"),
    "7-Hydroxymitragynine": ("0.5", "%"),
    "E. coli": ("30", "cfu/g"),
}


def test_an_earlier_failing_certificate_is_never_washed_out():
    """M19: in whichever order the files are given, and whichever analyte failed."""
    clean = {name: certificate(f"{name}", *clean_leaf(), name="clean.csv", Certificate="C-2") for name in FAILING}
    failed = {
        name: certificate(f"{name}", *clean_leaf(**{name: said}), name="failed.csv", Certificate="C-1")
        for name, said in FAILING.items()
    }
    one = judged([*clean.values(), *failed.values()], BOOKS, markets=["us"])
    other = judged([*failed.values(), *clean.values()], BOOKS, markets=["us"])
    alone = judged(list(failed.values()), BOOKS, markets=["us"])
    assert {name: [str(run[name].decision) for run in (alone, one, other)] for name in FAILING} == dict.fromkeys(
        FAILING, ["FAIL"] * 3
    )
