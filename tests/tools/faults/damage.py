"""What somebody changed, or a disk did: bits flipped, entries dropped, swapped and cut off in the journal, in the file of
the database, in tables and in kept files. Verifying has to find it, given a head that was exported before."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from kratom_qc.app.store import ledger_of
from kratom_qc.app.verification import verify
from kratom_qc.archive.store import lies_at, raw_path, sha256_of
from kratom_qc.domain.errors import StoreError
from kratom_qc.ledger.entries import BEGINNING, Act, Entry, Head, chained, faults
from kratom_qc.ledger.ledger import Ledger
from tests.app.stores import passed
from tests.tools.faults.world import Case, made

AT = "2026-11-30T08:00:00.000000Z"
ENTRIES = 1_000
MILLION = 1_000_000
MOST_SECONDS = 10  # of computing, to verify a million entries


def journal(_: Path, every: int = 1) -> Iterator[Case]:
    """Every letter of a journal of a thousand entries flipped; every entry dropped, doubled, swapped, or cut off."""
    chain = list(chained(map(_act, range(ENTRIES)), BEGINNING, AT, "somebody"))
    heads = [Head(ENTRIES, chain[-1].hash)]
    tried, silent = 0, []
    for at, entry in enumerate(chain):
        others = [[changed] for changed in _flipped(entry, every)] + [[], [entry, entry]]
        found = [next(faults([*chain[:at], *other, *chain[at + 1 :]], heads), None) for other in others]
        found += [next(faults(chain[:at], heads), None)]
        swapped = [*chain]
        swapped[at], swapped[at - 1] = swapped[at - 1], swapped[at]
        found += [next(faults(swapped, heads), None)]
        tried += len(found)
        silent += [f"entry {at + 1}: a change is not found"] * found.count(None)
    yield Case(f"{tried:,} changes of {ENTRIES:,} entries", silent)


def _act(number: int) -> Act:
    made = {"name": f"{number}.csv", "size": number, "route": "inbox"}
    return Act("delivered", f"{number:064x}", made, {"before": "ř"}, "a reason")


def _flipped(entry: Entry, every: int) -> Iterator[Entry]:
    for column, value in zip(Entry._fields[1:], entry[1:], strict=True):
        for place in range(0, len(value), every):
            letter = chr(ord(value[place]) ^ 1)
            yield entry._replace(**{column: value[:place] + letter + value[place + 1 :]})


def database(folder: Path, tries: int = 1_500) -> Iterator[Case]:
    """Bits of the file of a SQLite ledger flipped: an error, a difference, or the same answers as before."""
    root = made(folder)
    passed(root)
    path = root / "store" / "ledger.sqlite"
    head, answers, content = ledger_of(root / "store").head(), _answers(root), path.read_bytes()
    for number in range(tries):
        at = number * len(content) // tries
        path.write_bytes(content[:at] + bytes([content[at] ^ 1 << number % 8]) + content[at + 1 :])
        try:
            found = bool(verify(root / "store", [head], replay=False).differences)
        except StoreError:
            found = True
        same = False
        with suppress(StoreError):
            same = _answers(root) == answers
        for name in ("ledger.sqlite-wal", "ledger.sqlite-shm"):
            (root / "store" / name).unlink(missing_ok=True)
        yield Case(f"byte {at}", [] if found or same else ["other answers, and nothing is found"])
    path.write_bytes(content)


def _answers(root: Path) -> list[Any]:
    """What a ledger answers to those who ask it."""
    ledger = ledger_of(root / "store")
    batches = ledger.batches()
    return [
        *(list(ledger.entries()), batches, ledger.batches(["L-1", "L-2", "L-3", "L-4"]), ledger.certificates(batches)),
        *(ledger.files(dict(ledger.every_file())), ledger.to_read("another"), ledger.refused(), ledger.terms()),
        *(ledger.lots(["l7", "l2"]), ledger.passes(), ledger.tally(), ledger.open_batches(9)),
    ]


def files(folder: Path, every: int = 1) -> Iterator[Case]:
    """Every byte of every table and kept file flipped, and each of them cut or gone."""
    root = made(folder)
    passed(root)
    store = root / "store"
    ledger = ledger_of(store)
    expected = {lies_at(store, Path(path)): made for one in ledger.passes() for path, made in one.holds.items()}
    expected |= {raw_path(store, sha256): sha256 for sha256, _ in ledger.every_file()}
    for path, sha256 in expected.items():
        content, silent = path.read_bytes(), []
        for at in range(0, len(content), every):
            with path.open("r+b") as file:
                file.seek(at)
                file.write(bytes([content[at] ^ 1]))
            silent += [f"byte {at} is not missed"] * (sha256_of(path) == sha256)
            path.write_bytes(content)
        for name, damaged in (("cut", content[:-1]), ("longer", content + b"\0"), ("empty", b"")):
            path.write_bytes(damaged)
            silent += [f"{name} is not found"] * (not verify(store, replay=False).differences)
        path.unlink()
        silent += ["gone is not found"] * (not verify(store, replay=False).differences)
        path.write_bytes(content)
        yield Case(f"{path.relative_to(store)}: {-(-len(content) // every):,} bytes", silent)
    assert not verify(store, replay=False).differences


def million(folder: Path, entries: int = MILLION) -> Iterator[Case]:
    """A journal of a million entries, verified."""
    ledger = Ledger(folder / "ledger.sqlite")
    for start in range(0, entries, 20_000):
        ledger.add(
            "somebody",
            *(Act("begun", f"{number}", {"judged_on": "2026-11-30"}) for number in range(start, start + 20_000)),
        )
    head = ledger.head()
    began, computed = time.monotonic(), time.process_time()
    problems = [f"entry {one.sequence} {one.what}" for one in ledger.faults([head])]
    lasted, computed = time.monotonic() - began, time.process_time() - computed
    if computed > MOST_SECONDS:
        problems.append(f"it takes {computed:.1f} s of computing")
    yield Case(f"{head.sequence:,} entries verified in {lasted:.1f} s, {computed:.1f} s of computing", problems)
