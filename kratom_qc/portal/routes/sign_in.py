"""Signing in and out, and one's own password."""

from __future__ import annotations

import logging
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from kratom_qc.app.accounts import is_password, set_password
from kratom_qc.domain.errors import UsageError
from kratom_qc.ledger.entries import Act
from kratom_qc.ledger.people import KnownUser
from kratom_qc.portal.forms import form, form_of
from kratom_qc.portal.guard import COOKIE, Visitor, signed_in
from kratom_qc.portal.house import House, InHouse
from kratom_qc.portal.pages import NAVIGATION, bare_page, page

router = APIRouter()
log = logging.getLogger(__name__)
SignedIn = Annotated[Visitor, Depends(signed_in)]
_WRONG = "That name and password do not belong together, or the name is disabled."


@router.get("/")
def home(visitor: SignedIn) -> Response:
    """The first page of the navigation that somebody may see."""
    first = next(place for place in NAVIGATION if visitor.may(place.action))
    return RedirectResponse(first.address, 303)


@router.get("/sign-in")
def ask(next: str = "/") -> Response:
    """The form."""
    return bare_page("sign_in.html", name="", next=_own(next), wrong="")


@router.post("/sign-in")
async def sign_in(request: Request, house: InHouse) -> Response:
    """Begin a session, or say that it does not begin; never which of the two was wrong."""
    fields = await form(request)
    name, password = fields.get("name", "").strip(), fields.get("password", "")
    address = request.client.host if request.client else ""
    user, wrong, status = await run_in_threadpool(_attempt, house, name, password, address)
    where = _own(fields.get("next", "/"))
    if user is None:
        return bare_page("sign_in.html", status=status, name=name, next=where, wrong=wrong)
    log.info("signed in", extra={"user": user.name, "address": address})
    house.sessions.end(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse(where, 303)
    answer.set_cookie(
        COOKIE,
        house.sessions.begin(user),
        httponly=True,
        samesite="lax",  # a link in a mail leads to its page; forms are guarded by their token
        secure=request.url.scheme == "https",
    )
    return answer


def _attempt(
    house: House, name: str, password: str, address: str
) -> tuple[KnownUser | None, str, int]:
    """Who signs in, or why nobody does."""
    wait = max(house.failures.locked(name), house.strangers.locked(address))
    if wait:
        minutes = max(1, round(wait / 60))
        return None, f"Too many wrong passwords; try again in {minutes} minutes.", 429
    user = house.people.user(name)
    if is_password(house.people, user, password) and user is not None and user.is_enabled:
        house.failures.forget(name)
        return user, "", 200
    log.warning("sign-in refused", extra={"user": name[:64], "address": address})
    house.strangers.failed(address)
    if house.failures.failed(name) and user is not None:
        act = Act("sign-in locked", user.name, {"address": address})
        house.store.ledger.add(user.name, act)
    return None, _WRONG, 401


@router.post("/sign-out")
async def sign_out(request: Request, house: InHouse, visitor: SignedIn) -> Response:
    """End the session."""
    await form_of(request, visitor)
    house.sessions.end(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE)
    return answer


@router.get("/password")
def ask_password(visitor: SignedIn) -> Response:
    """The form for another password."""
    return page("password.html", visitor, wrong="")


@router.post("/password")
async def change_password(request: Request, house: InHouse, visitor: SignedIn) -> Response:
    """Change one's own password; every session of theirs ends."""
    fields = await form_of(request, visitor)
    try:
        await run_in_threadpool(_change, house, visitor, fields.get("old", ""), fields["new"])
    except (UsageError, KeyError) as error:
        wrong = str(error) if isinstance(error, UsageError) else "Name the new password."
        return page("password.html", visitor, status=400, wrong=wrong)
    return RedirectResponse("/sign-in", 303)


def _change(house: House, visitor: Visitor, old: str, new: str) -> None:
    locked = house.failures.locked(visitor.name)
    if locked or not is_password(house.people, visitor.user, old):
        house.failures.failed(visitor.name)
        raise UsageError("the old password is wrong, or was wrong too often")
    set_password(house.people, visitor.name, visitor.name, new)


def _own(address: str) -> str:
    """An address of ours to go on to; the first page in place of any other."""
    path = unquote(address)
    is_own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return address if is_own and "\\" not in path else "/"
