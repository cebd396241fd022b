"""Words of headers and of lines about all results (`words/headers.toml`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from kratom_qc.vocabulary.field_names import spelled_out
from kratom_qc.vocabulary.keys import LONGEST_NAME, header_key
from kratom_qc.vocabulary.labels import label_words, printed_labels
from kratom_qc.vocabulary.lists import index, nearest, word_list
from kratom_qc.vocabulary.products import product_form
from kratom_qc.vocabulary.units import basis_in, unit

TABLES = ("column", "phrase", "footnote", "verdict")
_LONGEST_PHRASE = 11  # words
_MOST_OF_A_HEADER = 4  # words
_DONE_ROLES = ("analyte", "result", "unit", "method")
_FILLERS = {"a", "an", "the", "basis"}


@cache
def header_words(table: str) -> Mapping[str, str]:
    """The key of every word of a table of TABLES → its role. Raises RulebookError where a word has
    two."""
    rows = word_list("headers.toml")[table]
    words = ((header_key(word), role, word) for role, words in rows.items() for word in words)
    return index(words, f"words/headers.toml [{table}]")


@lru_cache(8192)
def column_role(text: str) -> str | None:
    """What a column of a results table holds, by its header word."""
    words = header_words("column")
    for spelling in (text, *spelled_out(text)):
        key = header_key(spelling)
        if key in words or key in label_words():
            return words.get(key)
    return _role_of_done(text)


def _role_of_done(text: str) -> str | None:
    """The role of a header that also says that it was done: `Substance tested`, `Zjištěný
    výsledek`."""
    said = text.split() if len(text) <= LONGEST_NAME else []
    rest = [word for word in said if _phrase(word) != "done"]
    if not rest or len(rest) == len(said) or len(said) > _MOST_OF_A_HEADER:
        return None
    role = header_words("column").get(header_key(" ".join(rest)))
    return role if role in _DONE_ROLES else None


@cache
def column_roles() -> tuple[str, ...]:
    """Every role that a column of results may have."""
    return tuple(word_list("headers.toml")["column"])


@lru_cache(8192)
def unit_line(text: str) -> str | None:
    """The unit that a line above a table states of all its results: `mg/kg` in `All results in
    mg/kg`."""
    return next((rest for rest in _behind("unit_line", text) if unit(rest) is not None), None)


@lru_cache(8192)
def form_line(text: str) -> str | None:
    """The words for the product form that a line states of everything: `ground leaf` in `All
    products are ground leaf`. Every word of it must say a form."""
    forms = _behind("form_line", text)
    return next((rest for rest in forms if product_form(rest) is not None), None)


@lru_cache(8192)
def basis_line(text: str) -> str | None:
    """The basis that a line states of all results: `dry` in `All results are reported on a dry
    weight basis`."""
    for rest in _behind("basis_line", text):
        basis, rest_words = basis_in(rest)
        if basis and set(rest_words.casefold().split()) <= _FILLERS:
            return basis
    return None


def _behind(meaning: str, text: str) -> Iterator[str]:
    """What stands behind the first words of a line where these have a meaning."""
    return (rest for known, rest in _phrases(text) if known == meaning)


@lru_cache(32768)
def _phrases(text: str) -> tuple[tuple[str, str], ...]:
    """What the first words of a line mean, and its other words; one first word, two, three … may
    mean something."""
    words = text.strip(" ().").split()
    known = (
        (_phrase(" ".join(words[:count])), " ".join(words[count:]))
        for count in range(1, min(len(words), _LONGEST_PHRASE + 1))
    )
    return tuple((meaning, rest) for meaning, rest in known if meaning is not None)


def _phrase(text: str) -> str | None:
    return header_words("phrase").get(header_key(text))


@lru_cache(8192)
def footnote(text: str) -> str | None:
    """What a legend says a footnote mark means: `estimated`, `neutral`, or None where it is not
    understood."""
    return header_words("footnote").get(header_key(text))


def asks_for_a_no(text: str) -> bool:
    """Whether a heading asks if something is wrong, so that `N` below it is good and `Y` bad: `Out
    of Range`."""
    ways = (text, *spelled_out(text))
    return any(header_words("verdict").get(header_key(way)) == "no" for way in ways)


def asks_for_a_yes(text: str) -> bool:
    """Whether a heading asks whether something conforms, so that `Y` below it is good."""
    return header_words("verdict").get(header_key(text)) == "yes"


def may_hold_verdicts(text: str) -> bool:
    """Whether a column of remarks is one of verdicts in other papers: `Keterangan`."""
    return header_words("verdict").get(header_key(text)) == "or_remark"


def is_bare_total(text: str) -> bool:
    """Whether a row is named `Total` and nothing more."""
    return _phrase(text) == "bare_total"


def nearest_headers(text: str) -> tuple[str, ...]:
    """Up to three known header words near an unknown one."""
    return nearest(header_key(text), _printed_headers())


@cache
def _printed_headers() -> Mapping[str, str]:
    columns = word_list("headers.toml")["column"].values()
    words = {header_key(word): word for words in columns for word in words}
    return {**words, **printed_labels()}
