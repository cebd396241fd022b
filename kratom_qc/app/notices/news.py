"""What has happened, from the journal: verdicts that got worse, refused files, decisions that fell.

The journal is the queue: whatever stands after the entry up to which somebody was told is news.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kratom_qc.domain.source import visible_name
from kratom_qc.domain.verdict import Decision
from kratom_qc.ledger.entries import Entry

_LONGEST = 300  # characters of one line
_WORST_FIRST = ("disk", "quarantined", "fail", "worse", "reopened", "refused", "hold", "rulebook")


class Notice(NamedTuple):
    """One thing to know: its kind, what it is about, and a sentence."""

    kind: str
    subject: str
    text: str

    @property
    def key(self) -> str:
        """Equal for the same thing told twice."""
        return f"{self.kind}|{self.subject}"


def news(entries: Iterable[Entry]) -> list[Notice]:
    """What people are told of these entries, the worst first."""
    notices = [notice for entry in entries for notice in _NEWS.get(entry.act, _nothing)(entry)]
    return ordered(notices)


def ordered(notices: Iterable[Notice]) -> list[Notice]:
    """The worst first; each thing once, as it was told last."""
    newest = {notice.key: notice for notice in notices}
    return sorted(newest.values(), key=lambda notice: _WORST_FIRST.index(notice.kind))


def one_line(text: str) -> str:
    """A text of somebody else on one line of a message: no line break, no control character."""
    words = " ".join(visible_name(text).split())
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"


def _nothing(_entry: Entry) -> Iterator[Notice]:
    yield from ()


def _judged(entry: Entry) -> Iterator[Notice]:
    made, before = entry.made, (json.loads(entry.before) or {}).get("verdict", "")
    verdict, batch = made["verdict"], one_line(entry.subject)
    reason = one_line(made["reason"])
    if before and _is_worse(verdict, before):
        yield Notice("worse", entry.subject, f"batch {batch}: was {before}, is {verdict}: {reason}")
    elif verdict == Decision.FAIL and before != verdict:
        yield Notice("fail", entry.subject, f"batch {batch}: FAIL: {reason}")


def _is_worse(verdict: str, before: str) -> bool:
    order = list(map(str, Decision))  # worst first
    return order.index(verdict) < order.index(before)


def _refused(entry: Entry) -> Iterator[Notice]:
    made = entry.made
    name, why = one_line(made.get("name", entry.subject)), one_line(made.get("why", ""))
    kind = "quarantined" if made.get("tries", 0) > 1 else "refused"
    yield Notice(kind, entry.subject, f"file {name}: {kind}: {why}")


def _reopened(entry: Entry) -> Iterator[Notice]:
    batch = one_line(entry.subject)
    yield Notice("reopened", entry.subject, f"batch {batch}: a decision fell: {entry.reason}")


_NEWS = {"judged": _judged, "refused": _refused, "reopened": _reopened}
