"""Units (`words/units.toml`) and bases: one canonical unit per quantity, with an exact factor."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, lru_cache
from typing import NamedTuple

from kratom_qc.vocabulary.keys import LONGEST_NAME, one_blank, unit_key
from kratom_qc.vocabulary.lists import index, nearest, word_list

_DRY_WORDS = (
    r"\b(?:on\s+)?(?:a\s+)?dry(?:\s*(?:weight|wt\.?|basis|matter|mass)){0}\b"
    r"|\bd\.?w\.?b?\.?(?=\W|$)|\bv\s+su[šs]in[ěe]\b"
    r"|(?<!-)\b(?:in der |i\.\s?d\.\s?|i\.\s?)?(?:trockensubstanz|trockenmasse|TS|TM)\b(?!-)"
    r"|\b(?:sur |en |su )?(?:mati[èe]re s[èe]che|base seca|materia seca|mat[ée]ria seca|peso seco"
    r"|sostanza secca|peso secco)\b"
    r"|\b(?:w\s+przeliczeniu\s+)?na\s+such[ąa]\s+mas[ęe]\b"
    r"|\b(?:suchej masy|s\.\s?m\.(?:\s?s\.)?)|\bdroge stof\b"
    r"|(?<=[/%0-9gG]\s)(?:d\.?\s?[sm]\.?|d\.?b\.|p\.\s?s\.|TS|TM|s\.\s?s\.)(?!\w)"
    r"|\b(?:berat|basis|bobot) kering\b|น้ำหนักแห้ง"
)
_DRY = re.compile(_DRY_WORDS.format("*"), re.IGNORECASE)
_DRY_WEIGHT = re.compile(_DRY_WORDS.format("+"), re.IGNORECASE)
_AS_RECEIVED = re.compile(
    r"\bas[\s-]*(?:received|is|sold|tested)\b|\ba\.?r\.?(?=\W|$)|\bwet\s+(?:weight|wt)\b"
    r"|\bv\s+p[ůu]vodn[íi]m\s+vzorku\b"
    r"|\b(?:originalsubstanz|frischmasse|frischsubstanz|tal cual|tal quale|sur brut|base h[úu]meda"
    r"|como recibid[ao]|base [úu]mida|[śs]wie[żz]ej masy|als ontvangen|basis basah|berat basah"
    r"|apa adanya)\b|ตามสภาพ",
    re.IGNORECASE,
)
# What the numbers under a unit are, which changes no unit: `mean ± SD (n = 3)`
_STATISTIC = re.compile(
    r"[\s,;(\[]*\b(?:mean|average|avg\.?|median|mittel(?:wert)?|moyenne|media|média|promedio|průměr|średnia|gemiddelde)\b"
    r"(?:\s+(?:of|aus|von|de|di|z|ze|van)\s+(?:[0-9]{1,3}|duplicates?|triplicates?))?"
    r"|[\s,;(\[]*(?:±|\+/-)\s*(?:SD|S\.D\.|SE|SEM|s|U|CI|uncertainty|standard deviation)\b\.?"
    r"|[\s,;(\[]*\b[nk]\s*=\s*[0-9]{1,3}\b[)\]]?",
    re.IGNORECASE,
)
_TWICE = re.compile(
    r"(?P<one>[a-z%/]{2,12})(?:\((?P<other>[a-z%/]{2,12})\)|[-/](?P<next>[a-z]{2,6})(?P<shared>/[a-z]+))"
)
_OPENED_AT_END = re.compile(r"[(\[,;]\s*[)\]]?\s*$")
# What stands before the size of a test portion: `in 25 g`, `v 25 g`, `dalam 25 g`
IN_PORTION = r"(?:in|per|ve?|dans|par|en|em|por|je|pro|auf|na|w|su|dalam)"
OF_PORTION = r"(?:g|gr|gram|grams|gramech|gramm|grammes?|gramos?|gramas?|grammi|gramów|กรัม)"
_BEFORE_SIZE = rf"(?P<counted>cfu|mpn|ktj|kbe|ufc|jtk|kve)?(?:/|{IN_PORTION}|ใน|ต่อ)?"
# `CFU/10 g`, `/25 g`, `in 25 g`, `v 25 g`: a count or an absence in a portion of so much
_PORTION = re.compile(rf"^{_BEFORE_SIZE}(?P<size>[0-9]+(?:\.[0-9]+)?)(?P<of>{OF_PORTION}|ml)$")
_BEGINS_PORTION = re.compile(rf"{_BEFORE_SIZE}[0-9]")
_PORTION_BEHIND = re.compile(
    rf"[\s,:]*[\[(]?\s*(?:/|\b{IN_PORTION}\b|ใน|ต่อ)?\s*[0-9]+(?:[.,][0-9]+)?\s*-?"
    rf"(?:{OF_PORTION}|ml)\.?\s*[\])]?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A printed unit: amount in `canonical` = amount as printed × `factor` (10 ** amount where
    `log10`). `portion` is in grams or millilitres."""

    canonical: str
    factor: Decimal
    basis: str | None = None
    log10: bool = False
    portion: Decimal | None = None

    def in_canonical(self, amount: Decimal) -> Decimal:
        """A printed amount in the canonical unit; exact, but for logarithms (28 digits)."""
        return Decimal(10) ** amount if self.log10 else amount * self.factor

    def measured_in_percent(self) -> Unit:
        """The same unit on the measure of moisture, ash and shares, which count in % and not in
        mg/kg."""
        if self.canonical != "mg/kg":
            return self
        return replace(self, canonical="%", factor=self.factor / 10000)


@cache
def units() -> Mapping[str, Unit]:
    """Every spelling's key → unit. Raises RulebookError where one stands for two units."""
    by_name: dict[str, Unit] = {}
    spellings: list[tuple[str, str, str]] = []
    for row in word_list("units.toml")["unit"]:
        log10 = row["factor"] == "log10"
        factor = Decimal(1 if log10 else row["factor"])
        by_name[row["name"]] = Unit(row["canonical"], factor, row.get("basis"), log10)
        names = (row["name"], *row["spellings"])
        spellings += [(unit_key(spelling), row["name"], spelling) for spelling in names]
    meanings = index(spellings, "words/units.toml")
    return {key: by_name[name] for key, name in meanings.items()}


@cache
def _printed_units() -> Mapping[str, str]:
    return {
        unit_key(spelling): spelling
        for row in word_list("units.toml")["unit"]
        for spelling in (*row["spellings"], row["name"])
    }


def nearest_units(text: str) -> tuple[str, ...]:
    """Up to three known units near an unknown one, as laboratories print them."""
    return nearest(unit_key(text), _printed_units())


@cache
def known_units() -> tuple[str, ...]:
    """The name of every unit, as `words/units.toml` lists them."""
    return tuple(row["name"] for row in word_list("units.toml")["unit"])


def without_portion(text: str) -> str:
    """A text without the test portion that it ends with: `Absent` of `Absent in 25 g`."""
    return _PORTION_BEHIND.sub("", text)


class StatedBasis(NamedTuple):
    """The basis a text states (`dry`, `as received` or None), and its other words."""

    basis: str | None
    rest: str


@lru_cache(8192)
def basis_in(text: str, *, bare: bool = True) -> StatedBasis:
    """The basis a text states, and the text without those words.

    `bare` lets the word `dry` alone count: in a unit it states a basis, in a heading it may
    describe the product.
    """
    for pattern, basis in ((_DRY if bare else _DRY_WEIGHT, "dry"), (_AS_RECEIVED, "as received")):
        if pattern.search(text):
            rest = one_blank(pattern.sub(" ", text)).strip()
            return StatedBasis(basis, _OPENED_AT_END.sub("", rest).strip())
    return StatedBasis(None, text)


def without_statistic(text: str) -> str:
    """A unit without what its numbers are: `mg/g` of `mg/g, mean ± SD (n = 3)`."""
    rest = _STATISTIC.sub(" ", text)
    return one_blank(rest).strip(" ,;:()[]") if rest != text else text


@lru_cache(8192)
def unit(text: str) -> Unit | None:
    """The unit a text stands for, or None. A basis in it (`mg/kg dry weight`) is the unit's
    basis."""
    if len(text) > LONGEST_NAME or not _may_be_unit(text.strip(" ,;")):
        return None
    basis, rest = basis_in(without_statistic(text.strip()))
    key = unit_key(rest.strip(" ,;"))
    if key.startswith("[") or (key.startswith("(") and key.endswith(")")):
        key = key.strip("[]()")
    if re.fullmatch(rf"/{OF_PORTION}", key):
        key = f"/1{key[1:]}"  # `Absent | /g`
    known = units().get(key)
    if known is not None:
        return replace(known, basis=basis) if basis else known
    if (same := _said_twice(key)) is not None:
        return replace(same, basis=basis) if basis else same
    # an exponent that was raised in the text stands level in the key
    raised = not text.isascii() and any(c.isdigit() and not c.isascii() for c in text)
    return None if raised else _of_portion(key, basis) or _in_two_languages(text)


def _may_be_unit(text: str) -> bool:
    """Whether a text begins like a unit, or like what may stand before one: a quick look, since
    nearly every word is looked up here and is none."""
    key = unit_key(text)
    if not key[:1].isalpha() or key[:2] in _beginnings() or _BEGINS_PORTION.match(key):
        return True
    return any(words.match(text) for words in (_DRY, _AS_RECEIVED, _STATISTIC))


@cache
def _beginnings() -> frozenset[str]:
    """The first two letters of every unit; of a unit of one letter, with any letter behind it."""
    letters = "".join(map(chr, range(ord("a"), ord("z") + 1)))
    return frozenset(
        key[:2] if len(key) > 1 else key + letter for key in units() for letter in ("", *letters)
    )


def _said_twice(key: str) -> Unit | None:
    """`CFU/g (UFC/g)`, `kve-ufc/g`: one unit in two languages."""
    parts = _TWICE.fullmatch(key)
    if parts is None:
        return None
    shared = parts["shared"] or ""
    one, other = (
        units().get(part + shared) for part in (parts["one"], parts["other"] or parts["next"])
    )
    return one if one == other else None


def _in_two_languages(text: str) -> Unit | None:
    """`ต่อ 25 กรัม / per 25 g`: both sides are the same unit."""
    first, between, second = text.partition(" / ")
    known = unit(first) if between else None
    return known if known is not None and known == unit(second) else None


def _of_portion(key: str, basis: str | None) -> Unit | None:
    portion = _PORTION.match(key)
    size = Decimal(portion["size"]) if portion else None
    if portion is None or not size:
        return None
    if not portion["counted"]:
        return Unit("portion", Decimal(1), basis, portion=size)
    counted = "mpn" if portion["counted"] == "mpn" else "cfu"
    of = "mL" if portion["of"] == "ml" else "g"
    return Unit(f"{counted}/{of}", 1 / size, basis)
