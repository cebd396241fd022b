"""What `markets` says of batches, of a store or of files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from glob import escape
from pathlib import Path

from kratom_qc.app.batches import judge_readings
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.reading import read_files
from kratom_qc.app.rejudge.reread import reread
from kratom_qc.app.store import history_of, ledger_of
from kratom_qc.archive.history import ArchivedVerdict
from kratom_qc.cli.console import json_line, plain_console, write_lines
from kratom_qc.cli.refusals import print_refused
from kratom_qc.cli.tables import print_matrix
from kratom_qc.cli.verdicts import Checked
from kratom_qc.domain.errors import InputNotFound
from kratom_qc.domain.verdict import Verdict
from kratom_qc.interpret.facts import Declaration, FactsFile
from kratom_qc.report import as_json as json_objects
from kratom_qc.vocabulary import nearest_hint


def show(arguments: Sequence[str], root: Path, policy: JudgementPolicy, *, as_json: bool) -> int:
    """Print every market of each batch. Returns the exit status, which is `check`'s.

    A name that is a file is a certificate; every other is the id of a batch in the store. Raises
    InputNotFound for an id that the store does not know.
    """
    files = [Path(name) for name in arguments if Path(name).is_file()]
    ids = [name for name in dict.fromkeys(arguments) if not Path(name).is_file()]
    kept = _judged_again(ids, root, policy) if ids else []
    readings = read_files(files) if files else []
    checked = Checked(readings, [*kept, *judge_readings(readings, policy)])
    if as_json:
        known = ledger_of(root).batches(ids) if ids else {}
        stands = {batch_id: str(batch.disposition) for batch_id, batch in known.items()}
        return write_lines(_json_lines(checked, stands), checked.status)
    _print(checked)
    return checked.status


def _print(checked: Checked) -> None:
    console = plain_console()
    for verdict in checked.verdicts:
        print_matrix(console, verdict)
        console.print()
    for reading in checked.readings:
        if reading.refusals:
            print_refused(console, reading.file, reading.refusals)


def _json_lines(checked: Checked, dispositions: Mapping[str, str]) -> Iterator[str]:
    for verdict in checked.verdicts:
        disposition = dispositions.get(verdict.batch.batch_id)
        yield json_line(json_objects.market_object(verdict, disposition))
    for reading in checked.readings:
        if reading.refusals:
            refused = json_objects.refused(reading.file, reading.sha256, reading.refusals)
            yield json_line(refused)


# ---------------------------------------------------------------- from the store


def _judged_again(ids: Sequence[str], root: Path, policy: JudgementPolicy) -> list[Verdict]:
    """Batches of a store, judged over all their kept certificates."""
    history = history_of(root)
    pasts = {past.batch_id: past for past in history.verdicts}
    for batch_id in ids:
        if batch_id not in pasts:
            near = nearest_hint(batch_id, pasts, 3)
            raise InputNotFound(f"'{batch_id}' is no file, and no batch of {root}{near}")
    wanted = [pasts[batch_id] for batch_id in ids]
    return list(
        reread(history, wanted, policy if policy.facts.rows else _as_declared(wanted, policy))
    )


def _as_declared(pasts: Sequence[ArchivedVerdict], policy: JudgementPolicy) -> JudgementPolicy:
    """The policy with what vendors declared of these batches when they were judged, where every
    declaration was kept."""
    if any(past.facts_sha256 != past.facts.sha256 for past in pasts):
        return policy
    rows = tuple(Declaration(escape(past.batch_id), "*", past.facts) for past in pasts)
    return replace(policy, facts=FactsFile(rows))
