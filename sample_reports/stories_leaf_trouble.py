"""Certificates of kratom leaf with which something is wrong: with the leaf, or with the paper."""

from __future__ import annotations

from datetime import date

from paper import LEGEND, ONLY_SAMPLE, Page, Style, book, csv_file, paper, shown, xlsx


@paper("05-spiked-leaf-copperfield.xlsx")
def spiked_leaf() -> bytes:
    """`Leaf` that holds almost nothing but 7-OH; each alkaloid printed in mg/g and again in per cent."""
    workbook = book()
    page = Page(workbook, "Alkaloid Report", Style("Cambria", 10, "7B241C", "F5DDDA"), 7, (32, 14, 12, 12, 12, 22, 16))
    page.title("Copperfield Analytics", 18).line("Tulsa, Oklahoma · ISO/IEC 17025:2017 (ANAB AT-3305)").gap()
    page.facts(
        [
            ("Testing Laboratory", "Copperfield Analytics"),
            ("Certificate #", "CF-260733"),
            ("Client", "Zen Leaf Smoke Supply"),
            ("Product", "Super Green Kratom Powder"),
            ("Product Type", "Leaf powder"),
            ("Lot #", "ZL-7741"),
            ("Date Received", "July 20, 2026"),
            ("Date Tested", "July 27, 2026"),
            ("Date Issued", "July 29, 2026"),
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
    page.gap().lines("No specification was supplied; the laboratory gives no opinion on conformity.", LEGEND).signed(
        "P. Lindqvist", "Laboratory Director"
    )
    return xlsx(workbook, "Copperfield Analytics")


@paper("06-salmonella-blue-heron.xlsx")
def salmonella() -> bytes:
    """One flat table with a panel column; the laboratory itself says Fail."""
    workbook = book()
    page = Page(workbook, "Results", Style("Calibri", 11, "0B5345", "D5F0EA"), 8, (16, 30, 14, 18, 10, 10, 20, 10))
    page.title("Blue Heron Food & Herb Laboratory", 16).line("Tacoma, WA · Accredited to ISO/IEC 17025:2017").gap()
    page.facts(
        [
            ("Laboratory", "Blue Heron Food & Herb Laboratory"),
            ("Report ID", "BH-2026-10418"),
            ("Accredited By", "A2LA 4877.02"),
            ("Prepared For", "Evergreen Ethnobotanicals"),
            ("Sample", "Kratom powder, Borneo red"),
            ("Matrix", "Kratom powder"),
            ("Lot Number", "EE-RB-0926"),
            ("Date Received", date(2026, 10, 5)),
            ("Date Tested", date(2026, 10, 13)),
            ("Report Date", date(2026, 10, 14)),
            ("Overall Result", "FAIL"),
        ]
    )
    page.gap().table(
        ("Panel", "Analyte", "Limit", "Result", "Units", "RL", "Method", "Status"),
        [
            ("Potency", "Mitragynine", "Report only", shown("1.53"), "%", shown("0.01"), "HPLC-UV", "Tested"),
            (
                "Potency",
                "7-Hydroxymitragynine",
                "Report only",
                shown("0.012"),
                "%",
                shown("0.005"),
                "HPLC-UV",
                "Tested",
            ),
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
    return xlsx(workbook, "Blue Heron Laboratory")


@paper("07-cadmium-loq-too-high-old-mill.xlsx")
def loq_above_the_limit() -> bytes:
    """Units inside the names; a method that cannot see the cadmium limit: `<LOQ` with an LOQ of 1.0."""
    workbook = book()
    page = Page(workbook, "Sheet1", Style("Courier New", 10, "333333", "EEEEEE"), 4, (36, 18, 12, 28))
    page.title("OLD MILL ASSAY OFFICE", 14).line("Bath, Maine - assays since 1961").gap()
    page.facts(
        [
            ("Laboratory", "Old Mill Assay Office"),
            ("Report No.", "OM 20917"),
            ("Customer", "Penobscot Teas"),
            ("Product", "Kratom, green, powdered"),
            ("Form", "Leaf powder"),
            ("Batch", "PT-118"),
            ("Date Received", "2 June 2026"),
            ("Date Tested", "15 June 2026"),
            ("Date Issued", "17 June 2026"),
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
    return xlsx(workbook, "Old Mill Assay Office")


@paper("08-no-microbiology-sonora.xlsx")
def panel_missing() -> bytes:
    """Chemistry is clean; nobody looked for microbes. Columns begin with a line number."""
    workbook = book()
    page = Page(workbook, "CoA", Style("Tahoma", 9, "9C640C", "FCF3CF"), 8, (15, 30, 16, 14, 15, 14, 22, 12))
    page.title("Sonora Testing LLC", 18).line("Certificate of Analysis").gap()
    page.facts(
        [
            ("Lab", "Sonora Testing LLC"),
            ("COA ID", "ST-88190"),
            ("Client Name", "Desert Bloom Kratom"),
            ("Product Name", "Gold Bali Leaf Powder"),
            ("Product Form", "Powder"),
            ("Lot ID", "DB-2207"),
            ("Date Received", "2026-08-04"),
            ("Date Tested", "2026-08-10"),
            ("Date Issued", "2026-08-11"),
        ],
        pairs=3,
        step=2,
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
    return xlsx(workbook, "Sonora Testing LLC")


@paper("09-two-leads-lakeshore.xlsx")
def contradiction() -> bytes:
    """Lead 0.31 on one sheet and 0.58 on another: two instruments, one batch, no word why."""
    workbook = book()
    style = Style("Calibri", 10, "154360", "D6EAF8")
    page = Page(workbook, "Summary", style, 6, (32, 16, 10, 10, 24, 12))
    page.title("Lakeshore Analytical Services", 17).line("Duluth, Minnesota").gap()
    page.facts(
        [
            ("Laboratory", "Lakeshore Analytical Services"),
            ("Accreditation", "ANAB L2388"),
            ("Certificate No.", "LAS-6617"),
            ("Client", "North Shore Botanica"),
            ("Product", "Yellow Vein Kratom Powder"),
            ("Matrix", "Leaf powder"),
            ("Batch No.", "NS-1102"),
            ("Date Received", "2026-10-19"),
            ("Date Tested", "2026-10-28"),
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
    second = Page(workbook, "Metals ICP-OES", style, 6, (32, 16, 10, 10, 24, 12))
    second.title("Metals, second instrument", 13).gap().facts([("Batch No.", "NS-1102")]).gap()
    second.table(columns, [("Lead", "0.58", "mg/kg", "0.05", "ICP-OES", "Pass")])
    return xlsx(workbook, "Lakeshore Analytical Services")


@paper("14-pass-printed-on-a-failure-quickcert.xlsx")
def pass_where_the_number_fails() -> bytes:
    """Lead 1.6 µg/g against a generous limit of the laboratory's own, with Pass in green on every line."""
    workbook = book()
    page = Page(workbook, "Certificate", Style("Trebuchet MS", 10, "1D8348", "D5F5E3"), 6, (32, 14, 10, 16, 22, 10))
    page.title("QuickCert Labs", 22, centre=True).title("OVERALL: PASS", 14, centre=True).gap()
    page.facts(
        [
            ("Laboratory", "QuickCert Labs"),
            ("Report #", "QC-70021"),
            ("Company", "Island Vibe Imports"),
            ("Product Name", "Bali Kratom Leaf Powder"),
            ("Type", "Leaf powder"),
            ("Lot", "IV-3390"),
            ("Date Received", "2026-11-02"),
            ("Date Tested", "2026-11-03"),
            ("Date Issued", "2026-11-04"),
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
    return xlsx(workbook, "QuickCert Labs")


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
