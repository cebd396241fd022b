"""Electronic signatures (21 CFR 11.50, 11.70, 11.200).

Whoever signs gives their password again: it opens their Ed25519 key (RFC 8032), and the key signs
the canonical JSON of a record that says who signed, when, what it means, and by which hashes on
exactly what. Record, signature and public key stand in the journal, which says before whose key it
is: with the journal alone, or an export of it, anybody can check them.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kratom_qc.domain.errors import UsageError
from kratom_qc.ledger.entries import Act, Entry, Fault, canonical
from kratom_qc.ledger.ledger import stamp
from kratom_qc.ledger.people import KnownUser, People

_SALT, _NONCE = 16, 12  # bytes


class WrongPassword(UsageError):
    """The password that was given again is not the user's."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who signs at a moment, with the password that they gave again."""

    people: People
    user: KnownUser
    password: str
    at: datetime

    def signed(self, meaning: str, act: Act) -> Act:
        """An act with its signature, which covers all that the act says. Raises WrongPassword, and
        UsageError for a user who has no key (their password was set in another store)."""
        user = self.user
        whose = {"user": user.name, "name": user.full_name, "role": user.role}
        record = {**_said(act), **whose, "meaning": meaning, "signed_at": stamp(self.at)}
        kept = self.people.key(user)
        if kept is None or user.public_key is None:
            raise UsageError(
                f"user {user.name} has no key to sign with; a new password makes one: "
                f"kratom-qc users password {user.name}"
            )
        signature = _opened(kept, self.password).sign(canonical(record).encode("ascii"))
        of_key = {"signature": signature.hex(), "public_key": user.public_key}
        return act._replace(after={**act.after, "record": record, **of_key})


def _said(act: Act) -> dict[str, Any]:
    """What an act says, as it stands in the record that is signed."""
    return {**act.after, "batch_id": act.subject, "because": act.reason}


def new_key(password: str) -> tuple[str, str]:
    """A new key: its public half in hexadecimal, and the private one as only the password opens it
    (AES-256-GCM under a key that Argon2id makes of the password)."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    private = Ed25519PrivateKey.generate()
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    wrapped = AESGCM(_derived(password, salt)).encrypt(nonce, private.private_bytes_raw(), None)
    return private.public_key().public_bytes_raw().hex(), b64encode(salt + nonce + wrapped).decode()


def _opened(kept: str, password: str) -> Any:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    whole = b64decode(kept)
    salt, nonce, wrapped = whole[:_SALT], whole[_SALT : _SALT + _NONCE], whole[_SALT + _NONCE :]
    try:
        raw = AESGCM(_derived(password, salt)).decrypt(nonce, wrapped, None)
    except InvalidTag:
        raise WrongPassword("that is not the password; nothing was signed") from None
    return Ed25519PrivateKey.from_private_bytes(raw)


def _derived(password: str, salt: bytes) -> bytes:
    """A key of a password, as dear to guess as the password's own hash (see `app.accounts`)."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    kdf = Argon2id(salt=salt, length=32, iterations=2, lanes=1, memory_cost=19 * 1024)
    return kdf.derive(password.encode())


def signature_faults(entries: Iterable[Entry]) -> Iterator[Fault]:
    """Signatures in a journal, given in its order, that do not hold: the key is not the one that
    the user had then, the record is not what the entry says, or it was not signed by that key."""
    keys: dict[str, str] = {}
    for entry in entries:
        if entry.act == "user changed" and '"public_key"' in entry.after:
            keys[entry.subject] = entry.made["public_key"]
        elif '"signature"' in entry.after:
            wrong = _wrong(entry, keys)
            if wrong:
                yield Fault(entry.sequence, f"has a signature that does not hold: {wrong}")


def _wrong(entry: Entry, keys: dict[str, str]) -> str:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    signed = ("record", "signature", "public_key")
    made = entry.made
    record, signature, public_key = (made.pop(name, None) for name in signed)
    if not isinstance(record, dict) or public_key != keys.get(str(record.get("user"))):
        return "the key was not that user's"
    stated = _said(Act(entry.act, entry.subject, made, None, entry.reason))
    if stated != {name: record.get(name) for name in stated}:
        return "the record says something else"
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(str(public_key)))
        key.verify(bytes.fromhex(signature), canonical(record).encode("ascii"))
    except (InvalidSignature, ValueError, TypeError):
        return "it was not made by that key"
    return ""
