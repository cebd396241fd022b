"""Product forms (`words/products.toml`): what a batch is, by a form field or a product's name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from kratom_qc.vocabulary.keys import folded, header_key
from kratom_qc.vocabulary.lists import closest, index, word_list


@cache
def product_forms() -> Mapping[str, str]:
    """Product id → display name."""
    return {product: row["name"] for product, row in word_list("products.toml").items()}


@cache
def form_spellings() -> Mapping[str, str]:
    """Every spelling's key → product id. Raises RulebookError where one stands for two."""
    spellings = (
        (header_key(spelling), product, spelling)
        for product, row in word_list("products.toml").items()
        for spelling in (product, row["name"], *row["spellings"])
    )
    return index(spellings, "words/products.toml")


@lru_cache(8192)
def product_form(text: str) -> str | None:
    """The product id a form, matrix or product-type field names in full, or None."""
    return form_spellings().get(header_key(text))


def nearest_forms(text: str) -> tuple[str, ...]:
    """Up to three display names of product forms that are spelt like a text."""
    near = closest(header_key(text), form_spellings(), 3)
    return tuple(dict.fromkeys(product_forms()[form_spellings()[key]] for key in near))


@lru_cache(8192)
def product_in_name(text: str) -> str | None:
    """The one product whose phrases a product's name holds; None where none or several do."""
    name = _words(text)
    products = {
        product
        for product, row in word_list("products.toml").items()
        if any(_words(phrase) in name for phrase in row["phrases"])
    }
    return products.pop() if len(products) == 1 else None


@lru_cache(8192)
def _words(text: str) -> str:
    """The words of a text between single blanks, so that one text holds another by whole words."""
    return f" {re.sub(r'[^a-z0-9]+', ' ', folded(text)).strip()} "
