"""`kratom-qc rejudge`: what it prints, what it keeps, what it never touches, and how it ends."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pyarrow.parquet as pq
import pytest

from kratom_qc.archive.tables import SCHEMAS
from kratom_qc.cli import main as cli
from tests.factory import book, limit
from tests.rejudge.archived_samples import BOOKS, CERTIFICATES, DAY, FACTS, ROOT, changed, drafts, in_force

DEA = ["--on", "2026-12-01"]


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as end:
        cli.main(["rejudge", *arguments])
    return end.value.code or 0


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    """No line and no cell of a table breaks, however long the path of a test is."""
    monkeypatch.setenv("COLUMNS", "400")


@pytest.fixture
def store(samples, tmp_path) -> Path:
    """A copy of the sample store, which may be written to."""
    return Path(shutil.copytree(samples, tmp_path / "store"))


@pytest.fixture(scope="module")
def dea(tmp_path_factory) -> list[str]:
    """The federal proposal as if it were in force."""
    (path,) = drafts(tmp_path_factory.mktemp("drafts"), us=in_force("us", "2026-20943"))
    return ["--with", str(path)]


class WhatIf(NamedTuple):
    """A store before and after a rejudge by the federal proposal, and what that printed. Never written to."""

    store: Path
    before: dict[str, bytes]
    status: int
    printed: str


@pytest.fixture(scope="module")
def what_if(samples, dea, tmp_path_factory) -> WhatIf:
    store = Path(shutil.copytree(samples, tmp_path_factory.mktemp("what_if") / "store"))
    before = contents(store)
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        patch.setenv("COLUMNS", "400")
        status = run("--store", str(store), *dea, *DEA)
    return WhatIf(store, before, status, printed.getvalue())


@pytest.fixture
def asked(what_if, tmp_path) -> Path:
    """A copy of a store that was asked this once, which may be written to."""
    return Path(shutil.copytree(what_if.store, tmp_path / "asked"))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def answer(store: Path) -> Path:
    (found,) = (path for path in (store / "rejudged").iterdir() if path.is_dir())
    return found


# ---------------------------------------------------------------- what if


def test_a_what_if_says_which_batches_change_where_and_why(what_if):
    assert what_if.status == 0
    said = what_if.printed
    assert "What if: us.toml" in said
    assert "is not law today" in said
    assert "2 of 27 batches change as on 2026-12-01" in said
    assert "KL-2026-044" in said
    assert "US-DEA-2026-20943-RATIO" in said
    page = (answer(what_if.store) / "index.html").read_text(encoding="utf-8")
    for words in (
        "What if", "not law today", "2 of 27 batches change",
        "US-DEA-2026-20943-RATIO", "mitragynine / (7-OH + MP) not less than 100", "FR Doc 2026-20943",
        "pending → in force",
        "KL-2026-044", "<bdi>1.31</bdi>", "Potency!C4", "02-leaf-mercury-summit-plant-lab.xlsx",
    ):  # fmt: skip
        assert words in page, words


def test_the_tables_have_the_archive_s_columns_and_the_new_verdicts(what_if):
    folder = answer(what_if.store)
    for name in ("verdicts", "findings"):
        assert pq.read_schema(folder / f"{name}.parquet") == SCHEMAS[name]
    verdicts = pd.read_parquet(folder / "verdicts.parquet")
    assert verdicts.groupby("batch_id").size().nunique() == 1, "every batch in every market"
    own = verdicts[verdicts.market.isna()].set_index("batch_id")
    assert dict(own.verdict[own.reason.notna()]) == {"KL-2026-044": "FAIL", "CC-0714-W": "FAIL"}
    there = verdicts[(verdicts.batch_id == "CC-0714-W") & (verdicts.market == "us-tx")].iloc[0]
    assert (there.verdict, there.says, there.rule_id, there.reason) == (
        "FAIL", "may not be sold", "US-DEA-2026-20943-RATIO", "HOLD → FAIL",
    )  # fmt: skip
    findings = pd.read_parquet(folder / "findings.parquet")
    asked = json.loads((folder / "terms.json").read_text(encoding="utf-8"))["asked_again"]
    assert set(findings.rule_id[findings.rulebook == "us"]) == {
        one["rule_id"] for one in asked if one["rulebook"] == "us"
    }


def test_json_has_a_line_per_batch_and_says_what_stands_against_it(store, dea, capsys):
    assert run("--store", str(store), *dea, *DEA, "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 27
    by_id = {line["batch_id"]: line for line in lines}
    one = by_id["CC-0714-W"]
    assert (one["before"], one["verdict"], one["judged_on"], one["rejudged_on"]) == (
        "HOLD", "FAIL", "2026-11-22", "2026-12-01",
    )  # fmt: skip
    federal = one["changes"][0]
    assert (federal["market"], federal["before"], federal["after"], federal["rule_id"], federal["limit"]) == (
        "us", "HOLD", "FAIL", "US-DEA-2026-20943-RATIO", "mitragynine / (7-OH + MP) not less than 100",
    )  # fmt: skip
    assert [(found["rule_id"], found["outcome"], found["cell"]) for found in one["findings"]] == [
        ("US-DEA-2026-20943-RATIO", "FAIL", "B13")
    ]
    assert by_id["SHOT-2210"]["changes"] == []


# ---------------------------------------------------------------- kept beside, never over


def test_the_archive_is_not_touched(what_if):
    before, after = what_if.before, contents(what_if.store)
    assert {name: after[name] for name in before} == before
    assert {name.split("/")[0] for name in after.keys() - before.keys()} == {"rejudged"}


def test_the_same_question_again_finds_its_answer(asked, dea, capsys):
    before = contents(asked)
    assert run("--store", str(asked), *dea, *DEA) == 0
    assert "Nothing new" in capsys.readouterr().out
    assert contents(asked) == before


def test_the_same_question_in_another_place_and_by_another_hash_seed_has_the_same_bytes(
    samples, what_if, dea, tmp_path
):
    there = tmp_path / "there"
    words = ["--store", str(samples), *dea, *DEA, "--output", str(there)]
    command = [sys.executable, "-m", "kratom_qc", "rejudge", *words]
    subprocess.run(
        command, env={**os.environ, "PYTHONHASHSEED": "4242"}, check=True, cwd=ROOT, stdout=subprocess.DEVNULL
    )
    made = [contents(what_if.store / "rejudged"), contents(there)]
    assert made[0] == made[1]
    assert len(made[0]) == 4 + 1  # and the lock


def test_another_question_has_an_answer_of_its_own(asked):
    run("--store", str(asked), "--on", "2026-12-01")
    run("--store", str(asked), "--on", "2026-12-01", "--every-limit")
    assert len([path for path in (asked / "rejudged").iterdir() if path.is_dir()]) == 3


def test_what_a_killed_rejudge_left_is_no_answer_and_does_no_harm(asked, dea):
    whole = contents(answer(asked))
    part = answer(asked).with_name(f".{answer(asked).name}.part")
    answer(asked).rename(part)
    (part / "verdicts.parquet").write_bytes(b"half")
    run("--store", str(asked), *dea, *DEA)
    assert contents(answer(asked)) == whole
    assert not part.exists()


def test_nothing_is_kept_where_the_folder_cannot_be_written(store, dea, tmp_path, capsys):
    (tmp_path / "file").write_text("not a folder")
    assert run("--store", str(store), *dea, *DEA, "--output", str(tmp_path / "file" / "out")) == 73
    assert "cannot be written" in capsys.readouterr().err
    assert not (store / "rejudged").exists()


# ---------------------------------------------------------------- nothing changes


def test_unchanged_rulebooks_on_the_same_day_change_nothing_and_find_the_same_byte_for_byte(store, capsys):
    """Every limit is asked again, of every batch, from the archive alone."""
    assert run("--store", str(store), "--on", DAY.isoformat(), "--every-limit") == 0
    assert "0 of 27 batches change" in capsys.readouterr().out
    folder = answer(store)
    for name in ("findings", "verdicts"):
        (path,) = (store / "archive" / name).glob("*.parquet")
        then, now = (_without_pass(pq.read_table(one), name) for one in (path, folder / f"{name}.parquet"))
        assert now == then, name


def _without_pass(table, name: str) -> list[dict[str, object]]:
    """The rows in one order, without what names the pass and what only the archive keeps."""
    beside = {"pass_id", "judged_at", "sequence", "reason", "facts", "doubts", "terms", "remarks", "unread"}
    rows = [{key: value for key, value in row.items() if key not in beside} for row in table.to_pylist()]
    keys = ("batch_id", "rulebook", "rule_id", "why", "cell") if name == "findings" else ("batch_id", "market")
    return sorted(rows, key=lambda row: [str(row[key]) for key in keys])


def test_only_what_has_changed_is_asked_again(store):
    run("--store", str(store), "--on", "2026-08-25")
    asked = json.loads((answer(store) / "terms.json").read_text(encoding="utf-8"))["asked_again"]
    assert {one["why"] for one in asked} == {
        "in force → not yet in force, not deciding",
        "pending → proposed, not deciding",
        "expired, not deciding → in force",
        "asked otherwise of what else the product may be",
    }
    assert "US-DEA-2026-17429-MP" in {one["rule_id"] for one in asked}


# ---------------------------------------------------------------- markets and files


def test_one_market_only(store, tmp_path, capsys):
    lead = changed("us-ut", "US-UT-R70-580-5-PB", **{'"1.2"': '"0.25"', "<1.2 ppm": "<0.25 ppm"})
    (path,) = drafts(tmp_path / "drafts", us_ut=lead)
    assert run("--store", str(store), "--with", str(path), "--market", "us-ut", "--on", DAY.isoformat(), "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    moved = {line["batch_id"]: (line["before"], line["verdict"]) for line in lines if line["changes"]}
    assert moved
    assert set(moved.values()) == {("HOLD", "FAIL")}, "the own verdict is for the market asked, then and now"
    assert {change["market"] for line in lines for change in line["changes"]} == {"us-ut"}


def test_a_new_state_lists_the_batches_it_would_stop(store, tmp_path, capsys):
    act = book(
        limit("US-ZZ-7OH", "7-hydroxymitragynine", "7-OH not more than 0.2 mg/g", max="0.2", unit="mg/g"),
        kind="market", extends=["us"], title="A new state",
    )  # fmt: skip
    (path,) = drafts(tmp_path / "drafts", us_zz=act)
    assert run("--store", str(store), "--with", str(path), "--on", DAY.isoformat(), "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    changes = {line["batch_id"]: line["changes"] for line in lines if line["changes"]}
    assert {change["market"] for found in changes.values() for change in found} == {"us-zz"}
    assert {change["before"] for found in changes.values() for change in found} == {None}
    assert {change["after"] for found in changes.values() for change in found} == {"FAIL", "HOLD"}
    assert "CC-0714-W" in changes


def test_files_are_judged_by_today_s_terms_and_by_the_draft(dea, tmp_path, capsys):
    file = str(CERTIFICATES / "03-leaf-serving-ridge-line.xlsx")
    more = ["--facts", str(FACTS), "--then", DAY.isoformat(), "--output", str(tmp_path / "out")]
    assert run(file, *dea, *DEA, *more) == 0
    said = capsys.readouterr().out
    assert "1 of 1 batch change" in said
    assert "US-DEA-2026-20943-RATIO" in said
    (folder,) = (path for path in (tmp_path / "out").iterdir() if path.is_dir())
    assert sorted(path.name for path in folder.iterdir()) == ["findings.parquet", "index.html", "verdicts.parquet"]
    assert "CC-0714-W" in (folder / "index.html").read_text(encoding="utf-8")


def test_a_refused_file_is_said_and_ends_with_3(dea, capsys):
    refused = str(CERTIFICATES / "21-refused-no-lot-paper-street.csv")
    good = str(CERTIFICATES / "03-leaf-serving-ridge-line.xlsx")
    assert run(refused, good, *dea, *DEA, "--then", DAY.isoformat(), "--json") == 3
    told = capsys.readouterr()
    assert [json.loads(line)["batch_id"] for line in told.out.splitlines()] == ["CC-0714-W"]
    assert "REFUSED" in told.err


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[rulebook\n", "us-zz.toml:1: not readable as TOML"),
        (
            book(limit("US-ZZ-PB", "lead", "lead below 1 ppm", max="2", unit="ppm"), kind="market"),
            "us-zz.toml:11 US-ZZ-PB",
        ),
        (book(limit("US-ZZ-X", "nobody", "x", max="2", unit="ppm"), kind="market", extends=["us-yy"]), "us-yy"),
    ],
    ids=["no TOML", "a text that says something else", "a parent that is not there"],
)
def test_a_broken_draft_stops_everything_before_anything_is_read(tmp_path, capsys, text, told):
    (path,) = drafts(tmp_path / "drafts", us_zz=text)
    assert run("--store", str(tmp_path / "nowhere"), "--with", str(path)) == 70
    assert told in capsys.readouterr().err


def test_what_is_not_there_is_said_in_one_sentence(tmp_path, capsys, store):
    assert run("--store", str(tmp_path / "nowhere")) == 66
    assert "no archive" in capsys.readouterr().err
    assert run("--store", str(store), "--with", str(tmp_path / "us.toml")) == 66
    assert "no such rulebook" in capsys.readouterr().err
    assert run(str(tmp_path / "a.csv")) == 66
    assert run("--store", str(store), "--market", "us-xx") == 64
    assert not (tmp_path / "nowhere").exists()
    assert BOOKS.is_dir()
