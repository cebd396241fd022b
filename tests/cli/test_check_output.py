"""What `kratom-qc check` prints: every reason, one line a problem into a pipe, a table on a terminal; folders and `-`."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest

from kratom_qc.cli import main as cli
from tests.factory import book, limit, long_csv, row, written
from tests.factory.sheets import HEAD, xlsx_file

DAY = ["--on", "2026-11-22"]
LEAF = book(
    limit("PB", "lead", "not more than 0.5 mg/kg", max="0.5", unit="mg/kg"),
    limit("AS", "arsenic", "not more than 1 mg/kg", max="1", unit="mg/kg"),
    limit("CD", "cadmium", "not more than 1 mg/kg", max="1", unit="mg/kg"),
)
BOOKS = {
    "leaf_powder": LEAF,
    "us": book(limit("AGE", kind="attestation", text="sold to adults only"), kind="market", title="United States"),
    "us_al": book(
        limit("BAN", kind="ban", text="kratom may not be sold"), kind="market", extends=["us"], title="Alabama"
    ),
}
RESULTS = {
    "pass": {"Lead": "0.2", "Arsenic": "0.1", "Cadmium": "0.1"},
    "fail": {"Lead": "0.9", "Arsenic": "1.5", "Cadmium": "0.1"},
    "hold": {"Lead": "<1.0", "Arsenic": "0.1"},
    "refused": {"Lead": "0.2", "Arsenic": "0.1", "Cadmium": "0.1"},
}
LOTS = {"pass": "L-1", "fail": "L-2", "hold": "L-3", "refused": ""}


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """A folder with one certificate for each way in which `check` ends, under three small rulebooks."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KRATOM_QC_EXPECTATIONS", str(written(tmp_path / "rules", **BOOKS)))
    for name, results in RESULTS.items():
        rows = [row(analyte, printed, "mg/kg") for analyte, printed in results.items()]
        head = {"Batch": LOTS[name], "Form": "leaf powder", "Date Issued": "2026-11-01"}
        Path(f"{name}.csv").write_bytes(long_csv(rows, **head))
    return tmp_path


@pytest.fixture
def check(capsys):
    """(exit status, lines of standard output as fields, standard error) of a check."""

    def command(*arguments: str) -> tuple[int, list[list[str]], str]:
        with pytest.raises(SystemExit) as end:
            cli.main(["check", *arguments, *DAY])
        out, err = capsys.readouterr()
        return end.value.code, [line.split("\t") for line in out.splitlines()], err

    return command


# ---------------------------------------------------------------- into a pipe

LINES = {
    "pass": [["PASS", "L-1", "", "Leaf powder; may be sold in us; banned: us-al; all 3 limits met; not for us-al", ""]],
    "fail": [
        ["FAIL", "L-2", "", "Leaf powder; may be sold in no market; not: us; banned: us-al", ""],
        ["FAIL", "L-2", "E2 in fail.csv", "Lead 0.9 mg/kg – leaf_powder: not more than 0.5 mg/kg", "PB"],
        ["FAIL", "L-2", "E3 in fail.csv", "Arsenic 1.5 mg/kg – leaf_powder: not more than 1 mg/kg", "AS"],
    ],
    "hold": [
        ["HOLD", "L-3", "", "Leaf powder; may be sold in no market; undecided: us; banned: us-al", ""],
        [
            "INCONCLUSIVE",
            "L-3",
            "E2 in hold.csv",
            "Lead below 1 mg/kg, undecided – leaf_powder: not more than 0.5 mg/kg",
            "PB",
        ],
        ["MISSING", "L-3", "", "Cadmium not measured; leaf_powder asks: not more than 1 mg/kg", "CD"],
    ],
}


@pytest.mark.parametrize("name", LINES)
def test_a_pipe_gets_one_line_for_the_verdict_and_for_every_reason(check, name):
    _, lines, err = check(f"{name}.csv")
    assert [[field.replace("\u202f", " ") for field in line] for line in lines] == LINES[name]
    assert err == ""


@pytest.mark.parametrize("columns", ["20", "400"])
def test_lines_of_a_pipe_are_never_broken_or_padded(check, monkeypatch, columns):
    _, before, _ = check("fail.csv", "hold.csv", "refused.csv", "--markets")
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("FORCE_COLOR", "1")
    _, lines, _ = check("fail.csv", "hold.csv", "refused.csv", "--markets")
    assert lines == before
    assert all(len(line) == 5 for line in lines)
    assert all(field == field.strip() and "\x1b" not in field for line in lines for field in line)


def test_what_a_vendor_wrote_never_starts_a_line_or_a_field_of_its_own(check):
    rows = [row("Lead", "0.9", "mg/kg")]
    Path("sly.csv").write_bytes(long_csv(rows, Batch='x\tPASS\ny"[red]', Form="leaf powder"))
    _, lines, _ = check("sly.csv")
    assert all(len(line) == 5 for line in lines)
    assert {line[0] for line in lines} <= {"FAIL", "INCONCLUSIVE", "MISSING", "REFUSED", "advice"}


def test_the_markets_are_told_one_by_one_where_they_are_asked_for(check):
    _, folded, _ = check("fail.csv")
    _, lines, _ = check("fail.csv", "--markets")
    markets = [line for line in lines if line not in folded]
    assert [(line[0], line[3].partition(":")[0]) for line in markets] == [
        ("may not be sold", "United States us"),
        ("banned", "Alabama us-al"),
    ]


# ---------------------------------------------------------------- on a terminal


def test_a_terminal_gets_a_table_with_every_reason_and_the_markets_in_a_line(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    with pytest.raises(SystemExit) as end:
        cli.main(["check", "fail.csv", *DAY])
    out = capsys.readouterr().out
    assert end.value.code == 1
    assert out.index("what decides") < out.index("not more than 0.5 mg/kg") < out.index("not more than 1 mg/kg")
    assert "may be sold in no market; not: us; banned: us-al" in out
    assert "\t" not in out
    assert "Alabama" not in out


# ---------------------------------------------------------------- refusals

TABLE = [
    *HEAD,
    ["Analyte", "Result", "Unit", "LOD"],
    ["Lead", "0.2", "mg/kg", "0.1"],
    ["Arsenic", "0.2", "mg/kg", "0.1"],
    ["Cadmium", "0.2", "mg/kg", "0.1"],
]
WITHOUT_LOT = TABLE[1:]


def hidden_row(book) -> None:
    book["Results"].row_dimensions[6].hidden = True


def hidden_column(book) -> None:
    book["Results"].column_dimensions["D"].hidden = True


ADVICE = [
    ("refused.csv", "kratom-qc check refused.csv --annotate to-fix.xlsx", True),
    ("refused.csv", "layout draft", False),
    ("no table.csv", "kratom-qc check 'no table.csv' --annotate to-fix.xlsx", True),
    ("no table.csv", "kratom-qc layout draft 'no table.csv'", True),
]


@pytest.mark.parametrize(("file", "command", "told"), ADVICE)
def test_a_refusal_names_the_command_that_helps(check, file, command, told):
    Path("no table.csv").write_text("Batch,L-1\nhello,1\n")
    status, lines, _ = check(file)
    assert status == 3
    assert any(line[0] == "advice" and command in line[3] for line in lines) is told


def one_number_shown_in_three_ways(book) -> None:
    for cell, shown in (("D4", '0.0"5"'), ("D5", '0.0"7"'), ("D6", '0.0"9"')):
        book["Results"][cell].value = 0.1
        book["Results"][cell].number_format = shown


def two_ways(book) -> None:
    one_number_shown_in_three_ways(book)
    book["Results"]["D5"].number_format = '0.0"9"'


GROUPS = {
    "a hidden row": (hidden_row, [("Results!A6:D6", "4 cells in hidden row 6: this cell is hidden")]),
    "a hidden column": (hidden_column, [("Results!D1:D6", "5 cells in hidden column D: this cell is hidden")]),
    "one number shown in three ways": (
        one_number_shown_in_three_ways,
        [("Results!D4:D6", "3 cells in column D, the first: this cell shows '0.15', but holds 0.1")],
    ),
    "two cells alike and another": (
        two_ways,
        [
            ("Results!D4", "this cell shows '0.15', but holds 0.1"),
            ("Results!D5:D6", "2 cells in column D: this cell shows '0.19', but holds 0.1"),
        ],
    ),
}


@pytest.mark.parametrize("story", GROUPS)
def test_problems_that_repeat_are_told_once(check, tmp_path, story):
    dress, told = GROUPS[story]
    status, lines, _ = check(str(xlsx_file(tmp_path, WITHOUT_LOT, dress=dress)))
    assert status == 3
    (first, *others) = [(line[2], line[3], line[4]) for line in lines if line[0] == "REFUSED"]
    assert (first[0], first[2]) == ("Results", "no-batch-id")
    assert [where for where, _, _ in others] == [where for where, _ in told]
    assert all(said.startswith(start) for (_, said, _), (_, start) in zip(others, told, strict=True))


def test_programs_still_get_every_cell(check, tmp_path):
    _, lines, _ = check(str(xlsx_file(tmp_path, WITHOUT_LOT, dress=hidden_row)), "--json")
    cells = [refusal["cell"] for refusal in json.loads(lines[0][0])["refusals"]]
    assert cells == ["", "A6", "B6", "C6", "D6"]


# ---------------------------------------------------------------- what is not understood


NUMBERS = [("2.1x10-2", "write 2.1x10^-2 or 0.021"), ("2,1 x 10-3", "write 2,1x10^-3 or 0,0021")]


@pytest.mark.parametrize(("printed", "advice"), NUMBERS)
def test_the_advice_fits_the_number(check, printed, advice):
    Path("a.csv").write_bytes(long_csv([row("TAMC", printed, "cfu/g")], Batch="L", Form="leaf powder"))
    status, lines, _ = check("a.csv")
    assert status == 2
    assert [advice in line[3] for line in lines if line[4] == "AMBIGUOUS-NUMBER"] == [True]


@pytest.mark.parametrize(
    ("printed", "status", "outcome"), [("1,000", 2, "INCONCLUSIVE"), ("2,000", 1, "FAIL"), ("4.2 x 104", 1, "FAIL")]
)
def test_a_number_with_two_readings_is_judged_as_each(check, printed, status, outcome):
    Path("a.csv").write_bytes(long_csv([row("Arsenic", printed, "mg/kg")], Batch="L-1", Form="leaf powder"))
    ended, lines, _ = check("a.csv")
    assert (ended, [line[0] for line in lines if line[4] == "AS"]) == (status, [outcome])


HELD = {
    "a hidden row": (TABLE, hidden_row, {"HIDDEN": ["C6"]}),
    "a hidden column": (TABLE, hidden_column, {"HIDDEN": ["D4"]}),
    "two units nobody knows": (
        [*TABLE[:4], ["Lead", "1", "scoops", ""], ["Arsenic", "1", "spoons", ""]],
        None,
        {"UNKNOWN-UNIT": ["C5", "C6"]},
    ),
}


@pytest.mark.parametrize("story", HELD)
def test_what_is_not_understood_holds_at_its_cell(check, tmp_path, story):
    rows, dress, told = HELD[story]
    status, lines, _ = check(xlsx_file(tmp_path, rows, dress=dress).name)
    assert status == 2
    held = {code: [line[2] for line in lines if line[4] == code] for code in told}
    assert held == {code: [f"Results!{cell} in certificate.xlsx" for cell in cells] for code, cells in told.items()}


# ---------------------------------------------------------------- folders and standard input


def test_a_folder_stands_for_every_certificate_in_it_and_below_it(check):
    for path in ("in/b.csv", "in/a.csv", "in/below/c.csv", "in/.hidden.csv", "in/~$lock.csv", "in/.git/d.csv"):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(Path("pass.csv").read_bytes())
    status, lines, _ = check("in", "fail.csv", "--json")
    files = [json.loads(line[0])["file"] for line in lines]
    assert files == [str(Path(path)) for path in ("in/a.csv", "in/b.csv", "in/below/c.csv", "fail.csv")]
    assert status == 1


@pytest.mark.parametrize("name", ["empty", "fail.csv/x"])
def test_a_folder_without_a_certificate_is_not_found(check, name):
    Path("empty").mkdir()
    Path("empty/.hidden.csv").write_bytes(b"x")
    status, lines, err = check("pass.csv", name)
    assert (status, lines) == (66, [])
    assert name in err


@pytest.fixture
def standard_input(monkeypatch):
    def give(raw: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))

    return give


@pytest.mark.parametrize("name", ["pass.csv", "fail.csv", "refused.csv", "pass.xlsx"])
def test_a_certificate_on_standard_input_is_read_by_its_content_alone(check, standard_input, tmp_path, name):
    if name == "pass.xlsx":
        xlsx_file(tmp_path, TABLE, name=name)
    by_name, lines, _ = check(name, "--json")
    standard_input(Path(name).read_bytes())
    by_pipe, piped, _ = check("-", "--json")
    one, other = json.loads(lines[0][0]), json.loads(piped[0][0])
    assert by_pipe == by_name
    assert (other["file"], other["sha256"], other["status"]) == ("-", one["sha256"], one["status"])


def test_standard_input_is_read_once_and_never_annotated(check, standard_input):
    standard_input(b"")
    assert check("-", "-")[0] == 64
    assert check("-", "--annotate", "out.xlsx")[0] == 64
    status, lines, _ = check("-")
    assert (status, lines[0][4]) == (3, "empty")
    assert not any(line[0] == "advice" for line in lines)


def test_standard_input_over_the_cap_is_refused(check, standard_input, monkeypatch):
    monkeypatch.setenv("KRATOM_QC_MAX_FILE_BYTES", "100")
    standard_input(b"Batch,Analyte,Result\n" + b"x" * 200)
    status, lines, _ = check("-")
    assert (status, lines[0][4]) == (3, "too-large")


def test_read_takes_standard_input_too(capsys, standard_input):
    standard_input(Path("pass.csv").read_bytes())
    with pytest.raises(SystemExit) as end:
        cli.main(["read", "-", "--json"])
    assert (end.value.code, json.loads(capsys.readouterr().out)["file"]) == (0, "-")


# ---------------------------------------------------------------- a reader that leaves


class Leaving(io.StringIO):
    """A pipe whose reader leaves after some lines."""

    def __init__(self, lines: int, descriptor: int):
        super().__init__()
        self.left, self.descriptor = lines, descriptor

    def write(self, text: str) -> int:
        if self.left == 0:
            raise BrokenPipeError
        self.left -= 1
        return super().write(text)

    def fileno(self) -> int:
        return self.descriptor


ENDS = {
    "nothing of a PASS was read": (["pass.csv", "pass.csv"], 0, 70),
    "a line of a PASS was read": (["pass.csv", "other.csv"], 1, 0),
    "a line of two was read, and the other fails": (["pass.csv", "fail.csv"], 1, 1),
    "nothing of a FAIL was read": (["fail.csv"], 0, 1),
    "nothing of a HOLD was read": (["hold.csv"], 0, 2),
    "nothing of a refused file was read": (["refused.csv"], 0, 3),
}


@pytest.mark.parametrize("style", [[], ["--json"]], ids=["lines", "json"])
@pytest.mark.parametrize("story", ENDS)
def test_a_reader_that_leaves_changes_no_verdict_and_is_told_no_pass(monkeypatch, story, style):
    """`kratom-qc check … | head`: a PASS never ends with 1, and never with 0 where nobody read a line."""
    files, lines, status = ENDS[story]
    Path("other.csv").write_bytes(Path("pass.csv").read_bytes().replace(b"L-1", b"L-9"))
    descriptor = os.open(os.devnull, os.O_WRONLY)
    monkeypatch.setattr(sys, "stdout", Leaving(lines, descriptor))
    with pytest.raises(SystemExit) as end:
        cli.main(["check", *files, *DAY, *style])
    monkeypatch.undo()
    os.close(descriptor)
    assert end.value.code == status


QUIET = [["limits"], ["limits", "list"], ["limits", "due"], ["problems"], ["--help"]]
CLAIMS = [["limits", "lint"], ["read", "pass.csv"], ["texts", "pass.csv"]]


@pytest.mark.parametrize(
    ("arguments", "status"), [*((quiet, 0) for quiet in QUIET), *((claims, 70) for claims in CLAIMS)]
)
def test_a_command_whose_reader_leaves_is_quiet_and_claims_nothing(monkeypatch, capsys, arguments, status):
    descriptor = os.open(os.devnull, os.O_WRONLY)
    monkeypatch.setattr(sys, "stdout", Leaving(0, descriptor))
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    monkeypatch.undo()
    os.close(descriptor)
    assert (end.value.code, capsys.readouterr().err) == (status, "")
