"""Every named bad input of the facts (bad_inputs.md), and those that are tested elsewhere."""

from __future__ import annotations

from tests.hostile import containers as c
from tests.hostile.cases_containers import A_GOOD_TABLE, CONTAINERS, NAMES
from tests.hostile.cases_tables import TABLES, TIME
from tests.hostile.expected import book, one, passes

CASES = [
    book("B00", "the certificate that all are a change of", c.good, passes()),
    one("B00", "the same as csv", A_GOOD_TABLE, passes()),
    one("B00", "the same as ods", c.good_ods, passes(), "certificate.ods"),
    *CONTAINERS,
    *NAMES,
    *TABLES,
    *TIME,
]

ELSEWHERE = {
    "B37": "needs to know vendors, which one command and one inbox do not",
    "B38": "needs claims of vendors on lots",
    "B52": "needs a purchase list",
    "B92": "rulebooks carry dates and every verdict the day it was judged on: tests/judge",
    "B93": "tests/judge/test_rulebook_linter.py",
    "B94": "needs the register of laboratories",
    "B96": "a remark over several batches: tests/interpret",
    "B99": "no PDF is read",
    "B100": "no PDF is read",
}
"""What is tested in another place, or is not an input of this program, and why."""
