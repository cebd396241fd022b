"""Certificates of what is made from leaf: extracts, capsules, a liquid shot."""

from __future__ import annotations

from datetime import date

from paper import LEGEND, Page, Style, book, paper, shown, xlsx


@paper("10-extract-over-solvents-apex.xlsx")
def extract_over_solvents() -> bytes:
    """The unit stands inside the result; ethanol 8,200 ppm and hexane 412 ppm were left in the resin."""
    workbook = book()
    page = Page(workbook, "C of A", Style("Georgia", 10, "512E5F", "EBDEF0"), 4, (36, 26, 24, 26))
    page.title("APEX EXTRACT TESTING", 18).line(
        "Portland, Oregon · ORELAP-style quality system, ISO/IEC 17025:2017"
    ).gap()
    page.facts(
        [
            ("Laboratory", "Apex Extract Testing"),
            ("Accreditation No.", "PJLA 98120"),
            ("Certificate No.", "AX-26-1190"),
            ("Manufacturer", "Cascadia Extracts"),
            ("Product", "Kratom resin 40x"),
            ("Product Type", "Extract"),
            ("Lot/Batch", "KX-088"),
            ("Date Received", "2026-10-12"),
            ("Date Tested", "2026-10-20"),
            ("Date Issued", "2026-10-21"),
        ]
    )
    columns = ("Item", "Acceptance Criteria", "Result", "Method")
    page.gap().section("Alkaloids").table(
        columns,
        [
            ("Mitragynine", "NLT 35 %", "38.4 %", "HPLC-DAD"),
            ("7-Hydroxymitragynine", "Report", "0.21 %", "HPLC-DAD"),
            ("Paynantheine", "Report", "5.6 %", "HPLC-DAD"),
            ("Speciogynine", "Report", "3.7 %", "HPLC-DAD"),
            ("Speciociliatine", "Report", "4.9 %", "HPLC-DAD"),
            ("Mitragynine pseudoindoxyl", "Not detected", "ND (LOD 2 mg/kg)", "LC-MS/MS"),
            ("MGM-15", "Not detected", "ND (LOD 2 mg/kg)", "LC-MS/MS"),
            ("MGM-16", "Not detected", "ND (LOD 2 mg/kg)", "LC-MS/MS"),
        ],
    )
    page.gap().section("Residual solvents, HS-GC-FID").table(
        columns,
        [
            ("Ethanol", "NMT 5000 ppm", "8,200 ppm", "USP <467>"),
            ("n-Hexane", "NMT 290 ppm", "412 ppm", "USP <467>"),
            ("Methanol", "NMT 3000 ppm", "118 ppm", "USP <467>"),
            ("Acetone", "NMT 5000 ppm", "<50 ppm", "USP <467>"),
            ("Ethyl acetate", "NMT 5000 ppm", "<50 ppm", "USP <467>"),
            ("2-Propanol", "NMT 5000 ppm", "96 ppm", "USP <467>"),
        ],
    )
    page.gap().section("Heavy metals").table(
        columns,
        [
            ("Lead", "< 1.2 ppm", "0.18 ppm", "ICP-MS"),
            ("Cadmium", "< 0.82 ppm", "<0.02 ppm", "ICP-MS"),
            ("Arsenic", "< 2 ppm", "0.11 ppm", "ICP-MS"),
            ("Mercury", "< 0.4 ppm", "<0.01 ppm", "ICP-MS"),
        ],
    )
    page.gap().section("Microbiology").table(
        columns,
        [
            ("Total Aerobic Microbial Count", "NMT 10,000 CFU/g", "<10 CFU/g", "USP <2021>"),
            ("Total Yeast and Mold Count", "NMT 1,000 CFU/g", "<10 CFU/g", "USP <2021>"),
            ("E. coli", "Absent in 10 g", "Absent in 10 g", "USP <2022>"),
            ("Salmonella", "Absent in 25 g", "Absent in 25 g", "USP <2022>"),
        ],
    )
    page.gap().lines("Solvent results were confirmed by a second injection.", LEGEND).signed("T. Moreau", "Lab Manager")
    return xlsx(workbook, "Apex Extract Testing")


@paper("16-clean-extract-meridian.xlsx")
def clean_extract() -> bytes:
    """Every required assay, the label's claim and the serving on the paper, one sheet per department."""
    workbook = book()
    style = Style("Segoe UI", 10, "0E6251", "D1F2EB")
    widths = (34, 14, 12, 12, 12, 24, 12)
    cover = Page(workbook, "Cover", style, 4, (26, 38, 24, 24))
    cover.title("Meridian Phytochemistry", 20).line("1200 Research Pkwy, Madison, WI 53719 · A2LA 5521.01").gap()
    cover.facts(
        [
            ("Laboratory", "Meridian Phytochemistry"),
            ("Accreditation Number", "A2LA 5521.01"),
            ("COA Number", "MP-260918-03"),
            ("Client", "Lumen Extracts Inc."),
            ("Product Name", "Lumen 45 Kratom Extract"),
            ("Product Form", "Extract powder"),
            ("Lot Number", "LX-2609-03"),
            ("Mfg. Date", date(2026, 9, 9)),
            ("Date Received", date(2026, 9, 18)),
            ("Date Tested", date(2026, 9, 29)),
            ("Date Issued", date(2026, 9, 30)),
            ("Serving Size", "300 mg"),
            ("Servings Per Container", "10"),
            ("Net Contents", "3 g"),
            ("Label Claim Mitragynine", "45 %"),
            ("Certificate Status", "Final"),
        ]
    )
    cover.signed("Dr. E. Halvorsen", "Director of Quality", "Released By")
    columns = ("Compound", "Result", "Units", "LOD", "LOQ", "Test Method", "Pass/Fail")
    page = Page(workbook, "Alkaloids", style, 7, widths).title("Alkaloids", 13).gap()
    page.table(
        columns,
        [
            ("Mitragynine", shown("45.6"), "% w/w", shown("0.05"), shown("0.15"), "AOAC 2017.14", "Pass"),
            ("7-Hydroxymitragynine", "<0.010", "% w/w", shown("0.003"), shown("0.010"), "AOAC 2017.14", "Pass"),
            ("Paynantheine", shown("6.1"), "% w/w", shown("0.05"), shown("0.15"), "AOAC 2017.14", "Tested"),
            ("Speciogynine", shown("3.9"), "% w/w", shown("0.05"), shown("0.15"), "AOAC 2017.14", "Tested"),
            ("Speciociliatine", shown("4.4"), "% w/w", shown("0.05"), shown("0.15"), "AOAC 2017.14", "Tested"),
            ("Mitragynine pseudoindoxyl", "ND", "mg/kg", shown("0.5"), shown("1.5"), "LC-MS/MS 402", "Pass"),
            ("MGM-15", "ND", "mg/kg", shown("0.5"), shown("1.5"), "LC-MS/MS 402", "Pass"),
            ("MGM-16", "ND", "mg/kg", shown("0.5"), shown("1.5"), "LC-MS/MS 402", "Pass"),
            ("7-Acetoxymitragynine", "ND", "mg/kg", shown("0.5"), shown("1.5"), "LC-MS/MS 402", "Pass"),
        ],
    ).gap().lines(LEGEND)
    page = Page(workbook, "Metals and solvents", style, 7, widths).title("Elements by ICP-MS", 13).gap()
    page.table(
        columns,
        [
            ("Arsenic", shown("0.062"), "µg/g", shown("0.003"), shown("0.010"), "USP <730>", "Pass"),
            ("Cadmium", shown("0.015"), "µg/g", shown("0.002"), shown("0.006"), "USP <730>", "Pass"),
            ("Lead", shown("0.088"), "µg/g", shown("0.003"), shown("0.010"), "USP <730>", "Pass"),
            ("Mercury", "ND", "µg/g", shown("0.002"), shown("0.006"), "USP <730>", "Pass"),
        ],
    )
    page.gap().title("Residual solvents by HS-GC", 13).gap().table(
        columns,
        [
            ("Methanol", "ND", "ppm", 10, 30, "USP <467>", "Pass"),
            ("Ethanol", 1240, "ppm", 20, 60, "USP <467>", "Pass"),
            ("Acetone", "ND", "ppm", 10, 30, "USP <467>", "Pass"),
            ("Ethyl acetate", 310, "ppm", 10, 30, "USP <467>", "Pass"),
            ("Hexane", "ND", "ppm", 5, 15, "USP <467>", "Pass"),
        ],
    )
    page = Page(workbook, "Microbiology", style, 7, widths).title("Microbiology", 13).gap()
    page.table(
        columns,
        [
            ("TAMC", 40, "CFU/g", None, 10, "USP <2021>", "Pass"),
            ("TYMC", "<10", "CFU/g", None, 10, "USP <2021>", "Pass"),
            ("E. coli", "Absent in 10 g", None, None, None, "USP <2022>", "Pass"),
            ("Salmonella spp.", "Absent in 25 g", None, None, None, "USP <2022>", "Pass"),
        ],
    )
    page = Page(workbook, "Adulterants", style, 7, widths).title("Targeted adulterant screen", 13).gap()
    page.table(
        columns,
        [
            (name, "ND", "mg/kg", shown("0.1"), shown("0.3"), "LC-MS/MS 410", "Pass")
            for name in ("Tianeptine", "Phenibut", "Tramadol", "O-Desmethyltramadol", "Fentanyl", "Isotonitazene")
        ],
    )
    return xlsx(workbook, "Meridian Phytochemistry")


@paper("17-capsules-under-claim-pinnacle.xlsx")
def capsules_under_claim() -> bytes:
    """`<` in a column of its own, so that the number alone looks measured; 79 % of the label's claim is there."""
    workbook = book()
    page = Page(workbook, "Data", Style("Calibri", 11, "5D6D7E", "EAECEE"), 7, (30, 12, 12, 12, 12, 12, 24))
    page.title("Pinnacle Nutraceutical Labs", 16).line("Salt Lake City, UT · ISO/IEC 17025:2017, ANAB AT-1880").gap()
    page.facts(
        [
            ("Laboratory", "Pinnacle Nutraceutical Labs"),
            ("Report No", "PNL-557810"),
            ("Client", "True North Capsules"),
            ("Product Name", "Red Bali Kratom, 600 mg"),
            ("Dosage Form", "Capsules"),
            ("Lot No", "CAP-0611"),
            ("Date Received", "2026-07-06"),
            ("Date Tested", "2026-07-15"),
            ("Date Reported", "2026-07-16"),
        ]
    )
    page.gap().table(
        ("Parameter", "Qualifier", "Value", "UOM", "MDL", "PQL", "Test Method"),
        [
            ("Mitragynine", "", "11.8", "mg/g", "0.03", "0.10", "HPLC-DAD"),
            ("7-Hydroxymitragynine", "", "0.13", "mg/g", "0.01", "0.03", "HPLC-DAD"),
            ("Paynantheine", "", "2.7", "mg/g", "0.03", "0.10", "HPLC-DAD"),
            ("Speciogynine", "", "1.9", "mg/g", "0.03", "0.10", "HPLC-DAD"),
            ("Speciociliatine", "", "2.2", "mg/g", "0.03", "0.10", "HPLC-DAD"),
            ("Arsenic", "", "0.12", "mg/kg", "0.01", "0.03", "ICP-MS"),
            ("Cadmium", "", "0.04", "mg/kg", "0.01", "0.03", "ICP-MS"),
            ("Lead", "", "0.36", "mg/kg", "0.01", "0.03", "ICP-MS"),
            ("Mercury", "<", "0.015", "mg/kg", "0.005", "0.015", "ICP-MS"),
            ("Total Aerobic Microbial Count", "", "2600", "cfu/g", "", "10", "USP <2021>"),
            ("Total Combined Yeast and Mold", "<", "10", "cfu/g", "", "10", "USP <2021>"),
            ("E. coli", "", "Absent in 10 g", "", "", "", "USP <2022>"),
            ("Salmonella", "", "Absent in 25 g", "", "", "", "USP <2022>"),
        ],
    )
    page.gap().lines(
        "Qualifier <: below the value shown. MDL: method detection limit. PQL: practical quantitation limit."
    )
    page.signed("K. Jensen", "Chemistry Manager", "Approved By")
    return xlsx(workbook, "Pinnacle Nutraceutical Labs")


@paper("18-shot-with-pseudoindoxyl-bluegrass.xlsx")
def shot() -> bytes:
    """A 60 mL bottle in mg/mL: mitragynine pseudoindoxyl is there, though too little to put a number on."""
    workbook = book()
    page = Page(workbook, "COA", Style("Calibri", 10, "873600", "FAE5D3"), 7, (32, 16, 12, 10, 10, 22, 14))
    page.title("Bluegrass Beverage Lab", 17, centre=True).line("Lexington, Kentucky · ISO/IEC 17025:2017").gap()
    page.facts(
        [
            ("Laboratory", "Bluegrass Beverage Lab"),
            ("Accreditation", "ANAB AT-3012"),
            ("Certificate No.", "BBL-9034"),
            ("Brand", "Voltage Botanicals"),
            ("Product", "Voltage Kratom Shot, 60 mL"),
            ("Matrix", "Liquid shot"),
            ("Batch", "SHOT-2210"),
            ("Date Received", "10/15/2026"),
            ("Date Tested", "10/22/2026"),
            ("Report Date", "10/23/2026"),
            ("Servings Per Container", "2"),
            ("Net Volume", "60 mL"),
        ],
        pairs=2,
        step=3,
    )
    columns = ("Analyte", "Result", "Units", "LOD", "LOQ", "Method", "Status")
    page.gap().section("Alkaloids").table(
        columns,
        [
            ("Mitragynine", "4.62", "mg/mL", "0.005", "0.015", "HPLC-DAD", "Pass"),
            ("7-Hydroxymitragynine", "0.021", "mg/mL", "0.002", "0.006", "HPLC-DAD", "Pass"),
            ("Paynantheine", "0.58", "mg/mL", "0.005", "0.015", "HPLC-DAD", "Pass"),
            ("Speciogynine", "0.39", "mg/mL", "0.005", "0.015", "HPLC-DAD", "Pass"),
            ("Speciociliatine", "0.44", "mg/mL", "0.005", "0.015", "HPLC-DAD", "Pass"),
            ("Mitragynine pseudoindoxyl", "Trace", "mg/mL", "0.002", "0.006", "LC-MS/MS", "Tested"),
            ("MGM-15", "ND", "mg/mL", "0.002", "0.006", "LC-MS/MS", "Pass"),
            ("MGM-16", "ND", "mg/mL", "0.002", "0.006", "LC-MS/MS", "Pass"),
        ],
    )
    page.gap().section("Metals").table(
        columns,
        [
            ("Arsenic", "0.021", "mg/kg", "0.003", "0.010", "ICP-MS", "Pass"),
            ("Cadmium", "<0.006", "mg/kg", "0.002", "0.006", "ICP-MS", "Pass"),
            ("Lead", "0.034", "mg/kg", "0.003", "0.010", "ICP-MS", "Pass"),
            ("Mercury", "ND", "mg/kg", "0.002", "0.006", "ICP-MS", "Pass"),
        ],
    )
    page.gap().section("Microbiology and physical").table(
        columns,
        [
            ("TAMC", "<10", "CFU/g", "", "10", "USP <2021>", "Pass"),
            ("TYMC", "<10", "CFU/g", "", "10", "USP <2021>", "Pass"),
            ("E. coli", "Absent in 10 g", "", "", "", "USP <2022>", "Pass"),
            ("Salmonella", "Absent in 25 g", "", "", "", "USP <2022>", "Pass"),
            ("pH", "3.9", "", "", "", "USP <791>", "Tested"),
        ],
    )
    page.gap().lines("Trace: detected above the LOD and below the LOQ.", LEGEND).signed(
        "W. Ames", "Laboratory Director"
    )
    return xlsx(workbook, "Bluegrass Beverage Lab")
