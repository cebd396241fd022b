"""Bytes → text, and only where the text is certain.

UTF-8 and marked UTF-16 and UTF-32 prove themselves. An 8-bit code page never does: the byte F8 is
`ø` in western Europe and `ř` in Prague. Such a file is read only if every code page that could have
written it says the same text.
"""

from __future__ import annotations

import re
import unicodedata

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.errors import Refusal, Refused
from kratom_qc.domain.source import CellRef

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# What spreadsheets and laboratory systems save csv in, the likeliest first.
_CODE_PAGES = (
    "cp1252", "cp1250", "iso8859-1", "iso8859-15", "iso8859-2", "cp1254", "cp1257", "cp1251", "cp1253", "cp874",
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

    Raises Refused where the encoding is not certain, where the text was broken by an earlier
    conversion, and where it holds control characters, old Mac line ends or a second byte order
    mark.
    """
    text, remarks = _decoded(name, raw)
    if len(_CONTROL.findall(text, 0, 4096)) > _BINARY:
        raise _binary(name)
    for code, found in (("mojibake", _broken(text)), ("control-character", _control(text))):
        if found is not None:
            raise _refused(name, code, found)
    if (bare := re.search(r"\r(?!\n)", text)) is not None:
        line = re.sub("\r\n?", "\n", text[: bare.start()]).count("\n") + 1
        message = f"line {line} ends with a carriage return alone, as on old Macs; {_SAVE}"
        raise _refused(name, "line-ends", message)
    if (mark := text.find("\ufeff")) >= 0:
        message = f"a second byte order mark stands in line {line_at(text, mark)}: two files were joined; save them apart"
        raise _refused(name, "encoding", message)
    return text, remarks


def line_at(text: str, position: int) -> int:
    """The number of the line that a position stands in, from 1."""
    return text.count("\n", 0, position) + 1


def _refused(name: str, code: str, message: str, said: str = "") -> Refused:
    return Refused([Refusal(code, message, CellRef(name), said)])


def _binary(name: str) -> Refused:
    message = "this is neither a spreadsheet nor csv text; send the certificate as xlsx or csv"
    return _refused(name, "not-a-spreadsheet", message)


def _decoded(name: str, raw: bytes) -> tuple[str, list[Remark]]:
    mark, encoding = next(
        ((mark, encoding) for mark, encoding in _MARKS if raw.startswith(mark)), (b"", "")
    )
    try:
        return raw[len(mark) :].decode(encoding or _unmarked(raw)), []
    except UnicodeDecodeError as error:
        if encoding and encoding != "utf-8":
            message = f"the byte order mark says {encoding.upper()}, but byte {error.start + len(mark)} is none; {_SAVE}"
            raise _refused(name, "encoding", message) from None
        at = error.start + len(mark)
    if sum(byte < 9 or 14 <= byte < 32 for byte in raw[:4096]) > _BINARY:
        raise _binary(name)
    return _in_a_code_page(name, raw, at)


def _unmarked(raw: bytes) -> str:
    """UTF-16 without a mark has a zero beside every ASCII letter, always on the same side; anything
    else must be UTF-8."""
    if len(raw) % 2 == 0:
        for zeros, others, encoding in (
            (raw[1::2], raw[::2], "utf-16-le"),
            (raw[::2], raw[1::2], "utf-16-be"),
        ):
            if others.count(0) == 0 and zeros.count(0) * 2 > len(zeros):
                return encoding
    return "utf-8"


# ---------------------------------------------------------------- code pages


def _in_a_code_page(name: str, raw: bytes, at: int) -> tuple[str, list[Remark]]:
    """The text if all plausible code pages agree on it. `at` is the first byte that is not UTF-8."""
    foreign = len(raw.translate(None, _ASCII))
    cells = list(dict.fromkeys(_CELL.findall(raw))) if foreign <= _MOST_LETTERS else []
    readings = _plausible(cells)
    if readings and not (hold_reasons := _disagreement(readings)):
        page = next(iter(readings))
        message = f"the text is not UTF-8; it was read as {page}, and no other likely code page says anything else"
        return raw.decode(page), [Remark("encoding-assumed", "note", message, CellRef(name))]
    line = raw.count(b"\n", 0, at) + 1
    asked = f": {' or '.join(hold_reasons)}?" if readings else ""
    raise _refused(
        name, "encoding", f"the text is not UTF-8 at byte {at} (line {line}){asked}; {_SAVE}"
    )


def _plausible(cells: list[bytes]) -> dict[str, list[str]]:
    """Code page → what each cell says, for every page that could have written these bytes.

    A page is out where it has no letter for a byte, or where words come out that nobody writes. If
    a cell is a word we know under some pages (`µg/g`, `Rtuť`), the pages that read something else
    there are out too.
    """
    readings: dict[str, list[str]] = {}
    for page in _CODE_PAGES if cells else ():
        try:
            said = [cell.decode(page) for cell in cells]
        except UnicodeDecodeError:
            continue
        if all(map(_could_be_written, said)):
            readings[page] = said
    known = {
        page: {at for at, cell in enumerate(said) if _is_known(cell)}
        for page, said in readings.items()
    }
    proven: set[int] = set().union(*known.values())
    return {page: said for page, said in readings.items() if known[page] == proven}


def _disagreement(readings: dict[str, list[str]]) -> list[str]:
    """The first cell that two code pages read differently, as each reads it."""
    for said in zip(*readings.values(), strict=True):
        if len(set(said)) > 1:
            at = next(
                at for at, letters in enumerate(zip(*said, strict=True)) if len(set(letters)) > 1
            )
            return list(
                dict.fromkeys(f"'{cell[max(0, at - 15) : at + 15].strip()}'" for cell in said)
            )[:3]
    return []


def _could_be_written(cell: str) -> bool:
    """False for control characters, for `ตg/g` (two alphabets in one word), for `0.5 ą 0.1` (a
    letter for a sign) and for `25ฐC` (the degree sign taken for a letter)."""
    if _CONTROL.search(cell):
        return False
    for word in re.findall(r"\S+", cell):
        letters = [c for c in word if unicodedata.category(c)[0] in "LM"]
        if word[0] in "µμ" or all(map(str.isascii, letters)):
            continue
        scripts = {unicodedata.name(c, "?").split()[0] for c in letters} - _SIGN_NAMES
        if (
            len(scripts) > 1
            or len(word) == 1
            or re.search(r"[0-9][^\x00-\x7fµμ]", word.translate(_SIGNS))
        ):
            return False
    return True


_SIGN_NAMES = {"MICRO", "FEMININE", "MASCULINE"}  # µ ª º, which Unicode takes for letters
_SIGNS = {ord(c): " " for c in "±×÷·°²³¹–—‰™®©"}


def _is_known(cell: str) -> bool:
    for text in (cell, *re.findall(r"[^()\[\]:]+", cell)):
        if not text.isascii() and any(
            known(text.strip()) is not None
            for known in (
                vocabulary.unit,
                vocabulary.column_role,
                vocabulary.fact_name,
                vocabulary.analyte,
            )
        ):
            return True
    return False


# ---------------------------------------------------------------- text broken before it came to us


def _mistaken() -> frozenset[str]:
    """What the signs and letters of certificates look like after UTF-8 was taken for a code page:
    `Âµ`, `â‰¤`, `Å¡`."""
    found = set()
    for number in (
        *range(0xA0, 0x180),
        *range(0x391, 0x3CA),
        *range(0xE01, 0xE5B),
        *range(0x2010, 0x2270),
    ):
        for page in ("cp1252", "cp1250", "mac-roman"):
            raw = chr(number).encode()
            found.add("".join(_letter(byte, page) for byte in raw))
    return frozenset(found)


def _letter(byte: int, page: str) -> str:
    try:
        return bytes([byte]).decode(page)
    except UnicodeDecodeError:
        return chr(byte)


_MISTAKEN = _mistaken()
_FOREIGN_RUN = re.compile(r"[^\x00-\x7f]{2,}|\ufffd")


def _broken(text: str) -> str | None:
    """What is wrong where a text was once read in a wrong encoding and saved again; the letters are
    lost then."""
    if text.isascii():
        return None
    for run in _FOREIGN_RUN.finditer(text):
        found = next(
            (part for part in _parts(run[0]) if part == "\ufffd" or part in _MISTAKEN), None
        )
        if found is not None:
            line = line_at(text, run.start())
            return (
                f"line {line} holds '{found}', which an earlier program made of a letter or sign it could not read; "
                "export the certificate again from where it was written, as UTF-8"
            )
    return None


def _parts(run: str) -> list[str]:
    return [run[at : at + length] for at in range(len(run)) for length in (1, 2, 3)]


def _control(text: str) -> str | None:
    found = _CONTROL.search(text)
    if found is None:
        return None
    line = line_at(text, found.start())
    position = found.start() - (text.rfind("\n", 0, found.start()) + 1) + 1
    what = f"the control character U+{ord(found[0]):04X}"
    return f"line {line}, position {position} holds {what}, which nobody can see; delete it and save the csv again"
