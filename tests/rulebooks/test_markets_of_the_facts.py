"""Every rule of every jurisdiction a second time: what the sources print (markets_of_the_facts.csv) is what the rulebooks hold.

The table was written from the sources, not from the rulebooks, with units as printed and factors of its own: a slip in a
rulebook's figure, operator, unit, basis, scope, date, status or evidence turns a row red. The second half tells where batches
may be sold, market by market.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from decimal import Decimal
from operator import itemgetter
from pathlib import Path

import pytest

from kratom_qc.interpret.compare import CrossCertificateChecks
from kratom_qc.rulebooks.load import load_rulebooks
from kratom_qc.rulebooks.scope import markets_of
from kratom_qc.vocabulary.jurisdictions import states
from tests.factory import DAY, REAL, certificate, clean_leaf, finding, judged, lot, row
from tests.rulebooks.of_the_facts import differences

BOOKS = load_rulebooks(REAL)
MARKETS = markets_of(BOOKS)
TABLE = list(
    csv.DictReader(Path(__file__).with_name("markets_of_the_facts.csv").read_text(encoding="utf-8").splitlines())
)
LIMITS = {(book.id, one.rule_id): one for book in BOOKS.values() for one in book.limits}
RULES = [(line, LIMITS[line["market"], line["rule_id"]]) for line in TABLE]
PRINTED = {  # unit as the source prints it: ours, and how many of ours one of it is
    "mg/kg": ("mg/kg", "1"),
    "ppm": ("mg/kg", "1"),
    "ug/g": ("mg/kg", "1"),
    "ug/kg": ("mg/kg", "0.001"),
    "mg/g": ("mg/kg", "1000"),
    "%": ("mg/kg", "10000"),
    "% w/w": ("mg/kg", "10000"),
    "mg/mL": ("mg/mL", "1"),
    "mg/serving": ("mg/serving", "1"),
    "mg/container": ("mg/container", "1"),
    "mg/article": ("mg/unit", "1"),
    "ug/day": ("ug/day", "1"),
    "cfu/g": ("cfu/g", "1"),
    "% of total alkaloids": ("%", "1"),
    "% of label claim": ("%", "1"),
    "ratio": ("1", "1"),
}
SCOPES = {
    "any": set(),
    "solid": {"leaf_powder", "crushed_leaf", "extract", "capsule", "edible"},
    "liquid": {"liquid"},
    "leaf": {"leaf_powder", "crushed_leaf"},
    "processed": {"extract", "capsule", "liquid", "edible"},
    "extracted": {"extract", "liquid", "edible"},
}


def test_every_rule_stands_as_its_source_prints_it():
    names = ("kind", "effective_from", "effective_to", "pending_from", "status", "evidence")

    def ours(one):
        rule = one.kind != "amount" or (one.decision_rule, one.rounding)
        return *(getattr(one, name) for name in names), set(one.products), rule

    def printed(line):
        return *(line[name] for name in names), SCOPES[line["scope"]], line["kind"] != "amount" or ("simple", "none")

    assert differences(RULES, "", ours, printed) == []


def test_every_amount_stands_as_its_source_prints_it():
    def ours(one):
        within = one.acceptance_interval
        edges = (within.low, within.low_open, within.high, within.high is not None and within.high_open)
        return one.subject, one.unit, one.basis, edges

    def printed(line):
        unit, factor = PRINTED[line["unit"]]
        edge = Decimal(line["number"]) * Decimal(factor)
        least = (edge, False, None, False)
        edges = least if line["operator"] == ">=" else (0, False, edge, line["operator"] == "<")
        return line["subject"], unit, line["basis"], edges

    assert differences(RULES, "amount", ours, printed) == []


def test_every_forbidden_substance_stands_as_its_source_prints_it():
    def ours(one):
        return "absent", one.subject, str(one.portion or "")

    printed = itemgetter("operator", "subject", "number")
    assert differences(RULES, "not_detected", ours, printed) == []


def test_every_condition_prints_its_figure():
    figures = [(line["number"], one) for line, one in RULES if line["kind"] == "attestation" and line["number"]]
    assert figures
    words = {"1": "one gram"}
    assert [one for figure, one in figures if figure not in one.text and words.get(figure, "?") not in one.text] == []


def test_no_market_has_a_figure_or_a_ban_that_the_table_does_not_know():
    known = {(line["market"], line["rule_id"]) for line in TABLE}
    deciding = {
        (book, rule_id)
        for (book, rule_id), one in LIMITS.items()
        if (book in MARKETS or book == "eu") and one.kind in ("amount", "not_detected", "ban", "product_class")
    }
    assert deciding - known == set()


def test_every_successor_names_what_it_supersedes():
    successors = {
        rule_id: one.supersedes for (_, rule_id), one in LIMITS.items() if one.supersedes and rule_id.startswith("US-")
    }
    assert successors == {
        "US-FDA-IRL-PB-WCBA": ("US-FDA-IRL-PB-ADULT",),
        "US-FL-2ER25-2": ("US-FL-2ER25-1PCT",),
        "US-FL-2ER26-1-CONC-SOLID": ("US-FL-2ER25-2",),
        "US-FL-2ER26-1-CONC-LIQUID": ("US-FL-2ER25-2",),
        "US-FL-2ER26-1-RATIO": ("US-FL-2ER25-2",),
        "US-FL-2ER26-1-RELATED-SOLID": ("US-FL-2ER25-2",),
        "US-FL-2ER26-1-RELATED-LIQUID": ("US-FL-2ER25-2",),
        "US-UT-4-45-104-2026-PURE-LEAF": ("US-UT-4-45-104-2019-7OH-TA", "US-UT-4-45-104-2019-SYNTH"),
        "US-CT-PR2025-018-BAN": ("US-CT-HB6855-BAN",),
    }


def test_what_nobody_has_read_says_where_to_look():
    """An unread rule holds its market for good: its reason must send a person somewhere."""
    unread = [one for one in LIMITS.values() if one.kind == "unread"]
    assert unread
    for one in unread:
        assert any(word in one.because for word in ("Look up", "Look it up", "Look them up", "Ask ")), one.rule_id
        assert (one.status, one.when_missing) == ("in_force", "hold"), one.rule_id


def test_where_no_statute_was_found_the_row_says_what_was_searched_and_where_to_look():
    for one in (one for one in LIMITS.values() if one.kind == "no_statute"):
        assert one.searched, one.rule_id
        assert one.locator, one.rule_id
        assert not one.confirmed_by, one.rule_id
        assert one.checked_on, one.rule_id


def test_every_state_and_the_district_and_three_territories_have_a_row():
    assert len(states()) == 50
    assert states() | {"us-dc", "us-pr", "us-gu", "us-vi"} <= set(MARKETS)
    silent = {
        market
        for market in MARKETS
        if all(one.kind == "attestation" or one.status == "proposed" for one in BOOKS[market].limits)
    }
    assert silent == {"us-nv", "us-sc"}  # acts that were read and limit no product: conditions alone


def test_every_rule_of_a_market_says_where_a_person_looks_again_and_how_old_its_source_is():
    rules = [(market, one) for market in MARKETS for one in BOOKS[market].limits if one.rulebook == market]
    assert [one.rule_id for _, one in rules if not one.locator] == []
    assert [one.rule_id for market, one in rules if one.checked_on > BOOKS[market].checked_on] == []


def test_what_only_news_reports_tell_decides_nothing():
    """Shown with its figure, and undecided whatever a batch holds."""
    told = [one for one in LIMITS.values() if one.evidence == "news" and one.kind != "attestation"]
    assert {"US-VA-2026-7OH-TA", "US-NC-DARE-7OH-DRY", "US-NY-NASSAU-LOCAL"} <= {one.rule_id for one in told}
    for one in told:
        assert one.locator, one.rule_id
        assert one.checked_on, one.rule_id


def test_a_rule_that_ends_by_itself_is_unread_from_the_next_day_on():
    """An order that lapses must not leave its market open by lapsing."""
    ends = {"us-ma": "2027-08-28", "us-fl": "2027-06-30", "us-nd": "2026-09-03"}
    for market, last in ends.items():
        day = date.fromisoformat(last) + timedelta(days=1)
        starts = {one.effective_from for one in BOOKS[market].limits if one.kind == "unread"}
        assert day.isoformat() in starts, market


# ---------------------------------------------------------------- where a batch may be sold

CORE = {"Paynantheine": "10", "Speciogynine": "10", "Speciociliatine": "10"}


def _alkaloids(form: str, mitragynine: str, seven: str, unit: str = "mg/g", **more: str):
    rows = [row("Mitragynine", mitragynine, unit), row("7-OH", seven, unit)]
    return form, [*rows, *(row(name.replace("_", " "), said, unit) for name, said in more.items())]


def _leaf(*more, **changes):
    return "leaf powder", [*clean_leaf(**changes), *more]


BATCHES = {
    "a clean leaf": _leaf(),
    "leaf as it often is": _leaf(**{"7-Hydroxymitragynine": ("0.020", "%")}),  # mitragynine : 7-OH below 100
    "leaf with 7-acetoxymitragynine": _leaf(row("7-Acetoxymitragynine", "Detected")),
    "leaf with MP": _leaf(row("MP", "0.01", "mg/g")),
    "leaf with fentanyl": _leaf(row("Fentanyl", "Detected")),
    "leaf at 2 % of alkaloids": _alkaloids("leaf powder", "68", "2", **CORE),
    "leaf above 2 % of alkaloids": _alkaloids("leaf powder", "68", "2.0001", **CORE),
    "capsules of leaf": ("capsules", clean_leaf(TAMC=("300", "cfu/g"))),
    "an extract with 7-OH": _alkaloids("extract", "100", "0.5"),
    "an extract without 7-OH": ("extract", [row("Mitragynine", "100", "mg/g"), row("7-OH", "ND", "mg/g", LOD="0.001")]),
    # the worked checks of the Florida rule of June 2026: (mitragynine, 7-OH) per gram or millilitre
    "powder 10 : 0.05": _alkaloids("leaf powder", "10", "0.05"),
    "liquid 50 : 0.4": _alkaloids("liquid", "50", "0.4", "mg/mL"),
    "tablet 200 : 2": _alkaloids("extract", "200", "2"),
    "tablet 25 : 0.5": _alkaloids("extract", "25", "0.5"),
    "tablet 150 : 0.6 with 0.6 MP": _alkaloids("extract", "150", "0.6", MP="0.6"),
    "exactly 1 mg/g and 100 : 1": _alkaloids("extract", "100", "1"),
    "a hair above 1 mg/g": _alkaloids("extract", "200", "1.0001"),
    "a hair below 100 : 1": _alkaloids("extract", "99.99", "1"),
    "liquid above 1 mg/mL": _alkaloids("liquid", "200", "1.01", "mg/mL"),
    "leaf at 1.2 % and 120 ppm": _alkaloids("leaf powder", "12", "0.12"),
    "leaf at 1.2 % and 0.02 %": _alkaloids("leaf powder", "12", "0.2"),
}

# market | batch | what is said of it | the rule that decides
STANDINGS = """
us             | a clean leaf                 | may be sold     |
us-az          | a clean leaf                 | may be sold     |
us-co          | a clean leaf                 | may be sold     |
us-ga          | a clean leaf                 | may be sold     |
us-ky          | a clean leaf                 | undecided       | US-KY-HB757-BAN
us-ne          | a clean leaf                 | may be sold     |
us-nv          | a clean leaf                 | may be sold     |
us-ok          | a clean leaf                 | may be sold     |
us-sc          | a clean leaf                 | may be sold     |
us-sd          | a clean leaf                 | may be sold     |
us-tx          | a clean leaf                 | may be sold     |
us-va          | a clean leaf                 | undecided       | US-VA-2026-7OH
us-ca          | a clean leaf                 | undecided       | US-CA-CDPH-2025-10-24
us-dc          | a clean leaf                 | undecided       | US-DC-STATUS
us-fl          | a clean leaf                 | may be sold     |
us-ks          | a clean leaf                 | banned          | US-KS-HB2365-BAN
us-md          | a clean leaf                 | undecided       | US-MD-21-2E-02-FDA
us-mo-kansas-city | a clean leaf              | undecided       | US-MO-KANSASCITY-251068-NATURAL
us-oh          | a clean leaf                 | undecided       | US-OH-4729-9-1-01.1-7OH-LEAF
us-or          | a clean leaf                 | undecided       | US-OR-150-475-6020-MICRO
us-ri          | a clean leaf                 | may be sold     |
us-ut          | a clean leaf                 | undecided       | US-UT-4-45-102-PURE-LEAF
us-wv          | a clean leaf                 | undecided       | US-WV-19-12F-LEVELS
us-ms          | a clean leaf                 | may not be sold | US-MS-HB1077-CONTAINER
us-al          | a clean leaf                 | banned          | US-AL-BAN
us-ar          | a clean leaf                 | banned          | US-AR-BAN
us-ct          | a clean leaf                 | banned          | US-CT-PR2025-018-BAN
us-in          | a clean leaf                 | banned          | US-IN-BAN
us-la          | a clean leaf                 | banned          | US-LA-ACT41-BAN
us-ma          | a clean leaf                 | banned          | US-MA-DPH-BAN
us-tn          | a clean leaf                 | banned          | US-TN-HB1649-BAN
us-vt          | a clean leaf                 | banned          | US-VT-BAN
us-wi          | a clean leaf                 | banned          | US-WI-BAN
us-ca-san-diego   | a clean leaf              | banned          | US-CA-SANDIEGO-LOCAL
us-ca-oceanside   | a clean leaf              | banned          | US-CA-OCEANSIDE-LOCAL
us-fl-sarasota    | a clean leaf              | banned          | US-FL-SARASOTA-LOCAL
us-il-jerseyville | a clean leaf              | banned          | US-IL-JERSEYVILLE-LOCAL
us-al          | leaf with MP                 | banned          | US-AL-BAN
us-fl-sarasota | tablet 200 : 2               | banned          | US-FL-SARASOTA-LOCAL
us             | leaf with MP                 | may not be sold | US-DEA-2026-17429-MP
us-va          | leaf with MP                 | may not be sold | US-DEA-2026-17429-MP
us-oh          | leaf with MP                 | may not be sold | US-OH-4729-9-1-01.1-MP
us-oh          | leaf with 7-acetoxymitragynine | may not be sold | US-OH-4729-9-1-01.1-7ACO
us-oh          | an extract with 7-OH         | may not be sold | US-OH-4729-9-1-01.1-7OH
us-mo-kansas-city | an extract with 7-OH      | may not be sold | US-MO-KANSASCITY-LOCAL
us-mo-kansas-city | an extract without 7-OH   | undecided       | US-MO-KANSASCITY-251068-NATURAL
us-mo-kansas-city | capsules of leaf          | undecided       | US-MO-KANSASCITY-251068-NATURAL
us-co          | leaf with fentanyl           | may not be sold | US-CO-6-1-740-FENTANYL
us-ut          | capsules of leaf             | may not be sold | US-UT-4-45-104-2026-PURE-LEAF
us-az          | leaf above 2 % of alkaloids  | may not be sold | US-AZ-36-795.02-7OH-TA
us-co          | leaf above 2 % of alkaloids  | may not be sold | US-CO-6-1-740-7OH-TA
us-ky          | leaf above 2 % of alkaloids  | may not be sold | US-KY-217.2202-7OH-TA
us-md          | leaf above 2 % of alkaloids  | may not be sold | US-MD-21-2E-02-7OH-TA
us-ms          | leaf at 2 % of alkaloids     | may not be sold | US-MS-HB1077-TA
us-ne          | leaf above 2 % of alkaloids  | may not be sold | US-NE-LB230-7OH-TA
us-ok          | leaf above 2 % of alkaloids  | may not be sold | US-OK-63-1-1432.4-7OH-TA
us-sd          | leaf above 2 % of alkaloids  | may not be sold | US-SD-34-20B-115.1-7OH-TA
us-tx          | leaf above 2 % of alkaloids  | may not be sold | US-TX-444.003-7OH-TA
us-fl          | tablet 200 : 2               | may not be sold | US-FL-2ER26-1-CONC-SOLID
us-fl          | tablet 25 : 0.5              | may not be sold | US-FL-2ER26-1-RATIO
us-fl          | tablet 150 : 0.6 with 0.6 MP | may not be sold | US-FL-2ER26-1-RELATED-SOLID
us-fl          | a hair above 1 mg/g          | may not be sold | US-FL-2ER26-1-CONC-SOLID
us-fl          | a hair below 100 : 1         | may not be sold | US-FL-2ER26-1-RATIO
us-fl          | liquid above 1 mg/mL         | may not be sold | US-FL-2ER26-1-CONC-LIQUID
us-fl          | leaf at 1.2 % and 0.02 %     | may not be sold | US-FL-2ER26-1-RATIO
us-ak          | a clean leaf                 | undecided       | US-AK-NO-STATUTE
us-de          | a clean leaf                 | undecided       | US-DE-2026-BILLS
us-gu          | a clean leaf                 | undecided       | US-GU-NO-STATUTE
us-hi          | a clean leaf                 | undecided       | US-HI-NO-STATUTE
us-ia          | a clean leaf                 | undecided       | US-IA-NO-STATUTE
us-id          | a clean leaf                 | undecided       | US-ID-NO-STATUTE
us-il          | a clean leaf                 | undecided       | US-IL-642-TEXT
us-me          | a clean leaf                 | undecided       | US-ME-NO-STATUTE
us-mi          | a clean leaf                 | undecided       | US-MI-NO-STATUTE
us-mn          | a clean leaf                 | undecided       | US-MN-2026-TEXT
us-mo          | a clean leaf                 | undecided       | US-MO-NO-STATUTE
us-mt          | a clean leaf                 | undecided       | US-MT-HB407
us-nc          | a clean leaf                 | undecided       | US-NC-HB328-OUTCOME
us-nd          | a clean leaf                 | undecided       | US-ND-SB2408-BAN
us-nh          | a clean leaf                 | undecided       | US-NH-SB557-OUTCOME
us-nj          | a clean leaf                 | undecided       | US-NJ-NO-STATUTE
us-nm          | a clean leaf                 | undecided       | US-NM-NO-STATUTE
us-ny          | a clean leaf                 | undecided       | US-NY-A10969
us-pa          | a clean leaf                 | undecided       | US-PA-NO-STATUTE
us-pr          | a clean leaf                 | undecided       | US-PR-PS108
us-vi          | a clean leaf                 | undecided       | US-VI-NO-STATUTE
us-wa          | a clean leaf                 | undecided       | US-WA-NO-STATUTE
us-wy          | a clean leaf                 | undecided       | US-WY-35-7-2202-7OH
us-ca-fountain-valley | a clean leaf                 | undecided       | US-CA-FOUNTAINVALLEY-7OH-TA
us-ca-san-mateo | a clean leaf                 | undecided       | US-CA-SANMATEO-LOCAL
us-id-blackfoot | a clean leaf                 | undecided       | US-ID-BLACKFOOT-CLASS
us-nc-dare     | a clean leaf                 | undecided       | US-NC-DARE-7OH-TA
us-ny-albany   | a clean leaf                 | undecided       | US-NY-ALBANY-LOCAL
us-ny-nassau   | a clean leaf                 | undecided       | US-NY-NASSAU-LOCAL
us-ny-dutchess | a clean leaf                 | undecided       | US-NY-DUTCHESS-LOCAL
us-ny-suffolk  | a clean leaf                 | undecided       | US-NY-SUFFOLK-IR1279-CLASS
us-id-idaho-falls | a clean leaf                 | banned          | US-ID-IDAHOFALLS-LOCAL
us-ny-oneida   | a clean leaf                 | banned          | US-NY-ONEIDA-LOCAL
us-wa-cle-elum | a clean leaf                 | banned          | US-WA-CLEELUM-LOCAL
us-wa-othello  | a clean leaf                 | banned          | US-WA-OTHELLO-1647
us-wa-spokane  | a clean leaf                 | banned          | US-WA-SPOKANE-C36820
us-wa-spokane-valley | a clean leaf                 | banned          | US-WA-SPOKANEVALLEY-LOCAL
ch             | a clean leaf                 | banned          | CH-BAN
dk             | a clean leaf                 | banned          | DK-BAN
fi             | a clean leaf                 | banned          | FI-BAN
fr             | a clean leaf                 | banned          | FR-BAN
gb             | a clean leaf                 | banned          | GB-BAN
ie             | a clean leaf                 | banned          | IE-BAN
it             | a clean leaf                 | banned          | IT-BAN
lt             | a clean leaf                 | banned          | LT-BAN
lv             | a clean leaf                 | banned          | LV-BAN
my             | a clean leaf                 | banned          | MY-BAN
pl             | a clean leaf                 | banned          | PL-BAN
ro             | a clean leaf                 | banned          | RO-BAN
se             | a clean leaf                 | banned          | SE-BAN
au             | a clean leaf                 | undecided       | AU-BAN
nz             | a clean leaf                 | undecided       | NZ-BAN
sg             | a clean leaf                 | undecided       | SG-BAN
at             | a clean leaf                 | undecided       | AT-NO-STATUTE
de             | a clean leaf                 | undecided       | DE-NO-STATUTE
nl             | a clean leaf                 | undecided       | NL-NO-STATUTE
sk             | a clean leaf                 | undecided       | SK-NO-STATUTE
th             | a clean leaf                 | undecided       | TH-FDA-2024-DOSE
id-export      | a clean leaf                 | undecided       | ID-PERMENDAG-21-2024-ANNEX
us             | leaf as it often is          | undecided       | US-DEA-2026-20943-RATIO
us-tx          | leaf as it often is          | undecided       | US-DEA-2026-20943-RATIO
us-fl          | leaf as it often is          | may not be sold | US-FL-2ER26-1-RATIO
us-oh          | capsules of leaf             | may not be sold | US-OH-4729-9-1-01.1-7OH
"""
TOLD = [tuple(cell.strip() for cell in line.split("|")) for line in STANDINGS.strip().splitlines()]


@pytest.fixture(scope="module")
def standings():
    """(batch in words, market) → standing, from one run."""
    readings = [
        certificate(lot(name), *rows, form=form, Serving_Size="5 g", Net_Content="100 g")
        for name, (form, rows) in BATCHES.items()
    ]
    verdicts = judged(readings, BOOKS, markets=MARKETS, home=["us"], beside=CrossCertificateChecks())
    return {(name, one.market): one for name in BATCHES for one in verdicts[lot(name)].standings}


@pytest.mark.parametrize(("market", "batch", "says", "rule"), TOLD, ids=[f"{one[0]}: {one[1]}" for one in TOLD])
def test_where_a_batch_may_be_sold(standings, market, batch, says, rule):
    found = standings[batch, market]
    assert (str(found.status), found.finding.rule_id if found.finding else "") == (says, rule)


def test_every_market_is_told_of():
    assert {one[0] for one in TOLD} == set(MARKETS) - {"cz"}  # its figures stand in test_real_rulebooks


PASSING_TA = "us-az us-co us-ky us-md us-ne us-ok us-sd us-tx"


def test_exactly_two_per_cent_of_alkaloids_meets_every_act_that_says_greater_than():
    form, rows = BATCHES["leaf at 2 % of alkaloids"]
    verdict = judged([certificate("L", *rows, form=form)], BOOKS, markets=PASSING_TA.split())["L"]
    shares = [found for found in verdict.findings if found.rule_id.endswith("7OH-TA") and found.market]
    assert [(found.market, found.outcome) for found in shares] == [(market, "PASS") for market in PASSING_TA.split()]


DATED = [  # a ban begins and ends on a day: market, day, what is said of a clean leaf
    ("us-tn", date(2026, 6, 30), "may be sold"),
    ("us-tn", date(2026, 7, 1), "banned"),
    ("us-ma", date(2026, 8, 27), "may be sold"),
    ("us-ma", date(2026, 8, 28), "banned"),
    ("us-la", date(2025, 7, 31), "may be sold"),
    ("us-la", date(2025, 8, 1), "banned"),
    ("us-ct", date(2026, 2, 23), "may be sold"),
    ("us-ct", date(2026, 2, 24), "banned"),
    ("us-ri", date(2026, 3, 31), "banned"),
    ("us-ri", date(2026, 4, 1), "may be sold"),
    ("us-oh", date(2025, 12, 11), "may be sold"),
    ("us-oh", date(2025, 12, 12), "undecided"),
    ("us-oh", DAY, "undecided"),
    ("us-va", date(2026, 6, 30), "may be sold"),
    ("us-va", date(2026, 7, 1), "undecided"),
    ("us-ky", date(2026, 6, 30), "may be sold"),
    ("us-ky", date(2026, 7, 1), "undecided"),  # the first day on which the repeal may stand
    ("us-ky", date(2027, 7, 1), "banned"),  # the last
    ("us-nd", date(2026, 9, 3), "banned"),
    ("us-nd", date(2026, 9, 4), "undecided"),
    ("us-ks", date(2026, 7, 1), "banned"),
    ("us-ma", date(2027, 8, 28), "banned"),
    ("us-ma", date(2027, 8, 29), "undecided"),
    ("us-fl", date(2027, 6, 30), "may be sold"),
    ("us-fl", date(2027, 7, 1), "undecided"),
]


@pytest.mark.parametrize(("market", "day", "says"), DATED, ids=[f"{one[0]} on {one[1]}" for one in DATED])
def test_on_which_day_a_market_closes_or_opens(market, day, says):
    leaf = certificate("L", *clean_leaf(), Serving_Size="5 g", Date_Tested=day.isoformat())
    verdict = judged([leaf], BOOKS, markets=[market], on=day)["L"]
    assert str(verdict.standings[0].status) == says


def test_proposed_rules_are_shown_and_decide_nothing():
    form, rows = BATCHES["a clean leaf"]
    verdict = judged([certificate("L", *rows, form=form)], BOOKS, markets=MARKETS)["L"]
    proposed = [found for found in verdict.findings if found.status not in ("in_force", "adopted") and found.market]
    shown = {found.rule_id for found in proposed if found.status == "proposed"}
    assert {"US-DC-BAN", "US-CT-HB6855-BAN", "US-GA-HB968-REPEAL"} <= shown
    assert not any(found.decides for found in proposed if found.status == "proposed")


PENDING = [  # market, day, batch, what is said of it: a rule that may stand leaves open only what does not meet it
    ("us", date(2026, 11, 12), "leaf as it often is", "may be sold"),
    ("us", date(2026, 11, 13), "leaf as it often is", "undecided"),
    ("us", date(2026, 11, 13), "a clean leaf", "may be sold"),
    ("us-az", date(2026, 11, 30), "a clean leaf", "may be sold"),
]


@pytest.mark.parametrize(("market", "day", "batch", "says"), PENDING)
def test_a_rule_that_may_stand_leaves_open_only_what_does_not_meet_it(market, day, batch, says):
    form, rows = BATCHES[batch]
    verdict = judged([certificate("L", *rows, form=form, Serving_Size="5 g")], BOOKS, markets=[market], on=day)["L"]
    assert str(verdict.standings[0].status) == says


def test_proposition_65_asks_for_a_warning_and_stops_no_sale():
    lead = certificate("L", *clean_leaf(Lead=("1.0", "mg/kg")), Serving_Size="5 g", Servings_per_Day="3")
    found = finding(judged([lead], BOOKS, markets=["us-ca"])["L"], "PROP65-PB-MADL")
    assert (found.outcome, found.decides) == ("FAIL", False)
