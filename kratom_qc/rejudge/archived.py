"""A whole archive judged again, on every core, and what every market says now beside what it said then."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kratom_qc.archive import rows, tables
from kratom_qc.archive.history import History, Past
from kratom_qc.job import Terms
from kratom_qc.judge.markets import Everywhere
from kratom_qc.model import Verdict
from kratom_qc.rejudge.comparing import CODES, SAYS, Codes, Comparison, Rules, Said, with_verdicts
from kratom_qc.rejudge.planning import WAVE, Planner, Question, Wave, waves
from kratom_qc.rejudge.reread import declares_otherwise, reread
from kratom_qc.rejudge.waves import Judge, Judged

Progress = Callable[[int, int], None]  # batches done, of
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of every batch of an archive, in the order of `comparison`."""

    question: Question
    pasts: tuple[Past, ...]
    alike: tuple[int, ...]  # of every batch, the place of its Again in the question
    comparison: Comparison
    findings: pa.Table  # on everything that was asked again
    whole: int  # batches judged on everything
    reread: Mapping[int, Verdict]  # batches whose certificates were read again


class Panel:
    """Judges at work on one question: a process per core, or none where there is a single wave."""

    def __init__(self, question: Question, pool: Executor):
        self.question = question
        self.pool = pool

    def judged(self, some: Iterable[Wave], progress: Progress, total: int) -> list[Judged]:
        """Every wave judged, in their order."""
        pending = [(len(wave.pasts), self.pool.submit(_judged, wave)) for wave in some]
        found, done = [], 0
        for size, future in pending:
            found.append(future.result())
            done += size
            progress(done, total)
        return found

    def verdicts(self, wave: Wave) -> list[Verdict]:
        """Whole verdicts of a few batches."""
        return self.pool.submit(_verdicts, wave).result()


@contextmanager
def panel(question: Question, batches: int, cores: int | None = None) -> Iterator[Panel]:
    """A panel for as long as the block lasts."""
    cores = cores or min(os.cpu_count() or 1, -(-batches // WAVE))
    if cores < 2:
        _start(question)
        yield Panel(question, _Here())
        return
    with ProcessPoolExecutor(cores, get_context("spawn"), _start, (question,)) as pool:
        try:
            yield Panel(question, pool)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


class _Here(Executor):
    """This very process."""

    def submit(self, work: Callable[..., Made], /, *arguments: Any, **options: Any) -> Future[Made]:
        done: Future[Made] = Future()
        done.set_result(work(*arguments, **options))
        return done


_judges: list[Judge] = []


def _start(question: Question) -> None:
    from kratom_qc.judge import engine as _engine  # noqa: F401 - two seconds, before the first wave

    _judges[:] = [Judge(question)]
    gc.collect()
    gc.freeze()  # what is loaded stays: no collector need look through it


def _judged(wave: Wave) -> Judged:
    found = _judges[0].wave(wave)
    gc.collect()
    return found


def _verdicts(wave: Wave) -> list[Verdict]:
    return _judges[0].verdicts(wave)


# ---------------------------------------------------------------- the answer


def asked(history: History, terms: Terms, name: str, *, everything: bool = False) -> tuple[Question, tuple[int, ...]]:
    """The question to put to an archive, and for every batch the place of its Again in it."""
    planner = Planner(history, terms, everything=everything)
    alike = tuple(planner.place(past) for past in history.pasts)
    return Question(history.root, name, terms, tuple(planner.agains)), alike


def answered(history: History, judges: Panel, alike: tuple[int, ...], progress: Progress = lambda *_: None) -> Answer:
    """Every batch of the archive by other terms. `before` of the batch's own verdict is what the home markets of today said."""
    terms, pasts = judges.question.terms, history.pasts
    found = judges.judged(waves(history, pasts, alike), progress, len(pasts))
    weights, rules, names = _joined(found)
    decisions, says, deciding = _rulings(terms, pasts, weights, rules)
    ids = tuple(past.batch_id for past in pasts)
    after = Said(decisions, deciding, names)
    comparison = Comparison(ids, terms.everywhere, _before(history, terms), after, says)
    starts = np.cumsum([0, *(len(one.weights) for one in found)]).tolist()
    unread = {start + at for start, one in zip(starts, found, strict=False) for at in one.unread}
    otherwise = declares_otherwise(history, terms)
    unread |= {at for at, batch in enumerate(ids) if batch in otherwise}
    again = dict(zip(sorted(unread), reread(history, [pasts[at] for at in sorted(unread)], terms), strict=True))
    findings = _of_others(pa.concat_tables([one.findings for one in found]), {ids[at] for at in unread})
    return Answer(
        question=judges.question,
        pasts=pasts,
        alike=alike,
        comparison=with_verdicts(comparison, again),
        findings=pa.concat_tables([findings, _findings(judges.question, again.values())]),
        whole=sum(one.whole for one in found),
        reread=again,
    )


def _of_others(findings: pa.Table, batches: set[str]) -> pa.Table:
    if not batches:
        return findings
    return findings.filter(pc.invert(pc.is_in(findings["batch_id"], pa.array(sorted(batches)))))


def _findings(question: Question, verdicts: Iterable[Verdict]) -> pa.Table:
    made = [rows.finding_row(finding, verdict.batch.batch_id) for verdict in verdicts for finding in verdict.findings]
    return tables.table("findings", made, question.name, question.terms.on)


def _joined(found: Sequence[Judged]) -> tuple[Codes, Rules, tuple[str, ...]]:
    names: dict[str, int] = {}
    rules = []
    for one in found:
        places = np.array([*(names.setdefault(name, len(names)) for name in one.names), -1], np.int32)
        rules.append(places[one.rules])
    return np.concatenate([one.weights for one in found]), np.concatenate(rules), tuple(names)


def _rulings(terms: Terms, pasts: Sequence[Past], weights: Codes, rules: Rules) -> tuple[Codes, Codes, Rules]:
    """(decisions, what the markets say, the rules that decide). Batches of one product whose findings weigh alike are
    ruled on once."""
    size = len(terms.everywhere) + 1
    decisions, says = np.zeros((len(pasts), size), np.int8), np.zeros((len(pasts), size - 1), np.int8)
    deciding = np.full((len(pasts), size), -1, np.int32)
    for product in dict.fromkeys(past.product for past in pasts):
        members = np.array([at for at, past in enumerate(pasts) if past.product == product])
        everywhere = Everywhere(terms.books, terms.everywhere, product)
        alike, inverse = np.unique(weights[members], axis=0, return_inverse=True)
        ruled = [
            [everywhere.own(row, terms.home), *everywhere.rulings(row).values()] for row in map(tuple, alike.tolist())
        ]
        by = np.array([[-1 if one.slot is None else one.slot for one in row] for row in ruled])[inverse.ravel()]
        decisions[members] = np.array([[CODES[one.decision] for one in row] for row in ruled])[inverse.ravel()]
        says[members] = np.array([[SAYS.index(one.says) for one in row[1:]] for row in ruled])[inverse.ravel()]
        deciding[members] = np.where(by < 0, -1, np.take_along_axis(rules[members], np.maximum(by, 0), axis=1))
    return decisions, says, deciding


def _before(history: History, terms: Terms) -> Said:
    """What was said then. Where other home markets counted then, the own verdict is the worst of what today's home markets
    said, as far as the batch was judged for them."""
    said, rules, names = history.before(terms.everywhere, {str(one): code for one, code in CODES.items() if one})
    homes = [terms.everywhere.index(market) for market in terms.home]
    own = np.where((said[:, homes] == 0).any(axis=1), 0, said[:, homes].min(axis=1))
    for at, past in enumerate(history.pasts):
        if past.home == terms.home:
            own[at] = CODES[past.decision]
    by = np.full((len(own), 1), -1, np.int32)
    return Said(np.column_stack([own.astype(np.int8), said]), np.column_stack([by, rules]), tuple(names))
