"""QA reads a text once for its laboratory: in two clicks the batch that it held is judged again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from kratom_qc.app.accepting import ACCEPTED
from kratom_qc.domain.errors import StoreError
from kratom_qc.ledger.entries import Act, Entry
from kratom_qc.ledger.ledger import Writer
from kratom_qc.vocabulary.texts import load
from tests.app.stores import certificate, policy
from tests.portal.browser import check_pages, chromium, sign_in
from tests.portal.serving import USERS, Person, Portal, served

LABORATORY = "Tidewater Analytical"
MOTTO, ADVERSE = "Our motto is care for {}.", "Do not distribute."


def motto(batch: str, *more: str, laboratory: str = LABORATORY) -> bytes:
    """A certificate that would PASS but for its texts, on lines of their own."""
    said = {"Laboratory": laboratory} if laboratory else {}
    lines = [certificate(batch, "0.4", **said).decode(), MOTTO.format(batch), *more]
    return "\n".join(lines).encode()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal that judges by one limit, with a register of texts of its own."""
    root = tmp_path_factory.mktemp("texts")
    policy(root)
    with pytest.MonkeyPatch.context() as patch, served(root) as portal:
        patch.setenv("KRATOM_QC_EXPECTATIONS", str(root / "rules 0.5"))
        patch.setenv("KRATOM_QC_TEXTS", str(root / "texts.toml"))
        ann, quinn = portal.signed_in("ann"), portal.signed_in("quinn")
        for batch in ("L-ONE", "L-TWO", "L-ROLES", "L-SCREEN"):
            ann.send((f"{batch}.csv", motto(batch)))
        ann.send(("L-BAD.csv", motto("L-BAD", ADVERSE)))
        ann.send(("L-NAMELESS.csv", motto("L-NAMELESS", laboratory="")))
        quinn.send(("L-MINE.csv", motto("L-MINE")))
        portal.judged()
        yield portal


def register(house: Portal) -> Path:
    return house.root / "texts.toml"


def verdict(house: Portal, batch: str) -> str:
    return str(house.store.ledger.batches([batch])[batch].verdict)


def accept(house: Portal, person: Person, batch: str, *places: str, because: str = "a motto"):
    sha256 = next(one.sha256 for one in house.people.deliveries(count=100) if one.name == f"{batch}.csv")
    texts = {f"text{number}": place for number, place in enumerate(places)}
    return person.post(f"/batches/{batch}/texts", sha256=sha256, because=because, **texts)


def test_nobody_but_qa_accepts_a_text(house):
    for name, (role, _) in USERS.items():
        answers = accept(house, house.signed_in(name), "L-ROLES"), house.signed_in(name).post("/batches/L-ROLES/again")
        assert all((one.status_code == 403) is (role != "qa") for one in answers), name
    assert not register(house).exists()


def test_what_names_a_verdict_is_not_accepted(house):
    quinn = house.signed_in("quinn")
    page = quinn.get("/batches/L-BAD").text
    assert "<code>A4</code> <q>Our motto" in page
    assert page.count('type="checkbox"') == 1  # nothing to tick at the other
    assert "kratom-qc texts accept" not in page  # neither beside the sheet: it is done here
    answer = accept(house, quinn, "L-BAD", "A4", "A5")
    assert (answer.status_code, "needs a release decision" in answer.text.lower()) == (400, True)
    assert not register(house).exists()


@pytest.mark.parametrize(
    ("batch", "places", "because", "says"),
    [
        ("L-TWO", ("A4",), "  ", "say why"),
        ("L-TWO", (), "a motto", "say which texts"),
        ("L-TWO", ("A9",), "a motto", "no unread text stands at a9"),
        ("L-NAMELESS", ("A4",), "a motto", "names no laboratory"),
        ("L-MINE", ("A4",), "a motto", "does not accept its texts"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(house, batch, places, because, says):
    answer = accept(house, house.signed_in("quinn"), batch, *places, because=because)
    assert (answer.status_code, says in answer.text.lower()) == (400, True)
    assert not register(house).exists()


def test_where_the_journal_cannot_be_written_nothing_is_accepted(house, monkeypatch):
    def full(writer: Writer, actor: str, acts: Iterable[Act]) -> list[Entry]:
        held = list(acts)
        if any(one.act == ACCEPTED for one in held):
            raise StoreError("the disk is full")
        return add(writer, actor, held)

    add = Writer.add
    monkeypatch.setattr(Writer, "add", full)
    assert accept(house, house.signed_in("quinn"), "L-TWO", "A4").status_code == 503
    assert not register(house).exists()


def test_a_text_is_accepted_for_its_laboratory_in_two_clicks(house):
    with chromium() as browser:
        check_pages(browser, house.address, "quinn", [f"/batches/{one}" for one in ("L-SCREEN", "L-BAD", "L-NAMELESS")])
        page = browser.new_context(java_script_enabled=False).new_page()
        sign_in(page, house.address, "quinn")
        page.goto(f"{house.address}/batches/L-ONE")
        page.get_by_label("Why these say nothing").fill("a motto")
        page.get_by_role("button", name=f"Accept for {LABORATORY}").click()
        expect(page.get_by_role("status")).to_contain_text("L-ONE was judged again: PASS")
    assert verdict(house, "L-ONE") == "PASS"
    kept = load(register(house), "texts.toml").entries
    assert [(one.text, one.laboratory, one.by) for one in kept] == [(MOTTO.format("{batch}"), LABORATORY, "quinn")]
    entry = next(one for one in house.store.ledger.entries("L-ONE") if one.act == "texts accepted")
    assert (entry.actor, entry.reason, entry.made["texts"]) == ("quinn", "a motto", {"A4": MOTTO.format("L-ONE")})
    # Another batch that it held is judged again when somebody asks, and not before.
    quinn = house.signed_in("quinn")
    assert verdict(house, "L-TWO") == "HOLD"
    assert "has been read since this verdict" in quinn.get("/batches/L-TWO").text
    assert quinn.post("/batches/L-TWO/again").status_code == 303
    assert verdict(house, "L-TWO") == "PASS"
    assert verdict(house, "L-NAMELESS") == "HOLD"


def test_where_another_pass_is_at_work_the_batch_stands_as_it_stood(house, monkeypatch):
    monkeypatch.setattr("kratom_qc.app.accepting._PATIENCE", 0.1)
    quinn = house.signed_in("quinn")
    before = verdict(house, "L-ROLES")
    with house.store.locked():
        assert quinn.post("/batches/L-ROLES/again").status_code == 303
    assert "stands as it stood" in quinn.get("/batches/L-ROLES").text
    assert verdict(house, "L-ROLES") == before
