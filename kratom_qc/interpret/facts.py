"""Product facts that no laboratory prints: what the vendor declares in `--facts products.toml`, or
on the certificate."""

from __future__ import annotations

import fnmatch
import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from kratom_qc import vocabulary
from kratom_qc.domain.batch import ProductFacts
from kratom_qc.domain.certificate import HoldReason, InterpretedCertificate, Remark
from kratom_qc.domain.errors import InputNotFound, RulebookError
from kratom_qc.domain.source import CellRef
from kratom_qc.interpret.numbers import NUMBER, Ambiguous, number

NO_FACTS = ProductFacts("")
_KEYS = {
    "match",
    "product",
    "form",
    "serving_size",
    "servings_per_day",
    "servings_per_container",
    "net_content",
    "density",
    "claim",
}
_CLAIM_UNITS = ("mg/kg", "mg/mL", "mg/serving", "mg/container", "mg/unit")
_AMOUNT = re.compile(rf"(?P<n>{NUMBER})\s*(?P<unit>[^\d\s(][^(;,]*)?")


@dataclass(frozen=True, slots=True)
class FactsFile:
    """The declarations of one file, in its order; the first that matches a batch counts."""

    rows: tuple[
        tuple[str, str, ProductFacts], ...
    ] = ()  # batch pattern, product-name pattern, facts

    def for_batch(self, batch_id: str, product_name: str) -> ProductFacts | None:
        """The first declaration whose patterns match the batch id and the product's name."""
        for match, product, facts in self.rows:
            if fnmatch.fnmatchcase(batch_id, match) and fnmatch.fnmatchcase(
                product_name.casefold(), product.casefold()
            ):
                return facts
        return None


def load_facts(path: Path) -> FactsFile:
    """Read a facts file. Raises InputNotFound, or RulebookError with every mistake at once."""
    try:
        raw = path.read_bytes()
    except OSError:
        raise InputNotFound(f"{path}: no such facts file") from None
    try:
        data = tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulebookError(f"{path}: not readable as TOML: {error}") from None
    wrong = [f"{path}: does not know '{key}'" for key in data.keys() - {"product"}]
    digest = hashlib.sha256(raw).hexdigest()
    rows = []
    for position, row in enumerate(data.get("product", ()), start=1):
        where = f"{path} [[product]] {position}"
        if "match" not in row and "product" not in row:
            wrong.append(f"{where}: has neither 'match' (batch ids) nor 'product' (product names)")
        wrong += [f"{where}: does not know '{key}'" for key in row.keys() - _KEYS]
        facts, mistakes = _row_facts(row, digest)
        wrong += [f"{where}: {mistake}" for mistake in mistakes]
        rows.append((str(row.get("match", "*")), str(row.get("product", "*")), facts))
    if wrong:
        raise RulebookError("\n".join(wrong))
    return FactsFile(tuple(rows))


def _row_facts(row: Mapping[str, Any], digest: str) -> tuple[ProductFacts, list[str]]:
    wrong: list[str] = []
    form = row.get("form")
    if form is not None and form not in vocabulary.product_forms():
        wrong.append(
            f"form '{form}' is no product; known are {', '.join(vocabulary.product_forms())}"
        )
    declared = {
        key: str(value)
        for key, value in row.items()
        if key not in ("match", "product", "form", "claim")
    }
    facts, problems = read_declared(declared)
    wrong += [f"{key} '{declared[key]}': {why}" for key, why in problems.items()]
    claims = []
    for analyte, text in row.get("claim", {}).items():
        claim = _claim(str(analyte), str(text))
        if claim is None:
            wrong.append(
                f"claim of {analyte} '{text}': expected a known analyte and an amount such as '45 mg/serving' or '15 %'"
            )
        else:
            claims.append(claim)
    return replace(
        facts,
        match=str(row.get("match", row.get("product", "*"))),
        form=form,
        claims=tuple(claims),
        sha256=digest,
    ), wrong


def _claim(analyte: str, text: str) -> tuple[str, Decimal, str] | None:
    known = vocabulary.analyte(analyte)
    parts = re.match(rf"^\s*(?P<n>{NUMBER})\s*(?P<unit>.+?)\s*$", text)
    unit = vocabulary.unit(parts["unit"]) if parts else None
    if known is None or parts is None or unit is None or unit.canonical not in _CLAIM_UNITS:
        return None
    try:
        amount = number(parts["n"], ".").value * unit.factor
    except ValueError:
        return None
    return (known.id, amount, unit.canonical) if amount else None


def read_declared(
    declared: Mapping[str, str], mark: str | None = "."
) -> tuple[ProductFacts, dict[str, str]]:
    """Printed declarations (`2.4 g`, `2 capsules (1.2 g)`, `30`) as facts, and what is wrong with
    the others by name."""
    found: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, text in declared.items():
        try:
            if name in ("serving_size", "net_content"):
                stem = "serving" if name == "serving_size" else "net"
                amount, unit = _amount_of_product(text, mark)
                found[f"{stem}_g" if unit == "g" else f"{stem}_ml"] = amount
            elif name == "density":
                found["density_g_per_ml"] = _density(text, mark)
            elif name == "claim_mitragynine":
                claim = _claim("mitragynine", text)
                if claim is None:
                    raise ValueError("expected an amount such as '45 mg/serving'")
                found["claims"] = (claim,)
            else:
                found[name] = _count(text, mark)
        except (Ambiguous, ValueError) as error:
            wrong[name] = str(error)
    return ProductFacts("", **found), wrong


def _amount_of_product(text: str, mark: str | None) -> tuple[Decimal, str]:
    for match in _AMOUNT.finditer(text):
        unit = vocabulary.unit((match["unit"] or "").strip(" )"))
        if unit is not None and unit.canonical in ("g", "mL"):
            amount = number(match["n"], mark).value * unit.factor
            if amount > 0:
                return amount, unit.canonical
    raise ValueError("expected a mass or volume such as '2.4 g' or '30 mL'")


def _density(text: str, mark: str | None) -> Decimal:
    match = _AMOUNT.match(text.strip())
    unit = vocabulary.unit((match["unit"] or "").strip()) if match else None
    if match is None or unit is None or unit.canonical != "g/mL":
        raise ValueError("expected a density such as '1.02 g/mL'")
    amount = number(match["n"], mark).value
    if not amount:
        raise ValueError("a density of 0 is none")
    return amount


def _count(text: str, mark: str | None) -> Decimal:
    amount = number(text.strip(), mark).value
    if amount <= 0:
        raise ValueError("expected a count above 0")
    return amount


def merged(
    declared: ProductFacts | None, certificates: Iterable[InterpretedCertificate]
) -> tuple[ProductFacts, list[HoldReason], list[Remark]]:
    """The vendor's declaration and what the certificates print, as one; two that disagree hold the
    batch."""
    facts = declared or NO_FACTS
    hold_reasons: list[HoldReason] = []
    remarks: list[Remark] = []
    for certificate in certificates:
        printed, wrong = read_declared(certificate.declared, None)
        for name, why in wrong.items():
            word = certificate.facts_said.get(name)
            place = word.ref if word else CellRef(certificate.file)
            remarks.append(
                Remark(
                    "declaration-unclear",
                    "warning",
                    f"{name.replace('_', ' ')} '{certificate.declared[name]}' is not understood: {why}",
                    place,
                )
            )
        for part in fields(ProductFacts):
            if part.name in ("match", "form", "sha256"):
                continue
            here, there = getattr(facts, part.name), getattr(printed, part.name)
            if not there:
                continue
            if here and here != there:
                hold_reasons.append(
                    HoldReason(
                        "FACTS-CONTRADICT",
                        f"{part.name.replace('_', ' ')} is declared as {_say(here)} and printed as {_say(there)}",
                        CellRef(certificate.file),
                    )
                )
            else:
                facts = replace(facts, **{part.name: there})
    return facts, hold_reasons, remarks


def _say(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(" ".join(map(str, claim)) for claim in value)
    return str(value)
