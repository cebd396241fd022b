"""`kratom-qc limits …` and `--help`: what a person asks before there is a certificate, answered without the heavy libraries."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from kratom_qc.cli import main as cli
from kratom_qc.rulebooks.load import load_rulebooks
from tests.factory import REAL, book, limit, written

HEAVY = ("pandas", "numpy", "great_expectations", "prefect", "pyarrow", "openpyxl", "jinja2")


def told(capsys, *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    return end.value.code, *capsys.readouterr()


def test_every_rulebook_is_listed(capsys):
    status, out, _ = told(capsys, "limits", "list")
    assert status == 0
    assert all(f"{name}  " in out for name in load_rulebooks(REAL))


def test_the_known_analytes_are_listed(capsys):
    status, out, _ = told(capsys, "limits", "list", "--analytes")
    assert status == 0
    ids = [line.split()[0] for line in out.splitlines() if line.strip()]
    assert {
        "mitragynine",
        "7-hydroxymitragynine",
        "mitragynine-pseudoindoxyl",
        "mgm-15",
        "mgm-16",
        "lead",
        "cadmium",
        "arsenic",
        "mercury",
        "nickel",
        "salmonella",
        "e-coli",
        "tamc",
        "tymc",
        "btgn",
    } <= set(ids)
    assert len(ids) > 250


def test_the_linter_finds_no_mistake_in_ours(capsys):
    status, out, _ = told(capsys, "limits", "lint")
    assert status == 0
    assert "no mistake found" in out


def test_the_linter_tells_every_mistake(tmp_path, monkeypatch, capsys):
    written(
        tmp_path,
        leaf_powder=book(limit("PB", "leed", "not more than 3 mg/kg", max="3", unit="mg/kg")),
        us=book(limit("AS", "arsenic", "not more than 3 mg/kg", max="4", unit="mg/kg"), kind="market"),
    )
    monkeypatch.setenv("KRATOM_QC_EXPECTATIONS", str(tmp_path))
    status, out, err = told(capsys, "limits", "lint")
    assert (status, out) == (70, "")
    assert "leaf_powder.toml:10 PB: of 'leed' is no analyte" in err
    assert "us.toml:11 AS: the text 'not more than 3 mg/kg' says <= 3, the limit <= 4" in err


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("US-UT-R70-580-5-BTGN", ["NMT <10,000 cfu/g", "in_force", "2023-02-27", "casetext"]),
        ("us-tx", ["US-TX-444.003-7OH-TA", "US-TX-444.003-SYNTH"]),
    ],
)
def test_a_rule_or_a_rulebook_is_shown_with_its_source(capsys, name, says):
    status, out, _ = told(capsys, "limits", "show", name)
    assert status == 0
    assert all(part in " ".join(out.split()) for part in says)


# ---------------------------------------------------------------- light


def loaded(*arguments: str) -> tuple[int, list[str], str]:
    """(exit status, heavy libraries imported, standard output) of a command in a process of its own."""
    program = f"""
import atexit, json, sys
atexit.register(lambda: print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]), file=sys.stderr))
from kratom_qc.cli.main import main
main(sys.argv[1:])
"""
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stderr.splitlines()[-1]), done.stdout


def test_help_tells_how_commands_end():
    out = loaded("--help")[2]
    for status in (
        "3 some file was refused",
        "1 some batch FAILs",
        "2 some batch is on HOLD",
        "64 wrong usage",
        "66 input not found",
        "70 internal",
        "73 store not writable",
    ):
        assert status in out


@pytest.mark.parametrize(
    "arguments", [["limits", "lint"], ["check", "nowhere.csv"], ["check", "x.csv", "--market", "zz"]], ids=" ".join
)
def test_what_judges_nothing_does_not_wait_for_the_engine(arguments):
    assert not {"pandas", "great_expectations", "prefect", "pyarrow"} & set(loaded(*arguments)[1])


def test_reading_does_not_wait_for_the_engine(tmp_path):
    (tmp_path / "a.csv").write_text("Batch,Analyte,Result,Unit\nB,Lead,0.2,mg/kg\n", encoding="utf-8")
    status, heavy, _ = loaded("read", str(tmp_path / "a.csv"))
    assert status == 0
    assert not {"pandas", "great_expectations", "prefect", "pyarrow"} & set(heavy)
