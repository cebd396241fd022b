"""What happens to a store on a real disk: copied, damaged, full, cut off."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pandas as pd
import pytest

from kratom_qc.app.heads import exported_heads
from kratom_qc.app.store import Store, history_of, ledger_of
from kratom_qc.app.verification import verify
from kratom_qc.archive import disk
from kratom_qc.archive.history import ArchiveTables
from kratom_qc.archive.pages import PageWriter
from kratom_qc.domain.errors import StoreError
from kratom_qc.ledger.entries import Act
from kratom_qc.ledger.ledger import Writer
from tests.app.stores import certificate, passed, verdicts


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A lot with a good certificate, then with one of too much lead, on the same day."""
    root = tmp_path_factory.mktemp("faults")
    assert verdicts(passed(root, a=certificate("L-1", "0.4"))) == ["L-1 PASS"]
    assert verdicts(passed(root, b=certificate("L-1", "1.9"))) == ["L-1 FAIL"]
    return root


@pytest.fixture
def root(made, tmp_path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "place"))


def newest(root: Path) -> str:
    (verdict,) = history_of(root / "store").verdicts
    return verdict.decision


def times_reversed(root: Path) -> None:
    for name in ("certificates", "results", "findings", "verdicts"):
        for age, path in enumerate(sorted((root / "store" / "archive" / name).iterdir())):
            os.utime(path, (1e9 - age, 1e9 - age))


def without_ledger(root: Path) -> None:
    """As an earlier version left it."""
    for name in ("ledger.sqlite", "heads.jsonl"):
        (root / "store" / name).unlink()


@pytest.mark.parametrize("then", [(), (times_reversed,), (without_ledger,), (times_reversed, without_ledger)])
def test_a_copied_store_answers_the_same_whatever_the_times_of_its_files(root, then):
    for change in then:
        change(root)
    assert newest(root) == "FAIL"
    assert ledger_of(root / "store").batches()["L-1"].verdict == "FAIL"


def test_of_two_verdicts_of_one_day_the_tables_say_which_is_current(root):
    own = pd.read_parquet(root / "store" / "archive" / "verdicts").query("market.isna()").sort_values("sequence")
    assert list(own.verdict) == ["PASS", "FAIL"]
    assert own.judged_at.notna().all()


def test_a_store_of_an_earlier_version_gets_a_ledger_that_knows_its_files(root):
    before = ledger_of(root / "store")
    known = {one.batch_id: one.basis for one in before.batches().values()}
    without_ledger(root)
    after = ledger_of(root / "store")
    assert {one.batch_id: one.basis for one in after.batches().values()} == known
    assert verdicts(passed(root)) == [], "nothing is new"
    assert verdicts(passed(root, c=certificate("L-1", "0.3"))) == ["L-1 FAIL"], "the earlier certificates count"


def test_a_refused_file_of_an_earlier_version_still_holds_the_lot_that_it_names(tmp_path):
    passed(tmp_path, closed=b"Lot No.,L-01\nNothing here is a table of results\n")
    without_ledger(tmp_path)
    (tmp_path / "inbox" / "closed.csv").unlink()
    assert verdicts(passed(tmp_path, a=certificate("L-1", "0.4"))) == ["L-1 HOLD"]


def test_a_lost_ledger_is_not_taken_for_a_store_of_an_earlier_version(root):
    (root / "store" / "ledger.sqlite").unlink()
    with pytest.raises(StoreError, match=r"the ledger is empty, and .* says that it was not"):
        ledger_of(root / "store")


def test_a_kept_file_in_which_a_digit_was_changed_holds_its_batch_and_no_other(root):
    """Without its hash it would agree with the others, and the batch would PASS."""
    for path in (root / "store" / "raw").glob("*/*"):
        path.write_bytes(path.read_bytes().replace(b"1.9", b"0.4"))
    files = {"c": certificate("L-1", "0.40"), "d": certificate("L-2", "0.2")}
    assert sorted(verdicts(passed(root, **files))) == ["L-1 HOLD", "L-2 PASS"]


def test_a_kept_file_that_is_gone_holds_its_batch_and_no_other(root):
    shutil.rmtree(root / "store" / "raw")
    files = {"c": certificate("L-1", "0.40"), "d": certificate("L-2", "0.2")}
    assert sorted(verdicts(passed(root, **files))) == ["L-1 HOLD", "L-2 PASS"]


def test_an_empty_file_that_a_power_cut_left_is_mended_when_the_file_comes(tmp_path):
    content = certificate("L-1", "0.4")
    store = Store(tmp_path / "store")
    sha256 = hashlib.sha256(content).hexdigest()
    path = tmp_path / "store" / "raw" / sha256[:2] / sha256
    path.parent.mkdir()
    path.touch()
    assert verdicts(passed(tmp_path, a=content)) == ["L-1 PASS"]
    assert store.files.raw(sha256) == content


def test_a_file_whose_kept_bytes_were_lost_before_it_was_read_is_read_when_it_lies_in_the_inbox(tmp_path):
    content = certificate("L-1", "0.4")
    store = Store(tmp_path / "store")
    sha256 = hashlib.sha256(content).hexdigest()
    store.ledger.add("somebody", Act("delivered", sha256, {"name": "a.csv", "route": "portal", "size": len(content)}))
    current = passed(tmp_path)
    assert [one.refusals[0].code for one in current.refused] == ["unreadable"]
    assert verdicts(passed(tmp_path, a=content)) == ["L-1 PASS"]
    assert store.ledger.deliveries([sha256]) == {(sha256, "a.csv", "portal"), (sha256, "a.csv", "inbox")}


def test_every_flipped_bit_of_a_table_is_an_error_or_changes_nothing(root):
    """In the pages; what the footer says is covered by the hash in the ledger (archive verify)."""
    (path, _) = sorted((root / "store" / "archive" / "verdicts").iterdir())
    content, tables = path.read_bytes(), ArchiveTables(root / "store", lying={})
    columns = ["batch_id", "verdict", "home_markets", "certificates"]
    whole = tables.table("verdicts", path.stem, columns)
    footer = int.from_bytes(content[-8:-4], "little") + 8
    for at in range(4, len(content) - footer, 37):
        path.write_bytes(content[:at] + bytes([content[at] ^ 16]) + content[at + 1 :])
        try:
            read = tables.table("verdicts", path.stem, columns)
        except StoreError:
            continue
        assert read.equals(whole), at


ERRORS = {"the disk gives an error": 5, "the disk is full": 28, "the disk is read-only": 30}


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
@pytest.mark.parametrize("at", [1, 4, 9, 14])
def test_an_error_of_the_disk_is_heard_and_the_pass_does_not_count(root, monkeypatch, error, at):
    real, calls = disk._sync_one, iter(range(1, 10_000))

    def failing(path: Path) -> None:
        if next(calls) == at:
            raise OSError(error, os.strerror(error))
        real(path)

    monkeypatch.setattr(disk, "_sync_one", failing)
    with pytest.raises(StoreError, match=os.strerror(error)):
        passed(root, c=certificate("L-2", "0.4"))
    monkeypatch.undo()
    assert newest(root) == "FAIL"
    assert len(list((root / "store" / "archive" / "verdicts").iterdir())) == 2
    assert verdicts(passed(root)) == ["L-2 PASS"], "the next pass completes"
    assert (ledger_of(root / "store").faults(), ledger_of(root / "store").differences()) == ([], {})


def test_a_ledger_that_cannot_be_written_makes_the_pass_not_happen(root, monkeypatch):
    monkeypatch.setattr(Writer, "batches", _full)
    with pytest.raises(StoreError, match="full"):
        passed(root, c=certificate("L-2", "0.4"))
    monkeypatch.undo()
    assert list(ledger_of(root / "store").batches()) == ["L-1"]
    assert verdicts(passed(root)) == ["L-2 PASS"]


def _full(*_: object) -> None:
    raise StoreError("the ledger (sqlite) cannot be written: database or disk is full")


def test_a_pass_that_counts_and_was_killed_before_it_was_seen_is_seen_after_the_next(root, monkeypatch):
    monkeypatch.setattr("kratom_qc.archive.store.StoreFiles.publish", lambda *_: None)
    assert verdicts(passed(root, c=certificate("L-2", "0.4"))) == ["L-2 PASS"]
    monkeypatch.undo()
    assert {verdict.batch_id for verdict in history_of(root / "store").verdicts} == {"L-1", "L-2"}, "it counts"
    with Store(root / "store").locked():
        pass
    batches = set(pd.read_parquet(root / "store" / "archive" / "verdicts").batch_id)
    assert batches == {"L-1", "L-2"}
    assert list((root / "store" / "passes").iterdir()) == []


def test_no_file_of_a_store_is_seen_before_it_is_on_the_disk(root, monkeypatch):
    """After a power cut a file that was renamed and not waited for may be there and empty."""
    on_disk: set[tuple[int, int]] = set()
    seen: dict[str, bool] = {}
    fsync, replace = os.fsync, Path.replace

    def known(of: os.stat_result) -> tuple[int, int]:
        return of.st_ino, of.st_mtime_ns

    def synced(file: int) -> None:
        fsync(file)
        on_disk.add(known(os.fstat(file)))

    def renamed(path: Path, target: Path) -> Path:
        if (root / "store") in Path(target).parents:  # the tests' own files beside it are nobody's evidence
            seen[Path(target).relative_to(root).as_posix()] = known(path.stat()) in on_disk
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    passed(root, c=certificate("L-2", "0.4"))
    assert [name for name, was_on_disk in seen.items() if not was_on_disk] == []
    assert len(seen) > 8


def test_pages_that_cannot_be_written_are_an_error_of_the_store(tmp_path):
    with pytest.raises(StoreError, match="No such file or directory"):
        PageWriter(tmp_path / "gone" / "pages.parquet")


@pytest.mark.parametrize(
    "torn", [b'{"at": "2026-1', b"\0\0\0\0", b'{"at": "2026-11-22T08:30:00+00:00", "sequence": 1\0']
)
def test_a_head_that_a_power_cut_tore_is_passed_over_and_the_next_stands_for_itself(root, torn):
    heads = root / "store" / "heads.jsonl"
    whole = exported_heads(root / "store")
    with heads.open("ab") as file:
        file.write(torn)
    assert exported_heads(root / "store") == whole
    passed(root, c=certificate("L-2", "0.4"))
    assert exported_heads(root / "store") == [*whole, ledger_of(root / "store").head()]
    assert verify(root / "store", replay=False).differences == ()


def test_a_head_that_somebody_changed_is_not_passed_over(root):
    heads = root / "store" / "heads.jsonl"
    heads.write_text(heads.read_text().replace('"sequence"', "sequence"))
    with pytest.raises(StoreError, match="is damaged"):
        exported_heads(root / "store")
