"""Certificates of kratom leaf: what clean leaf looks like on several laboratories' paper, and what goes wrong with it."""

from __future__ import annotations

from datetime import datetime

from paper import Page, Style, book, csv_file, paper, shown, xlsx

LEGEND = "ND = not detected. LOD = limit of detection. LOQ = limit of quantitation. CFU = colony forming units."
ONLY_SAMPLE = "Results relate only to the sample as received. This report may be reproduced only in full."


@paper("01-clean-leaf-harbor-botanics.xlsx")
def clean_leaf() -> bytes:
    """One sheet, panels under coloured bars, every panel with the same columns, numbers stored as numbers."""
    made = book()
    page = Page(made, "COA", Style("Calibri", 10, "1B5E4A", "DFF0E8"), 8, (34, 26, 10, 10, 16, 11, 16, 10))
    page.title("Tidewater Analytical Laboratories, Inc.", 18)
    page.line("4410 Pier Road, Suite 12, Norfolk, VA 23510 · (757) 555-0142 · ISO/IEC 17025:2017 accredited")
    page.title("CERTIFICATE OF ANALYSIS", 14, centre=True).gap()
    page.facts(
        [
            ("Laboratory", "Tidewater Analytical Laboratories, Inc."), ("Accreditation No.", "TAL-17025-3381"),
            ("Certificate No.", "TAL-26-081977"), ("Client", "Harbor Botanics LLC"),
            ("Product Name", "Green Hulu Kratom Leaf Powder"), ("Matrix", "Leaf powder"),
            ("Lot No.", "HB-260814-A"), ("Sample ID", "26-081977-01"),
            ("Date Received", datetime(2026, 8, 18)), ("Date Tested", datetime(2026, 8, 26)),
            ("Report Date", datetime(2026, 8, 28)), ("Report Status", "Final"),
            ("Serving Size", "2.4 g"), ("Servings Per Day", "2"),
            ("Net Weight", "250 g"), ("Country of Origin", "Indonesia"),
        ],
        pairs=2, step=4,
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
            ("Mitragynine pseudoindoxyl", "LC-MS/MS", shown("0.0002"), shown("0.0005"), "ND", "% w/w", "Not detected",
             "Pass"),
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
    return xlsx(made, "Tidewater Analytical Laboratories")


@paper("02-leaf-mercury-summit-plant-lab.xlsx")
def mercury_above_the_czech_limit() -> bytes:
    """A cover sheet and a sheet for each panel; the result stands left of its LOQ; 10^3 for counts."""
    made = book()
    style = Style("Arial", 9, "7A3E12", "F6E7DA")
    cover = Page(made, "Certificate", style, 4, (26, 40, 22, 30))
    cover.title("SUMMIT PLANT LAB", 20).line("A division of Summit Testing Group · 88 Foundry St, Boulder, CO 80301")
    cover.gap().facts(
        [
            ("Laboratory", "Summit Plant Lab"), ("ISO/IEC 17025", "Cert. SPL-0417"), ("Report No.", "SPL-2026-5520"),
            ("Prepared For", "Koko Leaf Trading"), ("Sample Name", "Red Sumatra, milled"), ("Sample Type", "Leaf powder"),
            ("Batch Number", "KL-2026-044"), ("Date Received", "2026-09-03"), ("Date Tested", "2026-09-11"),
            ("Date Issued", "2026-09-14"), ("Serving Size", "2 g"),
        ]
    )
    cover.gap().lines("Panels: see the following sheets.", ONLY_SAMPLE).signed("Dana Whitlock", "Quality Manager", "Reviewed By")
    columns = ("Test", "Specification", "Result", "Unit", "LOQ", "Method")
    widths = (30, 22, 18, 10, 10, 24)
    hplc = "UPLC-PDA, SOP 14.2"
    Page(made, "Potency", style, 6, widths).title("Alkaloid potency", 13).gap().table(
        columns,
        [
            ("Mitragynine", "Report Results", "1.31", "%", "0.005", hplc),
            ("7-Hydroxymitragynine", "Report Results", "0.014", "%", "0.002", hplc),
            ("Speciogynine", "Report Results", "0.19", "%", "0.005", hplc),
            ("Speciociliatine", "Report Results", "0.21", "%", "0.005", hplc),
            ("Paynantheine", "Report Results", "0.27", "%", "0.005", hplc),
        ],
    )
    Page(made, "Heavy Metals", style, 6, widths).title("Heavy metals by ICP-MS", 13).gap().table(
        columns,
        [
            ("Lead", "NMT 1.2", "0.66", "mg/kg", "0.02", "AOAC 2015.01"),
            ("Arsenic", "NMT 2.0", "0.24", "mg/kg", "0.02", "AOAC 2015.01"),
            ("Cadmium", "NMT 0.82", "0.07", "mg/kg", "0.01", "AOAC 2015.01"),
            ("Mercury", "NMT 0.4", "0.20", "mg/kg", "0.01", "AOAC 2015.01"),
        ],
    )
    Page(made, "Microbiology", style, 6, widths).title("Microbial contaminants", 13).gap().table(
        columns,
        [
            ("Total Plate Count", "NMT 10^7", "6.4x10^4", "CFU/g", "10", "AOAC 966.23"),
            ("Yeast & Mold Count", "NMT 10^5", "2.2x10^3", "CFU/g", "10", "AOAC 997.02"),
            ("Total Coliforms", "NMT 10^4", "110", "CFU/g", "10", "AOAC 991.14"),
            ("E. coli", "Absent in 10 g", "Negative/10 g", "", "", "AOAC 991.14"),
            ("Salmonella", "Absent in 25 g", "Negative/25 g", "", "", "AOAC 2016.01"),
        ],
    )
    Page(made, "PAH", style, 6, widths).title("Polycyclic aromatic hydrocarbons", 13).gap().table(
        columns,
        [
            ("Benzo(a)pyrene", "Report Results", "2.6", "ppb", "0.5", "GC-MS"),
            ("Benzo(a)anthracene", "Report Results", "4.4", "ppb", "0.5", "GC-MS"),
            ("Benzo(b)fluoranthene", "Report Results", "5.0", "ppb", "0.5", "GC-MS"),
            ("Chrysene", "Report Results", "6.1", "ppb", "0.5", "GC-MS"),
        ],
    )
    return xlsx(made, "Summit Plant Lab")


@paper("03-leaf-serving-ridge-line.xlsx")
def serving_declared() -> bytes:
    """Units in section headings and column headers; the 100:1 ratio that is only proposed would fail this leaf."""
    made = book()
    page = Page(made, "Report", Style("Verdana", 9, "243B6B", "E3E8F4"), 6, (32, 18, 12, 12, 28, 14))
    page.title("Ridgeline Botanical Testing", 17, centre=True)
    page.line("PO Box 771, Asheville NC · A2LA cert. 6120.01 · ISO/IEC 17025:2017").gap()
    page.facts(
        [
            ("Lab Name", "Ridgeline Botanical Testing"), ("COA No.", "RBT-44817"), ("Customer", "Cold Creek Kratom Co."),
            ("Product", "Cold Creek White Vein Powder"), ("Product Form", "Kratom leaf powder"),
            ("Batch #", "CC-0714-W"), ("Received", "14-Sep-2026"), ("Tested On", "22-Sep-2026"),
            ("Date Issued", "24-Sep-2026"), ("Serving Size", "2.4 g"), ("Servings Per Container", "100"),
            ("Net Contents", "240 g"),
        ],
        pairs=2, step=3,
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
    page.gap().lines("NA: no specification given by the customer.", LEGEND).signed("J. Castellanos", "Technical Director")
    return xlsx(made, "Ridgeline Botanical Testing")


@paper("04a-chemistry-great-basin.xlsx")
def chemistry_of_one_batch() -> bytes:
    """Chemistry only; LOD and LOQ in one cell. The same batch's microbiology is 04b, from another laboratory."""
    made = book()
    page = Page(made, "Chemistry", Style("Times New Roman", 11, "4A235A", "EBDEF0"), 6, (30, 24, 18, 12, 10, 14))
    page.title("GREAT BASIN CHEMISTRY", 16, centre=True).line("Reno, Nevada · PJLA accreditation 103377").gap()
    page.facts(
        [
            ("Laboratory Name", "Great Basin Chemistry"), ("Report Number", "GBC-119203"), ("Company", "Mesa Verde Herbals"),
            ("Sample Description", "Maeng Da leaf, ground"), ("Sample Matrix", "Powdered leaf"),
            ("Lot/Batch No.", "MV-0926-117"), ("Date Received", "2026-09-29"), ("Analysis Completed", "2026-10-06"),
            ("Report Date", "2026-10-07"), ("Accreditation", "PJLA 103377"),
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
    page.gap().lines("Microbiology was not requested of this laboratory.", LEGEND).signed("R. Ito", "Senior Chemist", "Approved By")
    return xlsx(made, "Great Basin Chemistry")


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


@paper("05-spiked-leaf-copperfield.xlsx")
def spiked_leaf() -> bytes:
    """`Leaf` that holds almost nothing but 7-OH; each alkaloid printed in mg/g and again in per cent."""
    made = book()
    page = Page(made, "Alkaloid Report", Style("Cambria", 10, "7B241C", "F5DDDA"), 7, (32, 14, 12, 12, 12, 22, 16))
    page.title("Copperfield Analytics", 18).line("Tulsa, Oklahoma · ISO/IEC 17025:2017 (ANAB AT-3305)").gap()
    page.facts(
        [
            ("Testing Laboratory", "Copperfield Analytics"), ("Certificate #", "CF-260733"), ("Client", "Zen Leaf Smoke Supply"),
            ("Product", "Super Green Kratom Powder"), ("Product Type", "Leaf powder"), ("Lot #", "ZL-7741"),
            ("Date Received", "July 20, 2026"), ("Date Tested", "July 27, 2026"), ("Date Issued", "July 29, 2026"),
        ]
    )
    page.gap().section("Alkaloid profile").table(
        ("Alkaloid", "Result (mg/g)", "Result (%)", "LOD (mg/g)", "LOQ (mg/g)", "Method", "Notes"),
        [
            ("Mitragynine", "4.2", "0.42", "0.05", "0.15", "HPLC-DAD", ""),
            ("7-Hydroxymitragynine", "28.1", "2.81", "0.02", "0.06", "HPLC-DAD", "Confirmed by LC-MS/MS"),
            ("Paynantheine", "ND", "ND", "0.05", "0.15", "HPLC-DAD", ""),
            ("Speciogynine", "ND", "ND", "0.05", "0.15", "HPLC-DAD", ""),
            ("Speciociliatine", "ND", "ND", "0.05", "0.15", "HPLC-DAD", ""),
        ],
    )
    page.gap().section("Heavy metals").table(
        ("Metal", "Result", "Units", "LOD", "LOQ", "Method", "Notes"),
        [
            ("Arsenic", "0.09", "ppm", "0.01", "0.03", "ICP-MS", ""),
            ("Cadmium", "0.03", "ppm", "0.01", "0.03", "ICP-MS", ""),
            ("Lead", "0.21", "ppm", "0.01", "0.03", "ICP-MS", ""),
            ("Mercury", "ND", "ppm", "0.005", "0.015", "ICP-MS", ""),
        ],
    )
    page.gap().section("Microbiology").table(
        ("Organism", "Result", "Units", "LOD", "LOQ", "Method", "Notes"),
        [
            ("Total Aerobic Count", "900", "CFU/g", "", "10", "USP <61>", ""),
            ("Total Yeast and Mold", "<10", "CFU/g", "", "10", "USP <61>", ""),
            ("E. coli", "Absent in 10 g", "", "", "", "USP <62>", ""),
            ("Salmonella", "Absent in 25 g", "", "", "", "USP <62>", ""),
        ],
    )
    page.gap().lines(
        "No specification was supplied; the laboratory gives no opinion on conformity.", LEGEND
    ).signed("P. Lindqvist", "Laboratory Director")
    return xlsx(made, "Copperfield Analytics")


@paper("06-salmonella-blue-heron.xlsx")
def salmonella() -> bytes:
    """One flat table with a panel column; the laboratory itself says Fail."""
    made = book()
    page = Page(made, "Results", Style("Calibri", 11, "0B5345", "D5F0EA"), 8, (16, 30, 14, 18, 10, 10, 20, 10))
    page.title("Blue Heron Food & Herb Laboratory", 16).line("Tacoma, WA · Accredited to ISO/IEC 17025:2017").gap()
    page.facts(
        [
            ("Laboratory", "Blue Heron Food & Herb Laboratory"), ("Report ID", "BH-2026-10418"), ("Accredited By", "A2LA 4877.02"),
            ("Prepared For", "Evergreen Ethnobotanicals"), ("Sample", "Kratom powder, Borneo red"), ("Matrix", "Kratom powder"),
            ("Lot Number", "EE-RB-0926"), ("Date Received", datetime(2026, 10, 5)), ("Date Tested", datetime(2026, 10, 13)),
            ("Report Date", datetime(2026, 10, 14)), ("Overall Result", "FAIL"),
        ]
    )
    page.gap().table(
        ("Panel", "Analyte", "Limit", "Result", "Units", "RL", "Method", "Status"),
        [
            ("Potency", "Mitragynine", "Report only", shown("1.53"), "%", shown("0.01"), "HPLC-UV", "Tested"),
            ("Potency", "7-Hydroxymitragynine", "Report only", shown("0.012"), "%", shown("0.005"), "HPLC-UV", "Tested"),
            ("Potency", "Speciociliatine", "Report only", shown("0.33"), "%", shown("0.01"), "HPLC-UV", "Tested"),
            ("Potency", "Speciogynine", "Report only", shown("0.24"), "%", shown("0.01"), "HPLC-UV", "Tested"),
            ("Potency", "Paynantheine", "Report only", shown("0.35"), "%", shown("0.01"), "HPLC-UV", "Tested"),
            ("Metals", "Lead", "1.2", shown("0.73"), "mg/kg", shown("0.02"), "ICP-MS", "Pass"),
            ("Metals", "Cadmium", "0.82", shown("0.09"), "mg/kg", shown("0.02"), "ICP-MS", "Pass"),
            ("Metals", "Arsenic", "2", shown("0.20"), "mg/kg", shown("0.02"), "ICP-MS", "Pass"),
            ("Metals", "Mercury", "0.4", "<RL", "mg/kg", shown("0.02"), "ICP-MS", "Pass"),
            ("Micro", "Total Plate Count", "10,000,000", shown("880,000"), "CFU/g", 10, "FDA BAM 3", "Pass"),
            ("Micro", "Total Yeast/Mold", "100,000", shown("12,000"), "CFU/g", 10, "FDA BAM 18", "Pass"),
            ("Micro", "E. coli", "Absent in 10 g", "Absent in 10 g", None, None, "FDA BAM 4", "Pass"),
            ("Micro", "Salmonella spp.", "Absent in 25 g", "Present in 25 g", None, None, "FDA BAM 5", "Fail"),
        ],
    )
    page.gap().lines("RL = reporting limit. Salmonella confirmed by serology, group C1.", ONLY_SAMPLE)
    page.signed("A. Freyr", "Microbiology Supervisor")
    return xlsx(made, "Blue Heron Laboratory")


@paper("07-cadmium-loq-too-high-old-mill.xlsx")
def loq_above_the_limit() -> bytes:
    """Units inside the names; a method that cannot see the cadmium limit: `<LOQ` with an LOQ of 1.0."""
    made = book()
    page = Page(made, "Sheet1", Style("Courier New", 10, "333333", "EEEEEE"), 4, (36, 18, 12, 28))
    page.title("OLD MILL ASSAY OFFICE", 14).line("Bath, Maine - assays since 1961").gap()
    page.facts(
        [
            ("Laboratory", "Old Mill Assay Office"), ("Report No.", "OM 20917"), ("Customer", "Penobscot Teas"),
            ("Product", "Kratom, green, powdered"), ("Form", "Leaf powder"), ("Batch", "PT-118"),
            ("Date Received", "2 June 2026"), ("Date Tested", "15 June 2026"), ("Date Issued", "17 June 2026"),
        ]
    )
    page.gap().table(
        ("Determination", "Findings", "LOQ", "Procedure"),
        [
            ("Mitragynine (mg/g)", "11.2", "0.1", "HPLC-UV"),
            ("7-Hydroxymitragynine (mg/g)", "<LOQ", "0.05", "HPLC-UV"),
            ("Paynantheine (mg/g)", "2.4", "0.1", "HPLC-UV"),
            ("Speciociliatine (mg/g)", "2.1", "0.1", "HPLC-UV"),
            ("Speciogynine (mg/g)", "1.6", "0.1", "HPLC-UV"),
            ("Lead (mg/kg)", "0.8", "0.5", "Flame AAS"),
            ("Cadmium (mg/kg)", "<LOQ", "1.0", "Flame AAS"),
            ("Arsenic (mg/kg)", "0.20", "0.05", "Hydride AAS"),
            ("Mercury (mg/kg)", "0.03", "0.01", "Cold vapor AAS"),
            ("Total Plate Count (CFU/g)", "23000", "10", "Pour plate"),
            ("Yeasts and Molds (CFU/g)", "700", "10", "Pour plate"),
            ("E. coli", "Absent in 10 g", "", "Enrichment"),
            ("Salmonella", "Absent in 25 g", "", "Enrichment"),
        ],
    )
    page.gap().lines("Authenticity by organoleptic inspection: agrees with the reference sample.")
    page.signed("H. Dyer", "Assayer", "Signed")
    return xlsx(made, "Old Mill Assay Office")


@paper("08-no-microbiology-sonora.xlsx")
def panel_missing() -> bytes:
    """Chemistry is clean; nobody looked for microbes. Columns begin with a line number."""
    made = book()
    page = Page(made, "CoA", Style("Tahoma", 9, "9C640C", "FCF3CF"), 8, (6, 30, 12, 10, 10, 10, 22, 12))
    page.title("Sonora Testing LLC", 18).line("Certificate of Analysis").gap()
    page.facts(
        [
            ("Lab", "Sonora Testing LLC"), ("COA ID", "ST-88190"), ("Client Name", "Desert Bloom Kratom"),
            ("Product Name", "Gold Bali Leaf Powder"), ("Product Form", "Powder"), ("Lot ID", "DB-2207"),
            ("Date Received", "2026-08-04"), ("Date Tested", "2026-08-10"), ("Date Issued", "2026-08-11"),
        ],
        pairs=3, step=2,
    )
    page.gap().table(
        ("No.", "Compound", "Result", "Units", "LOD", "LOQ", "Method", "Status"),
        [
            (1, "Mitragynine", "1.61", "%", "0.002", "0.006", "HPLC-DAD", "Pass"),
            (2, "7-Hydroxymitragynine", "0.009", "%", "0.001", "0.003", "HPLC-DAD", "Pass"),
            (3, "Paynantheine", "0.36", "%", "0.002", "0.006", "HPLC-DAD", "Pass"),
            (4, "Speciogynine", "0.25", "%", "0.002", "0.006", "HPLC-DAD", "Pass"),
            (5, "Speciociliatine", "0.30", "%", "0.002", "0.006", "HPLC-DAD", "Pass"),
            (6, "Arsenic", "0.15", "µg/g", "0.01", "0.03", "ICP-MS", "Pass"),
            (7, "Cadmium", "0.05", "µg/g", "0.01", "0.03", "ICP-MS", "Pass"),
            (8, "Lead", "0.47", "µg/g", "0.01", "0.03", "ICP-MS", "Pass"),
            (9, "Mercury", "0.02", "µg/g", "0.005", "0.015", "ICP-MS", "Pass"),
        ],
    )
    page.gap().lines(LEGEND).signed("C. Benally", "Laboratory Director")
    return xlsx(made, "Sonora Testing LLC")


@paper("09-two-leads-lakeshore.xlsx")
def contradiction() -> bytes:
    """Lead 0.31 on one sheet and 0.58 on another: two instruments, one batch, no word why."""
    made = book()
    style = Style("Calibri", 10, "154360", "D6EAF8")
    page = Page(made, "Summary", style, 6, (32, 16, 10, 10, 24, 12))
    page.title("Lakeshore Analytical Services", 17).line("Duluth, Minnesota").gap()
    page.facts(
        [
            ("Laboratory", "Lakeshore Analytical Services"), ("Accreditation", "ANAB L2388"), ("Certificate No.", "LAS-6617"),
            ("Client", "North Shore Botanica"), ("Product", "Yellow Vein Kratom Powder"), ("Matrix", "Leaf powder"),
            ("Batch No.", "NS-1102"), ("Date Received", "2026-10-19"), ("Date Tested", "2026-10-28"),
            ("Report Date", "2026-10-30"),
        ]
    )
    columns = ("Analyte", "Result", "Units", "LOQ", "Method", "Pass/Fail")
    page.gap().table(
        columns,
        [
            ("Mitragynine", "1.37", "%", "0.01", "HPLC-DAD", "Pass"),
            ("7-Hydroxymitragynine", "0.010", "%", "0.002", "HPLC-DAD", "Pass"),
            ("Paynantheine", "0.30", "%", "0.01", "HPLC-DAD", "Pass"),
            ("Speciogynine", "0.20", "%", "0.01", "HPLC-DAD", "Pass"),
            ("Speciociliatine", "0.25", "%", "0.01", "HPLC-DAD", "Pass"),
            ("Lead", "0.31", "mg/kg", "0.01", "ICP-MS", "Pass"),
            ("Cadmium", "0.05", "mg/kg", "0.01", "ICP-MS", "Pass"),
            ("Arsenic", "0.22", "mg/kg", "0.01", "ICP-MS", "Pass"),
            ("Mercury", "0.015", "mg/kg", "0.005", "ICP-MS", "Pass"),
            ("TAMC", "5200", "CFU/g", "10", "USP <61>", "Pass"),
            ("TYMC", "310", "CFU/g", "10", "USP <61>", "Pass"),
            ("E. coli", "Absent/10 g", "", "", "USP <62>", "Pass"),
            ("Salmonella", "Absent/25 g", "", "", "USP <62>", "Pass"),
        ],
    )
    page.signed("S. Maki", "Laboratory Director")
    second = Page(made, "Metals ICP-OES", style, 6, (32, 16, 10, 10, 24, 12))
    second.title("Metals, second instrument", 13).gap().facts([("Batch No.", "NS-1102")]).gap()
    second.table(columns, [("Lead", "0.58", "mg/kg", "0.05", "ICP-OES", "Pass")])
    return xlsx(made, "Lakeshore Analytical Services")


@paper("14-pass-printed-on-a-failure-quickcert.xlsx")
def pass_where_the_number_fails() -> bytes:
    """Lead 1.6 µg/g against a generous limit of the laboratory's own, with Pass in green on every line."""
    made = book()
    page = Page(made, "Certificate", Style("Trebuchet MS", 10, "1D8348", "D5F5E3"), 6, (32, 14, 10, 16, 22, 10))
    page.title("QuickCert Labs", 22, centre=True).title("OVERALL: PASS", 14, centre=True).gap()
    page.facts(
        [
            ("Laboratory", "QuickCert Labs"), ("Report #", "QC-70021"), ("Company", "Island Vibe Imports"),
            ("Product Name", "Bali Kratom Leaf Powder"), ("Type", "Leaf powder"), ("Lot", "IV-3390"),
            ("Date Received", "2026-11-02"), ("Date Tested", "2026-11-03"), ("Date Issued", "2026-11-04"),
            ("Overall Result", "PASS"),
        ]
    )
    page.gap().table(
        ("Test", "Result", "Units", "Limits", "Method", "Status"),
        [
            ("Mitragynine", "1.18", "%", "N/A", "HPLC", "Pass"),
            ("7-Hydroxymitragynine", "0.010", "%", "N/A", "HPLC", "Pass"),
            ("Paynantheine", "0.26", "%", "N/A", "HPLC", "Pass"),
            ("Speciociliatine", "0.21", "%", "N/A", "HPLC", "Pass"),
            ("Speciogynine", "0.17", "%", "N/A", "HPLC", "Pass"),
            ("Lead", "1.6", "µg/g", "< 5.0", "ICP-MS", "Pass"),
            ("Arsenic", "0.4", "µg/g", "< 5.0", "ICP-MS", "Pass"),
            ("Cadmium", "0.2", "µg/g", "< 5.0", "ICP-MS", "Pass"),
            ("Mercury", "0.05", "µg/g", "< 5.0", "ICP-MS", "Pass"),
            ("Total Aerobic Bacteria", "36000", "CFU/g", "10000000", "Plate", "Pass"),
            ("Yeast and Mold", "1200", "CFU/g", "100000", "Plate", "Pass"),
            ("E. coli", "Absent in 10 g", "", "Absent", "Plate", "Pass"),
            ("Salmonella", "Absent in 25 g", "", "Absent", "PCR", "Pass"),
        ],
    )
    page.gap().lines("Two-day turnaround guaranteed.").signed("QuickCert Team", "Reporting")
    return xlsx(made, "QuickCert Labs")


@paper("19-preliminary-gulf-coast.csv")
def preliminary() -> bytes:
    """Every number is good, but the report says Preliminary."""
    return csv_file(
        [
            ("CERTIFICATE OF ANALYSIS", "", "", "", "", "", ""),
            ("Laboratory:", "Gulf Coast Analytical", "", "Report No.:", "GCA-26-3307", "", ""),
            ("Client:", "Bayou Botanicals", "", "Report Status:", "Preliminary", "", ""),
            ("Product:", "Green Thai Powder", "", "Lot:", "BB-0451", "", ""),
            ("Matrix:", "Leaf powder", "", "Date Received:", "2026-11-09", "", ""),
            ("Date Tested:", "2026-11-16", "", "Date Issued:", "2026-11-17", "", ""),
            ("", "", "", "", "", "", ""),
            ("Analyte", "LOQ", "Units", "Result", "Max", "Method", "Status"),
            ("Mitragynine", "0.01", "%", "1.46", "", "HPLC-DAD", "Pass"),
            ("7-Hydroxymitragynine", "0.002", "%", "0.013", "0.1", "HPLC-DAD", "Pass"),
            ("Paynantheine", "0.01", "%", "0.33", "", "HPLC-DAD", "Pass"),
            ("Speciogynine", "0.01", "%", "0.21", "", "HPLC-DAD", "Pass"),
            ("Speciociliatine", "0.01", "%", "0.27", "", "HPLC-DAD", "Pass"),
            ("Lead", "0.01", "mg/kg", "0.55", "1.2", "ICP-MS", "Pass"),
            ("Cadmium", "0.01", "mg/kg", "0.06", "0.82", "ICP-MS", "Pass"),
            ("Arsenic", "0.01", "mg/kg", "0.19", "2", "ICP-MS", "Pass"),
            ("Mercury", "0.005", "mg/kg", "0.011", "0.4", "ICP-MS", "Pass"),
            ("TAMC", "10", "CFU/g", "18000", "10000000", "USP <61>", "Pass"),
            ("TYMC", "10", "CFU/g", "900", "100000", "USP <61>", "Pass"),
            ("E. coli", "", "", "Absent in 10 g", "Absent in 10 g", "USP <62>", "Pass"),
            ("Salmonella", "", "", "Absent in 25 g", "Absent in 25 g", "USP <62>", "Pass"),
            ("", "", "", "", "", "", ""),
            ("Salmonella confirmation is running; a final report will follow.", "", "", "", "", "", ""),
        ]
    )
