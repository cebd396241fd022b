"""Lines that speak of the paper, and never of the batch: numbers of documents and their revisions,
titles with a number, who signed when, and how deep a method looks."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from kratom_qc import vocabulary
from kratom_qc.vocabulary.adverse import has_adverse_word
from kratom_qc.vocabulary.keys import folded
from kratom_qc.vocabulary.names import is_organisation, is_person, is_role
from kratom_qc.vocabulary.plain_words import plain_words
from kratom_qc.vocabulary.rows import heading

_MOST_WORDS = 3  # of an identifier
_IDENTIFIER = re.compile(r"#?(?=[^0-9]*[0-9])[A-Za-z0-9]+(?:[-/._#:]{1,2}[A-Za-z0-9]+)*")
_CAPITALS = re.compile(r"[A-Z]{1,4}")
_GLUED = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_LETTERS = re.compile(r"[A-Z]{2,5}(?:[-/][A-Z]{2,5}){1,3}")
_AROUND_CODES = ("#", "/", "-", "No.", "no.", "Nr.", "nr.", "č.", "n.", "n°", "n.º", "nº")
DATE = re.compile(
    r"(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.]\s?[0-9]{1,2}[-/.]\s?[0-9]{2,4}"
    r"|[0-9]{1,2}\.?[\s-][^\W\d_]{3,12}\.?,?[\s-][0-9]{2,4}"
    r"|[^\W\d_]{3,12}\.?\s[0-9]{1,2},?\s[0-9]{4}|[0-9]{1,2}[^\W\d_]{3}[0-9]{4})"
    r"(?:[T\s,]+[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?(?:\s?[ap]\.?m\.?)?"
    r"(?:[.,][0-9]{1,6})?(?:Z|\s?[+-][0-9]{2}:?[0-9]{2}|\s(?:[A-Z]{1,2}[SD]?T|UTC|GMT|CES?T|WI[BT]A?|Z))?)?",
    re.IGNORECASE,
)
_REVISION = (
    r"(?:rev(?:ision|ize|ision no)?|ver(?:sion|ze)?|v|issue|edition|ed|vyd(?:ání)?|ausgabe|stand"
    r"|version|édition|edición|revisión|revisão|wyd(?:anie)?|edizione|revisi|terbitan)"
    r"\s*(?:no\.?|nr\.?|č\.?)?\s*[.:]?\s*[0-9]{1,3}(?:\.[0-9]{1,3}){0,2}[a-z]?"
)
_BEHIND_CODE = re.compile(
    rf"(?P<code>.*?)[\s,;/(]*(?P<more>{_REVISION}(?:\s*[,;/(]?\s*(?:{DATE.pattern})\)?)?\)?)",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(?:(?P<how>electronically|digitally|elektronisch|digital|elektronicky|digitálně)\s+)?"
    r"(?:(?:report|certificate|coa|results?)\s+)?"
    r"(?P<done>e-?signed|signed|unterzeichnet|signiert|podepsáno|podepsal[a]?|approved|authori[sz]ed|released|reviewed|validated"
    r"|firmado|signé|assinado|podpisano|firmato|ditandatangani)"
    r"(?:\s+(?:electronically|digitally|elektronisch|elektronicky|électroniquement"
    r"|electrónicamente|secara elektronik))?"
    r"(?:\s+(?:by|von|par|por|przez|da|oleh))?\s*[:,–—-]?\s+(?P<who>\S.*)",
    re.IGNORECASE,
)
_BEFORE_DATE = re.compile(
    rf"(?P<who>.+?)(?:\s*[,;|/–—-]\s*|\s+(?:on|am|dne|le|el|em|dnia|il|op|at|den)\s+|\s+|\s*\()(?:{DATE.pattern})\)?",
    re.IGNORECASE,
)
_OF_PAPER = ("coa", "report", "certificate")
_FORMS = ("template", "form", "layout")
_DEPTH = re.compile(
    r"(?P<what>[^\d:=<≤]+?)\s*(?:[:=]|\bis\b|\bof\b|\bwas\b)?\s*[<≤]?\s*"
    r"(?P<number>[0-9]+(?:[.,][0-9]+)?)\s*(?P<unit>[^\d\s,;]\S*(?:\s?\([^()]+\)|\s?w/w)?)"
    r"(?P<of>(?:\s+(?:for|of|pro|für|pour|para|dla|per|voor|untuk)\s+[^\d]{2,60})?)"
)
_EVERY = re.compile(
    r"\s*(?:for|of|pro|für|pour|para|dla|per|voor|untuk)\s+(?:all|each|every|any|the|všechny|alle|jede[ns]?|tous|toutes|chaque"
    r"|todos|todas|cada|wszystkich|setiap|semua)?\s*(?:the\s+|les\s+|los\s+|las\s+)?(?P<subject>.*)",
    re.IGNORECASE,
)


# ---------------------------------------------------------------- identifiers and dates


def is_identifier(text: str, *, in_place: bool = False) -> bool:
    """A number or code that something is filed under; its letters are no words against anything.
    `in_place` where a label asks for one: letters may stand beside the number, and a revision
    behind it."""
    if in_place and (behind := _BEHIND_CODE.fullmatch(text)) and behind["code"].strip():
        text = behind["code"].strip()
    words = text.split()
    codes = [word for word in words if _is_code(word)]
    if not 0 < len(words) <= _MOST_WORDS or has_adverse_word(text):
        return False
    if len(codes) == len(words):
        return True
    capitals = [word for word in words if word not in codes]
    if not in_place or any(map(_means_something, re.findall("[A-Z]+", text))):
        return False
    if any(any(map(str.isdigit, code)) for code in codes):
        return all(map(_CAPITALS.fullmatch, capitals))
    return len(words) == 1 and bool(_LETTERS.fullmatch(text) or is_test_code(text))


def is_test_code(text: str) -> bool:
    """What laboratory software calls a test: `MET_ICPMS`, `MICRO_2021`."""
    parts = re.findall("[A-Z]+", text)
    return (
        _GLUED.fullmatch(text) is not None
        and not has_adverse_word(" ".join(parts))
        and not any(map(_means_something, parts))
    )


def _is_code(word: str) -> bool:
    return bool(_IDENTIFIER.fullmatch(word.strip("(),"))) or word in _AROUND_CODES


def _means_something(word: str) -> bool:
    return vocabulary.status(word) is not None or vocabulary.lot(word) == ""


def is_date(text: str) -> bool:
    """A date in its place, with a time or without."""
    return bool(DATE.fullmatch(text)) and not has_adverse_word(text)


@lru_cache(4096)
def says_nothing(text: str) -> bool:
    """`n/a`, `not provided`: beside a label that asks for nothing of the sample."""
    bare = text.strip(" .")
    return folded(bare) in _nothing()


@cache
def _nothing() -> frozenset[str]:
    return plain_words("nothing", "words")


# ---------------------------------------------------------------- documents


@lru_cache(4096)
def is_document(text: str) -> bool:
    """The number of a form or a template, with its revision: `Form QA-F-031 rev. 5`, `F-7.8/KUM/01
    Rev. 4`, `COA template v4.2`, `Rev. 3, 2026-01-15`. A code alone may be anything."""
    behind = _BEHIND_CODE.fullmatch(text.strip(" ."))
    rest = (behind["code"] if behind else text).strip(" .:,")
    words = rest.split()
    if len(words) > 1 and words[0].casefold() in _OF_PAPER and words[1].casefold() in _FORMS:
        words = words[1:]  # `COA template v4.2`
    count = 0
    while words and _is_document_word(words[0]):
        words, count = words[1:], count + 1
    if not words:
        return behind is not None
    code = " ".join(words)
    return (
        (count > 0 or behind is not None) and is_identifier(code) and not vocabulary.fact_name(rest)
    )


def _is_document_word(word: str) -> bool:
    return word.casefold().strip(".:#") in plain_words("document", "words")


# ---------------------------------------------------------------- signatures


@lru_cache(4096)
def is_signature(text: str) -> bool:
    """Who signed and when: `Signed electronically: N. Halvorsen, Chief Chemist — 2026-09-24 15:42
    MDT`, `Lab Director 08/25/2026`."""
    signed, dated = _SIGNED.fullmatch(text.strip(" .")), _BEFORE_DATE.fullmatch(text.strip(" ."))
    who = signed["who"] if signed else dated["who"] if dated else ""
    if not who or has_adverse_word(who):
        return False
    without_day = _BEFORE_DATE.fullmatch(who)
    who = (without_day["who"] if without_day else who).strip(" ,;:|–—-")
    if is_person(who) or is_role(who.rstrip(" :")):
        return True
    name, _, of = who.partition(",")
    return signed is not None and is_person(name) and is_organisation(of.strip())


# ---------------------------------------------------------------- how deep a method looks


@lru_cache(4096)
def is_limit_of_detection(text: str) -> bool:
    """`LOQ: 0.01 mg/g`, `LOQ 50 ppm for each solvent`, `LQ 7-OH : 0,10 mg/g`: what a method can see
    says nothing of what it saw."""
    match = _DEPTH.fullmatch(text.strip(" .*()"))
    unit = vocabulary.unit(match["unit"]) if match else None
    if match is None or unit is None:
        return False
    words = match["what"].strip(" :=–-").split()
    of = _EVERY.fullmatch(match["of"].strip()) if match["of"] else None
    subject = of["subject"] if of else ""
    for end in range(len(words), 0, -1):
        role = vocabulary.column_role(" ".join(words[:end]))
        rest = " ".join([*words[end:], subject]).strip(" ,:–-")
        if role in ("lod", "loq") and (not rest or _names_analytes(rest)):
            return True
    return False


def _names_analytes(text: str) -> bool:
    return vocabulary.analyte(text) is not None or heading(text).is_understood
