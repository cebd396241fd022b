"""Who may sign in, with which tokens, and who delivered what.

The journal names a password only by the SHA-256 of its Argon2id hash: whoever reads, copies or
exports the journal learns nothing to try passwords on, and a hash that somebody put into the
database by hand is none of those that the journal names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, select

from kratom_qc.ledger.entries import Act, Entry
from kratom_qc.ledger.ledger import Ledger, rows_among
from kratom_qc.ledger.tables import (
    BATCHES,
    CERTIFICATES,
    CREDENTIALS,
    DELIVERIES,
    FILES,
    PASSES,
    TOKENS,
    USERS,
)

_BY_PEOPLE = ("portal", "api")  # routes on which who delivers is a user


class KnownUser(NamedTuple):
    """Somebody who may sign in, or might once. `password` is the SHA-256 of the hash that is kept
    beside the journal."""

    name: str
    full_name: str
    role: str
    vendor: str | None
    password: str
    public_key: str | None
    is_enabled: bool
    sequence: int


class Secrets(NamedTuple):
    """What is kept of a user beside the journal: the PHC string of the password, and the key that
    signs, encrypted by the password."""

    password: str
    key: str


class KnownToken(NamedTuple):
    """A token by which a program shows whose it is; the token itself is kept nowhere."""

    token_id: str
    user: str
    sha256: str
    is_enabled: bool
    at: str


class Delivery(NamedTuple):
    """A file that somebody delivered, with what became of it."""

    sequence: int
    sha256: str
    name: str
    route: str
    actor: str
    at: str
    vendor: str | None
    status: str  # waiting, judged, refused
    why: str | None


class People:
    """The part of a ledger that is about people."""

    def __init__(self, ledger: Ledger):
        self._ledger = ledger

    # ------------------------------------------------------------ users

    def user(self, name: str) -> KnownUser | None:
        """A user by name."""
        with self._ledger.reading() as connection:
            row = connection.execute(select(USERS).where(USERS.c.name == name)).one_or_none()
        return KnownUser(*row) if row is not None else None

    def users(self) -> list[KnownUser]:
        """Every user, by name."""
        with self._ledger.reading() as connection:
            return [KnownUser(*row) for row in connection.execute(select(USERS).order_by("name"))]

    def change(self, actor: str, act: Act, secrets: Secrets | None = None) -> list[Entry]:
        """Add an act about a user. `secrets` are kept beside the journal from then on; the act
        names the `digest_of` the password and the key's public half."""
        with self._ledger.writing() as writer:
            if secrets is not None:
                keys = writer.connection
                keys.execute(delete(CREDENTIALS).where(CREDENTIALS.c.name == act.subject))
                row = {"name": act.subject, **secrets._asdict()}
                keys.execute(CREDENTIALS.insert(), [row])
            return writer.add(actor, [act])

    def password(self, user: KnownUser) -> str | None:
        """The PHC string of a user's password; None where it is not the one that the journal
        names, or was not restored with it."""
        kept = self._secrets(user)
        return kept.password if kept is not None else None

    def key(self, user: KnownUser) -> str | None:
        """A user's key as only their password opens it; None as for `password`."""
        kept = self._secrets(user)
        return kept.key if kept is not None else None

    def _secrets(self, user: KnownUser) -> Secrets | None:
        rows = select(CREDENTIALS.c.password, CREDENTIALS.c.key)
        with self._ledger.reading() as connection:
            of_user = rows.where(CREDENTIALS.c.name == user.name)
            row = connection.execute(of_user).one_or_none()
        known = row is not None and digest_of(row.password) == user.password
        return Secrets(*row) if row is not None and known else None

    # ------------------------------------------------------------ tokens

    def token(self, sha256: str) -> KnownToken | None:
        """A token by its hash."""
        with self._ledger.reading() as connection:
            row = connection.execute(select(TOKENS).where(TOKENS.c.sha256 == sha256)).one_or_none()
        return KnownToken(*row) if row is not None else None

    def tokens(self, user: str | None = None) -> list[KnownToken]:
        """The tokens of all or of one, the newest first."""
        rows = select(TOKENS).order_by(TOKENS.c.at.desc(), TOKENS.c.token_id)
        if user is not None:
            rows = rows.where(TOKENS.c.user == user)
        with self._ledger.reading() as connection:
            return [KnownToken(*row) for row in connection.execute(rows)]

    # ------------------------------------------------------------ deliveries

    def deliveries(
        self,
        *,
        vendor: str | None = None,
        sha256: str | None = None,
        status: str | None = None,
        before: int | None = None,
        count: int = 50,
    ) -> list[Delivery]:
        """Deliveries, the newest first: all, or of one vendor, of one file, of files of one status,
        before an entry of the journal."""
        shown = [DELIVERIES.c[name] for name in Delivery._fields[:7]]
        rows = select(*shown, FILES.c.status, FILES.c.why).join_from(
            DELIVERIES, FILES, DELIVERIES.c.sha256 == FILES.c.sha256
        )
        wanted = (
            (DELIVERIES.c.vendor, vendor),
            (DELIVERIES.c.sha256, sha256),
            (FILES.c.status, status),
        )
        for column, value in wanted:
            if value is not None:
                rows = rows.where(column == value)
        if before is not None:
            rows = rows.where(DELIVERIES.c.sequence < before)
        rows = rows.order_by(DELIVERIES.c.sequence.desc()).limit(count)
        with self._ledger.reading() as connection:
            return [Delivery(*tuple(row)) for row in connection.execute(rows)]

    def sent_by_people(self, hashes: Collection[str]) -> list[tuple[str, str]]:
        """(user, name of the file) of every delivery of files by somebody whom the portal knows."""
        rows = select(DELIVERIES.c.actor, DELIVERIES.c.name).where(
            DELIVERIES.c.sha256.in_(list(hashes)), DELIVERIES.c.route.in_(_BY_PEOPLE)
        )
        with self._ledger.reading() as connection:
            result = connection.execute(rows.order_by(DELIVERIES.c.sequence))
            return [(actor, name) for actor, name in result]

    def vendors_of(self, hashes: Collection[str]) -> dict[str, set[str | None]]:
        """Of files the vendors that delivered them; None stands for a delivery of nobody whom the
        portal knows."""
        with self._ledger.reading() as connection:
            return _vendors(connection, hashes)

    def batches_of(self, hashes: Collection[str]) -> dict[str, list[str]]:
        """Of files the batches that they speak of, in the files' order."""
        batches: dict[str, list[str]] = {}
        rows = select(CERTIFICATES.c.sha256, CERTIFICATES.c.batch_id).where(
            CERTIFICATES.c.sha256.in_(list(hashes))
        )
        with self._ledger.reading() as connection:
            ordered = rows.order_by(CERTIFICATES.c.sequence, CERTIFICATES.c.batch_id)
            for sha256, batch_id in connection.execute(ordered):
                batches.setdefault(sha256, []).append(batch_id)
        return batches

    def passed_of_several(self) -> list[str]:
        """The batches that PASS though a second vendor has sent a certificate of theirs, or the
        same file, since the last pass but one: they were judged before that was known."""
        passes = select(PASSES.c.sequence).order_by(PASSES.c.sequence.desc()).limit(1).offset(1)
        sent = select(DELIVERIES.c.sha256).where(DELIVERIES.c.vendor.is_not(None))
        # One question after another, each by an index: as one question the database looks at every
        # certificate of every delivery.
        with self._ledger.reading() as connection:
            since = connection.execute(passes).scalar() or 0
            recent = connection.execute(sent.where(DELIVERIES.c.sequence > since)).scalars().all()
            spoken = _papers(connection, CERTIFICATES.c.sha256, recent)
            columns = [BATCHES.c.batch_id, BATCHES.c.verdict]
            batch_ids = [batch_id for batch_id, _ in spoken]
            judged = rows_among(connection, columns, BATCHES.c.batch_id, batch_ids)
            passed = [batch_id for batch_id, decision in judged if decision == "PASS"]
            papers = _papers(connection, CERTIFICATES.c.batch_id, passed)
            senders = _vendors(connection, [sha256 for _, sha256 in papers])
        vendors: dict[str, set[str]] = {}
        for batch_id, sha256 in papers:
            vendors.setdefault(batch_id, set()).update(filter(None, senders.get(sha256, ())))
        return [batch_id for batch_id in passed if len(vendors[batch_id]) > 1]

    def waiting(self) -> int:
        """How many files wait to be judged."""
        rows = select(func.count()).where(FILES.c.status == "waiting")
        with self._ledger.reading() as connection:
            return int(connection.execute(rows).scalar_one())

    def tally(self, vendor: str | None = None) -> dict[str, int]:
        """How many files there are by status: all, or those that a vendor delivered."""
        rows = select(FILES.c.status, func.count()).group_by(FILES.c.status)
        if vendor is not None:
            of_vendor = select(DELIVERIES.c.sha256).where(DELIVERIES.c.vendor == vendor)
            rows = rows.where(FILES.c.sha256.in_(of_vendor))
        with self._ledger.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(rows)}


def _vendors(connection: Connection, hashes: Collection[str]) -> dict[str, set[str | None]]:
    vendors: dict[str, set[str | None]] = {}
    columns = [DELIVERIES.c.sha256, DELIVERIES.c.vendor]
    for sha256, vendor in rows_among(connection, columns, DELIVERIES.c.sha256, hashes):
        vendors.setdefault(sha256, set()).add(vendor)
    return vendors


def _papers(
    connection: Connection, column: ColumnElement[str], values: Collection[str]
) -> list[tuple[str, str]]:
    """(batch, file) of certificates whose place no other has taken."""
    columns = [CERTIFICATES.c.batch_id, CERTIFICATES.c.sha256, CERTIFICATES.c.amended_by]
    rows = rows_among(connection, columns, column, values)
    return [(batch_id, sha256) for batch_id, sha256, amended_by in rows if amended_by is None]


def digest_of(kept: str) -> str:
    """The SHA-256 by which the journal names a password's hash."""
    return hashlib.sha256(kept.encode()).hexdigest()
