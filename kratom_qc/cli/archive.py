"""`kratom-qc archive`, `backup` and `restore`: proof that a store is whole, and a copy of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from kratom_qc.cli.archive_shape import Shape
from kratom_qc.cli.options import StoreFolder, day

archive = typer.Typer(
    name="archive",
    rich_markup_mode=None,
    help="The archive of a store: verify, query, export and more.\n\n"
    "\b\nExample:\n  kratom-qc archive verify --store store",
)
Heads = Annotated[
    list[str] | None,
    typer.Option(
        "--head",
        metavar="SEQUENCE:HASH",
        help="A head that was written down elsewhere (may be repeated), besides heads.jsonl.",
    ),
]

Bucket = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Read what was published in a bucket, instead of a store."),
]


@archive.command()
def verify(
    replay: Annotated[
        bool, typer.Option("--replay/--no-replay", help="Judge every batch again from its files.")
    ] = True,
    head: Heads = None,
    store: StoreFolder = None,
) -> int:
    """Check everything in a store.

    The journal, the current state, the hash of every kept file, table and rulebook; then every
    newest verdict is made again from the files and rulebooks it rests on. Ends with 1 where
    something differs, and names it.

    \b
    Example:
      kratom-qc archive verify --store store
    """
    from kratom_qc import settings
    from kratom_qc.cli.proof import print_verified

    return print_verified(store or settings.load().store, head or [], replay=replay)


@archive.command()
def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", show_default=False, help="One SELECT.")],
    output: Annotated[
        Shape, typer.Option(help="A table, CSV, or JSON with an object a line.")
    ] = Shape.TABLE,
    bucket: Bucket = None,
    store: StoreFolder = None,
) -> int:
    """Ask the archive a question in SQL.

    The tables are certificates, results, findings and verdicts, the views those of `archive views`.
    Only what counts is seen, every page of a table is checked, and nothing can be written.

    \b
    Example:
      kratom-qc archive query "SELECT * FROM latest_verdicts WHERE market IS NULL" --store store
      kratom-qc archive query "DESCRIBE results" --output csv --store store
    """
    from kratom_qc import settings
    from kratom_qc.cli.archive_query import print_answer

    return print_answer(bucket or store or settings.load().store, sql, output)


@archive.command()
def export(
    batch: Annotated[
        str | None,
        typer.Argument(metavar="BATCH", show_default=False, help="A batch of the store."),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="FOLDER", show_default=False, help="A new folder."),
    ] = None,
    delta: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Add what is new to Delta tables in this folder."),
    ] = None,
    store: StoreFolder = None,
) -> int:
    """Write the evidence of a batch, or the archive as Delta tables.

    Of a batch its certificates as they came, results, findings, verdicts, page, rulebooks and
    entries of the journal, and a short script that checks them without this program.

    \b
    Example:
      kratom-qc archive export HB-260814-A --to HB-260814-A --store store
      kratom-qc archive export --delta lakehouse --store store
    """
    from kratom_qc import settings
    from kratom_qc.cli import proof
    from kratom_qc.domain.errors import UsageError

    root = store or settings.load().store
    if batch is not None and to is not None and delta is None:
        return proof.print_exported(root, batch, to)
    if delta is not None and batch is None and to is None:
        return proof.print_exported_to_delta(root, delta)
    raise UsageError("name a batch and its new folder (BATCH --to FOLDER), or --delta FOLDER")


@archive.command()
def publish(
    bucket: Annotated[
        str | None,
        typer.Argument(
            metavar="URL", show_default=False, help="As s3://bucket/folder (default: settings)."
        ),
    ] = None,
    store: StoreFolder = None,
) -> int:
    """Bring a bucket to what counts in a store.

    Only what is new is sent. `archive query --bucket` reads it there, `restore` makes a store of
    it.

    \b
    Example:
      kratom-qc archive publish s3://quality/kratom --store store
    """
    from kratom_qc import settings
    from kratom_qc.cli.proof import print_published

    return print_published(store or settings.load().store, bucket or settings.load().bucket)


@archive.command()
def compact(store: StoreFolder = None) -> int:
    """Merge the small files of passes into larger ones.

    Rows are sorted, so that a batch, a month or a laboratory is read without the rest. Readers see
    the files of before or those of after, and what counts stays the same.

    \b
    Example:
      kratom-qc archive compact --store store
    """
    from kratom_qc import settings
    from kratom_qc.cli.proof import print_compacted

    return print_compacted(store or settings.load().store)


@archive.command()
def retain(
    batch: Annotated[
        list[str] | None,
        typer.Argument(metavar="BATCH", show_default=False, help="Default: every batch."),
    ] = None,
    distributed: Annotated[
        date | None,
        typer.Option(
            parser=day, metavar="DATE", help="Note when the last of these batches was distributed."
        ),
    ] = None,
    best_before: Annotated[
        date | None,
        typer.Option(parser=day, metavar="DATE", help="… and their shelf-life date, if any."),
    ] = None,
    delete: Annotated[
        bool, typer.Option("--delete", help="Delete the records of these batches, which are due.")
    ] = False,
    because: Annotated[str, typer.Option(metavar="REASON", help="Why.")] = "",
    by: Annotated[str, typer.Option(metavar="PERSON", help="Who asks for it.")] = "",
    store: StoreFolder = None,
) -> int:
    """Tell until when records are kept; delete what is due.

    By 21 CFR 111.605 and the law of Oregon: three years from the distribution of a batch and from
    the last decision on it, and a year past its shelf life. Nothing is deleted by itself or before.
    The journal keeps every hash, verdict and decision.

    \b
    Example:
      kratom-qc archive retain --store store
      kratom-qc archive retain HB-260814-A --distributed 2026-12-01 --because sold --by "A. Novak"
      kratom-qc archive retain HB-260814-A --delete --because "term has passed" --by "A. Novak"
    """
    from kratom_qc import settings
    from kratom_qc.cli.retention import Asked, retention

    root = store or settings.load().store
    asked = Asked(root, batch or [], distributed, best_before, by=by, because=because)
    return retention(asked, delete=delete)


@archive.command()
def views(store: StoreFolder = None) -> int:
    """Print the SQL of the archive's views, for DuckDB.

    \b
    Example:
      kratom-qc archive views --store store > views.sql
    """
    from kratom_qc import settings
    from kratom_qc.app.store import existing_store
    from kratom_qc.archive.views import views as sql
    from kratom_qc.cli.console import write_lines

    return write_lines([sql(existing_store(store or settings.load().store))], 0)


@archive.command()
def columns() -> int:
    """Print what every column of the archive means.

    \b
    Example:
      kratom-qc archive columns
    """
    from kratom_qc.archive.columns import columns_page
    from kratom_qc.cli.console import write_lines

    return write_lines(columns_page().splitlines(), 0)


def backup(
    target: Annotated[
        Path, typer.Argument(metavar="TARGET", show_default=False, help="A new folder.")
    ],
    store: StoreFolder = None,
) -> int:
    """Copy a store to a new folder.

    Every file is checked on the way; a store that is damaged is not backed up over a good copy.

    \b
    Example:
      kratom-qc backup backup-monday --store store
    """
    from kratom_qc import settings
    from kratom_qc.cli.proof import print_backed_up

    return print_backed_up(store or settings.load().store, target)


def restore(
    backed_up: Annotated[
        str,
        typer.Argument(
            metavar="BACKUP", show_default=False, help="What `backup` made, or s3://bucket/folder."
        ),
    ],
    store: Annotated[
        Path, typer.Option(metavar="DIR", show_default=False, help="A new folder for the store.")
    ],
) -> int:
    """Make a store of a backup, in a new folder.

    \b
    Example:
      kratom-qc restore backup-monday --store restored
    """
    from kratom_qc.cli.proof import print_restored

    return print_restored(backed_up, store)
