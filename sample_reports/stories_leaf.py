"""Certificates of kratom leaf that is what it should be, on several laboratories' paper."""

from __future__ import annotations

from datetime import date

from paper import LEGEND, ONLY_SAMPLE, Page, Style, book, csv_file, paper, shown, xlsx


@paper("01-clean-leaf-harbor-botanics.xlsx")
def clean_leaf() -> bytes:
    """One sheet, panels under coloured bars, every panel with the same columns, numbers stored as numbers."""
    workbook = book()
    page = Page(workbook, "COA", Style("Calibri", 10, "1B5E4A", "DFF0E8"), 8, (34, 26, 10, 10, 16, 11, 16, 10))
    page.title("Tidewater Analytical Laboratories, Inc.", 18)
    page.line("4410 Pier Road, Suite 12, Norfolk, VA 23510 · (757) 555-0142 · ISO/IEC 17025:2017 accredited")
    page.title("CERTIFICATE OF ANALYSIS", 14, centre=True).gap()
    page.facts(
        [
            ("Laboratory", "Tidewater Analytical Laboratories, Inc."),
            ("Accreditation No.", "TAL-17025-3381"),
            ("Certificate No.", "TAL-26-081977"),
            ("Client", "Harbor Botanics LLC"),
            ("Product Name", "Green Hulu Kratom Leaf Powder"),
            ("Matrix", "Leaf powder"),
            ("Lot No.", "HB-260814-A"),
            ("Sample ID", "26-081977-01"),
            ("Date Received", date(2026, 8, 18)),
            ("Date Tested", date(2026, 8, 26)),
            ("Report Date", date(2026, 8, 28)),
            ("Report Status", "Final"),
            ("Serving Size", "2.4 g"),
            ("Servings Per Day", "2"),
            ("Net Weight", "250 g"),
            ("Country of Origin", "Indonesia"),
        ],
        pairs=2,
        step=4,
    )
    columns = ("Analyte", "Method", "LOD", "LOQ", "Result", "Units", "Limit", "Status")
    lc, icp, gc = "HPLC-DAD, AOAC 2017.14", "ICP-MS, USP <730>", "GC-MS/MS"
    page.gap().section("Kratom Alkaloids").table(
        columns,
        [
            ("Mitragynine", lc, shown("0.003"), shown("0.010"), shown("1.420"), "% w/w", "Report only", "Tested"),
            ("7-Hydroxymitragynine", lc, shown("0.001"), shown("0.003"), shown("0.011"), "% w/w", "≤ 0.1", "Pass"),
            ("Paynantheine", lc, shown("0.003"), shown("0.010"), shown("0.310"), "% w/w", "Report only", "Tested"),
            ("Speciogynine", lc, shown("0.003"), shown("0.010"), shown("0.220"), "% w/w", "Report only", "Tested"),
            ("Speciociliatine", lc, shown("0.003"), shown("0.010"), shown("0.260"), "% w/w", "Report only", "Tested"),
            ("Mitraciliatine", lc, shown("0.003"), shown("0.010"), shown("0.040"), "% w/w", "Report only", "Tested"),
            ("Corynantheidine", lc, shown("0.003"), shown("0.010"), "<LOQ", "% w/w", "Report only", "Tested"),
            ("Total Alkaloids", "Sum of quantified", None, None, shown("2.261"), "% w/w", "Report only", "Tested"),
            (
                "Mitragynine pseudoindoxyl",
                "LC-MS/MS",
                shown("0.0002"),
                shown("0.0005"),
                "ND",
                "% w/w",
                "Not detected",
                "Pass",
            ),
        ],
    )
    page.gap().section("Elemental Impurities").table(
        columns,
        [
            ("Arsenic (As)", icp, shown("0.004"), shown("0.012"), shown("0.181"), "µg/g", "< 2", "Pass"),
            ("Cadmium (Cd)", icp, shown("0.002"), shown("0.006"), shown("0.058"), "µg/g", "< 0.82", "Pass"),
            ("Lead (Pb)", icp, shown("0.003"), shown("0.010"), shown("0.417"), "µg/g", "< 1.2", "Pass"),
            ("Mercury (Hg)", icp, shown("0.002"), shown("0.005"), shown("0.012"), "µg/g", "< 0.4", "Pass"),
            ("Nickel (Ni)", icp, shown("0.010"), shown("0.030"), shown("1.93"), "µg/g", "Report only", "Tested"),
        ],
    )
    page.gap().section("Microbiology").table(
        columns,
        [
            ("Total Aerobic Microbial Count", "USP <61>", None, 10, shown("42,000"), "CFU/g", "10,000,000", "Pass"),
            ("Total Combined Yeast and Mold", "USP <61>", None, 10, shown("1,800"), "CFU/g", "100,000", "Pass"),
            ("Bile-Tolerant Gram-Negative Bacteria", "USP <62>", None, 10, "<10", "CFU/g", "10,000", "Pass"),
            ("Escherichia coli", "USP <62>", None, None, "Absent in 100 g", None, "Absent in 100 g", "Pass"),
            ("Salmonella spp.", "USP <62>", None, None, "Absent in 100 g", None, "Absent in 100 g", "Pass"),
        ],
    )
    page.gap().section("Polycyclic Aromatic Hydrocarbons (EU export panel)").table(
        columns,
        [
            ("Benzo[a]pyrene", gc, shown("0.3"), shown("0.9"), shown("1.2"), "µg/kg", "Report only", "Tested"),
            ("Benz[a]anthracene", gc, shown("0.3"), shown("0.9"), shown("2.1"), "µg/kg", "Report only", "Tested"),
            ("Benzo[b]fluoranthene", gc, shown("0.3"), shown("0.9"), shown("2.8"), "µg/kg", "Report only", "Tested"),
            ("Chrysene", gc, shown("0.3"), shown("0.9"), shown("3.4"), "µg/kg", "Report only", "Tested"),
        ],
    )
    page.gap().section("Physical").table(
        columns,
        [
            ("Appearance", "Visual", None, None, "Fine green powder", None, "Green powder", "Pass"),
            ("Identity (HPTLC)", "USP <203>", None, None, "Conforms", None, "Conforms", "Pass"),
            ("Loss on Drying", "USP <731>", None, None, shown("7.2"), "%", "≤ 12", "Pass"),
        ],
    )
    page.gap().lines(LEGEND, ONLY_SAMPLE).signed("M. Okafor, Ph.D.", "Laboratory Director")
    return xlsx(workbook, "Tidewater Analytical Laboratories")


@paper("02-leaf-mercury-summit-plant-lab.xlsx")
def mercury_above_the_czech_limit() -> bytes:
    """A cover sheet and a sheet for each panel; the result stands left of its LOQ; 10^3 for counts."""
    workbook = book()
    style = Style("Arial", 9, "7A3E12", "F6E7DA")
    cover = Page(workbook, "Certificate", style, 4, (26, 40, 22, 30))
    cover.title("SUMMIT PLANT LAB", 20).line("A division of Summit Testing Group · 88 Foundry St, Boulder, CO 80301")
    cover.gap().facts(
        [
            ("Laboratory", "Summit Plant Lab"),
            ("ISO/IEC 17025", "Cert. SPL-0417"),
            ("Report No.", "SPL-2026-5520"),
            ("Prepared For", "Koko Leaf Trading"),
            ("Sample Name", "Red Sumatra, milled"),
            ("Sample Type", "Leaf powder"),
            ("Batch Number", "KL-2026-044"),
            ("Date Received", "2026-09-03"),
            ("Date Tested", "2026-09-11"),
            ("Date Issued", "2026-09-14"),
            ("Serving Size", "2 g"),
        ]
    )
    cover.gap().lines("Panels: see the following sheets.", ONLY_SAMPLE).signed(
        "Dana Whitlock", "Quality Manager", "Reviewed By"
    )
    columns = ("Test", "Specification", "Result", "Unit", "LOQ", "Method")
    widths = (30, 22, 18, 10, 10, 24)
    hplc = "UPLC-PDA, SOP 14.2"
    Page(workbook, "Potency", style, 6, widths).title("Alkaloid potency", 13).gap().table(
        columns,
        [
            ("Mitragynine", "Report Results", "1.31", "%", "0.005", hplc),
            ("7-Hydroxymitragynine", "Report Results", "0.014", "%", "0.002", hplc),
            ("Speciogynine", "Report Results", "0.19", "%", "0.005", hplc),
            ("Speciociliatine", "Report Results", "0.21", "%", "0.005", hplc),
            ("Paynantheine", "Report Results", "0.27", "%", "0.005", hplc),
        ],
    )
    Page(workbook, "Heavy Metals", style, 6, widths).title("Heavy metals by ICP-MS", 13).gap().table(
        columns,
        [
            ("Lead", "NMT 1.2", "0.66", "mg/kg", "0.02", "AOAC 2015.01"),
            ("Arsenic", "NMT 2.0", "0.24", "mg/kg", "0.02", "AOAC 2015.01"),
            ("Cadmium", "NMT 0.82", "0.07", "mg/kg", "0.01", "AOAC 2015.01"),
            ("Mercury", "NMT 0.4", "0.20", "mg/kg", "0.01", "AOAC 2015.01"),
        ],
    )
    Page(workbook, "Microbiology", style, 6, widths).title("Microbial contaminants", 13).gap().table(
        columns,
        [
            ("Total Plate Count", "NMT 10^7", "6.4x10^4", "CFU/g", "10", "AOAC 966.23"),
            ("Yeast & Mold Count", "NMT 10^5", "2.2x10^3", "CFU/g", "10", "AOAC 997.02"),
            ("Total Coliforms", "NMT 10^4", "110", "CFU/g", "10", "AOAC 991.14"),
            ("E. coli", "Absent in 10 g", "Negative/10 g", "", "", "AOAC 991.14"),
            ("Salmonella", "Absent in 25 g", "Negative/25 g", "", "", "AOAC 2016.01"),
        ],
    )
    Page(workbook, "PAH", style, 6, widths).title("Polycyclic aromatic hydrocarbons", 13).gap().table(
        columns,
        [
            ("Benzo(a)pyrene", "Report Results", "2.6", "ppb", "0.5", "GC-MS"),
            ("Benzo(a)anthracene", "Report Results", "4.4", "ppb", "0.5", "GC-MS"),
            ("Benzo(b)fluoranthene", "Report Results", "5.0", "ppb", "0.5", "GC-MS"),
            ("Chrysene", "Report Results", "6.1", "ppb", "0.5", "GC-MS"),
        ],
    )
    return xlsx(workbook, "Summit Plant Lab")


@paper("03-leaf-serving-ridge-line.xlsx")
def serving_declared() -> bytes:
    """Units in section headings and column headers; the 100:1 ratio that is only proposed would fail this leaf."""
    workbook = book()
    page = Page(workbook, "Report", Style("Verdana", 9, "243B6B", "E3E8F4"), 6, (32, 18, 12, 12, 28, 14))
    page.title("Ridgeline Botanical Testing", 17, centre=True)
    page.line("PO Box 771, Asheville NC · A2LA cert. 6120.01 · ISO/IEC 17025:2017").gap()
    page.facts(
        [
            ("Lab Name", "Ridgeline Botanical Testing"),
            ("COA No.", "RBT-44817"),
            ("Customer", "Cold Creek Kratom Co."),
            ("Product", "Cold Creek White Vein Powder"),
            ("Product Form", "Kratom leaf powder"),
            ("Batch #", "CC-0714-W"),
            ("Received", "14-Sep-2026"),
            ("Tested On", "22-Sep-2026"),
            ("Date Issued", "24-Sep-2026"),
            ("Serving Size", "2.4 g"),
            ("Servings Per Container", "100"),
            ("Net Contents", "240 g"),
        ],
        pairs=2,
        step=3,
    )
    page.gap().section("Alkaloids by HPLC-DAD").table(
        ("Compound", "Result (%)", "LOD (%)", "LOQ (%)", "Method", "Pass/Fail"),
        [
            ("Mitragynine (MIT)", "1.20", "0.002", "0.006", "AOAC 2017.14", "NA"),
            ("7-Hydroxymitragynine (7-OH)", "0.024", "0.0010", "0.0030", "AOAC 2017.14", "NA"),
            ("Paynantheine (PAY)", "0.29", "0.002", "0.006", "AOAC 2017.14", "NA"),
            ("Speciociliatine (SPC)", "0.24", "0.002", "0.006", "AOAC 2017.14", "NA"),
            ("Speciogynine (SPG)", "0.20", "0.002", "0.006", "AOAC 2017.14", "NA"),
            ("Mitragynine pseudoindoxyl (MP)", "ND", "0.0003", "0.0010", "LC-MS/MS", "Pass"),
            ("MGM-15", "ND", "0.0003", "0.0010", "LC-MS/MS", "Pass"),
        ],
    )
    page.gap().section("Heavy metals by ICP-MS").table(
        ("Element", "Result (ug/g)", "LOD (ug/g)", "LOQ (ug/g)", "Method", "Pass/Fail"),
        [
            ("As", "0.33", "0.005", "0.015", "USP <730>", "Pass"),
            ("Cd", "0.041", "0.002", "0.006", "USP <730>", "Pass"),
            ("Pb", "0.52", "0.004", "0.012", "USP <730>", "Pass"),
            ("Hg", "<0.006", "0.002", "0.006", "USP <730>", "Pass"),
        ],
    )
    page.gap().section("Microbiological").table(
        ("Organism", "Result", "Unit", "LOQ", "Method", "Pass/Fail"),
        [
            ("TAMC", "15,500", "CFU/g", "10", "USP <2021>", "Pass"),
            ("TYMC", "640", "CFU/g", "10", "USP <2021>", "Pass"),
            ("E. coli", "Absent in 10 g", None, None, "USP <2022>", "Pass"),
            ("Salmonella spp.", "Absent in 25 g", None, None, "USP <2022>", "Pass"),
        ],
    )
    page.gap().lines("NA: no specification given by the customer.", LEGEND).signed(
        "J. Castellanos", "Technical Director"
    )
    return xlsx(workbook, "Ridgeline Botanical Testing")


@paper("04a-chemistry-great-basin.xlsx")
def chemistry_of_one_batch() -> bytes:
    """Chemistry only; LOD and LOQ in one cell. The same batch's microbiology is 04b, from another laboratory."""
    workbook = book()
    page = Page(workbook, "Chemistry", Style("Times New Roman", 11, "4A235A", "EBDEF0"), 6, (30, 24, 18, 12, 10, 14))
    page.title("GREAT BASIN CHEMISTRY", 16, centre=True).line("Reno, Nevada · PJLA accreditation 103377").gap()
    page.facts(
        [
            ("Laboratory Name", "Great Basin Chemistry"),
            ("Report Number", "GBC-119203"),
            ("Company", "Mesa Verde Herbals"),
            ("Sample Description", "Maeng Da leaf, ground"),
            ("Sample Matrix", "Powdered leaf"),
            ("Lot/Batch No.", "MV-0926-117"),
            ("Date Received", "2026-09-29"),
            ("Analysis Completed", "2026-10-06"),
            ("Report Date", "2026-10-07"),
            ("Accreditation", "PJLA 103377"),
        ]
    )
    page.gap().table(
        ("Parameter", "Test Method", "LOD/LOQ", "Finding", "UOM", "Evaluation"),
        [
            ("Mitragynine", "UPLC-PDA", "0.05/0.15", "15.8", "mg/g", "Complies"),
            ("7-OH-Mitragynine", "UPLC-PDA", "0.01/0.03", "0.12", "mg/g", "Complies"),
            ("Paynantheine", "UPLC-PDA", "0.05/0.15", "3.4", "mg/g", "Complies"),
            ("Speciogynine", "UPLC-PDA", "0.05/0.15", "2.5", "mg/g", "Complies"),
            ("Speciociliatine", "UPLC-PDA", "0.05/0.15", "2.9", "mg/g", "Complies"),
            ("Total arsenic (As)", "ICP-MS", "10/30", "140", "ppb", "Complies"),
            ("Total cadmium (Cd)", "ICP-MS", "5/15", "44", "ppb", "Complies"),
            ("Total lead (Pb)", "ICP-MS", "8/25", "390", "ppb", "Complies"),
            ("Total mercury (Hg)", "ICP-MS", "3/10", "ND", "ppb", "Complies"),
            ("Moisture", "USP <731>", "", "6.4", "%", "Complies"),
        ],
    )
    page.gap().lines("Microbiology was not requested of this laboratory.", LEGEND).signed(
        "R. Ito", "Senior Chemist", "Approved By"
    )
    return xlsx(workbook, "Great Basin Chemistry")


@paper("04b-microbiology-culture-house.csv")
def microbiology_of_one_batch() -> bytes:
    """A csv form: labels and values first, then the table."""
    return csv_file(
        [
            ("Culture House Microbiology", "", "", "", ""),
            ("Laboratory", "Culture House Microbiology", "", "", ""),
            ("Accreditation No.", "ANAB AT-2914", "", "", ""),
            ("Certificate Number", "CH-26-7731", "", "", ""),
            ("Customer", "Mesa Verde Herbals", "", "", ""),
            ("Product", "Maeng Da Kratom Leaf Powder", "", "", ""),
            ("Lot", "MV-0926-117", "", "", ""),
            ("Date Received", "2026-09-30", "", "", ""),
            ("Date Tested", "2026-10-07", "", "", ""),
            ("Date Reported", "2026-10-08", "", "", ""),
            ("", "", "", "", ""),
            ("Test", "Method", "Result", "Units", "Status"),
            ("Aerobic Plate Count", "AOAC 990.12", "31000", "CFU/g", "Pass"),
            ("Yeast & Mold", "AOAC 2014.05", "450", "CFU/g", "Pass"),
            ("Enterobacteriaceae", "AOAC 2003.01", "<10", "CFU/g", "Pass"),
            ("E. coli", "USP <2022>", "Negative", "/10 g", "Pass"),
            ("Salmonella", "AOAC 2016.01", "Negative", "/25 g", "Pass"),
            ("", "", "", "", ""),
            ("Authorized By", "L. Brandt, Laboratory Manager", "", "", ""),
        ]
    )
