"""csv, tsv and semicolon-separated text → one sheet of cells."""

from __future__ import annotations

import csv
import io

from kratom_qc.errors import Refusal, Refused
from kratom_qc.intake.sheets import Grid, Sheet
from kratom_qc.model import Cell, Place, Remark
from kratom_qc.settings import Caps

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read(name: str, raw: bytes, caps: Caps) -> tuple[list[Sheet], list[Remark]]:
    """A text table as one sheet without a name. Raises Refused where its encoding or its separator is not certain."""
    text = _decoded(name, raw)
    if text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<table", "<?xml", "{\\rtf")):
        raise Refused([Refusal("not-a-spreadsheet", "this is a web page or document, not a spreadsheet", Place(name))])
    delimiter = _delimiter(name, text)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise Refused([Refusal("damaged", f"the csv cannot be read: {error}", Place(name))]) from None
    if len(lines) > caps.rows or max(map(len, lines), default=0) > caps.columns:
        raise Refused(
            [
                Refusal(
                    "too-large",
                    f"{len(lines):,} rows; the limits are {caps.rows:,} rows and {caps.columns} columns",
                    Place(name),
                )
            ]
        )
    rows: Grid = {}
    for row, line in enumerate(lines, start=1):
        for column, said in enumerate(line, start=1):
            if said.strip():
                rows.setdefault(row, {})[column] = Cell(said, "text", row, column)
    widths = {row: len(line) for row, line in enumerate(lines, start=1)}
    return [Sheet("", rows, {}, widths=widths)], []


def _decoded(name: str, raw: bytes) -> str:
    encoding = next((encoding for bom, encoding in _BOMS if raw.startswith(bom)), "utf-8")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        if raw[:4096].count(0) or sum(byte < 9 for byte in raw[:4096]) > 4:
            raise Refused(
                [Refusal("not-a-spreadsheet", "this is neither an xlsx workbook nor csv text", Place(name))]
            ) from None
        raise Refused(
            [Refusal("encoding", f"the text is not UTF-8 at byte {error.start}; save the csv as UTF-8", Place(name))]
        ) from None
    control = next((c for c in text if ord(c) < 32 and c not in "\t\r\n"), None)
    if control is not None:
        raise Refused(
            [Refusal("not-a-spreadsheet", f"the text holds the control character U+{ord(control):04X}", Place(name))]
        )
    return text


def _delimiter(name: str, text: str) -> str:
    """The separator under which the file has most cells in rows of equal width; none at all refuses."""
    sample = [line for line in text.splitlines() if line.strip()][:200]
    scores: dict[str, int] = {}
    for mark in (",", ";", "\t", "|"):
        try:
            widths = [len(line) for line in csv.reader(sample, delimiter=mark)]
        except csv.Error:
            continue
        scores[mark] = sum(width - 1 for width in widths if width > 1 and widths.count(width) > 1)
    best = max(scores, key=lambda mark: scores[mark], default=",")
    if not scores.get(best):
        raise Refused(
            [
                Refusal(
                    "not-a-spreadsheet",
                    "no table was found: no comma, semicolon or tab separates its columns",
                    Place(name),
                )
            ]
        )
    return best
