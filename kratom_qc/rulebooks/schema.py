"""What may be written in a rulebook: one pydantic model for each kind of limit.

A row says what its source prints: figures as printed, in the printed unit. `limit` makes the
domain's limit of it: canonical unit, rounding and multiplier applied. The models also make
`expectations/schema.json` (`kratom_qc.rulebooks.json_schema`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    Strict,
    TypeAdapter,
    create_model,
    model_validator,
)

from kratom_qc import vocabulary
from kratom_qc.domain.limit import (
    AmountLimit,
    Attestation,
    Ban,
    BookKind,
    CertificateLimit,
    DecisionRule,
    DescribedLimit,
    Evidence,
    Limit,
    LimitStatus,
    NoStatute,
    NotDetectedLimit,
    ProductClassLimit,
    ProfileLimit,
    Rounding,
    UnreadRule,
    WhenMissing,
)
from kratom_qc.domain.quantity import Basis
from kratom_qc.rulebooks.acceptance import acceptance_interval
from kratom_qc.rulebooks.dates import bound
from kratom_qc.rulebooks.schema_words import (
    CERTIFICATE_FIELDS,
    UNITS_OF,
    Family,
    PartialDate,
    PrintedUnit,
    Product,
    Subject,
    measure_of,
)
from kratom_qc.vocabulary import Unit
from kratom_qc.vocabulary.checked import Count, Day, Flag, Mistakes, PlainDecimal, Table, Text
from kratom_qc.vocabulary.hazards import depth_of

Mistake = tuple[str, str]  # the key it is about, and the sentence


# ---------------------------------------------------------------- rows


class LimitRow(Table):
    """The keys of every limit."""

    makes: ClassVar[Callable[..., Limit]]  # the domain's class

    id: Text = Field(description="Once in all rulebooks")
    text: Text = Field(description="The words its source prints; they must say what the keys say")
    because: Text = Field(
        description="The source: act, rule, standard or page, and where it stands"
    )
    status: LimitStatus = Field(description="Only in_force and adopted decide")
    evidence: Evidence = Field(description="How well the source is known")
    effective_from: PartialDate = Field("unknown", description="A day, month, year or unknown")
    effective_to: PartialDate = Field("open", description="The last day, open or unknown")
    pending_from: PartialDate | Literal[""] = Field(
        "", description="From when on it may stand, where nobody knows whether it does"
    )
    when_missing: WhenMissing = Field(WhenMissing.HOLD, description="What silence means")
    silence_because: str = Field("", description="Why silence is only noted")
    screen: Flag = Field(False, description="Whether it only warns")
    advisory: str = Field("", description="Why it is shown and does not decide")
    products: tuple[Product, ...] = Field((), description="The product forms, if not all")
    checked_on: Day | None = Field(None, description="When it was compared with its source")
    max_age_days: Annotated[int, Strict(), Field(ge=0)] = Field(
        0, description="How long it is good for once it was checked; the rulebook's if not said"
    )
    locator: str = Field("", description="Where a person looks again: an address, a citation")
    supersedes: tuple[str, ...] = Field((), description="The limits whose successor it is")

    @classmethod
    def unknown_key(cls, key: str) -> str:
        """The sentence about a key that this kind of limit does not have."""
        if key not in LIMIT_KEYS:
            return super().unknown_key(key)
        return f"{key} has no meaning in a limit of the kind {kind_of(cls)}"

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        mistakes = [*self.mistakes()]
        if mistakes:
            raise Mistakes(mistakes)
        return self

    def mistakes(self) -> Iterator[Mistake]:
        """What keys of the row deny each other."""
        if self.when_missing == WhenMissing.NOTE and not self.silence_because:
            yield "when_missing", 'when_missing = "note" needs its reason in silence_because'
        if self.pending_from in ("unknown", "open"):
            yield "pending_from", f"pending_from '{self.pending_from}' is no day"
        dates = {self.effective_from, self.effective_to}
        if not dates & {"unknown", "open"} and (
            bound(self.effective_to, first=False) < bound(self.effective_from, first=True)
        ):
            yield (
                "effective_to",
                f"effective_to '{self.effective_to}' lies before effective_from "
                f"'{self.effective_from}'",
            )

    def limit(self, rulebook: str, line: int) -> Limit:
        """The row as a limit of the domain."""
        common = {name: getattr(self, name) for name in LimitRow.model_fields if name != "id"}
        return self.makes(**common, **self.own(), rule_id=self.id, rulebook=rulebook, line=line)

    def own(self) -> dict[str, Any]:
        """What only this kind of limit says, by the fields of the domain's class."""
        return {}


class AmountRow(LimitRow):
    """An amount that must lie between `min` and `max`."""

    makes = AmountLimit
    kind: Literal["amount"]
    of: Subject
    unit: PrintedUnit
    min: PlainDecimal | None = None
    max: PlainDecimal | None = None
    strict: Flag = Field(False, description="Whether the figure itself is not accepted (<, >)")
    basis: Basis = Basis.AS_RECEIVED
    decision_rule: DecisionRule = DecisionRule.SIMPLE
    guard: PlainDecimal | None = Field(None, description="r of the guard band w = r·U")
    default_uncertainty: PlainDecimal | None = Field(
        None, description="U in % where none is stated"
    )
    rounding: Rounding = Rounding.NONE
    operator: Literal["printed", "unknown"] = "printed"
    applies: Literal["", "declared"] = Field("", description="Only where a claim is declared")
    multiplier: PlainDecimal | None = Field(None, description="By which 10^n may be exceeded")
    multiplier_because: str = ""
    sum: Literal["lower_bound"] | None = Field(None, description="What was not found counts 0")
    sum_because: str = ""

    @property
    def printed_unit(self) -> Unit:
        """The unit as the word list knows it; of percentages and shares, in percent. Raises
        ValueError for a unit that it does not know."""
        unit = vocabulary.unit(self.unit)
        if unit is None:
            raise ValueError(f"unit '{self.unit}' is not known")
        in_percent = measure_of(self.of) in ("percent", "share")
        return unit.measured_in_percent() if in_percent else unit

    def mistakes(self) -> Iterator[Mistake]:
        """Figures without sense, a unit of another kind, factors without their condition."""
        yield from super().mistakes()
        if self.min is None and self.max is None:
            yield "", "an amount needs min or max"
        elif self.min is not None and self.max is not None and self.min > self.max:
            yield "min", f"min {self.min} is more than max {self.max}"
        if self.printed_unit.canonical not in UNITS_OF[measure_of(self.of)]:
            yield "unit", f"unit '{self.unit}' is not a unit of {self.of}"
        yield from self._guard_mistakes()
        yield from self._multiplier_mistakes()
        yield from self._sum_mistakes()

    def _sum_mistakes(self) -> Iterator[Mistake]:
        if self.sum is None:
            return
        if measure_of(self.of) != "sum":
            yield "sum", f'sum = "{self.sum}" needs a sum, and {self.of} is none'
        if not self.sum_because:
            yield "sum", "sum needs its reason in sum_because"

    def _guard_mistakes(self) -> Iterator[Mistake]:
        if self.guard is not None and (self.decision_rule != "guarded" or self.guard == 0):
            yield (
                "guard",
                f"guard '{self.guard}' needs decision_rule = \"guarded\" and a share above 0",
            )

    def _multiplier_mistakes(self) -> Iterator[Mistake]:
        if self.multiplier is None:
            return
        if measure_of(self.of) != "count" or self.max is None:
            yield (
                "multiplier",
                f"multiplier '{self.multiplier}' has a meaning for a maximum count of organisms "
                "only",
            )
        if self.multiplier < 1:
            yield "multiplier", f"multiplier '{self.multiplier}' must be at least 1"
        if not self.multiplier_because:
            yield "multiplier", "multiplier needs its reason in multiplier_because"

    def own(self) -> dict[str, Any]:
        """The interval in the canonical unit, and by which rule it decides."""
        unit = self.printed_unit
        most = None if self.max is None else self.max * (self.multiplier or 1)
        accepted = acceptance_interval(self.min, most, strict=self.strict, rounding=self.rounding)
        share = self.default_uncertainty
        return {
            "subject": self.of,
            "unit": unit.canonical,
            "basis": unit.basis or self.basis,
            "acceptance_interval": accepted.scaled(unit.factor),
            "minimum": self.min,
            "decision_rule": self.decision_rule,
            "guard_factor": Decimal(1) if self.guard is None else self.guard,
            "default_uncertainty": None if share is None else share / 100,
            "rounding": self.rounding,
            "operator_printed": self.operator == "printed",
            "declared_only": self.applies == "declared",
            "multiplier": self.multiplier,
            "lower_bound_sum": self.sum is not None,
        }


class NotDetectedRow(LimitRow):
    """What may not be there at all, in a portion or down to a detection limit."""

    makes = NotDetectedLimit
    kind: Literal["not_detected"]
    of: Subject
    portion: PlainDecimal | None = Field(None, description="Absence in so many grams")
    lod_at_most: PlainDecimal | None = Field(None, description="How deep the method must look")
    lod_because: str = Field("", description="Why so deep, where the text does not say")
    unit: PrintedUnit | None = Field(None, description="Of lod_at_most; mg/kg if blank")

    def mistakes(self) -> Iterator[Mistake]:
        """A portion and a detection limit exclude each other."""
        yield from super().mistakes()
        if self.portion is not None and self.lod_at_most is not None:
            yield "portion", "a portion and lod_at_most cannot both stand in one limit"
        if self.portion == 0:
            yield "portion", "a portion of 0 g shows nothing"

    def own(self) -> dict[str, Any]:
        """The detection limit in the canonical unit; organisms are counted per gram."""
        unit = vocabulary.unit(self.unit or "mg/kg")
        if unit is None:
            raise ValueError(f"unit '{self.unit}' is not known")
        known = vocabulary.analytes().get(self.of)
        counted = self.portion is not None or (known is not None and known.family == "microbe")
        depth = None if self.lod_at_most is None else self.lod_at_most * unit.factor
        usual = depth_of(self.of) if self.portion is None and depth is None else None
        return {
            "subject": self.of,
            "unit": "cfu/g" if counted else unit.canonical,
            "portion": self.portion,
            "lod_at_most": depth if usual is None else usual.lod_at_most,
            "lod_because": self.lod_because if usual is None else usual.because,
        }


class DescribedRow(LimitRow):
    """A property that the laboratory describes in words."""

    makes = DescribedLimit
    kind: Literal["described"]
    of: Subject

    def own(self) -> dict[str, Any]:
        """What is described."""
        return {"subject": self.of}


class BanRow(LimitRow):
    """The product may not be sold."""

    makes = Ban
    kind: Literal["ban"]


class ProductClassRow(LimitRow):
    """Only some product forms may be sold."""

    makes = ProductClassLimit
    kind: Literal["product_class"]
    requires: tuple[Product, ...] = Field(description="The product forms allowed")

    def mistakes(self) -> Iterator[Mistake]:
        """No form at all would be a ban."""
        yield from super().mistakes()
        if not self.requires:
            yield "requires", "requires must list the products allowed"

    def own(self) -> dict[str, Any]:
        """The product forms allowed."""
        return {"requires": self.requires}


class AttestationRow(LimitRow):
    """A condition that no laboratory can show."""

    makes = Attestation
    kind: Literal["attestation"]


def _certificate_field(name: str) -> str:
    if name not in CERTIFICATE_FIELDS:
        raise ValueError(f"must list fields of a certificate ({', '.join(CERTIFICATE_FIELDS)})")
    return name


class CertificateRow(LimitRow):
    """Fields that every certificate must state."""

    makes = CertificateLimit
    kind: Literal["certificate"]
    requires: tuple[Annotated[str, AfterValidator(_certificate_field)], ...]

    def mistakes(self) -> Iterator[Mistake]:
        """Something must be asked for."""
        yield from super().mistakes()
        if not self.requires:
            yield (
                "requires",
                f"requires must list fields of a certificate ({', '.join(CERTIFICATE_FIELDS)})",
            )

    def own(self) -> dict[str, Any]:
        """The fields required."""
        return {"requires": self.requires}


class UnreadRow(LimitRow):
    """A rule whose text nobody has located."""

    makes = UnreadRule
    kind: Literal["unread"]


class NoStatuteRow(LimitRow):
    """No law on kratom was found here."""

    makes = NoStatute
    kind: Literal["no_statute"]
    searched: Text = Field(description="What was searched, and how")
    confirmed_by: str = Field("", description="Who confirmed that there is none, and when")

    def own(self) -> dict[str, Any]:
        """What was searched, and who confirmed it."""
        return {"searched": self.searched, "confirmed_by": self.confirmed_by}


class ProfileRow(LimitRow):
    """One analyte found while others, which nature sends with it, were not."""

    makes = ProfileLimit
    kind: Literal["profile"]
    present: Subject
    absent: tuple[Subject, ...]

    def mistakes(self) -> Iterator[Mistake]:
        """A profile needs both sides, and can only warn."""
        yield from super().mistakes()
        if not self.absent:
            yield "absent", "a profile needs absent, a list of analytes"
        if not self.screen:
            yield "screen", "a profile can only warn; it needs screen = true"

    def own(self) -> dict[str, Any]:
        """What was found, and what was not."""
        return {"subject": self.present, "absent": self.absent}


AnyRow = (
    AmountRow
    | NotDetectedRow
    | DescribedRow
    | BanRow
    | ProductClassRow
    | AttestationRow
    | CertificateRow
    | UnreadRow
    | NoStatuteRow
    | ProfileRow
)


def kind_of(model: type[LimitRow]) -> str:
    """The kind of limit that a model is for."""
    (kind,) = get_args(model.model_fields["kind"].annotation)
    return str(kind)


ROWS: dict[str, type[LimitRow]] = {kind_of(model): model for model in get_args(AnyRow)}
ROW: TypeAdapter[AnyRow] = TypeAdapter(Annotated[AnyRow, Field(discriminator="kind")])
LIMIT_KEYS = frozenset(key for model in ROWS.values() for key in model.model_fields)


# ---------------------------------------------------------------- the file


class Head(Table):
    """A rulebook's [rulebook]."""

    title: Text = Field(description="What people call the rulebook")
    kind: BookKind = Field(description="Whose limits they are")
    version: Text
    checked_on: Day = Field(description="When it was last compared with its sources")
    max_age_days: Count = Field(30, description="How long it is good for once it was checked")
    extends: tuple[str, ...] = Field((), description="The rulebooks it lies under")
    covers: tuple[Product, ...] = Field((), description="The product forms, if not all")
    certificate_max_age_days: Count | None = Field(None, description="How old a certificate may be")


class NotAskedRow(Table):
    """Families of hazards of which the law says nothing."""

    families: Annotated[tuple[Family, ...], Field(min_length=1)]
    because: Text = Field(description="What was read, and that it says nothing of them")


_DEFAULTS: Any = dict.fromkeys(sorted(LIMIT_KEYS - {"id"}), (Any, None))
Defaults = create_model("Defaults", __base__=Table, **_DEFAULTS)


def _defaults(data: object) -> dict[str, Any]:
    return Defaults.model_validate(data).model_dump(exclude_unset=True)


class RulebookFile(Table):
    """A rulebook's file, its limits not yet looked into."""

    rulebook: Head
    defaults: Annotated[dict[str, Any], BeforeValidator(_defaults)] = Field({})
    limit: tuple[dict[str, Any], ...] = ()
    override: tuple[dict[str, Any], ...] = ()
    not_asked: tuple[NotAskedRow, ...] = ()
