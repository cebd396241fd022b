"""A portal with the samples and a user of each kind, for somebody who wants to look: `make serve`.

The store is made on the first run; the passwords are new on every run and printed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import secrets
import sys
from datetime import date
from pathlib import Path

from kratom_qc.app.accounts import add_user, set_password
from kratom_qc.app.deliveries import arriving, deliver
from kratom_qc.app.policy import load_policy
from kratom_qc.app.release import whole_pass
from kratom_qc.app.store import Store
from kratom_qc.cli.main import main as kratom_qc
from kratom_qc.ledger.people import People

HERE = Path(__file__).parent
FACTS = HERE / "products.toml"
OWN = ("01", "05", "14", "21")  # what the vendor has sent; the others came from elsewhere
USERS = {
    "vendor": ("vendor", "Harbor Botanics"),
    "qa": ("qa", None),
    "operator": ("operator", None),
    "admin": ("admin", None),
}


def main() -> None:
    """Make the store where there is none, give everybody a password, and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--on", type=date.fromisoformat, required=True, help="the day on which the samples are judged")
    parser.add_argument("--port", default="8000")
    options = parser.parse_args()
    os.environ.setdefault("KRATOM_QC_FACTS", str(FACTS))
    os.environ.setdefault("KRATOM_QC_TEXTS", str(options.store / "texts.toml"))  # not where it is started
    store = Store(options.store)
    if not store.ledger.batches():
        _judge(store, options.on)
    _tell(_passwords(People(store.ledger)))
    kratom_qc(["serve", "--store", str(options.store), "--port", options.port])


def _judge(store: Store, on: date) -> None:
    print("Judging the sample certificates …", flush=True)
    for path in sorted((HERE / "certificates").iterdir()):
        content = path.read_bytes()
        arrived = arriving(store.root) / path.name
        arrived.write_bytes(content)
        vendor = "Harbor Botanics" if path.name.startswith(OWN) else "Elsewhere"
        sha256 = hashlib.sha256(content).hexdigest()
        deliver(store, arrived, path.name, sha256, len(content), actor="samples", route="portal", vendor=vendor)
    whole_pass(None, store, load_policy(on=on))


def _passwords(people: People) -> dict[str, str]:
    given = {}
    for name, (role, vendor) in USERS.items():
        given[name] = password = secrets.token_urlsafe(12)
        if people.user(name) is None:
            add_user(people, "samples", name, role, password, vendor=vendor, full_name=f"{name.title()} of the samples")
        else:
            set_password(people, "samples", name, password)
    return given


def _tell(passwords: dict[str, str]) -> None:
    print("Sign in as")
    for name, password in passwords.items():
        print(f"  {name:10} {password}")
    print("Ctrl-C ends it. The portal:", flush=True)


if __name__ == "__main__":
    sys.exit(main())
