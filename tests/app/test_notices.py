"""Who is told what: against a real web server and a real mail server of this machine."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

from kratom_qc.app.after import after_pass
from kratom_qc.app.digest import digest
from kratom_qc.app.store import Store
from tests.app.stores import DAY, certificate, clock, passed, policy


class Sink:
    """What a web server was sent."""

    def __init__(self, server: ThreadingHTTPServer):
        self.address = f"json://127.0.0.1:{server.server_address[1]}/hook"
        self.messages: list[dict[str, str]] = []
        self.answers = 200

    def texts(self) -> str:
        return "\n".join(one["message"] for one in self.messages)


@pytest.fixture
def web(monkeypatch) -> Iterator[Sink]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if sink.answers == 200:
                sink.messages.append(json.loads(body))
            self.send_response(sink.answers)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sink = Sink(server)
    monkeypatch.setenv("KRATOM_QC_NOTIFY", sink.address)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield sink
    server.shutdown()
    server.server_close()


@pytest.fixture
def mail(monkeypatch) -> Iterator[list]:
    class Handler(Message):
        def handle_message(self, message) -> None:
            received.append(message)

    received: list = []
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(Handler(), hostname="127.0.0.1", port=port)
    controller.start()
    address = f"mailto://127.0.0.1:{port}?from=qc@example.com&to=qa@example.com&mode=insecure"
    monkeypatch.setenv("KRATOM_QC_NOTIFY", address)
    yield received
    controller.stop()


def told(root: Path, **more) -> None:
    """One pass over what the inbox holds, and what follows it."""
    done = passed(root, **more)
    assert done
    after_pass(Store(root / "store", clock), more.get("by") or policy(root, more.get("lead", "0.5")))


def test_a_pass_is_told_in_one_message_the_worst_first_and_once(tmp_path, web):
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "broken.csv").write_text("no,certificate\n1,2\n")
    told(tmp_path, fails=certificate("L-FAIL", "0.9"), passes=certificate("L-PASS", "0.4"))
    (message,) = web.messages
    assert message["title"] == "kratom_qc: 1 fail, 1 refused"
    fail, refused = message["message"].splitlines()
    assert fail.startswith("batch L-FAIL: FAIL: ")
    assert refused.startswith("file broken.csv: refused: ")
    told(tmp_path)
    assert len(web.messages) == 1, "nothing new, nothing told"


def test_who_does_not_answer_is_told_everything_later_and_no_pass_fails_for_it(tmp_path, web):
    web.answers = 500
    told(tmp_path, first=certificate("L-1", "0.9"))
    told(tmp_path, second=certificate("L-2", "0.9"))
    assert not web.messages
    web.answers = 200
    told(tmp_path)
    assert "L-1" in web.texts()
    assert "L-2" in web.texts()
    assert len(web.messages) == 1


def test_no_pass_fails_where_it_cannot_be_kept_who_was_told(tmp_path, web, monkeypatch, caplog):
    monkeypatch.setattr("kratom_qc.logs.ROOT.propagate", True)
    (tmp_path / "store" / ".notices.json.part").mkdir(parents=True)
    told(tmp_path, first=certificate("L-1", "0.9"))
    assert "L-1" in web.texts()
    assert "notices cannot be kept" in caplog.text


def test_a_batch_that_gets_worse_is_told(tmp_path, web):
    told(tmp_path, one=certificate("L-1", "0.4"))
    told(tmp_path, lead="0.3", again=["L-1"])
    assert "batch L-1: was PASS, is FAIL" in web.texts()


def test_mail_carries_the_same_and_no_word_of_a_vendor_gets_into_its_headers(tmp_path, mail):
    name = "L-1\r\nBcc: everybody@example.com"
    told(tmp_path, one=certificate(name, "0.9"), two=certificate("L-2", "0.9"))
    (message,) = mail
    assert message["To"] == "qa@example.com"
    assert message["Bcc"] is None
    assert message["Subject"].startswith("kratom_qc: ")
    parts = [part for part in message.walk() if part.get_content_type() == "text/plain"]
    assert "L-2: FAIL" in parts[0].get_payload(decode=True).decode()


def test_a_batch_that_stays_on_hold_for_a_week_is_told_and_not_every_day(tmp_path, web):
    told(tmp_path, one=certificate("L-HOLD", "<1.0"))
    store = Store(tmp_path / "store", clock)
    days = []
    for day in range(1, 19):
        web.messages.clear()
        after_pass(store, replace(policy(tmp_path), on=DAY + timedelta(days=day)))
        days += [day] if "L-HOLD: on hold since 2026-11-22, more than 7 days" in web.texts() else []
    assert days == [8, 15]


def test_a_rulebook_that_is_due_and_a_disk_that_fills_are_told(tmp_path, web, monkeypatch):
    monkeypatch.setenv("KRATOM_QC_PAGES_URL", "https://qc.example.com/reports/")
    told(tmp_path, one=certificate("L-1", "0.4"))
    monkeypatch.setenv("KRATOM_QC_MIN_FREE_MIB", "1000000")
    after_pass(Store(tmp_path / "store", clock), replace(policy(tmp_path), on=DAY + timedelta(days=4000)))
    assert web.messages[-1]["title"] == "kratom_qc: 1 disk, 1 rulebook"
    assert "below 1000000 nothing new is taken" in web.texts()
    assert "days before" in web.texts()
    assert web.texts().endswith("https://qc.example.com/reports/index.html")


@pytest.mark.usefixtures("web")
def test_a_worry_that_has_gone_is_not_remembered_for_ever(tmp_path, monkeypatch):
    """Each batch that was ever on hold would stand in the file that every pass writes."""
    monkeypatch.setenv("KRATOM_QC_MIN_FREE_MIB", "1000000")
    store = Store(tmp_path / "store", clock)
    by = policy(tmp_path)
    remembered = []
    for day in (0, 6, 7):
        after_pass(store, replace(by, on=DAY + timedelta(days=day)))
        monkeypatch.setenv("KRATOM_QC_MIN_FREE_MIB", "1")
        (known,) = json.loads((store.root / "notices.json").read_bytes()).values()
        remembered.append("disk|disk" in known["worries"])
    assert remembered == [True, True, False]


@pytest.mark.parametrize("address", ["nonsense", "ftp://somewhere", "json://127.0.0.1:9/secret-word"])
def test_a_wrong_address_is_logged_without_what_it_hides(tmp_path, monkeypatch, caplog, address):
    monkeypatch.setenv("KRATOM_QC_NOTIFY", address)
    monkeypatch.setattr("kratom_qc.logs.ROOT.propagate", True)
    told(tmp_path, one=certificate("L-1", "0.9"))
    assert "KRATOM_QC_NOTIFY is none" in caplog.text or "not sent" in caplog.text
    assert "secret-word" not in caplog.text


def test_a_slack_address_is_one_that_can_be_told():
    import apprise

    assert apprise.Apprise().add("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#quality")


def test_the_digest_counts_what_came_what_was_judged_and_what_waits(tmp_path):
    vendor = tmp_path / "inbox" / "Acme"
    vendor.mkdir(parents=True)
    (vendor / "one.csv").write_bytes(certificate("L-1", "0.4"))
    passed(tmp_path, two=certificate("L-2", "0.9"), three=certificate("L-3", "<1.0"))
    made = digest(Store(tmp_path / "store", clock).ledger, policy(tmp_path), clock() + timedelta(hours=1), 1)
    lines = "\n".join(made.lines())
    day, _, counts = made.title.partition(": ")
    assert day == "kratom_qc, 2026-11-21 to 2026-11-22"
    assert sorted(counts.split(", ")) == ["1 FAIL", "1 HOLD", "1 PASS"]
    assert "Arrived: 3 files" in lines
    assert "Acme: 1" in lines
    assert "Awaiting review: 1 batches" in lines
    assert "On hold: 2 less than 1 days" in lines
    assert "batch L-2: FAIL" in lines
