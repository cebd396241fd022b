"""How long the records of a batch are kept.

21 CFR 111.605: one year past the shelf-life date, or two years beyond the distribution of the last
batch that belongs to the records. Oregon asks for three years. The longest of them counts, and
never less than three years from the last thing that anybody did with the batch.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from kratom_qc.domain.disposition import Disposition

YEARS = 3  # Oregon; the two years of 21 CFR 111.605 lie within
AFTER_SHELF_LIFE = 1  # years, 21 CFR 111.605


class Kept(NamedTuple):
    """Until when records are kept, and why; None: nobody can say yet."""

    until: date | None
    why: str


def kept_until(
    disposition: Disposition,
    newest: date,
    distributed: date | None = None,
    best_before: date | None = None,
    years: int = YEARS,
) -> Kept:
    """Until when the records of a batch are kept: `newest` is the day on which something was last
    done with it, `distributed` that on which the last of it was, `best_before` its shelf-life
    date."""
    if disposition in (Disposition.ON_HOLD, Disposition.AWAITING_REVIEW):
        return Kept(None, f"it is {disposition}: somebody has to decide first")
    terms = [Kept(_later(newest, years), f"{years} years from the last entry")]
    if disposition is not Disposition.REJECTED:
        if distributed is None:
            return Kept(None, "nobody has said when the last of it was distributed")
        terms.append(Kept(_later(distributed, years), f"{years} years from its distribution"))
    if best_before is not None:
        terms.append(Kept(_later(best_before, AFTER_SHELF_LIFE), "a year past its shelf life"))
    return max(terms)


def _later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)
