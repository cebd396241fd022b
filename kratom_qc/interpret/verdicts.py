"""The laboratory's own verdict beside a result: a closed vocabulary. What is not known good holds.

Nothing here passes or fails a batch; our rulebooks do that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import Certificate, HoldReason, ResultRow
from kratom_qc.domain.result import Result
from kratom_qc.interpret.headings import defined
from kratom_qc.interpret.scale import says
from kratom_qc.vocabulary.headers import asks_for_a_no
from kratom_qc.vocabulary.keys import folded

_AGAINST = {
    "opinion_bad": "LABORATORY-SAID-FAIL",
    "opinion_unsure": "LABORATORY-UNSURE",
    "preliminary": "CERTIFICATE-PRELIMINARY",
}
_OPINIONS = ("opinion_good", "opinion_bad", "opinion_conditional", "opinion_unsure")
# Conforms, or says that nothing was to be judged, or that the work is done.
_HARMLESS = ("opinion_good", "opinion_conditional", "not_evaluated", "final")
# What an answer means under a heading that asks whether something is wrong: `Out of range: F`
_TURNED = {
    **dict.fromkeys(("f", "false", "n", "no", "0", "in", "in range", "in spec"), "opinion_good"),
    **dict.fromkeys(("t", "true", "y", "yes", "1", "x", "out", "oos", "oor"), "opinion_bad"),
}
_NOTHING_TO_JUDGE = re.compile(r"n[./]?a\.?|not applicable", re.IGNORECASE)
# What a legend may say of an abbreviation where a result belongs
_NO_OPINION = ("not_detected", "below_loq", "below_lod", "detected_below_loq", "not_tested")
_DASHES = re.compile(r"[-–—\s]+")


def verdict_reasons(row: ResultRow, analyte: str, *, measured: bool) -> tuple[HoldReason, ...]:
    """Why the verdict in a row holds the batch; nothing where it is known good, or there is none.
    Beside a result that was not measured, `NT` says the same again."""
    cell = row.verdict
    if cell is None or not cell.text.strip() or _DASHES.fullmatch(cell.text):
        return ()
    heading = row.verdict_header.text if row.verdict_header else ""
    meaning = verdict_meaning(cell.text)
    if asks_for_a_no(heading):
        meaning = _TURNED.get(folded(cell.text.strip(" .")), "")
    if meaning in _HARMLESS or (meaning == "not_tested" and not measured):
        return ()
    if _is_good(row) and not asks_for_a_no(heading):
        return ()
    if rule := _AGAINST.get(meaning or ""):
        why = f"the laboratory's own verdict is '{cell.text.strip()}'"
        return (HoldReason(rule, why, cell.ref, analyte),)
    why = f"'{cell.text.strip()}' is not known as a good verdict"
    return (HoldReason("VERDICT-UNREAD", why, cell.ref, analyte),)


def verdict_meaning(text: str) -> str | None:
    """What a verdict's word means. A mark beside it may take it back, so it is none."""
    if "*" in text:
        return None
    if _NOTHING_TO_JUDGE.fullmatch(text.strip()):
        return "not_evaluated"
    return vocabulary.status(text)


def explained(certificate: Certificate) -> Certificate:
    """A certificate whose verdicts, results and bases are said in words that we know, where its own
    legend explains them: `X = nehodnoceno`, `n.b. = kleiner Bestimmungsgrenze`."""
    words = defined(text.source.text for text in certificate.texts)
    words = {name: known for name, meaning in words.items() if (known := _known_part(meaning))}
    if not words:
        return certificate
    return replace(certificate, rows=tuple(_explained(row, words) for row in certificate.rows))


def _known_part(meaning: str) -> str:
    """What a legend says in words that we know: all of it, what stands in its brackets, or what
    stands before them."""
    ways = (meaning, *re.findall(r"\(([^()]+)\)", meaning), meaning.partition("(")[0])
    return next((way.strip() for way in ways if _is_known(way.strip())), "")


def _is_known(said: str) -> bool:
    return vocabulary.status(said) is not None or vocabulary.basis_in(said).basis is not None


def _explained(row: ResultRow, words: Mapping[str, str]) -> ResultRow:
    result = row.result
    meant = words.get(folded(result.text.strip(" ."))) if result is not None else None
    if result is not None and meant is not None and vocabulary.status(meant) in _NO_OPINION:
        row = replace(row, result=replace(result, text=meant))
    basis = row.basis
    stated = words.get(folded(basis.text.strip(" ."))) if basis is not None else None
    if basis is not None and stated is not None and vocabulary.basis_in(basis.text).basis is None:
        row = replace(row, basis=replace(basis, text=stated))
    cell = row.verdict
    known = words.get(folded(cell.text.strip())) if cell is not None else None
    if cell is None or known is None or verdict_meaning(cell.text) is not None:
        return row
    return replace(row, verdict=replace(cell, text=known))


def opinion_reasons(kind: str | None, result: Result) -> tuple[HoldReason, ...]:
    """A laboratory's opinion printed where a result belongs: a bad or unsure one holds the batch,
    whether or not a limit asks."""
    rule = _AGAINST.get(kind or "")
    why = f"the laboratory says '{result.reported}'"
    return (HoldReason(rule, why, result.ref, result.analyte),) if rule else ()


def _is_opinion(row: ResultRow) -> bool:
    known = row.verdict is not None and vocabulary.status(row.verdict.text) in _OPINIONS
    return known or _is_good(row)


def _is_good(row: ResultRow) -> bool:
    heading = row.verdict_header.text if row.verdict_header else ""
    return row.verdict is not None and vocabulary.is_good_verdict(row.verdict.text, heading)


def without_verdict(rows: Iterable[tuple[ResultRow, Result]]) -> Iterator[HoldReason]:
    """A dash where other results have a verdict, unless the row's own limit says that there is
    nothing to judge by."""
    rows = list(rows)
    if not any(_is_opinion(row) for row, _ in rows):
        return
    for row, result in rows:
        cell = row.verdict
        if cell is None or not result.measured or not _DASHES.fullmatch(cell.text):
            continue
        if row.limit is None or says(row.limit):
            why = f"'{cell.text.strip()}' stands where other results have a verdict"
            yield HoldReason("VERDICT-UNREAD", why, cell.ref, result.analyte)
