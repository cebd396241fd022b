"""What the archive says by other terms is what the certificates say when they are read and judged again, whole.

Both for every sample batch: decisions, what every market says, the rule that decides, and every finding byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.rejudge.archived import Answer, answered
from kratom_qc.app.rejudge.comparison import decisions_of
from kratom_qc.app.rejudge.plan import RejudgeRequest, archived_batches
from kratom_qc.app.store import history_of
from kratom_qc.archive.history import History
from kratom_qc.archive.rows import finding_row
from kratom_qc.archive.tables import SCHEMAS, PassStamp, table
from kratom_qc.domain.verdict import Verdict
from kratom_qc.interpret.facts import FactsFile
from kratom_qc.rulebooks.scope import Rule
from tests.factory import book, limit
from tests.rejudge.archived_samples import (
    DAY,
    changed,
    drafts,
    from_archive,
    from_files,
    in_force,
    rows,
    terms_of,
    without,
)

NEW_STATE = book(
    limit("US-ZZ-7OH", "7-hydroxymitragynine", "7-OH not more than 0.1 mg/g", max="0.1", unit="mg/g"),
    limit("US-ZZ-TOTAL", "7-oh-share", "7-OH not more than 0.9 % of total alkaloids", max="0.9",
          unit="% of total alkaloids"),
    limit("US-ZZ-METHOD", kind="certificate", text="every result states its method", requires=["method"]),
    limit("US-ZZ-LOOKS", "appearance", kind="described", text="appearance is described"),
    limit("US-ZZ-NATURE", kind="profile", text="7-OH comes with speciociliatine", present="7-hydroxymitragynine",
          absent=["speciociliatine"], screen=True),
    limit("US-ZZ-LEAF", kind="product_class", text="nothing but leaf", requires=["leaf_powder", "crushed_leaf"]),
    limit("US-ZZ-DAILY", "lead", "lead not more than 2 µg/day", max="2", unit="ug/day", basis="per day"),
    kind="market", extends=["us"],
)  # fmt: skip
BAN = book(limit("US-ZZ-BAN", kind="ban", text="kratom may not be sold"), kind="market", extends=["us"])
OVERRIDE = """[rulebook]
title = "A state that does not wait for the proposal"
kind = "market"
extends = ["us"]
version = "1"
checked_on = 2026-11-22

[[override]]
id = "US-DEA-2026-20943-RATIO"
status = "in_force"
because = "a state act makes the proposal its own"
"""
YOUNGER = "[[limit]]".join(rows("leaf_powder")).replace(
    "certificate_max_age_days = 730", "certificate_max_age_days = 40"
)
CASES: dict[str, tuple[dict[str, str], date]] = {
    "nothing has changed": ({}, DAY),
    "before MP was scheduled": ({}, date(2026, 8, 25)),
    "the day MP was scheduled": ({}, date(2026, 8, 26)),
    "Utah allows no more export": ({}, date(2027, 3, 7)),
    "the scheduling has ended, certificates too old": ({}, date(2029, 1, 1)),
    "the federal proposal in force": ({"us": in_force("us", "2026-20943")}, date(2026, 12, 1)),
    "a tighter limit for lead": (
        {"us-ut": changed("us-ut", "US-UT-R70-580-5-PB", **{'"1.2"': '"0.25"', "<1.2 ppm": "<0.25 ppm"})}, DAY),
    "a limit is gone": ({"us-ut": without("us-ut", "US-UT-R70-580-5-SALM")}, DAY),
    "a limit that computed is gone": ({"us-tx": without("us-tx", "US-TX-444.003-7OH-TA")}, DAY),
    "a new state": ({"us-zz": NEW_STATE}, DAY),
    "a new ban": ({"us-zz": BAN}, DAY),
    "an override": ({"us-zz": OVERRIDE}, DAY),
    "younger certificates": ({"leaf_powder": YOUNGER}, DAY),
    "all at once": ({"us": in_force("us", "2026-20943"), "us-zz": NEW_STATE}, date(2029, 1, 1)),
}  # fmt: skip


class Case(NamedTuple):
    """The terms of a case, what the certificates say by them, and the archive where only what changed is asked again."""

    policy: JudgementPolicy
    verdicts: dict[str, Verdict]
    changed_only: Answer


@pytest.fixture(params=CASES, scope="module")
def case(request, samples, tmp_path_factory) -> Case:
    books, on = CASES[request.param]
    folder = tmp_path_factory.mktemp("drafts")
    policy = terms_of(drafts(folder, **{name.replace("-", "_", 1): text for name, text in books.items()}), on)
    return Case(policy, from_files(policy), from_archive(history_of(samples), policy))


def test_the_archive_says_what_the_certificates_say(case):
    _agrees(case.changed_only, case)


# Every limit is asked in the same way whatever has changed: nothing, a day, a draft, and all of it.
@pytest.mark.parametrize("case", ["nothing has changed", "an override", "all at once"], indirect=True, scope="module")
def test_the_archive_says_so_of_every_limit_too(history, case):
    _agrees(from_archive(history, case.policy, every_limit=True), case)


def _agrees(answer: Answer, case: Case) -> None:
    comparison = answer.comparison
    assert answer.reread == {}
    for batch_id, decisions in zip(comparison.batch_ids, comparison.after, strict=True):
        assert decisions == decisions_of(case.verdicts[batch_id], comparison.markets), batch_id


def test_several_waves_in_several_processes_say_the_same(history, tmp_path, monkeypatch):
    policy = terms_of(drafts(tmp_path, us=in_force("us", "2026-20943")), date(2026, 12, 1))
    whole = from_archive(history, policy)
    monkeypatch.setattr("kratom_qc.app.rejudge.archived.WAVE", 14)
    done: list[tuple[int, int]] = []
    request = RejudgeRequest(history.root, "test", replace(policy, facts=FactsFile()))
    waves = answered(history, request, archived_batches(history, request.policy), lambda *at: done.append(at))
    assert waves.comparison == whole.comparison
    assert waves.findings.to_pylist() == whole.findings.to_pylist()
    assert done == [(14, 27), (27, 27)]


def test_what_was_found_then_and_again_is_what_the_certificates_show(history, case):
    policy, verdicts, answer = case
    assert dict(_found(history, answer)) == {
        batch_id: sorted(_rows([finding_row(finding, batch_id) for finding in verdict.findings], policy.on))
        for batch_id, verdict in verdicts.items()
    }


def _found(history: History, answer: Answer) -> Iterator[tuple[str, list[str]]]:
    """Of every batch the archived findings that still hold, and those made now."""
    again = _by_batch(answer.findings.to_pylist())
    for verdict, changes in answer.batches:
        then = _archived(history.root)[verdict.batch_id]
        still = (text for rule, text in then if rule in changes.unchanged)
        yield verdict.batch_id, sorted((*still, *map(_text, again.get(verdict.batch_id, ()))))


@cache
def _archived(root: Path) -> dict[str, list[tuple[Rule, str]]]:
    """The archived findings of every batch, each with its rule."""
    history = history_of(root)
    (pass_id,) = set(history.newest.values())
    then = _by_batch(history.table("findings", pass_id, SCHEMAS["findings"].names).to_pylist())
    return {
        batch_id: [((row["rulebook"], row["rule_id"]), _text(row)) for row in found] for batch_id, found in then.items()
    }


def _by_batch(found_rows: Any) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in found_rows:
        found.setdefault(row["batch_id"], []).append(row)
    return found


def _rows(made: list[Any], on: date) -> list[str]:
    return [_text(row) for row in table("findings", made, PassStamp("test", on)).to_pylist()]


def _text(row: dict[str, Any]) -> str:
    return repr([row[name] for name in SCHEMAS["findings"].names if name not in PassStamp._fields])
