"""The worker that stands ready, in this process."""

from __future__ import annotations

import json

from flows import standing
from flows.deployments import Schedule
from kratom_qc.app.health import BEATS
from kratom_qc.app.store import Store
from kratom_qc.app.today import Today
from kratom_qc.archive import disk
from tests.app.stores import certificate


def test_a_long_pass_says_again_and_again_that_it_goes_on(tmp_path, monkeypatch):
    """A file read and a batch judged are signs of life: whoever is silent for two minutes is taken for dead."""
    monkeypatch.setenv("KRATOM_QC_SETTLE_SECONDS", "0")
    monkeypatch.setattr(standing, "_BEAT_SECONDS", 0)
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "one.csv").write_bytes(certificate("L-1", "0.4"))
    said = []

    def noting(path, content, write=disk.write):
        if path.parent.name == BEATS:
            said.append(json.loads(content)["doing"])
        write(path, content)

    monkeypatch.setattr(disk, "write", noting)
    store = tmp_path / "store"
    assert standing._one_pass(Schedule(store, tmp_path / "inbox"), Store(store), Today())
    assert said == ["pass", "pass", "pass", "waiting"], "begun, read, judged, ended"
