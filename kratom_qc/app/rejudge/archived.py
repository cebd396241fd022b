"""A whole archive judged again, on every core, and what every market says now beside what it said
then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.rejudge.comparing import (
    CODES,
    SAYS,
    Codes,
    Comparison,
    Rules,
    Said,
    with_verdicts,
)
from kratom_qc.app.rejudge.panel import Panel, Progress
from kratom_qc.app.rejudge.planning import Planner, Question, waves
from kratom_qc.app.rejudge.reread import declares_otherwise, reread
from kratom_qc.app.rejudge.waves import Judged
from kratom_qc.archive import rows, tables
from kratom_qc.archive.history import History, Past
from kratom_qc.domain.verdict import Verdict
from kratom_qc.judge.markets import Everywhere


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


def asked(
    history: History, policy: JudgementPolicy, name: str, *, everything: bool = False
) -> tuple[Question, tuple[int, ...]]:
    """The question to put to an archive, and for every batch the place of its Again in it."""
    planner = Planner(history, policy, everything=everything)
    alike = tuple(planner.place(past) for past in history.pasts)
    return Question(history.root, name, policy, tuple(planner.agains)), alike


def answered(
    history: History,
    question: Question,
    judges: Panel,
    alike: tuple[int, ...],
    progress: Progress = lambda *_: None,
) -> Answer:
    """Every batch of the archive by other terms. `before` of the batch's own verdict is what the
    home markets of today said."""
    policy, pasts = question.policy, history.pasts
    found = judges.judged(question, waves(history, pasts, alike), progress, len(pasts))
    weights, rules, names = _joined(found)
    decisions, says, deciding = _rulings(policy, pasts, weights, rules)
    ids = tuple(past.batch_id for past in pasts)
    after = Said(decisions, deciding, names)
    comparison = Comparison(ids, policy.everywhere, _before(history, policy), after, says)
    starts = np.cumsum([0, *(len(one.weights) for one in found)]).tolist()
    unread = {start + at for start, one in zip(starts, found, strict=False) for at in one.unread}
    otherwise = declares_otherwise(history, policy)
    unread |= {at for at, batch in enumerate(ids) if batch in otherwise}
    again = dict(
        zip(
            sorted(unread),
            reread(history, [pasts[at] for at in sorted(unread)], policy),
            strict=True,
        )
    )
    findings = _of_others(
        pa.concat_tables([one.findings for one in found]), {ids[at] for at in unread}
    )
    return Answer(
        question=question,
        pasts=pasts,
        alike=alike,
        comparison=with_verdicts(comparison, again),
        findings=pa.concat_tables([findings, _findings(question, again.values())]),
        whole=sum(one.whole for one in found),
        reread=again,
    )


def _of_others(findings: pa.Table, batches: set[str]) -> pa.Table:
    if not batches:
        return findings
    return findings.filter(pc.invert(pc.is_in(findings["batch_id"], pa.array(sorted(batches)))))


def _findings(question: Question, verdicts: Iterable[Verdict]) -> pa.Table:
    made = [
        rows.finding_row(finding, verdict.batch.batch_id)
        for verdict in verdicts
        for finding in verdict.findings
    ]
    return tables.table("findings", made, question.name, question.policy.on)


def _joined(found: Sequence[Judged]) -> tuple[Codes, Rules, tuple[str, ...]]:
    names: dict[str, int] = {}
    rules = []
    for one in found:
        places = np.array(
            [*(names.setdefault(name, len(names)) for name in one.names), -1], np.int32
        )
        rules.append(places[one.rules])
    return np.concatenate([one.weights for one in found]), np.concatenate(rules), tuple(names)


def _rulings(
    policy: JudgementPolicy, pasts: Sequence[Past], weights: Codes, rules: Rules
) -> tuple[Codes, Codes, Rules]:
    """(decisions, what the markets say, the rules that decide). Batches of one product whose
    findings weigh alike are ruled on once."""
    size = len(policy.everywhere) + 1
    decisions, says = (
        np.zeros((len(pasts), size), np.int8),
        np.zeros((len(pasts), size - 1), np.int8),
    )
    deciding = np.full((len(pasts), size), -1, np.int32)
    for product in dict.fromkeys(past.product for past in pasts):
        members = np.array([at for at, past in enumerate(pasts) if past.product == product])
        everywhere = Everywhere(policy.books, policy.everywhere, product)
        alike, of = _alike(weights[members])
        ruled = [
            [everywhere.own(row, policy.home), *everywhere.rulings(row).values()] for row in alike
        ]
        by = np.array([[-1 if one.slot is None else one.slot for one in row] for row in ruled])[of]
        decisions[members] = np.array([[CODES[one.decision] for one in row] for row in ruled])[of]
        says[members] = np.array([[SAYS.index(one.status) for one in row[1:]] for row in ruled])[of]
        deciding[members] = np.where(
            by < 0, -1, np.take_along_axis(rules[members], np.maximum(by, 0), axis=1)
        )
    return decisions, says, deciding


def _alike(rows: Codes) -> tuple[list[tuple[int, ...]], npt.NDArray[np.int64]]:
    """(the different rows, which of them each row is). Tens of thousands of rows are hundreds of
    different ones."""
    places: dict[bytes, int] = {}
    packed = np.ascontiguousarray(rows).view(f"V{rows.shape[1]}").ravel().tolist()
    of = np.array([places.setdefault(row, len(places)) for row in packed])
    return [tuple(np.frombuffer(row, np.int8).tolist()) for row in places], of


def _before(history: History, policy: JudgementPolicy) -> Said:
    """What was said then. Where other home markets counted then, the own verdict is the worst of
    what today's home markets said, as far as the batch was judged for them."""
    said, rules, names = history.before(
        policy.everywhere, {str(one): code for one, code in CODES.items() if one}
    )
    homes = [policy.everywhere.index(market) for market in policy.home]
    own = np.where((said[:, homes] == 0).any(axis=1), 0, said[:, homes].min(axis=1))
    for at, past in enumerate(history.pasts):
        if past.home == policy.home:
            own[at] = CODES[past.decision]
    by = np.full((len(own), 1), -1, np.int32)
    return Said(
        np.column_stack([own.astype(np.int8), said]), np.column_stack([by, rules]), tuple(names)
    )
