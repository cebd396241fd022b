"""What a person may be shown of the store: everything, or what their company sent and nothing of
anybody else's.

A file is a company's if the company delivered it. A batch is a company's if every certificate that
speaks of it is. One that others speak of too is shown to nobody of them: its verdict rests on what
the others sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kratom_qc.app.store import Store
from kratom_qc.archive.history import ArchiveTables, among
from kratom_qc.domain.errors import InputNotFound
from kratom_qc.ledger.ledger import KnownBatch
from kratom_qc.ledger.people import Delivery, People

Row = dict[str, Any]
# Holds of `interpret.compare`, whose sentences name other files and batches.
NAME_OTHERS = frozenset(
    {"BATCH-ID-TWINS", "RESULTS-OF-ANOTHER-BATCH", "CERTIFICATE-ID-REUSED", "REFUSED-FILE"}
)
_OTHERS = (
    "It has something in common with a certificate that is not yours (its lot, its number or its "
    "results). Somebody compares the two, and asks you where needed."
)


@dataclass(frozen=True)
class ShownBatch:
    """A batch as a vendor sees it; `is_shared` where others speak of it too."""

    batch_id: str
    known: KnownBatch | None
    is_shared: bool
    reasons: tuple[Row, ...] = ()


@dataclass(frozen=True)
class ShownFile:
    """A file that was delivered, with what became of it."""

    delivery: Delivery
    refusals: tuple[Row, ...]
    batches: tuple[ShownBatch, ...]


class Shown:
    """What somebody may see; `vendor` is their company, None for those who see all."""

    def __init__(self, store: Store, vendor: str | None):
        self._store, self._vendor = store, vendor
        self._people, self._ledger = People(store.ledger), store.ledger

    def file(self, sha256: str) -> ShownFile:
        """A file with its verdicts. Raises InputNotFound for one that they may not see."""
        delivery = self.delivery(sha256)
        if delivery.status == "refused":
            return ShownFile(delivery, tuple(self._refusals(sha256)), ())
        found = self._people.batches_of([sha256]).get(sha256, [])
        return ShownFile(delivery, (), tuple(self.batches(found)))

    def delivery(self, sha256: str) -> Delivery:
        """How a file came. Raises InputNotFound as above."""
        found = self._people.deliveries(sha256=sha256, vendor=self._vendor, count=1)
        if not found:
            raise InputNotFound(sha256)
        return found[0]

    def batch(self, batch_id: str) -> ShownBatch:
        """A batch. Raises InputNotFound for one that they may not see anything of."""
        found = next(self.batches([batch_id]), None)
        if found is None:
            raise InputNotFound(batch_id)
        return found

    def batches(self, batch_ids: Iterable[str]) -> Iterator[ShownBatch]:
        """Those of some batches of which they may see something, with the reasons that decide."""
        ids = list(dict.fromkeys(batch_ids))
        whose, known = self._owned(ids), self._ledger.batches(ids)
        for batch_id in ids:
            if batch_id not in whose:
                continue
            if whose[batch_id] and batch_id in known:
                reasons = tuple(map(self._told, self._against(known[batch_id])))
                yield ShownBatch(batch_id, self._reason_told(known[batch_id]), False, reasons)
            else:
                yield ShownBatch(batch_id, None, is_shared=not whose[batch_id])

    def _owned(self, batch_ids: list[str]) -> dict[str, bool]:
        """Of batches that they know of whether everything about them is theirs."""
        files = self._ledger.files_of(batch_ids)
        if self._vendor is None:
            return dict.fromkeys(files, True)
        every = {sha256 for of_batch in files.values() for sha256 in of_batch}
        vendors = self._people.vendors_of(every)
        owned: dict[str, bool] = {}
        for batch_id, of_batch in files.items():
            own = [self._vendor in vendors.get(sha256, ()) for sha256 in of_batch]
            if any(own):
                owned[batch_id] = all(own)
        return owned

    def _refusals(self, sha256: str) -> list[Row]:
        return refusals(self._store, sha256)

    def _against(self, known: KnownBatch) -> Iterator[Row]:
        columns = ("market", "rule_id", "rulebook", "analyte", "outcome", "decides", "limit", "why")
        ours = among("batch_id", [known.batch_id])
        tables = ArchiveTables(self._store.root)
        own = tables.table("verdicts", known.pass_id, ("market", "home_markets"), ours).to_pylist()
        homes = next((row["home_markets"] or () for row in own if row["market"] is None), ())
        found = tables.table(
            "findings", known.pass_id, (*columns, "file", "sheet", "cell"), ours
        ).to_pylist()
        for row in sorted(found, key=lambda row: row["outcome"] != "FAIL"):
            counts = row["market"] is None or row["market"] in homes
            if counts and row["decides"] and row["outcome"] != "PASS":
                yield row

    def _told(self, row: Row) -> Row:
        if self._vendor is not None and row["rule_id"] in NAME_OTHERS:
            return {**row, "why": _OTHERS}
        return row

    def _reason_told(self, known: KnownBatch) -> KnownBatch:
        """A batch without its main reason, which may name others."""
        return known if self._vendor is None else known._replace(reason="")


def refusals(store: Store, sha256: str) -> list[Row]:
    """Why a file was refused at its newest reading, with the cells."""
    entries = [one for one in store.ledger.entries(sha256) if one.act == "refused"]
    if not entries:
        return []
    made: Mapping[str, Any] = entries[-1].made
    tables, ours = ArchiveTables(store.root), among("sha256", [sha256])
    rows = tables.table("certificates", made["pass_id"], ("refusals",), ours).to_pylist()
    return [problem for row in rows for problem in row["refusals"] or ()]
