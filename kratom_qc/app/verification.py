"""Everything in a store against what the ledger says of it: the journal itself, the current state,
every kept file, every table, and every newest verdict judged again from its files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from glob import escape
from itertools import chain
from pathlib import Path
from typing import Any

from kratom_qc import PROGRAM
from kratom_qc.app.heads import journal_faults
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.rejudge.reread import reread
from kratom_qc.app.signing import signature_faults
from kratom_qc.app.store import existing_store, history_of, ledger_of
from kratom_qc.app.terms import policy_of
from kratom_qc.archive import fingerprint, rows
from kratom_qc.archive.history import ArchivedVerdict, History
from kratom_qc.archive.store import foreign, lies_at, raw, sha256_of
from kratom_qc.domain.errors import RulebookError, StoreError
from kratom_qc.domain.verdict import Verdict
from kratom_qc.interpret.facts import Declaration, FactsFile
from kratom_qc.ledger.entries import Head
from kratom_qc.ledger.ledger import KnownBatch, Ledger


@dataclass(slots=True)
class Verified:
    """What was looked at, and everything that is not as it should be. `unanswered` are batches that
    cannot be judged again: by another program, without kept terms or declarations."""

    entries: int = 0
    files: int = 0
    tables: int = 0
    replayed: int = 0
    unanswered: int = 0
    differences: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()  # what lies among the tables and is not ours


def verify(root: Path, heads: Sequence[Head] = (), *, replay: bool) -> Verified:
    """Check a store; `heads` were written down elsewhere. Raises InputNotFound where there is no
    store."""
    ledger = ledger_of(existing_store(root))
    verified = Verified(entries=ledger.head().sequence)
    differences = [*_looked("the journal", _journal(root, ledger, heads))]
    differences += _looked("kept files", _kept(root, ledger, verified))
    differences += _looked("tables", _tables(root, ledger, verified))
    if replay and not differences:  # from damaged files nobody judges again
        differences += _replayed(root, ledger, verified)
    verified.differences = tuple(differences)
    return verified


def _looked(what: str, differences: Iterator[str]) -> Iterator[str]:
    """Differences, and that there may be more where damage ends the look at them."""
    try:
        yield from differences
    except (StoreError, ValueError, KeyError, TypeError) as error:
        yield f"{what}: cannot be looked through to the end: {error}"


def _journal(root: Path, ledger: Ledger, heads: Sequence[Head]) -> Iterator[str]:
    faults = [*journal_faults(root, ledger, heads), *signature_faults(ledger.signed())]
    yield from (f"journal: entry {fault.sequence} {fault.what}" for fault in faults)
    if not faults:
        yield from (f"ledger: its file is damaged: {line}" for line in ledger.damage())
        for table, count in ledger.differences().items():
            yield f"ledger: the table {table} differs from the journal in {count} rows"


def _kept(root: Path, ledger: Ledger, verified: Verified) -> Iterator[str]:
    for sha256, name in ledger.every_file():
        verified.files += 1
        try:
            raw(root, sha256)
        except StoreError as error:
            yield f"{name}: {error}"


def _tables(root: Path, ledger: Ledger, verified: Verified) -> Iterator[str]:
    """Tables, rulebooks and registers whose bytes are not those that were committed."""
    passes = ledger.passes()
    holds = (
        *(known.holds for known in passes),
        *(made["holds"] for made in ledger.terms().values()),
    )
    written = dict(chain.from_iterable(hold.items() for hold in holds))
    for path, sha256 in written.items():
        verified.tables += 1
        try:
            if sha256_of(lies_at(root, Path(path))) != sha256:
                yield f"{root / path}: is not what was committed"
        except StoreError as error:
            yield str(error)
    stems = {Path(path).stem for path in written if path.startswith("archive/")}
    verified.foreign = tuple(map(str, foreign(root, stems)))


# ---------------------------------------------------------------- judged again


def _replayed(root: Path, ledger: Ledger, verified: Verified) -> Iterator[str]:
    """Batches that are judged otherwise today, from the files, terms and declarations of then."""
    history, known = history_of(root), ledger.batches()
    for batch in known.values():
        if batch.waits_to_be_judged:
            yield (
                f"batch {batch.batch_id}: a certificate gave way to another and the batch was not "
                "judged since; kratom-qc run --again does"
            )
    for policy, verdicts in _by_policy(history, ledger):
        verified.replayed += len(verdicts)
        to_replay = [
            verdict for verdict in verdicts if not known[verdict.batch_id].waits_to_be_judged
        ]
        for now in reread(history, to_replay, policy):
            if _basis(now) != known[now.batch.batch_id].basis:
                yield _differs(known[now.batch.batch_id], now)
    verified.unanswered = len(known) - verified.replayed


def _by_policy(
    history: History, ledger: Ledger
) -> Iterator[tuple[JudgementPolicy, list[ArchivedVerdict]]]:
    """The verdicts that can be made again, by the policy of then."""
    terms = ledger.terms()
    terms_of_pass = {known.pass_id: known.terms or "" for known in ledger.passes()}
    by_terms: dict[tuple[str, date], list[ArchivedVerdict]] = {}
    for verdict in history.verdicts:
        if verdict.facts.sha256 == verdict.facts_sha256:  # what was declared is kept
            asked = terms_of_pass[verdict.pass_id], verdict.judged_on
            by_terms.setdefault(asked, []).append(verdict)
    for (name, on), verdicts in by_terms.items():
        policy = _policy_of_then(history, terms.get(name), on, verdicts)
        if policy:
            yield policy, verdicts


def _differs(batch: KnownBatch, now: Verdict) -> str:
    return (
        f"batch {batch.batch_id}: judged again it is {now.decision}, and was "
        f"{batch.verdict} in pass {batch.pass_id}; they do not rest on the same"
    )


def _policy_of_then(
    history: History, terms: Mapping[str, Any] | None, on: date, verdicts: Iterable[ArchivedVerdict]
) -> JudgementPolicy | None:
    """By what batches were judged, with what was declared of each; none where another program
    judged them, or where nobody kept it or it cannot be loaded any more."""
    if terms is None or terms["program"] != PROGRAM:
        return None
    declared = [verdict for verdict in verdicts if verdict.facts_sha256]
    facts = FactsFile(
        tuple(Declaration(escape(verdict.batch_id), "*", verdict.facts) for verdict in declared)
    )
    try:
        return policy_of(history.root, terms, on, facts)
    except RulebookError:
        return None


def _basis(verdict: Verdict) -> str:
    batch_id = verdict.batch.batch_id
    findings = [rows.finding_row(finding, batch_id) for finding in verdict.findings]
    return fingerprint.of(list(rows.verdict_rows(verdict, "", PROGRAM)), findings).basis
