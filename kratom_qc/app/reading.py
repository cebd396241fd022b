"""Files are read in children, their words understood. One bad file never stops the others."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kratom_qc import settings
from kratom_qc.domain.certificate import InterpretedCertificate, Remark
from kratom_qc.domain.errors import MACHINE_TROUBLE, Refusal, Refused
from kratom_qc.domain.source import CellRef
from kratom_qc.intake import preflight
from kratom_qc.intake.exchange import reading as exchange
from kratom_qc.intake.layout.certificates import certificates
from kratom_qc.intake.sandbox import Pending, ReaderDied, Sandbox
from kratom_qc.intake.sheets import FileContent
from kratom_qc.intake.workbook import read_bytes, workbook_of
from kratom_qc.interpret.certificate import interpret

_DEFAULT_CAPS = settings.Caps()


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one file: its certificates, or the reasons why it never becomes data."""

    file: str
    sha256: str
    certificates: tuple[InterpretedCertificate, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    @property
    def batch_ids(self) -> tuple[str, ...]:
        """The batches this file speaks of, in its order."""
        return tuple(dict.fromkeys(certificate.batch_id for certificate in self.certificates))

    @property
    def met_machine_trouble(self) -> bool:
        """Whether it was refused for a trouble of this machine, which says nothing about it."""
        return any(refusal.code in MACHINE_TROUBLE for refusal in self.refusals)


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
        its file alone. Only a few files wait at a time, so that memory stays flat."""
        waiting: deque[tuple[str, bytes, Pending[Reading]]] = deque()
        for name, content in files:
            pending = self._sandbox.submit(read_content, name, content, self._caps)
            waiting.append((name, content, pending))
            if len(waiting) >= 4 * self._sandbox.workers:
                yield _answer(*waiting.popleft())
        while waiting:
            yield _answer(*waiting.popleft())


def _answer(name: str, content: bytes, pending: Pending[Reading]) -> Reading:
    """What a child answers of a file; a refusal where it ended before it answered."""
    try:
        return pending.answer()
    except ReaderDied as died:
        message = (
            f"{died.why}; the file is kept, and no other is touched. "
            "Send only the table of the certificate"
        )
        refusal = Refusal(died.code, message, CellRef(name))
        return Reading(name, hashlib.sha256(content).hexdigest(), refusals=(refusal,))


def read_files(paths: Sequence[Path]) -> list[Reading]:
    """Read files under the names the user gave them.

    Raises InputNotFound where one is not there, and RulebookError for a cap that is no number.
    """
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


def read_content(name: str, raw: bytes, caps: settings.Caps = _DEFAULT_CAPS) -> Reading:
    """Read one file's bytes, in this very process. A refusal is a value here: one bad file never
    stops the others.

    Raises MemoryError where this process has too little; whoever waits for the answer says so.
    """
    digest = hashlib.sha256(raw).hexdigest()
    try:
        return _understood(name, digest, _found(name, raw, caps))
    except Refused as refused:
        return Reading(name, digest, refusals=refused.refusals)
    except MemoryError:
        raise
    except Exception as error:  # a fault of the reader refuses this file, and stops no other
        message = (
            f"the reader failed on this file ({type(error).__name__}: {error}); the file is kept. "
            "Please report it"
        )
        refusal = Refusal("reader-failed", message, CellRef(name))
        return Reading(name, digest, refusals=(refusal,))


def _understood(name: str, digest: str, found: FileContent) -> Reading:
    """The certificates in what was found, or every reason why it is none."""
    certificates, unclear = interpret(found.certificates) if found.certificates else ((), ())
    # A cell that is not believed at all is not explained as well.
    disbelieved = {refusal.ref for refusal in found.refusals if refusal.ref.cell}
    unclear = tuple(refusal for refusal in unclear if refusal.ref not in disbelieved)
    refusals = dict.fromkeys((*found.refusals, *unclear))
    if refusals:
        in_order = sorted(refusals, key=lambda refusal: _reading_order(refusal.ref))
        return Reading(name, digest, refusals=tuple(in_order))
    # Remarks about a file as a whole stand with each of its certificates.
    remarked = (_with_remarks(certificate, found.remarks) for certificate in certificates)
    return Reading(name, digest, tuple(remarked))


def _found(name: str, raw: bytes, caps: settings.Caps) -> FileContent:
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
    certificate: InterpretedCertificate, remarks: tuple[Remark, ...]
) -> InterpretedCertificate:
    if not remarks:
        return certificate
    return replace(certificate, remarks=(*certificate.remarks, *remarks))
