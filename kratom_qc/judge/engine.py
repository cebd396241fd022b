"""Rulebooks compiled to Great Expectations suites, run once over many batches; the outcomes come
back per limit.

Great Expectations fails open: a check succeeds on nulls, on an empty frame, on a condition that
matches nothing; an unknown type or severity drops the check with a log line; an exception becomes a
failed result. So nothing here believes a success that was not planned: the number of expectations
and rows is compared with the plan, stock expectations guard the frame, an empty frame never reaches
the engine, and whatever does not add up is an EngineError, never a verdict.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kratom_qc.domain.errors import EngineError
from kratom_qc.domain.limit import Rulebook
from kratom_qc.judge.ends import Ends, bands
from kratom_qc.judge.expectations import COLUMNS, ExpectResultsToLieWithinLimits
from kratom_qc.judge.gx import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
    gx,
    gxe,
)
from kratom_qc.judge.plan import Asked, Codes, Group

logging.getLogger("great_expectations").setLevel(logging.ERROR)

_PASS, _FAIL, _INCONCLUSIVE, _MISSING = range(4)  # places in plan.OUTCOMES


@dataclass(frozen=True, slots=True)
class Frame:
    """The answered rows of a run over all batches and rulebooks, and how many of them there must
    be."""

    books: tuple[Rulebook, ...]
    table: pd.DataFrame
    bands: tuple[list[Ends], list[Ends]]  # by the limit's number: outer, inner
    planned: int


def outcomes(groups: Sequence[Group]) -> dict[int, Codes]:
    """The outcome of every limit for every member of its group: id(asked) → codes into `OUTCOMES`.

    Raises EngineError where the engine did not check exactly what was planned.
    """
    pairs = [(group, asked) for group in groups for asked in group.asked]
    fails, passes = _run(_frame(pairs))
    by_asked: dict[int, Codes] = {}
    for group, asked in pairs:
        codes = np.full(len(asked.column.answers), _MISSING, dtype=np.int8)
        column = asked.column
        rows = slice(asked.start, asked.start + len(column.present))
        straddles = np.where(column.lacking, _MISSING, _INCONCLUSIVE)
        codes[column.index] = np.where(fails[rows], _FAIL, np.where(passes[rows], _PASS, straddles))
        by_asked[id(asked)] = np.repeat(codes, len(group.members)) if column.shared else codes
    return by_asked


def _frame(pairs: Sequence[tuple[Group, Asked]]) -> Frame:
    """The long frame of a run: a row per answered (batch, limit); `asked.start` is set to its first
    row. A limit that every batch of a group answers alike has one row, under the group's first
    batch."""
    numbers: dict[tuple[str, str], int] = {}
    outer: list[Ends] = []
    inner: list[Ends] = []
    start, planned = 0, sum(len(asked.column.present) for _, asked in pairs)
    members = {id(group): np.asarray(group.members) for group, _ in pairs}
    values = np.empty((len(COLUMNS) + 1, planned))
    for group, asked in pairs:
        number = numbers.setdefault((asked.book.id, asked.limit.rule_id), len(numbers))
        if number == len(outer):
            outside, inside = bands(asked.limit)
            outer.append(outside)
            inner.append(inside)
        asked.start, end = start, start + len(asked.column.present)
        values[0, start:end] = members[id(group)][asked.column.index]
        values[1, start:end] = number
        values[2:, start:end] = asked.column.rows(asked.limit)
        start = end
    table = pd.DataFrame(values.T, columns=["batch", *COLUMNS], copy=False)
    books = {asked.book.id: asked.book for _, asked in pairs}
    return Frame(tuple(books.values()), table, (outer, inner), planned)


def _context() -> Any:
    """An ephemeral context: a file context would rewrite its files on every run."""
    return gx.get_context(
        project_config=DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            progress_bars=ProgressBarsConfig(globally=False),
            analytics_enabled=False,
        ),
        mode="ephemeral",
    )


# Every failing row by its place, and nothing else: the values are ours already.
RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "partial_unexpected_count": 0,
    "exclude_unexpected_values": True,
}
_NEVER_NULL = ("low", "high", "proven_low", "proven_high")
# What every suite must ask. The suite itself cannot be the witness: an unknown check is dropped
# from it with a log line.
ROLES = (
    "not outside",
    "inside",
    "rows as planned",
    "one row each",
    *(f"{name} never null" for name in _NEVER_NULL),
)


def suite(frame: Frame) -> gx.ExpectationSuite:
    """Rulebooks as a real suite: is it outside, is it proven inside, and is the frame what was
    planned.

    One suite serves every rulebook of a run: a suite costs a tenth of a second whatever its rows,
    and there are forty markets.
    """
    outer, inner = frame.bands
    columns = list(COLUMNS)
    within = ExpectResultsToLieWithinLimits
    return gx.ExpectationSuite(
        name="-".join(book.id for book in frame.books) if len(frame.books) == 1 else "release",
        meta={
            "rulebooks": [
                {"id": book.id, "version": book.version, "sha256": book.sha256}
                for book in frame.books
            ]
        },
        expectations=[
            within(
                column_list=columns,
                question="not outside",
                limits=json.dumps(outer),
                ignore_row_if="never",
                severity="critical",
                meta={"role": "not outside"},
            ),
            within(
                column_list=columns,
                question="inside",
                limits=json.dumps(inner),
                ignore_row_if="never",
                severity="warning",
                meta={"role": "inside"},
            ),
            gxe.ExpectTableRowCountToEqual(value=frame.planned, meta={"role": "rows as planned"}),
            gxe.ExpectCompoundColumnsToBeUnique(
                column_list=["batch", "limit"], ignore_row_if="never", meta={"role": "one row each"}
            ),
            *(
                gxe.ExpectColumnValuesToNotBeNull(column=name, meta={"role": f"{name} never null"})
                for name in _NEVER_NULL
            ),
        ],
    )


def _run(frame: Frame) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """(fails, passes) per row of the frame. An empty frame never reaches the engine."""
    if frame.table.empty:
        if frame.planned:
            raise EngineError(
                f"{frame.planned} rows were planned, none are in the frame (rows as planned)"
            )
        return np.zeros(frame.planned, dtype=bool), np.zeros(frame.planned, dtype=bool)
    asset = _context().data_sources.add_pandas("release").add_dataframe_asset("answers")
    definition = asset.add_batch_definition_whole_dataframe("all")
    data = definition.get_batch(batch_parameters={"dataframe": frame.table})
    # Not by a validation definition: storing suite and definition costs a quarter of a small pass.
    result = data.validate(suite(frame), result_format=RESULT_FORMAT)
    return read_result(result, frame.planned)


def read_result(result: Any, size: int) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """A validation result as (fails, passes) per row; anything that was not planned raises
    EngineError."""
    roles = [str((single.expectation_config.meta or {}).get("role")) for single in result.results]
    if sorted(roles) != sorted(ROLES):
        raise EngineError(f"{len(ROLES)} checks were planned, {len(roles)} came back")
    by_role = dict(zip(roles, result.results, strict=True))
    for role, single in by_role.items():
        if _raised(single):
            raise EngineError(f"the check '{role}' raised an exception inside Great Expectations")
        if role not in ("not outside", "inside") and not single.success:
            raise EngineError(f"the frame is not as planned ('{role}')")
    return _unexpected_rows(by_role["not outside"], size), ~_unexpected_rows(
        by_role["inside"], size
    )


def _raised(single: Any) -> bool:
    """An exception inside a check comes back as a failed result, its info in one of two shapes."""
    info = single.exception_info or {}
    shapes = [info] if "raised_exception" in info else list(info.values())
    return any(shape.get("raised_exception") for shape in shapes)


def _unexpected_rows(single: Any, size: int) -> npt.NDArray[np.bool_]:
    """The rows a map expectation names as unexpected, as a mask; a count that does not add up
    raises EngineError."""
    details = single.result
    if details.get("element_count") != size or details.get("missing_count") != 0:
        raise EngineError(f"{details.get('element_count')} of {size} rows were checked")
    unexpected = details.get("unexpected_index_list") or []
    if len(unexpected) != details.get("unexpected_count") or single.success != (not unexpected):
        raise EngineError("the rows that do not meet a check are not all named")
    mask = np.zeros(size, dtype=bool)
    mask[np.asarray(unexpected, dtype=np.int64)] = True
    return mask
