"""`kratom-qc limits list|show|lint|page`, and what every command does where a rulebook has a mistake: nothing."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from kratom_qc.cli import main as cli
from kratom_qc.cli.limits.books import today
from kratom_qc.report.limits import limits_page
from kratom_qc.rulebooks.load import load_rulebooks
from tests.factory import REAL, book, limit, written

MG = "mg/kg"


def told(capsys, *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        cli.main([str(argument) for argument in arguments])
    return end.value.code, *capsys.readouterr()


def lead(rule_id: str, maximum: str = "3", **more: object) -> str:
    return limit(rule_id, "lead", f"not more than {maximum} mg/kg", **{"max": maximum, "unit": MG, **more})


@pytest.fixture
def folder(tmp_path, monkeypatch):
    at = written(
        tmp_path / "expectations",
        usp=book(lead("USP-PB", "5", status="compendial"), kind="standard"),
        leaf_powder=book(
            '[[override]]\nid = "USP-PB"\nstatus = "adopted"\nbecause = "our specification, section 1"\n',
            lead("SCREEN", "1", screen=True),
            title="Leaf",
            extends=["usp"],
        ),
        us=book(
            lead("OLD", "9", status="superseded", effective_from="2020", effective_to="2025-12-31"),
            lead("NOW", "2", effective_from="2026-01-01", effective_to="2026-12-31", supersedes=["OLD"]),
            lead("NEXT", "1", effective_from="2027-01-01", supersedes=["NOW"]),
            lead("BILL", "0.5", status="proposed"),
            limit("LABEL", text="the label states the dose", kind="attestation"),
            kind="market",
            covers=["leaf_powder"],
        ),
        us_tx=book(
            limit("TX", text="kratom is banned", kind="ban"), kind="market", extends=["us"], covers=["leaf_powder"]
        ),
    )
    monkeypatch.setenv("KRATOM_QC_EXPECTATIONS", str(at))
    return at


# ---------------------------------------------------------------- list

ON = {
    "2025-06-01": {"OLD": "superseded", "NOW": "not yet in force", "NEXT": "not yet in force"},
    "2026-06-01": {"OLD": "superseded", "NOW": "in_force", "NEXT": "not yet in force"},
    "2027-06-01": {"OLD": "superseded", "NOW": "expired", "NEXT": "in_force"},
}


@pytest.mark.parametrize("day", ON)
@pytest.mark.usefixtures("folder")
def test_how_every_limit_stands_on_a_day(capsys, day):
    status, out, _ = told(capsys, "limits", "list", "--on", day, "--market", "us", "--json")
    assert status == 0
    found = {one["rule_id"]: one for one in map(json.loads, out.splitlines())}
    assert list(found) == ["OLD", "NOW", "NEXT", "BILL", "LABEL"]
    assert {rule_id: found[rule_id]["stands"] for rule_id in ON[day]} == ON[day]
    assert {rule_id for rule_id, one in found.items() if one["decides"]} == {
        rule_id for rule_id, stands in ON[day].items() if stands == "in_force"
    }
    assert {one["on"] for one in found.values()} == {day}


@pytest.mark.usefixtures("folder")
def test_a_market_is_listed_with_every_rulebook_it_lies_under(capsys):
    _, out, _ = told(capsys, "limits", "list", "--market", "us-tx", "--json")
    assert {one["rulebook"] for one in map(json.loads, out.splitlines())} == {"us", "us-tx"}


@pytest.mark.usefixtures("folder")
def test_a_product_is_listed_with_its_own_rulebook_and_what_overrides(capsys):
    _, out, _ = told(capsys, "limits", "list", "--product", "leaf_powder", "--market", "us", "--json")
    found = {(one["rulebook"], one["rule_id"]): one for one in map(json.loads, out.splitlines())}
    assert ("usp", "USP-PB") not in found
    assert found["leaf_powder", "USP-PB"]["overrides"] == "usp"
    assert "status: compendial → adopted" in found["leaf_powder", "USP-PB"]["changes"]
    _, out, _ = told(capsys, "limits", "list", "--product", "leaf_powder", "--market", "us")
    assert "overrides usp: status: compendial → adopted" in out
    assert "warns only" in out
    assert "a condition, never decides" in out


@pytest.mark.usefixtures("folder")
def test_a_market_that_does_not_speak_of_a_product_says_so(capsys):
    _, out, _ = told(capsys, "limits", "list", "--product", "extract", "--market", "us")
    assert "us does not speak of extract: a batch of it is held there" in out


@pytest.mark.usefixtures("folder")
def test_numbers_of_the_list_are_decimal_strings(capsys):
    _, out, _ = told(capsys, "limits", "list", "--market", "us", "--json")
    bill = next(one for one in map(json.loads, out.splitlines()) if one["rule_id"] == "BILL")
    assert (bill["low"], bill["high"], bill["high_open"], bill["unit"], bill["basis"]) == (
        "0",
        "0.5",
        False,
        MG,
        "as received",
    )


def test_wrong_usage_of_the_list(capsys):
    assert told(capsys, "limits", "list", "--market", "us-zz")[0] == 64
    assert told(capsys, "limits", "list", "--product", "soap")[0] == 64
    assert told(capsys, "limits", "list", "--on", "tomorrow")[0] == 64
    assert told(capsys, "limits", "nonsense")[0] == 64


def test_limits_alone_lists_the_rulebooks(capsys):
    status, out, _ = told(capsys, "limits")
    assert status == 0
    assert all(re.search(rf"^{name}\t", out, re.MULTILINE) for name in load_rulebooks(REAL))
    assert "limits list · show ID" in out


# ---------------------------------------------------------------- show


@pytest.mark.usefixtures("folder")
def test_everything_about_a_limit_is_shown(capsys):
    status, out, _ = told(capsys, "limits", "show", "NOW", "--on", "2026-06-01")
    assert status == 0
    for words in (
        "A rulebook of a test (us.toml:21)",
        "Lead at most 2 mg/kg",
        "“not more than 2 mg/kg”",
        "leaf powder",
        "simple acceptance (ILAC-G8:09/2019 4.2.1)",
        "not tested holds the batch",
        "in force since 2026-01-01 until 2026-12-31",
        "primary (primary text read)",
        "section 1 of the Act of this test",
        "2026-11-22",
    ):
        assert words in out
    lines = {line.split()[0]: line for line in out.splitlines()}
    assert "OLD" in lines["supersedes"]
    assert "NEXT" in lines["superseded"]


@pytest.mark.usefixtures("folder")
def test_an_overridden_limit_is_shown_where_it_stands_and_where_it_is_overridden(capsys):
    _, out, _ = told(capsys, "limits", "show", "USP-PB")
    assert re.search(r"overridden in\s+leaf_powder", out)
    assert re.search(r"overrides\s+usp: status: compendial → adopted", out)


@pytest.mark.usefixtures("folder")
def test_a_name_nobody_knows_is_answered_with_the_nearest(capsys):
    status, _, err = told(capsys, "limits", "show", "USP-PD")
    assert status == 64
    assert "nearest: USP-PB" in err


# ---------------------------------------------------------------- page


class Page(HTMLParser):
    """What a page loads, where its links go, and the ids in it."""

    def __init__(self, text: str):
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        self.ids += [said["id"]] if said.get("id") else []
        if tag == "a":
            self.links.append(said["href"])
        elif tag in ("script", "link", "img", "iframe") or "src" in said:
            self.loads.append(tag)


def test_the_page_holds_every_limit_with_its_source(capsys, tmp_path):
    out = tmp_path / "limits.html"
    assert told(capsys, "limits", "page", "--on", "2026-11-22", "--output", out)[0] == 0
    page = Page(out.read_text(encoding="utf-8"))
    books = load_rulebooks(REAL)
    assert page.loads == []
    assert len(page.ids) == len(set(page.ids))
    assert {f"{book.id}-{one.rule_id}" for book in books.values() for one in book.limits} <= set(page.ids)
    inside = {link[1:] for link in page.links if link.startswith("#")}
    assert inside == set(books)
    outside = [link for link in page.links if not link.startswith("#")]
    assert outside
    assert all(re.fullmatch(r"https?://\S+[^\s.,;)]", link) for link in outside)


def test_sources_are_text_but_for_their_addresses(folder, tmp_path, capsys):
    (folder / "us.toml").write_text(
        book(
            lead(
                "X",
                because='Act <b>1</b> "x", https://law.example/a?b=1&c=(2), javascript:alert(1); https://two.example/x.',
            ),
            kind="market",
        ),
        encoding="utf-8",
    )
    (folder / "us-tx.toml").unlink()
    told(capsys, "limits", "page", "--output", tmp_path / "x.html")
    text = (tmp_path / "x.html").read_text(encoding="utf-8")
    assert "<b>1</b>" not in text
    links = [link for link in Page(text).links if not link.startswith("#")]
    assert links == ["https://law.example/a?b=1&c=(2", "https://two.example/x"]


def test_the_same_rulebooks_and_day_make_the_same_page(capsys, tmp_path):
    out = tmp_path / "limits.html"
    command = ("limits", "page", "--on", "2026-11-22", "--output", out)
    told(capsys, *command)
    assert told(capsys, *command, "--check")[0] == 0
    out.write_text(out.read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert told(capsys, *command, "--check")[0] == 1
    assert out.read_text(encoding="utf-8").endswith(" ")
    assert told(capsys, "limits", "page", "--check")[0] == 64


def test_the_page_says_who_decides_on_its_day(folder):
    books = load_rulebooks(folder)
    text = limits_page(books, day=today().replace(year=2026, month=6, day=1), program="test")
    row = re.search(r'<tr id="us-NOW">.*?</tr>', text, re.DOTALL)[0]
    assert '<span class="b">in force since 2026-01-01 until 2026-12-31</span>' in row
    row = re.search(r'<tr id="us-BILL">.*?</tr>', text, re.DOTALL)[0]
    assert '<td class="soft"><span>proposed, date unknown; does not decide</span>' in row


# ---------------------------------------------------------------- a mistake stops everything

COMMANDS = [
    ["check", "REFUSED"],
    ["check", "REFUSED", "--json"],
    ["run", "--inbox", "INBOX", "--store", "STORE"],
    ["markets", "REFUSED"],
    ["markets", "REFUSED", "--store", "STORE"],
    ["rejudge", "REFUSED"],
    ["rejudge", "--store", "STORE"],
    ["template", "--product", "leaf_powder", "--output", "OUT.xlsx"],
    ["limits"],
    ["limits", "list"],
    ["limits", "show", "us"],
    ["limits", "lint"],
    ["limits", "page", "--output", "OUT.html"],
    ["limits", "export", "OUT.xlsx"],
    ["limits", "suite", "us"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_rulebook_with_a_mistake_stops_before_a_certificate_is_read(folder, tmp_path, capsys, command):
    """Every mistake with file and line; not a word about the certificate, which would be refused; nothing written."""
    (folder / "us-tx.toml").write_text(
        book(
            limit("TX", text="kratom is banned", kind="ban", because="TODO"),
            lead("A", "3"),
            lead("B", "4", max="5"),
            kind="market",
        ),
        encoding="utf-8",
    )
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "refused.csv").write_text("Batch,Analyte,Result,Unit\nB,Lead,lots,mg/kg\n", encoding="utf-8")
    names = {
        "REFUSED": str(inbox / "refused.csv"),
        "INBOX": str(inbox),
        "STORE": str(tmp_path / "store"),
        "OUT.xlsx": str(tmp_path / "out.xlsx"),
        "OUT.html": str(tmp_path / "out.html"),
    }
    status, out, err = told(capsys, *(names.get(word, word) for word in command))
    assert (status, out) == (70, "")
    assert err.splitlines() == [
        "kratom-qc: us-tx.toml:11 TX: because 'TODO' is a placeholder, not a source or a reason",
        "us-tx.toml:30 B: the text 'not more than 4 mg/kg' says <= 4, the limit <= 5",
    ]
    assert {path.name for path in tmp_path.iterdir()} == {"expectations", "inbox"}


def test_reading_needs_no_rulebook(folder, tmp_path, capsys):
    (folder / "us-tx.toml").write_text("[rulebook", encoding="utf-8")
    (tmp_path / "a.csv").write_text("Batch,Analyte,Result,Unit\nB,Lead,0.2,mg/kg\n", encoding="utf-8")
    assert told(capsys, "read", tmp_path / "a.csv")[0] == 0
