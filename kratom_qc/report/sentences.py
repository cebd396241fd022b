"""A verdict, a finding, a warning in one line: for the terminal, the summary of a run and the
archive."""

from __future__ import annotations

from typing import NamedTuple

from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.source import CellRef
from kratom_qc.domain.verdict import Decision, Verdict
from kratom_qc.report.reasons import NAMED, Reach, against, silent, subject, understood, unreported
from kratom_qc.vocabulary import wording

WIDTH = 120  # of a main reason: one line of a terminal table


class Cause(NamedTuple):
    """One cause of a verdict in a line, with the cell it rests on and every rule that it breaks."""

    outcome: str
    sentence: str
    ref: CellRef | None
    rule_ids: tuple[str, ...]


def deciding_causes(verdict: Verdict) -> tuple[Cause, ...]:
    """Every cause that decides the batch's own verdict, worst first. Of a PASS there is none."""
    if verdict.decision is Decision.PASS:
        return ()
    reach = Reach(verdict)
    own, _ = against(verdict, reach)
    if not own:
        return (Cause(verdict.decision.value, main_reason(verdict), None, ()),)
    return tuple(_cause(group, reach) for group in own)


def _cause(group: list[Finding], reach: Reach) -> Cause:
    first = group[0]
    silent_group = unreported(first) and not _spoken(group)
    told = _missing_sentence([group]) if silent_group else sentence(first)
    rules = dict.fromkeys(finding.rule_id for finding in group if reach.own(finding))
    return Cause(first.outcome.value, told, first.ref, tuple(rules))


def main_reason(verdict: Verdict) -> str:
    """The one most important reason, in one line of about 120 signs at most."""
    reach = Reach(verdict)
    own, other = against(verdict, reach)
    if not own and verdict.decision is Decision.PASS:
        return wording.one_line(_passed(verdict, reach), WIDTH)
    groups = own or other
    if not groups:
        return "nothing proves this batch: no limit that decides was met"
    missing = [group for group in groups if unreported(group[0]) and not _spoken(group)]
    if groups[0] in missing:
        return _suffixed(_missing_sentence(missing), len(groups) - len(missing))
    return _suffixed(sentence(groups[0][0]), len(groups) - 1)


def _spoken(group: list[Finding]) -> bool:
    """Whether a certificate says something of it: `NT`, a blank cell, `ND` without a LOD, an amount
    that lacks a factor."""
    return any(finding.ref is not None for finding in group)


def _suffixed(told: str, more: int) -> str:
    suffix = f" (and {more} more)" if more else ""
    return wording.one_line(told, WIDTH - len(suffix)) + suffix


def _missing_sentence(groups: list[list[Finding]]) -> str:
    names = [subject(group[0]) for group in groups]
    if len(names) == 1:
        finding = groups[0][0]
        return f"{names[0]} not measured; {finding.rulebook} asks: {finding.limit or finding.why}"
    return f"{len(names)} required assays not measured: {', '.join(names)}"


def sentence(finding: Finding) -> str:
    """A finding in one line: what was found, against which limit."""
    what, limit = subject(finding), finding.limit
    printed = (
        wording.also_words(finding.interval, finding.unit, finding.source) if finding.source else ""
    )
    value = printed or understood(finding)
    if not limit:
        named = finding.analyte and what.casefold() not in finding.why.casefold()
        return f"{what}: {finding.why}" if named else finding.why
    if not value or value == "unknown":
        return f"{what}: {finding.why} – {finding.rulebook}: {limit}"
    open_ = "" if finding.outcome is Outcome.FAIL else f", {finding.conditional or 'undecided'}"
    return f"{what} {value}{open_} – {finding.rulebook}: {limit}"


def _passed(verdict: Verdict, reach: Reach) -> str:
    own = [finding for finding in verdict.findings if reach.own(finding)]
    met = sum(finding.decides and finding.outcome is Outcome.PASS for finding in own)
    untested = sum(silent(finding) for finding in own)
    closed = [
        market for market, decision in verdict.markets.items() if decision is not Decision.PASS
    ]
    parts = [f"all {met} limits met" if met != 1 else "the one limit met"]
    parts += [f"{untested} not tested"] if untested else []
    if len(closed) > NAMED:
        parts.append(f"closed in {len(closed)} of {len(verdict.markets)} markets")
    elif closed:
        parts.append(f"not for {', '.join(closed)}")
    return "; ".join(parts)
