"""Verdicts as self-contained HTML: one page per batch, one summary per run.

Ids, names and results are a vendor's text. They are escaped everywhere (`rendering`) and never name
a path.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache

from markupsafe import Markup

from kratom_qc.domain.errors import Problem
from kratom_qc.domain.verdict import Decision, MarketStatus, Verdict
from kratom_qc.report import kept, page, us_map
from kratom_qc.report.finding_words import where
from kratom_qc.report.kept import Report
from kratom_qc.report.markets import shares
from kratom_qc.report.provenance import EarlierVerdict
from kratom_qc.report.rendering import render
from kratom_qc.report.sheet_picture import FilePictures
from kratom_qc.report.summary import SummaryRow

_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")


def page_name(batch_id: str) -> str:
    """A file name for a batch's page. Ids are data: `LOT/1` must not become a path, and `LOT-1` and
    `lot-1` must not meet on a file system that ignores case, so the id's hash is part of the name.
    A leading dot would hide the page."""
    digest = hashlib.sha256(batch_id.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    visible = batch_id.replace(".", "-", batch_id.startswith("."))
    return f"{_UNSAFE.sub('-', visible)[:60]}-{digest}.html"


def batch_page(
    verdict: Verdict,
    *,
    program: str,
    earlier: Sequence[EarlierVerdict] = (),
    in_store: bool = False,
) -> str:
    """One self-contained page for one batch. Same verdict, same text. A page `in_store` leads to
    the certificates as they came."""
    made, _ = kept.reported(page.batch_page(verdict, program=program, earlier=earlier))
    return html(made, in_store=in_store)


def html(report: Report, *, in_store: bool = False, pictures: Sequence[FilePictures] = ()) -> str:
    """A report as one self-contained page; as `batch_page`. `pictures` are its files as they look,
    which stand beside what was understood of them."""
    of = report.page
    return render(
        "batch.html",
        page=of,
        sha256=report.sha256,
        disposition=report.disposition,
        trends=report.trends,
        title=f"{of.first.decision} {of.batch_id}",
        program=of.program,
        in_store=in_store,
        letters=_letters_of_the_states(),
        pictures={one.file: one for one in pictures},
    )


@cache
def _letters_of_the_states() -> Markup:
    """The letters on the map, which stand at the same places on every page: made once. Their
    template escapes them like any other."""
    return Markup(render("_states.html", tiles=us_map.TILES))  # noqa: S704 - made by a template


def summary_page(
    rows: Iterable[SummaryRow],
    refused: Iterable[tuple[str, str, Sequence[Problem]]],
    *,
    judged_on: date,
    program: str,
    overdue: Sequence[str] = (),
) -> str:
    """A run's summary: batches worst first, then every refused file (name, hash, refusals) with
    everything wrong in it. `overdue` are sentences about rulebooks that nobody has compared with
    their sources for too long."""
    by_decision: dict[Decision, list[SummaryRow]] = {decision: [] for decision in Decision}
    for row in rows:
        by_decision[row.decision].append(row)
    sorted_rows = [row for group in by_decision.values() for row in group]
    files = [
        (file, sha256, [(refusal, where(refusal.ref)) for refusal in refusals])
        for file, sha256, refusals in refused
    ]
    return render(
        "summary.html",
        groups=[(decision.value, group) for decision, group in by_decision.items()],
        markets=shares(row.market_lines for row in sorted_rows),
        says=list(map(str, MarketStatus)),
        files=files,
        batches=len(sorted_rows),
        judged_on=judged_on.isoformat(),
        overdue=overdue,
        program=program,
        title=f"Batches judged on {judged_on.isoformat()}",
    )
