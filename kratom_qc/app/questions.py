"""What people ask the vendor about a batch, and what the vendor answers. Both stand in the journal
and change nothing that counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kratom_qc.domain.errors import UsageError
from kratom_qc.ledger.entries import Act, Entry, storable
from kratom_qc.ledger.ledger import Ledger

ASKED, ANSWERED = "asked", "answered"
_LONGEST = 2_000  # letters


@dataclass(frozen=True, slots=True)
class Said:
    """A question, or an answer to one."""

    act: str
    at: str
    who: str
    text: str


def say(ledger: Ledger, act: str, batch_id: str, who: str, text: str) -> None:
    """Ask about a batch, or answer. Raises UsageError for an empty text or one that is too long."""
    words = storable(text.strip())
    if not words:
        raise UsageError("write what you mean")
    if len(words) > _LONGEST:
        raise UsageError(f"at most {_LONGEST} letters are kept")
    ledger.add(who, Act(act, batch_id, {"text": words}))


def said(entries: Iterable[Entry]) -> tuple[Said, ...]:
    """Questions and answers among the entries about a batch, in their order."""
    return tuple(
        Said(entry.act, entry.at, entry.actor, entry.made["text"])
        for entry in entries
        if entry.act in (ASKED, ANSWERED)
    )


def is_open(exchange: tuple[Said, ...]) -> bool:
    """Whether the newest question has no answer yet."""
    return bool(exchange) and exchange[-1].act == ASKED
