"""A pass of the release flow as `run` drives it, and what it prints. Progress goes to standard
error, and only where that is a terminal."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from kratom_qc.app.reading import Reading
from kratom_qc.app.release import Arrivals, Progress
from kratom_qc.cli.console import plain_console, print_line
from kratom_qc.cli.exit_status import exit_status
from kratom_qc.cli.refusals import print_refused
from kratom_qc.cli.tables import print_verdicts
from kratom_qc.ledger.ledger import Ledger
from kratom_qc.report import as_json as json_objects
from kratom_qc.report.summary import SummaryRow

if TYPE_CHECKING:
    from flows.release import Done

_STARTING = "starting Prefect"


@dataclass(frozen=True, slots=True)
class Order:
    """What a pass is asked to do."""

    inbox: Path
    store: Path
    markets: tuple[str, ...]
    on: date | None
    facts: Path | None
    again: tuple[str, ...] = ()


def release(order: Order, *, shown: bool) -> Done:
    """Drive the real Prefect flow, with a server of its own where none is configured. Raises what
    the flow raises: EngineError, StoreError, RulebookError."""
    from flows.server import prefect_server

    with _progress(shown=shown) as progress, prefect_server(order.store / "prefect") as answered:
        progress(_STARTING, 0, 1)
        # Prefect reads its settings when imported; it and the engine load while the server starts.
        from flows.release import release as flow
        from flows.release import watching
        from kratom_qc.judge import engine as _engine  # noqa: F401

        gc.enable()  # a pass of many thousand files does leave garbage (see `main`)
        answered()
        progress(_STARTING, 1, 1)
        token = watching.set(progress)
        try:
            return flow(
                str(order.inbox),
                str(order.store),
                list(order.markets),
                order.on.isoformat() if order.on else None,
                str(order.facts) if order.facts else None,
                list(order.again),
            )
        finally:
            watching.reset(token)


@contextmanager
def _progress(*, shown: bool) -> Iterator[Progress]:
    """A bar for each stage."""
    console = plain_console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=console, disable=not (shown and console.is_terminal)) as bar:
        stages = {}

        def show(stage: str, done: int, of: int) -> None:
            if stage not in stages:
                stages[stage] = bar.add_task(stage)
            bar.update(stages[stage], completed=done, total=of)

        yield show


def worst_status(rows: Iterable[SummaryRow], refused: Sequence[Reading], *, idle: bool) -> int:
    """How `check` would end over what a pass judged and refused; one with nothing to do is well."""
    if idle and not refused:
        return 0
    return exit_status((row.decision for row in rows), refused=bool(refused))


def print_nothing_new(found: Arrivals, order: Order) -> None:
    """Print that a pass had nothing to do."""
    console = plain_console()
    known = found.seen - len(found.left)
    console.print(
        f"Nothing new: all {known} files in {escape(str(order.inbox))} are known to "
        f"{escape(str(order.store))} by content."
    )
    console.print(f"Reports: {escape(str(order.store / 'reports' / 'index.html'))}")


def print_judged_otherwise(ledger: Ledger) -> None:
    """Print how many batches were judged by other terms than the newest pass."""
    batches = ledger.judged_by_other_terms()
    if batches:
        plain_console().print(
            f"{batches} batches were judged by other rulebooks, registers or settings than those "
            "of the newest pass; `kratom-qc run --again BATCH` judges them again."
        )


def print_objects(rows: Sequence[SummaryRow], refused: Iterable[Reading], ledger: Ledger) -> None:
    """Print what a pass judged and refused, one JSON object a line."""
    known = ledger.batches([row.batch_id for row in rows])
    for row in rows:
        print_line(_batch_object(row, known[row.batch_id].disposition))
    for reading in refused:
        print_line(json_objects.refused(reading.file, reading.sha256, reading.told))


def print_result(
    rows: Sequence[SummaryRow], refused: Sequence[Reading], order: Order, overdue: Sequence[str]
) -> None:
    """Print what a pass judged and refused for people, with where the reports are."""
    console = plain_console()
    if rows:
        print_verdicts(console, rows)
    for reading in refused:
        path = str(order.inbox / reading.file)
        print_refused(console, reading.file, reading.told, path=path)
    if not rows and not any(reading.sha256 for reading in refused):
        return
    for sentence in overdue:
        console.print(f"[yellow]check the rulebooks[/] {escape(sentence)}")
    console.print(f"\nReports: {escape(str(order.store / 'reports' / 'index.html'))}")
    console.print(f"Archive: {escape(str(order.store / 'archive'))} (Parquet)")


def _batch_object(row: SummaryRow, disposition: str) -> dict[str, Any]:
    return {
        "batch_id": row.batch_id,
        "product": row.product,
        "laboratory": row.laboratory,
        "verdict": str(row.decision),
        "disposition": disposition,
        "reason": row.reason,
        "warnings": list(row.warnings),
        "markets": {line.market: str(line.says) for line in row.market_lines},
        "page": row.link,
    }
