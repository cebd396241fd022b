"""What a certificate states of its product and of itself: product form, name, overall status, and
facts that it states twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import Certificate, HoldReason
from kratom_qc.domain.source import SourceText
from kratom_qc.interpret.facts import read_declared
from kratom_qc.interpret.identity import lot_of
from kratom_qc.vocabulary.adverse import has_adverse_word
from kratom_qc.vocabulary.texts import OwnWords, shipped

_LEAF = ("leaf_powder", "crushed_leaf")
_OF_LEAF = (*_LEAF, "capsule")  # judged as the leaf that they are or hold
# Of the whole certificate: conforms, was not to be judged, or the work on it is done.
_GOOD_STATUS = ("opinion_good", "opinion_conditional", "not_evaluated", "final", "good")
_BAD_STATUS = {
    "preliminary": ("CERTIFICATE-PRELIMINARY", "the certificate calls itself"),
    "bad": ("LABORATORY-SAID-FAIL", "the certificate calls itself"),
    "opinion_bad": ("LABORATORY-SAID-FAIL", "the laboratory's overall verdict is"),
    "opinion_unsure": ("LABORATORY-UNSURE", "the laboratory's overall verdict is"),
}
# `Valid without signature` where a declaration belongs says nothing for or against the batch.
_NO_STATUS = ("says how the paper was signed, or speaks of its form only",)
# The register's reason for `The sample conforms to the specification`
_CONFORMS = (
    "says that the sample meets the limits that its paper prints, which are judged row by row"
)
_NOTHING_SAID = re.compile(r"(?:[-–—.]+|n\.?/?a\.?|not applicable)", re.IGNORECASE)
# A name of a product is short, and no sentence.
_MOST_WORDS = 16
_SENTENCE = re.compile(r"[!?;]|[^\W\d]{3,}[.:] +\w|[.]{3}|…")
_TESTER = re.compile(r"\bTest(?= Lab)")  # a laboratory may be called so
_NAMES = ("product_name", "laboratory", "accreditation")


def stated(certificate: Certificate, name: str) -> list[SourceText]:
    """Every text that states a fact, but for blanks and signs that it is not stated."""
    texts = (
        text
        for fact, text in (*certificate.facts.items(), *certificate.further)
        if fact == name and text.text.strip() and not _NOTHING_SAID.fullmatch(text.text.strip())
    )
    return list(dict.fromkeys(texts))


# ---------------------------------------------------------------- the product


class StatedProduct(NamedTuple):
    """The product form that a certificate states, the text that says what its capsules are made
    from, and what contradicts them."""

    form: str | None
    made_from: SourceText | None
    hold_reasons: list[HoldReason]


def product_of(certificate: Certificate) -> StatedProduct:
    """The product the certificate states: its form in full, else the one form its product's name
    holds. Words that no form holds hold the batch."""
    forms, names = stated(certificate, "form"), stated(certificate, "product_name")
    by_form, by_name = _product_in(forms), _product_in(names)
    reasons = [reason for form in forms for reason in _unread_form(form)]
    both = {by_form, by_name}
    if by_form and by_name and by_form != by_name and not _go_together(both):
        why = f"the form is '{forms[0].text}', but the product is named '{names[0].text}'"
        reasons.append(HoldReason("PRODUCT-CONTRADICTS", why, forms[0].ref))
    if by_form is None and len(_each_product(forms)) > 1:
        why = f"the form is '{forms[0].text}' and '{forms[-1].text}'"
        reasons.append(HoldReason("PRODUCT-CONTRADICTS", why, forms[-1].ref))
    product = _more_exact(by_form, by_name)
    fillings = _fillings((*forms, *names)) if product == "capsule" else {}
    if len(fillings) > 1:
        leaf, extract = fillings["leaf"], fillings["extract"]
        why = f"the capsules are of leaf by '{leaf.text}', and of extract by '{extract.text}'"
        reasons.append(HoldReason("PRODUCT-CONTRADICTS", why, extract.ref))
    if product in _OF_LEAF and "extract" not in fillings:
        reasons += _no_plain_leaf(names)
    reasons += _capsules_of_more((*forms, *names))
    # Of both the extract, of which more is asked.
    return StatedProduct(product, fillings.get("extract") or fillings.get("leaf"), reasons)


def _go_together(forms: set[str | None]) -> bool:
    """Whether two forms can be one product: leaf and leaf powder, a capsule of extract."""
    return forms <= {*_LEAF} or forms <= {"capsule", "extract"}


def _fillings(texts: Iterable[SourceText]) -> dict[str, SourceText]:
    """What texts say that capsules are made from, each with the first that says so."""
    fillings: dict[str, SourceText] = {}
    for text in texts:
        if (filling := vocabulary.made_from(text.text)) is not None:
            fillings.setdefault(filling, text)
    return fillings


def _product_in(texts: Sequence[SourceText]) -> str | None:
    """The product that some texts name together: a matrix `Plant` and a type `Powder`."""
    exact = {product for text in texts if (product := vocabulary.product_form(text.text))}
    if len(exact) == 1:
        return exact.pop()
    return vocabulary.product_in_name("; ".join(text.text for text in texts)) if texts else None


def _each_product(texts: Iterable[SourceText]) -> set[str]:
    return {product for text in texts if (product := vocabulary.product_form(text.text))}


def _more_exact(by_form: str | None, by_name: str | None) -> str | None:
    """`Leaf` beside a name `leaf powder` is leaf powder; `Extract` beside capsules is in them."""
    if by_form == "crushed_leaf" and by_name == "leaf_powder":
        return by_name
    if by_form == "extract" and by_name == "capsule":
        return by_name
    return by_form or by_name


def _unread_form(form: SourceText) -> Iterator[HoldReason]:
    if vocabulary.product_form(form.text) is not None:
        return
    left = vocabulary.form_words(form.text).left
    if left:
        near = ", ".join(vocabulary.nearest_forms(form.text))
        nearest = f" (nearest known: {near})" if near else ""
        why = f"'{' '.join(left)}' in the form '{form.text}' is not understood{nearest}"
        yield HoldReason("FORM-UNREAD", why, form.ref)


def _no_plain_leaf(names: Iterable[SourceText]) -> Iterator[HoldReason]:
    for name in names:
        words = vocabulary.potent_words(name.text)
        if words:
            why = f"the form is plain leaf, but the product is named '{name.text}': {words[0]}"
            yield HoldReason("PRODUCT-CONTRADICTS", why, name.ref)


def _capsules_of_more(texts: Iterable[SourceText]) -> Iterator[HoldReason]:
    """Capsules that hold something else than leaf or extract. No rulebook speaks of them, whatever
    form the certificate or the user says beside."""
    for text in texts:
        filling = vocabulary.forms_in(text.text) - {*_OF_LEAF, "extract"}
        if filling and "capsule" in vocabulary.forms_in(text.text):
            name = vocabulary.product_forms()[min(filling)].lower()
            why = f"'{text.text}' are capsules of {name}; there is one for leaf and for extract"
            yield HoldReason("PRODUCT-CONTRADICTS", why, text.ref)


def contradicting_products(certificates: Iterable[Certificate]) -> dict[str, list[HoldReason]]:
    """By batch id: one batch that is two products in one file cannot be true."""
    reasons: dict[str, list[HoldReason]] = {}
    first: dict[str, tuple[str, str]] = {}
    for certificate in certificates:
        batch_id = lot_of(certificate)
        forms = stated(certificate, "form") or stated(certificate, "product_name")
        if not forms:
            continue
        product = product_of(certificate).form or forms[0].text.strip()
        other_product, first_text = first.setdefault(batch_id, (product, forms[0].text))
        if other_product != product:
            why = f"batch '{batch_id}' is '{first_text}' and '{forms[0].text}' in one file"
            reasons.setdefault(batch_id, []).append(
                HoldReason("BATCH-CONTRADICTS", why, forms[0].ref)
            )
    return reasons


def name_reasons(certificate: Certificate) -> Iterator[HoldReason]:
    """A product's or laboratory's name that is more than one: a sentence, or words against the
    sample in it."""
    for fact in _NAMES:
        for name in stated(certificate, fact):
            long = len(name.text.split()) > _MOST_WORDS
            sentence = fact == "product_name" and _SENTENCE.search(name.text)
            if long or sentence or has_adverse_word(_TESTER.sub("", name.text)):
                what = fact.replace("_", " ")
                why = f"'{name.text}' stands where the {what} belongs, and is more than that"
                yield HoldReason("NAME-UNREAD", why, name.ref)
            elif fact == "product_name" and (other := vocabulary.other_substances(name.text)):
                why = f"the product is named '{name.text}', and {other[0]} is not of kratom"
                yield HoldReason("NAME-UNREAD", why, name.ref)


# ---------------------------------------------------------------- the certificate itself


def status_reasons(certificate: Certificate) -> Iterator[HoldReason]:
    """Why what the certificate says of itself, or of the whole batch, holds it: a closed
    vocabulary. What is not known good holds."""
    for printed in stated(certificate, "status"):
        meaning = vocabulary.status_of_paper(printed.text)
        if meaning in _GOOD_STATUS and "*" not in printed.text:
            continue
        known = shipped().find(printed.text, OwnWords())
        if known is not None and known.because in _NO_STATUS:
            continue
        conforms = known is not None and known.because == _CONFORMS
        if conforms or vocabulary.is_good_verdict(printed.text, of_paper=True):
            continue
        if meaning in _BAD_STATUS:
            rule, what = _BAD_STATUS[meaning]
            yield HoldReason(rule, f"{what} '{printed.text.strip()}'", printed.ref)
        else:
            why = f"'{printed.text.strip()}' is not known as a good status of a certificate"
            yield HoldReason("STATUS-UNREAD", why, printed.ref)


def differing_facts(certificate: Certificate, sizes: Sequence[str]) -> Iterator[HoldReason]:
    """Facts that the certificate states twice, differently: the batch, and `sizes` of the
    product."""
    for name in ("batch_id", *sizes):
        texts = stated(certificate, name)
        for text in texts[1:]:
            if _meant(name, texts[0]) != _meant(name, text):
                what = name.removesuffix("_id").replace("_", " ")
                first = f"'{texts[0].text.strip()}' at {texts[0].ref}"
                why = f"the {what} is {first} and '{text.text.strip()}' here"
                yield HoldReason("FACT-CONTRADICTS", why, text.ref)


def _meant(name: str, text: SourceText) -> object:
    """What a text says, so that two ways to write it are equal."""
    if name == "batch_id":
        return vocabulary.lot(text.text)
    facts, unreadable = read_declared({name: text.text}, None)
    return vocabulary.word_key(text.text) if unreadable else facts
