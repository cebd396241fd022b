"""The ledger of a store: acts are added to it in transactions, and it answers what counts now."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, case, func, literal, or_, select

from kratom_qc.domain.disposition import Disposition
from kratom_qc.domain.errors import StoreError
from kratom_qc.domain.verdict import Decision
from kratom_qc.ledger import state
from kratom_qc.ledger.database import engine_of, migrate, one_state, reading, writing
from kratom_qc.ledger.entries import BEGINNING, Act, Entry, Fault, Head, chained, faults
from kratom_qc.ledger.tables import (
    BATCHES,
    CERTIFICATES,
    DELIVERIES,
    FILES,
    JOURNAL,
    LOTS,
    PASSES,
    TERMS,
    TRACES,
)

Clock = Callable[[], datetime]
Rows = list[tuple[Any, ...]]
_ASKED = 10_000  # values that one question names; databases have a limit


class KnownFile(NamedTuple):
    """A file that was delivered. `tries`: how often `program` met a trouble of the machine."""

    sha256: str
    name: str
    size: int
    status: str  # waiting, judged, refused
    program: str | None
    tries: int


class KnownBatch(NamedTuple):
    """A batch with its newest verdict and where it stands. `before` is the verdict before that one
    ("" for the first), `sequence` that of the pass, `by_person` whether somebody decided, `decided`
    the entry that did, `proposed` the one that waits for a second person."""

    batch_id: str
    product: str | None
    laboratory: str
    verdict: Decision
    before: str
    reason: str
    judged_on: str
    judged_at: str
    sequence: int
    pass_id: str
    basis: str
    outcome: str
    disposition: Disposition
    by_person: bool
    decided: int | None
    amended: int | None
    proposed: int | None

    @property
    def waits_to_be_judged(self) -> bool:
        """Whether one of its certificates gave way to another since it was judged."""
        return self.amended is not None and self.amended > self.sequence


class RefusedFile(NamedTuple):
    """A file that was refused and not read since."""

    sha256: str
    name: str
    why: str


class Tally(NamedTuple):
    """How many batches there are, by verdict and by disposition."""

    verdicts: dict[str, int]
    dispositions: dict[str, int]


class KnownCertificate(NamedTuple):
    """A file that speaks of a batch. `same_as` said the same before it; `amended_by` took its
    place."""

    sha256: str
    pass_id: str
    same_as: str | None
    amended_by: str | None


class CountedCertificate(NamedTuple):
    """A file that speaks of a batch and counts: it repeats no other and gave way to none.
    `product` is that of the batch by its newest verdict, `vendor` who delivered the file."""

    batch_id: str
    sha256: str
    pass_id: str
    sequence: int
    product: str | None
    vendor: str | None


class KnownLot(NamedTuple):
    """A lot that a refused file names, with the cell and why the file was refused."""

    lot: str
    sha256: str
    name: str
    why: str
    said: str
    sheet: str
    cell: str


class KnownPass(NamedTuple):
    """A pass that counts, with what it wrote and the hash of the terms by which it judged."""

    sequence: int
    pass_id: str
    judged_on: str
    judged_at: str
    program: str
    holds: Any  # path in the store → SHA-256
    terms: str | None


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """A moment as the ledger and the archive write it: UTC, to the microsecond."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class Writer:
    """One transaction: acts join the journal, and the state follows."""

    def __init__(self, connection: Connection, at: str):
        self._connection = connection
        self._at = at

    def add(self, actor: str, acts: Iterable[Act]) -> list[Entry]:
        """Add acts to the journal."""
        return self.take(list(chained(acts, _head(self._connection), self._at, actor)))

    def take(self, entries: list[Entry]) -> list[Entry]:
        """Add entries that continue the journal."""
        if entries:
            self._connection.execute(JOURNAL.insert(), [entry._asdict() for entry in entries])
            state.apply(self._connection, entries)
        return entries

    def head(self) -> Head:
        """The newest entry, as this transaction sees it."""
        return _head(self._connection)

    def terms(self) -> str | None:
        """The hash of the terms of the newest pass."""
        newest = select(PASSES.c.terms).order_by(PASSES.c.sequence.desc()).limit(1)
        terms: str | None = self._connection.execute(newest).scalar_one_or_none()
        return terms

    def batches(self, batch_ids: Collection[str]) -> dict[str, KnownBatch]:
        """Batches by their ids, as this transaction sees them; without those never judged."""
        return _batches(self._connection, batch_ids)

    @property
    def connection(self) -> Connection:
        """The transaction itself, for the other parts of the ledger."""
        return self._connection


class Ledger:
    """Who did what when, and what counts. Raises StoreError where it cannot be read or written, and
    RulebookError for a URL that is no database."""

    def __init__(self, where: str | Path, clock: Clock = now):
        self._engine = engine_of(where)
        self._clock = clock
        migrate(self._engine)

    # ------------------------------------------------------------ the journal

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """A transaction: what is added to it counts at the end of the block, or never happened."""
        with writing(self._engine) as connection:
            yield Writer(connection, stamp(self._clock()))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state, for the other parts of the ledger."""
        with reading(self._engine) as connection:
            yield connection

    def one_state(self) -> AbstractContextManager[None]:
        """Everything that this thread reads of the ledger within the block is of one state."""
        return one_state(self._engine)

    def add(self, actor: str, *acts: Act) -> list[Entry]:
        """Add acts to the journal, in a transaction of their own."""
        with self.writing() as writer:
            return writer.add(actor, acts)

    def head(self) -> Head:
        """The newest entry."""
        with reading(self._engine) as connection:
            return _head(connection)

    def entries(self, subject: str | None = None, last: int | None = None) -> Iterator[Entry]:
        """Entries in their order: all, those on one subject, or so many of the newest."""
        rows = select(JOURNAL)
        if subject is not None:
            rows = rows.where(JOURNAL.c.subject == subject)
        if last is not None:
            newest = rows.order_by(JOURNAL.c.sequence.desc()).limit(last).subquery()
            rows = select(newest).order_by(newest.c.sequence)
        else:
            rows = rows.order_by(JOURNAL.c.sequence)
        with reading(self._engine) as connection:
            for row in connection.execution_options(yield_per=_ASKED).execute(rows):
                yield Entry(*row)

    def since(self, sequence: int = 0, at: str = "") -> list[Entry]:
        """The entries after one, and from a moment on, in their order."""
        later = select(JOURNAL).where(JOURNAL.c.sequence > sequence, JOURNAL.c.at >= at)
        with reading(self._engine) as connection:
            return [Entry(*row) for row in connection.execute(later.order_by(JOURNAL.c.sequence))]

    def entry(self, sequence: int) -> Entry:
        """The entry with a number."""
        with reading(self._engine) as connection:
            row = connection.execute(select(JOURNAL).where(JOURNAL.c.sequence == sequence)).one()
            return Entry(*row)

    def acts(self, act: str) -> list[Entry]:
        """Every entry of one act, in their order."""
        rows = select(JOURNAL).where(JOURNAL.c.act == act).order_by(JOURNAL.c.sequence)
        with reading(self._engine) as connection:
            return [Entry(*row) for row in connection.execute(rows)]

    def signed(self) -> Iterator[Entry]:
        """What signatures stand in, and whose keys they were made by, in their order."""
        acts = ("user changed", "proposed", "decided")
        rows = select(JOURNAL).where(JOURNAL.c.act.in_(acts)).order_by(JOURNAL.c.sequence)
        with reading(self._engine) as connection:
            for row in connection.execution_options(yield_per=_ASKED).execute(rows):
                yield Entry(*row)

    def about(self, subjects: Collection[str]) -> list[Entry]:
        """Every entry on some subjects, in their order."""
        rows = self.rows_among(list(JOURNAL.c), JOURNAL.c.subject, subjects)
        return sorted(Entry(*row) for row in rows)

    def hashes(self, after: int = 0) -> Iterator[str]:
        """The hash of every entry after one, in their order."""
        rows = select(JOURNAL.c.hash).where(JOURNAL.c.sequence > after).order_by(JOURNAL.c.sequence)
        with reading(self._engine) as connection:
            result = connection.execution_options(yield_per=_ASKED).execute(rows)
            yield from result.scalars()

    def faults(self, heads: Iterable[Head] = ()) -> list[Fault]:
        """What is wrong with the journal, given heads that were exported; empty where nothing is.
        Raises StoreError where the database itself is damaged."""
        with reading(self._engine) as connection:
            result = connection.execution_options(yield_per=_ASKED).exec_driver_sql(_WHOLE_JOURNAL)
            return list(faults(result, heads))

    def damage(self) -> list[str]:
        """What SQLite finds wrong with its file: rows that an index hides, for instance. Nothing
        for another database, which has tools of its own."""
        if self._engine.dialect.name != "sqlite":
            return []
        with reading(self._engine) as connection:
            result = connection.exec_driver_sql("PRAGMA integrity_check(10)").scalars()
            return [line for line in result if line != "ok"]

    def rebuild(self) -> dict[str, int]:
        """Make the state again from the journal. Returns in how many rows each table differed, of
        those that did."""
        with writing(self._engine) as connection:
            if self._engine.dialect.name == "sqlite":
                connection.exec_driver_sql("REINDEX")  # an index may hide what the tables hold
            return state.rebuild(connection)

    def differences(self) -> dict[str, int]:
        """What `rebuild` would return, without changing anything."""
        with writing(self._engine) as connection:
            inner = connection.begin_nested()
            try:
                return state.rebuild(connection)
            finally:
                inner.rollback()

    # ------------------------------------------------------------ what counts

    def files(self, hashes: Collection[str]) -> dict[str, KnownFile]:
        """Delivered files by their hashes; without those never delivered."""
        columns = [FILES.c[name] for name in KnownFile._fields]
        rows = self.rows_among(columns, FILES.c.sha256, hashes)
        return {row[0]: KnownFile(*row) for row in rows}

    def to_read(self, program: str) -> list[KnownFile]:
        """The files that a pass of this program takes: delivered and not yet read, refused by
        another version, or refused by this one for the first trouble of the machine."""
        columns = [FILES.c[name] for name in KnownFile._fields]
        once = and_(FILES.c.program == program, FILES.c.tries == 1)
        refused = and_(FILES.c.status == "refused", or_(FILES.c.program != program, once))
        rows = select(*columns).where(or_(FILES.c.status == "waiting", refused))
        with reading(self._engine) as connection:
            result = connection.execute(rows.order_by(FILES.c.sequence))
            return [KnownFile(*row) for row in result]

    def deliveries(self, hashes: Collection[str]) -> set[tuple[str, str, str]]:
        """(hash, name, route) of every delivery of some files."""
        columns = [DELIVERIES.c[name] for name in ("sha256", "name", "route")]
        rows = self.rows_among(columns, DELIVERIES.c.sha256, hashes)
        return {(sha256, name, route) for sha256, name, route in rows}

    def every_file(self) -> Iterator[tuple[str, str]]:
        """(hash, name) of every file that was delivered and is kept."""
        with reading(self._engine) as connection:
            kept = FILES.c.status != "retired"
            rows = select(FILES.c.sha256, FILES.c.name).where(kept).order_by(FILES.c.sequence)
            result = connection.execution_options(yield_per=_ASKED).execute(rows)
            yield from ((sha256, name) for sha256, name in result)

    def files_of(self, batch_ids: Collection[str]) -> dict[str, dict[str, str]]:
        """Of batches the hashes of the files that speak of them, in the order they came, each with
        the pass that holds what was read of it."""
        return {
            batch_id: {file.sha256: file.pass_id for file in files}
            for batch_id, files in self.certificates(batch_ids).items()
        }

    def amended(self, batch_ids: Collection[str]) -> dict[str, dict[str, str]]:
        """Of batches the files that gave way to another, each with the one that did it."""
        return {
            batch_id: {file.sha256: file.amended_by for file in files if file.amended_by}
            for batch_id, files in self.certificates(batch_ids).items()
        }

    def certificates(self, batch_ids: Collection[str]) -> dict[str, list[KnownCertificate]]:
        """Of batches every file that speaks of them, in the order they came."""
        names = ("sequence", "batch_id", *KnownCertificate._fields)
        columns = [CERTIFICATES.c[name] for name in names]
        certificates: dict[str, list[KnownCertificate]] = {}
        rows = self.rows_among(columns, CERTIFICATES.c.batch_id, batch_ids)
        for _, batch_id, *known in sorted(rows, key=lambda row: row[0]):
            certificates.setdefault(batch_id, []).append(KnownCertificate(*known))
        return certificates

    def counted(
        self,
        product: str | None = None,
        *,
        vendor: str | None = None,
        laboratories: Collection[str] | None = None,
        newest: int | None = None,
    ) -> list[CountedCertificate]:
        """Every file that counts, or the `newest` of them, in the order they came: of all batches,
        of those of one product, of one vendor, of those whose laboratories are told in one of these
        texts."""
        rows = _COUNTED
        if product is not None:
            rows = rows.where(BATCHES.c.product == product)
        if laboratories is not None:
            rows = rows.where(BATCHES.c.laboratory.in_(laboratories))
        if vendor is not None:
            sent = select(DELIVERIES.c.sha256).where(DELIVERIES.c.vendor == vendor)
            rows = rows.where(CERTIFICATES.c.sha256.in_(sent), _VENDOR.in_([vendor]))
        rows = rows.order_by(CERTIFICATES.c.sequence.desc()).limit(newest)
        with reading(self._engine) as connection:
            result = [CountedCertificate._make(row) for row in connection.execute(rows)]
        return result[::-1]

    def laboratories(self) -> list[str]:
        """Every text in which the laboratories of a batch are told."""
        with reading(self._engine) as connection:
            return list(connection.execute(select(BATCHES.c.laboratory).distinct()).scalars())

    def counted_before(
        self, batch: KnownBatch, laboratories: Collection[str], newest: int
    ) -> list[CountedCertificate]:
        """So many files that count: of a batch, and of those first judged before it, the newest
        first to be taken; of its product, whose laboratories are told in one of these texts."""
        place = select(BATCHES.c.first).where(BATCHES.c.batch_id == batch.batch_id)
        rows = _COUNTED.where(
            BATCHES.c.product == batch.product if batch.product else BATCHES.c.product.is_(None),
            BATCHES.c.first <= place.scalar_subquery(),
            BATCHES.c.laboratory.in_(laboratories),
        )
        newest_first = (BATCHES.c.first.desc(), CERTIFICATES.c.sequence.desc())
        rows = rows.order_by(*newest_first).limit(newest)
        with reading(self._engine) as connection:
            certificates = [CountedCertificate._make(row) for row in connection.execute(rows)]
        return certificates[::-1]

    def sharing(self, traces: Collection[str]) -> set[str]:
        """The batches whose certificates have one of these traces."""
        return {row[0] for row in self.rows_among([TRACES.c.batch_id], TRACES.c.trace, traces)}

    def lots(self, lots: Collection[str]) -> list[KnownLot]:
        """What refused files name of these lots."""
        columns = [LOTS.c[name] for name in KnownLot._fields]
        return [KnownLot(*row) for row in self.rows_among(columns, LOTS.c.lot, lots)]

    def batches(self, batch_ids: Collection[str] | None = None) -> dict[str, KnownBatch]:
        """Batches by their ids, in the order they were first judged: all, or some."""
        with reading(self._engine) as connection:
            return _batches(connection, batch_ids)

    def passes(self) -> list[KnownPass]:
        """Every pass that counts, in their order."""
        return self.newest_passes(None)[::-1]

    def newest_passes(self, count: int | None) -> list[KnownPass]:
        """So many passes that count, the newest first."""
        columns = [PASSES.c[name] for name in KnownPass._fields]
        rows = select(*columns).order_by(PASSES.c.sequence.desc()).limit(count)
        with reading(self._engine) as connection:
            passes = [KnownPass(*row) for row in connection.execute(rows)]
        return [stored._replace(holds=_loaded("passes", stored.holds)) for stored in passes]

    def retired_files(self) -> list[str]:
        """The hashes of the files that are not kept any more."""
        rows = select(FILES.c.sha256).where(FILES.c.status == "retired")
        with reading(self._engine) as connection:
            return list(connection.execute(rows).scalars())

    def lying(self, passes: Collection[str] | None = None) -> dict[str, str]:
        """The passes whose rows lie together with those of others, of all or of some, each with the
        name of the file (without its ending) in which they do."""
        own_file = literal("%archive/verdicts/") + PASSES.c.pass_id + ".parquet%"
        rows = select(PASSES.c.pass_id, PASSES.c.holds).where(PASSES.c.holds.notlike(own_file))
        if passes is not None:
            rows = rows.where(PASSES.c.pass_id.in_(list(passes)))
        with reading(self._engine) as connection:
            holds_of = {
                pass_id: _loaded("passes", holds) for pass_id, holds in connection.execute(rows)
            }
        return {
            pass_id: path.removeprefix("archive/verdicts/").removesuffix(".parquet")
            for pass_id, holds in holds_of.items()
            for path in holds
            if path.startswith("archive/verdicts/")
        }

    def ever_tables(self) -> set[str]:
        """The names (without their endings) of all files of tables that ever counted."""
        entries = (*self.acts("committed"), *self.acts("compacted"))
        paths = {path for entry in entries for path in entry.made["holds"]}
        return {path.rpartition("/")[2].removesuffix(".parquet") for path in paths}

    # ------------------------------------------------------------ what an index lists

    def tally(self) -> Tally:
        """How many batches there are."""
        both = BATCHES.c.disposition, BATCHES.c.verdict  # in the order of an index
        with reading(self._engine) as connection:
            counts = connection.execute(select(*both, func.count()).group_by(*both)).all()
        dispositions, verdicts = Counter[str](), Counter[str]()
        for disposition, verdict, number in counts:
            dispositions[disposition] += number
            verdicts[verdict] += number
        return Tally(*(dict(sorted(counts.items())) for counts in (verdicts, dispositions)))

    def open_batches(self, count: int) -> list[KnownBatch]:
        """So many batches on which somebody has to decide: those on hold first, the worst verdict
        first, the newest first."""
        waiting = (Disposition.ON_HOLD, Disposition.AWAITING_REVIEW)
        columns = BATCHES.c.disposition, BATCHES.c.verdict
        worst = case(
            {str(decision): place for place, decision in enumerate(Decision)}, value=columns[1]
        )
        kinds = select(*columns).where(columns[0].in_(waiting)).group_by(*columns)
        batches: list[KnownBatch] = []
        with reading(self._engine) as connection:
            # Kind by kind an index has them in order: sorting all would cost more at every pass.
            for kind in connection.execute(kinds.order_by(columns[0].desc(), worst)).all():
                rows = _BATCHES.where(columns[0] == kind[0], columns[1] == kind[1])
                rows = rows.order_by(BATCHES.c.sequence.desc(), BATCHES.c.first)
                batches += map(known_batch, connection.execute(rows.limit(count - len(batches))))
        return batches

    def on_hold(self) -> list[tuple[str, str, str]]:
        """(batch, when it was judged first, why it is held) of every batch on hold, the oldest
        first."""
        columns = BATCHES.c.batch_id, JOURNAL.c.at, BATCHES.c.reason
        both = BATCHES.join(JOURNAL, BATCHES.c.first == JOURNAL.c.sequence)
        held = BATCHES.c.disposition == Disposition.ON_HOLD
        rows = select(*columns).select_from(both).where(held).order_by(BATCHES.c.first)
        with reading(self._engine) as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(rows)]

    def quarantined(self) -> list[RefusedFile]:
        """The files that no pass reads again, because reading or judging them failed more than
        once; the newest first."""
        columns = [FILES.c[name] for name in RefusedFile._fields]
        rows = select(*columns).where(FILES.c.status == "refused", FILES.c.tries > 1)
        with reading(self._engine) as connection:
            result = connection.execute(rows.order_by(FILES.c.sequence.desc()))
            return [RefusedFile(row.sha256, row.name, row.why or "") for row in result]

    def files_by_status(self) -> dict[str, int]:
        """How many files there are: waiting, judged, refused."""
        rows = select(FILES.c.status, func.count()).group_by(FILES.c.status)
        with reading(self._engine) as connection:
            return {row[0]: row[1] for row in connection.execute(rows)}

    def blocks(self, size: int, since: int = 0) -> list[int]:
        """The blocks of batches of which one was changed after an entry of the journal. A block is
        what was judged first by so many consecutive entries."""
        number = BATCHES.c.first // size
        rows = select(number).where(BATCHES.c.changed > since).distinct().order_by(number)
        with reading(self._engine) as connection:
            return list(connection.execute(rows).scalars())

    def block(self, number: int, size: int) -> list[KnownBatch]:
        """The batches of a block, in the order they were first judged."""
        first = BATCHES.c.first
        rows = _BATCHES.where(first >= number * size, first < (number + 1) * size).order_by(first)
        with reading(self._engine) as connection:
            return list(map(known_batch, connection.execute(rows)))

    def refused(self) -> list[RefusedFile]:
        """The files that were refused and not read since, the newest first."""
        columns = [FILES.c[name] for name in RefusedFile._fields]
        rows = select(*columns).where(FILES.c.status == "refused")
        with reading(self._engine) as connection:
            result = connection.execute(rows.order_by(FILES.c.sequence.desc()))
            return [RefusedFile(row.sha256, row.name, row.why or "") for row in result]

    def verdicts_of(self, batch_ids: Collection[str]) -> dict[str, list[Entry]]:
        """Every `judged` entry on batches, in their order."""
        verdicts: dict[str, list[Entry]] = {}
        for entry in self.about(batch_ids):
            if entry.act == "judged":
                verdicts.setdefault(entry.subject, []).append(entry)
        return verdicts

    def terms(self) -> dict[str, Any]:
        """By what passes judged, by hash."""
        with reading(self._engine) as connection:
            return {
                row.hash: _loaded("terms", row.made) for row in connection.execute(select(TERMS))
            }

    def judged_by_other_terms(self) -> int:
        """How many batches were judged last by other terms than those of the newest pass."""
        newest = select(PASSES.c.terms).order_by(PASSES.c.sequence.desc()).limit(1)
        rows = select(func.count()).select_from(
            BATCHES.join(PASSES, BATCHES.c.pass_id == PASSES.c.pass_id)
        )
        with reading(self._engine) as connection:
            now = connection.execute(newest).scalar_one_or_none()
            by_others = PASSES.c.terms.is_distinct_from(now)
            return int(connection.execute(rows.where(by_others)).scalar_one())

    def is_committed(self, pass_id: str) -> bool:
        """Whether a pass counts."""
        with reading(self._engine) as connection:
            rows = select(func.count()).where(PASSES.c.pass_id == pass_id)
            return bool(connection.execute(rows).scalar_one())

    def rows_among(
        self, columns: list[Any], column: ColumnElement[str], values: Collection[str]
    ) -> Rows:
        with reading(self._engine) as connection:
            return rows_among(connection, columns, column, values)


# Of several vendors that delivered one file the first by name.
_VENDOR = (
    select(func.min(DELIVERIES.c.vendor))
    .where(DELIVERIES.c.sha256 == CERTIFICATES.c.sha256)
    .correlate(CERTIFICATES)
    .scalar_subquery()
)
_COUNTED = (
    select(
        *(CERTIFICATES.c[name] for name in CountedCertificate._fields[:4]),
        BATCHES.c.product,
        _VENDOR.label("vendor"),
    )
    .join_from(CERTIFICATES, BATCHES, BATCHES.c.batch_id == CERTIFICATES.c.batch_id)
    .where(CERTIFICATES.c.same_as.is_(None), CERTIFICATES.c.amended_by.is_(None))
)
_WHOLE_JOURNAL = (
    'SELECT sequence, "at", actor, act, subject, "before", "after", reason, previous, hash '
    "FROM journal ORDER BY sequence"
)


def _loaded(table: str, text: str) -> Any:
    """What a column of JSON says. Raises StoreError where it is none any more."""
    try:
        return json.loads(text)
    except ValueError:
        raise _damaged(table) from None


def _damaged(table: str) -> StoreError:
    return StoreError(
        f"the ledger's table {table} is damaged; where `kratom-qc ledger verify` finds the journal "
        "whole, `kratom-qc ledger rebuild` makes the table again"
    )


def _head(connection: Connection) -> Head:
    newest = select(JOURNAL.c.sequence, JOURNAL.c.hash).order_by(JOURNAL.c.sequence.desc())
    row = connection.execute(newest.limit(1)).one_or_none()
    return BEGINNING if row is None else Head(*row)


_BATCHES = select(*(BATCHES.c[name] for name in KnownBatch._fields))


def _batches(connection: Connection, batch_ids: Collection[str] | None) -> dict[str, KnownBatch]:
    columns = [BATCHES.c[name] for name in (*KnownBatch._fields, "first")]
    if batch_ids is None:
        rows: Rows = [tuple(row) for row in connection.execute(select(*columns))]
    else:
        rows = rows_among(connection, columns, BATCHES.c.batch_id, batch_ids)
    known = (known_batch(row[:-1]) for row in sorted(rows, key=lambda row: row[-1]))
    return {batch.batch_id: batch for batch in known}


def known_batch(row: Sequence[Any]) -> KnownBatch:
    """A batch of a row with its columns. Raises StoreError where the table is damaged."""
    known = KnownBatch(*row)
    try:
        verdict, stands = Decision(known.verdict), Disposition(known.disposition)
    except ValueError:
        raise _damaged("batches") from None
    return known._replace(verdict=verdict, disposition=stands)


def rows_among(
    connection: Connection, columns: list[Any], column: ColumnElement[str], values: Collection[str]
) -> Rows:
    """The rows whose column holds one of these values, however many they are."""
    found_rows: Rows = []
    unique = list(dict.fromkeys(values))
    for start in range(0, len(unique), _ASKED):
        rows = select(*columns).where(column.in_(unique[start : start + _ASKED]))
        found_rows += map(tuple, connection.execute(rows))
    return found_rows
