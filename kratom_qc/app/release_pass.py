"""The state of one pass, from files to read to the committed archive."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from itertools import chain
from typing import Any

from kratom_qc import PROGRAM, settings
from kratom_qc.app import terms
from kratom_qc.app.arrivals import Arrival, delivered
from kratom_qc.app.balance import Balance, Totals
from kratom_qc.app.batches import (
    collect,
    compared,
    hold_several_vendors,
    judge_batches,
    lot_key,
    refused_before,
    standing,
)
from kratom_qc.app.inbox import NotTaken, read_at_rest
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.reading import Readers, Reading, longer, tried_twice
from kratom_qc.app.reports import pass_page_name
from kratom_qc.app.review import judged, judged_acts
from kratom_qc.app.scale import readers
from kratom_qc.app.store import Store, user
from kratom_qc.app.suspects import ATTEMPTS
from kratom_qc.archive.pages import Page
from kratom_qc.archive.store import PassWriter
from kratom_qc.archive.tables import PassStamp
from kratom_qc.domain.errors import Problem, StoreError
from kratom_qc.domain.source import CellRef
from kratom_qc.domain.verdict import Verdict
from kratom_qc.interpret.compare import traces
from kratom_qc.interpret.content import saved_again
from kratom_qc.ledger.entries import Act, Entry
from kratom_qc.ledger.ledger import Ledger, stamp
from kratom_qc.report.html import html, page_name, summary_page
from kratom_qc.report.kept import reported
from kratom_qc.report.page import batch_page
from kratom_qc.report.provenance import EarlierVerdict
from kratom_qc.report.summary import SummaryRow, summary_row

WAVE = 2_000  # batches per run of the engine: keeps memory flat, and a run costs under a second

log = logging.getLogger(__name__)
_ONCE_MORE = "the next pass tries it once more, with longer limits"
_QUARANTINED = (
    "three passes that worked on this file ended without a verdict; it is held for a person, and "
    "no pass works on it again unless somebody asks for it"
)
_HELD = (
    "it was tried again with longer limits and is held for a person; "
    "no pass reads it again unless the file or this program changes"
)

Progress = Callable[[str, int, int], None]  # stage, done, of


def unwatched(_stage: str, _done: int, _of: int) -> None:
    """Progress that is shown to nobody."""


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
        self.balance = Balance()
        self.totals: Totals | None = None  # once it is published
        self._tries: dict[str, int] = {}  # before this pass
        self._judged: dict[str, dict[str, Any]] = {}  # what the ledger is told, by batch
        self._earlier: dict[str, tuple[EarlierVerdict, ...]] = {}
        self._caps = settings.caps()
        self._readers = readers(self._caps)
        self._patient_readers = Readers(longer(self._caps))

    def __enter__(self) -> ReleasePass:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._readers.__exit__(kind)
        self._patient_readers.__exit__(kind)

    def load(self) -> None:
        """Load what takes long at the same time: readers in their children, the engine here."""
        self._readers.start()
        from kratom_qc.judge import engine as _engine  # noqa: F401 - two seconds of import

    # ------------------------------------------------------------ read

    def read(self, chunk: Sequence[Arrival], total: int) -> None:
        """Keep some of `total` files, then read them. A file that cannot be read is refused; it
        never stops the others."""
        kept = list(self._without_quarantined(self._kept(chunk)))
        first_tries = [arrival for arrival in kept if not arrival.is_second_try]
        second_tries = [arrival for arrival in kept if arrival.is_second_try]
        self._tries.update((arrival.sha256, 1) for arrival in second_tries)
        for reading in chain(
            self._read(self._readers, first_tries, _ONCE_MORE),
            self._read(self._patient_readers, second_tries, _HELD),
        ):
            self.new.append(reading)
            _log_reading(reading)
            self.progress("read", len(self.new), total)

    def _without_quarantined(self, files: Iterable[Arrival]) -> Iterator[Arrival]:
        """Files on which a pass works. One whose third attempt ended without a verdict is read for
        the lots that it names, and refused."""
        for file in files:
            if file.attempts < ATTEMPTS:
                yield file
                continue
            read_again = file.attempts == ATTEMPTS  # else reading it is what ends passes
            readings = self._read_kept(
                self._readers, [(file.name, file.sha256)] if read_again else []
            )
            lots = tuple(next(iter(readings)).lots if read_again else ())
            refusal = Problem("quarantined", _QUARANTINED, CellRef(file.name))
            self.new.append(Reading(file.name, file.sha256, refusals=(refusal,), named_lots=lots))
            _log_reading(self.new[-1])

    def _kept(self, files: Iterable[Arrival]) -> list[Arrival]:
        """Files that the store holds and the ledger names, before anything looks into them. One
        that is not there any more is refused, and tried again by the next pass."""
        kept = [arrival for arrival in map(self._keep, files) if arrival is not None]
        delivered(self.store, [arrival for arrival in kept if not arrival.is_delivered])
        return kept

    def _keep(self, arrival: Arrival) -> Arrival | None:
        """A file once the store holds it, as it is now; none where it cannot be taken any more."""
        if arrival.path is None:
            return arrival
        try:
            content = read_at_rest(arrival.path, self._caps.file_bytes)
        except NotTaken as error:
            message = f"{arrival.name}: {error}; it is tried again by the next pass"
            self.new.append(unreadable(arrival.name, "", message))
            return None
        sha256 = hashlib.sha256(content).hexdigest()
        self.store.files.keep(sha256, content)
        log.debug("file kept", extra={"file": arrival.name, "sha256": sha256[:12]})
        came = arrival.is_delivered and sha256 == arrival.sha256
        return replace(arrival, sha256=sha256, size=len(content), is_delivered=came)

    def _read(
        self, readers: Readers, files: Sequence[Arrival], after_trouble: str
    ) -> Iterator[Reading]:
        """What is read of kept files; `after_trouble` is what becomes of one whose reader met a
        trouble of the machine."""
        for reading in self._read_kept(readers, [(file.name, file.sha256) for file in files]):
            yield _with_outlook(reading, after_trouble) if reading.met_machine_trouble else reading

    def _read_kept(self, readers: Readers, files: Iterable[tuple[str, str]]) -> Iterator[Reading]:
        """What is read of files given as (name, hash). One whose kept bytes are gone, or are not
        what came, is refused: it stops its batches and no others."""
        damaged: list[Reading] = []

        def contents() -> Iterator[tuple[str, bytes]]:
            for name, sha256 in files:
                try:
                    yield name, self.store.files.raw(sha256)
                except StoreError as error:
                    log.error("kept file damaged", extra={"file": name, "sha256": sha256})
                    damaged.append(unreadable(name, sha256, str(error)))

        yield from readers.read(contents())
        yield from damaged

    # ------------------------------------------------------------ judge

    def gather(self, again: Iterable[str] = ()) -> list[tuple[str, ...]]:
        """The batches that the new certificates speak of and those to judge `again`, in waves;
        their earlier certificates are read again."""
        self.stamp = self._begun()  # what people say of certificates from here on came too late
        touched = list(dict.fromkeys([*_touched(self.new, self.store.ledger), *again]))
        fresh = {reading.sha256 for reading in self.new}
        files = self.store.ledger.files_of(touched)
        amended = self.store.ledger.amended(touched)
        spoken = {
            batch_id: tuple(
                sha256
                for sha256 in files.get(batch_id, ())
                if sha256 not in amended.get(batch_id, ())
            )
            for batch_id in touched
        }
        earlier = dict.fromkeys(chain.from_iterable(spoken.values()))
        before = self._read_again([sha256 for sha256 in earlier if sha256 not in fresh])
        self.readings = standing([*before, *self.new], amended)
        self._readers.rest()
        self._patient_readers.rest()
        self._again = saved_again(
            certificate for reading in self.readings for certificate in reading.certificates
        )
        refused = refused_before(self.store.ledger, touched, fresh)
        self.checks = compared(self.readings, spoken, refused)
        hold_several_vendors(self.checks, self.store.ledger, _files_of(spoken, self.new))
        self.total = len(touched)
        self.writer = PassWriter(self.store.files, self.stamp, PROGRAM)
        counts = {"new": len(self.new), "files": len(self.readings), "batches": len(touched)}
        log.info("pass read", extra={"pass_id": self.stamp.pass_id, **counts})
        return [tuple(touched[start : start + WAVE]) for start in range(0, len(touched), WAVE)]

    def _begun(self) -> PassStamp:
        """Name the pass by its day and its number in the ledger."""
        on, moment = self.policy.on, self.store.clock()
        made = {"judged_on": on.isoformat(), "program": PROGRAM}
        sequence = self.store.ledger.add(user(), Act("begun", on.isoformat(), made))[0].sequence
        return PassStamp(f"{on.isoformat()}-{sequence:06d}", on, moment, sequence)

    def _read_again(self, files: Sequence[str]) -> list[Reading]:
        """What is read of kept files today."""
        known = self.store.ledger.files(files)
        return tried_twice(
            partial(self._read_kept, self._readers),
            partial(self._read_kept, self._patient_readers),
            [(known[sha256].name, sha256) for sha256 in files],
        )

    def judge(self, wave: Sequence[str]) -> None:
        """Judge some batches over all their certificates, in one run of the engine, and write their
        pages and findings."""
        self._earlier = {
            batch_id: tuple(map(_earlier, entries))
            for batch_id, entries in self.store.ledger.verdicts_of(wave).items()
        }
        batches = collect(self.readings, self.policy, frozenset(wave), self.checks)
        for verdict in judge_batches(batches, self.policy).verdicts():
            self.rows.append(self._published(verdict))
            self.progress("judge", len(self.rows), self.total)
        counts = {"batches": len(wave), "judged": len(self.rows), "of": self.total}
        log.info("wave judged", extra={"pass_id": self.stamp.pass_id, **counts})

    def _published(self, verdict: Verdict) -> SummaryRow:
        """A verdict's row of the summary, once its page and its findings are written."""
        page = page_name(verdict.batch.batch_id)
        row = summary_row(verdict, page)
        earlier = self._earlier.get(row.batch_id, ())
        report, kept = reported(batch_page(verdict, program=PROGRAM, earlier=earlier))
        self.writer.pages.add(
            Page(self.stamp.pass_id, page, row.batch_id, html(report, in_store=True), kept)
        )
        made = self.writer.add_verdict(verdict, row.reason)
        self.balance.add(verdict)
        self._judged[row.batch_id] = judged(verdict, row, made, self.stamp)
        ids = {"pass_id": self.stamp.pass_id, "batch_id": row.batch_id}
        log.info("batch judged", extra={**ids, "verdict": str(row.decision)})
        return row

    # ------------------------------------------------------------ publish

    def publish(self) -> None:
        """Write the summary and commit the pass: from the ledger's transaction on it counts. Raises
        EngineError where a result was read and not judged."""
        self.totals = self.balance.totals(self.new, self._again)
        for reading in self.new:
            if reading.refusals and reading.sha256:
                self.writer.add_refused(reading.file, reading.sha256, reading.told)
            for certificate in reading.certificates:
                first = self._again.get(certificate.batch_id, {}).get(reading.sha256)
                self.writer.add_analysis(certificate, traces(certificate), first)
        page = summary_page(
            [replace(row, link=f"../{row.link}") for row in self.rows],
            [(reading.file, reading.sha256, reading.told) for reading in self.refused],
            judged_on=self.policy.on,
            program=PROGRAM,
            overdue=self.policy.overdue,
        )
        pass_id = self.stamp.pass_id
        self.writer.pages.add(Page(pass_id, pass_page_name(pass_id), None, page))
        self._commit(self.writer.finish())
        counts = {"batches": len(self.rows), **asdict(self.totals)}
        log.info("pass committed", extra={"pass_id": pass_id, **counts})

    def _commit(self, tables: Mapping[str, str]) -> None:
        """Make the pass count, then let readers see it. `tables` are the hashes of what is on the
        disk, by path."""
        terms.keep(self.store.files, self.policy)
        judged_by = terms.terms_of(self.policy)
        made = {
            "sequence": self.stamp.sequence,
            "judged_on": self.stamp.judged_on.isoformat(),
            "judged_at": stamp(self.store.clock()),
            "program": PROGRAM,
            "holds": dict(tables),
            "terms": judged_by.hash,
            "results": asdict(self.totals) if self.totals else None,
        }
        acts = [self._read_act(reading) for reading in self.new if reading.sha256]
        with self.store.ledger.writing() as writer:
            before = writer.terms()
            if before != judged_by.hash:
                acts.append(Act("terms changed", judged_by.hash, judged_by.made, before))
            acts += judged_acts(self._judged, writer.batches(self._judged))
            writer.add(user(), [*acts, Act("committed", self.stamp.pass_id, made)])
        self.store.export_head()
        self.store.publish(self.stamp.pass_id, self.policy.books)

    def _read_act(self, reading: Reading) -> Act:
        """What became of a new file."""
        made: dict[str, Any] = {"program": PROGRAM, "pass_id": self.stamp.pass_id}
        if not reading.refusals:
            batches: dict[str, list[str]] = {}
            for certificate in reading.certificates:
                batches.setdefault(certificate.batch_id, []).extend(traces(certificate))
            repeats = {
                batch_id: self._again[batch_id][reading.sha256]
                for batch_id in batches
                if reading.sha256 in self._again.get(batch_id, ())
            }
            same_as = {"same_as": repeats} if repeats else {}
            return Act("read", reading.sha256, {**made, "batches": batches, **same_as})
        in_vain = reading.met_machine_trouble or reading.refusals[0].code == "unreadable"
        tries = self._tries.get(reading.sha256, 0) + 1 if in_vain else 0
        if reading.refusals[0].code == "quarantined":
            tries = ATTEMPTS
        refused = {
            "name": reading.file,
            "codes": list(dict.fromkeys(refusal.code for refusal in reading.refusals)),
            "why": reading.refusals[0].message,
            "lots": [
                {"lot": lot_key(lot.quoted), "said": lot.quoted, **_place(lot)}
                for lot in reading.named_lots
            ],
            "tries": tries,
        }
        return Act("refused", reading.sha256, {**made, **refused})

    @property
    def refused(self) -> list[Reading]:
        """The new files that never become data."""
        return [reading for reading in self.new if reading.refusals]


def _earlier(entry: Entry) -> EarlierVerdict:
    made = entry.made
    link = pass_page_name(made["pass_id"])
    return EarlierVerdict(made["verdict"], made["judged_on"], entry.at, made["sequence"], link)


def _place(problem: Problem) -> dict[str, str]:
    return {"sheet": problem.ref.sheet, "cell": problem.ref.cell}


def unreadable(name: str, sha256: str, message: str) -> Reading:
    """A file whose bytes cannot be had, as a refused one."""
    return Reading(name, sha256, refusals=(Problem("unreadable", message, CellRef(name)),))


def _with_outlook(reading: Reading, after_trouble: str) -> Reading:
    """A refused file whose refusals say what becomes of it."""
    refusals = tuple(
        replace(refusal, message=f"{refusal.message}; {after_trouble}")
        for refusal in reading.refusals
    )
    return replace(reading, refusals=refusals)


def _files_of(
    spoken: Mapping[str, Iterable[str]], new: Iterable[Reading]
) -> dict[str, dict[str, None]]:
    """Of batches the hashes of all their files, known and new."""
    files = {batch_id: dict.fromkeys(hashes) for batch_id, hashes in spoken.items()}
    for reading in new:
        for batch_id in reading.batch_ids:
            files.setdefault(batch_id, {})[reading.sha256] = None
    return files


def _log_reading(reading: Reading) -> None:
    ids: dict[str, object] = {"file": reading.file, "sha256": reading.sha256[:12]}
    if not reading.refusals:
        log.info("file read", extra={**ids, "batches": list(reading.batch_ids)})
        return
    level = logging.WARNING if reading.met_machine_trouble else logging.INFO
    codes = list(dict.fromkeys(refusal.code for refusal in reading.refusals))
    log.log(level, "file refused", extra={**ids, "codes": codes})


def _touched(new: Iterable[Reading], ledger: Ledger) -> list[str]:
    """The batches to judge: those that new certificates speak of, then earlier ones that share a
    lot's look, a certificate number or a vector of results with a new one, because a copy found
    later holds the original too, and those that a new refused file names."""
    certificates = [certificate for reading in new for certificate in reading.certificates]
    shared = {trace for certificate in certificates for trace in traces(certificate)}
    lots = chain.from_iterable(reading.named_lots for reading in new)
    shared |= {f"batch:{lot_key(lot.quoted)}" for lot in lots}
    batch_ids = (certificate.batch_id for certificate in certificates)
    return list(dict.fromkeys([*batch_ids, *sorted(ledger.sharing(shared))]))
