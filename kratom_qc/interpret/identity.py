"""Batch and certificate ids: kept exactly as typed, refused where a person could not retype them,
held where a spreadsheet may have changed them.

Two ids that look alike are two lots to a computer and one to a person, so nothing here is mended:
an id is believed, or the vendor is told which of its characters to type again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from kratom_qc.domain.certificate import HoldReason, Remark
from kratom_qc.domain.errors import Refusal
from kratom_qc.domain.source import SourceText

ID_FACTS = ("batch_id", "certificate_id")
_LONGEST = 200
_QUOTED = 40
_TOLD = 3  # troubles of one id that are spelled out

# Scripts whose letters pass for Latin ones; a Chinese or Thai letter beside Latin ones deceives
# nobody.
_ALIKE_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "COPTIC", "CHEROKEE", "LISU")
# Signs that show nothing, though Unicode counts them as letters, marks or symbols.
_BLANK_SIGNS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# The capitals of a wholly Cyrillic or Greek id that a reader takes for Latin ones.
_LOOKALIKES = str.maketrans("АВЕЅІЈКМНОРСТУХԀԚԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABESIJKMHOPCTYXDQWABEZHIKMNOPTYX")
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[ -]+(?=[0-9])")
# What Excel makes of `1E5`, of `3-4` or `MAR4`, and of a date, where the sheet was then saved as
# text.
_EXPONENT = re.compile(r"^[0-9](?:\.[0-9]+)?E[+-][0-9]{2,}$")
_DAY_NUMBER = re.compile(r"^(?:36[5-9]|3[7-9][0-9]|4[0-9]{2}|5[0-4][0-9])[0-9]{2}$")
_DAY = re.compile(
    r"^(?:[0-9]{1,2}-[A-Z][a-z]{2}|[A-Z][a-z]{2}-[0-9]{2}|[0-9]{4}-[0-9]{2}-[0-9]{2} 00:00:00)$"
)


# ---------------------------------------------------------------- an id by itself


def id_refusals(facts: Mapping[str, SourceText]) -> list[Refusal]:
    """The ids of a certificate that a person could not read off the paper and type again."""
    found = []
    for name, word in _ids(facts):
        wrong = list(troubles(word.text.strip()))
        if wrong:
            more = f"; and {len(wrong) - _TOLD} more" if len(wrong) > _TOLD else ""
            message = (
                f"the {name.replace('_', ' ')} '{visible(word.text.strip())}' is not clear: {'; '.join(wrong[:_TOLD])}{more}. "
                "Type it again by hand, in plain letters and digits"
            )
            found.append(Refusal("id-unclear", message, word.ref, word.text))
    return found


def id_hold_reasons(facts: Mapping[str, SourceText]) -> list[HoldReason]:
    """The ids that a spreadsheet seems to have changed: another text may be printed on the label."""
    found = []
    for name, word in _ids(facts):
        why = _changed(word)
        if why:
            what = "lot" if name == "batch_id" else "certificate number"
            found.append(
                HoldReason(
                    "ID-CHANGED",
                    f"the {what} {why}; format the cell as text and type it again",
                    word.ref,
                )
            )
    return found


def id_remarks(facts: Mapping[str, SourceText]) -> list[Remark]:
    """A short number that may once have been a date: ordinary as a lot number, so it is only said."""
    return [
        Remark(
            "id-like-a-date",
            "note",
            f"the {name.replace('_', ' ')} {word.text} is stored as a number that also counts the days to a date of "
            "2000 to 2050; if an id such as '3-4' was typed, format the cell as text and type it again",
            word.ref,
        )
        for name, word in _ids(facts)
        if word.kind == "number" and _DAY_NUMBER.match(word.text.strip())
    ]


def _ids(facts: Mapping[str, SourceText]) -> Iterator[tuple[str, SourceText]]:
    return ((name, facts[name]) for name in ID_FACTS if name in facts and facts[name].text.strip())


def _changed(word: SourceText) -> str:
    said, shown = word.text.strip(), word.shown.strip()
    if word.kind == "number":
        text = shown or said
        if "e" in text.casefold():
            return f"is a number {said} displayed {text}: it looks converted by the spreadsheet"
        if text != said or (said.startswith("0") and said != "0"):
            return f"is a number {said.lstrip('0') or '0'} displayed {text}"
        return ""
    if _EXPONENT.match(said):
        return f"'{said}' looks converted by a spreadsheet from a number or an id such as '1E5'"
    if _DAY.match(said):
        return f"'{said}' looks like a date; a spreadsheet may have changed an id such as '3-4' or 'MAR4'"
    return ""


def visible(text: str) -> str:
    """An id for a message: what cannot be seen is named by its number, and a long text is cut."""
    shown = "".join(
        char if _is_visible(char) else f"<U+{ord(char):04X}>" for char in text[:_QUOTED]
    )
    return f"{shown}…" if len(text) > _QUOTED else shown


def _is_visible(char: str) -> bool:
    return unicodedata.category(char)[0] not in "CZ" or char == " "


@lru_cache(8192)
def troubles(text: str) -> tuple[str, ...]:
    """What is wrong with an id, each with its position from 1; nothing for one that a person can
    retype."""
    if len(text) > _LONGEST:
        return (f"it has {len(text)} characters, and an id has at most {_LONGEST}",)
    if text.isascii() and text.isprintable():
        return ()
    signs = [trouble for at, char in enumerate(text, start=1) if (trouble := _sign(char, at))]
    return tuple(
        signs or [*_marks(text), *_mixed_letters(text), *_mixed_digits(text)] or _variants(text)
    )


def _sign(char: str, at: int) -> str:
    """A character that shows nothing, or turns the text around."""
    category = unicodedata.category(char)
    if char in "\n\r\u2028\u2029\v\f\x85":
        return f"a line break at position {at}"
    if category == "Cc":
        return f"a control character (U+{ord(char):04X}) at position {at}"
    if unicodedata.bidirectional(char) in (
        "LRE",
        "RLE",
        "LRO",
        "RLO",
        "PDF",
        "LRI",
        "RLI",
        "FSI",
        "PDI",
    ) or (char in "\u200e\u200f\u061c"):
        return f"an invisible direction mark ({_name(char)}) at position {at}"
    if category[0] == "C" or char in _BLANK_SIGNS or "VARIATION SELECTOR" in _name(char):
        return f"an invisible character ({_name(char)}) at position {at}"
    return ""


def _marks(text: str) -> list[str]:
    """Accents laid over a plain letter or digit that has none such: an ornament, not a letter."""
    return [
        f"a loose accent ({_name(char)}) at position {at + 1}"
        for at, char in enumerate(text)
        if unicodedata.category(char) in ("Mn", "Me") and (at == 0 or text[at - 1].isascii())
    ]


def _mixed_letters(text: str) -> list[str]:
    """Letters of the rarer script among those of another that look the same."""
    letters = [(at, char, _script(char)) for at, char in enumerate(text, start=1) if char.isalpha()]
    scripts = [script for _, _, script in letters if script in _ALIKE_SCRIPTS]
    main = max(
        dict.fromkeys(scripts),
        key=lambda script: (scripts.count(script), script == "LATIN"),
        default="",
    )
    return [
        f"the letter at position {at} is '{char}' ({_name(char)}), among {main.capitalize()} letters"
        for at, char, script in letters
        if script in _ALIKE_SCRIPTS and script != main
    ]


def _mixed_digits(text: str) -> list[str]:
    digits = [
        (at, char) for at, char in enumerate(text, start=1) if unicodedata.category(char) == "Nd"
    ]
    foreign = [(at, char) for at, char in digits if not char.isascii() and _is_canonical(char)]
    if (
        len(
            {
                unicodedata.name(char).partition(" DIGIT ")[0]
                for _, char in digits
                if _is_canonical(char)
            }
        )
        < 2
    ):
        return []
    return [f"the digit at position {at} is '{char}' ({_name(char)})" for at, char in foreign]


def _variants(text: str) -> list[str]:
    """Full-width letters, ligatures, the Kelvin sign: characters that stand for plainer ones.
    Blanks and hyphens that do not break are no such trouble; two ids that differ in them only are
    twins."""
    plain = "".join(
        " " if unicodedata.category(char) == "Zs" else "-" if char == "\u2011" else char
        for char in text
    )
    if _is_canonical(plain):
        return []
    single = [
        f"'{char}' at position {at} is no plain letter but {_name(char)}"
        for at, char in enumerate(plain, start=1)
        if not _is_canonical(char)
    ]
    return single or ["an accent stands apart from its letter"]


def _is_canonical(text: str) -> bool:
    return unicodedata.normalize("NFKC", text) == text


def _script(char: str) -> str:
    return _name(char).partition(" ")[0]


def _name(char: str) -> str:
    return unicodedata.name(char, f"U+{ord(char):04X}")


# ---------------------------------------------------------------- two ids beside each other


def twins(ids: Iterable[str]) -> dict[str, str]:
    """Every id that another one equals but for blanks, case, dashes or letters that look alike,
    with one such other.

    Between digits a blank or dash counts as a mark, so that `1-11` and `11-1` are two lots; beside
    a `111` they are not told apart.
    """
    groups: dict[str, dict[str, list[str]]] = {}
    for text in dict.fromkeys(ids):
        tight = twin_key(text)
        groups.setdefault(tight.replace("-", ""), {}).setdefault(tight, []).append(text)
    found: dict[str, str] = {}
    for bare, group in groups.items():
        everyone = [text for same in group.values() for text in same]
        for alike in [everyone] if bare in group else group.values():
            if len(alike) > 1:
                found |= {text: alike[0] if text != alike[0] else alike[1] for text in alike}
    return found


@lru_cache(8192)
def twin_key(text: str) -> str:
    """An id without what a person overlooks: equal for two ids that are one lot to a reader."""
    folded = unicodedata.normalize("NFKC", text).casefold().upper().translate(_LOOKALIKES)
    plain = "".join("-" if _is_gap(char) else char for char in folded)
    return _BETWEEN_DIGITS.sub("\0", plain).replace("-", "").replace("\0", "-")


def _is_gap(char: str) -> bool:
    return unicodedata.category(char) in ("Zs", "Pd", "Cc") or char == "\u2212"
