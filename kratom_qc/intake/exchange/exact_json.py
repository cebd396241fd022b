"""JSON text → nodes that know where they stand, with every number's digits as they were written.

Stricter than most readers of JSON: where a lenient one keeps the last of two equal keys, takes NaN
or rounds 0.10 to 0.1, this one refuses or keeps the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from kratom_qc.domain.errors import Problem, Refused
from kratom_qc.domain.source import CellRef
from kratom_qc.intake.refusals import refused
from kratom_qc.settings import Caps

DEEPEST = 40  # objects and lists inside each other; a certificate needs fewer than ten
LONGEST_KEY = 200  # characters
_MOST_PROBLEMS = 20  # that are told of one file
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{\]},]|-?Infinity|NaN', re.DOTALL)
_NO_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Number(str):
    """A JSON number as it was written."""

    __slots__ = ()


class Members(list[tuple[str, object]]):
    """A JSON object: its members in their order, so that a key written twice can be seen."""


_KINDS = ((Members, "object"), (list, "list"), (Number, "number"), (bool, "boolean"))


@dataclass(frozen=True, slots=True)
class Node:
    """A JSON value and where it stands (a JSON pointer, RFC 6901)."""

    value: object
    pointer: str = ""

    @property
    def kind(self) -> str:
        """`object`, `list`, `number`, `boolean`, `null` or `text`."""
        if self.value is None:
            return "null"
        return next((name for kind, name in _KINDS if isinstance(self.value, kind)), "text")

    @property
    def text(self) -> str:
        """A scalar as it was written; nothing for an object, a list or null."""
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        return self.value if isinstance(self.value, str) else ""

    @property
    def blank(self) -> bool:
        """Whether the value says nothing: null, blank text, an empty list or object."""
        if isinstance(self.value, str):
            return not self.value.strip()
        return self.value is None or self.value == []

    def members(self) -> dict[str, Node]:
        """An object's values by their keys as written; nothing for every other kind."""
        pairs = self.value if isinstance(self.value, Members) else ()
        return {key: Node(value, f"{self.pointer}/{_escaped(key)}") for key, value in pairs}

    def items(self) -> list[Node]:
        """A list's values; nothing for every other kind."""
        if self.kind != "list":
            return []
        values: list[object] = self.value  # type: ignore[assignment]
        return [Node(value, f"{self.pointer}/{number}") for number, value in enumerate(values)]


def parse(name: str, raw: bytes, caps: Caps, attached: tuple[str, ...]) -> Node:
    """The whole document as one node. `attached` are the keys whose text may be long: pictures and
    files.

    Raises Refused: json-damaged, json-duplicate-key, encoding or too-large.
    """
    text = _decoded(name, raw)
    _check_tokens(name, text, caps)
    try:
        value = json.loads(text, object_pairs_hook=Members, parse_float=Number, parse_int=Number)
    except json.JSONDecodeError as error:
        raise _damaged(name, error.msg, error.lineno, error.colno) from None
    problems = list(islice(_problems(name, value, [], caps, attached), _MOST_PROBLEMS))
    if problems:
        raise Refused(problems)
    return Node(value)


def _decoded(name: str, raw: bytes) -> str:
    if b"\x00" in raw[:4] or raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        message = "the JSON is not UTF-8 (UTF-16, it seems); save it as UTF-8"
        raise refused(name, "encoding", message)
    try:
        return raw.decode("utf-8-sig")  # RFC 8259 lets a reader pass over a byte order mark
    except UnicodeDecodeError as error:
        message = f"the JSON is not UTF-8 at byte {error.start}; save it as UTF-8"
        raise refused(name, "encoding", message) from None


def _check_tokens(name: str, text: str, caps: Caps) -> None:
    """What no parser should meet: nesting without end, values without end, and numbers that are
    none."""
    depth = values = 0
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in ("NaN", "Infinity", "-Infinity"):
            line = text.count("\n", 0, token.start()) + 1
            column = token.start() - text.rfind("\n", 0, token.start())
            why = f"'{mark}' is no number of JSON; write null where nothing was measured"
            raise _damaged(name, why, line, column)
        depth += (mark in "[{") - (mark in "]}")
        values += mark in "[{,"
        if depth > DEEPEST:
            raise _too_large(name, f"values nested more than {DEEPEST} deep")
        if values > caps.cells:
            raise _too_large(name, f"more than {caps.cells:,} values; split the file")


def _damaged(name: str, why: str, line: int, column: int) -> Refused:
    place = f"line {line}, column {column}"
    message = f"the JSON is damaged at {place}: {why}. Export it again"
    return refused(name, "json-damaged", message, cell=place)


def _too_large(name: str, what: str) -> Refused:
    return refused(name, "too-large", f"the JSON holds {what}")


def _problems(
    name: str, value: object, path: list[str], caps: Caps, attached: tuple[str, ...]
) -> Iterator[Problem]:
    """Why a parsed value cannot be believed. Pointers are made for these only: a hostile file
    cannot make many long ones."""
    if isinstance(value, Members):
        yield from _key_problems(name, value, path)
        for key, member in value:
            yield from _problems(name, member, [*path, key], caps, attached)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _problems(name, item, [*path, str(number)], caps, attached)
    elif isinstance(value, str):
        ref = _ref(name, path)
        if unprintable := _NO_CHARACTER.search(value):
            yield _unprintable(unprintable[0], ref)
        if len(value) > caps.cell_text and (not path or path[-1] not in attached):
            message = f"one value has {len(value):,} characters; the limit is {caps.cell_text:,}"
            yield Problem("too-large", message, ref)


def _key_problems(name: str, members: Members, path: list[str]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for key, _ in members:
        first = seen.get(key.casefold())
        if unprintable := _NO_CHARACTER.search(key):
            yield _unprintable(unprintable[0], _ref(name, path))
        elif len(key) > LONGEST_KEY:
            message = f"a key has {len(key):,} characters; no certificate needs more than"
            yield Problem("too-large", f"{message} {LONGEST_KEY}", _ref(name, path))
        elif first is not None:
            yield _repeated_key(first, key, _ref(name, [*path, key]))
        seen.setdefault(key.casefold(), key)


def _repeated_key(first: str, key: str, ref: CellRef) -> Problem:
    message = f"the keys '{first}' and '{key}' of one object differ in their capitals only"
    if first == key:
        message = f"the key '{key}' stands twice in one object, and readers differ on which counts"
    return Problem("json-duplicate-key", f"{message}; keep one", ref, key)


def _unprintable(character: str, ref: CellRef) -> Problem:
    what = f"U+{ord(character):04X}, which is no character that can be printed"
    return Problem("json-damaged", f"the text holds {what}; remove it", ref)


def _ref(name: str, path: list[str]) -> CellRef:
    return CellRef(name, cell="".join(f"/{_escaped(key)}" for key in path))


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
