"""Builders that tests share: a rulebook from a few words, a laboratory's long csv, and the nouns of `kratom_qc.model`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from kratom_qc.app.batches import collect, judge_batches
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.reading import Reading, read_content
from kratom_qc.domain.batch import Batch
from kratom_qc.domain.certificate import InterpretedCertificate
from kratom_qc.domain.finding import Finding
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.limit import Limit, NumericLimit, Rulebook
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.domain.verdict import Verdict
from kratom_qc.interpret.batch import batches
from kratom_qc.interpret.compare import CrossCertificateChecks
from kratom_qc.interpret.facts import FactsFile
from kratom_qc.rulebooks.load import rulebooks_of

DAY = date(2026, 11, 22)
REAL = Path(__file__).resolve().parent.parent / "expectations"

# ---------------------------------------------------------------- rulebooks


def limit(rule_id: str, of: str = "", text: str = "", **more: object) -> str:
    """One `[[limit]]` of TOML; in force, on primary evidence, unless told otherwise."""
    fields: dict[str, object] = {
        "id": rule_id,
        "kind": "amount",
        "of": of,
        "text": text,
        "because": "section 1 of the Act of this test",
        "status": "in_force",
        "evidence": "primary",
        **more,
    }
    return "[[limit]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in fields.items() if value != "")


def book(*limits: str, kind: str = "product", **head: object) -> str:
    """A rulebook as TOML text."""
    fields: dict[str, object] = {
        "title": "A rulebook of a test",
        "kind": kind,
        "version": "1",
        "checked_on": DAY,
        **head,
    }
    return (
        "[rulebook]\n"
        + "".join(f"{key} = {_toml(value)}\n" for key, value in fields.items())
        + "\n"
        + "\n".join(limits)
    )


def _toml(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def written(folder: Path, **books: str) -> Path:
    """The folder with one TOML file per book; `us_tx` is written as `us-tx.toml` where the book is a market."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in books.items():
        stem = name.replace("_", "-") if name.startswith(("us_", "zz_")) else name
        (folder / f"{stem}.toml").write_text(text, encoding="utf-8")
    return folder


def rulebooks(folder: Path, **books: str) -> dict[str, Rulebook]:
    """Rulebooks from TOML texts by name, through the real loader. They need not make sense together: most tests try single
    limits, and several of them on one analyte."""
    return rulebooks_of({file.stem: file for file in sorted(written(folder, **books).glob("*.toml"))})


# ---------------------------------------------------------------- certificates


def long_csv(rows: Iterable[Mapping[str, str]], **everywhere: str) -> bytes:
    """A csv with one row per result; `everywhere` stands in every row. Keys are header words, `_` read as a blank."""
    full = [{**{key.replace("_", " "): value for key, value in everywhere.items()}, **row} for row in rows]
    header = list(dict.fromkeys(key for row in full for key in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(full)
    return out.getvalue().encode()


def row(analyte: str, said: str, unit: str = "", **more: str) -> dict[str, str]:
    """One row of a long csv."""
    return {"Analyte": analyte, "Result": said, "Unit": unit, **more}


def certificate(
    batch_id: str, *rows: Mapping[str, str], name: str = "", form: str = "leaf powder", **everywhere: str
) -> Reading:
    """One certificate of one batch, as a laboratory's csv read by the real reader. Fails where it is refused."""
    facts = {"Batch": batch_id, **({"Form": form} if form else {}), **everywhere}
    found = read_content(name or f"{batch_id}.csv", long_csv(rows, **facts))
    assert not found.refusals, [refusal.message for refusal in found.refusals]
    return found


# A batch of leaf that the real rulebooks pass in `us`: analyte → (said, unit).
CLEAN_LEAF: dict[str, tuple[str, str]] = {
    "Mitragynine": ("1.40", "%"),
    "7-Hydroxymitragynine": ("0.010", "%"),
    "Paynantheine": ("0.25", "%"),
    "Speciogynine": ("0.15", "%"),
    "Speciociliatine": ("0.20", "%"),
    "Arsenic": ("0.10", "mg/kg"),
    "Cadmium": ("0.05", "mg/kg"),
    "Lead": ("0.30", "mg/kg"),
    "Mercury": ("0.01", "mg/kg"),
    "TAMC": ("12000", "cfu/g"),
    "TYMC": ("300", "cfu/g"),
    "E. coli": ("Absent in 10 g", ""),
    "Salmonella": ("Absent in 25 g", ""),
}
REQUIRED_OF_LEAF = tuple(name for name in CLEAN_LEAF if name not in ("Paynantheine", "Speciogynine", "Speciociliatine"))


def clean_leaf(**changes: tuple[str, str] | None) -> list[dict[str, str]]:
    """The rows of a clean leaf batch with some statements changed (by analyte), or dropped (None)."""
    said = {**CLEAN_LEAF, **changes}
    return [row(analyte, *statement) for analyte, statement in said.items() if statement is not None]


# ---------------------------------------------------------------- judging


def judged(
    readings: Sequence[Reading],
    books: Mapping[str, Rulebook],
    *,
    markets: Sequence[str] = (),
    home: Sequence[str] | None = None,
    on: date = DAY,
    product: str | None = None,
    facts: FactsFile | None = None,
    beside: CrossCertificateChecks | None = None,
    agree: bool = True,
) -> dict[str, Verdict]:
    """Every verdict by batch id, through the public path and in one run of the engine. An empty `beside` lets copies of one
    certificate be judged as if each were alone. The engine and the crosscheck must `agree`, whatever a test is about."""
    policy = JudgementPolicy(
        dict(books), tuple(markets), tuple(markets if home is None else home), on, facts or FactsFile(), product
    )
    found = {
        verdict.batch.batch_id: verdict
        for verdict in judge_batches(collect(readings, policy, beside=beside), policy).verdicts()
    }
    everything = (finding for verdict in found.values() for finding in verdict.findings)
    assert not agree or [one.why for one in everything if one.rule_id == "CROSSCHECK-DISAGREES"] == []
    return found


def finding(verdict: Verdict, rule_id: str) -> Finding:
    """The one finding of a rule."""
    found = [finding for finding in verdict.findings if finding.rule_id == rule_id]
    assert len(found) == 1, f"{rule_id}: {[finding.rule_id for finding in verdict.findings]}"
    return found[0]


def rules(verdict: Verdict, rulebook: str = "integrity") -> list[str]:
    """The rule ids of a rulebook's findings, by default the causes to hold that no limit asks about."""
    return [finding.rule_id for finding in verdict.findings if finding.rulebook == rulebook]


# ---------------------------------------------------------------- the nouns, without a file


def span(low: str | Decimal, high: str | Decimal | None, low_open: bool = False, high_open: bool = False) -> Interval:
    """An interval from decimal texts."""
    return Interval(Decimal(low), None if high is None else Decimal(high), low_open, high_open or high is None)


def result(analyte: str, interval: Interval, unit: str = "mg/kg", certificate: str = "a" * 64, **more: Any) -> Result:
    """A laboratory statement already understood."""
    fields: dict[str, Any] = {"basis": "as received", "measured": True, "ref": CellRef("made.csv", "", "D2"), **more}
    return Result(
        analyte=analyte,
        known=True,
        reported=str(interval),
        reported_unit=unit,
        interval=interval,
        unit=unit,
        certificate=certificate,
        **fields,
    )


def interpreted(
    batch_id: str, *results: Result, product: str | None = "leaf_powder", sha256: str = "a" * 64
) -> InterpretedCertificate:
    """A certificate already understood."""
    return InterpretedCertificate(
        file="made.csv",
        sha256=sha256,
        batch_id=batch_id,
        laboratory="Lab",
        certificate_id="C-1",
        accreditation="",
        product=product,
        product_name="",
        received_on=None,
        tested_on=None,
        issued_on=None,
        declared={},
        results=results,
        facts_said={"batch_id": SourceText(batch_id, CellRef("made.csv"))},
    )


def batches_of(certificates: Iterable[InterpretedCertificate], books: Mapping[str, Rulebook]) -> list[Batch]:
    """Batches with the quantities that every limit of these books asks for."""
    asked = [limit for book in books.values() for limit in book.limits]
    return batches(certificates, lambda product: (one.quantity_key for one in _numeric(asked, product)), FactsFile())


def _numeric(limits: Iterable[Limit], product: str | None) -> Iterable[NumericLimit]:
    return (one for one in limits if isinstance(one, NumericLimit) and one.speaks_of(product))
