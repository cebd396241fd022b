"""What no row shows by itself: rulebooks are read against each other, and one that makes no sense never loads."""

from __future__ import annotations

from datetime import date

import pytest

from kratom_qc.domain.errors import RulebookError
from kratom_qc.rulebooks.load import load_rulebooks
from tests.factory import REAL, book, limit, written

MG = "mg/kg"


def lead(rule_id: str = "PB", maximum: str = "3", **more: object) -> str:
    return limit(rule_id, "lead", f"not more than {maximum} mg/kg", **{"max": maximum, "unit": MG, **more})


def old(rule_id: str = "OLD", **more: object) -> str:
    return lead(
        rule_id, "5", **{"status": "superseded", "effective_from": "2020", "effective_to": "2024-12-31", **more}
    )


def leaf(*rows: str, **head: object) -> str:
    """A product's rulebook that always asks for something."""
    return book(limit("HG", "mercury", "not more than 1 mg/kg", max="1", unit=MG), *rows, **head)


def market(*rows: str, **head: object) -> str:
    return book(*rows, kind="market", **{"covers": ["leaf_powder"], **head})


def told(folder, **books: str) -> str:
    """What the loader says of these rulebooks, or nothing where it loads them. `us_tx` is written as us-tx.toml."""
    try:
        load_rulebooks(written(folder, **books))
    except RulebookError as error:
        return str(error)
    return ""


# name → (rulebooks, how the mistake begins)
MISTAKES: dict[str, tuple[dict[str, str], str]] = {
    # ------------------------------------------------------------ ids
    "one id in two files": (
        {"leaf_powder": leaf(lead()), "us": market(lead())},
        "us.toml:9 PB: the id stands in leaf_powder.toml:18 too",
    ),
    "ids that differ in capitals": (
        {"leaf_powder": leaf(lead("Pb")), "us": market(lead("PB"))},
        "us.toml:9 PB: differs from Pb in leaf_powder.toml:18 by capital letters only",
    ),
    # ------------------------------------------------------------ two figures for one thing
    "two maxima in one rulebook": (
        {"leaf_powder": leaf(lead("A"), lead("B", "4"))},
        "leaf_powder.toml:33 B: 'not more than 3 mg/kg' and 'not more than 4 mg/kg' of lead in the same days",
    ),
    "the same maximum twice": (
        {"leaf_powder": leaf(lead("A"), lead("B"))},
        "leaf_powder.toml:33 B: 'not more than 3 mg/kg' and 'not more than 3 mg/kg' of lead",
    ),
    "two maxima for products that meet": (
        {"us": market(lead("A", products=["leaf_powder", "extract"]), lead("B", "4"))},
        "us.toml:24 B: 'not more than 3 mg/kg' and",
    ),
    "two maxima for a year that both begin in": (
        {"leaf_powder": leaf(lead("A", effective_to="2026"), lead("B", "4", effective_from="2026-03"))},
        "leaf_powder.toml:34 B: 'not more than 3 mg/kg' and",
    ),
    "a figure for what may not be there": (
        {
            "leaf_powder": leaf(
                limit("A", "mgm-15", "MGM-15 not detected", kind="not_detected"),
                limit("B", "mgm-15", "not more than 3 mg/kg", max="3", unit=MG),
            )
        },
        "leaf_powder.toml:31 B: one limit allows an amount of what the other, A (leaf_powder.toml:18), does not allow",
    ),
    "absence in two portions": (
        {
            "leaf_powder": leaf(
                limit("A", "salmonella", "absent in 25 g", kind="not_detected", portion="25"),
                limit("B", "salmonella", "absent in 10 g", kind="not_detected", portion="10"),
            )
        },
        "leaf_powder.toml:32 B: absence in 25 g and absence in 10 g of salmonella in the same days",
    ),
    "our own specification in two rulebooks of one product": (
        {"common": book(lead("A"), kind="standard"), "leaf_powder": leaf(lead("B", "2"), extends=["common"])},
        "leaf_powder.toml:23 B: 'not more than 3 mg/kg' and 'not more than 2 mg/kg' of lead in the same days; keep one, or "
        "override A (common.toml:7)",
    ),
    "a market nothing can be sold in": (
        {
            "us": market(limit("A", "mitragynine", "not less than 2 %", min="2", unit="%")),
            "us_tx": market(limit("B", "mitragynine", "not more than 1 %", max="1", unit="%"), extends=["us"]),
        },
        "us-tx.toml:13 B: nothing can meet this limit and A (us.toml:8) at once",
    ),
    # ------------------------------------------------------------ successions
    "what it supersedes is not there": (
        {"us": market(lead("NEW", supersedes=["GONE"]))},
        "us.toml:18 NEW: supersedes GONE, which no rulebook of its lineage holds",
    ),
    "what it supersedes stands in a rulebook beside it": (
        {"us": market(old()), "cz": market(lead("NEW", supersedes=["OLD"]))},
        "cz.toml:18 NEW: supersedes OLD, which no rulebook of its lineage holds",
    ),
    "supersedes itself": (
        {"us": market(lead("NEW", supersedes=["NEW"]))},
        "us.toml:18 NEW: supersedes NEW, which supersedes it",
    ),
    "supersede each other": (
        {"us": market(lead("A", supersedes=["B"], effective_to="2025"), old("B", supersedes=["A"]))},
        "us.toml:18 A: supersedes B, which supersedes it",
    ),
    "what it supersedes has no end": (
        {
            "us": market(
                lead("A", effective_from="2020"), lead("NEW", "4", supersedes=["A"], effective_from="2025-01-01")
            )
        },
        "us.toml:30 NEW: supersedes A (us.toml:8), whose effective_to is open: say when it ended",
    ),
    "begins before the other ended": (
        {"us": market(old(), lead("NEW", supersedes=["OLD"], effective_from="2024-12-30"))},
        "us.toml:31 NEW: supersedes OLD (us.toml:8), which is in force until 2024-12-31: this one begins before, on 2024-12-30",
    ),
    "a gap between": (
        {"us": market(old(), lead("NEW", supersedes=["OLD"], effective_from="2025-01-02"))},
        "us.toml:31 NEW: supersedes OLD (us.toml:8), which ended on 2024-12-31: this one begins on 2025-01-02. Say in because",
    ),
    # ------------------------------------------------------------ status and dates
    "superseded and open": (
        {"us": market(old(effective_to=""))},
        "us.toml:14 OLD: status 'superseded' needs the day it ended in effective_to, or \"unknown\"",
    ),
    "superseded and still in force": (
        {"us": market(old(effective_to="2027"))},
        "us.toml:19 OLD: effective_to '2027' lies after 2026-11-22, and the status is superseded",
    ),
    "withdrawn and open": (
        {"us": market(lead(status="withdrawn", effective_from="2025"))},
        "us.toml:14 PB: effective_to 'open', and the status is withdrawn",
    ),
    "proposed with an end": (
        {"us": market(lead(status="proposed", effective_to="2027"))},
        "us.toml:18 PB: effective_to '2027': what is only proposed has no end yet",
    ),
    "a beginning that is open": (
        {"us": market(lead(effective_from="open"))},
        "us.toml:18 PB: effective_from 'open' is no beginning",
    ),
    # ------------------------------------------------------------ sources
    "a source that is yet to be found": (
        {"us": market(lead(because="TODO"))},
        "us.toml:13 PB: because 'TODO' is a placeholder",
    ),
    "a source that is a question": ({"us": market(lead(because="?"))}, "us.toml:13 PB: because '?' is a placeholder"),
    "a source with something left to do": (
        {"us": market(lead(because="Texas code 444.003, TBD which subsection"))},
        "us.toml:13 PB: because 'Texas code 444.003, TBD which subsection' is a placeholder",
    ),
    "a source that names nothing": (
        {"us": market(lead(because="a bill"))},
        "us.toml:13 PB: because 'a bill' names no document",
    ),
    "a primary text without a citation": (
        {"us": market(lead(because="the statute of the state"))},
        "us.toml:13 PB: because 'the statute of the state': evidence \"primary\" needs the address or the citation",
    ),
    "a reason that is none": (
        {"us": market(lead(when_missing="note", silence_because="n/a"))},
        "us.toml:19 PB: silence_because 'n/a' is a placeholder",
    ),
    # ------------------------------------------------------------ of the wrong kind
    "a basis without its unit": (
        {"us": market(lead(basis="per serving"))},
        "us.toml:18 PB: basis 'per serving' needs a unit per serving, and the limit is in mg/kg",
    ),
    "a unit of another basis": (
        {"us": market(limit("PB", "lead", "not more than 3 µg/day", max="3", unit="ug/day", basis="per serving"))},
        "us.toml:18 PB: basis 'per serving' contradicts the unit ug/day, which is per day",
    ),
    "a sum that may not be detected": (
        {"us": market(limit("A", "total-aflatoxins", "aflatoxins not detected", kind="not_detected"))},
        "us.toml:11 A: of 'total-aflatoxins': not_detected is for a substance or organism",
    ),
    "moisture that may not be detected": (
        {"us": market(limit("A", "moisture", "no moisture", kind="not_detected"))},
        "us.toml:11 A: of 'moisture': not_detected is for a substance or organism",
    ),
    "lead that is absent in a portion": (
        {"us": market(limit("A", "lead", "lead absent in 10 g", kind="not_detected", portion="10"))},
        "us.toml:16 A: portion: absence in a portion is for organisms, and lead is none",
    ),
    "a unit without effect": (
        {"us": market(limit("A", "mgm-15", "MGM-15 not detected", kind="not_detected", unit=MG))},
        "us.toml:16 A: unit has no meaning without lod_at_most",
    ),
    "a detection limit in counts": (
        {"us": market(limit("A", "mgm-15", "not detected", kind="not_detected", unit="cfu/g", lod_at_most="1"))},
        "us.toml:16 A: unit 'cfu/g' is not a unit of mgm-15",
    ),
    "a detection limit of nothing": (
        {"us": market(limit("A", "mgm-15", "not detected", kind="not_detected", unit=MG, lod_at_most="0"))},
        "us.toml:17 A: lod_at_most '0': no method looks as deep",
    ),
    "a number described": (
        {"us": market(limit("A", "lead", "lead is absent", kind="described"))},
        "us.toml:11 A: of 'lead': a laboratory measures it and does not describe it",
    ),
    "a claim nobody need have made": (
        {
            "us": market(
                limit("A", "claim-mitragynine", "at least 80 % of label claim", min="80", unit="% of label claim")
            )
        },
        "us.toml:11 A: of 'claim-mitragynine' needs applies = \"declared\"",
    ),
    "a claim about lead": (
        {"us": market(lead(applies="declared"))},
        "us.toml:18 PB: applies 'declared' has a meaning for label claims and for amounts per serving, unit, container "
        "or day only",
    ),
    "an uncertainty without a guard": (
        {"us": market(lead(default_uncertainty="20"))},
        'us.toml:18 PB: default_uncertainty needs decision_rule = "guarded"',
    ),
    "a guard of nothing": (
        {"us": market(lead(decision_rule="guarded", default_uncertainty="0"))},
        "us.toml:19 PB: default_uncertainty '0' guards nothing",
    ),
    # ------------------------------------------------------------ what nothing or everything meets
    "nothing is left": (
        {"us": market(limit("A", "lead", "not more than 0 mg/kg", max="0", unit=MG))},
        "us.toml:16 A: max: no result can be shown to meet this limit; what may not be there at all is of the kind",
    ),
    "between three and three": (
        {
            "us": market(
                limit("A", "lead", "more than 3 mg/kg and less than 3 mg/kg", min="3", max="3", strict=True, unit=MG)
            )
        },
        "us.toml:17 A: max: no result can be shown to meet this limit",
    ),
    "more than a whole": (
        {"us": market(limit("A", "mitragynine", "at least 101 %", min="101", unit="%"))},
        "us.toml:16 A: min: no result can meet this limit; a whole holds 1000000 mg/kg",
    ),
    "all that there can be": (
        {"us": market(limit("A", "7-oh-share", "not more than 100 % of total alkaloids", max="100", unit="% ta"))},
        "us.toml:16 A: max: every result meets this limit; it would decide nothing",
    ),
    "at least nothing": (
        {"us": market(limit("A", "lead", "at least 0 mg/kg", min="0", unit=MG))},
        "us.toml:16 A: min: every result meets this limit",
    ),
    "a class of every product": (
        {
            "us": market(
                limit(
                    "A",
                    text="powder and extract may be sold",
                    kind="product_class",
                    requires=["leaf_powder", "extract"],
                ),
                covers=["leaf_powder", "extract"],
            )
        },
        "us.toml:15 A: requires allows every product it speaks of; it would decide nothing",
    ),
    "a class of no product it speaks of": (
        {"us": market(limit("A", text="extract may be sold", kind="product_class", requires=["extract"]))},
        "us.toml:15 A: requires allows none of the products it speaks of; that is a ban",
    ),
    # ------------------------------------------------------------ what belongs elsewhere
    "a law adopted": (
        {"us": market(lead(status="adopted"))},
        "us.toml:14 PB: status 'adopted' is for our own specification",
    ),
    "a law on our own figures": (
        {"us": market(lead(evidence="specification"))},
        "us.toml:15 PB: evidence 'specification' is for our own figures",
    ),
    "a limit for products its rulebook never speaks of": (
        {"us": market(lead(products=["extract"]))},
        "us.toml:18 PB: products names extract, and us speaks of leaf_powder",
    ),
    # ------------------------------------------------------------ silence
    "a product that asks for nothing": (
        {"leaf_powder": book(lead(when_missing="note", silence_because="it is rare"))},
        "leaf_powder.toml:3 [rulebook]: on 2026-11-22 no limit decides and holds a batch of which nothing was tested",
    ),
    "a product whose limits only propose": (
        {"leaf_powder": book(lead(status="proposed"))},
        "leaf_powder.toml:3 [rulebook]: on 2026-11-22 no limit decides",
    ),
    "a product whose limits only screen": (
        {"leaf_powder": book(lead(screen=True))},
        "leaf_powder.toml:3 [rulebook]: on 2026-11-22 no limit decides",
    ),
    "a product whose limit will end": (
        {"leaf_powder": book(lead(effective_to="2027-03"))},
        "leaf_powder.toml:3 [rulebook]: on 2027-04-01 no limit decides",
    ),
    "a product with a gap between its limits": (
        {"leaf_powder": book(lead("A", effective_to="2027"), lead("B", effective_from="2028-01-02"))},
        "leaf_powder.toml:3 [rulebook]: on 2028-01-01 no limit decides",
    ),
    "a product that asks only where a claim is made": (
        {
            "leaf_powder": book(
                limit(
                    "A",
                    "claim-mitragynine",
                    "at least 80 % of label claim",
                    min="80",
                    unit="% of label claim",
                    applies="declared",
                )
            )
        },
        "leaf_powder.toml:3 [rulebook]: on 2026-11-22 no limit decides",
    ),
    "a product that nobody knows": (
        {"leaf_powdr": book(lead())},
        "leaf_powdr.toml:3 [rulebook]: 'leaf_powdr' is no product",
    ),
    "a form alone passes before our limits begin": (
        {
            "leaf_powder": book(lead(effective_from="2026-01-01")),
            "us": market(
                limit("CLASS", text="leaf powder may be sold", kind="product_class", requires=["leaf_powder"]),
                covers=["leaf_powder", "extract"],
            ),
        },
        "leaf_powder.toml:3 [rulebook]: on 0001-01-01 a batch of which nothing was tested would PASS in us: only CLASS decides",
    ),
    "a certificate's head alone passes before our limits begin": (
        {
            "leaf_powder": book(lead(effective_from="2026-01-01")),
            "us": market(limit("HEAD", text="the laboratory is named", kind="certificate", requires=["laboratory"])),
        },
        "leaf_powder.toml:3 [rulebook]: on 0001-01-01 a batch of which nothing was tested would PASS in us: only HEAD decides",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_file_and_line(tmp_path, name):
    books, begins = MISTAKES[name]
    lines = told(tmp_path, **books).splitlines()
    assert any(line.startswith(begins) for line in lines), lines


# What looks like one of these mistakes and is none.
RIGHT: dict[str, dict[str, str]] = {
    "two maxima for different products": {
        "us": market(lead("A", products=["leaf_powder"]), lead("B", "4", products=["extract"]), covers=[])
    },
    "two maxima one after the other": {
        "leaf_powder": leaf(lead("A", effective_to="2026-11"), lead("B", "4", effective_from="2026-12-01"))
    },
    "a successor that begins on the day the other ends": {
        "us": market(
            lead("A", effective_to="2027-01-01"), lead("B", "2", effective_from="2027-01-01", supersedes=["A"])
        )
    },
    "a successor on the day after": {"us": market(old(), lead("NEW", supersedes=["OLD"], effective_from="2025-01-01"))},
    "a successor in the year the other ends, days unknown": {
        "us": market(old(effective_to="2024"), lead("NEW", supersedes=["OLD"], effective_from="2024"))
    },
    "a gap that is owned to": {
        "us": market(
            old(),
            lead("NEW", supersedes=["OLD"], effective_from="2025-06-01", because="Act 12 of 2025; gap of five months"),
        )
    },
    "a proposal that would supersede what is in force": {
        "us": market(lead("A"), lead("NEW", "2", status="proposed", supersedes=["A"]))
    },
    "a law passed and not yet in force": {"us": market(lead(effective_from="2027-07-01"))},
    "guidance for three kinds of people": {
        "us": market(*(lead(f"G{figure}", figure, status="guidance") for figure in ("1", "2", "3")))
    },
    "a screen beside a limit": {"leaf_powder": leaf(lead("A"), lead("W", "1", screen=True))},
    "an amount as received and another on the dry weight": {
        "us": market(lead("A"), limit("B", "lead", "not more than 4 mg/kg dry weight", max="4", unit=MG, basis="dry"))
    },
    "a state that tightens the federal figure": {
        "us": market(lead("A")),
        "us_tx": market(lead("B", "2"), extends=["us"]),
    },
    "a standard's guidance beside our figure": {
        "usp": book(lead("USP", status="compendial"), kind="standard"),
        "leaf_powder": leaf(lead("OURS", "2"), extends=["usp"]),
    },
    "a minimum and a maximum": {
        "leaf_powder": leaf(
            limit("A", "mitragynine", "not less than 0.3 %", min="0.3", unit="%"),
            limit("B", "mitragynine", "not more than 3 %", max="3", unit="%"),
        )
    },
    "a class that no limit of ours stands beside": {
        "us": market(
            limit("CLASS", text="leaf powder may be sold", kind="product_class", requires=["leaf_powder"]),
            covers=["leaf_powder", "extract"],
        )
    },
    "a class for products whose own limits always hold": {
        "leaf_powder": leaf(),
        "us": market(
            limit("CLASS", text="leaf powder may be sold", kind="product_class", requires=["leaf_powder"]),
            covers=["leaf_powder", "extract"],
        ),
    },
    "limits that hold one after the other, without a gap": {
        "leaf_powder": book(lead("A", effective_to="2027"), lead("B", effective_from="2028-01-01"))
    },
    "a product under a ban": {"leaf_powder": book(limit("A", text="kratom is banned", kind="ban"))},
    "a product whose rule nobody has read": {"leaf_powder": book(limit("A", text="annex 3", kind="unread"))},
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_only_looks_like_a_mistake_is_none(tmp_path, name):
    assert told(tmp_path, **RIGHT[name]) == ""


def test_every_mistake_between_rulebooks_is_told_with_those_of_the_rows(tmp_path):
    said = told(
        tmp_path,
        leaf_powder=leaf(lead("A"), lead("B", "4"), limit("C", "leed", "not more than 1 mg/kg", max="1", unit=MG)),
        us=market(lead("T", because="TODO"), old(effective_to="2030")),
        cz="[rulebook\n",
    )
    begin = ["cz.toml:1:", "leaf_powder.toml:33 B:", "leaf_powder.toml:43 C:", "us.toml:13 T:", "us.toml:30 OLD:"]
    assert [line[: len(mark)] for line, mark in zip(said.splitlines(), begin, strict=True)] == begin


def test_a_rulebook_with_unread_rows_is_not_called_empty(tmp_path):
    """A follow-up mistake would send the reader to the wrong place."""
    said = told(tmp_path, leaf_powder=book(limit("C", "leed", "not more than 1 mg/kg", max="1", unit=MG)))
    assert said.splitlines() == [
        "leaf_powder.toml:10 C: of 'leed' is no analyte and no derived quantity (nearest: Lead, Naled, Gluten)"
    ]


def test_a_key_on_several_lines_is_told_with_its_first(tmp_path):
    text = market(lead(products=["extract"])).replace('products = ["extract"]', 'products = [\n  "extract",\n]')
    assert told(tmp_path, us=text).startswith("us.toml:18 PB: products names extract")


def test_what_the_defaults_say_wrong_is_told_with_the_row_it_spoils(tmp_path):
    text = (
        book(kind="market", covers=["leaf_powder"])
        + '[defaults]\nbecause = "TODO"\n'
        + lead().replace('because = "section 1 of the Act of this test"\n', "")
    )
    assert told(tmp_path, us=text).startswith("us.toml:10 PB: because 'TODO' is a placeholder")


def test_our_own_rulebooks_have_no_mistake():
    assert load_rulebooks(REAL)


def test_rows_know_their_day_of_checking(tmp_path):
    """`superseded` is measured on the day the row was checked, not on the rulebook's."""
    row = old(effective_to="2026-11-20").replace("status =", "checked_on = 2026-11-01\nstatus =")
    assert "lies after 2026-11-01" in told(tmp_path, us=market(row, checked_on=date(2026, 11, 22)))
