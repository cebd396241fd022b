"""A portal on this machine's loopback, served as `kratom-qc serve` serves it, and people who use it."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import uvicorn

from kratom_qc.app.accounts import add_token, add_user
from kratom_qc.app.release import Done, whole_pass
from kratom_qc.app.store import Store
from kratom_qc.cli.serving import server_settings
from kratom_qc.ledger.people import People
from kratom_qc.portal.application import application
from tests.app.stores import clock, policy

PASSWORD = "correct horse battery"
# Two companies, and one of each other role.
USERS = {
    "ann": ("vendor", "Acme"),
    "bob": ("vendor", "Bolt"),
    "quinn": ("qa", None),
    "rosa": ("qa", None),
    "olga": ("operator", None),
    "ada": ("admin", None),
}


@dataclass
class Portal:
    """A portal that is served, over a store that is judged when a test says so."""

    root: Path
    address: str
    app: object
    clients: ExitStack

    @property
    def store(self) -> Store:
        return Store(self.root / "store", clock)

    @property
    def people(self) -> People:
        return People(self.store.ledger)

    def judged(self) -> Done:
        """A pass over what was delivered."""
        return whole_pass(None, self.store, policy(self.root))

    def client(self, **more: object) -> httpx.Client:
        client = httpx.Client(base_url=self.address, timeout=30, trust_env=False, **more)
        return self.clients.enter_context(client)

    def signed_in(self, name: str, password: str = PASSWORD) -> Person:
        client = self.client(headers={"Origin": self.address})
        answer = client.post("/sign-in", data={"name": name, "password": password})
        assert answer.status_code == 303, answer.text
        return Person(client)

    def token(self, name: str) -> dict[str, str]:
        """The header by which a program of somebody's shows itself."""
        return {"Authorization": f"Bearer {add_token(self.people, 'test', name)}"}


@dataclass
class Person:
    """Somebody who is signed in."""

    client: httpx.Client

    def get(self, address: str) -> httpx.Response:
        return self.client.get(address)

    @property
    def form_token(self) -> str:
        return re.search(r'form_token" value="([^"]+)"', self.client.get("/password").text)[1]

    def post(self, address: str, **fields: str) -> httpx.Response:
        return self.client.post(address, data={"form_token": self.form_token, **fields})

    def send(self, *files: tuple[str, bytes]) -> httpx.Response:
        """Send files by the form."""
        parts = [("file", one) for one in files]
        return self.client.post("/send", data={"form_token": self.form_token}, files=parts)


@contextmanager
def served(root: Path) -> Iterator[Portal]:
    """A portal with every user, for as long as the block lasts."""
    store = Store(root / "store", clock)
    people = People(store.ledger)
    for name, (role, vendor) in USERS.items():
        if people.user(name) is None:
            add_user(people, "test", name, role, PASSWORD, vendor=vendor, full_name=name.title())
    app = application(root / "store")
    with socket.socket() as listening, ExitStack() as clients:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, **server_settings("127.0.0.1", port, behind_proxy=False)))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive()
                time.sleep(0.01)
            yield Portal(root, f"http://127.0.0.1:{port}", app, clients)
        finally:
            clients.close()
            server.should_exit = True
            thread.join()
