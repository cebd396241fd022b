"""Trends drawn from the archive, and what another day would judge otherwise."""

from __future__ import annotations

import re
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


def test_a_laboratory_has_its_scorecard_and_a_vendor_sees_only_their_own(house):
    quinn, ann, bob = map(house.signed_in, ("quinn", "ann", "bob"))
    where = f"/scorecards/laboratory/{LABORATORY}"
    assert where.replace(" ", "%20") in quinn.get("/scorecards").text
    page = quinn.get(where).text
    assert "Of 5 batches 5 PASS" in page
    assert "<svg" in page
    assert 'href="/batches/L-5"' in page
    assert quinn.get("/scorecards/product/leaf_powder").status_code == 200
    assert [quinn.get(f"/scorecards/{one}").status_code for one in ("laboratory/Nobody", "people/ann")] == [404, 404]
    ann.send(("own.csv", certificate("A-1", "0.9", Laboratory=LABORATORY)))
    house.judged()
    page = ann.get(where).text
    assert "Of 1 batch 0 PASS (0 %), 1 FAIL" in page
    assert not re.findall(r"L-\d", page + ann.get("/scorecards").text)
    assert "A-1" in ann.get("/scorecards/vendor/Acme").text
    assert [bob.get(one).status_code for one in (where, "/scorecards/vendor/Acme")] == [404, 404]
    assert house.signed_in("ada").get("/scorecards").status_code == 403


def test_another_day_says_which_batches_change(house):
    """They were judged by one limit, and are asked by the real rulebooks: all are held for what was not tested."""
    quinn = house.signed_in("quinn")
    page = quinn.get("/what-if?on=2026-11-30").text
    assert "6 of 6 batches would change" in page
    assert 'href="/batches/L-1"' in page
    assert "is no day" in quinn.get("/what-if?on=soon").text
    assert house.signed_in("ann").get("/what-if").status_code == 403
    assert {str(one.verdict) for one in house.store.ledger.batches().values()} == {"PASS", "FAIL"}  # nothing is kept


def test_the_pages_fit_and_can_be_read_by_everybody(house):
    with chromium() as browser:
        pages = (f"/trends?laboratory={LABORATORY}", "/what-if?on=2026-11-30", "/scorecards")
        check_pages(browser, house.address, "quinn", (*pages, f"/scorecards/laboratory/{LABORATORY}"))
