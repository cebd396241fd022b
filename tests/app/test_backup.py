"""The drill: a store is backed up, lost, restored, and answers the same; damage is never passed on in silence."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kratom_qc.app.backup import back_up, restore
from kratom_qc.app.policy import own_texts
from kratom_qc.app.reading import Reading, read_content
from kratom_qc.app.review import Ruling, decide
from kratom_qc.app.store import ledger_of
from kratom_qc.app.verification import Verified, verify
from kratom_qc.domain.errors import InputNotFound, StoreError
from kratom_qc.interpret.laboratories import load_register
from kratom_qc.settings import Caps
from tests.app.stores import LEAD, certificate, passed, policy, verdicts


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """Two passes and a decision, backed up."""
    root = tmp_path_factory.mktemp("backup")
    passed(root, **{batch: certificate(batch, lead) for batch, lead in LEAD.items()})
    passed(root, more=certificate("L-HOLD", "0.3"), refused=b"no,certificate\n1,2\n")
    decide(root / "store", "L-PASS", Ruling("released", "all is well", ("A. Novak",)))
    back_up(root / "store", root / "backup", "somebody")
    return root


@pytest.fixture
def root(made, tmp_path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "place"))


def checked(store: Path, *, replay: bool = False) -> Verified:
    return verify(store, replay=replay)


def test_a_restored_store_is_whole_answers_the_same_and_goes_on(root):
    before = ledger_of(root / "store").batches()
    shutil.rmtree(root / "store")
    restore(root / "backup", root / "store", "somebody")
    assert ledger_of(root / "store").batches() == before
    found = checked(root / "store", replay=True)
    assert (found.differences, found.replayed, found.unanswered) == ((), 3, 0)
    assert (root / "store" / "reports" / "index.html").exists()
    assert verdicts(passed(root)) == [], "every file of the inbox is known"
    assert verdicts(passed(root, more2=certificate("L-PASS", "0.9"))) == ["L-PASS FAIL"]


def test_a_backup_is_not_made_over_another_or_of_what_is_damaged(root):
    with pytest.raises(StoreError, match="is there already"):
        back_up(root / "store", root / "backup", "somebody")
    kept = next((root / "store" / "raw").glob("*/*"))
    kept.write_bytes(kept.read_bytes().replace(b"0.", b"1."))
    with pytest.raises(StoreError, match="is not what it was"):
        back_up(root / "store", root / "another", "somebody")
    assert not (root / "another").exists()


def changed(pattern: str) -> Callable[[Path], None]:
    def change(backup: Path) -> None:
        path = next(path for path in sorted(backup.glob(pattern)) if path.is_file())
        content = path.read_bytes()
        middle = len(content) // 2
        path.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])

    return change


def lost(pattern: str) -> Callable[[Path], None]:
    return lambda backup: next(path for path in sorted(backup.glob(pattern)) if path.is_file()).unlink()


def forged(backup: Path) -> None:
    """The journal without its last entry, and a manifest that says so."""
    path = backup / "journal.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    manifest = json.loads((backup / "manifest.json").read_bytes())
    manifest["files"]["journal.jsonl"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (backup / "manifest.json").write_text(json.dumps(manifest))


DAMAGE = {
    **{
        f"{name} changed": changed(name) for name in ("raw/*/*", "archive/verdicts/*", "rulebooks/*/*", "journal.jsonl")
    },
    **{f"{name} lost": lost(name) for name in ("raw/*/*", "archive/findings/*", "journal.jsonl")},
    "the journal cut off": forged,
    "no manifest": lost("manifest.json"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_of_a_damaged_backup_no_store_is_made(root, damage):
    DAMAGE[damage](root / "backup")
    with pytest.raises((StoreError, InputNotFound)):
        restore(root / "backup", root / "restored", "somebody")
    assert not (root / "restored").exists()


# ---------------------------------------------------------------- what verify finds


STORE = {
    **{f"{name} changed": changed(name) for name in ("raw/*/*", "archive/*/*.parquet", "rulebooks/*/*")},
    **{f"{name} lost": lost(name) for name in ("raw/*/*", "archive/findings/*", "rulebooks/*/*")},
}


@pytest.mark.parametrize("damage", STORE)
def test_damage_is_named(root, damage):
    STORE[damage](root / "store")
    (difference,) = checked(root / "store").differences
    assert str(root / "store") in difference


def test_what_is_not_ours_is_named_and_stays(root):
    notes = root / "store" / "archive" / "results" / "my-notes.txt"
    notes.write_text("mine")
    (notes.parent / ".ipynb_checkpoints").mkdir()
    passed(root, more=certificate("L-1", "0.1"))
    found = checked(root / "store")
    assert found.differences == ()
    assert {Path(path).name for path in found.foreign} == {"my-notes.txt", ".ipynb_checkpoints"}
    assert notes.read_text() == "mine"


REGISTERS = {
    "texts": """[[read]]
texts = ["Received by the night desk."]
because = "where the parcel was handed in"
by = "J. Doe"
on = 2026-11-01
""",
    "laboratories": """[[laboratory]]
name = "Harbor Analytical"
accreditation = "1.01"
body = "A2LA"
scope = ["element"]
valid_until = 2027-05-31
qualified_until = 2027-01-31
qualified_because = "split samples"
""",
}


def test_a_verdict_is_judged_again_by_the_registers_and_settings_of_then(tmp_path):
    for name, text in REGISTERS.items():
        (tmp_path / f"{name}.toml").write_text(text)
    then = replace(
        policy(tmp_path),
        texts=own_texts(tmp_path / "texts.toml"),
        laboratories=load_register(tmp_path / "laboratories.toml", hold=True),
        required_panels={"leaf_powder": ("elements",)},
    )
    spoken = certificate("L-1", "0.4", Remarks="Received by the night desk.", Laboratory="Harbor Analytical")
    unknown = certificate("L-2", "0.4", Laboratory="Somebody Else")
    assert verdicts(passed(tmp_path, a=spoken, b=unknown, by=then)) == ["L-1 PASS", "L-2 HOLD"]
    more = certificate("L-3", "0.4", Remarks="Received by the night desk.")
    assert verdicts(passed(tmp_path, c=more)) == ["L-3 HOLD"], "by another policy"
    for name in REGISTERS:
        (tmp_path / f"{name}.toml").unlink()
    found = checked(tmp_path / "store", replay=True)
    assert (found.differences, found.replayed, found.unanswered) == ((), 3, 0)
    changes = [one for one in ledger_of(tmp_path / "store").entries() if one.act == "terms changed"]
    assert json.loads(changes[1].before) == changes[0].subject
    changed("registers/*/texts.toml")(tmp_path / "store")
    (difference,) = checked(tmp_path / "store").differences
    assert "texts.toml" in difference


def refuse(name: str, raw: bytes, caps: Caps, *account: bool) -> Reading:
    """A reader that has come to refuse every file."""
    return read_content(name, raw, replace(caps, file_bytes=10), *account)


def test_a_verdict_that_does_not_follow_from_its_files_any_more_is_named(root, monkeypatch):
    monkeypatch.setattr("kratom_qc.app.reading.read_content", refuse)
    found = checked(root / "store", replay=True)
    assert [text.partition(" and was")[0] for text in found.differences] == [
        f"batch {batch}: judged again it is HOLD," for batch in ("L-FAIL", "L-HOLD", "L-PASS")
    ]
