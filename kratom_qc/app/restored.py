"""Verdicts as they were given, put together again from the archive: no file is read and no engine
asked. Whatever is made of a verdict (a page, the JSON of `check`, a list of what to mend) can be
made of these too.

Findings stand as archived, with their numbers to 18 places; the batch's own verdict and every
market's follow from them, and must be what the ledger says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from kratom_qc.app.store import history_of
from kratom_qc.archive.history import ArchivedVerdict, History, among
from kratom_qc.archive.recall import ResultFilter, recall
from kratom_qc.domain.account import AccountEntry, Fate, TextKind
from kratom_qc.domain.certificate import InterpretedCertificate, Remark
from kratom_qc.domain.errors import StoreError
from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.limit import Limit, NumericLimit, Rulebook
from kratom_qc.domain.quantity import Quantity, QuantityKey
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.domain.verdict import Verdict
from kratom_qc.interpret.batch import put_together
from kratom_qc.judge.markets import Everywhere
from kratom_qc.rulebooks.load import rulebooks_of

Row = Mapping[str, Any]
_KEPT = 64  # verdicts, of about a megabyte each
_COLUMNS = (
    *("batch_id", "rule_id", "rulebook", "market", "analyte", "outcome", "decides"),
    *("when_missing", "status", "low", "high", "low_open", "high_open", "unit", "limit"),
    *("because", "why", "file", "sheet", "cell", "conditional", "decision_rule"),
)


def restored(root: Path, passes: Mapping[str, str]) -> dict[str, Verdict]:
    """The newest verdicts on batches of a store, by batch id, given with the pass that judged each;
    without those that an earlier version archived.

    Raises StoreError where the archive cannot be read, or does not lead to the verdict that the
    ledger names.
    """
    verdicts = {batch_id: _restored(root, batch_id, passes[batch_id]) for batch_id in passes}
    return {batch_id: verdict for batch_id, verdict in verdicts.items() if verdict is not None}


@lru_cache(_KEPT)
def _restored(root: Path, batch_id: str, _pass_id: str) -> Verdict | None:
    """A verdict never changes: one that a pass gave is put together once for all that ask."""
    history = history_of(root, [batch_id])
    (archived,) = history.verdicts
    files = history.rulebooks(archived.basis) if archived.basis is not None else None
    certificates = recall(history, [archived], ResultFilter()).get(batch_id)
    if files is None or certificates is None:
        return None
    verdict = _verdict(history, archived, _books(tuple(files.items())), certificates)
    if verdict.decision is not archived.decision:
        raise StoreError(
            f"{root}: the findings on batch {batch_id} lead to {verdict.decision}, "
            f"and its verdict is {archived.decision}; verify the archive"
        )
    return verdict


@lru_cache(8)
def _books(files: tuple[tuple[str, Path], ...]) -> dict[str, Rulebook]:
    """Rulebooks that a store keeps under their hashes: they never change."""
    return rulebooks_of(dict(files))


@lru_cache(64)
def _everywhere(
    files: tuple[tuple[str, Path], ...], markets: tuple[str, ...], product: str | None
) -> Everywhere:
    return Everywhere(_books(files), markets, product)


def _verdict(
    history: History,
    archived: ArchivedVerdict,
    books: Mapping[str, Rulebook],
    certificates: Sequence[InterpretedCertificate],
) -> Verdict:
    assert archived.basis is not None  # noqa: S101 - the caller has looked
    files = history.rulebooks(archived.basis) or {}
    everywhere = _everywhere(tuple(files.items()), archived.basis.markets, archived.product)
    batch_row = _own_row(history, archived)
    limits = {(book.id, limit.rule_id): limit for book in books.values() for limit in book.limits}
    asked = dict.fromkeys(
        limit.quantity_key for limit in limits.values() if isinstance(limit, NumericLimit)
    )
    batch = put_together(
        archived.batch_id,
        archived.product,
        _with_unread(certificates, batch_row["unread"] or ()),
        archived.facts,
        archived.hold_reasons,
        (),
        asked,
    )
    batch = replace(
        batch,
        hold_reasons=archived.hold_reasons,
        remarks=tuple(map(_remark, batch_row["remarks"] or ())),
    )
    ours = among("batch_id", [archived.batch_id])
    rows = history.table("findings", archived.pass_id, _COLUMNS, ours).to_pylist()
    findings = [
        _finding(row, limits.get((row["rulebook"], row["rule_id"])), batch.quantities)
        for row in rows
    ]
    return everywhere.verdict(batch, findings, archived.home_markets, archived.judged_on)


def _own_row(history: History, archived: ArchivedVerdict) -> Row:
    ours = among("batch_id", [archived.batch_id])
    columns = ("market", "remarks", "unread")
    rows = history.table("verdicts", archived.pass_id, columns, ours).to_pylist()
    return next(row for row in rows if row["market"] is None)


def _with_unread(
    certificates: Sequence[InterpretedCertificate], unread: Sequence[Row]
) -> list[InterpretedCertificate]:
    """Certificates with their texts that nobody has read."""
    texts: dict[str, list[AccountEntry]] = {}
    for row in unread:
        source = SourceText(row["text"], CellRef(row["file"], row["sheet"], row["cell"]))
        entry = AccountEntry(source, Fate.UNREAD, kind=TextKind(row["kind"]))
        texts.setdefault(row["witness"], []).append(entry)
    return [replace(paper, texts=tuple(texts.get(paper.witness, ()))) for paper in certificates]


def _remark(row: Row) -> Remark:
    ref = CellRef(row["file"], row["sheet"], row["cell"])
    return Remark(row["code"], row["severity"], row["message"], ref)


def _finding(row: Row, limit: Limit | None, quantities: Mapping[QuantityKey, Quantity]) -> Finding:
    ref = CellRef(row["file"], row["sheet"], row["cell"]) if row["file"] is not None else None
    key = limit.quantity_key if isinstance(limit, NumericLimit) else None
    words = ("rule_id", "rulebook", "market", "analyte", "decides", "why", "because", "limit")
    more = ("unit", "when_missing", "status", "conditional", "decision_rule")
    return Finding(
        **{name: row[name] for name in (*words, *more)},
        outcome=Outcome(row["outcome"]),
        interval=Interval(
            _number(row["low"]) or Decimal(0),
            _number(row["high"]),
            row["low_open"],
            row["high_open"],
        ),
        ref=ref,
        source=limit,
        quantity=quantities.get(key) if key is not None else None,
    )


def _number(number: Decimal | None) -> Decimal | None:
    """Without the zeros that fill its 18 places."""
    return None if number is None else number.normalize()


def of_file(verdicts: Mapping[str, Verdict], sha256: str) -> Iterator[Verdict]:
    """Those verdicts that rest on a file."""
    for verdict in verdicts.values():
        if any(certificate.sha256 == sha256 for certificate in verdict.batch.certificates):
            yield verdict
