"""QA decides on exactly what was shown, signs with a password, and never overrides alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from shutil import copytree

import httpx
import pytest
from playwright.sync_api import expect

from kratom_qc.app import review
from kratom_qc.app.signing import signature_faults
from kratom_qc.app.verification import verify
from kratom_qc.domain.errors import UsageError
from kratom_qc.ledger.entries import Act
from tests.app.stores import LEAD, certificate
from tests.portal.browser import check_pages, chromium, sign_in
from tests.portal.serving import PASSWORD, USERS, Person, Portal, served


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a batch of each verdict, which Ann of Acme sent."""
    root = tmp_path_factory.mktemp("decisions")
    with served(root) as portal:
        ann = portal.signed_in("ann")
        for batch, lead in LEAD.items():
            ann.send((f"{batch}.csv", certificate(batch, lead)))
        portal.judged()
    return root


@pytest.fixture
def house(made: Path, tmp_path: Path) -> Iterator[Portal]:
    with served(copytree(made, tmp_path / "root")) as portal:
        yield portal


def shown(person: Person, batch: str) -> dict[str, str]:
    """What the form of a batch's page says was seen."""
    text = person.get(f"/batches/{batch}").text
    return {name: re.search(rf'name="{name}" value="([^"]+)"', text)[1] for name in ("seen", "newest")}


def decide(
    person: Person, batch: str, decision: str, form: dict[str, str] | None = None, **more: str
) -> httpx.Response:
    asked = {
        "decision": decision,
        "because": "looked at",
        "password": PASSWORD,
        **(form or shown(person, batch)),
        **more,
    }
    return person.post(f"/batches/{batch}/decide", **asked)


def stands(portal: Portal, batch: str) -> str:
    return str(portal.store.ledger.batches([batch])[batch].disposition)


def test_a_release_is_signed_and_stands_on_the_page_and_in_the_journal(house):
    quinn = house.signed_in("quinn")
    assert decide(quinn, "L-PASS", "released").status_code == 303
    page = quinn.get("/batches/L-PASS").text
    assert "L-PASS is released." in page
    assert "Quinn" in page
    assert "signed 2" in page
    assert "I reviewed what this batch was judged on and release it." in page
    assert list(signature_faults(house.store.ledger.signed())) == []
    assert verify(house.root / "store", replay=False).differences == ()


def test_an_override_takes_two(house):
    quinn, rosa = house.signed_in("quinn"), house.signed_in("rosa")
    assert decide(quinn, "L-FAIL", "released").status_code == 303
    assert stands(house, "L-FAIL") == "on hold"
    assert "approve what" not in quinn.get("/batches/L-FAIL").text
    assert "two people" in decide(quinn, "L-FAIL", "approve").text
    assert "L-FAIL" in rosa.get("/review").text  # what waits for a second person comes first
    assert decide(rosa, "L-FAIL", "approve").status_code == 303
    assert stands(house, "L-FAIL") == "released under deviation"


def test_what_changed_since_it_was_shown_is_not_signed(house):
    quinn, rosa = house.signed_in("quinn"), house.signed_in("rosa")
    seen = shown(quinn, "L-PASS")
    assert decide(rosa, "L-PASS", "hold").status_code == 303
    answer = decide(quinn, "L-PASS", "released", seen)
    assert (answer.status_code, "review it again" in answer.text) == (400, True)
    assert stands(house, "L-PASS") == "on hold"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"password": "not that one at all"}, "that is not the password"),
        ({"because": "  "}, "needs its reason"),
        ({"decision": "blessed"}, "is no decision"),
        ({"seen": "0" * 64}, "review it again"),
        ({"newest": "1"}, "review it again"),
        ({"seen": ""}, "does not say what was seen"),
        ({"newest": "x"}, "does not say what was seen"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_decided(house, change, says):
    quinn = house.signed_in("quinn")
    answer = decide(quinn, "L-PASS", **{"decision": "released", **change})
    assert (answer.status_code, says in answer.text.lower()) == (400, True)
    assert stands(house, "L-PASS") == "awaiting review"


def test_wrong_passwords_lock_the_signature(house):
    quinn = house.signed_in("quinn")
    seen = shown(quinn, "L-PASS")
    answers = [decide(quinn, "L-PASS", "released", seen, password="wrong again and again") for _ in range(4)]
    assert {one.status_code for one in answers} == {400}
    decide(quinn, "L-PASS", "released", seen, password="wrong again and again")
    assert quinn.client.get("/batches/L-PASS").status_code in (303, 401)  # the session has ended
    answer = house.client(headers={"Origin": house.address}).post(
        "/sign-in", data={"name": "quinn", "password": PASSWORD}
    )
    assert answer.status_code == 429


def test_nobody_but_qa_decides_whatever_the_verdict(house):
    quinn = house.signed_in("quinn")
    seen = {batch: shown(quinn, batch) for batch in LEAD}
    for name, (role, _) in USERS.items():
        person = house.signed_in(name)
        for batch, decision in product(LEAD, ("released", "rejected", "hold", "approve")):
            if role != "qa":
                assert decide(person, batch, decision, seen[batch]).status_code == 403, (name, decision)
        for batch in LEAD:
            assert (person.post(f"/batches/{batch}/ask", text="why?").status_code == 403) is (role != "qa")
            assert (person.get(f"/batches/{batch}").status_code == 200) is (role in ("qa", "operator"))
    assert {batch: stands(house, batch) for batch in LEAD} == {
        **{"L-PASS": "awaiting review", "L-HOLD": "on hold", "L-FAIL": "on hold"}
    }


def test_who_sent_a_certificate_does_not_decide_on_it(house):
    quinn = house.signed_in("quinn")
    quinn.send(("mine.csv", certificate("L-MINE", "0.4")))
    house.judged()
    answer = decide(quinn, "L-MINE", "released")
    assert (answer.status_code, "does not decide on its batch" in answer.text) == (400, True)
    # ... nor after the same bytes came often by other routes, nor under another spelling of their name
    (mine,) = (one for one in house.people.deliveries() if one.name == "mine.csv")
    again = {"route": "inbox", "size": 1}
    house.store.ledger.add("kai", *(Act("delivered", mine.sha256, {**again, "name": f"{n}.csv"}) for n in range(60)))
    assert "does not decide on its batch" in decide(quinn, "L-MINE", "released").text
    with pytest.raises(UsageError, match="does not decide on its batch"):
        review.decide(house.store.root, "L-MINE", review.Ruling("released", "all limits met", (" Quinn ",)))
    assert decide(house.signed_in("rosa"), "L-MINE", "released").status_code == 303


def test_a_question_goes_to_the_vendor_and_the_answer_comes_back(house):
    quinn, ann, bob = (house.signed_in(name) for name in ("quinn", "ann", "bob"))
    quinn.post("/batches/L-HOLD/ask", text="What is the <b>LOD</b> of lead?")
    entry = next(one for one in house.store.ledger.entries("L-HOLD") if one.act == "judged")
    assert entry
    mine = next(one for one in house.people.deliveries(vendor="Acme") if "L-HOLD" in one.name)
    page = ann.get(f"/certificates/{mine.sha256}").text
    assert "What is the &lt;b&gt;LOD&lt;/b&gt; of lead?" in page
    assert bob.post(f"/certificates/{mine.sha256}/answer", batch_id="L-HOLD", text="me!").status_code == 404
    assert ann.post(f"/certificates/{mine.sha256}/answer", batch_id="L-FAIL", text="other").status_code == 404
    assert ann.post(f"/certificates/{mine.sha256}/answer", batch_id="L-HOLD", text="0.01").status_code == 303
    page = quinn.get("/batches/L-HOLD").text
    assert "ann answered" in page
    assert "0.01" in page


def test_batches_are_found_and_reports_saved(house):
    quinn = house.signed_in("quinn")
    assert "L-FAIL" in quinn.get("/batches?verdict=FAIL").text
    assert "L-PASS" not in quinn.get("/batches?verdict=FAIL").text
    assert "No batch matches" in quinn.get("/batches?batch_id=NOWHERE").text
    for link in re.findall(r'href="([^"#]+)', quinn.get("/batches/L-PASS/page").text):
        assert quinn.get(link).status_code == 200, link  # none leads to a file of the store
    for form, begins in (("pdf", b"%PDF"), ("xlsx", b"PK"), ("html", b"<!")):
        answer = quinn.get(f"/batches/L-PASS/report.{form}")
        assert answer.content.lower().startswith(begins.lower()), form
        assert "attachment" in answer.headers["content-disposition"]


def test_the_whole_journey_in_a_browser(house):
    portal = house
    with chromium() as browser:
        check_pages(browser, portal.address, "quinn", ("/review", "/batches", "/batches/L-FAIL", "/batches/L-PASS"))
        for name, choice in (("quinn", re.compile("^released")), ("rosa", re.compile("^approve"))):
            context = browser.new_context(java_script_enabled=False)  # nothing here needs a script
            page = context.new_page()
            sign_in(page, portal.address, name)
            page.get_by_role("link", name="Review", exact=True).click()
            if name == "quinn":
                page.get_by_role("link", name="A decision on a FAIL").click()
            page.get_by_role("link", name="L-FAIL").click()
            option = page.locator("#decision option").filter(has_text=choice)
            page.get_by_label("Decision").select_option(option.get_attribute("value"))
            page.get_by_label("Reason").fill("tested again by hand")
            page.get_by_label("Your password").fill(PASSWORD)
            page.get_by_role("button", name="Sign", exact=True).click()
            expect(page.get_by_role("status")).to_contain_text("L-FAIL")
            context.close()
        assert stands(portal, "L-FAIL") == "released under deviation"
