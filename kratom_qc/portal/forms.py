"""Forms without files, read under a cap and only once whoever sends them is known."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qsl

from fastapi import Request

from kratom_qc.portal.errors import Refusal
from kratom_qc.portal.guard import Visitor, check_form_token, check_origin

_MOST_BYTES, _MOST_FIELDS, _MOST_SECONDS = 64 * 1024, 50, 20


async def body(request: Request, most: int = _MOST_BYTES) -> bytes:
    """The whole body of a small request. Raises Refusal for one that is too large or too slow."""
    content = bytearray()
    try:
        async with asyncio.timeout(_MOST_SECONDS):
            async for chunk in request.stream():
                content += chunk
                if len(content) > most:
                    raise Refusal(413, f"That is more than {most // 1024} KiB.")
    except TimeoutError:
        raise Refusal(408, "The request did not arrive in time.") from None
    return bytes(content)


async def form(request: Request) -> Mapping[str, str]:
    """The fields of a form that was sent from a page of ours. Raises Refusal for any other."""
    check_origin(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Refusal(415, "A form is expected here.")
    content = await body(request)
    try:
        fields = parse_qsl(
            content.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"
        )
    except ValueError:
        raise Refusal(400, "The form cannot be read.") from None
    return dict(fields)


async def form_of(request: Request, visitor: Visitor) -> Mapping[str, str]:
    """As `form`, of somebody who is signed in; it holds the token of their session."""
    fields = await form(request)
    check_form_token(visitor, fields.get("form_token", ""))
    return fields
