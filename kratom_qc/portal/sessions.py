"""Who is signed in. A session is 256 random bits in a cookie; here only its hash is known."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from kratom_qc.ledger.people import KnownUser

IDLE_SECONDS = 30 * 60  # after the last request
LONGEST_SECONDS = 12 * 3600  # a working day
_MOST = 10_000


@dataclass
class Session:
    """One person at one browser. `user` is what was known of them when they signed in, `form_token`
    stands in every form of theirs."""

    user: KnownUser
    form_token: str
    since: float
    seen: float
    told: list[str] = field(default_factory=list)  # to be shown on their next page, once


class Sessions:
    """The sessions of one process."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Session] = OrderedDict()

    def begin(self, user: KnownUser) -> str:
        """Begin a session. Returns what the cookie holds."""
        cookie, now = secrets.token_urlsafe(32), time.monotonic()
        self._open[_key(cookie)] = Session(user, secrets.token_urlsafe(24), now, now)
        while len(self._open) > _MOST:
            self._open.popitem(last=False)
        return cookie

    def of(self, cookie: str) -> Session | None:
        """The session of a cookie; none where it is over."""
        key, now = _key(cookie), time.monotonic()
        session = self._open.get(key)
        if session is None:
            return None
        if now - session.seen > IDLE_SECONDS or now - session.since > LONGEST_SECONDS:
            self._open.pop(key, None)
            return None
        session.seen = now
        return session

    def end(self, cookie: str) -> None:
        """End a session."""
        self._open.pop(_key(cookie), None)

    def end_all(self, user: str) -> None:
        """End every session of a user."""
        for key in [key for key, session in list(self._open.items()) if session.user.name == user]:
            self._open.pop(key, None)


def _key(cookie: str) -> str:
    return hashlib.sha256(cookie.encode("utf-8", "surrogatepass")).hexdigest()
