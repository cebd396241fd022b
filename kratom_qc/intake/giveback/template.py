"""A blank certificate: header block, a row for every analyte a product's limits ask for, and
drop-downs of the valid words.

Every cell is text, so that a spreadsheet program changes nothing that is typed. Help stands in
comments and prompts, never in cells, so that the blank certificate holds nothing but its labels.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from kratom_qc import vocabulary
from kratom_qc.intake.own_sheets import BASES, VERDICTS, WORDS_TITLE, valid_words
from kratom_qc.vocabulary import Analyte

TITLE = "Kratom test results"
_FACTS = {
    "Laboratory": "the laboratory that tested",
    "Accreditation No.": "its ISO/IEC 17025 accreditation",
    "Certificate No.": "the laboratory's number of this report",
    "Batch": "the batch or lot number exactly as on the label, with every zero",
    "Product": "the product's name",
    "Form": "",
    "Date Sampled": "as 2026-03-04",
    "Date Received": "as 2026-03-04",
    "Date Tested": "as 2026-03-04",
    "Date Issued": "as 2026-03-04",
}
_DECLARED = {
    "Serving Size": "a number and a unit, such as 2.4 g or 60 mL",
    "Servings Per Day": "a whole number",
    "Servings Per Container": "a whole number",
    "Net Content": "a number and a unit, such as 72 g",
    "Label Claim Mitragynine": "such as 45 mg/serving",
}
_AMOUNT = (
    "The number as reported, such as 0.012. ND with its LOD. <LOQ with its LOQ. <0.05. "
    "NT if nobody tested it."
)
_PRESENCE = (
    "Absent in 25 g or Present in 25 g, with the mass that was tested; or Absent, and 25 under "
    "Test Portion (g)."
)
_DESCRIBED = "What the laboratory saw, or Conforms. NT if nobody tested it."
_PROMPTS = {"described": _DESCRIBED, "presence": _PRESENCE}  # by measure; else _AMOUNT
_COLUMNS = {
    "Analyte": (34, "One row per analyte. More may follow below; take the names from the list."),
    "Result": (18, f"{_AMOUNT} For absence: Absent in 25 g."),
    "Unit": (12, "The unit of result, LOD, LOQ and uncertainty. Leave it blank beside Absent."),
    "LOD": (10, "Limit of detection, needed beside ND."),
    "LOQ": (10, "Limit of quantitation, needed beside <LOQ."),
    "Uncertainty (k=2)": (17, "Expanded uncertainty in the row's unit, if stated."),
    "Basis": (14, "as received, or dry weight."),
    "Method": (22, "Such as HPLC-UV or ICP-MS."),
    "Test Portion (g)": (16, "For absence: the mass that was tested, in grams."),
    "Status": (14, "The laboratory's own verdict, if it gives one."),
}
_FAMILIES = {
    "alkaloid": "Alkaloids",
    "total": "Totals",
    "element": "Metals",
    "microbe": "Microbiology",
    "mycotoxin": "Mycotoxins",
    "pah": "PAHs",
    "solvent": "Residual solvents",
    "pesticide": "Pesticides",
    "adulterant": "Adulterants",
    "physical": "Physical tests",
    "described": "Descriptive tests",
}
_CANONICAL = {
    "mass": ("mg/kg",),
    "count": ("cfu/g", "mpn/g"),
    "percent": ("mg/kg",),
    "number": (),
    "presence": (),
}
_PER_ML = {"mass": ("mg/mL",), "count": ("cfu/mL", "mpn/mL")}
_SPARE = 20  # blank rows below, ready for more analytes
_INK, _PALE = "FF1F3864", "FFEAF1FB"
_SIDE = Side(style="thin", color="FFB7C4D6")
_BOX = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)


def blank(product: str, asked: Iterable[Analyte], *, declares: bool = False) -> bytes:
    """A blank certificate of a product form (its id) with a row per analyte asked for, as the bytes
    of an xlsx.

    `declares` adds the labels of serving and content, for limits that count per serving, per day or
    against a claim. Raises KeyError for a product form that there is not.
    """
    book = Workbook()
    sheet: Worksheet = book.worksheets[0]
    sheet.title = "Certificate"
    _text(sheet, 1, 1, TITLE).font = Font(bold=True, size=16, color=_INK)
    last = _add_facts(sheet, product, _FACTS | (_DECLARED if declares else {}))
    header = last + 2
    _add_table(sheet, header, asked, liquid=product == "liquid")
    _set_page(sheet, header)
    _add_words(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _add_facts(sheet: Worksheet, product: str, facts: Mapping[str, str]) -> int:
    """Write the header block; its last row."""
    forms = vocabulary.product_names()
    row = 1
    for row, (label, prompt) in enumerate(facts.items(), start=3):
        _text(sheet, row, 1, label).font = Font(bold=True)
        cell = _text(sheet, row, 2, forms[product] if label == "Form" else "")
        cell.border, cell.fill = _BOX, PatternFill("solid", fgColor=_PALE)
        if label == "Form":
            _add_choice(sheet, forms.values(), [cell.coordinate], "The kind of product")
        else:
            _add_prompt(sheet, prompt, [cell.coordinate])
    return row


def _add_table(sheet: Worksheet, header: int, asked: Iterable[Analyte], *, liquid: bool) -> None:
    for column, (word, (_, prompt)) in enumerate(_COLUMNS.items(), start=1):
        cell = _text(sheet, header, column, word)
        cell.font, cell.fill = Font(bold=True, color="FFFFFFFF"), PatternFill("solid", fgColor=_INK)
        cell.comment = Comment(prompt, "kratom_qc", width=300, height=110)
    row = header
    order = list(_FAMILIES)
    by_family = sorted(asked, key=lambda analyte: order.index(analyte.family))
    for family, analytes in groupby(by_family, key=lambda analyte: analyte.family):
        row += 1
        _text(sheet, row, 1, _FAMILIES[family]).font = Font(bold=True, italic=True, color=_INK)
        for analyte in analytes:
            row += 1
            _add_row(sheet, row, analyte, liquid=liquid)
    last = row + _SPARE
    spare, rows = range(row + 1, last + 1), range(header + 1, last + 1)
    for row in spare:
        _add_boxes(sheet, row)
    names = f"'{WORDS_TITLE}'!$A$2:$A${len(valid_words()['Analytes']) + 1}"
    _validate(sheet, names, [f"A{row}" for row in spare], "A known analyte")
    units = _units(("mg/kg", "cfu/g"))
    _add_choice(sheet, units, [f"C{row}" for row in spare], "The unit of the row")
    basis = "Of the sample as received, or of its dry weight"
    _add_choice(sheet, BASES, [f"G{row}" for row in rows], basis)
    verdict = "The laboratory's own verdict, if any"
    _add_choice(sheet, VERDICTS, [f"J{row}" for row in rows], verdict)


def _add_row(sheet: Worksheet, row: int, analyte: Analyte, *, liquid: bool) -> None:
    measure = analyte.measure
    _add_boxes(sheet, row)
    _text(sheet, row, 1, analyte.name)
    if measure != "described":
        _text(sheet, row, 7, BASES[0])
    _add_prompt(sheet, _PROMPTS.get(measure, _AMOUNT), [f"B{row}"])
    units = _CANONICAL.get(measure, ()) + (_PER_ML.get(measure, ()) if liquid else ())
    if units:
        _add_choice(sheet, _units(units), [f"C{row}"], "The unit of the row")


def _units(canonical: Iterable[str]) -> list[str]:
    """The printed units that are of one of these canonical units."""
    wanted = tuple(canonical)
    units = {name: vocabulary.unit(name) for name in vocabulary.known_units()}
    return [
        name
        for name, unit in units.items()
        if unit is not None and unit.canonical in wanted and not unit.log10
    ]


def _add_boxes(sheet: Worksheet, row: int) -> None:
    for column in range(1, len(_COLUMNS) + 1):
        _text(sheet, row, column, "").border = _BOX


def _text(sheet: Worksheet, row: int, column: int, text: str) -> Any:
    """A cell of type text."""
    cell = sheet.cell(row, column)
    cell.number_format = "@"
    if text:
        cell.value = text
    return cell


# ---------------------------------------------------------------- drop-downs and prompts


def _add_choice(sheet: Worksheet, words: Iterable[str], cells: Iterable[str], what: str) -> None:
    """A drop-down of a few words. Raises ValueError where they do not fit into 255 characters."""
    inline = ",".join(words)
    if len(inline) > 255:
        message = f"a drop-down of {len(inline)} signs is more than a spreadsheet allows"
        raise ValueError(message)
    _validate(sheet, f'"{inline}"', cells, what)


def _validate(sheet: Worksheet, formula: str, cells: Iterable[str], what: str) -> None:
    rule = DataValidation(
        type="list",
        formula1=formula,
        allow_blank=True,
        showErrorMessage=True,
        errorStyle="warning",
        errorTitle="Not in the list",
        error="This word is not in the list; it may not be understood.",
        showInputMessage=True,
        prompt=what,
    )
    _apply(sheet, rule, cells)


def _add_prompt(sheet: Worksheet, prompt: str, cells: Iterable[str]) -> None:
    """Help that shows when the cell is chosen; anything may be typed."""
    rule = DataValidation(allow_blank=True, showInputMessage=True, prompt=prompt)
    _apply(sheet, rule, cells)


def _apply(sheet: Worksheet, rule: DataValidation, cells: Iterable[str]) -> None:
    for cell in cells:
        rule.add(cell)
    sheet.add_data_validation(rule)


# ---------------------------------------------------------------- sheets


def _set_page(sheet: Worksheet, header: int) -> None:
    for column, (width, _) in enumerate(_COLUMNS.values(), start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.row_dimensions[header].height = 20
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.sheet_view.showGridLines = False


def _add_words(book: Workbook) -> None:
    """The valid words, in sight: a hidden sheet is a sheet nobody has seen."""
    sheet: Worksheet = book.create_sheet(WORDS_TITLE)
    for column, (heading, words) in enumerate(valid_words().items(), start=1):
        cell = _text(sheet, 1, column, heading)
        cell.font, cell.alignment = Font(bold=True), Alignment(horizontal="left")
        for row, word in enumerate(words, start=2):
            _text(sheet, row, column, word)
        sheet.column_dimensions[get_column_letter(column)].width = min(max(map(len, words)) + 3, 45)
    sheet.freeze_panes = "A2"
