"""Every role asks for every address: what it may do is what the table of roles says, and no company ever sees a word of
another's."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute

from kratom_qc.domain.roles import ALLOWED, Action, Role
from tests.app.stores import certificate
from tests.portal.serving import USERS, Portal, served

# What each company sent: its own lots, and one lot of which both speak.
OWN = {"ann": "ACME-7", "bob": "BOLT-9"}
SHARED = "BOTH-1"
# Words of each company's files that stand nowhere else.
MARKS = {"ann": ("ACME-7", "acme-secret", "Acmelab"), "bob": ("BOLT-9", "bolt-secret", "Boltlab")}
OPEN = {"/sign-in", "/health", "/metrics", "/static/{version}/{name}", "/api/v1/openapi.json"}
FOR_EVERYBODY = {"/", "/password", "/sign-out", "/tokens/{token_id}/revoke"}
# What an address asks of whoever opens it.
ACTIONS: dict[str, tuple[Action, ...]] = {
    "/send": (Action.SEND,),
    "/certificates": (Action.SEE_OWN,),
    "/certificates/{sha256}": (Action.SEE_OWN, Action.SEE_ALL),
    "/certificates/{sha256}/file": (Action.SEE_OWN, Action.SEE_ALL),
    "/certificates/{sha256}/annotated.xlsx": (Action.SEE_OWN, Action.SEE_ALL),
    "/certificates/{sha256}/progress": (Action.SEE_OWN, Action.SEE_ALL),
    "/templates": (Action.SEE_LIMITS,),
    "/templates/{form}.xlsx": (Action.SEE_LIMITS,),
    "/review": (Action.SEE_ALL,),
    "/batches": (Action.SEE_ALL,),
    "/batches/{batch_id:path}": (Action.SEE_ALL,),
    "/batches/{batch_id:path}/page": (Action.SEE_ALL,),
    "/batches/{batch_id:path}/report.{form}": (Action.SEE_ALL,),
    "/batches/{batch_id:path}/decide": (Action.DECIDE,),
    "/batches/{batch_id:path}/ask": (Action.DECIDE,),
    "/batches/{batch_id:path}/texts": (Action.READ_TEXTS,),
    "/batches/{batch_id:path}/again": (Action.READ_TEXTS,),
    "/limits": (Action.SEE_LIMITS,),
    "/limits/as-judged": (Action.SEE_ALL,),
    "/compare": (Action.SEE_ALL,),
    "/trends": (Action.SEE_ALL,),
    "/scorecards": (Action.SEE_OWN, Action.SEE_ALL),
    "/scorecards/{kind}/{name:path}": (Action.SEE_OWN, Action.SEE_ALL),
    "/what-if": (Action.SEE_ALL,),
    "/certificates/{sha256}/answer": (Action.SEE_OWN,),
    "/files": (Action.SEE_ALL,),
    "/files/{sha256}/retry": (Action.RETRY,),
    "/operation": (Action.SEE_OPERATION,),
    "/people": (Action.MANAGE_PEOPLE,),
    "/people/{name}": (Action.MANAGE_PEOPLE,),
    "/tokens": (Action.OWN_TOKENS,),
    "/api/v1/certificates": (Action.SEND,),
    "/api/v1/certificates/{sha256}": (Action.SEE_OWN, Action.SEE_ALL),
    "/api/v1/batches": (Action.SEE_OWN, Action.SEE_ALL),
    "/api/v1/batches/{batch_id:path}": (Action.SEE_OWN, Action.SEE_ALL),
    "/api/v1/limits": (Action.SEE_LIMITS,),
    "/api/v1/markets/{market}": (Action.SEE_LIMITS,),
}


def content(name: str, batch: str) -> bytes:
    company = MARKS[name][2]
    return certificate(batch, "0.4", Laboratory=company, Client=f"{company} client", Note=f"remark of {company}")


FILES = {name: content(name, batch) for name, batch in OWN.items()}
SHARED_FILES = {name: content(name, SHARED) for name in OWN}
REFUSED = {name: f"nothing to see of {MARKS[name][2]} BATCH {OWN[name]}".encode() for name in OWN}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """Both companies have sent their files, and what they share."""
    with served(tmp_path_factory.mktemp("isolation")) as found:
        for name in OWN:
            mark = MARKS[name][1]
            person = found.signed_in(name)
            for number, one in enumerate((FILES[name], SHARED_FILES[name], REFUSED[name])):
                assert person.send((f"{mark}-{number}.csv", one)).status_code == 303
        found.judged()
        yield found


def routes(portal: Portal) -> list[tuple[str, str]]:
    """(method, path) of every route that is served."""
    found = []
    waiting = list(portal.app.routes)
    while waiting:
        route = waiting.pop()
        if isinstance(route, APIRoute):
            found += [(method, route.path) for method in sorted(route.methods)]
        waiting += getattr(getattr(route, "original_router", None), "routes", ())
    return found


def addresses(path: str, name: str) -> list[str]:
    """Addresses of a route about what somebody sent, and about what is shared."""
    filled = (
        path.replace("report.{form}", "report.xlsx")
        .replace("{form}", "leaf_powder")
        .replace("{market}", "us")
        .replace("{name}", "ann")
    )
    filled = filled.replace("{token_id}", "00000000")
    if "{kind}" in filled:
        groups = {"vendor": USERS[name][1], "laboratory": MARKS[name][2], "product": "leaf_powder"}
        return [filled.replace("{kind}/{name:path}", f"{kind}/{one}") for kind, one in groups.items()]
    if "{sha256}" in filled:
        hashes = map(sha256, (FILES[name], SHARED_FILES[name], REFUSED[name]))
        return [filled.replace("{sha256}", one) for one in hashes]
    return (
        [filled.replace("{batch_id:path}", one) for one in (OWN[name], SHARED)] if "{batch_id" in filled else [filled]
    )


def test_every_route_says_what_it_asks_of_a_role(portal: Portal) -> None:
    paths = {path for _, path in routes(portal)}
    assert paths - OPEN - FOR_EVERYBODY == set(ACTIONS)


@pytest.mark.parametrize("user", USERS)
def test_a_role_opens_exactly_what_the_table_says(portal: Portal, user: str) -> None:
    role = Role(USERS[user][0])
    person, program = portal.signed_in(user), portal.client(headers=portal.token(user))
    for method, path in routes(portal):
        if path in OPEN or path in FOR_EVERYBODY:
            continue
        allowed = any(role in ALLOWED[action] for action in ACTIONS[path])
        client = program if path.startswith("/api/") else person.client
        whose = user if user in OWN else "ann"
        for address in addresses(path, whose):
            status = client.request(method, address).status_code
            assert (status == 403) is not allowed or (allowed and method == "POST"), (user, method, address, status)
            assert status < 500


def test_nobody_gets_anything_without_signing_in(portal: Portal) -> None:
    client = portal.client()
    for method, path in routes(portal):
        if path in OPEN:
            continue
        for address in addresses(path, "ann"):
            answer = client.request(method, address)
            expected = 303 if method == "GET" and not path.startswith("/api/") else 401
            assert answer.status_code == expected, (method, address)
            if expected == 303:
                assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize(("user", "other"), [("ann", "bob"), ("bob", "ann")])
def test_no_company_sees_a_word_of_another(portal: Portal, user: str, other: str) -> None:
    """Every route, for what is one's own, for what is the other's, and for the lot of both."""
    person, program = portal.signed_in(user), portal.client(headers=portal.token(user))
    seen = 0
    for method, path in routes(portal):
        if method != "GET":
            continue
        for address in dict.fromkeys((*addresses(path, user), *addresses(path, other))):
            client = program if path.startswith("/api/") else person.client
            answer = client.get(address)
            body = answer.content.replace(address.encode(), b"")  # what was asked for is said back
            if path.endswith((".xlsx", "/file")) and answer.status_code == 200:
                body = everything_in(answer)
            for mark in MARKS[other]:
                assert mark.encode() not in body, (address, mark)
            seen += any(mark.encode() in body for mark in MARKS[user])
    assert seen >= 4  # one's own is there


def everything_in(answer: httpx.Response) -> bytes:
    """The text of a workbook, or the bytes of another file."""
    if not answer.content.startswith(b"PK"):
        return answer.content
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
        return b"".join(parts.read(name) for name in parts.namelist())


def test_what_is_anothers_is_as_if_it_were_not_there(portal: Portal) -> None:
    ann = portal.signed_in("ann")
    there, nowhere = sha256(FILES["bob"]), "0" * 64
    for suffix in ("", "/file", "/annotated.xlsx", "/progress"):
        answers = [ann.get(f"/certificates/{one}{suffix}") for one in (there, nowhere)]
        assert [one.status_code for one in answers] == [404, 404]
        assert answers[0].text == answers[1].text


def test_a_lot_of_which_two_companies_speak_is_held_and_shown_to_neither(portal: Portal) -> None:
    known = portal.store.ledger.batches([SHARED])[SHARED]
    assert known.verdict == "HOLD"
    for name in OWN:
        page = portal.signed_in(name).get(f"/certificates/{sha256(SHARED_FILES[name])}").text
        assert "Somebody else sent a certificate of this lot too" in page
        assert not re.search(r">(PASS|HOLD|FAIL)<", page)
        answer = portal.client(headers=portal.token(name)).get(f"/api/v1/batches/{SHARED}").json()
        assert answer == {"batch_id": SHARED, "verdict": None, "disposition": None, "compared_with_others": True}


def test_the_same_bytes_of_two_companies_hold_their_batch(tmp_path: Path) -> None:
    with served(tmp_path) as portal:
        content = certificate("SAME-1", "0.4")
        portal.signed_in("ann").send(("acme.csv", content))
        portal.judged()
        assert portal.store.ledger.batches(["SAME-1"])["SAME-1"].verdict == "PASS"
        portal.signed_in("bob").send(("bolt.csv", content))
        portal.judged()
        assert portal.store.ledger.batches(["SAME-1"])["SAME-1"].verdict == "HOLD"
        assert portal.judged().was_idle
        assert "acme" not in portal.signed_in("bob").get(f"/certificates/{sha256(content)}").text
