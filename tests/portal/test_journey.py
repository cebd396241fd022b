"""What people do at the portal, from signing in to a verdict, over HTTP."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import openpyxl

from kratom_qc.app.shown import Shown
from kratom_qc.portal import house
from kratom_qc.portal.routes.vendor import _in_words
from tests.app.stores import certificate
from tests.portal.serving import PASSWORD, Portal


def test_a_vendor_sends_a_file_and_sees_its_verdict(portal: Portal) -> None:
    ann, content = portal.signed_in("ann"), certificate("L-1", "0.4")
    answer = ann.send(("lead.csv", content))
    sha256 = hashlib.sha256(content).hexdigest()
    assert (answer.status_code, answer.headers["location"]) == (303, f"/certificates/{sha256}")
    assert "It is being read" in ann.get(f"/certificates/{sha256}").text
    portal.judged()
    page = ann.get(f"/certificates/{sha256}").text
    assert "L-1" in page
    assert ">PASS<" in page
    assert ann.get(f"/certificates/{sha256}/file").content == content


def test_a_refused_file_says_everything_that_is_wrong(portal: Portal) -> None:
    ann, content = portal.signed_in("ann"), b"no table at all"
    ann.send(("x.csv", content))
    portal.judged()
    page = ann.get(f"/certificates/{hashlib.sha256(content).hexdigest()}").text
    assert ">Refused<" in page
    assert "saved as xlsx or csv" in page  # what to do
    workbook = ann.get(f"/certificates/{hashlib.sha256(content).hexdigest()}/annotated.xlsx")
    assert workbook.headers["content-disposition"].startswith('attachment; filename="x_annotated.xlsx"')
    sheets = openpyxl.load_workbook(io.BytesIO(workbook.content)).sheetnames
    assert len(sheets) == 1  # the list alone: the file cannot be opened


def test_a_file_that_is_refused_for_another_reason_is_drawn_again(portal: Portal, monkeypatch) -> None:
    content = b"no table here either"
    portal.signed_in("ann").send(("y.csv", content))
    portal.judged()
    monkeypatch.setattr(house, "drawn", lambda _root, file, _looker: [one.code for one in file.refusals])
    file = Shown(portal.store, "Acme").file(hashlib.sha256(content).hexdigest())
    trouble = replace(file, refusals=(replace(file.refusals[0], code="reader-died"),))
    draw = portal.app.state.house.drawn
    assert draw("Acme", trouble) == ["reader-died"]
    assert draw("Acme", file) == [one.code for one in file.refusals]


def test_a_file_with_a_lot_that_is_compared_is_not_told_as_a_pass() -> None:
    lots = [
        SimpleNamespace(batch_id="A", known=SimpleNamespace(verdict="PASS")),
        SimpleNamespace(batch_id="B", known=None),
    ]
    file = SimpleNamespace(delivery=SimpleNamespace(status="judged"), batches=lots)
    words = _in_words(SimpleNamespace(file=lambda _: file), "")
    assert words == {"text": "A PASS · B is compared with what others sent of it", "kind": "hold"}


def test_an_operator_sees_where_settings_count_and_an_administrator_the_people(portal: Portal) -> None:
    assert f"<code>{Path.cwd()}</code>" in portal.signed_in("olga").get("/operation").text  # texts.toml lies there
    assert portal.signed_in("ada").get("/").headers["location"] == "/people"


def test_what_was_acknowledged_is_delivered_by_whom_and_for_which_company(portal: Portal) -> None:
    content = certificate("L-2", "0.4")
    portal.signed_in("ann").send(("one.csv", content))
    (one,) = portal.people.deliveries(sha256=hashlib.sha256(content).hexdigest())
    assert (one.name, one.route, one.actor, one.vendor) == ("one.csv", "portal", "ann", "Acme")
    assert portal.store.files.raw(one.sha256) == content


def test_a_program_sends_and_asks(portal: Portal) -> None:
    content, token = certificate("L-3", "0.4"), portal.token("ann")
    client = portal.client(headers=token)
    answer = client.post("/api/v1/certificates?name=raw.csv", content=content)
    assert answer.status_code == 202
    assert answer.json()["sha256"] == hashlib.sha256(content).hexdigest()
    assert client.get(answer.json()["address"]).json()["status"] == "waiting"


def test_nobody_who_is_not_known_gets_in(portal: Portal) -> None:
    client = portal.client(headers={"Origin": portal.address})
    answer = client.post("/sign-in", data={"name": "ann", "password": PASSWORD[:-1]})
    assert answer.status_code == 401
    assert client.get("/certificates").headers["location"] == "/sign-in?next=/certificates"
    assert client.get("/api/v1/certificates/x").status_code == 401


def test_every_answer_carries_the_headers_that_keep_it_harmless(portal: Portal) -> None:
    for address in ("/sign-in", "/nothing-here", "/health"):
        answer = portal.client().get(address)
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
