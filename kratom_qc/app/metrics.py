"""What a store measures, as Prometheus reads it: counted in the ledger each time it is asked, so
that it is right after any restart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from kratom_qc.app.health import health
from kratom_qc.app.store import ledger_of
from kratom_qc.domain.errors import KratomQCError
from kratom_qc.ledger.ledger import Ledger

_LEVELS = {"ok": 0, "warning": 1, "failing": 2}


class _OfStore(Collector):
    def __init__(self, root: Path, inbox: Path | None):
        self._root, self._inbox = root, inbox

    def collect(self) -> Iterator[Metric]:
        state = health(self._root, self._inbox)
        status = GaugeMetricFamily(
            "kratom_qc_health", "0 ok, 1 warning, 2 failing", labels=["check"]
        )
        for name, check in state["checks"].items():
            status.add_metric([name], _LEVELS[check["status"]])
        yield status
        free = state["checks"]["disk"].get("free_mib")
        if free is not None:
            yield _gauge("kratom_qc_disk_free_bytes", "free on the disk of the store", free * 2**20)
        try:
            yield from _counted(ledger_of(self._root))
        except KratomQCError:
            return  # the check of the ledger says so


def metrics_text(root: Path, inbox: Path | None = None) -> bytes:
    """The metrics of a store in the text format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_OfStore(root, inbox))
    return generate_latest(registry)


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, what, value=value)


def _by(name: str, what: str, label: str, counts: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, what, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family


def _counted(ledger: Ledger) -> Iterator[Metric]:
    tally = ledger.tally()
    yield _by("kratom_qc_batches", "batches by newest verdict", "verdict", tally.verdicts)
    yield _by("kratom_qc_dispositions", "batches by where they stand", "at", tally.dispositions)
    yield _by("kratom_qc_files", "files delivered, by status", "status", ledger.files_by_status())
    yield _gauge("kratom_qc_quarantined_files", "held for a person", len(ledger.quarantined()))
    yield _gauge("kratom_qc_journal_entries", "entries of the journal", ledger.head().sequence)
    held = ledger.on_hold()
    today = datetime.now(UTC).date()
    days = (today - date.fromisoformat(held[0][1][:10])).days if held else 0
    yield _gauge("kratom_qc_oldest_hold_days", "age of the oldest batch on hold", days)
    newest = next(iter(ledger.newest_passes(1)), None)
    if newest is not None:
        newest_at = datetime.fromisoformat(newest.judged_at).timestamp()
        yield _gauge("kratom_qc_newest_pass_timestamp_seconds", "when it counted", newest_at)
