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
from collections.abc import Mapping
from functools import lru_cache

from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.errors import Refusal, Refused
from kratom_qc.domain.source import CellRef
from kratom_qc.intake.formats import marks
from kratom_qc.intake.formats.colours import Colours
from kratom_qc.intake.formats.container import Container
from kratom_qc.intake.formats.markup import Attributes, scan
from kratom_qc.intake.formats.richtext import RichText, Text
from kratom_qc.intake.formats.styles import Styles, read_styles
from kratom_qc.intake.formats.worksheet import Book, Worksheet
from kratom_qc.intake.sheets import Sheet
from kratom_qc.settings import Caps

_ON, _OFF = ("1", "true"), ("0", "false", "")
_RELATIONSHIPS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships id",
    "http://purl.oclc.org/ooxml/officeDocument/relationships id",
)
_ONCE = ("styles", "sharedStrings", "theme")

_SMALL = 256 * 1024


def read(name: str, raw: bytes, caps: Caps) -> tuple[list[Sheet], list[Remark]]:
    """A workbook's sheets, and a remark where it holds macros. Raises Refused where it cannot be
    read in full."""
    container = Container(name, raw, caps)
    relations = _relations(name, container, "")
    mains = [target for kind, target in relations.values() if kind == "officeDocument"]
    main = mains[0] if len(mains) == 1 else ""
    if main not in container:
        raise _damaged(name, "the workbook's main part is missing")
    parts = _relations(name, container, main)
    book = Book(name, caps)
    listed = _listed(book, container, main)
    own = _own_parts(name, container, parts)
    looks = [container.read(own[kind]) if kind in own else b"" for kind in ("theme", "styles")]
    book.styles = _styles(CellRef(name), *looks)
    if "sharedStrings" in own:
        book.strings = _strings(name, container, own["sharedStrings"])
    sheets = []
    for title, relation, hidden in listed:
        if relation not in parts:
            raise _damaged(name, f"the workbook does not say where its sheet '{title}' is")
        kind, target = parts[relation]
        if kind in ("xlMacrosheet", "xlIntlMacrosheet"):
            raise Refused(
                [
                    Refusal(
                        "macros",
                        f"the sheet '{title}' is a macro sheet; delete it",
                        CellRef(name, title),
                    )
                ]
            )
        if kind == "worksheet":
            if target not in container:
                raise _damaged(name, f"the sheet '{title}' is missing from the file")
            sheets.append(Worksheet(book, title, hidden).read(container.inflate(target)))
    if not any(sheet.rows for sheet in sheets) and any(
        part.startswith("xl/media/") for part in container.names
    ):
        message = "no cell holds anything, but a picture is there; results in a picture are not read: send them in cells"
        raise Refused([Refusal("no-table", message, CellRef(name))])
    has_macros = any(posixpath.basename(part).startswith("vbaProject") for part in container.names)
    return sheets, [marks.macros(name)] if has_macros else []


def _styles(place: CellRef, theme: bytes, styles: bytes) -> Styles:
    """The styles of a workbook. A laboratory's files have the same ones, so a child makes them
    once."""
    if len(theme) + len(styles) <= _SMALL:
        with contextlib.suppress(Refused):  # said below, with the file's own name
            return _remembered(theme, styles)
    return _made(place, theme, styles)


def _made(place: CellRef, theme: bytes, styles: bytes) -> Styles:
    colours = Colours()
    if theme:
        colours.read_theme(place, [theme])
    return read_styles(place, [styles], colours) if styles else Styles()


@lru_cache(32)
def _remembered(theme: bytes, styles: bytes) -> Styles:
    return _made(CellRef(""), theme, styles)


def _damaged(name: str, why: str) -> Refused:
    return Refused(
        [
            Refusal(
                "damaged",
                f"{why}; open the workbook, save it anew and send it again",
                CellRef(name),
            )
        ]
    )


# ---------------------------------------------------------------- the parts of a workbook


def _relations(name: str, container: Container, part: str) -> dict[str, tuple[str, str]]:
    """A part's relations: id → (kind, the part it points to)."""
    folder, base = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{base}.rels")
    found: dict[str, tuple[str, str]] = {}

    def relation(attributes: Attributes) -> None:
        target = attributes.get("Target", "")
        if attributes.get("TargetMode") != "External":
            whole = (
                target.lstrip("/")
                if target.startswith("/")
                else posixpath.normpath(posixpath.join(folder, target))
            )
            if attributes.get("Id", "") in found:
                raise _damaged(name, "two relations of the workbook have the same name")
            found[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], whole)

    if path not in container:
        raise _damaged(name, "the workbook does not say where its sheets are")
    scan(CellRef(name), container.inflate(path), {"Relationship": relation})
    return found


def _own_parts(
    name: str, container: Container, parts: Mapping[str, tuple[str, str]]
) -> dict[str, str]:
    """Where the styles, the texts and the theme are. Without its styles nobody knows what a cell
    shows."""
    found: dict[str, str] = {}
    for kind, target in parts.values():
        if kind == "sharedStrings" and target not in container:
            continue  # cells that point to a text are refused
        if kind in _ONCE and (kind in found or target not in container):
            raise _damaged(
                name,
                f"the workbook's part '{kind}' is {'there twice' if kind in found else 'missing'}",
            )
        if kind in _ONCE:
            found[kind] = target
    sheets = [target for kind, target in parts.values() if kind == "worksheet"]
    if len(set(sheets)) < len(sheets):
        raise _damaged(name, "two sheets are one and the same part of the file")
    return found


def _listed(book: Book, container: Container, main: str) -> list[tuple[str, str, bool]]:
    """(title, relation, hidden) of every sheet, in the order of the workbook."""
    found: list[tuple[str, str, bool]] = []
    closed = False

    def properties(attributes: Attributes) -> None:
        said = attributes.get("date1904", "0")
        if said not in _ON + _OFF:
            raise _damaged(
                book.name, f"the workbook counts its days in a way of its own ('{said[:20]}')"
            )
        book.since_1904 = said in _ON

    def window(attributes: Attributes) -> None:
        nonlocal closed
        closed = attributes.get("visibility", "visible") != "visible"

    def sheet(attributes: Attributes) -> None:
        relation = next((attributes[key] for key in _RELATIONSHIPS if key in attributes), "")
        found.append(
            (
                attributes.get("name", ""),
                relation,
                closed or attributes.get("state", "visible") != "visible",
            )
        )

    starts = {"workbookPr": properties, "workbookView": window, "sheet": sheet}
    scan(CellRef(book.name), container.inflate(main), starts)
    if len({relation for _, relation, _ in found}) < len(found):
        raise _damaged(book.name, "two sheets are one and the same part of the file")
    if len(found) > book.caps.sheets:
        message = f"the workbook has {len(found):,} sheets; the limit is {book.caps.sheets}. Split the file"
        raise Refused([Refusal("too-large", message, CellRef(book.name))])
    titles = [title.casefold() for title, _, _ in found]
    if len(set(titles)) < len(titles):
        raise _damaged(book.name, "two sheets have the same name")
    return found


def _strings(name: str, container: Container, part: str) -> list[Text]:
    found: list[Text] = []
    text = RichText()

    def done() -> None:
        found.append(text.taken())

    scan(
        CellRef(name),
        container.inflate(part),
        {"si": text.begin, **text.starts()},
        {"si": done, **text.ends()},
        text.add,
    )
    return found
