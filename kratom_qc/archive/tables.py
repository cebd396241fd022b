"""Arrow schemas of the archive: certificates, results, findings, verdicts. This is the published
contract.

Measurements stand as decimal(38, 18) and, for analysis, as a float beside it; an infinite end is
null. Ids are text. Decimals that a division made longer than 18 places are rounded to 18 (`in_full`
keeps them); what a laboratory printed never is.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

AMOUNT = pa.decimal128(38, 18)
_WORD = pa.dictionary(pa.int32(), pa.string())  # few different values, many rows

_PASS = [
    pa.field("pass_id", pa.string(), nullable=False),
    pa.field("judged_on", pa.date32(), nullable=False),
]
_WHERE = [
    pa.field("file", pa.string()),
    pa.field("sheet", pa.string()),
    pa.field("cell", pa.string()),
]
_INTERVAL = [
    pa.field("low", AMOUNT),
    pa.field("high", AMOUNT),
    pa.field("low_open", pa.bool_()),
    pa.field("high_open", pa.bool_()),
    pa.field("low_float", pa.float64()),
    pa.field("high_float", pa.float64()),
    pa.field("unit", _WORD),
]

_FACT = [(name, pa.string()) for name in ("name", "said", "sheet", "cell")] + [("day", pa.date32())]

CERTIFICATES = pa.schema(
    [
        *_PASS,
        pa.field("sha256", pa.string(), nullable=False),
        pa.field("file", pa.string(), nullable=False),
        pa.field("status", pa.string(), nullable=False),
        pa.field("batch_id", pa.string()),
        pa.field("product", pa.string()),
        pa.field("product_name", pa.string()),
        pa.field("laboratory", pa.string()),
        pa.field("accreditation", pa.string()),
        pa.field("certificate_id", pa.string()),
        pa.field("received_on", pa.date32()),
        pa.field("tested_on", pa.date32()),
        pa.field("issued_on", pa.date32()),
        pa.field(
            "refusals",
            pa.list_(
                pa.struct(
                    [(name, pa.string()) for name in ("code", "message", "sheet", "cell", "said")]
                )
            ),
        ),
        pa.field("program", pa.string(), nullable=False),
        pa.field("traces", pa.list_(pa.string())),
        pa.field(
            "facts_said", pa.list_(pa.struct(_FACT))
        ),  # a certificate's facts; those that are dates with their day
    ]
)
RESULTS = pa.schema(
    [
        *_PASS,
        pa.field("sha256", pa.string(), nullable=False),
        pa.field("batch_id", pa.string(), nullable=False),
        pa.field("analyte", _WORD),
        pa.field("known", pa.bool_()),
        pa.field("measured", pa.bool_()),
        pa.field("said", pa.string()),
        pa.field("shown", pa.string()),
        pa.field("unit_said", _WORD),
        *_INTERVAL,
        pa.field("basis", _WORD),
        pa.field("portion_g", AMOUNT),
        pa.field("lod", AMOUNT),
        pa.field("loq", AMOUNT),
        pa.field("uncertainty", AMOUNT),
        pa.field("detected", pa.bool_()),
        pa.field("text", pa.string()),
        pa.field("method", _WORD),
        pa.field("stated_verdict", _WORD),
        *_WHERE,
        # What the next judgement needs beside the words, so that it need not read the certificate
        # again.
        pa.field("detection_limit", AMOUNT),
        pa.field("resolution", AMOUNT),
        pa.field("species", _WORD),
        pa.field("replicate", _WORD),
        pa.field("shown_low", AMOUNT),
        pa.field("shown_high", AMOUNT),
        pa.field("shown_low_open", pa.bool_()),
        pa.field("shown_high_open", pa.bool_()),
        pa.field("flags", _WORD),
        pa.field("witness", _WORD),
        pa.field("in_full", pa.string()),
    ]
)
FINDINGS = pa.schema(
    [
        *_PASS,
        pa.field("batch_id", pa.string(), nullable=False),
        pa.field("rule_id", _WORD),
        pa.field("rulebook", _WORD),
        pa.field("market", _WORD),
        pa.field("analyte", _WORD),
        pa.field("outcome", _WORD),
        pa.field("decides", pa.bool_()),
        pa.field("when_missing", _WORD),
        pa.field("status", _WORD),
        *_INTERVAL,
        pa.field("limit", _WORD),
        pa.field("because", _WORD),
        pa.field("why", _WORD),
        *_WHERE,
        pa.field("conditional", _WORD),
        pa.field("decision_rule", _WORD),
    ]
)
VERDICTS = pa.schema(
    [
        *_PASS,
        pa.field("batch_id", pa.string(), nullable=False),
        pa.field("product", pa.string()),
        pa.field("market", pa.string()),  # null: the batch's own verdict
        pa.field("verdict", pa.string(), nullable=False),
        # From here to `program`, and what a batch is made of: in its own row only.
        pa.field("home_markets", pa.list_(pa.string())),
        pa.field("certificates", pa.list_(pa.string())),
        pa.field("reason", pa.string()),
        pa.field(
            "rulebooks",
            pa.list_(pa.struct([(name, pa.string()) for name in ("id", "version", "sha256")])),
        ),
        pa.field("facts_sha256", pa.string()),
        pa.field("program", pa.string(), nullable=False),
        pa.field(
            "says", pa.string()
        ),  # of a market: may be sold, may not be sold, undecided, banned
        pa.field("rule_id", pa.string()),  # the rule that decides it; null where every limit is met
        pa.field(
            "facts", pa.string()
        ),  # what vendor and certificates declare of the product, as JSON
        pa.field(
            "doubts",
            pa.list_(
                pa.struct(
                    [
                        (name, pa.string())
                        for name in ("rule_id", "why", "analyte", "file", "sheet", "cell")
                    ]
                )
            ),
        ),
        pa.field("terms", pa.string()),  # a hash of day, product, markets and rulebooks
    ]
)
SCHEMAS = {
    "certificates": CERTIFICATES,
    "results": RESULTS,
    "findings": FINDINGS,
    "verdicts": VERDICTS,
}

Row = tuple[Any, ...]


def table(name: str, rows: list[Row], pass_id: str, judged_on: Any) -> pa.Table:
    """Rows of one kind as an Arrow table with the pass columns in front."""
    schema = SCHEMAS[name]
    width = len(schema) - 2
    columns: list[Any] = list(zip(*rows, strict=True)) if rows else [()] * width
    lead = [
        pa.array([pass_id] * len(rows), pa.string()),
        pa.array([judged_on] * len(rows), pa.date32()),
    ]
    arrays = [
        pa.array(column, field.type)
        for column, field in zip(columns, list(schema)[2:], strict=True)
    ]
    return pa.Table.from_arrays([*lead, *arrays], schema=schema)
