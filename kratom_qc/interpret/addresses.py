"""Postal addresses: every part of one is a street with its number, a town with its postal code, a
region or a country; towns and districts are names, and stand beside these only."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import takewhile

from kratom_qc.vocabulary.adverse import has_adverse_word
from kratom_qc.vocabulary.keys import folded
from kratom_qc.vocabulary.names import is_capitalised_name, is_organisation
from kratom_qc.vocabulary.plain_words import plain_words

_POSTCODE = (
    r"(?:[A-Z]{1,2}-)?(?:[0-9]{5}(?:-[0-9]{3,4})?|[0-9]{3}\s[0-9]{2}|[0-9]{4}\s?[A-Z]{2}"
    r"|[0-9]{2}-[0-9]{3}|[0-9]{4}(?:-[0-9]{3})?|[A-Z]{1,2}[0-9][A-Z0-9]?\s[0-9][A-Z]{2}"
    r"|[A-Z][0-9][A-Z]\s[0-9][A-Z][0-9])"
)
_HOUSE = r"[0-9]{1,5}(?:[-/][0-9]{1,5})*\s?[A-Za-z]?"
_DIRECTION = r"(?:[NSEW]|[NS][EW]|North|South|East|West)\.?"
_BEFORE_TOWN = re.compile(rf"(?P<code>{_POSTCODE})\s+(?P<town>.+)")
_BEHIND_TOWN = re.compile(rf"(?P<town>.*?)\s*(?P<code>{_POSTCODE})")
_STREET_FIRST = re.compile(rf"(?P<street>.+?)\s+(?:No\.?\s?)?{_HOUSE}")
_NUMBER_FIRST = re.compile(rf"{_HOUSE}\s+(?:{_DIRECTION}\s+)?(?P<street>.+?)(?:\s+{_DIRECTION})?")
# `Bagno a Ripoli`, `Ústí nad Labem`, `Frankfurt am Main`
_WITHIN_TOWNS = (
    "a",
    "am",
    "an",
    "im",
    "in",
    "bei",
    "ob",
    "nad",
    "pod",
    "sur",
    "sous",
    "lès",
    "aan",
)
_PROVINCE = re.compile(r"\s+\([A-ZÀ-Ž][\w]*\)$")
_THAI_PART = (
    r"(?:(?:หมู่(?:ที่)?|ม\.|ซ\.|ซอย|ถ\.|ถนน|ต\.|ตำบล|แขวง|อ\.|อำเภอ|เขต|จ\.|จังหวัด)\s*"
    r"[\u0e01-\u0e4e0-9/.]+(?:\s[\u0e01-\u0e4e]+)?|กรุงเทพ(?:ฯ|มหานคร))"
)
# `99/4 หมู่ 3 ต.มะขามเตี้ย อ.เมือง จ.สุราษฎร์ธานี 84000`
_THAI = re.compile(
    rf"(?:เลขที่\s*)?[0-9]{{1,4}}(?:/[0-9]{{1,4}})?(?:[\s,]+{_THAI_PART}){{2,6}}[\s,]*(?:[0-9]{{5}})?"
    r"(?:[\s,]+(?:โทร|โทรศัพท์|Tel)\.?\s*[0-9 -]{9,14})?"
)
# `88/12 Moo 3`; `Lohmühlenstraße 41`, whose kind is part of its name
_MOO = re.compile(rf"{_HOUSE}\s+(?:Moo|Mu|M\.)\s?[0-9]{{1,2}}", re.IGNORECASE)
_COMPOUND = re.compile(
    rf"(?P<street>[^\W\d_]+(?:[\s-][^\W\d_]+)?(?:straße|strasse|str\.|gasse|allee|weg|platz|damm|ufer|straat|laan|gracht|kade|plein))\s+{_HOUSE}"
)
_ARTICLE = re.compile(r"\b(?:dell|all|nell|sull|de l|l|d)['’](?=[A-ZÀ-Ž])")
_UNIT = re.compile(
    r"#?(?P<word>[^\W\d_.]*(?:\.?\s?[^\W\d_.]+)?)\.?\s*#?\s*[0-9]{0,5}[A-Z]?(?:-[0-9A-Z]{1,4})?"
)


@lru_cache(8192)
def is_address(text: str) -> bool:
    """A postal address: every part a street with its number, a town with its postal code, a region
    or a country; towns and districts are names, and stand beside a street and a code only."""
    if _THAI.fullmatch(text.strip()):
        return not has_adverse_word(text)
    parts = _parts(text)
    kinds = list(takewhile(bool, map(_kind_of_part, parts)))
    if len(kinds) < len(parts) or len(kinds) > 9:
        return False
    sure = {"code", "street", "box"} & set(kinds)
    enough = (
        any(map(_is_sure_street, parts))
        or len(sure) > 1
        or ("code" in sure and len(kinds) > 1)
        or (bool(sure) and not {"region", "town"}.isdisjoint(kinds))
    )
    in_a_state = "state" in kinds and "name" in kinds
    return enough or in_a_state or (kinds == ["code"] and not parts[0][-1].isdigit())


def is_place(text: str) -> bool:
    """Towns and the regions or countries that they lie in, without streets: `Austin, Texas`."""
    kinds = [_kind_of_part(part.strip(" .")) for part in text.split(",") if part.strip(" .")]
    return "region" in kinds and set(kinds) <= {"region", "state", "name"}


def is_part_of_address(text: str) -> bool:
    """Parts of an address, where an address belongs: a street, a town, a postal code."""
    kinds = [_kind_of_part(part) for part in _parts(text)]
    return 0 < len(kinds) < 10 and all(kinds)


def _parts(text: str) -> list[str]:
    """The parts of an address, without the province in brackets: `… – 50012 Bagno (FI)`."""
    parts = (
        part.strip(" .")
        for part in re.split(r"[,;\n|]|\s[–—-]\s", _PROVINCE.sub("", text.strip(" .")))
    )
    return [part for part in parts if part]


@lru_cache(8192)
def _kind_of_part(part: str) -> str:
    """What a part of an address is; empty where it is none."""
    low = folded(part)
    if low in plain_words("address", "country") or low in plain_words("address", "region"):
        return "region"
    district = re.fullmatch(r"(?P<town>.+)\s[0-9]{1,2}", low)
    if district and district["town"] in plain_words("address", "districts"):
        return "town"
    if re.fullmatch(r"[A-Z]{2}", part) and low in plain_words("address", "state"):
        return "state"
    if _is_town_with_code(part):
        return "code"
    if folded(part).startswith(("po box ", "p.o. box ", "postfach ")) and _is_unit(part):
        return "box"
    town, _, state = part.rpartition(" ")
    if state.isupper() and folded(state) in plain_words("address", "state") and _is_town(town):
        return "town"
    if _is_street(part):
        return "street"
    if _is_unit(part):
        return "unit"
    return "name" if is_capitalised_name(part, 4) or is_organisation(part) else ""


def _is_town_with_code(part: str) -> bool:
    if not any(map(str.isdigit, part)):
        return False
    if re.fullmatch(_POSTCODE, part):
        return True
    for pattern in (_BEFORE_TOWN, _BEHIND_TOWN):
        match = pattern.fullmatch(part)
        if match and _is_town(match["town"]):
            return True
    return False


def _is_town(text: str) -> bool:
    words = re.sub(r"\s[0-9]{1,2}$", "", text).split()  # Praha 4
    if (
        words
        and words[-1].strip(".").casefold() in plain_words("address", "state")
        and words[-1].isupper()
    ):
        words = words[:-1]
    region = folded(" ".join(words)) in plain_words("address", "region")
    proper = [word for index, word in enumerate(words) if not index or word not in _WITHIN_TOWNS]
    return not words or region or is_capitalised_name(" ".join(proper), 4)


def _is_street(part: str) -> bool:
    """`12 Main Street`, `Jl. Merdeka No. 12`, `Příkrá 12/3`, `88/12 Moo 3`."""
    if _MOO.fullmatch(part):
        return True
    first = _NUMBER_FIRST.fullmatch(part)
    if first and _is_street_name(first["street"], needs_kind=not re.search(r"straße|gasse", part)):
        return True
    last = _STREET_FIRST.fullmatch(part)
    return last is not None and _is_street_name(last["street"], needs_kind=False)


def _is_sure_street(part: str) -> bool:
    """A street that its kind shows, with its number: `8 quai de la Fosse`, `ul. Bukowska 201`."""
    compound = _COMPOUND.fullmatch(part)
    if _MOO.fullmatch(part) or (compound and is_capitalised_name(compound["street"].strip("."), 3)):
        return True
    first, last = _NUMBER_FIRST.fullmatch(part), _STREET_FIRST.fullmatch(part)
    if first and _is_street_name(first["street"], needs_kind=True):
        return True
    before = last is not None and _key(last["street"].split()[0]) in plain_words(
        "address", "before"
    )
    return before and last is not None and _is_street_name(last["street"], needs_kind=True)


def _is_street_name(text: str, *, needs_kind: bool) -> bool:
    words = _ARTICLE.sub("", text).replace(".", ". ").split()
    kinds = plain_words("address", "behind") | plain_words("address", "before")
    unit = next(
        (
            index
            for index, word in enumerate(words)
            if index and _key(word) in plain_words("address", "unit")
        ),
        0,
    )
    words = [word for word in words[: unit or None] if not re.fullmatch(r"#[0-9A-Z-]{1,6}", word)]
    kind = [word for word in words if _key(word) in kinds]
    proper = [
        word
        for word in words
        if _key(word) not in kinds and not re.fullmatch(r"[0-9]{1,3}(?:st|nd|rd|th)", word)
    ]
    if needs_kind and not kind:
        return False
    return (not proper and len(words) > 1) or (
        bool(proper) and is_capitalised_name(" ".join(proper), 4)
    )


def _is_unit(part: str) -> bool:
    match = _UNIT.fullmatch(part)
    return (
        match is not None
        and any(c.isdigit() or c.isupper() for c in part)
        and (folded(match["word"]).strip(" .") in (*plain_words("address", "unit"), ""))
        and any(c.isdigit() for c in part)
    )


def _key(word: str) -> str:
    return folded(word).strip(".")
