"""One pass over an inbox: what is new is read, its batches judged over all their certificates,
published and archived.

The pass is a plain object that `flows/release.py` drives step by step; it knows nothing of Prefect.
What decides whether a file is new is the store: a file is known by its content, never by its name.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kratom_qc import PROGRAM, settings
from kratom_qc.app.batches import collect, compared, judge_batches
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.reading import Readers, Reading, files_in
from kratom_qc.archive.store import PassWriter, Store, keep, keep_rulebook
from kratom_qc.domain.errors import InputNotFound, Refusal
from kratom_qc.domain.source import CellRef
from kratom_qc.intake.workbook import read_bytes
from kratom_qc.interpret.compare import traces
from kratom_qc.report.html import batch_page, page_name, summary_page
from kratom_qc.report.summary import SummaryRow, summary_row

WAVE = 2_000  # batches per run of the engine: keeps memory flat, and a run costs under a second

Progress = Callable[[str, int, int], None]  # stage, done, of


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file of the inbox that the store does not know."""

    path: Path
    name: str
    sha256: str


def arrivals(inbox: Path, store: Store) -> tuple[list[Arrival], int]:
    """(the files of an inbox that are new by content, how many files there are). Raises
    InputNotFound without an inbox."""
    if not inbox.is_dir():
        raise InputNotFound(f"{inbox}: no such folder; name the inbox with --inbox")
    known = store.known(PROGRAM)
    paths = files_in(inbox)
    new: dict[str, Arrival] = {}
    for path in paths:
        try:
            digest = hashlib.sha256(read_bytes(path)).hexdigest()
        except InputNotFound:
            digest = f"unreadable:{path}"  # said in the summary and tried again by every pass
        if digest not in known.judged and digest not in known.refused:
            new.setdefault(digest, Arrival(path, path.relative_to(inbox).as_posix(), digest))
    return list(new.values()), len(paths)


class ReleasePass:
    """The state of one pass, from arrivals to the committed archive; its readers live as long as
    its block."""

    def __init__(self, store: Store, policy: JudgementPolicy, progress: Progress):
        self.store = store
        self.policy = policy
        self.progress = progress
        self.new: list[Reading] = []
        self.earlier: list[Reading] = []
        self.rows: list[SummaryRow] = []
        self.total = 0
        self._readers = Readers(settings.caps())

    def __enter__(self) -> ReleasePass:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._readers.__exit__(kind)

    def read(self, chunk: Sequence[Arrival], total: int) -> None:
        """Keep and read some of `total` files. A file that cannot be read is refused; it never
        stops the others."""
        for reading in self._readers.read(self._kept(chunk)):
            self.new.append(reading)
            self.progress("read", len(self.new), total)

    def _kept(self, chunk: Iterable[Arrival]) -> Iterator[tuple[str, bytes]]:
        """Files with their bytes, kept in the store before anything looks into them; one that
        cannot be read is refused, and tried again by the next pass."""
        for arrival in chunk:
            try:
                raw = read_bytes(arrival.path)
            except InputNotFound as error:
                reason = Refusal(
                    "unreadable",
                    f"{error}; it is tried again by the next pass",
                    CellRef(arrival.name),
                )
                self.new.append(Reading(arrival.name, "", refusals=(reason,)))
            else:
                keep(self.store.root, hashlib.sha256(raw).hexdigest(), raw)
                yield arrival.name, raw

    def gather(self) -> list[tuple[str, ...]]:
        """The batches that the new certificates speak of, in waves; their earlier certificates are
        read again.

        Earlier batches that share a lot's look, a certificate number or a vector of results with a
        new one are judged again beside it: a copy found later holds the original too.
        """
        known = self.store.known(PROGRAM)
        fresh = {reading.sha256 for reading in self.new}
        new = [certificate for reading in self.new for certificate in reading.certificates]
        beside = sorted(
            {
                batch
                for one in new
                for trace in traces(one)
                for batch in known.by_trace.get(trace, ())
            }
        )
        touched = list(dict.fromkeys([*(certificate.batch_id for certificate in new), *beside]))
        before = dict.fromkeys(
            sha
            for batch_id in touched
            for sha in known.by_batch.get(batch_id, ())
            if sha not in fresh
        )
        self.earlier = list(
            self._readers.read((known.names[sha], self.store.raw(sha)) for sha in before)
        )
        self._readers.rest()
        self.writer = PassWriter(self.store, self.pass_id, self.policy.on, PROGRAM)
        self.total = len(touched)
        spoken = {batch_id: known.by_batch.get(batch_id, ()) for batch_id in touched}
        self.beside = compared([*self.earlier, *self.new], spoken)
        # What has been read stays to the end of the pass: no collector need look through it again
        # and again.
        gc.freeze()
        gc.enable()
        return [tuple(touched[start : start + WAVE]) for start in range(0, len(touched), WAVE)]

    def judge(self, wave: Iterable[str]) -> None:
        """Judge some batches over all their certificates, in one run of the engine, and write their
        pages and findings."""
        batches = collect([*self.earlier, *self.new], self.policy, frozenset(wave), self.beside)
        for verdict in judge_batches(batches, self.policy).verdicts():
            page = page_name(verdict.batch.batch_id)
            row = summary_row(verdict, page)
            self.store.write_page(page, batch_page(verdict, program=PROGRAM))
            self.writer.add_verdict(verdict, row.reason)
            self.rows.append(row)
            self.progress("judge", len(self.rows), self.total)

    def publish(self) -> list[SummaryRow]:
        """Write the summary and commit the archive: from that moment the pass counts."""
        for reading in self.new:
            if reading.refusals and reading.sha256:
                self.writer.add_refused(reading.file, reading.sha256, reading.refusals)
            for certificate in reading.certificates:
                self.writer.add_analysis(certificate, traces(certificate))
        refused = [(reading.file, reading.sha256, reading.refusals) for reading in self.refused]
        page = summary_page(
            self.rows,
            refused,
            judged_on=self.policy.on,
            program=PROGRAM,
            overdue=self.policy.overdue,
        )
        self.store.write_page("index.html", page)
        for book in self.policy.books.values():
            keep_rulebook(self.store.root, book)
        self.writer.commit()
        gc.unfreeze()
        return self.rows

    @property
    def refused(self) -> list[Reading]:
        """The new files that never become data."""
        return [reading for reading in self.new if reading.refusals]

    @property
    def pass_id(self) -> str:
        """Names the pass by what it did: the day, and a hash of the new files and of the terms."""
        policy = self.policy
        parts: Iterable[str] = (
            *sorted(reading.sha256 for reading in self.new),
            *(book.sha256 for book in policy.books.values()),
            *policy.markets,
            *policy.home,
            *(facts.sha256 for _, _, facts in policy.facts.rows),
            *(
                (policy.laboratories.sha256, str(policy.laboratories.hold))
                if policy.laboratories.sha256
                else ()
            ),
            PROGRAM,
        )
        return f"{policy.on.isoformat()}-{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:12]}"
