"""Our own pipeline over a folder, in process and without a scheduler: `staged` stage by stage, `whole` as one.

A process of its own for every measurement; prints one line of JSON.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from measure import Stopwatch

from kratom_qc import settings
from kratom_qc.archive.store import PassWriter, Store
from kratom_qc.intake.layout import Found, certificates
from kratom_qc.intake.workbook import open_workbook
from kratom_qc.interpret.certificate import interpret
from kratom_qc.job import Reading, Terms, collect, judge_batches, read_file
from kratom_qc.judge.plan import markets_of
from kratom_qc.judge.specification import load_rulebooks
from kratom_qc.model import Batch, Verdict
from kratom_qc.report.html import SummaryRow, batch_page, main_reason, page_name, summary_page, summary_row

ON = date(2026, 11, 22)
PROGRAM = "kratom_qc benchmark"


@dataclass(frozen=True, slots=True)
class Words:
    """A file's bytes and the laboratory's own words in it."""

    file: str
    raw: bytes
    sha256: str
    found: Found


def terms() -> Terms:
    """All markets, the batch's own verdict for `us`: what `kratom-qc run` judges by default."""
    books = load_rulebooks(settings.load().expectations)
    return Terms(books, markets_of(books), ("us",), ON)


def read(path: Path) -> Words:
    """Bytes → words."""
    raw = path.read_bytes()
    book = open_workbook(path.name, raw)
    return Words(path.name, raw, book.sha256, certificates(book))


def understood(words: Words) -> Reading:
    """Words → analyses."""
    analyses, refusals = interpret(words.found.certificates)
    return Reading(words.file, words.sha256, analyses, refusals)


def judged(batches: Sequence[Batch], by: Terms, watch: Stopwatch) -> list[Verdict]:
    """Batches → verdicts, with the parts of the judgement timed inside."""
    from kratom_qc.judge import engine, verdicts

    with watch("judge"), watch.inside("plan", verdicts, "plan"), watch.inside("outcomes", engine, "outcomes"), \
            watch.inside("great_expectations", engine, "_run"):
        judgement = judge_batches(batches, by)
    with watch("verdicts"):
        return list(judgement.verdicts())


def pages(found: Iterable[Verdict], store: Store) -> list[SummaryRow]:
    """Verdicts → pages on disk."""
    rows = []
    for verdict in found:
        name = page_name(verdict.batch.batch_id)
        store.write_page(name, batch_page(verdict, program=PROGRAM))
        rows.append(summary_row(verdict, name))
    store.write_page("index.html", summary_page(rows, (), judged_on=ON, program=PROGRAM))
    return rows


def archive(readings: Iterable[Reading], found: Iterable[Verdict], store: Store) -> None:
    """Results, findings and verdicts → Parquet."""
    writer = PassWriter(store, "benchmark", ON, PROGRAM)
    for reading in readings:
        for analysis in reading.analyses:
            writer.add_analysis(analysis)
    for verdict in found:
        writer.add_verdict(verdict, main_reason(verdict))
    writer.commit()


def staged(files: Sequence[Path], root: Path) -> None:
    """Stage by stage, everything held between stages: what each costs, not how little memory it needs."""
    watch, store = Stopwatch(), Store(root)
    with watch("import"):
        import kratom_qc.judge.engine  # noqa: F401
    with watch("rulebooks"):
        by = terms()
    with watch("read"):
        words = [read(path) for path in files]
    with watch("interpret"):
        readings = [understood(one) for one in words]
        batches = collect(readings, by)
    verdicts = judged(batches, by, watch)
    with watch("report"):
        pages(verdicts, store)
    with watch("keep"):
        for one in words:
            store.keep(one.sha256, one.raw)
    with watch("archive"):
        archive(readings, verdicts, store)
    watch.report(certificates=len(files), findings=sum(len(verdict.findings) for verdict in verdicts),
                 refused=sum(bool(reading.refusals) for reading in readings),
                 decisions=[str(verdict.decision) for verdict in verdicts])


def whole(files: Sequence[Path], root: Path) -> None:
    """The same work in one go, verdict by verdict: nothing is kept longer than it is needed."""
    watch = Stopwatch()
    with watch("whole"):
        by, store = terms(), Store(root)
        readings = []
        for path in files:
            reading = read_file(path)
            store.keep(reading.sha256, path.read_bytes())
            readings.append(reading)
        judgement = judge_batches(collect(readings, by), by)
        writer = PassWriter(store, "benchmark", ON, PROGRAM)
        for reading in readings:
            for analysis in reading.analyses:
                writer.add_analysis(analysis)
        rows = []
        for verdict in judgement.verdicts():
            rows += pages_of(verdict, store)
            writer.add_verdict(verdict, rows[-1].reason)
        store.write_page("index.html", summary_page(rows, (), judged_on=ON, program=PROGRAM))
        writer.commit()
    watch.report(certificates=len(files))


def pages_of(verdict: Verdict, store: Store) -> list[SummaryRow]:
    """One verdict's page, written, and its line in the summary."""
    name = page_name(verdict.batch.batch_id)
    store.write_page(name, batch_page(verdict, program=PROGRAM))
    return [summary_row(verdict, name)]


if __name__ == "__main__":
    inbox, count = Path(sys.argv[2]), int(sys.argv[3])
    chosen = sorted(inbox.iterdir())[:count]
    with tempfile.TemporaryDirectory() as temporary:
        {"staged": staged, "whole": whole}[sys.argv[1]](chosen, Path(temporary))
