"""Verdicts through the public path, and their findings."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from kratom_qc.app.batches import collect, judge_batches
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.reading import Reading
from kratom_qc.domain.finding import Finding
from kratom_qc.domain.limit import Rulebook
from kratom_qc.domain.verdict import Verdict
from kratom_qc.interpret.compare import CrossCertificateChecks
from kratom_qc.interpret.facts import FactsFile
from tests.factory.rulebooks import DAY

if TYPE_CHECKING:
    from tests.judge.properties.pure import Bench


def judged(
    readings: Sequence[Reading],
    books: Mapping[str, Rulebook],
    *,
    markets: Sequence[str] = (),
    home: Sequence[str] | None = None,
    on: date = DAY,
    product: str | None = None,
    facts: FactsFile | None = None,
    beside: CrossCertificateChecks | None = None,
    agree: bool = True,
) -> dict[str, Verdict]:
    """Every verdict by batch id, through the public path. An empty `beside` lets copies of one certificate be judged as if
    each were alone. The engine and the crosscheck must `agree`, whatever a test is about: the verdicts are the
    crosscheck's, and `engine_agrees` has all of a module's judged by the engine in one run, which costs as much as one test
    of them would. A test about the engine itself does not ask for that, and is judged by it at once."""
    policy = JudgementPolicy(
        dict(books), tuple(markets), tuple(markets if home is None else home), on, facts or FactsFile(), product
    )
    batches = collect(readings, policy, beside=beside)
    if agree and os.environ.get("HYPOTHESIS_PROFILE") != "mutation":  # there every test runs alone
        verdicts = _judged_so_far().pure(batches, books, policy.markets, policy.home, on)
    else:
        verdicts = list(judge_batches(batches, policy).verdicts())
    everything = (finding for verdict in verdicts for finding in verdict.findings)
    assert not agree or [one.why for one in everything if one.rule_id == "CROSSCHECK-DISAGREES"] == []
    return {verdict.batch.batch_id: verdict for verdict in verdicts}


def engine_agrees() -> None:
    """Has the engine judge everything that `judged` was asked since, and compares every finding."""
    bench = _judged_so_far()
    _judged_so_far.cache_clear()
    if bench.cases:
        bench.engine_agrees()


@cache
def _judged_so_far() -> Bench:
    from tests.judge.properties.pure import Bench  # it is built from this package

    return Bench()


def finding(verdict: Verdict, rule_id: str) -> Finding:
    """The one finding of a rule."""
    found = [finding for finding in verdict.findings if finding.rule_id == rule_id]
    assert len(found) == 1, f"{rule_id}: {[finding.rule_id for finding in verdict.findings]}"
    return found[0]


def rules(verdict: Verdict, rulebook: str = "integrity") -> list[str]:
    """The rule ids of a rulebook's findings, by default the causes to hold that no limit asks about."""
    return [finding.rule_id for finding in verdict.findings if finding.rulebook == rulebook]
