"""Mistakes that no row shows by itself: one rule in two files, two figures for one thing, a law
that begins before the one it replaces has ended. `kratom_qc.rulebooks.load` asks for them when
every row has been read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import combinations, product

from kratom_qc.domain.interval import Interval, plain
from kratom_qc.domain.limit import (
    AmountLimit,
    BookKind,
    Evidence,
    Limit,
    LimitStatus,
    NotDetectedLimit,
    NumericLimit,
    ProductClassLimit,
    Rulebook,
)
from kratom_qc.rulebooks import meaning, vacuity
from kratom_qc.rulebooks.dates import bound, decides
from kratom_qc.rulebooks.lineages import lineage
from kratom_qc.rulebooks.rulebook_file import Row, Written
from kratom_qc.rulebooks.schema import AnyRow, Mistake
from kratom_qc.rulebooks.scope import products_of_book, products_of_limit

Rows = Mapping[tuple[str, str], AnyRow]  # by rulebook and id


class Places:
    """Where limits are written."""

    def __init__(self, written: Mapping[str, Written]):
        self.written = written
        self._rows = {(book.stem, row.id): row for book in written.values() for row in book.rows}

    def row(self, limit: Limit) -> Row:
        return self._rows[limit.rulebook, limit.rule_id]

    def of(self, limit: Limit, key: str = "") -> str:
        """File, line and id, with the line of a key where the limit's own row has it."""
        return self.written[limit.rulebook].where(self.row(limit), key)

    def brief(self, limit: Limit) -> str:
        return f"{limit.rule_id} ({self.written[limit.rulebook].name}:{self.row(limit).line})"


def mistakes(
    books: Mapping[str, Rulebook], written: Mapping[str, Written], rows: Rows
) -> list[str]:
    """Every mistake between limits, files and days, each beginning with file, line and id."""
    places = Places(written)
    wrong = [*_one_id_in_two_files(written.values()), *_ids_that_look_alike(written.values())]
    for book in books.values():
        spoken = products_of_book(book, books)
        for limit in book.limits:
            row = rows[book.id, limit.rule_id]
            of_limit = (*meaning.mistakes(limit, row), *_belongs(limit, book, spoken))
            wrong += [f"{places.of(limit, key)}: {sentence}" for key, sentence in of_limit]
            wrong += _succession(limit, books, places)
    wrong += _overlaps(books, places)
    return list(dict.fromkeys((*wrong, *vacuity.mistakes(books, written))))


# ---------------------------------------------------------------- ids


def _one_id_in_two_files(written: Iterable[Written]) -> Iterator[str]:
    first: dict[str, tuple[Written, Row]] = {}
    for book in written:
        for row in book.limits:
            earlier, before = first.setdefault(row.id, (book, row))
            if earlier is not book:
                yield (
                    f"{book.where(row, 'id')}: the id stands in {earlier.name}:{before.line} too; "
                    "write an [[override]] in a rulebook that extends it, or give it an id of its "
                    "own"
                )


def _ids_that_look_alike(written: Iterable[Written]) -> Iterator[str]:
    first: dict[str, tuple[Written, Row]] = {}
    for book in written:
        for row in book.rows:
            earlier, before = first.setdefault(row.id.casefold(), (book, row))
            if before.id != row.id:
                yield (
                    f"{book.where(row, 'id')}: differs from {before.id} in "
                    f"{earlier.name}:{before.line} by capital letters only"
                )


# ---------------------------------------------------------------- what belongs where


def _belongs(limit: Limit, book: Rulebook, spoken: frozenset[str]) -> Iterator[Mistake]:
    """A law is no specification of ours, and a limit must speak of something that its rulebook
    speaks of."""
    if book.kind == BookKind.MARKET and limit.status == LimitStatus.ADOPTED:
        yield (
            "status",
            "status 'adopted' is for our own specification; what a market demands is in_force",
        )
    if book.kind == BookKind.MARKET and limit.evidence == Evidence.SPECIFICATION:
        yield (
            "evidence",
            "evidence 'specification' is for our own figures; say how well the law's text is known",
        )
    asked = products_of_limit(limit, spoken)
    if limit.products and not asked:
        yield (
            "products",
            f"products names {', '.join(limit.products)}, and {book.id} speaks of "
            f"{', '.join(sorted(spoken))}",
        )
    if isinstance(limit, ProductClassLimit) and decides(limit):
        if asked <= set(limit.requires):
            yield "requires", "requires allows every product it speaks of; it would decide nothing"
        if not asked & set(limit.requires):
            yield "requires", "requires allows none of the products it speaks of; that is a ban"


# ---------------------------------------------------------------- successions


def _succession(limit: Limit, books: Mapping[str, Rulebook], places: Places) -> Iterator[str]:
    """What a limit supersedes must be there, have ended, and leave neither a gap nor a day with
    both."""
    if not limit.supersedes:
        return
    where = places.of(limit, "supersedes")
    known = {rule.rule_id: rule for book in lineage(books, limit.rulebook) for rule in book.limits}
    for name in limit.supersedes:
        before = known.get(name)
        if before is None and name != limit.rule_id:
            yield f"{where}: supersedes {name}, which no rulebook of its lineage holds"
        elif before is None or name == limit.rule_id or _comes_back(before, limit.rule_id, known):
            yield f"{where}: supersedes {name}, which supersedes it"
        elif not {limit.status, before.status} & _NEVER_LAW:
            mistake = _handover(before, limit)
            if mistake:
                yield f"{where}: supersedes {places.brief(before)}, {mistake}"


_NEVER_LAW = {LimitStatus.PROPOSED, LimitStatus.WITHDRAWN}


def _comes_back(
    limit: Limit, to: str, known: Mapping[str, Limit], seen: frozenset[str] = frozenset()
) -> bool:
    return any(
        name == to
        or (
            name in known
            and name not in seen
            and _comes_back(known[name], to, known, seen | {name})
        )
        for name in limit.supersedes
    )


def _handover(before: Limit, after: Limit) -> str:
    """What is wrong between the end of one limit and the beginning of the next. A partial date may
    be any of its days."""
    ended, begun = before.effective_to, after.effective_from
    if ended == "open":
        is_ended = before.status == LimitStatus.SUPERSEDED
        return "" if is_ended else "whose effective_to is open: say when it ended"
    if "unknown" in (ended, begun):
        return ""
    if bound(begun, first=False) < bound(ended, first=True):
        return f"which is in force until {ended}: this one begins before, on {begun}"
    gap = bound(begun, first=True) > bound(ended, first=False) + timedelta(days=1)
    if gap and "gap" not in after.because.casefold():
        return (
            f"which ended on {ended}: this one begins on {begun}. Say in because why there is a gap"
        )
    return ""


# ---------------------------------------------------------------- two figures for one thing


def _overlaps(books: Mapping[str, Rulebook], places: Places) -> Iterator[str]:
    """Limits that decide on the same thing in the same days.

    In one rulebook, and in a product's whole lineage (it is all our own specification), one thing
    has one figure. A market may repeat or tighten what the law above it says; but where nothing
    could meet both, one of them is wrong.
    """
    for book in books.values():
        spoken = products_of_book(book, books)
        for first, second, one_figure in _pairs(book, books):
            if not _same_question(first, second, spoken):
                continue
            clash = _clash(first, second, one_figure)
            if clash:
                yield f"{places.of(second, 'text')}: {clash.format(places.brief(first))}"


def _pairs(
    book: Rulebook, books: Mapping[str, Rulebook]
) -> Iterator[tuple[NumericLimit, NumericLimit, bool]]:
    """Two limits on one subject that decide, the second of this rulebook, and whether one thing may
    have one figure only."""
    above = [_deciding(parent) for parent in lineage(books, book.id) if parent.id != book.id]
    for subject, limits in _deciding(book).items():
        for first, second in combinations(limits, 2):
            yield first, second, True
        for inherited in above:
            for first, second in product(inherited.get(subject, ()), limits):
                yield first, second, book.kind == BookKind.PRODUCT


def _deciding(book: Rulebook) -> dict[str, list[NumericLimit]]:
    """A rulebook's limits on amounts that decide, by subject."""
    deciding: dict[str, list[NumericLimit]] = {}
    for limit in book.limits:
        if isinstance(limit, NumericLimit) and decides(limit):
            deciding.setdefault(limit.subject, []).append(limit)
    return deciding


def _same_question(first: NumericLimit, second: NumericLimit, spoken: frozenset[str]) -> bool:
    amounts = isinstance(first, AmountLimit) and isinstance(second, AmountLimit)
    if amounts and first.quantity_key != second.quantity_key:
        return False
    both = products_of_limit(first, spoken) & products_of_limit(second, spoken)
    return bool(both) and _same_days(first, second)


def _same_days(first: Limit, second: Limit) -> bool:
    """Whether both are in force on some day; the day on which one succeeds the other does not
    count."""
    handed = first.rule_id in second.supersedes or second.rule_id in first.supersedes
    (from_1, to_1), (from_2, to_2) = (days(first), days(second))
    begin, end = max(from_1, from_2), min(to_1, to_2)
    return begin < end if handed else begin <= end


def days(limit: Limit) -> tuple[date, date]:
    """The first and the last day of a limit, as far as they are known."""
    ends = limit.effective_to not in ("open", "unknown")
    last = bound(limit.effective_to, first=False) if ends else date.max
    return bound(limit.effective_from, first=True), last


def _clash(first: NumericLimit, second: NumericLimit, one_figure: bool) -> str:
    """What is wrong with two limits on one thing in the same days; `{}` stands for the first."""
    same_end = True
    if isinstance(first, AmountLimit) and isinstance(second, AmountLimit):
        if not first.acceptance_interval.meets(second.acceptance_interval):
            return "nothing can meet this limit and {} at once"
        same_end = _same_end(first.acceptance_interval, second.acceptance_interval)
    if not one_figure or not same_end:
        return ""
    if first.kind != second.kind:
        return "one limit allows an amount of what the other, {}, does not allow at all"
    return (
        f"{_figure(first)} and {_figure(second)} of {second.subject} in the same days; keep one, "
        "or override {}"
    )


def _same_end(first: Interval, second: Interval) -> bool:
    most = first.high is not None and second.high is not None
    return most or (first.low > 0 and second.low > 0)


def _figure(limit: NumericLimit) -> str:
    if isinstance(limit, NotDetectedLimit):
        return "absence" if limit.portion is None else f"absence in {plain(limit.portion)} g"
    return f"'{limit.text}'"
