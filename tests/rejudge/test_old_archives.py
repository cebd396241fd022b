"""Archives of an earlier version, batches that another program judged, and vendors who declare something else now."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from kratom_qc.app.rejudge.comparison import Decisions, decisions_of
from kratom_qc.app.rejudge.plan import archived_batches
from kratom_qc.archive.history import History
from kratom_qc.archive.tables import SCHEMAS
from kratom_qc.domain.errors import StoreError, UsageError
from kratom_qc.interpret.facts import load_facts
from tests.rejudge.archived_samples import DAY, FACTS, drafts, from_archive, from_files, in_force, terms_of

# What version 0.2.0 did not write.
NEW = {
    "certificates": ("facts_said",),
    "results": ("detection_limit", "resolution", "species", "replicate", "shown_low", "shown_high", "shown_low_open",
                "shown_high_open", "flags", "witness", "in_full", "readings"),
    "findings": ("conditional", "decision_rule"),
    "verdicts": ("says", "rule_id", "facts", "doubts", "terms"),
}  # fmt: skip


@pytest.fixture
def store(samples, tmp_path) -> Path:
    return Path(shutil.copytree(samples, tmp_path / "store"))


@pytest.fixture
def dea(tmp_path):
    """The terms of the federal proposal in force."""
    return terms_of(drafts(tmp_path / "drafts", us=in_force("us", "2026-20943")))


def without(store: Path, **names: tuple[str, ...]) -> None:
    """The archive without some columns."""
    for table, columns in names.items():
        for path in (store / "archive" / table).glob("*.parquet"):
            kept = [one for one in SCHEMAS[table].names if one not in columns]
            pq.write_table(pq.read_table(path, columns=kept), path)


def decided(decisions: Decisions) -> list[str | None]:
    return [one.decision for one in decisions]


def test_an_archive_of_an_earlier_version_is_answered_from_the_files_it_kept(store, dea):
    without(store, **NEW)
    shutil.rmtree(store / "rulebooks")
    answer = from_archive(History(store), dea, declared=load_facts(FACTS))
    verdicts = from_files(dea)
    for batch_id, decisions in zip(answer.comparison.batch_ids, answer.comparison.after, strict=True):
        assert decided(decisions) == decided(decisions_of(verdicts[batch_id], answer.comparison.markets))
    assert len(answer.reread) == 27
    assert len(answer.comparison.changed) == 2


def test_what_was_declared_then_must_be_declared_now_where_it_was_not_kept(store, dea):
    without(store, **NEW)
    with pytest.raises(UsageError, match=r"were judged with a facts file .* name the file with --facts"):
        from_archive(History(store), dea)


def test_a_kept_file_that_is_gone_is_said(store, dea):
    without(store, **NEW)
    shutil.rmtree(store / "raw")
    with pytest.raises(StoreError, match="a kept file cannot be read"):
        from_archive(History(store), dea, declared=load_facts(FACTS))


def test_without_the_rulebooks_of_then_every_limit_is_asked_again(store, dea):
    shutil.rmtree(store / "rulebooks")
    answer = from_archive(History(store), dea)
    assert all(not batch.changes.unchanged for batch in answer.batches)
    assert (len(answer.comparison.changed), answer.reread) == (2, {})


def test_a_rulebook_that_would_not_load_today_is_as_good_as_none(store, dea):
    for path in (store / "rulebooks").glob("*/us.toml"):
        path.write_text("[rulebook]\nknew = 'other keys'\n")
    answer = from_archive(History(store), dea)
    assert all(not batch.changes.unchanged for batch in answer.batches)
    assert len(answer.comparison.changed) == 2


def test_what_another_program_judged_is_asked_again(store, monkeypatch):
    monkeypatch.setattr("kratom_qc.app.rejudge.plan.PROGRAM", "kratom_qc 99")
    assert all(not batch.changes.unchanged for batch in archived_batches(History(store), terms_of()))


def test_findings_that_are_not_all_there_are_made_again(store, dea):
    """A finding lost from the archive is never taken for a limit that was met."""
    (path,) = (store / "archive" / "findings").glob("*.parquet")
    table = pq.read_table(path)
    rows = table.to_pylist()
    kept = [row["batch_id"] != "SHOT-2210" or row["rule_id"] != "US-DEA-2026-17429-MP" for row in rows]
    assert kept.count(False) == 1
    pq.write_table(table.filter(kept), path)
    answer = from_archive(History(store), dea)
    at = answer.comparison.batch_ids.index("SHOT-2210")
    expected = decisions_of(from_files(dea)["SHOT-2210"], answer.comparison.markets)
    assert answer.comparison.after[at] == expected
    assert answer.whole == 1


def test_only_the_batches_of_which_the_vendor_declares_something_else_are_read_again(store, tmp_path):
    history = History(store)
    same = from_archive(history, terms_of(), declared=load_facts(FACTS))
    assert (same.reread, same.comparison.changed) == ({}, ())
    (tmp_path / "other.toml").write_text('[[product]]\nmatch = "CAP-0611"\nform = "capsule"\nserving_size = "9 g"\n')
    declared = load_facts(tmp_path / "other.toml")
    other = from_archive(history, terms_of(), declared=declared)
    known = {verdict.batch_id for verdict in history.verdicts if verdict.facts_sha256}
    assert {other.comparison.batch_ids[at] for at in other.reread} == known | {"CAP-0611"}
    expected = from_files(terms_of(facts=declared))
    for at in other.reread:
        assert other.comparison.agrees(at, expected[other.comparison.batch_ids[at]])


def test_an_earlier_certificate_that_is_not_read_any_more_holds_its_batch(store, dea, monkeypatch):
    """In an archive that must be read again, a file today's reader refuses still speaks of its batch."""
    without(store, **NEW)
    (known,) = (verdict for verdict in History(store).verdicts if verdict.batch_id == "CC-0714-W")
    (sha256,) = known.certificates
    file = store / "raw" / sha256[:2] / sha256
    file.write_bytes(b"no certificate")
    monkeypatch.setattr(History, "verdicts", (known,))
    answer = from_archive(History(store), dea, declared=load_facts(FACTS))
    (verdict,) = answer.reread.values()
    assert verdict.decision == "HOLD"
    assert "EARLIER-UNREAD" in {finding.rule_id for finding in verdict.findings}


def test_a_day_before_the_first_pass_is_a_day_too(history):
    answer = from_archive(history, terms_of(on=DAY.replace(year=2026, month=9)))
    assert {said.rule_id for said in answer.comparison.after[0] if said.rule_id}
    assert "DATES-IMPOSSIBLE" in set(answer.findings["rule_id"].to_pylist())
