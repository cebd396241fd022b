"""Verdicts built by hand: a chemist's batch in a few lines, for tests that ask only how it is told."""

from __future__ import annotations

from dataclasses import fields as fields_of
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import get_args

from kratom_qc.domain.batch import Batch, ProductFacts
from kratom_qc.domain.certificate import DateSpan, HoldReason, InterpretedCertificate, Remark
from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.interval import UNMEASURED, Interval
from kratom_qc.domain.limit import Limit, Rulebook
from kratom_qc.domain.quantity import Quantity
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.domain.verdict import Verdict
from kratom_qc.judge.markets import Everywhere

DAY = date(2026, 11, 22)
FILE = "northlab-2411.xlsx"
SHA = "ab" * 32


def span(low: str, high: str | None, low_open: bool = False, high_open: bool = False) -> Interval:
    return Interval(Decimal(low), None if high is None else Decimal(high), low_open, high_open or high is None)


def result(analyte: str, said: str, interval: Interval, cell: str, unit: str = "mg/kg", **more: object) -> Result:
    known = bool(more.pop("known", True))
    reported_unit = str(more.pop("reported_unit", unit))
    return Result(
        analyte, known, said, reported_unit, interval, unit, "as received", True, CellRef(FILE, "Results", cell), **more
    )  # type: ignore[arg-type]


def quantity(of: Result, *others: Result, how: str = "") -> Quantity:
    return Quantity(
        of.analyte,
        of.unit,
        of.basis,
        of.interval,
        of.interval.low,
        of.interval.low_open,
        of.interval.high,
        of.interval.high_open,
        (of, *others),
        how=how,
    )


def limit(
    rule_id: str, book: str, subject: str, text: str, acceptance_interval: Interval | None = None, **more: object
) -> Limit:
    kind = {one.kind: one for one in get_args(Limit)}[more.pop("kind", "amount")]
    fields: dict[str, object] = {
        "because": f"the law of {book}, section 1",
        "status": "in_force",
        "evidence": "primary",
        "unit": "mg/kg",
        "effective_from": "2026-04-01",
        **more,
    }
    fields |= {
        "rule_id": rule_id,
        "rulebook": book,
        "subject": subject,
        "text": text,
        "acceptance_interval": acceptance_interval,
    }
    known = {field.name for field in fields_of(kind)}
    made: Limit = kind(**{name: value for name, value in fields.items() if name in known})
    return made


def finding(rule: Limit, outcome: Outcome, of: Result | None = None, why: str = "", **more: object) -> Finding:
    fields: dict[str, object] = {
        "market": None,
        "decides": rule.status == "in_force" and rule.when_missing == "hold",
        "limit": rule.text,
        "unit": getattr(rule, "unit", ""),
        "interval": of.interval if of else UNMEASURED,
        "when_missing": rule.when_missing,
        "status": rule.status,
        "ref": of.ref if of else None,
        "source": rule,
        "quantity": quantity(of) if of else None,
        **more,
    }
    return Finding(
        rule_id=rule.rule_id,
        rulebook=rule.rulebook,
        analyte=rule.subject or None,
        outcome=outcome,
        why=why or f"{outcome.value.lower()} because",
        because=rule.because,
        **fields,
    )  # type: ignore[arg-type]


def trouble(rule_id: str, why: str, cell: str, analyte: str | None = None) -> Finding:
    hold_reason = HoldReason(rule_id, why, CellRef(FILE, "Results", cell), analyte)
    return Finding(
        rule_id=hold_reason.rule_id,
        rulebook="integrity",
        market=None,
        analyte=hold_reason.analyte,
        outcome=Outcome.INCONCLUSIVE,
        decides=True,
        why=hold_reason.why,
        because="a doubt is a reason to hold",
        ref=hold_reason.ref,
    )


def book(book_id: str, kind: str = "market", extends: tuple[str, ...] = (), checked: date = DAY) -> Rulebook:
    return Rulebook(book_id, kind, f"Rules of {book_id}", "2026-11", checked, 30, "cd" * 32, (), extends)


BOOKS = (book("leaf_powder", "product"), book("us"), book("us-ri", extends=("us",)), book("cz"))


def verdict(
    *findings: Finding,
    results: tuple[Result, ...] = (),
    batch_id: str = "LOT-2411",
    laboratory: str = "Northlab",
    rulebooks: tuple[Rulebook, ...] = BOOKS,
    markets: tuple[str, ...] = ("us", "us-ri", "cz"),
    remarks: tuple[Remark, ...] = (),
    facts: ProductFacts | None = None,
) -> Verdict:
    """A verdict whose decisions follow from its findings, by the same code as the engine's."""
    used = tuple(dict.fromkeys((*results, *(r for f in findings if f.quantity for r in f.quantity.results))))
    certificate = InterpretedCertificate(
        FILE,
        SHA,
        batch_id,
        laboratory,
        "N-2411",
        "ISO/IEC 17025 no. 1163",
        "leaf_powder",
        "Red Bali",
        {"serving_size": "5 g"},
        used,
        remarks,
        dates={
            "tested_on": DateSpan(date(2026, 11, 2), date(2026, 11, 2)),
            "issued_on": DateSpan(date(2026, 11, 5), date(2026, 11, 5)),
        },
        printed_facts={"laboratory": SourceText(laboratory, CellRef(FILE, "Results", "B1"))},
    )
    batch = Batch(batch_id, "leaf_powder", (certificate,), {}, {}, (), remarks, facts)
    everywhere = Everywhere({one.id: one for one in (*BOOKS, *rulebooks)}, markets, "leaf_powder")
    return replace(everywhere.verdict(batch, findings, ("us",), DAY), rulebooks=rulebooks)


# ---------------------------------------------------------------- the batches most tests speak of

MERCURY = result("mercury", "0,2", span("0.2", "0.2"), "C14", reported_unit="mg/kg")
LEAD = result("lead", "<0.05", span("0", "0.05", high_open=True), "C12", lod=Decimal("0.02"), loq=Decimal("0.05"))
CADMIUM = result("cadmium", "<1.0", span("0", "1", high_open=True), "C13", reported_unit="ppm")
MITRAGYNINE = result("mitragynine", "1.39", span("13900", "13900"), "C4", reported_unit="% w/w")

HG_SPEC = limit("SPEC-METALS-HG", "leaf_powder", "mercury", "Hg < 0.4 µg/g", span("0", "0.4", high_open=True))
HG_CZ = limit("CZ-448-HG", "cz", "mercury", "Hg not more than 0.10 mg/kg", span("0", "0.10"))
HG_RI = limit("US-RI-HG", "us-ri", "mercury", "mercury below 0.4 ppm", span("0", "0.4", high_open=True))
PB_SPEC = limit("SPEC-METALS-PB", "leaf_powder", "lead", "Pb < 1.2 µg/g", span("0", "1.2", high_open=True))
CD_SPEC = limit(
    "SPEC-METALS-CD",
    "leaf_powder",
    "cadmium",
    "Cd < 0.82 µg/g",
    span("0", "0.82", high_open=True),
    effective_from="unknown",
)
MIT_SPEC = limit("SPEC-LEAF-MIT", "leaf_powder", "mitragynine", "mitragynine 0.3–3 % w/w", span("3000", "30000"))
RATIO = limit(
    "US-DEA-RATIO",
    "us",
    "mitragynine-to-7-oh-mp",
    "mitragynine at least 100 times 7-OH + MP",
    span("100", None),
    unit="1",
    status="proposed",
    effective_from="2026-11-13",
)
NICKEL = limit(
    "US-NI-NOTE",
    "us",
    "nickel",
    "Ni not more than 5 mg/kg",
    span("0", "5"),
    when_missing="note",
    silence_because="no law orders a test for nickel",
)
AGE = limit("US-AGE", "us", "", "sold to nobody under 21", kind="attestation", unit="", status="in_force")

GOOD_LEAD = finding(PB_SPEC, Outcome.PASS, LEAD)
GOOD_MERCURY = finding(HG_SPEC, Outcome.PASS, MERCURY)
GOOD_MITRAGYNINE = finding(MIT_SPEC, Outcome.PASS, MITRAGYNINE)
CZ_FAILS = finding(HG_CZ, Outcome.FAIL, MERCURY, why="0.2 mg/kg lies wholly above the limit", market="cz")
CADMIUM_OPEN = finding(CD_SPEC, Outcome.INCONCLUSIVE, CADMIUM, why="the method cannot see the limit")
MERCURY_MISSING = tuple(
    finding(rule, Outcome.MISSING, why="nobody measured mercury") for rule in (HG_CZ, HG_RI, HG_SPEC)
)
RATIO_WOULD_FAIL = finding(RATIO, Outcome.FAIL, why="30 is below 100", interval=span("0", "30"))
NICKEL_SILENT = finding(NICKEL, Outcome.MISSING)
AGE_CONDITION = finding(AGE, Outcome.MISSING, decides=False)

CLEAN = verdict(GOOD_LEAD, GOOD_MERCURY, GOOD_MITRAGYNINE, RATIO_WOULD_FAIL, NICKEL_SILENT, AGE_CONDITION)
MERCURY_IN_CZ = verdict(GOOD_LEAD, GOOD_MERCURY, CZ_FAILS, NICKEL_SILENT)
SPIKED = verdict(
    *MERCURY_MISSING,
    CADMIUM_OPEN,
    GOOD_LEAD,
    finding(
        replace(MIT_SPEC, acceptance_interval=span("3000", "10000"), text="mitragynine 0.3–1 % w/w"),
        Outcome.FAIL,
        MITRAGYNINE,
        why="13900 mg/kg lies above the limit",
    ),
)
