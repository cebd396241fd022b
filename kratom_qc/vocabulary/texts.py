"""The register of texts (`words/texts.toml`, and a store's own file): what somebody has read once
and found to say nothing of any batch.

A text equals an entry where nothing but case, spacing and typographic marks differs. A placeholder
(`{date}`) stands for what is certainly of its kind, braces with bars (`{approval|consent}`) for one
of the words in them; no wildcard can hold an opposite meaning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from kratom_qc.vocabulary.lists import word_list
from kratom_qc.vocabulary.names import is_organisation, is_person

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
_AROUND_SIGNS = re.compile(r" ?([^\w ]) ?")
_BULLET = re.compile(r"^(?:[•·*†‡►▪■]+|-(?= ))\s*(?=[^\W\d_])")
_SENTENCE_END = re.compile(
    r"\s*[\n\r\t|•·]+\s*|\s{2,}|(?<=[^\W\d][.!?])\s+|(?<=[)\]0-9%][.!?])\s+(?=[^\W\d_])|;\s+"
)
_WORD = re.compile(r"\w+")
_WHOLE_WORD = re.compile(r"(?<=[^\w\0])\w+(?=[^\w\0])")
_BRACES = re.compile(r"\{([^{}]*)\}")
_DAY = r"[0-9]{1,2}"
_MONTH = r"[^\W\d_]{3,12}\.?"
PLACEHOLDERS = {
    "number": r"[0-9]+(?:[.,][0-9]+)*",
    "date": rf"[0-9]{{4}}[-/.]{_DAY}[-/.]{_DAY}|{_DAY}[-/.]{_DAY}[-/.][0-9]{{2,4}}"
    rf"|{_DAY}\.? ?{_MONTH},? ?[0-9]{{4}}|{_MONTH} {_DAY},? ?[0-9]{{4}}",
    "batch": r"\S.*?",
    "name": r"\S.*?",
    "laboratory": r"\S.*?",
}
_LONGEST = {"batch": 60, "name": 100, "laboratory": 120}


class OwnWords(NamedTuple):
    """What a certificate calls its laboratory, and the ids of its batch and of itself."""

    laboratory: str = ""
    ids: tuple[str, ...] = ()


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


@lru_cache(8192)
def text_key(text: str) -> str:
    """A text made comparable: without case, typographic marks and a full stop at its end, every run
    of blanks one, none beside a sign."""
    return _plainly(text).casefold()


def _plainly(text: str) -> str:
    return _BULLET.sub("", _evened(text).strip()).rstrip(" .").strip('"')


def _evened(text: str) -> str:
    flat = unicodedata.normalize("NFC", text).translate(_TWINS)
    return _AROUND_SIGNS.sub(r"\1", _BLANKS.sub(" ", flat))


def unread_sentences(text: str, is_read: Callable[[str], bool]) -> tuple[str, ...]:
    """The sentences of a text that are not read. Several in a row may be read together, because an
    entry, too, may have several."""
    starts, ends = [0], []
    for match in _SENTENCE_END.finditer(text):
        ends.append(match.start())
        starts.append(match.end())
    ends.append(len(text))
    spans = [span for span in zip(starts, ends, strict=True) if text[slice(*span)].strip()]
    unread: list[str] = []
    at = 0
    while at < len(spans):
        ways = range(min(len(spans), at + _MOST_SENTENCES), at, -1)
        read = next((end for end in ways if is_read(text[spans[at][0] : spans[end - 1][1]])), 0)
        if not read:
            unread.append(text[slice(*spans[at])].strip())
        at = read or at + 1
    return tuple(dict.fromkeys(unread))


# ---------------------------------------------------------------- the register


class TextRegister:
    """Texts that are read before. `sha256` is that of its file, empty where there is none."""

    def __init__(self, entries: Iterable[ReadText] = (), sha256: str = ""):
        self.entries = tuple(entries)
        self.sha256 = sha256

    def find(self, text: str, own: OwnWords) -> ReadText | None:
        """The entry that a text of a certificate equals; None where nobody has read it."""
        plain = _plainly(text)
        key = plain.casefold()
        for entry in self._exact.get(key, ()):
            if _is_of(entry, own):
                return entry
        for word in ("", *_WORD.findall(key)):
            if not word and self._any_nameless.fullmatch(plain) is None:
                continue
            for template in self._templates.get(word, ()):
                if _is_of(template.entry, own) and template.equals(plain, own):
                    return template.entry
        return None

    @cached_property
    def _exact(self) -> dict[str, list[ReadText]]:
        found: dict[str, list[ReadText]] = {}
        for entry in self.entries:
            if not _BRACES.search(entry.text):
                found.setdefault(text_key(entry.text), []).append(entry)
        return found

    @cached_property
    def _templates(self) -> dict[str, list[_Template]]:
        """By a word that all their texts have, since there are hundreds."""
        found: dict[str, list[_Template]] = {}
        for entry in self.entries:
            if _BRACES.search(entry.text):
                template = _Template(entry)
                found.setdefault(template.word, []).append(template)
        return found

    @cached_property
    def _any_nameless(self) -> re.Pattern[str]:
        """All templates without a certain word as one pattern: a hundred of them are tried for
        every text, and nearly always in vain."""
        patterns = (template.unnamed for template in self._templates.get("", ()))
        return re.compile("|".join(patterns) or r"(?!)", re.IGNORECASE)


def _is_of(entry: ReadText, own: OwnWords) -> bool:
    return not entry.laboratory or text_key(entry.laboratory) == text_key(own.laboratory)


class _Template:
    """An entry with placeholders, or with a choice of words: `{approval|consent}`."""

    def __init__(self, entry: ReadText):
        self.entry = entry
        pieces = _BRACES.split(entry.text.strip())
        self._words = [_evened(words) for words in pieces[::2]]
        self._words[-1] = self._words[-1].rstrip(" .").rstrip('"')
        self._words[0] = self._words[0].lstrip('"')
        self._braces = pieces[1::2]

    @property
    def word(self) -> str:
        """The longest word that every text of it has, in small letters; empty where none is certain
        to stand alone."""
        text = "\0".join(self._words).casefold()
        return max(_WHOLE_WORD.findall(f" {text} "), key=len, default="")

    def equals(self, plain: str, own: OwnWords) -> bool:
        """Whether a text is it, with something of the right kind in every placeholder."""
        match = self._pattern.fullmatch(plain)
        said = match.groupdict() if match else {}
        return match is not None and all(
            _is_a(self._braces[int(at.removeprefix("at"))], words, own)
            for at, words in said.items()
        )

    @property
    def unnamed(self) -> str:
        """Its pattern, without names for its placeholders."""
        return re.sub(r"\(\?P<at[0-9]+>", "(?:", self._written)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self._written, re.IGNORECASE)

    @cached_property
    def _written(self) -> str:
        pattern = _literal(self._words[0])
        for number, (brace, words) in enumerate(zip(self._braces, self._words[1:], strict=True)):
            if "|" in brace:
                choice = "|".join(_literal(_evened(words)) for words in brace.split("|"))
                pattern += f"(?:{choice})"
            else:
                pattern += f"(?P<at{number}>{PLACEHOLDERS[brace]})"
            pattern += _literal(words)
        return pattern


def _literal(words: str) -> str:
    """Words as a pattern; the blanks at their ends may be none, beside a sign."""
    bare = words.strip(" ")
    start, end = (
        " ?" if words != stripped else "" for stripped in (words.lstrip(" "), words.rstrip(" "))
    )
    return f"{start}{re.escape(bare)}{end}" if bare else start


def _is_a(kind: str, said: str, own: OwnWords) -> bool:
    if len(said) > _LONGEST.get(kind, len(said)):
        return False
    if kind == "name":
        return is_person(said) or is_organisation(said)
    if kind == "laboratory":
        return bool(own.laboratory) and text_key(said) == text_key(own.laboratory)
    return kind != "batch" or text_key(said) in map(text_key, own.ids)


# ---------------------------------------------------------------- files


@cache
def shipped() -> TextRegister:
    """The texts that are read before everywhere. A test, and not every run, checks the list."""
    rows = word_list("texts.toml")["read"]
    return TextRegister(
        ReadText(text, **{key: row[key] for key in row if key != "texts"})
        for row in rows
        for text in row["texts"]
    )


def load(path: Path, name: str = "") -> TextRegister:
    """A store's own register. Its entries may make no result, verdict or lot harmless. Raises
    RulebookError with every mistake, each with its line."""
    from kratom_qc.vocabulary.text_list import load_own

    return load_own(path, name or path.name)
