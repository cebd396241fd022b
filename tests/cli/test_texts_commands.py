"""`kratom-qc texts` lists what nobody has read and keeps that somebody has; `read --account` tells of every text."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kratom_qc.cli import main as cli
from kratom_qc.vocabulary.texts import load
from tests.factory.sheets import csv_file

HEAD = [["Lot", "L-2026-7"], ["Matrix", "Leaf powder"], ["Date Tested", "2026-03-04"], []]
ROWS = [["Analyte", "Result", "Unit"], ["Lead", "0.3", "mg/kg"], []]
LABORATORY = [["Laboratory", "Tidewater Analytical"]]
MOTTO, ADVERSE = "Our motto is care, also for L-2026-7.", "Do not distribute."
Run = Callable[..., tuple[int, str, str]]
SAID = ("--because", "a motto", "--by", "J. Doe", "--on", "2026-03-05")


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    csv_file(tmp_path, [*LABORATORY, *HEAD, *ROWS, [MOTTO], [ADVERSE]], "both.csv")
    csv_file(tmp_path, [*LABORATORY, *HEAD, *ROWS, [MOTTO]], "motto.csv")
    csv_file(tmp_path, [*HEAD, *ROWS, ["Our motto is care."]], "nameless.csv")
    return tmp_path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """(exit status, standard output, standard error) of a command."""

    def command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            cli.main(list(arguments))
        out, err = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return end.value.code, out, err

    return command


def test_unread_texts_are_listed_with_cells_and_laboratory(run: Run) -> None:
    status, out, _ = run("texts", "both.csv")
    assert status == 2
    assert [line.split("\t") for line in out.splitlines()] == [
        ["A9", "Tidewater Analytical", MOTTO, ""],
        ["A10", "Tidewater Analytical", ADVERSE, "needs a release decision: it speaks against the sample"],
    ]


def test_unread_texts_are_objects_for_programs(run: Run) -> None:
    _, out, _ = run("texts", "both.csv", "--json")
    first, second = map(json.loads, out.splitlines())
    assert (first["cell"], first["kind"], first["text"], first["needs"]) == ("A9", "cell", MOTTO, "")
    assert second["needs"] == "a release decision"


def test_an_accepted_text_is_read_before_on_every_certificate_of_its_laboratory(run: Run, store: Path) -> None:
    status, out, _ = run("texts", "accept", "motto.csv", "--cell", "A9", *SAID)
    assert (status, out.split(";")[0]) == (0, "1 texts accepted in texts.toml")
    (entry,) = load(store / "texts.toml").entries
    assert (entry.text, entry.laboratory, entry.because, entry.by, str(entry.on)) == (
        "Our motto is care, also for {batch}.", "Tidewater Analytical", "a motto", "J. Doe", "2026-03-05",
    )  # fmt: skip
    assert run("texts", "motto.csv")[0] == 0
    next_lot = [
        [said.replace("L-2026-7", "L-2026-8") for said in line] for line in [*LABORATORY, *HEAD, *ROWS, [MOTTO]]
    ]
    csv_file(store, next_lot, "next.csv")
    assert run("texts", "next.csv")[0] == 0
    csv_file(store, [["Laboratory", "Quick and Cheap"], *HEAD, *ROWS, [MOTTO]], "other.csv")
    assert run("texts", "other.csv")[0] == 2


def test_all_accepts_what_needs_no_release_decision(run: Run) -> None:
    status, out, _ = run("texts", "accept", "both.csv", "--all", *SAID)
    assert status == 2
    assert "1 unread left" in out
    assert ADVERSE in out


def test_entries_are_added_behind_those_that_are_there(run: Run, store: Path) -> None:
    run("texts", "accept", "motto.csv", "--all", *SAID)
    run("texts", "accept", "nameless.csv", "--all", "--everywhere", *SAID)
    assert [entry.laboratory for entry in load(store / "texts.toml").entries] == ["Tidewater Analytical", ""]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("both.csv", "--cell", "A10", *SAID), "needs a release decision"),
        (("both.csv", "--cell", "B99", *SAID), "no unread text stands at B99; unread are A9, A10"),
        (("nameless.csv", "--all", *SAID), "--everywhere"), (("both.csv", *SAID), "--cell, or --all"),
        (("both.csv", "--all", "--cell", "A9", *SAID), "--cell, or --all"),
        (("both.csv", "--all", "--because", " ", "--by", "x"), "must not be blank"),
    ],
)  # fmt: skip
def test_what_cannot_be_accepted_is_told_and_nothing_is_written(
    run: Run, store: Path, arguments: tuple[str, ...], told: str
) -> None:
    status, _, err = run("texts", "accept", *arguments)
    assert status == 64
    assert told in err
    assert not (store / "texts.toml").exists()


def test_a_broken_register_is_told_and_kept(run: Run, store: Path) -> None:
    (store / "texts.toml").write_text("[[read]]\ntext = 1\n", encoding="utf-8")
    status, _, err = run("texts", "accept", "motto.csv", "--all", *SAID)
    assert status == 70
    assert "texts.toml:2" in err
    assert (store / "texts.toml").read_text(encoding="utf-8") == "[[read]]\ntext = 1\n"


def test_the_account_tells_every_text_with_its_fate(run: Run) -> None:
    _, out, _ = run("read", "both.csv", "--account", "--json")
    account = {entry["cell"]: (entry["fate"], entry["text"]) for entry in json.loads(out)["account"]}
    assert account["A10"] == ("unread", ADVERSE)
    assert account["B7"] == ("understood", "0.3")
    assert len(account) == 16
    _, table, _ = run("read", "both.csv", "--account")
    assert f"A10\tunread\t{ADVERSE}\t" in table
