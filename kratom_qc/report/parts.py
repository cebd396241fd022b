"""Findings by where a page tells them: every one of them stands somewhere, and none is told twice
where once would do."""

from __future__ import annotations

from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.verdict import Verdict
from kratom_qc.report import markets
from kratom_qc.report.reasons import Reach, attested, silent
from kratom_qc.report.warned import warns

# How the table of findings refers to what stands elsewhere (`24 closing a market …`), and the
# section that shows it.
_ELSEWHERE = (
    ("law", "closing a market whatever a laboratory finds", "closed"),
    ("warned", "warning", "warnings"),
    ("shown", "not met or undecided, and deciding nothing", "shown"),
    ("met", "met and deciding nothing", "met"),
    ("conditions", "no laboratory can test", "conditions"),
    ("silent", "not tested, and no limit in force requires it", "untested"),
)


class Parts:
    """The findings of a verdict. `table` has those that decide, but for `law`: what closes a market
    whatever a laboratory finds, told with the markets. The others decide nothing: screens that
    warn, what would not be met, what is met, conditions for the seller, and what nobody tested."""

    def __init__(self, verdict: Verdict, reach: Reach):
        self.table: list[Finding] = []
        self.law: list[Finding] = []
        self.warned: list[Finding] = []
        self.shown: list[Finding] = []
        self.met: list[Finding] = []
        self.conditions: list[Finding] = []
        self.silent: list[Finding] = []
        deciding, self.closing = markets.law(verdict, reach)
        self._law = {id(finding) for finding in (*deciding, *self.closing)}
        for finding in verdict.findings:
            self._part(finding).append(finding)

    def _part(self, finding: Finding) -> list[Finding]:
        if finding.decides:
            return self.law if id(finding) in self._law else self.table
        if silent(finding):
            return self.silent
        if attested(finding):
            return self.conditions
        if warns(finding):
            return self.warned
        return self.met if finding.outcome is Outcome.PASS else self.shown

    def without_law(self, causes: list[list[Finding]]) -> list[list[Finding]]:
        """Causes without what is told with the markets."""
        left = ([finding for finding in cause if id(finding) not in self._law] for cause in causes)
        return [cause for cause in left if cause]

    def elsewhere(self) -> tuple[tuple[int, str, str], ...]:
        """The findings outside the table: their number, what they are, and the id of their section."""
        counted = ((len(getattr(self, name)), what, section) for name, what, section in _ELSEWHERE)
        return tuple(one for one in counted if one[0])
