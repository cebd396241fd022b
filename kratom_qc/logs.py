"""What the program logs, where and how: standard library logging, on standard error only.

Every room logs to `logging.getLogger(__name__)`, below the logger `kratom_qc`. A record names an
event and carries its ids and counts as `extra` (pass_id, sha256, batch_id, …); it never carries the
text of a cell. Two settings: KRATOM_QC_LOG is `text` (the default) or `json`, one object a line;
KRATOM_QC_LOG_LEVEL is the least level that is printed, WARNING by default.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

from kratom_qc.domain.errors import RulebookError

ROOT = logging.getLogger("kratom_qc")
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def configure(stream: TextIO | None = None) -> logging.Handler:
    """Print the program's log as the settings ask, to standard error unless another stream is
    given; in place of what an earlier call set up.

    Raises RulebookError for a form or a level that there is not.
    """
    form = os.environ.get("KRATOM_QC_LOG", "").strip().lower() or "text"
    level = os.environ.get("KRATOM_QC_LOG_LEVEL", "").strip().upper() or "WARNING"
    if form not in ("text", "json"):
        raise RulebookError(f"KRATOM_QC_LOG is '{form}'; it must be text or json")
    if level not in _LEVELS:
        raise RulebookError(f"KRATOM_QC_LOG_LEVEL is '{level}'; it must be {', '.join(_LEVELS)}")
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.set_name("kratom_qc.logs")
    handler.setLevel(level)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    for earlier in [old for old in ROOT.handlers if old.name == handler.name]:
        ROOT.removeHandler(earlier)
    ROOT.addHandler(handler)
    ROOT.setLevel(level)
    ROOT.propagate = False  # what Prefect prints of other loggers' records is not ours to repeat
    return handler


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, event, then the record's extra values."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
            **extra(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class TextLines(logging.Formatter):
    """A line for a person: time, level, event, then the extra values as name=value."""

    def __init__(self, head: str = "%(asctime)s %(levelname)-7s %(message)s") -> None:
        super().__init__(head, "%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base class's name
        # As JSON: a file's name may hold a line break, and must not make up a line of its own.
        parts = [super().formatMessage(record)]
        parts += [
            f"{name}={json.dumps(value, default=str)}" for name, value in extra(record).items()
        ]
        return "  ".join(parts)


def extra(record: logging.LogRecord) -> dict[str, Any]:
    """What a record carries beside its event: ids and counts by name."""
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}
