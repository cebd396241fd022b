"""What the laboratory said, in its own words, with the file and cell: looked up for the findings
that rest on it."""

from __future__ import annotations

import re
from typing import NamedTuple

from kratom_qc.domain.certificate import InterpretedCertificate
from kratom_qc.domain.finding import Finding
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef
from kratom_qc.domain.verdict import Verdict
from kratom_qc.report.finding_words import analyte_name, where
from kratom_qc.report.unread import unread_texts

SHOWN = 8  # statements quoted per cause; the rest stand in the table of results


class Quoted(NamedTuple):
    """One quotation: `'<1.0' mg/kg` at Results!C14 of a file."""

    name: str
    said: str
    unit: str
    file: str
    where: str
    stated: str  # the laboratory's own verdict


class Evidence:
    """Every word of the certificates by the cell it stands in."""

    def __init__(self, verdict: Verdict):
        self._results: dict[CellRef, Result] = {}
        self._by_analyte: dict[str, list[Result]] = {}
        self._facts: dict[CellRef, Quoted] = {}
        self._described = verdict.batch.described
        self.unread = unread_texts(verdict.batch)
        for certificate in verdict.batch.certificates:
            self._add(certificate)

    def _add(self, certificate: InterpretedCertificate) -> None:
        for result in certificate.results:
            self._results.setdefault(result.ref, result)
            self._by_analyte.setdefault(result.analyte, []).append(result)
        for fact, source in certificate.printed_facts.items():
            name = fact.replace("_", " ")
            quotation = Quoted(name, source.text, "", source.ref.file, where(source.ref), "")
            self._facts.setdefault(source.ref, quotation)

    def of(self, finding: Finding) -> tuple[Quoted, ...]:
        """The statements one finding rests on: its quantity's, else what stands in its cell."""
        results = self._results_of(finding)
        if results:
            return tuple(quoted(result) for result in results)
        if finding.ref is None:
            return ()
        if finding.ref in self._facts:
            return (self._facts[finding.ref],)
        return (Quoted("", "", "", finding.ref.file, where(finding.ref), ""),)

    def _results_of(self, finding: Finding) -> list[Result]:
        """A hold reason may be about two results that disagree, or about another cell of a row:
        everything said of its analyte is quoted beside it."""
        if finding.quantity is not None and finding.quantity.results:
            return list(finding.quantity.results)
        analyte = finding.analyte or ""
        in_cell = None
        results: list[Result] = []
        if finding.ref is not None:
            in_cell = self._results.get(finding.ref)
            results = [
                result for result in self._by_analyte.get(analyte, ()) if result is not in_cell
            ]
        if in_cell is not None:
            return [in_cell, *results]
        if not results and analyte in self._described:
            return [self._described[analyte]]
        return results

    def of_all(self, group: list[Finding]) -> tuple[tuple[Quoted, ...], int]:
        """The statements of one cause without repeats, and how many more there are than shown."""
        statements = dict.fromkeys(quotation for finding in group for quotation in self.of(finding))
        return tuple(statements)[:SHOWN], max(0, len(statements) - SHOWN)


def quoted(result: Result) -> Quoted:
    """A result in the laboratory's words."""
    name, ref, unit = analyte_name(result), result.ref, unit_beside(result)
    return Quoted(name, both(result), unit, ref.file, where(ref), result.stated_verdict)


def both(result: Result) -> str:
    """What the cell says, and what the sheet shows where that is less."""
    return f"{result.reported} (shown {result.shown})" if result.shown else result.reported


def unit_beside(result: Result) -> str:
    """The unit that the certificate gives beside a cell; nothing where the cell itself has it."""
    unit = re.escape(result.reported_unit)
    within = unit and re.search(rf"(?<![\w/]){unit}(?![\w/])", result.reported, re.IGNORECASE)
    return "" if within else result.reported_unit
