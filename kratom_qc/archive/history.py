"""Reading the archive back: the newest verdict of every batch, and on what basis it was judged.

Which passes count, and which verdict of a batch is the newest, is said by whoever asks (the
ledger), and never by the time of a file. Files of an earlier version lack columns; what they lack
is null here.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

from kratom_qc.archive.store import lies_at, rulebook_path, table_path
from kratom_qc.archive.tables import SCHEMAS
from kratom_qc.domain.batch import Claim, ProductFacts
from kratom_qc.domain.certificate import HoldReason
from kratom_qc.domain.errors import StoreError
from kratom_qc.domain.product import judged_as
from kratom_qc.domain.source import CellRef
from kratom_qc.domain.verdict import Decision

# A bit that flipped on the disk is an error, and not another value.
CHECKED = ds.ParquetFileFormat(
    default_fragment_scan_options=ds.ParquetFragmentScanOptions(page_checksum_verification=True)
)
_TRIES = 3
_ASKED_FIRST = 4  # so many parts are read whole without asking
_VERDICT = ("batch_id", "judged_on", "product", "verdict", "home_markets", "certificates")
_MADE_OF = ("facts_sha256", "facts", "doubts", "terms")
_BASIS = ("batch_id", "market", "judged_on", "product", "rulebooks", "program")


@dataclass(frozen=True, slots=True)
class ArchivedBasis:
    """On what basis one pass judged the batches of one product."""

    judged_on: date
    product: str | None
    markets: tuple[str, ...]
    rulebooks: tuple[tuple[str, str], ...]  # id and hash
    program: str


@dataclass(frozen=True, slots=True)
class ArchivedVerdict:
    """A batch's newest verdict and what the batch was made of; `basis` is None where an earlier
    version did not keep it. `certificates` are the hashes of its files, each with the pass that
    holds what was read of it ("": none does)."""

    batch_id: str
    pass_id: str
    judged_on: date
    product: str | None
    decision: Decision
    home_markets: tuple[str, ...]
    certificates: Mapping[str, str]
    facts_sha256: str
    facts: ProductFacts
    hold_reasons: tuple[HoldReason, ...]
    basis: ArchivedBasis | None

    @property
    def judged_as(self) -> str | None:
        """The id of the product that limits are asked of."""
        return judged_as(self.product, self.facts.made_from)


@dataclass
class ArchiveTables:
    """The tables of a store. `lying` names the file in which the rows of a pass lie, of the passes
    whose rows lie together with those of others; without it a compacted store cannot be read."""

    root: Path
    lying: Mapping[str, str] = field(kw_only=True)

    def path(self, name: str, pass_id: str) -> Path:
        """The file in which a table's rows of a pass lie."""
        return table_path(self.root, name, self.lying.get(pass_id, pass_id))

    def table(
        self,
        name: str,
        passes: str | Collection[str],
        columns: Sequence[str],
        rows: ds.Expression | None = None,
    ) -> pa.Table:
        """Columns of one table of some passes, of the rows for which `rows` holds; a column that an
        earlier version did not write is null. Raises StoreError where it cannot be read."""
        asked = [passes] if isinstance(passes, str) else list(passes)
        if any(pass_id in self.lying for pass_id in asked):  # with rows of other passes
            of_passes = among("pass_id", asked)
            rows = of_passes if rows is None else of_passes & rows
        for left in reversed(range(_TRIES)):
            try:
                files = holding(self.dataset(name, asked), rows)
                return files.to_table(columns=list(columns), filter=rows)
            except (OSError, pa.ArrowException) as error:
                if not (left and isinstance(error, FileNotFoundError)):  # it may have moved away
                    raise self._unreadable(name, asked, error) from None
        raise AssertionError("the last try returns or raises")

    def _unreadable(self, name: str, passes: Iterable[str], error: Exception) -> StoreError:
        paths = dict.fromkeys(self.path(name, pass_id) for pass_id in passes)
        where = next(iter(paths)) if len(paths) == 1 else self.root / "archive" / name
        return StoreError(f"{where}: the archive cannot be read: {error}")

    def dataset(self, name: str, passes: Iterable[str]) -> ds.Dataset:
        """The files in which a table's rows of some passes lie, with the columns of today; the
        checksum of every page is verified. Raises OSError where one is not there."""
        paths = list(dict.fromkeys(self.path(name, pass_id) for pass_id in passes))
        return ds.dataset(paths, schema=SCHEMAS[name], format=CHECKED)


def holding(files: ds.Dataset, rows: ds.Expression | None) -> ds.Dataset:
    """The parts of files that have rows for which `rows` holds. Where the least and greatest values
    leave many parts in question, its columns alone tell which of them need be read whole."""
    if rows is None:
        return files
    parts: list[Any] = []
    for file in files.get_fragments(rows):
        parts += file.split_by_row_group(rows) if file.num_row_groups > 1 else [file]
    if len(parts) > _ASKED_FIRST:
        asked = ds.FileSystemDataset(parts, files.schema, CHECKED)
        indices = asked.to_table(columns=["__fragment_index"], filter=rows)["__fragment_index"]
        parts = [parts[place] for place in sorted(indices.unique().to_pylist())]
    return ds.FileSystemDataset(parts, files.schema, CHECKED)


@dataclass
class History(ArchiveTables):
    """What a store has judged: `newest` names the pass that judged a batch last, in the order the
    batches were first judged, and `files` those that speak of a batch, each with the pass that
    holds what was read of it."""

    newest: Mapping[str, str]
    files: Mapping[str, Mapping[str, str]]
    _verdicts: tuple[ArchivedVerdict, ...] | None = None

    @property
    def verdicts(self) -> tuple[ArchivedVerdict, ...]:
        """The newest verdict of every batch, in the order of `newest`, read once. Raises StoreError
        where the archive lacks one."""
        # `cached_property` has one lock for every history before Python 3.12: the readers of a
        # portal would wait for each other.
        if self._verdicts is None:
            self._verdicts = self._read_verdicts()
        return self._verdicts

    def _read_verdicts(self) -> tuple[ArchivedVerdict, ...]:
        by_file: dict[Path, dict[str, str]] = {}
        for batch_id, pass_id in self.newest.items():
            path = self.path("verdicts", pass_id)
            by_file.setdefault(path, {})[batch_id] = pass_id
        verdicts: dict[str, ArchivedVerdict] = {}
        bases: dict[str, ArchivedBasis] = {}  # by their hash: passes share them
        for newest in by_file.values():
            rows = self._own_rows(newest)
            bases |= self._bases([row for row in rows if row["terms"] not in bases])
            for row in rows:
                known = self.files.get(row["batch_id"], {})
                files = {sha256: known.get(sha256, "") for sha256 in row["certificates"] or ()}
                basis = bases.get(row["terms"])
                verdicts[row["batch_id"]] = _archived_verdict(row, files, basis)
        for batch_id, pass_id in self.newest.items():
            if batch_id not in verdicts:
                path = self.path("verdicts", pass_id)
                raise StoreError(f"{path}: the verdict on batch {batch_id} is not there")
        return tuple(verdicts[batch_id] for batch_id in self.newest)

    def _own_rows(self, newest: Mapping[str, str]) -> list[dict[str, Any]]:
        """The own rows of batches, each of the pass that judged it last."""
        is_wanted = ds.field("market").is_null() & among("batch_id", newest)
        columns = ("pass_id", *_VERDICT, *_MADE_OF)
        rows = self.table("verdicts", set(newest.values()), columns, is_wanted).to_pylist()
        return [row for row in rows if newest[row["batch_id"]] == row["pass_id"]]

    def _bases(self, verdicts: Iterable[Mapping[str, Any]]) -> dict[str, ArchivedBasis]:
        """The bases of verdicts by their hash: one batch stands for all that share it."""
        example = {
            row["terms"]: (row["batch_id"], row["pass_id"])
            for row in verdicts
            if row["terms"] is not None
        }
        rows: dict[tuple[str, str], list[dict[str, Any]]] = {key: [] for key in example.values()}
        if rows:
            ours = among("batch_id", {batch_id for batch_id, _ in rows})
            columns = ("pass_id", *_BASIS)
            table = self.table("verdicts", {pass_id for _, pass_id in rows}, columns, ours)
            for row in table.to_pylist():
                rows.get((row["batch_id"], row["pass_id"]), []).append(row)
        return {terms: _basis(rows[key]) for terms, key in example.items()}

    def rulebooks(self, basis: ArchivedBasis) -> dict[str, Path] | None:
        """The texts of the rulebooks of a basis, by id; None where one was not kept."""
        files = {
            book: lies_at(self.root, rulebook_path(Path(), book, sha256))
            for book, sha256 in basis.rulebooks
        }
        return files if all(file.is_file() for file in files.values()) else None

    def product_names(self) -> dict[str, str]:
        """The first name that certificates give a batch's product, by batch."""
        passes = dict.fromkeys(
            pass_id for passes_of in self.files.values() for pass_id in passes_of.values()
        )
        is_named = ds.field("product_name").is_valid() & (ds.field("product_name") != "")
        names: dict[str, str] = {}
        columns = ("batch_id", "product_name", "sequence")
        rows = self.table("certificates", passes, columns, is_named).to_pylist() if passes else []
        for row in sorted(rows, key=lambda row: row["sequence"] or 0):
            names.setdefault(row["batch_id"], row["product_name"])
        return names


def among(column: str, texts: Iterable[str]) -> ds.Expression:
    """Whether a column of texts holds one of these. What equals one is found by the least and
    greatest of a row group, without reading it."""
    texts = list(texts)
    if len(texts) == 1:
        return ds.field(column) == texts[0]
    return ds.field(column).isin(pa.array(list(texts), pa.string()))


def _archived_verdict(
    row: Mapping[str, Any], certificates: Mapping[str, str], basis: ArchivedBasis | None
) -> ArchivedVerdict:
    return ArchivedVerdict(
        batch_id=row["batch_id"],
        pass_id=row["pass_id"],
        judged_on=row["judged_on"],
        product=row["product"],
        decision=Decision(row["verdict"]),
        home_markets=tuple(row["home_markets"] or ()),
        certificates=certificates,
        facts_sha256=row["facts_sha256"] or "",
        facts=facts_of(row["facts"] or "{}"),
        hold_reasons=tuple(map(_hold_reason, row["doubts"] or ())),
        basis=basis,
    )


def _basis(rows: Iterable[Mapping[str, Any]]) -> ArchivedBasis:
    """From a batch's own verdict (market null) and those of its markets."""
    batch_row = next(row for row in rows if row["market"] is None)
    return ArchivedBasis(
        judged_on=batch_row["judged_on"],
        product=batch_row["product"],
        markets=tuple(row["market"] for row in rows if row["market"] is not None),
        rulebooks=tuple((book["id"], book["sha256"]) for book in batch_row["rulebooks"]),
        program=batch_row["program"],
    )


def _hold_reason(row: Mapping[str, Any]) -> HoldReason:
    cell = CellRef(row["file"], row["sheet"], row["cell"])
    return HoldReason(row["rule_id"], row["why"], cell, row["analyte"])


@lru_cache(4096)
def facts_of(text: str) -> ProductFacts:
    """What was declared of a product, from the archive's JSON (see `rows.declared`)."""
    values: dict[str, Any] = {"match": "", **json.loads(text)}
    claims = tuple(
        Claim(analyte, Decimal(amount), unit) for analyte, amount, unit in values.pop("claims", ())
    )
    for name in values.keys() - {"match", "form", "sha256", "made_from"}:
        values[name] = Decimal(values[name])
    return ProductFacts(**values, claims=claims)
