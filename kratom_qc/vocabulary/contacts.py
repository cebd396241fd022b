"""Telephone numbers, e-mail and web addresses, told by their shape."""

from __future__ import annotations

import re

from kratom_qc.vocabulary.adverse import has_adverse_word

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_URL = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,12}(?:/[\w./?=&%#~+-]*)?", re.ASCII | re.I)
_LABEL = re.compile(
    r"(?:t|tel|telephone|telefon|teléfono|telefone|téléphone|telefono|telefoon|telp|phone|ph|p|mobile"
    r"|mobil|gsm|fax|f|faks|e-?mail|mail|e|web|website|www|url|internet|โทร|โทรศัพท์|โทรสาร)"
    r"(?:\s?[.:]\s*|\s+)",
    re.IGNORECASE,
)
_PHONE = re.compile(r"\+?\(?[0-9](?:[\s()./-]{0,2}[0-9]){6,14}(?:\s?(?:ext|x)\.?\s?[0-9]{1,5})?")
_SURE_PHONE = re.compile(r"\+[0-9].*|\(?[0-9]{2,4}\)\s?[0-9].*|[0-9]{3}[-.][0-9]{3}[-.][0-9]{4}")


def is_contact(text: str, *, in_place: bool = False) -> bool:
    """A telephone or fax number, an e-mail address or a web address, with its label or without.
    `in_place` where words before it ask for one, so that any telephone number is."""
    text = text.rstrip(" .,")
    label = _LABEL.match(text)
    bare = text[label.end() :].strip() if label else text
    for part in {text, bare}:
        if (_EMAIL.fullmatch(part) or _URL.fullmatch(part)) and not _is_adverse_address(part):
            return True
    labelled = (in_place or label is not None) and bool(_PHONE.fullmatch(bare))
    return labelled or bool(_PHONE.fullmatch(text) and _SURE_PHONE.fullmatch(text))


def _is_adverse_address(text: str) -> bool:
    """`www.this-lot-is-rejected.com` is an address, and says something."""
    return has_adverse_word(re.sub(r"https?|www", " ", text))
