"""The views that answer what most people ask of an archive: `latest_verdicts`,
`findings_that_decided` and `results_current`."""

from __future__ import annotations

from pathlib import Path


def views(root: Path) -> str:
    """The SQL (DuckDB) that makes the tables and views over the archive of a store."""
    archive = (root / "archive").as_posix().replace("'", "''")
    return f"{_text('tables.sql').replace('{archive}', archive)}\n{views_of_tables()}"


def views_of_tables() -> str:
    """The SQL that makes the views where the tables are there."""
    return _text("views.sql")


def _text(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
