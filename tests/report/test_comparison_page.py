"""Two batches side by side: what differs stands first, in plain words, and nothing a vendor wrote becomes a part of the page."""

from __future__ import annotations

import re
from decimal import Decimal

from kratom_qc.domain.interval import Interval
from kratom_qc.report.comparison_page import comparison_page
from kratom_qc.trends.comparison import Comparison, MarketLine, Side, Standing, Stated, Subject, compared


def side(name: str) -> Side:
    return Side(name, name, "leaf_powder", ("Northlab",), ("N-1",), "2026-11-02", "2026-11-22", "")


def stated(analyte: str, low: str, high: str | None = None, unit: str = "mg/kg") -> Stated:
    ends = Interval(Decimal(low), Decimal(high or low), False, False)
    return Stated(Subject(analyte, "", "as received", unit, ""), ends, f"{high or low} {unit}", "a.csv C4")


ONE = (stated("arsenic", "0.1"), stated("lead", "0.2"), stated("mercury", "0", "0.05"), stated("nickel", "1"))
OTHER = (stated("arsenic", "0.1"), stated("lead", "0.4"), stated("mercury", "0", "0.02"), stated("cadmium", "0.3"))
PASS, FAIL = Standing("PASS", "may be sold", ""), Standing("FAIL", "may not be sold", "US-PB")


def page(one: str = "A", other: str = "B", links: dict[str, str] | None = None) -> str:
    markets = (MarketLine(None, PASS, FAIL), MarketLine("us", PASS, FAIL), MarketLine("cz", PASS, PASS))
    return comparison_page(Comparison(side(one), side(other), compared(ONE, OTHER), markets), links or {}, program="p")


def test_what_differs_stands_first_and_is_counted_in_a_sentence() -> None:
    html = page()
    names = re.findall(r'<th scope="row">(Arsenic|Lead|Mercury|Nickel|Cadmium)', html)
    assert names == ["Nickel", "Cadmium", "Lead", "Mercury", "Arsenic"]
    assert "3 of 5 results differ, 1 cannot be told apart; 2 of 3 verdicts differ." in html
    assert "1 of 3 verdicts are the same" in html


def test_only_markets_that_differ_are_listed_and_the_own_verdict_stands_on_top() -> None:
    html = page()
    assert re.findall(r'<th scope="row">(us|cz)</th>', html) == ["us"]
    assert html.index('scope="row">Verdict') < html.index('id="results"')


def test_a_batch_leads_to_its_page_and_a_name_is_inert() -> None:
    html = page("<b>", 'x"y', {"<b>": "b.html"})
    assert '<a href="b.html"><bdi>&lt;b&gt;</bdi></a>' in html
    assert "<b>" not in html.replace("<b>the same", "").replace("<b>higher</b>", "").replace("<b>only in", "").replace(
        "<b>cannot", ""
    )


def test_a_side_without_a_verdict_says_why() -> None:
    alone = Side("B", "B", "", (), (), "", "", "no verdict rests on B without the other certificate")
    html = comparison_page(Comparison(side("A"), alone, (), ()), {}, program="p")
    assert "no verdict rests on B without the other certificate" in html
