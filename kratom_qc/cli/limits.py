"""`kratom-qc limits`: the rulebooks as people ask for them. Nothing here decides anything."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kratom_qc import PROGRAM, settings, vocabulary
from kratom_qc.cli.vendor import plain_console, write_file
from kratom_qc.domain.errors import UsageError
from kratom_qc.domain.interval import plain
from kratom_qc.domain.limit import (
    AmountLimit,
    CertificateLimit,
    Limit,
    NotDetectedLimit,
    NumericLimit,
    ProductClassLimit,
    Rulebook,
)
from kratom_qc.rulebooks import plainly
from kratom_qc.rulebooks.dates import decides, stands
from kratom_qc.rulebooks.load import load_rulebooks
from kratom_qc.rulebooks.scope import market_books, markets_of, questions
from kratom_qc.vocabulary import wording


def books_in_force(drafts: Sequence[Path] = ()) -> dict[str, Rulebook]:
    """The rulebooks of the settings. Raises RulebookError for every mistake in them and in the word
    lists."""
    vocabulary.check_all()
    return load_rulebooks(settings.load().expectations, drafts)


def today() -> date:
    """The day, where none is named (UTC)."""
    return datetime.now(UTC).date()


# ---------------------------------------------------------------- overview, --intake, --analytes


def overview() -> int:
    """`limits`: the rulebooks, and what to ask next."""
    console = plain_console()
    table = _table(("rulebook", "kind", "limits", "checked", "title"))
    for book in books_in_force().values():
        table.add_row(
            book.id, book.kind, str(len(book.limits)), str(book.checked_on), escape(book.title)
        )
    console.print(table)
    console.print(
        "\nMore: limits list · show ID · lint · page · export FILE.xlsx · import FILE.xlsx · diff A B · suite RULEBOOK"
    )
    return 0


def _headline(book: Rulebook) -> str:
    return (
        f"[bold]{book.id}[/]  {book.kind}, {len(book.limits)} limits, version {escape(book.version)}, checked "
        f"{book.checked_on}  [dim]{escape(book.title)}[/]"
    )


def intake() -> int:
    """`limits --intake`: what a file may be and what reading it may cost, with the variable that
    sets each."""
    table = _table(("limit", "", "what it bounds", "set by"))
    table.columns[1].justify = "right"
    for name, value, what in settings.caps().told():
        table.add_row(name, f"{value:,}", what, f"KRATOM_QC_MAX_{name.upper()}")
    console = plain_console()
    console.print(table)
    console.print(
        "A file over a limit is REFUSED; nothing is ever cut short. Readers have no network and write no file."
    )
    return 0


def analytes() -> int:
    """`limits --analytes`: every analyte by the id that a limit names it with."""
    console = plain_console()
    for analyte in vocabulary.analytes().values():
        console.print(f"{analyte.id}  [dim]{escape(analyte.name)} ({analyte.family})[/]")
    return 0


def _table(headings: Iterable[str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


# ---------------------------------------------------------------- list


def listed(markets: Sequence[str], product: str | None, on: date | None, *, as_json: bool) -> int:
    """`limits list`: every limit that speaks, by rulebook, and how it stands on a day."""
    day = on or today()
    books = books_in_force()
    asked = _asked(books, markets, product)
    if as_json:
        for book, limit in asked:
            sys.stdout.write(
                json.dumps(as_object(book, limit, day), ensure_ascii=False, separators=(",", ":"))
                + "\n"
            )
        return 0
    console = plain_console()
    everything = not markets and product is None
    for name in books if everything else dict.fromkeys(book.id for book, _ in asked):
        _print_book(console, books[name], [limit for book, limit in asked if book.id == name], day)
    for market in markets:
        for book in market_books(books, market):
            if product and book.covers and product not in book.covers:
                console.print(f"{book.id} does not speak of {product}: a batch of it is held there")
    return 0


def _asked(
    books: Mapping[str, Rulebook], markets: Sequence[str], product: str | None
) -> list[tuple[Rulebook, Limit]]:
    """The limits that speak of a product in these markets; without markets, in every rulebook."""
    if product is not None and product not in vocabulary.product_forms():
        raise UsageError(
            f"'{product}' is no product; known are {', '.join(vocabulary.product_forms())}"
        )
    if markets or product:
        return [
            (books[book.id], limit)
            for book, limit in questions(books, markets or markets_of(books), product)
        ]
    return [(book, limit) for book in books.values() for limit in book.limits]


def _print_book(console: Console, book: Rulebook, limits: Sequence[Limit], day: date) -> None:
    console.print(_headline(book))
    table = _table(("limit", "asks", f"on {day}"))
    table.columns[0].max_width = 34
    for limit in limits:
        scope = plainly.scope(limit)
        asks = escape(plainly.asks(limit)) + (f" [dim]({escape(scope)})[/]" if scope else "")
        if limit.overrides:
            asks += f" [cyan]overrides {escape(plainly.changed(limit))}[/]"
        style = "" if stands(limit, day)[1] else "[dim]"
        table.add_row(escape(limit.rule_id), asks, f"{style}{escape(plainly.standing(limit, day))}")
    console.print(table)
    console.print()


def as_object(book: Rulebook, limit: Limit, day: date) -> dict[str, Any]:
    """A limit for programs: numbers as decimal strings in its canonical unit."""
    status, deciding = stands(limit, day)
    amount = limit if isinstance(limit, AmountLimit) else None
    absence = limit if isinstance(limit, NotDetectedLimit) else None
    portion, depth = (absence.portion, absence.lod_at_most) if absence else (None, None)
    acceptance_interval = amount.acceptance_interval if amount else None
    requires = limit.requires if isinstance(limit, ProductClassLimit | CertificateLimit) else ()
    return {
        "rule_id": limit.rule_id,
        "rulebook": book.id,
        "rulebook_kind": book.kind,
        "kind": limit.kind,
        "subject": limit.subject,
        "asks": plainly.asks(limit).replace(wording.THIN, " "),
        "text": limit.text,
        "low": plain(acceptance_interval.low) if acceptance_interval else None,
        "low_open": acceptance_interval.low_open if acceptance_interval else None,
        "high": plain(acceptance_interval.high)
        if acceptance_interval and acceptance_interval.high is not None
        else None,
        "high_open": acceptance_interval.high_open if acceptance_interval else None,
        "unit": limit.unit if isinstance(limit, NumericLimit) else "",
        "basis": amount.basis if amount else "",
        "portion": plain(portion) if portion is not None else None,
        "lod_at_most": plain(depth) if depth is not None else None,
        "products": list(limit.products),
        "requires": list(requires),
        "status": limit.status,
        "on": day.isoformat(),
        "stands": status,
        "decides": deciding,
        "effective_from": limit.effective_from,
        "effective_to": limit.effective_to,
        "when_missing": limit.when_missing,
        "decision_rule": plainly.decision(limit),
        "evidence": limit.evidence,
        "because": limit.because,
        "checked_on": (limit.checked_on or book.checked_on).isoformat(),
        "supersedes": list(limit.supersedes),
        "overrides": limit.overrides or None,
        "changes": list(limit.changes),
        "line": limit.line,
    }


# ---------------------------------------------------------------- show


def show(name: str, on: date | None) -> int:
    """`limits show`: a rulebook's limits, or everything about one limit."""
    books, day, console = books_in_force(), on or today(), plain_console()
    if name in books:
        book = books[name]
        _print_book(console, book, book.limits, day)
        for label, told in _about_book(book, day):
            console.print(f"[dim]{label}[/]  {escape(told)}")
        return 0
    found = [
        (book, limit) for book in books.values() for limit in book.limits if limit.rule_id == name
    ]
    if not found:
        known = [*books, *(limit.rule_id for book in books.values() for limit in book.limits)]
        near = ", ".join(vocabulary.closest(name, known, 3))
        raise UsageError(
            f"'{name}' is no rulebook and no rule (nearest: {near or 'none'}); see `kratom-qc limits list`"
        )
    for book, limit in found:
        console.print(
            f"[bold]{escape(limit.rule_id)}[/]  {escape(book.title)} ({book.id}.toml:{limit.line})"
        )
        table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
        table.add_column(style="dim", no_wrap=True)
        table.add_column(overflow="fold")
        for label, told in about(book, limit, books, day):
            table.add_row(label, escape(told))
        console.print(table)
    return 0


def _about_book(book: Rulebook, day: date) -> Iterator[tuple[str, str]]:
    yield "extends", ", ".join(book.extends) or "nothing"
    yield "speaks of", ", ".join(book.covers) or "every product"
    yield "checked on", f"{book.checked_on}, good for {book.max_age_days} days"
    yield from (("overdue", sentence) for sentence in wording.overdue([book], day))


def about(
    book: Rulebook, limit: Limit, books: Mapping[str, Rulebook], day: date
) -> list[tuple[str, str]]:
    """Everything there is to say of a limit: (label, words), blank ones left out."""
    after = [
        one.rule_id
        for other in books.values()
        for one in other.limits
        if limit.rule_id in one.supersedes
    ]
    replaced = [
        other.id
        for other in books.values()
        for one in other.limits
        if one.overrides == book.id and one.rule_id == limit.rule_id
    ]
    amount = limit if isinstance(limit, AmountLimit) else None
    told = [
        ("asks", plainly.asks(limit)),
        ("printed", f"“{limit.text}”"),
        ("speaks of", plainly.scope(limit) or wording_of_covers(book)),
        (
            "accepts",
            wording.interval_words(amount.acceptance_interval, amount.unit) if amount else "",
        ),
        ("of", amount.basis if amount and amount.basis != "as received" else ""),
        ("decided by", plainly.decision(limit)),
        ("silence", plainly.silence(limit)),
        (f"on {day}", plainly.standing(limit, day)),
        ("dates", f"from {limit.effective_from} to {limit.effective_to}"),
        ("status", limit.status),
        ("evidence", f"{limit.evidence} ({wording.evidence_words(limit.evidence)})"),
        ("source", limit.because),
        ("checked on", str(limit.checked_on or book.checked_on)),
        ("overrides", f"{limit.overrides}: {'; '.join(limit.changes)}" if limit.overrides else ""),
        ("overridden in", ", ".join(replaced)),
        ("supersedes", ", ".join(limit.supersedes)),
        ("superseded by", ", ".join(after)),
    ]
    return [(label, words) for label, words in told if words]


def wording_of_covers(book: Rulebook) -> str:
    """The products a rulebook speaks of, in words."""
    names = [vocabulary.product_forms()[one].lower() for one in book.covers]
    return ", ".join(names) or "every product"


# ---------------------------------------------------------------- lint


def lint(drafts: Sequence[Path]) -> int:
    """`limits lint`: nothing but the good news; mistakes are raised where rulebooks are loaded."""
    books, console = books_in_force(drafts), plain_console()
    limits = [limit for book in books.values() for limit in book.limits]
    deciding = sum(map(decides, limits))
    kinds = Counter(limit.kind for limit in limits)
    products = [book.id for book in books.values() if book.kind == "product"]
    console.print(f"{len(books)} rulebooks with {len(limits)} limits: no mistake found")
    console.print(", ".join(f"{count} {kind}" for kind, count in kinds.most_common()))
    console.print(
        f"Every printed text says what its data say. {deciding} limits decide while they are in force; each amount can be met "
        f"and can be missed. A batch of which nothing was tested passes on no day in {len(products)} products × "
        f"{len(markets_of(books))} markets."
    )
    return 0


# ---------------------------------------------------------------- page


def page(output: Path | None, on: date | None, *, check: bool) -> int:
    """`limits page`: every limit with its source, as one HTML page."""
    if check and output is None:
        raise UsageError("--check compares with a page; name it with --output FILE")
    text = page_text(books_in_force(), on or today())
    if output is None:
        sys.stdout.write(text)
        return 0
    if check:
        same = output.is_file() and output.read_bytes() == text.encode()
        print(
            f"{output} is {'current' if same else 'not the page of these rulebooks; write it again'}",
            file=sys.stderr,
        )
        return 0 if same else 1
    write_file(output, text.encode())
    print(f"All limits: {output}", file=sys.stderr)
    return 0


def page_text(books: Mapping[str, Rulebook], day: date) -> str:
    """The page of all limits as they stand on a day. Same rulebooks and day, same text."""
    from kratom_qc.report.limits import Entry, limits_page

    entries = {
        book.id: [
            Entry(
                limit,
                plainly.asks(limit),
                plainly.standing(limit, day),
                stands(limit, day)[1],
                {**dict(about(book, limit, books, day)), "overrides": plainly.changed(limit)},
            )
            for limit in book.limits
        ]
        for book in books.values()
    }
    return limits_page(list(books.values()), entries, day=day, program=PROGRAM)
