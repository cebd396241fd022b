"""Everything there is to say of one limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from kratom_qc import vocabulary
from kratom_qc.domain.limit import AmountLimit, Limit, Rulebook
from kratom_qc.rulebooks import plainly
from kratom_qc.vocabulary import wording


def about(
    book: Rulebook, limit: Limit, books: Mapping[str, Rulebook], day: date
) -> list[tuple[str, str]]:
    """Everything there is to say of a limit: (label, words), blank ones left out."""
    labelled = [
        ("asks", plainly.asks(limit)),
        ("printed", f"“{limit.text}”"),
        ("speaks of", plainly.scope(limit) or _covered(book)),
        ("accepts", _accepted(limit)),
        ("of", _basis(limit)),
        ("decided by", plainly.decision(limit)),
        ("silence", plainly.silence(limit)),
        (f"on {day}", plainly.standing(limit, day)),
        ("dates", f"from {limit.effective_from} to {limit.effective_to}"),
        ("status", limit.status),
        ("evidence", f"{limit.evidence} ({wording.evidence_words(limit.evidence)})"),
        ("source", limit.because),
        ("checked on", str(limit.checked_on or book.checked_on)),
        ("overrides", f"{limit.overrides}: {'; '.join(limit.changes)}" if limit.overrides else ""),
        ("overridden in", ", ".join(_overriding(book, limit, books))),
        ("supersedes", ", ".join(limit.supersedes)),
        ("superseded by", ", ".join(_superseding(limit, books))),
    ]
    return [(label, words) for label, words in labelled if words]


def _accepted(limit: Limit) -> str:
    if not isinstance(limit, AmountLimit):
        return ""
    return wording.interval_words(limit.acceptance_interval, limit.unit)


def _basis(limit: Limit) -> str:
    """The basis of an amount where it is not the usual one."""
    if not isinstance(limit, AmountLimit) or limit.basis == "as received":
        return ""
    return limit.basis


def _overriding(book: Rulebook, limit: Limit, books: Mapping[str, Rulebook]) -> Iterator[str]:
    """The rulebooks that override a limit of this one."""
    for other_book in books.values():
        for theirs in other_book.limits:
            if theirs.overrides == book.id and theirs.rule_id == limit.rule_id:
                yield other_book.id


def _superseding(limit: Limit, books: Mapping[str, Rulebook]) -> Iterator[str]:
    for book in books.values():
        for later in book.limits:
            if limit.rule_id in later.supersedes:
                yield later.rule_id


def _covered(book: Rulebook) -> str:
    """The products a rulebook speaks of, in words."""
    names = [vocabulary.product_forms()[product].lower() for product in book.covers]
    return ", ".join(names) or "every product"
