"""Workbooks written by hand, one piece of XML at a time, so that each piece can be wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from kratom_qc.intake.sheets import cell_name
from tests.factory import CLEAN_LEAF
from tests.hostile.zips import Part, part, zip_of

Value = str | int | float | None
Table = Sequence[Sequence[Value]]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PLAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_STYLES = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
SHEET = "xl/worksheets/sheet1.xml"


def rows_of(**changes: tuple[str, str] | None) -> list[list[Value]]:
    """A leaf certificate that passes in `us`, as a form, with some statements changed (by analyte) or dropped (None)."""
    said = {**CLEAN_LEAF, **{name.replace("_", " "): statement for name, statement in changes.items()}}
    table = [[name, *statement] for name, statement in said.items() if statement is not None]
    head: list[list[Value]] = [["Batch", "L-1"], ["Form", "Leaf powder", "Date Issued", "2026-11-01"], []]
    return [*head, ["Analyte", "Result", "Unit"], *table]


def cell(row: int, column: int, value: Value, style: int = 0) -> str:
    """One cell: a text stands in it, a number is stored."""
    at = f'r="{cell_name(row, column)}"' + (f' s="{style}"' if style else "")
    if isinstance(value, str):
        return f'<c {at} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f"<c {at}><v>{value}</v></c>"


def row(number: int, values: Iterable[Value], attributes: str = "") -> str:
    """One row; None leaves a cell out."""
    cells = "".join(cell(number, column, value) for column, value in enumerate(values, 1) if value is not None)
    return f'<row r="{number}"{attributes}>{cells}</row>'


def rows(table: Table) -> str:
    """A table as rows from the first."""
    return "".join(row(number, values) for number, values in enumerate(table, 1))


def sheet(inside: str, *, before: str = "", after: str = "", prolog: str = "") -> str:
    """A sheet's XML around its rows; `prolog` is where a document type would stand."""
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{prolog}<worksheet xmlns="{_MAIN}" xmlns:r="{OFFICE}">'
        f"{before}<sheetData>{inside}</sheetData>{after}</worksheet>"
    )


def styles(*formats: str) -> Part:
    """Number formats; the first is style 1."""
    numbers = "".join(
        f'<numFmt numFmtId="{164 + at}" formatCode="{escape(text, {chr(34): "&quot;"})}"/>'
        for at, text in enumerate(formats)
    )
    cells = "".join(
        f'<xf numFmtId="{164 + at}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        for at in range(len(formats))
    )
    return part(
        "xl/styles.xml",
        f'<styleSheet xmlns="{_MAIN}"><numFmts count="{len(formats)}">{numbers}</numFmts>'
        '<fonts count="1"><font><sz val="11"/></font></fonts>'
        '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(formats) + 1}"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>{cells}</cellXfs>'
        "</styleSheet>",
    )  # fmt: skip


def parts(
    sheet_xml: str | Part,
    *more: Part,
    main: str = PLAIN,
    relations: Sequence[tuple[str, str]] = (),
    types: str = "",
    settings: str = "",
    state: str = "visible",
) -> list[Part]:
    """The parts of a workbook of one sheet `Results`; `relations` are further (kind, target) of the workbook."""
    extras = "".join(
        f'<Relationship Id="x{at}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(relations)
    )
    styled = any(one.name == "xl/styles.xml" for one in more)
    if styled:
        extras += f'<Relationship Id="s1" Type="{OFFICE}/styles" Target="styles.xml"/>'
        types += f'<Override PartName="/xl/styles.xml" ContentType="{_STYLES}"/>'
    return [
        part(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{main}"/>'
            f'<Override PartName="/{SHEET}" ContentType="{_SHEET}"/>{types}</Types>',
        ),
        part(
            "_rels/.rels",
            f'<Relationships xmlns="{_RELS}"><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        ),
        part(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{OFFICE}">{settings}<sheets>'
            f'<sheet name="Results" sheetId="1" state="{state}" r:id="r1"/></sheets></workbook>',
        ),
        part(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{_RELS}"><Relationship Id="r1" Type="{OFFICE}/worksheet" '
            f'Target="worksheets/sheet1.xml"/>{extras}</Relationships>',
        ),
        part(SHEET, sheet_xml) if isinstance(sheet_xml, str) else sheet_xml,
        *more,
    ]


def book(sheet_xml: str | Part, *more: Part, **said: object) -> bytes:
    """A workbook of one sheet as bytes; see `parts`."""
    return zip_of(parts(sheet_xml, *more, **said))  # type: ignore[arg-type]


def relations_of_sheet(*related: tuple[str, str]) -> Part:
    """What the sheet points at: (kind, target)."""
    inside = "".join(
        f'<Relationship Id="r{at}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(related, 1)
    )
    return part("xl/worksheets/_rels/sheet1.xml.rels", f'<Relationships xmlns="{_RELS}">{inside}</Relationships>')
