"""A file's bytes → a Workbook, whatever the format."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.errors import InputNotFound, Refused
from kratom_qc.domain.source import CellRef
from kratom_qc.intake import preflight
from kratom_qc.intake.formats import delimited, ods, xls, xlsx
from kratom_qc.intake.own_sheets import is_fix_list, is_word_list
from kratom_qc.intake.refusals import PartlyRead, refused
from kratom_qc.intake.sheets import Sheet, Workbook
from kratom_qc.settings import Caps

_OWN_LIST = (
    "this sheet is the list of what to fix that kratom_qc wrote; it is not part of the "
    "certificate and was not read"
)
_MOST_LOOKED_INTO = 4 * 1024 * 1024  # bytes of a refused workbook
_READERS = {"xlsx": xlsx.read, "xls": xls.read, "ods": ods.read, "text": delimited.read}


def read_bytes(path: Path) -> bytes:
    """A file's bytes. Raises InputNotFound where it is not there or not a file."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputNotFound(f"{path}: no such file") from None
    except IsADirectoryError:
        advice = "name a file, or use `kratom-qc run --inbox`"
        raise InputNotFound(f"{path}: is a folder; {advice}") from None
    except OSError as error:
        raise InputNotFound(f"{path}: cannot be read: {error.strerror}") from None


def open_workbook(name: str, raw: bytes, caps: Caps) -> Workbook:
    """The sheets of a file by what its content is, whatever its name says.

    Raises Refused where it is no spreadsheet, or one that cannot be opened safely.
    """
    return workbook_of(preflight.kind_of(name, raw, caps), name, raw, caps)


def sheets_of_refused(name: str, raw: bytes, caps: Caps) -> Sequence[Sheet]:
    """What can be read of a file that is refused: macros, a link or a name that says something else
    do not keep its cells from naming a lot, and neither does a cap that is passed in the middle."""
    kind = preflight.likely_kind(raw)
    if kind is None or (kind != "text" and len(raw) > _MOST_LOOKED_INTO):
        return ()
    if kind == "text":
        return delimited.head(raw)
    try:
        return _READERS[kind](name, raw, caps)[0]
    except PartlyRead as partly:
        return partly.sheets
    except Refused:
        return ()


def workbook_of(kind: str, name: str, raw: bytes, caps: Caps) -> Workbook:
    """The sheets of a file that preflight found to be of a kind. Raises Refused as `open_workbook`
    does."""
    if kind not in _READERS:
        raise refused(name, "not-a-spreadsheet", f"this is {kind}, which has no sheets")
    sheets, remarks = _READERS[kind](name, raw, caps)
    theirs = []
    for sheet in sheets:
        if is_fix_list(sheet):
            remarks.append(Remark("own-list", "note", _OWN_LIST, CellRef(name, sheet.name)))
        elif not is_word_list(sheet):
            theirs.append(sheet)
    return Workbook(name, hashlib.sha256(raw).hexdigest(), tuple(theirs), tuple(remarks))
