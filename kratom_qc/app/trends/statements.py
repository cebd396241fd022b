"""What laboratories state of batches, from the archive: every result that counts, once.

A result counts whose certificate does: it repeats no other and gave way to none. A corrected
certificate that nobody has ruled on yet takes the place of the one before it here, because one
measurement is no two points of a chart; in verdicts both go on to count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds

from kratom_qc.app.store import existing_store, ledger_of, tables_of
from kratom_qc.archive.history import ArchiveTables, among
from kratom_qc.domain.errors import InputNotFound
from kratom_qc.domain.interval import Interval
from kratom_qc.ledger.ledger import CountedCertificate, KnownBatch, Ledger
from kratom_qc.ledger.search import laboratories_of, named
from kratom_qc.trends.agreement import Value
from kratom_qc.trends.ends import of as ends_of
from kratom_qc.trends.series import SeriesKey
from kratom_qc.vocabulary import nearest_hint
from kratom_qc.vocabulary.methods import techniques_in

_CERTIFICATE = (
    *("pass_id", "sha256", "batch_id", "laboratory", "certificate_id"),
    *("tested_on", "issued_on", "judged_on"),
)
_RESULT = (
    *("pass_id", "sha256", "batch_id", "laboratory", "tested_on", "analyte", "species", "basis"),
    *("unit", "method", "low", "high", "low_open", "high_open", "uncertainty", "loq", "said"),
    *("replicate", "file", "sheet", "cell"),
)
# Which certificates: of so many batches of each product, vendor and laboratory, the newest.
_NEWEST = """
SELECT c.*, p.certificate_id, p.day
FROM counted c
JOIN (
  SELECT DISTINCT ON (batch_id, sha256, pass_id)
         *, coalesce(tested_on, issued_on, judged_on) AS day
  FROM certificates
) p USING (batch_id, sha256, pass_id)
QUALIFY dense_rank() OVER (
  PARTITION BY c.product, c.vendor, lower(trim(p.laboratory))
  ORDER BY p.day DESC, c.sequence DESC, c.batch_id
) <= $last
"""
_THEIR_RESULTS = """
SELECT r.*, k.product, k.vendor, k.sequence, k.certificate_id, coalesce(r.tested_on, k.day) AS day
FROM results r JOIN kept k USING (batch_id, sha256, pass_id)
ORDER BY day, k.sequence, r.batch_id, r.file, r.sheet, length(r.cell), r.cell
"""


class Wanted(NamedTuple):
    """Which results: of one product form, laboratory, vendor, analyte, or of all. `last` bounds how
    many batches of one laboratory are looked at, the newest, and `newest` how many certificates of
    all, where it is named."""

    product: str | None = None
    laboratory: str | None = None
    vendor: str | None = None
    analyte: str | None = None
    last: int = 500
    newest: int | None = None


class Statement(NamedTuple):
    """One result of a certificate that counts, with the series that it belongs to."""

    key: SeriesKey
    batch_id: str
    day: date
    value: Value
    printed: str
    cell: str
    certificate: str  # the hash of its file
    replicate: str


def statements(root: Path, wanted: Wanted) -> list[Statement]:
    """The results wanted, in the order of their days.

    Raises InputNotFound where there is no archive or nothing of a laboratory or vendor, and
    StoreError where the archive cannot be read.
    """
    ledger = ledger_of(existing_store(root))
    texts = None if wanted.laboratory is None else _texts(ledger, [wanted.laboratory])
    if texts == []:
        names = {name for text in ledger.laboratories() for name in laboratories_of(text)}
        raise _unknown("laboratory", wanted.laboratory or "", names)
    counted = ledger.counted(
        wanted.product, vendor=wanted.vendor, laboratories=texts, newest=wanted.newest
    )
    if wanted.vendor is not None and not counted:
        raise _unknown("vendor", wanted.vendor, {group.name for group in named(ledger, "vendor")})
    return _stated(root, ledger, counted, wanted)


def _texts(ledger: Ledger, laboratories: Iterable[str]) -> list[str]:
    """In which the ledger tells that a batch has one of some laboratories."""
    asked = set(map(folded, laboratories))
    texts = ledger.laboratories()
    return [text for text in texts if asked & set(map(folded, laboratories_of(text)))]


def statements_before(root: Path, batch: KnownBatch, newest: int) -> list[Statement]:
    """The results of a batch, and of so many certificates before it: of its product, and of batches
    that its laboratories tested. Raises StoreError where the archive cannot be read."""
    ledger = ledger_of(root)
    texts = _texts(ledger, laboratories_of(batch.laboratory))
    return _stated(root, ledger, ledger.counted_before(batch, texts, newest), Wanted(last=newest))


def _stated(
    root: Path, ledger: Ledger, counted: Sequence[CountedCertificate], wanted: Wanted
) -> list[Statement]:
    if not counted:
        return []
    tables = tables_of(root, ledger, {certificate.pass_id for certificate in counted})
    asked = wanted.laboratory
    rows = [
        row
        for row in _rows(tables, counted, wanted)
        if asked is None or folded(row["laboratory"]) == folded(asked)
    ]
    return _once(map(_statement, _without_superseded(rows)))


def _unknown(what: str, asked: str, names: set[str]) -> InputNotFound:
    known = sorted(filter(None, names))
    near = nearest_hint(asked, known, 3)
    return InputNotFound(f"the store has no result of the {what} '{asked}'{near}")


def _rows(
    tables: ArchiveTables, counted: Sequence[CountedCertificate], wanted: Wanted
) -> list[dict[str, Any]]:
    """The results of the newest certificates, in the order of their days. Only passes that hold
    some of them are read: what a chart costs does not grow with the archive."""
    with duckdb.connect() as database:
        database.register("counted", _as_table(counted))
        passes = {certificate.pass_id for certificate in counted}
        judged = ds.field("status") == "judged"
        database.register(
            "certificates", tables.table("certificates", passes, _CERTIFICATE, judged)
        )
        kept = _query(database, _NEWEST, {"last": wanted.last})
        if not kept.num_rows:
            return []
        database.register("kept", kept)
        measured = ds.field("known") & ds.field("measured") & ds.field("text").is_null()
        measured &= among("sha256", set(kept["sha256"].to_pylist()))
        if wanted.analyte is not None:
            measured &= among("analyte", [wanted.analyte])
        passes = set(kept["pass_id"].to_pylist())
        database.register("results", tables.table("results", passes, _RESULT, measured))
        rows: list[dict[str, Any]] = _query(database, _THEIR_RESULTS).to_pylist()
    return rows


def _as_table(counted: Sequence[CountedCertificate]) -> pa.Table:
    names, columns = CountedCertificate._fields, zip(*counted, strict=True)
    kinds = [pa.int64() if name == "sequence" else pa.string() for name in names]
    arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
    return pa.table(dict(zip(names, arrays, strict=True)))


def _query(database: Any, sql: str, given: dict[str, int] | None = None) -> pa.Table:
    return database.sql(sql, params=given).to_arrow_table()


def _without_superseded(rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Of certificates of one batch that carry one laboratory's number, the newest."""
    newest: dict[tuple[str, str, str], int] = {}
    for row in rows:
        if row["certificate_id"]:
            paper = _paper(row)
            newest[paper] = max(row["sequence"], newest.get(paper, 0))
    for row in rows:
        if row["sequence"] == newest.get(_paper(row), row["sequence"]):
            yield row


def _paper(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["batch_id"], folded(row["laboratory"]), row["certificate_id"] or ""


def _statement(row: dict[str, Any]) -> Statement:
    interval = Interval(row["low"], row["high"], row["low_open"], row["high_open"])
    place = "!".join(filter(None, (row["sheet"], row["cell"])))
    return Statement(
        key=SeriesKey(
            product=row["product"] or "",
            laboratory=row["laboratory"] or "",
            vendor=row["vendor"] or "",
            analyte=row["analyte"],
            species=row["species"] or "",
            basis=row["basis"],
            unit=row["unit"],
            method=_technique(row["method"] or ""),
        ),
        batch_id=row["batch_id"],
        day=row["day"],
        value=Value(ends_of(interval), row["uncertainty"], row["loq"]),
        printed=row["said"],
        cell=f"{row['file']} {place}".strip(),
        certificate=row["sha256"],
        replicate=row["replicate"] or "",
    )


def _once(statements: Iterator[Statement]) -> list[Statement]:
    """What a certificate states twice, in a summary and in a table, is one statement. Names of
    laboratories and methods that differ in blanks, capitals and hyphens are one."""
    names: dict[str, str] = {}
    methods: dict[str, str] = {}
    once: dict[tuple[object, ...], Statement] = {}
    for printed in statements:
        name = names.setdefault(folded(printed.key.laboratory), printed.key.laboratory)
        method = methods.setdefault(_compact(printed.key.method), printed.key.method)
        key = printed.key._replace(laboratory=name, method=method)
        same = key, printed.batch_id, printed.certificate, printed.replicate, printed.value
        once.setdefault(same, printed._replace(key=key))
    return list(once.values())


def _technique(method: str) -> str:
    """The techniques that a method's words name, as printed; else these words."""
    techniques = dict.fromkeys(mention.words for mention in techniques_in(method))
    return " ".join(techniques) or " ".join(method.split())


def _compact(method: str) -> str:
    """Equal for `ICP-MS`, `ICP/MS` and `icpms`."""
    return "".join(sign for sign in method.casefold() if sign.isalnum())


def folded(name: str | None) -> str:
    """Equal for two ways to print one laboratory's name."""
    return " ".join((name or "").casefold().split())
