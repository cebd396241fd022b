"""Links lead somewhere, functions that a link names are there, and tables are what the program says."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from kratom_qc import settings
from kratom_qc.rulebooks.load import load_rulebooks
from tests.docs.documents import DOCUMENTS, ROOT, anchors, links


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file_a_heading_or_a_name_in_it(document: Path) -> None:
    wrong = []
    for words, target in links(document):
        path, _, anchor = target.partition("#")
        there = (document.parent / path).resolve() if path else document
        name = words.strip("`")
        if not there.exists() or not there.is_relative_to(ROOT):
            wrong.append(f"{target} is not there")
        elif anchor and anchor not in anchors(there):
            wrong.append(f"{target} has no such heading")
        elif there.suffix == ".py" and name.isidentifier() and not _holds(there, name):
            wrong.append(f"{target} has no {name}")
    assert wrong == []


def _holds(module: Path, name: str) -> bool:
    text = module.read_text(encoding="utf-8")
    return name == module.stem or re.search(rf"\b{name}\b", text) is not None


def test_the_front_door_is_one_page() -> None:
    assert len((ROOT / "README.md").read_bytes()) <= 8192


def test_every_room_is_on_the_architecture_page() -> None:
    rooms = {path.parent.name for path in (ROOT / "kratom_qc").glob("*/__init__.py")}
    page = (ROOT / "kratom_qc" / "README.md").read_text(encoding="utf-8")
    assert {room for room in rooms if f"| [`{room}/`](" not in page} == set()


def table(document: str) -> dict[str, list[str]]:
    """The rows of a document's tables by their first cell."""
    rows = re.findall(r"^\| ([^|]*) \|(.*)\|$", (ROOT / document).read_text(encoding="utf-8"), re.MULTILINE)
    return {first.strip(): [cell.strip() for cell in others.split("|")] for first, others in rows}


def test_every_setting_is_on_the_operators_page() -> None:
    listed = re.findall(r"`(KRATOM_QC_[A-Z_]+)`", " ".join(table("flows/README.md")))
    assert sorted(listed) == sorted(name for name in settings.names() if "_MAX_" not in name)


def test_only_one_shared_rulebook_counts_in_markets_alone() -> None:
    """The query for what is not released names it: its findings have no market and are not the batch's own."""
    books = load_rulebooks(ROOT / "expectations")

    def below(starts: set[str]) -> set[str]:
        parents = {parent for book in starts for parent in books[book].extends}
        return starts if parents <= starts else below(starts | parents)

    products, markets = ({id for id, book in books.items() if book.kind == kind} for kind in ("product", "market"))
    assert below(markets) - below(products) - markets == {"eu"}


def test_the_stories_tell_the_verdicts_and_markets_that_are_expected() -> None:
    verdicts: dict[str, set[str]] = {}
    markets: dict[str, set[str]] = {}
    with (ROOT / "sample_reports" / "expected.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            sold = {name for name, said in row.items() if said == "PASS" and name != "verdict"}
            verdicts.setdefault(row["file"][:2], set()).add(row["verdict"])
            markets.setdefault(row["file"][:2], set()).update(sold)
    stories = {first[:2]: cells for first, cells in table("sample_reports/README.md").items() if first[:2].isdigit()}
    # A market is named as its rulebook: a country, a state of it, a city or county of that.
    named = {story: set(re.findall(r"\b[a-z]{2}(?:-[a-z]+)*\b", cells[-1])) for story, cells in stories.items()}
    assert named == markets
    assert {story: cells[-2] for story, cells in stories.items()} == {
        story: "mixed" if len(said) > 1 else said.pop() for story, said in verdicts.items()
    }
