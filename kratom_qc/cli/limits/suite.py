"""`kratom-qc limits suite`: the rulebook as the engine sees it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.markup import escape

from kratom_qc.app.batches import collect
from kratom_qc.app.policy import load_policy
from kratom_qc.app.reading import read_files
from kratom_qc.cli.console import plain_console
from kratom_qc.cli.limits.books import books_in_force
from kratom_qc.domain.batch import Batch
from kratom_qc.domain.errors import StoreError, UsageError
from kratom_qc.domain.limit import Rulebook
from kratom_qc.vocabulary import nearest_hint


def suite(name: str, folder: Path | None, certificates: Sequence[Path], *, as_json: bool) -> int:
    """Print the compiled suite of a rulebook, as words or as JSON, or render it as Data Docs into a
    folder. Raises UsageError for an unknown rulebook and for options that do not go together."""
    books = books_in_force()
    if name not in books:
        near = nearest_hint(name, books)
        raise UsageError(f"'{name}' is no rulebook{near}; see `kratom-qc limits`")
    if certificates and folder is None:
        raise UsageError("--results are shown in Data Docs; name their folder with --docs DIR")
    if folder is not None:
        return _docs(books[name], books, folder, certificates)
    from kratom_qc.judge import suites

    compiled = suites.compiled(books[name]).to_json_dict()
    if as_json:
        sys.stdout.write(json.dumps(compiled, ensure_ascii=False, indent=1) + "\n")
    else:
        _print(books[name], compiled)
    return 0


def _print(book: Rulebook, compiled: Mapping[str, Any]) -> None:
    console = plain_console()
    console.print(
        f"[bold]{book.id}[/]  {escape(book.title)}, "
        f"version {escape(book.version)}, {book.sha256[:12]}"
    )
    for expectation in compiled["expectations"]:
        meta = expectation["meta"]
        console.print(
            f"[bold]{meta['role']}[/]  {expectation['type']} [dim]({expectation['severity']})[/]"
        )
        if meta["role"] == "not outside":
            for words in meta.get("limits", ()):
                console.print(f"  {escape(words)}")
        if meta["role"] == "inside":
            console.print(
                "  [dim]the same limits; what is neither outside nor inside is "
                "INCONCLUSIVE or MISSING[/]"
            )


def _docs(
    book: Rulebook, books: dict[str, Rulebook], folder: Path, certificates: Sequence[Path]
) -> int:
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty; Data Docs are written into a folder of their own")
    batches = _read(certificates) if certificates else []
    from kratom_qc.judge import suites

    try:
        pages = suites.docs(book, books, batches, folder)
    except OSError as error:
        raise StoreError(f"{folder}: cannot be written: {error.strerror}") from None
    print(
        f"Data Docs: {pages[0]} ({len(pages) - 1} pages, which load nothing from elsewhere)",
        file=sys.stderr,
    )
    return 0


def _read(certificates: Sequence[Path]) -> list[Batch]:
    """The batches of certificates. Raises InputNotFound where a file is not there."""
    policy = load_policy()
    readings = read_files(certificates)
    for reading in readings:
        if reading.refusals:
            print(f"{reading.file}: refused; `kratom-qc check` tells why", file=sys.stderr)
    return collect(readings, policy)
