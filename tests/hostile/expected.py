"""What a bad input is, and what may come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Build = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Expected:
    """`kind`: refused, held, failed, passes, or no pass (held, failed or refused, as the reading sees fit).

    `codes`: of the refusal, one of them; for a batch that was judged, a rule that held it or a remark made.
    `words` and `cell` are those of the refusal, or of what held the batch.
    """

    kind: str
    codes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A bad input: its number in the facts, what it is, its files by name, and what must come of them."""

    number: str
    what: str
    files: Mapping[str, Build]
    expected: Expected

    def __str__(self) -> str:
        return f"{self.number} {self.what}"


def refused(code: str, *words: str, cell: str = "") -> Expected:
    return Expected("refused", tuple(code.split("|")), words, cell)


def held(code: str = "", *words: str, cell: str = "") -> Expected:
    return Expected("held", (code,) if code else (), words, cell)


def failed(code: str, *words: str, cell: str = "") -> Expected:
    """A failing value that the certificate hides or shows otherwise: it fails, and is told at its cell."""
    return Expected("failed", (code,), words, cell)


def passes(*remarks: str) -> Expected:
    return Expected("passes", remarks)


FAILED = Expected("failed")
NO_PASS = Expected("no pass")


def one(number: str, what: str, build: Build, expected: Expected, name: str = "certificate.csv") -> Case:
    return Case(number, what, {name: build}, expected)


def book(number: str, what: str, build: Build, expected: Expected) -> Case:
    return one(number, what, build, expected, "certificate.xlsx")


def of(raw: bytes) -> Build:
    return lambda: raw
