"""How fast the portal answers while it is used:

    python -m tests.tools.portal_load --batches 100000 --readers 50 --uploads 5 --seconds 300

Readers open pages and ask the API one after the other, with half a second between; uploads come at their own pace whatever
the portal does. Printed are percentiles of pages, of the acknowledgement of an upload, and of the time until its verdict.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from kratom_qc.app.accounts import add_token, add_user
from kratom_qc.app.store import Store
from kratom_qc.ledger.entries import Act, digest
from kratom_qc.ledger.people import People
from tests.app.stores import certificate
from tests.portal.serving import PASSWORD
from tests.portal.test_serve import serving

PAGES = ("/review", "/files", "/files?status=refused", "/operation")
TOGETHER = 10_000


class Measured:
    """Seconds by what was measured, and answers that were errors."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}
        self.errors: list[str] = []

    def ask(self, what: str, client: httpx.Client, method: str, address: str, **more: Any) -> httpx.Response:
        begun = time.monotonic()
        answer = client.request(method, address, **more)
        self.seconds.setdefault(what, []).append(time.monotonic() - begun)
        if answer.status_code >= 400:
            self.errors.append(f"{answer.status_code} {address}")
        return answer

    def told(self) -> Iterator[str]:
        for what, seconds in sorted(self.seconds.items()):
            parts = statistics.quantiles(seconds, n=100) if len(seconds) > 1 else seconds * 99
            figures = "  ".join(f"p{n} {1000 * parts[n - 1]:.0f} ms" for n in (50, 95, 99))
            yield f"{what:10} {len(seconds):6}  {figures}  max {1000 * max(seconds):.0f} ms"
        yield f"errors: {len(self.errors)} {self.errors[:3]}"


def fill(store: Store, batches: int) -> None:
    """Batches that the ledger knows, as if a pass had judged them."""
    acts: list[Act] = []
    for number in range(batches):
        sha256, batch_id = digest(number), f"L-{number:07}"
        verdict, stands = random.Random(number).choice(
            (("PASS", "awaiting review"), ("HOLD", "on hold"), ("FAIL", "on hold"))
        )
        judged = {
            **{
                "product": "leaf_powder",
                "laboratory": f"lab {number % 40}",
                "verdict": verdict,
                "reason": "Lead 0.9 mg/kg",
            },
            **{
                "judged_on": "2026-11-22",
                "judged_at": "2026-11-22T08:30:00Z",
                "sequence": 1,
                "pass_id": "2026-11-22-000001",
            },
            **{"basis": sha256, "outcome": sha256, "disposition": stands},
        }
        delivered = {"name": f"{batch_id}.csv", "route": "portal", "size": 900, "vendor": f"vendor {number % 50}"}
        read = {"program": "of load", "pass_id": "2026-11-22-000001", "batches": {batch_id: []}}
        acts += [Act("delivered", sha256, delivered), Act("read", sha256, read), Act("judged", batch_id, judged)]
        if len(acts) >= TOGETHER:
            store.ledger.add("load", *sorted(acts, key=lambda act: act.act))
            acts.clear()
    store.ledger.add("load", *sorted(acts, key=lambda act: act.act))


def read(measured: Measured, address: str, until: float) -> None:
    with httpx.Client(base_url=address, timeout=60, headers={"Origin": address}) as client:
        client.post("/sign-in", data={"name": "quinn", "password": PASSWORD})
        while time.monotonic() < until:
            measured.ask("page", client, "GET", random.choice(PAGES))
            time.sleep(0.5)


def upload(measured: Measured, address: str, headers: dict[str, str], number: int) -> None:
    with httpx.Client(base_url=address, timeout=60, headers=headers) as client:
        begun = time.monotonic()
        content = certificate(f"LOAD-{number}", "0.4", Note=str(number))
        answer = measured.ask("upload", client, "POST", "/api/v1/certificates?name=load.csv", content=content)
        where = answer.json()["address"]
        while client.get(where).json()["status"] == "waiting":
            time.sleep(0.1)
        measured.seconds.setdefault("verdict", []).append(time.monotonic() - begun)


def main() -> None:
    """Serve, load and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("batches", 100_000), ("readers", 50), ("uploads", 5), ("seconds", 300)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        store = Store(root / "store")
        people = People(store.ledger)
        add_user(people, "load", "quinn", "qa", PASSWORD)
        tokens = []
        for number in range(5):
            add_user(people, "load", f"ann{number}", "vendor", PASSWORD, vendor=f"vendor {number}")
            tokens.append({"Authorization": f"Bearer {add_token(people, 'load', f'ann{number}')}"})
        fill(store, options.batches)
        with serving(root) as (_, address):
            run(address, tokens, options)


def run(address: str, tokens: list[dict[str, str]], options: argparse.Namespace) -> None:
    warm = Measured()
    upload(warm, address, tokens[0], -1)  # the engine is loaded then
    measured, begun = Measured(), time.monotonic()
    until = begun + options.seconds
    threads = [threading.Thread(target=read, args=(measured, address, until)) for _ in range(options.readers)]
    for thread in threads:
        thread.start()
    for number in range(options.seconds * options.uploads):
        time.sleep(max(0.0, begun + number / options.uploads - time.monotonic()))
        one = threading.Thread(target=upload, args=(measured, address, tokens[number % len(tokens)], number))
        one.start()
        threads.append(one)
    for thread in threads:
        thread.join()
    print("\n".join(measured.told()))


if __name__ == "__main__":
    main()
