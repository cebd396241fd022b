"""Our own style sheet and scripts. Their addresses hold a hash of their content, so that a browser
may keep them for ever and never shows a page with those of another version."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "static"
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class StaticFile(NamedTuple):
    """One file with its kind and a hash of its content."""

    content: bytes
    kind: str
    hash: str


@cache
def files() -> dict[str, StaticFile]:
    """Every static file, by name."""
    found = {}
    for path in sorted(FOLDER.iterdir()):
        if path.suffix in _KINDS:
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:12]
            found[path.name] = StaticFile(content, _KINDS[path.suffix], digest)
    return found


def address_of(name: str) -> str:
    """Where a static file is served. Raises KeyError for one that is not there."""
    return f"/static/{files()[name].hash}/{name}"
