"""Everything in a store against what the ledger says of it: the journal itself, the current state,
every kept file, every table, and every newest verdict judged again from its files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from glob import escape
from pathlib import Path

from kratom_qc import PROGRAM
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.rejudge.reread import reread
from kratom_qc.app.store import existing_store, exported_heads, history_of, ledger_of
from kratom_qc.archive import fingerprint, rows
from kratom_qc.archive.history import ArchivedBasis, ArchivedVerdict, History
from kratom_qc.archive.store import foreign, raw, sha256_of
from kratom_qc.domain.errors import RulebookError, StoreError
from kratom_qc.domain.verdict import Verdict
from kratom_qc.interpret.facts import Declaration, FactsFile
from kratom_qc.interpret.laboratories import Register
from kratom_qc.ledger.entries import Head
from kratom_qc.ledger.ledger import Ledger
from kratom_qc.rulebooks.load import rulebooks_of


@dataclass(slots=True)
class Verified:
    """What was looked at, and everything that is not as it should be. `unanswered` are batches that
    cannot be judged again: by another program, without kept rulebooks or declarations."""

    entries: int = 0
    files: int = 0
    tables: int = 0
    replayed: int = 0
    unanswered: int = 0
    differences: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()  # what lies among the tables and is not ours


def verify(root: Path, register: Register, heads: Sequence[Head] = (), *, replay: bool) -> Verified:
    """Check a store. `register` is that of the laboratories relied on, `heads` were written down
    elsewhere. Raises InputNotFound where there is no store."""
    ledger = ledger_of(existing_store(root))
    found = Verified(entries=ledger.head().sequence)
    differences = [*_journal(ledger, [*exported_heads(root), *heads])]
    differences += _kept(root, ledger, found)
    differences += _tables(root, ledger, found)
    if replay and not differences:  # from damaged files nobody judges again
        differences += _replayed(root, register, found)
    found.differences = tuple(differences)
    return found


def _journal(ledger: Ledger, heads: Iterable[Head]) -> Iterator[str]:
    faults = ledger.faults(heads)
    yield from (f"journal: entry {fault.sequence} {fault.what}" for fault in faults)
    if not faults:
        for table, count in ledger.differences().items():
            yield f"ledger: the table {table} differs from the journal in {count} rows"


def _kept(root: Path, ledger: Ledger, found: Verified) -> Iterator[str]:
    for sha256, name in ledger.every_file():
        found.files += 1
        try:
            raw(root, sha256)
        except StoreError as error:
            yield f"{name}: {error}"


def _tables(root: Path, ledger: Ledger, found: Verified) -> Iterator[str]:
    """Tables and rulebooks whose bytes are not those that were committed."""
    passes = ledger.passes()
    written = {path: sha256 for one in passes for path, sha256 in one.holds.items()}
    for path, sha256 in written.items():
        found.tables += 1
        try:
            if sha256_of(root / path) != sha256:
                yield f"{root / path}: is not what was committed"
        except StoreError as error:
            yield str(error)
    found.foreign = tuple(map(str, foreign(root, [one.pass_id for one in passes])))


# ---------------------------------------------------------------- judged again


def _replayed(root: Path, register: Register, found: Verified) -> Iterator[str]:
    """Batches that are judged otherwise today, from the files, rulebooks and declarations of
    then."""
    history = history_of(root)
    by_basis: dict[tuple[ArchivedBasis, tuple[str, ...]], list[ArchivedVerdict]] = {}
    for verdict in history.verdicts:
        basis = _basis_of_ours(verdict)
        if basis is None:
            found.unanswered += 1
        else:
            by_basis.setdefault((basis, verdict.home_markets), []).append(verdict)
    known = ledger_of(root).batches()
    for (basis, home), verdicts in by_basis.items():
        policy = _policy_of_then(history, basis, home, register, verdicts)
        if policy is None:
            found.unanswered += len(verdicts)
            continue
        for now in reread(history, verdicts, policy):
            found.replayed += 1
            batch = known[now.batch.batch_id]
            if _basis(now) != batch.basis:
                yield (
                    f"batch {batch.batch_id}: judged again it is {now.decision}, and was "
                    f"{batch.verdict} in pass {batch.pass_id}; they do not rest on the same"
                )


def _basis_of_ours(verdict: ArchivedVerdict) -> ArchivedBasis | None:
    """On what basis, shared by all products, this program judged; none where another did, or where
    what was declared then was not kept."""
    basis = verdict.basis
    if basis is None or basis.program != PROGRAM:
        return None
    declared = verdict.facts.sha256 == verdict.facts_sha256
    return replace(basis, product=None) if declared else None


def _policy_of_then(
    history: History,
    basis: ArchivedBasis,
    home: tuple[str, ...],
    register: Register,
    verdicts: Iterable[ArchivedVerdict],
) -> JudgementPolicy | None:
    """By what batches were judged; none where the rulebooks of then are not there or cannot be
    loaded any more."""
    files = history.rulebooks(basis)
    try:
        books = rulebooks_of(files) if files else None
    except RulebookError:
        books = None
    if books is None:
        return None
    declared = [one for one in verdicts if one.facts_sha256]
    facts = FactsFile(tuple(Declaration(escape(one.batch_id), "*", one.facts) for one in declared))
    return JudgementPolicy(
        books, basis.markets, home, basis.judged_on, facts=facts, laboratories=register
    )


def _basis(verdict: Verdict) -> str:
    batch_id = verdict.batch.batch_id
    findings = [rows.finding_row(finding, batch_id) for finding in verdict.findings]
    return fingerprint.of(list(rows.verdict_rows(verdict, "", PROGRAM)), findings).basis
