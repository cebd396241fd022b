"""Analytes by their names in the languages that laboratories write."""

import re

import pytest

from kratom_qc import vocabulary
from kratom_qc.vocabulary.analyte_names import analyte_spellings

PRINTED = {
    "lead": "olovo · Blei · plomb · plomo · chumbo · ołów · piombo · lood · timbal · ตะกั่ว · Timbal (Pb) · ตะกั่ว (Lead, Pb)",
    "mercury": "rtuť · Quecksilber · mercure · mercurio · mercúrio · rtęć · kwik · merkuri · ปรอท",
    "tamc": "celkový počet mikroorganismů · aerobe Gesamtkeimzahl · flore aérobie mésophile totale · aerobios mesófilos"
    " · ogólna liczba drobnoustrojów · carica batterica totale · totaal kiemgetal · angka lempeng total · จำนวนจุลินทรีย์ทั้งหมด"
    " · Gesamtkeimzahl · Aerobe kiemgetal · GKZ · Aerobic Colony Count (ACC) · MESÓFILOS TOTALES",
    "tymc": "kvasinky a plísně · Hefen und Schimmelpilze · levures et moisissures · mohos y levaduras · bolores e leveduras"
    " · drożdże i pleśnie · lieviti e muffe · gisten en schimmels · kapang khamir · ยีสต์และรา"
    " · KNK Kapang dan Khamir · Hefe- und Schimmelpilze · recuento de hongos y levaduras · drożdże/pleśnie · schimmels en gisten",
    "moisture": "vlhkost · Trocknungsverlust · humidité · humedad · umidade · wilgotność · umidità · vocht · kadar air · ความชื้น",
    "arsenic": "AS_TOT · As, total · Arsen gesamt · arsenicum · arsenic total",
    "arsenic-inorganic": "As(III)+As(V) · anorganisch arsenicum · As inorganique · arsen inorganik",
    "chromium-vi": "Chromium (VI) · sechswertiges Chrom · cromo hexavalente · krom heksavalen",
    "total-heavy-metals": "Schwermetalle (als Pb) · métaux lourds totaux · logam berat total · โลหะหนักทั้งหมด",
    "salmonella": "Salmonella spp. detection · průkaz bakterií rodu Salmonella · Salmonellennachweis · detección Salmonella",
    "coliforms": "Coli-aerogenes bacteria · bactéries coliformes · APM koliform · จำนวนโคลิฟอร์ม",
    "coagulase-positive-staphylococci": "koagulázopozitivní stafylokoky · staphylocoques à coagulase +"
    " · gronkowce koagulazo-dodatnie",
    "total-aflatoxins": "AFLA_TOT · Σ aflatoxins · Suma aflatoxinů B1, B2, G1, G2 · Aflatoxine Summe (B1, B2, G1, G2)"
    " · total aflatoksin · aflatossine (somma) · อะฟลาทอกซินรวม",
    "ochratoxin-a": "OCHRA_A · ochratoksyna A · okratoksin A · โอคราทอกซินเอ",
    "pah4": "PAH4 / sum of 4 PAH · BaP+BaA+BbF+CHR · suma čtyř PAU · Summe EU-PAK4 · HAP-4 · suma 4 WWA"
    " · somma dei 4 IPA · som 4 PAK's",
    "benzo-a-pyrene": "B[A]P · benzo(a)pirene · benzo(a)pyreen · benzopireno · เบนโซเอไพรีน",
    "hexane": "Esano · n-hexaan · heksana · เฮกเซน",
    "dichloromethane": "Diclorometano · Methylenchlorid · chlorure de méthylène · chlorek metylenu · metilen klorida",
    "xylenes": "Xylenes (sum) · Summe Xylole · xylènes totaux · suma ksylenów",
    "ethylene-oxide": "Ethylenoxid · oxyde d'éthylène · tlenek etylenu",
    "chlorpyrifos": "คลอร์ไพริฟอส · Chlorpyriphos · chloorpyrifos · chloropiryfos · klorpirifos · clorpirifós",
    "total-ddt": "DDT (sum) · Summe DDT · DDT celkem · DDT totale",
    "total-dithiocarbamates": "Dithiocarbamates (as CS2) · ditiocarbammati · Dithiocarbamate, als CS2",
    "7-hydroxymitragynine": "7OH · 7_OH_MG · 7-idrossi-mitraginina · 7-hidroksi-mitraginin",
    "total-alkaloids": "ALK_TOT · Summe aller Alkaloide · soma de alcaloides · som van alkaloïden · ผลรวมอัลคาลอยด์",
    "caffeine": "Koffein · caféine · cafeïne · kafein · คาเฟอีน",
    "total-ash": "Aschegehalt · cendres brutes · zawartość popiołu · เถ้าทั้งหมด",
    "acid-insoluble-ash": "AIA · cendres insolubles dans HCl · abu tak larut asam · เถ้าที่ไม่ละลายในกรด",
    "foreign-matter": "Extraneous matter · sostanze estranee · vreemd materiaal · สิ่งปลอมปน",
    "salt": "Salt (NaCl) · obsah soli · Kochsalz · cloruro di sodio · garam",
    "energy": "Energy value · Brennwert · valeur énergétique · wartość energetyczna · พลังงาน",
    "protein": "Eiweiß · protéines · białko · protein kasar · โปรตีน",
    "crude-fibre": "Ballaststoffe · fibra alimentaria · błonnik pokarmowy · serat pangan · ใยอาหาร",
    "sodium-benzoate": "E211 · benzoan sodný · Natriumbenzoat · benzoate de sodium · natrium benzoat",
    "potassium-sorbate": "E202 · Kaliumsorbat · sorbato potásico · sorbinian potasu",
    "disintegration-time": "rozpadavost tobolek · Zerfallszeit · délitement · waktu hancur kapsul",
    "dissolution": "Wirkstofffreisetzung · essai de dissolution · uwalnianie · disolusi",
    "bulk-density": "Schüttgewicht · densité apparente · stortgewicht · densitas curah",
}


@pytest.mark.parametrize(
    ("printed", "known"), [(name, known) for known, names in PRINTED.items() for name in names.split(" · ")]
)
def test_a_name_stands_for_its_analyte_in_every_language(printed, known):
    meant = vocabulary.analyte(printed)
    assert meant is not None
    assert meant.id == known


@pytest.mark.parametrize(
    "printed", ["Blei / Cadmium", "plomb (cadmium)", "ตะกั่ว (Cd)", "Butanol", "Ether", "extracto seco"]
)
def test_two_names_of_two_analytes_or_a_name_of_several_things_are_no_name(printed):
    assert vocabulary.analyte(printed) is None


def test_no_name_states_a_portion():
    """`Salmonella v 25 g` as a name would lose the portion, and with it what `nepřítomno` says."""
    told = [spelling for spelling in analyte_spellings() if re.search(r"\d(?:g|mg|ml)$", spelling)]
    assert told == []
