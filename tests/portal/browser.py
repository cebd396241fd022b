"""A real browser: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.portal.serving import PASSWORD

expect.set_options(timeout=60_000)  # ms: a busy machine takes its time, and what is right ends at once
_AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's browser. Where there is none, the test is skipped and says what to install; with CI set it fails."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing("no browser is installed: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


def sign_in(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()


def check_pages(browser: Browser, address: str, name: str, pages: Iterable[str]) -> None:
    """Pages that somebody opens can be read by everybody and fit the screen, on a telephone and on a desk."""
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, address, name)
    wrong = {one: what for one in pages if (what := wrong_with(page, f"{address}{one}"))}
    context.close()
    assert wrong == {}


def wrong_with(page: Page, address: str) -> list[str]:
    """What nobody could read on a page, or would have to scroll for, on a telephone and on a desk by night."""
    page.goto(address)
    wrong = []
    for width, scheme in ((375, "light"), (1280, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        wrong += violations(page)
        wrong += [f"is wider than {width}"] if is_wider_than_the_screen(page) else []
    return wrong


@cache
def _axe() -> str:
    return _AXE.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with a page. It comes by `evaluate`: the page's policy lets no script in."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(_axe())
    found: dict[str, Any] = page.evaluate("() => axe.run()")
    return [f"{one['id']}: {node['html'][:120]}" for one in found["violations"] for node in one["nodes"]]


def is_wider_than_the_screen(page: Page) -> bool:
    return bool(page.evaluate("() => document.documentElement.scrollWidth > window.innerWidth + 1"))
