"""What a vendor can do about one file: everything that is wrong with it, at its cell, and their own
workbook back with all of it marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from kratom_qc import settings
from kratom_qc.app.pictures import LOOKED_BEFORE, Looker
from kratom_qc.app.shown import ShownFile
from kratom_qc.archive.store import raw
from kratom_qc.domain.errors import MACHINE_TROUBLE
from kratom_qc.domain.verdict import Verdict
from kratom_qc.intake.sandbox import ReaderDied, in_a_child
from kratom_qc.report import lead
from kratom_qc.report.fixes import fix_list
from kratom_qc.report.reasons import against
from kratom_qc.report.scope import RulebookScope
from kratom_qc.report.sheet_picture import FilePictures, notes_of_fixes
from kratom_qc.vocabulary.problems import Fix, FixList

# What is advised for the command line, as it is done at the portal: in the list, in the picture of
# the sheet and in the workbook that goes back.
_INSTEAD = {
    "TEXT-UNREAD": "Somebody here reads it. Leave out words that say nothing of the batch, and "
    "the next certificate needs nobody.",
    "no-table": "Put a header row above the results with the words Analyte, Result and Unit, or "
    "start from a blank certificate (page Templates).",
}
SEVERITIES = ("refused", "fail", "hold", "warning", "note")  # worst first


def listing(file: ShownFile) -> FixList:
    """What is wrong with a file, worst first."""
    verdicts = file.verdicts
    on = verdicts[0].judged_on if verdicts else _today()
    listed = fix_list(_name(file, verdicts), file.refusals, verdicts, on)
    fixes = (replace(fix, do=_INSTEAD.get(fix.code, fix.do)) for fix in listed.fixes)
    return FixList(listed.sentences, tuple(sorted(fixes, key=_rank)))


def _name(file: ShownFile, verdicts: Sequence[Verdict]) -> str:
    """The name under which it was read: cells are named with it."""
    sha256 = file.delivery.sha256
    of_file = (
        certificate.file
        for verdict in verdicts
        for certificate in verdict.batch.certificates
        if certificate.sha256 == sha256
    )
    return next(of_file, file.delivery.name)


def _rank(fix: Fix) -> int:
    return SEVERITIES.index(fix.severity) if fix.severity in SEVERITIES else len(SEVERITIES)


def _today() -> date:
    return datetime.now(UTC).date()


def spoken(verdict: Verdict) -> tuple[str, ...]:
    """A verdict as a person would say it: what it is, and where the batch may be sold."""
    scope = RulebookScope(verdict)
    return lead.spoken(verdict, against(verdict, scope).own, scope)


def drawn(root: Path, file: ShownFile, looker: Looker) -> FilePictures | None:
    """The sheets of a file as they look, everything to mend marked in them; None where its reader
    met a trouble of the machine, which is not looked for twice. Raises StoreError where the kept
    file is damaged."""
    if any(refusal.code in MACHINE_TROUBLE for refusal in file.refusals):
        return None
    name = _name(file, file.verdicts)
    looked = looker.looked_at(name, raw(root, file.delivery.sha256))
    if looked is None:
        return None
    return FilePictures(name, looked.pictures(notes_of_fixes(listing(file).fixes)))


def annotated_workbook(root: Path, file: ShownFile) -> bytes:
    """The workbook to send back, as the bytes of an xlsx; the work on the vendor's file is a
    child's. Raises StoreError where the kept file is damaged."""
    from kratom_qc.intake.giveback.annotate import annotated, list_alone

    content, fixes, caps = raw(root, file.delivery.sha256), listing(file), settings.caps()
    try:
        return in_a_child(caps, LOOKED_BEFORE, annotated, file.delivery.name, content, fixes, caps)
    except ReaderDied:
        return list_alone(fixes)
