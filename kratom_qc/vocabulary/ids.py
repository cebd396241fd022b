"""What is printed where a batch number belongs: the number itself, without the label and the signs
around it, or nothing."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from kratom_qc.vocabulary.keys import header_key
from kratom_qc.vocabulary.labels import fact_name, plain_label
from kratom_qc.vocabulary.lists import word_list

_SIGNS = ":#："
_LABELLED = re.compile(r"^(?P<label>[^0-9:#]{1,60}?[.#]?)\s*(?P<sign>[:#：]|\s)\s*(?P<id>\S.*)$")
_LONGEST_LABEL = 5  # words
_BLANK_FORM = re.compile("x{2,12}")  # `XXXX-XX`
_COUNTED = re.compile(r"[0-9]+")
_CONNECTED = frozenset({"of", "z", "ze", "von", "de", "sur", "di", "van", "dari", "จาก", ""})


@cache
def _placeholders() -> frozenset[str]:
    words = word_list("labels.toml")["no_id"].values()
    return frozenset(header_key(word) for spellings in words for word in spellings)


@lru_cache(8192)
def is_placeholder(text: str) -> bool:
    """Whether a text stands where an id belongs and is none: `TBD`, `-`, `see label`, `Page 1 of
    2`."""
    if not any(char.isalnum() for char in text):
        return True
    key = header_key(text)
    return key in _placeholders() or bool(_BLANK_FORM.fullmatch(key)) or _is_page(text)


def _is_page(text: str) -> bool:
    """`Page 1 of 2`, `1/2` never: that may be an id."""
    first, *rest = _COUNTED.split(text)
    return plain_label(first) == "page" and all(
        word.strip(" /.").casefold() in _CONNECTED for word in rest
    )


@lru_cache(8192)
def lot(text: str) -> str:
    """The batch number in a text: `KX-77` of `: KX-77`, `Lot KX-77`, `Lot No.: KX-77` and `#KX-77`.
    Nothing where it states none."""
    bare = text.strip().lstrip(_SIGNS).strip()
    while (inner := _without_label(bare)) != bare:
        bare = inner
    return "" if is_placeholder(bare) else bare


def _without_label(text: str) -> str:
    """A text without the label of a batch number before it. Without a colon or `#` between them,
    what follows must hold a digit: `Lot Alpha` may be a name."""
    words = text.split()
    for count in range(min(len(words) - 1, _LONGEST_LABEL), 0, -1):
        label, rest = " ".join(words[:count]), " ".join(words[count:])
        if fact_name(label) == "batch_id" and (label[-1] in _SIGNS or any(map(str.isdigit, rest))):
            return rest.lstrip(_SIGNS).strip()
    match = _LABELLED.match(text)
    if match and match["sign"].strip() and fact_name(match["label"]) == "batch_id":
        return match["id"].strip()
    return text


def is_another_lot(text: str, lot: str) -> bool:
    """Whether some id in a text is written as a lot is, with other digits: `HB-260815-B` beside
    `HB-260814-B`, and in the address of its paper."""
    shape = _shape(lot)
    return any(char.isalpha() for char in shape) and any(
        _shape(part) == shape and part.upper() != lot.upper()
        for part in re.split(r"[\s/?=&,;()]+|\.(?=[A-Za-z]{2,4}$)", text)
    )


def _shape(text: str) -> str:
    """An id with every digit made one, and its last letter."""
    return re.sub(r"(?<=[0-9#]-)[A-Z]$", "A", re.sub("[0-9]", "#", text.upper()))
