"""The limits that speak of a product in some markets, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kratom_qc.app.policy import check_product
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
from kratom_qc.rulebooks.dates import stands
from kratom_qc.rulebooks.scope import markets_of, questions
from kratom_qc.vocabulary import wording


def limits_asked(
    books: Mapping[str, Rulebook], markets: Sequence[str], product: str | None
) -> list[tuple[Rulebook, Limit]]:
    """The limits that speak of a product in these markets; without markets, in every rulebook.
    Raises UsageError for a market or a product that there is not."""
    check_product(product)
    if markets or product:
        return [
            (books[book.id], limit)
            for book, limit in questions(books, markets or markets_of(books), product)
        ]
    return [(book, limit) for book in books.values() for limit in book.limits]


def limit_object(book: Rulebook, limit: Limit, day: date) -> dict[str, Any]:
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
