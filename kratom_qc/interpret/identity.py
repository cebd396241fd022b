"""Batch and certificate ids: kept exactly as typed, refused where a person could not retype them,
held where a spreadsheet may have changed them.

Two ids that look alike are two lots to a computer and one to a person, so nothing here is mended:
an id is believed, or the vendor is told which of its characters to type again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain

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
# What Unicode calls the signs that turn a text around.
_DIRECTIONS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[ -]+(?=[0-9])")
# What Excel makes of `1E5`, of `3-4` or `MAR4`, and of a date, where the sheet was then saved as
# text.
_EXPONENT = re.compile(r"^[0-9](?:\.[0-9]+)?E[+-][0-9]{2,}$")
_DAY_NUMBER = re.compile(r"^(?:36[5-9]|3[7-9][0-9]|4[0-9]{2}|5[0-4][0-9])[0-9]{2}$")
_DAY = re.compile(
    r"^(?:[0-9]{1,2}-[A-Z][a-z]{2}|[A-Z][a-z]{2}-[0-9]{2}|[0-9]{4}-[0-9]{2}-[0-9]{2} 00:00:00)$"
)


# ---------------------------------------------------------------- an id by itself


def id_refusals(facts: Mapping[str, SourceText]) -> Iterator[Refusal]:
    """The ids of a certificate that a person could not read off the paper and type again."""
    for name, printed in _ids(facts):
        wrong = troubles(printed.text.strip())
        if wrong:
            more = f"; and {len(wrong) - _TOLD} more" if len(wrong) > _TOLD else ""
            message = (
                f"the {name.replace('_', ' ')} '{visible(printed.text.strip())}' is not clear: "
                f"{'; '.join(wrong[:_TOLD])}{more}. "
                "Type it again by hand, in plain letters and digits"
            )
            yield Refusal("id-unclear", message, printed.ref, printed.text)


def id_hold_reasons(facts: Mapping[str, SourceText]) -> Iterator[HoldReason]:
    """The ids that a spreadsheet seems to have changed: another text may be printed on the
    label."""
    for name, printed in _ids(facts):
        change = _changed(printed)
        if change:
            what = "lot" if name == "batch_id" else "certificate number"
            why = f"the {what} {change}; format the cell as text and type it again"
            yield HoldReason("ID-CHANGED", why, printed.ref)


def id_remarks(facts: Mapping[str, SourceText]) -> Iterator[Remark]:
    """A short number that may once have been a date: ordinary as a lot number, so it is only
    remarked."""
    for name, printed in _ids(facts):
        if printed.kind == "number" and _DAY_NUMBER.match(printed.text.strip()):
            why = (
                f"the {name.replace('_', ' ')} {printed.text} is stored as a number that also "
                "counts the days to a date of 2000 to 2050; if an id such as '3-4' was typed, "
                "format the cell as text and type it again"
            )
            yield Remark("id-like-a-date", "note", why, printed.ref)


def _ids(facts: Mapping[str, SourceText]) -> Iterator[tuple[str, SourceText]]:
    return ((name, facts[name]) for name in ID_FACTS if name in facts and facts[name].text.strip())


def _changed(printed: SourceText) -> str:
    """How a spreadsheet may have changed an id; nothing where nothing shows it."""
    text = printed.text.strip()
    if printed.kind == "number":
        return _changed_number(text, printed.shown.strip() or text)
    if _EXPONENT.match(text):
        return f"'{text}' looks converted by a spreadsheet from a number or an id such as '1E5'"
    if _DAY.match(text):
        typed = "an id such as '3-4' or 'MAR4'"
        return f"'{text}' looks like a date; a spreadsheet may have changed {typed}"
    return ""


def _changed_number(stored: str, shown: str) -> str:
    if "e" in shown.casefold():
        return f"is a number {stored} displayed {shown}: it looks converted by the spreadsheet"
    if shown != stored or (stored.startswith("0") and stored != "0"):
        return f"is a number {stored.lstrip('0') or '0'} displayed {shown}"
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
    hidden = filter(None, (_hidden(char, place) for place, char in enumerate(text, start=1)))
    for checks in ((hidden,), (_marks(text), _mixed_letters(text), _mixed_digits(text))):
        if wrong := tuple(chain(*checks)):
            return wrong
    return tuple(_variants(text))


def _hidden(char: str, place: int) -> str:
    """A character that shows nothing, or turns the text around."""
    category = unicodedata.category(char)
    if char in "\n\r\u2028\u2029\v\f\x85":
        return f"a line break at position {place}"
    if category == "Cc":
        return f"a control character (U+{ord(char):04X}) at position {place}"
    if unicodedata.bidirectional(char) in _DIRECTIONS or char in "\u200e\u200f\u061c":
        return f"an invisible direction mark ({_name(char)}) at position {place}"
    if category[0] == "C" or char in _BLANK_SIGNS or "VARIATION SELECTOR" in _name(char):
        return f"an invisible character ({_name(char)}) at position {place}"
    return ""


def _marks(text: str) -> Iterator[str]:
    """Accents laid over a plain letter or digit that has none such: an ornament, not a letter."""
    for place, char in enumerate(text, start=1):
        before = text[place - 2 : place - 1]
        if unicodedata.category(char) in ("Mn", "Me") and before.isascii():
            yield f"a loose accent ({_name(char)}) at position {place}"


def _mixed_letters(text: str) -> Iterator[str]:
    """Letters of the rarer script among those of another that look the same."""
    scripts = [script for char in text if (script := _alike_script(char))]
    if not scripts:
        return
    main = max(scripts, key=lambda script: (scripts.count(script), script == "LATIN"))
    for place, char in enumerate(text, start=1):
        if _alike_script(char) not in ("", main):
            letter = f"'{char}' ({_name(char)})"
            yield f"the letter at position {place} is {letter}, among {main.capitalize()} letters"


def _alike_script(char: str) -> str:
    """The script of a letter, where its letters pass for those of another."""
    script = _name(char).partition(" ")[0]
    return script if char.isalpha() and script in _ALIKE_SCRIPTS else ""


def _mixed_digits(text: str) -> Iterator[str]:
    digits = [
        (place, char)
        for place, char in enumerate(text, start=1)
        if unicodedata.category(char) == "Nd" and _is_canonical(char)
    ]
    if len({_name(char).partition(" DIGIT ")[0] for _, char in digits}) < 2:
        return
    for place, char in digits:
        if not char.isascii():
            yield f"the digit at position {place} is '{char}' ({_name(char)})"


def _variants(text: str) -> list[str]:
    """Full-width letters, ligatures, the Kelvin sign: characters that stand for plainer ones.
    Blanks and hyphens that do not break are no such trouble; two ids that differ in them only are
    twins."""
    plain = "".join(map(_plainer_gap, text))
    if _is_canonical(plain):
        return []
    single = [
        f"'{char}' at position {place} is no plain letter but {_name(char)}"
        for place, char in enumerate(plain, start=1)
        if not _is_canonical(char)
    ]
    return single or ["an accent stands apart from its letter"]


def _plainer_gap(char: str) -> str:
    if unicodedata.category(char) == "Zs":
        return " "
    return "-" if char == "\u2011" else char


def _is_canonical(text: str) -> bool:
    return unicodedata.normalize("NFKC", text) == text


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
    pairs: dict[str, str] = {}
    for bare, by_key in groups.items():
        together = [list(chain(*by_key.values()))]
        for alike in together if bare in by_key else by_key.values():
            pairs |= _paired(alike)
    return pairs


def _paired(alike: Sequence[str]) -> dict[str, str]:
    """Each of some ids with the first other one."""
    if len(alike) < 2:
        return {}
    return {alike[0]: alike[1], **dict.fromkeys(alike[1:], alike[0])}


@lru_cache(8192)
def twin_key(text: str) -> str:
    """An id without what a person overlooks: equal for two ids that are one lot to a reader."""
    folded = unicodedata.normalize("NFKC", text).casefold().upper().translate(_LOOKALIKES)
    plain = "".join("-" if _is_gap(char) else char for char in folded)
    return _BETWEEN_DIGITS.sub("\0", plain).replace("-", "").replace("\0", "-")


def _is_gap(char: str) -> bool:
    return unicodedata.category(char) in ("Zs", "Pd", "Cc") or char == "\u2212"
