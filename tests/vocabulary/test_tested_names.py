"""Names of analytes after words of testing, and elements given as themselves."""

import pytest

from kratom_qc import vocabulary


@pytest.mark.parametrize(
    ("printed", "known"),
    [
        ("Nickel (as Ni)", "nickel"),
        ("Kadmium (jako Cd)", "cadmium"),
        ("Enumeration of E. coli", "e-coli"),
        ("Detección de Salmonella", "salmonella"),
        ("Nachweis von Listeria monocytogenes", "listeria-monocytogenes"),
        ("Detection of E. coli O157:H7", "e-coli-o157-h7"),
        ("Arsen (As) gesamt", "arsenic"),
        ("Mercúrio total", "mercury"),
        ("Yeast & Mold, Total", "tymc"),
        ("Cemaran Logam Kadmium (Cd)", "cadmium"),
        ("Zawartość mitragyniny", "mitragynine"),
        ("Pyrrolizidinalkaloide (Summe)", "total-pyrrolizidine-alkaloids"),
        # another thing than the name says
        ("Lead (as PbO)", None),
        ("Calcium (as Mg)", None),
        ("Total alkaloids (as mitragynine)", None),
        ("Test for lead", None),
        ("Total inorganic arsenic (as As2O3)", None),
        ("Gesamt", None),
        ("Total", None),
    ],
)
def test_a_name_is_read_behind_what_was_done(printed, known):
    analyte = vocabulary.analyte(printed)
    assert (analyte.id if analyte else None) == known
