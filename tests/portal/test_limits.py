"""The limits of a day, what comes, what is due; two batches side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest

from tests.app.stores import LEAD, certificate, passed
from tests.portal.browser import check_pages, chromium
from tests.portal.serving import Portal, served

CORRECTED = {"before": "0.9", "corrected": "0.3"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    root = tmp_path_factory.mktemp("limits")
    made = {batch: certificate(batch, lead) for batch, lead in LEAD.items()}
    made |= {name: certificate("L-TWICE", lead, **{"COA Number": "7"}) for name, lead in CORRECTED.items()}
    passed(root, **made)
    with served(root) as portal:
        yield portal


def test_limits_are_those_of_the_day(house):
    ann = house.signed_in("ann")  # a vendor, too, may see them
    page = ann.get("/limits?search=lead&book=us-ut").text
    assert "Lead below 1.2 ppm" in page
    assert "No limit matches" in ann.get("/limits?search=lead&book=us-ut&on=1990-01-01").text
    assert "no day" in ann.get("/limits?on=tomorrow").text
    everything, in_force = (ann.get(f"/limits?show={one}").text for one in ("every limit", "in force"))
    assert everything != in_force
    assert "from 20" in ann.get("/limits?show=coming&on=2020-01-01").text
    assert "days over" in ann.get("/limits?show=to be read again&on=2035-01-01").text


def test_two_batches_stand_side_by_side(house):
    quinn, ann = house.signed_in("quinn"), house.signed_in("ann")
    answer = quinn.get("/compare?one=L-PASS&other=L-FAIL")
    assert "1 of 1 results differ" in answer.text
    assert 'aria-label="Pages"' in answer.text  # it leads on to the other pages
    answer = quinn.get("/compare?one=L-PASS&other=L-NONE")
    assert (answer.status_code, "no batch L-NONE" in answer.text) == (404, True)
    assert ann.get("/compare?one=L-PASS&other=L-FAIL").status_code == 403
    assert "/compare?one=L-PASS" in quinn.get("/batches/L-PASS").text


def test_a_correction_stands_beside_its_original(house):
    quinn = house.signed_in("quinn")
    page = quinn.get("/batches/L-TWICE").text
    (address,) = set(re.findall(r'href="(/compare\?batch=[^"]+)">Both', page))
    answer = quinn.get(unescape(address))
    assert (answer.status_code, "1 of 1 results differ" in answer.text) == (200, True)
    assert "0.9" in answer.text
    assert "Two certificates of" in answer.text
    wrong = quinn.get("/compare?batch=L-TWICE&one=before.csv&other=none.csv")
    assert (wrong.status_code, "is no paper of this batch" in wrong.text) == (404, True)


def test_the_pages_fit_and_can_be_read_by_everybody(house):
    with chromium() as browser:
        check_pages(
            browser,
            house.address,
            "quinn",
            ("/limits?search=lead", "/limits?show=coming", "/compare", "/compare?one=L-PASS&other=L-FAIL"),
        )
