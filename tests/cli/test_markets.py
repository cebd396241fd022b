"""`kratom-qc markets` and the markets in `check`: by id from the store, by file, on a day; nothing is written."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from kratom_qc.app.policy import load_policy
from kratom_qc.app.release import whole_pass
from kratom_qc.app.store import Store
from kratom_qc.cli import main as cli
from tests.factory import book, limit, long_csv, row, written

DAY = ["--on", "2026-11-22"]
BOOKS = {
    "leaf_powder": book(
        limit("PB", "lead", "not more than 0.5 mg/kg", max="0.5", unit="mg/kg"),
        limit("HG", "mercury", "not more than 2 mg/kg", max="2", unit="mg/kg"),
        limit(
            *("NI", "nickel", "not more than 10 mg/kg"),
            max="10",
            unit="mg/kg",
            when_missing="note",
            silence_because="not every leaf is tested for it",
        ),
    ),
    "us": book(
        limit("AGE", kind="attestation", text="sold to adults only"),
        limit(
            "WARN-NI",
            "nickel",
            "nickel not more than 1 mg/kg",
            max="1",
            unit="mg/kg",
            status="guidance",
            screen=True,
            when_missing="note",
            silence_because="a screen asks for nothing",
            because="a study of leaf",
            evidence="secondary",
        ),
        kind="market",
        title="United States, federal",
    ),
    "us_al": book(
        limit("AL-BAN", kind="ban", text="kratom may not be sold"), kind="market", extends=["us"], title="Alabama"
    ),
    "us_tx": book(
        limit("TX-PB", "lead", "below 0.3 mg/kg", max="0.3", strict=True, unit="mg/kg", effective_from="2027-01-01"),
        kind="market",
        extends=["us"],
        title="Texas",
    ),
    "us_ut": book(
        limit("UT-PB", "lead", "not more than 1 mg/serving", max="1", unit="mg/serving", basis="per serving"),
        limit("UT-HG", "mercury", "not more than 1 mg/kg", max="1", unit="mg/kg", decision_rule="guarded"),
        kind="market",
        extends=["us"],
        title="Utah",
    ),
}


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A store with four batches, judged with a facts file; the working directory has their files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KRATOM_QC_EXPECTATIONS", str(written(tmp_path / "rules", **BOOKS)))
    Path("facts.toml").write_text('[[product]]\nmatch = "L-*"\nserving_size = "2 g"\n')
    Path("inbox").mkdir()
    hg = row("Mercury", "0.95", "mg/kg", **{"± U": "0.1"})
    for name, rows in {
        "L-PASS": [row("Lead", "0.4", "mg/kg"), hg, row("Nickel", "0.2", "mg/kg")],
        "L-WARNED": [row("Lead", "0.4", "mg/kg"), hg, row("Nickel", "7", "mg/kg")],
        "L-HOLD": [row("Lead", "<1.0", "mg/kg"), hg],
        "L-FAIL": [row("Lead", "0.9", "mg/kg"), hg],
    }.items():
        Path("inbox", f"{name}.csv").write_bytes(
            long_csv(rows, Batch=name, Form="leaf powder", **{"Date Issued": "2026-11-01"})
        )
    policy = load_policy(on=date(2026, 11, 22), facts=Path("facts.toml"))
    whole_pass(Path("inbox"), Store(Path("store")), policy)
    return tmp_path


@pytest.fixture
def run(place, capsys):  # noqa: ARG001 - in the place
    """(exit status, standard output with single blanks, standard error) of a command."""

    def command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            cli.main(arguments)
        out, err = capsys.readouterr()
        return end.value.code, re.sub(r"\s+", " ", out), err

    return command


def says(run, *arguments: str) -> dict[str, tuple[str, str | None]]:
    """What each market says of one batch, and the rule that decides it."""
    _, out, _ = run("markets", *arguments, "--json")
    return {one["market"]: (one["says"], one["rule_id"]) for one in json.loads(out)["standings"]}


# ---------------------------------------------------------------- from the store


def test_a_batch_of_the_store_in_every_market_with_the_rule_that_decides(run):
    status, out, err = run("markets", "L-PASS", *DAY)
    assert (status, err) == (0, "")
    assert "L-PASS May be sold in 2 of 4 markets on 2026-11-22" in out
    assert "may be sold 2 markets every limit met: United States, federal us; Texas us-tx" in out
    assert "undecided Utah us-ut Mercury from 0.85 to 1.05 mg/kg: not more than 1 mg/kg; conditional pass:" in out
    assert "in L-PASS.csv · UT-HG" in out
    assert "banned Alabama us-al kratom may not be sold AL-BAN" in out


def test_json_has_the_same_on_one_line(run):
    status, out, _ = run("markets", "L-PASS", "L-FAIL", *DAY, "--json")
    one, other = (json.loads(line) for line in out.replace("} {", "}\n{").splitlines())
    assert status == 1
    assert (one["batch_id"], one["verdict"], other["batch_id"], other["verdict"]) == (
        "L-PASS",
        "PASS",
        "L-FAIL",
        "FAIL",
    )
    assert one["markets"] == {"us": "PASS", "us-al": "FAIL", "us-tx": "PASS", "us-ut": "HOLD"}
    assert [(s["market"], s["says"], s["rule_id"], s["cell"]) for s in one["standings"]] == [
        ("us", "may be sold", None, None),
        ("us-al", "banned", "AL-BAN", None),
        ("us-tx", "may be sold", None, None),
        ("us-ut", "undecided", "UT-HG", "E3"),
    ]


@pytest.mark.parametrize(
    ("names", "status"),
    [
        (["L-PASS"], 0),
        (["L-WARNED"], 0),
        (["L-PASS", "L-HOLD"], 2),
        (["L-HOLD", "L-FAIL"], 1),
        (["inbox/L-HOLD.csv"], 2),
        (["L-PASS", "inbox/L-FAIL.csv"], 1),
        (["L-FAIL", "bad.csv"], 3),
    ],
)
def test_it_ends_like_check(run, names, status):
    Path("bad.csv").write_text("analyte,result,unit\nLead,0.2,mg/kg\n")
    assert run("markets", *names, *DAY)[0] == status


def test_a_law_of_next_year_counts_next_year(run):
    assert says(run, "L-PASS", *DAY)["us-tx"] == ("may be sold", None)
    assert says(run, "L-PASS", "--on", "2027-01-01")["us-tx"] == ("may not be sold", "TX-PB")


def test_markets_that_are_asked_for_are_judged_alone(run):
    assert says(run, "L-PASS", *DAY, "--market", "us-ut", "--market", "us-al") == {
        "us-ut": ("undecided", "UT-HG"),
        "us-al": ("banned", "AL-BAN"),
    }
    assert run("markets", "L-PASS", *DAY, "--market", "us-ut")[0] == 2
    assert run("markets", "L-PASS", *DAY, "--market", "us-zz")[0] == 64


def test_what_the_vendor_declared_when_it_was_judged_still_counts_and_a_facts_file_now_takes_its_place(run):
    Path("larger.toml").write_text('[[product]]\nmatch = "L-*"\nserving_size = "9 kg"\n')
    assert says(run, "L-PASS", *DAY)["us-ut"] == ("undecided", "UT-HG")
    assert says(run, "L-PASS", *DAY, "--facts", "larger.toml")["us-ut"] == ("may not be sold", "UT-PB")
    assert says(run, "inbox/L-PASS.csv", *DAY)["us-ut"][0] == "undecided"  # a file alone declares nothing


def test_the_store_is_only_read(run, place):
    def everything() -> dict[str, tuple[bytes, int]]:
        files = (path for path in (place / "store").rglob("*"))
        return {str(one): (one.read_bytes() if one.is_file() else b"", one.stat().st_mtime_ns) for one in files}

    before = everything()
    assert run("markets", "L-PASS", "L-FAIL", *DAY)[0] == 1
    assert everything() == before


NOT_FOUND = {
    "an unknown id, with the nearest": (["L-PASSS"], "'L-PASSS' is no file, and no batch of store; nearest: L-PASS"),
    "one known and one unknown id": (["L-PASS", "Q"], "'Q' is no file, and no batch of store"),
    "a file that is not there": (["nowhere.csv"], "'nowhere.csv' is no file, and no batch of store"),
    "a store that is not there": (["L-PASS", "--store", "elsewhere"], "elsewhere: no archive"),
}


@pytest.mark.parametrize("story", NOT_FOUND)
def test_what_is_not_there_ends_with_66_and_makes_nothing(run, place, story):
    arguments, sentence = NOT_FOUND[story]
    status, out, err = run("markets", *arguments, *DAY)
    assert (status, out) == (66, "")
    assert sentence in err
    assert not (place / "elsewhere").exists()


# ---------------------------------------------------------------- check


def test_check_folds_the_markets_of_each_batch_into_a_line(run):
    _, out, _ = run("check", "inbox/L-PASS.csv", "inbox/L-FAIL.csv", *DAY, "--facts", "facts.toml")
    assert "may be sold in us, us-tx; undecided: us-ut; banned: us-al" in out
    assert "not: us, us-tx, us-ut; banned: us-al" in out
    assert "UT-HG" not in out


def test_check_tells_what_decides_in_every_market_where_it_is_asked_for(run):
    _, out, _ = run("check", "inbox/L-PASS.csv", *DAY, "--facts", "facts.toml", "--markets")
    assert "undecided L-PASS Utah us-ut: Mercury from 0.85 to 1.05 mg/kg: not more than 1 mg/kg" in out
    assert "banned L-PASS Alabama us-al: kratom may not be sold AL-BAN" in out


def test_a_pass_with_warnings_says_so_and_what_they_are(run):
    _, out, _ = run("check", "inbox/L-WARNED.csv", "inbox/L-PASS.csv", *DAY, "--facts", "facts.toml")
    warned = out[out.index("L-WARNED") : out.index("L-PASS")]
    assert "warning L-WARNED Nickel 7 mg/kg – us: nickel not more than 1 mg/kg" in warned
    assert "warning" not in out[out.index("L-PASS") :]


def test_check_in_json_tells_standings_warnings_conditions_and_decision_rules(run):
    _, out, _ = run("check", "inbox/L-WARNED.csv", *DAY, "--json", "--facts", "facts.toml")
    (batch,) = json.loads(out)["batches"]
    assert batch["warnings"] == ["Nickel 7 mg/kg – us: nickel not more than 1 mg/kg"]
    assert {one["market"]: one["says"] for one in batch["standings"]}["us-al"] == "banned"
    found = {one["rule_id"]: one for one in batch["findings"]}
    assert (found["UT-HG"]["outcome"], found["UT-HG"]["conditional"]) == ("INCONCLUSIVE", "conditional pass")
    assert found["UT-HG"]["decision_rule"] == "guard band w = U (ILAC-G8:09/2019 4.2.3)"
    assert found["PB"]["decision_rule"] == "simple acceptance (ILAC-G8:09/2019 4.2.1)"
    assert [rule for rule, one in found.items() if one["screen"]] == ["WARN-NI"]
    assert (found["PB"]["overrides"], found["PB"]["changes"]) == ("", [])
