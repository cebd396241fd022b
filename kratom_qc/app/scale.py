"""Files are read by the workers of Dask, on this machine or on others: KRATOM_QC_DASK names the
scheduler (`tcp://host:8786`), or `local:2` for two workers that live as long as a pass.

Only reading is spread: it is what costs, and it knows nothing of a store. Files go out as bytes in
chunks and come back as readings in their order; one process judges them and commits. Each worker
reads in a confined child, as everywhere. A chunk whose workers died is read here.

Workers elsewhere need this package in the same version, and leave to have children:

    DASK_DISTRIBUTED__WORKER__DAEMON=False dask worker tcp://host:8786 --nthreads 1
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from functools import cache
from importlib import import_module
from itertools import islice
from typing import Any

from kratom_qc import PROGRAM, settings
from kratom_qc.app.reading import Readers, Reading
from kratom_qc.domain.errors import StoreError, UsageError

log = logging.getLogger(__name__)
CHUNK = 25  # files of one task, which costs the scheduler some 3 ms
_AHEAD = 3  # chunks for each worker that are under way
_CONNECT_SECONDS = 20
Chunk = list[tuple[str, bytes]]


class DaskReaders(Readers):
    """Readers elsewhere. Raises StoreError where the scheduler does not answer or its workers have
    another version of this program."""

    def __init__(self, caps: settings.Caps, where: str):
        super().__init__(caps)
        self._where = where
        self._client: Any = None
        self._closing = ExitStack()

    def start(self) -> None:
        """Connect, or start workers of this machine."""
        if self._client is None:
            self._client = self._closing.enter_context(_client(self._where, self._closing))
            _check_versions(self._client, self._where)

    def __exit__(self, kind: type[BaseException] | None, *more: object) -> None:
        self._closing.close()
        super().__exit__(kind, *more)

    def read(
        self, files: Iterable[tuple[str, bytes]], *, account: bool = False
    ) -> Iterator[Reading]:
        """What is read of files, in their order."""
        self.start()
        rest = iter(files)
        waiting: deque[tuple[Chunk, Any]] = deque()
        most = _AHEAD * max(1, len(self._client.nthreads()))
        while chunk := list(islice(rest, CHUNK)):
            waiting.append(
                (chunk, self._client.submit(read_chunk, chunk, self._caps, account, pure=False))
            )
            if len(waiting) >= most:
                yield from self._answer(*waiting.popleft(), account=account)
        while waiting:
            yield from self._answer(*waiting.popleft(), account=account)

    def _answer(self, chunk: Chunk, future: Any, *, account: bool) -> Iterator[Reading]:
        distributed: Any = import_module("distributed")
        try:
            readings: list[Reading] = future.result()
        except distributed.KilledWorker:
            log.warning("workers died, read here", extra={"files": len(chunk)})
            readings = list(super().read(chunk, account=account))
        yield from readings


def readers(caps: settings.Caps) -> Readers:
    """Readers as the settings ask for them. Nothing is started."""
    where = settings.load().dask
    return DaskReaders(caps, where) if where else Readers(caps)


def _client(where: str, closing: ExitStack) -> Any:
    try:
        dask: Any = import_module("dask")
        distributed: Any = import_module("distributed")
    except ImportError:
        raise UsageError("KRATOM_QC_DASK needs Dask: install kratom-qc[dask]") from None
    kind, _, count = where.partition(":")
    if kind == "local":
        # Not daemons: each has a child that reads.
        dask.config.set({"distributed.worker.daemon": False})
        workers = int(count) if count.isdigit() else None
        options = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": None}
        address: Any = closing.enter_context(distributed.LocalCluster(**options))
    else:
        address = where
    try:
        return distributed.Client(address, timeout=_CONNECT_SECONDS)
    except (OSError, TimeoutError) as error:
        raise StoreError(f"{where}: no Dask scheduler answers there: {error}") from None


def _check_versions(client: Any, where: str) -> None:
    try:
        client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
    except TimeoutError:
        raise StoreError(f"{where}: this scheduler has no worker") from None
    versions = {version for version in client.run(program).values() if version != PROGRAM}
    if versions:
        what = ", ".join(sorted(versions))
        raise StoreError(f"{where}: its workers have {what}; every one must have {PROGRAM}")


# ---------------------------------------------------------------- in a worker


def program() -> str:
    """Which version a worker has."""
    return PROGRAM


@cache
def _own_readers(caps: settings.Caps) -> Readers:
    return Readers(caps, workers=1)


def read_chunk(chunk: Chunk, caps: settings.Caps, account: bool) -> list[Reading]:
    """What is read of files, in a child of a worker, within the limits of whoever asks."""
    return list(_own_readers(caps).read(chunk, account=account))
