"""Page headers and footers of Excel: the text of each section without its codes (ECMA-376 part 1,
18.3.1.46)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kratom_qc.domain.account import TextKind
from kratom_qc.intake.sheets import SheetText

_CODE = re.compile(
    r'&(?:"[^"]*"|K(?:[0-9A-Fa-f]{6}|[0-9]{2}[+-][0-9]{3})|[0-9]{1,3}|(?P<code>.))', re.DOTALL
)
_SECTION = re.compile(r"&[LCR]")
_AMPERSANDS = "\ufdd0"  # stands for && while codes are looked for; no text holds a noncharacter
_PRINTED = {"P": "1", "N": "1"}  # of how many pages this is the first, nobody needs to know
_PICTURE = "G"


def page_texts(kind: TextKind, coded: str) -> Iterator[SheetText]:
    """What a header or footer prints in its left, middle and right section. One of page numbers,
    dates and file names alone prints nothing that somebody wrote; a picture is said."""
    for section in _SECTION.split(coded.replace("&&", _AMPERSANDS)):
        codes = [match["code"] for match in _CODE.finditer(section)]
        if _PICTURE in codes:
            yield SheetText(TextKind.PICTURE, f"a picture in the {kind}")
        text = _CODE.sub(lambda match: _PRINTED.get(match["code"] or "", ""), section)
        text = text.replace(_AMPERSANDS, "&").strip()
        if any(letter.isalnum() for letter in _CODE.sub("", section)):
            yield SheetText(kind, text)
