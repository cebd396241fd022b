"""Each person's way through the portal in a real browser; every page is accessible, fits a telephone, and asks nobody else
for anything."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app.stores import certificate
from tests.portal.browser import check_pages, chromium, is_wider_than_the_screen, sign_in, wrong_with
from tests.portal.serving import Portal


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def page(browser: Browser, portal: Portal) -> Iterator[Page]:
    """A page that reports what it was refused, and every request that leaves for elsewhere."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    shown = context.new_page()
    complaints: list[str] = []
    shown.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
    shown.on("pageerror", lambda error: complaints.append(str(error)))
    shown.on("request", lambda one: one.url.startswith(portal.address) or complaints.append(one.url))
    yield shown
    context.close()
    assert complaints == []


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_vendor_drops_files_and_sees_each_verdict_come(page: Page, portal: Portal, tmp_path: Path) -> None:
    good = write(tmp_path, "good.csv", certificate("WEB-1", "0.4"))
    bad = write(tmp_path, "bad.csv", certificate("WEB-2", "0.9"))
    sign_in(page, portal.address, "ann")
    page.get_by_label("Choose files").set_input_files([good, bad])
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".sent li")).to_have_count(2)
    expect(page.locator(".sent")).to_contain_text("is being read")
    portal.judged()
    expect(page.locator(".sent li", has_text="good.csv")).to_contain_text("WEB-1 PASS")
    expect(page.locator(".sent li", has_text="bad.csv")).to_contain_text("WEB-2 FAIL")
    page.get_by_role("link", name="bad.csv").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("bad.csv")
    expect(page.locator(".fixes li").first).to_contain_text("0.9")
    with page.expect_download() as download:
        page.get_by_role("link", name="Your workbook with all of this marked").click()
    assert download.value.suggested_filename == "bad annotated.xlsx"


def test_a_page_that_waits_shows_the_verdict_by_itself(page: Page, portal: Portal) -> None:
    content = certificate("WEB-3", "0.4")
    portal.signed_in("ann").send(("wait.csv", content))
    sign_in(page, portal.address, "ann")
    page.goto(f"{portal.address}/certificates/{hashlib.sha256(content).hexdigest()}")
    expect(page.get_by_role("status")).to_contain_text("is being read")
    portal.judged()
    expect(page.get_by_role("heading", name="WEB-3")).to_contain_text("PASS")


def test_without_scripts_everything_works_but_progress(browser: Browser, portal: Portal, tmp_path: Path) -> None:
    file = write(tmp_path, "plain.csv", certificate("WEB-4", "0.9"))
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, portal.address, "ann")
    page.get_by_label("Choose files").set_input_files(file)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("plain.csv")
    portal.judged()
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("heading", name="WEB-4")).to_contain_text("FAIL")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    context.close()


def test_an_administrator_adds_somebody_who_signs_in(page: Page, portal: Portal) -> None:
    sign_in(page, portal.address, "ada")
    page.get_by_role("link", name="People", exact=True).click()
    form = page.locator("form.card")
    form.get_by_label("Name by which").fill("newcomer")
    form.get_by_label("Role").select_option("qa")
    form.get_by_label("First password").fill("correct horse battery")
    form.get_by_role("button", name="Add").click()
    expect(page.locator("tr", has_text="newcomer")).to_contain_text("may sign in")
    expect(page.get_by_role("status")).to_have_text("newcomer may sign in now.")
    assert portal.signed_in("newcomer").get("/review").status_code == 200


def test_a_user_that_cannot_be_added_need_not_be_typed_again(browser: Browser, portal: Portal) -> None:
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, portal.address, "ada")
    page.goto(f"{portal.address}/people")
    form = page.locator("form.card")
    form.get_by_label("Name by which").fill("nadia")
    form.get_by_label("Full name").fill("Nadia Roy")
    form.get_by_label("First password").fill("correct horse battery")
    form.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert")).to_have_text("A vendor's user belongs to a company; name the company.")
    expect(form.get_by_label("Name by which")).to_have_value("nadia")
    expect(form.get_by_label("Full name")).to_have_value("Nadia Roy")
    expect(form.get_by_label("First password")).to_have_value("")
    context.close()


def test_what_became_of_a_file_fits_a_telephone(page: Page, portal: Portal, tmp_path: Path) -> None:
    file = write(tmp_path, "no.csv", b"hello,world\n1,2\n")
    page.set_viewport_size({"width": 375, "height": 800})
    sign_in(page, portal.address, "ann")
    page.get_by_label("Choose files").set_input_files(file)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".sent")).to_contain_text("is being read")
    portal.judged()
    expect(page.locator(".sent")).to_contain_text("no table of results")
    assert not is_wider_than_the_screen(page)
    page.get_by_role("link", name="no.csv").click()
    expect(page.locator(".fixes li").first).to_contain_text("start from a blank certificate")
    page.get_by_role("link", name="a blank certificate").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Templates")


def test_an_operator_has_a_refused_file_read_again(page: Page, portal: Portal) -> None:
    content = b"nothing in it"
    portal.signed_in("ann").send(("odd.csv", content))
    portal.judged()
    sign_in(page, portal.address, "olga")
    page.get_by_role("link", name="Files", exact=True).click()
    page.get_by_role("link", name="odd.csv").click()
    page.get_by_label("Why").fill("the reader was mended")
    page.get_by_role("button", name="Read it again").click()
    expect(page.get_by_role("status").first).to_contain_text("The file is read again")
    (one,) = [entry for entry in portal.store.ledger.entries() if entry.act == "retried"]
    assert (one.actor, one.reason) == ("olga", "the reader was mended")


PAGES = {
    "ann": ("/send", "/certificates", "/templates", "/tokens", "/password"),
    "quinn": ("/review", "/files"),
    "olga": ("/files?status=refused", "/operation"),
    "ada": ("/people",),
}


def test_every_page_is_accessible_and_fits(browser: Browser, portal: Portal) -> None:
    refused = b"a file that is refused"
    sent = (
        portal.signed_in("ann").send(("no.csv", refused)),
        portal.signed_in("ann").send(
            ("yes.csv", certificate("A-LOT-WITH-A-VERY-LONG-NUMBER-0123456789-0123456789", "0.9"))
        ),
    )
    portal.judged()
    own = tuple(one.headers["location"] for one in sent)
    context = browser.new_context()
    assert wrong_with(context.new_page(), f"{portal.address}/sign-in") == []
    context.close()
    for user, addresses in PAGES.items():
        check_pages(browser, portal.address, user, (*addresses, *(own if user == "ann" else ()), "/nothing-here"))
