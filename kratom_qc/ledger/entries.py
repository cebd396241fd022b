"""Entries of the journal and the chain of hashes that holds them together.

An entry's hash is the SHA-256 of the canonical JSON of a list: sequence, at, actor, act, subject,
before, after, reason, and the hash of the entry before it. Nothing of this package is needed to
check it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, NamedTuple

NO_ENTRY = "0" * 64  # what the first entry names as the one before it


class Act(NamedTuple):
    """What somebody did: `subject` is what it was done to, `before` and `after` are what JSON can
    hold."""

    act: str
    subject: str
    after: Any = None
    before: Any = None
    reason: str = ""


class Entry(NamedTuple):
    """An act in the journal; `before` and `after` are canonical JSON."""

    sequence: int
    at: str
    actor: str
    act: str
    subject: str
    before: str
    after: str
    reason: str
    previous: str
    hash: str

    @property
    def made(self) -> Any:
        """What `after` says."""
        return json.loads(self.after)


class Head(NamedTuple):
    """The last entry of a journal at some moment. Kept elsewhere, it shows whether anything before
    it was changed, or cut off after it."""

    sequence: int
    hash: str

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"


BEGINNING = Head(0, NO_ENTRY)


class Fault(NamedTuple):
    """What is wrong with a journal, at which entry."""

    sequence: int
    what: str


def canonical(value: Any) -> str:
    """JSON with sorted keys, without blanks, in ASCII: the same value is always the same text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def digest(value: Any) -> str:
    """The SHA-256 of a value's canonical JSON."""
    return hashlib.sha256(canonical(value).encode("ascii")).hexdigest()


def storable(text: str) -> str:
    """A text as every database can hold it: what is no character is shown escaped."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def chained(acts: Iterable[Act], head: Head, at: str, actor: str) -> Iterator[Entry]:
    """Entries that continue a journal after its head."""
    sequence, previous = head
    for act in acts:
        sequence += 1
        fields = (
            sequence,
            at,
            storable(actor),
            act.act,
            storable(act.subject),
            canonical(act.before),
            canonical(act.after),
            storable(act.reason),
            previous,
        )
        previous = _hash(fields)
        yield Entry(*fields, previous)


def _hash(fields: Sequence[Any]) -> str:
    # The list put together by hand is what json.dumps makes of it, in a third of the time.
    try:
        text = f"[{fields[0]},{','.join(map(quoted, fields[1:]))}]"
    except TypeError:  # a column that is no text any more
        return ""
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def faults(entries: Iterable[Sequence[Any]], heads: Iterable[Head] = ()) -> Iterator[Fault]:
    """Everything that is wrong with a journal, given as its rows in the order of their sequence,
    and with what earlier heads say of it."""
    expected = {head.sequence: head.hash for head in heads}
    last, previous = BEGINNING
    for row in entries:
        sequence, before, printed = row[0], row[8], row[9]
        if sequence != last + 1:
            yield Fault(last + 1, f"is missing; the next one is {sequence}")
        elif before != previous:
            yield Fault(sequence, "does not continue the entry before it")
        if printed != _hash(row[:9]):
            yield Fault(sequence, "is not what its hash says")
        if sequence in expected and expected.pop(sequence) != printed:
            yield Fault(sequence, "is not the entry that an exported head names")
        last, previous = sequence, printed
    for sequence in sorted(expected):
        yield Fault(sequence, "is named by an exported head and missing; the journal was cut off")
