"""Words of headers, labels and lines about all results (`words/headers.toml`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from kratom_qc.vocabulary.keys import header_key
from kratom_qc.vocabulary.lists import index, nearest, word_list
from kratom_qc.vocabulary.units import basis_in, unit

TABLES = ("column", "fact", "phrase", "footnote")
_LONGEST_PHRASE = 11  # words
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
    return header_words("column").get(header_key(text))


@lru_cache(8192)
def fact_name(text: str) -> str | None:
    """Which fact a label of the header block (or a column of a long table) states."""
    return header_words("fact").get(header_key(text.rstrip(" :")))


@cache
def column_roles() -> tuple[str, ...]:
    """Every role that a column of results may have."""
    return tuple(word_list("headers.toml")["column"])


@cache
def fact_names() -> tuple[str, ...]:
    """Every fact that a label may state."""
    return tuple(word_list("headers.toml")["fact"])


@lru_cache(8192)
def unit_line(text: str) -> str | None:
    """The unit that a line above a table states of all its results: `mg/kg` in `All results in
    mg/kg`."""
    for meaning, rest in _phrases(text):
        if meaning == "unit_line" and unit(rest) is not None:
            return rest
    return None


@lru_cache(8192)
def basis_line(text: str) -> str | None:
    """The basis that a line states of all results: `dry` in `All results are reported on a dry
    weight basis`."""
    for meaning, rest in _phrases(text):
        basis, others = basis_in(rest)
        if meaning == "basis_line" and basis and set(others.casefold().split()) <= _FILLERS:
            return basis
    return None


def _phrases(text: str) -> Iterator[tuple[str | None, str]]:
    """What the first words of a line mean, and its other words; for one first word, two, three …"""
    words = text.strip(" ().").split()
    for count in range(1, min(len(words), _LONGEST_PHRASE + 1)):
        yield _phrase(" ".join(words[:count])), " ".join(words[count:])


def _phrase(text: str) -> str | None:
    return header_words("phrase").get(header_key(text))


@lru_cache(8192)
def footnote(text: str) -> str | None:
    """What a legend says a footnote mark means: `estimated`, `neutral`, or None where it is not
    understood."""
    return header_words("footnote").get(header_key(text))


def is_bare_total(text: str) -> bool:
    """Whether a row is named `Total` and nothing more."""
    return _phrase(text) == "bare_total"


def nearest_headers(text: str) -> tuple[str, ...]:
    """Up to three known header words near an unknown one."""
    return nearest(header_key(text), _printed_headers())


@cache
def _printed_headers() -> Mapping[str, str]:
    tables = (word_list("headers.toml")[table] for table in ("column", "fact"))
    return {
        header_key(word): word for table in tables for words in table.values() for word in words
    }
