"""The archive as Delta tables, for Spark, Trino, Databricks and others that read a lakehouse.

    <folder>/<table>/_delta_log/…    one transaction an export: the passes that were not there yet

Our own files stay what they are; the tables are copies, partitioned by month of judgement. The log
names the newest pass that is in it, so that exporting again adds what is new and nothing twice.
Needs the package `deltalake` (`pip install kratom-qc[delta]`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from kratom_qc.archive.history import ArchiveTables, among
from kratom_qc.archive.tables import SCHEMAS
from kratom_qc.domain.errors import StoreError, UsageError

_APP = "kratom-qc"
_MONTH = pa.field("judged_month", pa.string(), nullable=False)


class ExportedPass(NamedTuple):
    """A pass with its number in the ledger."""

    pass_id: str
    sequence: int


def export_delta(
    tables: ArchiveTables, passes: Sequence[ExportedPass], folder: Path, *, anew: bool = False
) -> dict[str, int]:
    """Add the passes that are not there yet to the Delta tables in a folder; `anew` writes all of
    them again, in one transaction. Returns how many passes were added to each table.

    Raises UsageError where `deltalake` is not installed, StoreError where a table cannot be read or
    written.
    """
    try:
        import deltalake
    except ImportError:
        raise UsageError(
            "Delta tables need the package deltalake: pip install 'kratom-qc[delta]'"
        ) from None
    added: dict[str, int] = {}
    for name in SCHEMAS:
        try:
            added[name] = _export(deltalake, tables, name, passes, folder / name, anew=anew)
        except (deltalake.exceptions.DeltaError, OSError, pa.ArrowException) as error:
            raise StoreError(f"{folder / name}: cannot be exported: {error}") from None
    return added


def _export(
    deltalake: Any,
    tables: ArchiveTables,
    name: str,
    passes: Sequence[ExportedPass],
    path: Path,
    *,
    anew: bool,
) -> int:
    exists = deltalake.DeltaTable.is_deltatable(str(path))
    known = (
        deltalake.DeltaTable(str(path)).transaction_version(_APP) if exists and not anew else None
    )
    new = [exported for exported in passes if known is None or exported.sequence > known]
    if not new:
        return 0
    newest = max(exported.sequence for exported in new)
    properties = deltalake.CommitProperties(
        app_transactions=[deltalake.Transaction(_APP, newest)],
        custom_metadata={"kratom_qc.pass": new[-1].pass_id},
    )
    deltalake.write_deltalake(
        str(path),
        _reader(tables, name, [exported.pass_id for exported in new]),
        mode="overwrite" if exists and anew else "append",
        schema_mode="overwrite" if exists and anew else "merge",
        partition_by=[_MONTH.name],
        commit_properties=properties,
    )
    return len(new)


def _reader(tables: ArchiveTables, name: str, passes: Sequence[str]) -> pa.RecordBatchReader:
    """Rows of some passes, whose texts stand in full: other engines know no dictionaries."""
    plain = [
        field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
        for field in SCHEMAS[name]
    ]
    schema = pa.schema([*plain, _MONTH])
    rows = among("pass_id", passes)

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in tables.dataset(name, passes).to_batches(filter=rows):
            month = pc.strftime(batch["judged_on"], format="%Y-%m")
            columns = [column.cast(field.type) for column, field in zip(batch, plain, strict=True)]
            yield pa.RecordBatch.from_arrays([*columns, month.cast(pa.string())], schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches())
