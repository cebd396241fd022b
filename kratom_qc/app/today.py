"""By what is judged at this moment, for processes that live long: loaded again on another day, and
where a file that it was made of has changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from threading import Lock

from kratom_qc import settings
from kratom_qc.app.policy import JudgementPolicy, load_policy


class Today:
    """The policy of this moment."""

    def __init__(self) -> None:
        self._made_of: tuple[date, tuple[int, ...]] | None = None
        self._policy: JudgementPolicy | None = None
        self._lock = Lock()

    def policy(self) -> JudgementPolicy:
        """By what is judged now. Raises RulebookError for every mistake in it."""
        with self._lock:
            made_of = (datetime.now(UTC).date(), tuple(_changed(settings.load())))
            if self._policy is None or made_of != self._made_of:
                self._policy, self._made_of = load_policy(), made_of
            return self._policy


def _changed(config: settings.Settings) -> list[int]:
    """When each file of a policy was changed last, in nanoseconds."""
    registers = (config.facts, config.texts, config.laboratories)
    files = [*sorted(config.expectations.rglob("*.toml")), *filter(None, registers)]
    return [path.stat().st_mtime_ns for path in files if path.exists()]
