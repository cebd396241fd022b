"""Where a batch may be sold, as a person would say it."""

from __future__ import annotations

from typing import NamedTuple

from kratom_qc.domain.verdict import MarketStatus, Standing, Verdict
from kratom_qc.report.markets import differing_places, is_local, ordered
from kratom_qc.report.scope import NAMED
from kratom_qc.vocabulary.jurisdictions import states

NO_RULE = "no rule we know"  # undecided, because nobody found a law
_STATES = "us"  # what the id of the United States and of every market within them begins with


class Elsewhere(NamedTuple):
    """What markets that are no states say: each answer with its markets or how many they are."""

    where: str
    answers: tuple[tuple[str, str], ...]


def said(standing: Standing) -> str:
    """What a market says, and where that is `undecided`, whether any rule is known."""
    finding = standing.finding
    source = finding.source if finding is not None else None
    unknown = source is not None and source.kind == "no_statute"
    return NO_RULE if unknown and standing.status is MarketStatus.UNDECIDED else standing.status


def spoken(verdict: Verdict) -> str:
    """Where a batch may be sold, as a person would say it: `May be sold in 13 states; not in MS;
    banned in 14; 10 undecided; 12 without a rule we know`."""
    asked = [one for one in verdict.standings if one.market in states()]
    if len(asked) < len(states()):
        return _of_the_markets(verdict)
    by_answer: dict[str, list[str]] = {}
    for standing in asked:
        by_answer.setdefault(said(standing), []).append(standing.market.removeprefix("us-").upper())
    sold, closed = by_answer.get(MarketStatus.SOLD, []), by_answer.get(MarketStatus.NOT_SOLD, [])
    counted = {says: len(names) for says, names in by_answer.items()}
    parts = [f"May be sold in {_states(len(sold))}"]
    if closed and sold:
        parts.append(f"not in {', '.join(closed) if len(closed) <= NAMED else len(closed)}")
    if banned := counted.get(MarketStatus.BANNED):
        parts.append(f"banned in {banned}")
    if undecided := counted.get(MarketStatus.UNDECIDED):
        parts.append(f"{undecided} undecided")
    if unknown := counted.get(NO_RULE):
        parts.append(f"{unknown} without a rule we know")
    return "; ".join(parts)


def _states(number: int) -> str:
    return "1 state" if number == 1 else f"{number or 'no'} states".replace("no states", "no state")


def _of_the_markets(verdict: Verdict) -> str:
    every = len(verdict.standings)
    sold = sum(one.status is MarketStatus.SOLD for one in verdict.standings)
    return f"May be sold in {sold} of {every} market{'' if every == 1 else 's'}"


def elsewhere(verdict: Verdict) -> Elsewhere:
    """What the markets that are no states say: the federal one, territories, cities and counties,
    other countries."""
    others = [one for one in ordered(verdict) if one.market not in states()]
    by_answer: dict[str, list[str]] = {}
    for standing in others:
        by_answer.setdefault(said(standing), []).append(standing.title)
    answers = tuple(
        (says, ", ".join(titles) if len(titles) <= NAMED else str(len(titles)))
        for says in (*MarketStatus, NO_RULE)
        if (titles := by_answer.get(says))
    )
    beyond = len(others) < len(verdict.standings)
    return Elsewhere("Beyond the states" if beyond else "Markets", answers)


def cautions(verdict: Verdict) -> tuple[str, ...]:
    """What is banned or open within states that are otherwise, and that local bans are not complete
    here; nothing outside the United States."""
    markets = [standing.market for standing in verdict.standings]
    if not any(market.startswith(_STATES) for market in markets):
        return ()
    places = differing_places(verdict.standings)
    sold = [one for one in verdict.standings if one.status is MarketStatus.SOLD]
    within = [f"in {one.title}, {places[one.market]}" for one in sold if one.market in places]
    asked = sum(map(is_local, markets))
    complete = f"Bans of cities and counties are not complete here (asked: {asked}); look at the "
    return (*((f"But {'; '.join(within)}",) if within else ()), f"{complete}place of sale")
