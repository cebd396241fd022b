"""Prefect's database of a new store: a copy of one that this version of Prefect migrated before.

Its migrations take as long as the rest of the server's start. The copy lies in the cache
(KRATOM_QC_CACHE), holds nothing but empty tables, and is made by the first server that needs it.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing, suppress
from importlib.metadata import version
from pathlib import Path

from kratom_qc import settings

# Where one of these is set, Prefect's database is somebody else's affair.
_ELSEWHERE = ("PREFECT_API_DATABASE_CONNECTION_URL", "PREFECT_SERVER_DATABASE_CONNECTION_URL")


def make(home: Path) -> None:
    """Make the database of a Prefect home where it has none. Where no copy can be kept, Prefect
    makes it by itself when it starts."""
    database, cache = home / "prefect.db", settings.cache()
    if database.exists() or cache is None or any(os.environ.get(name) for name in _ELSEWHERE):
        return
    empty = cache / f"prefect-{version('prefect')}.db"
    with suppress(OSError, sqlite3.Error):
        if empty.exists():
            _copy(empty, database)
            return
    asyncio.run(_migrate())
    with suppress(OSError, sqlite3.Error):
        cache.mkdir(parents=True, exist_ok=True)
        _copy(database, empty)


def _copy(source: Path, target: Path) -> None:
    """Copy a database whole or not at all. Raises sqlite3.Error for what is none."""
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(part)) as written:
            read.backup(written)
            written.execute("SELECT version_num FROM alembic_version").fetchone()
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


async def _migrate() -> None:
    from prefect.server.database import provide_database_interface

    interface = provide_database_interface()
    await interface.create_db()
    await (await interface.engine()).dispose()
