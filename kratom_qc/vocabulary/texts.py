"""The register of texts (`words/texts.toml`, and a store's own file): what somebody has read once
and found to say nothing of any batch.

A text equals an entry where nothing but case, spacing and typographic marks differs. A placeholder
(`{date}`) stands for what is certainly of its kind, braces with bars (`{approval|consent}`) for one
of the words in them; no wildcard can hold an opposite meaning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from kratom_qc.vocabulary.lists import word_list
from kratom_qc.vocabulary.names import is_organisation, is_person

_MOST_SENTENCES = 4  # that one entry may have
_ANCHORS = (5, 3)  # letters
_TWINS = str.maketrans(
    {
        **dict.fromkeys("“”„«»‟″", '"'),
        **dict.fromkeys("‘’‚‹›`´′", "'"),
        **dict.fromkeys("–—−‑‐", "-"),
        "…": "...",
    }
)
_BLANKS = re.compile(r"\s+")
_BESIDE_SIGNS = re.compile(r" (?=[^\w ])|(?<=[^\w ]) ")
_BULLET = re.compile(r"^(?:[•·*†‡►▪■]+|-(?= ))\s*(?=[^\W\d_])")
_SENTENCE_END = re.compile(
    r"\s*[\n\r\t|•·]+\s*|\s{2,}|(?<=[^\W\d][.!?])\s+|(?<=[)\]0-9%][.!?])\s+(?=[^\W\d_])|;\s+"
)
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


def text_key(text: str) -> str:
    """A text made comparable: without case, typographic marks and a full stop at its end, every run
    of blanks one, none beside a sign."""
    return _plainly(text).casefold()


@lru_cache(8192)
def _plainly(text: str) -> str:
    return _BULLET.sub("", _evened(text).strip()).rstrip(" .").strip('"')


def _evened(text: str) -> str:
    flat = unicodedata.normalize("NFC", text).translate(_TWINS)
    return _BESIDE_SIGNS.sub("", _BLANKS.sub(" ", flat))


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
        for template in self._near(key):
            if _is_of(template.entry, own) and template.equals(plain, own):
                return template.entry
        return None

    def _near(self, key: str) -> Iterator[_Template]:
        """The templates that have no words but those of a text, in their order."""
        anchors = ("", *(self._by_anchor.keys() & _pieces(key)))
        numbers = {number for anchor in anchors for number in self._by_anchor.get(anchor, ())}
        near = (self._templates[number] for number in sorted(numbers))
        return (template for template in near if template.may_equal(key))

    @cached_property
    def _exact(self) -> dict[str, list[ReadText]]:
        found: dict[str, list[ReadText]] = {}
        for entry in self.entries:
            if not _BRACES.search(entry.text):
                found.setdefault(text_key(entry.text), []).append(entry)
        return found

    @cached_property
    def _templates(self) -> list[_Template]:
        return [_Template(entry) for entry in self.entries if _BRACES.search(entry.text)]

    @cached_property
    def _by_anchor(self) -> dict[str, list[int]]:
        """The numbers of templates by a few letters of which every text of theirs has some: there
        are a thousand of them, and hardly any text equals one."""
        found: dict[str, list[int]] = {}
        for number, template in enumerate(self._templates):
            for anchor in template.anchors:
                found.setdefault(anchor, []).append(number)
        return found


@lru_cache(16)
def _pieces(key: str) -> frozenset[str]:
    """Everything in a text that is as long as an anchor."""
    return frozenset(key[at : at + size] for size in _ANCHORS for at in range(len(key) - size + 1))


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
    def anchors(self) -> set[str]:
        """A few small letters of which every text of it has some: of words that stand in all, else
        of each word of a choice."""
        everywhere = max(map(_folded, self._words), key=len)
        choices = [] if len(everywhere) >= _ANCHORS[0] else self._choices
        every = [[everywhere], *([*map(_folded, choice)] for choice in choices)]
        words = max(every, key=lambda choice: min(map(len, choice)))
        size = next((size for size in _ANCHORS if min(map(len, words)) >= size), 0)
        return {word[len(word) - size :] for word in words}

    def may_equal(self, key: str) -> bool:
        """Whether a text, in small letters, has all its words: few have, and the pattern of the
        template is made for these alone."""
        for choice in self._parts:
            for words in choice:
                if words in key:
                    break
            else:
                return False
        return True

    @cached_property
    def _parts(self) -> list[list[str]]:
        choices = chain(([words] for words in self._words), self._choices)
        folded = ([*map(_folded, choice)] for choice in choices)
        return sorted(folded, key=lambda choice: -min(map(len, choice)))

    @property
    def _choices(self) -> Iterator[list[str]]:
        return ([*map(_evened, brace.split("|"))] for brace in self._braces if "|" in brace)

    def equals(self, plain: str, own: OwnWords) -> bool:
        """Whether a text is it, with something of the right kind in every placeholder."""
        match = self._pattern.fullmatch(plain)
        said = match.groupdict() if match else {}
        return match is not None and all(
            _is_a(self._braces[int(at.removeprefix("at"))], words, own)
            for at, words in said.items()
        )

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        pattern = _literal(self._words[0])
        for number, (brace, words) in enumerate(zip(self._braces, self._words[1:], strict=True)):
            if "|" in brace:
                choice = "|".join(_literal(_evened(words)) for words in brace.split("|"))
                pattern += f"(?:{choice})"
            else:
                pattern += f"(?P<at{number}>{PLACEHOLDERS[brace]})"
            pattern += _literal(words)
        return re.compile(pattern, re.IGNORECASE)


def _literal(words: str) -> str:
    """Words as a pattern; the blanks at their ends may be none, beside a sign."""
    bare = words.strip(" ")
    start, end = (
        " ?" if words != stripped else "" for stripped in (words.lstrip(" "), words.rstrip(" "))
    )
    return f"{start}{re.escape(bare)}{end}" if bare else start


def _folded(words: str) -> str:
    """Words as they stand in the small letters of every text that has them."""
    return words.strip(" ").casefold()


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
