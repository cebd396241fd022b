"""Prefect's database of a new store is a copy of one that was migrated before; what it cannot be, Prefect makes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from importlib.metadata import version

import pytest

from flows import database


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A new home beside a cache that holds a copy."""
    cache, home = tmp_path / "cache", tmp_path / "home"
    monkeypatch.setenv("KRATOM_QC_CACHE", str(cache))
    cache.mkdir()
    home.mkdir()
    with closing(sqlite3.connect(cache / f"prefect-{version('prefect')}.db")) as kept:
        kept.executescript("CREATE TABLE alembic_version (version_num TEXT); INSERT INTO alembic_version VALUES ('1')")
    return home


def test_a_new_home_gets_a_copy_and_nothing_else(home):
    database.make(home)
    assert [path.name for path in home.iterdir()] == ["prefect.db"]
    with closing(sqlite3.connect(home / "prefect.db")) as copy:
        assert copy.execute("SELECT * FROM alembic_version").fetchall() == [("1",)]


def test_a_database_that_is_there_stays_as_it_is(home):
    (home / "prefect.db").write_bytes(b"somebody's")
    database.make(home)
    assert (home / "prefect.db").read_bytes() == b"somebody's"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KRATOM_QC_CACHE", "no"),
        ("PREFECT_API_DATABASE_CONNECTION_URL", "postgresql+asyncpg://there"),
        ("PREFECT_SERVER_DATABASE_CONNECTION_URL", "postgresql+asyncpg://there"),
    ],
)
def test_nothing_is_made_where_nothing_is_kept_or_the_database_is_elsewhere(home, monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    database.make(home)
    assert not list(home.iterdir())
