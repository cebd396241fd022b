"""Findings by the section of a page that shows them: each stands in one."""

from __future__ import annotations

from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.verdict import Verdict
from kratom_qc.report.finding_words import is_condition
from kratom_qc.report.markets import is_of_the_law
from kratom_qc.report.scope import RulebookScope
from kratom_qc.report.screening import warns


class Sections:
    """The findings of a verdict. `deciding` has those that decide, but for what closes a market
    whatever a laboratory finds, shown with the markets: `law`; of these, `closing` decide none. The
    others decide nothing: screens that warn, what would not be met, what is met, conditions for the
    seller, what nobody tested, and law that does not stand today: `idle`."""

    def __init__(self, verdict: Verdict, scope: RulebookScope):
        self.deciding: list[Finding] = []
        self.law: list[Finding] = []
        self.closing: list[Finding] = []
        self.idle: list[Finding] = []
        self.warned: list[Finding] = []
        self.shown: list[Finding] = []
        self.met: list[Finding] = []
        self.conditions: list[Finding] = []
        self.untested: list[Finding] = []
        decisive = {id(standing.finding) for standing in verdict.standings}
        for finding in verdict.findings:
            if not finding.decides:
                self._beside(finding).append(finding)
            elif finding.outcome is Outcome.PASS or not is_of_the_law(finding):
                self.deciding.append(finding)
            elif id(finding) in decisive:
                self.law.append(finding)
            elif scope.is_own(finding):  # a reason of the batch itself
                self.deciding.append(finding)
            else:
                self.law.append(finding)
                self.closing.append(finding)

    def _beside(self, finding: Finding) -> list[Finding]:
        if is_condition(finding):
            return self.conditions
        if finding.outcome is Outcome.MISSING:
            return self.untested
        if finding.outcome is Outcome.PASS:
            return self.met
        if is_of_the_law(finding):
            return self.idle
        return self.warned if warns(finding) else self.shown
