"""The interface for programs: the objects of `check --json`, pages that lead to the next, and its own description."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from kratom_qc.portal.rates import Rate
from tests.app.stores import certificate
from tests.portal.serving import Portal, served

LOTS = {f"LOT-{number:02}": value for number, value in enumerate(("0.4", "<1.0", "0.9", "0.3", "0.2"))}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with served(tmp_path_factory.mktemp("api")) as found:
        client = found.client(headers=found.token("ann"))
        for lot, lead in LOTS.items():
            sent = client.post(f"/api/v1/certificates?name={lot}.csv", content=certificate(lot, lead))
            assert sent.status_code == 202
        client.post("/api/v1/certificates?name=no.csv", content=b"no table")
        found.judged()
        yield found


@pytest.fixture
def program(portal: Portal) -> httpx.Client:
    return portal.client(headers=portal.token("ann"))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_certificate_is_answered_as_check_prints_it(program: httpx.Client) -> None:
    content = certificate("LOT-02", "0.9")
    answer = program.get(f"/api/v1/certificates/{sha256(content)}").json()
    assert (answer["file"], answer["status"]) == ("LOT-02.csv", "judged")
    (batch,) = answer["batches"]
    assert (batch["batch_id"], batch["verdict"], batch["disposition"]) == ("LOT-02", "FAIL", "on hold")
    (lead,) = [one for one in batch["findings"] if one["rule_id"] == "PB"]
    assert (lead["outcome"], lead["low"], lead["high"], lead["unit"]) == ("FAIL", "0.9", "0.9", "mg/kg")
    assert batch["results"][0]["said"] == "0.9"
    assert batch["markets"] == {"us": "FAIL"}


def test_a_refused_certificate_says_why_and_what_to_do(program: httpx.Client) -> None:
    answer = program.get(f"/api/v1/certificates/{sha256(b'no table')}").json()
    assert (answer["status"], answer["batches"]) == ("refused", [])
    assert all(one["code"] and one["message"] and one["do"] for one in answer["refusals"])


def test_pages_of_batches_lead_to_the_next_and_miss_none(program: httpx.Client) -> None:
    found, after = [], ""
    while True:
        page = program.get(f"/api/v1/batches?count=2{after}").json()
        found += [one["batch_id"] for one in page["batches"]]
        if page["after"] is None:
            break
        after = f"&after={page['after']}"
    assert sorted(found) == sorted(LOTS)


@pytest.mark.parametrize(
    ("asked", "lots"),
    [("verdict=FAIL", ["LOT-02"]), ("batch_id=LOT-00", ["LOT-00"]), ("batch_id=LOT_", []), ("product=capsule", [])],
)
def test_batches_are_found_by_what_is_said_of_them(program: httpx.Client, asked: str, lots: list[str]) -> None:
    page = program.get(f"/api/v1/batches?{asked}").json()
    assert [one["batch_id"] for one in page["batches"]] == lots


def test_the_same_key_with_the_same_file_is_the_same_request(portal: Portal, program: httpx.Client) -> None:
    key = {"Idempotency-Key": "order 7"}
    answers = [program.post("/api/v1/certificates", content=b"once", headers=key) for _ in range(2)]
    assert [one.status_code for one in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert len(portal.people.deliveries(sha256=sha256(b"once"))) == 1
    assert program.post("/api/v1/certificates", content=b"other", headers=key).status_code == 409


def test_limits_and_markets_are_those_of_limits_list(program: httpx.Client) -> None:
    limits = program.get("/api/v1/limits?market=us-ut&product=leaf_powder&on=2026-11-22").json()
    assert limits["on"] == "2026-11-22"
    assert {"rule_id", "high", "because", "stands"} <= limits["limits"][0].keys()
    market = program.get("/api/v1/markets/us-ut").json()
    assert [one["id"] for one in market["rulebooks"]][-1] == "us-ut"
    assert program.get("/api/v1/markets/nowhere").status_code == 404
    assert program.get("/api/v1/limits?market=nowhere").status_code == 400


def test_too_many_requests_are_told_when_to_come_again(portal: Portal, monkeypatch) -> None:
    monkeypatch.setattr(portal.app.state.house, "requests", Rate(per_second=0.1, at_once=3))
    client = portal.client(headers=portal.token("olga"))
    answers = [client.get("/api/v1/batches") for _ in range(5)]
    assert [one.status_code for one in answers].count(429) >= 1
    assert int(answers[-1].headers["retry-after"]) >= 1


def test_the_interface_is_as_it_describes_itself(portal: Portal, monkeypatch) -> None:
    """Property-based: requests as the description allows them and as it does not, by schemathesis."""
    monkeypatch.setattr(portal.app.state.house, "requests", Rate(per_second=1e6, at_once=1e6))
    schema = schemathesis.openapi.from_url(f"{portal.address}/api/v1/openapi.json")
    headers, count = portal.token("ann"), 0

    for found in schema.get_all_operations():

        @settings(
            max_examples=8, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=[*HealthCheck]
        )
        @given(case=found.ok().as_strategy())
        def holds(case: schemathesis.Case) -> None:
            nonlocal count
            count += 1
            # Which names and contents are no file's is more than a schema can say.
            case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

        holds()
    assert count > 30
