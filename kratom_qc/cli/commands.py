"""What each command of the command line does and prints. Messages go to standard error where
`--json` owns the output."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from kratom_qc import vocabulary
from kratom_qc.app.batches import collect, judge_batches
from kratom_qc.app.policy import JudgementPolicy, load_policy
from kratom_qc.app.reading import Reading, read_files
from kratom_qc.cli.tables import print_matrix, print_verdicts
from kratom_qc.cli.vendor import may_annotate, plain_console, write_annotated
from kratom_qc.domain.certificate import InterpretedCertificate
from kratom_qc.domain.errors import InputNotFound, Refusal
from kratom_qc.domain.verdict import Decision, Verdict
from kratom_qc.intake.layout.profiles import load as load_profiles
from kratom_qc.report import as_json as json_objects
from kratom_qc.vocabulary import methods, problems, wording

if TYPE_CHECKING:
    from flows.release import Done

REFUSED = 3
_EXIT = {Decision.FAIL: 1, Decision.HOLD: 2, Decision.PASS: 0}


def check(
    files: Sequence[Path], policy: JudgementPolicy, *, as_json: bool, annotate: Path | None = None
) -> int:
    """Judge each batch over all files given, keeping nothing. Returns the exit status of the worst.

    `annotate` is where the one file given is written with its problems marked in it.
    """
    if annotate is not None:
        may_annotate(files, annotate)
    lacking = [str(file) for file in files if not file.is_file()]
    if lacking:
        # A verdict over fewer certificates than the user named would be a verdict over something
        # else.
        raise InputNotFound("; ".join(f"{name}: no such file" for name in lacking))
    readings = read_files(files)
    verdicts = {verdict.batch.batch_id: verdict for verdict in judge_all(readings, policy)}
    if as_json:
        _print_json(readings, verdicts)
    else:
        _print_check(readings, verdicts)
    if annotate is not None:
        write_annotated(
            files[0],
            readings[0],
            [verdicts[batch_id] for batch_id in readings[0].batch_ids],
            policy,
            annotate,
        )
    return exit_status(readings, verdicts.values())


def judge_all(readings: Sequence[Reading], policy: JudgementPolicy) -> list[Verdict]:
    """Every verdict over the readings; the engine is not even loaded where there is nothing to
    judge."""
    found = collect(readings, policy)
    return list(judge_batches(found, policy).verdicts()) if found else []


def exit_status(readings: Iterable[Reading], verdicts: Iterable[Verdict]) -> int:
    """How `check` ends: a refused file before FAIL before HOLD before PASS."""
    if any(reading.refusals for reading in readings):
        return REFUSED
    decisions = {verdict.decision for verdict in verdicts}
    return next(
        status
        for decision, status in _EXIT.items()
        if decision in decisions or decision is Decision.PASS
    )


def _print_json(readings: Iterable[Reading], verdicts: dict[str, Verdict]) -> None:
    for reading in readings:
        if reading.refusals:
            print_line(json_objects.refused(reading.file, reading.sha256, reading.refusals))
        else:
            own = [verdicts[batch_id] for batch_id in reading.batch_ids]
            print_line(json_objects.judged(reading.file, reading.sha256, own))


def print_line(content: dict[str, Any]) -> None:
    """One JSON object on a line of standard output."""
    # Where the output cannot carry every letter, JSON has an escape of its own for them.
    plain_ascii = (sys.stdout.encoding or "ascii").lower().replace("-", "") != "utf8"
    sys.stdout.write(json.dumps(content, ensure_ascii=plain_ascii, separators=(",", ":")) + "\n")


def _print_check(readings: Sequence[Reading], verdicts: dict[str, Verdict]) -> None:
    from kratom_qc.report.summary import summary_row

    console = plain_console()
    if len(verdicts) == 1:  # of many batches `kratom-qc markets` tells it one by one
        print_matrix(console, *verdicts.values())
        console.print()
    if verdicts:
        print_verdicts(console, [summary_row(verdict, "") for verdict in verdicts.values()])
    for reading in readings:
        if reading.refusals:
            print_refused(console, reading.file, reading.refusals)


def print_refused(console: Console, file: str, refusals: Sequence[Refusal]) -> None:
    """A refused file with everything that is wrong in it; what to do is said once for each kind of
    problem."""
    problems = "1 problem" if len(refusals) == 1 else f"{len(refusals)} problems"
    console.print(f"[bold red]REFUSED[/] {escape(file)}: {problems}")
    said: set[str] = set()
    for refusal in refusals:
        where = str(refusal.ref) if refusal.ref.cell or refusal.ref.sheet else "file"
        console.print(
            f"  {escape(where)}  {escape(refusal.message)}  [dim]{escape(refusal.code)}[/]"
        )
        hints = _hints(refusal, again=refusal.code in said)
        if hints:
            console.print(Padding(f"[dim]{escape(hints)}[/]", (0, 0, 0, 6), expand=False))
        said.add(refusal.code)


def _hints(refusal: Refusal, *, again: bool) -> str:
    """The line under a refusal: the known words nearest to what it said, what was expected, and
    what to do."""
    listed = problems.problem(refusal.code)
    near = f"nearest known words: {', '.join(refusal.near)}. " if refusal.near else ""
    return near if again or listed is None else f"{near}Expected: {listed.expected}. {listed.do}"


# ---------------------------------------------------------------- read


def read(file: Path, *, as_json: bool) -> int:
    """Print what was understood of one file, without judgement."""
    vocabulary.check_all()
    methods.check()
    load_profiles()
    (reading,) = read_files([file])
    if as_json:
        print_line(_read_object(reading))
    elif reading.refusals:
        print_refused(plain_console(), reading.file, reading.refusals)
    else:
        for certificate in reading.certificates:
            _print_analysis(plain_console(), certificate)
    return REFUSED if reading.refusals else 0


def _read_object(reading: Reading) -> dict[str, Any]:
    if reading.refusals:
        return json_objects.refused(reading.file, reading.sha256, reading.refusals)
    return json_objects.read(reading.file, reading.sha256, reading.certificates)


def _print_analysis(console: Console, certificate: InterpretedCertificate) -> None:
    product = wording.product_name(certificate.product)
    console.print(
        f"[bold]{escape(certificate.batch_id)}[/]  {escape(product)}  {escape(certificate.product_name)}"
    )
    console.print(
        f"{escape(certificate.laboratory or 'laboratory not stated')}, certificate "
        f"{escape(certificate.certificate_id or 'not stated')}, received {certificate.received_on or '–'}, tested "
        f"{certificate.tested_on or '–'}, issued {certificate.issued_on or '–'}"
    )
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("analyte", "said", "understood", "basis", "LOD", "LOQ", "method", "where"):
        table.add_column(heading, overflow="fold")
    for result in certificate.results:
        known = result.analyte if result.known else f"{result.analyte} (unknown)"
        table.add_row(
            *(
                escape(text)
                for text in (
                    known,
                    f"{result.reported} {result.reported_unit}".strip(),
                    wording.value_words(result.interval, result.unit, (result,)),
                    result.basis,
                    *(
                        wording.shown(bound) if bound is not None else ""
                        for bound in (result.lod, result.loq)
                    ),
                    result.method,
                    str(result.ref),
                )
            )
        )
    console.print(table)
    for hold_reason in certificate.hold_reasons:
        console.print(f"[yellow]holds[/] {escape(str(hold_reason.ref))}  {escape(hold_reason.why)}")
    for remark in certificate.remarks:
        console.print(
            f"[dim]{remark.severity}[/] {escape(str(remark.ref))}  {escape(remark.message)}"
        )


# ---------------------------------------------------------------- run


def run(
    inbox: Path, store: Path, markets: Sequence[str], on: date | None, facts: Path | None
) -> int:
    """One pass of the release flow. The inbox is compared with the store before Prefect or the
    engine is loaded."""
    from kratom_qc.app.release import arrivals
    from kratom_qc.archive.store import Store

    console = plain_console()
    policy = load_policy(
        markets, on, facts
    )  # a mistake in a rulebook or an option is said before anything starts
    if not inbox.is_dir():
        raise InputNotFound(f"{inbox}: no such folder; name the inbox with --inbox")
    shelf = Store(store)
    new, seen = arrivals(inbox, shelf)
    if not new:
        console.print(
            f"Nothing new: all {seen} files in {escape(str(inbox))} are known to {escape(str(store))} by content."
        )
        console.print(f"Reports: {escape(str(shelf.reports / 'index.html'))}")
        return 0
    done = _flow_pass(console, inbox, store, markets, on, facts)
    print_verdicts(console, done.rows)
    for reading in done.refused:
        print_refused(console, reading.file, reading.refusals)
    for sentence in policy.overdue:
        console.print(f"[yellow]check the rulebooks[/] {escape(sentence)}")
    console.print(f"\nReports: {escape(str(shelf.reports / 'index.html'))}")
    console.print(f"Archive: {escape(str(store / 'archive'))} (Parquet)")
    return 0


def _flow_pass(
    console: Console,
    inbox: Path,
    store: Path,
    markets: Sequence[str],
    on: date | None,
    facts: Path | None,
) -> Done:
    """Drive the real Prefect flow, with a server of its own where none is configured, and show its
    progress."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from flows.server import prefect_server

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )
    with bar:
        stages = {"start": bar.add_task("starting Prefect", total=1)}
        with prefect_server(store / "prefect") as answered:
            # Prefect reads its settings when imported; it and the engine load while the server
            # starts.
            from flows.release import release, watching
            from kratom_qc.judge import engine as _engine  # noqa: F401

            answered()
            bar.update(stages["start"], completed=1)

            def show(stage: str, done: int, of: int) -> None:
                if stage not in stages:
                    stages[stage] = bar.add_task(stage)
                bar.update(stages[stage], completed=done, total=of)

            token = watching.set(show)
            try:
                return release(
                    str(inbox),
                    str(store),
                    list(markets),
                    on.isoformat() if on else None,
                    str(facts) if facts else None,
                )
            finally:
                watching.reset(token)
