"""Product facts that no laboratory prints: what the vendor declares in `--facts products.toml`, or
on the certificate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from kratom_qc import vocabulary
from kratom_qc.domain.batch import Claim, ProductFacts
from kratom_qc.domain.certificate import HoldReason, InterpretedCertificate
from kratom_qc.domain.errors import InputNotFound
from kratom_qc.domain.source import CellRef
from kratom_qc.interpret.numbers import NUMBER, number

NO_FACTS = ProductFacts("")
_CLAIM_UNITS = ("mg/kg", "mg/mL", "mg/serving", "mg/container", "mg/unit")
_AMOUNT = re.compile(rf"(?P<n>{NUMBER})\s*(?P<unit>[^\d\s(][^(;,]*)?")
_CLAIM = re.compile(rf"^\s*(?P<n>{NUMBER})\s*(?P<unit>.+?)\s*$")
_PIECES = re.compile(rf"^\s*{NUMBER}\s+(?P<what>[^\d\W][^\d(]*)$")
_MANY = re.compile(
    rf"^\s*(?P<n>{NUMBER})\s*(?P<what>[^\d\W][^\d]*?)?\s*(?:[x×*]|of|à|de|po|je|di|van)\s*"
    rf"(?P<each>{NUMBER}\s*[^\d\s]+)\s*$"
)
_COUNTED = ("capsule", "edible", "liquid")  # products that are sold by the piece
# What any product keeps to, generously: grams, millilitres, grams per millilitre, counts.
_PLAUSIBLE = {
    "serving_g": (Decimal("0.01"), Decimal(100)),
    "serving_ml": (Decimal("0.05"), Decimal(1000)),
    "servings_per_day": (Decimal("0.1"), Decimal(50)),
    "servings_per_container": (Decimal(1), Decimal(100_000)),
    "net_g": (Decimal("0.1"), Decimal(2_000_000)),
    "net_ml": (Decimal("0.1"), Decimal(2_000_000)),
    "density_g_per_ml": (Decimal("0.1"), Decimal(3)),
}
_ABOUT = Decimal("0.1")  # the share by which a package may differ from all its servings
_OF_THE_PRODUCT = tuple(
    part.name for part in fields(ProductFacts) if part.name not in ("match", "form", "sha256")
)


class Declaration(NamedTuple):
    """What a vendor declares of the batches that two patterns match: of batch ids, and of product
    names."""

    match: str
    product: str
    facts: ProductFacts


@dataclass(frozen=True, slots=True)
class FactsFile:
    """The declarations of one file, in its order; the first that matches a batch counts."""

    rows: tuple[Declaration, ...] = ()

    def for_batch(self, batch_id: str, product_name: str) -> ProductFacts | None:
        """The first declaration whose patterns match the batch id and the product's name."""
        name = product_name.casefold()
        for match, product, facts in self.rows:
            if fnmatchcase(batch_id, match) and fnmatchcase(name, product.casefold()):
                return facts
        return None


def load_facts(path: Path) -> FactsFile:
    """Read a facts file. Raises InputNotFound, or RulebookError with every mistake at once."""
    from kratom_qc.interpret.facts_file import load

    if not path.is_file():
        raise InputNotFound(f"{path}: no such facts file")
    return FactsFile(load(path))


# ---------------------------------------------------------------- as printed


class ReadFacts(NamedTuple):
    """Printed declarations understood, and by name what is wrong with the others."""

    facts: ProductFacts
    unreadable: Mapping[str, str]


def read_declared(printed: Mapping[str, str], mark: str | None = ".") -> ReadFacts:
    """Printed declarations (`2.4 g`, `2 capsules (1.2 g)`, `30`) by their names as facts, in grams
    and millilitres; `mark` is the file's decimal mark."""
    values: dict[str, Any] = {}
    unreadable: dict[str, str] = {}
    for name, text in printed.items():
        try:
            stated = _declared(name, text, mark)
            if stated is not None:
                values[stated[0]] = stated[1]
        except ValueError as error:
            unreadable[name] = str(error)
    return ReadFacts(ProductFacts("", **values), unreadable)


def _declared(name: str, text: str, mark: str | None) -> tuple[str, Any] | None:
    """The field of ProductFacts that a declaration fills, and its value. `2 capsules` fills none:
    it says no mass."""
    if name in ("serving_size", "net_content"):
        if (pieces := _PIECES.match(text)) and _are_pieces(pieces["what"]):
            return None
        amount, unit = _amount_of_product(text, mark)
        stem = "serving" if name == "serving_size" else "net"
        return f"{stem}_g" if unit == "g" else f"{stem}_ml", amount
    if name == "density":
        return "density_g_per_ml", _density(text, mark)
    if name == "made_from":
        return name, vocabulary.made_from(text)
    if name == "claim_mitragynine":
        claim = read_claim("mitragynine", text)
        if claim is None:
            raise ValueError("expected an amount such as '45 mg/serving'")
        return "claims", (claim,)
    return name, _count(text, mark)


def read_claim(analyte: str, text: str) -> Claim | None:
    """What a label claims of an analyte, such as `45 mg/serving`; None where it is not understood
    or claims nothing."""
    known = vocabulary.analyte(analyte)
    parts = _CLAIM.match(text)
    unit = vocabulary.unit(parts["unit"]) if parts else None
    if known is None or parts is None or unit is None or unit.canonical not in _CLAIM_UNITS:
        return None
    try:
        amount = number(parts["n"], ".").value * unit.factor
    except ValueError:
        return None
    return Claim(known.id, amount, unit.canonical) if amount else None


def _amount_of_product(text: str, mark: str | None) -> tuple[Decimal, str]:
    """An amount in g or mL, and which of the two. `60 capsules x 0.6 g` is all of them."""
    times = Decimal(1)
    if (many := _MANY.match(text)) and (not many["what"] or _are_pieces(many["what"])):
        times, text = number(many["n"], mark).value, many["each"]
    for match in _AMOUNT.finditer(text):
        unit = vocabulary.unit((match["unit"] or "").strip(" )"))
        if unit is not None and unit.canonical in ("g", "mL"):
            amount = times * number(match["n"], mark).value * unit.factor
            if amount > 0:
                return amount, unit.canonical
    raise ValueError("expected a mass or volume such as '2.4 g' or '30 mL'")


def _are_pieces(text: str) -> bool:
    """Whether a product is counted in these: capsules, tablets, gummies, shots."""
    words = vocabulary.form_words(text)
    return words.product in _COUNTED and not words.left


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


# ---------------------------------------------------------------- declared and printed


class MergedFacts(NamedTuple):
    """What vendor and certificates declare together, and what is wrong with it."""

    facts: ProductFacts
    hold_reasons: list[HoldReason]


def merged(
    declared: ProductFacts | None, certificates: Sequence[InterpretedCertificate]
) -> MergedFacts:
    """The vendor's declaration and what the certificates print, as one; two that disagree hold the
    batch."""
    facts = declared or NO_FACTS
    hold_reasons: list[HoldReason] = []
    for certificate in certificates:
        printed, unreadable = read_declared(certificate.declared, None)
        hold_reasons += _unclear(certificate, unreadable)
        for name in _OF_THE_PRODUCT:
            ours, theirs = getattr(facts, name), getattr(printed, name)
            if ours and theirs and ours != theirs:
                hold_reasons.append(_contradiction(certificate, name, ours, theirs))
            elif theirs:
                facts = replace(facts, **{name: theirs})
    where = next((CellRef(certificate.file) for certificate in certificates), CellRef(""))
    hold_reasons += _implausible(facts, where)
    return MergedFacts(facts, hold_reasons)


def _unclear(
    certificate: InterpretedCertificate, unreadable: Mapping[str, str]
) -> Iterator[HoldReason]:
    for name, why in unreadable.items():
        printed = f"{name.replace('_', ' ')} '{certificate.declared[name]}'"
        message = f"{printed} is not understood: {why}"
        yield HoldReason("DECLARATION-UNCLEAR", message, certificate.fact_ref(name))


def _implausible(facts: ProductFacts, where: CellRef) -> Iterator[HoldReason]:
    """Sizes that no product has: a typing mistake, or another unit."""
    for name, (least, most) in _PLAUSIBLE.items():
        size = getattr(facts, name)
        if size is not None and not least <= size <= most:
            why = f"{name.replace('_', ' ')} {size} is no size of a product: check its unit"
            yield HoldReason("FACT-IMPLAUSIBLE", why, where)
    for part_name, all_of_them in (("serving_g", "net_g"), ("serving_ml", "net_ml")):
        serving, net = getattr(facts, part_name), getattr(facts, all_of_them)
        if serving is not None and net is not None and serving > net:
            why = f"a serving of {serving} is more than the {net} in the package"
            yield HoldReason("FACT-IMPLAUSIBLE", why, where)
        elif not _adds_up(serving, facts.servings_per_container, net):
            why = f"{facts.servings_per_container} servings of {serving} are not the {net} in the "
            why += "package"
            yield HoldReason("FACT-IMPLAUSIBLE", why, where)


def _adds_up(serving: Decimal | None, servings: Decimal | None, net: Decimal | None) -> bool:
    """Whether all servings make the package, as near as labels say so (`about 33 servings`). A
    serving too small for its package makes every amount per serving too small."""
    if serving is None or servings is None or net is None:
        return True
    return abs(serving * servings - net) <= net * _ABOUT


def _contradiction(
    certificate: InterpretedCertificate, name: str, declared: object, printed: object
) -> HoldReason:
    what = name.replace("_", " ")
    why = f"{what} is declared as {_in_words(declared)} and printed as {_in_words(printed)}"
    return HoldReason("FACTS-CONTRADICT", why, CellRef(certificate.file))


def _in_words(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(" ".join(map(str, claim)) for claim in value)
    return str(value)
