"""A vendor's refused file as a workbook with its problems marked."""

from __future__ import annotations

from datetime import date

from kratom_qc import settings
from kratom_qc.app.reading import READ_BEFORE, Readers
from kratom_qc.intake.giveback.annotate import annotated, list_alone
from kratom_qc.intake.sandbox import ReaderDied, in_a_child
from kratom_qc.report.fixes import fix_list


def problems_marked(name: str, raw: bytes, on: date) -> bytes:
    """The workbook to send back. The work on the vendor's file is a child's; one that dies leaves
    the list alone."""
    caps = settings.caps()
    with Readers(caps) as readers:
        reading = next(iter(readers.read([(name, raw)])))
    listing = fix_list(reading.file, reading.told, (), on)
    try:
        return in_a_child(caps, READ_BEFORE, annotated, name, raw, listing, caps)
    except ReaderDied:
        return list_alone(listing)
