"""Batches that are alike come together, each with exactly its own rows."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from kratom_qc.app.rejudge.archived_findings import alike_batches

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "batch_id": st.sampled_from(["a", "b", "c", "d"]),
            "rule_id": st.sampled_from(["PB", "CD", None]),
            "market": st.sampled_from(["us", "us-ut", None]),
            "decides": st.booleans(),
        }
    ),
    max_size=12,
)
SCHEMA = pa.schema(
    [
        ("batch_id", pa.string()),
        ("rule_id", pa.dictionary(pa.int32(), pa.string())),
        ("market", pa.string()),
        ("decides", pa.bool_()),
    ]
)


@given(rows=ROWS, cut=st.integers(0, 12))
def test_every_batch_comes_once_with_its_own_rows_in_their_order(rows, cut):
    """However the table is cut into blocks, and where the rows of a batch do not stand together."""
    blocks = [pa.Table.from_pylist(some, schema=SCHEMA) for some in (rows[:cut], rows[cut:])]
    seen = {}
    groups = list(alike_batches(pa.concat_tables(blocks)))
    for alike, batch_ids in groups:
        for batch_id in batch_ids:
            assert batch_id not in seen
            seen[batch_id] = [{"batch_id": batch_id, **row} for row in alike]
    assert seen == {row["batch_id"]: [one for one in rows if one["batch_id"] == row["batch_id"]] for row in rows}
    assert len({repr(alike) for alike, _ in groups}) == len(groups), "what is alike comes together"
