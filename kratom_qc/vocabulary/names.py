"""Names of people and organisations, told from other words by what only names have.

A name stands in a place for one and may be any word, so it counts only with a sign of a name beside
it (a given name, an initial, a title, a legal form), and never with a word of `words/adverse.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from kratom_qc.vocabulary.adverse import has_adverse_word
from kratom_qc.vocabulary.analyte_names import analyte
from kratom_qc.vocabulary.headers import column_role
from kratom_qc.vocabulary.keys import folded
from kratom_qc.vocabulary.labels import fact_name
from kratom_qc.vocabulary.lists import word_list
from kratom_qc.vocabulary.plain_words import plain_words
from kratom_qc.vocabulary.products import product_form
from kratom_qc.vocabulary.statuses import status
from kratom_qc.vocabulary.units import unit

_MOST_WORDS = 4
_LONGEST = 100  # characters
_MOST_WORDS_OF_ORGANISATION = 6
_PARTICLES = frozenset(
    (
        *("de", "da", "do", "dos", "das", "del", "della", "di", "du", "la", "le", "van", "von"),
        *(
            "der",
            "den",
            "ten",
            "ter",
            "al",
            "bin",
            "y",
            "e",
            "i",
            "des",
            "aux",
            "les",
            "los",
            "las",
            "el",
            "degli",
            "dei",
        ),
    )
)
_INITIAL = re.compile(r"[^\W\d_a-z]\.?(?:-?[^\W\d_a-z]\.)*")
_INITIALS = re.compile(r"[A-ZÀ-Ž](?:\.\s?[A-ZÀ-Ž]){1,3}\.?|[A-ZÀ-Ž]{2,3}")
_CAPITALISED = re.compile(r"[^\W\d_a-zß-ÿ][^\W\d_]*(?:['’\-‑][^\W\d_]+)*\.?")
_THAI_TITLE = re.compile(r"^(?:นางสาว|นาย|นาง|ดร\.|ดร|ภก\.|ภญ\.)\s*")
_THAI = re.compile(r"[\u0e01-\u0e4e.]+")
_QUOTES = re.compile(r"[„“”\"»«‚‘]")
_RANK = re.compile(r"(?<=\w)\s+(?:I{1,3}|IV|V|[1-4])$")
# `CRQ IV 04288119`, `Ordine dei Chimici n. 214`, `Col. 1234`: where a person is enrolled
_ENROLLED = re.compile(
    r"(?:(?:iscr(?:itto|itta)?\.?|colegiad[oa]|col|nº col|lic|license|licence|reg|registration"
    r"|membership|member|no|nr|n)\.?\s*)*"
    r"(?:(?:CRQ|CRF|CRBM|CRN|CREA|OTS|PWZ|RPPS|NIP|NIK|SIP|STR|ว|albo|ordine dei \w+"
    r"|ordem dos \w+|colegio de \w+)\.?\s*)"
    r"(?:[^\W\d]{1,12}\s)?(?:(?:[IVX]{1,4}|di \w+|de \w+)\s)?(?:(?:n|no|nr|nº"
    r"|n°)\.?[º°]?\s*)?[0-9][0-9./-]{1,20}",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"[()\[\]]")


def is_word_of_the_field(text: str) -> bool:
    """Whether a text is a word that a certificate uses for something else: an analyte, a unit, a
    header, a verdict, a product form."""
    lookups = (analyte, unit, column_role, fact_name, status, product_form)
    return any(look(text) is not None for look in lookups)


@lru_cache(8192)
def is_capitalised_name(text: str, most: int = 3) -> bool:
    """Whether a text is a few capitalised words that may be a proper name: of a town, a street."""
    words = text.split()
    proper = [word for word in words if word not in _PARTICLES]
    return (
        0 < len(proper) <= most
        and all(map(_is_proper, proper))
        and not is_word_of_the_field(text)
        and not has_adverse_word(" ".join(proper))
    )


def _is_proper(word: str) -> bool:
    return bool(_CAPITALISED.fullmatch(word)) or bool(_THAI.fullmatch(word))


# ---------------------------------------------------------------- people


@lru_cache(8192)
def is_person(text: str, *, initials: bool = False) -> bool:
    """Whether a text names one person: a given name, an initial or a title with a surname,
    whatever credentials and role stand beside. `initials` lets these alone be one, in a place
    where a person is named and nothing else."""
    if len(text) > _LONGEST:
        return False
    name = text.strip()
    if initials and _INITIALS.fullmatch(name) and len(name) > 1:
        return not is_word_of_the_field(name) and not has_adverse_word(name.replace(".", ""))
    parts = [part.strip(" .") for part in re.split(r"[,;\n/–]|\s-\s|[()]", name)]
    names = [part for part in parts if part and not _is_role(part)]
    credited = any(map(_are_credentials, parts))
    return len(names) == 1 and _is_one_name(names[0], credited=credited)


def is_thai_name(text: str) -> bool:
    """Whether a text is a Thai name in a place for one: a title with two words behind it."""
    title = _THAI_TITLE.match(text.strip())
    words = text.strip()[title.end() :].split() if title else []
    written = len(words) == 2 and all(map(_THAI.fullmatch, words))
    return written and not is_word_of_the_field(text) and not has_adverse_word(text)


def is_role(text: str) -> bool:
    """Whether a text is the role of a person: `Laboratory Director`."""
    parts = [part.strip(" .") for part in re.split(r"[,;\n/–]|\s-\s|[()]", text)]
    return any(parts) and all(_is_role(part) for part in parts if part)


def _is_role(text: str) -> bool:
    """A role, or credentials: `Laboratory Director`, `QC Analyst II`, `Ph.D.`, `CRQ IV 0428`."""
    ranked = _RANK.sub("", text)
    words = ranked.split()
    while len(words) > 1 and folded(words[-1].strip(".")) in plain_words("person", "field"):
        words = words[:-1]
    if words and " ".join(words) != text:
        return _is_role(" ".join(words))
    if folded(text) in plain_words("person", "role") or _is_composed_role(text):
        return True
    return _are_credentials(text)


def _are_credentials(text: str) -> bool:
    """What only a person has; a role may stand behind any words: `Declined, QA Manager`."""
    if _ENROLLED.fullmatch(text):
        return True
    words = text.split()
    return bool(words) and all(_key(word) in _credentials() for word in words)


def _is_composed_role(text: str) -> bool:
    """`Deputy Technical Manager`: what one is, of what, and in which rank."""
    words = [_key(word) for word in re.split(r"[\s&/-]+", text) if word]
    of = plain_words("person", "role_of")
    return (
        len(words) > 1 and words[-1] in plain_words("person", "role_noun") and of >= {*words[:-1]}
    )


def _is_one_name(text: str, *, credited: bool) -> bool:
    words = [word for word in text.split() if word not in _PARTICLES]
    titles = plain_words("person", "title") | _credentials()
    rest = [word for word in words if _key(word) not in titles]
    proper = [word for index, word in enumerate(rest) if not _is_initial(word, first=index == 0)]
    initials = len(rest) - len(proper)
    if not 0 < len(proper) <= _MOST_WORDS or initials > 2:
        return False
    by_its_given_name = len(proper) > 1 and any(map(_is_given_name, proper))
    has_sign = credited or initials > 0 or len(rest) < len(words) or by_its_given_name
    return has_sign and _may_be_names(proper)


def _is_initial(word: str, *, first: bool) -> bool:
    return bool(_INITIAL.fullmatch(word)) and (first or word.endswith("."))


def _may_be_names(words: Sequence[str]) -> bool:
    """Whether words are written like names, and none is a word of something else."""
    return (
        all(map(_is_proper, words))
        and not any(map(is_word_of_the_field, words))
        and not has_adverse_word(" ".join(words))
    )


def _is_given_name(word: str) -> bool:
    return any(part in _given_names() for part in re.split(r"[-‑]", folded(word)))


def _key(word: str) -> str:
    return folded(word).replace(".", "")


@cache
def _credentials() -> frozenset[str]:
    return frozenset(map(_key, plain_words("person", "credential")))


@cache
def _given_names() -> frozenset[str]:
    return frozenset(map(folded, word_list("names.toml")["given"].split()))


# ---------------------------------------------------------------- organisations


_SMALL = frozenset({"&", "and", "und", "et", "y", "e", "of", "the", "for", "pro", "-", "–", "+"})


@lru_cache(8192)
def is_organisation(text: str) -> bool:
    """Whether a text names a company or an institute: capitalised words with a legal form
    (`LLC`, `s.r.o.`) or a word that only such names have (`Laboratories`, `University`)."""
    if len(text) > _LONGEST:
        return False
    text = _QUOTES.sub("", text)
    forms = _legal_forms(text)
    small = _SMALL | _PARTICLES | forms
    words = [word for word in text.replace(",", " ").split() if folded(word) not in small]
    if not 0 < len(words) <= _MOST_WORDS_OF_ORGANISATION:
        return False
    others = [word for word in words if _noun(word) not in plain_words("organisation", "noun")]
    telling = bool(forms) or 0 < len(words) - len(others) <= 3
    written = all(_is_in_a_name(word) or (forms and word.isalpha()) for word in words)
    return telling and written and not has_adverse_word(" ".join(others))


@lru_cache(8192)
def words_of_organisation(text: str) -> frozenset[str]:
    """The words by which two organisations are told apart: not `LLC`, not `Laboratories`."""
    forms = _legal_forms(text)
    words = (_noun(word) for word in re.split(r"[\s,;/()&-]+", text))
    common = plain_words("organisation", "noun") | forms | _SMALL | _PARTICLES
    return frozenset(word for word in words if len(word) > 2 and word not in common)


def _legal_forms(text: str) -> frozenset[str]:
    """The words of every legal form in a name: `s`, `r.o.` of `spol. s r.o.`."""
    low = f" {folded(text).replace(',', ' ')} "
    one_word, several = _forms()
    known = (*one_word.intersection(low.split(" ")), *(form for form in several if form in low))
    return frozenset(word for form in known for word in form.split())


@cache
def _forms() -> tuple[frozenset[str], tuple[str, ...]]:
    """The legal forms of one word, and those of several with a blank before and behind."""
    forms = plain_words("organisation", "form")
    one_word = frozenset(form for form in forms if " " not in form)
    return one_word, tuple(f" {form} " for form in forms - one_word)


def _noun(word: str) -> str:
    return folded(word).strip(".")


def _is_in_a_name(word: str) -> bool:
    return _is_proper(word) or re.fullmatch(r"[0-9]{1,3}|[A-Z0-9&.\-]{1,12}", word) is not None
