"""Files are read in children, their words understood. One bad file never stops the others."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import tee
from pathlib import Path

from kratom_qc import settings
from kratom_qc.domain.certificate import InterpretedCertificate, Remark
from kratom_qc.domain.errors import Refusal, Refused
from kratom_qc.domain.source import CellRef
from kratom_qc.intake import preflight
from kratom_qc.intake.exchange import reading as exchange
from kratom_qc.intake.layout.certificates import certificates
from kratom_qc.intake.sandbox import ReaderDied, Sandbox
from kratom_qc.intake.sheets import Found
from kratom_qc.intake.workbook import read_bytes, workbook_of
from kratom_qc.interpret.certificate import interpret


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one file: its analyses, or the reasons why it never becomes data."""

    file: str
    sha256: str
    certificates: tuple[InterpretedCertificate, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    @property
    def batch_ids(self) -> tuple[str, ...]:
        """The batches this file speaks of, in its order."""
        return tuple(dict.fromkeys(certificate.batch_id for certificate in self.certificates))


class Readers:
    """Children that read files, for as long as the block lasts. They start with the first file."""

    def __init__(self, caps: settings.Caps):
        self._caps = caps
        self._sandbox = Sandbox(caps, preload=__name__)

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._sandbox.stop() if kind else self._sandbox.close()

    def rest(self) -> None:
        """End the children for now; the next file starts new ones."""
        self._sandbox.close()

    def read(self, files: Iterable[tuple[str, bytes]]) -> Iterator[Reading]:
        """What is read of files given as (name, bytes), in their order. A child that dies refuses
        its file alone."""
        ours, theirs = tee(files)
        pending = self._sandbox.map(read_content, ((name, raw, self._caps) for name, raw in theirs))
        for answer in pending:
            name, raw = next(ours)
            try:
                yield answer.answer()
            except ReaderDied as died:
                message = f"{died.why}; the file is kept, and no other is touched. Send only the table of the certificate"
                fault = Refusal(died.code, message, CellRef(name))
                yield Reading(name, hashlib.sha256(raw).hexdigest(), refusals=(fault,))


def read_files(paths: Sequence[Path]) -> list[Reading]:
    """Read files under the names the user gave them. Raises InputNotFound where one is not there."""
    with Readers(settings.caps()) as readers:
        return list(readers.read((str(path), read_bytes(path)) for path in paths))


def files_in(folder: Path) -> list[Path]:
    """Every file in a folder and below it, by name. Hidden files and the lock files of office
    programs are not certificates; every other file is taken, whatever its name."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not _is_hidden(path.relative_to(folder))
    )


def _is_hidden(path: Path) -> bool:
    return any(part.startswith((".", "~$")) for part in path.parts)


def read_content(name: str, raw: bytes, caps: settings.Caps = settings.Caps()) -> Reading:  # noqa: B008 - frozen
    """Read one file's bytes, in this very process. A refusal is a value here: one bad file never
    stops the others."""
    digest = hashlib.sha256(raw).hexdigest()
    try:
        found = _found(name, raw, caps)
        interpreted_certificates, refusals = (
            interpret(found.certificates) if found.certificates else ((), ())
        )
        # What its words mean is no matter where a cell is not believed at all.
        cells = {refusal.ref for refusal in found.refusals if refusal.ref.cell}
        refusals = (*found.refusals, *(refusal for refusal in refusals if refusal.ref not in cells))
        refusals = tuple(
            sorted(dict.fromkeys(refusals), key=lambda refusal: _reading_order(refusal.ref))
        )
    except Refused as refused:
        return Reading(name, digest, refusals=refused.refusals)
    except MemoryError:  # the child's limit; said by whoever waits for it
        raise
    except (
        Exception
    ) as error:  # a fault of the reader refuses this file, keeps it, and stops no other
        fault = Refusal(
            "reader-failed",
            f"the reader failed on this file ({type(error).__name__}: {error}); the file is kept. Please report it",
            CellRef(name),
        )
        return Reading(name, digest, refusals=(fault,))
    if refusals:
        return Reading(name, digest, refusals=refusals)
    return Reading(name, digest, _with_remarks(interpreted_certificates, found.remarks))


def _found(name: str, raw: bytes, caps: settings.Caps) -> Found:
    kind = preflight.kind_of(name, raw, caps)
    if kind == "json":
        return exchange.certificates(name, raw, caps)
    return certificates(workbook_of(kind, name, raw, caps))


def _reading_order(place: CellRef) -> tuple[str, int, int, str]:
    """By sheet, row and column; what is said of a whole sheet or file comes first."""
    letters = place.cell.rstrip("0123456789")
    row = place.cell.removeprefix(letters)
    return (place.sheet, int(row or 0), len(letters), letters)


def _with_remarks(
    interpreted_certificates: tuple[InterpretedCertificate, ...], remarks: tuple[Remark, ...]
) -> tuple[InterpretedCertificate, ...]:
    """Remarks about a file as a whole stand with each of its analyses."""
    if not remarks:
        return interpreted_certificates
    return tuple(
        replace(certificate, remarks=(*certificate.remarks, *remarks))
        for certificate in interpreted_certificates
    )
