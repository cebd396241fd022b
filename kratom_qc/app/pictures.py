"""Files looked at for a picture of them: their sheets as they look and what became of every text.
That is the work of a child, as every vendor's file is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kratom_qc import settings
from kratom_qc.app.looking import look_at
from kratom_qc.app.reading import Reading
from kratom_qc.archive.store import raw
from kratom_qc.domain.look import SheetLook
from kratom_qc.intake.sandbox import ReaderDied, in_a_child
from kratom_qc.report.kept import Report
from kratom_qc.report.sheet_picture import (
    FilePictures,
    Note,
    SheetPicture,
    notes_of_page,
    sheet_pictures,
)

LOOKED_BEFORE = "kratom_qc.app.warm_pages"  # what its children are forked from has imported


@dataclass(frozen=True, slots=True)
class Looked:
    """A file as it was read, with every text's fate, and its sheets as they look."""

    reading: Reading
    looks: tuple[SheetLook, ...]

    def pictures(self, notes: Sequence[Note], prefix: str = "s") -> tuple[SheetPicture, ...]:
        """Its sheets, drawn."""
        return sheet_pictures(self.looks, self.reading.account, notes, prefix=prefix)


def looked_at(name: str, content: bytes) -> Looked | None:
    """A file looked at in a child of its own; None where the file ends it."""
    caps = settings.caps()
    try:
        return Looked(*in_a_child(caps, LOOKED_BEFORE, look_at, name, content, caps))
    except ReaderDied:
        return None


def pictures_of(root: Path, report: Report) -> list[FilePictures]:
    """The files of a kept report, each with its sheets as they look and what the report says at
    their cells. Raises StoreError where a kept file is gone or is not what came."""
    pictures = []
    for number, certificate in enumerate(report.page.certificates):
        looked = looked_at(certificate.file, raw(root, certificate.sha256))
        if looked is not None:
            notes = notes_of_page(report.page, certificate.file)
            pictures.append(FilePictures(certificate.file, looked.pictures(notes, f"f{number}s")))
    return pictures
