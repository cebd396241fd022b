"""Archives made by chance, cheaply and as large as somebody asks: committed passes of a store whose rows look like
those of a release pass, without any certificate behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from kratom_qc.app.store import Store
from kratom_qc.archive import disk
from kratom_qc.archive.store import kept_by, sha256_of, table_writer
from kratom_qc.archive.tables import SCHEMAS
from kratom_qc.ledger.entries import Act
from kratom_qc.ledger.ledger import stamp

LABORATORIES = [f"Laboratory {number}" for number in range(20)]
ANALYTES = [f"analyte-{number}" for number in range(60)]
FIRST_DAY = date(2026, 1, 1)
PROGRAM = "kratom_qc by chance"
# What every row says alike.
ALIKE = {
    **{"product": "extract", "unit": "mg/kg", "status": "judged", "verdict": "PASS", "outcome": "PASS"},
    **{
        "rulebook": "extract",
        "program": PROGRAM,
        "certificate_id": "C-1",
        "flags": "",
        "known": True,
        "measured": True,
    },
    **{"decides": True, "traces": [], "home_markets": [], "rulebooks": []},
}


def made_by_chance(root: Path, passes: int, batches: int, results: int, *, clock: Any) -> Store:
    """A store of so many passes, each of so many batches (one certificate each) of so many results; one pass a day."""
    store = Store(root, clock)
    for number in range(passes):
        add_pass(store, number, batches, results)
    return store


def batch_ids(number: int, batches: int) -> list[str]:
    """Ids whose order says nothing of the order of passes."""
    return [f"B-{(one * 7919) % 1_000_003:07d}-{number:05d}" for one in range(batches)]


def add_pass(store: Store, number: int, batches: int, results: int) -> str:
    """One committed pass."""
    chance = np.random.default_rng(number)
    day = FIRST_DAY + timedelta(days=number % 360)
    begun = store.ledger.add("chance", Act("begun", day.isoformat()))[0].sequence
    pass_id = f"{day.isoformat()}-{begun:06d}"
    ids = batch_ids(number, batches)
    of_pass = {"pass_id": pass_id, "judged_on": day, "judged_at": store.clock(), "sequence": begun}
    holds: dict[str, str] = {}
    staging = store.files.passes / pass_id
    for path in kept_by(pass_id)[:-1]:  # without pages
        disk.make_folder((staging / path).parent)
        name = path.parent.name
        with table_writer(staging / path, name) as file:
            file.write_table(_table(name, of_pass, ids, results, chance))
        holds[path.as_posix()] = sha256_of(staging / path)
    disk.sync(staging / path for path in holds)
    made = {"sequence": begun, "judged_on": day.isoformat(), "judged_at": stamp(store.clock()), "program": PROGRAM}
    with store.ledger.writing() as writer:
        acts = [*_of_files(ids, pass_id), *_of_batches(ids, made, pass_id)]
        writer.add("chance", [*acts, Act("committed", pass_id, {**made, "holds": holds, "terms": None})])
    store.files.publish(pass_id)
    return pass_id


def _sha(batch_id: str) -> str:
    return batch_id.encode().hex().ljust(64, "0")[:64]


def _of_files(ids: Sequence[str], pass_id: str) -> Iterator[Act]:
    yield from (Act("delivered", _sha(one), {"name": f"{one}.csv", "route": "chance", "size": 1}) for one in ids)
    yield from (Act("read", _sha(one), {"program": PROGRAM, "pass_id": pass_id, "batches": {one: []}}) for one in ids)


def _of_batches(ids: Sequence[str], made: dict[str, Any], pass_id: str) -> Iterator[Act]:
    more = {"product": "extract", "laboratory": "L", "reason": "", "verdict": "PASS", "pass_id": pass_id}
    hashes = {"basis": "0" * 64, "outcome": "0" * 64, "disposition": "awaiting review"}
    of_pass = {name: made[name] for name in ("judged_on", "judged_at", "sequence")}
    yield from (Act("judged", one, {**more, **hashes, **of_pass}) for one in ids)


def _table(
    name: str, of_pass: dict[str, Any], ids: Sequence[str], results: int, chance: np.random.Generator
) -> pa.Table:
    """The rows of one table; what is not made up is null. Every batch has so many results, and three findings."""
    each = {"results": results, "findings": 3}.get(name, 1)
    count = len(ids) * each
    place = np.repeat(np.arange(len(ids)), each)
    turn = np.arange(count) % len(ANALYTES)
    numbers = chance.integers(1, 2_000, count)
    shas = [_sha(one) for one in ids]
    laboratories = [LABORATORIES[hash_of(one) % 20] for one in ids]
    known = [Decimal(number) / 1000 for number in range(2_000)]
    some = {
        "batch_id": (ids, place),
        "sha256": (shas, place),
        "file": ([f"{one}.csv" for one in ids], place),
        "laboratory": (LABORATORIES, np.array([hash_of(one) % 20 for one in ids])[place]),
        "witness": ([f"{sha} C-1 {laboratory}" for sha, laboratory in zip(shas, laboratories, strict=True)], place),
        "analyte": (ANALYTES, turn),
        "rule_id": (ANALYTES, turn),
        "said": ([str(number) for number in known], numbers),
        "low": (known, numbers),
        "high": (known, numbers),
        "low_float": ([float(number) for number in known], numbers),
        "high_float": ([float(number) for number in known], numbers),
        "cell": ([f"C{number + 5}" for number in range(each)], np.arange(count) % each),
    }
    if name == "verdicts":
        some["certificates"] = ([[sha] for sha in shas], place)
    if name == "certificates":
        some["facts_said"] = ([[]], np.zeros(count, int))
    alike = {**of_pass, **ALIKE, "tested_on": of_pass["judged_on"]}
    arrays = []
    for field in SCHEMAS[name]:
        if field.name in some:
            values, where = some[field.name]
        else:
            values, where = [alike.get(field.name)], np.zeros(count, int)
        arrays.append(_taken(values, where, field.type))
    return pa.Table.from_arrays(arrays, schema=SCHEMAS[name])


def _taken(values: Sequence[Any], where: np.ndarray, kind: pa.DataType) -> pa.Array:
    if values == [None]:
        return pa.nulls(len(where), kind)
    if pa.types.is_dictionary(kind):
        return pa.DictionaryArray.from_arrays(pa.array(where, pa.int32()), pa.array(values, kind.value_type))
    return pa.array(values, kind).take(pa.array(where, pa.int32()))


def hash_of(batch_id: str) -> int:
    """Which laboratory a batch is of; the same for one whole batch."""
    return sum(batch_id.encode())
