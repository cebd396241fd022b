"""Pages over the batches of one vendor, laboratory or product: how they stand, what holds and fails
them, how their values move.

    reports/groups.html                 leads to all of them
    reports/laboratories/<name>.html    likewise vendors/, products/

They look at every batch and every result of a store, so they are made when somebody asks
(`kratom-qc reports groups`, the portal), and not by every pass.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import chain
from pathlib import Path

from kratom_qc import PROGRAM
from kratom_qc.app import reports
from kratom_qc.app.store import tables_of
from kratom_qc.app.trends.report import TrendReport, trends
from kratom_qc.app.trends.specifications import Specifications
from kratom_qc.app.trends.statements import Wanted
from kratom_qc.archive import disk
from kratom_qc.archive.history import among
from kratom_qc.domain.errors import InputNotFound
from kratom_qc.ledger.ledger import KnownBatch, Ledger
from kratom_qc.ledger.people import People
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

_ASKED = 500  # batches that one question to the archive or the ledger names
_FEWEST = 3  # points of a series that is drawn; of fewer there is nothing to see
_MOST = 24  # charts of a page; those that warn first, then the longest
_NAMED = 5  # batches that a sentence names
LAB = "laboratory"
_BETWEEN = " · "  # several laboratories of one batch


@dataclass(frozen=True)
class Groups:
    """The groups of a store and their pages. They are for those who may see all: a batch of several
    vendors stands on the page of each, with its reason. Vendors see `app.shown`."""

    root: Path
    ledger: Ledger
    on: date | None = None

    @cached_property
    def _members(self) -> dict[str, dict[str, list[KnownBatch]]]:
        """Batches by kind of group and its name, newest first."""
        found: dict[str, dict[str, list[KnownBatch]]] = {kind: {} for kind in KINDS}
        batches = sorted(self.ledger.batches().values(), key=lambda one: -one.sequence)
        vendors = self._vendors([one.batch_id for one in batches])
        for one in batches:
            product = wording.product_name(one.product)
            names = {
                "vendor": vendors.get(one.batch_id, ()),
                "laboratory": one.laboratory.split(_BETWEEN) if one.laboratory else (),
                "product": (product,),
            }
            for kind, several in names.items():
                for name in several:
                    found[kind].setdefault(name, []).append(one)
        return found

    def _vendors(self, batch_ids: Sequence[str]) -> dict[str, Collection[str]]:
        files = self.ledger.files_of(batch_ids)
        hashes = sorted(set(chain.from_iterable(files.values())))
        people = People(self.ledger)
        known: dict[str, set[str | None]] = {}
        for start in range(0, len(hashes), _ASKED):
            known |= people.vendors_of(hashes[start : start + _ASKED])
        return {
            batch_id: sorted({one for sha in own for one in known.get(sha, ()) if one})
            for batch_id, own in files.items()
        }

    @cached_property
    def _causes(self) -> dict[str, list[tuple[str, str, str]]]:
        """What holds and fails every batch: outcome, subject and rule."""
        found: dict[str, list[tuple[str, str, str]]] = {}
        batches = [one for one in self.ledger.batches().values() if one.verdict != "PASS"]
        for start in range(0, len(batches), _ASKED):
            for batch_id, cause in self._against(batches[start : start + _ASKED]):
                found.setdefault(batch_id, []).append(cause)
        return found

    def _against(self, batches: Sequence[KnownBatch]) -> Iterator[tuple[str, tuple[str, str, str]]]:
        newest = {one.batch_id: one.pass_id for one in batches}
        passes = set(newest.values())
        tables, ours = tables_of(self.root, self.ledger, passes), among("batch_id", newest)
        own = tables.table(
            "verdicts", passes, ("batch_id", "pass_id", "market", "home_markets"), ours
        )
        homes = {
            row["batch_id"]: row["home_markets"] or ()
            for row in own.to_pylist()
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

    def names(self, kind: str) -> list[str]:
        """The groups of a kind, by name."""
        return sorted(self._members[kind])

    def card(self, kind: str, name: str) -> Scorecard:
        """One group's card. Raises InputNotFound where there is no such group."""
        members = self._members[kind].get(name)
        if members is None:
            near = nearest_hint(name, self._members[kind], 3)
            raise InputNotFound(f"'{name}' is no {kind} of {self.root}{near}")
        refused = People(self.ledger).tally(name).get("refused", 0) if kind == "vendor" else None
        rows = [reports.index_row(one) for one in members]
        return scorecard(kind, name, rows, self._counted(members), refused)

    def _counted(self, members: Iterable[KnownBatch]) -> Iterator[Against]:
        """The causes of some batches, each with how many it is of."""
        rules: dict[tuple[str, str], dict[str, None]] = {}
        batches: dict[tuple[str, str], set[str]] = {}
        for one in members:
            for outcome, subject, rule in self._causes.get(one.batch_id, ()):
                rules.setdefault((outcome, subject), {})[rule] = None
                batches.setdefault((outcome, subject), set()).add(one.batch_id)
        for (outcome, subject), ids in batches.items():
            named = list(rules[outcome, subject])
            told = " ".join(named[:4]) + (f" and {len(named) - 4} more" if len(named) > 4 else "")
            yield Against(outcome, subject, told, len(ids))

    @cached_property
    def _trends(self) -> TrendReport:
        return trends(self.root, Wanted(), self.on)

    def charts(self, kind: str, name: str) -> list[TrendChart]:
        """The series of a group, drawn."""
        limits = Specifications(self._trends.on)
        ours = [one for one in self._trends.trends if _group_of(one.series.key, kind) == name]
        ours = [one for one in ours if len(one.series.points) >= _FEWEST]
        ours.sort(key=lambda one: (not one.out_of_trend, -len(one.series.points)))
        return [trend_chart(one, limits.of(one.series.key)) for one in ours[:_MOST]]

    def remarks(self, kind: str, name: str) -> list[str]:
        """What else a group's values tell, in sentences: of a laboratory how often its batches
        FAIL, duplicates that disagree, and how its results lie to those of others."""
        found = self._trends
        told = [
            words.failures(one) for one in found.failures if (kind, one.laboratory) == (LAB, name)
        ]
        for doubled in found.duplicates:
            apart = [one.batch_id for one in doubled.pairs if one.agree is False]
            if apart and _group_of(doubled.key, kind) == name:
                told.append(f"{words.subject(doubled.key)}: duplicates disagree in {_few(apart)}.")
        if kind == LAB:
            told += [
                f"{words.subject(one.key)}: {words.bias(one.bias)}"
                for one in found.laboratories
                if name in (one.bias.laboratory, one.bias.against) and one.bias.is_shown
            ]
        return told

    def page(self, kind: str, name: str, links: Mapping[str, str] | None = None) -> str:
        """One group's page. `links` lead from a batch to its page; those of the reports by
        themselves."""
        card = self.card(kind, name)
        members = self._members[kind][name]
        own = links or {one.batch_id: f"../{page_name(one.batch_id)}" for one in members}
        charts, remarks = self.charts(kind, name), self.remarks(kind, name)
        return scorecard_page(card, charts, own, remarks=remarks, program=PROGRAM)

    def write(self) -> int:
        """Write the pages of all groups among the reports. Returns how many there are. Raises
        StoreError where one cannot be written."""
        cards = [self.card(kind, name) for kind in KINDS for name in self.names(kind)]
        for card in cards:
            self._write(card.link, self.page(card.kind, card.name))
        self._write(reports.GROUPS, groups_page(cards, program=PROGRAM))
        reports.refresh(self.root, self.ledger)
        return len(cards)

    def _write(self, name: str, text: str) -> None:
        path = self.root / "reports" / name
        disk.make_folder(path.parent)
        disk.write_synced(path, text.encode("utf-8"))


def _subject(analyte: str | None, rule_id: str) -> str:
    if analyte:
        return wording.subject_name(analyte)
    listed = problem(rule_id)
    return (listed.title if listed else rule_id.replace("-", " ")).capitalize()


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"


def _group_of(key: SeriesKey, kind: str) -> str:
    named = {"vendor": key.vendor, LAB: key.laboratory}
    return named.get(kind) or (wording.product_name(key.product) if kind == "product" else "")
