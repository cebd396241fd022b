"""Users, passwords and tokens. Everything that is done to them stands in the journal.

Passwords are kept as Argon2id (RFC 9106; 19 MiB, 2 passes, the least that OWASP's Password Storage
Cheat Sheet asks for). A token is 256 random bits: its SHA-256 tells nobody anything.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from functools import cache
from typing import Any

from kratom_qc.app.signing import new_key
from kratom_qc.domain.errors import InputNotFound, UsageError
from kratom_qc.domain.roles import Role
from kratom_qc.ledger.entries import Act
from kratom_qc.ledger.people import KnownUser, People, Secrets, digest_of

SHORTEST = 12  # letters of a password
LONGEST = 1_024
_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
TOKEN = "kqc_"  # what every token begins with, so that one in a wrong place is found


def add_user(
    people: People,
    actor: str,
    name: str,
    role: str,
    password: str,
    *,
    vendor: str | None = None,
    full_name: str = "",
) -> None:
    """Add a user. Raises UsageError with what is wrong with the name, role, vendor or password."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"'{name}' is no name of a user: up to 64 of a-z, 0-9 and . _ @ + - are allowed"
        )
    if people.user(name) is not None:
        raise UsageError(f"user {name} is there already; names are never used twice")
    _check(role, vendor)
    kept, of_kept = _secrets(name, password)
    made = {
        "full_name": full_name.strip() or name,
        "role": role,
        "vendor": vendor,
        **of_kept,
        "is_enabled": True,
    }
    people.change(actor, Act("user changed", name, made), kept)


def change_user(people: People, actor: str, name: str, reason: str = "", **values: Any) -> None:
    """Change a user: `role`, `vendor`, `full_name`, `is_enabled`. Raises InputNotFound for one
    that is not there, and UsageError for a role or a vendor that does not fit."""
    known = existing_user(people, name)
    role, vendor = values.get("role", known.role), values.get("vendor", known.vendor)
    _check(role, vendor)
    before = {key: getattr(known, key) for key in values}
    if before != values:
        people.change(actor, Act("user changed", name, values, before, reason))


def set_password(people: People, actor: str, name: str, password: str) -> None:
    """Give a user another password, and with it another key to sign with: the old password, which
    may be lost or known to somebody, opens nothing any more. Raises as `add_user` and `change_user`
    do."""
    known = existing_user(people, name)
    kept, made = _secrets(name, password)
    before = {"password": known.password, "public_key": known.public_key}
    people.change(actor, Act("user changed", name, made, before), kept)


def _secrets(name: str, password: str) -> tuple[Secrets, dict[str, str]]:
    """What is kept of a new password, and what the journal says of it."""
    kept = _hashed(name, password)
    public_key, key = new_key(password)
    return Secrets(kept, key), {"password": digest_of(kept), "public_key": public_key}


def existing_user(people: People, name: str) -> KnownUser:
    """A user that is there. Raises InputNotFound for one that is not."""
    known = people.user(name)
    if known is None:
        raise InputNotFound(f"there is no user '{name}'")
    return known


def _check(role: str, vendor: str | None) -> None:
    if role not in list(Role):
        raise UsageError(f"'{role}' is no role; known are {', '.join(Role)}")
    if role == Role.VENDOR and not (vendor or "").strip():
        raise UsageError("a vendor's user belongs to a company; name the company")
    if role != Role.VENDOR and vendor:
        raise UsageError(f"only a vendor's user belongs to a company; the role is {role}")


# ---------------------------------------------------------------- passwords


def is_password(people: People, user: KnownUser | None, password: str) -> bool:
    """Whether this is the user's password. It takes as long for one that is not there."""
    from cryptography.exceptions import InvalidKey
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    kept = people.password(user) if user is not None else None
    try:
        Argon2id.verify_phc_encoded(password[:LONGEST].encode(), kept or _nobodys())
    except InvalidKey:
        return False
    return kept is not None


def _hashed(name: str, password: str) -> str:
    if len(password) < SHORTEST:
        raise UsageError(f"a password has at least {SHORTEST} letters")
    if len(password) > LONGEST:
        raise UsageError(f"a password has at most {LONGEST} letters")
    if name in password.casefold() or len(set(password)) < 5:
        raise UsageError("a password does not hold the user's name and is not one letter repeated")
    return _argon2id(password)


def _argon2id(password: str) -> str:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    kdf = Argon2id(salt=os.urandom(16), length=32, iterations=2, lanes=1, memory_cost=19 * 1024)
    return kdf.derive_phc_encoded(password.encode())


@cache
def _nobodys() -> str:
    """What the password of a user who is not there is compared with."""
    return _argon2id(secrets.token_hex())


# ---------------------------------------------------------------- tokens


def add_token(people: People, actor: str, name: str) -> str:
    """A new token of a user, which nobody can show again. Raises InputNotFound without the user,
    and UsageError for one that may not sign in."""
    if not existing_user(people, name).is_enabled:
        raise UsageError(f"user {name} is disabled")
    token = TOKEN + secrets.token_urlsafe(32)
    made = {"user": name, "sha256": _sha256(token)}
    people.change(actor, Act("token added", secrets.token_hex(4), made))
    return token


def revoke_token(people: People, actor: str, token_id: str) -> None:
    """End a token. Raises InputNotFound for one that is not there."""
    tokens = [token for token in people.tokens() if token.token_id == token_id]
    if not tokens:
        raise InputNotFound(f"there is no token '{token_id}'")
    if tokens[0].is_enabled:
        people.change(actor, Act("token revoked", token_id, {"user": tokens[0].user}))


def user_of_token(people: People, token: str) -> KnownUser | None:
    """Whose token this is; nobody's where it was revoked or its user may not sign in."""
    known = people.token(_sha256(token)) if token.startswith(TOKEN) else None
    user = people.user(known.user) if known is not None and known.is_enabled else None
    return user if user is not None and user.is_enabled else None


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
