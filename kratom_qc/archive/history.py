"""Reading the archive back: every batch's newest verdict, and by what it was made.

Only committed passes count, in the order they were made. Files of an earlier version lack columns;
what they lack is null here, and a batch that lacks any of it is not `whole`: its certificates must
be read again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kratom_qc.archive import tables
from kratom_qc.archive.store import committed, rulebook_path
from kratom_qc.domain.batch import Claim, ProductFacts
from kratom_qc.domain.certificate import HoldReason
from kratom_qc.domain.errors import InputNotFound, StoreError
from kratom_qc.domain.source import CellRef
from kratom_qc.domain.verdict import Decision

Codes = npt.NDArray[np.int64]
_OWN = (
    *(
        "batch_id",
        "judged_on",
        "product",
        "verdict",
        "home_markets",
        "certificates",
        "facts_sha256",
    ),
    *("facts", "doubts", "terms"),
)


@dataclass(frozen=True, slots=True)
class Then:
    """By what one pass judged the batches of one product."""

    judged_on: date
    product: str | None
    markets: tuple[str, ...]
    rulebooks: tuple[tuple[str, str], ...]  # id and hash
    program: str


@dataclass(frozen=True, slots=True)
class Past:
    """A batch's newest verdict and what it was made of; `then` is None where an earlier version did
    not keep it."""

    batch_id: str
    pass_id: str
    judged_on: date
    product: str | None
    decision: Decision
    home: tuple[str, ...]
    certificates: tuple[str, ...]
    facts_sha256: str
    facts: ProductFacts
    hold_reasons: tuple[HoldReason, ...]
    then: Then | None


class History:
    """What a store has judged. Raises InputNotFound where there is no archive, StoreError where it
    cannot be read."""

    def __init__(self, root: Path):
        self.root = root
        self.passes = tuple(path.stem for path in committed(root))
        if not self.passes:
            raise InputNotFound(
                f"{root}: no archive; make one with `kratom-qc run`, or name another store with --store"
            )

    @cached_property
    def certificates(self) -> int:
        """How many certificates there are about: refused files count too."""
        return sum(self.file("certificates", pass_id).metadata.num_rows for pass_id in self.passes)

    @cached_property
    def pasts(self) -> tuple[Past, ...]:
        """The newest verdict of every batch, in the order the batches were first judged."""
        found: dict[str, Past] = {}
        thens: dict[str, Then] = {}  # by their hash: passes share them
        for pass_id in self.passes:
            for past in self._own(pass_id, thens):
                found[past.batch_id] = past
        return tuple(found.values())

    def _own(self, pass_id: str, thens: dict[str, Then]) -> Iterator[Past]:
        """A pass's verdicts of batches as such (market null)."""
        rows: list[dict[str, Any]] = []
        file = self.file("verdicts", pass_id, ("market", "terms"))
        for group in range(file.num_row_groups):
            table = read(file, "verdicts", group, ("market", *_OWN))
            own = table.filter(pc.is_null(table["market"])).to_pylist()
            for row in own:
                if row["terms"] is not None and row["terms"] not in thens:
                    thens[row["terms"]] = self._then(file, group, row["batch_id"])
            rows += own
        return (_past(row, pass_id, thens.get(row["terms"])) for row in rows)

    def _then(self, file: pq.ParquetFile, group: int, batch_id: str) -> Then:
        """The terms of one batch, which stand for all that share their hash."""
        table = read(
            file,
            "verdicts",
            group,
            ("batch_id", "market", "judged_on", "product", "rulebooks", "program"),
        )
        own, *rest = _ordered(table.filter(pc.equal(table["batch_id"], batch_id)).to_pylist())
        if group + 1 < file.num_row_groups:  # a block may end between a batch and its markets
            more = read(file, "verdicts", group + 1, ("batch_id", "market"))
            rest += more.filter(pc.equal(more["batch_id"], batch_id)).to_pylist()
        return Then(
            judged_on=own["judged_on"],
            product=own["product"],
            markets=tuple(row["market"] for row in rest),
            rulebooks=tuple((book["id"], book["sha256"]) for book in own["rulebooks"]),
            program=own["program"],
        )

    def before(
        self, markets: Sequence[str], codes: Mapping[str, int]
    ) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int32], list[str]]:
        """(what each market said of every batch, by a code of the decision, 0 where it was not
        judged; the rule that decided it; the rules).

        Both arrays have the shape (batches, markets); a rule is -1 where none decided.
        """
        newest: dict[str, dict[str, int]] = {pass_id: {} for pass_id in self.passes}
        for at, past in enumerate(self.pasts):
            newest[past.pass_id][past.batch_id] = at
        said = np.zeros((len(self.pasts), len(markets)), np.int8)
        by = np.full(said.shape, -1, np.int32)
        rules: dict[str, int] = {}
        for pass_id in self.passes:
            for table in self.blocks(
                "verdicts", pass_id, ("batch_id", "market", "verdict", "rule_id")
            ):
                rows = coded(table["batch_id"], newest[pass_id])
                columns = coded(table["market"], {market: at for at, market in enumerate(markets)})
                counts = (rows >= 0) & (columns >= 0)
                where = rows[counts], columns[counts]
                said[where] = coded(table["verdict"], codes)[counts]
                for rule in table["rule_id"].unique().to_pylist():
                    rules.setdefault(rule, len(rules)) if rule is not None else None
                by[where] = coded(table["rule_id"], rules)[counts]
        return said, by, list(rules)

    def rulebooks(self, then: Then) -> dict[str, Path] | None:
        """The texts of the rulebooks that judged then, by id; None where one was not kept."""
        files = {book: rulebook_path(self.root, book, sha256) for book, sha256 in then.rulebooks}
        return files if all(file.is_file() for file in files.values()) else None

    @cached_property
    def kept_in(self) -> dict[str, str]:
        """The pass that holds a file's certificates and results, by the file's hash: the first that
        judged it."""
        found: dict[str, str] = {}
        for pass_id in self.passes:
            for table in self.blocks("certificates", pass_id, ("sha256", "status")):
                for sha256 in (
                    table.filter(pc.equal(table["status"], "judged"))["sha256"].unique().to_pylist()
                ):
                    found.setdefault(sha256, pass_id)
        return found

    def product_names(self) -> dict[str, str]:
        """The first name that certificates give a batch's product, by batch."""
        found: dict[str, str] = {}
        for pass_id in self.passes:
            for table in self.blocks("certificates", pass_id, ("batch_id", "product_name")):
                for batch, name in zip(
                    table["batch_id"].to_pylist(), table["product_name"].to_pylist(), strict=True
                ):
                    if name:
                        found.setdefault(batch, name)
        return found

    # ------------------------------------------------------------ files

    def file(self, name: str, pass_id: str, coded: Iterable[str] = ()) -> pq.ParquetFile:
        """One table of one pass; of the columns named in `coded` the texts come as dictionaries."""
        path = self.root / "archive" / name / f"{pass_id}.parquet"
        try:
            schema = pq.read_schema(path)
            texts = [
                one
                for one in coded
                if one in schema.names and pa.types.is_string(schema.field(one).type)
            ]
            return pq.ParquetFile(path, read_dictionary=texts)
        except (OSError, pa.ArrowException) as error:
            raise StoreError(f"{path}: the archive cannot be read: {error}") from None

    def blocks(self, name: str, pass_id: str, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Some columns of one table of one pass, block by block; every text comes as a dictionary."""
        file = self.file(name, pass_id, columns)
        for group in range(file.num_row_groups):
            table = read(file, name, group, columns)
            if len(table):
                yield table


def read(file: pq.ParquetFile, name: str, group: int, columns: Sequence[str]) -> pa.Table:
    """Some columns of one block; a column that an earlier version did not write is null."""
    there = set(file.schema_arrow.names)
    table = file.read_row_group(group, columns=[column for column in columns if column in there])
    for column in columns:
        if column not in there:
            table = table.append_column(
                column, pa.nulls(len(table), tables.SCHEMAS[name].field(column).type)
            )
    return table


def coded(column: pa.ChunkedArray, codes: Mapping[str, int]) -> Codes:
    """A text column as numbers by a code of our own; -1 for what has none, and for null."""
    array = column.combine_chunks()
    array = array.chunk(0) if isinstance(array, pa.ChunkedArray) else array
    array = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    known = np.array(
        [*(codes.get(value, -1) for value in array.dictionary.to_pylist()), -1], np.int64
    )
    found: Codes = known[array.indices.fill_null(len(known) - 1).to_numpy()]
    return found


def _ordered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: row["market"] is not None)


def _past(row: Mapping[str, Any], pass_id: str, then: Then | None) -> Past:
    return Past(
        batch_id=row["batch_id"],
        pass_id=pass_id,
        judged_on=row["judged_on"],
        product=row["product"],
        decision=Decision(row["verdict"]),
        home=tuple(row["home_markets"] or ()),
        certificates=tuple(row["certificates"] or ()),
        facts_sha256=row["facts_sha256"] or "",
        facts=facts_of(row["facts"] or "{}"),
        hold_reasons=tuple(_doubt(**hold_reason) for hold_reason in row["doubts"] or ()),
        then=then,
    )


def _doubt(
    rule_id: str, why: str, analyte: str | None, file: str, sheet: str, cell: str
) -> HoldReason:
    return HoldReason(rule_id, why, CellRef(file, sheet, cell), analyte)


@lru_cache(4096)
def facts_of(text: str) -> ProductFacts:
    """What was declared of a product, from the archive's JSON (see `rows.declared`)."""
    told: dict[str, Any] = {"match": "", **json.loads(text)}
    claims = tuple(
        Claim(analyte, Decimal(amount), unit) for analyte, amount, unit in told.pop("claims", ())
    )
    texts = ("match", "form", "sha256")
    read: dict[str, Any] = {
        name: value if name in texts else Decimal(value) for name, value in told.items()
    }
    return ProductFacts(**read, claims=claims)
