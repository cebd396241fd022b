"""What a person may be shown of the store: everything, or what their company sent and nothing of
anybody else's.

A file is a company's if the company delivered it. A batch is a company's if every certificate that
speaks of it is, and nobody else delivered the same bytes. Of a batch that others speak of too
nothing is shown but that it is compared: its verdict rests on what the others sent. What a verdict
says of other files or batches is said without naming them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from kratom_qc.app.restored import restored
from kratom_qc.app.store import Store, tables_of
from kratom_qc.archive.history import among
from kratom_qc.domain.certificate import HoldReason
from kratom_qc.domain.errors import InputNotFound, Problem
from kratom_qc.domain.finding import Finding
from kratom_qc.domain.source import CellRef
from kratom_qc.domain.verdict import Verdict
from kratom_qc.ledger.ledger import KnownBatch
from kratom_qc.ledger.people import Delivery, People

# Causes to hold whose sentences name other files, batches or vendors (`interpret.compare`,
# `app.batches`).
NAME_OTHERS = frozenset(
    {
        *("BATCH-ID-TWINS", "RESULTS-OF-ANOTHER-BATCH", "CERTIFICATE-ID-REUSED"),
        *("REFUSED-FILE", "SEVERAL-VENDORS"),
    }
)
_REMARKS_OF_OTHERS = frozenset({"same-file-name"})
_OTHERS = (
    "it has its lot, its number or its results in common with another certificate, which may be "
    "somebody else's: a person compares them"
)


@dataclass(frozen=True)
class ShownBatch:
    """A batch as somebody may see it; `known` is None where they may see nothing but that it is
    compared, `verdict` where the archive of an earlier version does not hold it."""

    batch_id: str
    known: KnownBatch | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True)
class ShownFile:
    """A file that was delivered, with what became of it: why it was refused, or its batches."""

    delivery: Delivery
    refusals: tuple[Problem, ...] = ()
    batches: tuple[ShownBatch, ...] = ()

    @property
    def verdicts(self) -> list[Verdict]:
        """The verdicts on its batches that may be seen."""
        return [batch.verdict for batch in self.batches if batch.verdict is not None]


class Shown:
    """What somebody may see; `vendor` is their company, None for those who see all."""

    def __init__(self, store: Store, vendor: str | None):
        self._store, self._vendor = store, vendor
        self._people, self._ledger = People(store.ledger), store.ledger

    def delivery(self, sha256: str) -> Delivery:
        """How a file came. Raises InputNotFound for one that they may not see."""
        deliveries = self._people.deliveries(sha256=sha256, vendor=self._vendor, count=1)
        if not deliveries:
            raise InputNotFound(sha256)
        return deliveries[0]

    def file(self, sha256: str) -> ShownFile:
        """A file with its verdicts. Raises InputNotFound for one that they may not see."""
        delivery = self.delivery(sha256)
        if delivery.status == "refused":
            return ShownFile(delivery, tuple(self._refusals(delivery)))
        batch_ids = self._people.batches_of([sha256]).get(sha256, [])
        return ShownFile(delivery, batches=tuple(self.batches(batch_ids, whole=True)))

    def batch(self, batch_id: str) -> ShownBatch:
        """A batch with its verdict. Raises InputNotFound for one of which they may see nothing."""
        shown = self.batches([batch_id], whole=True)
        if not shown:
            raise InputNotFound(batch_id)
        return shown[0]

    def batches(self, batch_ids: Iterable[str], *, whole: bool = False) -> list[ShownBatch]:
        """Those of some batches of which they may see something; `whole`, with their verdicts."""
        ids = list(dict.fromkeys(batch_ids))
        owned, known = self._owned(ids), self._ledger.batches(ids)
        seen = [batch_id for batch_id in ids if owned.get(batch_id) and batch_id in known]
        passes = {batch_id: known[batch_id].pass_id for batch_id in seen}
        verdicts = restored(self._store.root, passes) if whole else {}
        return [
            self._shown(known[batch_id], verdicts.get(batch_id))
            if batch_id in seen
            else ShownBatch(batch_id)
            for batch_id in ids
            if batch_id in owned
        ]

    def _shown(self, known: KnownBatch, verdict: Verdict | None) -> ShownBatch:
        if self._vendor is None:
            return ShownBatch(known.batch_id, known, verdict)
        # Its main reason may name others.
        known_to_vendor = known._replace(reason="")
        return ShownBatch(known.batch_id, known_to_vendor, for_vendor(verdict) if verdict else None)

    def _owned(self, batch_ids: Collection[str]) -> dict[str, bool]:
        """Of batches that they know of whether everything about them is theirs."""
        files = self._ledger.files_of(batch_ids)
        if self._vendor is None:
            return dict.fromkeys(files, True)
        every = {sha256 for of_batch in files.values() for sha256 in of_batch}
        vendors = self._people.vendors_of(every)
        owned: dict[str, bool] = {}
        for batch_id, of_batch in files.items():
            senders = [vendors.get(sha256, set()) for sha256 in of_batch]
            if any(self._vendor in sent for sent in senders):
                owned[batch_id] = all(self._is_own(sent) for sent in senders)
        return owned

    def _is_own(self, sent: Collection[str | None]) -> bool:
        return self._vendor in sent and set(sent) <= {self._vendor, None}

    def _refusals(self, delivery: Delivery) -> Iterable[Problem]:
        """Why a file was refused at its newest reading, under the name that this sender gave it."""
        entries = [
            entry for entry in self._ledger.entries(delivery.sha256) if entry.act == "refused"
        ]
        if not entries:
            return
        pass_id, ours = entries[-1].made["pass_id"], among("sha256", [delivery.sha256])
        tables = tables_of(self._store.root, self._ledger, [pass_id])
        table = tables.table("certificates", pass_id, ("file", "refusals"), ours)
        for row in table.to_pylist():
            for refusal in row["refusals"] or ():
                message = refusal["message"].replace(row["file"], delivery.name)
                ref = CellRef(delivery.name, refusal["sheet"], refusal["cell"])
                yield Problem(refusal["code"], message, ref, refusal["said"])


def for_vendor(verdict: Verdict) -> Verdict:
    """A verdict that names nobody's file or batch but the vendor's own."""
    batch = replace(
        verdict.batch,
        hold_reasons=tuple(map(_reason_told, verdict.batch.hold_reasons)),
        remarks=tuple(
            remark for remark in verdict.batch.remarks if remark.code not in _REMARKS_OF_OTHERS
        ),
    )
    by_identity = {id(finding): _finding_told(finding) for finding in verdict.findings}
    standings = tuple(
        replace(standing, finding=by_identity.get(id(standing.finding), standing.finding))
        for standing in verdict.standings
    )
    return replace(verdict, batch=batch, findings=tuple(by_identity.values()), standings=standings)


def _finding_told(finding: Finding) -> Finding:
    if finding.rule_id not in NAME_OTHERS:
        return finding
    return replace(finding, why=_OTHERS, ref=None)


def _reason_told(reason: HoldReason) -> HoldReason:
    if reason.rule_id not in NAME_OTHERS:
        return reason
    return replace(reason, why=_OTHERS, ref=CellRef(""))
