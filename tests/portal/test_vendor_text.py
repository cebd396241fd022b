"""Whatever a vendor writes is shown as text: no string of theirs becomes an element, an attribute or a script."""

from __future__ import annotations

import hashlib
from collections import Counter
from html import escape
from html.parser import HTMLParser

import pytest

from tests.app.stores import certificate
from tests.portal.serving import Person, Portal

_SHAPES = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "'><b id=x>", '"><i class=y>',
    "</td></tr></table><h1>x</h1>", "<iframe src=//evil.example>", "javascript:alert(1)", "<a href=javascript:alert(1)>x",
    "{{7*7}}", "{% include 'base.html' %}", "${7*7}", "<!--", "-->", "<![CDATA[", "<style>*{display:none}</style>",
    "<base href=//evil.example>", "<meta http-equiv=refresh content=0>", "<form action=//evil.example>", "&lt;script&gt;",
    "<details open ontoggle=alert(1)>", "<input autofocus onfocus=alert(1)>", "<math><mtext></mtext></math>",
    "<noscript><p title=x>", "` onmouseover=alert(1)",
)  # fmt: skip
_FRAMES = ("{}", "x {} y", "{}{}", "<{}", "{}>", '="{}', "'{}'", "\\u003c{}")
STRINGS = [frame.replace("{}", shape) for frame in _FRAMES for shape in _SHAPES]


class Elements(HTMLParser):
    """How often each element with its attributes stands on a page; what differs from page to page by right is left out."""

    _OURS = ("value", "href", "action", "id", "for", "title", "aria-label", "label", "data-progress")

    def __init__(self, text: str):
        super().__init__()
        self.found: Counter[str] = Counter()
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        kept = sorted(f"{name}={value}" if name not in self._OURS else name for name, value in attributes)
        self.found[f"{tag} {' '.join(kept)}"] += 1
        assert not any(name.startswith("on") for name, _ in attributes)
        assert not any(name == "href" and (value or "").startswith("javascript") for name, value in attributes)


def content_of(said: list[str], batch: str) -> bytes:
    """A certificate whose every field says something."""
    words = [one.replace('"', '""') for one in said]
    facts = (
        "Laboratory",
        "Client",
        "Product",
        "Certificate",
        "Sample",
        "Method",
        "Remark",
        "Analyst",
        "Note",
        "Address",
    )
    fields = {fact: f'"{word}"' for fact, word in zip(facts, words, strict=True)}
    return certificate(batch, "0.9", **fields)


@pytest.mark.slow
def test_two_hundred_strings_in_every_field_make_no_element(portal: Portal) -> None:
    """Every page on which they are shown has no element but those of one whose fields say harmless words."""
    assert len(STRINGS) == 200
    ann, olga = portal.signed_in("ann"), portal.signed_in("olga")
    sent: list[tuple[list[str], str]] = []
    for start in range(-10, len(STRINGS), 10):
        said = STRINGS[start : start + 10] if start >= 0 else [f"word {number}" for number in range(10)]
        content = content_of(said, f"LOT-{start + 10}")
        assert ann.send((f"{said[0].replace('/', '')[:60]}.csv", content)).status_code == 303
        sent.append((said, hashlib.sha256(content).hexdigest()))
    portal.judged()
    (_, harmless), *others = sent
    usual = {element for text in pages(ann, olga, harmless) for element in Elements(text).found}
    shown = 0
    for said, sha256 in others:
        for text in pages(ann, olga, sha256):
            new = set(Elements(text).found) - usual
            assert new <= {"q ", "b class=sign title"}, (said, new)
            shown += any(escape(one)[:30] in text.replace("&#34;", "&quot;").replace("&#39;", "&#x27;") for one in said)
    lists = [ann.get("/certificates").text, olga.get("/files").text]
    assert not any({"script ", "img onerror src"} & set(Elements(text).found) for text in lists)
    assert all("<img src" not in text and "&lt;script&gt;" in text for text in lists)
    assert shown > len(others)


def pages(ann: Person, olga: Person, sha256: str) -> list[str]:
    return [person.get(f"/certificates/{sha256}").text for person in (ann, olga)]
