"""Analytes by their names in the languages that laboratories write."""

import re

import pytest

from kratom_qc import vocabulary
from kratom_qc.vocabulary.analyte_names import analyte_spellings

PRINTED = {
    "lead": "olovo · Blei · plomb · plomo · chumbo · ołów · piombo · lood · timbal · ตะกั่ว · Timbal (Pb) · ตะกั่ว (Lead, Pb)",
    "mercury": "rtuť · Quecksilber · mercure · mercurio · mercúrio · rtęć · kwik · merkuri · ปรอท",
    "tamc": "celkový počet mikroorganismů · aerobe Gesamtkeimzahl · flore aérobie mésophile totale · aerobios mesófilos"
    " · ogólna liczba drobnoustrojów · carica batterica totale · totaal kiemgetal · angka lempeng total · จำนวนจุลินทรีย์ทั้งหมด",
    "tymc": "kvasinky a plísně · Hefen und Schimmelpilze · levures et moisissures · mohos y levaduras · bolores e leveduras"
    " · drożdże i pleśnie · lieviti e muffe · gisten en schimmels · kapang khamir · ยีสต์และรา",
    "moisture": "vlhkost · Trocknungsverlust · humidité · humedad · umidade · wilgotność · umidità · vocht · kadar air · ความชื้น",
}


@pytest.mark.parametrize(
    ("printed", "known"), [(name, known) for known, names in PRINTED.items() for name in names.split(" · ")]
)
def test_a_name_stands_for_its_analyte_in_every_language(printed, known):
    meant = vocabulary.analyte(printed)
    assert meant is not None
    assert meant.id == known


@pytest.mark.parametrize("printed", ["Blei / Cadmium", "plomb (cadmium)", "ตะกั่ว (Cd)"])
def test_two_names_of_two_analytes_are_no_name(printed):
    assert vocabulary.analyte(printed) is None


def test_no_name_states_a_portion():
    """`Salmonella v 25 g` as a name would lose the portion, and with it what `nepřítomno` says."""
    told = [spelling for spelling in analyte_spellings() if re.search(r"\d(?:g|mg|ml)$", spelling)]
    assert told == []
