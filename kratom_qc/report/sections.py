"""Findings by the section of a page that shows them: each stands in one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.verdict import Verdict
from kratom_qc.report import markets
from kratom_qc.report.finding_words import is_condition, is_untested
from kratom_qc.report.reasons import CauseGroup
from kratom_qc.report.scope import RulebookScope
from kratom_qc.report.screening import warns

# How the table of findings refers to what stands elsewhere (`24 closing a market …`), and the
# section that shows it.
_ELSEWHERE = (
    ("law", "closing a market whatever a laboratory finds", "closed"),
    ("warned", "warning", "warnings"),
    ("shown", "not met or undecided, and deciding nothing", "shown"),
    ("met", "met and deciding nothing", "met"),
    ("conditions", "no laboratory can test", "conditions"),
    ("untested", "not tested, and no limit in force requires it", "untested"),
)


class Elsewhere(NamedTuple):
    """Findings outside the table: their number, what they are, and the id of their section."""

    number: int
    what: str
    section: str


class Sections:
    """The findings of a verdict. `table` has those that decide, but for `law`: what closes a market
    whatever a laboratory finds, shown with the markets. The others decide nothing: screens that
    warn, what would not be met, what is met, conditions for the seller, and what nobody tested."""

    def __init__(self, verdict: Verdict, scope: RulebookScope):
        self.table: list[Finding] = []
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
            return self.law if id(finding) in self._law else self.table
        if is_untested(finding):
            return self.untested
        if is_condition(finding):
            return self.conditions
        if warns(finding):
            return self.warned
        return self.met if finding.outcome is Outcome.PASS else self.shown

    def without_law(self, causes: Iterable[CauseGroup]) -> list[CauseGroup]:
        """Causes without what is shown with the markets."""
        left = ([finding for finding in cause if id(finding) not in self._law] for cause in causes)
        return [cause for cause in left if cause]

    def elsewhere(self) -> tuple[Elsewhere, ...]:
        """The findings outside the table, by their section; none of an empty one."""
        counted = (
            Elsewhere(len(getattr(self, name)), what, section) for name, what, section in _ELSEWHERE
        )
        return tuple(entry for entry in counted if entry.number)
