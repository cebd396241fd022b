"""Limits and the rulebooks they stand in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from kratom_qc.domain.interval import Interval

# The statuses that decide. Adopted: a product specification makes the figure its own (21 CFR
# 111.70).
DECIDING = ("in_force", "adopted")


# Before the subject of a sum whose summands below their bound count 0 (a limit with `sum =
# "lower_bound"`).
LOWER_BOUND = "lower bound of "


@dataclass(frozen=True, slots=True)
class Limit:
    """One dated line of a rulebook. `accept` is the interval a value must lie in, in `unit`,
    rounding already applied."""

    rule_id: str
    rulebook: str
    kind: str  # amount, not_detected, described, ban, product_class, attestation, certificate, unread, profile
    subject: str
    text: str
    because: str
    status: str
    evidence: str
    unit: str = ""
    basis: str = "as received"
    acceptance_interval: Interval | None = None
    minimum: Decimal | None = None
    portion: Decimal | None = None
    lod_at_most: Decimal | None = None
    effective_from: str = "unknown"
    effective_to: str = "open"
    when_missing: str = "hold"
    silence_because: str = ""
    decision_rule: str = "simple"
    default_uncertainty: Decimal | None = None  # share of the value
    rounding: str = "none"
    operator_printed: bool = True
    screen: bool = False
    advisory: str = ""
    products: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    applies: str = ""  # "where declared": judged only where the vendor declares a claim
    guard_factor: Decimal = Decimal(1)  # r of the guard band w = r·U
    multiplier: Decimal | None = (
        None  # of a microbiological criterion 10^n, already applied to `accept`
    )
    sum: str = ""  # "lower_bound": summands below their bound count 0
    present: str = ""  # of a profile: what was found …
    absent: tuple[str, ...] = ()  # … while all of these were looked for and not found
    checked_on: date | None = None
    supersedes: tuple[str, ...] = ()
    overrides: str = ""  # the rulebook whose limit of this id this one replaces
    changes: tuple[str, ...] = ()  # what the override changed: "status: guidance → adopted"
    line: int = 0  # where it stands in its file

    def speaks_of(self, product: str | None) -> bool:
        return not self.products or product in self.products


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A product's, market's or standard's limits: one TOML file. Its id is the file's stem."""

    id: str
    kind: str  # product, market, standard
    title: str
    version: str
    checked_on: date
    max_age_days: int
    sha256: str
    limits: tuple[Limit, ...]
    extends: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    certificate_max_age_days: int | None = None
    text: str = field(
        default="", repr=False, compare=False
    )  # the file itself: kept beside what it judged

    def overdue(self, on: date) -> bool:
        """Whether nobody has compared the rulebook with its sources for longer than it says."""
        return (on - self.checked_on).days > self.max_age_days
