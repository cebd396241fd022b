"""Czech protocols, tables of many batches, and certificates that hold or are refused for what they say."""

from __future__ import annotations

from datetime import date

from paper import Page, Row, Style, book, csv_file, paper, shown, xlsx


@paper("11-czech-protocol-brno.csv")
def czech_protocol() -> bytes:
    """Semicolons, decimal commas, uncertainties in the result; V, Vn and X in the verdict column."""
    hplc, icp, gc, plate = "SOP 12 (HPLC-DAD)", "SOP 31 (ICP-MS)", "SOP 44 (GC-MS/MS)", "ČSN EN ISO 4833-1"
    rows: list[tuple[str, ...]] = [
        ("Protokol o zkoušce",),
        ("Laboratoř", "Zkušební laboratoř Svratka, s.r.o., Brno"),
        ("Akreditace č.", "ČIA 1796"),
        ("Číslo protokolu", "SV-4471/2026"),
        ("Zákazník", "Zelený list, s.r.o."),
        ("Vzorek", "Kratom prášek Green Hulu"),
        ("Matrice", "kratom, prášek"),
        ("Šarže", "ZL-2026-09"),
        ("Datum přijetí", "7. 9. 2026"),
        ("Datum provedení zkoušek", "8. 9. 2026 - 17. 9. 2026"),
        ("Datum vystavení", "18. 9. 2026"),
        (),
        ("Ukazatel", "Výsledek", "Jednotka", "Mez stanovitelnosti", "Limitní hodnota", "Hodnocení", "Zkušební metoda"),
        ("mitragynin", "1,35 ± 0,14", "% hm.", "0,01", "2,5", "V", hplc),
        ("7-hydroxymitragynin", "0,012 ± 0,002", "% hm.", "0,002", "0,1", "V", hplc),
        ("paynanthein", "0,29 ± 0,03", "% hm.", "0,01", "", "X", hplc),
        ("speciogynin", "0,21 ± 0,03", "% hm.", "0,01", "", "X", hplc),
        ("speciociliatin", "0,24 ± 0,03", "% hm.", "0,01", "", "X", hplc),
        ("rtuť", "0,021 ± 0,004", "mg/kg", "0,005", "0,10", "V", "SOP 33 (AMA-254)"),
        ("olovo", "0,84 ± 0,17", "mg/kg", "0,02", "3", "V", icp),
        ("kadmium", "0,052 ± 0,010", "mg/kg", "0,01", "1", "V", icp),
        ("arsen", "0,44 ± 0,09", "mg/kg", "0,02", "0,50", "Vn", icp),
        ("nikl", "2,4 ± 0,5", "mg/kg", "0,05", "", "X", icp),
        ("benzo(a)pyren", "1,8 ± 0,5", "µg/kg", "0,5", "", "X", gc),
        ("benz(a)anthracen", "3,1 ± 0,9", "µg/kg", "0,5", "", "X", gc),
        ("benzo(b)fluoranthen", "3,9 ± 1,2", "µg/kg", "0,5", "", "X", gc),
        ("chrysen", "5,2 ± 1,6", "µg/kg", "0,5", "", "X", gc),
        ("suma PAU4", "14,0", "µg/kg", "", "50", "V", gc),
        ("celkový počet mikroorganismů", "8,3.10^4", "KTJ/g", "", "", "X", plate),
        ("kvasinky a plísně", "1,2.10^3", "KTJ/g", "", "", "X", "ČSN ISO 21527-2"),
        ("Escherichia coli [v 10 g]", "negativní", "", "", "", "X", "ČSN ISO 7251"),
        ("Salmonella spp. [v 25 g]", "negativní", "", "", "negativní", "V", "ČSN EN ISO 6579-1"),
        (),
        ("V = vyhovuje, Vn = vyhovuje s přihlédnutím k nejistotě, N = nevyhovuje, X = nehodnoceno.",),
        ("Nejistota je rozšířená nejistota měření, k = 2.",),
        ("Schválil", "Ing. Jana Dvořáková, vedoucí laboratoře"),
    ]
    return csv_file([row + ("",) * (7 - len(row)) for row in rows], delimiter=";", encoding="utf-8-sig")


@paper("20-czech-crushed-leaf-praha.xlsx")
def czech_crushed_leaf() -> bytes:
    """Uncertainty in a column of its own; the laboratory's own N for mercury."""
    workbook = book()
    page = Page(workbook, "Protokol", Style("Arial", 10, "1A5276", "D4E6F1"), 7, (34, 14, 16, 12, 16, 14, 26))
    page.title("LABORATOŘE VLTAVA, a.s.", 16).line(
        "Praha 9, Kolbenova 112 · zkušební laboratoř č. 1163 akreditovaná ČIA"
    )
    page.title("PROTOKOL O ZKOUŠCE", 13, centre=True).gap()
    page.facts(
        [
            ("Zkušební laboratoř", "Laboratoře Vltava, a.s."),
            ("Číslo akreditace", "ČIA 1163"),
            ("Protokol č.", "LV-26-30912"),
            ("Objednatel", "Bylinky Morava, s.r.o."),
            ("Název vzorku", "Kratom drcený list, Red Borneo"),
            ("Forma", "drcený list"),
            ("Číslo šarže", "BM-RB-1026"),
            ("Datum přijetí", "05.10.2026"),
            ("Datum analýzy", "16.10.2026"),
            ("Datum vystavení", "19.10.2026"),
        ]
    )
    page.gap().table(
        ("Parametr", "Výsledek", "Nejistota (k=2)", "Jednotka", "Mezní hodnota", "Vyhodnocení", "Metoda"),
        [
            ("Mitragynin", "1,08", "0,11", "% hm.", "2,5", "V", "HPLC-DAD"),
            ("7-hydroxymitragynin", "0,009", "0,002", "% hm.", "0,1", "V", "HPLC-DAD"),
            ("Paynanthein", "0,24", "0,03", "% hm.", "", "X", "HPLC-DAD"),
            ("Speciogynin", "0,18", "0,02", "% hm.", "", "X", "HPLC-DAD"),
            ("Speciociliatin", "0,20", "0,02", "% hm.", "", "X", "HPLC-DAD"),
            ("Rtuť (Hg)", "0,16", "0,03", "mg/kg", "0,10", "N", "AMA"),
            ("Olovo (Pb)", "0,71", "0,14", "mg/kg", "3", "V", "ICP-MS"),
            ("Kadmium (Cd)", "0,08", "0,02", "mg/kg", "1", "V", "ICP-MS"),
            ("Arsen (As)", "0,19", "0,04", "mg/kg", "0,50", "V", "ICP-MS"),
            ("Benzo(a)pyren", "2,2", "0,7", "µg/kg", "", "X", "GC-MS/MS"),
            ("Benzo(a)anthracen", "3,6", "1,1", "µg/kg", "", "X", "GC-MS/MS"),
            ("Benzo(b)fluoranthen", "4,1", "1,2", "µg/kg", "", "X", "GC-MS/MS"),
            ("Chrysen", "5,5", "1,7", "µg/kg", "", "X", "GC-MS/MS"),
            ("CPM", "5,1·10⁴", "", "KTJ/g", "", "X", "ČSN EN ISO 4833-1"),
            ("Kvasinky a plísně", "9,0·10²", "", "KTJ/g", "", "X", "ČSN ISO 21527-2"),
            ("Escherichia coli v 10 g", "nepřítomno", "", "", "", "X", "ČSN ISO 7251"),
            ("Salmonella v 25 g", "nepřítomno", "", "", "nepřítomno", "V", "ČSN EN ISO 6579-1"),
        ],
    )
    page.gap().lines("V – vyhovuje, N – nevyhovuje, X – nehodnoceno.", "Výsledky se týkají pouze zkoušeného vzorku.")
    page.gap().facts([("Schválil", "RNDr. Petr Šimek")])
    return xlsx(workbook, "Laboratoře Vltava")


_LEAF_ASSAYS = (
    ("Alkaloids", "Mitragynine", "%", "0.01", "HPLC-DAD"),
    ("Alkaloids", "7-Hydroxymitragynine", "%", "0.002", "HPLC-DAD"),
    ("Alkaloids", "Paynantheine", "%", "0.01", "HPLC-DAD"),
    ("Alkaloids", "Speciogynine", "%", "0.01", "HPLC-DAD"),
    ("Alkaloids", "Speciociliatine", "%", "0.01", "HPLC-DAD"),
    ("Metals", "Arsenic", "mg/kg", "0.02", "ICP-MS"),
    ("Metals", "Cadmium", "mg/kg", "0.01", "ICP-MS"),
    ("Metals", "Lead", "mg/kg", "0.01", "ICP-MS"),
    ("Metals", "Mercury", "mg/kg", "0.005", "ICP-MS"),
    ("Micro", "TAMC", "CFU/g", "10", "USP <61>"),
    ("Micro", "TYMC", "CFU/g", "10", "USP <61>"),
    ("Micro", "E. coli", "", "", "USP <62>"),
    ("Micro", "Salmonella", "", "", "USP <62>"),
)
_GOOD_MICRO = ("Absent in 10 g", "Absent in 25 g")
_FIVE_LOTS: dict[str, tuple[str, ...]] = {
    "000123": ("1.38", "0.013", "0.32", "0.21", "0.26", "0.21", "0.05", "0.44", "0.012", "26000", "800", *_GOOD_MICRO),
    "1E5": ("1.22", "0.011", "0.28", "0.19", "0.22", "0.17", "0.04", "0.39", "<0.005", "9400", "260", *_GOOD_MICRO),
    "000124": ("1.41", "0.012", "0.33", "0.22", "0.28", "0.35", "0.11", "1.9", "0.018", "41000", "1500", *_GOOD_MICRO),
    "20260712": (
        "1.15",
        "0.010",
        "0.26",
        "0.18",
        "0.21",
        "0.14",
        "0.03",
        "0.29",
        "0.009",
        "7200",
        "310",
        "<10 CFU/g",
        "Absent in 25 g",
    ),
    "MAR4": (
        "1.30",
        "0.014",
        "0.30",
        "0.20",
        "0.24",
        "0.19",
        "0.06",
        "0.51",
        "0.011",
        "3900000",
        "410000",
        *_GOOD_MICRO,
    ),
}


@paper("12-five-lots-export-prairie.csv")
def five_lots() -> bytes:
    """One row per result, as a LIMS exports them; lot numbers that a spreadsheet would turn into other numbers."""
    header = (
        "Lot Number",
        "Report No.",
        "Laboratory",
        "Sample Type",
        "Date Received",
        "Date Tested",
        "Date Reported",
        "Test Category",
        "Analyte",
        "Result",
        "Units",
        "LOQ",
        "Method",
    )
    rows: list[tuple[str, ...]] = [header]
    for number, (lot, results) in enumerate(_FIVE_LOTS.items(), start=1):
        about = (
            lot,
            f"PR-26-{4410 + number}",
            "Prairie Reference Laboratory",
            "Leaf powder",
            "2026-07-21",
            "2026-07-30",
            "2026-07-31",
        )
        rows += [
            (*about, panel, analyte, result, unit, loq, method)
            for (panel, analyte, unit, loq, method), result in zip(_LEAF_ASSAYS, results, strict=True)
        ]
    return csv_file(rows)


@paper("13-four-lots-wide-granite-valley.xlsx")
def wide_sheet() -> bytes:
    """One row per lot, analytes across, units in a row of their own; one lot's mercury was not tested."""
    workbook = book()
    page = Page(workbook, "Wide", Style("Calibri", 10, "424949", "E5E8E8"), 18, (12, 14, 14, 14, 14, *(13,) * 13))
    page.title("Granite Valley Quality Laboratory", 15).line("Concord, NH · summary of lots, third quarter 2026").gap()
    page.facts([("Laboratory", "Granite Valley Quality Laboratory"), ("Accreditation No.", "A2LA 7102.01")])
    page.gap().table(
        (
            "Lot No.",
            "Report No.",
            "Matrix",
            "Date Received",
            "Date Tested",
            "Mitragynine",
            "7-OH",
            "Paynantheine",
            "Speciogynine",
            "Speciociliatine",
            "Lead",
            "Cadmium",
            "Arsenic",
            "Mercury",
            "Total Plate Count",
            "Yeast & Mold",
            "E. coli",
            "Salmonella",
        ),
        [
            _lot("GV-311", 9, "1.44", "0.012", "0.34", "0.23", "0.27", "0.41", "0.05", "0.18", "0.014", "12000", "450"),
            _lot("GV-312", 9, "1.27", "0.010", "0.29", "0.20", "0.23", "0.38", "0.04", "0.16", "<0.005", "8800", "220"),
            _lot("GV-313", 11, "1.35", "0.013", "0.31", "0.22", "0.25", "0.47", "1.1", "0.21", "0.017", "30000", "900"),
            _lot("GV-314", 11, "1.19", "0.011", "0.27", "0.18", "0.22", "0.33", "0.05", "0.15", "NT", "15000", "610"),
        ],
        second=("", "", "", "", "", *("% w/w",) * 5, *("mg/kg",) * 4, "CFU/g", "CFU/g", "/10 g", "/25 g"),
    )
    page.gap().lines("NT = not tested. Methods: HPLC-DAD, ICP-MS, USP <61>, USP <62>.")
    return xlsx(workbook, "Granite Valley Quality Laboratory")


def _lot(lot: str, day: int, *results: str) -> Row:
    cells = [shown(result) if result[0].isdigit() else result for result in results]
    return (
        lot,
        f"GVQ-{lot[-3:]}",
        "Leaf powder",
        date(2026, 9, day),
        date(2026, 9, day + 10),
        *cells,
        "Absent",
        "Absent",
    )


@paper("15-nobody-may-guess-quick-and-cheap.xlsx")
def nobody_may_guess() -> bytes:
    """A column, a unit and a word that nobody may guess; a date and a number that are read both ways."""
    workbook = book()
    page = Page(workbook, "Sheet1", Style("Comic Sans MS", 10, "B03A2E", "FADBD8"), 6, (30, 16, 14, 16, 20, 12))
    page.title("Quick & Cheap Testing", 16).gap()
    page.facts(
        [
            ("Laboratory", "Quick & Cheap Testing"),
            ("Report No.", "QCT-12"),
            ("Product", "Kratom leaf powder"),
            ("Matrix", "Leaf powder"),
            ("Lot No.", "QT-55"),
            ("Date Received", "03/04/2026"),
            ("Date Issued", "21 April 2026"),
        ]
    )
    page.gap().table(
        ("Analyte", "Result", "Units", "Confidence Class", "Method", "Status"),
        [
            ("Mitragynine", "13", "mg/g", "A", "HPLC", "Pass"),
            ("7-Hydroxymitragynine", "<1", "mg/g", "A", "HPLC", "Pass"),
            ("Lead", "410", "ppb", "A", "ICP-MS", "Pass"),
            ("Cadmium", "52", "ppb", "A", "ICP-MS", "Pass"),
            ("Arsenic", "190", "scoops", "A", "ICP-MS", "Pass"),
            ("Mercury", "12", "ppb", "A", "ICP-MS", "Pass"),
            ("Total Plate Count", "1200", "CFU/g", "B", "Plate", "Pass"),
            ("Yeast and Mold", "moderate", "CFU/g", "B", "Plate", "Pass"),
            ("E. coli", "Absent in 10 g", None, "B", "Plate", "Pass"),
            ("Salmonella", "Absent in 25 g", None, "B", "Plate", "Pass"),
            ("Nickel", "1,234", "ppb", "A", "ICP-MS", "Pass"),
        ],
    )
    return xlsx(workbook, "Quick & Cheap Testing")


@paper("21-refused-no-lot-paper-street.csv")
def refused() -> bytes:
    """Good numbers of nobody knows which lot."""
    return csv_file(
        [
            ("Paper Street Assays",),
            ("Report No.", "PS-0808"),
            ("Product", "Kratom leaf powder"),
            ("Date Tested", "2026-11-11"),
            (),
            ("Analyte", "Result", "Units", "Method"),
            ("Mitragynine", "1.37", "%", "HPLC-DAD"),
            ("7-Hydroxymitragynine", "0.012", "%", "HPLC-DAD"),
            ("Lead", "0.36", "mg/kg", "ICP-MS"),
            ("Cadmium", "0.05", "mg/kg", "ICP-MS"),
            ("Arsenic", "0.21", "mg/kg", "ICP-MS"),
            ("Mercury", "0.012", "mg/kg", "ICP-MS"),
        ]
    )
