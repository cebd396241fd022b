"""Why a batch is held, failed or kept out of a market: findings grouped by cause, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.verdict import Verdict
from kratom_qc.report import finding_words
from kratom_qc.report.evidence import Evidence, Quoted
from kratom_qc.report.figures import Figures, of_finding
from kratom_qc.report.scope import RulebookScope
from kratom_qc.report.unread import RULE, UnreadText
from kratom_qc.vocabulary import wording

RANK = {Outcome.FAIL: 0, Outcome.INCONCLUSIVE: 1, Outcome.MISSING: 2, Outcome.PASS: 3}
_MEASURED = ("amount", "not_detected", "described")  # kinds of limits that a laboratory answers

CauseGroup = list[Finding]  # findings about one thing with one outcome, the batch's own first


class LimitLine(NamedTuple):
    """One limit a cause runs against, ready to print."""

    rule_id: str
    rulebook: str
    conditional: str
    decision_rule: str
    text: str
    book_title: str
    dates: str
    evidence: str
    replaces: str
    why: str
    value: str
    also: str
    how: str
    stops: str
    address: str  # of the limit on the page of limits
    figures: Figures  # of the value
    own: bool  # whether it counts in the batch's own verdict
    counted: tuple[str, ...]  # what `why` and `how` leave to the small print

    @property
    def closes(self) -> str:
        """Where it closes a market elsewhere: its id, behind the market where it does not begin
        with it."""
        if self.stops and self.rule_id.startswith(f"{self.stops.upper()}-"):
            return self.rule_id
        return f"{self.stops or self.book_title} {self.rule_id}"


class Reason(NamedTuple):
    """One cause, whatever number of rulebooks repeat it. What its limits give differently is empty
    here, and each limit says its own."""

    outcome: str
    rule_id: str  # of the first of the cause
    conditional: str
    subject: str
    value: str
    also: str
    how: str
    why: str
    statements: tuple[Quoted, ...]
    more: int  # statements beyond those quoted
    limits: tuple[LimitLine, ...]
    counted: tuple[str, ...]
    texts: tuple[UnreadText, ...]  # where the cause is that nobody has read them
    cell: str  # that it rests on, nothing where there is none
    file: str


class Unanswered(NamedTuple):
    """A required assay nobody reported, with every limit that asks for it."""

    subject: str
    why: str
    limits: tuple[LimitLine, ...]
    counted: tuple[str, ...]


class Causes(NamedTuple):
    """What stands against a batch, or against it in single markets."""

    reasons: tuple[Reason, ...]
    unanswered: tuple[Unanswered, ...]
    why: str  # of everything unanswered, where it is the same


class Against(NamedTuple):
    """Causes that count in the batch's own verdict, and those that only close markets."""

    own: list[CauseGroup]
    markets: list[CauseGroup]


def against(verdict: Verdict, scope: RulebookScope) -> Against:
    """Deciding findings that are not PASS by cause, worst first. A cause that counts in the batch's
    own verdict takes its repeats in other markets along."""
    causes: dict[tuple[Outcome, str], CauseGroup] = {}
    for finding in verdict.findings:
        if finding.decides and finding.outcome is not Outcome.PASS:
            causes.setdefault((finding.outcome, _about(finding, scope)), []).append(finding)
    sorted_causes = Against([], [])
    for cause in sorted(causes.values(), key=lambda cause: RANK[cause[0].outcome]):
        cause.sort(key=lambda finding: not scope.is_own(finding))
        side = sorted_causes.own if scope.is_own(cause[0]) else sorted_causes.markets
        side.append(cause)
    return sorted_causes


def _about(finding: Finding, scope: RulebookScope) -> str:
    """What a cause is known by: limits of one analyte are one; integrity findings of one analyte
    may be about different troubles."""
    if not finding.analyte:
        return finding.rule_id
    if finding.rulebook in scope.books:
        return finding.analyte
    return f"{finding.rule_id} {finding.analyte}"


def causes(groups: Iterable[CauseGroup], evidence: Evidence, scope: RulebookScope) -> Causes:
    """Cards for what a laboratory said something about; a plain list for what nobody reported."""
    reasons, unanswered = [], []
    mentioned: set[str] = set()
    for group in groups:
        statements, more = evidence.of_all(group)
        lines = tuple(limit_line(finding, scope) for finding in group)
        counted = _counted(lines, mentioned)
        if not statements and unreported(group[0]):
            about = finding_words.subject(group[0])
            unanswered.append(Unanswered(about, lines[0].why, lines, counted))
        else:
            reason = _reason(group[0], lines, statements, more, counted)
            unread = evidence.unread if group[0].rule_id == RULE else ()
            reasons.append(reason._replace(texts=unread))
    return Causes(tuple(reasons), tuple(unanswered), _shared(row.why for row in unanswered))


def unreported(finding: Finding) -> bool:
    """Whether a laboratory could have answered and did not; a ban or a product form is not a
    laboratory's matter."""
    limit = finding.source
    return finding.outcome is Outcome.MISSING and limit is not None and limit.kind in _MEASURED


def _reason(
    finding: Finding,
    lines: Sequence[LimitLine],
    statements: tuple[Quoted, ...],
    more: int,
    counted: tuple[str, ...],
) -> Reason:
    same_value = len({(line.value, line.how) for line in lines}) == 1
    value, also, how = ("", "", "")
    if same_value:
        value, also, how = lines[0].value, lines[0].also, lines[0].how
    return Reason(
        outcome=finding.outcome.value,
        rule_id=finding.rule_id,
        conditional=_shared(line.conditional for line in lines),
        subject=finding_words.subject(finding),
        value=value,
        also=also,
        how=how,
        why=_shared(line.why for line in lines),
        statements=statements,
        more=more,
        limits=tuple(lines),
        counted=counted,
        texts=(),
        cell=finding_words.where(finding.ref),
        file=finding_words.file_of(finding.ref),
    )


def _shared(words: Iterable[str]) -> str:
    """What all say; nothing where they differ."""
    different = set(words)
    return different.pop() if len(different) == 1 else ""


def _counted(lines: Iterable[LimitLine], mentioned: set[str]) -> tuple[str, ...]:
    """Long lists of what was not measured, each where a reader meets it first; `mentioned` are
    those met before."""
    words = dict.fromkeys(words for line in lines for words in line.counted)
    new = tuple(one for one in words if one not in mentioned)
    mentioned.update(new)
    return new


def limit_line(finding: Finding, scope: RulebookScope) -> LimitLine:
    """A finding's limit with everything a reviewer checks it against."""
    limit = finding.source
    why, counted = wording.without_counted(finding.why)
    how = ""
    if finding.quantity is not None and finding.quantity.how not in finding.why:
        how, more = wording.without_counted(finding.quantity.how)
        counted += more
    return LimitLine(
        rule_id=finding.rule_id,
        rulebook=finding.rulebook,
        conditional=finding.conditional,
        decision_rule=finding.decision_rule,
        text=finding_words.limit_text(finding),
        book_title=scope.title(finding.rulebook),
        dates=finding_words.dates(finding),
        evidence=finding_words.evidence(limit),
        replaces=finding_words.replaces(limit),
        why=why,
        value=finding_words.understood(finding),
        also=finding_words.in_printed_unit(finding),
        how=how,
        stops=scope.closed_markets(finding),
        address=finding_words.address(finding),
        figures=of_finding(finding),
        own=scope.is_own(finding),
        counted=counted,
    )
