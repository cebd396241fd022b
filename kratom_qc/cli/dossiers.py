"""What `batches`, `review` and `decide` print."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.markup import escape

from kratom_qc.app import reports
from kratom_qc.app.amendments import amend
from kratom_qc.app.review import Dossier, Row, Ruling, decide, dossier
from kratom_qc.app.store import existing_store, ledger_of
from kratom_qc.cli.console import json_line, plain_console, write_lines
from kratom_qc.cli.tables import DECISION_STYLES, print_table
from kratom_qc.domain.disposition import Disposition
from kratom_qc.domain.verdict import Decision
from kratom_qc.ledger.entries import Entry
from kratom_qc.ledger.ledger import KnownBatch
from kratom_qc.vocabulary import wording

_WAITING = (Disposition.ON_HOLD, Disposition.AWAITING_REVIEW)
_HEADINGS = ("batch", "product", "verdict", "disposition", "judged at", "pass")


def print_batches(root: Path, *, as_json: bool) -> int:
    """Print every batch of a store. Raises InputNotFound where there is none."""
    known = ledger_of(existing_store(root)).batches().values()
    if as_json:
        return write_lines((json_line(_object(batch)) for batch in known), 0)
    print_table(plain_console(), _HEADINGS, map(_cells, known))
    return 0


def _object(batch: KnownBatch) -> dict[str, object]:
    return {
        "batch_id": batch.batch_id,
        "product": batch.product,
        "verdict": str(batch.verdict),
        "disposition": str(batch.disposition),
        "judged_at": batch.judged_at,
        "sequence": batch.sequence,
    }


def _cells(batch: KnownBatch) -> tuple[str, ...]:
    return (
        escape(batch.batch_id),
        escape(wording.product_name(batch.product)),
        f"[{DECISION_STYLES[batch.verdict]}]{batch.verdict}[/]",
        str(batch.disposition),
        batch.judged_at,
        str(batch.sequence),
    )


def print_waiting(root: Path) -> int:
    """Print the batches on which somebody has to decide, the worst first."""
    known = ledger_of(existing_store(root)).batches().values()
    waiting = [batch for batch in known if batch.disposition in _WAITING]
    worst_first = tuple(Decision)
    waiting.sort(key=lambda batch: worst_first.index(batch.verdict))
    console = plain_console()
    print_table(console, _HEADINGS, map(_cells, waiting))
    if not waiting:
        console.print("No batch waits for a decision.")
    return 0


def print_dossier(root: Path, batch_id: str) -> int:
    """Print what a decision on a batch rests on."""
    record = dossier(root, batch_id)
    console = plain_console()
    batch = record.batch
    console.print(
        f"[bold]{escape(batch.batch_id)}[/]  {escape(wording.product_name(batch.product))}: "
        f"[{DECISION_STYLES[batch.verdict]}]{batch.verdict}[/] as on {batch.judged_on}, "
        f"{batch.disposition}"
    )
    print_table(console, ("", ""), _facts(record))
    print_table(console, ("certificate", "of", "number", "issued", "SHA-256", ""), _papers(record))
    for correction in record.corrections:
        console.print(f"{escape(correction.after.name)} against {escape(correction.before.name)}:")
        rows = (tuple(map(escape, difference)) for difference in correction.differences)
        print_table(console, ("what differs", "before", "after"), rows)
    if record.against:
        headings = ("outcome", "where", "why", "rule")
        print_table(console, headings, _against(record.against))
    print_table(console, ("when", "who", "what", "why"), _history(record.history))
    return 0


def _facts(dossier: Dossier) -> Iterator[tuple[str, str]]:
    yield "main reason", escape(dossier.reason)
    yield "rests on (--seen)", dossier.batch.basis[:12]


def _papers(dossier: Dossier) -> Iterator[tuple[str, ...]]:
    names = {paper.known.sha256: paper.name for paper in dossier.papers}
    for paper in dossier.papers:
        known, stands = paper.known, ""
        if known.same_as:
            stands = f"says the same as {names[known.same_as]}"
        elif known.amended_by:
            stands = f"gave way to {names[known.amended_by]}"
        printed = (paper.name, paper.laboratory, paper.certificate_id, paper.issued_on)
        yield *map(escape, printed), known.sha256[:12], escape(stands)


def _against(findings: Iterable[Row]) -> Iterator[tuple[str, ...]]:
    for row in findings:
        cell = "!".join(filter(None, (row["sheet"], row["cell"])))
        place = " in ".join(filter(None, (cell, row["file"])))
        yield row["outcome"], escape(place), escape(row["why"] or ""), escape(row["rule_id"])


# What an entry about a batch says first, where that is not the verdict
_SAYS = {"decided": "disposition", "reopened": "disposition", "proposed": "decision"}


def _history(entries: Iterable[Entry]) -> Iterator[tuple[str, ...]]:
    for entry in entries:
        made = json.loads(entry.after)
        people = ", ".join(made.get("people", [entry.actor]))
        says = made.get(_SAYS.get(entry.act, "verdict"), "")
        what = f"{entry.act}: {says}" if says else entry.act
        signed = ", signed" if "signature" in made else ""
        yield entry.at, escape(people), what + signed, escape(entry.reason)


def print_amended(root: Path, batch_id: str, before: str, after: str | None, ruling: Ruling) -> int:
    """Let a certificate give way to another, and print what to do then."""
    amend(root, batch_id, before, after, ruling.because, ruling.people)
    console = plain_console()
    what = f"{escape(before)} gives way to {escape(after)}" if after else f"{escape(before)} counts"
    console.print(f"{what}; now judge the batch again: kratom-qc run --again {escape(batch_id)}")
    reports.refresh(root, ledger_of(root))
    return 0


def print_decided(root: Path, batch_id: str, ruling: Ruling) -> int:
    """Decide, and print where the batch stands now."""
    batch = decide(root, batch_id, ruling)
    plain_console().print(f"{escape(batch.batch_id)}: {batch.disposition} (not signed)")
    reports.refresh(root, ledger_of(root))
    return 0
