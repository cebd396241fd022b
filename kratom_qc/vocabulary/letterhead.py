"""Lines of a letterhead, which have no label: a laboratory's name, the number of its accreditation
(`[letterhead]` of `words/labels.toml`)."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from kratom_qc.vocabulary.adverse import has_adverse_word
from kratom_qc.vocabulary.keys import folded
from kratom_qc.vocabulary.labels import is_title, status_of_paper
from kratom_qc.vocabulary.lists import word_list
from kratom_qc.vocabulary.rows import heading, quality_control

_MOST_WORDS = 9
_MOST_OF_A_NUMBER = 3
_TITLED = re.compile(
    r"#?(?=[^0-9]*[0-9])(?![0-9]+[.,]?[0-9]*$)[A-Za-z0-9]+(?:[-/._:]{1,2}[A-Za-z0-9]+)*"
)
_CAPITALS = re.compile(r"[A-Z]{1,4}")
_BEFORE_NUMBER = re.compile(r"(?:^|\s+)(?:[nN]o\.?|[nN]r\.?|č\.|n\.?[º°]?|N[°º])$|[\s:–—#-]+$")
_CUT = re.compile(r"\s*(?:[,|•;(\n]|\s[-–—]\s)\s*")
_NUMBER = r"(?:[A-Z]{1,4}[-\s]?){0,3}[0-9][\w./-]*"
_STANDARD = r"(?:en\s*)?iso(?:\s*/\s*iec)?\s*17025(?:\s*:\s*(?:19|20)[0-9]{2})?"


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(map(folded, word_list("labels.toml")["letterhead"][kind]))


_NAMED_NUMBER = re.compile(r"(?:COA|CofA)[-_#]?(?:[0-9]{1,8}[-/]?){1,5}", re.IGNORECASE)


@lru_cache(8192)
def laboratory_in(text: str) -> tuple[str, str] | None:
    """(the name of a laboratory that a line begins with, what follows it); None where it names
    none."""
    cut = _CUT.search(text)
    name, rest = (text[: cut.start()], text[cut.end() :]) if cut else (text, "")
    words = [folded(word.strip(".,")) for word in name.split()]
    if not 2 <= len(words) <= _MOST_WORDS or not _words("laboratory") & set(words):
        return None
    is_name = all(
        word[:1].isupper() or word[:1].isdigit() or folded(word) in _words("between")
        for word in name.split()
    )
    speaks = any(word in _words("paper") or status_of_paper(word) for word in words)
    if not is_name or speaks or is_title(name) or heading(name).is_understood:
        return None
    return None if quality_control(name) else (name.strip(), rest.strip(" )"))


@lru_cache(8192)
def titled_number(text: str) -> str:
    """The number of a paper behind its title, where nothing else stands there: `Certificate of
    Analysis CPL-26-10442`, `Laporan Hasil Uji No. 2610/LHU/04`; empty where it has none."""
    words = text.split()
    if _NAMED_NUMBER.fullmatch(text):
        return text  # `CoA-2026-10-2217`
    for end in range(len(words) - 1, max(len(words) - 1 - _MOST_OF_A_NUMBER, 0), -1):
        title, number = " ".join(words[:end]), " ".join(words[end:]).strip("()#")
        parts = number.split()
        codes = [part for part in parts if _TITLED.fullmatch(part)]
        others = [part for part in parts if part not in codes]
        if not codes or not all(map(_CAPITALS.fullmatch, others)) or has_adverse_word(number):
            continue
        if heading(title).is_understood:
            continue  # `Results 14.2`
        if is_title(_BEFORE_NUMBER.sub("", _BEFORE_NUMBER.sub("", title))):
            return number
    return ""


@cache
def _accreditation() -> re.Pattern[str]:
    bodies = "|".join(re.escape(body) for body in _words("body"))
    number = rf"(?:(?:no|nr|n°|č|#|cert|certificate|accreditation|acc|lab|číslo)\.?:?\s*)*{_NUMBER}"
    accredited = r"(?:accredited|accreditation|akreditov\w+|akkredit\w+|accrédit\w+|acc\.?|lab\.?)"
    entry = rf"(?:{_STANDARD}|(?:{bodies})(?:[\s:#-]*{number})?|{accredited}|{number}(?<=[0-9]))"
    return re.compile(rf"(?:{entry}[\s:,/()-]*)+", re.IGNORECASE)


@lru_cache(8192)
def is_accreditation(text: str) -> bool:
    """Whether a text is the number of an accreditation and nothing more: `ISO/IEC 17025:2017 Acc.
    85368`, `A2LA 1234.01`."""
    known = _accrediting().search(text) is not None
    return known and _accreditation().fullmatch(text.strip()) is not None


@cache
def _accrediting() -> re.Pattern[str]:
    bodies = "|".join(map(re.escape, _words("body")))
    return re.compile(rf"{_STANDARD}|\b(?:{bodies})\b", re.IGNORECASE)
