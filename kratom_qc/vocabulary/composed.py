"""Labels that are made of parts (`[composed]` of `words/labels.toml`): `Quote #`, `Avg. capsule
fill`, `Results reviewed by`. Which number, weight or person stands beside one, nobody needs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from kratom_qc.vocabulary.keys import folded
from kratom_qc.vocabulary.lists import word_list

_MOST_PARTS = 6
_LONGEST = 60  # characters
_SMALL = frozenset(
    (
        *(
            "of",
            "the",
            "for",
            "and",
            "a",
            "de",
            "la",
            "le",
            "du",
            "des",
            "der",
            "die",
            "das",
            "und",
        ),
        *("del", "dell'", "d'", "l'", "z", "van", "het", "i", "e", "y", "da", "do", "di"),
    )
)
_EMPTY = frozenset(("as", "at", "on", "upon", "per", "and", "&", "/", "test", "tested", "final"))
_TOKEN = re.compile(r"#|[^\s#]+")


class Parts(NamedTuple):
    """What labels of one kind are made of."""

    of: frozenset[str]
    last: frozenset[str]
    first: frozenset[str]


@cache
def _kinds() -> Mapping[str, Parts]:
    return {
        kind: Parts(*(frozenset(map(_key, row[part])) for part in Parts._fields))
        for kind, row in word_list("labels.toml")["composed"].items()
    }


def _key(text: str) -> str:
    return " ".join(_TOKEN.findall(folded(text).replace("-", " ")))


def composed_label(text: str) -> str | None:
    """The kind of value beside a label that is made of known parts; None where it is not."""
    if len(text) > _LONGEST or any(map(str.isdigit, text)):
        return None
    words = _key(re.sub(r"(?<=[dl])['’]", " ", text)).split()
    if not 0 < len(words) <= _MOST_PARTS:
        return None
    return next((kind for kind in _kinds() if _is_made_of(words, kind)), None)


def _is_made_of(words: list[str], kind: str) -> bool:
    parts = _kinds()[kind]
    # `As received` is no label, and `Test weight` none of a sample; `Test No.` numbers a test.
    empty = _SMALL if kind in ("identifier", "date", "day") else _EMPTY
    for index in range(1, len(words)):
        head, tail = words[:index], words[index:]
        if (
            " ".join(tail) in parts.last
            and not empty.issuperset(head)
            and _are_parts(head, parts.of)
        ):
            return True
        if (
            " ".join(head) in parts.first
            and not empty.issuperset(tail)
            and _are_parts(tail, parts.of)
        ):
            return True
    return False


def _are_parts(words: list[str], known: frozenset[str]) -> bool:
    """Whether words are known parts, one behind the other; small words may stand between."""
    if not words:
        return True
    ways = range(min(len(words), 3), 0, -1)
    return any(
        " ".join(words[:count]) in known and _are_parts(words[count:], known) for count in ways
    ) or (len(words) > 1 and words[0] in _SMALL and _are_parts(words[1:], known))
