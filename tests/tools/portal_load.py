"""How fast the portal answers while it is used:

    python -m tests.tools.portal_load --batches 100000 --readers 50 --uploads 5 --seconds 300

Readers are people: each opens a page, reads it for two to five seconds and opens the next. Uploads come at their own pace
whatever the portal does, each is asked for four times a second until it is judged. Printed are percentiles of pages, of the
acknowledgement of an upload, and of the time until its verdict; and what the portal and its worker cost in CPU.
"""

from __future__ import annotations

import argparse
import os
import random
import ssl
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil

from kratom_qc.app.accounts import add_token, add_user
from kratom_qc.ledger.ledger import now
from kratom_qc.ledger.people import People
from tests.app.stores import certificate
from tests.portal.serving import PASSWORD
from tests.portal.test_serve import serving
from tests.tools.archives import made_by_chance

PAGES = (
    *("/review", "/review?show=its release", "/batches", "/batches?verdict=FAIL", "/batches?batch_id=B-00001"),
    *("/batches?laboratory=L", "/files", "/files?status=refused", "/limits?search=lead", "/scorecards", "/operation"),
)
TOGETHER = 1_000  # batches of a pass
RESULTS = 12  # of a batch
_NO_TLS = ssl.create_default_context()  # one for all: making it takes longer than a request


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


def read(measured: Measured, address: str, until: float, judged: list[str], chance: random.Random) -> None:
    """Somebody of QA; every third page is that of a batch that was judged meanwhile."""
    with httpx.Client(base_url=address, timeout=60, verify=_NO_TLS, headers={"Origin": address}) as client:
        client.post("/sign-in", data={"name": "quinn", "password": PASSWORD})
        while time.monotonic() < until:
            time.sleep(chance.uniform(2, 5))
            if judged and chance.random() < 1 / 3:
                measured.ask("batch page", client, "GET", f"/batches/{chance.choice(judged)}")
            else:
                measured.ask("page", client, "GET", chance.choice(PAGES))


def upload(measured: Measured, address: str, headers: dict[str, str], number: int, judged: list[str]) -> None:
    with httpx.Client(base_url=address, timeout=60, verify=_NO_TLS, headers=headers) as client:
        begun = time.monotonic()
        content = certificate(f"LOAD-{number}", "0.4", Note=str(number))
        answer = measured.ask("upload", client, "POST", "/api/v1/certificates?name=load.csv", content=content)
        where = answer.json()["address"]
        while measured.ask("asked again", client, "GET", where).json()["status"] == "waiting":
            time.sleep(0.25)
        measured.seconds.setdefault("verdict", []).append(time.monotonic() - begun)
        judged.append(f"LOAD-{number}")


def main() -> None:
    """Serve, load and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("batches", 100_000), ("readers", 50), ("uploads", 5), ("seconds", 300)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        passes = max(1, options.batches // TOGETHER)
        store = made_by_chance(root / "store", passes, TOGETHER, RESULTS, clock=now)
        people = People(store.ledger)
        add_user(people, "load", "quinn", "qa", PASSWORD)
        tokens = []
        for number in range(5):
            add_user(people, "load", f"ann{number}", "vendor", PASSWORD, vendor=f"vendor {number}")
            tokens.append({"Authorization": f"Bearer {add_token(people, 'load', f'ann{number}')}"})
        with serving(root) as (process, address):
            run(psutil.Process(process.pid), address, tokens, options)


def run(portal: psutil.Process, address: str, tokens: list[dict[str, str]], options: argparse.Namespace) -> None:
    judged: list[str] = []
    upload(Measured(), address, tokens[0], -1, judged)  # the engine is loaded then
    measured, begun = Measured(), time.monotonic()
    cost = _cpu(portal)
    until = begun + options.seconds
    threads = [
        threading.Thread(target=read, args=(measured, address, until, judged, random.Random(number)))
        for number in range(options.readers)
    ]
    for thread in threads:
        thread.start()
    for number in range(options.seconds * options.uploads):
        time.sleep(max(0.0, begun + number / options.uploads - time.monotonic()))
        one = threading.Thread(target=upload, args=(measured, address, tokens[number % len(tokens)], number, judged))
        one.start()
        threads.append(one)
    for thread in threads:
        thread.join()
    print("\n".join(measured.told()))
    own, others = (after - before for after, before in zip(_cpu(portal), cost, strict=True))
    requests = sum(len(seconds) for what, seconds in measured.seconds.items() if what != "verdict")
    print(f"portal: {1000 * own / requests:.1f} ms of CPU a request, {own / options.seconds:.2f} of a core")
    print(
        f"its worker and readers: {others / options.seconds:.2f} of a core; load of the machine {os.getloadavg()[0]:.1f}"
    )


def _cpu(portal: psutil.Process) -> tuple[float, float]:
    """Seconds of the portal itself, and of all that it started."""
    own, others = portal.cpu_times(), [one.cpu_times() for one in portal.children(recursive=True)]
    gone = own.children_user + own.children_system
    return own.user + own.system, gone + sum(one.user + one.system for one in others)


if __name__ == "__main__":
    main()
