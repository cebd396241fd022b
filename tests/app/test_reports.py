"""What people see of a store: an index of everything, one page per pass, and every page that was ever written."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from kratom_qc.app import reports
from kratom_qc.app.compaction import compact
from kratom_qc.app.review import Ruling, decide
from kratom_qc.app.store import Store, ledger_of
from kratom_qc.archive.pages import Page, PageWriter, page_of, pages
from kratom_qc.archive.store import table_path
from kratom_qc.cli import main as cli
from kratom_qc.domain.errors import InputNotFound, StoreError
from tests.app.stores import LEAD, certificate, passed, verdicts


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """Two passes; the second has a refused file and makes L-PASS FAIL."""
    root = tmp_path_factory.mktemp("reports")
    passed(root, **{batch: certificate(batch, lead, Laboratory="Lab <A>") for batch, lead in LEAD.items()})
    more = certificate("L-PASS", "0.9")
    assert verdicts(passed(root, more=more, closed=b"Lot No.,L-09\nno results\n")) == ["L-PASS FAIL"]
    return root


@pytest.fixture
def root(made, tmp_path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "place"))


def listed(root: Path) -> dict[str, list[str]]:
    """What the scripts of the index hold of every batch."""
    rows: list[list[str]] = []
    for path in sorted((root / "store" / "reports" / "index").glob("*.js")):
        text = path.read_text()
        assert text.startswith("batches([")
        assert text.endswith("]);\n")
        rows += json.loads(text.removeprefix("batches(").removesuffix(");\n"))
    return {row[1]: row for row in rows}


def index(root: Path) -> str:
    return (root / "store" / "reports" / "index.html").read_text()


def test_the_index_lists_every_batch_with_its_verdict_what_it_was_and_where_it_stands(root):
    rows = listed(root)
    assert {batch: (row[4], row[5], row[6]) for batch, row in rows.items()} == {
        "L-FAIL": ("FAIL", "", "on hold"),
        "L-HOLD": ("HOLD", "", "on hold"),
        "L-PASS": ("FAIL", "PASS", "on hold"),
    }
    assert (root / "store" / "reports" / rows["L-PASS"][0]).is_file()
    assert rows["L-FAIL"][3] == "Lab <A>"
    assert "Lead" in rows["L-FAIL"][9]
    page = index(root)
    assert "Lab &lt;A&gt;" in page, "the page itself lists what is open"
    assert page.index("closed.csv") < page.index("L-FAIL"), "what was refused is told first"
    assert page.index(">L-PASS<") < page.index(">L-FAIL<") < page.index(">L-HOLD<"), "the worst and newest first"
    for script in re.findall(r'<script src="([^"]*)"', page):
        assert (root / "store" / "reports" / script).is_file()


def test_every_pass_has_its_page_which_stays(root):
    folder = root / "store" / "reports" / "passes"
    first, second = (path.read_text() for path in sorted(folder.iterdir()))
    assert "L-HOLD" in first
    assert "closed.csv" not in first
    assert "closed.csv" in second
    assert "L-HOLD" not in second
    assert f"../{listed(root)['L-PASS'][0]}" in second
    assert all(f"passes/{path.name}" in index(root) for path in folder.iterdir())


def test_compaction_leaves_the_pages_of_passes_to_which_something_leads(root, monkeypatch):
    """Which are the newest, and those that judged before what was judged again; the archive keeps the others."""
    monkeypatch.setattr(reports, "_PASSES", 1)
    store = root / "store"
    passed(root, new=certificate("L-NEW", "0.3"))
    passed(root, newer=certificate("L-NEWER", "0.3"))
    first, second, third, newest = (f"{one.pass_id}.html" for one in ledger_of(store).passes())

    def there() -> list[str]:
        return sorted(path.name for path in (store / "reports" / "passes").iterdir())

    compact(store, "me")
    assert there() == [first, second, newest], "the first two judged L-PASS"
    passed(root, more=certificate("L-NEW", "0.2"))
    assert third in there(), "the page of L-NEW leads to it now"
    page = (store / "reports" / listed(root)["L-NEW"][0]).read_text()
    assert f"passes/{third}" in page


def test_an_earlier_page_of_a_batch_is_kept_and_the_newest_leads_to_it_and_to_the_certificates(root):
    ledger = ledger_of(root / "store")
    before, now = (reports.page(root / "store", ledger, "L-PASS", one.pass_id) for one in ledger.passes())
    assert "<title>PASS L-PASS</title>" in before.page
    assert "<title>FAIL L-PASS</title>" in now.page
    assert reports.page(root / "store", ledger, "L-PASS") == now
    assert (root / "store" / "reports" / now.name).read_text() == now.page
    links = re.findall(r'href="([^"#]*(?:raw|passes)/[^"]*)"', now.page)
    assert len(links) == 3, "two certificates and the pass before"
    assert all((root / "store" / "reports" / link).is_file() for link in links)
    with pytest.raises(InputNotFound, match="kept no page"):
        reports.page(root / "store", ledger, "L-FAIL", ledger.passes()[1].pass_id)


def test_a_decision_shows_in_the_index(root, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["decide", "L-FAIL", "rejected", "--because", "lead", "--by", "A", "--store", str(root / "store")])
    assert (end.value.code, capsys.readouterr().out) == (0, "L-FAIL: rejected (not signed)\n")
    assert listed(root)["L-FAIL"][6] == "rejected"
    assert ">L-FAIL<" not in index(root), "it is not open any more"


def test_only_the_part_of_the_index_that_has_changed_is_written_again(root, monkeypatch):
    monkeypatch.setattr(reports, "_TOGETHER", 1)
    reports.rebuild(root / "store", ledger_of(root / "store"))
    times = {path.name: path.stat().st_mtime_ns for path in (root / "store" / "reports" / "index").glob("*.js")}
    assert len(listed(root)) == 3
    decide(root / "store", "L-FAIL", Ruling("rejected", "lead", ("A",)))
    reports.refresh(root / "store", ledger_of(root / "store"))
    changed = [
        path
        for path in (root / "store" / "reports" / "index").glob("*.js")
        if path.stat().st_mtime_ns != times[path.name]
    ]
    assert len(changed) == 1
    assert "L-FAIL" in changed[0].read_text()


def test_all_pages_are_made_again_as_they_were(root):
    folder = root / "store" / "reports"
    before = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*") if path.name != ".lock"}
    shutil.rmtree(folder)
    assert reports.rebuild(root / "store", ledger_of(root / "store")) == 5
    assert {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*") if path.name != ".lock"
    } == before


def test_pages_that_were_not_written_when_a_pass_was_killed_are_written_by_the_next(root, monkeypatch):
    monkeypatch.setattr("kratom_qc.app.reports.publish", lambda *_: None)
    monkeypatch.setattr("kratom_qc.archive.store.StoreFiles.publish", lambda *_: None)
    passed(root, late=certificate("L-LATE", "0.9"))
    monkeypatch.undo()
    assert "L-LATE" not in listed(root)
    with Store(root / "store").locked():
        pass
    assert (root / "store" / "reports" / listed(root)["L-LATE"][0]).is_file()


def test_a_page_is_printed(root, capsys):
    for more, title in (([], "FAIL L-PASS"), (["--pass", str(ledger_of(root / "store").passes()[0].sequence)], "PASS")):
        with pytest.raises(SystemExit) as end:
            cli.main(["reports", "page", "L-PASS", "--store", str(root / "store"), *more])
        assert end.value.code == 0
        assert f"<title>{title}" in capsys.readouterr().out
    with pytest.raises(SystemExit) as end:
        cli.main(["reports", "page", "L-PASS", "--pass", "1", "--store", str(root / "store")])
    assert end.value.code == 66


def test_pages_cost_little_and_a_damaged_one_is_told(root, tmp_path):
    (text,) = (one.page for one in pages(table_path(root / "store", "pages", ledger_of(root / "store").passes()[1].pass_id))
               if one.batch_id)  # fmt: skip
    path = tmp_path / "many.parquet"
    writer = PageWriter(path)
    for number in range(450):
        writer.add(Page("2026-11-22-000001", f"{number}.html", f"L-{number}", text.replace("L-PASS", f"L-{number}")))
    writer.close()
    assert path.stat().st_size / 450 < 1_000, "bytes a page"
    assert [one.batch_id for one in pages(path)] == [f"L-{number}" for number in range(450)]
    assert page_of(path, "2026-11-22-000001", "L-449").name == "449.html"
    assert page_of(path, "2026-11-22-000001", "L-450") is None
    assert page_of(path, "2026-11-22-000002", "L-449") is None
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 16
    path.write_bytes(content)
    with pytest.raises(StoreError, match="the pages cannot be read"):
        list(pages(path))
