"""`kratom-qc markets`: where a batch of the store, or of files, may be sold on a day, and what
stops it elsewhere.

A kept batch is read again from its certificates and judged as a pass would judge it, with what the
vendor declared of it then unless a facts file is given; nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from glob import escape
from pathlib import Path

from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.reading import Reading, read_files
from kratom_qc.app.rejudge.reread import reread
from kratom_qc.archive.history import ArchivedVerdict, History
from kratom_qc.cli.commands import exit_status, judge_all, print_line, print_refused
from kratom_qc.cli.tables import print_matrix
from kratom_qc.cli.vendor import plain_console
from kratom_qc.domain.errors import InputNotFound
from kratom_qc.domain.verdict import Verdict
from kratom_qc.interpret.facts import Declaration, FactsFile
from kratom_qc.report import as_json as json_objects
from kratom_qc.vocabulary import closest


def markets(named: Sequence[str], root: Path, policy: JudgementPolicy, *, as_json: bool) -> int:
    """Print the market matrix of batches given by id or as certificate files. Returns the exit
    status of `check`.

    A name that is a file is read as a certificate; every other is the id of a batch in the store.
    """
    files = [Path(name) for name in named if Path(name).is_file()]
    ids = [name for name in dict.fromkeys(named) if not Path(name).is_file()]
    verdicts = _kept(ids, root, policy) if ids else []
    readings = read_files(files) if files else []
    verdicts += judge_all(readings, policy)
    refused = [reading for reading in readings if reading.refusals]
    (_print_json if as_json else _print)(verdicts, refused)
    return exit_status(readings, verdicts)


def _print(verdicts: Iterable[Verdict], refused: Iterable[Reading]) -> None:
    console = plain_console()
    for verdict in verdicts:
        print_matrix(console, verdict)
        console.print()
    for reading in refused:
        print_refused(console, reading.file, reading.refusals)


def _print_json(verdicts: Iterable[Verdict], refused: Iterable[Reading]) -> None:
    for verdict in verdicts:
        print_line(json_objects.market_object(verdict))
    for reading in refused:
        print_line(json_objects.refused(reading.file, reading.sha256, reading.refusals))


# ---------------------------------------------------------------- from the store


def _kept(ids: Sequence[str], root: Path, policy: JudgementPolicy) -> list[Verdict]:
    """Batches of a store, judged over all their kept certificates. Raises InputNotFound for an id
    the store does not know."""
    history = History(root)
    pasts = {past.batch_id: past for past in history.verdicts}
    for batch_id in ids:
        if batch_id not in pasts:
            near = closest(batch_id, pasts, 3)
            hint = f"; nearest: {', '.join(near)}" if near else ""
            raise InputNotFound(f"'{batch_id}' is no file, and no batch of {root}{hint}")
    wanted = [pasts[batch_id] for batch_id in ids]
    return list(
        reread(history, wanted, policy if policy.facts.rows else _as_declared(wanted, policy))
    )


def _as_declared(pasts: Sequence[ArchivedVerdict], policy: JudgementPolicy) -> JudgementPolicy:
    """The terms with what vendors declared of these batches when they were judged, where every
    declaration was kept."""
    if any(past.facts_sha256 != past.facts.sha256 for past in pasts):
        return policy
    return replace(
        policy,
        facts=FactsFile(
            tuple(Declaration(escape(past.batch_id), "*", past.facts) for past in pasts)
        ),
    )
