"""Processes that `serve` keeps alive: started again when they die, ended with whoever started them,
however that ends."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

log = logging.getLogger("kratom_qc.flows")
STOP_SECONDS = 20
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
_SETTLED = 60.0  # seconds after which a child counts as well: the next death is a first one


@dataclass
class Child:
    """One process: `python -m module …`. `before_restart` is called each time before it starts
    again, with how often it has died."""

    name: str
    arguments: Sequence[str]
    log_file: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    before_restart: Callable[[int], None] = lambda _deaths: None
    deaths: int = 0
    process: subprocess.Popen[bytes] | None = None
    _started: float = 0.0
    _again_at: float | None = None

    def start(self) -> None:
        """Start it. Its output goes to its log file."""
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter
                [sys.executable, "-m", *self.arguments],
                env={**os.environ, **self.environment},
                stdin=subprocess.PIPE,  # closes when this process ends: see `end_with_the_parent`
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._started, self._again_at = time.monotonic(), None

    @property
    def is_up(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    @property
    def status(self) -> int | None:
        """With what it ended; None where it runs, or never did."""
        return self.process.poll() if self.process else None

    def tend(self) -> bool:
        """Start it again where it has died, each time after a longer pause. Returns whether it was
        started."""
        if self.is_up:
            return False
        now = time.monotonic()
        if self._again_at is None:
            self._again_at = now + self._pause(now)
        if now < self._again_at:
            return False
        self.before_restart(self.deaths)
        self.start()
        return True

    def _pause(self, now: float) -> float:
        """How long to wait after a death."""
        self.deaths = 1 if now - self._started > _SETTLED else self.deaths + 1
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** (self.deaths - 1))
        details = {"child": self.name, "status": self.status, "again_in": pause}
        log.error("child died", extra={**details, "log": str(self.log_file)})
        return pause

    def ask_to_stop(self) -> None:
        """Ask it to end."""
        if self.process is not None and self.is_up:
            with suppress(ProcessLookupError):
                self.process.terminate()

    def stop(self) -> None:
        """End it, and wait until it has ended."""
        if self.process is None:
            return
        self.ask_to_stop()
        try:
            self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process = None


class Family:
    """Children that live as long as the block: a thread tends them. The first may have others that
    depend on it, which start again with it."""

    def __init__(self, children: Sequence[Child], *, depend_on_first: Sequence[Child] = ()):
        self.children = list(children)
        self._dependent = list(depend_on_first)
        self._ends = threading.Event()
        self._tending = threading.Thread(target=self._tend, name="tending", daemon=True)

    def __enter__(self) -> Family:
        for child in self.children:
            child.start()
        self._tending.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._tending.join()
        for child in reversed(self.children):
            child.ask_to_stop()
        for child in reversed(self.children):
            child.stop()

    def _tend(self) -> None:
        while not self._ends.wait(0.5):
            for child in self.children:
                with suppress(OSError):  # told by the next round
                    if child.tend() and child is self.children[0]:
                        for dependent in self._dependent:
                            dependent.ask_to_stop()

    def health(self) -> dict[str, dict[str, object]]:
        """Of each child whether it is up, and how often it died lately."""
        return {child.name: {"up": child.is_up, "deaths": child.deaths} for child in self.children}


# ---------------------------------------------------------------- in the child's process


def end_with_the_parent() -> None:
    """End this process (SIGTERM) once whoever started it is gone: the system closes the other end
    of the pipe then, also after a kill that no handler sees."""
    threading.Thread(target=_wait_for_the_end, daemon=True).start()


def _wait_for_the_end() -> None:
    with suppress(OSError, ValueError):
        sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
