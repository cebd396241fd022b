"""What the archive says by other terms is what the certificates say when they are read and judged again, whole.

Both for every sample batch: decisions, what every market says, the rule that decides, and every finding byte for byte.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa
import pytest

from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.rejudge.archived import Answer, answered
from kratom_qc.app.rejudge.comparison import decisions_of
from kratom_qc.app.rejudge.plan import RejudgeRequest, archived_batches
from kratom_qc.app.store import history_of
from kratom_qc.archive.rows import finding_row
from kratom_qc.archive.tables import SCHEMAS, PassStamp, table
from kratom_qc.domain.verdict import Verdict
from kratom_qc.interpret.facts import FactsFile
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
    made = [finding_row(finding, batch_id) for batch_id, verdict in verdicts.items() for finding in verdict.findings]
    shown = table("findings", made, PassStamp("test", policy.on))
    with duckdb.connect() as compared:
        compared.register("archived", _archived(history.root))
        compared.register("unchanged", _unchanged(answer))
        compared.register("again", answer.findings)
        compared.register("shown", shown)
        found = (
            f"(SELECT {FINDING} FROM archived SEMI JOIN unchanged USING (batch_id, rulebook, rule_id) "
            f"UNION ALL SELECT {FINDING} FROM again)"
        )
        certificates = f"(SELECT {FINDING} FROM shown)"
        assert compared.sql(f"SELECT count(*) FROM {found}").fetchall() == [(len(made),)]
        assert compared.sql(f"{found} EXCEPT ALL {certificates}").fetchall() == []
        assert compared.sql(f"{certificates} EXCEPT ALL {found}").fetchall() == []


FINDING = ", ".join(f'"{name}"' for name in SCHEMAS["findings"].names if name not in PassStamp._fields)


def _unchanged(answer: Answer) -> pa.Table:
    """Every batch with the rules whose archived findings still hold."""
    rows = [
        {"batch_id": verdict.batch_id, "rulebook": rulebook, "rule_id": rule_id}
        for verdict, changes in answer.batches
        for rulebook, rule_id in changes.unchanged
    ]
    return pa.Table.from_pylist(rows, pa.schema([(name, pa.string()) for name in ("batch_id", "rulebook", "rule_id")]))


@cache
def _archived(root: Path) -> pa.Table:
    """The archived findings of the only pass."""
    history = history_of(root)
    (pass_id,) = set(history.newest.values())
    return history.table("findings", pass_id, SCHEMAS["findings"].names)
