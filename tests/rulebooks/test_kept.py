"""Rulebooks that were kept are those that would be loaded, or they are loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kratom_qc.app.policy import load_policy
from kratom_qc.domain.errors import RulebookError
from kratom_qc.rulebooks import kept
from kratom_qc.rulebooks.load import load_rulebooks
from tests.factory import book, limit, written

US = book(limit("AGE", kind="attestation", text="sold to adults only"), kind="market")


@pytest.fixture
def rules(tmp_path, monkeypatch) -> Path:
    """A folder of rulebooks with one limit for lead, and an empty cache."""
    monkeypatch.setenv("KRATOM_QC_CACHE", str(tmp_path / "cache"))
    folder = lead(tmp_path, "0.5")
    monkeypatch.setenv("KRATOM_QC_EXPECTATIONS", str(folder))
    return folder


def lead(root: Path, most: str) -> Path:
    pb = limit("PB", "lead", f"not more than {most} mg/kg", max=most, unit="mg/kg")
    return written(root / "rules", leaf_powder=book(pb), us=US)


def most_lead() -> str:
    (pb,) = load_policy().books["leaf_powder"].limits
    return str(pb.acceptance_interval.high)


def test_what_is_kept_is_what_would_be_loaded(rules):
    assert kept.load(rules) is None
    first = load_policy().books
    assert kept.load(rules) == first == load_rulebooks(rules)


def test_a_rulebook_that_changes_is_loaded_again_and_a_wrong_one_is_told(rules, tmp_path):
    assert most_lead() == "0.5"
    lead(tmp_path, "0.3")
    assert most_lead() == "0.3"
    text = (rules / "leaf_powder.toml").read_text()
    (rules / "leaf_powder.toml").write_text(text.replace('max = "0.3"', 'max = "3"'))
    with pytest.raises(RulebookError, match="PB"):
        load_policy()


@pytest.mark.usefixtures("rules")
def test_what_was_loaded_is_not_kept_for_a_rulebook_that_changed_meanwhile(tmp_path, monkeypatch):
    def meanwhile(*given: Any) -> Any:
        books = load_rulebooks(*given)
        lead(tmp_path, "0.3")
        return books

    with monkeypatch.context() as patch:
        patch.setattr("kratom_qc.rulebooks.load.load_rulebooks", meanwhile)
        assert most_lead() == "0.5"
    assert most_lead() == "0.3"


def test_a_rulebook_that_cannot_be_read_is_told(rules):
    (rules / "us.toml").unlink()
    (rules / "us.toml").symlink_to(rules / "nowhere.toml")
    with pytest.raises(RulebookError, match=r"us\.toml"):
        load_policy()


def test_code_that_changes_loads_again(rules, monkeypatch):
    load_policy()
    monkeypatch.setattr(kept, "_code", lambda: iter(["another state\n"]))
    assert kept.load(rules) is None


def test_nothing_is_taken_from_where_others_can_write_or_that_is_no_rulebook(rules, tmp_path):
    load_policy()
    (file,) = (tmp_path / "cache").iterdir()
    (tmp_path / "cache").chmod(0o777)
    assert kept.load(rules) is None
    (tmp_path / "cache").chmod(0o700)
    file.chmod(0o666)
    assert kept.load(rules) is None
    file.chmod(0o600)
    assert kept.load(rules) is not None
    content = file.read_bytes()
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    assert kept.load(rules) is None
    file.unlink()
    file.write_bytes(content[:100])
    file.chmod(0o600)
    assert kept.load(rules) is None
    assert most_lead() == "0.5"


def test_what_the_disk_gives_back_otherwise_is_loaded_again(rules, tmp_path):
    """One wrong byte is another limit, and may be a pickle all the same."""
    load_policy()
    (file,) = (tmp_path / "cache").iterdir()
    content = file.read_bytes()
    assert b"0.5" in content
    file.write_bytes(content.replace(b"0.5", b"9.5"))
    assert kept.load(rules) is None
    assert most_lead() == "0.5"
    file.write_bytes(b"")
    assert most_lead() == "0.5"


@pytest.mark.parametrize("where", ["no", "/proc/nowhere"])
def test_without_a_place_everything_is_loaded_as_ever(rules, monkeypatch, where):
    monkeypatch.setenv("KRATOM_QC_CACHE", where)
    load_policy()
    assert kept.load(rules) is None


@pytest.mark.usefixtures("rules")
def test_few_are_kept(tmp_path):
    for number in range(1, 8):
        lead(tmp_path, f"0.{number}")
        load_policy()
    assert len(list((tmp_path / "cache").iterdir())) == 4
    assert kept.load(tmp_path / "rules").keys() == {"leaf_powder", "us"}
