"""The log: what it says of a pass, in which form, and that it never gets into the way of the output."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from datetime import date

import pytest

from kratom_qc import logs
from kratom_qc.app.policy import load_policy
from kratom_qc.app.release import whole_pass
from kratom_qc.app.store import Store
from kratom_qc.domain.errors import RulebookError

ROWS = "batch,product type,analyte,result,unit,report date\nL-1,leaf powder,Lead,{},mg/kg,2026-10-07\n"


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """The program's logger is the process's own: what a test sets up goes with it."""
    handlers, level, propagate = list(logs.ROOT.handlers), logs.ROOT.level, logs.ROOT.propagate
    yield
    logs.ROOT.handlers[:], logs.ROOT.propagate = handlers, propagate
    logs.ROOT.setLevel(level)


def logged(monkeypatch: pytest.MonkeyPatch, form: str, level: str) -> io.StringIO:
    monkeypatch.setenv("KRATOM_QC_LOG", form)
    monkeypatch.setenv("KRATOM_QC_LOG_LEVEL", level)
    stream = io.StringIO()
    logs.configure(stream)
    return stream


def test_a_pass_says_what_it_did_with_every_file_and_batch_by_their_ids(tmp_path, monkeypatch):
    inbox, store = tmp_path / "inbox", Store(tmp_path / "store")
    inbox.mkdir()
    (inbox / "good.csv").write_text(ROWS.format("0.2"))
    (inbox / "bad.csv").write_text("no,certificate\n1,a secret word\n")
    stream = logged(monkeypatch, "json", "debug")
    done = whole_pass(inbox, store, load_policy(on=date(2026, 11, 22)))
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    of = {line["event"]: line for line in lines}
    kept = [line["file"] for line in lines if line["event"] == "file kept"]
    assert sorted(kept) == ["bad.csv", "good.csv"]
    assert (of["file read"]["file"], of["file read"]["batches"], len(of["file read"]["sha256"])) == (
        "good.csv", ["L-1"], 12,
    )  # fmt: skip
    assert (of["file refused"]["file"], of["file refused"]["codes"]) == ("bad.csv", ["no-table"])
    assert (of["batch judged"]["batch_id"], of["batch judged"]["verdict"]) == ("L-1", "HOLD")
    assert (of["wave judged"]["batches"], of["pass committed"]["refused"]) == (1, 1)
    ids = {line["pass_id"] for line in lines if "pass_id" in line}
    assert ids == {done.pass_id}
    assert "a secret word" not in stream.getvalue(), "no text of a cell"


@pytest.mark.parametrize(
    ("form", "level", "least"), [("text", "", "WARNING"), ("", "info", "INFO"), ("json", "ERROR", "ERROR")]
)
def test_the_settings_decide_form_and_level(monkeypatch, form, level, least):
    stream = logged(monkeypatch, form, level)
    for name in ("DEBUG", "INFO", "WARNING", "ERROR"):
        logging.getLogger("kratom_qc.somewhere").log(getattr(logging, name), "seen", extra={"file": "a\nb.csv"})
    lines = stream.getvalue().splitlines()
    levels = ["DEBUG", "INFO", "WARNING", "ERROR"]
    assert len(lines) == len(levels) - levels.index(least), "a line break in a value makes no line of its own"
    if form == "json":
        assert [json.loads(line)["file"] for line in lines] == ["a\nb.csv"]
    else:
        assert least in lines[0]
        assert lines[0].endswith('seen  file="a\\nb.csv"')


def test_what_is_configured_twice_is_printed_once(monkeypatch):
    first, second = logged(monkeypatch, "", ""), logged(monkeypatch, "", "")
    logging.getLogger("kratom_qc").warning("once")
    assert (first.getvalue(), second.getvalue().count("once")) == ("", 1)


def test_an_exception_is_part_of_its_line(monkeypatch):
    stream = logged(monkeypatch, "json", "")
    try:
        raise OSError("full")
    except OSError:
        logging.getLogger("kratom_qc").exception("failed")
    assert "OSError: full" in json.loads(stream.getvalue())["exception"]


@pytest.mark.parametrize(("name", "value"), [("LOG", "xml"), ("LOG_LEVEL", "loud")])
def test_a_form_or_level_that_there_is_not_is_an_error(monkeypatch, name, value):
    monkeypatch.setenv(f"KRATOM_QC_{name}", value)
    with pytest.raises(RulebookError, match=f"KRATOM_QC_{name} is "):
        logs.configure()


def test_the_log_is_on_standard_error():
    script = "import logging; from kratom_qc import logs; logs.configure(); logging.getLogger('kratom_qc.x').error('e')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (done.stdout, "ERROR" in done.stderr) == ("", True)
