"""Pages in a real browser: nothing for axe-core to find, nothing wider than a telephone, three sheets of paper at most."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page

from kratom_qc.domain.account import AccountEntry, Fate
from kratom_qc.domain.look import CellLook, SheetLook
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.report.comparison_page import comparison_page
from kratom_qc.report.html import html
from kratom_qc.report.kept import reported
from kratom_qc.report.page import batch_page
from kratom_qc.report.scorecard import Against, groups_page, scorecard, scorecard_page
from kratom_qc.report.sheet_picture import FilePictures, notes_of_page, sheet_pictures
from kratom_qc.report.trend_chart import trend_chart
from kratom_qc.trends.comparison import Comparison, compared
from kratom_qc.trends.trend import trend
from tests.portal.browser import chromium, is_wider_than_the_screen, violations
from tests.report import test_comparison_page as two
from tests.report import test_trend_chart as lines
from tests.report.report_batches import FILE, SPIKED

SAMPLES = Path(__file__).parents[2] / "sample_reports" / "reports"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def with_its_sheet() -> str:
    report, _ = reported(batch_page(SPIKED, program="p"))
    cells = (
        CellLook(1, 1, "A1", "Northlab", bold=True, fill="1f3864", columns=4),
        CellLook(4, 1, "A4", "Mitragynine"),
        CellLook(4, 3, "C4", "1.39", align="right", fill="ffeeee"),
        CellLook(13, 3, "C13", "<1.0"),
    )
    account = [AccountEntry(SourceText(cell.text, CellRef(FILE, "Results", cell.name)), Fate.PLAIN) for cell in cells]
    pictures = sheet_pictures([SheetLook("Results", cells, ((1, 40.0),))], account, notes_of_page(report.page, FILE))
    return html(report, pictures=[FilePictures(FILE, pictures)])


def of_a_group() -> str:
    card = scorecard(
        "laboratory",
        "Northlab",
        [lines.row("L-1", "FAIL"), lines.row("L-2", "PASS")],
        [Against("FAIL", "Lead", "PB", 1)],
    )
    chart = trend_chart(trend(lines.series(*lines.STEADY, "<0.05", "1.9")))
    return scorecard_page(card, [chart], {"L-1": "x", "L-2": "x"}, remarks=["They differ."], program="p")


PAGES = {
    "batch with its sheet": with_its_sheet,
    "group": of_a_group,
    "groups": lambda: groups_page([scorecard("product", "Leaf", [lines.row("L-1", "FAIL")])], program="p"),
    "comparison": lambda: comparison_page(
        Comparison(two.side("A"), two.side("B"), compared(two.ONE, two.OTHER), ()), {}, program="p"
    ),
}


def opened(browser: Browser, text: str, width: int, scheme: str = "light") -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page.set_content(text)
    return page


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_a_telephone_shows_all_of_it(browser: Browser, name: str) -> None:
    text = PAGES[name]()
    for width, scheme in ((375, "dark"), (768, "light"), (1440, "light")):
        page = opened(browser, text, width, scheme)
        assert violations(page) == []
        assert not is_wider_than_the_screen(page)
        page.close()


def test_a_cell_leads_to_its_line_and_the_line_back(browser: Browser) -> None:
    page = opened(browser, with_its_sheet(), 1440)
    page.locator(".sheet a", has_text="1.39").click()
    assert page.evaluate("() => document.querySelector(':target').textContent").startswith("C4")
    page.locator(".lines :target a").click()
    assert page.evaluate("() => document.querySelector(':target').textContent").strip().endswith("1.39")


def test_the_longest_sample_prints_on_three_sheets_at_most(browser: Browser) -> None:
    longest = max(SAMPLES.glob("[A-Z0-9]*.html"), key=lambda path: path.stat().st_size)
    page = opened(browser, longest.read_text(encoding="utf-8"), 1024)
    for paper in ("A4", "Letter"):
        assert len(pypdfium2.PdfDocument(page.pdf(format=paper))) <= 3
