"""Every market says something of every family of hazards, and what must be read again is told by its harm."""

from __future__ import annotations

from datetime import date

import pytest

from kratom_qc.rulebooks.hazards import bounded, due, gaps
from kratom_qc.rulebooks.load import load_rulebooks
from kratom_qc.vocabulary.hazards import hazard_families
from tests.factory import book, certificate, judged, limit, row, rulebooks, written

DAY = date(2026, 11, 29)
LEAD = limit("PB", "lead", "not more than 1 mg/kg", max="1", unit="mg/kg")
NOT_ASKED = """
[[not_asked]]
families = [{}]
because = "the act of this test was read whole and names lead alone"
"""
FAMILIES = tuple(hazard_families())
REST = ", ".join(f'"{name}"' for name in FAMILIES if name != "elements")
SAYS = [  # what stands in a market's rulebook, the families of which it says nothing
    (LEAD, set(FAMILIES) - {"elements"}),
    (LEAD + NOT_ASKED.format('"pesticides", "pah"'), set(FAMILIES) - {"elements", "pesticides", "pah"}),
    (LEAD + NOT_ASKED.format(REST), set()),
    (LEAD + limit("U", text="the text was not located", kind="unread"), set()),
    (LEAD + limit("U", text="of extracts", kind="unread", products=["extract"]), set(FAMILIES) - {"elements"}),
    (LEAD + limit("B", text="kratom may not be sold", kind="ban"), set()),
    (LEAD + limit("N", text="no kratom statute found", kind="no_statute", searched="the code"), set()),
    (
        LEAD + limit("N", text="no kratom statute found", kind="no_statute", searched="the code", confirmed_by="a person"),
        set(FAMILIES) - {"elements"},
    ),
    (LEAD.replace("PB", "AD") + limit("S", "lead", "not more than 1 mg/kg", max="1", unit="mg/kg", screen=True),
     set(FAMILIES) - {"elements"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "silent"), SAYS)
def test_a_market_limits_holds_or_says_that_it_does_not_ask(tmp_path, text, silent):
    books = rulebooks(tmp_path, zz=book(text, kind="market"))
    assert {gap.family for gap in gaps(books)} == silent


def test_an_unknown_family_is_a_mistake_with_its_line(tmp_path):
    folder = written(tmp_path, zz=book(LEAD + NOT_ASKED.format('"metals"'), kind="market"))
    with pytest.raises(Exception, match=r"zz\.toml:\d+.*'metals' is no family of hazards"):
        load_rulebooks(folder)


BOUNDED = [  # a limit, what it bounds
    (LEAD, {"lead"}),
    (limit("X", "total-aflatoxins", "not more than 20 ug/kg", max="20", unit="ug/kg"),
     {"total-aflatoxins", "aflatoxin-b1", "aflatoxin-b2", "aflatoxin-g1", "aflatoxin-g2"}),
    (limit("X", "7-oh-share", "not more than 2 % of total alkaloids", max="2", unit="% of total alkaloids"),
     {"7-oh-share", "7-hydroxymitragynine"}),
    (limit("X", "arsenic", "not more than 1 mg/kg", max="1", unit="mg/kg"), {"arsenic", "arsenic-inorganic"}),
    (limit("X", "mitragynine", "not less than 1 mg/kg", min="1", unit="mg/kg"), set()),
    (limit("X", "lead", "not more than 5 ug/day", max="5", unit="ug/day", applies="declared"), set()),
    (limit("X", "lead", "not more than 5 ug/day", max="5", unit="ug/day"), set()),
    (limit("X", "mgm-15", "MGM-15 not detected", kind="not_detected"), {"mgm-15"}),
    (limit("X", text="kratom may not be sold", kind="ban"), set()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "analytes"), BOUNDED)
def test_what_a_limit_bounds(tmp_path, text, analytes):
    (one,) = rulebooks(tmp_path, zz=book(text, kind="market"))["zz"].limits
    assert bounded(one) == analytes


def test_what_is_due_is_told_by_harm_then_by_age(tmp_path):
    def lead(name, **more):
        return limit(name, "lead", "not more than 1 mg/kg", max="1", unit="mg/kg", **more)

    old = {"checked_on": date(2026, 9, 1)}
    text = book(
        lead("FRESH"),
        lead("OLD", **old),
        lead("OLDER", checked_on=date(2026, 8, 1)),
        lead("SHOWN", advisory="shown only", **old),
        lead("BILL", status="proposed", **old),
        lead("PENDING", status="proposed", pending_from="2026-11-13"),
        lead("NEWS", evidence="news"),
        limit("BAN", text="kratom may not be sold", kind="ban", **old),
        limit("MGM", "mgm-15", "MGM-15 not detected", kind="not_detected", **old),
        limit("UNREAD", text="the text was not located", kind="unread", locator="Title 3"),
        kind="market", max_age_days=30,
    )  # fmt: skip
    found = due(rulebooks(tmp_path, zz=text), DAY)
    assert [one.limit.rule_id for one in found] == ["NEWS", "PENDING", "UNREAD", "BAN", "MGM", "OLDER", "OLD"]
    assert {one.limit.rule_id: one.why for one in found if one.why} == {
        "NEWS": "known from news only",
        "PENDING": "may stand since 2026-11-13",
        "UNREAD": "text not located",
    }
    assert next(one.days for one in found if one.limit.rule_id == "OLDER") == 90


NEWS = limit("N", "lead", "not more than 1 mg/kg", max="1", unit="mg/kg", evidence="news")
STANDING = [  # the rule of a market, lead of the batch, the market's verdict
    (LEAD, "0.5", "PASS"),
    (LEAD, "2", "FAIL"),
    (LEAD.replace("in_force", "proposed"), "2", "PASS"),
    (LEAD.replace('"in_force"', '"proposed"\npending_from = "2026-11-13"'), "0.5", "PASS"),
    (LEAD.replace('"in_force"', '"proposed"\npending_from = "2026-11-13"'), "2", "HOLD"),
    (LEAD.replace('"in_force"', '"proposed"\npending_from = "2026-12-24"'), "2", "PASS"),
    (NEWS, "0.5", "HOLD"),
    (NEWS, "2", "HOLD"),
    (limit("U", text="not located", kind="unread", status="proposed", pending_from="2026-11-13"), "0.5", "HOLD"),
    (limit("B", text="kratom may not be sold", kind="ban", status="proposed", pending_from="2026-11-13"), "0.5", "HOLD"),
    (limit("B", text="kratom may not be sold", kind="ban", effective_from="2027-07-01", pending_from="2026-07-01"),
     "0.5", "HOLD"),
    (limit("N", text="no kratom statute found", kind="no_statute", searched="the code"), "0.5", "HOLD"),
    (limit("N", text="no kratom statute found", kind="no_statute", searched="the code", confirmed_by="J. Doe"), "0.5",
     "PASS"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "lead", "verdict"), STANDING)
def test_what_nobody_knows_leaves_undecided_what_it_could_close(tmp_path, rule, lead, verdict):
    ours = limit("OURS", "lead", "not more than 10 mg/kg", max="10", unit="mg/kg")
    books = rulebooks(tmp_path, leaf_powder=book(ours), zz=book(rule, kind="market"))
    reading = certificate("L-1", row("Lead", lead, "mg/kg"))
    (judgement,) = judged([reading], books, markets=["zz"], home=["zz"], on=DAY).values()
    decided = [one for one in judgement.findings if one.rulebook == "zz" and one.decides and str(one.outcome) != "PASS"]
    assert str(judgement.markets["zz"]) == verdict
    if verdict == "HOLD" and "pending_from" in rule:
        assert all("and whether it does was not located" in one.why for one in decided)
