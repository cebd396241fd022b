"""`expectations/*.toml` → rulebooks, strict and linted.

A limit states its numbers twice: as data and as the text its source prints. The linter reads the
text and refuses a limit whose numbers or operator say something else, because that is how wrong
limits enter (the FDA's own PQ-CMC examples encode 5 of 38 criteria differently from what they
print).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kratom_qc.domain.errors import InputNotFound, RulebookError
from kratom_qc.domain.limit import Limit, Rulebook
from kratom_qc.rulebooks import coherence, overriding, rulebook_file
from kratom_qc.rulebooks.lint import lint
from kratom_qc.rulebooks.rulebook_file import Row, Written
from kratom_qc.rulebooks.schema import ROW, ROWS, AnyRow
from kratom_qc.vocabulary.checked import checked

Together = Callable[[Mapping[str, Rulebook], Mapping[str, Written], coherence.Rows], list[str]]


def load_rulebooks(folder: Path, drafts: Sequence[Path] = ()) -> dict[str, Rulebook]:
    """Every rulebook of a folder by id. A draft takes the place of the rulebook of its name, or
    stands beside them.

    Raises RulebookError naming every mistake in every file at once; a folder with one wrong limit
    loads nothing. Raises InputNotFound for a draft that is not there.
    """
    lacking = [str(draft) for draft in drafts if not draft.is_file()]
    if lacking:
        raise InputNotFound("; ".join(f"{draft}: no such rulebook" for draft in lacking))
    files = {file.stem: file for file in sorted(folder.glob("*.toml"))} if folder.is_dir() else {}
    if not files:
        raise RulebookError(f"{folder}: no rulebook (*.toml) found")
    return _read(files | {draft.stem: draft for draft in drafts}, coherence.mistakes)


def rulebooks_of(files: Mapping[str, Path]) -> dict[str, Rulebook]:
    """The rulebooks of these files by id, each limit by itself: how they stand to each other is not
    asked again.

    Raises RulebookError as `load_rulebooks` does.
    """
    return _read(files, _nothing_together)


def _nothing_together(*_: object) -> list[str]:
    return []


def _read(files: Mapping[str, Path], together: Together) -> dict[str, Rulebook]:
    written: dict[str, Written] = {}
    wrong: list[str] = []
    for stem, file in files.items():
        try:
            written[stem] = rulebook_file.read(file)
        except RulebookError as error:
            wrong.append(str(error))
    orphans = list(_orphans(written, files))
    circles = list(_circles(written))
    if circles:  # nothing can be read in the order of a circle
        raise RulebookError("\n".join((*wrong, *orphans, *circles)))
    reader = _Reader(written)
    for stem in written:
        reader.book(stem)
    wrong += [*orphans, *reader.wrong]
    if all(parent in written for book in written.values() for parent in book.about.extends):
        wrong += together(reader.books, written, reader.rows)
    if wrong:
        raise RulebookError("\n".join(_in_order(wrong)))
    return {key: reader.books[key] for key in sorted(reader.books)}


def _in_order(mistakes: Iterable[str]) -> list[str]:
    """Mistakes in the order of files and lines."""

    def file_and_line(mistake: str) -> tuple[str, int]:
        where = re.match(r"([^:]+):(\d+)", mistake)
        return (where[1], int(where[2])) if where else (mistake.partition(":")[0], 0)

    return sorted(
        (line for mistake in mistakes for line in mistake.splitlines()), key=file_and_line
    )


def _orphans(written: Mapping[str, Written], files: Mapping[str, Path]) -> Iterator[str]:
    for book in written.values():
        for parent in book.about.extends:
            if parent not in files:
                yield f"{book.head_where('extends')}: extends '{parent}', which has no rulebook"


def _circles(written: Mapping[str, Written]) -> Iterator[str]:
    for stem in written:
        try:
            _ancestors(written, stem)
        except RulebookError as circle:
            yield str(circle)


def _ancestors(written: Mapping[str, Written], stem: str) -> tuple[str, ...]:
    """A rulebook after every rulebook it lies under (`us`, then `us-tx`). Raises RulebookError on a
    circle."""
    ordered: dict[str, None] = {}

    def visit(current: str, path: tuple[str, ...]) -> None:
        if current in path:
            raise RulebookError(
                f"{written[stem].head_where('extends')}: extends itself by way of "
                f"{' → '.join(path)}"
            )
        for parent in written[current].about.extends:
            if parent in written:
                visit(parent, (*path, current))
        ordered[current] = None

    visit(stem, ())
    return tuple(ordered)


class _Reader:
    """Rows → limits, a rulebook after those it extends, because an override needs the row it
    overrides."""

    def __init__(self, written: Mapping[str, Written]):
        self.written = written
        self.books: dict[str, Rulebook] = {}
        self.rows: dict[tuple[str, str], AnyRow] = {}  # by rulebook and id
        self.keys: dict[
            str, dict[str, Mapping[str, Any]]
        ] = {}  # the same with defaults, as written
        self.wrong: list[str] = []

    def book(self, stem: str) -> None:
        """Read one rulebook, its parents first; its mistakes go to `wrong`."""
        if stem in self.books:
            return
        written = self.written[stem]
        head = written.about
        for parent in head.extends:
            if parent in self.written:
                self.book(parent)
        self.keys[stem] = {}
        limits = [self._limit(written, row) for row in written.limits]
        limits += [self._override(written, row) for row in written.overrides]
        if not limits and not head.extends:
            self.wrong.append(
                f"{written.head_where()}: holds no limit; a rulebook that asks nothing would pass "
                "anything"
            )
        self.books[stem] = Rulebook(
            id=stem,
            kind=head.kind,
            title=head.title,
            version=head.version,
            checked_on=head.checked_on,
            max_age_days=head.max_age_days,
            sha256=written.document.sha256,
            limits=tuple(limit for limit in limits if limit is not None),
            extends=head.extends,
            covers=head.covers,
            certificate_max_age_days=head.certificate_max_age_days,
            not_asked=written.not_asked,
            text=written.document.text,
        )

    def _limit(self, written: Written, row: Row) -> Limit | None:
        model = ROWS.get(str(row.keys.get("kind", written.defaults.get("kind"))))
        known = model.model_fields if model is not None else {}
        defaults = {
            key: value for key, value in written.defaults.items() if key in (*known, "kind")
        }
        about = written.about
        of_book = {"checked_on": about.checked_on, "max_age_days": about.max_age_days}
        merged = {**of_book, **defaults, **row.keys}
        return self._read(written, row, merged)

    def _override(self, written: Written, row: Row) -> Limit | None:
        where = written.where(row)
        above = [
            stem
            for stem in _ancestors(self.written, written.stem)[:-1]
            if row.id in self.keys.get(stem, ())
        ]
        if not above:
            self.wrong.append(f"{where}: overrides a limit that no rulebook it extends holds")
            return None
        before, over = self.keys[above[-1]][row.id], self.books[above[-1]]
        self.wrong += [f"{where}: {mistake}" for mistake in overriding.unanswered(row.keys)]
        limit = self._read(written, row, {**before, **row.keys})
        replaced = next((limit for limit in over.limits if limit.rule_id == row.id), None)
        if limit is None or replaced is None:
            return None
        looser = overriding.loosened(replaced, limit, over.covers, written.about.covers)
        self.wrong += [f"{where}: {mistake}" for mistake in looser]
        return replace(limit, overrides=over.id, changes=overriding.changes(before, row.keys))

    def _read(self, written: Written, row: Row, merged: Mapping[str, Any]) -> Limit | None:
        """A row with everything that holds for it as a limit; its mistakes go to `wrong`."""
        if row.id in self.keys[written.stem]:
            self.wrong.append(f"{written.where(row)}: the id stands twice")
        self.keys[written.stem][row.id] = merged
        try:
            read = checked(written.document, ROW, row.path, merged)
        except RulebookError as error:
            self.wrong.append(str(error))
            return None
        limit = read.limit(written.stem, row.line)
        try:
            lint(limit, read)
        except ValueError as error:
            self.wrong.append(f"{written.where(row, 'text')}: {error}")
            return None
        self.rows[written.stem, row.id] = read
        return limit
