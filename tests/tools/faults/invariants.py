"""What has to be true of a store at any moment, and after the next pass, whatever happened to the one before."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from kratom_qc.app.store import ledger_of
from kratom_qc.app.verification import verify
from kratom_qc.archive.store import raw_path
from kratom_qc.archive.tables import SCHEMAS
from kratom_qc.domain.errors import KratomQCError
from tests.app.stores import passed
from tests.tools.faults.world import COMMITTED, JUDGED


def acknowledged(root: Path) -> set[str]:
    """The files that the ledger says have come."""
    return {sha256 for sha256, _ in ledger_of(root / "store").every_file()}


def seen_wrong(root: Path) -> Iterator[str]:
    """What is wrong with a store for somebody who reads it just now, without any of our code for reading."""
    store = root / "store"
    committed = {one.pass_id for one in ledger_of(store).passes()}
    seen: dict[str, set[str]] = {}
    for name in SCHEMAS:
        files = sorted(path for path in (store / "archive" / name).iterdir())
        yield from (f"{path.name} lies in a table's folder" for path in files if path.suffix != ".parquet")
        seen[name] = set()
        for path in files:
            try:
                seen[name].update(pq.read_table(path, columns=["pass_id"])["pass_id"].to_pylist())
            except (OSError, pa.ArrowException) as error:
                yield f"half a table is visible: {path.name}: {error}"
        yield from (f"{one} is visible in {name} and does not count" for one in seen[name] - committed)
    without = seen["verdicts"] - (seen["certificates"] & seen["findings"])
    yield from (f"the verdicts of {one} are visible without what they rest on" for one in without)
    for path in (store / "reports").rglob("*.html"):
        if not path.read_bytes().rstrip().endswith(b"</html>"):
            yield f"half a page is visible: {path.name}"


def lost(root: Path) -> Iterator[str]:
    """The files that were acknowledged and that the store does not hold as they came."""
    for sha256 in acknowledged(root):
        path = raw_path(root / "store", sha256)
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            yield f"an acknowledged file is lost: {sha256[:12]}"


def wrong_after_the_next_pass(root: Path) -> Iterator[str]:
    """Take what was acknowledged out of the inbox, make one more pass, and look at everything."""
    came = acknowledged(root)
    for path in (root / "inbox").iterdir():
        if hashlib.sha256(path.read_bytes()).hexdigest() in came:
            path.unlink()
    try:
        passed(root)
    except KratomQCError as error:
        yield f"the next pass does not complete: {error}"
        return
    yield from seen_wrong(root)
    yield from lost(root)
    yield from whole(root)


def whole(root: Path) -> Iterator[str]:
    """What differs from a store that has made its pass."""
    store = root / "store"
    yield from verify(store, replay=False).differences
    batches = {one.batch_id: str(one.verdict) for one in ledger_of(store).batches().values()}
    if batches != COMMITTED:
        yield f"the batches are {batches}"
    # What a file of a fixed name left in the store's own folder, the next write takes the place of.
    left = [path for path in store.rglob("*/*.part") if path.parent != store]
    left += (store / "passes").iterdir()
    yield from (f"left behind: {path.relative_to(store)}" for path in left)
    yield from _doubled(store)


def _doubled(store: Path) -> Iterator[str]:
    read = pq.read_table(store / "archive" / "certificates").to_pylist()
    certificates = Counter((row["sha256"], row["batch_id"]) for row in read)
    yield from (f"a certificate is doubled: {one}" for one, count in certificates.items() if count > 1)
    own = [row for row in pq.read_table(store / "archive" / "verdicts").to_pylist() if row["market"] is None]
    verdicts = Counter(row["batch_id"] for row in own)
    if verdicts != JUDGED:
        yield f"batches were judged {dict(verdicts)} times"
