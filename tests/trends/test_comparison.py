"""Two results side by side: how the second stands to the first."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kratom_qc.domain.interval import Interval
from kratom_qc.trends.comparison import Stated, Subject, compared
from kratom_qc.trends.ends import exactly

LEAD = Subject("lead", "", "as received", "mg/kg", "")
TASTE = LEAD._replace(analyte="taste", unit="")


def interval(text: str) -> Interval | None:
    """`0.2`, `<0.05`, `<=0.05`, `>9`, `?` (anything); else words."""
    match text[0]:
        case "<" if text[1] == "=":
            return Interval(Decimal(0), Decimal(text[2:]))
        case "<":
            return Interval.below(Decimal(text[1:]))
        case ">":
            return Interval(Decimal(text[1:]), None, True, True)
        case "?":
            return Interval.below(None)
    return Interval.exactly(Decimal(text)) if text[0].isdigit() else None


def side(text: str, subject: Subject = LEAD) -> list[Stated]:
    return [Stated(subject, interval(word), word, "a.csv C2") for word in text.split()]


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        ("0.2", "0.2", "the same"),
        ("0.2", "0.3", "higher"),
        ("0.3", "0.2", "lower"),
        ("<0.05", "<0.05", "the same"),
        ("<0.05", "<0.01", "cannot be told apart"),
        ("<0.05", "0.04", "cannot be told apart"),
        ("<0.05", "0.05", "higher"),  # below 0.05, then 0.05
        ("<=0.05", "0.05", "cannot be told apart"),
        ("0.05", "<0.05", "lower"),
        ("9", ">9", "higher"),
        (">9", "9", "lower"),
        ("0.2", "?", "cannot be told apart"),
        ("0.2 0.4", "0.3", "cannot be told apart"),  # two results are their hull
        ("0.2 0.4", "0.5", "higher"),
        ("0.2", "", "only in the first"),
        ("", "0.2", "only in the second"),
        ("bitter", "Bitter", "the same"),
        ("bitter", "sour", "other words"),
        ("bitter", "0.2", "other words"),
    ],
)
def test_how_the_second_stands_to_the_first(one, other, relation):
    (line,) = compared(side(one), side(other))
    assert line.relation == relation


def test_the_difference_is_second_minus_first_at_both_ends():
    (known,) = compared(side("0.2"), side("0.5"))
    assert known.difference == exactly(Decimal("0.3"))
    (hidden,) = compared(side("<0.05"), side("0.5"))
    assert hidden.difference == (Decimal("0.45"), Decimal("0.5"))
    (words,) = compared(side("bitter"), side("0.2"))
    assert words.difference is None


def test_every_subject_of_either_side_is_a_line_in_the_order_of_the_first():
    lines = compared([*side("0.2"), *side("bitter", TASTE)], side("1", LEAD._replace(unit="mg/mL")))
    assert [(line.subject.analyte, line.subject.unit, str(line.relation)) for line in lines] == [
        ("lead", "mg/kg", "only in the first"),
        ("taste", "", "only in the first"),
        ("lead", "mg/mL", "only in the second"),
    ]


def test_stated_uncertainties_say_whether_two_results_agree():
    one, other = ([Stated(LEAD, interval(text), text, "", Decimal("0.1"))] for text in ("0.2", "0.4"))
    (line,) = compared(one, other)
    assert (str(line.relation), round(line.e_n, 3)) == ("higher", Decimal("1.414"))
