"""Causes to hold a batch that no limit asks about: each is a finding of `integrity`, or of the
market it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.certificate import InterpretedCertificate
from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.limit import Limit, Rulebook
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.judge.markets import INTEGRITY
from kratom_qc.rulebooks.dates import stands
from kratom_qc.rulebooks.hazards import bounded
from kratom_qc.rulebooks.scope import applicable, asked, covers, market_books, product_books
from kratom_qc.vocabulary import analytes, product_forms, product_names
from kratom_qc.vocabulary.hazards import hazard_families, is_hazard
from kratom_qc.vocabulary.wording import overdue

# What dates a measurement, best first.
_AGE = ("measured_on", "tested_on", "received_on", "sampled_on", "issued_on", "manufactured_on")
_ENDS = ("expires_on", "retest_on", "valid_until")


class Integrity:
    """What holds batches of one product on one day, whatever their limits say."""

    def __init__(
        self,
        books: Mapping[str, Rulebook],
        markets: Sequence[str],
        product: str | None,
        on: date,
        *,
        overdue: bool,
        panels: Sequence[str] = (),
    ):
        self.on = on
        asked_books = product_books(books, product)
        self.oldest = min(
            (
                book.certificate_max_age_days
                for book in asked_books
                if book.certificate_max_age_days is not None
            ),
            default=None,
        )
        self.product = product
        self.panels = [hazard_families()[name] for name in panels]
        self.bounded = frozenset[str]().union(
            *(bounded(limit) for _, limit in asked(asked_books, product) if stands(limit, on)[1])
        )
        self.always = tuple(_always(books, markets, product))
        if overdue:
            self.always += tuple(_overdue(applicable(books, markets, product), on))

    def findings(self, batch: Batch) -> list[Finding]:
        """Every cause to hold the batch."""
        findings = [
            held(reason.rule_id, reason.why, reason.ref, reason.analyte)
            for reason in batch.hold_reasons
        ]
        for certificate in batch.certificates:
            findings += self._dates(certificate)
        for certificate in batch.certificates:
            findings += self._found_without_limit(certificate)
        findings += self._panels_not_tested(batch)
        return [*findings, *self.always]

    def _dates(self, certificate: InterpretedCertificate) -> Iterator[Finding]:
        on, dates, facts = self.on, certificate.dates, certificate.printed_facts
        # Of a date with two readings the earlier is judged: it holds wherever one of them would.
        for name, (day, _) in dates.items():
            if day > on and name not in _ENDS:
                why = f"{name.removesuffix('_on')} {day} lies after the day of judgement {on}"
                yield held("DATES-IMPOSSIBLE", why, facts[name].ref)
            if day < on and name in _ENDS:
                ended = _printed_day(day, facts[name])
                why = f"the product or certificate expired on {ended}, before {on}"
                yield held("EXPIRED", why, facts[name].ref)
        # A new issue date does not make old measurements young.
        dating = next((name for name in _AGE if name in dates), None)
        if self.oldest is None or dating is None:
            return
        measured, printed = dates[dating].earliest, facts[dating]
        if on - measured > timedelta(days=self.oldest):
            printed_day = _printed_day(measured, printed)
            why = f"the certificate is of {printed_day}, more than {self.oldest} days before {on}"
            yield held("CERTIFICATE-TOO-OLD", why, printed.ref)

    def _panels_not_tested(self, batch: Batch) -> Iterator[Finding]:
        """Families of which something must have been tested, and of which nothing was."""
        for family in self.panels:
            if not batch.was_tested_for_any(family.members):
                why = f"none of the {family.name} was tested, and the settings require it"
                yield held("PANEL-NOT-TESTED", why, None)

    def _found_without_limit(self, certificate: InterpretedCertificate) -> Iterator[Finding]:
        """Something of a family of hazards that was found, and that no limit of the product
        decides: nobody has decided that this is harmless. Only the product's own rulebooks count,
        so that a verdict does not depend on which markets were asked."""
        for result in certificate.results:
            present = result.detected or result.interval.low > 0
            if not (present and result.known) or result.analyte in self.bounded:
                continue
            if is_hazard(result.analyte, self.product):
                why = (
                    f"'{result.reported}': {analytes()[result.analyte].name} was found, and no "
                    "limit of the product decides on it"
                )
                yield held("FOUND-WITHOUT-LIMIT", why, result.ref, result.analyte)


def _printed_day(day: date, printed: SourceText) -> str:
    """A day, with what is printed where that is not the same text."""
    return str(day) if printed.text.strip() == str(day) else f"{day} ('{printed.text.strip()}')"


def held(rule_id: str, why: str, ref: CellRef | None, analyte: str | None = None) -> Finding:
    """A cause to hold as a finding."""
    return Finding(
        rule_id=rule_id,
        rulebook=INTEGRITY,
        market=None,
        analyte=analyte,
        outcome=Outcome.INCONCLUSIVE,
        decides=True,
        why=why,
        because="kratom_qc holds what cannot be decided from the certificates alone",
        ref=ref,
    )


def disagreement(limit: Limit, engine: Outcome, crosscheck: Outcome) -> Finding:
    """The engine and the crosscheck read one limit differently."""
    return held(
        "CROSSCHECK-DISAGREES",
        f"two readings of {limit.rule_id} disagree: the engine says {engine}, the crosscheck "
        f"{crosscheck}. This is a fault of the program; report it",
        None,
        limit.subject,
    )


def _always(
    books: Mapping[str, Rulebook], markets: Sequence[str], product: str | None
) -> Iterator[Finding]:
    """What holds every batch of the product: no rulebook for it, or a market's rulebook that does
    not speak of it."""
    if product is None:
        return
    if not product_books(books, product):
        yield held("NO-RULEBOOK", f"there is no rulebook for the product '{product}'", None)
    above = {book.id: book for market in markets for book in market_books(books, market)}
    for book in above.values():
        if not covers(book, product):
            yield _uncovered(book, product)


def _uncovered(book: Rulebook, product: str) -> Finding:
    """Nothing is never a pass."""
    spoken = ", ".join(product_forms()[covered].lower() for covered in book.covers)
    name = product_names()[product].lower()
    return Finding(
        rule_id=f"{book.id.upper()}-COVERS",
        rulebook=book.id,
        market=book.id,
        analyte=None,
        outcome=Outcome.INCONCLUSIVE,
        decides=True,
        why=f"the rulebook speaks of {spoken}; whether {name} may be sold here it does not say",
        because=book.title,
    )


def _overdue(books: Sequence[Rulebook], on: date) -> Iterator[Finding]:
    for book in books:
        for sentence in overdue([book], on):
            market = book.id if book.kind == "market" else None
            yield replace(
                held("RULEBOOK-OVERDUE", f"the rulebook {sentence}", None),
                rulebook=book.id,
                market=market,
            )
