"""The suite that judges, shown: in plain words, as Great Expectations' JSON, and as Data Docs."""

from __future__ import annotations

import html
import json
import re

import pytest

from kratom_qc.app.batches import collect
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.cli import main as cli
from kratom_qc.domain.errors import EngineError
from kratom_qc.judge import engine, suites
from kratom_qc.judge.ends import bands
from kratom_qc.rulebooks import plainly
from kratom_qc.rulebooks.load import load_rulebooks
from tests.factory import REAL, book, certificate, limit, row, rulebooks

BOOKS = load_rulebooks(REAL)
WORDS = {
    "US-UT-R70-580-5-PB": "Lead below 1.2 ppm, Utah R70-580-5",
    "US-UT-R70-580-5-TAMC": "Total Aerobic Microbial Count at most 10 000 000 cfu/g, Utah R70-580-5",
    "US-UT-R70-580-5-SALM": "Salmonella absent in 100 g, Utah R70-580-5",
    "US-UT-4-45-104-2026-PURE-LEAF": "only leaf powder and crushed leaf may be sold, Utah Code 4-45-104 as amended",
    "US-GA-16-13-122-MIT-SERV": "Mitragynine at most 150 mg per serving, O.C.G.A. 16-13-122",
    "US-DEA-2026-20943-RATIO": "Mitragynine : (7-OH + MP) ratio at least 100, FR Doc 2026-20943",
    "US-DEA-2026-13580-BOTANICAL": "7-Hydroxymitragynine at most 0.05 % of the dry weight, FR Doc 2026-13580",
    "SPEC-LEAF-MIT": "Mitragynine 0.3–3 % w/w, our specification",
    "CZ-448-2025-PB": "Lead at most 3 mg/kg, Decree 448/2025 Sb.",
    "WARN-SPIKED-PROFILE": "no 7-Hydroxymitragynine without Speciociliatine, Speciogynine and Paynantheine",
}


@pytest.mark.parametrize("rule_id", WORDS)
def test_a_limit_in_plain_words(rule_id):
    (one,) = [one for book in BOOKS.values() for one in book.limits if one.rule_id == rule_id]
    said = plainly.plainly(one).replace("\u202f", " ")
    assert said.startswith(WORDS[rule_id])


@pytest.mark.parametrize("name", ["us-ut", "leaf_powder", "crushed_leaf", "usp", "screens"])
def test_the_suite_that_is_shown_is_the_one_that_judges(name):
    book = BOOKS[name]
    shown = suites.compiled(book).to_json_dict()
    assert sorted(one["meta"]["role"] for one in shown["expectations"]) == sorted(engine.ROLES)
    by_role = {one["meta"]["role"]: one for one in shown["expectations"]}
    for role, end in (("not outside", 0), ("inside", 1)):
        assert json.loads(by_role[role]["kwargs"]["limits"]) == [list(bands(one)[end]) for one in book.limits]
        assert len(by_role[role]["meta"]["limits"]) == len(book.limits)


def test_words_are_added_for_people_only(tmp_path):
    """A run carries numbers; its suite says nothing in words."""
    books = rulebooks(tmp_path, leaf_powder=book(limit("PB", "lead", "not more than 3 mg/kg", max="3", unit="mg/kg")))
    plain = engine.suite(suites._empty(books["leaf_powder"]))
    assert all(set(one["meta"]) == {"role"} for one in plain.to_json_dict()["expectations"])


# ---------------------------------------------------------------- Data Docs


def read(page) -> str:
    text = re.sub(r"<style.*?</style>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


@pytest.fixture
def documented(tmp_path):
    """Data Docs of a small rulebook and three batches, one with a hostile name."""
    books = rulebooks(
        tmp_path / "books",
        leaf_powder=book(
            limit("PB", "lead", "Lead <1.2 ppm", max="1.2", strict=True, unit="ppm", because="Utah R70-580-5, copy"),
            limit("MGM", "mgm-15", "MGM-15 not detected", kind="not_detected", because="FR Doc 2026-17429"),
            limit(
                "OLD", "lead", "Lead <9 ppm", max="9", strict=True, unit="ppm", status="superseded", effective_to="2020"
            ),
        ),
    )
    readings = [
        certificate("GOOD", row("Lead", "0.3", "mg/kg"), row("MGM-15", "ND", "mg/kg", LOD="0.1")),
        certificate("BAD", row("Lead", "1.9", "mg/kg")),
        certificate("<script>alert(1)</script>$x", row("Lead", "<2", "mg/kg")),
    ]
    batches = collect(readings, JudgementPolicy(dict(books), (), (), on=None))
    return suites.docs(books["leaf_powder"], books, batches, tmp_path / "docs")


def test_data_docs_say_what_is_asked_in_plain_words(documented):
    index, asked, _stands = documented
    assert index.name == "index.html"
    said = read(asked)
    for words in (
        "No result is proven to lie outside its limit. One that is FAILs its batch:",
        "Lead below 1.2 ppm, Utah R70-580-5",
        "MGM-15 not detected, by a method that sees 300 mg/kg, FR Doc 2026-17429",
        "Lead below 9 ppm, section 1 of the Act of this test [superseded, does not decide]",
        "Every result is proven to lie within its limit. One that is not leaves its batch undecided",
    ):
        assert words in said
    assert "expect_results_to_lie_within_limits" not in said  # the raw call that is printed without a renderer


def test_data_docs_name_the_batches_that_do_not_meet_a_limit(documented):
    said = read(documented[2])
    assert "6 of 7 results" in said
    assert "BAD: PB, Lead below 1.2 ppm, Utah R70-580-5: 1.9 mg/kg: proven to lie outside" in said
    assert "<script>alert(1)</script>$x: PB, Lead below 1.2 ppm, Utah R70-580-5: below 2 mg/kg: not proven" in said
    assert "GOOD: " not in said


def test_data_docs_load_nothing_from_elsewhere_and_run_nothing(documented):
    for page in documented:
        text = page.read_text(encoding="utf-8")
        assert not re.search(
            r"<(?:script|iframe|source)\b|(?:src|action)=[\"']?https?:|@import|<link[^>]+https?:", text
        )


def test_data_docs_that_do_not_render_are_an_error(tmp_path, monkeypatch):
    """Great Expectations only logs what it cannot render."""
    books = rulebooks(tmp_path, leaf_powder=book(limit("PB", "lead", "not more than 3 mg/kg", max="3", unit="mg/kg")))
    monkeypatch.setattr("kratom_qc.judge.expectation_words._sentence", lambda words: words / 0)
    with pytest.raises(EngineError, match="did not render"):
        suites.docs(books["leaf_powder"], books, [], tmp_path / "docs")


# ---------------------------------------------------------------- the command


def told(capsys, *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        cli.main([str(argument) for argument in arguments])
    return end.value.code, *capsys.readouterr()


def test_the_suite_is_printed(capsys):
    status, out, _ = told(capsys, "limits", "suite", "us-ut")
    assert status == 0
    assert "Lead below 1.2 ppm, Utah R70-580-5" in out
    assert all(role in out for role in engine.ROLES)


def test_the_suite_is_printed_as_json(capsys):
    status, out, _ = told(capsys, "limits", "suite", "us-ut", "--json")
    assert status == 0
    shown = json.loads(out)
    assert shown["name"] == "us-ut"
    assert shown["meta"]["rulebooks"][0]["sha256"] == BOOKS["us-ut"].sha256


def test_wrong_usage_of_the_suite(capsys, tmp_path):
    assert told(capsys, "limits", "suite", "us-zz")[0] == 64
    assert told(capsys, "limits", "suite", "us-ut", "--results", tmp_path / "x.csv")[0] == 64
    assert told(capsys, "limits", "suite", "us-ut", "--docs", tmp_path / "d", "--results", tmp_path / "x.csv")[0] == 66
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine", encoding="utf-8")
    assert told(capsys, "limits", "suite", "us-ut", "--docs", tmp_path / "full")[0] == 64


def test_data_docs_of_a_real_rulebook(capsys, tmp_path):
    status, _, err = told(capsys, "limits", "suite", "us-ut", "--docs", tmp_path / "docs")
    assert status == 0
    assert "1 pages" in err
    assert "Lead below 1.2 ppm, Utah R70-580-5" in read(tmp_path / "docs" / "expectations" / "us-ut.html")
