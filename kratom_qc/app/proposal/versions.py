"""Versions of the rulebooks that can be compared: the folder in force, another folder, one
rulebook, a workbook.

A single rulebook or a workbook is read in the place of those of its names; the others stay as they
are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from kratom_qc import settings
from kratom_qc.app.proposal import reading
from kratom_qc.app.proposal.draft import drafted
from kratom_qc.app.proposal.plain import PlainBook, plain_book
from kratom_qc.domain.errors import InputNotFound, RulebookError
from kratom_qc.domain.limit import Rulebook
from kratom_qc.intake.workbook import read_bytes
from kratom_qc.rulebooks import rulebook_file
from kratom_qc.rulebooks.load import load_rulebooks
from kratom_qc.rulebooks.rulebook_file import Written


@dataclass(slots=True)
class Version:
    """Rulebooks as texts; as limits, where they have no mistake; as drafts, where they come from a
    workbook."""

    plain: dict[str, PlainBook]
    books: dict[str, Rulebook] = field(default_factory=dict)
    mistakes: tuple[str, ...] = ()
    drafts: dict[str, str] = field(default_factory=dict)


def in_force() -> Version:
    """The rulebooks of the settings. Raises RulebookError for a mistake in them."""
    return _folder(settings.load().expectations)


def of(path: Path) -> Version:
    """What stands at a path. Raises InputNotFound where nothing does, and RulebookError for what
    cannot be read at all."""
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        raise InputNotFound(f"{path}: no such file or folder")
    if path.suffix.lower() == ".toml":
        return _loaded(settings.load().expectations, {path.stem: path})
    return of_workbook(path, in_force())


def _folder(folder: Path) -> Version:
    version = _loaded(folder, {})
    if version.mistakes:
        raise RulebookError("\n".join(version.mistakes))
    return version


def _loaded(folder: Path, drafts: Mapping[str, Path]) -> Version:
    """A folder with drafts in the place of the rulebooks of their names."""
    files = {file.stem: file for file in sorted(folder.glob("*.toml"))} | dict(drafts)
    version = Version({})
    try:
        version.books = load_rulebooks(folder, list(drafts.values()))
    except RulebookError as error:
        version.mistakes = tuple(str(error).splitlines())
    for stem, file in files.items():
        try:
            version.plain[stem] = plain_book(rulebook_file.read(file))
        except RulebookError:
            continue  # it stands among the mistakes
    return version


# ---------------------------------------------------------------- workbooks


def of_workbook(path: Path, base: Version) -> Version:
    """What a workbook proposes on top of the rulebooks in force. Raises RulebookError for what is
    wrong in it, by sheet and cell."""
    proposed = reading.read(path.name, read_bytes(path), settings.caps())
    blanks = [
        mistake
        for stem in proposed.books
        if stem in base.plain
        for mistake in _blanks(base.plain[stem], proposed)
    ]
    if blanks:
        raise RulebookError("\n".join(blanks))
    folder = settings.load().expectations
    drafts = {
        stem: _draft(wanted, folder / f"{stem}.toml")
        for stem, wanted in proposed.books.items()
        if stem not in base.plain or not _are_equal(base.plain[stem], wanted)
    }
    with _as_files(drafts) as files:
        version = _loaded(folder, files)
        written = {}
        if version.mistakes:
            written = {stem: rulebook_file.read(file) for stem, file in files.items()}
    version.mistakes = tuple(_in_cells(version.mistakes, written, proposed))
    version.drafts = drafts
    return version


def _draft(wanted: PlainBook, file: Path) -> str:
    """A rulebook as it is wanted, from its file where it has one."""
    if not file.is_file():
        return drafted(wanted)
    return drafted(wanted, file.read_text(encoding="utf-8"), rulebook_file.read(file))


def _are_equal(book: PlainBook, other: PlainBook) -> bool:
    return dict(book.head) == dict(other.head) and dict(book.rows) == dict(other.rows)


def _blanks(book: PlainBook, proposed: reading.Proposed) -> Iterator[str]:
    """Blank cells that the defaults of a rulebook would fill: nobody can tell what is meant."""
    for rule_id, row in proposed.books[book.stem].rows.items():
        for key, default in book.defaults.items() if row.table == "limit" else ():
            if key not in row.keys:
                yield (
                    f"{proposed.cell(book.stem, rule_id, key)}: {key} of {rule_id} is blank, and "
                    f"the defaults of {book.stem} say '{default}'; write what should hold"
                )


@contextmanager
def _as_files(drafts: Mapping[str, str]) -> Iterator[dict[str, Path]]:
    with TemporaryDirectory() as folder:
        files = {}
        for stem, text in drafts.items():
            files[stem] = Path(folder) / f"{stem}.toml"
            files[stem].write_text(text, encoding="utf-8")
        yield files


def _in_cells(
    mistakes: Sequence[str], written: Mapping[str, Written], proposed: reading.Proposed
) -> Iterator[str]:
    """Mistakes of drafts with the cells of the workbook they come from."""
    for mistake in mistakes:
        parts = re.match(r"([\w-]+)\.toml:(\d+) (.*)", mistake)
        cell = ""
        if parts is not None and parts[1] in written:
            cell = _cell(written[parts[1]], int(parts[2]), proposed)
        yield f"{cell}: {parts[1]} {parts[3]}" if parts is not None and cell else mistake


def _cell(book: Written, line: int, proposed: reading.Proposed) -> str:
    """The cell that a line of a draft comes from; "" where none does."""
    for row in book.rows:
        if line in (row.line, *row.lines.values()):
            key = next((key for key, of_key in row.lines.items() if of_key == line), "")
            return proposed.cell(book.stem, row.id, key)
    return ""
