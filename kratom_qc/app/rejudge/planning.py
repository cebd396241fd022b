"""Of an archive judged before: which limits to ask again of whom, and which batches make a wave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from kratom_qc import PROGRAM, vocabulary
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.archive.history import History, Past, Then
from kratom_qc.archive.recall import Wanted
from kratom_qc.domain.errors import RulebookError
from kratom_qc.domain.limit import LOWER_BOUND, Limit, Rulebook
from kratom_qc.interpret.derive import Key
from kratom_qc.rulebooks.changes import Again, Asking, again
from kratom_qc.rulebooks.load import rulebooks_of
from kratom_qc.rulebooks.scope import NUMERIC, key_of
from kratom_qc.vocabulary.derived import evidence_for

WAVE = 10_000  # batches; a run of the engine costs a tenth of a second whatever its size


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a whole archive: by which terms, and which limits of batches that were
    judged alike."""

    root: Path
    name: str  # of the answer; its rows have it where others have the id of a pass
    policy: JudgementPolicy
    agains: tuple[Again, ...]


@dataclass(frozen=True, slots=True)
class Wave:
    """Some batches, each with the place of its Again, and the passes that hold their certificates."""

    pasts: tuple[Past, ...]
    alike: tuple[int, ...]
    passes: tuple[str, ...]


class Planner:
    """Which limits to ask again, of batches that were judged alike."""

    def __init__(self, history: History, policy: JudgementPolicy, *, everything: bool = False):
        self.history = history
        self.everything = everything
        self.now = Asking(policy.books, policy.everywhere, policy.on)
        self.agains: list[Again] = []
        self._known: dict[
            tuple[int, str | None], int
        ] = {}  # by the identity of a Then: the history keeps them all
        self._books: dict[tuple[tuple[str, str], ...], dict[str, Rulebook] | None] = {}

    def place(self, past: Past) -> int:
        """The place of a batch's Again among `agains`."""
        key = id(past.then), past.product
        if key not in self._known:
            found = again(self._asking(past.then), self.now, past.product)
            if found not in self.agains:
                self.agains.append(found)
            self._known[key] = self.agains.index(found)
        return self._known[key]

    def _asking(self, then: Then | None) -> Asking | None:
        """By what a batch was judged then; None where nobody can say any more, or another program
        judged it."""
        if then is None or self.everything or then.program != PROGRAM:
            return None
        if then.rulebooks not in self._books:
            self._books[then.rulebooks] = self._load(then)
        books = self._books[then.rulebooks]
        return None if books is None else Asking(books, then.markets, then.judged_on)

    def _load(self, then: Then) -> dict[str, Rulebook] | None:
        files = self.history.rulebooks(then)
        try:
            return rulebooks_of(files) if files else None
        except RulebookError:  # of another time: what a rulebook may hold has become stricter since
            return None


def waves(history: History, pasts: Sequence[Past], alike: Sequence[int]) -> Iterator[Wave]:
    """Batches in their order, some thousands at a time."""
    both = iter(zip(pasts, alike, strict=True))
    while some := tuple(islice(both, WAVE)):
        yield wave_of(history, tuple(past for past, _ in some), tuple(place for _, place in some))


def wave_of(history: History, pasts: tuple[Past, ...], alike: tuple[int, ...]) -> Wave:
    """Some batches as a wave."""
    shas = (sha256 for past in pasts for sha256 in past.certificates)
    return Wave(
        pasts,
        alike,
        tuple(dict.fromkeys(history.kept_in[one] for one in shas if one in history.kept_in)),
    )


def keys_of(limits: Iterable[Limit]) -> list[Key]:
    """The quantities that limits ask for."""
    return list(dict.fromkeys(key_of(limit) for limit in limits if limit.kind in NUMERIC))


def wanted_by(limits: Iterable[Limit]) -> Wanted:
    """The results that limits may rest on, and what was found that no limit may speak of."""
    analytes: set[str] = set()
    unsigned = False
    for limit in limits:
        # moisture turns dry into as received
        analytes |= {"moisture", *evidence_for(limit.subject.removeprefix(LOWER_BOUND))}
        analytes.update((limit.present, *limit.absent) if limit.present else ())
        unsigned |= limit.kind == "certificate" and "method" in limit.requires
    alarming = frozenset(known.id for known in vocabulary.analytes().values() if known.alarming)
    return Wanted(frozenset(analytes), alarming, unsigned)
