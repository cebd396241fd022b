"""Our Great Expectations expectation class: *results lie within limits*.

One row of the frame is one answered (batch, limit). Its limit's ends are looked up by the row's
limit number in the expectation's kwargs, so that one expectation checks every limit of a rulebook
over every batch in one pass.

The class asks one of two questions. `not outside` (severity critical) fails a row that is proven to
lie outside its limit; `inside` (severity warning) fails a row that is not proven to lie inside.
"""

from __future__ import annotations

import json
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd

from kratom_qc.judge.expectation_words import InPlainWords
from kratom_qc.judge.gx import (
    MulticolumnMapMetricProvider,
    PandasExecutionEngine,
    multicolumn_condition_partial,
)

# What a row says: the interval (hull) and the ends that one certificate proves by itself.
COLUMNS = (
    "limit",
    "low",
    "low_open",
    "high",
    "high_open",
    "proven_low",
    "proven_low_open",
    "proven_high",
    "proven_high_open",
)


class ResultsWithinLimits(MulticolumnMapMetricProvider):
    """The map metric behind the expectation: one boolean per row."""

    condition_metric_name = "multicolumn_values.results_within_limits"
    condition_domain_keys = (
        "batch_id",
        "table",
        "column_list",
        "row_condition",
        "condition_parser",
        "ignore_row_if",
    )
    condition_value_keys = ("question", "limits")

    @multicolumn_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column_list: pd.DataFrame, **kwargs: Any) -> pd.Series:  # noqa: N805 - the decorator makes it a classmethod
        limits = np.asarray(json.loads(kwargs["limits"]), dtype=float)
        row = {name: column_list[name].to_numpy() for name in COLUMNS}
        low, low_open, high, high_open = limits[row["limit"].astype(int)].T
        if kwargs["question"] == "not outside":
            answer = ~_outside(row, low, low_open, high, high_open)
        else:
            answer = _inside(row, low, low_open, high, high_open)
        return pd.Series(answer, index=column_list.index)


def _outside(row: dict[str, Any], low: Any, low_open: Any, high: Any, high_open: Any) -> Any:
    """Proven to miss the band: the proven low end is above it, or the proven high end below it."""
    above = (row["proven_low"] > high) | (
        (row["proven_low"] == high) & ((row["proven_low_open"] > 0) | (high_open > 0))
    )
    below = (row["proven_high"] < low) | (
        (row["proven_high"] == low) & ((row["proven_high_open"] > 0) | (low_open > 0))
    )
    return (above & np.isfinite(high)) | (below & np.isfinite(row["proven_high"]))


def _inside(row: dict[str, Any], low: Any, low_open: Any, high: Any, high_open: Any) -> Any:
    """Wholly within the band: an open end of the result may touch an open end of the limit."""
    from_below = (row["low"] > low) | (
        (row["low"] == low) & ((low_open == 0) | (row["low_open"] > 0))
    )
    from_above = (row["high"] < high) | (
        (row["high"] == high) & ((high_open == 0) | (row["high_open"] > 0))
    )
    return from_below & (from_above | ~np.isfinite(high))


class ExpectResultsToLieWithinLimits(InPlainWords):
    """Expect every result to lie within its limit, asked either way round."""

    question: Literal["not outside", "inside"]
    # JSON list of [low, low_open, high, high_open]; as text, or the engine copies every number.
    limits: str

    map_metric: ClassVar[str] = "multicolumn_values.results_within_limits"
    success_keys: ClassVar[tuple[str, ...]] = ("question", "limits", "mostly")
    args_keys: ClassVar[tuple[str, ...]] = ("column_list", "question", "limits")
    library_metadata: ClassVar[dict[str, object]] = {
        "maturity": "production",
        "tags": ["certificate of analysis"],
    }
