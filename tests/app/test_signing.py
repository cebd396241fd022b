"""A signature says who, when and why on exactly what, and holds for nothing else."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest

from kratom_qc.app.accounts import add_user, change_user, set_password
from kratom_qc.app.evidence import export_batch
from kratom_qc.app.review import Ruling, approve, decide, dossier, propose
from kratom_qc.app.signing import Signer, WrongPassword, signature_faults
from kratom_qc.app.store import ledger_of
from kratom_qc.app.verification import verify
from kratom_qc.domain.errors import UsageError
from kratom_qc.ledger.people import People
from tests.app.stores import LEAD, certificate, clock, passed

WORDS = {"nora": "a house by the river 7", "lin": "nine grey herons wade"}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("signing")
    passed(root, **{batch: certificate(batch, lead) for batch, lead in LEAD.items()})
    people = People(ledger_of(root / "store"))
    for name, password in WORDS.items():
        add_user(people, "root", name, "qa", password, full_name=f"{name.title()} Berg")
    return root


@pytest.fixture
def store(made, tmp_path) -> Path:
    return copytree(made / "store", tmp_path / "store")


def signer(store: Path, name: str, password: str = "") -> Signer:
    people = People(ledger_of(store))
    return Signer(people, people.user(name), password or WORDS[name], clock())


def ruling(store: Path, batch: str, name: str, decision: str = "released") -> Ruling:
    """What somebody decides who has just looked at a batch."""
    seen = dossier(store, batch)
    return Ruling(decision, "looked at", (name,), seen.batch.basis, seen.history[-1].sequence)


def test_a_signature_says_who_when_and_why_on_what(store):
    known = decide(store, "L-PASS", ruling(store, "L-PASS", "nora"), signer(store, "nora"))
    (entry,) = [one for one in ledger_of(store).entries("L-PASS") if one.act == "decided"]
    record = entry.made["record"]
    assert known.disposition == "released"
    assert {name: record[name] for name in ("user", "name", "role", "batch_id", "because", "verdict")} == {
        **{"user": "nora", "name": "Nora Berg", "role": "qa"},
        **{"batch_id": "L-PASS", "because": "looked at", "verdict": "PASS"},
    }
    assert "release it" in record["meaning"]
    assert record["signed_at"].startswith("2026-11-22T08:30")
    newest = [one.sequence for one in ledger_of(store).entries("L-PASS")][-2]
    assert (record["basis"], record["newest"]) == (known.basis, newest)
    assert list(signature_faults(ledger_of(store).signed())) == []


def test_a_wrong_password_signs_nothing(store):
    before = ledger_of(store).head()
    with pytest.raises(WrongPassword):
        decide(store, "L-PASS", ruling(store, "L-PASS", "nora"), signer(store, "nora", WORDS["lin"]))
    assert ledger_of(store).head() == before


def test_what_changed_since_it_was_shown_is_not_signed(store):
    shown = ruling(store, "L-PASS", "nora")
    decide(store, "L-PASS", ruling(store, "L-PASS", "lin", "hold"), signer(store, "lin"))
    with pytest.raises(UsageError, match="review it again"):
        decide(store, "L-PASS", shown, signer(store, "nora"))


@pytest.mark.parametrize("batch", ["L-HOLD", "L-FAIL"])
def test_an_override_takes_two_who_each_sign(store, batch):
    with pytest.raises(UsageError, match="two people"):
        decide(store, batch, ruling(store, batch, "nora"), signer(store, "nora"))
    assert propose(store, batch, ruling(store, batch, "nora"), signer(store, "nora")).disposition == "on hold"
    with pytest.raises(UsageError, match="two people"):
        approve(store, batch, ruling(store, batch, "nora"), signer(store, "nora"))
    known = approve(store, batch, ruling(store, batch, "lin"), signer(store, "lin"))
    assert (known.disposition, known.proposed) == ("released under deviation", None)
    signed = [one.made["record"] for one in ledger_of(store).entries(batch) if '"signature"' in one.after]
    assert [one["user"] for one in signed] == ["nora", "lin"]
    assert signed[1]["people"] == ["lin", "nora"]


def test_one_person_is_enough_for_what_needs_one(store):
    with pytest.raises(UsageError, match="one person is enough"):
        propose(store, "L-PASS", ruling(store, "L-PASS", "nora"), signer(store, "nora"))
    with pytest.raises(UsageError, match="nothing is proposed"):
        approve(store, "L-PASS", ruling(store, "L-PASS", "lin"), signer(store, "lin"))


def test_a_proposal_falls_with_another_decision(store):
    propose(store, "L-HOLD", ruling(store, "L-HOLD", "nora"), signer(store, "nora"))
    decide(store, "L-HOLD", ruling(store, "L-HOLD", "lin", "rejected"), signer(store, "lin"))
    with pytest.raises(UsageError, match="nothing is proposed"):
        approve(store, "L-HOLD", ruling(store, "L-HOLD", "lin"), signer(store, "lin"))


def test_a_new_password_is_a_new_key_and_old_signatures_hold(store):
    decide(store, "L-PASS", ruling(store, "L-PASS", "nora"), signer(store, "nora"))
    people = People(ledger_of(store))
    before = people.user("nora").public_key
    set_password(people, "root", "nora", "another long word 12")
    change_user(people, "root", "nora", full_name="Nora Berg-Hill")
    assert people.user("nora").public_key not in {before, None}
    with pytest.raises(WrongPassword):
        decide(store, "L-PASS", ruling(store, "L-PASS", "nora", "hold"), signer(store, "nora"))
    decide(store, "L-PASS", ruling(store, "L-PASS", "nora", "hold"), signer(store, "nora", "another long word 12"))
    assert list(signature_faults(ledger_of(store).signed())) == []


FORGED = [
    ("the key was not that user's", {"public_key": "00" * 32}),
    ("the record says something else", {"decision": "rejected"}),
    ("it was not made by that key", {"signature": "00" * 64}),
]


@pytest.mark.parametrize(("wrong", "change"), FORGED)
def test_a_forged_signature_is_found(store, wrong, change):
    decide(store, "L-PASS", ruling(store, "L-PASS", "nora"), signer(store, "nora"))
    forged = [
        one._replace(after=json.dumps({**one.made, **change})) if '"signature"' in one.after else one
        for one in ledger_of(store).signed()
    ]
    assert [fault.what.rpartition(": ")[2] for fault in signature_faults(forged)] == [wrong]


def test_verify_looks_at_signatures(store):
    decide(store, "L-PASS", ruling(store, "L-PASS", "nora"), signer(store, "nora"))
    assert verify(store, replay=False).differences == ()
    with sqlite3.connect(store / "ledger.sqlite") as ledger:
        ledger.execute("DROP TRIGGER journal_no_UPDATE")
        ledger.execute('UPDATE journal SET after = replace(after, \'"user":"nora"\', \'"user":"lin"\')')
    assert "has a signature that does not hold" in "\n".join(verify(store, replay=False).differences)


def test_a_signature_is_checked_without_this_program(store, tmp_path):
    decide(store, "L-PASS", ruling(store, "L-PASS", "nora"), signer(store, "nora"))
    export_batch(store, "L-PASS", tmp_path / "out", "root")
    run = [sys.executable, "-I", str(tmp_path / "out" / "verify.py")]
    done = subprocess.run(run, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "1 signatures" in done.stdout) == (0, True), done.stdout + done.stderr
