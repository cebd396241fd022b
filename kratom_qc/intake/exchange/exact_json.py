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

from kratom_qc.domain.errors import Refusal, Refused
from kratom_qc.domain.source import CellRef
from kratom_qc.settings import Caps

DEEPEST = 40  # objects and lists inside each other; a certificate needs fewer than ten
LONGEST_KEY = 200
_TOLD = 20  # problems of one file
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{\]},]|-?Infinity|NaN', re.DOTALL)
_NO_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Digits(str):
    """A JSON number as it was written."""

    __slots__ = ()


class Members(list[tuple[str, object]]):
    """A JSON object: its pairs in their order, so that a key written twice can be seen."""


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
        kinds = ((Members, "object"), (list, "list"), (Digits, "number"), (bool, "boolean"))
        return next((name for kind, name in kinds if isinstance(self.value, kind)), "text")

    @property
    def said(self) -> str:
        """A scalar as it was written; nothing for an object, a list or null."""
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        return self.value if isinstance(self.value, str) else ""

    @property
    def blank(self) -> bool:
        """Whether the value says nothing: null, blank text, an empty list or object."""
        return (
            self.value is None
            or self.value == []
            or (isinstance(self.value, str) and not self.value.strip())
        )

    def members(self) -> dict[str, Node]:
        """An object's values by their keys as written; nothing for every other kind."""
        pairs = self.value if isinstance(self.value, Members) else ()
        return {key: Node(value, f"{self.pointer}/{_escaped(key)}") for key, value in pairs}

    def items(self) -> list[Node]:
        """A list's values; nothing for every other kind."""
        if not isinstance(self.value, list) or isinstance(self.value, Members):
            return []
        return [Node(value, f"{self.pointer}/{number}") for number, value in enumerate(self.value)]


def parse(name: str, raw: bytes, caps: Caps, attached: frozenset[str]) -> Node:
    """The whole document as one node. `attached` are the keys whose text may be long: pictures and
    files.

    Raises Refused: json-damaged, json-duplicate-key, encoding or too-large.
    """
    text = _decoded(name, raw)
    _check_shape(name, text, caps)
    try:
        value = json.loads(text, object_pairs_hook=Members, parse_float=Digits, parse_int=Digits)
    except json.JSONDecodeError as error:
        raise _damaged(name, error.msg, error.lineno, error.colno) from None
    troubles = list(islice(_troubles(name, value, [], caps, attached), _TOLD))
    if troubles:
        raise Refused(troubles)
    return Node(value)


def _decoded(name: str, raw: bytes) -> str:
    if b"\x00" in raw[:4] or raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused(
            [
                Refusal(
                    "encoding",
                    "the JSON is not UTF-8 (UTF-16, it seems); save it as UTF-8",
                    CellRef(name),
                )
            ]
        )
    try:
        return raw.decode("utf-8-sig")  # RFC 8259 lets a reader pass over a byte order mark
    except UnicodeDecodeError as error:
        message = f"the JSON is not UTF-8 at byte {error.start}; save it as UTF-8"
        raise Refused([Refusal("encoding", message, CellRef(name))]) from None


def _check_shape(name: str, text: str, caps: Caps) -> None:
    """What no parser should meet: nesting without end, values without end, and numbers that are
    none."""
    depth = values = 0
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in "[{":
            depth += 1
        elif mark in "]}":
            depth -= 1
        elif mark in ("NaN", "Infinity", "-Infinity"):
            line = text.count("\n", 0, token.start()) + 1
            column = token.start() - text.rfind("\n", 0, token.start())
            raise _damaged(
                name,
                f"'{mark}' is no number of JSON; write null where nothing was measured",
                line,
                column,
            )
        values += mark in "[{,"
        if depth > DEEPEST:
            raise _too_large(name, f"values nested more than {DEEPEST} deep")
        if values > caps.cells:
            raise _too_large(name, f"more than {caps.cells:,} values; split the file")


def _damaged(name: str, why: str, line: int, column: int) -> Refused:
    message = f"the JSON is damaged at line {line}, column {column}: {why}. Export it again"
    return Refused(
        [Refusal("json-damaged", message, CellRef(name, cell=f"line {line}, column {column}"))]
    )


def _too_large(name: str, what: str) -> Refused:
    return Refused([Refusal("too-large", f"the JSON holds {what}", CellRef(name))])


def _troubles(
    name: str, value: object, path: list[str], caps: Caps, attached: frozenset[str]
) -> Iterator[Refusal]:
    """Why a parsed value cannot be believed. Pointers are made for these only: a hostile file
    cannot make many long ones."""
    if isinstance(value, Members):
        yield from _key_troubles(name, value, path)
        for key, member in value:
            yield from _troubles(name, member, [*path, key], caps, attached)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _troubles(name, item, [*path, str(number)], caps, attached)
    elif isinstance(value, str):
        place = CellRef(name, cell=_pointer(path))
        unprintable = _NO_CHARACTER.search(value)
        if unprintable:
            yield _unprintable(unprintable[0], place)
        if len(value) > caps.cell_text and (not path or path[-1] not in attached):
            message = f"one value has {len(value):,} characters; the limit is {caps.cell_text:,}"
            yield Refusal("too-large", message, place)


def _key_troubles(name: str, pairs: Members, path: list[str]) -> Iterator[Refusal]:
    seen: dict[str, str] = {}
    for key, _ in pairs:
        unprintable = _NO_CHARACTER.search(key)
        if unprintable:
            yield _unprintable(unprintable[0], CellRef(name, cell=_pointer(path)))
        elif len(key) > LONGEST_KEY:
            message = (
                f"a key has {len(key):,} characters; no certificate needs more than {LONGEST_KEY}"
            )
            yield Refusal("too-large", message, CellRef(name, cell=_pointer(path)))
        elif key.casefold() in seen:
            first = seen[key.casefold()]
            message = f"the key '{key}' stands twice in one object, and readers differ on which counts; keep one"
            if first != key:
                message = f"the keys '{first}' and '{key}' of one object differ in their capitals only; keep one"
            yield Refusal(
                "json-duplicate-key", message, CellRef(name, cell=_pointer([*path, key])), key
            )
        seen.setdefault(key.casefold(), key)


def _unprintable(character: str, place: CellRef) -> Refusal:
    message = f"the text holds U+{ord(character):04X}, which is no character that can be printed; remove it"
    return Refusal("json-damaged", message, place)


def _pointer(path: list[str]) -> str:
    return "".join(f"/{_escaped(key)}" for key in path)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
