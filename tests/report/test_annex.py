"""What stands in one line of a batch page's annex: when the limits that decide were compared with their sources, what stands
where no daily amount is declared, and what of each family of hazards nobody tested."""

from __future__ import annotations

import re

import pytest

from kratom_qc.domain.verdict import Verdict
from kratom_qc.report.html import batch_page
from kratom_qc.rulebooks.load import load_rulebooks
from kratom_qc.vocabulary.hazards import hazard_families
from tests.factory import REAL, certificate, clean_leaf, judged, row
from tests.report.test_report_html import PROGRAM, Page

BOOKS = load_rulebooks(REAL)
MARKETS = ["us", "us-tx", "us-in"]


def verdict(*rows: dict[str, str], **facts: str) -> Verdict:
    leaf = certificate("L-1", *clean_leaf(), *rows, **facts)
    return judged([leaf], BOOKS, markets=MARKETS, home=["us"])["L-1"]


def annex(of: Verdict) -> str:
    return Page(batch_page(of, program=PROGRAM)).text.replace("\u202f", " ")


def test_a_page_says_which_limits_that_decide_were_last_compared_when() -> None:
    of = verdict()
    (line,) = re.findall(r"Last compared with their sources: ([^.]*)\.", annex(of))
    own, _, others = line.rpartition("; those of other markets ")
    own_books = {book.id for book in of.rulebooks if book.kind != "market" or book.id == "us"}
    told: dict[str, set[str]] = {}
    for part in own.split("; "):
        books, _, day = part.rpartition(" on ")
        told[day] = set(books.split(", "))
    deciding = [(one.rulebook, one.source) for one in of.findings if one.decides and one.source is not None]
    asked: dict[str, set[str]] = {}
    for book, limit in deciding:
        if book in own_books:
            asked.setdefault(str(limit.checked_on), set()).add(book)
    assert told == asked
    assert list(told) == sorted(told)
    elsewhere = sorted({str(limit.checked_on) for book, limit in deciding if book not in own_books})
    assert re.findall(r"\d{4}-\d\d-\d\d", others) == list(dict.fromkeys((elsewhere[0], elsewhere[-1])))


STANDS = "No daily amount is declared: the figure per gram stands, which is meant for up to 5 g a day."


NO_SIZE, NO_NUMBER = (
    STANDS.replace("declared", f"known, because the {what} is not declared", 1)
    for what in ("serving size", "servings per day")
)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, [STANDS]),
        ({"Servings_Per_Day": "2"}, [NO_SIZE]),
        ({"Serving_Size": "2 g"}, [NO_NUMBER]),
        ({"Serving_Size": "2 g", "Servings_Per_Day": "2"}, []),
    ],
)
def test_where_no_daily_amount_is_known_the_page_says_what_lacks_and_what_stands(
    facts: dict[str, str], said: list[str]
) -> None:
    assert re.findall(r"No daily amount is [^.]*\.", annex(verdict(**facts))) == said


def test_what_was_neither_tested_nor_required_is_one_line_a_family() -> None:
    text = annex(verdict(row("Fentanyl", "ND", "mg/kg", LOD="0.1")))
    _, _, rest = text.partition("Neither tested nor required")
    for name in (family.name for family in hazard_families().values()):
        assert len(re.findall(rf"{re.escape(name.capitalize())}: (?:none|\d+) tested; not ", rest)) <= 1
    assert re.search(r"Adulterants: 1 tested; not \d+ others\.", rest)
    assert re.search(r"Pesticides and fumigants: none tested; not one of \d+\.", rest)
