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
from kratom_qc.intake.sandbox import ReaderDied, Sandbox
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


class Looker:
    """A child that looks at one file after another; it starts with the first, and one that dies is
    replaced. Whoever shares it takes turns."""

    def __init__(self) -> None:
        self._sandbox: Sandbox | None = None

    def __enter__(self) -> Looker:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the child before the first file: it loads while whoever asks does as well."""
        self._started(settings.caps()).start()

    def stop(self) -> None:
        """End the child; the next file starts another."""
        sandbox, self._sandbox = self._sandbox, None
        if sandbox is not None:
            sandbox.stop()

    def looked_at(self, name: str, content: bytes) -> Looked | None:
        """A file looked at; None where it ends the child."""
        caps = settings.caps()
        try:
            sandbox = self._started(caps)
            return Looked(*sandbox.submit(look_at, name, content, caps).answer())
        except ReaderDied:
            return None

    def _started(self, caps: settings.Caps) -> Sandbox:
        if self._sandbox is None or self._sandbox.caps != caps:
            self.stop()
            self._sandbox = Sandbox(caps, LOOKED_BEFORE, workers=1)
        return self._sandbox


def pictures_of(root: Path, report: Report) -> list[FilePictures]:
    """The files of a kept report, each with its sheets as they look and what the report says at
    their cells. Raises StoreError where a kept file is gone or is not what came."""
    pictures = []
    with Looker() as looker:
        for number, certificate in enumerate(report.page.certificates):
            looked = looker.looked_at(certificate.file, raw(root, certificate.sha256))
            if looked is not None:
                notes = notes_of_page(report.page, certificate.file)
                sheets = looked.pictures(notes, f"f{number}s")
                pictures.append(FilePictures(certificate.file, sheets))
    return pictures
