"""Which facts hold for which tables of a sheet: several certificates may stand below each other, or
side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kratom_qc.domain.errors import Refusal
from kratom_qc.domain.source import SourceText
from kratom_qc.intake.layout.blocks import Band, Block
from kratom_qc.intake.layout.labels import StatedFact, state


@dataclass(slots=True)
class Scope:
    """Tables with the facts that hold for all of them."""

    facts: dict[str, SourceText] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    @property
    def batch(self) -> str:
        """The batch that the facts name, or nothing."""
        return self.facts["batch_id"].text.strip() if "batch_id" in self.facts else ""


def scopes(bands: Iterable[Band], refusals: list[Refusal]) -> list[Scope]:
    """The certificates of a sheet: a new one begins where a label names another batch above a
    table.

    Where a sheet names one batch at most, every fact holds for every table, wherever it stands.
    """
    bands = list(bands)
    if len(set().union(*map(_batches, bands))) < 2:
        scope = Scope()
        for band in bands:
            _add_band(scope, band, refusals)
        return [scope]
    scopes = [Scope()]
    letterhead: dict[str, SourceText] | None = None
    for band in bands:
        ids = _batches(band)
        if letterhead is None and ids:
            letterhead = _letterhead(band, refusals)
        if len(ids) > 1 and (own := _side_by_side(band)):
            scopes += _begun(own, band, letterhead or {}, scopes[-1], refusals)
        elif band.blocks and ids and ids != {scopes[-1].batch} and scopes[-1].blocks:
            scopes.append(_after(scopes[-1], band, letterhead or {}, refusals))
        else:
            _add_band(scopes[-1], band, refusals)
    return scopes


def _batches(band: Band) -> set[str]:
    return {fact.word.text.strip() for fact in _flat(band.head) if fact.name == "batch_id"}


def _add_band(scope: Scope, band: Band, refusals: list[Refusal]) -> None:
    state(scope.facts, _flat(band.head), refusals)
    scope.blocks += band.blocks


def _flat(head: list[list[StatedFact]]) -> list[StatedFact]:
    return [one for paragraph in head for one in paragraph]


def _names_batch(paragraph: list[StatedFact]) -> bool:
    return any(one.name == "batch_id" for one in paragraph)


def _letterhead(band: Band, refusals: list[Refusal]) -> dict[str, SourceText]:
    """The facts in paragraphs above the one that names the first batch hold for the whole sheet."""
    facts: dict[str, SourceText] = {}
    for paragraph in band.head:
        if _names_batch(paragraph):
            break
        state(facts, paragraph, refusals)
    return facts


def _after(
    before: Scope, band: Band, letterhead: dict[str, SourceText], refusals: list[Refusal]
) -> Scope:
    """The scope of another batch. What stands between two certificates belongs to the one that it
    can belong to."""
    own: list[StatedFact] = []
    for index, paragraph in enumerate(band.head):
        if own or _names_batch(paragraph):
            own += paragraph
        elif index == 0 and band.touching:
            state(before.facts, paragraph, refusals)
        else:
            own += _between(before, paragraph, refusals)
    scope = Scope(blocks=list(band.blocks))
    state(scope.facts, own, refusals)
    scope.facts = {**letterhead, **scope.facts}
    return scope


def _between(
    before: Scope, paragraph: list[StatedFact], refusals: list[Refusal]
) -> list[StatedFact]:
    for one in paragraph:
        if one.name == "status":
            state(before.facts, [one], refusals)
        elif one.name != "other" and one.name not in before.facts:
            what = one.name.replace("_", " ")
            advice = "put it right above or right below its own"
            message = f"this {what} stands between two certificates; {advice}"
            refusals.append(Refusal("fact-between", message, one.word.ref, one.word.text))
    return paragraph


def _side_by_side(band: Band) -> list[list[StatedFact]]:
    """The facts of each table of a band, by columns; nothing where not each names one batch."""
    own = [
        [one for one in _flat(band.head[_first_batch(band) :]) if _above(one, block)]
        for block in band.blocks
    ]
    one_each = all(sum(one.name == "batch_id" for one in facts) == 1 for facts in own)
    return own if len(own) > 1 and one_each else []


def _first_batch(band: Band) -> int:
    return next(index for index, paragraph in enumerate(band.head) if _names_batch(paragraph))


def _above(one: StatedFact, block: Block) -> bool:
    return block.left <= one.column and (block.right is None or one.column <= block.right)


def _begun(
    own: list[list[StatedFact]],
    band: Band,
    letterhead: dict[str, SourceText],
    before: Scope,
    refusals: list[Refusal],
) -> list[Scope]:
    found = []
    shared = [one for paragraph in band.head[: _first_batch(band)] for one in paragraph]
    if before.blocks:
        _between(before, shared, refusals)
    for facts, block in zip(own, band.blocks, strict=True):
        scope = Scope(blocks=[block])
        state(scope.facts, facts, refusals)
        common: dict[str, SourceText] = {}
        state(common, shared, refusals)
        scope.facts = {**letterhead, **common, **scope.facts}
        found.append(scope)
    return found
