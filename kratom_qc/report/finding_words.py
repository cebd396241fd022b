"""The parts of a finding in words: what it is about, its value, its limit's dates and evidence, the
cell."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.interval import UNMEASURED
from kratom_qc.domain.limit import AmountLimit, Evidence, Limit, LimitKind
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef
from kratom_qc.vocabulary import wording

_PARTICULARS = re.compile("[:;]")
_NOT_OF_THE_LIMIT = ("because:", "silence_because:", "status:", "when_missing:", "products:")
_ABOUT = {  # what limits without an analyte are about
    "ban": "Ban",
    "product_class": "Product form",
    "certificate": "Certificate",
    "attestation": "Condition",
    "unread": "Unread rule",
    "no_statute": "No law found",
    "profile": "Alkaloid profile",
}


def subject(finding: Finding) -> str:
    """What a finding is about, where it is about no analyte too."""
    if finding.analyte:
        return wording.subject_name(finding.analyte)
    if finding.source is not None:
        return _ABOUT.get(finding.source.kind, finding.rule_id)
    if finding.rule_id.endswith("-COVERS"):  # a market's rulebook does not speak of the product
        return "Product form"
    return finding.rule_id.replace("-", " ").capitalize()


def understood(finding: Finding) -> str:
    """A finding's value in words; nothing where it is about no amount, or where its `why` says what
    is not known."""
    if not finding.unit or (finding.outcome is Outcome.MISSING and finding.interval == UNMEASURED):
        return ""
    edges: tuple[Decimal, ...] = ()
    if isinstance(finding.source, AmountLimit):
        accepted = finding.source.acceptance_interval
        edges = tuple(end for end in (accepted.low, accepted.high) if end is not None)
    results = () if finding.quantity is None else finding.quantity.results
    return wording.value_words(finding.interval, finding.unit, results, edges)


def in_printed_unit(finding: Finding) -> str:
    """A finding's value in the unit that its limit prints, where that is another; else nothing."""
    if finding.source is None:
        return ""
    return wording.also_words(finding.interval, finding.unit, finding.source)


def limit_text(finding: Finding) -> str:
    """What the limit asks, in our words or else as its source prints it."""
    if finding.limit or finding.source is None:
        return finding.limit
    return finding.source.text


def analyte_name(result: Result) -> str:
    """An analyte's display name; an unknown one keeps the laboratory's own."""
    return wording.subject_name(result.analyte) if result.known else result.analyte


def dates(finding: Finding) -> str:
    """How the limit stands and since when; nothing where no limit asks."""
    limit = finding.source
    if limit is None:
        return ""
    return wording.status_words(finding.status, limit.effective_from, limit.effective_to)


def address(finding: Finding) -> str:
    """Where a finding's limit stands on the page of limits; nothing where no limit asks."""
    return f"{finding.rulebook}-{finding.rule_id}" if finding.source is not None else ""


def unsettled(limit: Limit | None) -> bool:
    """Whether a person must look up a rule before it may decide: no test can."""
    return limit is not None and (
        bool(limit.pending_from)
        or limit.kind in (LimitKind.UNREAD, LimitKind.NO_STATUTE)
        or limit.evidence in (Evidence.MEMORY, Evidence.NEWS)
    )


@lru_cache(8192)  # asked for every market of every batch
def gist(why: str) -> str:
    """What a reason begins with: after a colon or semicolon follow particulars, which the page of
    limits has."""
    return _PARTICULARS.split(why, maxsplit=1)[0]


def evidence(limit: Limit | None) -> str:
    """How well a limit's figure and its operator are known."""
    if limit is None:
        return ""
    words = wording.evidence_words(limit.evidence)
    if isinstance(limit, AmountLimit) and not limit.operator_printed:
        return f"{words}; the source prints no operator"
    return words


def replaces(limit: Limit | None) -> str:
    """Which rulebook an override takes its limit from, and what of the limit itself it changed:
    `from usp, max: 1.5 → 1.2`. Why, and how it stood there, is told on the page of limits."""
    if limit is None or not limit.overrides:
        return ""
    changed = [change for change in limit.changes if not change.startswith(_NOT_OF_THE_LIMIT)]
    return f"from {', '.join((limit.overrides, *changed))}"


def own_rule(finding: Finding, page_rule: str) -> str:
    """A finding's decision rule where it is not the one that the page states once."""
    return "" if finding.decision_rule == page_rule else finding.decision_rule


def where(ref: CellRef | None) -> str:
    """Sheet and cell, or nothing where only the file is known."""
    return str(ref) if ref is not None and (ref.sheet or ref.cell) else ""


def file_of(ref: CellRef | None) -> str:
    """The file of a cell; nothing without one."""
    return "" if ref is None else ref.file


def is_condition(finding: Finding) -> bool:
    """Whether it is a condition that no laboratory can test."""
    return finding.source is not None and finding.source.kind == "attestation"


def is_untested(finding: Finding) -> bool:
    """Whether nobody tested what no limit in force requires: listed as *not tested*."""
    missing = finding.outcome is Outcome.MISSING
    return missing and not finding.decides and not is_condition(finding)
