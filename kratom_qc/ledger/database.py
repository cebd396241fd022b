"""The database behind the ledger: SQLite in the store, or PostgreSQL by a URL.

SQLite runs with a write-ahead log and `synchronous=FULL`: a transaction that has been committed
survives a power cut. Writers take turns: SQLite's own lock, an advisory lock in PostgreSQL.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    NullPool,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from kratom_qc.domain.errors import RulebookError, StoreError

REVISION = "0001"  # the newest migration
_ONE_WRITER = 7_264_100  # the number of our advisory lock in PostgreSQL
_PATIENCE = 60  # seconds that a writer waits for another


@lru_cache(16)
def engine_of(url: str | Path) -> Engine:
    """The engine for a URL or for a file of SQLite. Raises RulebookError for a URL that is none,
    or whose driver is not installed.

    An engine holds no connection, but every statement it has compiled: a page asks thirty times.
    """
    if isinstance(url, Path):
        return _sqlite(url)
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(Path(parsed.database or ""))
        return create_engine(_with_driver(parsed), poolclass=NullPool)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise RulebookError(f"KRATOM_QC_LEDGER is no database that can be used: {error}") from None


def _with_driver(url: URL) -> URL:
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def _sqlite(path: Path) -> Engine:
    def connect() -> sqlite3.Connection:
        # Where nothing can be written, nobody writes: then it is read as it lies there.
        mode = "rwc" if os.access(path.parent, os.W_OK) else "ro&immutable=1"
        address = f"{path.resolve().as_uri()}?mode={mode}"
        connection = sqlite3.connect(address, uri=True, timeout=_PATIENCE, isolation_level=None)
        if mode == "rwc":
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            # The log goes into the database only when the last connection closes, which is alone
            # then: before 3.51.3 a checkpoint beside a writer could damage it (the WAL-reset bug).
            connection.execute("PRAGMA wal_autocheckpoint=0")
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


_ONE_STATE: ContextVar[tuple[Engine, Connection] | None] = ContextVar("one_state", default=None)


@contextmanager
def one_state(engine: Engine) -> Iterator[None]:
    """Whatever this thread reads of the ledger within the block is of one state, over one
    connection: opening one costs more than most questions. Raises StoreError where it cannot."""
    with reading(engine) as connection:
        token = _ONE_STATE.set((engine, connection))
        try:
            yield
        finally:
            _ONE_STATE.reset(token)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the ledger. Raises StoreError where it cannot."""
    shared = _ONE_STATE.get()
    with _told(engine, "read"):
        if shared is not None and shared[0] is engine:
            yield shared[1]
            return
        with engine.begin() as connection:
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that counts whole at the end of the block, or not at all. Raises StoreError
    where it does not: then nothing of it happened."""
    options: dict[str, Any] = {"writes": True}
    with (
        _told(engine, "written"),
        engine.connect().execution_options(**options) as connection,
        connection.begin(),
    ):
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_WRITER})"))
        yield connection


@contextmanager
def _told(engine: Engine, done: str) -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, UnicodeError) as error:  # the second of damaged names and texts
        reason = str(getattr(error, "orig", None) or error).strip()
        raise StoreError(f"the ledger ({engine.dialect.name}) cannot be {done}: {reason}") from None


def migrate(engine: Engine) -> None:
    """Bring the tables to today's shape. Raises StoreError where a newer program made them."""
    with reading(engine) as connection:
        tables = inspect(connection).get_table_names()
        known = (
            "alembic_version" in tables
            and connection.execute(
                text("SELECT version_num FROM alembic_version")
            ).scalar_one_or_none()
        )
    if known == REVISION:
        return
    from alembic import command  # loads templates and more: only where there is something to do
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    try:
        with writing(engine) as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError(
            f"the ledger was made by a newer version of this program ({error}); use that one"
        ) from None
