"""Two batches of a store, or two certificates of one batch, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from kratom_qc.app.amendments import Paper, named, papers
from kratom_qc.app.store import existing_store, known_batch, ledger_of, tables_of
from kratom_qc.archive.history import among
from kratom_qc.domain.interval import Interval, plain
from kratom_qc.ledger.ledger import KnownBatch, Ledger
from kratom_qc.trends.comparison import (
    Comparison,
    MarketLine,
    Side,
    Standing,
    Stated,
    Subject,
    compared,
)

Row = dict[str, Any]
_RESULT = (
    *("sha256", "analyte", "species", "basis", "unit", "portion_g", "measured", "text", "said"),
    *("unit_said", "low", "high", "low_open", "high_open", "uncertainty", "file", "sheet", "cell"),
)
_CERTIFICATE = ("sha256", "laboratory", "certificate_id", "tested_on")
_VERDICT = ("pass_id", "market", "verdict", "says", "rule_id", "certificates", "judged_on")


def compare(root: Path, left: str, right: str, batch: str | None = None) -> Comparison:
    """Two batches, each over all its certificates that count and by its newest verdict.

    Or two certificates of `batch`, named as they came or by the beginning of their hash, each by
    the newest verdict that rested on it and not on the other. Raises InputNotFound for what the
    store does not know, and StoreError where the archive cannot be read.
    """
    ledger = ledger_of(existing_store(root))
    reader = _Reader(root, ledger)
    if batch is None:
        first, second = (reader.batch(name) for name in (left, right))
    else:
        known = known_batch(root, ledger, batch)
        stated = papers(root, ledger, batch)
        before, after = named(stated, left), named(stated, right)
        first = reader.paper(known, before, after)
        second = reader.paper(known, after, before)
    return Comparison(
        first=first[0],
        second=second[0],
        results=compared(first[1], second[1]),
        markets=_markets(first[2], second[2]),
    )


_SideRead = tuple[Side, list[Stated], dict[str | None, Standing]]


class _Reader:
    """Reads one side of a comparison."""

    def __init__(self, root: Path, ledger: Ledger):
        self._root = root
        self._ledger = ledger
        self._tables = tables_of(root, ledger)

    def batch(self, batch_id: str) -> _SideRead:
        """A batch over its certificates that count."""
        known = known_batch(self._root, self._ledger, batch_id)
        files = {
            paper.sha256: paper.pass_id
            for paper in self._ledger.certificates([batch_id]).get(batch_id, ())
            if paper.same_as is None and paper.amended_by is None
        }
        rows = self._verdicts(batch_id, [known.pass_id])
        return self._side(known, batch_id, files, rows)

    def paper(self, known: KnownBatch, paper: Paper, without: Paper) -> _SideRead:
        """One certificate, by the newest verdict that rested on it and not on another one."""
        batch_id, sha256 = known.batch_id, paper.known.same_as or paper.known.sha256
        holds = self._ledger.files_of([batch_id])[batch_id]
        judged = self._ledger.verdicts_of([batch_id]).get(batch_id, ())
        by_pass: dict[str, list[Row]] = {}
        for row in self._verdicts(batch_id, [entry.made["pass_id"] for entry in judged]):
            by_pass.setdefault(row["pass_id"], []).append(row)
        rows: list[Row] = []
        for entry in judged:  # the newest last
            of_pass = by_pass.get(entry.made["pass_id"], [])
            rested = {sha256 for row in of_pass for sha256 in row["certificates"] or ()}
            if paper.known.sha256 in rested and without.known.sha256 not in rested:
                rows = of_pass
        return self._side(known, paper.name, {sha256: holds[sha256]}, rows)

    def _side(
        self, known: KnownBatch, name: str, files: dict[str, str], verdicts: Sequence[Row]
    ) -> _SideRead:
        batch_id = known.batch_id
        papers_read = self._rows("certificates", batch_id, files, _CERTIFICATE)
        days = sorted(str(row["tested_on"]) for row in papers_read if row["tested_on"])
        why = "" if verdicts else f"no verdict rests on {name} without the other certificate"
        side = Side(
            name=name,
            batch_id=batch_id,
            product=known.product or "",
            laboratories=_each(row["laboratory"] for row in papers_read),
            certificates=_each(row["certificate_id"] for row in papers_read),
            tested_on=" and ".join(dict.fromkeys(days)),
            judged_on=str(verdicts[0]["judged_on"]) if verdicts else "",
            why_no_verdict=why,
        )
        stated = list(map(_stated, self._rows("results", batch_id, files, _RESULT)))
        standings = {
            row["market"]: Standing(row["verdict"], row["says"] or "", row["rule_id"] or "")
            for row in verdicts
        }
        return side, stated, standings

    def _rows(
        self, name: str, batch_id: str, files: dict[str, str], columns: Sequence[str]
    ) -> list[Row]:
        rows_found: list[Row] = []
        for sha256, pass_id in files.items():
            ours = among("batch_id", [batch_id]) & among("sha256", [sha256])
            rows_found += self._tables.table(name, pass_id, columns, ours).to_pylist()
        return rows_found

    def _verdicts(self, batch_id: str, passes: Sequence[str]) -> list[Row]:
        ours = among("batch_id", [batch_id])
        rows: list[Row] = self._tables.table("verdicts", passes, _VERDICT, ours).to_pylist()
        return rows


def _each(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _stated(row: Row) -> Stated:
    in_numbers = row["measured"] and row["text"] is None
    interval = Interval(row["low"], row["high"], row["low_open"], row["high_open"])
    portion = row["portion_g"]
    printed, unit = row["said"] or "", row["unit_said"] or ""
    place = "!".join(filter(None, (row["sheet"], row["cell"])))
    return Stated(
        subject=Subject(
            analyte=row["analyte"],
            species=row["species"] or "",
            basis=row["basis"] or "",
            unit=row["unit"] or "",
            portion="" if portion is None else plain(portion),
        ),
        interval=interval if in_numbers else None,
        printed=printed if not unit or printed.endswith(unit) else f"{printed} {unit}",
        cell=f"{row['file']} {place}".strip(),
        uncertainty=row["uncertainty"],
    )


def _markets(
    first: dict[str | None, Standing], other: dict[str | None, Standing]
) -> tuple[MarketLine, ...]:
    return tuple(
        MarketLine(market, first.get(market), other.get(market))
        for market in dict.fromkeys((*first, *other))
    )
