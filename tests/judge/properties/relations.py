"""How two verdicts may stand to each other."""

from __future__ import annotations

from kratom_qc.domain.finding import Finding
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.verdict import Verdict
from tests.judge.properties.pure import RANK


def told(verdict: Verdict) -> tuple[object, ...]:
    """A verdict without the places, files and words it was read from."""
    findings = sorted(
        (one.rulebook, one.rule_id, one.outcome, one.decides, one.conditional, _ends(one.interval), str(one.analyte))
        for one in verdict.findings
    )
    return verdict.decision, tuple(sorted(verdict.markets.items())), tuple(findings)


def _ends(interval: Interval) -> tuple[str, str, bool, bool]:
    high = "" if interval.high is None else str(interval.high.normalize())
    return str(interval.low.normalize()), high, interval.low_open, interval.high_open


def same(before: Verdict, after: Verdict) -> None:
    """Nothing that is decided, found or measured differs."""
    one, other = told(before), told(after)
    if one != other:
        lost, won = set(one[2]) - set(other[2]), set(other[2]) - set(one[2])
        raise AssertionError(f"{one[:2]} → {other[:2]}; {sorted(lost)} → {sorted(won)}")


def never_better(before: Verdict, after: Verdict) -> None:
    """No decision, and no outcome of a limit on an amount, is less severe than it was."""
    pairs = [("decision", before.decision, after.decision)]
    pairs += [(market, decision, after.markets[market]) for market, decision in before.markets.items()]
    found = {(one.rulebook, one.rule_id): one.outcome for one in after.findings if numeric(one)}
    for one in before.findings:
        if numeric(one):
            key = (one.rulebook, one.rule_id)
            assert key in found, f"{key} is not asked any more"
            pairs.append((str(key), one.outcome, found[key]))
    better = [pair for pair in pairs if RANK[pair[2]] < RANK[pair[1]]]
    assert better == []


def never_released(before: Verdict, after: Verdict) -> None:
    """Nothing that did not pass passes."""
    pairs = [("decision", before.decision, after.decision)]
    pairs += [(market, decision, after.markets[market]) for market, decision in before.markets.items()]
    released = [pair for pair in pairs if pair[1] != "PASS" and pair[2] == "PASS"]
    assert released == []


def numeric(finding: Finding) -> bool:
    return finding.source is not None and finding.source.kind in ("amount", "not_detected")
