"""The nouns of kratom_qc. Frozen, slotted, no I/O, no pandas, no clock.

One idea carries everything: a laboratory number is an interval, a limit is an interval, and a finding is how the
first lies in the second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

# The interval and its words are nouns too: the rooms take them from here.
from kratom_qc.interval import UNMEASURED as UNMEASURED
from kratom_qc.interval import ZERO as ZERO
from kratom_qc.interval import Interval as Interval
from kratom_qc.interval import plain as plain
from kratom_qc.interval import portion_bound as portion_bound


class Outcome(StrEnum):
    """How one batch stands to one limit."""

    PASS = "PASS"
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    MISSING = "MISSING"


class Decision(StrEnum):
    """What is said of a batch. Worst first when compared by `worst`."""

    FAIL = "FAIL"
    HOLD = "HOLD"
    PASS = "PASS"


# ---------------------------------------------------------------- the laboratory's own words


class Place(NamedTuple):
    """Where something stands, in the vendor's own coordinates. A tuple: every word has one, and they are looked up in sets."""

    file: str
    sheet: str = ""
    cell: str = ""

    def __str__(self) -> str:
        if self.sheet and self.cell:
            return f"{self.sheet}!{self.cell}"
        return self.cell or self.sheet or self.file


class Cell(NamedTuple):
    """One cell as a person sees it. `said` is its text, a stored number in full; `kind` tells how the file stores it.

    `shown` is what the sheet displays where that is a rounded form of `said`: 0.46 shown as 0.5. Nothing otherwise.
    A tuple, because sheets have hundreds of thousands of them and a frozen dataclass takes three times as long to make.
    """

    said: str
    kind: str  # text, number, date, formula, error, boolean
    row: int  # 1-based
    column: int  # 1-based
    hidden: bool = False
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of text with the cell it was read from; `shown` and `kind` as in Cell."""

    said: str
    place: Place
    shown: str = ""
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a certificate, in the laboratory's words; a value of None means no such column."""

    analyte: Word
    result: Word | None
    unit: Word | None = None
    qualifier: Word | None = None
    lod: Word | None = None
    loq: Word | None = None
    uncertainty: Word | None = None
    method: Word | None = None
    verdict: Word | None = None
    limit: Word | None = None
    basis: Word | None = None
    portion: Word | None = None
    species: Word | None = None
    replicate: Word | None = None
    cas: Word | None = None
    section: Word | None = None
    header_unit: Word | None = None  # in the column's header: `Result (mg/g)`
    section_unit: Word | None = None  # in the section's heading: `Heavy metals, mg/kg`
    lod_unit: Word | None = None  # where LOD, LOQ or uncertainty have a unit of their own
    loq_unit: Word | None = None
    uncertainty_unit: Word | None = None
    zero_is_censored: bool = False  # the format writes 0 for what was not detected, below LOQ or not tested at all


@dataclass(frozen=True, slots=True)
class Note:
    """Words of a certificate that are read as no result, fact, label or header, and may still speak of the results.

    `where` they stand: `free`, where anybody writes anything and a number may be a result; `column`, in one of methods,
    initials, dilutions, where a bare number is none; `bound`, as a limit, where an amount is none. `label` is the cell before.
    """

    word: Word
    where: str = "free"
    label: str = ""


@dataclass(frozen=True, slots=True)
class Certificate:
    """One batch on one laboratory's paper, in the laboratory's own words.

    `facts` maps a fact's name (laboratory, certificate_id, batch_id, product, form, received_on, …) to the word read.
    """

    file: str
    sha256: str
    facts: Mapping[str, Word]
    lines: tuple[Line, ...]
    decimal_mark: str | None = None  # where its format or a profile states it, so that the file need not prove it
    day_first: bool | None = None
    notes: tuple[Note, ...] = ()


# ---------------------------------------------------------------- what the words mean


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a person should see that never changes a verdict."""

    code: str
    severity: str  # note or warning
    message: str
    place: Place


@dataclass(frozen=True, slots=True)
class Doubt:
    """A cause to hold the batch: it becomes an INCONCLUSIVE finding of the rulebook `integrity`."""

    rule_id: str
    why: str
    place: Place
    analyte: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One laboratory statement understood: an interval in the canonical unit of its dimension.

    `interval` never includes the uncertainty. `shown` is what the sheet displays where that is a rounded form of what the
    cell stores, `shown_interval` what it would mean by itself: both are judged. `detected` is True, False or None (the
    words do not say); `detection_limit` is how far down a non-detect reaches, where the certificate says so.
    """

    analyte: str  # the id, or the laboratory's own name where the analyte is unknown
    known: bool
    said: str
    unit_said: str
    interval: Interval
    unit: str
    basis: str
    measured: bool
    place: Place
    detected: bool | None = None
    detection_limit: Decimal | None = None
    portion: Decimal | None = None  # grams (millilitres for liquids) of test portion
    lod: Decimal | None = None
    loq: Decimal | None = None
    uncertainty: Decimal | None = None  # expanded, in `unit`
    resolution: Decimal | None = None  # one unit of the last printed digit, in `unit`
    method: str = ""
    stated_verdict: str = ""
    species: str = ""
    replicate: str = ""
    text: str | None = None  # a described test's words
    flags: tuple[str, ...] = ()
    certificate: str = ""  # the witness: file hash, certificate id and laboratory
    shown: str = ""
    shown_interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """A certificate understood: typed facts and results, with everything worth saying about it."""

    file: str
    sha256: str
    batch_id: str
    laboratory: str
    certificate_id: str
    accreditation: str
    product: str | None  # product id by the certificate's own words
    product_name: str
    received_on: date | None
    tested_on: date | None
    issued_on: date | None
    declared: Mapping[str, str]  # serving_size, servings_per_container, net_content … as printed
    results: tuple[Result, ...]
    remarks: tuple[Remark, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    dates: Mapping[str, date] = field(default_factory=dict)  # every date by its fact's name: sampled_on, issued_on …
    facts_said: Mapping[str, Word] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a batch is known to hold of one subject, over all its certificates.

    `interval` is the hull of everything said. `proven_low` and `proven_high` are the tightest ends that a single
    certificate proves by itself: they keep an earlier FAIL from being washed out by a later, better result.
    """

    subject: str
    unit: str
    basis: str
    interval: Interval
    proven_low: Decimal
    proven_low_open: bool
    proven_high: Decimal | None
    proven_high_open: bool
    results: tuple[Result, ...]
    detected: bool | None = None
    detection_limit: Decimal | None = None
    uncertainty: Decimal | None = None
    missing: tuple[str, ...] = ()  # operands nobody measured: a straddle is then MISSING, not INCONCLUSIVE
    how: str = ""  # how a derived quantity was computed, in words
    alone: tuple[
        Quantity, ...
    ] = ()  # by each certificate where several speak: with its own uncertainty it may prove more
    # The same ends as floats (low, low_open, high, high_open, then the proven four), made once: ten thousand batches
    # reach the validation engine as arrays of these. Each is the double nearest its decimal; the engine restores the
    # order where that is not enough.
    ends: tuple[float, ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        hull = self.interval
        object.__setattr__(
            self,
            "ends",
            (
                float(hull.low),
                float(hull.low_open),
                _float_end(hull.high),
                float(hull.high_open),
                float(self.proven_low),
                float(self.proven_low_open),
                _float_end(self.proven_high),
                float(self.proven_high_open),
            ),
        )


def _float_end(high: Decimal | None) -> float:
    return float("inf") if high is None else float(high)


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What no laboratory prints, as the vendor declares it (`--facts products.toml`)."""

    match: str
    form: str | None = None
    serving_g: Decimal | None = None
    serving_ml: Decimal | None = None
    servings_per_day: Decimal | None = None
    servings_per_container: Decimal | None = None
    net_g: Decimal | None = None
    net_ml: Decimal | None = None
    density_g_per_ml: Decimal | None = None
    claims: tuple[tuple[str, Decimal, str], ...] = ()  # analyte, amount, canonical unit
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """One lot over all its certificates, ready to be judged."""

    batch_id: str
    product: str | None
    analyses: tuple[Analysis, ...]
    quantities: Mapping[tuple[str, str, str], Quantity]  # (subject, basis, unit)
    described: Mapping[str, Result]
    doubts: tuple[Doubt, ...]
    remarks: tuple[Remark, ...]
    facts: ProductFacts | None = None


# ---------------------------------------------------------------- limits

# The statuses that decide. Adopted: a product specification makes the figure its own (21 CFR 111.70).
DECIDING = ("in_force", "adopted")
# Before the subject of a sum whose summands below their bound count 0 (a limit with `sum = "lower_bound"`).
LOWER_BOUND = "lower bound of "


@dataclass(frozen=True, slots=True)
class Limit:
    """One dated line of a rulebook. `accept` is the interval a value must lie in, in `unit`, rounding already applied."""

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
    accept: Interval | None = None
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
    guard: Decimal = Decimal(1)  # r of the guard band w = r·U
    multiplier: Decimal | None = None  # of a microbiological criterion 10^n, already applied to `accept`
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
    text: str = field(default="", repr=False, compare=False)  # the file itself: kept beside what it judged

    def overdue(self, on: date) -> bool:
        """Whether nobody has compared the rulebook with its sources for longer than it says."""
        return (on - self.checked_on).days > self.max_age_days


# ---------------------------------------------------------------- what was decided


@dataclass(frozen=True, slots=True)
class Finding:
    """How one batch stands to one limit, with the cell it rests on."""

    rule_id: str
    rulebook: str
    market: str | None
    analyte: str | None
    outcome: Outcome
    decides: bool
    why: str
    because: str
    limit: str = ""
    unit: str = ""
    interval: Interval = UNMEASURED
    when_missing: str = "hold"
    status: str = "in_force"
    place: Place | None = None
    source: Limit | None = None
    quantity: Quantity | None = None
    conditional: str = ""  # a kind of INCONCLUSIVE: "conditional pass" or "conditional fail" (ILAC-G8:09/2019 4.2.3)
    decision_rule: str = ""  # how conformity was decided, in words (ISO/IEC 17025 7.8.6)


class Says(StrEnum):
    """What a market says of a batch."""

    SOLD = "may be sold"
    NOT_SOLD = "may not be sold"
    UNDECIDED = "undecided"
    BANNED = "banned"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a batch stands in one market, with the finding that decides it; none where every limit is met."""

    market: str
    title: str
    decision: Decision
    says: Says
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a batch on one day, recomputable by anyone from its findings."""

    batch: Batch
    judged_on: date
    decision: Decision
    markets: Mapping[str, Decision]
    findings: tuple[Finding, ...]
    home_markets: tuple[str, ...]
    rulebooks: tuple[Rulebook, ...]
    standings: tuple[Standing, ...] = ()
