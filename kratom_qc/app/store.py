"""A store: its files, and the ledger that says which of them count.

    ledger.sqlite    who did what when, and what counts; elsewhere where KRATOM_QC_LEDGER says so
    heads.jsonl      the ledger's newest entry after every pass; KRATOM_QC_HEADS puts it elsewhere

The files are described in `kratom_qc.archive.store`.
"""

from __future__ import annotations

import getpass
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kratom_qc import settings
from kratom_qc.app import heads, reports
from kratom_qc.archive import generation
from kratom_qc.archive.store import StoreFiles
from kratom_qc.archive.tables import SCHEMAS
from kratom_qc.domain.errors import InputNotFound, StoreError, UsageError
from kratom_qc.domain.limit import Rulebook
from kratom_qc.ledger.entries import BEGINNING, Act, Head
from kratom_qc.ledger.ledger import Clock, KnownBatch, Ledger, now
from kratom_qc.ledger.search import neighbours
from kratom_qc.vocabulary import nearest_hint

if TYPE_CHECKING:
    from kratom_qc.archive.history import ArchiveTables, History

LEDGER = "ledger.sqlite"
PROGRAM_ITSELF = "kratom_qc"  # the actor of what follows from an act of somebody else


def user() -> str:
    """Who runs this program."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "unknown"


class Store:
    """One folder that holds everything, with its ledger. Raises StoreError where either cannot be
    written."""

    def __init__(self, root: Path, clock: Clock = now):
        self.root = root
        self.files = StoreFiles(root)
        self.ledger = ledger_of(root, clock)
        self.clock = clock

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the store for one pass, whole: what an interrupted one left behind is put where it
        belongs first. Raises StoreError at once where another pass holds it."""
        with self.files.locked():
            self._settle()
            for pass_id in self.files.staged():
                if self.ledger.is_committed(pass_id):
                    self.publish(pass_id)
                else:
                    self.files.discard(pass_id)
            yield

    def _settle(self) -> None:
        """Finish a compaction that was killed: its files take their place if the ledger names them,
        and do not count if not."""
        new = generation.ready(self.root)
        if new and set(new) <= set(self.ledger.lying().values()):
            generation.take_place(self.root, self.ledger.ever_tables())
        elif new:
            generation.give_up(self.root)

    def publish(self, pass_id: str, books: dict[str, Rulebook] | None = None) -> None:
        """Let people and programs see a pass that counts. `books` are the rulebooks by which it
        judged, where the caller has them. Raises StoreError where it cannot."""
        reports.publish(self.root, self.ledger, pass_id, books)
        self.files.publish(pass_id)

    def export_head(self) -> Head:
        """Write the ledger's newest entry, and the tree over all, where they are kept beside the
        ledger."""
        return heads.export(self.root, self.ledger, self.clock())[0]


def ledger_of(root: Path, clock: Clock = now) -> Ledger:
    """The ledger of a store that is there. One that an earlier version made without a ledger gets
    one, from its archive."""
    ledger = Ledger(settings.load().ledger or root / LEDGER, clock)
    if ledger.head() == BEGINNING:
        if heads.exported_heads(root):
            raise StoreError(
                f"{root}: the ledger is empty, and {heads.heads_path(root)} says that it was not; "
                "restore it from a backup"
            )
        if any((root / "archive" / "certificates").glob("*.parquet")):
            _take_over(root, ledger)
    return ledger


def _take_over(root: Path, ledger: Ledger) -> None:
    from kratom_qc.app.adoption import acts_of_old_archive  # loads pandas, which takes a second

    acts = acts_of_old_archive(root)
    with ledger.writing() as writer:
        if writer.head() == BEGINNING:  # nobody else did meanwhile
            writer.add(PROGRAM_ITSELF, acts)


def history_of(root: Path, batch_ids: Collection[str] | None = None) -> History:
    """What a store has judged: all, or some batches. Raises InputNotFound where there is no
    archive."""
    from kratom_qc.archive.history import History  # as above

    ledger = ledger_of(existing_store(root))
    batches = ledger.batches(batch_ids)
    if not batches and not ledger.passes():
        raise _no_archive(root)
    newest = {batch.batch_id: batch.pass_id for batch in batches.values()}
    return History(root, newest, ledger.files_of(newest), lying=ledger.lying())


def tables_of(root: Path, ledger: Ledger, passes: Collection[str] | None = None) -> ArchiveTables:
    """The archive of a store, with the files in which the rows of all or some passes lie."""
    from kratom_qc.archive.history import ArchiveTables  # as above

    return ArchiveTables(root, lying=ledger.lying(passes))


def existing_store(root: Path) -> Path:
    """A store that is there, or whose ledger and files are elsewhere by the settings. Raises
    InputNotFound for one that is not, and makes none."""
    config = settings.load()
    elsewhere = config.ledger is not None and config.bucket is not None
    if not elsewhere and not any((root / "archive" / name).is_dir() for name in SCHEMAS):
        raise _no_archive(root)
    return root


def known_batch(root: Path, ledger: Ledger, batch_id: str) -> KnownBatch:
    """A batch that a store has judged. Raises InputNotFound, with the nearest, for any other."""
    known = ledger.batches([batch_id]).get(batch_id)
    if known is None:
        near = nearest_hint(batch_id, neighbours(ledger, batch_id), 3)
        raise InputNotFound(f"'{batch_id}' is no batch of {root}{near}")
    return known


def add_to(ledger: Ledger, known: KnownBatch, actor: str, act: Act) -> None:
    """Add an act that rests on how a batch stood. Raises UsageError where it has changed since."""
    with ledger.writing() as writer:
        if writer.batches([known.batch_id]).get(known.batch_id) != known:
            raise UsageError(f"batch {known.batch_id} has changed just now; review it again")
        writer.add(actor, [act])


def _no_archive(root: Path) -> InputNotFound:
    return InputNotFound(
        f"{root}: no archive; make one with `kratom-qc run`, or name another store with --store"
    )
