"""An answer on disk: `STORE/rejudged/<id>/` with tables of the archive's own schemas, written whole
or not at all.

Nothing of the archive is touched: what was said stays beside what would be said.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
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
from kratom_qc.app.rejudge.comparing import DECISIONS, SAYS
from kratom_qc.archive.history import History
from kratom_qc.archive.tables import SCHEMAS
from kratom_qc.domain.errors import StoreError
from kratom_qc.rulebooks.scope import applicable

_BLOCK = 5_000  # batches whose rows are made at once
_VERDICTS = SCHEMAS["verdicts"]


def name_of(history: History, policy: JudgementPolicy, *, everything: bool) -> str:
    """Names an answer by its question: the day, and a hash of the passes, the rulebooks and the
    rest of the terms."""
    parts = (
        *history.passes,
        "",
        *(f"{book.id} {book.sha256}" for book in policy.books.values()),
        "",
        *policy.markets,
        "",
        *policy.home,
        *(facts.sha256 for _, _, facts in policy.facts.rows),
        f"{policy.laboratories.sha256} {policy.laboratories.hold} {policy.hold_overdue} {everything}",
        PROGRAM,
    )
    return (
        f"{policy.on.isoformat()}-{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:12]}"
    )


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
    """Write the tables of an answer, and by what it was made."""
    with pq.ParquetWriter(folder / "verdicts.parquet", _VERDICTS, compression="zstd") as writer:
        for start in range(0, len(answer.pasts), _BLOCK):
            writer.write_table(
                _verdicts(answer, np.arange(start, min(start + _BLOCK, len(answer.pasts))))
            )
    pq.write_table(answer.findings, folder / "findings.parquet", compression="zstd")
    text = json.dumps(terms_of(answer), ensure_ascii=False, indent=1)
    (folder / "terms.json").write_text(text + "\n", encoding="utf-8")


def terms_of(answer: Answer) -> dict[str, Any]:
    """By what an answer was made: day, markets, rulebooks, and what was asked again, of batches of
    which product."""
    policy, comparison = answer.question.policy, answer.comparison
    asked: dict[tuple[str, str, str], list[str]] = {}
    for product, place in dict.fromkeys(
        zip((past.product for past in answer.pasts), answer.alike, strict=True)
    ):
        for (book, rule), why in answer.question.agains[place].why.items():
            products = asked.setdefault((book, rule, why), [])
            if (product or "unknown") not in products:
                products.append(product or "unknown")
    return {
        "id": answer.question.name,
        "program": PROGRAM,
        "judged_on": policy.on.isoformat(),
        "markets": list(answer.comparison.markets),
        "home_markets": list(policy.home),
        "rulebooks": [
            {"id": one.id, "version": one.version, "sha256": one.sha256}
            for one in policy.books.values()
        ],
        "asked_again": [
            {"rulebook": book, "rule_id": rule, "why": why, "products": products}
            for (book, rule, why), products in asked.items()
        ],
        "batches": len(answer.pasts),
        "changed": len(comparison.changed),
        "judged_whole": answer.whole,
        "certificates_read_again_of": len(answer.reread),
    }


def _verdicts(answer: Answer, at: Any) -> pa.Table:
    """The rows of some batches: the own verdict, then one row per market."""
    comparison, policy, size = (
        answer.comparison,
        answer.question.policy,
        len(answer.comparison.markets) + 1,
    )
    pasts = [answer.pasts[place] for place in at]
    count = len(at) * size
    own = np.arange(count) % size == 0
    batch, column = np.repeat(np.arange(len(at)), size), np.tile(np.arange(size), len(at))
    before, after = comparison.before.decisions[at].ravel(), comparison.after.decisions[at].ravel()
    says = np.column_stack([np.full(len(at), -1, np.int8), comparison.says[at]]).ravel()
    products = list(dict.fromkeys(past.product for past in pasts))
    books = [
        [{"id": one.id, "version": one.version, "sha256": one.sha256} for one in
         applicable(policy.books, policy.everywhere, product)] for product in products
    ]  # fmt: skip
    of_product = np.array([products.index(past.product) for past in pasts])[batch]
    moves = [f"{one or 'not judged'} → {other}" for one in DECISIONS for other in DECISIONS]
    moved = np.where(before != after, before.astype(np.int64) * len(DECISIONS) + after, -1)
    columns: dict[str, Any] = {
        "pass_id": pa.repeat(answer.question.name, count),
        "judged_on": pa.repeat(pa.scalar(policy.on, pa.date32()), count),
        "batch_id": _taken([past.batch_id for past in pasts], batch),
        "product": _taken(products, of_product),
        "market": _taken([None, *comparison.markets], column),
        "verdict": _taken([None if one is None else str(one) for one in DECISIONS], after),
        "home_markets": _taken([list(policy.home)], np.where(own, 0, -1)),
        "certificates": _taken(
            [list(past.certificates) for past in pasts], np.where(own, batch, -1)
        ),
        "reason": _taken(moves, moved),
        "rulebooks": _taken(
            books, np.where(own, of_product, -1), _VERDICTS.field("rulebooks").type
        ),
        "facts_sha256": _taken(
            [past.facts_sha256 or None for past in pasts], np.where(own, batch, -1)
        ),
        "program": pa.repeat(PROGRAM, count),
        "says": _taken([str(one) for one in SAYS], says),
        "rule_id": _taken(
            comparison.after.names, np.where(own, -1, comparison.after.rules[at].ravel())
        ),
    }
    arrays = [columns.get(field.name, pa.nulls(count, field.type)) for field in _VERDICTS]
    return pa.Table.from_arrays(
        [one.cast(field.type) for one, field in zip(arrays, _VERDICTS, strict=True)],
        schema=_VERDICTS,
    )


def _taken(values: Any, places: Any, kind: pa.DataType | None = None) -> pa.Array:
    """Values by their places; -1 is null."""
    indices = pa.array(places, pa.int64(), mask=places < 0)
    return pa.array(values, kind).take(indices)
