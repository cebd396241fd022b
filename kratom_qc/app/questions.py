"""What QA asks a vendor about a batch, and what the vendor answers. Both stand in the journal, as
what they are: entries on the batch that change nothing about it."""

from __future__ import annotations

from typing import NamedTuple

from kratom_qc.domain.errors import UsageError
from kratom_qc.ledger.entries import Act
from kratom_qc.ledger.ledger import Ledger

ASKED, ANSWERED = "asked", "answered"
LONGEST = 2_000  # letters


class Said(NamedTuple):
    """A question or an answer."""

    act: str
    by: str
    at: str
    text: str


def said(ledger: Ledger, batch_id: str) -> list[Said]:
    """Everything that was asked and answered about a batch, in its order."""
    entries = (one for one in ledger.entries(batch_id) if one.act in (ASKED, ANSWERED))
    return [Said(one.act, one.actor, one.at, one.made["text"]) for one in entries]


def say(ledger: Ledger, act: str, batch_id: str, text: str, by: str) -> None:
    """Ask or answer. Raises UsageError for an empty or endless text."""
    if not text.strip():
        raise UsageError("write what you ask or answer")
    if len(text) > LONGEST:
        raise UsageError(f"that is longer than {LONGEST} letters")
    ledger.add(by, Act(act, batch_id, {"text": text.strip()}))
