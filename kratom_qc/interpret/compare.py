"""Certificates beside each other: what no single paper shows. Every check is one walk over all of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import Analysis, Doubt, Remark
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import Place
from kratom_qc.interpret.consistency import fingerprint, vector
from kratom_qc.interpret.identity import twin_key, twins

_NAMED = 3  # other certificates that a sentence names


@dataclass(slots=True)
class Beside:
    """What certificates say about each other, by batch id."""

    doubts: dict[str, list[Doubt]] = field(default_factory=dict)
    remarks: dict[str, list[Remark]] = field(default_factory=dict)

    def doubt(self, rule_id: str, why: str, analysis: Analysis, fact: str, analyte: str | None = None) -> None:
        """Hold a certificate's batch, at the cell that states one of its facts."""
        word = analysis.facts_said.get(fact)
        doubt = Doubt(rule_id, why, word.place if word else Place(analysis.file), analyte)
        self.doubts.setdefault(analysis.batch_id, []).append(doubt)


def compare(analyses: Iterable[Analysis]) -> Beside:
    """Look at all certificates judged together: twin ids, copied results, a certificate number or file name used twice."""
    everyone = list(analyses)
    beside = Beside()
    _twin_ids(everyone, beside)
    _copied_results(everyone, beside)
    _reused_numbers(everyone, beside)
    _reused_names(everyone, beside)
    return beside


def traces(analysis: Analysis) -> tuple[str, ...]:
    """What two certificates share only if they should be looked at beside each other: `batch:…`, `number:…`, `results:…`.

    An archive that keeps them finds the earlier certificates that a new one must be compared with.
    """
    number, copied = _number(analysis), fingerprint(analysis)
    found = [f"batch:{twin_key(analysis.batch_id)}"]
    found += [f"number:{number[0]}:{number[1]}"] if number else []
    return (*found, f"results:{copied}") if copied else tuple(found)


def _twin_ids(analyses: Sequence[Analysis], beside: Beside) -> None:
    first: dict[str, Analysis] = {}
    for analysis in analyses:
        first.setdefault(analysis.batch_id, analysis)
    for batch_id, twin in twins(first).items():
        one, other = first[batch_id], first[twin]
        why = (
            f"batch '{batch_id}' of {one.file} and batch '{twin}' of {other.file} differ only in blanks, case, dashes or letters "
            "that look alike: write one lot one way, or tell two lots apart"
        )
        beside.doubt("BATCH-ID-TWINS", why, one, "batch_id")


def _copied_results(analyses: Sequence[Analysis], beside: Beside) -> None:
    """The same numbers on the paper of another batch or another laboratory. A laboratory that is not named is no other."""
    for group in _groups(analyses, fingerprint):
        origins: dict[tuple[str, str], Analysis] = {}
        for analysis in group:
            origins.setdefault(_origin(analysis), analysis)
        if len({batch for batch, _ in origins}) < 2 and len({laboratory for _, laboratory in origins} - {""}) < 2:
            continue
        count, named = len(vector(group[0])), list(origins.items())[: _NAMED + 1]
        for analysis in group:
            others = [_named(other, analysis) for origin, other in named if origin != _origin(analysis)]
            why = (
                f"results equal {' and '.join(others[:_NAMED])} in {count} of {count} numbers: nobody measures two samples "
                "alike; ask the laboratory which sample was tested"
            )
            beside.doubt("RESULTS-OF-ANOTHER-BATCH", why, analysis, "batch_id")


def _origin(analysis: Analysis) -> tuple[str, str]:
    return analysis.batch_id, _folded(analysis.laboratory)


def _named(other: Analysis, beside: Analysis) -> str:
    laboratory = f" of {other.laboratory}" if other.laboratory and other.laboratory != beside.laboratory else ""
    return f"batch '{other.batch_id}'{laboratory} in {other.file}"


def _reused_numbers(analyses: Sequence[Analysis], beside: Beside) -> None:
    """A laboratory's certificate number on two papers: for two batches, or with another result for the same thing.

    One paper may certify many batches, and one certificate may come as several papers.
    """
    for group in _groups(analyses, _number):
        papers = {analysis.sha256: analysis for analysis in reversed(group)}
        speaking: dict[str, set[str]] = {}
        for analysis in group:
            speaking.setdefault(analysis.batch_id, set()).add(analysis.sha256)
        spoken: dict[tuple[object, ...], dict[str, set[Interval]]] = {}
        for analysis in group:
            silent = next((sha for sha in papers if sha not in speaking[analysis.batch_id]), None)
            if silent is not None:
                what = f"is batch '{analysis.batch_id}' in {analysis.file} and {_named(papers[silent], analysis)}"
                beside.doubt("CERTIFICATE-ID-REUSED", _reuse(analysis, what), analysis, "certificate_id")
            else:
                _collect(analysis, spoken)
        _clashing(group, spoken, papers, beside)


def _collect(analysis: Analysis, spoken: dict[tuple[object, ...], dict[str, set[Interval]]]) -> None:
    for result in analysis.results:
        if result.measured and result.text is None:
            spoken.setdefault(_thing(analysis, result), {}).setdefault(analysis.sha256, set()).add(result.interval)


def _thing(analysis: Analysis, result: Result) -> tuple[object, ...]:
    return (
        analysis.batch_id, result.analyte, result.basis, vocabulary.unit_key(result.unit_said), result.portion,
        result.species, result.replicate,
    )  # fmt: skip


def _clashing(
    group: Sequence[Analysis],
    spoken: dict[tuple[object, ...], dict[str, set[Interval]]],
    papers: dict[str, Analysis],
    beside: Beside,
) -> None:
    by_batch = {analysis.batch_id: analysis for analysis in group}
    accused: set[str] = set()
    for (batch_id, analyte, *_), values in spoken.items():
        if batch_id in accused or all(value == next(iter(values.values())) for value in values.values()):
            continue
        accused.add(str(batch_id))
        files = " and ".join(papers[sha].file for sha in list(values)[:2])
        what = f"states different results for {analyte} in {files}"
        analysis = by_batch[str(batch_id)]
        beside.doubt("CERTIFICATE-ID-REUSED", _reuse(analysis, what), analysis, "certificate_id", str(analyte))


def _reuse(analysis: Analysis, what: str) -> str:
    laboratory = f" of {analysis.laboratory}" if analysis.laboratory else ""
    return (
        f"certificate number '{analysis.certificate_id}'{laboratory} {what}: ask the laboratory which paper is its own"
    )


def _number(analysis: Analysis) -> tuple[str, str] | None:
    said = analysis.certificate_id.strip()
    if not said or vocabulary.status(said) is not None:
        return None
    return _folded(analysis.laboratory), said


def _reused_names(analyses: Sequence[Analysis], beside: Beside) -> None:
    """Two files of one name that hold something else: a person may have seen only one of them."""
    for group in _groups(analyses, lambda analysis: re.split(r"[/\\]", analysis.file)[-1].casefold()):
        papers = {analysis.sha256: analysis.file for analysis in reversed(group)}
        if len(papers) < 2:
            continue
        for analysis in group:
            other = next(file for sha, file in list(papers.items())[-2:] if sha != analysis.sha256)
            why = f"{len(papers)} files of this name differ in content; another is {other}"
            remark = Remark("same-file-name", "note", why, Place(analysis.file))
            beside.remarks.setdefault(analysis.batch_id, []).append(remark)


def _groups(analyses: Iterable[Analysis], key: Callable[[Analysis], Hashable]) -> Iterable[list[Analysis]]:
    """The certificates that share a key, where more than one does; a key of None is shared with nobody."""
    groups: dict[Hashable, list[Analysis]] = {}
    for analysis in analyses:
        groups.setdefault(key(analysis), []).append(analysis)
    return [group for value, group in groups.items() if value is not None and len(group) > 1]


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
