"""What the laboratory said, in its own words, with the file and cell: looked up for the findings
that rest on it."""

from __future__ import annotations

from dataclasses import dataclass

from kratom_qc.domain.certificate import InterpretedCertificate
from kratom_qc.domain.finding import Finding
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef
from kratom_qc.domain.verdict import Verdict
from kratom_qc.vocabulary import wording

SHOWN = 8  # operands quoted per cause; the rest stand in the table of results


@dataclass(frozen=True, slots=True)
class Statement:
    """One quotation: `'<1.0' mg/kg` at Results!C14 of a file."""

    name: str
    said: str
    unit: str
    file: str
    where: str
    stated: str  # the laboratory's own verdict


class Evidence:
    """Every word of the certificates by the place it stands at."""

    def __init__(self, verdict: Verdict):
        self._results: dict[CellRef, Result] = {}
        self._named: dict[str, list[Result]] = {}
        self._facts: dict[CellRef, Statement] = {}
        self._described = verdict.batch.described
        for certificate in verdict.batch.certificates:
            self._learn(certificate)

    def _learn(self, certificate: InterpretedCertificate) -> None:
        for result in certificate.results:
            self._results.setdefault(result.ref, result)
            self._named.setdefault(result.analyte, []).append(result)
        for fact, word in certificate.facts_said.items():
            statement = Statement(
                fact.replace("_", " "), word.text, "", word.ref.file, where(word.ref), ""
            )
            self._facts.setdefault(word.ref, statement)

    def of(self, finding: Finding) -> tuple[Statement, ...]:
        """The statements one finding rests on: its quantity's, else what stands at its place.

        A doubt may be about two results that disagree, or about another cell of a row: everything
        said of its analyte is quoted beside it.
        """
        found = list(finding.quantity.results) if finding.quantity is not None else []
        if not found and finding.ref is not None:
            at = self._results.get(finding.ref)
            near = self._named.get(finding.analyte or "", [])
            found = ([at] if at is not None else []) + [
                result for result in near if result is not at
            ]
        if not found and finding.analyte and finding.analyte in self._described:
            found = [self._described[finding.analyte]]
        if found:
            return tuple(quoted(result) for result in found)
        if finding.ref is None:
            return ()
        if finding.ref in self._facts:
            return (self._facts[finding.ref],)
        return (Statement("", "", "", finding.ref.file, where(finding.ref), ""),)

    def of_all(self, group: list[Finding]) -> tuple[tuple[Statement, ...], int]:
        """The statements of one cause without repeats, and how many more there are than are shown."""
        found = dict.fromkeys(statement for finding in group for statement in self.of(finding))
        return tuple(found)[:SHOWN], max(0, len(found) - SHOWN)


def quoted(result: Result) -> Statement:
    """A result in the laboratory's words."""
    name = wording.subject_name(result.analyte) if result.known else result.analyte
    return Statement(
        name,
        both(result),
        result.reported_unit,
        result.ref.file,
        where(result.ref),
        result.stated_verdict,
    )


def both(result: Result) -> str:
    """What the cell says, and what the sheet shows where that is less."""
    return f"{result.reported} (shown {result.shown})" if result.shown else result.reported


def where(place: CellRef) -> str:
    """Sheet and cell, or nothing where only the file is known."""
    if place.sheet and place.cell:
        return f"{place.sheet}!{place.cell}"
    return place.cell or place.sheet
