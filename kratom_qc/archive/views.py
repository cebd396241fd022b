"""The views that answer what most people ask of an archive: `latest_verdicts`,
`findings_that_decided` and `results_current`."""

from __future__ import annotations

from pathlib import Path


def views(root: Path) -> str:
    """The SQL (DuckDB) that makes the views over the archive of a store."""
    archive = (root / "archive").as_posix().replace("'", "''")
    text = Path(__file__).with_name("views.sql").read_text(encoding="utf-8")
    return text.replace("{archive}", archive)
