"""Pages are rendered here: `page` for somebody who is signed in, `bare_page` for everybody.

A template extends `base.html`, which has the navigation that the visitor's role allows. Whatever a
vendor wrote is escaped; no template marks anything safe.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from fastapi import Query
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from kratom_qc import PROGRAM, report
from kratom_qc.domain.roles import Action
from kratom_qc.portal.guard import Visitor
from kratom_qc.portal.static_files import address_of
from kratom_qc.vocabulary.wording import product_name

TEMPLATES = Path(__file__).parent / "templates"
CHARTS = Path(report.__file__).parent / "templates"  # a trend is drawn as in the reports

# Where the next part of a list begins: the number of an entry, which the database can hold.
Onward = Annotated[int | None, Query(ge=0, lt=2**62)]


class Place(NamedTuple):
    """An entry of the navigation, and what one must be allowed to see it."""

    address: str
    title: str
    action: Action


# In the order in which they stand; a new page that people should find has its line here.
NAVIGATION = (
    Place("/people", "People", Action.MANAGE_PEOPLE),
    Place("/review", "Review", Action.SEE_ALL),
    Place("/batches", "Batches", Action.SEE_ALL),
    Place("/send", "Send", Action.SEND),
    Place("/certificates", "Certificates", Action.SEE_OWN),
    Place("/templates", "Templates", Action.SEE_LIMITS),
    Place("/scorecards", "Scorecards", Action.SEE_ALL),
    Place("/scorecards", "Scorecards", Action.SEE_OWN),
    Place("/trends", "Trends", Action.SEE_ALL),
    Place("/what-if", "What if", Action.SEE_ALL),
    Place("/compare", "Compare", Action.SEE_ALL),
    Place("/limits", "Limits", Action.SEE_LIMITS),
    Place("/files", "Files", Action.SEE_ALL),
    Place("/operation", "Operation", Action.SEE_OPERATION),
    Place("/tokens", "Tokens", Action.OWN_TOKENS),
)


def page(
    template: str, visitor: Visitor, *, status: int = 200, headers: Any = None, **values: object
) -> HTMLResponse:
    """A page for somebody who is signed in. The template has `visitor` and `form_token` beside its
    values, and what they are to be told once."""
    session = visitor.session
    messages = list(session.told) if session else []
    if session:
        session.told.clear()
    places = [place for place in NAVIGATION if visitor.may(place.action)]
    text = (
        _environment()
        .get_template(template)
        .render(
            visitor=visitor,
            may={action.name: visitor.may(action) for action in Action},
            places=places,
            told=messages,
            form_token=session.form_token if session else "",
            **values,
        )
    )
    return HTMLResponse(text, status, headers)


def bare_page(
    template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: object
) -> HTMLResponse:
    """A page for somebody who is not signed in, or of whom that is not known."""
    text = (
        _environment()
        .get_template(template)
        .render(visitor=None, places=(), told=(), status=status, **values)
    )
    return HTMLResponse(text, status, headers)


@cache
def _environment() -> Environment:
    """Autoescape is forced because `select_autoescape` goes by the template's name."""
    environment = Environment(
        loader=FileSystemLoader((TEMPLATES, CHARTS)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(static=address_of, program=PROGRAM)
    environment.filters["product"] = lambda form: (
        product_name(form) if form else "product not known"
    )
    environment.filters["minute"] = lambda stamp: str(stamp)[:16].replace("T", " ") + " UTC"
    return environment
