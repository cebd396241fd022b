"""The form of a product that no certificate states: leaf, where all that is said of it is a strain
or that it is of a plant. It is told, and it holds: nobody has printed it."""

from __future__ import annotations

from collections.abc import Sequence

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import Certificate, HoldReason
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import SourceText
from kratom_qc.interpret.stated import stated

RULE = "PRODUCT-ASSUMED"
ASSUMED = "leaf_powder"
_OF_LEAF = ("mg/kg", "cfu/g", "mpn/g", "%", "1", "portion", "")
_MOST_MITRAGYNINE = 50_000  # mg/kg; no leaf holds more


def assumed_form(
    certificate: Certificate, results: Sequence[Result]
) -> tuple[str, HoldReason] | None:
    """(the form, the cause to hold) of a certificate that states none; None where its words or its
    results may be those of something else."""
    forms, names = stated(certificate, "form"), stated(certificate, "product_name")
    text = _of_strain(forms, names) or _of_plant(forms, names)
    if text is None or any(map(_is_of_no_leaf, results)):
        return None
    why = (
        f"no product form is stated; '{' '.join(text.text.split())}' is read as leaf powder, which "
        "somebody must confirm: say --product"
    )
    return ASSUMED, HoldReason(RULE, why, text.ref)


def _of_strain(forms: Sequence[SourceText], names: Sequence[SourceText]) -> SourceText | None:
    """The name, where it is made of words for strains, and no form says anything else."""
    plain = all(vocabulary.says_plant_only(form.text) for form in forms)
    is_strain = bool(names) and all(vocabulary.names_strain(name.text) for name in names)
    return names[0] if plain and is_strain else None


def _of_plant(forms: Sequence[SourceText], names: Sequence[SourceText]) -> SourceText | None:
    """The matrix that says `Botanical`, beside a name that says nothing against leaf."""
    plain = bool(forms) and all(vocabulary.says_plant_only(form.text) for form in forms)
    all_words = (vocabulary.form_words(name.text) for name in names)
    open_names = bool(names) and all(
        words.product is None and all(_is_number(word) for word in words.left)
        for words in all_words
    )
    potent = any(vocabulary.potent_words(name.text) for name in names)
    return forms[0] if plain and open_names and not potent else None


def _is_number(word: str) -> bool:
    """A part of a sample's number, which is no word: `RB`, `2609`, `A`."""
    return len(word) < 3 or any(c.isdigit() for c in word)


def _is_of_no_leaf(result: Result) -> bool:
    """Whether a result is per millilitre, serving or piece, or of an extract's strength."""
    if result.unit not in _OF_LEAF:
        return True
    strong = result.analyte == "mitragynine" and result.interval.low > _MOST_MITRAGYNINE
    return strong and result.unit == "mg/kg"
