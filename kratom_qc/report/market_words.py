"""Where a batch may be sold, as a person would say it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from kratom_qc.domain.verdict import MarketStatus, Standing, Verdict
from kratom_qc.report.markets import Group, of_the_places, ordered
from kratom_qc.report.scope import NAMED
from kratom_qc.vocabulary.jurisdictions import states

NO_RULE = "no rule we know"  # undecided, because nobody found a law


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
    asked = [standing for standing in verdict.standings if standing.market in states()]
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
    return f"{number or 'no'} state{'s' if number > 1 else ''}"


def _of_the_markets(verdict: Verdict) -> str:
    every = len(verdict.standings)
    sold = sum(standing.status is MarketStatus.SOLD for standing in verdict.standings)
    return f"May be sold in {sold} of {every} market{'' if every == 1 else 's'}"


def elsewhere(verdict: Verdict) -> Elsewhere:
    """What the markets that are no states say: the federal one, territories, cities and counties,
    other countries."""
    beyond_states = [standing for standing in ordered(verdict) if standing.market not in states()]
    by_answer: dict[str, list[str]] = {}
    for standing in beyond_states:
        by_answer.setdefault(said(standing), []).append(standing.title)
    answers = tuple(
        (says, ", ".join(titles) if len(titles) <= NAMED else str(len(titles)))
        for says in (*MarketStatus, NO_RULE)
        if (titles := by_answer.get(says))
    )
    beyond = len(beyond_states) < len(verdict.standings)
    return Elsewhere("Beyond the states" if beyond else "Markets", answers)


def cautions(groups: Sequence[Group]) -> tuple[str, ...]:
    """Which places within an open state say something else, and that local bans are not complete
    here."""
    sold = (group.markets for group in groups if group.says == MarketStatus.SOLD)
    within = [
        f"in {place.title}, {place.note}" for place in chain.from_iterable(sold) if place.note
    ]
    differing = f"But {'; '.join(within)}" if within else ""
    return tuple(filter(None, (differing, of_the_places(groups))))
