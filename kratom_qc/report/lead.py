"""What a reader meets first: the sentence a person would say of a batch, and what is left for a
person to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.limit import Rulebook
from kratom_qc.domain.verdict import Decision, Verdict
from kratom_qc.report import finding_words, market_words
from kratom_qc.report.reasons import CauseGroup, unreported
from kratom_qc.report.scope import RulebookScope
from kratom_qc.report.unread import RULE, UnreadText
from kratom_qc.vocabulary import wording
from kratom_qc.vocabulary.hazards import hazard_families
from kratom_qc.vocabulary.problems import problem

_CODES = {
    Outcome.FAIL: "result-fails",
    Outcome.INCONCLUSIVE: "undecided",
    Outcome.MISSING: "not-tested",
}
_DISPOSITIONS = {
    Decision.FAIL: "Not to be released",
    Decision.HOLD: "Not to be released before a person has answered what is below",
    Decision.PASS: "",
}
_COMMAND = re.compile("`(.+?)`")
_MOST_KEPT = 64  # sets of rulebooks
_NAMED = 4  # subjects named in a sentence or task
_UNSETTLED = "A rule nobody has confirmed"
_LOOK_UP = "Look up how the rule stands and write it into its rulebook; no test can answer that."
_SIGNS = "Look into them before you release or reject."
_OVERDUE = "Compare them with their sources: the law may have changed."


class Task(NamedTuple):
    """Something that is left for a person: what it is, what it is about, what to do."""

    what: str
    about: str
    do: str
    section: str  # of the page that tells more


def spoken(verdict: Verdict, causes: Sequence[CauseGroup], scope: RulebookScope) -> tuple[str, ...]:
    """What a person would say of a batch, in sentences."""
    return tuple(
        f"{sentence}."
        for sentence in (
            _DISPOSITIONS[verdict.decision],
            _worst(causes),
            _met(verdict.findings, scope),
            _panel(verdict.batch),
            market_words.spoken(verdict),
        )
        if sentence
    )


def _worst(causes: Sequence[CauseGroup]) -> str:
    """What fails or holds a batch, the worst of it in full."""
    if not causes:
        return ""
    missing = [group[0] for group in causes if unreported(group[0])]
    if causes[0][0] in missing:
        names = _few([finding_words.subject(finding) for finding in missing])
        words, count = (
            f"{names} {'was' if len(missing) == 1 else 'were'} not measured",
            len(missing),
        )
    else:
        words, count = _said(causes[0][0]), 1
    more = len(causes) - count
    return f"{words}; {more} more {'reason' if more == 1 else 'reasons'}" if more else words


def _said(finding: Finding) -> str:
    name = finding_words.subject(finding)
    value = finding_words.in_printed_unit(finding) or finding_words.understood(finding)
    if not finding.limit:
        names_subject = finding.analyte and name.casefold() not in finding.why.casefold()
        return wording.one_line(f"{name}: {finding.why}" if names_subject else finding.why, 160)
    if finding.outcome is Outcome.FAIL:
        return f"{name} {value} does not meet the limit: {finding.limit}"
    if value == "unknown":
        return f"{name} is not known; its limit is {finding.limit}"
    return f"{name} {value} leaves open whether the limit is met: {finding.limit}"


def _met(findings: Iterable[Finding], scope: RulebookScope) -> str:
    """`All 14 required limits met`, or how many of them."""
    outcomes = [
        finding.outcome
        for finding in findings
        if finding.decides and finding.source is not None and scope.is_own(finding)
    ]
    met, asked = outcomes.count(Outcome.PASS), len(outcomes)
    if not asked:
        return "No limit that decides was met, so nothing proves this batch"
    if met == asked:
        return "The one required limit met" if asked == 1 else f"All {asked} required limits met"
    return f"{met} of {asked} required limits met"


def _panel(batch: Batch) -> str:
    """What a reader of a PASS must know: that no adulterant was looked for."""
    tested = batch.was_tested_for_any(hazard_families()["adulterants"].members)
    return "" if tested else "No adulterant panel was tested"


def tasks(
    verdict: Verdict, causes: Sequence[CauseGroup], unread: Sequence[UnreadText], warnings: int
) -> tuple[Task, ...]:
    """What is left for a person, the deciding first."""
    tasks = list(_of_causes(causes))
    if unread:
        texts = _few([f"“{wording.one_line(text.text, 60)}”" for text in unread], 2)
        what = "1 text that nobody has read" if len(unread) == 1 else f"{len(unread)} unread texts"
        fails = any(group[0].outcome is Outcome.FAIL for group in causes)
        tasks.insert(int(fails), Task(what, texts, _advice(RULE), "unread"))
    if warnings:
        what = "1 warning" if warnings == 1 else f"{warnings} warnings"
        tasks.append(Task(what, "", _SIGNS, "warnings"))
    late = _late(verdict.rulebooks, verdict.judged_on)
    if late:
        what = "1 rulebook overdue" if len(late) == 1 else f"{len(late)} rulebooks overdue"
        tasks.append(Task(what, _few(late), _OVERDUE, "provenance"))
    return tuple(tasks)


_LATE: dict[tuple[int, date], tuple[tuple[Rulebook, ...], list[str]]] = {}


def _late(books: tuple[Rulebook, ...], on: date) -> list[str]:
    """The rulebooks of which something is overdue. All batches of a pass are judged by the same
    few thousand limits, so that is looked up once."""
    known = _LATE.get((id(books), on))
    if known is None or known[0] is not books:
        if len(_LATE) > _MOST_KEPT:
            _LATE.clear()
        known = books, [book.id for book in books if book.overdue(on)]
        _LATE[id(books), on] = known
    return known[1]


def _of_causes(causes: Iterable[CauseGroup]) -> Iterable[Task]:
    """Causes by what to do about them."""
    by_code: dict[str, list[str]] = {}
    for group in causes:
        if group[0].rule_id != RULE:
            by_code.setdefault(_code(group[0]), []).append(finding_words.subject(group[0]))
    for code, names in by_code.items():
        listed = problem(code)
        what = listed.title.capitalize() if listed else _UNSETTLED
        yield Task(what, _few(list(dict.fromkeys(names))), _advice(code), "reasons")


def _code(finding: Finding) -> str:
    if finding.source is None:
        return finding.rule_id
    if finding.outcome is Outcome.INCONCLUSIVE and finding_words.unsettled(finding.source):
        return ""
    return _CODES[finding.outcome]


def _advice(code: str) -> str:
    listed = problem(code)
    return _COMMAND.sub(r"“\1”", listed.do) if listed else _LOOK_UP


def _few(names: Sequence[str], most: int = _NAMED) -> str:
    """`A, B, C and 3 more`."""
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
