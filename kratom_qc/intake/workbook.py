"""xlsx and csv → sheets of cells as a person sees them.

Numbers keep the digits the file stores: a binary double is written back as its shortest decimal, which is what the
spreadsheet shows. A number format that shows something else than the stored number refuses the cell, for nobody can
tell which of the two the laboratory meant.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kratom_qc.errors import InputNotFound, Refusal, Refused
from kratom_qc.model import Cell, Place, plain

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_CELLS = 400_000
MAX_INFLATED = 100 * 1024 * 1024

Grid = dict[int, dict[int, Cell]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its cells by row and column (1-based), blank cells left out."""

    name: str
    rows: Grid
    problems: dict[tuple[int, int], Refusal]  # cells that cannot be believed, if anything uses them


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file opened: its name, the SHA-256 of its bytes and its sheets."""

    file: str
    sha256: str
    sheets: tuple[Sheet, ...]


@lru_cache(65536)
def cell_name(row: int, column: int) -> str:
    """A1 notation of a 1-based row and column."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def read_bytes(path: Path) -> bytes:
    """A file's bytes. Raises InputNotFound where it is not there or not a file."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputNotFound(f"{path}: no such file") from None
    except IsADirectoryError:
        raise InputNotFound(f"{path}: is a folder; name a file, or use `kratom-qc run --inbox`") from None
    except OSError as error:
        raise InputNotFound(f"{path}: cannot be read: {error.strerror}") from None


def open_workbook(name: str, raw: bytes) -> Workbook:
    """The sheets of a file by what its content is, whatever its name says.

    Raises Refused where it is no spreadsheet, or one that cannot be opened safely.
    """
    place = Place(name)
    if not raw.strip(b"\x00\r\n\t \xef\xbb\xbf"):
        raise Refused([Refusal("empty", "the file is empty", place)])
    if len(raw) > MAX_BYTES:
        raise Refused([Refusal("too-large", f"{len(raw):,} bytes; the limit is {MAX_BYTES:,}. Split the file", place)])
    digest = hashlib.sha256(raw).hexdigest()
    sheets = _read_xlsx(name, raw) if raw.startswith(b"PK\x03\x04") else _read_csv(name, raw)
    return Workbook(name, digest, tuple(sheets))


# ---------------------------------------------------------------- xlsx

_FOREIGN = {
    b"%PDF": ("pdf", "this is a PDF. Ask the laboratory for the certificate as xlsx or csv"),
    b"\xd0\xcf\x11\xe0": (
        "old-or-encrypted",
        "this is an old .xls workbook or a password-protected one. Save it as xlsx without a password",
    ),
    b"\x89PNG": ("image", "this is a picture. Ask the laboratory for the certificate as xlsx or csv"),
    b"\xff\xd8\xff": ("image", "this is a picture. Ask the laboratory for the certificate as xlsx or csv"),
    b"GIF8": ("image", "this is a picture. Ask the laboratory for the certificate as xlsx or csv"),
    b"\x1f\x8b": ("archive", "this is a compressed archive. Send the spreadsheet itself"),
    b"Rar!": ("archive", "this is a compressed archive. Send the spreadsheet itself"),
}


def _read_xlsx(name: str, raw: bytes) -> Iterator[Sheet]:
    place = Place(name)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile:
        raise Refused([Refusal("damaged", "the file is cut short or damaged; send it again", place)]) from None
    names = [part.filename for part in parts]
    if "xl/workbook.xml" not in names:
        raise Refused(
            [Refusal("not-a-spreadsheet", "this is a zip archive but no xlsx workbook; send the xlsx itself", place)]
        )
    if len(set(names)) != len(names):
        raise Refused([Refusal("damaged", "a part of the workbook stands in it twice", place)])
    if any(part.startswith("xl/vbaProject") for part in names):
        raise Refused([Refusal("macros", "the workbook contains macros; save it as xlsx without them", place)])
    if sum(part.file_size for part in parts) > MAX_INFLATED:
        raise Refused([Refusal("too-large", f"the workbook unpacks to more than {MAX_INFLATED:,} bytes", place)])
    yield from _open_xlsx(name, raw)


def _open_xlsx(name: str, raw: bytes) -> Iterator[Sheet]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(raw), data_only=False, keep_links=False)
    except Exception as error:  # openpyxl raises a dozen kinds on damaged files; each of them refuses the file
        raise Refused(
            [
                Refusal(
                    "damaged",
                    f"the workbook cannot be opened ({type(error).__name__}); save it again as xlsx",
                    Place(name),
                )
            ]
        ) from None
    for sheet in book.worksheets:
        yield _read_sheet(name, sheet)


def _read_sheet(name: str, sheet: Worksheet) -> Sheet:
    title = sheet.title
    if sheet.max_row > MAX_ROWS or sheet.max_column > MAX_COLUMNS or sheet.max_row * sheet.max_column > MAX_CELLS:
        raise Refused(
            [
                Refusal(
                    "too-large",
                    f"sheet '{title}' spans {sheet.max_row:,} rows and {sheet.max_column:,} columns; "
                    f"the limits are {MAX_ROWS:,} rows, {MAX_COLUMNS} columns and {MAX_CELLS:,} cells",
                    Place(name, title),
                )
            ]
        )
    hidden_sheet = sheet.sheet_state != "visible"
    hidden_rows = {row for row, shape in sheet.row_dimensions.items() if shape.hidden}
    hidden_columns = {
        number
        for shape in sheet.column_dimensions.values()
        if shape.hidden
        for number in range(shape.min or 0, (shape.max or 0) + 1)
    }
    rows: Grid = {}
    problems: dict[tuple[int, int], Refusal] = {}
    struck: dict[int, bool] = {}
    for line in sheet.iter_rows():
        for source in line:
            if source.value is None:
                continue
            row, column = source.row, source.column
            said, kind, trouble = _shown(source)
            if not said.strip() and trouble is None:
                continue
            hidden = hidden_sheet or row in hidden_rows or column in hidden_columns
            rows.setdefault(row, {})[column] = Cell(said, kind, row, column, hidden)
            place = Place(name, title, cell_name(row, column))
            if hidden:
                trouble = (
                    "hidden",
                    "this cell is hidden, so nobody who looked at the sheet has seen it; unhide or delete it",
                )
            elif _struck(source, struck):
                trouble = ("struck-out", "this cell is struck out; delete it or remove the line")
            if trouble:
                problems[row, column] = Refusal(trouble[0], trouble[1], place, said)
    return Sheet(title, rows, problems)


def _struck(source: Any, known: dict[int, bool]) -> bool:
    """Whether a cell is struck out, looked up once per style: the style objects are costly to build."""
    if not source.has_style:
        return False
    style = source.style_id
    if style not in known:
        known[style] = bool(source.font.strike)
    return known[style]


# Formats that show the stored number itself, at most with fewer or more digits or grouped.
_HONEST_FORMAT = re.compile(r"^(?:General|@|[#0,]*[#0](?:\.[0#?]+)?_?\)?\s*|0+(?:\.0+)?[eE][+-]0+|##0\.0E\+0)$")
_PERCENT_FORMAT = re.compile(r"^[#0,]*0(?:\.[0#]+)?\s*%\s*$")
_PADDED_FORMAT = re.compile(r"^0{2,}$")

Trouble = tuple[str, str] | None


def _shown(source: Any) -> tuple[str, str, Trouble]:
    """(what a person reads, how it is stored, why it cannot be believed)."""
    value, kind = source.value, source.data_type
    if kind == "f":
        return str(value), "formula", ("formula", "this cell is a formula; copy the sheet and paste values only")
    if kind == "e":
        return str(value), "error", ("error-value", f"this cell shows the error {value}")
    if kind == "b":
        return ("TRUE" if value else "FALSE"), "boolean", None
    if isinstance(value, dt.datetime):
        return (value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")), "date", None
    if isinstance(value, dt.date):
        return value.isoformat(), "date", None
    if isinstance(value, dt.time | dt.timedelta):
        return (
            str(value),
            "date",
            ("time-value", "Excel has made a time of this cell; format it as text and type it again"),
        )
    if isinstance(value, int | float):
        return _shown_number(value, source.number_format or "General")
    return str(value), "text", None


def _shown_number(value: float, pattern: str) -> tuple[str, str, Trouble]:
    exact = Decimal(repr(value))
    if not exact.is_finite():
        return str(value), "number", ("not-a-number", "this cell holds no finite number")
    sections = pattern.split(";")
    if len(sections) > 1:  # positive; negative; zero
        pattern = sections[1] if exact < 0 else sections[2] if exact == 0 and len(sections) > 2 else sections[0]
    if _PADDED_FORMAT.match(pattern) and exact == exact.to_integral_value():
        return f"{int(exact):0{len(pattern)}d}", "number", None
    if _HONEST_FORMAT.match(pattern):
        return _digits(exact, pattern), "number", None
    if _PERCENT_FORMAT.match(pattern):
        return f"{_digits(exact * 100, pattern)}%", "number", None
    return (
        _digits(exact),
        "number",
        (
            "shown-differs",
            f"the number format '{pattern}' may show something else than the stored {_digits(exact)}; format the "
            "cell as General and type what it should say",
        ),
    )


def _digits(exact: Decimal, pattern: str = "") -> str:
    """The stored digits, with the zeros the format shows behind them: 1.42 under `0.000` is said 1.420. A format that shows
    fewer digits than are stored changes nothing: what is stored decides."""
    text = plain(exact) if abs(exact.adjusted()) < 25 else str(exact)
    shown = re.search(r"\.(0+)", pattern)
    decimals = len(text.partition(".")[2])
    if shown is None or "E" in text or "e" in pattern.lower() or decimals >= len(shown[1]):
        return text
    return (text if "." in text else f"{text}.") + "0" * (len(shown[1]) - decimals)


# ---------------------------------------------------------------- csv

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def _read_csv(name: str, raw: bytes) -> list[Sheet]:
    for magic, (code, message) in _FOREIGN.items():
        if raw.startswith(magic):
            raise Refused([Refusal(code, message, Place(name))])
    text = _decoded(name, raw)
    if text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<table", "<?xml", "{\\rtf")):
        raise Refused([Refusal("not-a-spreadsheet", "this is a web page or document, not a spreadsheet", Place(name))])
    delimiter = _delimiter(name, text)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise Refused([Refusal("damaged", f"the csv cannot be read: {error}", Place(name))]) from None
    if len(lines) > MAX_ROWS or max(map(len, lines), default=0) > MAX_COLUMNS:
        raise Refused(
            [
                Refusal(
                    "too-large",
                    f"{len(lines):,} rows; the limits are {MAX_ROWS:,} rows and {MAX_COLUMNS} columns",
                    Place(name),
                )
            ]
        )
    rows: Grid = {}
    for row, line in enumerate(lines, start=1):
        for column, said in enumerate(line, start=1):
            if said.strip():
                rows.setdefault(row, {})[column] = Cell(said, "text", row, column)
    return [Sheet("", rows, {})]


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
