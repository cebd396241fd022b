"""Users and tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from kratom_qc.app.accounts import add_token, add_user, change_user, revoke_token, set_password
from kratom_qc.domain.errors import UsageError
from kratom_qc.domain.roles import ALLOWED, Action, Role
from kratom_qc.ledger.people import KnownToken
from kratom_qc.portal.errors import Refusal
from kratom_qc.portal.forms import form_of
from kratom_qc.portal.guard import Visitor, signed_in, who
from kratom_qc.portal.house import House, InHouse
from kratom_qc.portal.pages import page

router = APIRouter()
Admin = Annotated[Visitor, Depends(who(Action.MANAGE_PEOPLE))]
SignedIn = Annotated[Visitor, Depends(signed_in)]
Owner = Annotated[Visitor, Depends(who(Action.OWN_TOKENS))]


@router.get("/people")
def people(house: InHouse, visitor: Admin) -> Response:
    """Every user, every token, and what each role may do."""
    return _people(house, visitor)


def _people(
    house: House, visitor: Visitor, wrong: str = "", given: Mapping[str, str] | None = None
) -> Response:
    """The page; with what is wrong and what was `given`, where somebody could not be added."""
    return page(
        "people.html",
        visitor,
        status=400 if wrong else 200,
        users=house.people.users(),
        tokens=house.people.tokens(),
        roles=list(Role),
        allowed=ALLOWED,
        wrong=wrong,
        given=given or {},
    )


@router.post("/people")
async def add(request: Request, house: InHouse, visitor: Admin) -> Response:
    """Add a user."""
    fields = await form_of(request, visitor)
    try:
        await run_in_threadpool(
            add_user,
            house.people,
            visitor.name,
            fields.get("name", "").strip(),
            fields.get("role", ""),
            fields.get("password", ""),
            vendor=fields.get("vendor", "").strip() or None,
            full_name=fields.get("full_name", ""),
        )
    except UsageError as error:
        return await run_in_threadpool(_people, house, visitor, str(error), fields)
    if visitor.session:
        visitor.session.told.append(f"{fields['name'].strip()} may sign in now.")
    return RedirectResponse("/people", 303)


@router.post("/people/{name}")
async def change(request: Request, house: InHouse, visitor: Admin, name: str) -> Response:
    """Change a user's role, disable or enable them, or give them another password. Nobody changes
    themselves, so that there is always an administrator."""
    fields = await form_of(request, visitor)
    if name == visitor.name:
        raise Refusal(400, "Somebody else changes your own role; your password is under your name.")
    try:
        await run_in_threadpool(_change, house, visitor, name, dict(fields))
    except UsageError as error:
        return await run_in_threadpool(_people, house, visitor, str(error))
    return RedirectResponse("/people", 303)


def _change(house: House, visitor: Visitor, name: str, fields: dict[str, str]) -> None:
    if fields.get("password"):
        set_password(house.people, visitor.name, name, fields["password"])
    elif "is_enabled" in fields:
        enabled = fields["is_enabled"] == "yes"
        change_user(house.people, visitor.name, name, is_enabled=enabled)
    elif "role" in fields:
        vendor = fields.get("vendor", "").strip() or None
        change_user(house.people, visitor.name, name, role=fields["role"], vendor=vendor)


# ---------------------------------------------------------------- tokens


@router.get("/tokens")
def tokens(house: InHouse, visitor: Owner) -> Response:
    """One's own tokens."""
    return _tokens(house, visitor)


def _tokens(house: House, visitor: Visitor, new: str = "") -> Response:
    own_tokens: list[KnownToken] = house.people.tokens(visitor.name)
    return page("tokens.html", visitor, tokens=own_tokens, new=new)


@router.post("/tokens")
async def make(request: Request, house: InHouse, visitor: Owner) -> Response:
    """A new token, shown on this answer and never again."""
    await form_of(request, visitor)
    new = await run_in_threadpool(add_token, house.people, visitor.name, visitor.name)
    return await run_in_threadpool(_tokens, house, visitor, new)


@router.post("/tokens/{token_id}/revoke")
async def revoke(request: Request, house: InHouse, visitor: SignedIn, token_id: str) -> Response:
    """End a token: one's own, or as administrator any."""
    await form_of(request, visitor)
    ids = {token.token_id for token in await run_in_threadpool(house.people.tokens, visitor.name)}
    if token_id not in ids and not visitor.may(Action.MANAGE_PEOPLE):
        raise Refusal(404, "There is no such token, or it is not yours.")
    await run_in_threadpool(revoke_token, house.people, visitor.name, token_id)
    return RedirectResponse("/people" if visitor.may(Action.MANAGE_PEOPLE) else "/tokens", 303)
