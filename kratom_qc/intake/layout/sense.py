"""What a cell may be by its own text: the header of a column, an analyte's name, a result. Every
row of text is a possible header, so each text is looked at once."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from kratom_qc import vocabulary
from kratom_qc.vocabulary.rows import heading

# No header is longer, and on what is longer these patterns would take the square of its length.
_SHORT = r"^(?=[\s\S]{0,200}\Z)"
BRACKET = re.compile(
    _SHORT + r"(?P<name>.*?)\s*[(\[]\s*(?P<inside>[^()\[\]]+(?:\([^()]*\))?[^()\[\]]*?)\s*[)\]]\s*$"
)
COMMA = re.compile(_SHORT + r"(?P<name>.+?)\s*[,:–—|]\s*(?P<inside>.+)$")
CAS = re.compile(r"[0-9]{2,7}-[0-9]{2}-[0-9]")
_LAST_WORDS = (
    re.compile(_SHORT + r"(?P<name>.+?)\s+(?P<inside>\S+\s+\S+)$"),
    re.compile(_SHORT + r"(?P<name>.+?)\s+(?P<inside>\S+)$"),
    re.compile(_SHORT + r"(?P<name>.+?)\s+(?:in|per|as)\s+(?P<inside>\S+(?:\s+\S+){0,2})$", re.I),
)
_PARTED = (BRACKET, COMMA, *_LAST_WORDS)
_BATCH = re.compile(_SHORT + r"(?P<label>[^0-9:]+?)\s*(?::\s*|[#\s]\s*(?=\S*[0-9]))(?P<id>\S.*)$")
# `Ukazatel / Parameter`, `ลำดับ Item`
_LANGUAGES = re.compile(
    r"\s+[/|]\s+|\s*[|\n]\s*|(?<=\w\w\w)/(?=\w\w\w)"
    r"|(?<=[\u0e00-\u0e7f])\s+(?=[A-Za-z])|(?<=[A-Za-z])\s+(?=[\u0e00-\u0e7f])"
)
_PER = re.compile(r"(?:soit\s+)?(?:per|pro|par|por|na|/)\s*(?P<piece>[^\W\d]{2,20})", re.IGNORECASE)
_EXPANDED = re.compile(r"±|[kK]\s*=\s*2(?:[.,]0+)?(?:\s*[,;]\s*(?:95|P\s*=\s*95)\s*%)?")
_MARKS = re.compile(r"[\s*†‡§¹²³⁴⁵]+$")
_NUMBER_FIRST = re.compile(r"\s*[<>≤≥=~±+-]*\s*[0-9]")
_BOUND_WORD = re.compile(
    r"\s*(?:[≤≥≦≧]|[<>]=|(?:max|min|maks|maxi|mini|nmt|nlt)\b|(?:not|no|nicht|ne|pas|no|non|nie|niet|tidak)"
    r"\s+(?:more|less|mehr|weniger|více|méně|plus|moins|más|menos|mais|più|meno|więcej|mniej|meer|minder"
    r"|lebih|kurang)\b|up to\b|at (?:most|least)\b|höchstens\b|mindestens\b|maximal\b|nejvýše\b"
    r"|nejméně\b|au plus\b|au moins\b|como (?:máximo|mínimo)\b|ไม่เกิน|ไม่น้อยกว่า)",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r"\s*[0-9][0-9.,]*\s*%?\s*(?:[-–—]|to|à|bis|až|a|do|al?|tot|s/?d)\s*[0-9][0-9.,]*\s*[^\W\d]{0,6}%?\s*",
    re.IGNORECASE,
)
_WHOLE_DATE = re.compile(
    r"\s*(?:[0-9]{4}([-/.])[0-9]{1,2}\1[0-9]{1,2}|[0-9]{1,2}([-/.])\s?[0-9]{1,2}\2\s?[0-9]{4}"
    r"|[0-9]{1,2}[-\s]?[A-Z][A-Za-z]{2,8}[-\s]?[0-9]{4})(?:[T\s].*)?$"
)
_WITH_BRACKET = re.compile(r"\s*\([^()]{1,40}\)$")  # `BLQ (LOQ 0.02)`
_NO_OPINION = ("not_tested", "not_evaluated", "not_detected", "below_lod", "below_loq")
UNIT_ROLES = ("result", "lod", "loq", "lod_loq", "uncertainty", "limit")
# What a column may say of one analyte of a wide table: `Lead LOQ (ppm)`
_OF_ANALYTE = ("result", "lod", "loq", "unit", "qualifier", "limit", "uncertainty", "method")


class Sense(NamedTuple):
    """What a header says of the cells below it.

    `role` is one of `words/headers.toml`, `fact:<name>`, `analyte:<text>`, `<role> of:<analyte>`,
    `batch` (its `unit` is then the batch) or `unknown`; `basis` is `dry` or `as received` where the
    header states it.
    """

    role: str
    unit: str = ""
    basis: str = ""

    @property
    def is_known(self) -> bool:
        """Whether it says anything."""
        return self.role != "unknown"


UNKNOWN = Sense("unknown")


@lru_cache(16384)
def could_be_result(text: str) -> bool:
    """Whether a text begins like a number or is a result word: not to be dropped in silence."""
    words = vocabulary.without_portion(text)
    said = vocabulary.status(words) or vocabulary.status(_WITH_BRACKET.sub("", text))
    return begins_like_number(text) or said is not None


def begins_like_number(text: str) -> bool:
    """Whether a text begins like a number."""
    return _NUMBER_FIRST.match(text) is not None


def names_analyte(text: str) -> bool:
    """`Lead`, or `Lead (mg/kg)`."""
    said = sense(text).role.removeprefix("analyte:")
    return said != sense(text).role and vocabulary.analyte(said) is not None


def states_bound(text: str) -> bool:
    """Whether a text says what a result may be, and cannot be one: `max. 3,0`, `NMT 10 µg`,
    `≤ 0.04`, `90 - 115 %`."""
    return _BOUND_WORD.match(text) is not None or _RANGE.fullmatch(text) is not None


def unit_over_names(text: str) -> str:
    """The unit that the header over analytes states of all of them: `Metals, ng/mL`,
    `Element (mg/kg)`; empty where it states none."""
    for pattern in (BRACKET, COMMA):
        parts = pattern.match(text)
        if parts and vocabulary.unit(parts["inside"].strip()) is not None:
            return parts["inside"].strip()
    return heading(text).unit


def is_numbered_heading(text: str) -> bool:
    """`2. Residual solvents, ppm`: the number of a section before its words."""
    said = heading(text)
    return said.is_understood and any(any(map(str.isalpha, part)) for part in said.subjects)


def may_be_bound(text: str) -> bool:
    """Whether a text may be a limit of detection, an uncertainty or a mark for none: a number, or a
    word for a result that says nothing of the sample (`N/A`, `<LOD`)."""
    return begins_like_number(text) or vocabulary.status(text) in _NO_OPINION


def is_whole_date(text: str) -> bool:
    """Whether a text is a day with its year, and no number that a result could be: `10/14/2026`,
    `2026-10-14T08:00`."""
    return _WHOLE_DATE.match(text) is not None


def squeezed(text: str) -> str:
    """A text with its blanks made one."""
    return " ".join(text.split())


@lru_cache(32768)
def sense(text: str) -> Sense:
    """What one text says as a header."""
    text = squeezed(text)
    bare = _MARKS.sub("", text)
    role = vocabulary.column_role(text) or vocabulary.column_role(bare)
    if role:
        return Sense(role)
    fact = vocabulary.fact_name(bare)
    if fact:
        return Sense(f"fact:{fact}")
    if len(text) > vocabulary.LONGEST_NAME:
        return UNKNOWN
    for look in (_parted, _of_piece, _unit_alone, _of_batch, _of_analyte, _in_two_languages):
        sense = look(bare)
        if sense is not None:
            return sense
    return Sense(f"analyte:{bare}") if vocabulary.analyte(bare) else UNKNOWN


def _parted(text: str) -> Sense | None:
    """A known word with more in brackets, after a comma or as its last words: `Result (mg/kg)`,
    `LOD mg/g`, `Result, dry basis`; or an analyte with its unit."""
    for pattern in _PARTED:
        parts = pattern.match(text)
        if parts and parts["name"]:  # `(%)` has none
            sense = _name_and_more(text, parts["name"], parts["inside"].strip(), pattern)
            if sense is not None:
                return sense
    return None


def _name_and_more(text: str, name: str, inside: str, pattern: re.Pattern[str]) -> Sense | None:
    role = vocabulary.column_role(name)
    unit = inside if vocabulary.unit(inside) is not None else ""
    if role in UNIT_ROLES and (unit or _basis_of(inside)):
        return Sense(role, unit, vocabulary.basis_in(inside)[0] or "")
    if each := _per_piece(name, inside):
        return Sense("result", each)
    if unit and (vocabulary.analyte(name) or (pattern is BRACKET and not role)):
        sense = _analyte_in(text, name, unit)
        if sense is not None:
            return sense
    if role == "uncertainty" and _EXPANDED.fullmatch(inside):
        return Sense(role)
    return _with_remark(role, name, inside) if pattern is BRACKET else None


def _per_piece(name: str, inside: str) -> str:
    """The unit of `Per gummy (mcg)`: mcg/gummy; empty where there is none."""
    of = _PER.fullmatch(name)
    unit = f"{inside}/{of['piece']}" if of and "/" not in inside else ""
    return unit if unit and vocabulary.unit(unit) is not None else ""


def _of_piece(text: str) -> Sense | None:
    """`Per bottle`, `Por envase (60 ml)`: results whose cells state what they are, `101 mg`, of a
    piece. Its `unit` is what stands behind theirs: `/bottle`."""
    parts = BRACKET.match(text)
    of = _PER.fullmatch(parts["name"] if parts else text)
    piece = f"/{of['piece']}" if of else ""
    return Sense("result", piece) if piece and vocabulary.unit(f"mg{piece}") else None


def _analyte_in(text: str, name: str, unit: str) -> Sense | None:
    """An analyte with its unit; `7-OH (% of total alkaloids)` is one of its own."""
    if _PER.fullmatch(name):
        return None  # `Por envase (60 ml)`
    share = vocabulary.analyte(text)
    if share is not None and share is not vocabulary.analyte(name):
        return None
    return _basis_alone(name, unit) or _analyte_or_bound(name, unit)


def _with_remark(role: str | None, name: str, inside: str) -> Sense | None:
    """A known word with something in brackets that is no unit: `Method (reference)`."""
    if role and (role not in UNIT_ROLES or sense(inside).role == role):
        return Sense(role)
    fact = vocabulary.fact_name(name)
    return Sense(f"fact:{fact}") if fact and vocabulary.unit(inside) is None else None


def _basis_alone(name: str, unit: str) -> Sense | None:
    """`As received (mg/kg)` beside `Dry weight (mg/kg)`: results on two bases."""
    basis = _basis_of(name)
    return Sense("result", unit, basis) if basis else None


def _analyte_or_bound(name: str, unit: str) -> Sense:
    of = _of_analyte(name)
    return of._replace(unit=unit) if of is not None else Sense(f"analyte:{name}", unit)


def _basis_of(text: str) -> str:
    """The basis that a text names and says no more than that; empty where it does not."""
    basis, rest = vocabulary.basis_in(text)
    return basis if basis and _is_little(rest) else ""


def _is_little(rest: str) -> bool:
    return not rest.strip(" ()[],.-–") or rest.casefold().strip() in ("basis", "base")


def _unit_alone(text: str) -> Sense | None:
    """A column headed by its unit holds results: `mg/kg`; `As received`, on that basis."""
    if vocabulary.unit(text) is not None and vocabulary.analyte(text) is None:
        return Sense("result", text, vocabulary.basis_in(text)[0] or "")
    basis = _basis_of(text)
    return Sense("result", "", basis) if basis else None


def _of_batch(text: str) -> Sense | None:
    """`Lot L-1` over a column of its results."""
    batch = _BATCH.match(text) if vocabulary.analyte(text) is None else None
    if batch and vocabulary.fact_name(batch["label"]) == "batch_id":
        return Sense("batch", batch["id"])
    return None


def _of_analyte(text: str) -> Sense | None:
    """`Lead LOQ` or `LOQ Lead`: what a wide table says of one analyte beside its result."""
    words = text.replace("_", " ").split()
    for count in range(1, min(len(words), 8)):
        for name, word in ((words[:count], words[count:]), (words[count:], words[:count])):
            role = vocabulary.column_role(" ".join(word).strip("-–:,"))
            analyte = " ".join(name).strip(" -–:,")
            if role in _OF_ANALYTE and vocabulary.analyte(analyte) is not None:
                return Sense(f"analyte:{analyte}" if role == "result" else f"{role} of:{analyte}")
    return None


def _in_two_languages(text: str) -> Sense | None:
    """`Ukazatel / Parameter`: every part that says anything says the same."""
    parts = [part.strip() for part in _LANGUAGES.split(text) if part.strip()]
    if len(parts) < 2:
        return None
    senses = [sense(part) for part in parts]
    if any(
        not sense.is_known and len(part.split()) > 3
        for part, sense in zip(parts, senses, strict=True)
    ):
        return None
    known = {sense for sense in senses if sense.is_known}
    roles = {sense.role for sense in known if sense.role != "result" or not sense.unit}
    if len({sense.role for sense in known}) != 1 or not roles or roles.pop().startswith("analyte:"):
        return None
    return max(known, key=lambda sense: (bool(sense.unit), sense))


@lru_cache(8192)
def is_whole(text: str) -> bool:
    """Whether every word of a header is understood: `Result (mg/kg)` is, `Result (VOID)` is not."""
    bare = _MARKS.sub("", squeezed(text))
    looks = (_of_analyte, _of_batch, _of_piece)
    if not bare or _is_one_word(bare) or any(look(bare) for look in looks):
        return True
    for pattern in _PARTED:
        parts = pattern.match(bare)
        if parts and _is_one_word(parts["name"]) and _is_one_word(parts["inside"].strip()):
            return True
    parts_ = [part.strip() for part in _LANGUAGES.split(text) if part.strip()]
    return len(parts_) > 1 and all(map(is_whole, parts_))


def _is_one_word(text: str) -> bool:
    basis, rest = vocabulary.basis_in(text)
    return bool(
        vocabulary.column_role(text)
        or vocabulary.fact_name(text)
        or vocabulary.unit(text)
        or vocabulary.analyte(text)
        or (basis and (_is_little(rest) or vocabulary.column_role(rest)))
        or CAS.fullmatch(text)
        or _EXPANDED.fullmatch(text)
    )


# ---------------------------------------------------------------- several rows of words


class Words(NamedTuple):
    """What the words above a column say together; `is_grouped` where the uppermost is only the name
    of a group."""

    sense: Sense
    is_grouped: bool


@lru_cache(8192)
def words_over(texts: tuple[str, ...]) -> Words:
    """What the words above a column say, top to bottom."""
    if len(texts) == 1:
        return Words(sense(texts[0]), False)
    both, upper = sense(" ".join(texts)), sense(texts[0])
    lower = words_over(texts[1:]).sense
    if upper.role == "result" and lower.role == "batch":
        return Words(lower, False)  # `Results` over `Lot L-1` and `Lot L-2`
    if both.is_known and (upper.is_known or not both.role.startswith("analyte:")):
        return Words(both, False)
    if not upper.is_known or (
        upper.role.startswith("analyte:")
        and (not _is_known_analyte(upper) or lower.role.startswith("analyte:"))
    ):
        return Words(lower, True)
    if upper.role == "fact:batch_id" and not lower.is_known:
        return Words(Sense("batch", texts[-1]), False)
    return Words(_both(upper, lower), False)


def _is_known_analyte(sense: Sense) -> bool:
    return vocabulary.analyte(sense.role.removeprefix("analyte:")) is not None


def _both(upper: Sense, lower: Sense) -> Sense:
    """Two words that both mean something."""
    unit, basis = lower.unit or upper.unit, lower.basis or upper.basis
    if upper.role in UNIT_ROLES and lower.role == "result" and (lower.unit or lower.basis):
        return Sense(upper.role, unit, basis)  # `LOD` over `mg/g`
    if upper.role == "result" and lower.role in (*UNIT_ROLES, "unit", "qualifier", "verdict"):
        return Sense(lower.role, unit, basis)  # `Results` over `Value` and `LOD`
    if upper.role == lower.role:
        return Sense(upper.role, unit, basis)  # `Limits` over `Min` and `Max`
    if upper.role.startswith("analyte:") and lower.role == "result" and not upper.unit:
        return Sense(upper.role, lower.unit, basis)
    if upper.role.startswith("analyte:") and lower.role in _OF_ANALYTE:
        return Sense(f"{lower.role} of:{upper.role.removeprefix('analyte:')}", lower.unit)
    return UNKNOWN
