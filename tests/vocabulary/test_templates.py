"""Named choices of the register of texts, and what its templates can say: each expansion by itself is harmless."""

from __future__ import annotations

import random
import re
from functools import cache

import pytest

from kratom_qc.vocabulary.adverse import objection
from kratom_qc.vocabulary.templates import Choice, Grammar, Part, Placeholder, Words, may_say_nothing, said
from kratom_qc.vocabulary.texts import (
    PLACEHOLDERS,
    OwnWords,
    ReadText,
    TextRegister,
    evened,
    grammar,
    read_template,
    shipped,
)
from tests.interpret.test_plain import ADVERSE

OWN = OwnWords("Tidewater Analytical", ("L-1",))
SAMPLES = 12  # of each template
SAID = {
    "number": "30", "date": "2026-10-06", "name": "Jane Doe", "laboratory": "Tidewater Analytical", "batch": "L-1",
    "contact": "+1 303 555 0148", "code": "SOP-12",
}  # fmt: skip


def expanded(part: Part, rng: random.Random) -> str:
    if isinstance(part, Words):
        return part.text
    if isinstance(part, Placeholder):
        return SAID[part.kind]
    if isinstance(part, Choice):
        return expanded(rng.choice(part.options), rng)
    return "".join(expanded(each, rng) for each in part.parts)


@cache
def of_language(language: str) -> Grammar:
    return grammar(shipped().choices, language)


def samples(entry: ReadText, count: int) -> list[str]:
    template = read_template(of_language(entry.language), entry.text)
    rng = random.Random(entry.text)
    return [" ".join(expanded(template, rng).split()) for _ in range(count)]


# ---------------------------------------------------------------- the grammar


def reader(**choices: tuple[str, ...]) -> Grammar:
    return Grammar(PLACEHOLDERS, evened, choices)


def register(text: str, **choices: tuple[str, ...]) -> TextRegister:
    entry = ReadText(text, "harmless", "J. Doe", next(iter(shipped().entries)).on, "en")
    return TextRegister([entry], choices={"en": choices})


@pytest.mark.parametrize(
    ("text", "equal"),
    [
        ("The results relate only to the items tested", True), ("results relate to the sample tested", True),
        ("Results do not relate to the items tested", False), ("Results relate not to the items tested", False),
        ("Results relate only to the items", False), ("The results relate only to the itemstested", False),
        ("results", False), ("Results relate only to the items tested and failed", False),
    ],
)  # fmt: skip
def test_a_named_choice_stands_for_its_words_only(text: str, equal: bool) -> None:
    texts = register(
        "{results} relate {only |}to {items}",
        results=("{The |}results", "values"), items=("the {things} tested",), things=("item{s|}", "sample"),
    )  # fmt: skip
    assert (texts.find(text, OWN) is not None) is equal


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{results} apply", r"holds \{results\}; placeholders are number, date"), ("{a} apply", "'a' names itself"),
        ("{a|b", "a brace without its other one"), ("{a|b} } {c|d}", "a brace without its other one"),
    ],
)  # fmt: skip
def test_a_template_that_cannot_be_read_says_why(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        reader(a=("{b}",), b=("x", "{a}")).read(text)


@pytest.mark.parametrize(
    ("text", "nothing"), [("{a|}", True), ("{number} {b}", True), ("{number} days", False), ("{b} days", False)]
)
def test_a_text_may_not_say_nothing(text: str, nothing: bool) -> None:
    assert may_say_nothing(reader(b=("", "or so")).read(text)) is nothing


def test_many_choices_in_a_row_cost_no_more_than_their_length() -> None:
    """Written out, it would be 2 to the power of 200 texts."""
    text = "{a|b}{c|}" * 100
    template = reader().read(text)
    assert len("a" * 100) in template.ends(said("a" * 100), {0}, {})
    assert not template.ends(said("x" * 100), {0}, {})


# ---------------------------------------------------------------- what the shipped templates say

# What `objection` takes for words against a sample, and what is none where a template has it.
HARMLESS = re.compile(
    r"not within [\w/: '-]*?(?:scope|order|accreditation|work)|(?:in )?case of dispute|neodpovídá|identi\w+|authenticity|\bias\b"
    r"|\bn\.?/?a\.?\b|\bas 30 times|not authori[sz]ed|rejected (?:samples|goods)|on hold for|moisture|aucune déviation"
    r"|not (?:approved|regulated|evaluated) (?:by|for)|(?:not for sale|do not (?:sell|use)) (?:to|by)|no apto (?:para|a) menores"
)
# What says what a verdict would mean, or how a result is written, names verdicts and analytes.
LEGENDS = ("explains an abbreviation", "says by which rule the laboratory decides, and nothing of this batch",
           "says how results are obtained and written", "a title or a heading", "a remark beside a result that makes it no worse",
           "says that the sample meets the limits that its paper prints, which are judged row by row",
           "a prompt of our own blank certificate")  # fmt: skip


def test_no_expansion_of_a_shipped_template_speaks_against_a_sample() -> None:
    wrong = [
        (why, text)
        for entry in shipped().entries
        if "{" in entry.text and entry.because not in LEGENDS
        for text in samples(entry, SAMPLES)
        # In other languages everyday words are names of analytes and lots (`eine`, `los`).
        if (why := objection(HARMLESS.sub(" ", text)))
        and (entry.language == "en" or why == "it speaks against the sample")
    ]
    assert wrong == []


def test_an_expansion_of_a_shipped_template_is_read() -> None:
    texts = [text for entry in shipped().entries if "{" in entry.text for text in samples(entry, 2)]
    unread = [text for text in texts if not text.startswith(("*", "†", "‡")) and shipped().find(text, OWN) is None]
    assert unread == []


AGAINST = [
    "The results do not relate to the sample received.",
    "The results relate to a sample other than the one received.",
    "Results relate only to the sample tested, which was not the one named above.",
    "All quality control samples but one met the criteria.",
    "Quality control did not meet the acceptance criteria for this run.", "The blank was not within limits.",
    "Samples were received in a damaged bag.", "The sample was received open.",
    "Samples were mixed up before analysis.", "Retained samples were discarded before the retest.",
    "The retained sample was used up.", "The samples were not kept at room temperature.", "This report is void.",
    "This certificate is invalid and was replaced.", "This report has been withdrawn by the laboratory.",
    "This report is not signed.", "No signature was given by the technical manager.",
    "Uncertainty could not be estimated.", "The uncertainty exceeds the result.",
    "Tests marked with an asterisk failed.", "Analytes marked with * were detected in the blank.",
    "Tests marked with # are unreliable.", "The laboratory was not accredited on the day of analysis.",
    "Our accreditation was suspended.", "Deviations from the method occurred.", "There were deviations to report.",
    "Testing was performed without calibration.",
    "Each value is a single determination because the replicate was lost.", "Limits were not met.",
    "Limits are exceeded for lead.", "Please contact us before using this lot.",
    "Contact the laboratory: result doubtful.", "Data reviewed and rejected by a second analyst.",
    "Data were not reviewed.", "Sampling was not representative.", "The client disputes the lot number.",
    "Store away from other lots: contaminated.", "Die Ergebnisse beziehen sich nicht auf die vorliegende Probe.",
    "Es wurden Abweichungen vom Verfahren festgestellt.", "Die Kontrollen lagen außerhalb der Grenzen.",
    "Výsledky se netýkají zkoušeného vzorku.", "Vzorek nebyl přijat v neporušeném obalu.", "Výsledky nejsou platné.",
    "Les résultats ne se rapportent pas à l'échantillon reçu.", "Les résultats ne se rapportent à l'échantillon reçu",
    "Des écarts ont été constatés.", "Los resultados no corresponden a la muestra recibida.",
    "Se observaron desviaciones del método.", "La muestra no se recibió en buen estado.",
    "Os resultados não estão dentro", "Houve desvios do método.", "Os resultados estão fora.",
    "I risultati non si riferiscono al campione analizzato.", "Il campione non è pervenuto integro.",
    "De resultaten hebben geen betrekking op het monster.", "Het monster is niet in goede staat ontvangen.",
    "Wyniki nie odnoszą się do badanej próbki.", "Hasil uji tidak berlaku untuk contoh yang diuji.",
    "Pengujian tidak termasuk", "Ada penyimpangan dari metode.", "ผลการทดสอบไม่รับรองตัวอย่างที่ได้รับ",
]  # fmt: skip


@pytest.mark.parametrize("text", [*AGAINST, *ADVERSE])
def test_what_speaks_against_a_sample_is_no_template(text: str) -> None:
    assert shipped().find(text, OWN) is None
