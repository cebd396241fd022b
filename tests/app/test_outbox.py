"""What goes back to a vendor: theirs, and never another's."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl

from kratom_qc.app.after import after_pass
from kratom_qc.app.health import beat, health
from kratom_qc.app.metrics import metrics_text
from kratom_qc.app.outbox import folder_of
from kratom_qc.app.store import Store
from tests.app.stores import certificate, clock, passed, policy


def sent(root: Path, vendor: str, name: str, content: bytes) -> None:
    folder = root / "inbox" / vendor
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def given_back(root: Path) -> dict[str, list[str]]:
    """The files of every vendor's folder, after a pass over what was sent."""
    passed(root)
    after_pass(Store(root / "store", clock), policy(root))
    folders = (root / "store" / "outbox").glob("*")
    return {
        folder.name: sorted(path.name.rpartition("-")[0] or path.name for path in folder.iterdir())
        for folder in folders
    }


def test_a_vendor_has_the_page_of_its_batch_and_its_refused_file_with_the_problems_marked(tmp_path):
    sent(tmp_path, "Acme", "good.csv", certificate("L-1", "0.4"))
    sent(tmp_path, "Acme", "bad.csv", b"no,certificate\n1,2\n")
    passed(tmp_path, ours=certificate("L-OURS", "0.4"))
    assert given_back(tmp_path) == {"Acme": ["L-1", "bad.csv"]}
    (problems,) = (tmp_path / "store" / "outbox" / "Acme").glob("*.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(problems.read_bytes()))
    said = [str(cell.value) for row in book.worksheets[0] for cell in row]
    assert any("REFUSED" in text for text in said)


def test_a_batch_of_two_senders_goes_to_neither(tmp_path):
    sent(tmp_path, "Acme", "chemistry.csv", certificate("L-SHARED", "0.4"))
    sent(tmp_path, "Bounty", "metals.csv", certificate("L-SHARED", "0.3"))
    sent(tmp_path, "Bounty", "own.csv", certificate("L-OWN", "0.3"))
    assert given_back(tmp_path) == {"Bounty": ["L-OWN"]}


def test_two_vendors_never_share_a_folder_and_none_leaves_the_outbox(tmp_path):
    names = ["Acme", "acme/..", "../Acme", "..", ".hidden", "A?cme", "A*cme", "A" * 200, "A" * 201, "Příliš"]
    folders = [folder_of(tmp_path, name) for name in names]
    assert len(set(folders)) == len(names)
    assert {folder.parent for folder in folders} == {tmp_path / "outbox"}
    assert not [folder.name for folder in folders if folder.name.startswith(".")]


def test_health_says_what_is_wrong_and_metrics_count(tmp_path):
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "bad.csv").write_text("no,certificate\n1,2\n")
    passed(tmp_path, one=certificate("L-1", "0.4"), two=certificate("L-2", "0.9"))
    store = tmp_path / "store"
    well = health(store, tmp_path / "inbox")
    assert (well["status"], well["checks"]["queue"]["waiting"]) == ("ok", 0)
    text = metrics_text(store, tmp_path / "inbox").decode()
    for line in (
        'kratom_qc_batches{verdict="FAIL"} 1.0', 'kratom_qc_files{status="refused"} 1.0', "kratom_qc_quarantined_files 0.0",
        'kratom_qc_health{check="ledger"} 0.0', 'kratom_qc_dispositions{at="awaiting review"} 1.0',
    ):  # fmt: skip
        assert line in text
    assert health(store, tmp_path / "no inbox")["status"] == "failing"
    beat(store, "standing", trouble="a rulebook is broken")
    assert health(store)["status"] == "warning"
    beat(store, "standing", trouble="")
    assert health(store)["status"] == "ok"


def test_health_of_a_damaged_or_silent_house_is_an_answer_and_no_error(tmp_path, monkeypatch):
    passed(tmp_path, one=certificate("L-1", "0.4"))
    beat(tmp_path / "store", "standing")
    monkeypatch.setattr("kratom_qc.app.health._SILENT", -1.0)
    assert health(tmp_path / "store")["checks"]["workers"]["status"] == "failing"
    (tmp_path / "store" / "ledger.sqlite").write_bytes(b"no database" * 1000)
    broken = health(tmp_path / "store")
    assert (broken["status"], broken["checks"]["ledger"]["status"]) == ("failing", "failing")
    assert b'kratom_qc_health{check="ledger"} 2.0' in metrics_text(tmp_path / "store")
