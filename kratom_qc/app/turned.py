"""Batches that are judged otherwise today than when they were judged last: limits or the day have
changed. Answered from the archive, without reading a certificate again."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from kratom_qc.app.policy import JudgementPolicy


class Turned(NamedTuple):
    """A batch that is judged otherwise today: its verdict then and now, and how markets moved."""

    batch_id: str
    before: str
    after: str
    markets: str

    @property
    def text(self) -> str:
        """In a sentence."""
        verdicts = self.after if self.before == self.after else f"{self.before} → {self.after}"
        return f"batch {self.batch_id}: {verdicts}; {self.markets or 'no market moves'}"


def turned(root: Path, policy: JudgementPolicy) -> list[Turned]:
    """Every batch whose verdict, or what a market says of it, is another by this policy; the worst
    change first. Raises InputNotFound where there is no archive, and EngineError."""
    from kratom_qc.app.rejudge import archived, keeping  # these load the engine and pandas
    from kratom_qc.app.rejudge.plan import RejudgeRequest, archived_batches
    from kratom_qc.app.rejudge.summary import batch_line
    from kratom_qc.app.store import history_of

    history = history_of(root)
    name = keeping.name_of(history, policy, every_limit=False)
    batches = archived_batches(history, policy, every_limit=False)
    answer = archived.answered(history, RejudgeRequest(root, name, policy), batches)
    outcome = archived.outcome_of(history, answer, every_limit=False)
    lines = (batch_line(outcome, batch) for batch in outcome.comparison.changed)
    return [
        Turned(line.batch_id, str(line.before), str(line.after), line.markets) for line in lines
    ]
