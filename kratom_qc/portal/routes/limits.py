"""The limits as they stand on a day, what comes, what must be read again; two batches compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, Depends
from starlette.responses import Response

from kratom_qc.app import reports
from kratom_qc.app.compare import compare
from kratom_qc.domain.errors import InputNotFound
from kratom_qc.domain.limit import Limit, Rulebook
from kratom_qc.domain.roles import Action
from kratom_qc.portal import kept_pages
from kratom_qc.portal.guard import Visitor, who
from kratom_qc.portal.house import House, InHouse
from kratom_qc.portal.pages import page
from kratom_qc.report.comparison_page import comparison_view
from kratom_qc.rulebooks import plainly
from kratom_qc.rulebooks.dates import bound, in_force, is_pending, stands
from kratom_qc.rulebooks.hazards import due

router = APIRouter()
Reader = Annotated[Visitor, Depends(who(Action.SEE_ALL))]
LimitsReader = Annotated[Visitor, Depends(who(Action.SEE_LIMITS))]
_MOST = 200  # limits of one page


class Line(NamedTuple):
    """A limit as it stands on a day."""

    book: Rulebook
    limit: Limit
    asks: str
    standing: str
    decides: bool
    why: str = ""


@router.get("/limits")
def limits(
    house: InHouse,
    visitor: LimitsReader,
    on: str = "",
    search: str = "",
    book: str = "",
    show: str = "in force",
) -> Response:
    """The limits of a day: those in force, those that come, those that are due to be read again."""
    today = datetime.now(UTC).date()
    try:
        day, wrong = date.fromisoformat(on) if on else today, ""
    except ValueError:
        day, wrong = today, f"'{on}' is no day; these are the limits of today"
    books = house.today.policy().books
    every = _LISTS.get(show, _standing)(books, day)
    matches = [line for line in every if _is_asked(line, search, book)]
    return page(
        "limits.html",
        visitor,
        books=books.values(),
        lines=matches[:_MOST],
        count=len(matches),
        day=day,
        wrong=wrong,
        asked={"on": day.isoformat(), "search": search, "book": book, "show": show},
        lists=list(_LISTS),
    )


@router.get("/limits/as-judged")
def as_judged(house: InHouse, _visitor: Reader) -> Response:
    """Every limit by which the newest pass judged, to which the kept pages lead."""
    return kept_pages.answer(reports.limits_as_judged(house.store.root))


def _is_asked(line: Line, search: str, book: str) -> bool:
    text = f"{line.limit.rule_id} {line.book.id} {line.book.title} {line.asks} {line.limit.because}"
    low = text.casefold()
    return all(word in low for word in search.casefold().split()) and book in ("", line.book.id)


def _lines(books: Mapping[str, Rulebook], day: date) -> Iterable[Line]:
    for book in books.values():
        for rule in book.limits:
            yield Line(
                book, rule, plainly.asks(rule), plainly.standing(rule, day), stands(rule, day)[1]
            )


def _standing(books: Mapping[str, Rulebook], day: date) -> list[Line]:
    """What decides on the day."""
    return [line for line in _lines(books, day) if line.decides]


def _coming(books: Mapping[str, Rulebook], day: date) -> list[Line]:
    """What stands later, may stand already, or is proposed; the next first."""
    coming = [line for line in _lines(books, day) if _comes(line.limit, day)]
    dated = (line._replace(why=_from(line.limit)) for line in coming)
    return sorted(dated, key=lambda line: (line.why == "", line.why))


def _comes(limit: Limit, day: date) -> bool:
    if is_pending(limit, day) or in_force(limit, day) == "not yet in force":
        return True
    return str(limit.status) == "proposed" and in_force(limit, day) != "expired"


def _from(limit: Limit) -> str:
    known = bound(limit.effective_from, first=True) > date.min
    return f"from {limit.effective_from}" if known else ""


def _overdue(books: Mapping[str, Rulebook], day: date) -> list[Line]:
    """What a person must compare with its source, the most harmful first."""
    return [
        Line(
            entry.book,
            entry.limit,
            plainly.asks(entry.limit),
            plainly.standing(entry.limit, day),
            True,
            "; ".join(
                filter(None, (entry.why, f"{entry.days} days over" if entry.days > 0 else ""))
            ),
        )
        for entry in due(books, day)
    ]


def _everything(books: Mapping[str, Rulebook], day: date) -> list[Line]:
    return list(_lines(books, day))


_LISTS = {
    "in force": _standing,
    "coming": _coming,
    "to be read again": _overdue,
    "every limit": _everything,
}


@router.get("/compare")
def compared(
    house: InHouse, visitor: Reader, one: str = "", other: str = "", batch: str = ""
) -> Response:
    """Two batches side by side, or two certificates of one `batch`, or the form that asks which."""
    asked = {"one": one.strip(), "other": other.strip(), "batch": batch.strip()}
    view: dict[str, Any] = {}
    wrong = ""
    if asked["one"] and asked["other"]:
        try:
            comparison = compare(
                house.store.root, asked["one"], asked["other"], asked["batch"] or None
            )
            view = comparison_view(comparison)
        except InputNotFound as error:
            wrong = _lacking(house, asked) or str(error)
    batches = {view[side].batch_id for side in ("one", "other")} if view else ()
    return page(
        "compare.html",
        visitor,
        status=404 if wrong else 200,
        asked=asked,
        wrong=wrong,
        view=view,
        links={batch: f"/batches/{quote(batch)}" for batch in batches},
        **view,
    )


def _lacking(house: House, asked: Mapping[str, str]) -> str:
    """Which batches are none; empty where a certificate is none of its batch."""
    batches = [asked["batch"]] if asked["batch"] else [asked["one"], asked["other"]]
    known = house.store.ledger.batches(batches)
    lacking = [batch for batch in batches if batch not in known]
    return f"There is no batch {' and no batch '.join(lacking)}" if lacking else ""
