"""Templates of texts: words, choices of words (`{approval|consent|}`, `{results}`) and placeholders
(`{date}`).

A template is never written out: it is read as a grammar, and a text is matched by the set of
positions where each part of it may end. A named choice is read once and shared by all templates
that name it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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


class Around(NamedTuple):
    """Whether what stands before and behind a part never joins it to one word."""

    before: bool = True
    behind: bool = True


# ---------------------------------------------------------------- parts


@dataclass(frozen=True, eq=False)
class Words:
    """Words as they stand. The blanks at their ends may be none, beside a sign."""

    text: str

    @cached_property
    def bare(self) -> str:
        return self.text.strip(" ")

    @cached_property
    def _at_the_end(self) -> str:
        """How they end a text, whose full stop is dropped."""
        return self.bare.rstrip(' ."')

    def ends(self, text: Said, starts: set[int], _: Mapping[str, Kind]) -> set[int]:
        low, bare, found = text.low, self.bare, set()
        for start in _over_blank(low, starts) if self.text[:1] == " " else starts:
            if low.startswith(bare, start):
                found.add(start + len(bare))
            elif bare[-1:] in '."' and low[start:] == self._at_the_end:
                found.add(len(low))
        return _over_blank(low, found) if self.text[-1:] == " " and bare else found

    def ends_apart(self, around: Around) -> bool:
        return not _WORD.fullmatch(self.text[-1]) if self.text else around.before

    def starts_apart(self, around: Around) -> bool:
        return not _WORD.fullmatch(self.text[0]) if self.text else around.behind

    def certain(self, around: Around) -> frozenset[str]:
        """The longest whole word, empty where none is certain to stand alone."""
        words = [
            match[0]
            for match in _WORD.finditer(self.text)
            if (match.start() or around.before) and (match.end() < len(self.text) or around.behind)
        ]
        return frozenset([max(words, key=len)] if words else [])


@dataclass(frozen=True, eq=False)
class Placeholder:
    kind: str

    def ends(self, text: Said, starts: set[int], kinds: Mapping[str, Kind]) -> set[int]:
        return {end for start in starts for end in kinds[self.kind](text, start)}

    def ends_apart(self, _: Around) -> bool:
        return False

    def starts_apart(self, _: Around) -> bool:
        return False

    def certain(self, _: Around) -> frozenset[str]:
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

    def ends_apart(self, around: Around) -> bool:
        apart = around.before
        for part in self.parts:
            apart = part.ends_apart(Around(apart, around.behind))
        return apart

    def starts_apart(self, around: Around) -> bool:
        apart = around.behind
        for part in reversed(self.parts):
            apart = part.starts_apart(Around(around.before, apart))
        return apart

    def certain(self, around: Around) -> frozenset[str]:
        """Words of which every text of it has one: those of its most telling part."""
        before, behind = [around.before], [around.behind]
        for part in self.parts[:-1]:
            before.append(part.ends_apart(Around(before=before[-1])))
        for part in self.parts[:0:-1]:
            behind.append(part.starts_apart(Around(behind=behind[-1])))
        places = zip(self.parts, before, reversed(behind), strict=False)
        found = (part.certain(Around(left, right)) for part, left, right in places)
        return max(filter(None, found), key=_tells, default=frozenset())


@dataclass(frozen=True, eq=False)
class Choice:
    """One of several."""

    options: tuple[Sequel, ...]

    def ends(self, text: Said, starts: set[int], kinds: Mapping[str, Kind]) -> set[int]:
        return set().union(*(option.ends(text, starts, kinds) for option in self.options))

    def ends_apart(self, around: Around) -> bool:
        return all(option.ends_apart(around) for option in self.options)

    def starts_apart(self, around: Around) -> bool:
        return all(option.starts_apart(around) for option in self.options)

    def certain(self, around: Around) -> frozenset[str]:
        each = [option.certain(around) for option in self.options]
        return frozenset().union(*each) if all(each) else frozenset()


Part = Words | Placeholder | Sequel | Choice


def _tells(words: frozenset[str]) -> tuple[int, int]:
    return min(map(len, words)), -len(words)


def _over_blank(low: str, starts: set[int]) -> set[int]:
    """Behind the blank at each position; where a sign stands beside it, there may be none."""
    found = set()
    for start in starts:
        if low[start : start + 1] == " ":
            found.add(start + 1)
        elif not (_joins(low[start - 1 : start]) and _joins(low[start : start + 1])):
            found.add(start)
    return found


def _joins(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


# ---------------------------------------------------------------- reading them


class Grammar:
    """Reads templates of one language with its named choices. `evened` makes words comparable."""

    def __init__(self, kinds: Sequence[str], evened: Callable[[str], str], choices: Choices):
        self._kinds, self._evened, self._choices = kinds, evened, choices
        self._named: dict[str, Part] = {}
        self._under_way: list[str] = []

    def read(self, template: str) -> Sequel:
        """Raises ValueError where it names what nobody knows, or a choice names itself."""
        return Sequel(tuple(self._parts(template)))

    def _parts(self, template: str) -> Iterator[Part]:
        at = 0
        for start, end in _braces(template):
            if template[at:start]:
                yield self._words(template[at:start])
            yield self._in_braces(template[start + 1 : end])
            at = end + 1
        if template[at:]:
            yield self._words(template[at:])

    def _words(self, text: str) -> Words:
        return Words(self._evened(text).lower())

    def _in_braces(self, text: str) -> Part:
        options = _options(text)
        if len(options) > 1:
            return Choice(tuple(map(self.read, options)))
        if text in self._choices:
            return self._choice(text)
        if text in self._kinds:
            return Placeholder(text)
        if _NAME.fullmatch(text):
            raise ValueError(f"holds {{{text}}}; placeholders are {', '.join(self._kinds)}")
        raise ValueError(f"holds {{{text}}}, which is no choice and no placeholder")

    def _choice(self, name: str) -> Part:
        if name in self._under_way:
            raise ValueError(f"'{name}' names itself")
        if name not in self._named:
            self._under_way.append(name)
            self._named[name] = Choice(tuple(map(self.read, self._choices[name])))
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


def can_be_empty(part: Part) -> bool:
    """Whether a part may say nothing."""
    if isinstance(part, Words):
        return not part.text.strip()
    if isinstance(part, Choice):
        return any(map(can_be_empty, part.options))
    return isinstance(part, Sequel) and all(map(can_be_empty, part.parts))
