"""What is answered where a request cannot be served: one sentence, as a page to people and as JSON
to programs. Never a traceback, a path of this machine or a secret."""

from __future__ import annotations

import logging
import math
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from kratom_qc.domain.errors import InputNotFound, KratomQCError, StoreError, UsageError

log = logging.getLogger(__name__)
API = "/api/"


class Refusal(Exception):
    """A request is not served: its status and a sentence for whoever asked."""

    def __init__(
        self, status: int, sentence: str, *, challenge: bool = False, retry_after: float = 0
    ):
        super().__init__(sentence)
        self.status, self.sentence = status, sentence
        self.headers: dict[str, str] = {}
        if challenge:
            self.headers["WWW-Authenticate"] = "Bearer"
        if retry_after:
            self.headers["Retry-After"] = str(math.ceil(retry_after))


class SignInFirst(Exception):
    """Nobody is signed in; afterwards they may go on to `address`."""

    def __init__(self, address: str):
        super().__init__(address)
        self.address = address


def install(app: FastAPI) -> None:
    """Answer every error of an application in words."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(SignInFirst, _sign_in_first)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(KratomQCError, _ours)


def _refused(request: Request, error: Any) -> Response:
    return told(request, error.status, error.sentence, error.headers)


def _sign_in_first(request: Request, error: Any) -> Response:
    if is_program(request) or request.method != "GET":
        return told(request, 401, "Sign in first.")
    from urllib.parse import quote

    where = f"?next={quote(error.address, safe='/')}" if error.address != "/" else ""
    return RedirectResponse(f"/sign-in{where}", 303)


_SAID = {
    404: "There is no such page, or it is not for you.",
    405: "This address does not take that kind of request.",
}


def _http(request: Request, error: Any) -> Response:
    sentence = _SAID.get(error.status_code, HTTPStatus(error.status_code).phrase)
    return told(request, error.status_code, sentence, error.headers)


def _invalid(request: Request, error: Any) -> Response:
    wrong = [f"{'.'.join(map(str, fault['loc'][1:]))}: {fault['msg']}" for fault in error.errors()]
    return told(request, 422, "; ".join(wrong))


def _ours(request: Request, error: Exception) -> Response:
    if isinstance(error, UsageError):
        return told(request, 400, str(error))
    if isinstance(error, InputNotFound):
        return told(request, 404, "There is no such thing, or it is not for you.")
    log.error("request failed", extra={"path": request.url.path, "why": str(error)})
    if isinstance(error, StoreError):
        sentence = "The store cannot be read or written just now; nothing was half done."
        return told(request, 503, sentence, {"Retry-After": "30"})
    return told(request, 500, "Something in this installation is broken; the operator sees what.")


def unexpected(request: Request, error: Exception) -> Response:
    """What is answered where a route failed."""
    log.error("request failed", extra={"path": request.url.path}, exc_info=error)
    return told(request, 500, "That went wrong here, not with you; nothing was half done.")


def is_program(request: Request) -> bool:
    """Whether a program asks, to which a page would say nothing."""
    return request.url.path.startswith(API) or request.headers.get("accept") == "application/json"


def told(request: Request, status: int, sentence: str, headers: Any = None) -> Response:
    """An answer that says why a request was not served."""
    if is_program(request):
        return JSONResponse({"error": sentence, "status": status}, status, headers)
    from kratom_qc.portal.pages import bare_page

    title = HTTPStatus(status).phrase
    return bare_page("error.html", title=title, sentence=sentence, status=status, headers=headers)
