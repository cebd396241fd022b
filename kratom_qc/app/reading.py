"""Files are read in children, their words understood. One bad file never stops the others."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kratom_qc import settings
from kratom_qc.domain.account import AccountEntry
from kratom_qc.domain.certificate import InterpretedCertificate, Remark
from kratom_qc.domain.errors import MACHINE_TROUBLE, NAMES_LOT, Problem, Refused
from kratom_qc.domain.source import CellRef, SourceText, visible_name
from kratom_qc.intake import preflight
from kratom_qc.intake.exchange import reading as exchange
from kratom_qc.intake.layout.certificates import certificates
from kratom_qc.intake.layout.lots import named_lots
from kratom_qc.intake.sandbox import Pending, ReaderDied, Sandbox
from kratom_qc.intake.sheets import FileContent
from kratom_qc.intake.workbook import read_bytes, sheets_of_refused, workbook_of
from kratom_qc.interpret.certificate import interpret
from kratom_qc.interpret.texts import account_of

_DEFAULT_CAPS = settings.Caps()
READ_BEFORE = "kratom_qc.app.warm"  # what the process has imported from which readers are forked
PATIENCE = 4  # times the limits on time and memory that a file's second try is given


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one file: its certificates, or the reasons why it never becomes data."""

    file: str
    sha256: str
    certificates: tuple[InterpretedCertificate, ...] = ()
    refusals: tuple[Problem, ...] = ()
    named_lots: tuple[Problem, ...] = ()  # of a refused file, each as `Problem.quoted`
    account: tuple[AccountEntry, ...] = ()  # every text with its fate, where it was asked for

    @property
    def batch_ids(self) -> tuple[str, ...]:
        """The batches this file speaks of, in its order."""
        return tuple(dict.fromkeys(certificate.batch_id for certificate in self.certificates))

    @property
    def lots(self) -> tuple[Problem, ...]:
        """Every lot that the file names, as a refused file names them."""
        from_certificates = (
            _names_lot(SourceText(batch_id, CellRef(self.file))) for batch_id in self.batch_ids
        )
        return (*self.named_lots, *from_certificates)

    @property
    def told(self) -> tuple[Problem, ...]:
        """What people are told of a refused file: why, and which lots wait for somebody to look at
        it."""
        return (*self.refusals, *self.named_lots)

    @property
    def met_machine_trouble(self) -> bool:
        """Whether it was refused for a trouble of this machine, which says nothing about it."""
        return any(refusal.code in MACHINE_TROUBLE for refusal in self.refusals)


class Readers:
    """Children that read files, for as long as the block lasts. They start with the first file."""

    def __init__(self, caps: settings.Caps, workers: int | None = None):
        self._caps = caps
        self._sandbox = Sandbox(caps, preload=READ_BEFORE, workers=workers)

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._sandbox.stop() if kind else self._sandbox.close()

    def start(self) -> None:
        """Start the children before the first file."""
        self._sandbox.start()

    def rest(self) -> None:
        """End the children for now; the next file starts new ones."""
        self._sandbox.close()

    def read(
        self, files: Iterable[tuple[str, bytes]], *, account: bool = False
    ) -> Iterator[Reading]:
        """What is read of files given as (name, bytes), in their order; with every text's fate
        where `account` asks for it. A child that dies refuses its file alone. Only a few files
        wait at a time, so that memory stays flat."""
        waiting: deque[tuple[str, bytes, Pending[Reading]]] = deque()
        for given, content in files:
            name = visible_name(given)
            pending = self._sandbox.submit(read_content, name, content, self._caps, account)
            waiting.append((name, content, pending))
            if len(waiting) >= 4 * self._sandbox.workers:
                yield _answer(*waiting.popleft())
        while waiting:
            yield _answer(*waiting.popleft())


Files = Sequence[tuple[str, str]]  # (name, SHA-256) of kept files


def tried_twice(
    first: Callable[[Files], Iterable[Reading]],
    second: Callable[[Files], Iterable[Reading]],
    files: Files,
) -> list[Reading]:
    """What is read of files that were read before. One whose reader meets a trouble of the machine
    is tried again at once, with `longer` limits: batches were judged on it."""
    readings = list(first(files))
    troubled = {reading.sha256 for reading in readings if reading.met_machine_trouble}
    later = {reading.sha256: reading for reading in second([f for f in files if f[1] in troubled])}
    return [later.get(reading.sha256, reading) for reading in readings]


def longer(caps: settings.Caps) -> settings.Caps:
    """The limits of a file's second try, where the first ended for a trouble of the machine."""
    return replace(
        caps,
        memory_bytes=PATIENCE * caps.memory_bytes,
        cpu_seconds=PATIENCE * caps.cpu_seconds,
        wall_seconds=PATIENCE * caps.wall_seconds,
    )


def _answer(name: str, content: bytes, pending: Pending[Reading]) -> Reading:
    """What a child answers of a file; a refusal where it ended before it answered."""
    try:
        return pending.answer()
    except ReaderDied as died:
        message = (
            f"{died.why}; the file is kept, and no other is touched. "
            "Send only the table of the certificate"
        )
        refusal = Problem(died.code, message, CellRef(name))
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


def read_content(
    given: str, raw: bytes, caps: settings.Caps = _DEFAULT_CAPS, account: bool = False
) -> Reading:
    """Read one file's bytes under the name `given`, in this very process; with every text's fate
    where `account` asks for it. A refusal is a value here: one bad file never stops the others.

    Raises MemoryError where this process has too little; whoever waits for the answer says so.
    """
    name, digest = visible_name(given), hashlib.sha256(raw).hexdigest()
    try:
        return _understood(name, digest, _found(name, raw, caps, account=account))
    except Refused as refused:
        lots = named_lots(name, sheets_of_refused(name, raw, caps))
        waiting = tuple(map(_names_lot, lots))
        return Reading(name, digest, refusals=refused.refusals, named_lots=waiting)
    except MemoryError:
        raise
    except Exception as error:  # a fault of the reader refuses this file, and stops no other
        message = (
            f"the reader failed on this file ({type(error).__name__}: {error}); the file is kept. "
            "Please report it"
        )
        refusal = Problem("reader-failed", message, CellRef(name))
        return Reading(name, digest, refusals=(refusal,))


def _understood(name: str, digest: str, content: FileContent) -> Reading:
    """The certificates in what was found, or every reason why there is nothing to judge."""
    if content.refusals:
        held = (problem for certificate in content.certificates for problem in certificate.problems)
        refusals = dict.fromkeys((*content.refusals, *held))
        in_order = sorted(refusals, key=lambda refusal: _reading_order(refusal.ref))
        lots = tuple(map(_names_lot, content.named_lots))
        return Reading(name, digest, refusals=tuple(in_order), named_lots=lots)
    certificates = interpret(content.certificates)
    # Remarks about a file as a whole stand with each of its certificates.
    remarked = (_with_remarks(certificate, content.remarks) for certificate in certificates)
    account = account_of(content.account, certificates) if content.account else ()
    return Reading(name, digest, tuple(remarked), account=account)


def _found(name: str, raw: bytes, caps: settings.Caps, *, account: bool) -> FileContent:
    kind = preflight.kind_of(name, raw, caps)
    if kind == "json":
        content = exchange.certificates(name, raw, caps, account=account)
        stated = (certificate.facts.get("batch_id") for certificate in content.certificates)
        lots = tuple(word for word in stated if word is not None)
    else:
        book = workbook_of(kind, name, raw, caps)
        content = certificates(book, account=account)
        lots = named_lots(name, book.sheets) if content.refusals else ()
    return replace(content, named_lots=lots) if content.refusals else content


def _names_lot(lot: SourceText) -> Problem:
    message = (
        f"this file names lot '{lot.text}': whatever else is known of that lot is held until a "
        "person has looked at this file"
    )
    return Problem(NAMES_LOT, message, lot.ref, lot.text)


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
