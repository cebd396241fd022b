"""Why a batch is held, failed or kept out of a market: findings grouped by cause, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from kratom_qc import wording
from kratom_qc.model import UNMEASURED, Decision, Finding, Outcome, Rulebook, Verdict
from kratom_qc.report.bars import Bar, bar
from kratom_qc.report.evidence import Evidence, Statement

WIDTH = 120  # of a main reason: one line of a terminal table
_RANK = {Outcome.FAIL: 0, Outcome.INCONCLUSIVE: 1, Outcome.MISSING: 2, Outcome.PASS: 3}


@dataclass(frozen=True, slots=True)
class LimitLine:
    """One limit a cause runs against, ready to print."""

    text: str
    rule_id: str
    book: str
    book_title: str
    source: str
    dates: str
    evidence: str
    decision_rule: str
    why: str
    value: str
    also: str
    how: str
    bar: Bar | None
    stops: str
    counted: tuple[str, ...]  # what `why` and `how` leave to the small print


@dataclass(frozen=True, slots=True)
class Reason:
    """One cause, whatever number of rulebooks repeat it."""

    outcome: str
    subject: str
    value: str
    also: str
    how: str
    why: str  # empty where the limits give different ones; each then says its own
    statements: tuple[Statement, ...]
    more: int
    limits: tuple[LimitLine, ...]
    counted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A required assay nobody reported, with every limit that asks for it."""

    subject: str
    why: str
    limits: tuple[LimitLine, ...]
    counted: tuple[str, ...]


class Causes(NamedTuple):
    reasons: tuple[Reason, ...]
    unanswered: tuple[Unanswered, ...]
    why: str  # of everything unanswered, where it is the same


class Reach:
    """Which verdict a rulebook's findings touch: the batch's own, or only some markets'."""

    def __init__(self, verdict: Verdict):
        self.books: Mapping[str, Rulebook] = {book.id: book for book in verdict.rulebooks}
        self._product = self._under(book.id for book in verdict.rulebooks if book.kind == "product")
        self._home = self._product | self._under(verdict.home_markets)
        self._homes = frozenset(verdict.home_markets)
        self._markets = {market: self._under([market]) for market in verdict.markets}

    def _under(self, starts: Iterable[str]) -> frozenset[str]:
        found: set[str] = set()
        waiting = list(starts)
        while waiting:
            book = waiting.pop()
            if book not in found:
                found.add(book)
                waiting += self.books[book].extends if book in self.books else ()
        return frozenset(found)

    def own(self, finding: Finding) -> bool:
        """Whether it counts in the batch's own verdict. A rulebook nobody loaded (`integrity`) always does."""
        return finding.rulebook in self._home or finding.rulebook not in self.books or finding.market in self._homes

    def stops(self, finding: Finding) -> str:
        """The markets a finding closes."""
        if finding.rulebook in self._product or finding.rulebook not in self.books:
            return "every market"
        closed = [market for market, books in self._markets.items() if finding.rulebook in books]
        return ", ".join(sorted(closed)) or finding.market or ""

    def title(self, book: str) -> str:
        """A rulebook's title; `integrity` is the house's own."""
        if book in self.books:
            return self.books[book].title
        return "Integrity of the certificates" if book == "integrity" else book


def against(verdict: Verdict, reach: Reach) -> tuple[list[list[Finding]], list[list[Finding]]]:
    """Deciding findings that are not PASS, one list per cause, worst first: the batch's own, then those that only
    close markets. A cause that counts in the batch's own verdict takes its repeats in other markets along."""
    causes: dict[tuple[Outcome, str], list[Finding]] = {}
    for finding in verdict.findings:
        if finding.decides and finding.outcome is not Outcome.PASS:
            causes.setdefault((finding.outcome, _cause(finding, reach)), []).append(finding)
    ordered = sorted(causes.values(), key=lambda cause: _RANK[cause[0].outcome])
    own: list[list[Finding]] = []
    other: list[list[Finding]] = []
    for cause in ordered:
        cause.sort(key=lambda finding: not reach.own(finding))
        (own if reach.own(cause[0]) else other).append(cause)
    return own, other


def _cause(finding: Finding, reach: Reach) -> str:
    """Integrity findings speak of different troubles with the same analyte; limits of the same one."""
    if not finding.analyte:
        return finding.rule_id
    return finding.analyte if finding.rulebook in reach.books else f"{finding.rule_id} {finding.analyte}"


def causes(groups: list[list[Finding]], evidence: Evidence, reach: Reach) -> Causes:
    """Cards for what a laboratory said something about; a plain list for what nobody reported."""
    reasons, unanswered = [], []
    for group in groups:
        statements, more = evidence.of_all(group)
        if not statements and _unreported(group[0]):
            lines = tuple(limit_line(finding, reach) for finding in group)
            unanswered.append(Unanswered(subject(group[0]), lines[0].why, lines, _counted(lines)))
        else:
            reasons.append(_reason(group, statements, more, reach))
    whys = {row.why for row in unanswered}
    return Causes(tuple(reasons), tuple(unanswered), whys.pop() if len(whys) == 1 else "")


def _unreported(finding: Finding) -> bool:
    """Whether a laboratory could have answered and did not; a ban or a product form is not a laboratory's matter."""
    kind = finding.source.kind if finding.source is not None else ""
    return finding.outcome is Outcome.MISSING and kind in ("amount", "not_detected", "described")


def _reason(group: list[Finding], statements: tuple[Statement, ...], more: int, reach: Reach) -> Reason:
    lines = tuple(limit_line(finding, reach) for finding in group)
    first = lines[0]
    same_value = len({(line.value, line.how) for line in lines}) == 1
    same_why = len({line.why for line in lines}) == 1
    return Reason(
        outcome=group[0].outcome.value,
        subject=subject(group[0]),
        value=first.value if same_value else "",
        also=first.also if same_value else "",
        how=first.how if same_value else "",
        why=first.why if same_why else "",
        statements=statements,
        more=more,
        limits=lines,
        counted=_counted(lines),
    )


def _counted(lines: tuple[LimitLine, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words for line in lines for words in line.counted))


_ABOUT = {"ban": "Ban", "product_class": "Product form", "certificate": "Certificate", "attestation": "Condition"}


def subject(finding: Finding) -> str:
    """What a finding is about, where it is about no analyte too."""
    if finding.analyte:
        return wording.subject_name(finding.analyte)
    if finding.source is not None:
        return _ABOUT.get(finding.source.kind, finding.rule_id)
    if finding.rule_id.endswith("-COVERS"):  # a market's rulebook that does not speak of the product
        return "Product form"
    return finding.rule_id.replace("-", " ").capitalize()


def understood(finding: Finding) -> str:
    """A finding's value in words; nothing where it is about no amount, or where its `why` says what is not known."""
    quantity = finding.quantity
    results = quantity.results if quantity is not None else ()
    if not finding.unit or (finding.outcome is Outcome.MISSING and finding.interval == UNMEASURED):
        return ""
    accept = finding.source.accept if finding.source is not None else None
    edges = () if accept is None else (accept.low,) if accept.high is None else (accept.low, accept.high)
    return wording.value_words(finding.interval, finding.unit, results, edges)


def limit_line(finding: Finding, reach: Reach) -> LimitLine:
    """A finding's limit with everything a reviewer checks it against."""
    limit = finding.source
    why, counted = wording.without_counted(finding.why)
    how = ""
    if finding.quantity is not None and finding.quantity.how not in finding.why:
        how, more = wording.without_counted(finding.quantity.how)
        counted += more
    return LimitLine(
        text=finding.limit or (limit.text if limit else ""),
        rule_id=finding.rule_id,
        book=finding.rulebook,
        book_title=reach.title(finding.rulebook),
        source=finding.because,
        dates=dates(finding),
        evidence=wording.evidence_words(limit.evidence) if limit else "",
        decision_rule=rule_words(finding),
        why=why,
        value=understood(finding),
        also=wording.also_words(finding.interval, finding.unit, limit) if limit else "",
        how=how,
        bar=bar(finding),
        stops=reach.stops(finding),
        counted=counted,
    )


def dates(finding: Finding) -> str:
    """How the limit stands and since when."""
    limit = finding.source
    return wording.status_words(finding.status, limit.effective_from, limit.effective_to) if limit else ""


def rule_words(finding: Finding) -> str:
    """What ISO/IEC 17025 7.8.6 wants told wherever it is not simple acceptance of the printed figure."""
    limit = finding.source
    if limit is None:
        return ""
    told = ["guarded: uncertainty counts against the limit"] if limit.decision_rule == "guarded" else []
    if limit.rounding != "none":
        told.append(f"limit widened for rounding ({limit.rounding.upper().replace('-', ' ')})")
    if not limit.operator_printed:
        told.append("the source prints no operator")
    return "; ".join(told)


# ---------------------------------------------------------------- one sentence


def main_reason(verdict: Verdict) -> str:
    """The one most important reason, in one line of about 120 signs at most."""
    reach = Reach(verdict)
    own, other = against(verdict, reach)
    if not own and verdict.decision is Decision.PASS:
        return wording.one_line(_passed(verdict, reach), WIDTH)
    groups = own or other
    if not groups:
        return "nothing proves this batch: no limit that decides was met"
    missing = [group for group in groups if _unreported(group[0]) and not _spoken(group)]
    if groups[0] in missing:
        return _suffixed(_missing_sentence(missing), len(groups) - len(missing))
    return _suffixed(_sentence(groups[0][0]), len(groups) - 1)


def _spoken(group: list[Finding]) -> bool:
    """Whether a certificate says something of it: `NT`, a blank cell, `ND` without a LOD, an amount that lacks a factor."""
    return any(finding.place is not None for finding in group)


def _suffixed(sentence: str, more: int) -> str:
    suffix = f" (and {more} more)" if more else ""
    return wording.one_line(sentence, WIDTH - len(suffix)) + suffix


def _missing_sentence(groups: list[list[Finding]]) -> str:
    names = [subject(group[0]) for group in groups]
    if len(names) == 1:
        finding = groups[0][0]
        return f"{names[0]} not measured; {finding.rulebook} asks: {finding.limit or finding.why}"
    return f"{len(names)} required assays not measured: {', '.join(names)}"


def _sentence(finding: Finding) -> str:
    what, limit = subject(finding), finding.limit
    printed = wording.also_words(finding.interval, finding.unit, finding.source) if finding.source else ""
    value = printed or understood(finding)
    if not limit:
        named = finding.analyte and what.casefold() not in finding.why.casefold()
        return f"{what}: {finding.why}" if named else finding.why
    if not value or value == "unknown":
        return f"{what}: {finding.why} – {finding.rulebook}: {limit}"
    open_ = "" if finding.outcome is Outcome.FAIL else ", undecided"
    return f"{what} {value}{open_} – {finding.rulebook}: {limit}"


def _passed(verdict: Verdict, reach: Reach) -> str:
    own = [finding for finding in verdict.findings if reach.own(finding)]
    met = sum(finding.decides and finding.outcome is Outcome.PASS for finding in own)
    untested = sum(silent(finding) for finding in own)
    closed = [market for market, decision in verdict.markets.items() if decision is not Decision.PASS]
    parts = [f"all {met} limits met" if met != 1 else "the one limit met"]
    parts += [f"{untested} not tested"] if untested else []
    parts += [f"not for {', '.join(closed)}"] if closed else []
    return "; ".join(parts)


def attested(finding: Finding) -> bool:
    """Whether it is a condition no laboratory can test."""
    return finding.source is not None and finding.source.kind == "attestation"


def silent(finding: Finding) -> bool:
    """Whether nobody tested what no limit in force requires: told as *not tested*."""
    return not finding.decides and finding.outcome is Outcome.MISSING and not attested(finding)
