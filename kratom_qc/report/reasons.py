"""Why a batch is held, failed or kept out of a market: findings grouped by cause, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.interval import UNMEASURED
from kratom_qc.domain.limit import AmountLimit, Limit, Rulebook
from kratom_qc.domain.verdict import Verdict
from kratom_qc.report.bars import Bar, bar
from kratom_qc.report.evidence import Evidence, Statement
from kratom_qc.vocabulary import wording

NAMED = 3  # markets named in a line; more are counted
_RANK = {Outcome.FAIL: 0, Outcome.INCONCLUSIVE: 1, Outcome.MISSING: 2, Outcome.PASS: 3}


@dataclass(frozen=True, slots=True)
class LimitLine:
    """One limit a cause runs against, ready to print."""

    text: str
    conditional: str
    rule_id: str
    book: str
    book_title: str
    source: str
    dates: str
    evidence: str
    decision_rule: str
    replaces: str
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
    conditional: str  # of every limit of the cause; where they differ each says its own
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
        self._homes = frozenset(verdict.home_markets)
        lines = tuple((book.id, book.kind, book.extends) for book in verdict.rulebooks)
        self._product, self._home, self._markets = _lineages(
            lines, verdict.home_markets, tuple(verdict.markets)
        )

    def own(self, finding: Finding) -> bool:
        """Whether it counts in the batch's own verdict. A rulebook nobody loaded (`integrity`)
        always does."""
        return (
            finding.rulebook in self._home
            or finding.rulebook not in self.books
            or finding.market in self._homes
        )

    def stops(self, finding: Finding) -> str:
        """The markets a finding closes."""
        if finding.rulebook in self._product or finding.rulebook not in self.books:
            return "every market"
        closed = sorted(
            market for market, books in self._markets.items() if finding.rulebook in books
        )
        if len(closed) <= NAMED:
            return ", ".join(closed) or finding.market or ""
        first, under = (
            (finding.rulebook, "under it") if finding.rulebook in closed else (closed[0], "more")
        )
        return f"{first} and {len(closed) - 1} {under}"

    def title(self, book: str) -> str:
        """A rulebook's title; `integrity` is the house's own."""
        if book in self.books:
            return self.books[book].title
        return "Integrity of the certificates" if book == "integrity" else book


@lru_cache(256)  # the same for every batch of a product form
def _lineages(
    books: tuple[tuple[str, str, tuple[str, ...]], ...],
    homes: tuple[str, ...],
    markets: tuple[str, ...],
) -> tuple[frozenset[str], frozenset[str], Mapping[str, frozenset[str]]]:
    """The rulebooks that count for the product, for the batch's own verdict, and in each market."""
    extends = {book: parents for book, _, parents in books}
    product = _under(extends, [book for book, kind, _ in books if kind == "product"])
    return (
        product,
        product | _under(extends, homes),
        {market: _under(extends, [market]) for market in markets},
    )


def _under(extends: Mapping[str, tuple[str, ...]], starts: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        book = waiting.pop()
        if book not in found:
            found.add(book)
            waiting += extends.get(book, ())
    return frozenset(found)


def against(verdict: Verdict, reach: Reach) -> tuple[list[list[Finding]], list[list[Finding]]]:
    """Deciding findings that are not PASS, one list per cause, worst first: the batch's own, then
    those that only close markets. A cause that counts in the batch's own verdict takes its repeats
    in other markets along."""
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
    return (
        finding.analyte
        if finding.rulebook in reach.books
        else f"{finding.rule_id} {finding.analyte}"
    )


def causes(groups: list[list[Finding]], evidence: Evidence, reach: Reach) -> Causes:
    """Cards for what a laboratory said something about; a plain list for what nobody reported."""
    reasons, unanswered = [], []
    for group in groups:
        statements, more = evidence.of_all(group)
        if not statements and unreported(group[0]):
            lines = tuple(limit_line(finding, reach) for finding in group)
            unanswered.append(Unanswered(subject(group[0]), lines[0].why, lines, _counted(lines)))
        else:
            reasons.append(_reason(group, statements, more, reach))
    whys = {row.why for row in unanswered}
    return Causes(tuple(reasons), tuple(unanswered), whys.pop() if len(whys) == 1 else "")


def unreported(finding: Finding) -> bool:
    """Whether a laboratory could have answered and did not; a ban or a product form is not a
    laboratory's matter."""
    kind = finding.source.kind if finding.source is not None else ""
    return finding.outcome is Outcome.MISSING and kind in ("amount", "not_detected", "described")


def _reason(
    group: list[Finding], statements: tuple[Statement, ...], more: int, reach: Reach
) -> Reason:
    lines = tuple(limit_line(finding, reach) for finding in group)
    first = lines[0]
    same_value = len({(line.value, line.how) for line in lines}) == 1
    same_why = len({line.why for line in lines}) == 1
    return Reason(
        outcome=group[0].outcome.value,
        conditional=lines[0].conditional if len({line.conditional for line in lines}) == 1 else "",
        subject=subject(group[0]),
        value=first.value if same_value else "",
        also=first.also if same_value else "",
        how=first.how if same_value else "",
        why=first.why if same_why else "",
        statements=statements,
        more=more,
        limits=_drawn_once(lines),
        counted=_counted(lines),
    )


def _drawn_once(lines: Iterable[LimitLine]) -> tuple[LimitLine, ...]:
    """The same value against the same figure, in the law of one state after another, is one
    picture."""
    drawn: set[Bar] = set()
    told = []
    for line in lines:
        told.append(replace(line, bar=None) if line.bar in drawn else line)
        drawn |= {line.bar} if line.bar is not None else set()
    return tuple(told)


def _counted(lines: tuple[LimitLine, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words for line in lines for words in line.counted))


_ABOUT = {
    "ban": "Ban",
    "product_class": "Product form",
    "certificate": "Certificate",
    "attestation": "Condition",
    "unread": "Unread rule",
    "profile": "Alkaloid profile",
}


def subject(finding: Finding) -> str:
    """What a finding is about, where it is about no analyte too."""
    if finding.analyte:
        return wording.subject_name(finding.analyte)
    if finding.source is not None:
        return _ABOUT.get(finding.source.kind, finding.rule_id)
    if finding.rule_id.endswith(
        "-COVERS"
    ):  # a market's rulebook that does not speak of the product
        return "Product form"
    return finding.rule_id.replace("-", " ").capitalize()


def understood(finding: Finding) -> str:
    """A finding's value in words; nothing where it is about no amount, or where its `why` says what
    is not known."""
    quantity = finding.quantity
    results = quantity.results if quantity is not None else ()
    if not finding.unit or (finding.outcome is Outcome.MISSING and finding.interval == UNMEASURED):
        return ""
    limit = finding.source
    acceptance_interval = limit.acceptance_interval if isinstance(limit, AmountLimit) else None
    edges = (
        ()
        if acceptance_interval is None
        else (acceptance_interval.low,)
        if acceptance_interval.high is None
        else (acceptance_interval.low, acceptance_interval.high)
    )
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
        conditional=finding.conditional,
        rule_id=finding.rule_id,
        book=finding.rulebook,
        book_title=reach.title(finding.rulebook),
        source=finding.because,
        dates=dates(finding),
        evidence=evidence(limit),
        decision_rule=finding.decision_rule,
        replaces=replaces(limit),
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
    return (
        wording.status_words(finding.status, limit.effective_from, limit.effective_to)
        if limit
        else ""
    )


def evidence(limit: Limit | None) -> str:
    """How well a limit's figure and its operator are known."""
    if limit is None:
        return ""
    words = wording.evidence_words(limit.evidence)
    if isinstance(limit, AmountLimit) and not limit.operator_printed:
        return f"{words}; the source prints no operator"
    return words


def replaces(limit: Limit | None) -> str:
    """What an override replaces, and what it changed; its reasons stand with the limit and are not
    told again."""
    if limit is None or not limit.overrides:
        return ""
    told = [
        change
        for change in limit.changes
        if not change.startswith(("because:", "silence_because:"))
    ]
    return f"replaces {limit.rule_id} of {limit.overrides}: {'; '.join(told) or 'its reason'}"


def attested(finding: Finding) -> bool:
    """Whether it is a condition no laboratory can test."""
    return finding.source is not None and finding.source.kind == "attestation"


def silent(finding: Finding) -> bool:
    """Whether nobody tested what no limit in force requires: told as *not tested*."""
    return not finding.decides and finding.outcome is Outcome.MISSING and not attested(finding)
