"""Rulebooks compiled to Great Expectations suites, run once over many batches; the outcomes come back per limit.

Great Expectations fails open: a check succeeds on nulls, on an empty frame, on a condition that matches nothing; an
unknown type or severity drops the check with a log line; an exception becomes a failed result. So nothing here believes
a success that was not planned: the number of expectations and rows is compared with the plan, stock expectations guard
the frame, an empty frame never reaches the engine, and whatever does not add up is an EngineError, never a verdict.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
import pandas as pd
from great_expectations import expectations as gxe
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)

from kratom_qc.errors import EngineError
from kratom_qc.judge.expectations import COLUMNS, ExpectResultsToLieWithinLimits
from kratom_qc.judge.plan import Asked, Group, bands, rows_of
from kratom_qc.model import Outcome, Rulebook

logging.getLogger("great_expectations").setLevel(logging.ERROR)

OUTCOMES = (Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.MISSING)
_PASS, _FAIL, _INCONCLUSIVE, _MISSING = range(4)
Codes = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Frame:
    """One rulebook's answered rows over all batches, and how many were planned and left unanswered."""

    book: Rulebook
    table: pd.DataFrame
    bands: tuple[list[list[float]], list[list[float]]]
    planned: int
    unanswered: int


def outcomes(groups: Sequence[Group]) -> dict[int, Codes]:
    """The outcome of every numeric limit for every member of its group: id(asked) → codes into `OUTCOMES`.

    Raises EngineError where the engine did not check exactly what was planned.
    """
    by_book: dict[str, list[tuple[Group, Asked]]] = {}
    for group in groups:
        for asked in group.asked:
            if asked.limit.kind in ("amount", "not_detected"):
                by_book.setdefault(asked.book.id, []).append((group, asked))
    found: dict[int, Codes] = {}
    context = _context()
    for pairs in by_book.values():
        frame = _frame(pairs)
        fails, passes = _run(context, frame)
        for group, asked in pairs:
            codes = np.full(len(group.members), _MISSING, dtype=np.int8)
            rows = slice(asked.start, asked.start + len(asked.answered))
            if asked.answered:
                straddles = np.array(
                    [
                        _MISSING if (answer := asked.answers[at]) and answer.missing else _INCONCLUSIVE
                        for at in asked.answered
                    ],
                    dtype=np.int8,
                )
                codes[asked.answered] = np.where(fails[rows], _FAIL, np.where(passes[rows], _PASS, straddles))
            found[id(asked)] = codes
    return found


def _frame(pairs: Sequence[tuple[Group, Asked]]) -> Frame:
    """The long frame of one rulebook: a row per answered (batch, limit); `asked.start` is set to its first row."""
    numbers: dict[str, int] = {}
    outer: list[list[float]] = []
    inner: list[list[float]] = []
    blocks, limits, batches = [], [], []
    start = planned = 0
    for group, asked in pairs:
        planned += len(group.members)
        number = numbers.setdefault(asked.limit.rule_id, len(numbers))
        if number == len(outer):
            touch, hold = bands(asked.limit)
            outer.append(touch)
            inner.append(hold)
        asked.start = start
        if asked.answered:
            members = np.asarray(group.members, dtype=np.int64)
            blocks.append(rows_of(asked))
            limits.append(np.full(len(asked.answered), number, dtype=np.int64))
            batches.append(members[asked.answered])
        start += len(asked.answered)
    values = np.concatenate(blocks) if blocks else np.empty((0, 8))
    table = pd.DataFrame(values, columns=list(COLUMNS[1:]))
    table.insert(0, "limit", np.concatenate(limits) if limits else np.empty(0, dtype=np.int64))
    table.insert(0, "batch", np.concatenate(batches) if batches else np.empty(0, dtype=np.int64))
    return Frame(pairs[0][1].book, table, (outer, inner), planned, planned - start)


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


def suite(frame: Frame) -> gx.ExpectationSuite:
    """A rulebook as a real suite: is it outside, is it proven inside, and is the frame what was planned."""
    outer, inner = frame.bands
    meta = {"rulebook": frame.book.id, "version": frame.book.version, "sha256": frame.book.sha256}
    return gx.ExpectationSuite(
        name=frame.book.id,
        meta=meta,
        expectations=[
            ExpectResultsToLieWithinLimits(
                column_list=list(COLUMNS),
                question="not outside",
                limits=outer,
                ignore_row_if="never",
                severity="critical",
                meta={"role": "not outside"},
            ),
            ExpectResultsToLieWithinLimits(
                column_list=list(COLUMNS),
                question="inside",
                limits=inner,
                ignore_row_if="never",
                severity="warning",
                meta={"role": "inside"},
            ),
            gxe.ExpectTableRowCountToEqual(value=frame.planned - frame.unanswered, meta={"role": "rows as planned"}),
            gxe.ExpectCompoundColumnsToBeUnique(
                column_list=["batch", "limit"], ignore_row_if="never", meta={"role": "one row each"}
            ),
            *(
                gxe.ExpectColumnValuesToNotBeNull(column=name, meta={"role": f"{name} never null"})
                for name in ("low", "high", "proven_low", "proven_high")
            ),
        ],
    )


def _run(context: Any, frame: Frame) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """(fails, passes) per row of the frame."""
    size = len(frame.table)
    if size == 0:
        return np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)
    planned = suite(frame)
    roles = [expectation.meta["role"] for expectation in planned.expectations]
    context.suites.add(planned)
    asset = context.data_sources.add_pandas(frame.book.id).add_dataframe_asset("answers")
    data = asset.add_batch_definition_whole_dataframe("all")
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name=frame.book.id, data=data, suite=planned)
    )
    result = definition.run(batch_parameters={"dataframe": frame.table}, result_format={"result_format": "COMPLETE"})
    return read_result(result, roles, size, frame.book.id)


def read_result(
    result: Any, roles: Sequence[str], size: int, book: str
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """A validation result as (fails, passes) per row; anything that was not planned raises EngineError."""
    by_role: dict[str, Any] = {}
    for single in result.results:
        role = (single.expectation_config.meta or {}).get("role")
        raised = single.exception_info or {}
        if "raised_exception" in raised:
            raised = {"check": raised}
        if any(info.get("raised_exception") for info in raised.values()):
            raise EngineError(f"rulebook {book}: the check '{role}' raised an exception inside Great Expectations")
        by_role[str(role)] = single
    if sorted(by_role) != sorted(roles) or result.statistics["evaluated_expectations"] != len(roles):
        raise EngineError(f"rulebook {book}: {len(roles)} checks were planned, {len(by_role)} came back")
    answers = {}
    for role, single in by_role.items():
        if role not in ("not outside", "inside"):
            if not single.success:
                raise EngineError(f"rulebook {book}: the frame is not as planned ('{role}')")
            continue
        if single.result.get("element_count") != size or single.result.get("missing_count", 0) != 0:
            raise EngineError(f"rulebook {book}: {single.result.get('element_count')} of {size} rows were checked")
        unexpected = single.result.get("unexpected_index_list") or []
        if len(unexpected) != single.result.get("unexpected_count") or single.success != (not unexpected):
            raise EngineError(f"rulebook {book}: the rows that fail '{role}' are not all named")
        mask = np.zeros(size, dtype=bool)
        mask[np.asarray(unexpected, dtype=np.int64)] = True
        answers[role] = mask
    fails, passes = answers["not outside"], ~answers["inside"]
    if bool((fails & passes).any()):
        raise EngineError(f"rulebook {book}: a row lies outside and inside its limit at once")
    return fails, passes
