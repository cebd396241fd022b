"""Judges at work: a process per core where there are waves enough, else this very one."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, TypeVar

from kratom_qc.app.rejudge.planning import WAVE, Question, Wave
from kratom_qc.app.rejudge.waves import Judge, Judged
from kratom_qc.domain.verdict import Verdict

Progress = Callable[[int, int], None]  # batches done, of
Made = TypeVar("Made")


class Panel:
    """Answers questions wave by wave."""

    def __init__(self, pool: Executor):
        self.pool = pool

    def judged(
        self, question: Question, some: Iterable[Wave], progress: Progress, total: int
    ) -> list[Judged]:
        """Every wave judged, in their order."""
        pending = [(len(wave.pasts), self.pool.submit(_judged, question, wave)) for wave in some]
        found, done = [], 0
        for size, future in pending:
            found.append(future.result())
            done += size
            progress(done, total)
        return found

    def verdicts(self, question: Question, wave: Wave) -> list[Verdict]:
        """Whole verdicts of a few batches."""
        return self.pool.submit(_verdicts, question, wave).result()


@contextmanager
def panel(batches: int, cores: int | None = None) -> Iterator[Panel]:
    """A panel for about so many batches, for as long as the block lasts. Its processes load the
    engine at once, while the caller reads what there is to judge."""
    cores = cores or min(os.cpu_count() or 1, -(-batches // WAVE))
    if cores < 2:
        yield Panel(_Here())
        return
    with ProcessPoolExecutor(cores, get_context("spawn")) as pool:
        try:
            for _ in range(cores):
                pool.submit(_warm)
            yield Panel(pool)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


class _Here(Executor):
    """This very process."""

    def submit(self, work: Callable[..., Made], /, *arguments: Any, **options: Any) -> Future[Made]:
        done: Future[Made] = Future()
        done.set_result(work(*arguments, **options))
        return done


_judges: list[Judge] = []  # of the question that this process works on


def _warm() -> None:
    from kratom_qc.judge import engine as _engine  # noqa: F401 - two seconds, before the first wave

    gc.collect()
    gc.freeze()  # what is loaded stays, and what a wave makes goes with it: no collector need look through either
    gc.disable()


def _judge(question: Question) -> Judge:
    if not _judges or _judges[0].question != question:
        _judges[:] = [Judge(question)]
    return _judges[0]


def _judged(question: Question, wave: Wave) -> Judged:
    found = _judge(question).wave(wave)
    gc.collect()  # the engine leaves circles behind
    return found


def _verdicts(question: Question, wave: Wave) -> list[Verdict]:
    return _judge(question).verdicts(wave)
