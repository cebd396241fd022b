"""A map of the states as tiles, each about where its state lies: readable on a telephone and in
print."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from kratom_qc.domain.verdict import MarketStatus, Standing, Verdict
from kratom_qc.report.market_words import NO_RULE, said
from kratom_qc.report.markets import CSS
from kratom_qc.vocabulary.jurisdictions import states

_SIDE = 10  # of a tile with its gap, in units of the drawing
_ROWS = (
    "AK .. .. .. .. .. .. .. .. .. ME",
    ".. .. .. .. .. .. .. .. .. VT NH",
    "WA ID MT ND MN WI MI .. NY MA RI",
    "OR NV WY SD IA IL IN OH PA NJ CT",
    "CA UT CO NE MO KY WV VA MD DE ..",
    ".. AZ NM KS AR TN NC SC DC .. ..",
    ".. .. .. OK LA MS AL GA .. .. ..",
    "HI .. .. TX .. .. .. .. FL .. ..",
)
_PLACES = {
    name: (column * _SIDE, row * _SIDE)
    for row, names in enumerate(_ROWS)
    for column, name in enumerate(names.split())
    if name != ".."
}
# A sign for each answer, so that the map is read without its colours.
SIGNS = {
    "may be sold": "✓",
    "may not be sold": "✕",
    "undecided": "?",
    NO_RULE: "–",
    "banned": "⊘",
    "not asked": "",
}


class Tile(NamedTuple):
    """One state: its letters and its corner."""

    name: str
    x: int
    y: int


class Answer(NamedTuple):
    """The states that say one thing, drawn in one go."""

    says: str
    css: str
    sign: str
    tiles: tuple[Tile, ...]
    states: int  # of these; the District of Columbia is none
    path: str

    @property
    def signs(self) -> tuple[str, str, str]:
        """The sign once for every tile, with the places of all of them: one element of text."""
        across = " ".join(str(tile.x) for tile in self.tiles)
        down = " ".join(str(tile.y + 4) for tile in self.tiles)
        return self.sign * len(self.tiles), across, down


TILES = tuple(Tile(name, *place) for name, place in _PLACES.items())


def answers(verdict: Verdict) -> tuple[Answer, ...]:
    """The map of a verdict; nothing where no state is open: that is said in words."""
    standings = {standing.market: standing for standing in verdict.standings}
    if not any(_says(name, standings) == MarketStatus.SOLD for name in _PLACES):
        return ()
    groups: dict[str, list[str]] = {says: [] for says in SIGNS}
    for name in sorted(_PLACES):
        groups[_says(name, standings)].append(name)
    return tuple(_answer(says, tuple(names)) for says, names in groups.items() if names)


def _says(name: str, standings: Mapping[str, Standing]) -> str:
    standing = standings.get(f"us-{name.lower()}")
    return "not asked" if standing is None else said(standing)


@lru_cache(1024)  # most batches of a product are sold in the same states
def _answer(says: str, names: tuple[str, ...]) -> Answer:
    tiles = tuple(Tile(name, *_PLACES[name]) for name in names)
    path = "".join(f"M{tile.x} {tile.y}h9v9h-9z" for tile in tiles)
    number = sum(f"us-{name.lower()}" in states() for name in names)
    return Answer(says, CSS.get(says, "none"), SIGNS[says], tiles, number, path)
