"""The style sheet and the scripts."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from kratom_qc.portal.errors import Refusal
from kratom_qc.portal.static_files import files

router = APIRouter()


@router.get("/static/{version}/{name}")
def static_file(version: str, name: str) -> Response:
    """A file at the address of its content."""
    asset = files().get(name)
    if asset is None or asset.hash != version:
        raise Refusal(404, "There is no such file.")
    return Response(
        asset.content,
        media_type=asset.kind,
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )
