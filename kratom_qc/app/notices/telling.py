"""Tells every address of the settings what it does not know yet.

Each address has its own place in the journal, kept in `notices.json` of the store. It moves on only
once the message was taken: an address that does not answer is told everything when it does.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from kratom_qc import settings
from kratom_qc.app.notices import worries
from kratom_qc.app.notices.news import Notice, news, ordered
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.archive import disk
from kratom_qc.domain.errors import KratomQCError
from kratom_qc.ledger.ledger import Ledger

log = logging.getLogger(__name__)
FILE = "notices.json"
AGAIN = timedelta(days=7)  # after so long a worry that is still there is told once more
SHOWN = 50  # lines of one message


@dataclass(slots=True)
class _Told:
    """What an address knows: up to which entry, which worries since which day, and on which day it
    was last looked for worries."""

    sequence: int
    worries: dict[str, str] = field(default_factory=dict)
    looked: str = ""


def tell(root: Path, ledger: Ledger, policy: JudgementPolicy) -> None:
    """Tell every address what happened and what is not as it should be. What fails is logged and
    told by the next call: a pass never fails for it."""
    addresses = settings.load().notify
    if not addresses:
        return
    try:
        with FileLock(root / f"{FILE}.lock", timeout=0):
            _tell(root, ledger, policy, addresses)
    except Timeout:
        log.info("others are telling")
    except (OSError, KratomQCError) as error:
        log.error("notices cannot be kept", extra={"why": str(error)})


def send_now(title: str, lines: Sequence[str]) -> bool:
    """Send one message to every address, as a digest is. Returns whether all took it."""
    sent = [_send(address, title, "\n".join(lines)) for address in settings.load().notify]
    return all(sent)


def _tell(root: Path, ledger: Ledger, policy: JudgementPolicy, addresses: Iterable[str]) -> None:
    known = _load(root)
    head = ledger.head().sequence
    for address in addresses:
        name = hashlib.sha256(address.encode()).hexdigest()[:16]  # an address may hold a password
        told = known.setdefault(name, _Told(_newest_pass(ledger)))
        happened = news(ledger.since(told.sequence)) if told.sequence < head else []
        worried = _new_worries(root, ledger, policy, told)
        notices = ordered([*worried, *happened])
        if notices and not _send(address, _title(notices), "\n".join(_lines(notices))):
            continue
        told.sequence, told.looked = head, policy.on.isoformat()
        still_quiet = {key: day for key, day in told.worries.items() if _lately(day, policy.on)}
        told.worries = still_quiet | {notice.key: told.looked for notice in worried}
    _keep(root, known)


def _newest_pass(ledger: Ledger) -> int:
    """Where an address that was never told anything begins."""
    newest = ledger.newest_passes(1)
    return newest[0].sequence if newest else 0


def _new_worries(root: Path, ledger: Ledger, policy: JudgementPolicy, told: _Told) -> list[Notice]:
    noticed = list(worries.disk(root))
    if told.looked != policy.on.isoformat():
        noticed += worries.daily(ledger, policy)
    quiet = {key for key, day in told.worries.items() if _lately(day, policy.on)}
    return [notice for notice in noticed if notice.key not in quiet]


def _lately(day: str, on: date) -> bool:
    return on - date.fromisoformat(day) < AGAIN


def _title(notices: Sequence[Notice]) -> str:
    """Counts alone: no text of a vendor ever stands in a header."""
    counts: dict[str, int] = {}
    for notice in notices:
        counts[notice.kind] = counts.get(notice.kind, 0) + 1
    return "kratom_qc: " + ", ".join(f"{count} {kind}" for kind, count in counts.items())


def _lines(notices: Sequence[Notice]) -> list[str]:
    lines = [notice.text for notice in notices[:SHOWN]]
    if len(notices) > SHOWN:
        lines.append(f"and {len(notices) - SHOWN} more")
    pages = settings.load().pages_url
    return [*lines, "", f"{pages}/index.html"] if pages else lines


def _send(address: str, title: str, body: str) -> bool:
    """Send one message. What goes wrong is logged without the address, which may hold a secret."""
    import apprise  # loads a hundred services

    scheme = {"scheme": address.partition(":")[0]}
    try:
        to = apprise.Apprise()
        if not to.add(address):
            log.error("this address of KRATOM_QC_NOTIFY is none", extra=scheme)
            return False
        sent = to.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT)
    except Exception as error:  # whatever a service's code does, a pass goes on
        log.error("notice not sent", extra={**scheme, "why": type(error).__name__})
        return False
    if not sent:
        log.error("notice not sent; told again later", extra=scheme)
    return bool(sent)


def _load(root: Path) -> dict[str, _Told]:
    try:
        known: dict[str, dict[str, Any]] = json.loads((root / FILE).read_bytes())
        return {name: _Told(**state) for name, state in known.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, AttributeError):
        log.error("notices.json is damaged; what was told before is told again")
        return {}


def _keep(root: Path, known: dict[str, _Told]) -> None:
    made = {
        name: {"sequence": state.sequence, "worries": state.worries, "looked": state.looked}
        for name, state in known.items()
    }
    disk.write_synced(root / FILE, json.dumps(made).encode("ascii"))
