"""Bytes → text, and only where the text is certain.

UTF-8 and marked UTF-16 and UTF-32 prove themselves. An 8-bit code page never does: the byte F8 is
`ø` in western Europe and `ř` in Prague. Such a file is read only if every code page that could have
written it says the same text.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import chain

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.errors import Refused
from kratom_qc.domain.source import CellRef
from kratom_qc.intake.refusals import refused
from kratom_qc.vocabulary.rows import heading

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8",
    b"\xff\xfe\x00\x00": "utf-32-le",
    b"\x00\x00\xfe\xff": "utf-32-be",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
}
# What spreadsheets and laboratory systems save csv in, the likeliest first.
_CODE_PAGES = (
    "cp1252", "cp1250", "iso8859-1", "iso8859-15", "iso8859-2",
    "cp1254", "cp1257", "cp1251", "cp1253", "cp874",
)  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_CELL = re.compile(rb'[^,;\t|"\r\n]*[\x80-\xff][^,;\t|"\r\n]*')
_MOST_LETTERS = 100_000  # beyond ASCII; more than any certificate has
_ASCII = bytes(range(128))
_BINARY = 4  # more control bytes than this, and it was never a text
_SAVE = "save the csv as UTF-8 (in Excel: 'CSV UTF-8')"


def text_of(name: str, raw: bytes) -> tuple[str, list[Remark]]:
    """The text of a file's bytes, without its byte order mark, and a remark where its code page was
    worked out.

    Every line of it ends as on Unix, whatever the file does: spreadsheets show a new row for each
    kind of line end. Raises Refused where the encoding is not certain, where the text was broken by
    an earlier conversion, and where it holds a second byte order mark.
    """
    text, remarks = _decoded(name, raw)
    if len(_CONTROL.findall(text, 0, 4096)) > _BINARY:
        raise _binary(name)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    _check_mojibake(name, text)
    mark = text.find("\ufeff")
    if mark >= 0:
        message = f"a second byte order mark stands in line {_line_at(text, mark)}"
        raise refused(name, "encoding", f"{message}: two files were joined; save them apart")
    return text, remarks


def _line_at(text: str, position: int) -> int:
    """The number of the line that a position stands in, from 1."""
    return text.count("\n", 0, position) + 1


def _binary(name: str) -> Refused:
    message = "this is neither a spreadsheet nor csv text; send the certificate as xlsx or csv"
    return refused(name, "not-a-spreadsheet", message)


def _decoded(name: str, raw: bytes) -> tuple[str, list[Remark]]:
    mark = next((mark for mark in _BYTE_ORDER_MARKS if raw.startswith(mark)), b"")
    encoding = _BYTE_ORDER_MARKS.get(mark, "")
    try:
        return raw[len(mark) :].decode(encoding or _unmarked(raw)), []
    except UnicodeDecodeError as error:
        position = error.start + len(mark)
    if encoding not in ("", "utf-8"):
        message = f"the byte order mark says {encoding.upper()}, but byte {position} is none"
        raise refused(name, "encoding", f"{message}; {_SAVE}")
    if sum(byte < 9 or 14 <= byte < 32 for byte in raw[:4096]) > _BINARY:
        raise _binary(name)
    return _in_a_code_page(name, raw, position)


def _unmarked(raw: bytes) -> str:
    """UTF-16 without a mark has a zero beside every ASCII letter, always on the same side; anything
    else must be UTF-8."""
    even, odd = raw[::2], raw[1::2]
    if len(even) == len(odd):
        for zeros, letters, encoding in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
            if letters.count(0) == 0 and zeros.count(0) * 2 > len(zeros):
                return encoding
    return "utf-8"


# ---------------------------------------------------------------- code pages


def _in_a_code_page(name: str, raw: bytes, position: int) -> tuple[str, list[Remark]]:
    """The text if all plausible code pages agree on it. `position` is that of the first byte that
    is not UTF-8."""
    foreign = len(raw.translate(None, _ASCII))
    cells = list(dict.fromkeys(_CELL.findall(raw))) if foreign <= _MOST_LETTERS else []
    readings = _plausible(cells)
    differing = _disagreement(readings)
    if readings and not differing:
        page = next(iter(readings))
        message = (
            f"the text is not UTF-8; it was read as {page}, and no other likely code page says "
            "anything else"
        )
        return raw.decode(page), [Remark("encoding-assumed", "note", message, CellRef(name))]
    line = raw.count(b"\n", 0, position) + 1
    question = f": {' or '.join(differing)}?" if readings else ""
    message = f"the text is not UTF-8 at byte {position} (line {line}){question}; {_SAVE}"
    raise refused(name, "encoding", message)


def _plausible(cells: list[bytes]) -> dict[str, list[str]]:
    """Code page → what each cell says, for every page that could have written these bytes.

    A page is out where it has no letter for a byte, or where words come out that nobody writes. If
    a cell is a word we know under some pages (`µg/g`, `Rtuť`), the pages that read something else
    there are out too.
    """
    readings: dict[str, list[str]] = {}
    for page in _CODE_PAGES if cells else ():
        try:
            texts = [cell.decode(page) for cell in cells]
        except UnicodeDecodeError:
            continue
        if all(map(_could_be_written, texts)):
            readings[page] = texts
    known = {page: list(map(_is_known, texts)) for page, texts in readings.items()}
    proven = [any(page) for page in zip(*known.values(), strict=True)]
    return {page: texts for page, texts in readings.items() if known[page] == proven}


def _disagreement(readings: dict[str, list[str]]) -> list[str]:
    """The first cell that two code pages read differently, as each reads it around the first letter
    in question; three readings at most."""
    for texts in zip(*readings.values(), strict=True):
        if len(set(texts)) > 1:
            letters = enumerate(zip(*texts, strict=True))
            position = next(index for index, column in letters if len(set(column)) > 1)
            around = slice(max(0, position - 15), position + 15)
            return list(dict.fromkeys(f"'{text[around].strip()}'" for text in texts))[:3]
    return []


_SIGN_NAMES = {"MICRO", "FEMININE", "MASCULINE"}  # µ ª º, which Unicode takes for letters
_SIGNS = {ord(sign): " " for sign in "±×÷·°²³¹–—‰™®©"}
_WORDS_OF_ONE_LETTER = frozenset("àÀèÈéÉóÓ")  # French, Italian, Portuguese and Spanish ones
_LETTER_BEHIND_DIGIT = re.compile(r"[0-9][^\x00-\x7fµμ]")


def _could_be_written(cell: str) -> bool:
    """False for control characters, for `ตg/g` (two alphabets in one word), for `0.5 ą 0.1` (a
    letter for a sign) and for `25ฐC` (the degree sign taken for a letter)."""
    return not _CONTROL.search(cell) and all(map(_could_be_a_word, re.findall(r"\S+", cell)))


def _could_be_a_word(word: str) -> bool:
    letters = [letter for letter in word if unicodedata.category(letter)[0] in "LM"]
    if word[0] in "µμ" or all(map(str.isascii, letters)):
        return True
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in letters} - _SIGN_NAMES
    if len(scripts) > 1 or len(word) == 1:
        return word in _WORDS_OF_ONE_LETTER
    return _LETTER_BEHIND_DIGIT.search(word.translate(_SIGNS)) is None


def _is_known(cell: str) -> bool:
    """Whether a cell, or a part of it in brackets, is a word of ours beyond ASCII."""
    texts = (cell, *re.findall(r"[^()\[\]:]+", cell))
    return any(_is_known_word(text.strip()) for text in texts if not text.isascii())


def _is_known_word(text: str) -> bool:
    lookups = (vocabulary.unit, vocabulary.column_role, vocabulary.fact_name, vocabulary.analyte)
    return any(lookup(text) is not None for lookup in lookups) or heading(text).is_understood


# ---------------------------------------------------------------- text broken before it came to us


def _mojibake() -> frozenset[str]:
    """What the signs and letters of certificates look like after UTF-8 was taken for a code page:
    `Âµ`, `â‰¤`, `Å¡`."""
    latin, greek = range(0xA0, 0x180), range(0x391, 0x3CA)
    thai, signs = range(0xE01, 0xE5B), range(0x2010, 0x2270)
    broken = {
        "".join(_letter(byte, page) for byte in chr(number).encode())
        for number in chain(latin, greek, thai, signs)
        for page in ("cp1252", "cp1250", "mac-roman")
    }
    return frozenset(broken | {"\ufffd"})


def _letter(byte: int, page: str) -> str:
    try:
        return bytes([byte]).decode(page)
    except UnicodeDecodeError:
        return chr(byte)


_MOJIBAKE = _mojibake()
_FOREIGN_RUN = re.compile(r"[^\x00-\x7f]{2,}|\ufffd")


def _check_mojibake(name: str, text: str) -> None:
    """Refuse a text that was once read in a wrong encoding and saved again: letters are lost."""
    if text.isascii():
        return
    for run in _FOREIGN_RUN.finditer(text):
        broken = next((part for part in _parts(run[0]) if part in _MOJIBAKE), None)
        if broken is not None:
            line = _line_at(text, run.start())
            message = (
                f"line {line} holds '{broken}', which an earlier program made of a letter or sign "
                "it could not read; export the certificate again from where it was written, as "
                "UTF-8"
            )
            raise refused(name, "mojibake", message)


def _parts(run: str) -> list[str]:
    return [run[start : start + length] for start in range(len(run)) for length in (1, 2, 3)]
