"""Pages that a pass kept, shown as they are. They carry their own style; the policy of the answer
names exactly that by its hash, so that nothing else in them can have any effect."""

from __future__ import annotations

import base64
import hashlib
import re

from starlette.responses import HTMLResponse, Response

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
# Links of a kept page lead to files of the store beside it; here they lead to pages of ours. What a
# vendor wrote has no quotes of its own in a page, so that it is never taken for a link.
_LINKS = (
    (re.compile(r'href="limits\.html'), 'href="/limits/as-judged'),
    (re.compile(r'href="\.\./raw/../([0-9a-f]{64})" download="[^"]*"'), r'href="/certificates/\1"'),
)


def answer(text: str) -> Response:
    """A kept page. Scripts and forms in it do nothing."""
    for link, ours in _LINKS:
        text = link.sub(ours, text)
    styles = [f"'sha256-{_digest(style)}'" for style in _STYLE.findall(text)] or ["'none'"]
    policy = f"default-src 'none'; style-src {' '.join(styles)}; img-src data:; sandbox"
    return HTMLResponse(text, headers={"Content-Security-Policy": policy})


def _digest(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
