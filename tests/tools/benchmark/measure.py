"""Measuring inside a fresh process: a stopwatch, the peak of memory, and one line of JSON at the end.

`run` starts such a process. The caller must stay small: a process inherits its starter's peak on Linux.
"""

from __future__ import annotations

import gc
import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

ROOT = Path(__file__).resolve().parents[3]


def run(script: str, *arguments: object) -> dict[str, Any]:
    """One measurement in a process of its own; what it printed last, read."""
    return json.loads(printed(script, *arguments).splitlines()[-1])


def printed(script: str, *arguments: object) -> str:
    """What a script of this package printed in a process of its own."""
    command = [sys.executable, "-m", f"{__package__}.{script}", *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    return done.stdout.strip()


def peak_mib() -> float:
    """The most memory this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Stopwatch:
    """Seconds by name, and the peak of memory when each was last stopped."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.peaks: dict[str, float] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        gc.collect()
        started = perf_counter()
        yield
        self._add(name, perf_counter() - started)

    def _add(self, name: str, seconds: float) -> None:
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds
        self.peaks[name] = peak_mib()

    @contextmanager
    def inside(self, name: str, owner: Any, function: str) -> Iterator[None]:
        """Time every call of a function of the product while the block runs. For functions called a few times only."""
        original: Callable[..., Any] = getattr(owner, function)

        def timed(*arguments: Any, **options: Any) -> Any:
            started = perf_counter()
            try:
                return original(*arguments, **options)
            finally:
                self._add(name, perf_counter() - started)

        setattr(owner, function, timed)
        try:
            yield
        finally:
            setattr(owner, function, original)

    def report(self, **more: object) -> None:
        """The line of JSON that `run` reads."""
        print(json.dumps({"seconds": self.seconds, "peaks": self.peaks, "peak": peak_mib(), **more}))
