"""A rule of which nobody knows whether it stands leaves undecided what does not meet it, from its first possible day
on and by itself."""

from __future__ import annotations

from datetime import date

import pytest

from kratom_qc.rulebooks.dates import stands
from tests.factory import book, limit, rulebooks

SINCE, LATER = {"pending_from": "2026-11-13"}, {"pending_from": "2026-07-01", "effective_from": "2027-07-01"}
STANDS = [  # the keys of the limit, the day, how it stands, whether it decides
    ({"status": "proposed"}, "2027-01-01", "proposed", False),
    ({"status": "proposed", **SINCE}, "2026-11-12", "proposed", False),
    ({"status": "proposed", **SINCE}, "2026-11-13", "pending", True),
    ({"status": "proposed", "pending_from": "2026-11"}, "2026-11-01", "pending", True),
    ({"status": "withdrawn", "effective_to": "unknown", **SINCE}, "2026-11-13", "withdrawn", False),
    ({"status": "proposed", "advisory": "shown only", **SINCE}, "2026-11-13", "pending", False),
    (LATER, "2026-06-30", "not yet in force", False),
    (LATER, "2026-07-01", "pending", True),
    (LATER, "2027-07-01", "in_force", True),
]


@pytest.mark.parametrize(("keys", "day", "status", "decides"), STANDS)
def test_a_limit_is_pending_from_the_first_day_on_which_it_may_stand(tmp_path, keys, day, status, decides):
    lead = limit("PB", "lead", "not more than 1 mg/kg", max="1", unit="mg/kg", **keys)
    (one,) = rulebooks(tmp_path, zz=book(lead, kind="market"))["zz"].limits
    assert stands(one, date.fromisoformat(day)) == (status, decides)
