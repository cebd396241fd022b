"""The evidence of one batch is checked by somebody who has Python and distrusts us."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kratom_qc.app.evidence import Exported, export_batch
from kratom_qc.app.review import Ruling, decide
from kratom_qc.app.store import ledger_of
from kratom_qc.app.verification import verify
from kratom_qc.archive import standalone
from kratom_qc.cli.main import main
from kratom_qc.domain.errors import InputNotFound, StoreError
from kratom_qc.ledger.entries import Act, canonical
from tests.app.stores import LEAD, certificate, passed


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Path, Exported]:
    """A batch with two certificates, judged twice and rejected, and its evidence."""
    root = tmp_path_factory.mktemp("evidence")
    passed(root, **{batch: certificate(batch, lead) for batch, lead in LEAD.items()})
    passed(root, more=certificate("L-HOLD", "0.8", Laboratory="../Other: lab"))
    decide(root / "store", "L-HOLD", Ruling("rejected", "too much lead", ("A. Novak",)))
    return root, export_batch(root / "store", "L-HOLD", root / "evidence", "me")


@pytest.fixture
def evidence(made, tmp_path) -> Path:
    return Path(shutil.copytree(made[0] / "evidence", tmp_path / "evidence"))


def checked(folder: Path, *options: str) -> tuple[int, str]:
    """What a Python without anything of ours says of the folder."""
    command = [sys.executable, "-I", "-S", str(folder / "verify.py"), *options]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder.parent)
    return ended.returncode, ended.stdout + ended.stderr


def test_the_script_is_short_and_stands_alone():
    text = Path(standalone.__file__).read_text()
    assert len(text.splitlines()) <= 200
    assert "kratom_qc" not in text.replace("kratom-qc archive", "")


def test_whole_evidence_agrees_with_itself_and_with_what_was_noted_elsewhere(made, evidence):
    _, exported = made
    head = json.loads((made[0] / "store" / "heads.jsonl").read_text().splitlines()[-1])
    assert f"{head['sequence']}:{head['tree']}" == f"{exported.head.sequence}:{exported.tree}"
    status, said = checked(evidence, "--tree", f"{head['sequence']}:{head['tree']}", "--manifest", exported.manifest)
    assert (status, said.splitlines()[0]) == (0, "L-HOLD: FAIL on 2026-11-22 follows from its findings.")
    entries = [json.loads(line)["entry"] for line in (evidence / "journal.jsonl").read_text().splitlines()]
    acts = [entry[3] for entry in entries]
    assert acts.count("judged") == 2
    assert acts.count("delivered") == 2
    assert "decided" in acts
    assert "L-FAIL" not in [entry[4] for entry in entries]
    for option, other in (("--tree", "9:ab"), ("--manifest", "ab")):
        status, said = checked(evidence, option, other)
        assert status == 1
        assert "manifest.json" in said


def test_a_flipped_byte_of_any_file_is_named(evidence, monkeypatch, capsys):
    """Every file at its beginning, middle and end; here in one process, for there are many."""
    monkeypatch.setattr(standalone, "HERE", evidence)
    monkeypatch.setattr(sys, "argv", ["verify.py"])
    assert standalone.main() == 0
    for path in sorted(path for path in evidence.rglob("*") if path.is_file()):
        content = path.read_bytes()
        for place in {0, len(content) // 3, len(content) // 2, len(content) - 1}:
            path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
            standalone.differences.clear()
            capsys.readouterr()
            assert standalone.main() == 1, (path, place)
            said = capsys.readouterr().out
            assert path.relative_to(evidence).as_posix() in said or path.name == "manifest.json", said
        path.write_bytes(content)
    standalone.differences.clear()
    assert standalone.main() == 0


@pytest.mark.parametrize("name", ["findings.jsonl", "manifest.json", "journal.jsonl", "page.html"])
def test_the_script_itself_says_what_differs(evidence, name):
    content = (evidence / name).read_bytes()
    (evidence / name).write_bytes(content[:-5] + bytes([content[-5] ^ 1]) + content[-4:])
    status, said = checked(evidence)
    assert status == 1
    assert name in said or name == "manifest.json"


def test_a_missing_and_a_strange_file_are_named(evidence):
    next((evidence / "originals").iterdir()).rename(evidence / "originals" / "other.csv")
    status, said = checked(evidence)
    assert status == 1
    assert "is missing" in said
    assert "originals/other.csv: is not in the manifest" in said


def resealed(evidence: Path) -> None:
    """A manifest for what lies there now."""
    path = evidence / "manifest.json"
    manifest = json.loads(path.read_text())
    there = (one for one in evidence.rglob("*") if one.is_file() and one != path)
    manifest["files"] = {one.relative_to(evidence).as_posix(): standalone.sha256(one.read_bytes()) for one in there}
    path.write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")


@pytest.mark.parametrize(("name", "before", "after", "said"), [
    ("findings.jsonl", '"outcome": "FAIL"', '"outcome": "PASS"', "its findings say"),
    ("findings.jsonl", '"why": "', '"why": "not ', "what was judged last is not these findings"),
    ("verdicts.jsonl", '"verdict": "FAIL"', '"verdict": "PASS"', "its findings say FAIL"),
    ("verdicts.jsonl", '"judged_on": "2026-11-22"', '"judged_on": "2030-01-01"', "what was judged last is not"),
    ("journal.jsonl", "too much lead", "just enough lead", "is not what its hash says"),
    ("journal.jsonl", '"proof": ["', '"proof": ["00', "cannot be read further"),
])  # fmt: skip
def test_whoever_changes_words_and_the_manifest_is_found(evidence, name, before, after, said):
    text = (evidence / name).read_text()
    assert before in text
    (evidence / name).write_text(text.replace(before, after))
    resealed(evidence)
    status, output = checked(evidence)
    assert status == 1
    assert said in output or "does not stand in the journal" in output


def test_a_file_that_nobody_delivered_is_no_original(evidence):
    (evidence / "originals" / "other.csv").write_bytes(certificate("L-HOLD", "0.1"))
    resealed(evidence)
    status, said = checked(evidence)
    assert status == 1
    assert "was never delivered" in said


def test_nothing_is_exported_of_what_is_unknown_or_damaged(made, tmp_path):
    store = Path(shutil.copytree(made[0] / "store", tmp_path / "store"))
    with pytest.raises(InputNotFound, match="no batch"):
        export_batch(store, "L-OTHER", tmp_path / "out", "me")
    for kept in (store / "raw").glob("*/*"):
        kept.write_bytes(kept.read_bytes().replace(b"0.8", b"0.1"))
    with pytest.raises(StoreError, match="not what came"):
        export_batch(store, "L-HOLD", tmp_path / "out", "me")
    assert not (tmp_path / "out").exists()


def test_the_export_is_in_the_journal_and_the_command_says_how_to_check_it(made, tmp_path, capsys):
    store = Path(shutil.copytree(made[0] / "store", tmp_path / "store"))
    with pytest.raises(SystemExit) as ended:
        main(["archive", "export", "L-PASS", "--to", str(tmp_path / "out"), "--store", str(store)])
    assert ended.value.code == 0
    command = capsys.readouterr().out.splitlines()[-1].split()
    assert checked(tmp_path / "out", *command[2:])[0] == 0
    (last,) = ledger_of(store).entries(last=1)
    assert (last.act, last.subject, last.made["manifest"]) == ("exported", "L-PASS", command[-1])


def test_a_head_that_names_another_tree_is_found(made, tmp_path):
    store = Path(shutil.copytree(made[0] / "store", tmp_path / "store"))
    assert verify(store, replay=False).differences == ()
    heads = store / "heads.jsonl"
    first, *others = heads.read_text().splitlines()
    changed = {**json.loads(first), "tree": "0" * 64}
    heads.write_text("\n".join([json.dumps(changed), *others]) + "\n")
    (difference,) = verify(store, replay=False).differences
    assert "ends another tree than an exported head names" in difference


def test_a_signature_holds_by_the_key_that_the_journal_says_is_the_signer_s(made, tmp_path):
    store = Path(shutil.copytree(made[0] / "store", tmp_path / "store"))
    mine, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    record = {"user": "anna", "batch_id": "L-HOLD", "meaning": "reviewed"}
    anna = {"full_name": "Anna N.", "role": "qa", "vendor": None, "password": "0" * 64, "is_enabled": True}
    anna["public_key"] = mine.public_key().public_bytes_raw().hex()
    ledger_of(store).add("anna", Act("user changed", "anna", anna))
    for key, status in ((mine, 0), (other, 1)):
        signature = key.sign(canonical(record).encode()).hex()
        ledger_of(store).add("anna", Act("noted", "L-HOLD", {"record": record, "signature": signature}))
        export_batch(store, "L-HOLD", tmp_path / str(status), "me")
        command = [sys.executable, "-I", str(tmp_path / str(status) / "verify.py")]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ended.returncode == status, ended.stdout
        assert ("1 signatures" if status == 0 else "the signature of entry") in ended.stdout
