"""What came in and what became of it: results in = results of batches decided + of batches held +
of content saved again. A refused file has no results and is counted whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, field

from kratom_qc.app.reading import Reading
from kratom_qc.domain.errors import EngineError
from kratom_qc.domain.verdict import Decision, Verdict


@dataclass(frozen=True, slots=True)
class Totals:
    """Of one pass: new files, and the results in those that were read."""

    files: int
    refused: int  # of these files
    results: int
    decided: int  # results of batches that PASS or FAIL
    held: int  # results of batches on HOLD
    again: int  # results of content that an earlier file says, which count there


def together(passes: Iterable[Totals | None]) -> Totals | None:
    """The sums over passes made one after another; None where none was published."""
    sums = [astuple(totals) for totals in passes if totals is not None]
    return Totals(*map(sum, zip(*sums, strict=True))) if sums else None


@dataclass(slots=True)
class Balance:
    """Counts results by file and by what became of them, as verdicts are made."""

    decided: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)

    def add(self, verdict: Verdict) -> None:
        """What a verdict rests on, by file."""
        counts = self.held if verdict.decision is Decision.HOLD else self.decided
        for certificate in verdict.batch.certificates:
            counts[certificate.sha256] += len(certificate.results)

    def totals(self, new: Iterable[Reading], repeats: Mapping[str, Mapping[str, str]]) -> Totals:
        """The sums over new files; `again` has, by batch, those whose content an earlier file says.

        Raises EngineError for a file of which a result was neither judged nor held: then nothing of
        the pass may count.
        """
        files = refused = results = linked = 0
        read: list[str] = []
        for reading in new:
            files, refused = files + 1, refused + bool(reading.refusals)
            came, elsewhere = _results(reading, repeats)
            judged = self.decided[reading.sha256] + self.held[reading.sha256]
            if came != judged + elsewhere:
                raise EngineError(
                    f"{reading.file}: {came} results were read and {judged + elsewhere} of them "
                    "judged or held; the pass does not count. Report it"
                )
            results, linked = results + came, linked + elsewhere
            read.append(reading.sha256)
        decided, held = (sum(map(of.__getitem__, read)) for of in (self.decided, self.held))
        return Totals(files, refused, results, decided, held, linked)


def _results(reading: Reading, repeats: Mapping[str, Mapping[str, str]]) -> tuple[int, int]:
    """How many results a file has, and how many of them an earlier file says."""
    came = elsewhere = 0
    for certificate in reading.certificates:
        came += len(certificate.results)
        if reading.sha256 in repeats.get(certificate.batch_id, ()):
            elsewhere += len(certificate.results)
    return came, elsewhere
