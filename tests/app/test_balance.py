"""Nothing that was read is forgotten: results in = of batches decided + held + said before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kratom_qc.app import release_pass
from kratom_qc.app.balance import Totals
from kratom_qc.app.batches import collect
from kratom_qc.app.store import ledger_of
from kratom_qc.domain.errors import EngineError
from tests.app.stores import certificate, passed
from tests.factory import long_csv, row

LEAF = {"Form": "leaf powder", "Date_Issued": "2026-11-01"}
TWO = long_csv([row("Lead", "0.4", "mg/kg"), row("Cadmium", "0.1", "mg/kg")], Batch="L-1", **LEAF)
UNKNOWN = long_csv([row("Lead", "0.3", "mg/kg"), row("Unobtainium", "7", "mg/kg")], Batch="L-2", **LEAF)


def test_the_results_of_a_pass_add_up(tmp_path):
    files = {"two": TWO, "unknown": UNKNOWN, "bad": certificate("L-3", "0.9"), "closed": b"Lot No.,L-9\nno table\n"}
    done = passed(tmp_path, **files)
    assert done.totals == Totals(files=4, refused=1, results=5, decided=1, held=4, again=0)
    resaved = TWO.replace(b"\n", b"\r\n")
    done = passed(tmp_path, resaved=resaved, more=certificate("L-1", "0.41"))
    assert done.totals == Totals(files=2, refused=0, results=3, decided=0, held=1, again=2)
    committed = [one.made["results"] for one in ledger_of(tmp_path / "store").entries() if one.act == "committed"]
    assert [one["results"] for one in committed] == [5, 3]


def test_a_pass_in_which_a_result_was_lost_does_not_count(tmp_path, monkeypatch):
    def losing(*given: object):
        for batch in collect(*given):  # type: ignore[arg-type]
            short = tuple(replace(one, results=one.results[:-1]) for one in batch.certificates)
            yield replace(batch, certificates=short)

    monkeypatch.setattr(release_pass, "collect", lambda *given: list(losing(*given)))
    with pytest.raises(EngineError, match=r"two\.csv: 2 results were read and 1 of them judged or held"):
        passed(tmp_path, two=TWO)
    assert ledger_of(tmp_path / "store").passes() == []
    monkeypatch.undo()
    assert [one.batch_id for one in passed(tmp_path).rows] == ["L-1"], "the next pass judges it"
