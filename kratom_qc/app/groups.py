"""Pages over the batches of one vendor, laboratory or product: how they stand, what holds and fails
them, how their values move.

    reports/groups.html                 leads to all of them
    reports/laboratories/<name>.html    likewise vendors/, products/

They look at many batches and results, so they are made when somebody asks (`kratom-qc reports
groups`, the portal), and not by every pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from kratom_qc import PROGRAM
from kratom_qc.app import reports
from kratom_qc.app.shown import Shown
from kratom_qc.app.store import Store, tables_of
from kratom_qc.app.trends.report import TrendReport, trends
from kratom_qc.app.trends.specifications import Specifications
from kratom_qc.app.trends.statements import Wanted as WantedResults
from kratom_qc.archive import disk
from kratom_qc.archive.history import among
from kratom_qc.domain.errors import InputNotFound
from kratom_qc.domain.verdict import Decision
from kratom_qc.ledger.ledger import KnownBatch, Ledger
from kratom_qc.ledger.people import People
from kratom_qc.ledger.search import Named, Wanted, count, laboratories_of, named, search
from kratom_qc.report.html import page_name
from kratom_qc.report.scorecard import (
    KINDS,
    Against,
    Scorecard,
    groups_page,
    scorecard,
    scorecard_page,
)
from kratom_qc.report.trend_chart import TrendChart, trend_chart
from kratom_qc.trends import words
from kratom_qc.trends.series import SeriesKey
from kratom_qc.vocabulary import nearest_hint, wording
from kratom_qc.vocabulary.problems import problem

_LOOKED_AT = 2_000  # batches of a card, the newest
_ASKED = 500  # of them whose causes are counted, the newest that do not PASS
_FEWEST = 3  # points of a series that is drawn; of fewer there is nothing to see
_MOST = 24  # charts of a page; those that warn first, then the longest
_DRAWN = 500  # certificates whose results are drawn where one group is asked for, the newest
_NAMED = 5  # batches that a sentence names
LAB = "laboratory"


class Values(NamedTuple):
    """How the values of a group move: its series drawn, and what else they tell in sentences."""

    charts: Sequence[TrendChart] = ()
    remarks: Sequence[str] = ()

    @property
    def batches(self) -> set[str]:
        """Those that are drawn."""
        return {line.batch_id for chart in self.charts for line in chart.lines}


@dataclass(frozen=True)
class Groups:
    """The groups of a store and their pages: for those who may see all, or, where `vendor` is
    named, over those batches alone that this company may be shown (`app.shown`)."""

    root: Path
    ledger: Ledger
    on: date | None = None
    vendor: str | None = None

    def named(self, kind: str) -> list[Named]:
        """The groups of a kind with how many batches each has, by name."""
        if self.vendor is None:
            return named(self.ledger, kind)
        counts = Counter(name for batch in self._own for name in self._names(kind, batch))
        return [Named(name, number) for name, number in sorted(counts.items())]

    @cached_property
    def _own(self) -> list[KnownBatch]:
        """The newest batches that the vendor may be shown, the newest first."""
        sent = search(self.ledger, Wanted(vendor=self.vendor), count=_LOOKED_AT).batches
        shown = Shown(Store(self.root), self.vendor).batches(file.batch_id for file in sent)
        return [batch.known for batch in shown if batch.known is not None]

    def _names(self, kind: str, batch: KnownBatch) -> list[str]:
        if kind == "vendor":
            return [self.vendor] if self.vendor else []
        names = laboratories_of(batch.laboratory) if kind == LAB else [batch.product or ""]
        return list(filter(None, names))

    def _members(self, kind: str, name: str) -> list[KnownBatch]:
        """The newest batches of a group, the newest first. Raises InputNotFound for no group."""
        if self.vendor is None:
            members = search(self.ledger, Wanted(**{kind: name}), count=_LOOKED_AT).batches
        else:
            members = [batch for batch in self._own if name in self._names(kind, batch)]
        if not members:
            near = nearest_hint(name, [group.name for group in self.named(kind)], 3)
            raise InputNotFound(f"'{name}' is no {kind} of {self.root}{near}")
        return members

    @cached_property
    def _causes(self) -> dict[str, list[tuple[str, str, str]]]:
        """What holds and fails batches: outcome, subject and rule, of those asked until now."""
        return {}

    def _counted(self, batches: Sequence[KnownBatch]) -> Iterator[Against]:
        """The causes of some batches, each with how many it is of."""
        new = [batch for batch in batches if batch.batch_id not in self._causes]
        self._causes.update((batch.batch_id, []) for batch in new)
        for batch_id, cause in self._against(new) if new else ():
            self._causes[batch_id].append(cause)
        rules: dict[tuple[str, str], dict[str, None]] = {}
        ids: dict[tuple[str, str], set[str]] = {}
        for member in batches:
            for outcome, subject, rule in self._causes[member.batch_id]:
                rules.setdefault((outcome, subject), {})[rule] = None
                ids.setdefault((outcome, subject), set()).add(member.batch_id)
        for (outcome, subject), of in ids.items():
            rules_named = list(rules[outcome, subject])
            few = " ".join(rules_named[:4]) + (
                f" and {len(rules_named) - 4} more" if len(rules_named) > 4 else ""
            )
            yield Against(outcome, subject, few, len(of))

    def _against(self, batches: Sequence[KnownBatch]) -> Iterator[tuple[str, tuple[str, str, str]]]:
        newest = {batch.batch_id: batch.pass_id for batch in batches}
        passes = set(newest.values())
        tables, ours = tables_of(self.root, self.ledger, passes), among("batch_id", newest)
        verdicts = tables.table(
            "verdicts", passes, ("batch_id", "pass_id", "market", "home_markets"), ours
        )
        homes = {
            row["batch_id"]: row["home_markets"] or ()
            for row in verdicts.to_pylist()
            if row["market"] is None and newest[row["batch_id"]] == row["pass_id"]
        }
        columns = ("batch_id", "pass_id", "market", "rule_id", "analyte", "outcome", "decides")
        for row in tables.table("findings", passes, columns, ours).to_pylist():
            batch_id = row["batch_id"]
            counts = row["market"] is None or row["market"] in homes.get(batch_id, ())
            decides = row["decides"] and row["outcome"] != "PASS" and counts
            if decides and newest[batch_id] == row["pass_id"]:
                yield (
                    batch_id,
                    (row["outcome"], _subject(row["analyte"], row["rule_id"]), row["rule_id"]),
                )

    def card(self, kind: str, name: str) -> Scorecard:
        """One group's card. Raises InputNotFound where there is no such group."""
        members = self._members(kind, name)
        every = len(members)
        if every == _LOOKED_AT and self.vendor is None:
            every = count(self.ledger, Wanted(**{kind: name}))
        refused = People(self.ledger).tally(name).get("refused", 0) if kind == "vendor" else None
        against = [member for member in members if member.verdict != Decision.PASS][:_ASKED]
        rows = [reports.index_row(member) for member in members]
        shown = wording.product_name(name) if kind == "product" else name
        card = scorecard(kind, shown, rows, self._counted(against), refused)
        return card._replace(key=name, every=every)

    def trends(self, kind: str = "", name: str = "") -> TrendReport:
        """The series of one group over its newest certificates, or of all. Those of one alone say
        nothing of how its results lie to those of others. Raises InputNotFound where it has no
        result that counts."""
        asked: dict[str, Any] = {kind: name, "newest": _DRAWN} if kind else {}
        if self.vendor is not None:
            asked["vendor"] = self.vendor
        return trends(self.root, WantedResults(**asked), self.on)

    def values(self, kind: str, name: str, report: TrendReport) -> Values:
        """How a group's values move: the series drawn, and what else they tell."""
        limits = Specifications(report.on)
        ours = [trend for trend in report.trends if _group_of(trend.series.key, kind) == name]
        ours = [trend for trend in ours if len(trend.series.points) >= _FEWEST]
        ours.sort(key=lambda trend: (not trend.out_of_trend, -len(trend.series.points)))
        charts = tuple(trend_chart(trend, limits.of(trend.series.key)) for trend in ours[:_MOST])
        return Values(charts, tuple(_remarks(report, kind, name)))

    def write(self) -> int:
        """Write the pages of all groups among the reports. Returns how many there are. Raises
        StoreError where one cannot be written."""
        report = self.trends()
        cards = [self.card(kind, group.name) for kind in KINDS for group in self.named(kind)]
        for card in cards:
            links = {row.batch_id: f"../{row.link}" for row in card.rows}
            values = self.values(card.kind, card.key, report)
            links |= {batch: f"../{page_name(batch)}" for batch in values.batches}
            page = scorecard_page(
                card, values.charts, links, remarks=values.remarks, program=PROGRAM
            )
            self._write(card.link, page)
        self._write(reports.GROUPS, groups_page(cards, program=PROGRAM))
        reports.refresh(self.root, self.ledger)
        return len(cards)

    def _write(self, name: str, text: str) -> None:
        path = self.root / "reports" / name
        disk.make_folder(path.parent)
        disk.write_synced(path, text.encode("utf-8"))


def _remarks(report: TrendReport, kind: str, name: str) -> Iterator[str]:
    """What else a group's values tell, in sentences: of a laboratory how often its batches FAIL,
    duplicates that disagree, and how its results lie to those of others."""
    for record in report.failures:
        if (kind, record.laboratory) == (LAB, name):
            yield words.failures(record)
    for doubled in report.duplicates:
        apart = [pair.batch_id for pair in doubled.pairs if pair.agree is False]
        if apart and _group_of(doubled.key, kind) == name:
            yield f"{words.subject(doubled.key)}: duplicates disagree in {_few(apart)}."
    for other in report.laboratories if kind == LAB else ():
        if name in (other.bias.laboratory, other.bias.against) and other.bias.is_shown:
            yield f"{words.subject(other.key)}: {words.bias(other.bias)}"


def _subject(analyte: str | None, rule_id: str) -> str:
    if analyte:
        return wording.subject_name(analyte)
    listed = problem(rule_id)
    return (listed.title if listed else rule_id.replace("-", " ")).capitalize()


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"


def _group_of(key: SeriesKey, kind: str) -> str:
    return {"vendor": key.vendor, LAB: key.laboratory, "product": key.product or ""}[kind]
