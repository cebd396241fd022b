"""Files that were at hand when a pass ended before it counted: a file may be what ended it.

Before a round of files is worked on, the store notes that it is (`attempts.json`); once the round
counts, the note goes. What a dead pass leaves noted is tried again in smaller rounds, after
everything that was never suspect: together, then some at a time, then alone. A file whose third
attempt ended so is in quarantine: its bytes are kept, its lots are held, and no pass works on it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kratom_qc.archive import disk
from kratom_qc.domain.errors import EngineError, KratomQCError

log = logging.getLogger(__name__)
ATTEMPTS = 3
_FILE = "attempts.json"
_TOGETHER = 32  # files of a second attempt; after it each is alone


@dataclass(frozen=True, slots=True)
class Round:
    """Files that are worked on together, by hash."""

    files: tuple[str, ...]
    attempts: int  # that ended before


class Suspects:
    """What a store has noted of attempts. Raises StoreError where it cannot be written."""

    def __init__(self, root: Path):
        self._path = root / _FILE
        self._attempts = self._load()

    def of(self, sha256: str) -> int:
        """How many attempts at a file ended before they counted."""
        return self._attempts.get(sha256, 0)

    def rounds(self, files: Sequence[str]) -> list[Round]:
        """The rounds in which these files are worked on: the least suspect first."""
        by_attempts: dict[int, list[str]] = {}
        for sha256 in files:
            by_attempts.setdefault(self.of(sha256), []).append(sha256)
        sizes = {0: len(files), 1: _TOGETHER}
        return [
            Round(tuple(some[start : start + size]), attempts)
            for attempts, some in sorted(by_attempts.items())
            for size in [sizes.get(attempts, 1)]
            for start in range(0, len(some), size)
        ]

    @contextmanager
    def attempt(self, files: Sequence[str]) -> Iterator[None]:
        """Note that files are worked on, for the block. What stops the block and says nothing of a
        file (the disk, a rulebook, a person) is no attempt."""
        self._note(files, 1)
        try:
            yield
        except BaseException as error:
            if not counts(error):
                self._note(files, -1)
            raise
        self._forget(files)

    def _note(self, files: Sequence[str], more: int) -> None:
        for sha256 in files:
            self._attempts[sha256] = self.of(sha256) + more
        self._keep()

    def _forget(self, files: Sequence[str]) -> None:
        for sha256 in files:
            self._attempts.pop(sha256, None)
        self._keep()

    def _keep(self) -> None:
        noted = {sha256: count for sha256, count in self._attempts.items() if count > 0}
        if noted or self._path.exists():
            disk.write_synced(self._path, json.dumps(noted).encode("ascii"))

    def _load(self) -> dict[str, int]:
        try:
            noted = json.loads(self._path.read_bytes())
            return {str(sha256): int(count) for sha256, count in noted.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError):
            log.error("attempts.json is damaged; attempts are counted from the beginning")
            return {}


def counts(error: BaseException) -> bool:
    """Whether an error may be a file's doing."""
    if isinstance(error, EngineError):
        return True
    return isinstance(error, Exception) and not isinstance(error, KratomQCError)
