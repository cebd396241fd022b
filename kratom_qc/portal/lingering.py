"""An answer that is given before the request has arrived whole, to a stranger or to a file that is
too large, and that its sender still gets to read.

A server that closes a connection on which bytes lie unread makes the system send a reset, and the
sender's system throws the answer away with it (RFC 9112, 9.6). So the answer is sent at once and
its end waits, for some seconds, until the rest of the request has come and gone. Then the
connection is closed: of a request without an end nothing more is read.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_MOST_SECONDS = 5
_MOST_BYTES = 32 * 2**20  # of a workbook that is too large; an endless body is cut off


class LingeringClose:
    """Reads, and drops, what is left of a request after its answer."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = _Request(receive, Headers(scope=scope))

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and not request.arrived:
                MutableHeaders(scope=message)["Connection"] = "close"
            is_last = message["type"] == "http.response.body" and not message.get("more_body")
            if not is_last or request.arrived:
                await send(message)
                return
            await send({**message, "more_body": True})
            await request.drop_rest()
            await send({"type": "http.response.body", "body": b"", "more_body": False})

        await self._app(scope, request.receive, sending)


class _Request:
    """The body of a request, and whether all of it has arrived."""

    def __init__(self, receive: Receive, headers: Headers):
        self._receive = receive
        has_body = "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
        # Who asks whether to send a body, and is answered, sends none.
        self.arrived = not has_body or headers.get("expect", "").lower() == "100-continue"

    async def receive(self) -> Message:
        """The next piece of it."""
        message = await self._receive()
        if message["type"] != "http.request" or not message.get("more_body"):
            self.arrived = True
        return message

    async def drop_rest(self) -> None:
        """Receive until the request ends, or there is too much of it."""
        dropped = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(_MOST_SECONDS):
                while not self.arrived and dropped < _MOST_BYTES:
                    dropped += len((await self.receive()).get("body", b""))
