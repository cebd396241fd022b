"""What `check` says of its files: every verdict with everything that decides it, every refused file
with everything that is wrong in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.markup import escape

from kratom_qc.app.reading import Reading
from kratom_qc.cli.console import fields_line, json_line, plain_console, write_lines
from kratom_qc.cli.exit_status import exit_status
from kratom_qc.cli.refusals import print_refused, refused_lines
from kratom_qc.cli.tables import (
    DECISION_STYLES,
    market_rows,
    markup_text,
    print_matrix,
    print_table,
)
from kratom_qc.domain.source import CellRef
from kratom_qc.domain.verdict import Decision, Verdict
from kratom_qc.report import as_json as json_objects
from kratom_qc.report.finding_words import where
from kratom_qc.report.sentences import Cause, deciding_causes
from kratom_qc.report.summary import SummaryRow, summary_row
from kratom_qc.report.unread import RULE, unread_entries
from kratom_qc.vocabulary import wording

_MOST_SAID = 400  # signs of a sentence about unread texts


@dataclass(frozen=True, slots=True)
class Checked:
    """Files as they were read, and every batch they speak of as it was judged."""

    readings: Sequence[Reading]
    verdicts: Sequence[Verdict]

    def of_file(self, reading: Reading) -> list[Verdict]:
        """The verdicts of the batches that one file speaks of, in its order."""
        by_id = {verdict.batch.batch_id: verdict for verdict in self.verdicts}
        return [by_id[batch_id] for batch_id in reading.batch_ids]

    @property
    def status(self) -> int:
        """How the command ends."""
        refused = any(reading.refusals for reading in self.readings)
        return exit_status((verdict.decision for verdict in self.verdicts), refused=refused)


def show(checked: Checked, *, as_json: bool, every_market: bool) -> int:
    """Print what was judged. Returns the exit status."""
    console = plain_console()
    if as_json:
        return write_lines(_json_lines(checked), checked.status)
    if not console.is_terminal:
        return write_lines(_plain_lines(checked, every_market=every_market), checked.status)
    if every_market:
        for verdict in checked.verdicts:
            print_matrix(console, verdict)
            console.print()
    if checked.verdicts:
        headings = ("batch", "product", "verdict", "what decides")
        print_table(console, headings, [_table_row(verdict) for verdict in checked.verdicts])
    for reading in checked.readings:
        if reading.refusals:
            print_refused(console, reading.file, reading.told)
    return checked.status


def _json_lines(checked: Checked) -> Iterator[str]:
    """One object for each file, in the order of the files."""
    for reading in checked.readings:
        if reading.refusals:
            content = json_objects.refused(reading.file, reading.sha256, reading.told)
        else:
            verdicts = checked.of_file(reading)
            content = json_objects.judged(reading.file, reading.sha256, verdicts)
        yield json_line(content)


def _plain_lines(checked: Checked, *, every_market: bool) -> Iterator[str]:
    """Outcome, batch or file, cell, sentence, code or rule: one line for each verdict, each reason,
    each warning and each problem."""
    for verdict in checked.verdicts:
        row = summary_row(verdict, "")
        batch = row.batch_id
        yield fields_line(row.decision, batch, "", _headline(row), "")
        for cause in deciding_causes(verdict):
            cell, rules = _place(cause.ref), " ".join(cause.rule_ids)
            yield fields_line(cause.outcome, batch, cell, cause.sentence, rules)
        for entry in unread_entries(verdict.batch):
            yield fields_line("unread", batch, str(entry.source.ref), entry.source.text, RULE)
        for warning in row.warnings:
            yield fields_line("warning", batch, "", warning, "")
        if every_market:
            for status, markets, rule in market_rows(verdict):
                sentence = f"{markup_text(markets)}: {markup_text(rule)}"
                yield fields_line(markup_text(status), batch, "", sentence, "")
    for reading in checked.readings:
        yield from refused_lines(reading.file, reading.told)


def _headline(row: SummaryRow) -> str:
    """The product, where it may be sold and, of a PASS, what was met."""
    met = f"; {row.reason}" if row.decision is Decision.PASS else ""
    return f"{row.product}; {markets_in_a_line(row)}{met}"


def markets_in_a_line(row: SummaryRow) -> str:
    """`may be sold in us, cz; undecided: us-ut; banned: 13`."""
    closed = f"; {row.tally.closed}" if row.tally.closed else ""
    return f"may be sold in {row.tally.sold_in or 'no market'}{closed}"


def _table_row(verdict: Verdict) -> tuple[str, ...]:
    row = summary_row(verdict, "")
    files = {certificate.file for certificate in verdict.batch.certificates}
    causes = [
        _cause_markup(cause, with_file=len(files) > 1) for cause in deciding_causes(verdict)
    ] or [escape(row.reason)]
    warnings = [f"[yellow]warning:[/] {escape(warning)}" for warning in row.warnings]
    folded = f"[dim]{escape(markets_in_a_line(row))}[/]"
    return (
        escape(row.batch_id),
        escape(row.product),
        f"[{DECISION_STYLES[row.decision]}]{row.decision}[/]",
        "\n".join((*causes, *warnings, folded)),
    )


def _cause_markup(cause: Cause, *, with_file: bool) -> str:
    place = _place(cause.ref, with_file=with_file)
    small_print = " · ".join(filter(None, (place, " ".join(cause.rule_ids))))
    return f"{escape(_shortened(cause))}  [dim]{escape(small_print)}[/]"


def _shortened(cause: Cause) -> str:
    """A sentence that lists unread texts, with the first few of them."""
    if RULE not in cause.rule_ids or len(cause.sentence) <= _MOST_SAID:
        return cause.sentence
    return f"{wording.one_line(cause.sentence, _MOST_SAID)} (all: `kratom-qc texts`)"


def _place(ref: CellRef | None, *, with_file: bool = True) -> str:
    """`C of A!C28 in certificate.xlsx`; without the file where the batch has but one."""
    if ref is None:
        return ""
    return " in ".join(filter(None, (where(ref), ref.file if with_file else "")))
