"""When a limit is in force: a partial date is read the stricter way, an unknown one bounds nothing."""

from __future__ import annotations

from datetime import date

import pytest

from kratom_qc.domain.limit import Ban, Rulebook
from kratom_qc.rulebooks.dates import bound, in_force
from kratom_qc.vocabulary.wording import overdue
from tests.factory import book, limit, rulebooks

IN_FORCE = [  # effective_from, effective_to, the day, how it stands
    ("2026-03-01", "open", "2026-02-28", "not yet in force"),
    ("2026-03-01", "open", "2026-03-01", "in force"),
    ("2026-03", "open", "2026-02-28", "not yet in force"),
    ("2026-03", "open", "2026-03-01", "in force"),
    ("2026", "open", "2025-12-31", "not yet in force"),
    ("2026", "open", "2026-01-01", "in force"),
    ("unknown", "open", "0001-01-01", "in force"),
    ("unknown", "unknown", "2026-11-22", "in force"),
    ("2026-03-01", "unknown", "2099-12-31", "in force"),
    ("2020-01-01", "2026-03-01", "2026-03-01", "in force"),
    ("2020-01-01", "2026-03-01", "2026-03-02", "expired"),
    ("2020-01-01", "2024-02", "2024-02-29", "in force"),
    ("2020-01-01", "2024-02", "2024-03-01", "expired"),
    ("2020-01-01", "2025-02", "2025-03-01", "expired"),
    ("2020-01-01", "2025-12", "2025-12-31", "in force"),
    ("2020-01-01", "2025-12", "2026-01-01", "expired"),
    ("2020-01-01", "2025", "2025-12-31", "in force"),
    ("2020-01-01", "2025", "2026-01-01", "expired"),
]


@pytest.mark.parametrize(("since", "until", "day", "stands"), IN_FORCE)
def test_how_a_limits_dates_stand_to_a_day(tmp_path, since, until, day, stands):
    lead = limit(
        "PB", "lead", "not more than 0.5 mg/kg", max="0.5", unit="mg/kg", effective_from=since, effective_to=until
    )
    (one,) = rulebooks(tmp_path, leaf_powder=book(lead))["leaf_powder"].limits
    assert in_force(one, date.fromisoformat(day)) == stands


@pytest.mark.parametrize("word", ["unknown", "open"])
def test_a_date_that_nobody_knows_bounds_nothing(word):
    assert bound(word, first=True) == bound(word, first=False) == date.min


LATE = "checked 43 days before 2026-11-22; good for 30 days"
OVERDUE = [  # the rulebooks that were last checked on 2026-10-10, what is told
    ([], ()),
    (["us"], (f"us was {LATE}",)),
    (["cz", "us"], (f"cz and us were {LATE}",)),
    (["cz", "us", "us-al", "us-ar"], (f"cz, us, us-al and us-ar were {LATE}",)),
    (["cz", "us", "us-al", "us-ar", "us-az", "us-ca"], (f"cz, us, us-al and 3 more were {LATE}",)),
]


@pytest.mark.parametrize(("late", "told"), OVERDUE)
def test_rulebooks_that_were_checked_too_long_ago_are_told_together(late, told):
    day = date(2026, 11, 22)
    fresh = [_checked(name, "market", date(2026, 10, 23), 30) for name in ("us-in", "us-oh")]
    books = [_checked(name, "market", date(2026, 10, 10), 30) for name in late]
    assert overdue([*fresh, *books], day) == told
    older = _checked("extract", "product", date(2025, 11, 21), 365)
    said = "extract was checked 366 days before 2026-11-22; good for 365 days"
    assert overdue([*books, older], day) == (said, *told)


def _checked(name: str, kind: str, day: date, good: int) -> Rulebook:
    """A rulebook with one limit that decides and was last compared with its source on a day."""
    ban = Ban(
        rule_id=name, rulebook=name, text="no kratom", because="an act", status="in_force", evidence="primary",
        checked_on=day, max_age_days=good,
    )  # fmt: skip
    return Rulebook(name, kind, name, "1", day, good, "", (ban,))


AGES = [  # what the old limit of a rulebook says of itself, whether the rulebook is told as late
    ({}, True),
    ({"checked_on": date(2026, 11, 1)}, False),
    ({"max_age_days": 90}, False),
    ({"max_age_days": 0}, False),
    ({"status": "proposed"}, False),
    ({"status": "proposed", "pending_from": "2026-01-01"}, True),
    ({"advisory": "shown only"}, False),
    ({"screen": True}, False),
]


@pytest.mark.parametrize(("keys", "late"), AGES)
def test_only_a_limit_that_decides_makes_its_rulebook_late(tmp_path, keys, late):
    lead = limit("PB", "lead", "not more than 0.5 mg/kg", max="0.5", unit="mg/kg", **keys)
    books = rulebooks(tmp_path, zz=book(lead, kind="market", checked_on=date(2026, 10, 10), max_age_days=30))
    assert bool(overdue(books.values(), date(2026, 11, 22))) is late
