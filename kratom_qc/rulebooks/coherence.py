"""Mistakes that no row shows by itself: one rule in two files, two figures for one thing, a law
that begins before the one it replaces has ended. `kratom_qc.judge.specification` asks for them when
every row has been read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import combinations

from kratom_qc import vocabulary
from kratom_qc.domain.interval import Interval, plain
from kratom_qc.domain.limit import Limit, Rulebook
from kratom_qc.rulebooks import meaning, vacuity
from kratom_qc.rulebooks.dates import bound, decides
from kratom_qc.rulebooks.lineages import lineage, scope
from kratom_qc.rulebooks.rulebook_file import Row, Written


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


def mistakes(books: Mapping[str, Rulebook], written: Mapping[str, Written]) -> list[str]:
    """Every mistake between limits, files and days, each beginning with file, line and id."""
    places = Places(written)
    found = [*_one_id_in_two_files(written.values()), *_ids_that_look_alike(written.values())]
    for book in books.values():
        spoken = scope(book, books)
        for limit in book.limits:
            row = {
                **({} if limit.overrides else written[book.id].defaults),
                **places.row(limit).keys,
            }
            told = (*meaning.mistakes(limit, row), *_belongs(limit, book, spoken))
            found += [f"{places.of(limit, key)}: {mistake}" for key, mistake in told]
            found += _succession(limit, books, places) if limit.supersedes else ()
    found += _overlaps(books, places)
    return list(dict.fromkeys((*found, *vacuity.mistakes(books, written))))


# ---------------------------------------------------------------- ids


def _one_id_in_two_files(written: Iterable[Written]) -> Iterator[str]:
    first: dict[str, tuple[Written, Row]] = {}
    for book in written:
        for row in book.limits:
            other, there = first.setdefault(row.id, (book, row))
            if other is not book:
                yield (
                    f"{book.where(row, 'id')}: the id stands in {other.name}:{there.line} too; write an [[override]] in a "
                    "rulebook that extends it, or give it an id of its own"
                )


def _ids_that_look_alike(written: Iterable[Written]) -> Iterator[str]:
    first: dict[str, tuple[Written, Row]] = {}
    for book in written:
        for row in book.rows:
            other, there = first.setdefault(row.id.casefold(), (book, row))
            if there.id != row.id:
                yield f"{book.where(row, 'id')}: differs from {there.id} in {other.name}:{there.line} by capital letters only"


# ---------------------------------------------------------------- what belongs where


def _belongs(limit: Limit, book: Rulebook, spoken: set[str]) -> Iterator[meaning.Mistake]:
    """A law is no specification of ours, and a limit must speak of something that its rulebook
    speaks of."""
    if book.kind == "market" and limit.status == "adopted":
        yield (
            "status",
            "status 'adopted' is for our own specification; what a market demands is in_force",
        )
    if book.kind == "market" and limit.evidence == "specification":
        yield (
            "evidence",
            "evidence 'specification' is for our own figures; say how well the law's text is known",
        )
    if limit.products and spoken and not set(limit.products) & spoken:
        yield (
            "products",
            f"products names {', '.join(limit.products)}, and {book.id} speaks of {', '.join(sorted(spoken))}",
        )
    if limit.kind == "product_class" and decides(limit):
        asked = (spoken or set(vocabulary.product_forms())) & set(
            limit.products or vocabulary.product_forms()
        )
        if asked <= set(limit.requires):
            yield "requires", "requires allows every product it speaks of; it would decide nothing"
        if not asked & set(limit.requires):
            yield "requires", "requires allows none of the products it speaks of; that is a ban"


# ---------------------------------------------------------------- successions


def _succession(limit: Limit, books: Mapping[str, Rulebook], places: Places) -> Iterator[str]:
    """What a limit supersedes must be there, have ended, and leave neither a gap nor a day with
    both."""
    where = places.of(limit, "supersedes")
    known = {one.rule_id: one for book in lineage(books, limit.rulebook) for one in book.limits}
    for name in limit.supersedes:
        before = known.get(name)
        if name == limit.rule_id or (
            before is not None and _comes_back(before, limit.rule_id, known)
        ):
            yield f"{where}: supersedes {name}, which supersedes it"
        elif before is None:
            yield f"{where}: supersedes {name}, which no rulebook of its lineage holds"
        elif limit.status not in ("proposed", "withdrawn") and before.status not in (
            "proposed",
            "withdrawn",
        ):
            told = _handover(before, limit)
            if told:
                yield f"{where}: supersedes {places.brief(before)}, {told}"


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
    if before.effective_to == "open":
        return (
            "" if before.status == "superseded" else "whose effective_to is open: say when it ended"
        )
    if "unknown" in (before.effective_to, after.effective_from):
        return ""
    ended, begun = before.effective_to, after.effective_from
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
        above = [one for one in lineage(books, book.id) if one.id != book.id]
        own = [limit for limit in book.limits if decides(limit)]
        inherited = [limit for one in above for limit in one.limits if decides(limit)]
        pairs = [(*pair, True) for pair in combinations(own, 2)]
        pairs += [(first, second, book.kind == "product") for first in inherited for second in own]
        for first, second, one_figure in pairs:
            if _same_question(first, second, book, books):
                told = _clash(first, second, one_figure)
                if told:
                    yield f"{places.of(second, 'text')}: {told.format(places.brief(first))}"


def _same_question(
    first: Limit, second: Limit, book: Rulebook, books: Mapping[str, Rulebook]
) -> bool:
    kinds = {first.kind, second.kind}
    if first.subject != second.subject or not kinds <= {"amount", "not_detected"}:
        return False
    if kinds == {"amount"} and _asked(first) != _asked(second):
        return False
    spoken = scope(book, books) or set(vocabulary.product_forms())
    both = set(first.products or spoken) & set(second.products or spoken) & spoken
    return bool(both) and _same_days(first, second)


def _asked(limit: Limit) -> tuple[str, str, str]:
    """A lower-bound sum is another quantity than the sum itself."""
    return limit.basis, limit.unit, limit.sum


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
    return bound(limit.effective_from, first=True), bound(
        limit.effective_to, first=False
    ) if ends else date.max


def _clash(first: Limit, second: Limit, one_figure: bool) -> str:
    if (
        first.acceptance_interval is not None
        and second.acceptance_interval is not None
        and not first.acceptance_interval.meets(second.acceptance_interval)
    ):
        return "nothing can meet this limit and {} at once"
    if not one_figure:
        return ""
    if first.kind != second.kind:
        return "one limit allows an amount of what the other, {}, does not allow at all"
    if first.kind == "not_detected" or _same_end(
        first.acceptance_interval, second.acceptance_interval
    ):
        return f"{_figure(first)} and {_figure(second)} of {second.subject} in the same days; keep one, or override {{}}"
    return ""


def _same_end(first: Interval | None, second: Interval | None) -> bool:
    if first is None or second is None:
        return False
    return (first.high is not None and second.high is not None) or (
        first.low > 0 and second.low > 0
    )


def _figure(limit: Limit) -> str:
    if limit.acceptance_interval is None:
        return "absence" if limit.portion is None else f"absence in {plain(limit.portion)} g"
    return f"'{limit.text}'"
