"""One pass over an inbox: what is new is read, its batches judged over all their certificates,
published and archived.

The pass is a plain object that `flows/release.py` drives step by step; it knows nothing of Prefect.
What decides whether a file is new is the store: a file is known by its content, never by its name.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from kratom_qc import PROGRAM, settings
from kratom_qc.app.batches import collect, compared, judge_batches
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.reading import Readers, Reading, files_in
from kratom_qc.archive.store import Known, PassWriter, Store, keep, keep_rulebook
from kratom_qc.domain.certificate import InterpretedCertificate
from kratom_qc.domain.errors import InputNotFound, Refusal
from kratom_qc.domain.source import CellRef
from kratom_qc.domain.verdict import Verdict
from kratom_qc.intake.workbook import read_bytes
from kratom_qc.interpret.compare import traces
from kratom_qc.report.html import batch_page, page_name, summary_page
from kratom_qc.report.summary import SummaryRow, summary_row

WAVE = 2_000  # batches per run of the engine: keeps memory flat, and a run costs under a second
PATIENCE = 4  # times the limits on time and memory that a file's second try is given

Progress = Callable[[str, int, int], None]  # stage, done, of

log = logging.getLogger(__name__)
_ONCE_MORE = "the next pass tries it once more, with longer limits"
_HELD = (
    "it was tried again with longer limits and is held for a person; "
    "no pass reads it again unless the file or this program changes"
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file of the inbox that the store does not know, or knows only as one to try again."""

    path: Path
    name: str
    sha256: str
    is_second_try: bool = False


def arrivals(inbox: Path, store: Store) -> tuple[list[Arrival], int]:
    """(the files of an inbox that are new by content, how many files there are). Raises
    InputNotFound without an inbox."""
    paths = files_in(existing(inbox))
    known = store.known(PROGRAM)
    new: dict[str, Arrival] = {}
    for path in paths:
        name, digest = path.relative_to(inbox).as_posix(), _digest(path)
        if digest not in known.judged and digest not in known.refused:
            new.setdefault(digest, Arrival(path, name, digest, digest in known.to_try_again))
    return list(new.values()), len(paths)


def existing(inbox: Path) -> Path:
    """An inbox that is there. Raises InputNotFound for one that is not, before a store is made."""
    if not inbox.is_dir():
        raise InputNotFound(f"{inbox}: no such folder; name the inbox with --inbox")
    return inbox


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(read_bytes(path)).hexdigest()
    except InputNotFound:
        return f"unreadable:{path}"  # said in the summary and tried again by every pass


def longer(caps: settings.Caps) -> settings.Caps:
    """The limits of a file's second try, where the first ended for a trouble of the machine."""
    return replace(
        caps,
        memory_bytes=PATIENCE * caps.memory_bytes,
        cpu_seconds=PATIENCE * caps.cpu_seconds,
        wall_seconds=PATIENCE * caps.wall_seconds,
    )


class ReleasePass:
    """The state of one pass, from arrivals to the committed archive; its readers live as long as
    its block. The steps in their order: `read` (chunk by chunk), `gather`, `judge` (wave by wave),
    `publish`."""

    def __init__(self, store: Store, policy: JudgementPolicy, progress: Progress):
        self.store = store
        self.policy = policy
        self.progress = progress
        self.new: list[Reading] = []
        self.rows: list[SummaryRow] = []
        self._second_tries: set[str] = set()
        caps = settings.caps()
        self._readers = Readers(caps)
        self._patient_readers = Readers(longer(caps))

    def __enter__(self) -> ReleasePass:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._readers.__exit__(kind)
        self._patient_readers.__exit__(kind)

    # ------------------------------------------------------------ read

    def read(self, chunk: Sequence[Arrival], total: int) -> None:
        """Keep and read some of `total` files. A file that cannot be read is refused; it never
        stops the others."""
        first_tries = [arrival for arrival in chunk if not arrival.is_second_try]
        second_tries = [arrival for arrival in chunk if arrival.is_second_try]
        self._second_tries.update(arrival.sha256 for arrival in second_tries)
        for reading in chain(
            self._read(self._readers, first_tries, _ONCE_MORE),
            self._read(self._patient_readers, second_tries, _HELD),
        ):
            self.new.append(reading)
            _log_reading(reading)
            self.progress("read", len(self.new), total)

    def _read(
        self, readers: Readers, files: Iterable[Arrival], after_trouble: str
    ) -> Iterator[Reading]:
        """What is read of files, each kept in the store before anything looks into it;
        `after_trouble` is what becomes of one whose reader met a trouble of the machine."""
        unreadable: list[Reading] = []
        for reading in readers.read(self._kept(files, unreadable)):
            yield _with_outlook(reading, after_trouble) if reading.met_machine_trouble else reading
        yield from unreadable

    def _kept(
        self, files: Iterable[Arrival], unreadable: list[Reading]
    ) -> Iterator[tuple[str, bytes]]:
        """Files with their bytes; those that are not there any more are added to `unreadable`, and
        tried again by the next pass."""
        for arrival in files:
            try:
                content = read_bytes(arrival.path)
            except InputNotFound as error:
                message = f"{error}; it is tried again by the next pass"
                refusal = Refusal("unreadable", message, CellRef(arrival.name))
                unreadable.append(Reading(arrival.name, "", refusals=(refusal,)))
            else:
                sha256 = hashlib.sha256(content).hexdigest()
                keep(self.store.root, sha256, content)
                log.debug("file kept", extra={"file": arrival.name, "sha256": sha256[:12]})
                yield arrival.name, content

    # ------------------------------------------------------------ judge

    def gather(self) -> list[tuple[str, ...]]:
        """The batches that the new certificates speak of, in waves; their earlier certificates are
        read again."""
        known = self.store.known(PROGRAM)
        touched = _touched(self.new, known)
        fresh = {reading.sha256 for reading in self.new}
        spoken = {batch_id: known.by_batch.get(batch_id, ()) for batch_id in touched}
        earlier = dict.fromkeys(chain.from_iterable(spoken.values()))
        self.readings = [
            *self._read_again([sha256 for sha256 in earlier if sha256 not in fresh], known),
            *self.new,
        ]
        self._readers.rest()
        self._patient_readers.rest()
        self.checks = compared(self.readings, spoken)
        self.total = len(touched)
        self.writer = PassWriter(self.store, self.pass_id, self.policy.on, PROGRAM)
        counts = {"new": len(self.new), "files": len(self.readings), "batches": len(touched)}
        log.info("pass read", extra={"pass_id": self.pass_id, **counts})
        return [tuple(touched[start : start + WAVE]) for start in range(0, len(touched), WAVE)]

    def _read_again(self, files: Sequence[str], known: Known) -> list[Reading]:
        """What is read of kept files today. One whose reader meets a trouble of the machine is
        tried again at once, with longer limits: its batch was judged on it before."""

        def contents(shas: Iterable[str]) -> Iterator[tuple[str, bytes]]:
            return ((known.names[sha256], self.store.raw(sha256)) for sha256 in shas)

        readings = list(self._readers.read(contents(files)))
        troubled = [reading.sha256 for reading in readings if reading.met_machine_trouble]
        second = {
            reading.sha256: reading for reading in self._patient_readers.read(contents(troubled))
        }
        return [second.get(reading.sha256, reading) for reading in readings]

    def judge(self, wave: Sequence[str]) -> None:
        """Judge some batches over all their certificates, in one run of the engine, and write their
        pages and findings."""
        batches = collect(self.readings, self.policy, frozenset(wave), self.checks)
        for verdict in judge_batches(batches, self.policy).verdicts():
            self.rows.append(self._published(verdict))
            self.progress("judge", len(self.rows), self.total)
        counts = {"batches": len(wave), "judged": len(self.rows), "of": self.total}
        log.info("wave judged", extra={"pass_id": self.writer.pass_id, **counts})

    def _published(self, verdict: Verdict) -> SummaryRow:
        """A verdict's row of the summary, once its page and its findings are written."""
        page = page_name(verdict.batch.batch_id)
        row = summary_row(verdict, page)
        self.store.write_page(page, batch_page(verdict, program=PROGRAM))
        self.writer.add_verdict(verdict, row.reason)
        ids = {"pass_id": self.writer.pass_id, "batch_id": row.batch_id}
        log.info("batch judged", extra={**ids, "verdict": str(row.decision)})
        return row

    # ------------------------------------------------------------ publish

    def publish(self) -> list[SummaryRow]:
        """Write the summary and commit the archive: from that moment the pass counts."""
        for reading in self.new:
            if reading.refusals and reading.sha256:
                self.writer.add_refused(reading.file, reading.sha256, reading.refusals)
            for certificate in reading.certificates:
                self.writer.add_analysis(certificate, traces(certificate))
        page = summary_page(
            self.rows,
            [(reading.file, reading.sha256, reading.refusals) for reading in self.refused],
            judged_on=self.policy.on,
            program=PROGRAM,
            overdue=self.policy.overdue,
        )
        self.store.write_page("index.html", page)
        for book in self.policy.books.values():
            keep_rulebook(self.store.root, book)
        self.writer.commit()
        counts = {"batches": len(self.rows), "refused": len(self.refused)}
        log.info("pass committed", extra={"pass_id": self.writer.pass_id, **counts})
        return self.rows

    @property
    def refused(self) -> list[Reading]:
        """The new files that never become data."""
        return [reading for reading in self.new if reading.refusals]

    @property
    def pass_id(self) -> str:
        """Names the pass by what it did: the day, and a hash of the new files and of the terms."""
        policy, laboratories = self.policy, self.policy.laboratories
        register = (laboratories.sha256, str(laboratories.hold)) if laboratories.sha256 else ()
        parts: Iterable[str] = (
            *sorted(reading.sha256 for reading in self.new),
            *(book.sha256 for book in policy.books.values()),
            *policy.markets,
            *policy.home,
            *(facts.sha256 for _, _, facts in policy.facts.rows),
            *register,
            PROGRAM,
            # The same files on the same day are another pass where they are tried again.
            *sorted(self._second_tries),
        )
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        return f"{policy.on.isoformat()}-{digest[:12]}"


def _with_outlook(reading: Reading, after_trouble: str) -> Reading:
    """A refused file whose refusals say what becomes of it."""
    refusals = tuple(
        replace(refusal, message=f"{refusal.message}; {after_trouble}")
        for refusal in reading.refusals
    )
    return replace(reading, refusals=refusals)


def _log_reading(reading: Reading) -> None:
    ids: dict[str, object] = {"file": reading.file, "sha256": reading.sha256[:12]}
    if not reading.refusals:
        log.info("file read", extra={**ids, "batches": list(reading.batch_ids)})
        return
    level = logging.WARNING if reading.met_machine_trouble else logging.INFO
    codes = list(dict.fromkeys(refusal.code for refusal in reading.refusals))
    log.log(level, "file refused", extra={**ids, "codes": codes})


def _touched(new: Iterable[Reading], known: Known) -> list[str]:
    """The batches to judge: those that new certificates speak of, then earlier ones that share a
    lot's look, a certificate number or a vector of results with a new one, because a copy found
    later holds the original too."""
    certificates = [certificate for reading in new for certificate in reading.certificates]
    related = {
        batch_id
        for certificate in certificates
        for batch_id in _sharing_a_trace(certificate, known)
    }
    own = (certificate.batch_id for certificate in certificates)
    return list(dict.fromkeys([*own, *sorted(related)]))


def _sharing_a_trace(certificate: InterpretedCertificate, known: Known) -> Iterator[str]:
    for trace in traces(certificate):
        yield from known.by_trace.get(trace, ())
