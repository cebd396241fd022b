"""What the generated certificates test: sixty assays with the values that clean leaf and clean extract show."""

from __future__ import annotations

from typing import NamedTuple


class Assay(NamedTuple):
    """One test: where it stands, how it is reported, how deep it looks, and what a clean lot shows.

    `low` and `high` bound what a clean lot shows; `found` is the share of lots that show anything at all, and `says` is
    the word of a test that has no number.
    """

    section: str
    name: str
    unit: str
    method: str
    lod: str
    loq: str
    low: float
    high: float
    found: float = 1.0
    says: str = ""


def _panel(section: str, unit: str, method: str, rows: str) -> list[Assay]:
    """Rows of `name | lod | loq | low | high | found`."""
    made = []
    for row in rows.strip().splitlines():
        name, lod, loq, low, high, found = (part.strip() for part in row.split("|"))
        made.append(Assay(section, name, unit, method, lod, loq, float(low), float(high), float(found)))
    return made


_METALS = _panel(
    "Elemental Impurities",
    "mg/kg",
    "ICP-MS, USP <730>",
    """
    Arsenic  | 0.004 | 0.012 | 0.1   | 0.4  | 1
    Cadmium  | 0.002 | 0.006 | 0.02  | 0.1  | 1
    Lead     | 0.003 | 0.010 | 0.2   | 0.6  | 1
    Mercury  | 0.002 | 0.006 | 0.008 | 0.04 | 0.8
    Nickel   | 0.010 | 0.030 | 0.5   | 2.5  | 1
    Chromium | 0.010 | 0.030 | 0.2   | 1.5  | 1
""",
)
_MICRO = [
    *_panel(
        "Microbiology",
        "CFU/g",
        "USP <2021>",
        """
        Total Aerobic Microbial Count        | 10 | 10 | 200 | 6000 | 1
        Total Combined Yeast and Mold Count  | 10 | 10 | 50  | 700  | 0.9
        Coliforms                            | 10 | 10 | 10  | 80   | 0.2
        Enterobacteriaceae                   | 10 | 10 | 10  | 80   | 0.2
    """,
    ),
    Assay("Microbiology", "Escherichia coli", "", "USP <2022>", "", "", 0, 0, says="Absent in 10 g"),
    Assay("Microbiology", "Salmonella", "", "USP <2022>", "", "", 0, 0, says="Absent in 25 g"),
    Assay("Microbiology", "Staphylococcus aureus", "", "USP <2022>", "", "", 0, 0, says="Absent in 10 g"),
]
_TOXINS = [
    *_panel(
        "Mycotoxins",
        "µg/kg",
        "LC-MS/MS",
        """
        Aflatoxin B1 | 0.1 | 0.3 | 0.3 | 1.2 | 0.15
        Aflatoxin B2 | 0.1 | 0.3 | 0.3 | 0.6 | 0.05
        Aflatoxin G1 | 0.1 | 0.3 | 0.3 | 0.6 | 0.05
        Aflatoxin G2 | 0.1 | 0.3 | 0.3 | 0.6 | 0.02
        Ochratoxin A | 0.2 | 0.6 | 0.6 | 4   | 0.3
    """,
    ),
    *_panel(
        "Polycyclic Aromatic Hydrocarbons",
        "µg/kg",
        "GC-MS/MS",
        """
        Benzo[a]pyrene       | 0.3 | 0.9 | 1.0 | 3.0 | 0.9
        Benz[a]anthracene    | 0.3 | 0.9 | 1.5 | 5.0 | 0.9
        Benzo[b]fluoranthene | 0.3 | 0.9 | 1.5 | 5.0 | 0.9
        Chrysene             | 0.3 | 0.9 | 2.0 | 7.0 | 0.95
    """,
    ),
]
_SOLVENTS = _panel(
    "Residual Solvents",
    "ppm",
    "HS-GC, USP <467>",
    """
    Methanol        | 20  | 60  | 60 | 400 | 0.4
    Ethanol         | 50  | 150 | 200 | 2500 | 0.5
    Acetone         | 20  | 60  | 60 | 300 | 0.2
    Ethyl acetate   | 20  | 60  | 60 | 900 | 0.3
    Hexane          | 5   | 15  | 15 | 60  | 0.1
    Heptane         | 20  | 60  | 60 | 300 | 0.1
    Benzene         | 0.2 | 0.5 | 0.5 | 1.0 | 0.02
    Chloroform      | 2   | 6   | 6  | 20  | 0.02
    Dichloromethane | 10  | 30  | 30 | 100 | 0.05
    Toluene         | 10  | 30  | 30 | 90  | 0.05
    2-Propanol      | 20  | 60  | 60 | 300 | 0.3
""",
)
_PESTICIDES = _panel(
    "Pesticides",
    "mg/kg",
    "QuEChERS, GC-MS/MS",
    """
    Chlorpyrifos  | 0.003  | 0.01  | 0.01  | 0.06 | 0.1
    Cypermethrin  | 0.003  | 0.01  | 0.01  | 0.2  | 0.1
    Endosulfan    | 0.003  | 0.01  | 0.01  | 0.1  | 0.02
    Dichlorvos    | 0.003  | 0.01  | 0.01  | 0.1  | 0.02
    Alachlor      | 0.001  | 0.003 | 0.003 | 0.01 | 0.01
    Diazinon      | 0.003  | 0.01  | 0.01  | 0.1  | 0.02
    Ethion        | 0.003  | 0.01  | 0.01  | 0.1  | 0.02
    Fenvalerate   | 0.003  | 0.01  | 0.01  | 0.1  | 0.02
    Azoxystrobin  | 0.003  | 0.01  | 0.01  | 0.1  | 0.1
    Bifenthrin    | 0.003  | 0.01  | 0.01  | 0.1  | 0.1
    Carbendazim   | 0.003  | 0.01  | 0.01  | 0.1  | 0.1
""",
)
_ADULTERANTS = _panel(
    "Adulterants",
    "mg/kg",
    "LC-MS/MS",
    """
    Tianeptine         | 0.05 | 0.15 | 0 | 0 | 0
    Phenibut           | 0.05 | 0.15 | 0 | 0 | 0
    Fentanyl           | 0.01 | 0.03 | 0 | 0 | 0
    O-Desmethyltramadol| 0.05 | 0.15 | 0 | 0 | 0
    SR-17018           | 0.05 | 0.15 | 0 | 0 | 0
""",
)
_TAIL = [
    *_panel("Physical", "%", "USP <731>", "Moisture | 0.1 | 0.1 | 4 | 9 | 1"),
    Assay("Physical", "Appearance", "", "Visual", "", "", 0, 0, says="Fine powder"),
]
_SAME_FOR_ALL = [*_METALS, *_MICRO, *_TOXINS, *_SOLVENTS, *_PESTICIDES, *_ADULTERANTS, *_TAIL]

LEAF = [
    *_panel(
        "Kratom Alkaloids",
        "% w/w",
        "HPLC-DAD, AOAC 2017.14",
        """
    Mitragynine               | 0.003  | 0.010  | 1.0   | 1.7   | 1
    7-Hydroxymitragynine      | 0.001  | 0.003  | 0.005 | 0.015 | 1
    Paynantheine              | 0.003  | 0.010  | 0.2   | 0.4   | 1
    Speciogynine              | 0.003  | 0.010  | 0.15  | 0.3   | 1
    Speciociliatine           | 0.003  | 0.010  | 0.2   | 0.35  | 1
    Mitraciliatine            | 0.003  | 0.010  | 0.02  | 0.06  | 0.8
    Mitragynine pseudoindoxyl | 0.0002 | 0.0005 | 0     | 0     | 0
    MGM-15                    | 0.0002 | 0.0005 | 0     | 0     | 0
    MGM-16                    | 0.0002 | 0.0005 | 0     | 0     | 0
""",
    ),
    *_SAME_FOR_ALL,
]
EXTRACT = [
    *_panel(
        "Kratom Alkaloids",
        "% w/w",
        "HPLC-DAD, AOAC 2017.14",
        """
    Mitragynine               | 0.03   | 0.10   | 30   | 50  | 1
    7-Hydroxymitragynine      | 0.01   | 0.03   | 0.1  | 0.4 | 1
    Paynantheine              | 0.03   | 0.10   | 5    | 9   | 1
    Speciogynine              | 0.03   | 0.10   | 4    | 7   | 1
    Speciociliatine           | 0.03   | 0.10   | 4    | 8   | 1
    Mitraciliatine            | 0.03   | 0.10   | 0.3  | 1.2 | 0.8
    Mitragynine pseudoindoxyl | 0.0002 | 0.0005 | 0    | 0   | 0
    MGM-15                    | 0.0002 | 0.0005 | 0    | 0   | 0
    MGM-16                    | 0.0002 | 0.0005 | 0    | 0   | 0
""",
    ),
    *_SAME_FOR_ALL,
]
PANELS = {"Leaf powder": LEAF, "Extract": EXTRACT}
# What goes wrong with fifteen in a hundred lots: the assay, and what the laboratory then reports.
FAULTS = (
    ("Lead", "3.4"),
    ("Mercury", "NT"),
    ("Salmonella", "Present in 25 g"),
    ("Cadmium", "<1.5"),
    ("Total Combined Yeast and Mold Count", "450000"),
    ("7-Hydroxymitragynine", "6.2"),
    ("Ethanol", "9100"),
)
