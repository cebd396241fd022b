"""`kratom-qc limits …` and `--help`: what a person asks before there is a certificate, answered without the heavy libraries."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kratom_qc.cli import main as cli
from kratom_qc.rulebooks.load import load_rulebooks
from tests.factory import REAL, book, limit, written

ENGINE = ("pandas", "great_expectations", "prefect", "pyarrow")
US = book(limit("AGE", kind="attestation", text="sold to adults only"), kind="market")
LIGHT = {"limits lint rules/us.toml": 0, "check nowhere.csv": 66, "check a.csv --market zz": 64, "read a.csv": 0}


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


def test_help_tells_how_commands_end(capsys):
    out = told(capsys, "--help")[1]
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


def test_what_judges_nothing_does_not_wait_for_the_engine(tmp_path, monkeypatch):
    """In one process of its own: what one command imported would be found behind the last."""
    leaf = book(limit("PB", "lead", "not more than 3 mg/kg", max="3", unit="mg/kg"))
    monkeypatch.setenv("KRATOM_QC_EXPECTATIONS", str(written(tmp_path / "rules", leaf_powder=leaf, us=US)))
    (tmp_path / "a.csv").write_text("Batch,Analyte,Result,Unit\nB,Lead,0.2,mg/kg\n", encoding="utf-8")
    program = f"""
import sys
from kratom_qc.cli.main import main
for line, ends in {LIGHT!r}.items():
    try: main(line.split())
    except SystemExit as end: assert end.code == ends, (line, end.code)
print(sorted({{*{ENGINE!r}}} & set(sys.modules)))
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
