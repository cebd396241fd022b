"""The market matrix: every market under what it says of a batch, with the rule that decides it.

Page, summary, terminal and JSON tell it from here. A market stands under its title and its id; a
local one (`us-ca-oceanside`) behind its state, which also says where it differs within its borders.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.verdict import MarketStatus, Standing, Verdict
from kratom_qc.report.evidence import where
from kratom_qc.report.reasons import NAMED, Reach, dates, subject, understood
from kratom_qc.vocabulary import wording


class Market(NamedTuple):
    """One market; `note` names the places within it that say something else."""

    id: str
    title: str
    note: str


class Rule(NamedTuple):
    """What decides one or more markets, in the words of finding and limit. A named tuple: its
    markup is kept."""

    markets: tuple[Market, ...]
    kind: str  # of the limit; nothing where no limit asks
    outcome: str
    conditional: str
    subject: str
    value: str
    cell: str
    file: str
    limit: str
    why: str
    rule_id: str
    book: str  # the rulebook's title where it is not the one market's own
    dates: str
    source: str

    @property
    def reason(self) -> tuple[str, ...]:
        """What was found and why that closes a market: the same for many a market with a rule of
        its own."""
        return (
            self.outcome,
            self.conditional,
            self.subject,
            self.value,
            self.why,
            self.cell,
            self.file,
        )

    @property
    def says_it_all(self) -> bool:
        """Whether the limit's own words are the reason: a ban, or a rule that nobody has read."""
        return self.kind == "unread" or (self.kind == "ban" and self.outcome == Outcome.FAIL)


class Group(NamedTuple):
    """The markets that say one thing; where they may not be sold in, by the rules that say so."""

    says: str
    css: str
    markets: tuple[Market, ...]
    rules: tuple[Rule, ...]


class Stand(NamedTuple):
    """One market of one batch, for the summary of a run: the id of the rule that decides it, or
    nothing."""

    market: str
    title: str
    says: MarketStatus
    rule_id: str


class Tally(NamedTuple):
    """The ids of a batch's markets by what they say, home markets first: what a line of a table has
    room for."""

    sold: tuple[str, ...]
    not_sold: tuple[str, ...]
    undecided: tuple[str, ...]
    banned: tuple[str, ...]

    @property
    def sold_in(self) -> str:
        """`us, cz, us-az and 10 more`: where it may be sold on the day of judgement."""
        if len(self.sold) <= NAMED + 1:
            return ", ".join(self.sold)
        return f"{', '.join(self.sold[:NAMED])} and {len(self.sold) - NAMED} more"

    @property
    def closed(self) -> str:
        """`not: us-ms; undecided: 11; banned: 13`: all the others."""
        told = (("not", self.not_sold), ("undecided", self.undecided), ("banned", self.banned))
        return "; ".join(f"{what}: {_few(markets)}" for what, markets in told if markets)


def _few(markets: Sequence[str]) -> str:
    return ", ".join(markets) if len(markets) <= NAMED else str(len(markets))


_LAW = ("ban", "product_class", "unread")  # kinds that no certificate could say anything to
CSS = {
    MarketStatus.SOLD: "pass",
    MarketStatus.NOT_SOLD: "fail",
    MarketStatus.UNDECIDED: "hold",
    MarketStatus.BANNED: "banned",
}


def matrix(verdict: Verdict, reach: Reach) -> tuple[Group, ...]:
    """The markets of a verdict, open ones first."""
    ordered = _ordered(verdict)
    notes = _within(ordered)
    groups = []
    for says in MarketStatus:
        here = [standing for standing in ordered if standing.status is says]
        if here:
            markets = tuple(
                Market(one.market, one.title, notes.get(one.market, "")) for one in here
            )
            groups.append(Group(str(says), CSS[says], markets, _rules(says, here, markets, reach)))
    return tuple(groups)


def stands(verdict: Verdict) -> tuple[Stand, ...]:
    """The same without words."""
    return _once(
        tuple(
            Stand(
                one.market,
                one.title,
                one.status,
                one.finding.rule_id if one.finding is not None else "",
            )
            for one in _ordered(verdict)
        )
    )


@lru_cache(16384)
def _once(found: tuple[Stand, ...]) -> tuple[Stand, ...]:
    """Batches that stand alike share one object, so that ten thousand of them have room."""
    return found


@lru_cache(4096)
def tally(found: tuple[Stand, ...]) -> Tally:
    """The ids by what the markets say."""
    sold, not_sold, undecided, banned = (
        tuple(one.market for one in found if one.says is says) for says in MarketStatus
    )
    return Tally(sold, not_sold, undecided, banned)


def headline(groups: Sequence[Group]) -> str:
    """`May be sold in 13 of 38 markets`."""
    sold = next((len(group.markets) for group in groups if group.says == MarketStatus.SOLD), 0)
    every = sum(len(group.markets) for group in groups)
    return f"May be sold in {sold} of {every} market{'' if every == 1 else 's'}"


def law(verdict: Verdict, reach: Reach) -> tuple[list[Finding], list[Finding]]:
    """What closes a market whatever a laboratory finds (a ban, a form that is not sold, a rule that
    nobody has read): those that decide a market, told by the matrix; and the others, but for what
    counts in the batch's own verdict."""
    deciding = {id(one.finding) for one in verdict.standings}
    closing = [finding for finding in verdict.findings if _of_the_law(finding)]
    first = [finding for finding in closing if id(finding) in deciding]
    return first, [
        finding for finding in closing if id(finding) not in deciding and not reach.own(finding)
    ]


def rules(findings: Iterable[Finding], reach: Reach) -> tuple[Rule, ...]:
    """Findings of single markets in the matrix's words."""
    return tuple(
        _rule(
            finding, (Market(finding.market or "", reach.title(finding.market or ""), ""),), reach
        )
        for finding in findings
    )


def _of_the_law(finding: Finding) -> bool:
    """Whether it closes a market and no certificate could say anything to it."""
    if finding.market is None or not finding.decides or finding.outcome is Outcome.PASS:
        return False
    return finding.source is None or finding.source.kind in _LAW


# ---------------------------------------------------------------- the parts


def _ordered(verdict: Verdict) -> list[Standing]:
    """Home markets first, then by title; a local market behind its state."""
    home = verdict.home_markets
    return sorted(verdict.standings, key=lambda one: (one.market not in home, *_by_state(one)))


def _by_state(standing: Standing) -> tuple[str, bool, str]:
    place, _, state = (
        standing.title.rpartition(", ") if _local(standing.market) else ("", "", standing.title)
    )
    return state, bool(place), place


def _local(market: str) -> bool:
    return market.count("-") > 1


def _within(standings: Iterable[Standing]) -> dict[str, str]:
    """What differs within a state: `Oceanside: banned`."""
    said = {one.market: one.status for one in standings}
    found: dict[str, list[str]] = {}
    for one in standings:
        state = "-".join(one.market.split("-")[:2])
        if _local(one.market) and said.get(state, one.status) is not one.status:
            found.setdefault(state, []).append(
                f"{one.title.rpartition(', ')[0] or one.title}: {one.status}"
            )
    return {state: ", ".join(places) for state, places in found.items()}


def _rules(
    says: MarketStatus, standings: Iterable[Standing], markets: Iterable[Market], reach: Reach
) -> tuple[Rule, ...]:
    """One entry per deciding rule with all its markets: first what results decide, then what no
    result could mend; rules that close their markets for one reason stand together."""
    if says is MarketStatus.SOLD:
        return ()
    found: dict[tuple[str, str], tuple[Finding | None, list[Market]]] = {}
    for standing, market in zip(standings, markets, strict=True):
        finding = standing.finding
        key = (finding.rulebook, finding.rule_id) if finding is not None else ("", "")
        found.setdefault(key, (finding, []))[1].append(market)
    rules = [_rule(finding, tuple(closed), reach) for finding, closed in found.values()]
    first = {rule.reason: at for at, rule in reversed(list(enumerate(rules)))}
    return tuple(sorted(rules, key=lambda rule: (rule.kind in _LAW, first[rule.reason])))


def _rule(finding: Finding | None, markets: tuple[Market, ...], reach: Reach) -> Rule:
    if finding is None:
        return Rule(
            markets, "", "", "", "", "", "", "", "", "no limit that decides was met", "", "", "", ""
        )
    place = finding.ref
    return Rule(
        markets=markets,
        kind=finding.source.kind if finding.source is not None else "",
        outcome=finding.outcome.value,
        conditional=finding.conditional,
        subject=subject(finding),
        value=understood(finding),
        cell=where(place) if place is not None else "",
        file=place.file if place is not None else "",
        limit=finding.limit,
        why=wording.without_counted(finding.why)[0],
        rule_id=finding.rule_id,
        book=""
        if [market.id for market in markets] == [finding.rulebook]
        else reach.title(finding.rulebook),
        dates=dates(finding),
        source=finding.because,
    )


# ---------------------------------------------------------------- many batches


class Share(NamedTuple):
    """One market over a whole run: how many batches stand how, and the rules that close it to most
    of them."""

    id: str
    title: str
    counts: tuple[int, int, int, int]  # in the order of Says
    rules: tuple[tuple[str, int], ...]

    @property
    def banned(self) -> bool:
        """Whether it is closed to every batch."""
        return self.counts[-1] == sum(self.counts)


def shares(batches: Iterable[tuple[Stand, ...]]) -> tuple[Share, ...]:
    """Every market of a run, in the order of the first batch that has it."""
    found: dict[tuple[str, str], Counter[tuple[MarketStatus, str]]] = {}
    for stand, number in Counter(one for stands in batches for one in stands).items():
        found.setdefault((stand.market, stand.title), Counter())[stand.says, stand.rule_id] += (
            number
        )
    return tuple(_share(*market, counted) for market, counted in found.items())


def _share(market: str, title: str, counted: Counter[tuple[MarketStatus, str]]) -> Share:
    sold, not_sold, undecided, banned = (
        sum(n for (said, _), n in counted.items() if said is one) for one in MarketStatus
    )
    rules: Counter[str] = Counter()
    for (_, rule_id), number in counted.items():
        rules[rule_id] += number if rule_id else 0
    return Share(market, title, (sold, not_sold, undecided, banned), tuple((+rules).most_common()))
