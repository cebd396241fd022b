"""Free text on a certificate: nobody may read a result from it, and nobody may overlook that it
speaks of one.

A note that may change what the results mean holds the batch. Prose is never a reason to fail or to
refuse: honest papers are full of it, so only words from `words/notes.toml`, numbers like results
and statements about all results count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import Certificate, HoldReason, Note, ResultRow
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.interpret.results import read_row
from kratom_qc.interpret.statement import Unreadable, statement

_LONGEST = 2000  # characters looked at; a page of prose in one cell says nothing more after that
_SENTENCE = re.compile(r"[;\n|•]+|(?<=[^\W\d])[.!?]\s+")
_DEFINED = re.compile(
    r"[^,;]{0,25}?(?:\s=\s?|=\s?|\s(?:means|denotes|indicates|stands for)\s)[^,]*"
)
_LETTER = re.compile(r"(?:^|,)\s*[a-z✓✗]\s*[:–-]\s*[^,]*")
_BARE_NUMBER = re.compile(r"\s*[0-9]+(?:[.,][0-9]+)?\s*")
_SIGN = re.compile(r"^\s*[<>≤≥]\s*(?:$|[0-9])")
_DECIMAL = re.compile(r"[0-9]+[.,][0-9]+")
_BATCH = re.compile(
    r"^(?:(?i:second|2nd|other|another|additional|further)\s)?\s*(?P<label>[^0-9:]{2,40}?)"
    r"\s*(?::\s*|[#\s]\s*)(?P<id>\S*[0-9]\S*)$"
)
_AMOUNT = re.compile(
    r"(?<![\w.,])(?P<number>[0-9][0-9.,]*)\s*(?P<unit>[^\s\d.,;()][^\s,;()]{0,14})"
)
_TIMES = re.compile(
    r"(?:\bmultipl\w+\s+(?:\w+\s+)?by|\bdivide\w*\s+by|\s[x×*]"
    r"|^(?:conversion )?(?:factor|multiplier):?)\s?[0-9]"
    r"|^\W*[x×]\s?10*\W*$"
)
_FACTOR_OF_PROSE = re.compile(
    r"uncertain|coverage|nejistot|dilut|k\s?=|unsicherheit|incertidumbre|[0-9]\s?[x×]\s?10\b"
)
_OF_ALL = re.compile(
    r"\b(?:results?|values?|reported|expressed|calculated|concentrations?|vysledky|ergebnisse"
    r"|resultados)\b"
)
_EXCEPT = re.compile(r"[\s,(]*\b(?:unless|except|where|if)\b.*$", re.IGNORECASE)
_LONGEST_LABEL = 60
_HEADINGS = 6  # words that an analyte's name may have before its result


def note_hold_reasons(
    certificate: Certificate, results: Sequence[Result], mark: str | None
) -> Iterator[HoldReason]:
    """A cause to hold for every note that may change what the results mean. Never raises on a
    laboratory's words."""
    # A method or a date stands in every row of a long table.
    reasons: dict[tuple[str, ...], str] = {}
    for note in certificate.notes:
        key = (note.source.text, note.source.shown, note.source.kind, note.where, note.label)
        if key not in reasons:
            reasons[key] = _reason(note, certificate, results, mark)
        if reasons[key]:
            quoted = " ".join(note.source.text.split())[:200]
            why = f"'{quoted}' stands where no result is read, and {reasons[key]}"
            yield HoldReason("NOTE-UNREAD", why, note.source.ref)


def _reason(
    note: Note, certificate: Certificate, results: Sequence[Result], mark: str | None
) -> str:
    """Why a note holds the batch; nothing where it does not."""
    free = note.where == "free"
    if note.source.kind == "formula":
        return "what its formula shows is not known" if free else ""
    text = (note.source.shown or note.source.text)[:_LONGEST]
    if not free and _BARE_NUMBER.fullmatch(text):
        return ""
    if _speaks_against(text, free=free):
        return "it may speak against the results"
    return _reason_in_sentences(note, text, certificate, results, mark)


def _reason_in_sentences(
    note: Note, text: str, certificate: Certificate, results: Sequence[Result], mark: str | None
) -> str:
    sentences = list(filter(None, map(str.strip, _SENTENCE.split(text))))
    labelled = _labelled(note, text)
    spoken = [*sentences, *labelled, *(part.replace(":", "") for part in labelled)]
    if any(_reads_otherwise(part, results) for part in spoken):
        return "it may change how the results are to be read"
    if note.where != "bound" and any(_states_result(part, results, mark) for part in sentences):
        return "it may be a result"
    if note.where != "free":
        return ""
    if any(_other_batch(part, certificate) for part in spoken):
        return "it names another batch"
    parts = (*sentences, *labelled)
    if any(_is_result(part, text, results, mark) for part in parts):
        return "it may be a result"
    return ""


def _labelled(note: Note, text: str) -> list[str]:
    """The note with its label before it, where it has one that is no prose."""
    if not note.label or len(note.label) > _LONGEST_LABEL:
        return []
    return [f"{note.label.rstrip(' :')}: {text.strip()}"]


# ---------------------------------------------------------------- words against the results


@cache
def _phrases(kind: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, vocabulary.prose(kind)))})(?!\w)")


@lru_cache(8192)
def _speaks_against(text: str, *, free: bool) -> bool:
    meaning = vocabulary.status(text) if len(text.strip(" .*")) > 1 else None
    if meaning in ("opinion_bad", "opinion_unsure", "preliminary"):
        return True
    if free and meaning in ("present", "too_many"):
        return True
    return any(map(_is_against, _SENTENCE.split(vocabulary.folded(text))))


def _is_against(sentence: str) -> bool:
    """Whether a sentence says so outright: not in a legend, taken back by a `not`, or for the case
    that something happens."""
    plain = _phrases("harmless").sub(" ", _without_legends(sentence))
    for match in _phrases("against").finditer(plain):
        before, after = plain[: match.start()], plain[match.end() :].split()
        near = re.findall(r"[^\W\d]+(?=(?:\s+[^\W\d]+)?\s+$)", before)
        negated = any(word in vocabulary.prose("negation") for word in near[-2:])
        conditional = _phrases("condition").search(before) or (
            after and after[0] in vocabulary.prose("condition")
        )
        if not negated and not conditional:
            return True
    return False


def _without_legends(sentence: str) -> str:
    """`F = fail`, `N: nevyhovuje`: a legend says what a word would mean, not that it holds."""
    others = _LETTER.sub(" ", sentence)
    return _DEFINED.sub(lambda match: " " if _is_code(match[0]) else match[0], others)


def _is_code(definition: str) -> bool:
    left = re.split(r"=|\s(?:means|denotes|indicates|stands)\s", definition)[0].strip(" '\"“”,([")
    return vocabulary.analyte(left) is None and (
        len(left) <= 4 or vocabulary.status(left) is not None
    )


# ---------------------------------------------------------------- what is said of all results


def _reads_otherwise(text: str, results: Sequence[Result]) -> bool:
    """A factor, a basis or a unit of all results that they were not read with."""
    low = vocabulary.folded(text)
    if _TIMES.search(low) and not _FACTOR_OF_PROSE.search(low):
        return True
    return _states_dry(text, low, results) or _states_another_unit(text, results)


def _states_dry(text: str, low: str, results: Iterable[Result]) -> bool:
    basis, rest = vocabulary.basis_in(text, bare=not any(c in " " for c in text.strip()))
    if basis != "dry":
        return False
    others = set(vocabulary.folded(rest).split()) - {"a", "an", "the", "on", "basis"}
    of_all = not others or _OF_ALL.search(low)
    return bool(of_all) and any(map(_by_mass_as_received, results))


def _states_another_unit(text: str, results: Iterable[Result]) -> bool:
    printed = vocabulary.unit_line(_EXCEPT.sub("", text))
    stated = vocabulary.unit(printed) if printed else None
    if stated is None:
        return False
    own = (vocabulary.unit(result.reported_unit) for result in results)
    scales = ((unit.canonical, unit.factor, unit.log10) for unit in own if unit is not None)
    return (stated.canonical, stated.factor, stated.log10) not in scales


def _by_mass_as_received(result: Result) -> bool:
    return result.measured and result.basis != "dry" and result.unit == "mg/kg"


def _other_batch(text: str, certificate: Certificate) -> bool:
    match = _BATCH.match(text)
    if match is None or vocabulary.fact_name(match["label"]) != "batch_id":
        return False
    own = certificate.facts.get("batch_id")
    return own is None or vocabulary.header_key(match["id"]) != vocabulary.header_key(own.text)


# ---------------------------------------------------------------- results


def _states_result(part: str, results: Sequence[Result], mark: str | None) -> bool:
    return _is_amount(part) or _restates(part) or _names_another(part, results, mark)


def _is_result(part: str, whole: str, results: Sequence[Result], mark: str | None) -> bool:
    """A sign or a decimal number alone, or words that name an analyte or a limit of detection."""
    bare = _SIGN.match(part) or (part == whole.strip() and _DECIMAL.fullmatch(part))
    return bool(bare) or _names_another(part, results, mark) or _is_bound(part, results)


def _is_amount(text: str) -> bool:
    """`9.9 mg/kg` or `Present in 25 g`, and nothing else."""
    try:
        stated = statement(text, ".")
    except Unreadable:
        return False
    amount = stated.number is not None and stated.unit != "" and _is_of_results(stated.unit)
    return amount or (stated.kind in ("present", "too_many") and stated.portion is not None)


def _is_of_results(printed: str) -> bool:
    unit = vocabulary.unit(printed)
    return unit is not None and ("/" in unit.canonical or unit.canonical == "%")


def _restates(text: str) -> bool:
    """`Retest: 9.9 mg/kg`."""
    low = vocabulary.folded(text)
    if not _phrases("restated").search(low) or _phrases("bound").search(low):
        return False
    return any(_is_of_results(match["unit"]) for match in _AMOUNT.finditer(text))


def _is_bound(text: str, results: Sequence[Result]) -> bool:
    """`LOD 5 mg/kg`, where the results have limits of detection, and none has this one."""
    role = vocabulary.column_role(re.split(r"[^\w/]", text, maxsplit=1)[0])
    amount = _AMOUNT.search(text)
    unit = vocabulary.unit(amount["unit"]) if amount else None
    if role not in ("lod", "loq", "lod_loq") or amount is None or unit is None:
        return False
    try:
        size = Decimal(amount["number"].rstrip(".,").replace(",", ".")) * unit.factor
    except InvalidOperation:
        return True
    own = [bound for result in results for bound in (result.lod, result.loq) if bound is not None]
    return bool(own) and size not in own


def _names_another(text: str, results: Sequence[Result], mark: str | None) -> bool:
    """`Lead: 9.9 mg/kg` that is none of the results in the table."""
    words = re.split(r"\s+|(?<=[^\W\d])\s*[:=]\s*", text.strip())
    for count in range(min(len(words) - 1, _HEADINGS), 0, -1):
        name = " ".join(words[:count]).strip(" :=–-")
        rest = " ".join(words[count:]).lstrip(" :=–-")
        known = vocabulary.analyte(name)
        if known is not None and known.measure != "described" and rest:
            return _differs(name, rest, known.id, results, mark)
    return False


def _differs(
    name: str, text: str, analyte: str, results: Iterable[Result], mark: str | None
) -> bool:
    """Whether words after an analyte are a result of it that none in the table equals. One that
    cannot be read is a result all the same, where it begins like a number and is no limit."""
    nowhere = CellRef("")
    row = ResultRow(SourceText(name, nowhere), SourceText(text, nowhere))
    stated = read_row(row, mark, "").result
    if stated is None:
        begins_like_a_number = re.match(r"[<>≤≥]?\s*[0-9]", text) is not None
        return begins_like_a_number and not _phrases("bound").search(vocabulary.folded(text))
    if not stated.measured or stated.detected is False:
        return False
    intervals = (result.interval for result in results if result.analyte == analyte)
    return stated.interval not in intervals
