"""The command line as a whole: help with examples that run, names that are nearly right, settings, completion, and `run`."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import subprocess
import sys
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import typer

from kratom_qc import settings
from kratom_qc.app.policy import load_policy
from kratom_qc.app.release import whole_pass
from kratom_qc.app.store import Store
from kratom_qc.cli import main as cli
from kratom_qc.cli import passes
from tests.factory import REAL, book, limit, long_csv, row, written

SAMPLES = REAL.parent / "sample_reports" / "certificates"
RUN = ["run", "--on", "2026-11-22"]
# What they name exists in a store of its own
OF_ITS_TIME = ["quarantine retry", "tokens revoke", "archive retain HB-260814-A --delete"]
ELSEWHERE = (["serve"], ["archive", "publish"])  # tests/portal; tests/app/test_bucket.py


def registered(group, path=()) -> list[list[str]]:
    """Every command that a person can type."""
    found = [list(path)]
    for name, command in getattr(group, "commands", {}).items():
        found += registered(command, (*path, name))
    return found


COMMANDS = registered(typer.main.get_command(cli._program()))


def told(capsys, *arguments: str) -> tuple:
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    return end.value.code, *capsys.readouterr()


# ---------------------------------------------------------------- help


def test_every_command_that_can_decide_is_wrapped_before_a_reader_leaves():
    """`main` takes typer's 1 for help into a closed pipe, and ends with 0; no command's 1 may get there."""
    program = cli._program()
    groups = (program, *(group.typer_instance for group in program.registered_groups))
    commands = [command.callback for group in groups for command in group.registered_commands]
    assert len(commands) > 15
    assert all(command.__code__.co_qualname == "_ending.<locals>.ended" for command in commands)
    paths = {" ".join(path) for path in COMMANDS}
    assert paths >= cli._ONLY_TELL


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_every_command_has_help_with_an_example(capsys, path, option):
    status, out, err = told(capsys, *path, option)
    assert (status, err) == (0, "")
    assert out.startswith(f"Usage: {' '.join(['kratom-qc', *path])}")
    assert examples(out)
    assert all(" ".join(["kratom-qc", *path]) in example for example in examples(out))


def test_a_line_of_the_list_of_commands_is_never_cut(capsys):
    cut = {}
    for path in COMMANDS:
        _, out, _ = told(capsys, *path, "--help")
        cut[tuple(path)] = [line for line in out.partition("Commands:")[2].splitlines() if line.endswith("...")]
    assert {path: lines for path, lines in cut.items() if lines} == {}


def test_no_help_imports_anything_heavy():
    """In one process of its own: what one command's help imported would be found behind the last."""
    program = f"""
import sys
from kratom_qc.cli.main import main
for arguments in [["--version"], *([*path, "--help"] for path in {COMMANDS!r})]:
    try: main(arguments)
    except SystemExit as end: assert end.code == 0
heavy = {{"pandas", "numpy", "great_expectations", "prefect", "pyarrow", "openpyxl", "jinja2", "rich", "rapidfuzz"}}
print(sorted(heavy & set(sys.modules)), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr.strip()) == (0, "[]")


def examples(help_text: str) -> list[str]:
    """The command lines of a help text's example."""
    below = help_text.partition("Example:\n")[2]
    return [line.strip() for line in re.match(r"(?:    .*\n)*", below)[0].splitlines()]


@pytest.fixture(scope="module")
def workshop(tmp_path_factory) -> Path:
    """A folder with every file that an example names."""
    folder = tmp_path_factory.mktemp("workshop")
    for name, source in {
        "certificate.xlsx": "01-clean-leaf-harbor-botanics.xlsx",
        "chemistry.xlsx": "04a-chemistry-great-basin.xlsx",
        "microbiology.csv": "04b-microbiology-culture-house.csv",
    }.items():
        (folder / name).write_bytes((SAMPLES / source).read_bytes())
    (folder / "refused.csv").write_text("Batch,Analyte,Result,Unit\nB,Lead,lots,mg/kg\n")
    (folder / "password").write_text("a long word and 7 others\n")
    (folder / "inbox").mkdir()
    (folder / "inbox" / "a.xlsx").write_bytes((folder / "certificate.xlsx").read_bytes())
    (folder / "inbox" / "b.xlsx").write_bytes((folder / "chemistry.xlsx").read_bytes())
    _corrected(folder / "certificate.xlsx", folder / "inbox" / "corrected.xlsx")
    (folder / "inbox" / "b.csv").write_bytes((folder / "microbiology.csv").read_bytes())
    (folder / "drafts").mkdir()
    (folder / "drafts" / "us.toml").write_bytes((REAL / "us.toml").read_bytes())
    whole_pass(folder / "inbox", Store(folder / "store"), load_policy(on=date(2026, 11, 22)))
    return folder


def _corrected(certificate: Path, to: Path) -> None:
    """The same certificate with nickel's limit of detection written otherwise."""
    book = openpyxl.load_workbook(certificate)
    rows = (row for sheet in book for row in sheet.iter_rows())
    (nickel,) = (row for row in rows if row[0].value == "Nickel (Ni)")
    nickel[2].value = 0.009
    book.save(to)


def typed(example: str) -> tuple[list[str], bytes]:
    """The arguments of an example, and what it gives the command to read."""
    piped, _, command = example.rpartition(" | ")
    command, _, source = command.partition(" > ")[0].partition(" < ")
    source = source or piped.removeprefix("cat ")
    program, *arguments = shlex.split(command)
    assert program == "kratom-qc"
    return arguments, Path(source).read_bytes() if source else b""


def test_every_example_runs(workshop, monkeypatch, capsysbinary):
    """One after the other in the order of the help: what one writes, a later one reads."""
    monkeypatch.chdir(workshop)
    ended = {}
    for path in COMMANDS:
        for example in examples(told(capsysbinary, *path, "--help")[1].decode()):
            arguments, given = typed(example)
            if any(arguments[: len(one)] == one for one in ELSEWHERE):
                continue
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
            status, out, err = told(capsysbinary, *arguments)
            ended[example] = (status, out + err)
    assert len(ended) > len(COMMANDS)
    unknown = {example for example in ended if any(f"kratom-qc {name} " in example for name in OF_ITS_TIME)}
    wrong = [f"{example}: {end}" for example, end in ended.items() if end[0] not in (0, 1, 2, 3)]
    left = [line for line in wrong if not any(line.startswith(f"{example}: ") for example in unknown)]
    assert "\n".join(left) == ""
    assert {ended[example][0] for example in unknown} == {64, 66}
    assert [example for example, (_, text) in ended.items() if not text.strip() and "--quiet" not in example] == []


# ---------------------------------------------------------------- names that are nearly right

NEARLY = {
    "a market": (["check", "x.csv", "--market", "us-tex"], 64, "nearest: us-tx;"),
    "a market of the lists": (["limits", "list", "--market", "us-tex"], 64, "nearest: us-tx;"),
    "the beginning of a product": (["check", "x.csv", "--product", "leaf"], 64, "nearest: leaf_powder;"),
    "a misspelt product": (["template", "--product", "extracts"], 64, "nearest: extract;"),
    "a product of the lists": (["limits", "list", "--product", "leafpowder"], 64, "nearest: leaf_powder;"),
    "a rulebook": (["limits", "suite", "us-uta"], 64, "nearest: us-ut"),
    "a code": (["problems", "unkown-unit"], 64, "nearest: UNKNOWN-UNIT"),
    "a command": (["chek", "x.csv"], 64, "Did you mean 'check'?"),
    "an action": (["limits", "lst"], 64, "Did you mean 'list'?"),
    "an option": (["check", "x.csv", "--markt", "us"], 64, "--market"),
}


@pytest.mark.parametrize("story", NEARLY)
def test_the_nearest_name_is_suggested(capsys, story):
    arguments, status, sentence = NEARLY[story]
    ended, out, err = told(capsys, *arguments)
    assert (ended, out) == (status, "")
    assert sentence in err


# ---------------------------------------------------------------- settings

MISSPELT = {
    "KRATOM_QC_STROE": "KRATOM_QC_STORE",
    "KRATOM_QC_EXPECTATION": "KRATOM_QC_EXPECTATIONS",
    "KRATOM_QC_HOME_MARKET": "KRATOM_QC_HOME_MARKETS",
    "KRATOM_QC_MAX_ROW": "KRATOM_QC_MAX_ROWS",
    "KRATOM_QC_LOGLEVEL": "KRATOM_QC_LOG_LEVEL",
}


@pytest.mark.parametrize("name", MISSPELT)
@pytest.mark.parametrize("arguments", [["problems"], ["limits"], ["check", "x.csv"], ["layout", "list"]], ids=" ".join)
def test_a_misspelt_setting_is_an_error_with_the_nearest_name(monkeypatch, capsys, name, arguments):
    monkeypatch.setenv(name, "")
    status, out, err = told(capsys, *arguments)
    assert (status, out) == (70, "")
    assert err == f"kratom-qc: {name} is no setting; nearest: {MISSPELT[name]}\n"


def test_a_pass_without_the_command_line_refuses_a_misspelt_setting_too(monkeypatch):
    monkeypatch.setenv("KRATOM_QC_HOLD_OVERDEU", "yes")
    with pytest.raises(settings.RulebookError, match="nearest: KRATOM_QC_HOLD_OVERDUE"):
        settings.load()


def test_every_setting_may_be_set(monkeypatch, capsys):
    for name in settings.names():
        monkeypatch.setenv(name, "")
    assert told(capsys, "limits", "--intake")[0] == 0


@pytest.mark.parametrize("name", ["KRATOM_QC_LOG", "KRATOM_QC_LOG_LEVEL"])
def test_a_log_that_there_is_not_is_a_broken_setting(monkeypatch, capsys, name):
    monkeypatch.setenv(name, "loud")
    status, out, err = told(capsys, "problems")
    assert (status, out) == (70, "")
    assert f"{name} is 'loud'" in err.replace("LOUD", "loud")


@pytest.mark.parametrize("arguments", [["check", "inbox/refused.csv", "--json"], [*RUN, "--json"]], ids=" ".join)
def test_a_log_never_gets_into_what_programs_read(inbox, monkeypatch, capsys, arguments):
    inbox(refused="0.2")
    monkeypatch.setenv("KRATOM_QC_LOG", "json")
    monkeypatch.setenv("KRATOM_QC_LOG_LEVEL", "DEBUG")
    _, out, err = told(capsys, *arguments)
    assert [json.loads(line)["status"] for line in out.splitlines()] == ["refused"]
    assert all("event" in json.loads(line) for line in err.splitlines())


def test_help_answers_whatever_is_set(monkeypatch, capsys):
    monkeypatch.setenv("KRATOM_QC_STROE", "x")
    assert told(capsys, "check", "--help")[0] == 0


# ---------------------------------------------------------------- completion


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("kratom-qc che", "check"),
        ("kratom-qc check a.csv --market us-t", "us-tx"),
        ("kratom-qc template --product lea", "leaf_powder"),
        ("kratom-qc limits li", "list"),
    ],
)
def test_a_shell_completes_commands_markets_and_products(typed, offered):
    program = "from kratom_qc.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={
            **os.environ,
            "_KRATOM_QC_COMPLETE": "complete_bash",
            "COMP_WORDS": typed,
            "COMP_CWORD": str(typed.count(" ")),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert offered in done.stdout.split()


# ---------------------------------------------------------------- run


LOTS = {"good": "L-1", "open": "L-2", "bad": "L-3"}


@pytest.fixture
def inbox(tmp_path, monkeypatch):
    """An inbox with certificates of one result each; one without a batch is refused."""
    monkeypatch.chdir(tmp_path)
    books = {
        "leaf_powder": book(limit("PB", "lead", "not more than 0.5 mg/kg", max="0.5", unit="mg/kg")),
        "us": book(limit("AGE", kind="attestation", text="sold to adults only"), kind="market"),
    }
    monkeypatch.setenv("KRATOM_QC_EXPECTATIONS", str(written(tmp_path / "rules", **books)))
    Path("inbox").mkdir()

    def arrive(**results: str) -> None:
        for name, printed in results.items():
            facts = {"Batch": LOTS.get(name, ""), "Form": "leaf powder", "Date Tested": "2025-12-28"}
            lead = row("Lead", printed, "mg/kg", LOD="0.02", LOQ="0.01")  # which is a warning
            Path("inbox", f"{name}.csv").write_bytes(long_csv([lead], **facts))

    return arrive


STRICT = [
    ({"good": "0.2"}, 0),
    ({"good": "0.2", "open": "<1"}, 2),
    ({"open": "<1", "bad": "0.9"}, 1),
    ({"bad": "0.9", "refused": "0.2"}, 3),
    ({}, 0),
]


@pytest.mark.parametrize(("results", "status"), STRICT)
def test_a_strict_run_ends_as_check_does_and_another_with_0(inbox, capsys, results, status):
    inbox(**results)
    assert told(capsys, *RUN, "--store", "one")[0] == 0
    assert told(capsys, *RUN, "--store", "other", "--strict")[0] == status


def test_a_run_tells_programs_every_batch_and_every_refused_file(inbox, capsys):
    inbox(good="0.2", bad="0.9", refused="0.2")
    status, out, err = told(capsys, *RUN, "--json")
    objects = [json.loads(line) for line in out.splitlines()]
    assert (status, err) == (0, "")
    assert {one["batch_id"]: (one["verdict"], one["markets"]) for one in objects[:2]} == {
        "L-1": ("PASS", {"us": "may be sold"}),
        "L-3": ("FAIL", {"us": "may not be sold"}),
    }
    assert all(Path("store/reports", one["page"]).is_file() for one in objects[:2])
    assert (objects[2]["file"], objects[2]["status"]) == ("refused.csv", "refused")
    assert told(capsys, *RUN, "--json") == (0, "", "")  # nothing is new


def test_a_quiet_run_prints_nothing_but_errors(inbox, capsys):
    inbox(good="0.2", bad="0.9", refused="0.2")
    assert told(capsys, *RUN, "--quiet", "--strict") == (3, "", "")
    assert told(capsys, *RUN, "--quiet") == (0, "", "")
    status, out, err = told(capsys, *RUN, "--quiet", "--inbox", "nowhere")
    assert (status, out) == (66, "")
    assert "nowhere" in err


def test_a_run_into_a_pipe_prints_a_line_a_batch_and_the_command_for_a_refused_file(inbox, capsys):
    inbox(good="0.2", refused="0.2")
    _, out, err = told(capsys, *RUN)
    lines = out.splitlines()
    assert lines[0].split("\t")[:3] == ["L-1", "Leaf powder", "PASS; 1 warning"]
    assert any("kratom-qc check inbox/refused.csv --annotate to-fix.xlsx" in line for line in lines)
    assert err == ""


def test_progress_is_never_written_where_no_terminal_is(capsys):
    with passes._progress(shown=True) as progress:
        progress("read", 1, 2)
    assert capsys.readouterr() == ("", "")
