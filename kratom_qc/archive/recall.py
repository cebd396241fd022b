"""Archived certificates and results as they were judged, without reading a laboratory's file again.

Nothing a verdict rests on is lost on the way: numbers that their columns cannot hold stand beside
them in full (`in_full`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

from kratom_qc.archive.history import ArchivedVerdict, ArchiveTables, among
from kratom_qc.archive.rows import NUMBERS
from kratom_qc.archive.tables import SCHEMAS
from kratom_qc.domain.certificate import DateSpan, InterpretedCertificate
from kratom_qc.domain.errors import StoreError
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef, SourceText


@dataclass(frozen=True, slots=True)
class ResultFilter:
    """Which results to recall: those of some analytes, those of more analytes that were detected,
    and measurements that state no method."""

    analytes: Collection[str] | None = None  # None: every result
    detected: Collection[str] = ()
    without_method: bool = False

    def rows(self) -> ds.Expression:
        """Which rows of the table of results these are."""
        if self.analytes is None:
            return ds.scalar(True)
        rows = among("analyte", self.analytes)
        rows |= among("analyte", self.detected) & ds.field("detected")
        if self.without_method:
            stated = ds.field("method").is_valid() & ~among("method", [""])
            rows |= ~stated & ds.field("measured")
        return rows


def recall(
    history: ArchiveTables, verdicts: Sequence[ArchivedVerdict], wanted: ResultFilter
) -> dict[str, tuple[InterpretedCertificate, ...]]:
    """The certificates that batches were judged on, with the results wanted, by batch id.

    A batch with a certificate that an earlier version archived, without all that a judgement needs,
    is left out: its files must be read again. Raises StoreError for a result that belongs to none
    of the certificates of its file, and where the archive cannot be read.
    """
    certificates = _certificates(history, verdicts)
    complete = [
        verdict
        for verdict in verdicts
        if verdict.certificates
        and all((verdict.batch_id, sha256) in certificates for sha256 in verdict.certificates)
    ]
    results = _results(history, complete, wanted)
    recalled = {
        verdict.batch_id: tuple(
            _with_results(certificate, results)
            for sha256 in verdict.certificates
            for certificate in certificates[verdict.batch_id, sha256]
        )
        for verdict in complete
    }
    for batch_id, witness in results:
        raise StoreError(
            f"{history.root}: results of batch {batch_id} name the certificate '{witness}', "
            "and the archive holds no such certificate of it"
        )
    return recalled


def _with_results(
    certificate: InterpretedCertificate, results: dict[tuple[str, str], list[Result]]
) -> InterpretedCertificate:
    """A certificate with its results, which are taken out of `results`."""
    stated = results.pop((certificate.batch_id, certificate.witness), [])
    return replace(certificate, results=tuple(stated))


def _certificates(
    history: ArchiveTables, verdicts: Iterable[ArchivedVerdict]
) -> dict[tuple[str, str], list[InterpretedCertificate]]:
    """The certificates of batches by batch and file, without their results; none of those that an
    earlier version archived without its facts."""
    certificates: dict[tuple[str, str], list[InterpretedCertificate]] = {}
    judged = ds.field("status") == "judged"
    for row in _rows(history, "certificates", verdicts, judged):
        if row["facts_said"] is not None:
            key = row["batch_id"], row["sha256"]
            certificates.setdefault(key, []).append(_certificate(row))
    return certificates


def _results(
    history: ArchiveTables, verdicts: Iterable[ArchivedVerdict], wanted: ResultFilter
) -> dict[tuple[str, str], list[Result]]:
    """The results wanted, by batch and witness."""
    results: dict[tuple[str, str], list[Result]] = {}
    for row in _rows(history, "results", verdicts, wanted.rows()):
        of_witness = results.setdefault((row["batch_id"], row["witness"]), [])
        of_witness += [_result(row), *(_result(_second(row, also)) for also in row["also"] or ())]
    return results


def _rows(
    history: ArchiveTables, name: str, verdicts: Iterable[ArchivedVerdict], rows: ds.Expression
) -> Iterator[dict[str, Any]]:
    """Rows about batches from the files they were judged on, each file from the pass that holds
    it."""
    files = {verdict.batch_id: verdict.certificates for verdict in verdicts}
    by_file: dict[Path, dict[str, set[str]]] = {}
    for sha256, pass_id in chain.from_iterable(passes_of.items() for passes_of in files.values()):
        if pass_id:
            path = history.path(name, pass_id)
            by_file.setdefault(path, {}).setdefault(pass_id, set()).add(sha256)
    for hashes in by_file.values():
        of_files = among("batch_id", files) & among("sha256", set().union(*hashes.values()))
        for row in _records(history.table(name, hashes, SCHEMAS[name].names, of_files & rows)):
            if files[row["batch_id"]].get(row["sha256"]) == row["pass_id"]:
                yield row


def _records(table: pa.Table) -> Iterator[dict[str, Any]]:
    """Rows by the names of their columns."""
    names, columns = table.column_names, map(_values, table.itercolumns())
    for values in zip(*columns, strict=True):
        yield dict(zip(names, values, strict=True))


def _values(column: pa.ChunkedArray) -> list[Any]:
    """A column as Python values. Of texts and decimals few differ, and making each once is twenty
    times as fast; decimals lose the zeros that fill their 18 places."""
    if pa.types.is_nested(column.type) or pa.types.is_boolean(column.type):
        return list(column.to_pylist())
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    values: list[Any] = []
    for chunk in column.chunks:
        different = [*chunk.dictionary.to_pylist(), None]
        if pa.types.is_decimal(chunk.dictionary.type):
            different = [number if number is None else number.normalize() for number in different]
        places = chunk.indices.fill_null(len(different) - 1).to_pylist()
        values += [different[place] for place in places]
    return values


def _certificate(row: Mapping[str, Any]) -> InterpretedCertificate:
    facts = row["facts_said"]
    return InterpretedCertificate(
        file=row["file"],
        sha256=row["sha256"],
        batch_id=row["batch_id"],
        laboratory=row["laboratory"],
        certificate_id=row["certificate_id"],
        accreditation=row["accreditation"],
        product=row["product"],
        product_name=row["product_name"],
        declared={},
        results=(),
        dates={
            fact["name"]: DateSpan(fact["day"], fact["last_day"] or fact["day"])
            for fact in facts
            if fact["day"] is not None
        },
        printed_facts={
            fact["name"]: SourceText(
                fact["said"], CellRef(row["file"], fact["sheet"], fact["cell"])
            )
            for fact in facts
        },
    )


def _second(row: Mapping[str, Any], also: Mapping[str, Any]) -> dict[str, Any]:
    """A result's second statement as a row of its own."""
    differs = json.loads(also["exact"])
    for name in differs.keys() & NUMBERS:
        differs[name] = differs[name] and Decimal(differs[name]).normalize()
    return {**row, **differs, "also": None}


def _result(row: Mapping[str, Any]) -> Result:
    if row["in_full"] is not None:
        exact = json.loads(row["in_full"])
        row = {**row, **{name: Decimal(number) for name, number in exact.items()}}
    shown_interval = None
    if row["shown_low"] is not None:
        shown_interval = Interval(
            row["shown_low"],
            row["shown_high"],
            bool(row["shown_low_open"]),
            bool(row["shown_high_open"]),
        )
    return Result(
        analyte=row["analyte"],
        known=row["known"],
        reported=row["said"],
        reported_unit=row["unit_said"],
        interval=Interval(row["low"], row["high"], row["low_open"], row["high_open"]),
        unit=row["unit"],
        basis=row["basis"],
        measured=row["measured"],
        ref=CellRef(row["file"], row["sheet"], row["cell"]),
        detected=row["detected"],
        detection_limit=row["detection_limit"],
        portion=row["portion_g"],
        lod=row["lod"],
        loq=row["loq"],
        uncertainty=row["uncertainty"],
        resolution=row["resolution"],
        method=row["method"],
        stated_verdict=row["stated_verdict"],
        species=row["species"],
        replicate=row["replicate"],
        text=row["text"],
        flags=tuple(row["flags"].split()),
        certificate=row["witness"],
        shown=row["shown"],
        shown_interval=shown_interval,
        readings=tuple(map(_reading, json.loads(row["readings"] or "[]"))),
    )


def _reading(kept: Sequence[Any]) -> Interval:
    low, high, low_open, high_open = kept
    return Interval(Decimal(low), None if high is None else Decimal(high), low_open, high_open)
