"""What quality assurance reads in the morning: what arrived, what was judged of it, what waits for
a person and for how long, which limits are due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kratom_qc.app.notices.news import Notice, news, one_line
from kratom_qc.app.notices.worries import due_limits
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.domain.disposition import Disposition
from kratom_qc.ledger.entries import Entry
from kratom_qc.ledger.ledger import Ledger, stamp

_AGES = (1, 7, 30)  # days on hold, below which batches are counted together
_SHOWN = 30  # of each list


@dataclass(frozen=True, slots=True)
class Digest:
    """Some days of a store. `arrived` counts files by vendor ("" where nobody is named), `holds`
    batches on hold by their age."""

    since: str
    until: str
    arrived: dict[str, int]
    verdicts: dict[str, int]
    refused: int
    decided: dict[str, int]
    awaiting_review: int
    holds: dict[str, int]
    news: tuple[Notice, ...]
    due: tuple[str, ...]

    @property
    def title(self) -> str:
        """Counts alone."""
        counts = ", ".join(f"{count} {verdict}" for verdict, count in self.verdicts.items())
        return (
            f"kratom_qc, {self.since[:10]} to {self.until[:10]}: {counts or 'nothing was judged'}"
        )

    def lines(self) -> Iterator[str]:
        """What it says, as plain text."""
        yield f"Arrived: {sum(self.arrived.values())} files"
        for vendor, count in self.arrived.items():
            yield f"  {one_line(vendor) or 'no vendor named'}: {count}"
        yield f"Judged: {_counts(self.verdicts)}; {self.refused} files refused"
        yield f"Decided by people: {_counts(self.decided)}"
        yield f"Awaiting review: {self.awaiting_review} batches"
        yield f"On hold: {_counts(self.holds)}"
        yield from _listed("What to look at:", [notice.text for notice in self.news])
        yield from _listed("Limits to read again:", self.due)


def digest(ledger: Ledger, policy: JudgementPolicy, until: datetime, days: int) -> Digest:
    """The digest of so many days up to a moment."""
    begin = stamp(until - timedelta(days=days))
    entries = ledger.since(at=begin)
    acts = Counter(entry.act for entry in entries)
    dispositions = ledger.tally().dispositions
    return Digest(
        since=begin,
        until=stamp(until),
        arrived=dict(Counter(_vendors(entries))),
        verdicts=dict(Counter(entry.made["verdict"] for entry in entries if entry.act == "judged")),
        refused=acts["refused"],
        decided=dict(
            Counter(entry.made["disposition"] for entry in entries if entry.act == "decided")
        ),
        awaiting_review=dispositions.get(Disposition.AWAITING_REVIEW, 0),
        holds=_ages(ledger, policy.on),
        news=tuple(news(entries)),
        due=tuple(due_limits(policy)),
    )


def _vendors(entries: Iterable[Entry]) -> Iterator[str]:
    """The vendor of every delivery; the same file of one vendor counts once."""
    seen = dict.fromkeys(
        (entry.subject, entry.made.get("vendor") or "")
        for entry in entries
        if entry.act == "delivered"
    )
    return (vendor for _, vendor in seen)


def _ages(ledger: Ledger, on: date) -> dict[str, int]:
    ages: Counter[str] = Counter()
    for _, since, _ in ledger.on_hold():
        days = (on - date.fromisoformat(since[:10])).days
        below = next((age for age in _AGES if days < age), None)
        ages[f"less than {below} days" if below else f"{_AGES[-1]} days and more"] += 1
    return dict(ages)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.items()) or "none"


def _listed(heading: str, texts: Sequence[str]) -> Iterator[str]:
    if texts:
        yield ""
        yield heading
        yield from (f"  {text}" for text in texts[:_SHOWN])
    if len(texts) > _SHOWN:
        yield f"  and {len(texts) - _SHOWN} more"
