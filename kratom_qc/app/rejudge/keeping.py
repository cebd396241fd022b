"""An answer on disk: `STORE/rejudged/<id>/` with tables of the archive's own schemas, written whole
or not at all.

Nothing of the archive is touched: what was said stays beside what would be said.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from kratom_qc import PROGRAM
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.rejudge.archived import Answer
from kratom_qc.app.rejudge.comparison import Decisions, MarketDecision
from kratom_qc.app.rejudge.plan import distinct_changes
from kratom_qc.app.terms import terms_of
from kratom_qc.archive.history import ArchivedVerdict, History
from kratom_qc.archive.tables import SCHEMAS
from kratom_qc.domain.errors import StoreError
from kratom_qc.domain.limit import Rulebook
from kratom_qc.rulebooks.scope import applicable

_BLOCK = 5_000  # batches whose rows are made at once
_VERDICTS = SCHEMAS["verdicts"]
_EVERY_ROW = ["batch_id", "product"]
_OWN_ROW = ["certificates", "rulebooks", "facts_sha256"]  # in a batch's own row only
_BATCH = pa.schema([_VERDICTS.field(name) for name in (*_EVERY_ROW, *_OWN_ROW)])
_DECISION = pa.schema([field for field in _VERDICTS if field.name not in _BATCH.names])


def name_of(history: History, policy: JudgementPolicy, *, every_limit: bool) -> str:
    """Names an answer by its question: the day, and a hash of the verdicts it starts from and of
    the policy."""
    parts = (
        *(f"{batch_id} {pass_id}" for batch_id, pass_id in history.newest.items()),
        "",
        *(facts.sha256 for _, _, facts in policy.facts.rows),
        f"{terms_of(policy).hash} {every_limit}",
    )
    return answer_name(policy, parts)


def answer_name(policy: JudgementPolicy, parts: Sequence[str]) -> str:
    """A name for an answer: its day, and a hash of all that it rests on."""
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"{policy.on.isoformat()}-{digest[:12]}"


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder that appears whole when the block ends, or not at all. Raises StoreError where it
    cannot be written, or while another answer is being written beside it."""
    part = path.with_name(f".{path.name}.part")
    lock = FileLock(path.parent / ".rejudge.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise StoreError(
            f"{path.parent}: another rejudge is writing here; try again when it has ended"
        ) from None
    except OSError as error:
        raise StoreError(f"{path.parent}: cannot be written: {error.strerror}") from None
    try:
        shutil.rmtree(part, ignore_errors=True)  # what one that was killed left
        part.mkdir()
        yield part
        os.sync()
        part.rename(path)
        os.sync()
    except (OSError, pa.ArrowException) as error:
        raise StoreError(f"{path}: cannot be written: {error}") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
        lock.release()


def keep(folder: Path, answer: Answer) -> None:
    """Write the tables of an answer, and on what basis it was made."""
    with pq.ParquetWriter(folder / "verdicts.parquet", _VERDICTS, compression="zstd") as writer:
        for table in _verdicts(answer):
            writer.write_table(table)
    pq.write_table(answer.findings, folder / "findings.parquet", compression="zstd")
    text = json.dumps(basis_of(answer), ensure_ascii=False, indent=1)
    (folder / "terms.json").write_text(text + "\n", encoding="utf-8")


def basis_of(answer: Answer) -> dict[str, Any]:
    """On what basis an answer was made: day, markets, rulebooks, and what was asked again, of
    batches of which product."""
    policy = answer.request.policy
    asked: dict[tuple[str, str, str], dict[str, None]] = {}
    for changes in distinct_changes(answer.batches):
        for (book, rule_id), why in changes.reasons.items():
            asked.setdefault((book, rule_id, why), {})[changes.product or "unknown"] = None
    return {
        "id": answer.request.name,
        "program": PROGRAM,
        "judged_on": policy.on.isoformat(),
        "markets": list(answer.comparison.markets),
        "home_markets": list(policy.home),
        "rulebooks": _identities(policy.books.values()),
        "asked_again": [
            {"rulebook": book, "rule_id": rule_id, "why": why, "products": list(products)}
            for (book, rule_id, why), products in asked.items()
        ],
        "batches": len(answer.batches),
        "changed": len(answer.comparison.changed),
        "judged_whole": answer.whole,
        "certificates_read_again_of": len(answer.reread),
    }


def _verdicts(answer: Answer) -> Iterator[pa.Table]:
    """The rows of some batches at a time: of each its own verdict, then every market's.

    What is decided is written once for all batches that are decided alike, and copied by columns.
    """
    policy, comparison = answer.request.policy, answer.comparison
    rulebooks = {
        product: _identities(applicable(policy.books, policy.everywhere, product))
        for product in {batch.verdict.judged_as for batch in answer.batches}
    }
    decided: list[dict[str, Any]] = []
    first = np.zeros(len(answer.batches), int)  # of a batch's rows in `decided`
    for (before, after), places in comparison.alike.items():
        first[places] = len(decided)
        decided += _decided_rows(answer, before, after)
    decisions = pa.Table.from_pylist(decided, _DECISION)
    markets = np.arange(len(comparison.markets) + 1)
    for start in range(0, len(answer.batches), _BLOCK):
        block = slice(start, start + _BLOCK)
        rows = [_batch_row(batch.verdict, rulebooks) for batch in answer.batches[block]]
        batches = pa.Table.from_pylist(rows, _BATCH)
        batch_of_row = np.repeat(np.arange(len(rows)), len(markets))
        batch_rows = pa.array(batch_of_row, mask=np.tile(markets > 0, len(rows)))
        of_decisions = decisions.take((first[block, None] + markets).ravel())
        of_batches = batches.select(_EVERY_ROW).take(batch_of_row)
        of_own = batches.select(_OWN_ROW).take(batch_rows)
        columns: dict[str, pa.ChunkedArray] = {}
        for table in (of_decisions, of_batches, of_own):
            columns |= zip(table.column_names, table.columns, strict=True)
        yield pa.table(columns, _VERDICTS)


def _decided_rows(answer: Answer, before: Decisions, after: Decisions) -> Iterator[dict[str, Any]]:
    """What the rows of batches say that are decided alike."""
    policy = answer.request.policy
    markets = None, *answer.comparison.markets
    for market, then, now in zip(markets, before, after, strict=True):
        yield {
            "pass_id": answer.request.name,
            "judged_on": policy.on,
            "program": PROGRAM,
            "market": market,
            "verdict": now.decision,
            "home_markets": policy.home if market is None else None,
            "reason": _change(then, now),
            "says": now.status,
            "rule_id": now.rule_id or None,
        }


def _batch_row(
    verdict: ArchivedVerdict, rulebooks: Mapping[str | None, list[dict[str, str]]]
) -> dict[str, Any]:
    return {
        "batch_id": verdict.batch_id,
        "product": verdict.product,
        "certificates": list(verdict.certificates),
        "rulebooks": rulebooks[verdict.judged_as],
        "facts_sha256": verdict.facts_sha256 or None,
    }


def _identities(books: Iterable[Rulebook]) -> list[dict[str, str]]:
    return [{"id": book.id, "version": book.version, "sha256": book.sha256} for book in books]


def _change(before: MarketDecision, after: MarketDecision) -> str | None:
    """From what to what, in words; nothing where it is the same."""
    if before.decision == after.decision:
        return None
    return f"{before.decision or 'not judged'} → {after.decision}"
