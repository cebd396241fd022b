"""What people decide about batches, on what the program judged.

A decision binds to the hash of exactly what it was made on. Where a later verdict has another
outcome, the decision falls and the batch waits for a person again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kratom_qc.app.store import add_to, existing_store, known_batch, ledger_of, tables_of, user
from kratom_qc.archive import fingerprint
from kratom_qc.archive.fingerprint import Fingerprint
from kratom_qc.archive.tables import PassStamp
from kratom_qc.domain.disposition import (
    MEANINGS,
    Disposition,
    decided,
    person_key,
    takes_people,
    undecided,
)
from kratom_qc.domain.errors import StoreError, UsageError
from kratom_qc.domain.verdict import Verdict
from kratom_qc.ledger.entries import Act, Entry, storable
from kratom_qc.ledger.ledger import KnownBatch, Ledger, stamp
from kratom_qc.ledger.people import People
from kratom_qc.report.summary import SummaryRow

if TYPE_CHECKING:
    from kratom_qc.app.amendments import Correction, Paper
    from kratom_qc.app.signing import Signer

_REOPENED = "the new verdict does not rest on what was decided on"
_SHORTEST = 8  # letters of a hash that name what was seen

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dossier:
    """A batch as a person decides on it: its newest verdict, what decides it, the certificates that
    came and which of them correct others, and what was done with it before. `against` are rows of
    the archive's findings."""

    batch: KnownBatch
    reason: str
    papers: tuple[Paper, ...]
    corrections: tuple[Correction, ...]
    against: tuple[Row, ...]
    history: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What somebody decides: `people` are one or two, `seen` the beginning of the hash that the
    review showed, where they name it, `newest` the newest entry about the batch that it showed,
    `proposal` the entry by which the other person proposed it."""

    decision: str
    because: str
    people: tuple[str, ...]
    seen: str = ""
    newest: int | None = None
    proposal: int | None = None


def dossier(root: Path, batch_id: str) -> Dossier:
    """All that a person needs to decide on a batch.

    Raises InputNotFound for a batch that the store does not know, and StoreError where the archive
    is not what the verdict rests on.
    """
    ledger = ledger_of(existing_store(root))
    return _dossier(root, ledger, known_batch(root, ledger, batch_id))


def decide(root: Path, batch_id: str, ruling: Ruling, signer: Signer | None = None) -> KnownBatch:
    """Decide on a batch, and write it into the ledger, signed where somebody signs. Returns the
    batch as it stands then.

    Raises UsageError where it may not be decided so, InputNotFound for a batch that the store does
    not know, and StoreError where the archive is not what the verdict rests on.
    """
    ledger = ledger_of(existing_store(root))
    known = _decidable(root, ledger, batch_id, ruling)
    becomes = decided(
        ruling.decision, known.verdict, known.disposition, ruling.because, ruling.people
    )
    act = _act("decided", known, ruling, {"disposition": becomes})
    approves = ruling.proposal is not None
    return _added(ledger, known, act, signer, "approved" if approves else ruling.decision)


def propose(root: Path, batch_id: str, ruling: Ruling, signer: Signer) -> KnownBatch:
    """Propose what takes a second person, who `approve`s it. Raises as `decide` does, and where one
    person is enough."""
    ledger = ledger_of(existing_store(root))
    known = _decidable(root, ledger, batch_id, ruling)
    alone = takes_people(ruling.decision, known.verdict, known.disposition) == 1
    if alone or not ruling.because.strip():
        missing = "one person is enough for it" if alone else "a proposal needs its reason"
        raise UsageError(f"{ruling.decision}: {missing}")
    return _added(ledger, known, _act("proposed", known, ruling, {}), signer, "proposed")


def approve(root: Path, batch_id: str, ruling: Ruling, signer: Signer | None = None) -> KnownBatch:
    """Decide what another person proposed; `ruling` names who approves. Raises as `decide` does,
    and where nothing is proposed."""
    ledger = ledger_of(existing_store(root))
    known = known_batch(root, ledger, batch_id)
    if known.proposed is None:
        raise UsageError(f"nothing is proposed for batch {batch_id}")
    proposal = ledger.entry(known.proposed).made
    both = (*ruling.people, *proposal["people"])
    whole = replace(ruling, decision=proposal["decision"], people=both, proposal=known.proposed)
    return decide(root, batch_id, whole, signer)


def _decidable(root: Path, ledger: Ledger, batch_id: str, ruling: Ruling) -> KnownBatch:
    """A batch that can be decided on: whole, as it was seen, judged on what it has, and by nobody
    who sent its certificates."""
    known = known_batch(root, ledger, batch_id)
    whole = _dossier(root, ledger, known)  # nobody decides on what is damaged
    _check_seen(known, ruling.seen)
    sent = [paper.known.sha256 for paper in whole.papers]
    check_nobody_sent(ledger, sent, ruling.people, "decide on its batch")
    if ruling.newest is not None and whole.history[-1].sequence != ruling.newest:
        raise UsageError(f"something was done with batch {batch_id} since; review it again")
    if known.waits_to_be_judged:
        raise UsageError(
            f"a certificate of batch {batch_id} gave way to another since it was judged; "
            f"first judge it again: kratom-qc run --again {batch_id}"
        )
    return known


def _act(name: str, known: KnownBatch, ruling: Ruling, becomes: dict[str, Any]) -> Act:
    made = {
        **becomes,
        "decision": ruling.decision,
        "people": list(ruling.people),
        "account": user(),
        **{column: getattr(known, column) for column in ("verdict", "pass_id", "basis", "outcome")},
    }
    seen = {"newest": ruling.newest, "proposal": ruling.proposal}
    made |= {key: value for key, value in seen.items() if value is not None}
    return Act(name, known.batch_id, made, {"disposition": known.disposition}, ruling.because)


def _added(
    ledger: Ledger, known: KnownBatch, act: Act, signer: Signer | None, meaning: str
) -> KnownBatch:
    if signer is not None:
        act = signer.signed(MEANINGS[meaning], act)
    add_to(ledger, known, act.after["people"][0], act)
    return ledger.batches([known.batch_id])[known.batch_id]


def _check_seen(known: KnownBatch, seen: str) -> None:
    if seen and (len(seen) < _SHORTEST or not known.basis.startswith(seen)):
        raise UsageError(
            f"what was seen ({seen}) is not what batch {known.batch_id} rests on now "
            f"({known.basis[:12]}); review it again"
        )


def check_nobody_sent(
    ledger: Ledger, hashes: Collection[str], people: Iterable[str], what: str
) -> None:
    """Who sends a certificate through the portal does not decide on its batch, nor accept what
    holds it. Raises UsageError."""
    asked = {person_key(person) for person in people}
    for actor, name in People(ledger).sent_by_people(hashes):
        if person_key(actor) in asked:
            raise UsageError(f"{actor} sent {name} and does not {what}")


def _dossier(root: Path, ledger: Ledger, known: KnownBatch) -> Dossier:
    from kratom_qc.app.amendments import corrections, papers  # these load pandas: not for a pass
    from kratom_qc.archive.history import among

    tables = tables_of(root, ledger, [known.pass_id])
    ours = among("batch_id", [known.batch_id])

    def rows(name: str) -> list[Row]:
        columns = (*fingerprint.COLUMNS[name], *(("reason",) if name == "verdicts" else ()))
        rows: list[Row] = tables.table(name, known.pass_id, columns, ours).to_pylist()
        return rows

    verdicts, findings = rows("verdicts"), rows("findings")
    batch_rows = [row for row in verdicts if row["market"] is None]
    if not batch_rows or fingerprint.of(verdicts, findings).basis != known.basis:
        raise StoreError(
            f"{root}: the archive's rows of batch {known.batch_id} in pass {known.pass_id} are not "
            "those that its verdict rests on; restore them from a backup"
        )
    of_batch = papers(root, ledger, known.batch_id)
    return Dossier(
        batch=known,
        reason=batch_rows[0]["reason"] or "",
        papers=tuple(of_batch),
        corrections=tuple(corrections(root, known.batch_id, of_batch)),
        against=tuple(row for row in findings if _stands_against(row, batch_rows[0])),
        history=tuple(ledger.entries(known.batch_id)),
    )


def _stands_against(finding: Row, batch_row: Row) -> bool:
    """Whether a finding holds or fails the batch's own verdict."""
    counts = finding["market"] is None or finding["market"] in (batch_row["home_markets"] or ())
    return bool(counts and finding["decides"] and finding["outcome"] != "PASS")


def judged(verdict: Verdict, row: SummaryRow, made: Fingerprint, of: PassStamp) -> dict[str, Any]:
    """What the ledger is told of a verdict."""
    return {
        "product": verdict.batch.product,
        "laboratory": storable(row.laboratory),
        "reason": storable(row.reason),
        "verdict": str(verdict.decision),
        "judged_on": of.judged_on.isoformat(),
        "judged_at": stamp(of.judged_at) if of.judged_at else "",
        "sequence": of.sequence,
        "pass_id": of.pass_id,
        "basis": made.basis,
        "outcome": made.outcome,
        "disposition": undecided(verdict.decision),
    }


def judged_acts(
    new: Mapping[str, dict[str, Any]], before: Mapping[str, KnownBatch]
) -> Iterator[Act]:
    """New verdicts as acts, each with what was known before. A release or rejection that rests on
    another outcome falls; what a person holds stays held until a person says otherwise."""
    for batch_id, made in new.items():
        known = before.get(batch_id)
        if known is None:
            yield Act("judged", batch_id, made)
            continue
        earlier = {"verdict": known.verdict, "pass_id": known.pass_id, "basis": known.basis}
        yield Act("judged", batch_id, made, earlier)
        decided = known.by_person and known.disposition is not Disposition.ON_HOLD
        if decided and known.outcome != made["outcome"]:
            becomes = {"disposition": made["disposition"]}
            was = {"disposition": known.disposition, "decided": known.decided}
            yield Act("reopened", batch_id, becomes, was, _REOPENED)
