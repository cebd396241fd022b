"""The register of texts (`words/texts.toml`, and a store's own file): what somebody has read once
and found to say nothing of any batch.

A text equals an entry where nothing but case, spacing and typographic marks differs. A placeholder
(`{date}`) stands for what is certainly of its kind, braces with bars (`{approval|consent}`) for one
of the words in them, and a named choice (`{results}`) for one of those that the list gives its
language; no wildcard can hold an opposite meaning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from kratom_qc.vocabulary.adverse import has_adverse_word
from kratom_qc.vocabulary.contacts import is_contact
from kratom_qc.vocabulary.ids import is_another_lot
from kratom_qc.vocabulary.lists import word_list
from kratom_qc.vocabulary.names import is_organisation, is_person
from kratom_qc.vocabulary.templates import Choices, Grammar, Kind, Said, Sequel, said

_MOST_SENTENCES = 4  # that one entry may have
_TWINS = str.maketrans(
    {
        **dict.fromkeys("“”„«»‟″", '"'),
        **dict.fromkeys("‘’‚‹›`´′", "'"),
        **dict.fromkeys("–—−‑‐", "-"),
        "…": "...",
    }
)
_BLANKS = re.compile(r"\s+")
_EVEN = re.compile(r" ?(?:\w+ )*(?:\w+)?")
_BESIDE_SIGNS = re.compile(r" (?=[^\w ])|(?<=[^\w ]) ")
_BULLET = re.compile(r"^(?:[•·*†‡►▪■]+|-(?= )|[0-9]{1,2}[.)])\s*(?=[^\W\d_])")
_SENTENCE_END = re.compile(
    r"\s*[\n\r\t|•·]+\s*|\s{2,}|(?<=[^\W\d][.!?])\s+|(?<=[)\]0-9%][.!?])\s+(?=[^\W\d_])|;\s+"
)
# `E. coli`, `BAM Ch. 3`, `Jl. Adisucipto`: a full stop that ends no sentence
_ABBREVIATED = re.compile(
    r"(?:^\s*[0-9]{1,2}|\b(?:[^\W\d_]|ch|chap|jl|jln|ul|al|pl|st|dr|ing|mgr|prof|no|nr|art|ref|approx|resp|max|min|str|tel"
    r"|inc|incl|inkl|vgl|bzw|ca|cf|eg|ie|etc|spp|sp|subsp|var|vol|sect|sec|fig|tab|ed|rev|ph|eur|farm|km|kec|kab"
    r"|avda|av|bd|blvd|nám|tř|č|čl|např|tj|n|wt|temp|avg|calc|det|quant|dept|div|lab))\.$",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_BRACES = re.compile(r"\{[^{}]*\}")
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_DAY = r"[0-9]{1,2}"
_MONTH = r"[^\W\d_]{3,12}\.?"
_DATES = tuple(
    map(
        re.compile,
        (
            rf"[0-9]{{4}}[-/.]{_DAY}[-/.]{_DAY}",
            rf"{_DAY}[-/.]{_DAY}[-/.][0-9]{{2,4}}",
            rf"{_DAY}\.? ?{_MONTH},? ?[0-9]{{4}}",
            rf"{_MONTH} {_DAY},? ?[0-9]{{4}}",
        ),
    )
)
_CODE = re.compile(r"(?=[A-Z./-]*[0-9])[A-Z0-9]{1,5}(?:[-./ ][A-Z0-9]{1,5}){0,4}(?!\w)")
_LONGEST_NAME = 100
PLACEHOLDERS = (
    *("number", "date", "batch", "name", "laboratory", "contact", "code"),
    *("day", "document"),  # of the certificate's own work; with letters and digits
)
_EVERY_LANGUAGE = "any"


class OwnWords(NamedTuple):
    """What a certificate calls its laboratory, the ids of its batch and of itself, and the days of
    its work as they are printed."""

    laboratory: str = ""
    ids: tuple[str, ...] = ()
    days: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text that somebody has read. `laboratory` says on whose certificates it counts; empty for
    all."""

    text: str
    because: str
    by: str
    on: date
    language: str = ""
    source: str = ""
    laboratory: str = ""


def text_key(text: str) -> str:
    """A text made comparable: without case, typographic marks and a full stop at its end, every run
    of blanks one, none beside a sign."""
    return _plainly(text).casefold()


@lru_cache(8192)
def _plainly(text: str) -> str:
    return _BULLET.sub("", evened(text).strip()).rstrip(" .").strip('"')


def evened(text: str) -> str:
    """A text with one spelling of each typographic mark, and no blank beside a sign."""
    if _EVEN.fullmatch(text) and unicodedata.is_normalized("NFC", text):
        return text
    flat = unicodedata.normalize("NFC", text).translate(_TWINS)
    return _BESIDE_SIGNS.sub("", _BLANKS.sub(" ", flat))


def unread_sentences(text: str, is_read: Callable[[str], bool]) -> tuple[str, ...]:
    """The sentences of a text that are not read. Several in a row may be read together, because an
    entry, too, may have several."""
    starts, ends = [0], []
    for match in _SENTENCE_END.finditer(text):
        if match[0] == " " and _ABBREVIATED.search(text, 0, match.start()):
            continue
        ends.append(match.start())
        starts.append(match.end())
    ends.append(len(text))
    spans = [span for span in zip(starts, ends, strict=True) if text[slice(*span)].strip()]
    unread: list[str] = []
    start = 0
    while start < len(spans):
        ways = range(min(len(spans), start + _MOST_SENTENCES), start, -1)
        read = next((end for end in ways if is_read(text[spans[start][0] : spans[end - 1][1]])), 0)
        if not read:
            unread.append(text[slice(*spans[start])].strip())
        start = read or start + 1
    return tuple(dict.fromkeys(unread))


# ---------------------------------------------------------------- the register


class TextRegister:
    """Texts that are read before. `sha256` and `written` are of its file, empty where there is
    none; `choices` are the named ones of each language."""

    def __init__(
        self,
        entries: Iterable[ReadText] = (),
        sha256: str = "",
        written: str = "",
        choices: Mapping[str, Choices] | None = None,
    ):
        self.entries = tuple(entries)
        self.sha256 = sha256
        self.written = written
        self.choices = choices or {}

    def find(self, text: str, own: OwnWords) -> ReadText | None:
        """The entry that a text of a certificate equals; None where nobody has read it."""
        plain = _plainly(text)
        for entry in self._exact.get(plain.casefold(), ()):
            if _is_of(entry, own):
                return entry
        text_said, kinds = said(plain), _kinds(own)
        for word in dict.fromkeys(("", *_WORD.findall(text_said.low))):
            for entry, template in self._templates.get(word, ()):
                if _is_of(entry, own) and len(plain) in template.ends(text_said, {0}, kinds):
                    return entry
        return None

    @cached_property
    def _exact(self) -> dict[str, list[ReadText]]:
        by_text: dict[str, list[ReadText]] = {}
        for entry in self.entries:
            if not _BRACES.search(entry.text):
                by_text.setdefault(text_key(entry.text), []).append(entry)
        return by_text

    @cached_property
    def _templates(self) -> dict[str, list[tuple[ReadText, Sequel]]]:
        """By words of which every text of a template has one, since there are hundreds."""
        by_word: dict[str, list[tuple[ReadText, Sequel]]] = {}
        grammars: dict[str, Grammar] = {}
        for entry in self.entries:
            if not _BRACES.search(entry.text):
                continue
            if entry.language not in grammars:
                grammars[entry.language] = grammar(self.choices, entry.language)
            template = read_template(grammars[entry.language], entry.text)
            for word in template.certain(before=True, behind=True) or ("",):
                by_word.setdefault(word, []).append((entry, template))
        return by_word


def grammar(choices: Mapping[str, Choices], language: str) -> Grammar:
    """The grammar of a language, with its named choices and those of every language."""
    of_language = {**choices.get(_EVERY_LANGUAGE, {}), **choices.get(language, {})}
    return Grammar(PLACEHOLDERS, evened, of_language)


def read_template(of: Grammar, text: str) -> Sequel:
    """An entry as a template. Raises ValueError where it names what nobody knows."""
    bare = _BULLET.sub("", text.translate(_TWINS).strip()).lstrip('"').rstrip(" .").rstrip('"')
    return of.read(bare)


def _is_of(entry: ReadText, own: OwnWords) -> bool:
    return not entry.laboratory or text_key(entry.laboratory) == text_key(own.laboratory)


# ---------------------------------------------------------------- placeholders


@lru_cache(64)
def _kinds(own: OwnWords) -> Mapping[str, Kind]:
    return {
        "number": _matching(_NUMBER),
        "date": _matching(*_DATES),
        "day": _one_of(own.days),
        "code": _codes(_CODE, own.ids),
        "document": _codes(_DOCUMENT, own.ids),
        "name": _those(lambda part: is_person(part) or is_organisation(part)),
        "contact": _those(lambda part: is_contact(part, in_place=True)),
        "batch": _one_of(own.ids),
        "laboratory": _one_of((own.laboratory,)),
    }


def _matching(*patterns: re.Pattern[str]) -> Kind:
    def ends(text: Said, start: int) -> Iterator[int]:
        matches = (pattern.match(text.plain, start) for pattern in patterns)
        return (match.end() for match in matches if match)

    return ends


def _codes(pattern: re.Pattern[str], own_ids: tuple[str, ...]) -> Kind:
    """The number of a laboratory's own document: `SOP-MB-004` or a part of it. Its letters are no
    words, and it is not the id of another lot or certificate."""

    def ends(text: Said, start: int) -> Iterator[int]:
        match = pattern.match(text.plain, start)
        if match and _is_of_a_document(match[0], own_ids):
            yield match.end()

    return ends


def _is_of_a_document(code: str, own_ids: tuple[str, ...]) -> bool:
    return not has_adverse_word(code) and not any(is_another_lot(code, own) for own in own_ids)


def _those(is_it: Callable[[str], bool]) -> Kind:
    def ends(text: Said, start: int) -> Iterator[int]:
        longest = min(len(text.plain), start + _LONGEST_NAME)
        for end in range(start + 1, longest + 1):
            whole = end == len(text.plain) or not text.plain[end].isalnum()
            if whole and is_it(text.plain[start:end]):
                yield end

    return ends


def _one_of(values: Iterable[str]) -> Kind:
    """Words of the certificate itself, as they stand."""
    low = [said(_plainly(value)).low for value in values if _plainly(value)]

    def ends(text: Said, start: int) -> Iterator[int]:
        return (start + len(value) for value in low if text.low.startswith(value, start))

    return ends


# Letters first, and no sign between digits: `0.38MG/KG` is a result.
_DOCUMENT = re.compile(
    r"(?=[A-Z-]*[0-9])[A-Z][A-Z0-9]{0,5}(?:-[A-Z0-9]{1,5}){1,4}(?![\w/-]|[.,]\w)"
)
_SHORTEST = 4  # characters of an id or a day; a shorter one may stand in a text by chance


def generalised(text: str, own: OwnWords) -> str:
    """A text with placeholders for what the next paper of its laboratory prints otherwise: the ids
    of a certificate, the days of its work, and numbers of documents (letters and digits with a dash
    between). Any other day stays, because it may be an end (`Use before 2027-03-01`), and so does
    any number that may be a result, and a text that would be nothing but placeholders."""
    general = text
    for words, placeholder in ((own.ids, "{batch}"), (own.days, "{day}")):
        for word in words:
            if len(word) >= _SHORTEST:
                general = re.sub(rf"(?<![\w{{]){re.escape(word)}(?!\w)", placeholder, general)
    general = re.sub(rf"(?<![\w{{./-]){_DOCUMENT.pattern}", _as_document, general)
    return general if _WORD.search(_BRACES.sub("", general)) else text


def _as_document(code: re.Match[str]) -> str:
    return code[0] if has_adverse_word(code[0]) else "{document}"


# ---------------------------------------------------------------- files


@cache
def shipped() -> TextRegister:
    """The texts that are read before everywhere. A test, and not every run, checks the list."""
    listed = word_list("texts.toml")
    entries = (
        ReadText(text, **{key: row[key] for key in row if key != "texts"})
        for row in listed["read"]
        for text in row["texts"]
    )
    return TextRegister(entries, choices=listed["choices"])


def load(path: Path, name: str = "") -> TextRegister:
    """A store's own register. Its entries may make no result, verdict or lot harmless. Raises
    RulebookError with every mistake, each with its line."""
    from kratom_qc.vocabulary.text_list import load_own

    return load_own(path, name or path.name)
