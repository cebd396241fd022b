"""Honest certificates are read fully right, and no trap passes: on papers by people who had not seen the reader."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache

import pytest

from kratom_qc.app.batches import collect, judge_batches
from kratom_qc.app.policy import load_policy
from kratom_qc.app.reading import Reading, read_content
from tests.blind.truth import SETS, Paper, differences, form_of, papers

ON = date(2026, 11, 29)
PAPERS = {paper.path.name: paper for paper in papers()}
KNOWN: Mapping[str, str] = tomllib.loads((SETS / "known.toml").read_text(encoding="utf-8"))
MAY_NOT_PASS = [name for name, paper in PAPERS.items() if name in KNOWN or paper.trap]


@cache
def reading(name: str) -> Reading:
    return read_content(name, PAPERS[name].path.read_bytes())


@cache
def decisions(part: str) -> dict[str, set[str]]:
    """What is decided of the lots of each paper of a set that may not pass, each paper for itself, in one run of the
    engine. Not of all sets: several processes would each judge all of them."""
    policy = load_policy(markets=["us"], on=ON)
    names = [name for name in MAY_NOT_PASS if PAPERS[name].path.parent.name == part]
    owned = [(name, batch) for name in names for batch in collect([reading(name)], policy)]
    verdicts = judge_batches([batch for _, batch in owned], policy).verdicts()
    decided: dict[str, set[str]] = {name: set() for name in names}
    for (name, _), verdict in zip(owned, verdicts, strict=True):
        decided[name].add(verdict.decision.value)
    return decided


def wrong(paper: Paper, reading: Reading) -> list[str]:
    found = []
    lots = {certificate.batch_id for certificate in reading.certificates}
    expected = {lot["batch"] for lot in paper.truth["batches"]}
    if lots != expected:
        found.append(f"lots {sorted(lots)} instead of {sorted(expected)}")
    for lot in paper.truth["batches"]:
        own = [each for each in reading.certificates if each.batch_id == lot["batch"]]
        stated = {name for each in own for name in each.declared}
        found += differences(lot, [result for each in own for result in each.results], stated)
        if own and {each.product for each in own} != {form_of(lot)}:
            found.append(f"{lot['batch']} is read as {own[0].product}, not {lot['form']}")
    return found


@pytest.mark.parametrize("name", [name for name, paper in PAPERS.items() if paper.honest])
def test_an_honest_certificate_is_read_fully_right(name: str) -> None:
    found = wrong(PAPERS[name], reading(name))
    if name in KNOWN:
        assert found, f"{name} is read right now: take it out of known.toml"
    else:
        assert found == []


@pytest.mark.parametrize("name", MAY_NOT_PASS)
def test_what_is_not_read_right_or_is_a_trap_never_passes(name: str) -> None:
    assert "PASS" not in decisions(PAPERS[name].path.parent.name)[name], PAPERS[name].truth[
        "must_not_pass"
    ] or KNOWN.get(name)
