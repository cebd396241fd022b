"""Which limits to ask again of the batches of an archive, and what they need to be asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from kratom_qc import PROGRAM
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.archive.history import ArchivedBasis, ArchivedVerdict, History
from kratom_qc.archive.recall import ResultFilter
from kratom_qc.domain.errors import RulebookError
from kratom_qc.domain.limit import CertificateLimit, Limit, NumericLimit, ProfileLimit, Rulebook
from kratom_qc.domain.quantity import QuantityKey
from kratom_qc.interpret.batch import may_be
from kratom_qc.rulebooks.changes import JudgementBasis, LimitChanges, limit_changes
from kratom_qc.rulebooks.load import rulebooks_of
from kratom_qc.vocabulary.derived import evidence_for
from kratom_qc.vocabulary.hazards import hazard_families


class ArchivedBatch(NamedTuple):
    """An archived verdict, and what has changed about the limits of its batch since."""

    verdict: ArchivedVerdict
    changes: LimitChanges

    @property
    def batch_id(self) -> str:
        return self.verdict.batch_id


@dataclass(frozen=True, slots=True)
class RejudgeRequest:
    """What is asked of a whole archive; the rows of the answer have `name` where others have the id
    of a pass, and `lying` says in which files rows lie (see `ArchiveTables`)."""

    root: Path
    name: str
    policy: JudgementPolicy
    lying: Mapping[str, str] = field(default_factory=dict)


def archived_batches(
    history: History, policy: JudgementPolicy, *, every_limit: bool = False
) -> tuple[ArchivedBatch, ...]:
    """Every batch of an archive with what has changed about its limits.

    Where nobody can say any more on what basis it was judged, where another program judged it, or
    by `every_limit`, all limits count as changed. Batches with the same changes share them.
    """
    now = JudgementBasis(policy.books, policy.everywhere, policy.on)
    known: list[LimitChanges] = []

    @cache
    def rulebooks(files: tuple[tuple[str, Path], ...]) -> dict[str, Rulebook] | None:
        try:
            return rulebooks_of(dict(files)) if files else None
        except RulebookError:  # what a rulebook may hold has become stricter since
            return None

    @cache
    def changes(
        basis: ArchivedBasis | None, product: str | None, may_be: tuple[str, ...]
    ) -> LimitChanges:
        then = None
        if basis is not None and basis.program == PROGRAM and not every_limit:
            books = rulebooks(tuple((history.rulebooks(basis) or {}).items()))
            if books is not None:
                then = JudgementBasis(books, basis.markets, basis.judged_on)
        since = limit_changes(then, now, product, may_be)
        if since not in known:
            known.append(since)
        return known[known.index(since)]

    return tuple(
        ArchivedBatch(verdict, changes(verdict.basis, verdict.judged_as, _may_be(verdict)))
        for verdict in history.verdicts
    )


def _may_be(verdict: ArchivedVerdict) -> tuple[str, ...]:
    """What else a batch may be: a FAIL of it counts where it would be one too."""
    return may_be(verdict.product, verdict.facts, verdict.hold_reasons)


def distinct_changes(batches: Iterable[ArchivedBatch]) -> tuple[LimitChanges, ...]:
    """What has changed about the limits of some batches, each once."""
    return tuple({id(batch.changes): batch.changes for batch in batches}.values())


def quantities_of(limits: Iterable[Limit]) -> list[QuantityKey]:
    """The quantities that limits ask for."""
    return list(
        dict.fromkeys(limit.quantity_key for limit in limits if isinstance(limit, NumericLimit))
    )


def results_for(limits: Iterable[Limit]) -> ResultFilter:
    """The results that limits may rest on, and those of a hazard that was found, which may hold a
    batch without a limit."""
    analytes: set[str] = set()
    without_method = False
    for limit in limits:
        analytes |= {"moisture", *evidence_for(limit.subject)}  # moisture: dry as received
        if isinstance(limit, ProfileLimit):
            analytes |= {*limit.absent}
        if isinstance(limit, CertificateLimit):
            without_method |= "method" in limit.requires
    hazards = frozenset[str]().union(*(family.members for family in hazard_families().values()))
    return ResultFilter(frozenset(analytes), hazards, without_method)
