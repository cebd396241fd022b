"""Verdicts through the public path, and their findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from kratom_qc.app.batches import collect, judge_batches
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.reading import Reading
from kratom_qc.domain.finding import Finding
from kratom_qc.domain.limit import Rulebook
from kratom_qc.domain.verdict import Verdict
from kratom_qc.interpret.compare import CrossCertificateChecks
from kratom_qc.interpret.facts import FactsFile
from tests.factory.rulebooks import DAY


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
    """Every verdict by batch id, through the public path and in one run of the engine. An empty `beside` lets copies of one
    certificate be judged as if each were alone. The engine and the crosscheck must `agree`, whatever a test is about."""
    policy = JudgementPolicy(
        dict(books), tuple(markets), tuple(markets if home is None else home), on, facts or FactsFile(), product
    )
    found = {
        verdict.batch.batch_id: verdict
        for verdict in judge_batches(collect(readings, policy, beside=beside), policy).verdicts()
    }
    everything = (finding for verdict in found.values() for finding in verdict.findings)
    assert not agree or [one.why for one in everything if one.rule_id == "CROSSCHECK-DISAGREES"] == []
    return found


def finding(verdict: Verdict, rule_id: str) -> Finding:
    """The one finding of a rule."""
    found = [finding for finding in verdict.findings if finding.rule_id == rule_id]
    assert len(found) == 1, f"{rule_id}: {[finding.rule_id for finding in verdict.findings]}"
    return found[0]


def rules(verdict: Verdict, rulebook: str = "integrity") -> list[str]:
    """The rule ids of a rulebook's findings, by default the causes to hold that no limit asks about."""
    return [finding.rule_id for finding in verdict.findings if finding.rulebook == rulebook]
