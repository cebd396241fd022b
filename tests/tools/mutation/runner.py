"""One warm process collects the tests once; every mutant then lives in a forked child that runs only the tests reaching it.

Nothing is imported twice (Great Expectations alone takes seconds), and a child begins with cold caches, because the parent
runs no test itself. Which test reaches which line is found once, in children too. Tests are run without shrinking
counterexamples and with fixed examples, so that two runs find the same survivors.
"""

from __future__ import annotations

import functools
import gc
import json
import os
import resource
import signal
import tempfile
import time
from bisect import bisect
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import accumulate, zip_longest
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tests import factory
from tests.tools.mutation.mutants import ROOT, Module, Mutant

WORKERS = 2
SLOWEST = 12  # seconds of computing; a test that takes longer, with its fixtures, is left out
_MEMORY = 6 << 30
KILLED, TIMEOUT, SURVIVED, BROKEN = "killed", "timeout", "survived", "broken"
_TOLD = {0: SURVIVED, 1: KILLED, -signal.SIGSEGV: KILLED, -signal.SIGABRT: KILLED, -signal.SIGPROF: TIMEOUT}


@dataclass
class Reached:
    """Which tests run which lines of the modules, and how long each takes."""

    lines: dict[str, dict[int, set[int]]]  # module → line → numbers of tests
    seconds: dict[int, float]

    def limit(self, test: int) -> float:
        """Seconds of computing that a test may take: a change may make a loop endless."""
        return 10 + 10 * self.seconds[test]

    def tests(self, mutant: Mutant) -> set[int]:
        lines = self.lines.get(mutant.module, {})
        if mutant.within is not None:
            return lines.get(mutant.within, set())
        return set().union(*lines.values())  # a constant of the module, a default of a function: whatever comes by


@dataclass
class Run:
    """The plugin: takes the place of pytest's own loop over the collected tests."""

    modules: Sequence[Module]
    mutants: Sequence[Mutant]
    told: Callable[[Mutant, str, str], None]
    quick: float | None = None  # seconds of tests that a mutant is worth
    leave_red: bool = False  # leave out tests that fail on the code as it is
    items: list[pytest.Item] = field(default_factory=list)
    caches: list[Any] = field(default_factory=list)
    reached: Reached | None = None
    killers: dict[tuple[str, str], deque[int]] = field(default_factory=lambda: defaultdict(lambda: deque(maxlen=12)))

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise session.Interrupted("tests could not be collected")
        self.items = list(session.items)
        _warm()
        for module in self.modules:
            module.find()
        self.caches = _caches()
        self._forget()
        gc.collect()
        gc.freeze()  # children share these pages only as long as nobody writes into them
        start = time.monotonic()
        self.reached = self._trace()
        slow = sum(seconds > SLOWEST for seconds in self.reached.seconds.values())
        took = f"{len(self.items)} tests watched in {time.monotonic() - start:.0f} s"
        print(f"{took}; {slow} take longer than {SLOWEST} s and are left out", flush=True)
        guilty: dict[int, None] = {}
        for mutant, code, said in _forked((functools.partial(self._hunt, one), one) for one in self.mutants):
            outcome = _TOLD.get(code, BROKEN)  # what somebody else ended proves nothing
            if said:
                guilty[int(said)] = None
                self.killers[mutant.module, mutant.function].appendleft(int(said))
            self.told(mutant, outcome, self.items[int(said)].nodeid if said else "")
        self._acquit(list(guilty))
        return True

    def _acquit(self, guilty: Sequence[int]) -> None:
        """Every test that noticed a change must pass, in this same order, on the code as it is."""
        for _, code, said in _forked([(functools.partial(self._unchanged, guilty), None)]):
            if code:
                raise pytest.UsageError(f"this test fails on the code as it is, so its kills mean nothing: {said}")

    def _unchanged(self, tests: Sequence[int], tell: Callable[[str], None]) -> int:
        for test, reports in _ran(self.items, tests):
            if any(report.failed for report in reports):
                tell(self.items[test].nodeid)
                return 1
        return 0

    def _forget(self) -> None:
        for cache in self.caches:
            cache.cache_clear()

    # ------------------------------------------------------------ one mutant

    def _order(self, mutant: Mutant) -> list[int]:
        """What killed its neighbours first, then file by file: those of its own room, and the cheapest first."""
        assert self.reached is not None
        wanted = self.reached.tests(mutant)
        first = [test for test in dict.fromkeys(self.killers[mutant.module, mutant.function]) if test in wanted]
        files: dict[Path, float] = defaultdict(float)
        for test in wanted:
            files[self.items[test].path] += self.reached.seconds[test]

        def place(test: int) -> tuple[bool, float, Path, int]:
            path = self.items[test].path
            return path.parent.name != mutant.module.split(".")[1], files[path], path, test

        order = first + sorted(wanted - set(first), key=place)
        spent = list(accumulate(self.reached.seconds[test] for test in order))
        return order if self.quick is None else order[: bisect(spent, self.quick) + 1]

    def _hunt(self, mutant: Mutant, tell: Callable[[str], None]) -> int:
        """In a child: make the change, run the tests; 1 as soon as one of them notices."""
        (module,) = (module for module in self.modules if module.name == mutant.module)
        assert self.reached is not None
        try:
            module.put(mutant)
        except (TypeError, ValueError):
            if mutant.function:
                raise  # a function's new code is only put in place; a constant of the module is computed anew
            return 1
        for test, reports in _ran(self.items, self._order(mutant), self.reached.limit):
            if any(report.failed for report in reports):
                tell(str(test))
                return 1
        return 0

    # ------------------------------------------------------------ which tests reach which lines

    def _trace(self) -> Reached:
        """A child for every test file, the ones with most tests first."""
        files: dict[Path, list[int]] = defaultdict(list)
        for number, item in enumerate(self.items):
            files[item.path].append(number)
        largest = sorted(files.values(), key=len, reverse=True)
        reached = Reached(defaultdict(lambda: defaultdict(set)), {})
        for _, code, said in _forked((functools.partial(self._watch, tests), None) for tests in largest):
            if code:
                raise pytest.UsageError(f"the tests must pass before anything is changed: {said}")
            lines, seconds = json.loads(said)
            reached.seconds |= {int(test): took for test, took in seconds.items()}
            for module, by_line in lines.items():
                for line, tests in by_line.items():
                    reached.lines[module][int(line)].update(tests)
        return reached

    def _watch(self, tests: Sequence[int], tell: Callable[[str], None]) -> int:
        """In a child: run the tests once on the code as it is, and tell which lines each reaches."""
        watch = _Watch()
        for module in self.modules:
            module.watch(functools.partial(watch.note, module.name))
        lines: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        seconds: dict[int, float] = {}
        self.items[0].config.pluginmanager.register(watch)
        start = time.process_time()
        for test, reports in _ran(self.items, tests):
            failed = [report for report in reports if report.failed]
            if failed and not self.leave_red:
                tell(f"{self.items[test].nodeid}\n{failed[0].longreprtext}")
                return 3
            took, start = time.process_time() - start, time.process_time()
            lines_of, shared = watch.take(self.items[test])
            seconds[test] = took + shared
            if seconds[test] <= SLOWEST and not failed:
                for module, line in lines_of:
                    lines[module][line].append(test)
            watch.begin()
            self._forget()
        tell(json.dumps([lines, seconds]))
        return 0


class _Watch:
    """Notes the lines of the modules that run; those of a shared fixture count for every test that uses it."""

    def __init__(self) -> None:
        self.lines: set[tuple[str, int]] = set()
        self.fixtures: dict[int, tuple[set[tuple[str, int]], float]] = {}
        self.here: set[int] = set()  # fixtures that the running test set up itself

    def note(self, module: str, line: int) -> None:
        self.lines.add((module, line))

    def begin(self) -> None:
        self.lines, self.here = set(), set()

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        outer, self.lines = self.lines, set()
        start = time.process_time()
        try:
            return (yield)
        finally:
            self.fixtures[id(fixturedef)] = self.lines, time.process_time() - start
            self.here.add(id(fixturedef))
            self.lines = outer | self.lines

    def take(self, item: Any) -> tuple[set[tuple[str, int]], float]:
        """The lines a test reaches, and the seconds that fixtures took which an earlier test had set up for it."""
        used = {
            id(one) for found in item._fixtureinfo.name2fixturedefs.values() for one in found
        } & self.fixtures.keys()
        lines = self.lines.union(*(self.fixtures[one][0] for one in used))
        return lines, sum(self.fixtures[one][1] for one in used - self.here)


def _ran(
    items: Sequence[pytest.Item], tests: Iterable[int], limit: Callable[[int], float] = lambda _: 300
) -> Iterator[tuple[int, list[pytest.TestReport]]]:
    """The tests one after another, each with its reports. One that computes longer than its limit ends the process."""

    order = list(tests)
    for test, after in zip_longest(order, order[1:]):
        following = None if after is None else items[after]
        signal.setitimer(signal.ITIMER_PROF, limit(test))
        yield test, runtestprotocol(items[test], log=False, nextitem=following)


def _warm() -> None:
    """Judge one batch: the words are loaded and Great Expectations builds its registries once, here, and not in every child."""
    with tempfile.TemporaryDirectory() as folder:
        lead = factory.limit("W", "lead", "lead not more than 0.5 mg/kg", max="0.5", unit="mg/kg")
        books = factory.rulebooks(Path(folder), leaf_powder=factory.book(lead))
        factory.judged([factory.certificate("W", factory.row("Lead", "0.1", "mg/kg"))], books)


def _caches() -> list[Any]:
    """Every cache of ours: what was read by the code as it is must not hide what the changed code would read."""
    ours = ("kratom_qc.interpret", "kratom_qc.judge", "kratom_qc.rulebooks", "tests")
    caches = [one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper)]
    return [one for one in caches if str(getattr(one, "__module__", "")).startswith(ours)]


# ---------------------------------------------------------------- children


def _forked(jobs: Iterable[tuple[Callable[[Callable[[str], None]], int], Any]]) -> Iterator[tuple[Any, int, str]]:
    """Each (job, key) in a child of its own, two at a time: (key, exit code or -signal, what it told)."""
    waiting, running = iter(jobs), {}
    while True:
        while len(running) < WORKERS and (job := next(waiting, None)):
            pid, pipe = _child(job[0])
            running[pid] = (job[1], pipe)
        if not running:
            return
        pid, status = os.waitpid(-1, 0)
        if pid in running:
            key, pipe = running.pop(pid)
            with open(pipe, encoding="utf-8") as told:
                said = told.read()
            os.unlink(pipe)
            yield key, os.waitstatus_to_exitcode(status), said


def _child(job: Callable[[Callable[[str], None]], int]) -> tuple[int, str]:
    handle, told = tempfile.mkstemp(prefix="mutant-")
    os.close(handle)
    pid = os.fork()
    if pid:
        return pid, told
    code = 2
    with suppress(BaseException):
        os.chdir(ROOT)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))

        def tell(text: str) -> None:
            with open(told, "w", encoding="utf-8") as out:
                out.write(text)

        code = job(tell)
    os._exit(code)
