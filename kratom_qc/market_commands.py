"""`kratom-qc markets`: where a batch of the store, or of files, may be sold on a day, and what stops it elsewhere.

A kept batch is read again from its certificates and judged as a pass would judge it today; nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from kratom_qc import PROGRAM, settings
from kratom_qc.archive.store import Known, Store
from kratom_qc.commands import exit_status, judge_all, print_line, print_refused
from kratom_qc.errors import InputNotFound
from kratom_qc.interpret.compare import traces
from kratom_qc.job import Readers, Reading, Terms, collect, compared, judge_batches, read_files
from kratom_qc.model import Batch, Verdict
from kratom_qc.report import as_json as json_objects
from kratom_qc.vendor import plain_console
from kratom_qc.verdict_tables import print_matrix
from kratom_qc.vocabulary import closest


def markets(named: Sequence[str], root: Path, terms: Terms, *, as_json: bool) -> int:
    """Print the market matrix of batches given by id or as certificate files. Returns the exit status of `check`.

    A name that is a file is read as a certificate; every other is the id of a batch in the store.
    """
    files = [Path(name) for name in named if Path(name).is_file()]
    ids = [name for name in dict.fromkeys(named) if not Path(name).is_file()]
    kept = _kept(ids, root, terms) if ids else []  # an unknown id is said before anything is read
    readings = read_files(files) if files else []
    verdicts = [*(judge_batches(kept, terms).verdicts() if kept else ()), *judge_all(readings, terms)]
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


def _kept(ids: Sequence[str], root: Path, terms: Terms) -> list[Batch]:
    """Batches of a store over all their kept certificates, beside whatever shares a trace with them.

    Raises InputNotFound for an id that no kept certificate speaks of.
    """
    store = Store.to_read(root)
    known = store.known(PROGRAM)
    for batch_id in ids:
        if batch_id not in known.by_batch:
            raise InputNotFound(_unknown(batch_id, root, known))
    with Readers(settings.caps()) as readers:
        own = _read(readers, store, known, ids)
        every = [analysis for reading in own for analysis in reading.analyses if analysis.batch_id in ids]
        beside = {batch for one in every for trace in traces(one) for batch in known.by_trace.get(trace, ())}
        others = _read(readers, store, known, sorted(beside - set(ids)))
    spoken = {batch_id: known.by_batch[batch_id] for batch_id in ids}
    readings = [*own, *others]
    found = {one.batch_id: one for one in collect(readings, terms, frozenset(ids), compared(readings, spoken))}
    for batch_id in ids:
        if batch_id not in found:
            raise InputNotFound(
                f"{root}: none of the certificates of batch '{batch_id}' is read any more; see `kratom-qc check` of them"
            )
    return [found[batch_id] for batch_id in ids]


def _read(readers: Readers, store: Store, known: Known, ids: Iterable[str]) -> list[Reading]:
    shas = dict.fromkeys(sha for batch_id in ids for sha in known.by_batch[batch_id])
    return list(readers.read((known.names[sha], store.raw(sha)) for sha in shas))


def _unknown(batch_id: str, root: Path, known: Known) -> str:
    near = closest(batch_id, known.by_batch, 3)
    hint = f"; nearest: {', '.join(near)}" if near else ""
    return f"'{batch_id}' is no file, and no batch of {root}{hint}"
