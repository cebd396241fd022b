"""What hostile requests get: a refusal in words, while others are served."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from kratom_qc.app.deliveries import ARRIVING
from kratom_qc.portal import protocol, uploads
from tests.app.stores import certificate
from tests.portal.serving import Portal

BOUNDARY = "b0undary"
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def part(name: str, content: bytes, file: str | None = None) -> bytes:
    named = f'; filename="{file}"' if file is not None else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'
    return head.encode() + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


@pytest.fixture
def program(portal: Portal) -> httpx.Client:
    return portal.client(headers=portal.token("ann"))


def sent(program: httpx.Client, body: bytes | Iterator[bytes], **headers: str) -> httpx.Response:
    return program.post("/api/v1/certificates", content=body, headers={**FORM, **headers})


def nothing_is_left(portal: Portal) -> bool:
    return list((portal.root / "store" / ARRIVING).iterdir()) == []


MALFORMED = {
    "no part": END,
    "two files": part("file", b"a", "a.csv") + part("file", b"b", "b.csv") + END,
    "a part without a name": part("file", b"a", "a.csv").replace(b' name="file";', b"") + END,
    "a thousand fields": b"".join(part(f"f{n}", b"x") for n in range(1_001)) + END,
    "a field of a megabyte": part("f", b"x" * 2**20) + END,
    "a header of 100 kB": part("file", b"a", "x" * 100_000) + END,
    "a name of 300 bytes": part("file", b"a", "x" * 300) + END,
    "cut off": part("file", b"a", "a.csv"),
    "no boundary in the body": b"hello",
    "an empty file": part("file", b"", "a.csv") + END,
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_request_is_refused_in_a_sentence(portal: Portal, program: httpx.Client, body: bytes) -> None:
    answer = sent(program, body)
    assert answer.status_code in (400, 413)
    assert answer.json()["error"].endswith(".")
    assert nothing_is_left(portal)


def test_two_million_line_ends_before_the_first_part_take_no_time(program: httpx.Client) -> None:
    begun = time.monotonic()
    answer = sent(program, b"\r\n" * 1_000_000 + part("file", b"a", "a.csv") + END)
    assert answer.status_code in (202, 400)
    assert time.monotonic() - begun < 5


def test_what_says_it_is_too_large_is_refused_before_a_byte_is_read(portal: Portal) -> None:
    token = portal.token("ann")["Authorization"]
    host, port = portal.address.removeprefix("http://").split(":")
    for length in ("99999999999", "-5"):
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            head = f"POST /api/v1/certificates HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n"
            connection.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode())
            assert connection.recv(100).split()[1] in (b"413", b"400")


def test_an_endless_body_ends_at_the_cap(portal: Portal, program: httpx.Client, monkeypatch) -> None:
    monkeypatch.setenv("KRATOM_QC_MAX_FILE_BYTES", str(2**20))
    given = 0

    def endless() -> Iterator[bytes]:
        nonlocal given
        while given < 2**30:
            given += 2**16
            yield b"x" * 2**16

    try:
        answer = program.post("/api/v1/certificates?name=x.csv", content=endless())
        assert answer.status_code == 413
    except httpx.NetworkError:  # the server has left
        pass
    assert given < 2**26
    assert nothing_is_left(portal)


def test_a_slow_body_is_given_up_and_others_are_served(portal: Portal, program: httpx.Client, monkeypatch) -> None:
    monkeypatch.setattr(uploads, "_MOST_SECONDS", 1)

    def slow() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x"
            time.sleep(0.1)

    statuses: list[int] = []

    def attack() -> None:
        try:
            statuses.append(program.post("/api/v1/certificates", content=slow()).status_code)
        except httpx.HTTPError:
            statuses.append(408)

    threads = [threading.Thread(target=attack) for _ in range(5)]
    for thread in threads:
        thread.start()
    begun = time.monotonic()
    assert portal.client().get("/sign-in").status_code == 200
    assert time.monotonic() - begun < 5
    for thread in threads:
        thread.join()
    assert statuses == [408] * 5
    assert nothing_is_left(portal)


def test_headers_that_never_end_are_given_up(portal: Portal, monkeypatch) -> None:
    monkeypatch.setattr(protocol, "HEADER_SECONDS", 0.5)
    host, port = portal.address.removeprefix("http://").split(":")
    for first in (b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "):
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(first)
            assert connection.recv(10) == b""


def test_a_range_is_not_cut_out(portal: Portal) -> None:
    ann, content = portal.signed_in("ann"), certificate("RANGE-1", "0.4")
    where = ann.send(("range.csv", content)).headers["location"]
    ranges = "bytes=" + ",".join(f"{n}-{n + 1}" for n in range(2_000))
    answer = ann.client.get(f"{where}/file", headers={"Range": ranges})
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-disposition"].startswith("attachment")


NAMES = {
    "../../etc/cron.d/x.csv": "x.csv",
    "..\\..\\boot.csv": "boot.csv",
    "/etc/passwd": "passwd",
    "CON": "CON",
    "-rf": "-rf",
}


@pytest.mark.parametrize(("given", "kept"), NAMES.items())
def test_a_name_is_text_and_never_a_place_on_the_disk(
    portal: Portal, program: httpx.Client, given: str, kept: str
) -> None:
    answer = sent(program, part("file", b"of " + given.encode(), given.replace("\\", "\\\\")) + END)
    assert answer.status_code == 202
    (one,) = portal.people.deliveries(sha256=answer.json()["sha256"])
    assert one.name == kept


# ---------------------------------------------------------------- whose request it is


def test_nobody_unknown_is_listened_to(portal: Portal) -> None:
    """The body is not read: the answer comes while it is still being sent."""

    def never_ends() -> Iterator[bytes]:
        yield part("file", b"x", "x.csv")
        time.sleep(20)
        yield END

    begun = time.monotonic()
    host, port = portal.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        head = "POST /api/v1/certificates HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(100).split()[1] == b"401"
    assert time.monotonic() - begun < 5
    assert nothing_is_left(portal)


@pytest.mark.parametrize("address", ["/batches/L-1/decide", "/send", "/api/v1/certificates"])
def test_a_refusal_reaches_whoever_is_still_sending(portal: Portal, address: str) -> None:
    """The answer comes first, and the connection is not reset while the rest of the request follows."""
    host, port = portal.address.removeprefix("http://").split(":")
    rest = b"x" * 2**20
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        head = f"POST {address} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(rest)}\r\n\r\n"
        connection.sendall(head.encode())
        answer = connection.recv(2**16)
        assert answer.split()[1] in (b"303", b"401", b"403")
        connection.sendall(rest)
        while more := connection.recv(2**16):
            answer += more
    assert answer.strip()


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
    ids=["another site", "no site", "as the browser says"],
)
def test_a_form_of_another_site_is_refused(portal: Portal, headers: dict[str, str]) -> None:
    ann = portal.signed_in("ann")
    fields = {"form_token": ann.form_token}
    for address in ("/tokens", "/sign-out", "/sign-in", "/send"):
        assert ann.client.post(address, data=fields, headers=headers).status_code == 403
    assert ann.get("/certificates").status_code == 200


def test_a_form_without_its_token_is_refused(portal: Portal) -> None:
    ann, bob = portal.signed_in("ann"), portal.signed_in("bob")
    for token in ("", "x", bob.form_token):
        assert ann.client.post("/tokens", data={"form_token": token}).status_code == 403
        files = [("file", ("a.csv", b"x"))]
        assert ann.client.post("/send", data={"form_token": token}, files=files).status_code == 403
    assert nothing_is_left(portal)


def test_wrong_passwords_lock_a_name_and_the_journal_says_so(portal: Portal) -> None:
    client = portal.client(headers={"Origin": portal.address})
    statuses = [
        client.post("/sign-in", data={"name": "olga", "password": f"wrong wrong {n}"}).status_code for n in range(6)
    ]
    assert statuses == [401] * 5 + [429]
    assert [one.act for one in portal.store.ledger.entries("olga")][-1] == "sign-in locked"


def test_a_user_who_is_disabled_is_out_at_once(portal: Portal) -> None:
    bob, program = portal.signed_in("bob"), portal.client(headers=portal.token("bob"))
    assert portal.signed_in("ada").post("/people/bob", is_enabled="no").status_code == 303
    assert bob.get("/certificates").status_code == 303
    assert program.get("/api/v1/batches").status_code == 401


def test_another_password_ends_every_session_whoever_gave_it(portal: Portal) -> None:
    from kratom_qc.app.accounts import set_password

    rosa = portal.signed_in("rosa")
    assert rosa.get("/review").status_code == 200
    set_password(portal.people, "somebody at a shell", "rosa", "another horse battery")  # `kratom-qc users password`
    assert rosa.get("/review").headers["location"] == "/sign-in?next=/review"
    assert portal.signed_in("rosa", "another horse battery").get("/review").status_code == 200


@pytest.mark.parametrize(
    ("user", "address"),
    [
        ("ann", "/certificates?before="),
        ("quinn", "/batches?after="),
        ("quinn", "/review?after="),
        ("quinn", "/files?before="),
    ],
)
def test_a_place_in_a_list_that_no_list_has_is_refused(portal: Portal, user: str, address: str) -> None:
    person = portal.signed_in(user)
    assert [person.get(f"{address}{place}").status_code for place in ("9" * 30, "-1", "x", "0")] == [422, 422, 422, 200]


def test_no_secret_stands_in_the_journal_or_the_log(portal: Portal, capfd: pytest.CaptureFixture[str]) -> None:
    from tests.portal.serving import PASSWORD

    token = portal.token("ann")["Authorization"].split()[1]
    portal.client().get("/api/v1/batches", headers={"Authorization": f"Bearer {token}"})
    journal = "".join(map(str, portal.store.ledger.entries()))
    printed = "".join(capfd.readouterr())
    for secret in (PASSWORD, token, "$argon2id$"):
        assert secret not in journal
        assert secret not in printed


def test_a_hash_put_into_the_database_by_hand_lets_nobody_in(portal: Portal) -> None:
    from sqlalchemy import update

    from kratom_qc.app.accounts import _argon2id, is_password
    from kratom_qc.ledger.tables import CREDENTIALS

    people = portal.people
    with portal.store.ledger.writing() as writer:
        change = update(CREDENTIALS).where(CREDENTIALS.c.name == "quinn")
        writer.connection.execute(change.values(password=_argon2id("mine mine mine mine")))
    assert not is_password(people, people.user("quinn"), "mine mine mine mine")
