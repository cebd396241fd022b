"""`kratom-qc rejudge`: which batches change, in which market, and why. Verdicts are kept beside the
old, never over them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.markup import escape

from kratom_qc import PROGRAM
from kratom_qc.app.policy import load_policy
from kratom_qc.app.reading import Reading, read_files
from kratom_qc.app.rejudge import archived, files, keeping
from kratom_qc.app.rejudge.plan import RejudgeRequest, archived_batches
from kratom_qc.app.rejudge.summary import (
    FINDING_KEYS,
    Outcome,
    batch_line,
    batch_objects,
    installed,
    page,
)
from kratom_qc.app.store import history_of
from kratom_qc.cli.console import plain_console, print_line
from kratom_qc.cli.exit_status import REFUSED
from kratom_qc.cli.refusals import print_refused
from kratom_qc.cli.tables import print_table
from kratom_qc.domain.errors import InputNotFound
from kratom_qc.report.rejudged import NOT_JUDGED, MarketChanges, RejudgedPage, rejudged_page

SHOWN = 20  # batches that the console lists
_STYLE = {"PASS": "bold green", "FAIL": "bold red", "HOLD": "bold yellow"}


@dataclass(frozen=True, slots=True)
class RejudgeOptions:
    """What the command line asks for."""

    files: tuple[Path, ...]
    store: Path
    drafts: tuple[Path, ...]
    on: date | None
    then: date | None
    markets: tuple[str, ...]
    facts: Path | None
    output: Path | None
    every_limit: bool
    as_json: bool


def rejudge(options: RejudgeOptions) -> int:
    """Judge an archive or files again. 0 whenever the question was answered; 3 where a file given
    was refused."""
    return _files(options) if options.files else _archive(options)


# ---------------------------------------------------------------- the archive


def _archive(options: RejudgeOptions) -> int:
    console = plain_console()
    policy = load_policy(options.markets, options.on, options.facts, drafts=options.drafts)
    history = history_of(options.store)
    name = keeping.name_of(history, policy, every_limit=options.every_limit)
    target = (options.output or options.store / "rejudged") / name
    if target.exists() and not options.as_json:
        summary = escape(str(target / "index.html"))
        console.print(f"Nothing new: this was answered before, in {summary}", soft_wrap=True)
        return 0
    with _progress(console, options) as progress:
        request = RejudgeRequest(options.store, name, policy, history.lying)
        batches = archived_batches(history, policy, every_limit=options.every_limit)
        answer = archived.answered(history, request, batches, progress)
        outcome = archived.outcome_of(history, answer, every_limit=options.every_limit)
    view = page(outcome, kept=True)
    _keep(target, view, lambda folder: keeping.keep(folder, answer))
    if options.as_json:
        _print_json(outcome, _findings(answer))
    else:
        _print(console, outcome, view, target)
    return 0


def _keep(target: Path, view: RejudgedPage, tables: Callable[[Path], None]) -> None:
    """Write an answer's tables and page, unless they are there."""
    if target.exists():
        return
    with keeping.new_folder(target) as folder:
        tables(folder)
        html = rejudged_page(view, program=PROGRAM)
        (folder / "index.html").write_text(html, encoding="utf-8")


def _findings(answer: archived.Answer) -> dict[str, list[dict[str, Any]]]:
    """What stands against the batches that change, of the limits asked again, by batch."""
    changed = [answer.comparison.batch_ids[batch] for batch in answer.comparison.changed]
    table = answer.findings.select(["batch_id", "decides", *FINDING_KEYS])
    against = pc.and_(table["decides"], pc.not_equal(table["outcome"].cast(pa.string()), "PASS"))
    rows = pc.and_(against, pc.is_in(table["batch_id"], pa.array(changed, pa.string())))
    findings: dict[str, list[dict[str, Any]]] = {}
    for row in table.filter(rows).to_pylist():
        of_batch = findings.setdefault(row["batch_id"], [])
        of_batch.append({key: row[key] for key in FINDING_KEYS})
    return findings


@contextmanager
def _progress(console: Console, options: RejudgeOptions) -> Iterator[archived.Progress]:
    if options.as_json or not console.is_terminal:
        yield lambda *_: None
        return
    from rich.progress import Progress as Bar

    with Bar(console=console) as bar:
        task = bar.add_task("judge again", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


# ---------------------------------------------------------------- files


def _files(options: RejudgeOptions) -> int:
    lacking = [str(file) for file in options.files if not file.is_file()]
    if lacking:
        raise InputNotFound("; ".join(f"{name}: no such file" for name in lacking))
    now = load_policy(options.markets, options.on, options.facts, drafts=options.drafts)
    in_force = installed()
    markets = [market for market in options.markets if market in in_force]
    then = load_policy(markets, options.then, options.facts)
    readings = read_files(options.files)
    outcome, verdicts = files.compared(readings, then, now)
    view = page(outcome, kept=options.output is not None)
    target = options.output and options.output / outcome.name
    if target is not None:
        _keep(target, view, lambda folder: files.keep(folder, outcome, verdicts))
    console = plain_console()
    if options.as_json:
        _print_json(outcome, files.findings(verdicts, outcome))
        return _print_refused(Console(stderr=True), readings)
    _print(console, outcome, view, target)
    return _print_refused(console, readings)


def _print_refused(console: Console, readings: Sequence[Reading]) -> int:
    """Print the refused files; returns the exit status."""
    refused = [reading for reading in readings if reading.refusals]
    for reading in refused:
        print_refused(console, reading.file, reading.refusals)
    return REFUSED if refused else 0


# ---------------------------------------------------------------- printing


def _print_json(outcome: Outcome, findings: Mapping[str, list[dict[str, Any]]]) -> None:
    for batch in batch_objects(outcome, findings):
        print_line(batch)
    sys.stdout.flush()


def _print(console: Console, outcome: Outcome, view: RejudgedPage, target: Path | None) -> None:
    for draft in view.drafts:
        console.print(
            f"[bold yellow]What if:[/] {escape(draft.name)} {draft.sha256[:12]} is not law today."
        )
    batches = "batch" if view.batches == 1 else "batches"
    console.print(
        f"[bold]{view.changed} of {view.batches} {batches} change[/] as on {view.on.isoformat()}"
    )
    print_table(console, ("market", "from what to what", "unchanged"), _market_rows(view))
    if outcome.comparison.changed:
        headings = ("batch", "product", "verdict", "markets", "decided by")
        print_table(console, headings, _batch_rows(outcome))
    if view.changed > SHOWN:
        console.print(f"and {view.changed - SHOWN} more")
    for sentence in view.overdue:
        console.print(f"[yellow]check the rulebooks[/] {escape(sentence)}")
    if target is not None:
        folder = escape(str(target))
        console.print(f"Summary: {folder}/index.html", soft_wrap=True)
        console.print(
            f"Verdicts and findings: {folder} (Parquet, beside the archive)", soft_wrap=True
        )


def _market_rows(view: RejudgedPage) -> Iterator[tuple[str, str, str]]:
    heading = f"the batches' own verdicts ({escape(', '.join(view.homes))})"
    yield heading, _moves(view.own), f"{view.own.same:,}"
    for row in view.markets:
        markets = ", ".join(market for market, _ in row.markets)
        yield escape(markets), _moves(row), f"{row.same:,}"
    if view.same_markets:
        same = escape(", ".join(view.same_markets))
        yield same, "[dim]nothing moves[/]", f"{view.batches:,}"


def _moves(row: MarketChanges) -> str:
    moves = [
        f"{_styled(before)} → {_styled(after)} {count:,}" for before, after, count in row.moves
    ]
    return "\n".join(moves) or "[dim]nothing moves[/]"


def _styled(decision: str) -> str:
    if decision == NOT_JUDGED:
        return f"[dim]{NOT_JUDGED}[/]"
    return f"[{_STYLE[decision]}]{decision}[/]"


def _batch_rows(outcome: Outcome) -> Iterator[tuple[str, ...]]:
    for batch in outcome.comparison.changed[:SHOWN]:
        line = batch_line(outcome, batch)
        move = f"{_styled(line.before)} → {_styled(line.after)}"
        texts = (line.batch_id, line.product, line.markets, line.rules)
        batch_id, product, markets, rules = map(escape, texts)
        yield batch_id, product, move, markets, rules
