"""One pass over an inbox: what is new is read, its batches judged over all their certificates,
published and archived.

`whole_pass` is the one order of its stages, and they are plain functions: `kratom-qc run` calls
them as they are, `flows/release.py` wraps each into a task of Prefect's. What decides whether a
file is new is the ledger: a file is known by its content, never by its name.
"""

from __future__ import annotations

import fnmatch
import logging
import shutil
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from kratom_qc import settings
from kratom_qc.app.arrivals import Arrival, Arrivals, arrivals, delivered_again
from kratom_qc.app.balance import together
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.reading import Reading
from kratom_qc.app.release_pass import Progress, ReleasePass, unreadable, unwatched
from kratom_qc.app.store import Store
from kratom_qc.app.suspects import Round, Suspects, counts
from kratom_qc.domain.errors import StoreError, UsageError
from kratom_qc.ledger.ledger import Ledger
from kratom_qc.ledger.people import People
from kratom_qc.vocabulary import nearest_hint

CHUNK = 100  # files per call of a stage: as a task each costs a Prefect server some 20 ms of CPU
FAR_CHUNK = 2_000  # … where workers elsewhere read them, so that all have something to do

log = logging.getLogger(__name__)
_ENDED = "{}: the pass that worked on this file ended with an error; it is tried again"


def named_batches(ledger: Ledger, patterns: Collection[str]) -> list[str]:
    """The batches of a store whose ids these patterns name (`KL-*`), in the order they were first
    judged. Raises UsageError for a pattern that names none."""
    known = ledger.batches() if patterns else {}
    matching = {
        pattern: [pattern] if pattern in known else fnmatch.filter(known, pattern)
        for pattern in patterns
    }
    nothing = [pattern for pattern, ids in matching.items() if not ids]
    if nothing:
        raise UsageError(
            f"'{nothing[0]}' names no batch of the store{nearest_hint(nothing[0], known, 3)}"
        )
    wanted = frozenset(chain.from_iterable(matching.values()))
    return [batch_id for batch_id in known if batch_id in wanted]


class Stages(NamedTuple):
    """The stages of a pass, each a function of the pass; they return nothing."""

    read: Callable[[ReleasePass, tuple[Arrival, ...], int], None]
    judge: Callable[[ReleasePass, tuple[str, ...]], None]
    publish: Callable[[ReleasePass], None]


PLAIN = Stages(ReleasePass.read, ReleasePass.judge, ReleasePass.publish)


class Done:
    """What a pass found and did. A plain object: Prefect walks into dataclasses and lists, this it
    leaves alone."""

    def __init__(
        self, arrivals: Arrivals, made: Sequence[ReleasePass] = (), ended: Iterable[Reading] = ()
    ):
        self.found = arrivals
        self.pass_id = made[-1].stamp.pass_id if made else ""
        self.rows = [row for release in made for row in release.rows]
        self.refused = [
            *(file for release in made for file in release.refused),
            *ended,
            *arrivals.left,
        ]
        self.totals = together(release.totals for release in made)

    @property
    def was_idle(self) -> bool:
        """Whether there was nothing to do."""
        return not self.pass_id


def whole_pass(
    inbox: Path | None,
    store: Store,
    policy: JudgementPolicy,
    again: Collection[str] = (),
    progress: Progress = unwatched,
    stages: Stages = PLAIN,
) -> Done:
    """One pass over the inbox, what was delivered into the store, and the batches that the patterns
    `again` name; where there is none of it, the store stays as it is.

    Raises InputNotFound without an inbox, UsageError for a pattern that names nothing, and
    StoreError where the store cannot be written or another pass holds it.
    """
    with store.locked():
        arrived = arrivals(inbox, store)
        counts = {"new": len(arrived.new), "left": len(arrived.left), "files": arrived.seen}
        log.info("pass begun", extra={"inbox": str(inbox), **counts})
        batches = named_batches(store.ledger, again)
        batches += People(store.ledger).passed_of_several()
        if not (arrived.new or batches):
            delivered_again(store, arrived.again)
            return Done(arrived)
        check_disk(store.root)
        work = partial(_one_round, store, policy, progress=progress, stages=stages)
        return _in_rounds(arrived, batches, Suspects(store.root), work)


def check_disk(root: Path) -> None:
    """Raises StoreError where so little is free on a store's disk that nothing new is taken."""
    least, free = settings.load().min_free_mib, shutil.disk_usage(root).free // 2**20
    if free < least:
        raise StoreError(
            f"{root}: {free} MiB are free on this disk; nothing new is taken below {least} "
            "(KRATOM_QC_MIN_FREE_MIB)"
        )


Work = Callable[[Sequence[Arrival], Sequence[Arrival], Sequence[str]], ReleasePass]


def _in_rounds(arrivals: Arrivals, batches: Sequence[str], suspects: Suspects, work: Work) -> Done:
    """A pass for each round. An error that may be a file's doing ends its round, and the pass where
    no round has shown that the house is whole."""
    by_hash = {file.sha256: file for file in arrivals.new}
    made: list[ReleasePass] = []
    ended: dict[str, Reading] = {}
    repeated: Sequence[Arrival] = arrivals.again
    rounds = suspects.rounds(list(by_hash)) or [Round((), 0)]
    while rounds:
        current = rounds.pop(0)
        files = [replace(by_hash[sha256], attempts=current.attempts) for sha256 in current.files]
        outcome = _attempt(suspects, current, partial(work, files, repeated, batches))
        if isinstance(outcome, ReleasePass):
            made.append(outcome)
        elif not made:
            raise outcome
        else:
            ended |= {file.name: _ended(file) for file in files}
            rounds = _smaller(suspects, current, rounds)
        repeated, batches = (), ()
    for reading in chain.from_iterable(release.new for release in made):
        ended.pop(reading.file, None)
    return Done(arrivals, made, ended.values())


def _attempt(
    suspects: Suspects, current: Round, work: Callable[[], ReleasePass]
) -> ReleasePass | Exception:
    """The pass of a round, or the error that ended it. Raises what says nothing of its files."""
    try:
        with suspects.attempt(current.files):
            return work()
    except Exception as error:
        if not counts(error):
            raise
        log.exception("round ended", extra={"files": len(current.files)})
        return error


def _ended(file: Arrival) -> Reading:
    return unreadable(file.name, "", _ENDED.format(file.name))


def _smaller(suspects: Suspects, ended: Round, rounds: Iterable[Round]) -> list[Round]:
    """The rounds after one that ended with an error: its files among them, unless it had one."""
    tried_again = ended.files if len(ended.files) > 1 else ()
    return suspects.rounds([*(file for later in rounds for file in later.files), *tried_again])


def _one_round(
    store: Store,
    policy: JudgementPolicy,
    files: Sequence[Arrival],
    repeated: Sequence[Arrival],
    batches: Sequence[str],
    *,
    progress: Progress,
    stages: Stages,
) -> ReleasePass:
    with ReleasePass(store, policy, progress) as current:
        current.load()
        chunk = FAR_CHUNK if settings.load().dask else CHUNK
        for start in range(0, len(files), chunk):
            stages.read(current, tuple(files[start : start + chunk]), len(files))
        delivered_again(store, repeated)
        for wave in current.gather(batches):
            stages.judge(current, wave)
        stages.publish(current)
    return current
