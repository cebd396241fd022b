"""A verdict, a finding, a warning in one line: for the terminal, the summary of a run and the
archive."""

from __future__ import annotations

from typing import NamedTuple

from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.source import CellRef
from kratom_qc.domain.verdict import Decision, Verdict
from kratom_qc.report.finding_words import in_printed_unit, is_untested, subject, understood
from kratom_qc.report.reasons import CauseGroup, against, unreported
from kratom_qc.report.scope import NAMED, RulebookScope
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
    scope = RulebookScope(verdict)
    groups = against(verdict, scope).own
    if not groups:
        return (Cause(verdict.decision.value, main_reason(verdict), None, ()),)
    return tuple(_cause(group, scope) for group in groups)


def _cause(group: CauseGroup, scope: RulebookScope) -> Cause:
    first = group[0]
    unmentioned = unreported(first) and not _mentioned(group)
    text = _missing_sentence([group]) if unmentioned else sentence(first)
    rules = dict.fromkeys(finding.rule_id for finding in group if scope.is_own(finding))
    return Cause(first.outcome.value, text, first.ref, tuple(rules))


def main_reason(verdict: Verdict) -> str:
    """The one most important reason, in one line of about 120 signs at most."""
    scope = RulebookScope(verdict)
    causes = against(verdict, scope)
    if not causes.own and verdict.decision is Decision.PASS:
        return wording.one_line(_passed(verdict, scope), WIDTH)
    groups = causes.own or causes.markets
    if not groups:
        return "nothing proves this batch: no limit that decides was met"
    missing = [group for group in groups if unreported(group[0]) and not _mentioned(group)]
    if groups[0] in missing:
        return _suffixed(_missing_sentence(missing), len(groups) - len(missing))
    return _suffixed(sentence(groups[0][0]), len(groups) - 1)


def _mentioned(cause: CauseGroup) -> bool:
    """Whether a certificate says something of it: `NT`, a blank cell, `ND` without a LOD, an amount
    that lacks a factor."""
    return any(finding.ref is not None for finding in cause)


def _suffixed(text: str, more: int) -> str:
    suffix = f" (and {more} more)" if more else ""
    return wording.one_line(text, WIDTH - len(suffix)) + suffix


def _missing_sentence(causes: list[CauseGroup]) -> str:
    names = [subject(cause[0]) for cause in causes]
    if len(names) == 1:
        finding = causes[0][0]
        return f"{names[0]} not measured; {finding.rulebook} asks: {finding.limit or finding.why}"
    return f"{len(names)} required assays not measured: {', '.join(names)}"


def sentence(finding: Finding) -> str:
    """A finding in one line: what was found, against which limit."""
    what, limit = subject(finding), finding.limit
    value = in_printed_unit(finding) or understood(finding)
    if not limit:
        names_subject = finding.analyte and what.casefold() not in finding.why.casefold()
        return f"{what}: {finding.why}" if names_subject else finding.why
    if not value or value == "unknown":
        return f"{what}: {finding.why} – {finding.rulebook}: {limit}"
    undecided = finding.outcome is not Outcome.FAIL
    how = f", {finding.conditional or 'undecided'}" if undecided else ""
    return f"{what} {value}{how} – {finding.rulebook}: {limit}"


def _passed(verdict: Verdict, scope: RulebookScope) -> str:
    findings = [finding for finding in verdict.findings if scope.is_own(finding)]
    met = sum(finding.decides and finding.outcome is Outcome.PASS for finding in findings)
    untested = sum(map(is_untested, findings))
    parts = ["the one limit met" if met == 1 else f"all {met} limits met"]
    if untested:
        parts.append(f"{untested} not tested")
    return "; ".join([*parts, *_closed(verdict)])


def _closed(verdict: Verdict) -> list[str]:
    markets = verdict.markets.items()
    closed = [market for market, decision in markets if decision is not Decision.PASS]
    if len(closed) > NAMED:
        return [f"closed in {len(closed)} of {len(markets)} markets"]
    return [f"not for {', '.join(closed)}"] if closed else []
