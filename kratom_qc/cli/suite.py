"""`kratom-qc limits suite`: the rulebook as the engine sees it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.markup import escape

from kratom_qc.app.batches import collect
from kratom_qc.app.policy import load_policy
from kratom_qc.app.reading import read_files
from kratom_qc.cli.limits import books_in_force
from kratom_qc.cli.vendor import plain_console
from kratom_qc.domain.errors import InputNotFound, StoreError, UsageError
from kratom_qc.domain.limit import Rulebook


def suite(name: str, folder: Path | None, certificates: Sequence[Path], *, as_json: bool) -> int:
    """Print the compiled suite of a rulebook, as words or as JSON, or render it as Data Docs into a
    folder."""
    books = books_in_force()
    if name not in books:
        raise UsageError(f"'{name}' is no rulebook; see `kratom-qc limits`")
    if certificates and folder is None:
        raise UsageError("--results are shown in Data Docs; name their folder with --docs DIR")
    if folder is not None:
        return _docs(books[name], books, folder, certificates)
    from kratom_qc.judge import suites

    compiled = suites.compiled(books[name])
    if as_json:
        sys.stdout.write(json.dumps(compiled.to_json_dict(), ensure_ascii=False, indent=1) + "\n")
    else:
        _print(books[name], compiled)
    return 0


def _print(book: Rulebook, compiled: Any) -> None:
    console = plain_console()
    console.print(
        f"[bold]{book.id}[/]  {escape(book.title)}, version {escape(book.version)}, {book.sha256[:12]}"
    )
    for told in compiled.to_json_dict()["expectations"]:
        console.print(
            f"[bold]{told['meta']['role']}[/]  {told['type']} [dim]({told['severity']})[/]"
        )
        for words in (
            told["meta"].get("limits", ()) if told["meta"]["role"] == "not outside" else ()
        ):
            console.print(f"  {escape(words)}")
        if told["meta"]["role"] == "inside":
            console.print(
                "  [dim]the same limits; what is neither outside nor inside is INCONCLUSIVE or MISSING[/]"
            )


def _docs(
    book: Rulebook, books: dict[str, Rulebook], folder: Path, certificates: Sequence[Path]
) -> int:
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty; Data Docs are written into a folder of their own")
    lacking = [str(file) for file in certificates if not file.is_file()]
    if lacking:
        raise InputNotFound("; ".join(f"{name}: no such file" for name in lacking))
    batches = []
    if certificates:
        policy = load_policy()
        readings = read_files(certificates)
        for reading in readings:
            if reading.refusals:
                print(f"{reading.file}: refused; `kratom-qc check` tells why", file=sys.stderr)
        batches = collect(readings, policy)
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
