"""Trends of what laboratories measured, and which batches another day would judge otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from threading import Lock
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from kratom_qc.app.policy import load_policy
from kratom_qc.app.store import history_of
from kratom_qc.app.trends.report import trends
from kratom_qc.app.trends.specifications import Specifications
from kratom_qc.app.trends.statements import Wanted
from kratom_qc.domain.errors import InputNotFound, UsageError
from kratom_qc.domain.roles import Action
from kratom_qc.ledger.search import Wanted as AnyBatch
from kratom_qc.ledger.search import search
from kratom_qc.portal.guard import Visitor, who
from kratom_qc.portal.house import House, InHouse
from kratom_qc.portal.pages import page
from kratom_qc.report.trend_chart import TrendChart, trend_chart
from kratom_qc.vocabulary import analytes, product_names, wording

router = APIRouter()
Reader = Annotated[Visitor, Depends(who(Action.SEE_ALL))]
_NAMES = ("product", "laboratory", "vendor", "analyte")
_FEWEST = 2  # points of a series that is drawn
_MOST = 24  # charts of a page; those that warn first, then the longest
_NEWEST_CERTIFICATES = 1_000  # whose results are looked at
one_at_a_time = Lock()  # an answer may look at thousands of results


@router.get("/trends")
def drawn(house: InHouse, visitor: Reader, request: Request) -> Response:
    """The series of a product, laboratory, vendor or analyte between their control limits."""
    asked = {name: request.query_params.get(name, "").strip() for name in _NAMES}
    wrong, charts, count = "", list[TrendChart](), 0
    try:
        charts, count = _charts(house, asked) if any(asked.values()) else ([], 0)
    except UsageError as error:
        wrong = str(error)
    except InputNotFound:
        wrong = "Nothing of these is known"
    batches = {line.batch_id for chart in charts for line in chart.lines}
    return page(
        "trends.html",
        visitor,
        status=400 if wrong else 200,
        asked=asked,
        wrong=wrong,
        charts=charts,
        count=count,
        links={batch: f"/batches/{quote(batch)}" for batch in batches},
        products={form: wording.product_name(form) for form in product_names()},
        analytes={analyte.id: analyte.name for analyte in analytes().values()},
    )


def _charts(house: House, asked: Mapping[str, str]) -> tuple[list[TrendChart], int]:
    """(the series to draw, those that warn first; how many there are)."""
    wanted = Wanted(
        product=asked["product"] or None,
        laboratory=asked["laboratory"] or None,
        vendor=asked["vendor"] or None,
        analyte=asked["analyte"] or None,
        newest=_NEWEST_CERTIFICATES,
    )
    with one_at_a_time:
        report = trends(house.store.root, wanted)
    series = [trend for trend in report.trends if len(trend.series.points) >= _FEWEST]
    series.sort(key=lambda drawn: (not drawn.out_of_trend, -len(drawn.series.points)))
    limits = Specifications(report.on)
    return [trend_chart(drawn, limits.of(drawn.series.key)) for drawn in series[:_MOST]], len(
        series
    )


# ---------------------------------------------------------------- another day

_NEWEST = 2_000  # batches that are asked again: one wave, in this very process
_LISTED = 200  # that change, by name


@router.get("/what-if")
def what_if(house: InHouse, visitor: Reader, on: str = "") -> Response:
    """Which of the newest batches the limits of another day would judge otherwise."""
    wrong, view, lines = "", None, list[Any]()
    every = sum(house.store.ledger.tally().verdicts.values())
    if on:
        try:
            day = date.fromisoformat(on)
        except ValueError:
            wrong = f"'{on}' is no day"
        else:
            with one_at_a_time:
                view, lines = _answered(house, day)
    return page(
        "what_if.html",
        visitor,
        status=400 if wrong else 200,
        on=on or datetime.now(UTC).date().isoformat(),
        wrong=wrong,
        view=view,
        lines=lines,
        every=every,
        newest=_NEWEST,
    )


def _answered(house: House, day: date) -> tuple[Any, list[Any]]:
    """(the view of the answer, a line for each batch that changes); nothing is kept."""
    from kratom_qc.app.rejudge import archived  # loads the engine, which takes two seconds
    from kratom_qc.app.rejudge.plan import RejudgeRequest, archived_batches
    from kratom_qc.app.rejudge.summary import batch_line
    from kratom_qc.app.rejudge.summary import page as summary

    newest = search(house.store.ledger, AnyBatch(), count=_NEWEST).batches
    policy = load_policy(on=day)
    history = history_of(house.store.root, [batch.batch_id for batch in newest])
    request = RejudgeRequest(house.store.root, "what-if", policy, history.lying)
    answer = archived.answered(history, request, archived_batches(history, policy))
    outcome = archived.outcome_of(history, answer, every_limit=False)
    changed = outcome.comparison.changed[:_LISTED]
    return summary(outcome, kept=False), [batch_line(outcome, place) for place in changed]
