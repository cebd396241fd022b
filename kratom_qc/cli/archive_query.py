"""What `archive query` prints."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rich.markup import escape

from kratom_qc.app.archive_query import ask, ask_bucket
from kratom_qc.archive.query import Answer, plain
from kratom_qc.cli.archive_shape import Shape
from kratom_qc.cli.console import json_line, plain_console, write_lines
from kratom_qc.cli.tables import print_table


def print_answer(where: Path | str, sql: str, shape: Shape) -> int:
    """Print what SQL answers over a store, or over the bucket at a URL: a table on a terminal and
    lines with tabs into a pipe, CSV with headings, or an object a line."""
    answer = ask_bucket(where, sql) if isinstance(where, str) else ask(where, sql)
    if shape is Shape.CSV:
        return write_lines(_csv(answer), 0)
    if shape is Shape.JSON:
        return write_lines(map(json_line, _objects(answer)), 0)
    rows = ([escape(_text(value)) for value in row] for row in answer.rows)
    print_table(plain_console(), [escape(name) for name in answer.columns], rows)
    return 0


def _objects(answer: Answer) -> Iterator[dict[str, Any]]:
    for row in answer.rows:
        yield dict(zip(answer.columns, map(plain, row), strict=True))


def _csv(answer: Answer) -> Iterator[str]:
    yield _csv_line(answer.columns)
    yield from (_csv_line(map(_text, row)) for row in answer.rows)


def _csv_line(fields: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(fields)
    return line.getvalue()


def _text(value: Any) -> str:
    shown = plain(value)
    if shown is None:
        return ""
    if isinstance(shown, str):
        return shown
    return json_line({"": shown})[4:-1]  # numbers, true and false, lists as JSON writes them
