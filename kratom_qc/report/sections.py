"""Findings by the section of a page that shows them: each stands in one."""

from __future__ import annotations

from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.verdict import Verdict
from kratom_qc.report import markets
from kratom_qc.report.finding_words import is_condition, is_untested
from kratom_qc.report.scope import RulebookScope
from kratom_qc.report.screening import warns


class Sections:
    """The findings of a verdict. `deciding` has those that decide, but for what closes a market
    whatever a laboratory finds, shown with the markets; of these, `closing` decide none. The others
    decide nothing: screens that warn, what would not be met, what is met, conditions for the
    seller, and what nobody tested."""

    def __init__(self, verdict: Verdict, scope: RulebookScope):
        self.deciding: list[Finding] = []
        self.law: list[Finding] = []
        self.warned: list[Finding] = []
        self.shown: list[Finding] = []
        self.met: list[Finding] = []
        self.conditions: list[Finding] = []
        self.untested: list[Finding] = []
        deciding, self.closing = markets.law(verdict, scope)
        self._law = {id(finding) for finding in (*deciding, *self.closing)}
        for finding in verdict.findings:
            self._section(finding).append(finding)

    def _section(self, finding: Finding) -> list[Finding]:
        if finding.decides:
            return self.law if id(finding) in self._law else self.deciding
        if is_untested(finding):
            return self.untested
        if is_condition(finding):
            return self.conditions
        if warns(finding):
            return self.warned
        return self.met if finding.outcome is Outcome.PASS else self.shown
