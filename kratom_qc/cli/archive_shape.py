"""The shapes in which `archive query` answers; the help of the command needs nothing else."""

from __future__ import annotations

from enum import StrEnum


class Shape(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
