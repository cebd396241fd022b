"""Arrow schemas of the archive: certificates, results, findings, verdicts. This is the published
contract.

Measurements stand as decimal(38, 18) and, for analysis, as a float beside it; an infinite end is
null. Ids are text. Decimals that a division made longer than 18 places are rounded to 18 (`in_full`
keeps them); what a laboratory printed never is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from operator import itemgetter
from typing import Any, NamedTuple

import pyarrow as pa

Row = dict[str, Any]  # by the column's name; without the columns of the pass
Values = tuple[Any, ...]  # in the order of the schema; a third of a row's memory

AMOUNT = pa.decimal128(38, 18)
_WORD = pa.dictionary(pa.int32(), pa.string())  # few different values, many rows


def _columns(names: str, kind: pa.DataType) -> list[pa.Field]:
    return [pa.field(name, kind) for name in names.split()]


def _texts(names: str) -> list[pa.Field]:
    return _columns(names, pa.string())


def _required(name: str, kind: pa.DataType | None = None) -> pa.Field:
    return pa.field(name, kind or pa.string(), nullable=False)


class PassStamp(NamedTuple):
    """What every row says of the pass that wrote it: its name, the day of judgement, and when it
    judged and its number in the ledger, which grows from pass to pass. An answer of `rejudge` has
    neither of the last two."""

    pass_id: str
    judged_on: date
    judged_at: datetime | None = None
    sequence: int | None = None


PASS = [
    _required("pass_id"),
    _required("judged_on", pa.date32()),
    pa.field("judged_at", pa.timestamp("us", "UTC")),
    pa.field("sequence", pa.int64()),
]
_CELL = _texts("file sheet cell")
_INTERVAL = [
    *_columns("low high", AMOUNT),
    *_columns("low_open high_open", pa.bool_()),
    *_columns("low_float high_float", pa.float64()),
    pa.field("unit", _WORD),
]
# A second statement of a result, in another unit; `exact` has all in which it differs, as JSON.
_ALSO = pa.struct(
    [
        *_texts("said unit_said cell"),
        *_columns("low high", AMOUNT),
        *_columns("low_open high_open", pa.bool_()),
        *_texts("exact"),
    ]
)
ALSO = tuple(field.name for field in _ALSO)
_REFUSAL = pa.struct(_texts("code message sheet cell said"))
_FACT = pa.struct([*_texts("name said sheet cell"), *_columns("day last_day", pa.date32())])
_RULEBOOK = pa.struct(_texts("id version sha256"))
_REMARK = pa.struct(_texts("code severity message file sheet cell"))
_UNREAD = pa.struct(_texts("witness text kind file sheet cell"))
_HOLD_REASON = pa.struct(_texts("rule_id why analyte file sheet cell"))

CERTIFICATES = pa.schema(
    [
        *PASS,
        _required("sha256"),
        _required("file"),
        _required("status"),
        *_texts("batch_id product product_name laboratory accreditation certificate_id"),
        *_columns("received_on tested_on issued_on", pa.date32()),
        pa.field("refusals", pa.list_(_REFUSAL)),
        _required("program"),
        pa.field("traces", pa.list_(pa.string())),
        pa.field("facts_said", pa.list_(_FACT)),  # dates with both ends of their span
        # The file that says the same of this batch and came before: this one has no results.
        pa.field("same_as", pa.string()),
    ]
)
RESULTS = pa.schema(
    [
        *PASS,
        _required("sha256"),
        _required("batch_id"),
        *_columns("laboratory product", _WORD),
        pa.field("tested_on", pa.date32()),
        pa.field("analyte", _WORD),
        *_columns("known measured", pa.bool_()),
        *_texts("said shown"),
        pa.field("unit_said", _WORD),
        *_INTERVAL,
        pa.field("basis", _WORD),
        *_columns("portion_g lod loq uncertainty", AMOUNT),
        pa.field("detected", pa.bool_()),
        pa.field("text", pa.string()),
        *_columns("method stated_verdict", _WORD),
        *_CELL,
        # What the next judgement needs beside the words, so that it need not read the certificate
        # again.
        *_columns("detection_limit resolution", AMOUNT),
        *_columns("species replicate", _WORD),
        *_columns("shown_low shown_high", AMOUNT),
        *_columns("shown_low_open shown_high_open", pa.bool_()),
        *_columns("flags witness", _WORD),
        pa.field("readings", pa.string()),  # JSON, of a cell that may be read in several ways
        pa.field("in_full", pa.string()),
        pa.field("also", pa.list_(_ALSO)),
    ]
)
FINDINGS = pa.schema(
    [
        *PASS,
        _required("batch_id"),
        *_columns("rule_id rulebook market analyte outcome", _WORD),
        pa.field("decides", pa.bool_()),
        *_columns("when_missing status", _WORD),
        *_INTERVAL,
        *_columns("limit because why", _WORD),
        *_CELL,
        *_columns("conditional decision_rule", _WORD),
    ]
)
VERDICTS = pa.schema(
    [
        *PASS,
        _required("batch_id"),
        *_texts("product market"),  # market null: the batch's own verdict
        _required("verdict"),
        # In the batch's own row only, as are facts, doubts and terms.
        *_columns("home_markets certificates", pa.list_(pa.string())),
        pa.field("reason", pa.string()),
        pa.field("rulebooks", pa.list_(_RULEBOOK)),
        pa.field("facts_sha256", pa.string()),
        _required("program"),
        # Of a market: its MarketStatus, and the rule that decides it (null: every limit is met).
        *_texts("says rule_id"),
        pa.field("facts", pa.string()),  # what is declared of the product, as JSON
        pa.field("doubts", pa.list_(_HOLD_REASON)),
        pa.field("terms", pa.string()),  # a hash of day, product, markets and rulebooks
        pa.field("remarks", pa.list_(_REMARK)),
        pa.field("unread", pa.list_(_UNREAD)),  # every text that nobody has read
    ]
)
SCHEMAS = {
    "certificates": CERTIFICATES,
    "results": RESULTS,
    "findings": FINDINGS,
    "verdicts": VERDICTS,
}
_NAMES = {name: tuple(schema.names[len(PASS) :]) for name, schema in SCHEMAS.items()}
_VALUES = {name: itemgetter(*names) for name, names in _NAMES.items()}


def blank(name: str) -> Row:
    """A row of one table with every column null."""
    return dict.fromkeys(_NAMES[name])


def values(name: str, row: Row) -> Values:
    """The values of a row in the order of the schema.

    Raises ValueError for a row that lacks a column or has one that the schema does not know.
    """
    try:
        ordered: Values = _VALUES[name](row)
    except KeyError as missing:
        raise ValueError(f"a row of {name} lacks the column {missing}") from None
    if len(row) != len(ordered):
        unknown = sorted(set(row).difference(_NAMES[name]))
        raise ValueError(f"a row of {name} has columns that its schema does not know: {unknown}")
    return ordered


def table(name: str, rows: Iterable[Row], stamp: PassStamp) -> pa.Table:
    """Rows of one kind as an Arrow table with the pass columns in front. Raises ValueError as
    `values` does."""
    return arrow(name, [values(name, row) for row in rows], stamp)


def arrow(name: str, rows: Sequence[Values], stamp: PassStamp) -> pa.Table:
    """What `values` made of rows of one kind as an Arrow table with the pass columns in front."""
    schema = SCHEMAS[name]
    columns: list[Any] = [[value] * len(rows) for value in stamp]
    columns += zip(*rows, strict=True) if rows else [()] * len(_NAMES[name])
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
