"""Records are kept for their term; what is deleted after it is gone from everywhere but the journal."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kratom_qc.app import reports
from kratom_qc.app.archive_query import ask
from kratom_qc.app.backup import back_up, restore
from kratom_qc.app.compaction import compact
from kratom_qc.app.retention import Word, distributed, retained, retire
from kratom_qc.app.review import Ruling, decide
from kratom_qc.app.store import Store, ledger_of
from kratom_qc.app.verification import verify
from kratom_qc.archive import generation
from kratom_qc.archive.tables import SCHEMAS
from kratom_qc.cli.main import main
from kratom_qc.domain.disposition import Disposition
from kratom_qc.domain.errors import InputNotFound, UsageError
from kratom_qc.domain.retention import kept_until
from tests.app.stores import certificate, clock, passed, verdicts

WORD = Word("A. Novak", "the term has passed")
DAY = date(2026, 3, 1)


@pytest.mark.parametrize(("disposition", "stated", "until"), [
    ("on hold", {}, None), ("awaiting review", {"distributed": DAY}, None), ("released", {}, None),
    ("rejected", {}, date(2028, 2, 10)), ("released", {"distributed": DAY}, date(2029, 3, 1)),
    ("released under deviation", {"distributed": date(2020, 1, 1)}, date(2028, 2, 10)),
    ("released", {"distributed": DAY, "best_before": date(2028, 2, 29)}, date(2029, 3, 1)),
    ("released", {"distributed": DAY, "best_before": date(2030, 2, 28)}, date(2031, 2, 28)),
    ("released", {"distributed": date(2024, 2, 29), "years": 7}, date(2032, 2, 10)),
    ("released", {"distributed": date(2028, 2, 29)}, date(2031, 3, 1)),
])  # fmt: skip
def test_the_longest_term_counts(disposition, stated, until):
    newest = date(2025, 2, 10)
    assert kept_until(Disposition(disposition), newest, **stated).until == until


def later() -> datetime:
    return datetime(2033, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """L-OLD, with two certificates of two passes, and L-NEW."""
    root = tmp_path_factory.mktemp("retention")
    passed(root, a=certificate("L-OLD", "0.3"), b=certificate("L-NEW", "0.2"))
    passed(root, c=certificate("L-OLD", "0.4"), refused=b"no,certificate\n1,2\n")
    for batch in ("L-OLD", "L-NEW"):
        decide(root / "store", batch, Ruling("released", "all is well", ("A. Novak", "B. Kim")))
    return root


@pytest.fixture
def root(made, tmp_path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "place"))


def test_nothing_is_deleted_before_its_term_or_without_a_word(root):
    store = root / "store"
    before = sorted(path for path in store.rglob("*") if path.is_file())
    with pytest.raises(UsageError, match="nobody has said when the last of it was distributed"):
        retire(store, ["L-OLD"], WORD, later)
    distributed(store, ["L-OLD"], date(2026, 12, 1), None, WORD)
    (old, new) = retained(store)
    assert (old.batch.batch_id, old.kept.until) == ("L-OLD", date(2029, 12, 1))
    assert (new.batch.batch_id, new.kept.until) == ("L-NEW", None)
    with pytest.raises(UsageError, match="L-OLD is kept until 2029-12-01"):
        retire(store, ["L-OLD"], WORD, clock)
    with pytest.raises(UsageError, match="L-NEW is kept"):
        retire(store, ["L-OLD", "L-NEW"], WORD, later)
    with pytest.raises(UsageError, match="at least 3 years"):
        retained(store, years=2)
    with pytest.raises(InputNotFound):
        retire(store, ["L-OTHER"], WORD, later)
    for by, because in (("", "why"), ("me", " ")):
        with pytest.raises(UsageError, match="say why"):
            Word(by, because)
    assert [path for path in before if not path.exists()] == []


def test_a_date_counts_until_somebody_states_another(root):
    """Who corrects the day of distribution says nothing of the shelf life."""
    store = root / "store"
    distributed(store, ["L-OLD"], date(2026, 12, 1), date(2040, 5, 1), WORD)
    distributed(store, ["L-OLD"], date(2026, 12, 2), None, WORD)
    (old,) = retained(store, ["L-OLD"])
    assert (old.kept.until, old.kept.why) == (date(2041, 5, 1), "a year past its shelf life")
    with pytest.raises(UsageError, match="L-OLD is kept until 2041-05-01"):
        retire(store, ["L-OLD"], WORD, later)
    distributed(store, ["L-OLD"], date(2026, 12, 2), date(2027, 5, 1), WORD)
    assert retained(store, ["L-OLD"])[0].kept.until == date(2029, 12, 2)


@pytest.mark.parametrize("compacted", [False, True])
def test_what_is_deleted_is_gone_from_everywhere_but_the_journal(root, compacted, monkeypatch):
    monkeypatch.setattr(reports, "_TOGETHER", 1)  # a file of the index for each batch
    store = root / "store"
    reports.refresh(store, ledger_of(store))
    distributed(store, ["L-OLD"], date(2026, 12, 1), None, WORD)
    if compacted:
        compact(store, "me", clock)
    of_new = {name: _rows(store, name, "= 'L-NEW'") for name in SCHEMAS}
    kept = {path.name for path in (store / "raw").glob("*/*")}
    files = set(ledger_of(store).files_of(["L-OLD"])["L-OLD"])
    assert retire(store, ["L-OLD"], WORD, later) == 2
    for name in SCHEMAS:
        assert _rows(store, name, "= 'L-NEW'") == of_new[name]
        assert _rows(store, name, "= 'L-OLD'") == []
    assert _rows(store, "certificates", "IS NULL"), "a refused file stays"
    assert {path.name for path in (store / "raw").glob("*/*")} == kept - files
    left = [path for path in store.rglob("*") if path.is_file() and "ledger" not in path.name]
    assert [path for path in left if b"L-OLD" in path.read_bytes() or "L-OLD" in path.name] == []
    ledger = ledger_of(store)
    assert list(ledger.batches()) == ["L-NEW"]
    (entry,) = ledger.acts("retired")
    assert (entry.actor, entry.reason, set(entry.made["files"])) == ("A. Novak", WORD.because, files)
    assert [one.made["verdict"] for one in ledger.verdicts_of(["L-OLD"])["L-OLD"]] == ["PASS", "HOLD"]
    found = verify(store, replay=True)
    assert (found.differences, found.foreign, found.replayed) == ((), (), 1)
    back_up(store, root / "backup", "me")
    restore(root / "backup", root / "restored", "me", clock)
    assert verify(root / "restored", replay=False).differences == ()
    assert verdicts(passed(root)) == [], "the same file again is known, and was deleted"


def _rows(store: Path, name: str, which: str) -> list:
    return sorted(map(repr, ask(store, f"SELECT * FROM {name} WHERE batch_id {which}").rows))


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize(("what", "counts"), [
    ("mark_ready", False), ("take_place", True), ("_bring_back", True), ("clear", True), ("_sweep", True),
])  # fmt: skip
def test_a_deletion_that_was_killed_is_finished_or_forgotten(root, monkeypatch, what, counts):
    store = root / "store"
    distributed(store, ["L-OLD"], date(2026, 12, 1), None, WORD)
    where = "kratom_qc.app.retention" if what == "_sweep" else "kratom_qc.archive.generation"
    real = getattr(generation, what, lambda *_: None)

    def killed(*arguments: object) -> object:
        if what == "mark_ready" or ledger_of(store).acts("retired"):
            raise Killed
        return real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(f"{where}.{what}", killed)
        with pytest.raises(Killed):
            retire(store, ["L-OLD"], WORD, later)
    with Store(store, clock).locked():
        pass
    assert verify(store, replay=False).differences == ()
    assert ("L-OLD" in ledger_of(store).batches()) is not counts
    if not counts:
        retire(store, ["L-OLD"], WORD, later)
    distributed(store, ["L-NEW"], date(2026, 12, 1), None, WORD)
    retire(store, ["L-NEW"], WORD, later)
    kept = [sha256 for sha256, _ in ledger_of(store).every_file()]
    assert [path.name for path in (store / "raw").glob("*/*")] == kept
    assert len(kept) == 1, "the refused file"
    assert verify(store, replay=False).differences == ()


def test_the_command_lists_terms_and_refuses_what_is_not_due(root, capsys):
    store = ["--store", str(root / "store")]
    said = ["--because", "last shipment", "--by", "A. Novak"]
    asked = {
        "list": ["archive", "retain", *store],
        "note": ["archive", "retain", "L-OLD", "--distributed", "2026-12-01", *said, *store],
        "delete": ["archive", "retain", "L-OLD", "--delete", *said, *store],
        "nothing": ["archive", "retain", "--delete", *said, *store],
    }
    for name, arguments in asked.items():
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == (0 if name in ("list", "note") else 64), name
    out = capsys.readouterr()
    assert "L-OLD\treleased under deviation\t2029-12-01\tkept\t3 years from" in out.out
    assert "L-OLD is kept until 2029-12-01" in out.err
