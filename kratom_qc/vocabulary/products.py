"""Product forms (`words/products.toml`): what a batch is, by a form field or a product's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from kratom_qc.domain.product import MADE_FROM
from kratom_qc.vocabulary.analyte_names import analyte
from kratom_qc.vocabulary.keys import LONGEST_NAME, folded, header_key
from kratom_qc.vocabulary.lists import closest, index, word_list

_WORD = re.compile(r"[a-z0-9%]+|[\u0e00-\u0e7f]+")
# How much of a product there is says nothing of its form; `50x` does.
_AMOUNT = re.compile(r"[0-9]+(?:[.,][0-9]+)?\s?(?:mg|g|kg|ml|oz|lbs?|ct|count|pcs)\b")
_STRENGTH = re.compile(r"\b(?:[0-9]+ ?x|x ?[0-9]+|[0-9]+ ?: ?1)\b")
_PLANT = re.compile("kratom|mitragyn|ketum|กระทอม")
_POWDER, _LEAF, _PLAIN, _DRIED = "powder", "leaf", "plain", "dried leaf"
_LEAF_FORMS = ("leaf_powder", "crushed_leaf")
# Lists of words that name no form, and what their words mean
_OPEN_WORDS = (
    ("strain", _PLAIN),
    ("plant", _PLAIN),
    ("plain", _PLAIN),
    ("leaf", _LEAF),
    ("powder", _POWDER),
)


class FormWords(NamedTuple):
    """What the words of a form or of a product's name say.

    `product` is the one product they name, None where they name none or several. `left` are the
    words that belong to no form and are not plain.
    """

    product: str | None
    left: tuple[str, ...]


@cache
def product_forms() -> Mapping[str, str]:
    """Product id → display name."""
    return {product: row["name"] for product, row in word_list("products.toml")["form"].items()}


@cache
def product_names() -> Mapping[str, str]:
    """Id → display name of everything that limits may be asked of: the forms, and what is made of
    one and sold as another."""
    forms = product_forms()
    made = {
        product: f"{forms[form]} of {forms[made_from].lower()}"
        for product, (form, made_from) in MADE_FROM.items()
    }
    return {**forms, **made}


@cache
def form_spellings() -> Mapping[str, str]:
    """Every spelling's key → product id. Raises RulebookError where one stands for two."""
    spellings = (
        (header_key(spelling), product, spelling)
        for product, row in word_list("products.toml")["form"].items()
        for spelling in (product, row["name"], *row["phrases"])
    )
    return index(spellings, "words/products.toml")


@lru_cache(8192)
def product_form(text: str) -> str | None:
    """The product id a form, matrix or product-type field names in full, or None."""
    exact = form_spellings().get(header_key(text))
    if exact is not None:
        return exact
    form = form_words(text)
    return None if form.left else form.product


def nearest_forms(text: str) -> tuple[str, ...]:
    """Up to three display names of product forms that are spelt like a text."""
    near = closest(header_key(text), form_spellings(), 3)
    return tuple(dict.fromkeys(product_forms()[form_spellings()[key]] for key in near))


@lru_cache(8192)
def product_in_name(text: str) -> str | None:
    """The one product that a product's name holds the words of; None where it holds those of none
    or of several."""
    return form_words(text).product


@lru_cache(8192)
def forms_in(text: str) -> frozenset[str]:
    """Every product form that a text names, whatever else it says: a capsule and an extract in
    `Extract capsules`."""
    meanings = {meaning for _, meaning in _meanings(_tokens(text[:LONGEST_NAME]))}
    dried = {"crushed_leaf"} if _DRIED in meanings else set()
    return frozenset(product_forms().keys() & (meanings | dried))


@lru_cache(8192)
def made_from(text: str) -> str | None:
    """What a text says that a capsule holds, `extract` or `leaf`; None where it says neither, or
    something else beside. Leaf with an extract in it is an extract."""
    meanings = {meaning for _, meaning in _meanings(_tokens(text[:LONGEST_NAME]))}
    forms = (product_forms().keys() & meanings) - {"capsule", *_LEAF_FORMS}
    if forms:
        return "extract" if forms == {"extract"} else None
    return "leaf" if meanings & {_LEAF, _DRIED, *_LEAF_FORMS} else None


@lru_cache(8192)
def potent_words(text: str) -> tuple[str, ...]:
    """Words of a product's name that no plain leaf has: `enhanced`, `7-OH`, `50x`."""
    padded = f" {' '.join(_tokens(text))} "
    words = word_list("products.toml")["words"]["potent"]
    known = [word for word in words if f" {' '.join(_tokens(word))} " in padded]
    return tuple(dict.fromkeys([*known, *_STRENGTH.findall(folded(text))]))


@lru_cache(8192)
def other_substances(text: str) -> tuple[str, ...]:
    """What a product's name says is in it that is not of kratom: an adulterant, another plant."""
    own = _tokens(text)
    others = {tuple(_tokens(word)) for word in word_list("products.toml")["words"]["not_kratom"]}
    phrases = [own[at : at + n] for n in range(1, 4) for at in range(len(own) - n + 1)]
    return tuple(
        " ".join(phrase)
        for phrase in phrases
        if tuple(phrase) in others or _is_adulterant(" ".join(phrase))
    )


def _is_adulterant(name: str) -> bool:
    known = analyte(name) if len(name) > 3 else None
    return known is not None and known.family == "adulterant"


@lru_cache(8192)
def names_strain(text: str) -> bool:
    """Whether a product's name is made of words for strains, colours and amounts: `Red Maeng Da
    1 kg`."""
    form = form_words(text)
    is_plain = form.product is None and not form.left and not potent_words(text)
    return is_plain and _holds(text, "strain")


@lru_cache(8192)
def strains_in(text: str) -> frozenset[str]:
    """The strains that a product's name holds: `maeng da`."""
    own = f" {' '.join(_tokens(text))} "
    strains = (" ".join(_tokens(word)) for word in word_list("products.toml")["words"]["strain"])
    return frozenset(strain for strain in strains if f" {strain} " in own)


@lru_cache(8192)
def says_plant_only(text: str) -> bool:
    """Whether a form says no more than that the product is of a plant: `Botanical`."""
    form = form_words(text)
    return form.product is None and not form.left and _holds(text, "plant")


def _holds(text: str, kind: str) -> bool:
    """Whether a text has a word or phrase of a list."""
    padded = f" {' '.join(_tokens(text))} "
    words = word_list("products.toml")["words"][kind]
    return any(f" {' '.join(_tokens(word))} " in padded for word in words)


@lru_cache(8192)
def names_product(text: str) -> bool:
    """Whether a line without a label can be the name of a product: it names the plant, or a strain
    of it, and one form."""
    form = form_words(text)
    says_plant = any(_PLANT.match(word) for word in _tokens(text[:LONGEST_NAME])) or (
        _holds(text, "strain") and not potent_words(text)
    )
    return says_plant and form.product is not None and not form.left


@lru_cache(8192)
def form_words(text: str) -> FormWords:
    """What the words of a text say of a product's form. The longest spelling counts first."""
    if len(text) > LONGEST_NAME:
        return FormWords(None, (text,))
    meanings = list(_meanings(_tokens(_AMOUNT.sub(" ", folded(text)))))
    left = tuple(word for word, meaning in meanings if meaning is None)
    meaning_set = {meaning for _, meaning in meanings if meaning is not None} - {_PLAIN}
    if left and not any(_PLANT.match(word) for word, _ in meanings):
        meaning_set -= {_POWDER, _LEAF, _DRIED}  # `Leaf powdr` names no form for certain
    return FormWords(_product(meaning_set), left)


def _product(meanings: set[str]) -> str | None:
    if _DRIED in meanings:
        meanings = meanings - {_DRIED} | ({_POWDER} if _POWDER in meanings else {"crushed_leaf"})
    exact = meanings - {_POWDER, _LEAF}
    if not exact:
        if _POWDER in meanings:
            return "leaf_powder"
        return "crushed_leaf" if _LEAF in meanings else None
    if "capsule" in exact and exact <= {"capsule", "extract", *_LEAF_FORMS}:
        return "capsule"  # of leaf or of extract: see `made_from`
    if len(exact) == 2 and "extract" in exact and exact & {"edible", "liquid"}:
        return (exact - {"extract"}).pop()  # how it is taken, whatever it is made with
    if exact == {*_LEAF_FORMS}:
        return "leaf_powder"  # dried leaf, ground
    return exact.pop() if len(exact) == 1 else None


def _meanings(tokens: list[str]) -> Iterator[tuple[str, str | None]]:
    """Each part of a text with its meaning: a product, `powder`, `leaf`, `plain`, or None."""
    known, start = _phrases(), 0
    while start < len(tokens):
        for length in range(min(_longest(), len(tokens) - start), 0, -1):
            part = tuple(tokens[start : start + length])
            if part in known:
                yield " ".join(part), known[part]
                start += length
                break
        else:
            yield tokens[start], None
            start += 1


@cache
def _phrases() -> Mapping[tuple[str, ...], str]:
    """The words of every spelling, with what they mean."""
    lists = word_list("products.toml")
    phrases: dict[tuple[str, ...], str] = {}
    for words, meaning in _OPEN_WORDS:
        phrases |= {tuple(_pieces(word)): meaning for word in lists["words"][words]}
    for product, row in lists["form"].items():
        for spelling in (product, row["name"], *row["phrases"]):
            phrases[tuple(_pieces(spelling))] = product
    phrases |= {tuple(_pieces(word)): _DRIED for word in lists["words"]["dried_leaf"]}
    return phrases


@cache
def _longest() -> int:
    return max(map(len, _phrases()))


def _pieces(text: str) -> list[str]:
    return _WORD.findall(folded(text))


def _tokens(text: str) -> list[str]:
    """The words of a text. Thai is written without blanks: its known words are cut out."""
    return list(_cut(_pieces(text)))


def _cut(pieces: Iterable[str]) -> Iterator[str]:
    for piece in pieces:
        if piece.isascii():
            yield piece
        else:
            yield from _cut_thai(piece)


def _cut_thai(text: str) -> Iterator[str]:
    known = _thai()
    while text:
        word = next((word for word in known if text.startswith(word)), text)
        yield word
        text = text[len(word) :]


@cache
def _thai() -> tuple[str, ...]:
    """Known Thai words, the longest first."""
    words = {piece for phrase in _phrases() for piece in phrase if not piece.isascii()}
    return tuple(sorted(words, key=lambda word: (-len(word), word)))
