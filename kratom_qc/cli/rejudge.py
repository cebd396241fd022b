"""`kratom-qc rejudge`: which batches change, in which market, and why. Verdicts are kept beside the
old, never over them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kratom_qc import PROGRAM
from kratom_qc.app.policy import load_policy
from kratom_qc.app.reading import read_files
from kratom_qc.app.rejudge import archived, files, keeping
from kratom_qc.app.rejudge.panel import Panel, Progress, panel
from kratom_qc.app.rejudge.planning import wave_of
from kratom_qc.app.rejudge.summary import (
    CARDS,
    TOLD,
    Outcome,
    drafts_of,
    installed,
    line,
    lines,
    page,
)
from kratom_qc.archive.history import History
from kratom_qc.cli.console import plain_console, print_line
from kratom_qc.cli.exit_status import REFUSED
from kratom_qc.cli.refusals import print_refused
from kratom_qc.domain.errors import EngineError, InputNotFound
from kratom_qc.report.rejudged import NOT_JUDGED, MarketMoves, RejudgedPage, rejudged_page

SHOWN = 20  # batches that the console lists
_STYLE = {"PASS": "bold green", "FAIL": "bold red", "HOLD": "bold yellow"}


@dataclass(frozen=True, slots=True)
class Asked:
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


def rejudge(asked: Asked) -> int:
    """Judge an archive or files again. 0 whenever the question was answered; 3 where a file given
    was refused."""
    return _files(asked) if asked.files else _archive(asked)


# ---------------------------------------------------------------- the archive


def _archive(asked: Asked) -> int:
    console = plain_console()
    policy = load_policy(asked.markets, asked.on, asked.facts, drafts=asked.drafts)
    history = History(asked.store)
    name = keeping.name_of(history, policy, everything=asked.every_limit)
    target = (asked.output or asked.store / "rejudged") / name
    if target.exists() and not asked.as_json:
        console.print(
            f"Nothing new: this was answered before, in {escape(str(target / 'index.html'))}",
            soft_wrap=True,
        )
        return 0
    with panel(history.certificates) as judges, _shown(console, asked.as_json) as progress:
        question, alike = archived.asked(history, policy, name, everything=asked.every_limit)
        answer = archived.answered(history, question, judges, alike, progress)
        outcome = _outcome(answer, history, judges, everything=asked.every_limit)
    view = page(outcome, kept=True)
    if not target.exists():
        with keeping.new_folder(target) as folder:
            keeping.keep(folder, answer)
            (folder / "index.html").write_text(
                rejudged_page(view, program=PROGRAM), encoding="utf-8"
            )
    if asked.as_json:
        _print_json(outcome, _findings(answer))
    else:
        _print(console, outcome, view, target)
    return 0


def _outcome(
    answer: archived.Answer, history: History, judges: Panel, *, everything: bool
) -> Outcome:
    """The answer with whole verdicts of the batches that the page shows: judged another way, they
    must say the same."""
    agains, comparison = answer.question.agains, answer.comparison
    first = comparison.changed[:CARDS]
    verdicts = {at: answer.reread[at] for at in first if at in answer.reread}
    others = [at for at in first if at not in verdicts]
    if others:
        pasts, alike = (
            tuple(answer.pasts[at] for at in others),
            tuple(answer.alike[at] for at in others),
        )
        verdicts |= dict(
            zip(
                others,
                judges.verdicts(answer.question, wave_of(history, pasts, alike)),
                strict=True,
            )
        )
    for at, verdict in verdicts.items():
        if not comparison.agrees(at, verdict):
            raise EngineError(
                f"batch {comparison.batch_ids[at]}: what changed and the whole batch are not judged alike; nothing is written. "
                "This is a fault of the program; report it"
            )
    return Outcome(
        name=answer.question.name,
        policy=answer.question.policy,
        drafts=drafts_of(answer.question.policy.books, installed()),
        comparison=comparison,
        products=tuple(past.product for past in answer.pasts),
        then=tuple(past.judged_on for past in answer.pasts),
        verdicts=verdicts,
        why={rule: why for one in agains for rule, why in one.why.items()},
        limits={rule: limit for one in agains for rule, limit in one.limits.items()},
        everything=everything,
    )


def _findings(answer: archived.Answer) -> dict[str, list[dict[str, Any]]]:
    """What was found on the limits asked again and stands against a batch that changes, by batch."""
    changed = [answer.comparison.batch_ids[at] for at in answer.comparison.changed]
    table = answer.findings.select(["batch_id", "decides", *TOLD])
    against = pc.and_(table["decides"], pc.not_equal(table["outcome"].cast(pa.string()), "PASS"))
    found: dict[str, list[dict[str, Any]]] = {}
    for row in table.filter(
        pc.and_(against, pc.is_in(table["batch_id"], pa.array(changed, pa.string())))
    ).to_pylist():
        found.setdefault(row["batch_id"], []).append({key: row[key] for key in TOLD})
    return found


@contextmanager
def _shown(console: Console, as_json: bool) -> Iterator[Progress]:
    if as_json or not console.is_terminal:
        yield lambda *_: None
        return
    from rich.progress import Progress as Bar

    with Bar(console=console) as bar:
        task = bar.add_task("judge again", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


# ---------------------------------------------------------------- files


def _files(asked: Asked) -> int:
    lacking = [str(file) for file in asked.files if not file.is_file()]
    if lacking:
        raise InputNotFound("; ".join(f"{name}: no such file" for name in lacking))
    now = load_policy(asked.markets, asked.on, asked.facts, drafts=asked.drafts)
    in_force = installed()
    then = load_policy(
        [market for market in asked.markets if market in in_force], asked.then, asked.facts
    )
    readings = read_files(asked.files)
    outcome, verdicts = files.compared(readings, then, now)
    view = page(outcome, kept=asked.output is not None)
    target = asked.output and asked.output / outcome.name
    if target is not None and not target.exists():
        with keeping.new_folder(target) as folder:
            files.keep(folder, outcome, verdicts)
            (folder / "index.html").write_text(
                rejudged_page(view, program=PROGRAM), encoding="utf-8"
            )
    console = plain_console()
    if asked.as_json:
        _print_json(outcome, files.findings(verdicts, outcome))
    else:
        _print(console, outcome, view, target)
    refused = [reading for reading in readings if reading.refusals]
    for reading in refused:
        print_refused(
            Console(stderr=True) if asked.as_json else console, reading.file, reading.refusals
        )
    return REFUSED if refused else 0


# ---------------------------------------------------------------- printing


def _print_json(outcome: Outcome, findings: dict[str, list[dict[str, Any]]]) -> None:
    for one in lines(outcome, findings):
        print_line(one)
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
    console.print(_moves_table(view))
    if outcome.comparison.changed:
        console.print(_batches_table(outcome))
    more = view.changed - SHOWN
    if more > 0:
        console.print(f"and {more} more")
    for sentence in view.overdue:
        console.print(f"[yellow]check the rulebooks[/] {escape(sentence)}")
    if target is not None:
        console.print(f"Summary: {escape(str(target / 'index.html'))}", soft_wrap=True)
        console.print(
            f"Verdicts and findings: {escape(str(target))} (Parquet, beside the archive)",
            soft_wrap=True,
        )


def _moves_table(view: RejudgedPage) -> Table:
    table = _table("market", "from what to what", "unchanged")
    table.add_row(
        f"the batches' own verdicts ({escape(', '.join(view.homes))})",
        _moves(view.own),
        f"{view.own.same:,}",
    )
    for row in view.markets:
        table.add_row(
            escape(", ".join(market for market, _ in row.markets)), _moves(row), f"{row.same:,}"
        )
    if view.same_markets:
        table.add_row(
            escape(", ".join(view.same_markets)), "[dim]nothing moves[/]", f"{view.batches:,}"
        )
    return table


def _moves(row: MarketMoves) -> str:
    return (
        "\n".join(f"{_word(old)} → {_word(new)} {count:,}" for old, new, count in row.moves)
        or "[dim]nothing moves[/]"
    )


def _word(said: str) -> str:
    return f"[dim]{NOT_JUDGED}[/]" if said == NOT_JUDGED else f"[{_STYLE[said]}]{said}[/]"


def _batches_table(outcome: Outcome) -> Table:
    table = _table("batch", "product", "verdict", "markets", "decided by")
    for at in outcome.comparison.changed[:SHOWN]:
        one = line(outcome, at)
        move = f"{_word(one.before)} → {_word(one.after)}"
        table.add_row(
            escape(one.batch_id), escape(one.product), move, escape(one.markets), escape(one.rules)
        )
    return table


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
