"""The market matrix: every market under what it says of a batch, with the rule that decides it.

Page, summary, terminal and JSON take it from here. A market stands under its title and its id; a
local one (`us-ca-oceanside`) behind its state, which also says where it differs within its borders.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple, TypeVar

from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.verdict import MarketStatus, Standing, Verdict
from kratom_qc.report import finding_words
from kratom_qc.report.finding_words import file_of, where
from kratom_qc.report.scope import NAMED, RulebookScope
from kratom_qc.vocabulary import wording
from kratom_qc.vocabulary.jurisdictions import states


class Market(NamedTuple):
    """One market; `note` names the places within it that say something else."""

    id: str
    title: str
    note: str

    @property
    def told(self) -> str:
        """Its title with its note."""
        return f"{self.title} ({self.note})" if self.note else self.title


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
    def where(self) -> str:
        """Its markets, or how many they are, with the places that say something else."""
        if len(self.markets) > _MOST:
            return f"{len(self.markets)} markets"
        return ", ".join([market.told for market in self.markets])

    @property
    def says_it_all(self) -> bool:
        """Whether the limit's own words are the reason: a ban, or a rule that nobody has read."""
        return self.kind in ("unread", "no_statute") or (
            self.kind == "ban" and self.outcome == Outcome.FAIL
        )


class Group(NamedTuple):
    """The markets that say one thing; where they may not be sold in, by the rules that say so."""

    says: str
    css: str
    markets: tuple[Market, ...]
    rules: tuple[Rule, ...]


class Law(NamedTuple):
    """Markets that one reason closes whatever a laboratory finds, each with its rule."""

    why: str
    rules: tuple[Rule, ...]

    @property
    def markets(self) -> str:
        """Its markets by their ids. Which rule says so stands under each on the page of limits."""
        ids = [market.id for rule in self.rules for market in rule.markets]
        return ", ".join(dict.fromkeys(ids))


class Closed(NamedTuple):
    """The markets that say one thing, in the order of a page: what results decide, then the law."""

    says: str
    css: str
    number: int
    by_result: tuple[Rule, ...]
    by_law: tuple[Law, ...]

    @property
    def reasons(self) -> list[tuple[Rule, list[Same]]]:
        """What results decide by what was found, with the limits it does not meet."""
        return [
            (alike[0], list(map(_same, _runs(alike, lambda rule: (rule.limit, rule.book)))))
            for alike in _runs(self.by_result, lambda rule: rule.reason)
        ]


class Same(NamedTuple):
    """Limits in one text: the markets that they close, the text, their ids, the rulebook."""

    where: str
    limit: str
    rule_ids: str
    book: str


def _runs(rules: Iterable[Rule], key: Callable[[Rule], tuple[str, ...]]) -> list[list[Rule]]:
    return [list(alike) for _, alike in groupby(rules, key)]


def _same(rules: Sequence[Rule]) -> Same:
    where, ids = ", ".join(rule.where for rule in rules), " ".join(rule.rule_id for rule in rules)
    return Same(where, rules[0].limit, ids, rules[0].book)


class MarketLine(NamedTuple):
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
        closed = (("not", self.not_sold), ("undecided", self.undecided), ("banned", self.banned))
        return "; ".join(f"{what}: {_few(markets)}" for what, markets in closed if markets)


class RunShare(NamedTuple):
    """One market over a whole run: how many batches stand how, and the rules that close it to most
    of them."""

    id: str
    title: str
    counts: tuple[int, ...]  # in the order of MarketStatus
    rules: tuple[tuple[str, int], ...]

    @property
    def banned(self) -> bool:
        """Whether it is closed to every batch."""
        return self.counts[-1] == sum(self.counts)


_T = TypeVar("_T")
_MOST = 12  # markets of one rule, named one by one
_NAMED = 8  # rules that decide nothing, named one by one
_STATES = "us"  # what the id of the United States and of every market within them begins with
_LAW = (
    "ban",
    "product_class",
    "unread",
    "no_statute",
)  # kinds that no certificate could say anything to
CSS: dict[str, str] = {
    MarketStatus.SOLD: "pass",
    MarketStatus.NOT_SOLD: "fail",
    MarketStatus.UNDECIDED: "hold",
    MarketStatus.BANNED: "banned",
}


def _few(markets: Sequence[str]) -> str:
    return ", ".join(markets) if len(markets) <= NAMED else str(len(markets))


def matrix(verdict: Verdict, scope: RulebookScope) -> tuple[Group, ...]:
    """The markets of a verdict, open ones first."""
    standings = ordered(verdict)
    notes = _differing_places(standings)
    groups = []
    for status in MarketStatus:
        here = [standing for standing in standings if standing.status is status]
        if not here:
            continue
        markets = tuple(
            Market(standing.market, standing.title, notes.get(standing.market, ""))
            for standing in here
        )
        rules = () if status is MarketStatus.SOLD else _rules(here, markets, scope)
        groups.append(Group(str(status), CSS[status], markets, rules))
    return tuple(groups)


def market_lines(verdict: Verdict) -> tuple[MarketLine, ...]:
    """The same without words."""
    return _shared(tuple(map(_market_line, ordered(verdict))))


def _market_line(standing: Standing) -> MarketLine:
    rule_id = standing.finding.rule_id if standing.finding is not None else ""
    return MarketLine(standing.market, standing.title, standing.status, rule_id)


@lru_cache(16384)
def _shared(lines: tuple[MarketLine, ...]) -> tuple[MarketLine, ...]:
    """Batches that stand alike share one object, so that ten thousand of them have room."""
    return lines


@lru_cache(4096)
def tally(lines: tuple[MarketLine, ...]) -> Tally:
    """The ids by what the markets say."""
    return Tally(
        *(tuple(line.market for line in lines if line.says is status) for status in MarketStatus)
    )


def headline(groups: Sequence[Group]) -> str:
    """`May be sold in 13 of 38 markets`."""
    sold = sum(len(group.markets) for group in groups if group.says == MarketStatus.SOLD)
    every = sum(len(group.markets) for group in groups)
    return f"May be sold in {sold} of {every} market{'' if every == 1 else 's'}"


def beside_headline(groups: Sequence[Group]) -> tuple[str, ...]:
    """What the headline leaves out: the states counted, and that local bans are not complete."""
    return tuple(filter(None, (_of_the_states(groups), of_the_places(groups))))


def _of_the_states(groups: Sequence[Group]) -> str:
    """`Of the 50 states 12 are open, 16 closed and 22 undecided`; nothing where not all of them
    were asked."""
    counted: Counter[str] = Counter()
    for group in groups:
        counted[group.says] += sum(market.id in states() for market in group.markets)
    if counted.total() < len(states()):
        return ""
    closed = counted[MarketStatus.NOT_SOLD] + counted[MarketStatus.BANNED]
    return (
        f"Of the {len(states())} states {counted[MarketStatus.SOLD]} are open, {closed} closed and "
        f"{counted[MarketStatus.UNDECIDED]} undecided"
    )


def of_the_places(groups: Sequence[Group]) -> str:
    """That bans of cities and counties are not complete here; nothing outside the United States."""
    markets = [market.id for group in groups for market in group.markets]
    if not any(market.startswith(_STATES) for market in markets):
        return ""
    asked = sum(map(_is_local, markets))
    return (
        f"Bans of cities and counties are not complete here (asked: {asked}); look at the place of "
        "sale"
    )


def closed(
    groups: Iterable[Group],
    beside: Iterable[Finding],
    idle: Iterable[Finding],
    scope: RulebookScope,
) -> tuple[Closed, ...]:
    """The markets in which a batch may not be sold, with every rule that says so. `beside` closes
    markets beside the rules that decide them; `idle` does not stand today."""
    closures = [
        Closed(
            group.says,
            group.css,
            len(group.markets),
            tuple(rule for rule in group.rules if rule.kind not in _LAW),
            tuple(
                Law(why, tuple(rules))
                for why, rules in _by_reason(
                    (rule.why, rule) for rule in group.rules if rule.kind in _LAW
                ).items()
            ),
        )
        for group in groups
        if group.rules
    ]
    more = (
        ("more that closes them", ((finding.why, finding) for finding in beside)),
        ("would close them, but does not stand today", map(_idle, idle)),
    )
    for says, reasons in more:
        alike = _by_reason(reasons)
        if alike:
            laws = tuple(_beside(why, findings, scope) for why, findings in alike.items())
            closures.append(Closed(says, "none", sum(map(len, alike.values())), (), laws))
    return tuple(closures)


def _idle(finding: Finding) -> tuple[str, Finding]:
    return f"{finding_words.gist(finding.why)} ({finding.status.replace('_', ' ')})", finding


def _by_reason(reasons: Iterable[tuple[str, _T]]) -> dict[str, list[_T]]:
    """What was given with a reason by the gist of it; the particulars are each market's own."""
    alike: dict[str, list[_T]] = {}
    for why, what in reasons:
        alike.setdefault(finding_words.gist(why), []).append(what)
    return alike


def _beside(why: str, alike: Sequence[Finding], scope: RulebookScope) -> Law:
    """Rules that decide nothing here, each with its market where they are few. Long lists of them
    are the same for every batch, and the page of limits has them."""
    if len(alike) > _NAMED:
        return Law(f"{why}: {len(alike)} rules", ())
    return Law(why, tuple(_rule_of_one(finding, scope) for finding in alike))


def _rule_of_one(finding: Finding, scope: RulebookScope) -> Rule:
    market = finding.market or ""
    return _rule(finding, (Market(market, scope.title(market), ""),), scope)


def is_of_the_law(finding: Finding) -> bool:
    """Whether it is of one market, and no certificate could say anything to it: a ban, a form that
    is not sold, a rule that nobody has read."""
    if finding.market is None:
        return False
    return finding.source is None or finding.source.kind in _LAW


def ordered(verdict: Verdict) -> list[Standing]:
    """Home markets first, then by title; a local market behind its state."""
    standings = verdict.standings
    titles = tuple((standing.market, standing.title) for standing in standings)
    return [standings[place] for place in _order(titles, verdict.home_markets)]


@lru_cache(256)  # the same for every batch of a product
def _order(titles: tuple[tuple[str, str], ...], home: tuple[str, ...]) -> tuple[int, ...]:
    def by_state(place: int) -> tuple[bool, str, bool, str]:
        market, title = titles[place]
        local, _, state = title.rpartition(", ") if _is_local(market) else ("", "", title)
        return market not in home, state, bool(local), local

    return tuple(sorted(range(len(titles)), key=by_state))


def _is_local(market: str) -> bool:
    return market.count("-") > 1


def _differing_places(standings: Sequence[Standing]) -> dict[str, str]:
    """What differs within a state, by the state: `Oceanside: banned`."""
    statuses = {standing.market: standing.status for standing in standings}
    places: dict[str, list[str]] = {}
    for standing in standings:
        if not _is_local(standing.market):
            continue
        state = "-".join(standing.market.split("-")[:2])
        if statuses.get(state, standing.status) is not standing.status:
            place = standing.title.rpartition(", ")[0] or standing.title
            places.setdefault(state, []).append(f"{place}: {standing.status}")
    return {state: ", ".join(differing) for state, differing in places.items()}


def _rules(
    standings: Iterable[Standing], markets: Iterable[Market], scope: RulebookScope
) -> tuple[Rule, ...]:
    """One entry per deciding rule with all its markets: first what results decide, then what no
    result could mend; rules that close their markets for one reason stand together."""
    closed: dict[tuple[str, str], tuple[Finding | None, list[Market]]] = {}
    for standing, market in zip(standings, markets, strict=True):
        finding = standing.finding
        key = (finding.rulebook, finding.rule_id) if finding is not None else ("", "")
        closed.setdefault(key, (finding, []))[1].append(market)
    rules = [_rule(finding, tuple(there), scope) for finding, there in closed.values()]
    first: dict[tuple[str, ...], int] = {}
    order = [
        (rule.kind in _LAW, first.setdefault(rule.reason, place), place)
        for place, rule in enumerate(rules)
    ]
    return tuple(rules[place] for _, _, place in sorted(order))


_NOTHING_MET = Rule((), *[""] * 11)._replace(why="no limit that decides was met")


def _rule(finding: Finding | None, markets: tuple[Market, ...], scope: RulebookScope) -> Rule:
    if finding is None:
        return _NOTHING_MET._replace(markets=markets)
    of_its_own = [market.id for market in markets] == [finding.rulebook]
    return Rule(
        markets=markets,
        kind=finding.source.kind if finding.source is not None else "",
        outcome=finding.outcome.value,
        conditional=finding.conditional,
        subject=finding_words.subject(finding),
        value=finding_words.understood(finding),
        cell=where(finding.ref),
        file=file_of(finding.ref),
        limit=finding.limit,
        why=wording.without_counted(finding.why)[0],
        rule_id=finding.rule_id,
        book="" if of_its_own else scope.title(finding.rulebook),
    )


def shares(batches: Iterable[tuple[MarketLine, ...]]) -> tuple[RunShare, ...]:
    """Every market of a run, in the order of the first batch that has it."""
    markets: dict[tuple[str, str], Counter[tuple[MarketStatus, str]]] = {}
    counted = Counter(line for lines in batches for line in lines)
    for line, number in counted.items():
        rulings = markets.setdefault((line.market, line.title), Counter())
        rulings[line.says, line.rule_id] += number
    return tuple(_share(*market, rulings) for market, rulings in markets.items())


def _share(market: str, title: str, rulings: Counter[tuple[MarketStatus, str]]) -> RunShare:
    by_status: Counter[MarketStatus] = Counter()
    by_rule: Counter[str] = Counter()
    for (status, rule_id), number in rulings.items():
        by_status[status] += number
        if rule_id:
            by_rule[rule_id] += number
    counts = tuple(by_status[status] for status in MarketStatus)
    return RunShare(market, title, counts, tuple(by_rule.most_common()))
