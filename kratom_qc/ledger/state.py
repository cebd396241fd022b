"""The current state, made from the journal and from nothing else.

Every act that changes what counts has one function here, which is given some entries of that act in
their order; an act without one (`begun`) only stands in the journal. The same functions keep the
state as entries are added and make it again from the first entry.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kratom_qc.ledger.entries import Entry, canonical
from kratom_qc.ledger.tables import (
    BATCHES,
    CERTIFICATES,
    DELIVERIES,
    FILES,
    JOURNAL,
    LOTS,
    PASSES,
    STATE,
    TERMS,
    TOKENS,
    TRACES,
    USERS,
)

Rows = list[dict[str, Any]]
_BLOCK = 10_000  # entries that are replayed at once


def apply(connection: Connection, entries: Iterable[Entry]) -> None:
    """Change the state by entries, in their order."""
    for act, some in groupby(entries, attrgetter("act")):
        if act in _APPLY:
            _APPLY[act](connection, list(some))


def _delivered(connection: Connection, entries: Sequence[Entry]) -> None:
    deliveries: Rows = []
    files: Rows = []
    for entry in entries:
        made = entry.made
        shared = {"sha256": entry.subject, "sequence": entry.sequence, "name": made["name"]}
        by = {"actor": entry.actor, "at": entry.at, "vendor": made.get("vendor")}
        deliveries.append({**shared, "route": made["route"], **by})
        of_reading = {"status": "waiting", "program": None, "tries": 0, "why": None}
        files.append({**shared, "size": made["size"], **of_reading})
    connection.execute(DELIVERIES.insert(), deliveries)
    _insert(connection, FILES, files)


def _read(connection: Connection, entries: Sequence[Entry]) -> None:
    certificates: Rows = []
    traces: Rows = []
    for entry in entries:
        made = entry.made
        where = {"pass_id": made["pass_id"], "sequence": entry.sequence, "amended_by": None}
        first = made.get("same_as", {})
        for batch_id, shared in made["batches"].items():
            of = {"batch_id": batch_id, "sha256": entry.subject, "same_as": first.get(batch_id)}
            certificates.append({**of, **where})
            traces += [{"trace": trace, "batch_id": batch_id} for trace in shared]
    _set_status(connection, entries, "judged")
    _forget_lots(connection, entries)
    _insert(connection, CERTIFICATES, certificates)
    _insert(connection, TRACES, traces)


def _refused(connection: Connection, entries: Sequence[Entry]) -> None:
    _set_status(connection, entries, "refused")
    _forget_lots(connection, entries)
    lots: Rows = []
    for entry in entries:
        made = entry.made
        of_file = {"sha256": entry.subject, "name": made.get("name"), "why": made.get("why")}
        lots += [{**of_file, **lot} for lot in made.get("lots", ())]
    _insert(connection, LOTS, lots)


def _forget_lots(connection: Connection, entries: Sequence[Entry]) -> None:
    """A file's newest reading says which lots it names without being one of their certificates."""
    of_file = delete(LOTS).where(LOTS.c.sha256 == bindparam("of"))
    connection.execute(of_file, [{"of": entry.subject} for entry in entries])


def _set_status(connection: Connection, entries: Sequence[Entry], status: str) -> None:
    change = update(FILES).where(FILES.c.sha256 == bindparam("of"))
    rows = [
        {
            "of": entry.subject,
            "status": status,
            "program": entry.made["program"],
            "tries": entry.made.get("tries", 0),
            "why": entry.made.get("why"),
        }
        for entry in entries
    ]
    connection.execute(change, rows)


def _retried(connection: Connection, entries: Sequence[Entry]) -> None:
    """A person wants a file tried once more: patiently, as on a second try."""
    change = update(FILES).where(FILES.c.sha256 == bindparam("of"), FILES.c.status == "refused")
    waits = change.values(status="waiting", program=None, tries=1, why=None)
    connection.execute(waits, [{"of": entry.subject} for entry in entries])


def _judged(connection: Connection, entries: Sequence[Entry]) -> None:
    rows = [
        {
            "batch_id": entry.subject,
            "first": entry.sequence,
            "changed": entry.sequence,
            "before": (json.loads(entry.before) or {}).get("verdict", ""),
            "by_person": False,
            "decided": None,
            "amended": None,
            "proposed": None,
            **_columns(entry.made, _JUDGED),
        }
        for entry in entries
    ]
    # A disposition that a person decided stays until a `reopened` entry ends it.
    kept = ("batch_id", "first", "by_person", "decided", "amended", "disposition")
    _insert(connection, BATCHES, rows, kept)
    undecided = (
        update(BATCHES)
        .where(BATCHES.c.batch_id == bindparam("of"), BATCHES.c.by_person.is_(False))
        .values(disposition=bindparam("becomes"))
    )
    connection.execute(
        undecided, [{"of": row["batch_id"], "becomes": row["disposition"]} for row in rows]
    )


_JUDGED = (
    *(
        "product",
        "laboratory",
        "verdict",
        "reason",
        "judged_on",
        "judged_at",
        "sequence",
        "pass_id",
    ),
    *("basis", "outcome", "disposition"),
)


def _columns(made: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: made[name] for name in names}


def _decided(connection: Connection, entries: Sequence[Entry]) -> None:
    _dispose(connection, entries, by_person=True)


def _reopened(connection: Connection, entries: Sequence[Entry]) -> None:
    _dispose(connection, entries, by_person=False)


def _dispose(connection: Connection, entries: Sequence[Entry], *, by_person: bool) -> None:
    change = update(BATCHES).where(BATCHES.c.batch_id == bindparam("of"))
    rows = [
        {
            "of": entry.subject,
            "disposition": entry.made["disposition"],
            "by_person": by_person,
            "decided": entry.sequence,
            "changed": entry.sequence,
            "proposed": None,
        }
        for entry in entries
    ]
    connection.execute(change, rows)


def _proposed(connection: Connection, entries: Sequence[Entry]) -> None:
    """A decision that waits for a second person; a later verdict or decision ends the waiting."""
    change = update(BATCHES).where(BATCHES.c.batch_id == bindparam("of"))
    rows = [
        {"of": entry.subject, "proposed": entry.sequence, "changed": entry.sequence}
        for entry in entries
    ]
    connection.execute(change, rows)


def _amended(connection: Connection, entries: Sequence[Entry]) -> None:
    change = (
        update(CERTIFICATES)
        .where(
            CERTIFICATES.c.batch_id == bindparam("batch"), CERTIFICATES.c.sha256 == bindparam("of")
        )
        .values(amended_by=bindparam("by"))
    )
    rows = [
        {"batch": entry.subject, "of": entry.made["sha256"], "by": entry.made["amended_by"]}
        for entry in entries
    ]
    connection.execute(change, rows)
    marked = update(BATCHES).where(BATCHES.c.batch_id == bindparam("of"))
    values = [
        {"of": entry.subject, "amended": entry.sequence, "changed": entry.sequence}
        for entry in entries
    ]
    connection.execute(marked, values)


def _committed(connection: Connection, entries: Sequence[Entry]) -> None:
    names = ("sequence", "judged_on", "judged_at", "program")
    rows = [
        {
            "pass_id": entry.subject,
            "holds": canonical(entry.made["holds"]),
            "terms": entry.made.get("terms"),
            **_columns(entry.made, names),
        }
        for entry in entries
    ]
    connection.execute(PASSES.insert(), rows)


def _compacted(connection: Connection, entries: Sequence[Entry]) -> None:
    for entry in entries:
        replaced, new = json.loads(entry.before)["holds"], entry.made["holds"]
        merged = PASSES.c.pass_id.in_(entry.made["passes"])
        rows = connection.execute(select(PASSES.c.pass_id, PASSES.c.holds).where(merged))
        changes = [
            {
                "of": pass_id,
                "now": canonical(
                    {path: sha for path, sha in json.loads(holds).items() if path not in replaced}
                    | new
                ),
            }
            for pass_id, holds in rows
        ]
        change = update(PASSES).where(PASSES.c.pass_id == bindparam("of"))
        connection.execute(change.values(holds=bindparam("now")), changes)


def _retired(connection: Connection, entries: Sequence[Entry]) -> None:
    for entry in entries:
        for table in (BATCHES, CERTIFICATES, TRACES):
            connection.execute(delete(table).where(table.c.batch_id == entry.subject))
        gone = FILES.c.sha256.in_(entry.made["files"])
        connection.execute(update(FILES).where(gone).values(status="retired"))


def _terms_changed(connection: Connection, entries: Sequence[Entry]) -> None:
    rows = [{"hash": entry.subject, "made": entry.after} for entry in entries]
    _insert(connection, TERMS, rows)


def _user_changed(connection: Connection, entries: Sequence[Entry]) -> None:
    """A user is made of everything that was ever said of it: the first entry says all."""
    for entry in entries:
        row = {**entry.made, "sequence": entry.sequence}
        change = update(USERS).where(USERS.c.name == entry.subject).values(row)
        if not connection.execute(change).rowcount:
            connection.execute(USERS.insert(), [{"name": entry.subject, **row}])


def _token_added(connection: Connection, entries: Sequence[Entry]) -> None:
    rows = [
        {"token_id": entry.subject, "is_enabled": True, "at": entry.at, **entry.made}
        for entry in entries
    ]
    connection.execute(TOKENS.insert(), rows)


def _token_revoked(connection: Connection, entries: Sequence[Entry]) -> None:
    change = update(TOKENS).where(TOKENS.c.token_id == bindparam("of")).values(is_enabled=False)
    connection.execute(change, [{"of": entry.subject} for entry in entries])


_APPLY = {
    "delivered": _delivered,
    "read": _read,
    "refused": _refused,
    "judged": _judged,
    "decided": _decided,
    "reopened": _reopened,
    "proposed": _proposed,
    "amended": _amended,
    "committed": _committed,
    "retried": _retried,
    "compacted": _compacted,
    "retired": _retired,
    "terms changed": _terms_changed,
    "user changed": _user_changed,
    "token added": _token_added,
    "token revoked": _token_revoked,
}


def _insert(connection: Connection, table: Table, rows: Rows, kept: Sequence[str] = ()) -> None:
    """Insert rows. Where one is there, its columns are changed but for those `kept`; without any,
    it stays as it is."""
    if not rows:
        return
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = make(table)
    if kept:
        key = [column.name for column in table.primary_key]
        changed = {column.name: column for column in statement.excluded if column.name not in kept}
        connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changed), rows)
    else:
        connection.execute(statement.on_conflict_do_nothing(), rows)


# ---------------------------------------------------------------- made again


def rebuild(connection: Connection) -> dict[str, int]:
    """Make the state again from the journal. Returns in how many rows each table differed, of those
    that did."""
    before = {table.name: _rows(connection, table) for table in STATE}
    for table in STATE:
        connection.execute(delete(table))
    last = 0
    while entries := _block(connection, last):
        apply(connection, entries)
        last = entries[-1].sequence
    after = {table.name: _rows(connection, table) for table in STATE}
    differing = {
        name: sum(((before[name] - after[name]) + (after[name] - before[name])).values())
        for name in before
    }
    return {name: count for name, count in differing.items() if count}


def _rows(connection: Connection, table: Table) -> Counter[Any]:
    return Counter(map(tuple, connection.execute(select(table))))


def _block(connection: Connection, after: int) -> list[Entry]:
    rows = select(JOURNAL).where(JOURNAL.c.sequence > after).order_by(JOURNAL.c.sequence)
    return [Entry(*row) for row in connection.execute(rows.limit(_BLOCK))]
