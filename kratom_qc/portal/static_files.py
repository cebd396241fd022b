"""Our own style sheet and scripts. Their addresses hold a hash of their content, so that a browser
may keep them for ever and never shows a page with those of another version."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from kratom_qc import report
from kratom_qc.report.sheet_picture import sheet_style

FOLDER = Path(__file__).parent / "static"
_REPORTS = Path(report.__file__).parent / "templates"
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class StaticFile(NamedTuple):
    """One file with its kind and a hash of its content."""

    content: bytes
    kind: str
    hash: str


@cache
def files() -> dict[str, StaticFile]:
    """Every static file, by name."""
    contents = {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir())}
    contents["sheet.css"] = sheet_style().encode()  # of pictures of sheets
    contents["chart.css"] = (_REPORTS / "chart.css").read_bytes()  # of trends
    return {
        name: StaticFile(content, _KINDS[Path(name).suffix], _hash(content))
        for name, content in contents.items()
        if Path(name).suffix in _KINDS
    }


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def address_of(name: str) -> str:
    """Where a static file is served. Raises KeyError for one that is not there."""
    return f"/static/{files()[name].hash}/{name}"
