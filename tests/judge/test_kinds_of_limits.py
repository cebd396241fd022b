"""Limits of every kind as truth tables: what a certificate says, and what is believed of it."""

from __future__ import annotations

from itertools import product

import pytest

from kratom_qc.domain.errors import RulebookError
from tests.factory import book, certificate, finding, judged, limit, lot, row, rulebooks

MG, CFU = "mg/kg", "cfu/g"
BECAUSE = "a test says so, section 2"
LEAD = limit("PB", "lead", "not more than 0.5 mg/kg", max="0.5", unit=MG)
GOOD = row("Lead", "0.1", MG)
NOTED = {"when_missing": "note", "silence_because": "nobody orders it"}
OURS = [
    limit(f"OURS-{metal}", metal, "not more than 99 mg/kg", max="99", unit=MG, **NOTED)
    for metal in ("nickel", "cadmium")
]
MARKET = {"kind": "market"}


# ---------------------------------------------------------------- a microbiological criterion of 10^n

TIMES = {  # multiplier: the count up to which 10^4 is met
    None: [("10000", "PASS"), ("10001", "FAIL")],
    "1": [("10000", "PASS"), ("10001", "FAIL")],
    "2": [("20000", "PASS"), ("20001", "FAIL"), ("<20000", "PASS"), ("<20001", "INCONCLUSIVE"), (">20000", "FAIL")],
    "5": [("50000", "PASS"), ("50001", "FAIL"), ("1E4", "PASS"), (">30000", "INCONCLUSIVE"), ("TNTC", "INCONCLUSIVE")],
}
COUNTS = [(times, said, outcome) for times, table in TIMES.items() for said, outcome in table]


@pytest.fixture(scope="module")
def counted(tmp_path_factory):
    def tamc(times: str | None) -> str:
        more = {"multiplier": times, "multiplier_because": "USP <2021>, interpretation"} if times else {}
        return limit(f"TAMC {times}", "tamc", "TAMC not more than 10,000 cfu/g", max="10000", unit=CFU, **more)

    books = rulebooks(tmp_path_factory.mktemp("books"), leaf_powder=book(*map(tamc, TIMES)))
    said = {said.replace("1E4", "1.0x10^4"): said for _, said, _ in COUNTS}
    verdicts = judged([certificate(said[printed], row("TAMC", printed, CFU)) for printed in said], books)
    return verdicts


@pytest.mark.parametrize(("times", "said", "outcome"), COUNTS)
def test_a_count_against_a_multiplied_criterion(counted, times, said, outcome):
    found = finding(counted[said], f"TAMC {times}")
    assert str(found.outcome) == outcome
    assert (f"criterion times {times}" in found.decision_rule) == (times is not None)


def test_a_multiplied_strict_criterion_stays_strict(tmp_path):
    less = limit(
        "TAMC", "tamc", "less than 10,000 cfu/g", max="10000", unit=CFU, strict=True, multiplier="2",
        multiplier_because="USP <2021>",
    )  # fmt: skip
    verdicts = judged(
        [certificate(said, row("TAMC", said, CFU)) for said in ("19999", "20000")],
        rulebooks(tmp_path, leaf_powder=book(less)),
    )
    assert [str(finding(verdicts[said], "TAMC").outcome) for said in ("19999", "20000")] == ["PASS", "FAIL"]


# ---------------------------------------------------------------- 7-OH found without what nature sends with it

SAYS = {"found": "0.2", "not found": "ND", "unclear": "<LOQ", "not tested": None, "below": "<0.5", "trace": "trace"}
CLEAR = {"found": "there", "trace": "there", "not found": "gone", "below": "gone", "unclear": "?", "not tested": None}
COMBINATIONS = list(product(SAYS, SAYS, ("found", "not found", "unclear", "not tested")))


def unnatural(seven: str, *minor: str) -> str:
    """What the words of decisions make of it: FAIL where 7-OH is there and everyone of the others is gone."""
    said = [CLEAR[one] for one in (seven, *minor)]
    if None in said:
        return "MISSING"
    if said[0] == "gone" or "there" in said[1:]:
        return "PASS"
    return "FAIL" if said[0] == "there" and set(said[1:]) == {"gone"} else "INCONCLUSIVE"


@pytest.fixture(scope="module")
def profiles(tmp_path_factory):
    screen = limit(
        "SPIKED", text="7-OH without speciogynine and paynantheine", kind="profile", screen=True,
        present="7-hydroxymitragynine", absent=["speciogynine", "paynantheine"],
    )  # fmt: skip
    most = limit("7OH", "7-hydroxymitragynine", "not more than 9999 mg/kg", max="9999", unit=MG, **NOTED)
    books = rulebooks(tmp_path_factory.mktemp("books"), leaf_powder=book(LEAD, most, screen))
    readings = []
    for case in COMBINATIONS:
        rows = [
            row(name, SAYS[said], MG, LOD="0.1", LOQ="0.5")
            for name, said in zip(("7-OH", "Speciogynine", "Paynantheine"), case, strict=True)
            if SAYS[said]
        ]
        readings.append(certificate(lot(" / ".join(case)), GOOD, *rows))
    return judged(readings, books)


@pytest.mark.parametrize("case", COMBINATIONS, ids=" / ".join)
def test_a_profile_warns_of_one_alkaloid_without_the_others_and_decides_nothing(profiles, case):
    verdict = profiles[lot(" / ".join(case))]
    found = finding(verdict, "SPIKED")
    assert (str(found.outcome), found.decides) == (unnatural(*case), False)
    assert verdict.decision == "PASS"
    if found.outcome == "FAIL":
        assert found.why == (
            "7-Hydroxymitragynine was found without Speciogynine, Paynantheine, which leaf always brings with it"
        )


# ---------------------------------------------------------------- several words on one thing

WORDS = {"leafy": "PASS", "not found": "INCONCLUSIVE", "does not conform": "FAIL"}  # from best to worst


@pytest.mark.parametrize("said", list(product(WORDS, WORDS)), ids=" and ".join)
def test_the_worst_of_several_words_counts_in_whichever_order(tmp_path, said):
    odour = limit("ODOUR", "odour", "characteristic odour", kind="described")
    books = rulebooks(tmp_path, leaf_powder=book(LEAD, odour))
    papers = [
        certificate("L", GOOD, row("Odour", word), name=f"{at}.csv", Certificate=f"C-{at}")
        for at, word in enumerate(said)
    ]
    one_paper = judged([certificate("L", GOOD, *(row("Odour", word) for word in said))], books)["L"]
    worst = max(said, key=list(WORDS).index)
    for verdict in (one_paper, judged(papers, books)["L"]):
        assert str(finding(verdict, "ODOUR").outcome) == WORDS[worst]


STAND = [  # what a limit asks, what else it says, the odour that the certificate states: outcome, does it decide
    ("described", {}, "leafy", "PASS", True),
    ("described", {}, "does not conform", "FAIL", True),
    ("described", {}, "not found", "INCONCLUSIVE", True),
    ("described", {}, "", "MISSING", True),
    ("described", {}, "NT", "MISSING", True),
    ("described", {"when_missing": "note"}, "", "MISSING", False),
    ("described", {"when_missing": "note"}, "leafy", "PASS", True),
    ("described", {"when_missing": "note"}, "does not conform", "FAIL", True),
    ("described", {"evidence": "memory"}, "leafy", "INCONCLUSIVE", True),
    ("described", {"evidence": "memory"}, "does not conform", "INCONCLUSIVE", True),
    ("described", {"evidence": "memory"}, "", "MISSING", True),
    ("certificate", {"requires": ["laboratory"]}, "leafy", "PASS", True),
    ("certificate", {"requires": ["laboratory"], "evidence": "memory"}, "leafy", "INCONCLUSIVE", True),
    ("certificate", {"requires": ["accreditation"]}, "leafy", "MISSING", True),
    ("certificate", {"requires": ["accreditation"], "when_missing": "note"}, "leafy", "MISSING", False),
    ("product_class", {"requires": ["leaf_powder"]}, "leafy", "PASS", True),
    ("product_class", {"requires": ["leaf_powder"], "evidence": "memory"}, "leafy", "INCONCLUSIVE", True),
]


@pytest.mark.parametrize(("kind", "more", "odour", "outcome", "decides"), STAND)
def test_how_a_limit_that_asks_for_no_amount_is_answered(tmp_path, kind, more, odour, outcome, decides):
    about = "odour" if kind == "described" else ""
    silence = {"silence_because": "nobody orders it"} if "when_missing" in more else {}
    asked = limit("ASKED", about, " and ".join(more.get("requires", ["as printed"])), kind=kind, **more, **silence)
    rows = [GOOD, row("Odour", odour)] if odour else [GOOD]
    paper = certificate("L", *rows, Laboratory="Prairie Reference Laboratory")
    found = finding(judged([paper], rulebooks(tmp_path, leaf_powder=book(LEAD, asked)))["L"], "ASKED")
    assert (str(found.outcome), found.decides, found.analyte) == (outcome, decides, about or None)
    told = kind == "described" and odour not in ("", "NT")
    assert (str(found.ref) if found.ref else None) == ("E3" if told else None)
    assert ("memory" in found.why) == (outcome == "INCONCLUSIVE" and "evidence" in more)


UNIT_LESS = [  # words without a unit that no limit on an amount can be compared with: outcome, decision, the cell shown
    (["NT", "Detected"], "INCONCLUSIVE", "HOLD", "D4"),
    (["Detected", "NT"], "INCONCLUSIVE", "HOLD", "D3"),
    (["ND", "Detected"], "INCONCLUSIVE", "HOLD", "D4"),
    (["Detected", "ND"], "INCONCLUSIVE", "HOLD", "D3"),
    (["Detected", "Detected"], "INCONCLUSIVE", "HOLD", "D3"),
    (["NT", "ND"], "MISSING", "PASS", "D4"),
    (["ND", "NT"], "MISSING", "PASS", "D3"),
    (["ND", "ND"], "MISSING", "PASS", "D3"),
    (["NT", ""], "MISSING", "PASS", "D3"),
]


@pytest.mark.parametrize("rule", ["simple", "guarded"])
@pytest.mark.parametrize(("said", "outcome", "decision", "cell"), UNIT_LESS)
def test_what_was_found_without_a_unit_outweighs_every_silence(tmp_path, said, outcome, decision, cell, rule):
    """Even where silence is only noted."""
    noted = {"when_missing": "note", "silence_because": "nobody orders it", "decision_rule": rule}
    nickel = limit("NI", "nickel", "not more than 1 mg/kg", max="1", unit="mg/kg", **noted)
    rows = [GOOD, *(row("Nickel", word) for word in said)]
    verdict = judged([certificate("L", *rows)], rulebooks(tmp_path, leaf_powder=book(LEAD, nickel)))["L"]
    found = finding(verdict, "NI")
    assert (str(found.outcome), str(verdict.decision), str(found.ref)) == (outcome, decision, cell)
    assert found.conditional == ""


@pytest.mark.parametrize(("own", "inherited"), [(100, 400), (400, 100), (100, None), (None, 100)])
def test_a_certificate_may_be_as_old_as_the_strictest_rulebook_says(tmp_path, own, inherited):
    ages = [{} if age is None else {"certificate_max_age_days": age} for age in (own, inherited)]
    books = rulebooks(
        tmp_path,
        leaf_powder=book(LEAD, extends=["general"], **ages[0]),
        general=book(LEAD.replace("PB", "PB-2"), kind="standard", **ages[1]),
    )
    days = {"2026-08-14": "PASS", "2026-08-13": "HOLD"}  # 100 and 101 days before the day of judgement
    for tested, decision in days.items():
        verdict = judged([certificate("L", GOOD, Date_Tested=tested)], books)["L"]
        assert (tested, str(verdict.decision)) == (tested, decision)


def test_what_one_market_forbids_is_no_other_markets_business(tmp_path):
    strict = limit("CZ", "lead", "not more than 0.05 mg/kg", max="0.05", unit=MG)
    loose = limit("TX", "lead", "not more than 2 mg/kg", max="2", unit=MG)
    books = rulebooks(tmp_path, cz=book(strict, **MARKET), leaf_powder=book(LEAD), us_tx=book(loose, **MARKET))
    verdict = judged([certificate("L", GOOD)], books, markets=("cz", "us-tx"), home=("us-tx",))["L"]
    assert (str(verdict.decision), {name: str(said) for name, said in verdict.markets.items()}) == (
        "PASS",
        {"cz": "FAIL", "us-tx": "PASS"},
    )
    held = judged([certificate("L", GOOD, row("Leed", "1", MG))], books, markets=("cz", "us-tx"), home=("us-tx",))["L"]
    assert [str(held.decision), *map(str, held.markets.values())] == ["HOLD", "FAIL", "HOLD"]


# ---------------------------------------------------------------- bans, and what nobody has read

BAN = limit("BAN", text="kratom may not be sold", kind="ban")
UNREAD = limit("UNREAD", text="the definition was not located", kind="unread")
TRUE = limit("TRUE", text="not sold to anyone under 21", kind="attestation")
CLASS = limit(
    "CLASS", text="leaf powder and crushed leaf only", kind="product_class", requires=["leaf_powder", "crushed_leaf"]
)
LAW = {  # what a market's rulebook holds: the form of the product, what the market says, of which finding
    "a ban": (["BAN"], "leaf powder", "banned", "BAN"),
    "a ban beside what nobody has read": (["UNREAD", "BAN"], "leaf powder", "banned", "BAN"),
    "a ban beside a figure that fails": (["CD", "BAN"], "leaf powder", "banned", "BAN"),
    "a figure that fails": (["CD"], "leaf powder", "may not be sold", "CD"),
    "a figure that fails beside what nobody has read": (["UNREAD", "CD"], "leaf powder", "may not be sold", "CD"),
    "what nobody has read": (["UNREAD"], "leaf powder", "undecided", "UNREAD"),
    "what nobody has read beside a figure that is met": (["UNREAD", "NI"], "leaf powder", "undecided", "UNREAD"),
    "a figure that is met": (["NI"], "leaf powder", "may be sold", None),
    "only what no laboratory can show": (["TRUE"], "leaf powder", "may be sold", None),
    "a form that may be sold": (["CLASS"], "leaf powder", "may be sold", None),
    "a form that may not be sold": (["CLASS"], "extract", "may not be sold", "CLASS"),
    "a form nobody states": (["CLASS"], "", "undecided", "CLASS"),
}  # fmt: skip
RULES = {
    "BAN": BAN,
    "UNREAD": UNREAD,
    "TRUE": TRUE,
    "CLASS": CLASS,
    "CD": limit("CD", "cadmium", "not more than 1 mg/kg", max="1", unit=MG),
    "NI": limit("NI", "nickel", "not more than 1 mg/kg", max="1", unit=MG),
}
ROWS = [GOOD, row("Cadmium", "3", MG), row("Nickel", "0.2", MG)]


@pytest.mark.parametrize("story", LAW)
def test_what_a_market_says_and_the_finding_that_decides_it(tmp_path, story):
    held, form, says, decided = LAW[story]
    books = rulebooks(
        tmp_path,
        leaf_powder=book(LEAD, *OURS),
        extract=book(LEAD, *OURS),
        zz=book(*(RULES[one] for one in held), **MARKET),
    )
    verdict = judged([certificate("L", *ROWS, form=form)], books, markets=["zz"])["L"]
    (standing,) = verdict.standings
    assert (str(standing.status), standing.finding and standing.finding.rule_id) == (says, decided)
    assert standing.decision == verdict.markets["zz"] == verdict.decision


NOT_LAW = [{"effective_from": "2027"}, {"effective_to": "2025"}, {"status": "proposed"}, {"evidence": "memory"}]


@pytest.mark.parametrize("more", NOT_LAW, ids=str)
def test_a_ban_that_is_not_law_today_bans_nothing(tmp_path, more):
    ban = limit("BAN", text="kratom may not be sold", kind="ban", **more)
    books = rulebooks(tmp_path, leaf_powder=book(LEAD, *OURS), zz=book(RULES["NI"], ban, **MARKET))
    verdict = judged([certificate("L", *ROWS)], books, markets=["zz"])["L"]
    assert str(verdict.standings[0].status) == ("undecided" if "evidence" in more else "may be sold")


# ---------------------------------------------------------------- mistakes in the keys of these kinds


def lead(**more: object) -> str:
    return limit("R", "lead", "not more than 3 mg/kg", **{"max": "3", "unit": MG, **more})


def tamc(**more: object) -> str:
    return limit("R", "tamc", "not more than 1,000 cfu/g", **{"max": "1000", "unit": CFU, **more})


def pah(**more: object) -> str:
    return limit("R", "pah4", "not more than 3 mg/kg", **{"max": "3", "unit": MG, **more})


def profile(**more: object) -> str:
    seven = {"present": "7-hydroxymitragynine", "absent": ["speciogynine"], "screen": True, **more}
    return limit("R", text="7-OH without speciogynine", kind="profile", **seven)


WRONG = {
    "a guard band without the rule": (lead(guard="0.8"), "guard '0.8' needs decision_rule = \"guarded\""),
    "a guard band of nothing": (lead(guard="0", decision_rule="guarded"), "guard '0' needs"),
    "a guard band below nothing": (lead(guard="-1", decision_rule="guarded"), "guard '-1' must be a plain decimal"),
    "a guard band on a ban": (limit("R", text="may not be sold", kind="ban", guard="1"), "guard has no meaning"),
    "a multiplier without a reason": (tamc(multiplier="2"), "multiplier needs its reason in multiplier_because"),
    "a multiplier that tightens": (
        tamc(multiplier="0.5", multiplier_because=BECAUSE),
        "multiplier '0.5' must be at least 1",
    ),
    "a multiplier of a metal": (
        lead(multiplier="2", multiplier_because=BECAUSE),
        "multiplier '2' has a meaning for a maximum count of organisms only",
    ),
    "a multiplier of a minimum": (
        limit(
            "R", "tamc", "not less than 1,000 cfu/g", min="1000", unit=CFU, multiplier="2", multiplier_because=BECAUSE
        ),
        "multiplier '2' has a meaning for a maximum count of organisms only",
    ),
    "a multiplier in words": (
        tamc(multiplier="two", multiplier_because=BECAUSE),
        "multiplier 'two' must be a plain decimal",
    ),
    "a lower bound without a reason": (pah(sum="lower_bound"), "sum needs its reason in sum_because"),
    "a lower bound of no sum": (
        lead(sum="lower_bound", sum_because=BECAUSE),
        'sum = "lower_bound" needs a sum, and lead is none',
    ),
    "a lower bound of a ratio": (
        limit(
            "R", "mitragynine-to-7-oh", "at least 100", min="100", unit="ratio", sum="lower_bound", sum_because=BECAUSE
        ),
        "needs a sum, and mitragynine-to-7-oh is none",
    ),
    "another bound": (pah(sum="upper_bound", sum_because=BECAUSE), "sum 'upper_bound' must be one of lower_bound"),
    "a profile that decides": (profile(screen=False), "a profile can only warn; it needs screen = true"),
    "a profile of nothing": (profile(present=""), "has no 'present'"),
    "a profile without anything absent": (profile(absent=[]), "a profile needs absent"),
    "a profile of what nobody knows": (profile(absent=["speciogynin"]), "'speciogynin' is no analyte"),
    "a list in words": (profile(absent="speciogynine"), "absent must be a list of texts"),
    "a profile's key on an amount": (lead(present="lead"), "present has no meaning in a limit of the kind amount"),
    "a day in quotes": (lead(checked_on="2026-11-22"), "checked_on '2026-11-22' must be a date"),
    "successors in words": (lead(supersedes="A"), "supersedes must be a list of texts"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_limit_is_refused_for(tmp_path, mistake):
    text, told = WRONG[mistake]
    with pytest.raises(RulebookError) as refused:
        rulebooks(tmp_path, zz=book(text, **MARKET))
    assert told in str(refused.value)
    assert str(refused.value).startswith("zz.toml:")
