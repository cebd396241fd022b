"""What is done every day: a limit that begins tonight is told tomorrow, a damaged store is told and not backed up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kratom_qc.app import daily, upkeep
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.store import Store
from kratom_qc.domain.errors import InputNotFound
from kratom_qc.rulebooks.load import load_rulebooks
from tests.app.stores import DAY, certificate, clock, passed, policy, verdicts
from tests.factory import book, limit, written

TONIGHT = DAY + timedelta(days=1)


def closing(root: Path) -> JudgementPolicy:
    """Lead below 1 mg/kg today; below 0.3 from tomorrow on."""
    now = limit("PB", "lead", "not more than 1 mg/kg", max="1", unit="mg/kg", effective_to=DAY.isoformat())
    soon = limit(
        "PB-NEW", "lead", "not more than 0.3 mg/kg", max="0.3", unit="mg/kg", effective_from=TONIGHT.isoformat()
    )
    us = book(limit("AGE", kind="attestation", text="sold to adults only"), kind="market")
    rules = written(root / "rules", leaf_powder=book(now, soon), us=us)
    return JudgementPolicy(load_rulebooks(rules), ("us",), ("us",), DAY)


@pytest.fixture
def sent(monkeypatch) -> list[tuple[str, list[str]]]:
    """Messages as they leave the program."""
    found: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(daily, "send_now", lambda title, lines: not found.append((title, list(lines))))
    return found


def test_what_a_limit_of_today_turns_is_told_and_judged_again_over_its_files(tmp_path, sent):
    today = closing(tmp_path)
    first = passed(tmp_path, by=today, low=certificate("L-LOW", "0.2"), high=certificate("L-HIGH", "0.5"))
    assert sorted(verdicts(first)) == ["L-HIGH PASS", "L-LOW PASS"]
    store = Store(tmp_path / "store", clock)
    assert daily.rejudge(store, today) == ([], None)
    found, done = daily.rejudge(store, replace(today, on=TONIGHT))
    assert [(one.batch_id, one.before, one.after) for one in found] == [("L-HIGH", "PASS", "FAIL")]
    assert done is not None
    assert verdicts(done) == ["L-HIGH FAIL"]
    ((title, lines),) = sent
    assert title == f"kratom_qc: 1 batches are judged otherwise on {TONIGHT}"
    assert lines[0].startswith("batch L-HIGH: PASS → FAIL")
    assert daily.rejudge(store, replace(today, on=TONIGHT)).found == [], "told once"


def test_where_nothing_was_judged_there_is_nothing_to_judge_again(tmp_path):
    with pytest.raises(InputNotFound):
        daily.rejudge(Store(tmp_path / "store", clock), policy(tmp_path))


def test_a_whole_store_is_backed_up_once_a_day_and_old_backups_go(tmp_path, sent, monkeypatch):
    passed(tmp_path, one=certificate("L-1", "0.4"))
    monkeypatch.setenv("KRATOM_QC_BACKUPS", str(tmp_path / "backups"))
    monkeypatch.setattr(upkeep, "KEPT", 2)
    store = Store(tmp_path / "store", clock)
    said = [daily.keep(store, replace(policy(tmp_path), on=DAY + timedelta(days=day))) for day in (0, 0, 1, 2)]
    assert [kept.lines[0].split(":")[0] for kept in said] == [
        "Backed up", "The backup of 2026-11-22 is there.", "Backed up", "Backed up",
    ]  # fmt: skip
    assert sorted(path.name for path in (tmp_path / "backups").iterdir()) == ["2026-11-23", "2026-11-24"]
    assert not sent


def test_small_files_are_merged_unless_a_pass_is_at_work(tmp_path, sent):
    for batch in ("L-1", "L-2"):
        passed(tmp_path, **{batch: certificate(batch, "0.4")})
    store = Store(tmp_path / "store", clock)
    with store.locked():
        busy = daily.keep(store, policy(tmp_path))
    assert busy.faults == []
    assert [line for line in busy.lines if line.startswith("Not compacted: ")]
    kept = daily.keep(store, policy(tmp_path))
    assert "Compacted: 2 files of each table before, 1 now." in kept.lines
    assert len(list((store.root / "archive" / "results").iterdir())) == 1
    assert daily.keep(store, policy(tmp_path)).faults == []
    assert not sent


def test_a_damaged_store_is_told_and_no_backup_is_made_of_it(tmp_path, sent, monkeypatch):
    passed(tmp_path, one=certificate("L-1", "0.4"))
    monkeypatch.setenv("KRATOM_QC_BACKUPS", str(tmp_path / "backups"))
    (raw,) = (path for path in (tmp_path / "store" / "raw").rglob("*") if path.is_file())
    raw.write_bytes(raw.read_bytes().replace(b"0.4", b"0.1"))
    kept = daily.keep(Store(tmp_path / "store", clock), policy(tmp_path))
    assert "one.csv" in kept.faults[0]
    assert not (tmp_path / "backups").exists()
    assert sent[0][0] == "kratom_qc: the store is damaged in 1 places"
