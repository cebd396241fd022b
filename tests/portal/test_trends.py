"""Trends drawn from the archive, and what another day would judge otherwise."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.app.stores import certificate, passed
from tests.portal.browser import check_pages, chromium
from tests.portal.serving import Portal, served

LABORATORY = "Tidewater Analytical"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    root = tmp_path_factory.mktemp("trends")
    made = {f"L-{n}": certificate(f"L-{n}", f"0.{n}", Laboratory=LABORATORY) for n in range(1, 6)}
    passed(root, **made)
    with served(root) as portal:
        yield portal


def test_a_series_is_drawn_and_leads_to_its_batches(house):
    quinn = house.signed_in("quinn")
    answer = quinn.get(f"/trends?product=leaf_powder&laboratory={LABORATORY}&analyte=lead")
    assert "<svg" in answer.text
    assert 'href="/batches/L-5"' in answer.text
    assert " style=" not in answer.text
    assert "Name a product" in quinn.get("/trends").text
    wrong = quinn.get("/trends?analyte=leed")
    assert (wrong.status_code, "is no analyte" in wrong.text) == (400, True)
    assert quinn.get("/trends?laboratory=Nobody").status_code == 400
    assert house.signed_in("ann").get("/trends").status_code == 403
    assert "/trends?product=leaf_powder" in quinn.get("/batches/L-5").text


def test_another_day_says_which_batches_change(house):
    """They were judged by one limit, and are asked by the real rulebooks: all are held for what was not tested."""
    quinn = house.signed_in("quinn")
    page = quinn.get("/what-if?on=2026-11-30").text
    assert "5 of 5 batches would change" in page
    assert 'href="/batches/L-1"' in page
    assert "is no day" in quinn.get("/what-if?on=soon").text
    assert house.signed_in("ann").get("/what-if").status_code == 403
    assert {str(one.verdict) for one in house.store.ledger.batches().values()} == {"PASS"}  # nothing is kept


def test_the_pages_fit_and_can_be_read_by_everybody(house):
    with chromium() as browser:
        check_pages(browser, house.address, "quinn", (f"/trends?laboratory={LABORATORY}", "/what-if?on=2026-11-30"))
