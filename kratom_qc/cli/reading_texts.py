"""What `texts` prints and writes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from kratom_qc import settings, vocabulary
from kratom_qc.app.policy import own_texts
from kratom_qc.app.reading import Reading
from kratom_qc.app.texts import (
    Accepted,
    UnreadText,
    chosen,
    entries,
    keep_entries,
    listed,
    unread_texts,
)
from kratom_qc.cli.console import json_line, plain_console, write_lines
from kratom_qc.cli.exit_status import REFUSED
from kratom_qc.cli.inputs import named_files, read_named
from kratom_qc.cli.refusals import print_refused
from kratom_qc.cli.tables import print_table
from kratom_qc.domain.errors import InputNotFound, UsageError
from kratom_qc.intake.layout.profiles import load as load_profiles
from kratom_qc.vocabulary import methods

_UNREAD = 2  # as a batch on HOLD
_HEADINGS = ("where", "laboratory", "what stands there", "")


def show(files: Sequence[Path], *, as_json: bool) -> int:
    """List what nobody has read of files. Returns the exit status: 2 where something is left, 3
    where a file was refused."""
    readings = _read(files)
    register = own_texts(settings.load().texts)
    left = {reading.file: unread_texts(reading, register) for reading in readings}
    status = _UNREAD if any(left.values()) else 0
    status = REFUSED if any(reading.refusals for reading in readings) else status
    if as_json:
        objects = (entry for file, texts in left.items() for entry in listed(texts, file))
        return write_lines(map(json_line, objects), status)
    console = plain_console()
    _print_refused(console, readings)
    rows = [_row(file, text, many=len(left) > 1) for file in left for text in left[file]]
    if rows:
        print_table(console, _HEADINGS, rows)
    elif status == 0:
        console.print("Every text is understood, plain or read before.")
    return status


def _print_refused(console: Console, readings: Sequence[Reading]) -> None:
    for reading in readings:
        if reading.refusals:
            print_refused(console, reading.file, reading.refusals)


def _row(file: str, text: UnreadText, *, many: bool) -> tuple[str, ...]:
    place = f"{text.place} in {file}" if many else text.place
    note = f"needs a release decision: {text.objection}" if text.objection else ""
    laboratory = text.certificate.laboratory or "not named"
    return escape(place), escape(laboratory), escape(text.entry.source.text), note


def keep(
    file: Path,
    cells: Sequence[str],
    because: str,
    by: str,
    on: date | None,
    *,
    every: bool,
    everywhere: bool,
) -> int:
    """Write entries for texts of a file to the store's own register. Returns the exit status: 2
    where something unread is left.

    Raises UsageError for a text that needs a release decision, or a cell without an unread text.
    """
    if bool(cells) == every:
        raise UsageError("say which texts you have read: --cell, or --all")
    if not (because.strip() and by.strip()):
        raise UsageError("--because and --by must not be blank")
    (reading,) = _read([file])
    console = plain_console()
    if reading.refusals:
        _print_refused(console, [reading])
        return REFUSED
    path = settings.load().texts
    unread = unread_texts(reading, own_texts(path))
    texts = [text for text in unread if not text.objection] if every else chosen(unread, cells)
    if texts:
        day = on or datetime.now(UTC).date()
        accepted = Accepted(because.strip(), by.strip(), day, everywhere)
        keep_entries(path, entries(texts, accepted))
    left = unread_texts(reading, own_texts(path))
    console.print(f"{len(texts)} texts accepted in {escape(str(path))}; {len(left)} unread left")
    for text in left:
        console.print("\t".join(filter(None, _row(reading.file, text, many=False))))
    return _UNREAD if left else 0


def _read(files: Sequence[Path]) -> list[Reading]:
    vocabulary.check_all()
    methods.check()
    load_profiles()
    paths = named_files(files)
    if not paths:
        raise InputNotFound("name a certificate")
    return read_named(paths)
