"""Limits, one class for each kind, and the rulebooks they stand in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from kratom_qc.domain.interval import Interval
from kratom_qc.domain.quantity import Basis, QuantityKey


class LimitKind(StrEnum):
    """What a limit asks. The value is the word of the rulebook."""

    AMOUNT = "amount"
    NOT_DETECTED = "not_detected"
    DESCRIBED = "described"
    BAN = "ban"
    PRODUCT_CLASS = "product_class"
    ATTESTATION = "attestation"
    CERTIFICATE = "certificate"
    UNREAD = "unread"
    NO_STATUTE = "no_statute"
    PROFILE = "profile"


class LimitStatus(StrEnum):
    """How a limit stands, apart from its dates."""

    IN_FORCE = "in_force"
    ADOPTED = "adopted"  # a product specification makes the figure its own (21 CFR 111.70)
    PROPOSED = "proposed"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    COMPENDIAL = "compendial"
    GUIDANCE = "guidance"
    INDUSTRY = "industry"


class Evidence(StrEnum):
    """How well the source of a limit is known."""

    PRIMARY = "primary"
    MIRROR = "mirror"
    SECONDARY = "secondary"
    NEWS = "news"  # a law that only news reports tell of: its figures are shown, it decides nothing
    MEMORY = "memory"
    SPECIFICATION = "specification"


class DecisionRule(StrEnum):
    """How the uncertainty of a result counts (ILAC-G8:09/2019 4.2.1 and 4.2.3)."""

    SIMPLE = "simple"
    GUARDED = "guarded"


class Rounding(StrEnum):
    """Whether a result is rounded to the limit's digits before it is compared."""

    NONE = "none"
    USP_7_20 = "usp-7.20"


class WhenMissing(StrEnum):
    """What silence about a limit means."""

    HOLD = "hold"
    NOTE = "note"


class BookKind(StrEnum):
    """Whose limits a rulebook holds."""

    PRODUCT = "product"
    MARKET = "market"
    STANDARD = "standard"


# The statuses that decide.
DECIDING = (LimitStatus.IN_FORCE, LimitStatus.ADOPTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitBase:
    """What limits of every kind say: one dated line of a rulebook."""

    kind: ClassVar[LimitKind]

    rule_id: str
    rulebook: str
    text: str  # as the source prints it
    because: str  # the source
    status: LimitStatus
    evidence: Evidence
    subject: str = ""  # an analyte or derived quantity; of a profile, what was found
    effective_from: str = "unknown"  # a day, month or year
    pending_from: str = ""  # the first day on which it may stand, and nobody knows
    effective_to: str = "open"
    when_missing: WhenMissing = WhenMissing.HOLD
    silence_because: str = ""
    screen: bool = False  # warns only
    advisory: str = ""  # why it does not decide
    products: tuple[str, ...] = ()  # the product forms it speaks of; none means all
    checked_on: date | None = None
    max_age_days: int = 0  # how long it is good for once it was checked; 0 for ever
    locator: str = ""  # where a person looks again
    supersedes: tuple[str, ...] = ()
    overrides: str = ""  # the rulebook whose limit of this id this one replaces
    changes: tuple[str, ...] = ()  # what the override changed: "status: guidance → adopted"
    line: int = 0  # where it stands in its file

    @property
    def may_decide(self) -> bool:
        """Whether nothing in it says that it never decides, whatever its status and dates."""
        is_condition = self.kind is LimitKind.ATTESTATION
        return not (self.screen or self.advisory or is_condition)

    def overdue(self, on: date) -> bool:
        """Whether nobody has compared it with its source for longer than it is good for."""
        if self.checked_on is None or not self.max_age_days:
            return False
        return (on - self.checked_on).days > self.max_age_days

    def speaks_of(self, product: str | None) -> bool:
        """Whether the limit is asked of a product form; of an unknown form (None) if of all."""
        return not self.products or product in self.products


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountLimit(LimitBase):
    """An interval that an amount must lie in, in `unit`, rounding and multiplier applied."""

    kind = LimitKind.AMOUNT

    unit: str  # canonical
    acceptance_interval: Interval
    basis: str = Basis.AS_RECEIVED
    minimum: Decimal | None = None  # as printed
    decision_rule: DecisionRule = DecisionRule.SIMPLE
    guard_factor: Decimal = Decimal(1)  # r of the guard band w = r·U
    default_uncertainty: Decimal | None = None  # share of the value
    rounding: Rounding = Rounding.NONE
    operator_printed: bool = True
    declared_only: bool = False  # judged only where the vendor declares a claim
    multiplier: Decimal | None = None  # of a microbiological criterion 10^n
    lower_bound_sum: bool = False  # summands below their bound count 0

    @property
    def quantity_key(self) -> QuantityKey:
        """The quantity that is compared."""
        if self.lower_bound_sum:
            return QuantityKey.lower_bound(self.subject, self.basis, self.unit)
        return QuantityKey(self.subject, self.basis, self.unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDetectedLimit(LimitBase):
    """What may not be there at all: absent in `portion` grams, or looked for down to a LOD."""

    kind = LimitKind.NOT_DETECTED

    unit: str  # canonical
    portion: Decimal | None = None  # grams
    lod_at_most: Decimal | None = None  # in `unit`
    lod_because: str = ""  # why so deep, where the source does not say

    @property
    def quantity_key(self) -> QuantityKey:
        """The quantity that is looked for."""
        return QuantityKey.detection(self.subject, self.unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedLimit(LimitBase):
    """A property that a laboratory describes in words: odour, colour, identity."""

    kind = LimitKind.DESCRIBED


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban(LimitBase):
    """The product may not be sold."""

    kind = LimitKind.BAN


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductClassLimit(LimitBase):
    """Only some product forms may be sold."""

    kind = LimitKind.PRODUCT_CLASS

    requires: tuple[str, ...]  # the product forms allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation(LimitBase):
    """A condition that no laboratory can show; it never decides."""

    kind = LimitKind.ATTESTATION


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateLimit(LimitBase):
    """Fields that every certificate must state."""

    kind = LimitKind.CERTIFICATE

    requires: tuple[str, ...]  # fields of InterpretedCertificate, or "method" of every result


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadRule(LimitBase):
    """A rule that is known to exist and whose text nobody has located: it holds."""

    kind = LimitKind.UNREAD


@dataclass(frozen=True, slots=True, kw_only=True)
class NoStatute(LimitBase):
    """Nobody found a law on kratom here: undecided until a person has confirmed that there is
    none."""

    kind = LimitKind.NO_STATUTE

    searched: str  # what was searched
    confirmed_by: str = ""  # who confirmed it, and when


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileLimit(LimitBase):
    """The subject found while others, which nature sends with it, were looked for and not found."""

    kind = LimitKind.PROFILE

    absent: tuple[str, ...]


NumericLimit = AmountLimit | NotDetectedLimit  # asked of a quantity
OtherLimit = (  # asked of the batch itself
    DescribedLimit
    | Ban
    | ProductClassLimit
    | Attestation
    | CertificateLimit
    | UnreadRule
    | NoStatute
    | ProfileLimit
)
Limit = NumericLimit | OtherLimit


@dataclass(frozen=True, slots=True)
class NotAsked:
    """Families of hazards of which a law says nothing, with what was read."""

    families: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A product's, market's or standard's limits: one TOML file. Its id is the file's stem."""

    id: str
    kind: BookKind
    title: str
    version: str
    checked_on: date
    max_age_days: int
    sha256: str
    limits: tuple[Limit, ...]
    extends: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()  # the product forms it speaks of; none means all
    certificate_max_age_days: int | None = None
    not_asked: tuple[NotAsked, ...] = ()
    text: str = field(default="", repr=False, compare=False)  # kept beside what it judged

    def overdue(self, on: date) -> tuple[Limit, ...]:
        """The limits that decide, or may as soon as somebody looks, and that nobody has compared
        with their sources for longer than they are good for."""
        return tuple(
            limit
            for limit in self.limits
            if limit.may_decide
            and (limit.status in DECIDING or limit.pending_from)
            and limit.overdue(on)
        )
