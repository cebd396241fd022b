"""The market matrix: every market, what it says, the rule that decides it; and nothing told in silence or twice."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.verdict import Decision, MarketStatus, Verdict
from kratom_qc.report import as_json
from kratom_qc.report.markets import Group, Market, beside_headline, headline, market_lines, matrix, tally
from kratom_qc.report.scope import RulebookScope
from kratom_qc.report.sentences import main_reason
from kratom_qc.vocabulary.jurisdictions import states
from tests.report import report_batches as given
from tests.report.report_batches import GOOD_LEAD, MERCURY, book, finding, limit, span, verdict
from tests.report.test_report_html import Page, findings_table, page, replace_id, summary

STATES = {
    "us": "United States, federal",
    "us-al": "Alabama",
    "us-ca": "California",
    "us-ca-oceanside": "Oceanside, California",
    "us-il-jerseyville": "Jerseyville, Illinois",
    "us-tx": "Texas",
    "us-ut": "Utah",
    "cz": "Czech Republic",
}
BOOKS = (
    book("leaf_powder", "product"),
    *(
        replace(
            book(one, extends=(("us-ca",) if one.startswith("us-ca-") else ("us",) if "-" in one else ())), title=title
        )
        for one, title in STATES.items()
    ),
)


def ban(market: str, what: str = "kratom may not be sold: a controlled substance", **more: object) -> Finding:
    rule = limit(f"{market.upper()}-BAN", market, "", what, kind="ban", unit="")
    return finding(rule, Outcome.FAIL, why="the product may not be sold here", market=market, **more)


def unread(market: str) -> Finding:
    rule = limit(f"{market.upper()}-UNREAD", market, "", "what leaf may hold is not known here", kind="unread", unit="")
    return finding(rule, Outcome.INCONCLUSIVE, why="the rule's text was not located", market=market)


def of(*findings: Finding) -> Verdict:
    return verdict(*findings, rulebooks=BOOKS, markets=tuple(STATES))


def only(of: Verdict, markets: tuple[str, ...]) -> Verdict:
    return replace(of, standings=tuple(one for one in of.standings if one.market in markets))


UT_HG = limit("UT-HG", "us-ut", "mercury", "mercury below 0.15 ppm", span("0", "0.15", high_open=True))
UT_FAILS = finding(UT_HG, Outcome.FAIL, MERCURY, why="0.2 mg/kg lies wholly above the limit", market="us-ut")
MIXED = of(GOOD_LEAD, ban("us-al"), ban("us-ca-oceanside"), ban("us-il-jerseyville"), unread("us-tx"), UT_FAILS)


def said(of: Verdict) -> dict[str, list[str]]:
    return {group.says: [market.id for market in group.markets] for group in matrix(of, RulebookScope(of))}


def test_every_market_stands_under_what_it_says_home_first_then_by_title_and_a_place_behind_its_state() -> None:
    assert said(MIXED) == {
        "may be sold": ["us", "us-ca", "cz"],
        "may not be sold": ["us-ut"],
        "undecided": ["us-tx"],
        "banned": ["us-al", "us-ca-oceanside", "us-il-jerseyville"],
    }
    assert headline(matrix(MIXED, RulebookScope(MIXED))) == "May be sold in 3 of 8 markets"


@pytest.mark.parametrize(
    ("markets", "told"),
    [(("us",), "May be sold in 1 of 1 market"), (("us-al",), "May be sold in 0 of 1 market"), ((), "0 of 0 markets")],
)
def test_the_headline_counts(markets: tuple[str, ...], told: str) -> None:
    one = only(MIXED, markets)
    assert told in headline(matrix(one, RulebookScope(one)))


def test_a_state_says_where_it_differs_within_its_borders() -> None:
    notes = {market.id: market.note for group in matrix(MIXED, RulebookScope(MIXED)) for market in group.markets}
    assert {market: note for market, note in notes.items() if note} == {"us-ca": "Oceanside: banned"}


def annex(of: Verdict) -> str:
    text = page(of).text
    return text[text.rindex("Why some markets are closed") :]


def test_a_closed_market_names_rule_limit_value_cell_and_reason() -> None:
    row = annex(MIXED).partition("undecided")[0]
    for words in (
        "may not be sold 1",
        "Mercury 0.2 mg/kg Why: 0.2 mg/kg lies wholly above the limit",
        "Results!C14",
        "Utah: mercury below 0.15 ppm UT-HG",
    ):
        assert words in row


def test_markets_closed_by_one_rule_stand_in_one_row_and_those_with_a_rule_of_their_own_apart() -> None:
    lead = finding(given.PB_SPEC, Outcome.FAIL, given.LEAD, why="too much")
    failed = of(lead, UT_FAILS, ban("us-al"))
    rules = {group.says: group.rules for group in matrix(failed, RulebookScope(failed))}
    closed = {rule.rule_id: [market.id for market in rule.markets] for rule in rules["may not be sold"]}
    assert closed == {
        "SPEC-METALS-PB": ["us", "us-ca", "us-ca-oceanside", "cz", "us-il-jerseyville", "us-tx"],
        "UT-HG": ["us-ut"],
    }
    assert "United States, federal, California, Oceanside, California, Czech Republic" in annex(failed)


def test_markets_closed_for_one_reason_by_rules_of_their_own_stand_together_under_it() -> None:
    texas = replace(UT_HG, rule_id="TX-HG", rulebook="us-tx", text="Hg not more than 0.15 ppm")
    why = "0.2 mg/kg lies wholly above the limit"
    closed = of(
        GOOD_LEAD,
        finding(replace(texas, rule_id="CA-PB", rulebook="us-ca"), Outcome.FAIL, given.LEAD, market="us-ca"),
        finding(texas, Outcome.FAIL, MERCURY, why=why, market="us-tx"),
        UT_FAILS,
        unread("us-al"),
    )
    section = annex(closed).partition("Every limit that decides")[0]
    assert section.index("CA-PB") < section.index(f"Why: {why}") < section.index("TX-HG") < section.index("UT-HG")
    assert section.count(why) == 1


def test_a_ban_and_a_rule_nobody_has_read_stand_with_the_markets_and_nowhere_else() -> None:
    seen = page(MIXED)
    section = seen.text.partition("Why some markets are closed")[2]
    for market in ("us-al", "us-ca-oceanside", "us-tx"):
        assert len(re.findall(rf"{market}\b(?!-)", section)) == 1
    assert "BAN" not in findings_table(MIXED)


def test_a_second_rule_of_a_closed_market_is_told_too() -> None:
    seen = page(of(GOOD_LEAD, UT_FAILS, unread("us-ut"), replace(unread("us-ut"), rule_id="UT-MORE")))
    more = seen.text[seen.text.index("more that closes them 2") :]
    assert "the rule's text was not located: us-ut" in more


def test_bans_at_home_are_reasons_of_the_batch_itself() -> None:
    banned = of(GOOD_LEAD, ban("us"), replace(ban("us"), rule_id="US-BAN-2"))
    text = page(banned).text
    reasons = text[text.rindex("Reasons") : text.rindex("Why some markets are closed")]
    assert banned.decision is Decision.FAIL
    assert ("US-BAN " in reasons, "US-BAN-2" in reasons) == (True, True)
    assert "closes us and 6 under it" in reasons
    assert "more that closes them" not in text


def test_every_finding_of_a_verdict_stands_on_its_page() -> None:
    noted = limit("US-GUIDE", "us", "lead", "Pb not more than 1 µg/g", span("0", "1"), status="guidance")
    every = of(
        *MIXED.findings,
        finding(noted, Outcome.PASS, given.LEAD),
        finding(replace(noted, rule_id="US-GUIDE-2", status="proposed"), Outcome.INCONCLUSIVE, given.LEAD),
        given.AGE_CONDITION,
        unread("us-ut"),
        finding(replace(UT_HG, rule_id="UT-HG-2"), Outcome.MISSING, market="us-ut"),
        given.trouble("RESULTS-CONTRADICT", "0.3 and 0.6", "C14", "mercury"),
    )
    text = page(every).text
    assert not [one.rule_id for one in every.findings if one.rule_id not in text and one.why not in text]


def test_a_rule_that_closes_all_markets_counts_them() -> None:
    forty = tuple(f"us-{a}{b}" for a in "abcde" for b in "abcdefgh")
    books = (book("leaf_powder", "product"), book("us"), *(book(one, extends=("us",)) for one in forty))
    lead = finding(given.PB_SPEC, Outcome.FAIL, given.LEAD, why="too much")
    failed = verdict(lead, rulebooks=books, markets=("us", *forty))
    assert "Lead as under Reasons: 41 markets" in annex(failed)


def test_a_batch_that_may_be_sold_everywhere_has_no_closed_section() -> None:
    seen = page(given.CLEAN)
    assert not [value for _, name, value in seen.attributes if name == "href" and value.startswith("#closed")]
    assert "Why some markets are closed" not in seen.text
    assert "May be sold in 3 of 3 markets." in seen.text


# ---------------------------------------------------------------- in a line


@pytest.mark.parametrize(
    ("markets", "sold_in", "closed"),
    [
        (("us", "cz"), "us, cz", ""),
        (("us", "us-ca", "cz"), "us, us-ca, cz", ""),
        (
            tuple(STATES),
            "us, us-ca, cz",
            "not: us-ut; undecided: us-tx; banned: us-al, us-ca-oceanside, us-il-jerseyville",
        ),
        (("us-al",), "", "banned: us-al"),
        ((), "", ""),
    ],
)
def test_a_few_markets_are_named_in_a_line(markets: tuple[str, ...], sold_in: str, closed: str) -> None:
    one = tally(market_lines(only(MIXED, markets)))
    assert (one.sold_in, one.closed) == (sold_in, closed)


def test_forty_markets_are_counted_in_a_line() -> None:
    forty = tuple(f"us-{a}{b}" for a in "abcde" for b in "abcdefgh")
    books = (book("leaf_powder", "product"), book("us"), *(book(one, extends=("us",)) for one in forty))
    many = verdict(GOOD_LEAD, *map(ban, forty[:9]), rulebooks=books, markets=("us", *forty))
    one = tally(market_lines(many))
    assert one.sold_in == "us, us-bb, us-bc and 29 more"
    assert one.closed == "banned: 9"
    assert main_reason(many) == "the one limit met; closed in 9 of 41 markets"


def test_batches_that_stand_alike_share_one_object() -> None:
    again = of(*MIXED.findings)
    assert market_lines(again) is market_lines(MIXED)


# ---------------------------------------------------------------- run and JSON


def market_table(seen: Page) -> str:
    return seen.text[seen.text.rindex("in how many of the") : seen.text.rindex("Refused files")]


def test_the_summary_of_a_run_counts_batches_by_market_and_names_the_rules_that_close_it() -> None:
    two = (replace_id(MIXED, "A"), replace_id(of(*MIXED.findings, given.CADMIUM_OPEN), "B"))
    table = market_table(summary(*two))
    assert "Utah us-ut 0 2 0 UT-HG 2" in table
    assert "Texas us-tx 0 0 2 US-TX-UNREAD 2" in table
    assert "United States, federal us 1 0 1 SPEC-METALS-CD 1" in table
    assert re.search("Banned, whatever the batch: Alabama US-AL-BAN ; Oceanside, California US-CA-OCEANSIDE-BAN", table)


def test_of_many_rules_the_summary_names_the_three_that_close_a_market_most_often() -> None:
    closed = [
        replace_id(of(finding(replace(given.HG_SPEC, rule_id=f"R-{rule}"), Outcome.FAIL, MERCURY)), f"{rule}{at}")
        for rule, times in (("A", 1), ("B", 4), ("C", 1), ("D", 3), ("E", 2))
        for at in range(times)
    ]
    assert "Utah us-ut 0 11 0 R-B 4, R-D 3, R-E 2 and 2 rules more" in market_table(summary(*closed))


def test_the_line_of_a_batch_in_the_summary_says_where_and_where_not() -> None:
    text = summary(MIXED).text
    assert "us, us-ca, cz not: us-ut; undecided: us-tx; banned: us-al, us-ca-oceanside, us-il-jerseyville" in text


def test_json_tells_every_market_with_the_rule_that_decides_it() -> None:
    told = {one["market"]: one for one in as_json.market_object(MIXED)["standings"]}
    assert set(told) == set(STATES)
    assert told["us-ut"] == {
        "market": "us-ut",
        "title": "Utah",
        "decision": "FAIL",
        "says": "may not be sold",
        "rule_id": "UT-HG",
        "rulebook": "us-ut",
        "limit": "mercury below 0.15 ppm",
        "why": "0.2 mg/kg lies wholly above the limit",
        "file": given.FILE,
        "sheet": "Results",
        "cell": "C14",
    }
    nothing = dict.fromkeys(("rule_id", "rulebook", "limit", "why", "file", "sheet", "cell"))
    assert told["cz"] == {
        "market": "cz",
        "title": "Czech Republic",
        "decision": "PASS",
        "says": "may be sold",
        **nothing,
    }
    assert {one["says"] for one in told.values()} == set(MarketStatus)


def _group(says: str, *markets: str) -> Group:
    return Group(says, "", tuple(Market(market, market, "") for market in markets), ())


LOCAL_BANS = "Bans of cities and counties are not complete here (asked: {}); look at the place of sale"


def test_the_states_are_counted_where_all_of_them_were_asked() -> None:
    fifty = sorted(states())
    groups = (
        _group("may be sold", "us", *fifty[:12]),
        _group("may not be sold", *fifty[12:15]),
        _group("undecided", "us-dc", "us-ca-oceanside", *fifty[15:30]),
        _group("banned", "cz", *fifty[30:]),
    )
    counted = "Of the 50 states 12 are open, 23 closed and 15 undecided"
    assert beside_headline(groups) == (counted, LOCAL_BANS.format(1))
    assert beside_headline(groups[:3]) == (LOCAL_BANS.format(1),)
    assert beside_headline((_group("undecided", "cz", "de"),)) == ()
