"""Questions in SQL over what counts in a store."""

from __future__ import annotations

from pathlib import Path

from kratom_qc.app.store import existing_store, ledger_of, tables_of
from kratom_qc.archive.query import Answer, query


def ask_bucket(url: str, sql: str) -> Answer:
    """What SQL answers over what was published in a bucket. Raises as `ask` does, and UsageError
    for a URL that names no bucket."""
    from kratom_qc.archive.bucket import Bucket, tables_in

    tables, passes = tables_in(Bucket(url))
    return query(tables, passes, sql)


def ask(root: Path, sql: str) -> Answer:
    """What SQL answers over the archive of a store. Raises UsageError for SQL that is not one
    SELECT, InputNotFound where there is no store, StoreError where it cannot be read."""
    ledger = ledger_of(existing_store(root))
    passes = [known.pass_id for known in ledger.passes()]
    return query(tables_of(root, ledger), passes, sql)
