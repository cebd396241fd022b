"""Batches that match, some at a time: the next page begins after the last batch of this one, so
that the thousandth costs what the first does."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from kratom_qc.domain.disposition import Disposition, undecided
from kratom_qc.domain.verdict import Decision
from kratom_qc.ledger.ledger import KnownBatch, Ledger, known_batch
from kratom_qc.ledger.tables import BATCHES, CERTIFICATES, DELIVERIES


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which batches; what is not named does not matter. `batch_id` is how an id begins;
    `laboratory` is one of its laboratories, and `vendor` has sent a certificate of it."""

    batch_id: str = ""
    verdict: str = ""
    disposition: str = ""
    product: str = ""
    laboratory: str = ""
    vendor: str | None = None


@dataclass(frozen=True, slots=True)
class BatchPage:
    """Batches, the newest first; `after` begins the next page, None where there is none."""

    batches: list[KnownBatch]
    after: int | None


def search(ledger: Ledger, wanted: Wanted, after: int | None = None, count: int = 50) -> BatchPage:
    """A page of the batches that match, the newest first. Raises StoreError."""
    columns = [BATCHES.c[name] for name in (*KnownBatch._fields, "first")]
    rows = _filtered(ledger, select(*columns), wanted)
    if after is not None:
        rows = rows.where(BATCHES.c.first < after)
    with ledger.reading() as connection:
        matches: list[Any] = list(
            connection.execute(rows.order_by(BATCHES.c.first.desc()).limit(count + 1))
        )
    batches = [known_batch(tuple(row)[:-1]) for row in matches[:count]]
    return BatchPage(batches, matches[count - 1].first if len(matches) > count else None)


MOST_COUNTED = 10_000  # batches that wait: who has more need not know how many more


class Waiting(StrEnum):
    """What a batch waits for."""

    SECOND = "a second person"
    FAIL = "a decision on a FAIL"
    HOLD = "a decision on a HOLD"
    PASS = "its release"
    HELD = "those who hold it"


def waiting(
    ledger: Ledger, kind: Waiting, after: int = 0, count: int = 50
) -> tuple[list[KnownBatch], int | None]:
    """So many batches that wait for a person, the oldest first, and what begins the next page."""
    order = BATCHES.c["proposed" if kind is Waiting.SECOND else "first"]
    columns = [BATCHES.c[name] for name in KnownBatch._fields]
    rows = select(*columns, order).where(_WAITING[kind], order > after).order_by(order)
    with ledger.reading() as connection:
        matches: list[Any] = list(connection.execute(rows.limit(count + 1)))
    batches = [known_batch(tuple(row)[:-1]) for row in matches[:count]]
    return batches, matches[count - 1][-1] if len(matches) > count else None


def count_waiting(ledger: Ledger) -> dict[Waiting, int]:
    """How many batches wait for what; of more than MOST_COUNTED one more than that."""
    counts = []
    for kind in Waiting:
        rows = select(BATCHES.c.first).where(_WAITING[kind]).limit(MOST_COUNTED + 1).subquery()
        counts.append(select(func.count()).select_from(rows).scalar_subquery())
    with ledger.reading() as connection:
        return dict(zip(Waiting, connection.execute(select(*counts)).one(), strict=True))


def _undecided(verdict: Decision) -> ColumnElement[bool]:
    """Batches of this verdict of which nobody has decided or proposed anything."""
    return _without_proposal(verdict, undecided(verdict), by_person=False)


def _without_proposal(
    verdict: Decision, disposition: Disposition, *, by_person: bool
) -> ColumnElement[bool]:
    """Equal to all that an index begins with, so that it has the batches in their order."""
    return and_(
        BATCHES.c.disposition == disposition,
        BATCHES.c.verdict == verdict,
        BATCHES.c.by_person.is_(by_person),
        BATCHES.c.proposed.is_(None),
    )


_WAITING: dict[Waiting, ColumnElement[bool]] = {
    Waiting.SECOND: BATCHES.c.proposed > 0,
    Waiting.FAIL: _undecided(Decision.FAIL),
    Waiting.HOLD: _undecided(Decision.HOLD),
    Waiting.PASS: _undecided(Decision.PASS),
    Waiting.HELD: or_(
        *(_without_proposal(verdict, Disposition.ON_HOLD, by_person=True) for verdict in Decision)
    ),
}


# ---------------------------------------------------------------- names


class Named(NamedTuple):
    """A vendor, laboratory or product with how many batches it has."""

    name: str
    batches: int


def named(ledger: Ledger, kind: str) -> list[Named]:
    """The vendors, laboratories or product forms (`kind`) of a ledger, by name."""
    if kind == "vendor":
        counted = select(DELIVERIES.c.vendor, func.count(CERTIFICATES.c.batch_id.distinct()))
        counted = counted.join_from(
            DELIVERIES, CERTIFICATES, DELIVERIES.c.sha256 == CERTIFICATES.c.sha256
        )
        counted = counted.where(DELIVERIES.c.vendor.is_not(None)).group_by(DELIVERIES.c.vendor)
    else:
        counted = select(BATCHES.c[kind], func.count()).group_by(BATCHES.c[kind])
    counts = Counter[str]()
    with ledger.reading() as connection:
        for text, number in connection.execute(counted):
            for name in laboratories_of(text or "") if kind == "laboratory" else (text or "",):
                counts[name] += number
    return [Named(name, number) for name, number in sorted(counts.items()) if name]


def laboratories_of(text: str) -> list[str]:
    """The laboratories of a batch, as printed, of the text in which the ledger tells them."""
    return text.split(" · ")


def neighbours(ledger: Ledger, batch_id: str, count: int = 200) -> list[str]:
    """So many batch ids before and after one, in their order: those that begin as it does."""
    own = BATCHES.c.batch_id
    before = select(own).where(own < batch_id).order_by(own.desc()).limit(count)
    after = select(own).where(own >= batch_id).order_by(own).limit(count)
    with ledger.reading() as connection:
        both = (connection.execute(rows).scalars() for rows in (before, after))
        return sorted(chain.from_iterable(both))


# ---------------------------------------------------------------- filters


def count(ledger: Ledger, wanted: Wanted) -> int:
    """How many batches match."""
    rows = _filtered(ledger, select(func.count()).select_from(BATCHES), wanted)
    with ledger.reading() as connection:
        return int(connection.execute(rows).scalar_one())


def _filtered(ledger: Ledger, rows: Select[Any], wanted: Wanted) -> Select[Any]:
    for name in ("verdict", "disposition", "product"):
        value = getattr(wanted, name)
        if value:
            rows = rows.where(BATCHES.c[name] == value)
    if wanted.laboratory:
        asked = wanted.laboratory.strip().casefold()
        stored = ledger.laboratories()
        texts = [text for text in stored if asked in map(str.casefold, laboratories_of(text))]
        rows = rows.where(BATCHES.c.laboratory.in_(texts))
    if wanted.batch_id:
        rows = rows.where(BATCHES.c.batch_id.startswith(wanted.batch_id, autoescape=True))
    if wanted.vendor is not None:
        sent = select(CERTIFICATES.c.batch_id).join_from(
            CERTIFICATES, DELIVERIES, CERTIFICATES.c.sha256 == DELIVERIES.c.sha256
        )
        rows = rows.where(BATCHES.c.batch_id.in_(sent.where(DELIVERIES.c.vendor == wanted.vendor)))
    return rows
