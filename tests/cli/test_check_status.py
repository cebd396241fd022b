"""`kratom-qc check`: how it ends. Highest first: 3 refused, 1 FAIL, 2 HOLD, 0 PASS; 64 usage, 66 not found, 70 broken."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest
import typer

from kratom_qc.cli import main as cli
from kratom_qc.cli.exit_status import exit_status
from tests.factory import CLEAN_LEAF, book, clean_leaf, limit, long_csv, row, written

DAY = ["--on", "2026-11-22"]
TESTED = {"Date_Tested": "2025-12-28"}
LEAD = limit("PB", "lead", "not more than 0.5 mg/kg", max="0.5", unit="mg/kg")


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Four files by how they end, judged by one small rulebook in one market."""
    monkeypatch.chdir(tmp_path)
    folder = written(
        tmp_path / "rules",
        leaf_powder=book(LEAD),
        us=book(
            limit(
                "NI", "nickel", "not more than 1 mg/kg", max="1", unit="mg/kg", when_missing="note", silence_because="x"
            ),
            kind="market",
        ),
        cz=book(limit("HG", "mercury", "not more than 1 mg/kg", max="1", unit="mg/kg"), kind="market"),
    )
    monkeypatch.setenv("KRATOM_QC_EXPECTATIONS", str(folder))
    said = {"pass": "0.2", "hold": "<1.0", "fail": "0.9", "refused": "0.2"}
    for name, text in said.items():
        lot = {} if name == "refused" else {"Batch": name.upper()}
        Path(f"{name}.csv").write_bytes(long_csv([row("Lead", text, "mg/kg")], Form="leaf powder", **lot, **TESTED))
    return said


def status(*arguments: str) -> int:
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    return end.value.code


ENDS = {"refused": 3, "fail": 1, "hold": 2, "pass": 0}


@pytest.mark.parametrize(
    ("decisions", "refused", "ends"),
    [
        ([], False, 70), (["MAYBE"], False, 70), (["PASS", "MAYBE"], False, 70),
        (["PASS"], False, 0), (["PASS", "HOLD"], False, 2), (["PASS", "HOLD", "FAIL"], False, 1), ([], True, 3),
    ],
)  # fmt: skip
def test_nothing_and_an_unknown_word_are_no_pass(decisions, refused, ends):
    assert exit_status(decisions, refused=refused) == ends


@pytest.mark.parametrize(("said", "ends"), [(None, 70), ("0", 70), (0, 0), (2, 2)])
def test_a_command_that_gives_no_status_has_not_said_that_all_is_well(monkeypatch, said, ends):
    program = typer.Typer()
    program.command("tell")(lambda: said)
    monkeypatch.setattr(cli, "_program", lambda: program)
    assert status() == ends


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("names", [names for size in (1, 2, 3, 4) for names in combinations(ENDS, size)], ids="+".join)
def test_the_worst_file_decides_how_it_ends(names):
    """Refused before FAIL before HOLD before PASS, whatever the order of the files."""
    files = [f"{name}.csv" for name in names]
    assert status("check", *(files if len(names) % 2 else files[::-1]), *DAY) == ENDS[names[0]]


WRONG_USAGE = {
    "no command": [],
    "an unknown command": ["judge"],
    "no file": ["check"],
    "an unknown option": ["check", "pass.csv", "--fast"],
    "an unknown market": ["check", "pass.csv", "--market", "us-zz"],
    "one known and one unknown market": ["check", "pass.csv", "--market", "us", "--market", "us-zz"],
    "a product as a market": ["check", "pass.csv", "--market", "leaf_powder"],
    "an unknown product": ["check", "pass.csv", "--product", "lozenge"],
    "a date of another order": ["check", "pass.csv", "--on", "22.11.2026"],
    "a day that does not exist": ["check", "pass.csv", "--on", "2026-02-30"],
    "no date": ["check", "pass.csv", "--on", ""],
    "two files for read": ["read", "pass.csv", "hold.csv"],
    "an unknown action": ["limits", "delete"],
    "an unknown rule": ["limits", "show", "NO-SUCH-RULE"],
    "show without a name": ["limits", "show"],
}


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("story", WRONG_USAGE)
def test_wrong_usage_ends_with_64(capsys, story):
    assert status(*WRONG_USAGE[story]) == 64
    out, err = capsys.readouterr()
    assert out == ""
    assert err.strip()
    assert "Traceback" not in err


@pytest.mark.usefixtures("files")
def test_an_unknown_market_is_answered_with_the_known_ones(capsys):
    assert status("check", "pass.csv", "--market", "us-zz") == 64
    assert "known markets: cz, us" in capsys.readouterr().err


NOT_FOUND = {
    "one file": ["check", "nowhere.csv"],
    "one of two files": ["check", "pass.csv", "nowhere.csv"],
    "a folder for read": ["read", "rules"],
    "read": ["read", "nowhere.csv"],
    "the facts file": ["check", "pass.csv", "--facts", "nowhere.toml"],
}


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("story", NOT_FOUND)
def test_what_is_not_there_ends_with_66(capsys, story):
    assert status(*NOT_FOUND[story], "--json") == 66
    out, err = capsys.readouterr()
    assert out == ""  # no verdict over fewer certificates than were named
    assert ("nowhere" in err) or ("rules" in err)


BROKEN = {
    "a limit with a mistake": (
        "leaf_powder.toml",
        book(limit("PB", "lead", "not more than 4 mg/kg", max="3", unit="mg/kg")),
    ),
    "no TOML": ("leaf_powder.toml", "[rulebook"),
    "a text that is a number": ("leaf_powder.toml", book(limit("PB", "lead", 5, max="3", unit="mg/kg"))),
    "an age that is text": ("leaf_powder.toml", book(LEAD, certificate_max_age_days="730")),
    "a month that does not exist": (
        "leaf_powder.toml",
        book(limit("PB", "lead", "not more than 3 mg/kg", max="3", unit="mg/kg", effective_from="2026-13")),
    ),
}


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("story", BROKEN)
@pytest.mark.parametrize(
    "command", [["check", "dated.csv", *DAY], ["limits", "lint"], ["limits", "list"]], ids=lambda c: " ".join(c[:2])
)
def test_a_broken_rulebook_ends_with_70(tmp_path, capsys, story, command):
    """Not with 1: that is the verdict FAIL."""
    name, text = BROKEN[story]
    (tmp_path / "rules" / name).write_text(text, encoding="utf-8")
    rows = long_csv([row("Lead", "0.2", "mg/kg")], Batch="B", Form="leaf powder", Date_Issued="2026-11-01")
    Path("dated.csv").write_bytes(rows)
    assert status(*command) == 70
    assert "leaf_powder.toml" in capsys.readouterr().err


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("folder", ["nowhere", "empty"])
def test_a_folder_without_rulebooks_ends_with_70(tmp_path, monkeypatch, folder):
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("KRATOM_QC_EXPECTATIONS", str(tmp_path / folder))
    assert status("check", "pass.csv") == 70


@pytest.mark.usefixtures("files")
def test_a_home_market_without_a_rulebook_is_a_broken_setting(monkeypatch):
    monkeypatch.setenv("KRATOM_QC_HOME_MARKETS", "us-zz")
    assert status("check", "pass.csv") == 70


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    "fault", [RuntimeError("a fault"), KeyError("not outside"), MemoryError()], ids=lambda fault: type(fault).__name__
)
def test_a_fault_of_the_program_ends_with_70(monkeypatch, fault):
    """An exception nobody foresaw would end with 1, which says FAIL."""
    from kratom_qc.judge import engine

    def broken(_groups):
        raise fault

    monkeypatch.setattr(engine, "outcomes", broken)
    assert status("check", "pass.csv", *DAY) == 70


@pytest.mark.usefixtures("files")
def test_the_default_day_is_today(capsys):
    assert status("check", "pass.csv", "--json") == 0
    assert '"judged_on":"20' in capsys.readouterr().out


@pytest.mark.usefixtures("files")
def test_the_markets_asked_for_decide():
    """`cz` asks for mercury, which nobody measured."""
    assert status("check", "pass.csv", *DAY, "--market", "us") == 0
    assert status("check", "pass.csv", *DAY, "--market", "cz") == 2
    assert status("check", "pass.csv", *DAY, "--market", "us", "--market", "cz") == 2
    assert status("check", "pass.csv", *DAY) == 0  # the home market is `us`


@pytest.mark.usefixtures("files")
def test_the_product_may_be_said_where_the_certificate_does_not():
    Path("formless.csv").write_bytes(long_csv([row("Lead", "0.2", "mg/kg")], Batch="B", **TESTED))
    assert status("check", "formless.csv", *DAY) == 2
    assert status("check", "formless.csv", *DAY, "--product", "leaf_powder") == 0
    assert status("check", "pass.csv", *DAY, "--product", "extract") == 2


def test_a_certificate_over_the_real_rulebooks(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("clean.csv").write_bytes(long_csv(clean_leaf(), Batch="000123", Form="leaf powder", **TESTED))
    Path("short.csv").write_bytes(long_csv(clean_leaf(Salmonella=None), Batch="1E5", Form="leaf powder", **TESTED))
    assert status("check", "clean.csv", *DAY, "--market", "us") == 0
    assert "000123" in capsys.readouterr().out
    assert status("check", "short.csv", *DAY, "--market", "us") == 2
    out = capsys.readouterr().out
    assert "1E5" in out
    assert "Salmonella" in out.replace("\n", "")
    assert len(CLEAN_LEAF) > 10


# ---------------------------------------------------------------- where the verdict is printed


@pytest.mark.usefixtures("files")
def test_a_reader_that_goes_away_is_not_told_pass(monkeypatch):
    """`kratom-qc check --json bad.csv | head -0` may not end with 0: a script would read PASS."""
    reading, writing = os.pipe()
    os.close(reading)
    with contextlib.suppress(BrokenPipeError), os.fdopen(writing, "w", encoding="utf-8") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        assert status("check", "fail.csv", *DAY, "--json") != 0


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@pytest.mark.parametrize("style", [["--json"], []], ids=["json", "table"])
def test_a_terminal_that_cannot_print_every_letter_still_gets_the_verdict(monkeypatch, capsys, encoding, style):
    Path("řeřicha.csv").write_bytes(long_csv([row("Lead", "0.9", "mg/kg")], Batch="šarže-č", Form="leaf powder"))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    assert status("check", "řeřicha.csv", *DAY, *style) == 1
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("files")
def test_a_process_ends_so_too():
    """With FAIL and HOLD in test_check_json.py: a process that judges takes seconds."""
    program = "import sys; from kratom_qc.cli.main import main; main(sys.argv[1:])"
    arguments = [sys.executable, "-c", program, "check", "refused.csv", *DAY, "--json"]
    done = subprocess.run(arguments, capture_output=True, check=False)
    assert (done.returncode, done.stdout.count(b"\n"), done.stderr) == (3, 1, b"")
