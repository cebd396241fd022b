"""How often somebody may ask, and how often a password may be wrong."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")
_MOST = 10_000  # names that are remembered at once; the oldest are forgotten


@dataclass
class Rate:
    """A bucket for each name: `at_once` requests, refilled by `per_second`."""

    per_second: float
    at_once: float
    _buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def wait(self, name: str) -> float:
        """Seconds until this request would be allowed; 0 where it is, and then it is counted."""
        now = time.monotonic()
        left, since = self._buckets.get(name, (self.at_once, now))
        left = min(self.at_once, left + (now - since) * self.per_second)
        _remember(self._buckets, name, (max(left - 1, 0) if left >= 1 else left, now))
        return 0.0 if left >= 1 else (1 - left) / self.per_second


@dataclass
class Failures:
    """Wrong passwords of a name, or from an address (21 CFR 11.300(d)): after `most` of them nobody
    gets in for `seconds`, with the right one neither."""

    most: int = 5
    seconds: float = 900
    _known: OrderedDict[str, list[float]] = field(default_factory=OrderedDict)

    def locked(self, name: str) -> float:
        """Seconds until somebody may try again; 0 where they may."""
        recent = self._recent(name)
        return recent[-self.most] + self.seconds - time.monotonic() if self._is(recent) else 0.0

    def failed(self, name: str) -> bool:
        """Count a wrong password. Returns whether the name is locked by it."""
        recent = [*self._recent(name), time.monotonic()]
        _remember(self._known, name, recent)
        return len(recent) == self.most

    def forget(self, name: str) -> None:
        """The right password came."""
        self._known.pop(name, None)

    def _is(self, recent: list[float]) -> bool:
        return len(recent) >= self.most

    def _recent(self, name: str) -> list[float]:
        since = time.monotonic() - self.seconds
        return [moment for moment in self._known.get(name, ()) if moment > since]


def _remember(known: OrderedDict[str, T], name: str, value: T) -> None:
    known[name] = value
    known.move_to_end(name)
    while len(known) > _MOST:
        known.popitem(last=False)
