"""xlsx and xlsm → sheets of cells as a person sees them: one streaming pass over the XML of the
sheets.

The pass that guards (caps, repeated cells, document types) is the pass that reads, so nothing is
believed that was not checked. It takes what the value readers of the field leave out: number
format, hidden rows, columns and sheets, strike-through, formulas and their last values, raised
digits. Formulas are never computed and macros never run.
"""

from __future__ import annotations

import contextlib
import posixpath
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.errors import Refused
from kratom_qc.domain.source import CellRef
from kratom_qc.intake.formats import cell_problems
from kratom_qc.intake.formats.colours import ColourScheme
from kratom_qc.intake.formats.container import Container
from kratom_qc.intake.formats.markup import OFF, ON, Attributes, scan
from kratom_qc.intake.formats.richtext import StringItem, StringItemReader
from kratom_qc.intake.formats.sheet_parts import (
    Relationship,
    Relationships,
    SheetParts,
    relationships,
)
from kratom_qc.intake.formats.styles import StyleSheet, read_styles
from kratom_qc.intake.formats.worksheet import WorksheetReader
from kratom_qc.intake.formats.worksheet_cells import SharedParts
from kratom_qc.intake.refusals import PartlyRead, damaged, refused
from kratom_qc.intake.sheets import Sheet
from kratom_qc.settings import Caps

_RELATIONSHIP_ID = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships id",
    "http://purl.oclc.org/ooxml/officeDocument/relationships id",
)
_ONCE = ("styles", "sharedStrings", "theme")
_REMEMBERED = 256 * 1024  # bytes of theme and styles at most


class _ListedSheet(NamedTuple):
    """A sheet as the workbook part lists it."""

    title: str
    relationship: str
    hidden: bool


def read(name: str, raw: bytes, caps: Caps) -> tuple[list[Sheet], list[Remark]]:
    """A workbook's sheets, and a remark where it holds macros. Raises Refused where it cannot be
    read in full."""
    container = Container(name, raw, caps)
    package = relationships(name, container, "")
    mains = [target for kind, target in package.values() if kind == "officeDocument"]
    main = mains[0] if len(mains) == 1 else ""
    if main not in container:
        raise damaged(name, "the workbook's main part is missing")
    related = relationships(name, container, main)
    parts = SharedParts(name, caps)
    listed = _listed_sheets(parts, container, main)
    _read_shared(parts, container, list(related.values()))
    sheets = list(_sheets(parts, container, related, listed))
    if not any(sheet.rows for sheet in sheets):
        _refuse_pictures(name, container)
    has_macros = any(posixpath.basename(part).startswith("vbaProject") for part in container.names)
    return sheets, [cell_problems.macros(name)] if has_macros else []


def _refuse_pictures(name: str, container: Container) -> None:
    if any(part.startswith("xl/media/") for part in container.names):
        advice = "results in a picture are not read: send them in cells"
        message = f"no cell holds anything, but a picture is there; {advice}"
        raise refused(name, "no-table", message)


def _sheets(
    parts: SharedParts, container: Container, related: Relationships, listed: Sequence[_ListedSheet]
) -> Iterator[Sheet]:
    for title, relationship, hidden in listed:
        if relationship not in related:
            why = f"the workbook does not say where its sheet '{title}' is"
            raise damaged(parts.name, why)
        kind, target = related[relationship]
        if kind in ("xlMacrosheet", "xlIntlMacrosheet"):
            message = f"the sheet '{title}' is a macro sheet; delete it"
            raise refused(parts.name, "macros", message, title)
        if target not in container:
            raise damaged(parts.name, f"the sheet '{title}' is missing from the file")
        reader = WorksheetReader(parts, title, hidden)
        try:
            if kind == "worksheet":
                reader.read(container.inflate(target))
            place = CellRef(parts.name, title)
            SheetParts(reader.builder, container, place, parts.styles.altering_in).add(target)
        except Refused as refusal:
            raise PartlyRead(refusal.refusals, [reader.builder.sheet()]) from None
        yield reader.builder.sheet()


# ---------------------------------------------------------------- the parts of a workbook


def _listed_sheets(parts: SharedParts, container: Container, main: str) -> list[_ListedSheet]:
    """Every sheet, in the order of the workbook. Notes in `parts` from which year its days are
    counted."""
    name = parts.name
    listed: list[_ListedSheet] = []
    window_hidden = False

    def properties(attributes: Attributes) -> None:
        stated = attributes.get("date1904", "0")
        if stated not in (*ON, *OFF, ""):
            why = f"the workbook counts its days in a way of its own ('{stated[:20]}')"
            raise damaged(name, why)
        parts.since_1904 = stated in ON

    def window(attributes: Attributes) -> None:
        nonlocal window_hidden
        window_hidden = attributes.get("visibility", "visible") != "visible"

    def sheet(attributes: Attributes) -> None:
        relationship = next((attributes[key] for key in _RELATIONSHIP_ID if key in attributes), "")
        hidden = window_hidden or attributes.get("state", "visible") != "visible"
        listed.append(_ListedSheet(attributes.get("name", ""), relationship, hidden))

    starts = {"workbookPr": properties, "workbookView": window, "sheet": sheet}
    scan(CellRef(name), container.inflate(main), starts)
    if len({sheet.relationship for sheet in listed}) < len(listed):
        raise damaged(name, "two sheets are one and the same part of the file")
    if len(listed) > parts.caps.sheets:
        message = f"the workbook has {len(listed):,} sheets; the limit is {parts.caps.sheets}"
        raise refused(name, "too-large", f"{message}. Split the file")
    if len({sheet.title.casefold() for sheet in listed}) < len(listed):
        raise damaged(name, "two sheets have the same name")
    return listed


def _read_shared(parts: SharedParts, container: Container, related: Sequence[Relationship]) -> None:
    """Read the styles, the theme and the shared strings into `parts`."""
    targets = _shared_targets(parts.name, container, related)
    theme, styles = (
        container.read(targets[kind]) if kind in targets else b"" for kind in ("theme", "styles")
    )
    parts.styles = _styles(parts.name, theme, styles)
    if "sharedStrings" in targets:
        parts.strings = _strings(parts.name, container.inflate(targets["sharedStrings"]))


def _shared_targets(
    name: str, container: Container, related: Sequence[Relationship]
) -> dict[str, str]:
    """Where the styles, the strings and the theme are. Without its styles nobody knows what a cell
    shows."""
    targets: dict[str, str] = {}
    for kind, target in related:
        missing = target not in container
        # Cells that point to a string which is missing are refused one by one.
        if kind not in _ONCE or (kind == "sharedStrings" and missing):
            continue
        if kind in targets:
            raise damaged(name, f"the workbook's part '{kind}' is there twice")
        if missing:
            raise damaged(name, f"the workbook's part '{kind}' is missing")
        targets[kind] = target
    sheets = [target for kind, target in related if kind == "worksheet"]
    if len(set(sheets)) < len(sheets):
        raise damaged(name, "two sheets are one and the same part of the file")
    return targets


def _styles(name: str, theme: bytes, styles: bytes) -> StyleSheet:
    """The styles of a workbook. A laboratory's files have the same ones, so a child reads them
    once."""
    if len(theme) + len(styles) <= _REMEMBERED:
        with contextlib.suppress(Refused):  # raised below, with the file's own name
            return _remembered_styles(theme, styles)
    return _read_styles(name, theme, styles)


@lru_cache(32)
def _remembered_styles(theme: bytes, styles: bytes) -> StyleSheet:
    return _read_styles("", theme, styles)


def _read_styles(name: str, theme: bytes, styles: bytes) -> StyleSheet:
    part, colours = CellRef(name), ColourScheme()
    if theme:
        colours.read_theme(part, [theme])
    return read_styles(part, [styles], colours) if styles else StyleSheet()


def _strings(name: str, chunks: Iterator[bytes]) -> list[StringItem]:
    items: list[StringItem] = []
    reader = StringItemReader()
    starts = {"si": reader.begin, **reader.starts()}
    ends = {"si": lambda: items.append(reader.item()), **reader.ends()}
    scan(CellRef(name), chunks, starts, ends, reader.add)
    return items
