"""A release pass as `run` drives it, and what it prints. Progress goes to standard
error, and only where that is a terminal."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from kratom_qc.app.arrivals import Arrivals, arrivals
from kratom_qc.app.balance import Totals
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.release import Done, whole_pass
from kratom_qc.app.release_pass import Progress
from kratom_qc.app.store import Store
from kratom_qc.cli.console import plain_console, print_line
from kratom_qc.cli.exit_status import exit_status
from kratom_qc.cli.refusals import print_refused
from kratom_qc.cli.tables import print_verdicts
from kratom_qc.domain.errors import StoreBusy
from kratom_qc.ledger.ledger import Ledger
from kratom_qc.report import as_json as json_objects
from kratom_qc.report.summary import SummaryRow

_STARTING = "starting Prefect"
_TRY_AGAIN = 0.5  # seconds
# What a pass holds is mostly no garbage: looked through after every 700 objects, as is the default,
# it costs a fifth of the pass; so rarely, it costs little, in the same memory.
_COLLECT_AFTER = (50_000, 20, 20)


@dataclass(frozen=True, slots=True)
class Order:
    """What a pass is asked to do."""

    inbox: Path
    store: Path
    markets: tuple[str, ...]
    on: date | None
    facts: Path | None
    again: tuple[str, ...] = ()
    wait: int = 0  # seconds, for another pass to end


def release(
    order: Order, store: Store, policy: JudgementPolicy, *, as_flow: bool, shown: bool
) -> Done:
    """One pass: in this process, or `as_flow` by Prefect, which is not started where there is
    nothing to do. Raises what `whole_pass` raises, and EngineError where no server comes up."""
    gc.enable()  # a pass of many thousand files does leave garbage (see `main`)
    gc.set_threshold(*_COLLECT_AFTER)
    with _progress(shown=shown) as progress:
        if as_flow and (order.again or arrivals(order.inbox, store).new):
            return _flow(order, progress)
        return _when_store_is_free(
            order, store, lambda: whole_pass(order.inbox, store, policy, order.again, progress)
        )


def _when_store_is_free(order: Order, store: Store, make: Callable[[], Done]) -> Done:
    """A pass as soon as another one has ended. One that finds nothing to do needs not wait; one
    that waits in vain did not happen, and nobody may take its end for a verdict. Raises StoreBusy.
    """
    until = time.monotonic() + order.wait
    arrived: Arrivals | None = None
    while True:
        try:
            return make()
        except StoreBusy:
            arrived = arrived or arrivals(order.inbox, store)
            if not (order.again or arrived.new or arrived.again):
                return Done(arrived)
            if time.monotonic() >= until:
                raise
            time.sleep(_TRY_AGAIN)


def _flow(order: Order, progress: Progress) -> Done:
    """The same pass as a run of the flow, with a server of its own where none is configured."""
    from flows.server import prefect_server

    with prefect_server(order.store / "prefect") as answered:
        progress(_STARTING, 0, 1)
        # Prefect reads its settings when imported; it and the engine load while the server starts.
        from flows.release import release as flow
        from flows.release import watching
        from kratom_qc.judge import engine as _engine  # noqa: F401

        answered()
        progress(_STARTING, 1, 1)
        token = watching.set(progress)
        try:
            done = flow(
                str(order.store),
                str(order.inbox),
                list(order.markets),
                order.on.isoformat() if order.on else None,
                str(order.facts) if order.facts else None,
                list(order.again),
            )
            return cast(Done, done)
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


def worst_status(done: Done) -> int:
    """How `check` would end over what a pass judged and refused; one with nothing to do is well."""
    if done.was_idle and not done.refused:
        return 0
    return exit_status((row.decision for row in done.rows), refused=bool(done.refused))


def _print_nothing_new(done: Done, order: Order) -> None:
    """Print that a pass had nothing to do."""
    console = plain_console()
    known = done.found.seen - len(done.found.left)
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


def print_objects(done: Done, ledger: Ledger) -> None:
    """Print what a pass judged and refused, one JSON object a line."""
    known = ledger.batches([row.batch_id for row in done.rows])
    for row in done.rows:
        print_line(_batch_object(row, known[row.batch_id].disposition))
    for reading in done.refused:
        print_line(json_objects.refused(reading.file, reading.sha256, reading.told))


def print_result(done: Done, order: Order, overdue: Sequence[str]) -> None:
    """Print what a pass judged and refused for people, with where the reports are."""
    console = plain_console()
    if done.rows:
        print_verdicts(console, done.rows)
    for reading in done.refused:
        path = str(order.inbox / reading.file)
        print_refused(console, reading.file, reading.told, path=path)
    if done.was_idle:
        _print_nothing_new(done, order)
        return
    for sentence in overdue:
        console.print(f"[yellow]check the rulebooks[/] {escape(sentence)}")
    if done.totals:
        console.print(f"\n{_balance(done.totals)}")
    console.print(f"\nReports: {escape(str(order.store / 'reports' / 'index.html'))}")
    console.print(f"Archive: {escape(str(order.store / 'archive'))} (Parquet)")


def _balance(totals: Totals) -> str:
    """What became of everything that came: the numbers add up, or the pass would not count."""
    parts = [f"{totals.decided:,} of batches decided", f"{totals.held:,} of batches on hold"]
    if totals.again:
        parts.append(f"{totals.again:,} said before by another file")
    refused = f", {totals.refused:,} of them refused" if totals.refused else ""
    return f"{totals.files:,} files{refused}; {totals.results:,} results: {', '.join(parts)}"


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
