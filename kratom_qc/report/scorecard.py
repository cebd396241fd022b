"""The page of a vendor, a laboratory or a product: how its batches stand, what holds and fails
them, and how their values move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kratom_qc.domain.disposition import Disposition
from kratom_qc.domain.verdict import Decision
from kratom_qc.report.html import page_name
from kratom_qc.report.rendering import render
from kratom_qc.report.store_index import IndexRow
from kratom_qc.report.trend_chart import TrendChart

KINDS = {"vendor": "vendors", "laboratory": "laboratories", "product": "products"}
_SHOWN = 100  # batches listed; the index of the store has all
_CAUSES = 12
_MONTHS = 24
_WIDTH, _HIGH = 720, 90  # of the picture of the months


class Against(NamedTuple):
    """One cause that holds or fails batches: what it is about, by which rules, and how many."""

    outcome: str
    subject: str
    rules: str
    batches: int


class Share(NamedTuple):
    """How many batches of how many have a verdict."""

    decision: str
    number: int
    per_cent: str


class Month(NamedTuple):
    """The batches judged in a month, as bars of a picture: (css, y, height)."""

    name: str
    x: float
    width: float
    bars: tuple[tuple[str, float, float], ...]
    words: str


class Scorecard(NamedTuple):
    """All that the page says; `batches` are those looked at, the newest of `every`. `key` is what
    the name stands for, of a product its id."""

    kind: str
    name: str
    link: str
    batches: int
    shares: tuple[Share, ...]
    dispositions: tuple[tuple[str, int], ...]
    changed: int  # batches whose verdict was another before
    refused: int | None  # files of a vendor that never became data
    causes: tuple[Against, ...]
    more_causes: int
    months: tuple[Month, ...]
    rows: tuple[IndexRow, ...]
    key: str = ""
    every: int = 0

    @property
    def sentence(self) -> str:
        """What a person would say of it."""
        shares = {share.decision: share for share in self.shares}
        if not self.batches:
            return "No batch."
        many = "1 batch" if self.batches == 1 else f"{self.batches} batches"
        if self.every > self.batches:
            many = f"its newest {many} ({self.every} in all)"
        passed, failed = shares[Decision.PASS], shares[Decision.FAIL]
        shares_said = f"Of {many} {passed.number} PASS ({passed.per_cent}), {failed.number} FAIL"
        most = f"; most often: {self.causes[0].subject}" if self.causes else ""
        return f"{shares_said} and {shares[Decision.HOLD].number} are on HOLD{most}."


def group_link(kind: str, name: str) -> str:
    """The place of a group's page among the reports."""
    return f"{KINDS[kind]}/{page_name(name)}"


def scorecard(
    kind: str,
    name: str,
    rows: Sequence[IndexRow],
    causes: Iterable[Against] = (),
    refused: int | None = None,
) -> Scorecard:
    """The card of a group of batches, given newest first."""
    verdicts = Counter(row.verdict for row in rows)
    listed = sorted(causes, key=lambda cause: (-cause.batches, cause.subject))
    return Scorecard(
        kind=kind,
        name=name,
        link=group_link(kind, name),
        batches=len(rows),
        shares=tuple(
            Share(str(decision), verdicts[decision], _per_cent(verdicts[decision], len(rows)))
            for decision in Decision
        ),
        dispositions=tuple(
            (str(disposition), number)
            for disposition in Disposition
            if (number := sum(row.disposition == disposition for row in rows))
        ),
        changed=sum(bool(row.before) and row.before != row.verdict for row in rows),
        refused=refused,
        causes=tuple(listed[:_CAUSES]),
        more_causes=max(0, len(listed) - _CAUSES),
        months=_months(rows),
        rows=tuple(sorted(rows, key=_open_first)[:_SHOWN]),
    )


def _per_cent(number: int, of: int) -> str:
    return f"{100 * number / of:.0f} %" if of else "–"


def _open_first(row: IndexRow) -> tuple[bool, int, int]:
    is_open = row.disposition in (Disposition.ON_HOLD, Disposition.AWAITING_REVIEW)
    return not is_open, list(Decision).index(Decision(row.verdict)), -row.number


def _months(rows: Iterable[IndexRow]) -> tuple[Month, ...]:
    """The batches by the month of their newest verdict, worst at the bottom."""
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        counts.setdefault(row.judged_on[:7], Counter())[row.verdict] += 1
    names = sorted(counts)[-_MONTHS:]
    most = max((counts[name].total() for name in names), default=1)
    step = _WIDTH / max(len(names), 6)
    return tuple(
        _month(name, round(place * step, 1), round(step * 0.7, 1), counts[name], most)
        for place, name in enumerate(names)
    )


def _month(name: str, x: float, width: float, counts: Counter[str], most: int) -> Month:
    bars, bottom = [], float(_HIGH)
    for decision in Decision:
        high = counts[decision] / most * (_HIGH - 12)
        if high:
            bottom = round(bottom - high, 1)
            bars.append((decision.lower(), bottom, round(high, 1)))
    words = ", ".join(f"{counts[decision]} {decision}" for decision in Decision if counts[decision])
    return Month(name, x, width, tuple(bars), f"{name}: {words}")


def scorecard_page(
    card: Scorecard,
    charts: Sequence[TrendChart],
    links: Mapping[str, str],
    *,
    remarks: Sequence[str] = (),
    program: str,
) -> str:
    """The page of one group. `links` lead from a batch to its page, relative to this one; `remarks`
    are sentences about its values as a whole."""
    return render(
        "scorecard.html",
        title=f"{card.kind.capitalize()} {card.name}",
        card=card,
        charts=sorted(charts, key=lambda chart: (not chart.warns, chart.title)),
        remarks=remarks,
        links=links,
        up="../",
        program=program,
    )


def groups_page(cards: Iterable[Scorecard], *, program: str) -> str:
    """The page that leads to those of all groups."""
    by_kind: dict[str, list[Scorecard]] = {}
    for card in sorted(cards, key=lambda card: (-card.batches, card.name)):
        by_kind.setdefault(card.kind, []).append(card)
    return render(
        "groups.html",
        title="Vendors, laboratories and products",
        kinds=[(KINDS[kind], by_kind[kind]) for kind in KINDS if kind in by_kind],
        decisions=[str(decision) for decision in Decision],
        program=program,
    )
