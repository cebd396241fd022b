"""How a text's lines fall into columns: proven by its header words, never by counting commas alone.

Where numbers are written with a comma, `Lead;0,5` has as many commas as semicolons; only the words
tell which of them separates columns.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from functools import lru_cache

from kratom_qc import vocabulary
from kratom_qc.intake.refusals import refused

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
_SEP_LINE = re.compile(r'"?sep=(?P<mark>[^"\r\n]?)"?[ \t,;|]*(?:\r?\n|$)', re.IGNORECASE)
_BEFORE_BRACKET = re.compile(r"^[^(\[,:]+")
_LONGEST_WORD = 80  # characters; no header word is longer, and no header line than 200 of them
_LONGEST_LINE = 16_000


def split_off_sep(name: str, text: str) -> tuple[str, str | None]:
    """The text without a first line `sep=;`, and the separator that line states. Spreadsheets obey
    it and do not show it. Raises Refused for a separator that is none."""
    line = _SEP_LINE.match(text)
    if line is None:
        return text, None
    mark = line["mark"]
    if mark not in DELIMITERS:
        message = f"the first line says the separator is '{mark}'; it must be one of {_names()}"
        raise refused(name, "dialect", message, cell="A1", quoted=line[0].strip())
    return text[line.end() :], mark


def delimiter(name: str, text: str) -> str:
    """The sign between columns. Raises Refused where none separates anything, or two could."""
    lines = text.split("\n")
    headers = {mark: line for mark in DELIMITERS if (line := _header_line(lines, mark))}
    if len(headers) > 1:
        places = [f"by {DELIMITERS[mark]} in line {line}" for mark, line in headers.items()]
        message = f"header words are separated {' and '.join(places)}; use one separator throughout"
        raise refused(name, "dialect", message)
    if headers:
        return next(iter(headers))
    sample = [line[:_LONGEST_LINE] for line in lines if line.strip()][:200]
    best = max(DELIMITERS, key=lambda mark: _score(sample, mark))
    if not _score(sample, best):
        message = f"no table was found: no {_names()} separates its columns"
        raise refused(name, "not-a-spreadsheet", message)
    return best


def _names() -> str:
    *names, last = DELIMITERS.values()
    return f"{', '.join(names)} or {last}"


def _header_line(lines: list[str], mark: str) -> int:
    """The number of the first line that reads as header words under a separator; 0 where none."""
    for number, line in enumerate(lines, start=1):
        if mark in line and len(line) <= _LONGEST_LINE and _is_header(set(_fields(line, mark))):
            return number
    return 0


def _fields(line: str, mark: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=mark), [])
    except csv.Error:
        return []


def _is_header(cells: Iterable[str]) -> bool:
    """Two known words or more, and one of them says what the rows are about."""
    meanings = [meaning for cell in cells if (meaning := _meaning(cell))]
    return len(meanings) > 1 and any(meaning in ("analyte", "batch_id") for meaning in meanings)


@lru_cache(8192)
def _meaning(cell: str) -> str:
    """The role or fact that a cell names, `substance` for an analyte, else nothing."""
    text = cell.strip()
    if not text or len(text) > _LONGEST_WORD or not text[0].isalpha():
        return ""
    names = (text, *_BEFORE_BRACKET.findall(text))
    for name in names:
        meaning = vocabulary.column_role(name) or vocabulary.fact_name(name)
        if meaning:
            return meaning
    return "substance" if any(vocabulary.analyte(name) for name in names) else ""


def _score(lines: list[str], mark: str) -> int:
    """How many cells stand in rows of equal width: a guess, good enough to say what a file without
    a header lacks."""
    try:
        widths = [len(line) for line in csv.reader(lines, delimiter=mark)]
    except csv.Error:
        return 0
    return sum(width - 1 for width in widths if width > 1 and widths.count(width) > 1)
