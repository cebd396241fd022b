"""Corrected certificates: what differs from the paper before, line by line, and a person's word
that one takes the place of the other.

Until somebody says so both count, and the worst of them decides. Nothing is forgotten: the paper
that gave way stays in the store, and the journal names who let it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from kratom_qc.app.store import add_to, existing_store, known_batch, ledger_of, tables_of, user
from kratom_qc.archive.history import among
from kratom_qc.domain.disposition import amends
from kratom_qc.domain.errors import InputNotFound, UsageError
from kratom_qc.ledger.entries import Act
from kratom_qc.ledger.ledger import KnownCertificate, Ledger

_SHORTEST = 8  # letters of a hash that name a file
_THING = ("analyte", "basis", "species", "replicate", "portion_g")
_SAID = ("said", "unit_said", "lod", "loq", "uncertainty", "method", "stated_verdict", "text")

Row = dict[str, Any]


class Difference(NamedTuple):
    """One thing that two certificates of a batch say differently; "" where one is silent."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that speaks of a batch, as people know it."""

    known: KnownCertificate
    name: str
    laboratory: str
    certificate_id: str
    issued_on: str
    amends: str  # the certificate number that it says it replaces


@dataclass(frozen=True, slots=True)
class Correction:
    """Two papers of which the later seems to correct the earlier, and what differs."""

    before: Paper
    after: Paper
    differences: tuple[Difference, ...]


# ---------------------------------------------------------------- what differs


def papers(root: Path, ledger: Ledger, batch_id: str) -> list[Paper]:
    """Every file that speaks of a batch, in the order they came."""
    known = ledger.certificates([batch_id]).get(batch_id, [])
    names = ledger.files([paper.sha256 for paper in known])
    papers_found: list[Paper] = []
    for paper in known:
        rows = _rows(root, "certificates", batch_id, paper)
        facts = {fact["name"]: fact["said"] for row in rows for fact in row["facts_said"] or ()}
        first = rows[0] if rows else {}
        papers_found.append(
            Paper(
                known=paper,
                name=names[paper.sha256].name,
                laboratory=first.get("laboratory") or "",
                certificate_id=first.get("certificate_id") or "",
                issued_on=str(first.get("issued_on") or ""),
                amends=facts.get("amends", ""),
            )
        )
    return papers_found


def corrections(root: Path, batch_id: str, of_batch: Sequence[Paper]) -> list[Correction]:
    """The papers of a batch of which a later one seems to correct an earlier: a laboratory's number
    used again, or a number that it says it replaces."""
    return [
        Correction(before, after, tuple(_differences(root, batch_id, before, after)))
        for before, after in combinations(of_batch, 2)
        if after.known.same_as is None and _corrects(before, after)
    ]


def _corrects(before: Paper, after: Paper) -> bool:
    number = before.certificate_id
    same_laboratory = before.laboratory.casefold() == after.laboratory.casefold()
    reused = same_laboratory and number == after.certificate_id
    return bool(number) and (reused or number in after.amends)


def _differences(root: Path, batch_id: str, before: Paper, after: Paper) -> Iterator[Difference]:
    then, now = (_statements(root, batch_id, paper.known) for paper in (before, after))
    for what in dict.fromkeys((*then, *now)):
        if then.get(what, "") != now.get(what, ""):
            yield Difference(what, then.get(what, ""), now.get(what, ""))


def _statements(root: Path, batch_id: str, known: KnownCertificate) -> dict[str, str]:
    """All that a paper says of a batch, by what it says it of."""
    statements: dict[str, str] = {}
    for row in _rows(root, "certificates", batch_id, known):
        statements |= {fact["name"]: fact["said"] for fact in row["facts_said"] or ()}
    for row in _rows(root, "results", batch_id, known):
        thing = " ".join(str(row[name]) for name in _THING if row[name])
        stated = " ".join(str(row[name]) for name in _SAID if row[name] not in (None, ""))
        statements[thing] = f"{statements[thing]}; {stated}" if thing in statements else stated
    return statements


def _rows(root: Path, name: str, batch_id: str, known: KnownCertificate) -> list[Row]:
    columns = {
        "certificates": ("laboratory", "certificate_id", "issued_on", "facts_said"),
        "results": (*_THING, *_SAID),
    }[name]
    ours = among("batch_id", [batch_id]) & among("sha256", [known.same_as or known.sha256])
    tables = tables_of(root, ledger_of(root), [known.pass_id])
    table = tables.table(name, known.pass_id, columns, ours)
    rows: list[Row] = table.to_pylist()
    return rows


# ---------------------------------------------------------------- a person's word


def amend(
    root: Path, batch_id: str, before: str, after: str | None, because: str, people: tuple[str, ...]
) -> None:
    """Let a paper of a batch give way to another, or (`after` is None) count again. Papers are
    named as they came, or by the beginning of their hash.

    Raises InputNotFound for a batch or paper that the store does not know, and UsageError where it
    may not be decided so.
    """
    ledger = ledger_of(existing_store(root))
    batch = known_batch(root, ledger, batch_id)
    of_batch = papers(root, ledger, batch_id)
    old = named(of_batch, before)
    new = named(of_batch, after) if after is not None else None
    amends(batch.verdict, because, people)
    if new is not None and (new is old or new.known.amended_by):
        raise UsageError(f"{new.name} cannot take the place of {old.name}: it does not stand")
    made = {
        "sha256": old.known.sha256,
        "amended_by": new.known.sha256 if new else None,
        "people": list(people),
        "account": user(),
        "verdict": batch.verdict,
        "basis": batch.basis,
    }
    was = {"amended_by": old.known.amended_by}
    add_to(ledger, batch, people[0], Act("amended", batch_id, made, was, because))


def named(of_batch: Iterable[Paper], name: str) -> Paper:
    """The paper of a batch that goes by a name, or by the beginning of its hash. Raises
    InputNotFound where none does, or several do."""
    matching = [
        paper
        for paper in of_batch
        if paper.name == name or (len(name) >= _SHORTEST and paper.known.sha256.startswith(name))
    ]
    if len(matching) != 1:
        known = ", ".join(f"{paper.name} ({paper.known.sha256[:12]})" for paper in of_batch)
        what = "names several papers" if matching else "is no paper"
        raise InputNotFound(f"'{name}' {what} of this batch; it has {known}")
    return matching[0]
