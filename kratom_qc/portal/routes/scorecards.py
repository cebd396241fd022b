"""Vendors, laboratories and products: how their batches stand, what holds and fails them, and how
their values move. A vendor sees them over what their company sent."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends
from starlette.responses import Response

from kratom_qc.app.groups import Groups, Values
from kratom_qc.domain.errors import InputNotFound
from kratom_qc.portal.errors import Refusal
from kratom_qc.portal.guard import Visitor, sees_files
from kratom_qc.portal.house import House, InHouse
from kratom_qc.portal.pages import page
from kratom_qc.portal.routes.trends import one_at_a_time
from kratom_qc.report.scorecard import KINDS
from kratom_qc.vocabulary import wording

router = APIRouter()
Reader = Annotated[Visitor, Depends(sees_files)]


def _groups(house: House, visitor: Visitor) -> Groups:
    return Groups(house.store.root, house.store.ledger, vendor=visitor.vendor)


@router.get("/scorecards")
def listed(house: InHouse, visitor: Reader) -> Response:
    """Every vendor, laboratory and product that somebody may see."""
    groups = _groups(house, visitor)
    kinds = {kind: groups.named(kind) for kind in KINDS}
    names = {group.name: wording.product_name(group.name) for group in kinds["product"]}
    return page("scorecards.html", visitor, kinds=kinds, titles=KINDS, names=names)


@router.get("/scorecards/{kind}/{name:path}")
def card(house: InHouse, visitor: Reader, kind: str, name: str) -> Response:
    """One of them, with its values between their control limits."""
    if kind not in KINDS:
        raise Refusal(404, "There is no such page, or it is not for you.")
    groups = _groups(house, visitor)
    card = groups.card(kind, name)
    try:
        with one_at_a_time:
            values = groups.values(kind, name, groups.trends(kind, name))
    except InputNotFound:  # nothing of it counts
        values = Values()
    return page(
        "scorecard.html",
        visitor,
        card=card,
        charts=values.charts,
        remarks=values.remarks,
        links=_links(visitor, {row.batch_id for row in card.rows} | values.batches),
    )


def _links(visitor: Visitor, batches: set[str]) -> dict[str, str]:
    """Where a batch is looked at; a vendor finds it among their certificates."""
    if visitor.vendor is not None:
        return dict.fromkeys(batches, "/certificates")
    return {batch: f"/batches/{quote(batch)}" for batch in batches}
