"""Great Expectations fails open. Every hole the design lists ends in an EngineError or a HOLD, never in a PASS.

The traps are provoked on the way between our code and the engine; that is the only place where tests replace our functions.
"""

from __future__ import annotations

import random
from copy import copy
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

from kratom_qc.domain.errors import EngineError
from kratom_qc.judge import engine, expectations
from tests.factory import book, certificate, finding, limit, row, rulebooks
from tests.factory import judged as judged_alike

judged = partial(judged_alike, agree=False)  # the engine is spoilt here on purpose

MG = "mg/kg"
PB = limit("PB", "lead", "not more than 0.5 mg/kg", max="0.5", unit=MG)
NI = limit("NI", "nickel", "not more than 1 mg/kg", max="1", unit=MG)
SAID = {"LOW": "0.2", "HIGH": "0.9", "OPEN": "<1.0"}
TOLD = {"LOW": "PASS", "HIGH": "FAIL", "OPEN": "INCONCLUSIVE"}


@pytest.fixture
def books(tmp_path):
    return rulebooks(tmp_path, leaf_powder=book(PB, NI))


@pytest.fixture
def readings():
    return [certificate(name, row("Lead", said, MG), row("Nickel", "0.1", MG)) for name, said in SAID.items()]


def outcomes(verdicts):
    return {name: finding(verdict, "PB").outcome for name, verdict in verdicts.items()}


def test_untouched_the_engine_tells_them_apart(books, readings):
    assert outcomes(judged(readings, books)) == TOLD


def spoiled(monkeypatch, change):
    """The engine's frames, each changed before it is run."""
    made = engine._frame
    monkeypatch.setattr(engine, "_frame", lambda pairs: change(made(pairs)))


def with_null(column):
    def change(frame):
        table = frame.table.copy()
        table.loc[1, column] = np.nan
        return replace(frame, table=table)

    return change


@pytest.mark.parametrize("column", ["low", "high", "proven_low", "proven_high"])
def test_a_null_in_the_frame_is_an_error(monkeypatch, books, readings, column):
    """A range check of Great Expectations succeeds on a null."""
    spoiled(monkeypatch, with_null(column))
    with pytest.raises(EngineError):
        judged(readings, books)


@pytest.mark.parametrize("column", ["low_open", "high_open", "proven_low_open", "proven_high_open"])
def test_a_null_that_only_blurs_an_end_never_passes_more(monkeypatch, books, readings, column):
    spoiled(monkeypatch, with_null(column))
    try:
        verdicts = judged(readings, books)
    except EngineError:
        return
    assert {name for name, verdict in verdicts.items() if verdict.decision == "PASS"} <= {"LOW"}


def test_an_all_null_column_is_an_error(monkeypatch, books, readings):
    spoiled(monkeypatch, lambda frame: replace(frame, table=frame.table.assign(high=np.nan)))
    with pytest.raises(EngineError):
        judged(readings, books)


def test_an_empty_frame_never_reaches_the_engine(monkeypatch, tmp_path):
    """Great Expectations succeeds on an empty frame; here nothing answered is everything missing."""

    def never(*_args, **_kwargs):
        raise AssertionError("an empty frame was validated")

    monkeypatch.setattr(engine, "suite", never)
    verdict = judged([certificate("L", row("Zinc", "1", MG))], rulebooks(tmp_path, leaf_powder=book(PB, NI)))["L"]
    assert [found.outcome for found in verdict.findings if found.rule_id in ("PB", "NI")] == ["MISSING", "MISSING"]
    assert verdict.decision == "HOLD"


@pytest.mark.parametrize("more", [-1, 1, 1000])
def test_more_or_fewer_rows_than_planned_is_an_error(monkeypatch, books, readings, more):
    spoiled(monkeypatch, lambda frame: replace(frame, planned=frame.planned + more))
    with pytest.raises(EngineError, match="rows as planned"):
        judged(readings, books)


def test_a_lost_row_is_an_error(monkeypatch, books, readings):
    spoiled(monkeypatch, lambda frame: replace(frame, table=frame.table.drop(index=0).reset_index(drop=True)))
    with pytest.raises(EngineError):
        judged(readings, books)


def test_a_frame_emptied_on_the_way_is_an_error(monkeypatch, books, readings):
    spoiled(monkeypatch, lambda frame: replace(frame, table=frame.table.iloc[0:0]))
    with pytest.raises(EngineError, match="6 rows were planned, none are in the frame"):
        judged(readings, books)


def test_a_row_that_stands_twice_is_an_error(monkeypatch, books, readings):
    def twice(frame):
        table = frame.table.copy()
        table.iloc[1] = table.iloc[0]
        return replace(frame, table=table)

    spoiled(monkeypatch, twice)
    with pytest.raises(EngineError, match="one row each"):
        judged(readings, books)


def test_rows_under_another_index_are_an_error_or_attributed_right(monkeypatch, books, readings):
    """Failing rows come back by index; an index that is not 0, 1, 2 … would blame another batch."""
    spoiled(monkeypatch, lambda frame: replace(frame, table=frame.table.set_index(frame.table.index[::-1])))
    try:
        verdicts = judged(readings, books)
    except EngineError:
        return
    assert all(verdict.decision in ("HOLD", "FAIL") or name == "LOW" for name, verdict in verdicts.items())


@pytest.mark.parametrize("lost", range(8))
def test_an_expectation_that_vanished_from_the_suite_is_an_error(monkeypatch, books, readings, lost):
    """An unknown type or a bad severity is only logged, and the check is gone from the suite."""
    made = engine.suite

    def without(frame):
        suite = made(frame)
        del suite.expectations[lost]
        return suite

    monkeypatch.setattr(engine, "suite", without)
    with pytest.raises(EngineError):
        judged(readings, books)


@pytest.mark.parametrize("told", ["one role", "no role"])
def test_a_check_too_many_is_an_error(monkeypatch, books, readings, told):
    def more(result):
        more = copy(result.results[3])
        if told == "no role":
            more.expectation_config = SimpleNamespace(meta=None)
        result.results.append(more)

    results_changed(monkeypatch, more)
    with pytest.raises(EngineError, match="8 checks were planned, 9 came back"):
        judged(readings, books)


def test_a_run_prints_nothing(capfd, books, readings):
    judged(readings, books)
    assert capfd.readouterr() == ("", "")


def test_an_empty_suite_is_an_error(monkeypatch, books, readings):
    monkeypatch.setattr(engine, "suite", lambda _: engine.gx.ExpectationSuite(name="empty"))
    with pytest.raises(EngineError):
        judged(readings, books)


def results_changed(monkeypatch, change):
    """What comes back from Great Expectations, changed before it is read."""
    read = engine.read_result

    def changed(result, *rest):
        change(result)
        return read(result, *rest)

    monkeypatch.setattr(engine, "read_result", changed)


@pytest.mark.parametrize("lost", range(8))
def test_a_result_that_did_not_come_back_is_an_error(monkeypatch, books, readings, lost):
    results_changed(monkeypatch, lambda result: result.results.pop(lost))
    with pytest.raises(EngineError, match="checks were planned"):
        judged(readings, books)


def test_a_result_that_came_back_twice_is_an_error(monkeypatch, books, readings):
    results_changed(monkeypatch, lambda result: result.results.__setitem__(0, result.results[1]))
    with pytest.raises(EngineError, match="checks were planned"):
        judged(readings, books)


@pytest.mark.parametrize("seed", range(5))
def test_results_in_another_order_are_still_right(monkeypatch, books, readings, seed):
    results_changed(monkeypatch, lambda result: random.Random(seed).shuffle(result.results))
    assert outcomes(judged(readings, books)) == TOLD


@pytest.mark.parametrize("function", ["_outside", "_inside"])
def test_an_exception_inside_a_check_is_an_error(monkeypatch, books, readings, function):
    def broken(*_args):
        raise ZeroDivisionError("in the metric")

    monkeypatch.setattr(expectations, function, broken)
    with pytest.raises(EngineError, match="raised an exception"):
        judged(readings, books)


@pytest.mark.parametrize(
    "info",
    [
        {"raised_exception": True, "exception_message": "x", "exception_traceback": "x"},
        {"('metric', 'id')": {"raised_exception": True, "exception_message": "x", "exception_traceback": "x"}},
        {
            "('one', 'id')": {"raised_exception": False, "exception_message": "x", "exception_traceback": "x"},
            "('two', 'id')": {"raised_exception": True, "exception_message": "x", "exception_traceback": "x"},
        },
    ],
    ids=["flat", "by metric", "one metric of two"],
)
def test_both_shapes_of_an_exception_are_seen(monkeypatch, books, readings, info):
    results_changed(monkeypatch, lambda result: setattr(result.results[3], "exception_info", info))
    with pytest.raises(EngineError, match="raised an exception"):
        judged(readings, books)


@pytest.mark.parametrize(
    "change",
    [
        {"element_count": 3},
        {"element_count": 0},
        {"element_count": None},
        {"missing_count": 1},
        {"missing_count": None},
        {"missing_count": 6},
        {"unexpected_index_list": []},
        {"unexpected_index_list": None},
        {"unexpected_count": 0},
        {"unexpected_count": 2},
    ],
    ids=str,
)
def test_counts_that_do_not_add_up_are_an_error(monkeypatch, books, readings, change):
    def counted(result):
        for single in result.results:
            if "element_count" in single.result and single.expectation_config.meta["role"] == "not outside":
                single.result.update(change)

    results_changed(monkeypatch, counted)
    with pytest.raises(EngineError):
        judged(readings, books)


def test_a_success_with_failing_rows_is_an_error(monkeypatch, books, readings):
    """`mostly` makes a check succeed over failing rows."""
    results_changed(monkeypatch, lambda result: [setattr(single, "success", True) for single in result.results])
    with pytest.raises(EngineError):
        judged(readings, books)


@pytest.mark.parametrize("role", ["rows as planned", "one row each", "low never null"])
def test_a_guard_that_fails_is_an_error(monkeypatch, books, readings, role):
    def failed(result):
        for single in result.results:
            single.success = single.success and single.expectation_config.meta["role"] != role

    results_changed(monkeypatch, failed)
    with pytest.raises(EngineError, match="not as planned"):
        judged(readings, books)


def test_a_row_both_outside_and_inside_is_never_a_pass(monkeypatch, books, readings):
    """Touching and holding bands that contradict each other: an error, or a HOLD of that batch, never a PASS."""
    made = engine.bands
    monkeypatch.setattr(engine, "bands", lambda limit: (made(limit)[0], [0.0, 0.0, float("inf"), 1.0]))
    try:
        verdicts = judged(readings, books)
    except EngineError:
        return
    assert "PASS" not in {verdicts["HIGH"].decision, verdicts["OPEN"].decision}


@pytest.mark.parametrize("end", range(4))
def test_a_limit_that_is_not_a_number_is_never_a_pass(monkeypatch, books, readings, end):
    made = engine.bands

    def spoilt(limit):
        outer, inner = (list(ends) for ends in made(limit))
        outer[end] = inner[end] = float("nan")
        return outer, inner

    monkeypatch.setattr(engine, "bands", spoilt)
    try:
        verdicts = judged(readings, books)
    except (EngineError, ValueError):  # the library refuses it itself
        return
    assert {verdict.decision for name, verdict in verdicts.items() if name != "LOW"} <= {"HOLD", "FAIL"}


# ---------------------------------------------------------------- two readings


@pytest.mark.parametrize(("batch", "code"), [("HIGH", 0), ("OPEN", 0), ("LOW", 1), ("LOW", 2), ("LOW", 3), ("HIGH", 2)])
def test_where_the_engine_and_the_crosscheck_disagree_the_batch_is_held(monkeypatch, books, readings, batch, code):
    made = engine.outcomes

    def flipped(groups):
        found = made(groups)
        for group in groups:
            for asked in group.asked:
                if asked.limit.rule_id == "PB":
                    found[id(asked)][group.members.index(list(SAID).index(batch))] = code
        return found

    monkeypatch.setattr(engine, "outcomes", flipped)
    verdicts = judged(readings, books)
    held = {
        name for name, verdict in verdicts.items() if "CROSSCHECK-DISAGREES" in {f.rule_id for f in verdict.findings}
    }
    assert held == {batch}
    assert verdicts[batch].decision in ("HOLD", "FAIL")
    assert "PB" in finding(verdicts[batch], "CROSSCHECK-DISAGREES").why


def test_an_answered_limit_the_engine_calls_missing_is_held(monkeypatch, tmp_path, readings):
    """Under `note` a missing result decides nothing: losing an answer there must not go unnoticed either."""
    books = rulebooks(
        tmp_path,
        leaf_powder=book(
            NI,
            limit(
                "PB", "lead", "not more than 0.5 mg/kg", max="0.5", unit=MG, when_missing="note", silence_because="x"
            ),
        ),
    )
    made = engine.outcomes
    monkeypatch.setattr(
        engine, "outcomes", lambda groups: {key: np.full_like(codes, 3) for key, codes in made(groups).items()}
    )
    assert {verdict.decision for verdict in judged(readings, books).values()} == {"HOLD"}
