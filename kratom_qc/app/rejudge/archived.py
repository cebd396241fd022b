"""A whole archive judged again, on every core, and what every market says now beside what it said
then."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import pyarrow as pa

from kratom_qc.app.rejudge.comparison import Comparison, Decisions, decisions_of
from kratom_qc.app.rejudge.plan import ArchivedBatch, RejudgeRequest, distinct_changes
from kratom_qc.app.rejudge.reread import declares_otherwise, reread
from kratom_qc.app.rejudge.summary import CARDS, Outcome, drafts_of, installed
from kratom_qc.app.rejudge.wave import WaveAnswer, rejudge_wave, whole_verdicts
from kratom_qc.archive import rows, tables
from kratom_qc.archive.history import History, among
from kratom_qc.domain.errors import EngineError
from kratom_qc.domain.verdict import Verdict

WAVE = 10_000  # batches; a run of the engine costs a tenth of a second whatever its size
Progress = Callable[[int, int], None]  # batches done, of


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of every batch of an archive, in the order of `batches`."""

    request: RejudgeRequest
    batches: tuple[ArchivedBatch, ...]
    comparison: Comparison
    findings: pa.Table  # on everything that was asked again
    whole: int  # batches judged on everything
    reread: Mapping[int, Verdict]  # by their place: batches whose certificates were read again


def answered(
    history: History,
    request: RejudgeRequest,
    batches: tuple[ArchivedBatch, ...],
    progress: Progress = lambda *_: None,
) -> Answer:
    """Every batch of the archive on another basis. Raises the errors of `rejudge_wave` and of
    `reread`."""
    answers: list[WaveAnswer] = []
    before: list[Decisions] = []
    after: list[Decisions | None] = []
    waves = [batches[start : start + WAVE] for start in range(0, len(batches), WAVE)]
    for answer in _answers(request, waves):
        answers.append(answer)
        before += answer.before
        after += answer.after
        progress(len(after), len(batches))
    verdicts = _read_again(history, request, batches, after)
    for place, verdict in verdicts.items():
        after[place] = decisions_of(verdict, request.policy.everywhere)
    ids = tuple(batch.batch_id for batch in batches)
    findings = pa.concat_tables([answer.findings for answer in answers])
    findings = _without(findings, [ids[place] for place in verdicts])
    return Answer(
        request=request,
        batches=batches,
        comparison=Comparison(
            request.policy.everywhere, ids, tuple(before), tuple(filter(None, after))
        ),
        findings=pa.concat_tables([findings, _findings(request, verdicts.values())]),
        whole=sum(answer.whole for answer in answers),
        reread=verdicts,
    )


def _answers(
    request: RejudgeRequest, waves: Sequence[Sequence[ArchivedBatch]]
) -> Iterator[WaveAnswer]:
    """Every wave judged, in their order: a process for each core, or this one for a single wave."""
    if len(waves) == 1:
        yield rejudge_wave(request, waves[0])
        return
    processes = min(os.cpu_count() or 1, len(waves))
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        yield from pool.map(partial(rejudge_wave, request), waves)


def _read_again(
    history: History,
    request: RejudgeRequest,
    batches: Sequence[ArchivedBatch],
    after: Sequence[Decisions | None],
) -> dict[int, Verdict]:
    """Verdicts of the batches that the archive cannot answer for, or of which the vendor declares
    something else now, by their place."""
    otherwise = declares_otherwise(history, request.policy)
    places = [
        place
        for place, batch in enumerate(batches)
        if after[place] is None or batch.batch_id in otherwise
    ]
    verdicts = [batches[place].verdict for place in places]
    return dict(zip(places, reread(history, verdicts, request.policy), strict=True))


def _without(findings: pa.Table, batch_ids: Sequence[str]) -> pa.Table:
    return findings.filter(~among("batch_id", batch_ids))


def _findings(request: RejudgeRequest, verdicts: Iterable[Verdict]) -> pa.Table:
    made = [
        rows.finding_row(finding, verdict.batch.batch_id)
        for verdict in verdicts
        for finding in verdict.findings
    ]
    return tables.table("findings", made, tables.PassStamp(request.name, request.policy.on))


def outcome_of(history: History, answer: Answer, *, every_limit: bool) -> Outcome:
    """An answer with whole verdicts of the batches that its page shows.

    Raises EngineError where a batch, judged whole, is not decided as the answer says.
    """
    policy, comparison, batches = answer.request.policy, answer.comparison, answer.batches
    shown = comparison.changed[:CARDS]
    archived = [batches[place] for place in shown if place not in answer.reread]
    whole = whole_verdicts(history, policy, archived)
    verdicts = {}
    for place in shown:
        batch_id = comparison.batch_ids[place]
        verdicts[place] = answer.reread[place] if place in answer.reread else whole[batch_id]
        if not comparison.agrees(place, verdicts[place]):
            raise EngineError(
                f"batch {batch_id}: what changed and the whole batch are not judged alike; "
                "nothing is written. This is a fault of the program; report it"
            )
    return Outcome(
        name=answer.request.name,
        policy=policy,
        drafts=drafts_of(policy.books, installed()),
        comparison=comparison,
        products=tuple(batch.verdict.judged_as for batch in batches),
        judged_on=tuple(batch.verdict.judged_on for batch in batches),
        verdicts=verdicts,
        changes=distinct_changes(batches),
        every_limit=every_limit,
    )
