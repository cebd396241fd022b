"""What a product is judged as: its form, and what it is made from where that makes another product
of it.

A capsule of extract is printed, sold and archived as a capsule. Its specification is the extract's;
a law takes it for both, so that what is asked of either is asked of it, and what allows must allow
both.
"""

from __future__ import annotations

from collections.abc import Mapping

# Each such product with its form and what it is made from.
MADE_FROM: Mapping[str, tuple[str, str]] = {"extract_capsule": ("capsule", "extract")}


def judged_as(form: str | None, made_from: str | None) -> str | None:
    """The id of what limits are asked of; None for an unknown form."""
    made = (kind for kind, forms in MADE_FROM.items() if forms == (form, made_from))
    return next(made, form)


def forms_of(product: str | None) -> tuple[str | None, ...]:
    """The forms that a law takes a product for: its own first, last what it is made from."""
    made = MADE_FROM.get(product or "")
    return (product,) if made is None else made


def specification_of(product: str | None) -> str | None:
    """The form by whose specification a product is judged."""
    return forms_of(product)[-1]


def may_be_made(form: str | None) -> tuple[str, ...]:
    """What a product of a form is, too, unless somebody says what it is made from."""
    return tuple(kind for kind, forms in MADE_FROM.items() if forms[0] == form)
