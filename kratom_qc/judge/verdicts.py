"""Findings → verdicts: a batch's own, and one per market. A verdict can be recomputed from its findings by anyone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from kratom_qc.judge import crosscheck, explain
from kratom_qc.judge.answers import CONSTANT
from kratom_qc.judge.checks import DECIDING
from kratom_qc.judge.dates import in_force
from kratom_qc.judge.markets import INTEGRITY, Everywhere
from kratom_qc.judge.plan import (
    NUMERIC,
    OUTCOMES,
    Asked,
    Codes,
    Group,
    guard,
    judged_interval,
    market_books,
    plan,
    product_books,
)
from kratom_qc.judge.specification import derived_kinds
from kratom_qc.model import UNMEASURED, Batch, Finding, Limit, Outcome, Place, Quantity, Result, Rulebook, Verdict
from kratom_qc.vocabulary import analytes, product_forms

_AGE = ("tested_on", "received_on", "sampled_on", "issued_on")  # what dates a measurement, best first


@dataclass(slots=True)
class Judgement:
    """A whole run judged. Verdicts are made one at a time, so that ten thousand batches need not be held as findings."""

    batches: Sequence[Batch]
    books: Mapping[str, Rulebook]
    markets: tuple[str, ...]
    home: tuple[str, ...]
    on: date
    groups: list[Group]
    codes: Mapping[int, Codes]  # id(asked) → per member, into OUTCOMES
    doubted: dict[int, list[tuple[Limit, Outcome, Outcome]]]  # batch → where the crosscheck disagrees
    hold_overdue: bool
    constant: dict[int, Finding] = field(default_factory=dict)

    def verdicts(self) -> Iterator[Verdict]:
        """Every verdict, in the order of the batches."""
        where = {member: (group, at) for group in self.groups for at, member in enumerate(group.members)}
        everywhere = {group.product: Everywhere(self.books, self.markets, group.product) for group in self.groups}
        for index in range(len(self.batches)):
            group, at = where[index]
            yield self._verdict(index, group, at, everywhere[group.product])

    def _verdict(self, index: int, group: Group, at: int, everywhere: Everywhere) -> Verdict:
        batch = self.batches[index]
        findings = [self._finding(asked, at, batch) for asked in group.asked]
        findings += _integrity(batch, self.books, self.on)
        findings += [_crosscheck_finding(*disagreement) for disagreement in self.doubted.get(index, ())]
        findings += _uncovered(batch, self.books, self.markets)
        if self.hold_overdue:
            findings += _overdue(everywhere.rulebooks, self.on)
        return everywhere.verdict(batch, findings, self.home, self.on)

    def _finding(self, asked: Asked, at: int, batch: Batch) -> Finding:
        limit = asked.limit
        outcome = OUTCOMES[self.codes[id(asked)][at]]
        if limit.kind in NUMERIC:
            return _numeric(limit, asked.book, batch, asked.column.answers[at], outcome, self.on)
        if limit.kind not in CONSTANT:
            return _unmeasured(limit, asked.book, batch, outcome, self.on)
        if id(asked) not in self.constant:  # the same for every batch: a ban is a ban
            self.constant[id(asked)] = _unmeasured(limit, asked.book, batch, outcome, self.on)
        return self.constant[id(asked)]


def judge(
    batches: Sequence[Batch],
    books: Mapping[str, Rulebook],
    *,
    markets: Sequence[str],
    home: Sequence[str],
    on: date,
    hold_overdue: bool = False,
) -> Judgement:
    """Judge many batches in one run of the engine.

    `markets` are reported; `home` are those that the batch's own verdict includes beside its product rulebook.
    `hold_overdue` lets a rulebook hold that nobody has compared with its sources for too long. Raises
    UsageError for a market without a rulebook and EngineError where the engine did not do what was planned.
    """
    from kratom_qc.judge import engine  # Great Expectations takes two seconds to import

    everywhere = tuple(dict.fromkeys((*markets, *home)))
    groups = plan(batches, books, everywhere)
    codes = engine.outcomes(groups)
    doubted: dict[int, list[tuple[Limit, Outcome, Outcome]]] = {}
    for group in groups:
        for asked in group.asked:
            places, again = _again(asked, group, batches)
            said = [OUTCOMES[code] for code in codes[id(asked)][places].tolist()]
            if again != said:
                for at, one, other in zip(places, said, again, strict=True):
                    if one is not other:
                        doubted.setdefault(group.members[at], []).append((asked.limit, one, other))
    return Judgement(batches, books, tuple(everywhere), tuple(home), on, groups, codes, doubted, hold_overdue)


def _again(asked: Asked, group: Group, batches: Sequence[Batch]) -> tuple[Sequence[int], list[Outcome]]:
    """The crosscheck's outcomes, and the places in the group they stand at: those that answer an amount, else everyone."""
    if asked.limit.kind in NUMERIC:
        return asked.column.answered, crosscheck.reads(asked.limit, asked.column.present)
    return range(len(group.members)), crosscheck.reads(asked.limit, (), [batches[index] for index in group.members])


# ---------------------------------------------------------------- findings


def _market(book: Rulebook) -> str | None:
    return book.id if book.kind == "market" else None


def _status(limit: Limit, on: date) -> tuple[str, bool]:
    """(status to print, whether the limit may decide on this day)."""
    dated = in_force(limit, on)
    if limit.status not in DECIDING:
        return limit.status, False
    if dated != "in force":
        return dated, False
    return limit.status, not limit.screen and not limit.advisory and limit.kind != "attestation"


def _numeric(
    limit: Limit, book: Rulebook, batch: Batch, quantity: Quantity | None, outcome: Outcome, on: date
) -> Finding:
    status, decides = _status(limit, on)
    silent = None if quantity is not None else _silent(batch, limit.subject)
    undeclared = limit.applies == "declared" and quantity is None
    incomparable = silent is not None and silent.measured and silent.detected is not False
    if incomparable:  # something was measured or found, in words or units that cannot be compared: that is not silence
        outcome = Outcome.INCONCLUSIVE
    if limit.evidence == "memory" and outcome in (Outcome.PASS, Outcome.FAIL):
        outcome = Outcome.INCONCLUSIVE
    # A sum whose parts were not all tested is silent about the rest; an amount that only lacks a factor is not.
    silence = quantity is None or limit.subject in derived_kinds() or limit.kind == "not_detected"
    if undeclared or (outcome is Outcome.MISSING and limit.when_missing == "note" and silence):
        decides = False
    why = (
        "no label claim is declared for this batch" if undeclared else explain.numeric(limit, outcome, quantity, silent)
    )
    place = quantity.results[0].place if quantity is not None and quantity.results else silent.place if silent else None
    interval = UNMEASURED if quantity is None else judged_interval(limit, quantity)
    return Finding(
        rule_id=limit.rule_id,
        rulebook=book.id,
        market=_market(book),
        analyte=limit.subject,
        outcome=outcome,
        decides=decides,
        why=why,
        because=limit.because,
        limit=limit.text,
        unit=limit.unit if quantity is None else quantity.unit,
        interval=interval,
        when_missing=limit.when_missing,
        status=status,
        place=place,
        source=limit,
        quantity=quantity,
        conditional=_conditional(limit, outcome, quantity),
        decision_rule=explain.decision_rule(limit),
    )


def _conditional(limit: Limit, outcome: Outcome, quantity: Quantity | None) -> str:
    """Which kind of INCONCLUSIVE the guard band makes: the measured value itself lies inside the limit, or outside."""
    if limit.decision_rule != "guarded" or outcome is not Outcome.INCONCLUSIVE or quantity is None:
        return ""
    if limit.evidence == "memory" or guard(limit, quantity) is None:
        return ""
    (plainly,) = crosscheck.reads(replace(limit, decision_rule="simple"), [quantity])
    return {Outcome.PASS: "conditional pass", Outcome.FAIL: "conditional fail"}.get(plainly, "")


def _silent(batch: Batch, subject: str) -> Result | None:
    """What a certificate says of a subject without answering the limit: `NT`, a blank, `Complies`, `ND` without LOD."""
    said = [result for analysis in batch.analyses for result in analysis.results if result.analyte == subject]
    return next((result for result in said if result.measured), next(iter(said), None))


def _unmeasured(limit: Limit, book: Rulebook, batch: Batch, outcome: Outcome, on: date) -> Finding:
    """Limits that no amount answers: bans, product classes, attestations, descriptions, certificate contents, profiles."""
    status, decides = _status(limit, on)
    why = explain.unmeasured(limit, outcome, batch)
    if limit.evidence == "memory" and outcome in (Outcome.PASS, Outcome.FAIL):
        outcome, why = Outcome.INCONCLUSIVE, explain.MEMORY
    if outcome is Outcome.MISSING and limit.when_missing == "note":
        decides = False
    described = batch.described.get(limit.subject) if limit.kind == "described" else None
    return Finding(
        limit.rule_id,
        book.id,
        _market(book),
        limit.subject or None,
        outcome,
        decides,
        why,
        limit.because,
        limit.text,
        when_missing=limit.when_missing,
        status=status,
        place=described.place if described is not None and described.text is not None else None,
        source=limit,
    )


# ---------------------------------------------------------------- causes to hold that no limit asks about


def _held(rule_id: str, why: str, place: Place | None, analyte: str | None = None) -> Finding:
    return Finding(
        rule_id,
        INTEGRITY,
        None,
        analyte,
        Outcome.INCONCLUSIVE,
        True,
        why,
        "kratom_qc holds what cannot be decided from the certificates alone",
        place=place,
    )


def _integrity(batch: Batch, books: Mapping[str, Rulebook], on: date) -> list[Finding]:
    found = [_held(doubt.rule_id, doubt.why, doubt.place, doubt.analyte) for doubt in batch.doubts]
    if batch.product is not None and not product_books(books, batch.product):
        found.append(_held("NO-RULEBOOK", f"there is no rulebook for the product '{batch.product}'", None))
    found += _dates(batch, books, on)
    found += _found_without_limit(batch, books, on)
    return found


def _dates(batch: Batch, books: Mapping[str, Rulebook], on: date) -> list[Finding]:
    oldest = min(
        (
            book.certificate_max_age_days
            for book in product_books(books, batch.product)
            if book.certificate_max_age_days is not None
        ),
        default=None,
    )
    found = []
    for analysis in batch.analyses:
        for name, day in analysis.dates.items():
            if day > on and name != "expires_on":
                why = f"{name.removesuffix('_on')} {day} lies after the day of judgement {on}"
                found.append(_held("DATES-IMPOSSIBLE", why, analysis.facts_said[name].place))
        expires = analysis.dates.get("expires_on")
        if expires is not None and expires < on:
            why = f"the product or certificate expired on {expires}, before {on}"
            found.append(_held("EXPIRED", why, analysis.facts_said["expires_on"].place))
        # A new issue date does not make old measurements young.
        measured = next((analysis.dates[name] for name in _AGE if name in analysis.dates), None)
        if oldest is not None and measured is not None and on - measured > timedelta(days=oldest):
            why = f"the certificate is of {measured}, more than {oldest} days before {on}"
            found.append(_held("CERTIFICATE-TOO-OLD", why, Place(analysis.file)))
    return found


def _found_without_limit(batch: Batch, books: Mapping[str, Rulebook], on: date) -> list[Finding]:
    """A pathogen or adulterant that was found, and that no limit of the product decides: nobody has decided that this is
    harmless. Only the product's own rulebooks count, so that a verdict does not depend on which markets were asked."""
    limits = [
        limit for book in product_books(books, batch.product) for limit in book.limits if limit.speaks_of(batch.product)
    ]
    spoken = {limit.subject for limit in limits if _status(limit, on)[1]}
    found = []
    for analysis in batch.analyses:
        for result in analysis.results:
            known = analytes().get(result.analyte)
            if not result.detected or known is None or known.id in spoken:
                continue
            if known.family == "adulterant" or (known.family == "microbe" and known.measure == "presence"):
                why = f"'{result.said}': {known.name} was found, and no limit of the product decides on it"
                found.append(_held("FOUND-WITHOUT-LIMIT", why, result.place, known.id))
    return found


def _crosscheck_finding(limit: Limit, engine: Outcome, again: Outcome) -> Finding:
    return _held(
        "CROSSCHECK-DISAGREES",
        f"two readings of {limit.rule_id} disagree: the engine says {engine}, the crosscheck "
        f"{again}. This is a fault of the program; report it",
        None,
        limit.subject,
    )


def _overdue(books: Iterable[Rulebook], on: date) -> list[Finding]:
    return [
        replace(_held("RULEBOOK-OVERDUE", f"the rulebook {why} days", None), rulebook=book.id, market=_market(book))
        for book in books
        if (why := book.overdue(on))
    ]


def _uncovered(batch: Batch, books: Mapping[str, Rulebook], markets: Sequence[str]) -> list[Finding]:
    """Market rulebooks that do not speak of the product: nothing is never a pass."""
    asked = {book.id: book for market in markets for book in market_books(books, market)}
    product = batch.product
    return [
        _uncovered_by(book, product)
        for book in asked.values()
        if product and book.covers and product not in book.covers
    ]


def _uncovered_by(book: Rulebook, product: str) -> Finding:
    spoken = ", ".join(product_forms()[covered].lower() for covered in book.covers)
    why = (
        f"the rulebook speaks of {spoken}; whether {product_forms()[product].lower()} may be sold here it does not say"
    )
    rule_id = f"{book.id.upper()}-COVERS"
    return Finding(rule_id, book.id, book.id, None, Outcome.INCONCLUSIVE, True, why, book.title)
