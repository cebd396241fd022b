"""Whatever a vendor writes is shown as text: no string of theirs becomes an element, an attribute or a script."""

from __future__ import annotations

import hashlib
from collections import Counter
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


FACTS = ("Laboratory", "Client", "Product", "Certificate", "Sample", "Method", "Remark", "Analyst", "Note", "Address")


class Elements(HTMLParser):
    """How often each element with its attributes stands on a page; what differs from page to page by right is left out."""

    _OURS = ("value", "href", "action", "id", "for", "title", "aria-label", "label", "data-progress")

    def __init__(self, text: str):
        super().__init__()
        self.found: Counter[str] = Counter()
        self.shown: list[str] = []
        self.feed(text)
        self.close()

    def handle_data(self, data: str) -> None:
        self.shown.append(data)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        kept = sorted(f"{name}={value}" if name not in self._OURS else name for name, value in attributes)
        self.found[f"{tag} {' '.join(kept)}"] += 1
        assert not any(name.startswith("on") for name, _ in attributes)
        assert not any(name == "href" and (value or "").startswith("javascript") for name, value in attributes)


def content_of(said: list[str], batch: str) -> bytes:
    """Certificates of one file, every field of which says something."""
    lots = [said[start : start + len(FACTS)] for start in range(0, len(said), len(FACTS))]
    written = [certificate(f"{batch}-{n}", "0.9", **dict(zip(FACTS, lot, strict=True))) for n, lot in enumerate(lots)]
    return b"\n".join([written[0].split(b"\n")[0], *(one.split(b"\n", 1)[1].rstrip() for one in written)])


@pytest.mark.slow
def test_two_hundred_strings_in_every_field_make_no_element(portal: Portal) -> None:
    """Every page on which they are shown has no element but those of one whose fields say harmless words."""
    assert len(STRINGS) == 200
    ann, olga = portal.signed_in("ann"), portal.signed_in("olga")
    harmless = [f"word {number}" for number in range(50)]
    sent = {}
    for number, said in enumerate((harmless, *(STRINGS[start : start + 50] for start in range(0, 200, 50)))):
        content = content_of(said, f"LOT-{number}")
        assert ann.send((f"{said[number - 1].replace('/', '')[:60]}.csv", content)).status_code == 303
        sent[hashlib.sha256(content).hexdigest()] = said
    portal.judged()
    first, *others = sent
    usual = {element for text in pages(ann, olga, first) for element in Elements(text).found}
    for sha256 in others:
        for text in pages(ann, olga, sha256):
            page = Elements(text)
            assert set(page.found) <= usual
            shown = "".join(page.shown)
            assert [one for one in sent[sha256] if one not in shown] == []
    lists = [ann.get("/certificates").text, olga.get("/files").text]
    assert not any({"script ", "img onerror src"} & set(Elements(text).found) for text in lists)
    assert all("<img src" not in text and "&lt;script&gt;" in text for text in lists)


def pages(ann: Person, olga: Person, sha256: str) -> list[str]:
    return [person.get(f"/certificates/{sha256}").text for person in (ann, olga)]
