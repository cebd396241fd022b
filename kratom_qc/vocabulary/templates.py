"""Templates of texts: words, choices of words (`{approval|consent|}`, `{results}`) and placeholders
(`{date}`).

A template is never written out: it is read as a grammar, and a text is matched by the set of
positions where each part of it may end. A named choice is read once and shared by all templates
that name it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

_NAME = re.compile(r"[a-z_]+")
_WORD = re.compile(r"\w+")
_BRACE = re.compile(r"[{}]")


class Said(NamedTuple):
    """A text to match: as it stands, and in small letters, sign for sign."""

    plain: str
    low: str


Kind = Callable[[Said, int], Iterator[int]]
"""What a placeholder stands for: where something of its kind that begins at a position may end."""

Choices = Mapping[str, Sequence[str]]


def said(plain: str) -> Said:
    low = plain.lower()
    if len(low) != len(plain):  # `İ` has two small letters
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in plain)
    return Said(plain, low)


# ---------------------------------------------------------------- parts


@dataclass(frozen=True, eq=False)
class Words:
    """Words as they stand. The blanks at their ends may be none, beside a sign; a text has no
    quotation mark at its start and no full stop at its end."""

    text: str

    @cached_property
    def bare(self) -> str:
        return self.text.strip(" ")

    @cached_property
    def _at_the_end(self) -> str:
        """How they end a text."""
        return self.bare.rstrip(' ."')

    def ends(self, text: Said, starts: set[int], _: Mapping[str, Kind]) -> set[int]:
        low, bare, ends = text.low, self.bare, set()
        for start in _over_blank(low, starts) if self.text[:1] == " " else starts:
            if low.startswith(bare, start):
                ends.add(start + len(bare))
            elif not start and bare[:1] == '"' and low.startswith(bare[1:]):
                ends.add(len(bare) - 1)
            elif bare[-1:] in '."' and low[start:] == self._at_the_end:
                ends.add(len(low))
        return _over_blank(low, ends) if self.text[-1:] == " " and bare else ends

    def ends_apart(self, before: bool) -> bool:
        return not _joins(self.text[-1]) if self.text else before

    def starts_apart(self, behind: bool) -> bool:
        return not _joins(self.text[0]) if self.text else behind

    def certain(self, before: bool, behind: bool) -> frozenset[str]:
        """The longest whole word, empty where none is certain to stand alone."""
        first = 0 if before or not self.text or not _joins(self.text[0]) else 1
        last = None if behind or not self.text or not _joins(self.text[-1]) else -1
        words = self._words[first:last]
        return frozenset([max(words, key=len)] if words else [])

    @cached_property
    def _words(self) -> list[str]:
        return _WORD.findall(self.text)


@dataclass(frozen=True, eq=False)
class Placeholder:
    kind: str

    def ends(self, text: Said, starts: set[int], kinds: Mapping[str, Kind]) -> set[int]:
        return {end for start in starts for end in kinds[self.kind](text, start)}

    def ends_apart(self, _: bool) -> bool:
        return False

    def starts_apart(self, _: bool) -> bool:
        return False

    def certain(self, _before: bool, _behind: bool) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True, eq=False)
class Sequel:
    """Parts one after the other."""

    parts: tuple[Part, ...]

    def ends(self, text: Said, starts: set[int], kinds: Mapping[str, Kind]) -> set[int]:
        for part in self.parts:
            if not starts:
                break
            starts = part.ends(text, starts, kinds)
        return starts

    def ends_apart(self, before: bool) -> bool:
        for part in self.parts:
            before = part.ends_apart(before)
        return before

    def starts_apart(self, behind: bool) -> bool:
        for part in reversed(self.parts):
            behind = part.starts_apart(behind)
        return behind

    def certain(self, before: bool, behind: bool) -> frozenset[str]:
        """Words of which every text of it has one: those of its most telling part."""
        apart = [behind]  # from the last part to the first
        for part in self.parts[:0:-1]:
            apart.append(part.starts_apart(apart[-1]))
        best: frozenset[str] = frozenset()
        for part in self.parts:
            words_of_part = part.certain(before, apart.pop())
            if words_of_part and (not best or _tells(words_of_part) > _tells(best)):
                best = words_of_part
            before = part.ends_apart(before)
        return best


@dataclass(frozen=True, eq=False)
class Choice:
    """One of several. What its words may be is worked out once for each of its surroundings."""

    options: tuple[Sequel, ...]
    _known: dict[tuple[bool, bool], frozenset[str]] = field(default_factory=dict)

    def ends(self, text: Said, starts: set[int], kinds: Mapping[str, Kind]) -> set[int]:
        return set().union(*(option.ends(text, starts, kinds) for option in self.options))

    def ends_apart(self, before: bool) -> bool:
        return all(option.ends_apart(before) for option in self.options)

    def starts_apart(self, behind: bool) -> bool:
        return all(option.starts_apart(behind) for option in self.options)

    def certain(self, before: bool, behind: bool) -> frozenset[str]:
        """Words of which every text of it has one; empty where an option has none for certain."""
        where = before, behind
        if where not in self._known:
            self._known[where] = frozenset(self._of_each(before, behind))
        return self._known[where]

    def _of_each(self, before: bool, behind: bool) -> Iterator[str]:
        per_option = []
        for option in self.options:
            per_option.append(option.certain(before, behind))
            if not per_option[-1]:
                return
        for words in per_option:
            yield from words


Part = Words | Placeholder | Sequel | Choice


def _tells(words: frozenset[str]) -> tuple[int, int]:
    return min(map(len, words)), -len(words)


def _over_blank(low: str, starts: set[int]) -> set[int]:
    """Behind the blank at each position; where a sign stands beside it, there may be none."""
    behind = set()
    for start in starts:
        if low[start : start + 1] == " ":
            behind.add(start + 1)
        elif not (_joins(low[start - 1 : start]) and _joins(low[start : start + 1])):
            behind.add(start)
    return behind


def _joins(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


# ---------------------------------------------------------------- reading them


class Grammar:
    """Reads templates of one language with its named choices. `evened` makes words comparable."""

    def __init__(self, kinds: Sequence[str], evened: Callable[[str], str], choices: Choices):
        self._kinds, self._evened, self._choices = kinds, evened, choices
        self._named: dict[str, Part] = {}
        self._known: dict[str, Words] = {}
        self._under_way: list[str] = []

    def read(self, template: str) -> Sequel:
        """Raises ValueError where it names what nobody knows, or a choice names itself."""
        return Sequel(tuple(self._parts(template)))

    def _parts(self, template: str) -> Iterator[Part]:
        position = 0
        for start, end in _braces(template):
            if template[position:start]:
                yield self._words(template[position:start])
            yield self._in_braces(template[start + 1 : end])
            position = end + 1
        if template[position:]:
            yield self._words(template[position:])

    def _words(self, text: str) -> Words:
        if text not in self._known:
            self._known[text] = Words(self._evened(text).lower())
        return self._known[text]

    def _in_braces(self, text: str) -> Part:
        options = _options(text)
        if len(options) > 1:
            return Choice(tuple(map(self.read, options)))
        if text in self._choices:
            return self._choice(text)
        if text in self._kinds:
            return Placeholder(text)
        if "{" in text:
            return self.read(text)
        if _NAME.fullmatch(text):
            raise ValueError(f"holds {{{text}}}; placeholders are {', '.join(self._kinds)}")
        raise ValueError(f"holds {{{text}}}, which is no choice and no placeholder")

    def _choice(self, name: str) -> Part:
        if name in self._under_way:
            raise ValueError(f"'{name}' names itself")
        if name not in self._named:
            self._under_way.append(name)
            try:
                self._named[name] = Choice(tuple(map(self.read, self._choices[name])))
            finally:
                self._under_way.pop()
        return self._named[name]


def _braces(template: str) -> Iterator[tuple[int, int]]:
    """Where each outer pair of braces opens and closes."""
    depth = start = 0
    for match in _BRACE.finditer(template):
        if match[0] == "{":
            depth += 1
            start = match.start() if depth == 1 else start
        else:
            depth -= 1
            if not depth:
                yield start, match.start()
        if depth < 0:
            break
    if depth:
        raise ValueError("has a brace without its other one")


def _options(text: str) -> list[str]:
    """What stands between the bars that are in no inner braces."""
    if "{" not in text:
        return text.split("|")
    inner = list(_braces(text))
    bars = (match.start() for match in re.finditer(r"\|", text))
    cuts = [bar for bar in bars if not any(start < bar < end for start, end in inner)]
    starts, ends = [0, *(cut + 1 for cut in cuts)], [*cuts, len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


# ---------------------------------------------------------------- what they say


def may_say_nothing(part: Part) -> bool:
    """Whether a text of a part may be empty, or nothing but what its placeholders stand for."""
    if isinstance(part, Words):
        return not any(map(str.isalpha, part.text))
    if isinstance(part, Choice):
        return any(map(may_say_nothing, part.options))
    return isinstance(part, Placeholder) or all(map(may_say_nothing, part.parts))
