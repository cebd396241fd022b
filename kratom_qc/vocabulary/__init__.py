"""One name per analyte, one unit per quantity: the words of `words/*.toml`, loaded once and refused
where ambiguous.

A spelling is a row of data. It may stand for one thing only; the loader names every spelling used
twice.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rapidfuzz import fuzz, process

from kratom_qc.domain.errors import RulebookError

WORDS = Path(__file__).parent / "words"
# Nothing is called by more; a hostile cell of 30,000 blanks costs nothing.
LONGEST_NAME = 200

_GREEK = str.maketrans(
    {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "λ": "lambda", "ω": "omega"}
)
_NOT_NAME = re.compile(r"[^a-z0-9+]")
_NOT_HEADER = re.compile(r"[^a-z0-9%±<>#\u0e00-\u0e7f]")  # Thai letters as they are
_BLANKS = re.compile(r"\s+")
_AFTER_SIGN = re.compile(r"(?<=[<>≤≥=]) ")
_LONGEST_WORD = 60
# Typographic twins of one sign; laboratories and spreadsheets swap them freely.
_TWINS = str.maketrans({"–": "-", "—": "-", "−": "-", "‑": "-", "＜": "<", "’": "'", "´": "'"})


def folded(text: str) -> str:
    """Small letters without accents, in Unicode NFKC: for words that are looked for inside a text."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_TWINS)
    return "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))


def name_key(text: str) -> str:
    """An analyte's name made comparable: `7-OH Mitragynine` and `7-oh-mitragynine` are one."""
    return _NOT_NAME.sub("", folded(text).translate(_GREEK).replace("&", "and"))


def header_key(text: str) -> str:
    """A header word or label made comparable: `Lot/Batch No.` and `LOT / BATCH NO` are one."""
    return _NOT_HEADER.sub("", folded(text))


def word_key(text: str) -> str:
    """A result or status word made comparable: `Not  Detected.` and `not detected` are one."""
    return _AFTER_SIGN.sub("", _BLANKS.sub(" ", folded(text)).strip(" .*"))


def unit_key(text: str) -> str:
    """A unit made comparable; the micro sign U+00B5, Greek mu U+03BC and plain u are one."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text).casefold().replace("μ", "u"))


@dataclass(frozen=True, slots=True)
class Analyte:
    """A thing laboratories test for. `measure`: mass, count, presence, percent, number or
    described."""

    id: str
    name: str
    family: str
    measure: str
    cas: tuple[str, ...]

    @property
    def alarming(self) -> bool:
        """Whether finding it needs a decision even where no limit speaks of it: an adulterant, a
        pathogen."""
        return self.family == "adulterant" or (
            self.family == "microbe" and self.measure == "presence"
        )


@dataclass(frozen=True, slots=True)
class Unit:
    """A printed unit: amount in `canonical` = amount as printed × `factor` (10 ** amount where
    `log10`)."""

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
        return (
            replace(self, canonical="%", factor=self.factor / 10000)
            if self.canonical == "mg/kg"
            else self
        )


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads((WORDS / name).read_text(encoding="utf-8"))


def index(rows: Iterable[tuple[str, str, str]], file: str) -> Mapping[str, str]:
    """(key, meaning, spelling) rows into key → meaning; a key of two meanings refuses the whole
    list."""
    found: dict[str, str] = {}
    wrong: list[str] = []
    for key, meaning, spelling in rows:
        if not key:
            wrong.append(f"'{spelling}' of {meaning} has nothing to compare")
        elif found.setdefault(key, meaning) != meaning:
            wrong.append(f"'{spelling}' stands for {found[key]} and for {meaning}")
    if wrong:
        raise RulebookError(f"{file}: a spelling may stand for one thing only: " + "; ".join(wrong))
    return MappingProxyType(found)


@cache
def analytes() -> Mapping[str, Analyte]:
    """Every analyte by id."""
    found = {}
    for row in _load("analytes.toml")["analyte"]:
        found[row["id"]] = Analyte(
            row["id"],
            row["name"],
            row["class"],
            row.get("measure", "mass"),
            tuple(row.get("cas", ())),
        )
    return MappingProxyType(found)


@cache
def _analyte_spellings() -> Mapping[str, str]:
    rows = (
        (name_key(spelling), row["id"], spelling)
        for row in _load("analytes.toml")["analyte"]
        for spelling in (row["id"], row["name"], *row.get("spellings", ()))
    )
    return index(rows, "words/analytes.toml")


@cache
def _cas_numbers() -> Mapping[str, str]:
    rows = (
        (number, analyte.id, number) for analyte in analytes().values() for number in analyte.cas
    )
    return index(rows, "words/analytes.toml")


def analyte_by_cas(number: str) -> Analyte | None:
    """The analyte with this CAS registry number."""
    found = _cas_numbers().get(number.strip())
    return analytes()[found] if found else None


@lru_cache(8192)
def analyte(text: str) -> Analyte | None:
    """The analyte a laboratory's name stands for, or None. `Lead (Pb)` is read; `Mercury (methyl)`
    is not guessed."""
    if len(text) > LONGEST_NAME:
        return None
    spellings = _analyte_spellings()
    whole = spellings.get(name_key(text))
    if whole:
        return analytes()[whole]
    # "Name (abbreviation)" and "Abbreviation - name": both parts must be known and mean the same.
    for pattern in (r"^(.+?)\s*[(\[](.+)[)\]]$", r"^(.+?)\s+[-–/]\s+(.+)$", r"^(.+?)\s*,\s*(.+)$"):
        parts = re.match(pattern, text.strip())
        if parts:
            meanings = {spellings.get(name_key(part)) for part in parts.groups()}
            if len(meanings) == 1 and None not in meanings:
                return analytes()[meanings.pop() or ""]
    return None


@cache
def _double_names() -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType(
        {name_key(name): tuple(may) for name, may in _load("analytes.toml")["double_names"].items()}
    )


def meanings_of(text: str) -> tuple[str, ...]:
    """What a name may mean that laboratories use for several things, such as `LOD`; empty for every
    other name."""
    return _double_names().get(name_key(text), ())


def nearest_analytes(text: str) -> tuple[str, ...]:
    """Up to three known names near an unknown one, for the person who must decide."""
    near = closest(name_key(text[:LONGEST_NAME]), _analyte_spellings(), 6)
    names = dict.fromkeys(analytes()[_analyte_spellings()[key]].name for key in near)
    return tuple(names)[:3]


@cache
def _units() -> Mapping[str, Unit]:
    rows = _load("units.toml")["unit"]
    meanings: dict[str, Unit] = {}
    keyed = []
    for row in rows:
        log10 = row["factor"] == "log10"
        meanings[row["name"]] = Unit(
            row["canonical"],
            Decimal(1) if log10 else Decimal(row["factor"]),
            row.get("basis"),
            log10,
        )
        keyed += [
            (unit_key(spelling), row["name"], spelling)
            for spelling in (row["name"], *row["spellings"])
        ]
    found = index(keyed, "words/units.toml")
    return MappingProxyType({key: meanings[name] for key, name in found.items()})


@cache
def _printed_units() -> Mapping[str, str]:
    rows = _load("units.toml")["unit"]
    return {
        unit_key(spelling): spelling
        for row in rows
        for spelling in (*row["spellings"], row["name"])
    }


def nearest_units(text: str) -> tuple[str, ...]:
    """Up to three known units near an unknown one, as laboratories print them."""
    return _nearest(unit_key(text), _printed_units())


@cache
def known_units() -> tuple[str, ...]:
    """The name of every unit, as `words/units.toml` lists them."""
    return tuple(row["name"] for row in _load("units.toml")["unit"])


_DRY_WORDS = (
    r"\b(?:on\s+)?(?:a\s+)?dry(?:\s*(?:weight|wt\.?|basis|matter|mass)){0}\b"
    r"|\bd\.?w\.?b?\.?(?=\W|$)|\bv\s+su[šs]in[ěe]\b"
)
_DRY = re.compile(_DRY_WORDS.format("*"), re.IGNORECASE)
_DRY_WEIGHT = re.compile(_DRY_WORDS.format("+"), re.IGNORECASE)
_AS_RECEIVED = re.compile(
    r"\bas[\s-]*(?:received|is|sold|tested)\b|\ba\.?r\.?(?=\W|$)|\bwet\s+(?:weight|wt)\b|\bv\s+p[ůu]vodn[íi]m\s+vzorku\b",
    re.IGNORECASE,
)


def basis_in(text: str, *, bare: bool = True) -> tuple[str | None, str]:
    """The basis a text states (`dry`, `as received` or None) and the text without those words.

    `bare` lets the word `dry` alone count: in a unit it states a basis, in a heading it may
    describe the product.
    """
    for pattern, basis in ((_DRY if bare else _DRY_WEIGHT, "dry"), (_AS_RECEIVED, "as received")):
        if pattern.search(text):
            rest = pattern.sub(" ", text)
            return basis, re.sub(
                r"[(\[,;]\s*[)\]]?\s*$", "", _BLANKS.sub(" ", rest).strip()
            ).strip()
    return None, text


# "CFU/10 g", "/25 g", "in 25 g", "v 25 g": a count or an absence in a portion of so much
_PORTION = re.compile(
    r"^(?P<what>cfu|mpn|ktj|kbe)?(?:/|in|per|v|ve)?(?P<size>\d+(?:\.\d+)?)(?P<of>g|ml)$", re.ASCII
)


@lru_cache(8192)
def unit(text: str) -> Unit | None:
    """The unit a text stands for, or None. A basis in it (`mg/kg dry weight`) is the unit's basis."""
    if len(text) > LONGEST_NAME:
        return None
    basis, rest = basis_in(text.strip())
    key = unit_key(rest.strip(" ,;"))
    if key.startswith("[") or (key.startswith("(") and key.endswith(")")):
        key = key.strip("[]()")
    found = _units().get(key)
    if found is None:
        portion = _PORTION.match(key)
        raised = any(
            c.isdigit() and not c.isascii() for c in text
        )  # a raised exponent, level in the key
        if portion is None or raised or Decimal(portion["size"]) == 0:
            return None
        size, of = Decimal(portion["size"]), "mL" if portion["of"] == "ml" else "g"
        if portion["what"]:
            kind = "mpn" if portion["what"] == "mpn" else "cfu"
            return Unit(f"{kind}/{of}", 1 / size, basis)
        return Unit("portion", Decimal(1), basis, portion=size)
    return (
        Unit(found.canonical, found.factor, basis or found.basis, found.log10) if basis else found
    )


@cache
def _headers(table: str) -> Mapping[str, str]:
    rows = _load("headers.toml")[table]
    return index(
        ((header_key(word), role, word) for role, words in rows.items() for word in words),
        f"words/headers.toml [{table}]",
    )


@lru_cache(8192)
def column_role(text: str) -> str | None:
    """What a column of a results table holds, by its header word."""
    return _headers("column").get(header_key(text))


@lru_cache(8192)
def fact_name(text: str) -> str | None:
    """Which fact a label of the header block (or a column of a long table) states."""
    return _headers("fact").get(header_key(text.rstrip(" :")))


@cache
def _printed_headers() -> Mapping[str, str]:
    tables = (_load("headers.toml")[table] for table in ("column", "fact"))
    return {
        header_key(word): word for table in tables for words in table.values() for word in words
    }


@cache
def column_roles() -> tuple[str, ...]:
    """Every role that a column of results may have."""
    return tuple(_load("headers.toml")["column"])


@cache
def fact_names() -> tuple[str, ...]:
    """Every fact that a label may state."""
    return tuple(_load("headers.toml")["fact"])


@lru_cache(8192)
def unit_line(text: str) -> str | None:
    """The unit that a line above a table states of all its results: `mg/kg` in `All results in
    mg/kg`."""
    words = text.strip(" ().").split()
    for count in range(1, min(len(words), 12)):
        said = " ".join(words[count:])
        if (
            _headers("phrase").get(header_key(" ".join(words[:count]))) == "unit_line"
            and unit(said) is not None
        ):
            return said
    return None


@lru_cache(8192)
def basis_line(text: str) -> str | None:
    """The basis that a line states of all results: `dry` in `All results are reported on a dry
    weight basis`."""
    words = text.strip(" ().").split()
    for count in range(1, min(len(words), 12)):
        basis, rest = basis_in(" ".join(words[count:]))
        before = _headers("phrase").get(header_key(" ".join(words[:count])))
        if (
            before == "basis_line"
            and basis
            and set(rest.casefold().split()) <= {"a", "an", "the", "basis"}
        ):
            return basis
    return None


@lru_cache(8192)
def footnote(text: str) -> str | None:
    """What a legend says a footnote mark means: `estimated`, `neutral`, or None where it is not
    understood."""
    return _headers("footnote").get(header_key(text))


def is_bare_total(text: str) -> bool:
    """Whether a row is named `Total` and nothing more."""
    return _headers("phrase").get(header_key(text)) == "bare_total"


def nearest_headers(text: str) -> tuple[str, ...]:
    """Up to three known header words near an unknown one."""
    return _nearest(header_key(text), _printed_headers())


def _nearest(key: str, known: Mapping[str, str]) -> tuple[str, ...]:
    """Up to three spellings whose keys are near another key. A text that is longer than any word is
    near none: a file full of prose must cost nothing."""
    if len(key) > _LONGEST_WORD:
        return ()
    return tuple(known[near] for near in closest(key, known, 3))


def closest(key: str, known: Iterable[str], most: int) -> list[str]:
    """The known keys nearest to a key, nearest first. rapidfuzz, because a file may hold 20,000
    unknown words."""
    return [
        near
        for near, _, _ in process.extract(
            key, list(known), scorer=fuzz.ratio, limit=most, score_cutoff=60
        )
    ]


def nearest_hint(name: str, known: Iterable[str], most: int = 1) -> str:
    """`; nearest: us-tx`: the end of a sentence about a name that nobody knows. Names that begin
    with it come first; nothing where none is near."""
    every = list(known)
    longer = [word for word in every if name and word.startswith(name)]
    near = list(dict.fromkeys([*longer, *closest(name, every, most)]))[:most]
    return f"; nearest: {', '.join(near)}" if near else ""


@cache
def _statuses() -> Mapping[str, str]:
    rows = _load("statuses.toml")
    return index(
        ((word_key(word), meaning, word) for meaning, words in rows.items() for word in words),
        "words/statuses.toml",
    )


@lru_cache(8192)
def status(text: str) -> str | None:
    """What a word in place of a number, or in a verdict column, means (a key of
    `words/statuses.toml`)."""
    return _statuses().get(word_key(text))


@cache
def _printed_statuses() -> Mapping[str, str]:
    return {word_key(word): word for words in _load("statuses.toml").values() for word in words}


@lru_cache(8192)
def nearest_statuses(text: str) -> tuple[str, ...]:
    """Up to three known result words near an unknown one, with the same first letter: a file may
    hold 20,000 such words."""
    key = word_key(text)
    return _nearest(
        key, {known: word for known, word in _printed_statuses().items() if known[0] == key[:1]}
    )


@cache
def product_forms() -> Mapping[str, str]:
    """Product id → display name."""
    return MappingProxyType(
        {product: row["name"] for product, row in _load("products.toml").items()}
    )


@cache
def _form_spellings() -> Mapping[str, str]:
    return index(
        (
            (header_key(spelling), product, spelling)
            for product, row in _load("products.toml").items()
            for spelling in (product, row["name"], *row["spellings"])
        ),
        "words/products.toml",
    )


@lru_cache(8192)
def product_form(text: str) -> str | None:
    """The product id a form, matrix or product-type field names in full, or None."""
    return _form_spellings().get(header_key(text))


def nearest_forms(text: str) -> tuple[str, ...]:
    """Up to three display names of product forms that are spelt like a text."""
    near = closest(header_key(text), _form_spellings(), 3)
    return tuple(dict.fromkeys(product_forms()[_form_spellings()[key]] for key in near))


@lru_cache(8192)
def product_in_name(text: str) -> str | None:
    """The one product whose phrases a product's name holds; None where none or several do."""
    words = f" {_BLANKS.sub(' ', re.sub(r'[^a-z0-9]+', ' ', folded(text)))} "
    found = {
        product
        for product, row in _load_products().items()
        for phrase in row
        if f" {_BLANKS.sub(' ', re.sub(r'[^a-z0-9]+', ' ', folded(phrase))).strip()} " in words
    }
    return found.pop() if len(found) == 1 else None


@cache
def _load_products() -> Mapping[str, tuple[str, ...]]:
    return {product: tuple(row["phrases"]) for product, row in _load("products.toml").items()}


def check_all() -> None:
    """Load every word list, so that a mistake in one is an error at start and not in the middle of
    a run."""
    for load in (
        _analyte_spellings,
        _double_names,
        _cas_numbers,
        _units,
        _statuses,
        _form_spellings,
    ):
        load()
    for table in ("column", "fact", "phrase", "footnote"):
        _headers(table)


@cache
def prose(kind: str) -> tuple[str, ...]:
    """Folded phrases of `words/notes.toml`, the longest first."""
    return tuple(
        sorted(
            {folded(phrase) for phrase in _load("notes.toml")[kind]},
            key=lambda phrase: (-len(phrase), phrase),
        )
    )
