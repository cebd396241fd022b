"""Who asks, and whether they may. Every route names the action it takes; the table of roles is
`kratom_qc.domain.roles.ALLOWED`."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from kratom_qc.app.accounts import user_of_token
from kratom_qc.domain.roles import Action, may
from kratom_qc.ledger.people import KnownUser
from kratom_qc.portal.errors import Refusal, SignInFirst
from kratom_qc.portal.house import House, InHouse
from kratom_qc.portal.sessions import Session

COOKIE = "kratom_qc"


@dataclass(frozen=True)
class Visitor:
    """Somebody who is signed in, or whose program showed a token (then `session` is none)."""

    user: KnownUser
    session: Session | None = None

    @property
    def name(self) -> str:
        """By which the ledger knows them."""
        return self.user.name

    @property
    def vendor(self) -> str | None:
        """The company whose certificates they see; None for those who see all."""
        return self.user.vendor

    def may(self, action: Action) -> bool:
        """Whether their role allows an action."""
        return may(self.user.role, action)


def signed_in(request: Request, house: InHouse) -> Visitor:
    """Whoever is signed in. Raises SignInFirst where nobody is, and where the user was changed
    since, by whichever process."""
    session = house.sessions.of(request.cookies.get(COOKIE, ""))
    user = house.people.user(session.user.name) if session is not None else None
    if session is None or user is None or not user.is_enabled or user != session.user:
        raise SignInFirst(_address(request))
    return Visitor(user, session)


def _address(request: Request) -> str:
    """Where to go on after signing in: a page of ours that can be read."""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{request.url.path}{query}" if request.method == "GET" else "/"


def who(action: Action) -> Callable[..., Visitor]:
    """A dependency: somebody signed in whose role allows an action."""

    def visitor(visiting: Annotated[Visitor, Depends(signed_in)]) -> Visitor:
        return _allowed(visiting, action)

    return visitor


def sees_files(visitor: Annotated[Visitor, Depends(signed_in)]) -> Visitor:
    """A dependency: somebody who may see certificates, their company's or all."""
    return check_sees_files(visitor)


def check_sees_files(visitor: Visitor) -> Visitor:
    """Whoever may see certificates. Raises Refusal for everybody else."""
    if not (visitor.may(Action.SEE_OWN) or visitor.may(Action.SEE_ALL)):
        raise Refusal(403, f"The role {visitor.user.role} may not see certificates.")
    return visitor


def program_of(action: Action) -> Callable[..., Visitor]:
    """A dependency: whose bearer token a program shows, if their role allows an action."""

    def visitor(request: Request, house: InHouse) -> Visitor:
        return _allowed(_bearer(request, house), action)

    return visitor


def _allowed(visitor: Visitor, action: Action) -> Visitor:
    if not visitor.may(action):
        raise Refusal(403, f"The role {visitor.user.role} may not {action}.")
    return visitor


def _bearer(request: Request, house: House) -> Visitor:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    address = request.client.host if request.client else ""
    if house.strangers.locked(address):
        raise Refusal(429, "Too many wrong tokens from this address; try again in some minutes.")
    user = user_of_token(house.people, token.strip()) if kind.lower() == "bearer" else None
    if user is None:
        if token:
            house.strangers.failed(address)
        raise Refusal(401, "Show your token: Authorization: Bearer kqc_…", challenge=True)
    seconds = house.requests.wait(user.name)
    if seconds:
        raise Refusal(429, "Too many requests.", retry_after=seconds)
    return Visitor(user)


# ---------------------------------------------------------------- forms


def check_origin(request: Request) -> None:
    """Whether a form was sent from a page of ours, as the browser says. Raises Refusal."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise Refusal(403, "This form was sent from another site.")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Refusal(403, "This form was sent from another site.")


def check_form_token(visitor: Visitor, given: str) -> None:
    """Whether a form is one that this session was given. Raises Refusal."""
    expected = visitor.session.form_token if visitor.session else ""
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        raise Refusal(403, "This form is too old, or not from here; open the page again.")
