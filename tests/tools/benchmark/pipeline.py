"""Our own pipeline over a folder, in process and without a scheduler: `staged` stage by stage, `whole` in one go.

A process of its own for every measurement; prints one line of JSON.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kratom_qc import PROGRAM
from kratom_qc.app.arrivals import arrivals
from kratom_qc.app.batches import collect, judge_batches
from kratom_qc.app.policy import JudgementPolicy, load_policy
from kratom_qc.app.reading import Reading
from kratom_qc.app.release_pass import ReleasePass
from kratom_qc.app.store import Store
from kratom_qc.archive.pages import Page
from kratom_qc.archive.store import PassWriter
from kratom_qc.domain.batch import Batch
from kratom_qc.domain.verdict import Verdict
from kratom_qc.intake.layout.certificates import FileContent, certificates
from kratom_qc.intake.workbook import open_workbook
from kratom_qc.interpret.certificate import interpret
from kratom_qc.report.html import html, page_name, summary_page
from kratom_qc.report.kept import reported
from kratom_qc.report.page import batch_page
from kratom_qc.report.sentences import main_reason
from kratom_qc.report.summary import summary_row
from kratom_qc.settings import Caps
from tests.factory.archived import writer
from tests.tools.benchmark.measure import Stopwatch

ON = date(2026, 11, 22)


@dataclass(frozen=True, slots=True)
class Words:
    """A file's bytes and the laboratory's own words in it."""

    file: str
    raw: bytes
    sha256: str
    found: FileContent


def read(path: Path) -> Words:
    """Bytes → words."""
    raw = path.read_bytes()
    book = open_workbook(path.name, raw, Caps())
    return Words(path.name, raw, book.sha256, certificates(book))


def understood(words: Words) -> Reading:
    """Words → analyses."""
    interpreted_certificates = interpret(words.found.certificates)
    return Reading(words.file, words.sha256, interpreted_certificates, words.found.refusals)


def judged(batches: Sequence[Batch], by: JudgementPolicy, watch: Stopwatch) -> list[Verdict]:
    """Batches → verdicts, with the parts of the judgement timed inside."""
    from kratom_qc.judge import engine, verdicts  # two seconds of import, measured apart

    with (
        watch("judge"),
        watch.inside("plan", verdicts, "plan"),
        watch.inside("outcomes", engine, "outcomes"),
        watch.inside("great_expectations", engine, "_run"),
    ):
        judgement = judge_batches(batches, by)
    with watch("verdicts"):
        return list(judgement.verdicts())


def pages(found: Iterable[Verdict], writer: PassWriter) -> None:
    """Verdicts → pages on disk."""
    rows = []
    for verdict in found:
        name = page_name(verdict.batch.batch_id)
        report, kept = reported(batch_page(verdict, program=PROGRAM))
        writer.pages.add(Page(writer.stamp.pass_id, name, verdict.batch.batch_id, html(report), kept))
        rows.append(summary_row(verdict, name))
    page = summary_page(rows, (), judged_on=ON, program=PROGRAM)
    writer.pages.add(Page(writer.stamp.pass_id, "passes/1.html", None, page))


def archive(words: Iterable[Words], readings: Iterable[Reading], found: Iterable[Verdict], writer: PassWriter) -> None:
    """Raw files → kept; results, findings and verdicts → Parquet."""
    for one in words:
        writer.files.keep(one.sha256, one.raw)
    for reading in readings:
        for certificate in reading.certificates:
            writer.add_analysis(certificate)
    for verdict in found:
        writer.add_verdict(verdict, main_reason(verdict))
    writer.finish()
    writer.files.publish(writer.stamp.pass_id)


def staged(inbox: Path, count: int, root: Path) -> None:
    """Stage by stage, everything held between stages: what each costs, not how little memory it needs."""
    files = sorted(inbox.iterdir())[:count]
    watch, written = Stopwatch(), writer(root)
    with watch("import"):
        import kratom_qc.judge.engine  # noqa: F401 - the import is what is measured
    with watch("limits"):
        by = load_policy((), ON)
    with watch("read"):
        words = [read(path) for path in files]
    with watch("interpret"):
        readings = [understood(one) for one in words]
        batches = collect(readings, by)
    verdicts = judged(batches, by, watch)
    with watch("report"):
        pages(verdicts, written)
    with watch("archive"):
        archive(words, readings, verdicts, written)
    watch.report(
        refused=sum(bool(reading.refusals) for reading in readings),
        findings=sum(len(verdict.findings) for verdict in verdicts),
        passed=sum(verdict.decision == "PASS" for verdict in verdicts),
    )


def whole(inbox: Path, count: int, root: Path) -> None:
    """What `kratom-qc run` does, without Prefect: arrivals, one pass, commit. The engine's import is timed apart."""
    watch = Stopwatch()
    with watch("import"):
        import kratom_qc.judge.engine  # noqa: F401 - the import is what is measured
    with watch("whole"):
        store = Store(root)
        new = arrivals(inbox, store).new[:count]
        current = ReleasePass(store, load_policy((), ON), lambda _stage, _done, _of: None)
        current.read(new, len(new))
        for wave in current.gather():
            current.judge(wave)
        current.publish()
    watch.report()


if __name__ == "__main__":
    measurement = {"staged": staged, "whole": whole}[sys.argv[1]]
    with tempfile.TemporaryDirectory() as temporary:
        measurement(Path(sys.argv[2]), int(sys.argv[3]), Path(temporary))
