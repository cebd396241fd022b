"""Files that leave the portal. A browser saves them and never shows them as a page of ours."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attachment(content: bytes, name: str, kind: str = "application/octet-stream") -> Response:
    """A file to save, under the name its sender gave it. No part of it can be asked for: a header
    `Range` is not read."""
    plain = "".join(
        sign if (sign.isascii() and sign.isalnum()) or sign in "._-" else "_" for sign in name
    )
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"Content-Disposition": disposition, "Content-Security-Policy": "sandbox"}
    return Response(content, media_type=kind, headers=headers)
