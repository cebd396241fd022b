"""Batches that match, some at a time: the next page begins after the last batch of this one, so
that the thousandth costs what the first does."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from kratom_qc.domain.disposition import Disposition, undecided
from kratom_qc.domain.verdict import Decision
from kratom_qc.ledger.ledger import KnownBatch, Ledger
from kratom_qc.ledger.tables import BATCHES, CERTIFICATES, DELIVERIES


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which batches; what is not named does not matter. `batch_id` is how an id begins; `vendor`
    has sent a certificate of it."""

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
    rows = _filtered(select(*columns), wanted)
    if after is not None:
        rows = rows.where(BATCHES.c.first < after)
    with ledger.reading() as connection:
        found: list[Any] = list(
            connection.execute(rows.order_by(BATCHES.c.first.desc()).limit(count + 1))
        )
    batches = [_known(KnownBatch(*tuple(row)[:-1])) for row in found[:count]]
    return BatchPage(batches, found[count - 1].first if len(found) > count else None)


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
        found: list[Any] = list(connection.execute(rows.limit(count + 1)))
    batches = [_known(KnownBatch(*tuple(row)[:-1])) for row in found[:count]]
    return batches, found[count - 1][-1] if len(found) > count else None


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
        *(_without_proposal(one, Disposition.ON_HOLD, by_person=True) for one in Decision)
    ),
}


def _filtered(rows: Select[Any], wanted: Wanted) -> Select[Any]:
    for name in ("verdict", "disposition", "product", "laboratory"):
        value = getattr(wanted, name)
        if value:
            rows = rows.where(BATCHES.c[name] == value)
    if wanted.batch_id:
        rows = rows.where(BATCHES.c.batch_id.startswith(wanted.batch_id, autoescape=True))
    if wanted.vendor is not None:
        sent = select(CERTIFICATES.c.batch_id).join_from(
            CERTIFICATES, DELIVERIES, CERTIFICATES.c.sha256 == DELIVERIES.c.sha256
        )
        rows = rows.where(BATCHES.c.batch_id.in_(sent.where(DELIVERIES.c.vendor == wanted.vendor)))
    return rows


def _known(row: KnownBatch) -> KnownBatch:
    return row._replace(verdict=Decision(row.verdict), disposition=Disposition(row.disposition))
