"""Questions to the archive in SQL: DuckDB over the tables that count and the views of `views.sql`.

DuckDB sees Arrow data sets and nothing else: it opens no file and loads no extension, and the
checksum of every page is verified on the way. Nothing can be written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from kratom_qc.archive.history import ArchiveTables
from kratom_qc.archive.tables import SCHEMAS
from kratom_qc.archive.views import views_of_tables
from kratom_qc.domain.errors import StoreError, UsageError

_ROWS = 10_000  # that are fetched at once
_ASKED_WRONGLY = (duckdb.ProgrammingError, duckdb.PermissionException, duckdb.DataError)
_CLOSED = {"enable_external_access": False, "autoload_known_extensions": False}


class Answer(NamedTuple):
    """The columns of an answer and its rows, which are fetched as they are asked for."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


def query(tables: ArchiveTables, passes: Iterable[str], sql: str) -> Answer:
    """What SQL answers over some passes. Raises UsageError for SQL that is not one SELECT, or that
    DuckDB does not understand, and StoreError where the archive cannot be read."""
    database = duckdb.connect(config=dict(_CLOSED))
    for name, data in _datasets(tables, list(passes)).items():
        database.register(name, data)
    database.execute(views_of_tables())
    database.execute("SET lock_configuration = true")
    try:
        _check(sql)
        reader = database.sql(sql).to_arrow_reader(_ROWS)
    except (duckdb.Error, OSError) as error:
        raise _error(tables, error) from None
    return Answer(tuple(reader.schema.names), _rows(tables, reader))


def _datasets(tables: ArchiveTables, passes: Sequence[str]) -> Mapping[str, Any]:
    try:
        return {
            name: tables.dataset(name, passes) if passes else schema.empty_table()
            for name, schema in SCHEMAS.items()
        }
    except OSError as error:
        raise _error(tables, error) from None


def _check(sql: str) -> None:
    statements = duckdb.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise UsageError("ask one question: a SELECT (or FROM, WITH, DESCRIBE, SUMMARIZE)")


def _rows(tables: ArchiveTables, reader: pa.RecordBatchReader) -> Iterator[tuple[Any, ...]]:
    try:
        for batch in reader:
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise _error(tables, error) from None


def _error(tables: ArchiveTables, error: Exception) -> Exception:
    damaged = "stream registered as" in str(error)  # what Arrow says while DuckDB reads a table
    if isinstance(error, _ASKED_WRONGLY) and not damaged:
        return UsageError(str(error).partition("\n\nLINE")[0].strip())
    return StoreError(f"{tables.root / 'archive'}: the archive cannot be read: {error}")


def plain(value: Any) -> Any:
    """A value as JSON can hold it: decimals and dates as text, decimals without the zeros that fill
    their places."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):  # or a moment
        return value.isoformat()
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [plain(member) for member in value]
    return value
