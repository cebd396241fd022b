"""The dates of a certificate: which days each may mean, and which cannot be.

Nothing here has a clock: whether a day is too old or lies ahead is judged with the day of
judgement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from kratom_qc import vocabulary
from kratom_qc.domain.account import PageText
from kratom_qc.domain.certificate import Certificate, DateSpan, HoldReason, ResultRow
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.interpret.dates import (
    Calendar,
    UnreadableDate,
    days_within,
    is_dated,
    orders,
    read_date,
)
from kratom_qc.interpret.papers import says_nothing
from kratom_qc.vocabulary import calendar

DATE_FACTS = (
    *("sampled_on", "received_on", "tested_on", "issued_on", "signed_on", "manufactured_on"),
    *("expires_on", "retest_on", "valid_until"),
)
MEASURED = "measured_on"
"""The oldest day of any measurement, whatever its column or label is called."""
# Work of several days, signatures of several people: these may be printed more than once.
_REPEATED = ("tested_on", "signed_on")
_BEFORE_WORK = ("sampled_on", "received_on")
_BEFORE_THE_END = ("manufactured_on", "issued_on")
# In a laboratory's order of work; a later step cannot come before an earlier one.
_SEQUENCE = ("manufactured_on", "sampled_on", "received_on", "tested_on", "issued_on")


@dataclass(frozen=True, slots=True)
class Dated:
    """The dates of one certificate by their facts' names, where each is printed, and what holds."""

    dates: Mapping[str, DateSpan]
    printed: Mapping[str, SourceText] = field(default_factory=dict)
    hold_reasons: tuple[HoldReason, ...] = ()


# ---------------------------------------------------------------- how a file writes its dates


def calendar_of(
    certificates: Sequence[Certificate], mark: str | None
) -> tuple[Calendar, list[HoldReason]]:
    """How a file writes its dates, and what contradicts itself in that.

    The order of day and month is what a profile states and the file's own dates prove; else what
    its decimal mark (`mark`), the languages of its labels or the laboratory's place say; else the
    only one in which all its dates are possible.
    """
    thai = any("th" in certificate.languages for certificate in certificates)
    stated = next((paper.day_first for paper in certificates if paper.day_first is not None), None)
    texts = [text.text for certificate in certificates for _, text in _date_texts(certificate)]
    proof = orders(texts)
    if len(proof) == 2 or (stated is not None and (not stated) in proof):
        return Calendar(None, thai), [_contradiction(certificates, proof, stated)]
    if stated is None:
        stated = next(iter(proof), None)
    if stated is None:
        stated = _by_its_place(certificates, mark)
    if stated is None:
        stated = _only_possible(certificates, thai)
    return Calendar(stated, thai), []


def _contradiction(
    certificates: Sequence[Certificate], proof: Mapping[bool, str], stated: bool | None
) -> HoldReason:
    if len(proof) == 2:
        what = f"'{proof[True]}' puts the day first and '{proof[False]}' the month"
    else:
        first = "day" if stated else "month"
        what = f"its profile states that the {first} comes first, its dates do not"
    ref = CellRef(certificates[0].file)
    return HoldReason("AMBIGUOUS-DATE", f"the file contradicts itself: {what}", ref)


def _by_its_place(certificates: Iterable[Certificate], mark: str | None) -> bool | None:
    """Where a comma parts decimals, or labels are of another language than English, days stand
    first; in the United States months do."""
    certificates = list(certificates)
    if mark == "," or any(certificate.languages for certificate in certificates):
        return True
    american = any(
        calendar.puts_month_first(text)
        for certificate in certificates
        for text in _letterhead(certificate)
    )
    return False if american else None


def _letterhead(certificate: Certificate) -> Iterator[str]:
    """The laboratory's name, and the lines without a label that its address stands in."""
    if "laboratory" in certificate.facts:
        yield certificate.facts["laboratory"].text
    for text in certificate.texts:
        if not (text.label or text.column or text.row_of):
            yield text.source.text


def _only_possible(certificates: Sequence[Certificate], thai: bool) -> bool | None:
    """The order of day and month in which fewer dates of a file are impossible; None where neither
    is."""
    wrong = {
        order: sum(len(_dated(paper, Calendar(order, thai)).hold_reasons) for paper in certificates)
        for order in (True, False)
    }
    return None if wrong[True] == wrong[False] else wrong[True] < wrong[False]


# ---------------------------------------------------------------- one certificate


def dates_of(certificate: Certificate, use: Calendar) -> Dated:
    """Every date of a certificate. What is impossible in either order of day and month is so, even
    if some mixture of both were possible."""
    dated = _dated(certificate, use)
    if use.first_is_day is not None or _out_of_order(dated):
        return dated
    orders = (_dated(certificate, use._replace(first_is_day=order)) for order in (True, False))
    day_first, month_first = map(_out_of_order, orders)
    wrong = day_first if day_first and month_first else ()
    return replace(dated, hold_reasons=(*dated.hold_reasons, *wrong))


def _out_of_order(dates: Dated) -> tuple[HoldReason, ...]:
    return tuple(reason for reason in dates.hold_reasons if reason.rule_id == "DATES-IMPOSSIBLE")


def _dated(certificate: Certificate, use: Calendar) -> Dated:
    hold_reasons: list[HoldReason] = []
    read: dict[str, list[tuple[DateSpan, SourceText]]] = {}
    for name, text in _date_texts(certificate):
        try:
            day = read_date(text.text, use)
            read.setdefault(name, []).append((day, text))
        except UnreadableDate as error:
            why = f"'{text.text}' cannot be read as a date: {error}; write it as 2026-03-04"
            hold_reasons.append(HoldReason("AMBIGUOUS-DATE", why, text.ref))
    dates: dict[str, DateSpan] = {}
    printed: dict[str, SourceText] = {}
    for name, days in read.items():
        if name not in (*_REPEATED, MEASURED):
            hold_reasons += _differing(name, days)
        best = min(days, key=_first) if name == MEASURED else max(days, key=_last)
        dates[name], printed[name] = best
    if "issued_on" not in dates and "signed_on" in dates:
        dates["issued_on"], printed["issued_on"] = dates["signed_on"], printed["signed_on"]
    hold_reasons += _impossible(dates, printed)
    return Dated(dates, printed, tuple(hold_reasons))


def _first(day: tuple[DateSpan, SourceText]) -> DateSpan:
    return day[0]


def _last(day: tuple[DateSpan, SourceText]) -> tuple[object, ...]:
    return (day[0].latest, day[0].earliest)


def _date_texts(certificate: Certificate) -> Iterator[tuple[str, SourceText]]:
    """Every text that states a date, with its fact's name: those labelled so, and for the oldest
    measurement those of the tests and any date beside a result or a label that nobody knows."""
    for name, text in (*certificate.facts.items(), *certificate.further):
        if name in DATE_FACTS and _means(text):
            yield name, text
            if name == "tested_on":
                yield MEASURED, text
    yield from ((MEASURED, text) for text in _days_of_rows(certificate.rows))
    for page_text in certificate.texts:
        if dates_a_measurement(page_text):
            yield MEASURED, page_text.source


def _days_of_rows(rows: Iterable[ResultRow]) -> Iterator[SourceText]:
    """The days in headings of sections and in the names of rows."""
    named = (word for row in rows for word in (row.section, row.analyte) if word is not None)
    for word in dict.fromkeys(named):
        for day in days_within(word.text):
            yield replace(word, text=day)


def dates_a_measurement(text: PageText) -> bool:
    """Whether a text is a date beside a result or a label that nobody knows: it counts as the day
    of a measurement."""
    beside = text.row_of or (text.label and vocabulary.plain_label(text.label) != "date")
    return bool(beside) and (is_dated(text.source.text) or _is_day_of_column(text))


def _is_day_of_column(text: PageText) -> bool:
    """`20261005` under a heading of dates: a number everywhere else."""
    name = vocabulary.fact_name(text.column) or ""
    try:
        return name.endswith("_on") and bool(read_date(text.source.text))
    except UnreadableDate:
        return False


def _means(printed: SourceText) -> bool:
    """Whether a date is stated: `n/a` states none, and `pending` or `not tested` is no date."""
    return bool(printed.text.strip()) and not says_nothing(printed.text)


def _differing(name: str, days: Sequence[tuple[DateSpan, SourceText]]) -> Iterator[HoldReason]:
    """Two places that state one date differently, in every reading."""
    first, known = days[0]
    for span, text in days[1:]:
        if span.earliest > first.latest or span.latest < first.earliest:
            what = name.removesuffix("_on").replace("_", " ")
            why = f"the date '{what}' is '{known.text}' at {known.ref} and '{text.text}' here"
            yield HoldReason("FACT-CONTRADICTS", why, text.ref)


def _impossible(
    dates: Mapping[str, DateSpan], printed: Mapping[str, SourceText]
) -> Iterator[HoldReason]:
    for earlier, later in _in_order(dates):
        if dates[later].latest < dates[earlier].earliest:
            first = f"{earlier.removesuffix('_on')} {dates[earlier]}"
            why = f"{later.removesuffix('_on')} {dates[later]} is before {first}"
            yield HoldReason("DATES-IMPOSSIBLE", why, printed[later].ref)


def _in_order(dates: Mapping[str, DateSpan]) -> Iterator[tuple[str, str]]:
    """Pairs of dates of which the second cannot come before the first."""
    steps = [name for name in _SEQUENCE if name in dates]
    yield from pairwise(steps)
    # Work is measured and a paper signed in no order with its issue, but never before there is a
    # sample.
    for last, known in ((MEASURED, "tested_on"), ("signed_on", "issued_on")):
        if last in dates and dates[last] != dates.get(known):
            yield from ((step, last) for step in _BEFORE_WORK if step in dates)
    if "expires_on" in dates:  # nothing can be made, tested or certified after its own end
        yield from ((step, "expires_on") for step in steps if step in _BEFORE_THE_END)


def undated(certificate: Certificate, dates: Mapping[str, DateSpan]) -> list[HoldReason]:
    """A certificate without a date that its age could be told from."""
    if any(name in dates for name in (*_SEQUENCE, MEASURED)):
        return []
    why = "no date of sampling, receipt, test or issue is printed, so the age cannot be checked"
    return [HoldReason("UNDATED", why, CellRef(certificate.file))]
