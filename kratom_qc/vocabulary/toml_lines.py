"""A TOML file with the line of every table and key, which TOML readers do not keep."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from kratom_qc.domain.errors import RulebookError

KeyPath = tuple[str | int, ...]  # ("limit", 2, "max"): the key `max` of the third [[limit]]


@dataclass(frozen=True, slots=True)
class Document:
    """A TOML file as it is written, with the line of every table and key."""

    name: str
    text: str
    sha256: str
    data: Mapping[str, Any]
    lines: Mapping[KeyPath, int]

    def line(self, path: KeyPath) -> int:
        """The line (from 1) of a key or table; of what stands around it where it is not there."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]

    def where(self, path: KeyPath) -> str:
        """File, line and table: `us-ut.toml:34 US-UT-PB`, where the table has an id."""
        label = _label(path, self.data)
        return f"{self.name}:{self.line(path)} {label}".rstrip()


def read(path: Path, name: str = "") -> Document:
    """A TOML file; `name` is what mistakes call it, else its file name.

    Raises RulebookError where it cannot be read or is no TOML.
    """
    name = name or path.name
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8")
        data = tomllib.loads(text, parse_float=Decimal)
    except OSError as error:
        raise RulebookError(f"{name}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise RulebookError(f"{name}: not readable as TOML: {error}") from None
    except tomllib.TOMLDecodeError as error:
        at_line = re.search(r"at line (\d+)", str(error))
        line = at_line[1] if at_line else len(text.splitlines())
        raise RulebookError(f"{name}:{line}: not readable as TOML: {error}") from None
    return Document(name, text, hashlib.sha256(raw).hexdigest(), data, key_lines(text))


def at(path: Sequence[str | int], data: object) -> Any:
    """What stands at a path of TOML data; None where nothing does."""
    for step in path:
        data = data[step] if holds(data, step) else None  # type: ignore[index]
    return data


def holds(data: object, step: str | int) -> bool:
    """Whether TOML data have such a key, or a list so many members."""
    if isinstance(data, Mapping):
        return step in data
    return isinstance(data, list) and isinstance(step, int) and step < len(data)


def _label(path: KeyPath, data: object) -> str:
    """What a table is called: its id, `[[product]] 2` without one, `[rulebook]`, or nothing."""
    label = ""
    for depth, step in enumerate(path):
        data = at((step,), data)
        if not isinstance(data, Mapping):
            continue
        if isinstance(step, str):
            label = f"[{step}]" if depth == 0 else label
        elif isinstance(data.get("id"), str) and data["id"]:
            label = data["id"]
        else:
            label = f"[[{path[depth - 1]}]] {step + 1}"
    return label


# ---------------------------------------------------------------- lines

_OPAQUE = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL
)
_NAME = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_NAMES = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_NAMES})\s*\]")
_KEY = re.compile(rf"\s*({_NAMES})\s*=")


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line (from 1) of every table and key of a TOML text; (), the whole, stands at 1."""
    lines: dict[KeyPath, int] = {(): 1}
    arrays: dict[KeyPath, int] = {}  # how many tables of a [[list]] there have been
    table: KeyPath = ()
    depth = 0  # brackets that are open at the beginning of the line
    opaque = _OPAQUE.sub(_blanked, text).split("\n")
    for number, (line, shape) in enumerate(zip(text.split("\n"), opaque, strict=True), 1):
        header, key = (None, None) if depth else (_HEADER.match(shape), _KEY.match(shape))
        if header:
            names = _split(line[header.start(2) : header.end(2)])
            table = _table(names, arrays, listed=header[1] == "[[")
            lines.setdefault(table, number)
            continue
        if key:
            names = _split(line[key.start(1) : key.end(1)])
            for size in range(1, len(names) + 1):
                lines.setdefault((*table, *names[:size]), number)
        depth += sum(map(shape.count, "[{")) - sum(map(shape.count, "]}"))
    return lines


def _blanked(match: re.Match[str]) -> str:
    """A text or comment without its signs, as long as it was and over as many lines."""
    mark = match[0][0]
    if mark == "#":
        return " " * len(match[0])
    inner = "\n".join("_" * len(line) for line in match[0][1:-1].split("\n"))
    return mark + inner + mark


@lru_cache(1024)
def _split(names: str) -> tuple[str, ...]:
    """The parts of a dotted name. The same few keys stand in every table."""
    return tuple(name.strip("\"'") for name in re.findall(_NAME, names))


def _table(names: Sequence[str], arrays: dict[KeyPath, int], *, listed: bool) -> KeyPath:
    """The path of a header's table; counts a [[list]]'s tables in `arrays`."""
    path: KeyPath = ()
    for name in names[:-1]:
        path = (*path, name)
        if path in arrays:
            path = (*path, arrays[path] - 1)
    path = (*path, names[-1])
    if listed:
        arrays[path] = arrays.get(path, 0) + 1
        return (*path, arrays[path] - 1)
    return path
