"""What an archive says of batches: what was decided then, and the findings on every limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.rejudge.comparison import NOT_JUDGED, Decisions, MarketDecision
from kratom_qc.app.rejudge.plan import ArchivedBatch
from kratom_qc.archive.history import ArchivedVerdict, ArchiveTables, among
from kratom_qc.domain.verdict import Decision
from kratom_qc.rulebooks.scope import Rule

_FINDING = ("batch_id", "rulebook", "rule_id", "outcome", "decides")
_MARKET = ("batch_id", "market", "verdict", "rule_id")

Row = dict[str, Any]
ArchivedFindings = Mapping[Rule, Row]  # columns of the findings of one batch


def _ids(batches: Iterable[ArchivedBatch]) -> list[str]:
    return [batch.batch_id for batch in batches]


def decided_then(
    history: ArchiveTables, pass_id: str, batches: Sequence[ArchivedBatch], policy: JudgementPolicy
) -> dict[str, Decisions]:
    """What a pass decided of batches, by batch id."""
    ours = among("batch_id", _ids(batches)) & ds.field("market").is_valid()
    markets: dict[str, dict[str, MarketDecision]] = {}
    for alike, batch_ids in alike_batches(history.table("verdicts", pass_id, _MARKET, ours)):
        decisions = {
            row["market"]: MarketDecision(Decision(row["verdict"]), None, row["rule_id"] or "")
            for row in alike
        }
        markets |= dict.fromkeys(batch_ids, decisions)
    then: dict[str, Decisions] = {}
    for batch in batches:
        by_market = markets.get(batch.batch_id, {})
        batch_decision = _own_then(batch.verdict, by_market, policy.home)
        of_markets = [by_market.get(market, NOT_JUDGED) for market in policy.everywhere]
        then[batch.batch_id] = batch_decision, *of_markets
    return then


def _own_then(
    verdict: ArchivedVerdict, markets: Mapping[str, MarketDecision], home: Sequence[str]
) -> MarketDecision:
    """A batch's own verdict of then. Where other home markets counted then, it is the worst of what
    today's home markets said, as far as the batch was judged for them."""
    if verdict.home_markets == tuple(home):
        return MarketDecision(verdict.decision)
    decisions = [markets.get(market, NOT_JUDGED).decision for market in home]
    worst_first = (None, *Decision)
    return MarketDecision(min(decisions, key=worst_first.index))


def archived_findings(
    history: ArchiveTables, pass_id: str, batches: Iterable[ArchivedBatch]
) -> dict[str, ArchivedFindings]:
    """The findings of a pass on batches; batches with the same ones share them. A rule with more
    than one finding has none: nobody can say which of them holds."""
    findings: dict[str, ArchivedFindings] = {batch_id: {} for batch_id in _ids(batches)}
    ours = among("batch_id", findings)
    for alike, batch_ids in alike_batches(history.table("findings", pass_id, _FINDING, ours)):
        counts = Counter(_rule_of(row) for row in alike)
        single = {_rule_of(row): row for row in alike if counts[_rule_of(row)] == 1}
        findings |= dict.fromkeys(batch_ids, single)
    return findings


def _rule_of(row: Row) -> Rule:
    return row["rulebook"], row["rule_id"]


def alike_batches(table: pa.Table) -> Iterator[tuple[list[Row], list[str]]]:
    """Rows of a table, each with all the batches of which exactly these rows speak, in their order.

    Of ten thousand batches a few hundred differ, and what follows from rows is found once for all
    that are alike.
    """
    if not len(table):
        return
    frame = table.unify_dictionaries().to_pandas()
    columns = [name for name in table.column_names if name != "batch_id"]
    kinds = frame.groupby(columns, sort=False, observed=True, dropna=False).ngroup()
    examples = kinds.drop_duplicates()
    rows_of_kinds = table.select(columns).take(examples.index.to_list()).to_pylist()
    row_of = dict(zip(examples, rows_of_kinds, strict=True))
    alike: dict[tuple[int, ...], list[str]] = {}
    for batch_id, of_batch in kinds.groupby(frame["batch_id"], sort=False):
        alike.setdefault(tuple(of_batch.tolist()), []).append(batch_id)
    for numbers, batch_ids in alike.items():
        yield [row_of[number] for number in numbers], batch_ids
