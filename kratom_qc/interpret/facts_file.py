"""The vendor's facts (`--facts products.toml`) as a TOML file, by pydantic models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from kratom_qc import vocabulary
from kratom_qc.domain.batch import ProductFacts
from kratom_qc.interpret.facts import Declaration, read_claim, read_declared
from kratom_qc.vocabulary.checked import Mistakes, Table, checked
from kratom_qc.vocabulary.toml_lines import read


def _form(text: str) -> str:
    if text not in vocabulary.product_forms():
        raise ValueError(f"is no product; known are {', '.join(vocabulary.product_forms())}")
    return text


_SIZES = ("serving_size", "servings_per_day", "servings_per_container", "net_content", "density")
# `2.4 g` or 3: as a label prints it
_Printed = Annotated[str, BeforeValidator(str)]


class _Product(Table):
    product: str | None = None
    match: str | None = Field(default=None, validate_default=True)
    form: Annotated[str, AfterValidator(_form)] | None = None
    made_from: Literal["leaf", "extract"] | None = None
    serving_size: _Printed | None = None
    servings_per_day: _Printed | None = None
    servings_per_container: _Printed | None = None
    net_content: _Printed | None = None
    density: _Printed | None = None
    claim: Mapping[str, _Printed] = Field(default_factory=dict)

    @field_validator("match")
    @classmethod
    def _matches(cls, match: str | None, row: ValidationInfo) -> str | None:
        if match is None and row.data.get("product") is None:
            sentence = "has neither 'match' (batch ids) nor 'product' (product names)"
            raise Mistakes([("", sentence)])
        return match

    @field_validator(*_SIZES)
    @classmethod
    def _is_a_size(cls, text: str, field: ValidationInfo) -> str:
        for why in read_declared({str(field.field_name): text}).unreadable.values():
            raise ValueError(f"is not understood: {why}")
        return text

    @field_validator("claim")
    @classmethod
    def _are_claims(cls, claims: Mapping[str, str]) -> Mapping[str, str]:
        expected = "expected a known analyte and an amount such as '45 mg/serving' or '15 %'"
        mistakes = [
            (analyte, f"claim of {analyte} '{text}': {expected}")
            for analyte, text in claims.items()
            if read_claim(analyte, text) is None
        ]
        if mistakes:
            raise Mistakes(mistakes)
        return claims

    def facts(self, sha256: str) -> ProductFacts:
        """What is declared, in canonical units."""
        claims = (read_claim(analyte, text) for analyte, text in self.claim.items())
        sizes = self.model_dump(include={*_SIZES}, exclude_none=True)
        return replace(
            read_declared(sizes).facts,
            match=self.match or self.product or "*",
            form=self.form,
            made_from=self.made_from,
            claims=tuple(claim for claim in claims if claim is not None),
            sha256=sha256,
        )


class _File(Table):
    product: tuple[_Product, ...] = ()


def load(path: Path) -> tuple[Declaration, ...]:
    """The declarations of a file, in its order. Raises RulebookError with every mistake at once."""
    document = read(path, str(path))
    rows = checked(document, _File).product
    return tuple(
        Declaration(row.match or "*", row.product or "*", row.facts(document.sha256))
        for row in rows
    )
