"""Labels and what they state (`words/labels.toml`), by language."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache

from kratom_qc.vocabulary.analyte_names import analyte
from kratom_qc.vocabulary.composed import composed_label
from kratom_qc.vocabulary.field_names import spelled_out
from kratom_qc.vocabulary.keys import LONGEST_NAME, header_key, word_key
from kratom_qc.vocabulary.lists import index, word_list
from kratom_qc.vocabulary.statuses import status
from kratom_qc.vocabulary.units import unit

_NEUTRAL = frozenset({"en", "any"})
OTHER = "other"
"""The name of every fact that nobody needs: a label of the kinds `plain_label` knows."""

# A label without any of these is a word of the list or none.
_ABBREVIATES = re.compile(r"[.°º#/]")
_SIGNS = re.compile(
    r"[/|\n\[\](),]| [-–—] | (?:or|nebo|oder|ou|o|lub|of|atau) |[\u0e00-\u0e7f]\s*[A-Za-z]"
)
# What stands between the languages of one label: `Batch / Šarže`, `Batch (šarže)`, a line break.
_LANGUAGES = re.compile(
    r"\s*(?:[/|\n\[\](),]| [-–—] | (?:or|nebo|oder|ou|o|lub|of|atau) )\s*"
    r"|(?<=[\u0e00-\u0e7f.])\s+(?=[A-Za-z])|(?<=[A-Za-z.])\s+(?=[\u0e00-\u0e7f])"
)
# `Unit Mass (g)`, `Received (MM/DD/YYYY)`: how the value is written is no part of the label.
_HOW = re.compile(r"\s*[(\[](?P<how>[^()\[\]]{1,40})[)\]]\s*$")
_DATE_FORM = re.compile(r"[dmyhs./: -]+", re.IGNORECASE)
_PACKED = {"plain quantity", "plain container"}  # `Amount / packaging`
_MOST_OF_TRANSLATION = 3  # words of a label in another language
_NUMBERING = re.compile(r"^\s*(?:[0-9]{1,2}|[a-z])[.)]\s+(?=\D)")


def _words(*tables: str) -> Iterator[tuple[str, str, str, str]]:
    """(table, what is stated, language, spelling) of each spelling."""
    for table in tables:
        for stated, languages in word_list("labels.toml")[table].items():
            for language, spellings in languages.items():
                for spelling in spellings:
                    yield table, stated, language, spelling


@cache
def label_words() -> Mapping[str, str]:
    """The key of every label → the fact it states, or `plain <kind>`. Raises RulebookError where a
    label has two meanings."""
    rows = (
        (header_key(spelling), stated if table == "fact" else f"plain {stated}", spelling)
        for table, stated, _, spelling in _words("fact", "plain")
    )
    return index(rows, "words/labels.toml")


@cache
def _languages() -> Mapping[str, frozenset[str]]:
    by_key: dict[str, set[str]] = {}
    for _, _, language, spelling in _words("fact", "plain"):
        by_key.setdefault(header_key(spelling), set()).add(language)
    return {key: frozenset(languages) for key, languages in by_key.items()}


@cache
def _columns() -> frozenset[str]:
    """The keys of header words, which are no labels."""
    columns = word_list("headers.toml")["column"].values()
    return frozenset(header_key(word) for words in columns for word in words)


@cache
def _declared() -> frozenset[str]:
    words = word_list("labels.toml")["declared"].values()
    return frozenset(header_key(word) for spellings in words for word in spellings)


@cache
def _customers() -> frozenset[str]:
    words = word_list("labels.toml")["customer"].values()
    return frozenset(header_key(word) for spellings in words for word in spellings)


def names_customer(text: str) -> bool:
    """Whether a label stands before the name of whom a certificate was made for."""
    return bool(text) and header_key(text) in _customers()


@cache
def _titles() -> frozenset[str]:
    titles = word_list("labels.toml")["title"].values()
    return frozenset(header_key(title) for spellings in titles for title in spellings)


def is_answer(text: str) -> bool:
    """Whether a text answers a question: `No`, which without a full stop or a colon abbreviates no
    `number`."""
    return text.strip().casefold() == "no"


def _is_no_label(text: str) -> bool:
    """An answer, or a letter that abbreviates nothing: `C` is no `č.`."""
    return is_answer(text) or (len(header_key(text)) == 1 and not _ABBREVIATES.search(text))


@lru_cache(32768)
def _meaning(text: str) -> str | None:
    """What a label states: a fact's name or `plain <kind>`. Its parts in several languages must all
    state the same."""
    if len(text) > LONGEST_NAME:
        return None
    if _is_no_label(text):
        return None
    text = _NUMBERING.sub("", text.rstrip(" :：\n"))
    ways = (text, *spelled_out(text))
    keys = (header_key(said) for said in ways)
    listed = next((key for key in keys if key in label_words() or key in _columns()), None)
    if listed is not None:
        return label_words().get(listed)
    if _SIGNS.search(text) is None:
        return next((kind for said in ways if (kind := _composed(said))), None)
    return _meaning_with_signs(text)


def _meaning_with_signs(text: str) -> str | None:
    how = _HOW.search(text)
    if how and header_key(how["how"]) in _declared():
        return _meaning(text[: how.start()])
    if how and (_DATE_FORM.fullmatch(how["how"]) or unit(how["how"]) is not None):
        return _meaning(text[: how.start()])
    return _meaning_of_parts(text) or _composed(text)


def _composed(text: str) -> str | None:
    kind = composed_label(text)
    return f"plain {kind}" if kind and analyte(text) is None else None


def _meaning_of_parts(text: str) -> str | None:
    parts = [part for part in _LANGUAGES.split(text) if header_key(part)]
    if len(parts) < 2:
        return None
    meanings = _meanings(parts)
    if len(meanings) > 1 and meanings <= _PACKED:
        return "plain container"
    if len(meanings) > 1 and "/" in text:  # `Harvest/Process Lot`: the last word is that of both
        last = parts[-1].split()[-1]
        meanings = _meanings([*(f"{part} {last}" for part in parts[:-1]), parts[-1]])
    if meanings <= _PACKED:
        return "plain container"
    if "/" in text and not any(map(_is_of_another_kind, label_leftover(text))):
        meanings -= {None}
    return meanings.pop() if len(meanings) == 1 else None


def _is_of_another_kind(part: str) -> bool:
    """Whether what stands beside a label, and is none, may be more than its translation."""
    if len(part.split()) > _MOST_OF_TRANSLATION or any(map(str.isdigit, part)):
        return True
    looks = (analyte, unit, status)
    return header_key(part) in _columns() or any(look(part) is not None for look in looks)


@lru_cache(8192)
def label_leftover(text: str) -> tuple[str, ...]:
    """The parts of a label in several languages that nobody knows: `รุ่นผลิต` of
    `รุ่นผลิต / Lot no.`."""
    text = text.rstrip(" :：")
    if header_key(text) in label_words() or "/" not in text:
        return ()
    parts = [part.strip() for part in text.split("/") if header_key(part)]
    known = [part for part in parts if header_key(part) in label_words()]
    return tuple(part for part in parts if part not in known) if known else ()


def _meanings(parts: Iterable[str]) -> set[str | None]:
    return {label_words().get(header_key(part)) for part in parts}


@lru_cache(8192)
def may_begin_label(word: str) -> bool:
    """Whether a label of several words may have this one first: a quick look, since every word of
    prose may begin one."""
    if not word.isalpha() or spelled_out(word):
        return True
    key, keys = header_key(word), _sorted_labels()
    index = bisect_left(keys, key)
    return index < len(keys) and keys[index].startswith(key)


@cache
def _sorted_labels() -> list[str]:
    return sorted(label_words())


def fact_name(text: str) -> str | None:
    """Which fact a label of the header block (or a column of a long table) states; OTHER where it
    is known and nobody needs its value."""
    meaning = _meaning(text)
    return OTHER if meaning is not None and meaning.startswith("plain ") else meaning


def plain_label(text: str) -> str | None:
    """The kind of value beside a label that nobody needs, by its table in `words/labels.toml`:
    person, organisation, address, identifier, note (words of a person), … None for every other
    text."""
    meaning = _meaning(text)
    return meaning.removeprefix("plain ") if meaning and meaning.startswith("plain ") else None


@cache
def fact_names() -> tuple[str, ...]:
    """Every fact that a label may state."""
    return (*word_list("labels.toml")["fact"], OTHER)


@lru_cache(8192)
def label_languages(text: str) -> frozenset[str]:
    """The languages (ISO 639-1) other than English that a label, or a part of one in several
    languages, may be written in; none where it is, or may be, all English."""
    if _meaning(text) is None:
        return frozenset()
    texts = [_NUMBERING.sub("", text), *_LANGUAGES.split(text)]
    spoken = (_languages().get(header_key(part), frozenset()) for part in texts)
    return frozenset().union(*(some for some in spoken if not _NEUTRAL & some))


@lru_cache(32768)
def is_title(text: str) -> bool:
    """Whether a text is the title of a paper and nothing more: `Certificate of Analysis`."""
    if len(text) > LONGEST_NAME:
        return False
    parts = [part for part in _LANGUAGES.split(text) if header_key(part)]
    return header_key(text) in _titles() or (
        len(parts) > 1 and all(header_key(part) in _titles() for part in parts)
    )


@cache
def _statuses() -> Mapping[str, str]:
    rows = word_list("labels.toml")["status"].items()
    words = ((word_key(word), meaning, word) for meaning, words in rows for word in words)
    return index(words, "words/labels.toml [status]")


@lru_cache(8192)
def status_of_paper(text: str) -> str | None:
    """What a status says of a whole certificate: `good`, `bad`, or a key of
    `words/statuses.toml`."""
    return _statuses().get(word_key(text)) or status(text)


@cache
def printed_labels() -> Mapping[str, str]:
    """Every label's key → its spelling."""
    return {header_key(spelling): spelling for _, _, _, spelling in _words("fact", "plain")}
