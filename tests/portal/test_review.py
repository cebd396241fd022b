"""QA decides and signs: on exactly what was shown, with the password given again, by two people where it takes two."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, expect

from kratom_qc.app.signing import signature_faults
from kratom_qc.domain.disposition import RULES
from tests.app.stores import certificate
from tests.portal.browser import chromium, sign_in, violations
from tests.portal.serving import PASSWORD, Person, Portal, served

LOTS = {"R-PASS": "0.4", "R-HOLD": "<1.0", "R-FAIL": "0.9", "S-PASS": "0.3", "B-PASS": "0.2", "B-FAIL": "0.8"}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with served(tmp_path_factory.mktemp("review")) as found:
        ann = found.signed_in("ann")
        ann.send(*((f"{lot}.csv", certificate(lot, lead)) for lot, lead in LOTS.items()))
        found.judged()
        yield found


def shown(person: Person, lot: str) -> dict[str, str]:
    """What the form of a batch's page says was shown."""
    text = person.get(f"/review/{lot}").text
    return {name: re.search(rf'name="{name}" value="([^"]+)"', text)[1] for name in ("seen", "newest")}


def decided(person: Person, lot: str, decision: str, **more: str) -> httpx.Response:
    fields = {**shown(person, lot), "decision": decision, "because": "all read", "password": PASSWORD, **more}
    return person.post(f"/review/{lot}/decision", **fields)


def stands(portal: Portal, lot: str) -> str:
    return str(portal.store.ledger.batches([lot])[lot].disposition)


def test_a_batch_that_passes_is_released_by_one_who_signs(portal: Portal) -> None:
    quinn = portal.signed_in("quinn")
    answer = decided(quinn, "R-PASS", "released", password="not the password")
    assert (answer.status_code, stands(portal, "R-PASS")) == (401, "awaiting review")
    assert decided(quinn, "R-PASS", "released").status_code == 303
    assert stands(portal, "R-PASS") == "released"
    page = quinn.get("/review/R-PASS").text
    assert "R-PASS is released." in page
    assert "signed by Quinn" in page
    assert list(signature_faults(portal.store.ledger.entries())) == []


@pytest.mark.parametrize("lot", ["R-HOLD", "R-FAIL"])
def test_an_override_takes_a_reason_and_a_second_person(portal: Portal, lot: str) -> None:
    quinn, rita, before = portal.signed_in("quinn"), portal.signed_in("rita"), stands(portal, lot)
    assert decided(quinn, lot, "released", because=" ").status_code == 409
    assert decided(quinn, lot, "released").status_code == 303
    assert stands(portal, lot) == before
    assert "Approve and sign" not in quinn.get(f"/review/{lot}").text
    assert decided(quinn, lot, "released", approves="yes").status_code == 409  # the author is not the approver
    assert decided(rita, lot, "released", approves="yes").status_code == 303
    assert stands(portal, lot) == "released under deviation"


def test_what_has_changed_since_it_was_shown_is_not_signed(portal: Portal) -> None:
    quinn = portal.signed_in("quinn")
    was = shown(quinn, "S-PASS")
    quinn.post("/review/S-PASS/question", text="Which sample was this?")
    for stale in (was, {**shown(quinn, "S-PASS"), "seen": "0" * 64}, {"seen": "", "newest": ""}):
        answer = decided(quinn, "S-PASS", "released", **stale)
        assert answer.status_code == 409
        assert "review it again" in answer.text or "open the page again" in answer.text
    assert stands(portal, "S-PASS") == "awaiting review"


def test_the_vendor_reads_a_question_and_answers(portal: Portal) -> None:
    quinn, ann, bob = (portal.signed_in(name) for name in ("quinn", "ann", "bob"))
    quinn.post("/review/R-FAIL/question", text="Was the scale calibrated?")
    where = f"/certificates/{hashlib.sha256(certificate('R-FAIL', '0.9')).hexdigest()}"
    assert "Was the scale calibrated?" in ann.get(where).text
    assert bob.post(f"{where}/answer", batch_id="R-FAIL", text="x").status_code == 404
    assert ann.post(f"{where}/answer", batch_id="S-PASS", text="x").status_code == 404
    assert ann.post(f"{where}/answer", batch_id="R-FAIL", text="Yes, in May.").status_code == 303
    assert "Yes, in May." in quinn.get("/review/R-FAIL").text


def test_the_form_offers_what_the_table_of_decisions_allows(portal: Portal) -> None:
    rita = portal.signed_in("rita")
    for rule in RULES:
        lot = f"B-{rule.verdict}"
        if lot in LOTS:
            (choice,) = re.findall(rf'value="{rule.decision}" required> [^\n]*', rita.get(f"/review/{lot}").text)
            assert ("a second person" in choice) is (rule.people == 2)


def test_who_sent_a_certificate_does_not_decide_on_it(portal: Portal) -> None:
    quinn = portal.signed_in("quinn")
    quinn.send(("own.csv", certificate("OWN-1", "0.4")))
    portal.judged()
    assert decided(quinn, "OWN-1", "released").status_code == 409
    assert decided(portal.signed_in("rita"), "OWN-1", "released").status_code == 303


def test_the_whole_page_and_its_prints_come_from_what_was_kept(portal: Portal) -> None:
    quinn = portal.signed_in("quinn")
    page = quinn.get("/batches/B-FAIL/page")
    assert "The sheet as it came" in page.text
    assert "'unsafe-inline'" not in page.headers["content-security-policy"]
    for kind, begins in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        assert quinn.get(f"/batches/B-FAIL/report.{kind}").content.startswith(begins)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def test_a_reviewer_finds_a_batch_and_another_approves(browser: Browser, portal: Portal) -> None:
    for name, button in (("quinn", "Decide and sign"), ("rita", "Approve and sign")):
        context = browser.new_context(viewport={"width": 375, "height": 800}, java_script_enabled=True)
        page = context.new_page()
        sign_in(page, portal.address, name)
        page.goto(f"{portal.address}/batches?batch_id=B-F")
        assert violations(page) == []
        page.get_by_role("link", name="B-FAIL").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("FAIL")
        assert violations(page) == []
        form = page.locator("form.card", has=page.get_by_role("button", name=button))
        if name == "quinn":
            form.get_by_label("released").check()
        form.get_by_label("eason").fill("the lot is destroyed in extraction")
        form.get_by_label("Your password").fill(PASSWORD)
        form.get_by_role("button", name=button).click()
        expect(page.get_by_role("status").first).to_contain_text("B-FAIL is")
        context.close()
    assert stands(portal, "B-FAIL") == "released under deviation"
