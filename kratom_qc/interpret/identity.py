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

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import Certificate, HoldReason, Remark
from kratom_qc.domain.errors import Problem
from kratom_qc.domain.source import SourceText

ID_FACTS = ("batch_id", "certificate_id")
_OF_FACT = {"batch_id": "lot", "certificate_id": "certificate number"}
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
# Letters that pass for digits: inside a number, and anywhere.
_IN_NUMBERS, _DIGITS_ALIKE = str.maketrans("OoIl", "0011"), str.maketrans("OI", "01")
_LONGEST_LABEL = 15
_AS_LETTERS = str.maketrans("01", "OI")
_PARTS, _DIGIT = re.compile(r"[A-Za-z0-9]+"), re.compile("[0-9]")
# What Unicode calls the signs that turn a text around.
_DIRECTIONS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[ -]+(?=[0-9])")
# What Excel makes of `1E5`, of `3-4` or `MAR4`, and of a date, where the sheet was then saved as
# text.
_EXPONENT = re.compile(r"^[0-9](?:\.[0-9]+)?E[+-][0-9]{2,}$")
_DAY_NUMBER = re.compile(r"^(?:36[5-9]|3[7-9][0-9]|4[0-9]{2}|5[0-4][0-9])[0-9]{2}$")
_WORD = re.compile(r"[^\W\d_]{3,}")
# Parts of ids that make them nobody's: `EXAMPLE-001`, `QC-BLANK`, `Composite`
_EXAMPLES = frozenset(
    ("example", "sample", "specimen", "template", "dummy", "demo", "composite", "blank", "control")
)
_SEVERAL = re.compile(r"\s*[,;&+]\s*|\s+(?:and|to|through|und|bis|et|y|e|i|a|až|–|—|-)\s+")
_APART = ("", *" \u00a0()[],;:=")
_VERDICTS = ("opinion_bad", "opinion_unsure", "preliminary", "bad")
_DAY = re.compile(
    r"^(?:[0-9]{1,2}-[A-Z][a-z]{2}|[A-Z][a-z]{2}-[0-9]{2}|[0-9]{4}-[0-9]{2}-[0-9]{2} 00:00:00)$"
)


# ---------------------------------------------------------------- an id by itself


def id_refusals(facts: Mapping[str, SourceText]) -> Iterator[Problem]:
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
            yield Problem("ID-UNCLEAR", message, printed.ref, printed.text)


def id_hold_reasons(certificate: Certificate) -> Iterator[HoldReason]:
    """The ids that a spreadsheet seems to have changed (another text may be printed on the label),
    that hold more than an id, or that are none."""
    for name, printed in (*_ids(certificate.facts), *_further_ids(certificate)):
        what, text = _OF_FACT[name], printed.text.strip()
        change = _changed(printed)
        if change:
            why = f"the {what} {change}; format the cell as text and type it again"
            yield HoldReason("ID-CHANGED", why, printed.ref)
        if name == "batch_id" and not vocabulary.lot(text):
            why = f"'{text}' stands where the {what} belongs, and is none"
            yield HoldReason("NO-LOT", why, printed.ref)
        elif name == "batch_id" and len(several := _several(vocabulary.lot(text))) > 1:
            why = f"the {what} '{text}' names {len(several)} lots; one certificate speaks of one"
            yield HoldReason("ID-WORDS", why, printed.ref)
        elif words := words_in(vocabulary.lot(text)):
            why = f"the {what} '{text}' holds more than a number: {', '.join(words)}"
            yield HoldReason("ID-WORDS", why, printed.ref)


def _several(text: str) -> list[str]:
    """The lots of a list or a range: `HB-1, HB-2`, `HB-1 to HB-9`."""
    parts = [part for part in _SEVERAL.split(text) if part]
    return parts if all(map(_DIGIT.search, parts)) else []


def _further_ids(certificate: Certificate) -> Iterator[tuple[str, SourceText]]:
    """Ids that the certificate states in a second place."""
    for name, printed in certificate.further:
        if name in ID_FACTS and printed.text.strip():
            yield name, printed


def lot_of(certificate: Certificate) -> str:
    """The batch number of a certificate, without the label and the signs around it. What is no
    number stays as printed, and holds."""
    printed = certificate.facts.get("batch_id")
    text = printed.text.strip() if printed is not None else ""
    return vocabulary.lot(text) or text


@lru_cache(8192)
def words_in(text: str) -> tuple[str, ...]:
    """The words of an id that belong to none: behind the number, in brackets, without any number,
    or of a verdict.
    Words of the product (`0830 Red Bali`) and of the paper (`Rev. 2`) do."""
    words = []
    is_a_sentence = not _DIGIT.search(text) and len(text.split()) > 1
    for match in _WORD.finditer(text):
        word = match[0]
        behind = is_a_sentence or any(char.isdigit() for char in text[: match.start()])
        bracketed = text[: match.start()].rstrip()[-1:] in ("(", "[")
        stray = _stands_alone(text, match) and (behind or bracketed) and not _may_stand(word)
        bad = vocabulary.status_of_paper(word) in _VERDICTS or word.casefold() in _EXAMPLES
        if stray or bad:
            words.append(word)
    return tuple(words)


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Whether a word is parted from the number: `T-1 VOID`, and not `T-1-A`."""
    before, behind = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    return before in _APART and behind in _APART


def _may_stand(word: str) -> bool:
    return (
        vocabulary.fact_name(word) is not None
        or vocabulary.is_title(word)
        or not vocabulary.form_words(word).left
    )


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
    """Every id that another one equals but for blanks, case, dashes, leading zeros, or letters and
    digits that look alike, with one such other.

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
    alike = _PARTS.sub(_as_number, _without_label(unicodedata.normalize("NFKC", text)))
    folded = alike.casefold().upper().translate(_LOOKALIKES).translate(_DIGITS_ALIKE)
    plain = "".join("-" if _is_gap(char) else char for char in folded)
    return _BETWEEN_DIGITS.sub("\0", plain).replace("-", "").replace("\0", "-")


def _without_label(text: str) -> str:
    """An id without a label in it: `LOT-1` and `lot 1` may be one lot, which is `1` to us."""
    first = _PARTS.match(text)
    for end in range(min(first.end(), _LONGEST_LABEL) if first else 0, 1, -1):
        label, rest = text[:end].translate(_AS_LETTERS), text[end:]
        if vocabulary.fact_name(label) == "batch_id" and _DIGIT.search(rest):
            return rest.lstrip(" -–:#.")
    return text


def _as_number(part: re.Match[str]) -> str:
    """A part of an id that may be a number, as one without leading zeros: `2O1` is 201, `01` is
    1."""
    digits = part[0].translate(_IN_NUMBERS)
    return (digits.lstrip("0") or "0") if digits.isdigit() and _DIGIT.search(part[0]) else part[0]


def _is_gap(char: str) -> bool:
    return unicodedata.category(char) in ("Zs", "Pd", "Cc") or char == "\u2212"
