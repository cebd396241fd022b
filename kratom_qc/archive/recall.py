"""Archived certificates and results as the nouns they were, without reading a laboratory's file
again.

Nothing a verdict rests on is lost on the way: numbers that their columns cannot hold stand beside
them in full.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kratom_qc.archive.history import History, Past, coded, read
from kratom_qc.archive.rows import NUMBERS
from kratom_qc.domain.certificate import InterpretedCertificate
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef, SourceText

_HEADS = (
    *(
        "sha256",
        "batch_id",
        "status",
        "file",
        "product",
        "product_name",
        "laboratory",
        "accreditation",
    ),
    *("certificate_id", "received_on", "tested_on", "issued_on", "facts_said"),
)
_TEXTS = (
    *(
        "sha256",
        "batch_id",
        "analyte",
        "said",
        "shown",
        "unit_said",
        "unit",
        "basis",
        "text",
        "method",
        "stated_verdict",
    ),
    *("file", "sheet", "cell", "species", "replicate", "flags", "witness", "in_full"),
)
_FLAGS = (
    "known",
    "measured",
    "low_open",
    "high_open",
    "detected",
    "shown_low_open",
    "shown_high_open",
)
_COLUMNS = (*_TEXTS, *_FLAGS, *NUMBERS)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which results to recall: those of some analytes, of some more that were found, and those that
    state no method."""

    analytes: Collection[str] | None = None  # None: every result
    found: Collection[str] = ()
    unsigned: bool = False

    def rows(self, table: pa.Table) -> pa.ChunkedArray:
        """Which rows of a block these are."""
        if self.analytes is None:
            return pa.chunked_array([np.ones(len(table), bool)])
        wanted = _among(table["analyte"], self.analytes)
        found = _among(table["analyte"], self.found) & table["detected"].fill_null(False).to_numpy()
        both = wanted | found
        if self.unsigned:
            silent = pc.equal(table["method"].cast(pa.string()), "").fill_null(True)
            both |= silent.to_numpy() & table["measured"].to_numpy()
        return pa.chunked_array([both])


def _among(column: pa.ChunkedArray, values: Collection[str]) -> Any:
    return coded(column, dict.fromkeys(values, 1)) > 0


def recall(
    history: History, passes: Sequence[str], pasts: Sequence[Past], wanted: Wanted
) -> dict[str, tuple[InterpretedCertificate, ...]]:
    """The certificates that batches were judged on, by batch id, from the passes that hold them.

    A batch with a certificate that an earlier version archived, without all that a judgement needs,
    is left out: its files must be read again.
    """
    spoken = {past.batch_id: set(past.certificates) for past in pasts}
    heads: dict[str, dict[str, list[dict[str, Any]]]] = {batch: {} for batch in spoken}
    for pass_id in passes:
        for (batch_id, sha256), found in _heads(history, pass_id, spoken, wanted).items():
            heads[batch_id].setdefault(sha256, found)
    whole = {
        batch: shas for batch, shas in spoken.items() if shas and all(map(heads[batch].get, shas))
    }
    results: dict[tuple[str, str], list[Result]] = {}
    for pass_id in passes:
        for batch_id, sha256, result in _results(history, pass_id, whole, wanted):
            if sha256 in whole[batch_id]:
                results.setdefault((batch_id, result.certificate), []).append(result)
    return {
        past.batch_id: tuple(
            _analysis(row, results)
            for sha256 in past.certificates
            for row in heads[past.batch_id][sha256]
        )
        for past in pasts
        if past.batch_id in whole
    }


def _heads(
    history: History, pass_id: str, spoken: Mapping[str, Collection[str]], wanted: Wanted
) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The certificates of a pass by batch and file; without those that an earlier version archived.
    Where not every result is wanted, the dates are all that is of their facts."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for block in history.blocks("certificates", pass_id, _HEADS):
        for row in _of_batches(block, spoken, wanted).to_pylist():
            if (
                row["status"] == "judged"
                and row["facts_said"] is not None
                and row["sha256"] in spoken[row["batch_id"]]
            ):
                found.setdefault((row["batch_id"], row["sha256"]), []).append(row)
    return found


def _of_batches(block: pa.Table, spoken: Mapping[str, Collection[str]], wanted: Wanted) -> pa.Table:
    """The certificates of the batches that are spoken of; where only some analytes are wanted, of
    the facts only the dates."""
    table = block.filter(pa.chunked_array([_among(block["batch_id"], spoken)]))
    if wanted.analytes is None:
        return table
    return table.set_column(
        len(_HEADS) - 1, "facts_said", _dates(table["facts_said"].combine_chunks())
    )


def _dates(facts: pa.ListArray) -> pa.ListArray:
    """Of the facts of every certificate those that are dates."""
    facts = facts.combine_chunks() if isinstance(facts, pa.ChunkedArray) else facts
    dated = facts.flatten().field("day").is_valid()
    counts = np.bincount(
        facts.value_parent_indices().filter(dated).to_numpy(), minlength=len(facts)
    )
    offsets = pa.array(
        np.concatenate(([0], np.cumsum(counts))), pa.int32(), mask=np.append(facts.is_null(), False)
    )
    return pa.ListArray.from_arrays(offsets, facts.flatten().filter(dated))


def _analysis(
    row: Mapping[str, Any], results: dict[tuple[str, str], list[Result]]
) -> InterpretedCertificate:
    file = row["file"]
    witness = f"{row['sha256']} {row['certificate_id']} {row['laboratory']}"
    return InterpretedCertificate(
        file=file,
        sha256=row["sha256"],
        batch_id=row["batch_id"],
        laboratory=row["laboratory"],
        certificate_id=row["certificate_id"],
        accreditation=row["accreditation"],
        product=row["product"],
        product_name=row["product_name"],
        received_on=row["received_on"],
        tested_on=row["tested_on"],
        issued_on=row["issued_on"],
        declared={},
        results=tuple(results.pop((row["batch_id"], witness), ())),
        dates={one["name"]: one["day"] for one in row["facts_said"] if one["day"] is not None},
        facts_said={
            one["name"]: SourceText(one["said"], CellRef(file, one["sheet"], one["cell"]))
            for one in row["facts_said"]
        },
    )


def _results(
    history: History, pass_id: str, spoken: Mapping[str, Collection[str]], wanted: Wanted
) -> Iterator[tuple[str, str, Result]]:
    """(batch, file's hash, result) of the results wanted; blocks that hold none of the batches are
    passed by."""
    file = history.file("results", pass_id, _TEXTS)
    for group in range(file.num_row_groups):
        ids = file.read_row_group(group, columns=["batch_id"])["batch_id"]
        ours = _among(ids, spoken) if len(ids) else np.zeros(0, bool)
        if not ours.any():
            continue
        table = read(file, "results", group, _COLUMNS).filter(pa.chunked_array([ours]))
        table = table.filter(wanted.rows(table))
        if len(table):
            yield from _made(table)


def _made(table: pa.Table) -> Iterator[tuple[str, str, Result]]:
    columns = [_texts(table[name]) for name in _TEXTS]
    columns += [table[name].to_pylist() for name in _FLAGS]
    columns += [_numbers(table[name]) for name in NUMBERS]
    for row in zip(*columns, strict=True):
        yield _result(*row)


def _result(
    sha256: str, batch_id: str, analyte: str, said: str, shown: str, reported_unit: str, unit: str, basis: str,
    text: str | None, method: str, stated_verdict: str, file: str, sheet: str, cell: str, species: str, replicate: str,
    flags: str, witness: str, in_full: str | None,
    known: bool, measured: bool, low_open: bool, high_open: bool, detected: bool | None, shown_low_open: bool | None,
    shown_high_open: bool | None,
    *numbers: Decimal | None,
) -> tuple[str, str, Result]:  # fmt: skip
    """One row; its numbers in the order of NUMBERS."""
    if in_full is not None:
        exact = {name: Decimal(number) for name, number in json.loads(in_full).items()}
        numbers = tuple(
            exact.get(name, number) for name, number in zip(NUMBERS, numbers, strict=True)
        )
    (
        low,
        high,
        portion,
        lod,
        loq,
        uncertainty,
        detection_limit,
        resolution,
        shown_low,
        shown_high,
    ) = numbers
    as_shown = None
    if shown_low is not None:
        as_shown = Interval(shown_low, shown_high, bool(shown_low_open), bool(shown_high_open))
    result = Result(
        analyte, known, said, reported_unit, Interval(low or Decimal(0), high, low_open, high_open), unit, basis, measured,
        CellRef(file, sheet, cell), detected, detection_limit, portion, lod, loq, uncertainty, resolution, method,
        stated_verdict, species, replicate, text, tuple(flags.split()), witness, shown, as_shown,
    )  # fmt: skip
    return batch_id, sha256, result


def _texts(column: pa.ChunkedArray) -> list[Any]:
    """A dictionary column as Python texts; each distinct one is made once."""
    made: list[Any] = []
    for chunk in (
        column.chunks if pa.types.is_dictionary(column.type) else column.dictionary_encode().chunks
    ):
        values = [*chunk.dictionary.to_pylist(), None]
        places = chunk.indices.fill_null(len(values) - 1).to_pylist()
        made += [values[place] for place in places]
    return made


def _numbers(column: pa.ChunkedArray) -> list[Decimal | None]:
    """A decimal column without the zeros that fill its 18 places."""
    made: list[Decimal | None] = []
    for chunk in column.dictionary_encode().chunks:
        values = [
            None if value is None else value.normalize() for value in chunk.dictionary.to_pylist()
        ] + [None]
        places = chunk.indices.fill_null(len(values) - 1).to_pylist()
        made += [values[place] for place in places]
    return made
