"""What one cell says in labels and values: `Lot: A-1 | Product: … | Received 12 Oct 2026`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from kratom_qc import vocabulary
from kratom_qc.vocabulary.calendar import is_day
from kratom_qc.vocabulary.letterhead import is_accreditation

_APART = re.compile(r"\s*[|•·;\n\r\t]+\s*|\s//\s| {2,}|\u00a0{2,}")
_COLON = re.compile(r"(?<![0-9]):(?!//)|:(?![0-9]{2}|//)|：")
_MOST_LABEL_WORDS = 6
_MOST_DAY_WORDS = 8
_OF_A_DAY = ("of", "dated", "del", "du", "vom", "z", "ze", "van", "de", "tanggal", "tgl.")
_DAY = re.compile(r"[0-9]{1,2}([./])[0-9]{1,2}\1[0-9]{4}|20[0-9]{2}-[0-9]{2}-[0-9]{2}")
_DASHES = ("–", "—", "-")
_LONGEST = 2000
_ID = re.compile(r"#?[^\s,;]*[0-9][^\s,;]*")
_IDS = ("batch_id", "certificate_id", "sample_id", "lab_id", "accreditation")


class Part(NamedTuple):
    """A piece of a cell: the fact that its label states ('' without a known label), the label and
    the value."""

    name: str
    label: str
    text: str


@lru_cache(32768)  # a file may be looked through twice
def parts(text: str) -> tuple[Part, ...]:
    """The pieces of a cell's text, in order. A cell without any known label is one piece."""
    if len(text) > _LONGEST:
        return (Part("", "", text),)
    pieces: list[Part] = []
    for piece in filter(None, _APART.split(text.strip())):
        for part in _of_piece(piece):
            if pieces and pieces[-1].name and not pieces[-1].text and not part.name:
                pieces[-1] = pieces[-1]._replace(text=part.text)  # `Product:   Green Malay`
            else:
                pieces.append(part)
    return tuple(pieces) if any(part.name for part in pieces) else (Part("", "", text),)


def _of_piece(piece: str) -> Iterator[Part]:
    """The parts of a text that no separator cuts: labels with a colon, else without one."""
    if is_accreditation(piece):
        yield Part("accreditation", "", piece)
        return
    labels = list(_labels(piece))
    ends = [*(start for start, _, _ in labels), len(piece)]
    before = piece[: ends[0]].strip(" ,(-–")
    if before:
        yield from _without_colon(before)
    for (_, start, label), end in zip(labels, ends[1:], strict=True):
        value = piece[start:end].strip().strip(",;").strip()
        if value.count(")") > value.count("("):
            value = value.rstrip(") ")
        yield Part(vocabulary.fact_name(label) or "", label, value.lstrip(":： "))


def _labels(piece: str) -> Iterator[tuple[int, int, str]]:
    """(where it begins, where its value begins, the label) of every known label with a colon."""
    last = 0
    for colon in _COLON.finditer(piece):
        before = piece[last : colon.start()]
        words = list(re.finditer(r"\S+", before))[-_MOST_LABEL_WORDS:]
        for word in words:
            label = before[word.start() :].lstrip("(")
            if vocabulary.fact_name(label) is not None:
                yield last + word.start(), colon.end(), label.strip()
                last = colon.end()
                break


def _without_colon(piece: str) -> Iterator[Part]:
    """`Lot No. KX-77, Received 12 Oct 2026`: a known label with a value of its kind, a number or a
    date; any other text is one part."""
    words = piece.split()
    numbers = [index for index, word in enumerate(words) if any(map(str.isdigit, word))]
    last = numbers[-1] if numbers else 0
    index, open_words = 0, list[str]()
    while index < len(words):
        labelled = (_labelled_at(words, index) or _dated_at(words, index)) if index < last else None
        if labelled is None:
            open_words.append(words[index])
            index += 1
            continue
        part, index = labelled
        if open_words:
            yield Part("", "", " ".join(open_words).strip(" ,-–"))
            open_words = []
        yield part
    if open_words:
        yield Part("", "", " ".join(open_words).strip(" ,"))


def _labelled_at(words: list[str], index: int) -> tuple[Part, int] | None:
    """A label at a word with its value, and the word after both."""
    if not vocabulary.may_begin_label(words[index]):
        return None
    for count in range(min(_MOST_LABEL_WORDS, len(words) - index - 1), 0, -1):
        label = " ".join(words[index : index + count])
        name = vocabulary.fact_name(label)
        if name is None or name == "other":
            continue
        start = index + count
        end = _end_of_value(name, words, start)
        if end:
            return Part(name, label, " ".join(words[start:end]).strip(" ,")), end
    return None


def _dated_at(words: list[str], index: int) -> tuple[Part, int] | None:
    """The day of a paper behind its number: `Rapporto di prova n° 26-1 del 12/11/2026`."""
    dated = index > 1 and words[index].casefold() in _OF_A_DAY and _ID.fullmatch(words[index - 1])
    day = " ".join(words[index + 1 :])
    if not dated or not is_day(day):
        return None
    return Part("issued_on", words[index], day), len(words)


def _end_of_value(name: str, words: list[str], start: int) -> int:
    """Where a value of a fact's kind ends; 0 where none begins here."""
    if name in _IDS:
        return _end_of_id(words, start)
    if name.endswith("_on") or name == "valid_until":
        for end in range(min(len(words), start + _MOST_DAY_WORDS), start, -1):
            if words[end - 1] not in _DASHES and is_day(" ".join(words[start:end]).rstrip(",;")):
                return end
    return 0


def _end_of_id(words: list[str], start: int) -> int:
    """A number that ends its part, or has the day of a paper behind it, and is no day itself: `of
    the same lot, 13.11.2026`."""
    number = words[start].rstrip(",;")
    whole = start + 1 == len(words) or words[start].endswith((",", ";"))
    whole = whole or _dated_at(words, start + 1) is not None
    return start + 1 if whole and _ID.fullmatch(number) and not _DAY.fullmatch(number) else 0
