"""A batch in one line: what the summary of a run, its page and the terminal keep of a verdict."""

from __future__ import annotations

from dataclasses import dataclass

from kratom_qc.domain.verdict import Decision, Verdict
from kratom_qc.report import page
from kratom_qc.report.markets import MarketLine, Tally, market_lines, tally
from kratom_qc.report.screening import sentences
from kratom_qc.report.sentences import main_reason
from kratom_qc.vocabulary import wording


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """What the summary of a run keeps of one verdict: ten thousand fit in a few megabytes."""

    batch_id: str
    product: str
    laboratory: str
    decision: Decision
    reason: str
    market_lines: tuple[MarketLine, ...]
    warnings: tuple[str, ...]
    link: str

    @property
    def tally(self) -> Tally:
        """Its markets by what they say."""
        return tally(self.market_lines)


def summary_row(verdict: Verdict, link: str) -> SummaryRow:
    """A verdict's line in the summary; `link` is the address of its page, relative to the
    summary's."""
    return SummaryRow(
        batch_id=verdict.batch.batch_id,
        product=wording.product_name(verdict.batch.judged_as),
        laboratory=page.laboratories(verdict),
        decision=verdict.decision,
        reason=main_reason(verdict),
        market_lines=market_lines(verdict),
        warnings=sentences(verdict),
        link=link,
    )
