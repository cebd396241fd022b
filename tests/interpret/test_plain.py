"""Plain shapes say nothing of the batch; nothing that may say something of it has one."""

from __future__ import annotations

import pytest

from kratom_qc.interpret.headings import is_heading
from kratom_qc.interpret.plain import plain_shape, shape_alone

PLAIN: list[tuple[str, str]] = [
    # an address, in the manner of every country
    *(
        ("an address", said)
        for said in (
            "123 Main Street, Austin, TX 78701", "1450 NW 87th Ave, Suite 210, Doral, FL 33172", "Austin, TX 78701",
            "PO Box 123, Salt Lake City, UT 84101", "4500 W. Harry Hines Blvd., Dallas, TX", "PO Box 771, Asheville NC",
            "Příkrá 12, 612 00 Brno", "Na Příkopě 12/3, 110 00 Praha 1, Česká republika", "Hauptstraße 5, 10115 Berlin",
            "12 rue de la Paix, 75002 Paris, France", "Calle Mayor 3, 28013 Madrid, España", "Via Roma 10, 20121 Milano",
            "ul. Długa 5, 00-238 Warszawa", "Keizersgracht 123, 1015 CJ Amsterdam", "Rua Augusta 100, 1100-053 Lisboa",
            "Jl. Merdeka No. 12, Jakarta Selatan 12345, Indonesia", "88 Foundry St, Boulder, CO 80301",
            "12 Main St, Austin, TX 78701, tel. +1 512 555 0100, www.example.org",
        )
    ),
    ("a page number", "Page 1 of 2"), ("a page number", "Strana 1 z 3"), ("a page number", "Halaman 2 dari 2"),
    ("a contact", "www.tidewaterlabs.com"), ("a contact", "info@lab.cz"), ("a contact", "Tel. +1 512 555 0100"),
    ("a contact", "(512) 555-0100"), ("a copyright line", "© 2026 Tidewater Analytical, LLC"),
    ("an empty form mark", "________"), ("an empty form mark", "☐"), ("a time of day", "14:35"),
    ("a line for a signature", "Analyst: ____________  Date: ________"),
    ("a person's name", "Analyst: J. Doe"), ("a person's name", "Approved by: Jane Doe, Ph.D., Laboratory Director"),
    ("a person's name", "Schválil: Ing. Jana Nováková"), ("a person's name", "Diperiksa oleh: Budi Santoso"),
    ("a person's name", "Reviewed by: JD"), ("an organisation's name", "Client: Green Leaf Imports, LLC"),
    ("an organisation's name", "Zákazník: Zelený list, s.r.o."), ("an identifier", "Order ID: 2026-1141"),
    ("an amount that is no result", "Sample weight: 0.5021 g"), ("an amount that is no result", "Sample weight 0.5021 g"),
    ("where and when it was signed", "Lyon, le 19 octobre 2026"), ("where and when it was signed", "Kiel, den 25.09.2026"),
    ("where and when it was signed", "Pontianak, 26 Agustus 2026"),
    ("a legend", "ND = Not Detected"), ("a legend", "ND = Not Detected, LOQ = Limit of Quantitation"),
    ("a legend", "ND Not Detected"), ("a legend", "1 ppm = 1 mg/kg = 1000 ppb"), ("a legend", "F = fail, P = pass"),
    ("an accreditation", "ISO/IEC 17025:2017 (ANAB AT-3305)"), ("an accreditation", "A2LA cert. 6120.01"),
]  # fmt: skip

ADVERSE = [
    "Analyst: rejected", "Analyst: REJ", "Analyst: ND", "Address: DO NOT RELEASE 12 Main St", "Approved by: Nobody",
    "Approved by: pending", "12 Rejected Lot Street, Austin, TX 78701", "www.this-lot-is-rejected.com",
    "Analyst: J. Contaminated", "Order ID: REJECTED-1", "Condition: Poor", "Client: Rejected Lots LLC", "Sampled by: nobody",
    "Void 12, 12345 Void", "Salmonella 25, 10115 Lead", "Value 9, Lead 12345", "Spiked Sample 3, 12345 Town",
    "ND = Detected", "Pos: detected", "Fail: does not comply", "Lot = REJECTED", "Lead in ppm should be ppt", "1 ppm = 1 mg/g",
    "ISO/IEC 17025 accreditation withdrawn", "Page 1 of 2 of rejected", "© 2026 this lot is rejected",
    "Positive for Salmonella.", "SPECIMEN", "Lead 9", "9.9 mg/kg", "4.1", "F", "X", "+", "❌", "✗", "*", "2019-01-01", "Lot L-9",
    "Rejected, 12.10.2026", "Positive, 26 Agustus 2026",
    "ไม่ผ่าน", "นาย ไม่ผ่าน", "Results: 14.2", "Method: 9.9 %", "Comments: see retest 9.9", "3 of 5", "1/2",
]  # fmt: skip

UNDER = [
    ("Method", "HPLC-DAD", True), ("Method", "AOAC 2007.04", True), ("Method", "USP <2021>", True),
    ("Method", "SOP-12 (ICP-MS)", True), ("Method", "ISO 6579-1", True), ("Method", "ČSN EN ISO 6579-1", True),
    ("Method", "in-house method, HPLC-UV", True), ("Method", "see note: contaminated", False),
    ("Method", "not validated", False), ("Method", "rejected", False), ("Instrument", "Agilent 7900 ICP-MS", True),
    ("Instrument", "broken", False), ("Dilution", "1:100", True), ("Comments", "-", True), ("Comments", "None", True),
    ("Analyst", "JD", True), ("Analyst", "F", False), ("Order ID", "O-1123", True), ("RSD %", "140", False),
    ("Country of Origin", "Indonesia", True), ("Country of Origin", "unknown", False), ("Sampled By", "client", True),
    ("Container", "sealed plastic bag", True), ("Container", "leaking bag", False), ("Client", "Zen Leaf Smoke Supply", True),
    ("Received Temperature", "4 °C", True), ("Received Temperature", "41 mg/kg", False), ("Sample Size", "9 ug/g", False),
    ("Quantity Received", "200 g, sealed pouch", True), ("Quantity Received", "200 g, torn pouch", False),
    ("Container", "Kunststoffbeutel, verschlossen, 250 g", True), ("Approved by", "Deputy Technical Manager", True),
    ("Client", "Do Not Ship", False), ("Botanical Name", "Mitragyna speciosa", True), ("Reason", "J. Doe", False),
]  # fmt: skip


@pytest.mark.parametrize(("shape", "said"), PLAIN)
def test_a_plain_shape_is_known(shape: str, said: str) -> None:
    assert plain_shape(said) == shape


# Sentences written like names, in a place for one
NOT_NAMES = [
    "Release Withheld", "Pulled Back", "Awaiting Signature", "Outlier Removed", "Glass Splinters", "Burn It",
    "Kick Back", "Grace Denied", "Jane Doe Objects", "Shipment Stuck", "Seal Cracked", "Needs Review",
    "Third Time Lucky", "Contains Fentanyl", "Pozastaveno Uvolnění", "Neshodný Výrobek", "Živý Hmyz",
    "Znečištěno Olovem", "Jan Odmítl", "Za Vlhké", "Podpis Chybí", "Nicht Freigegeben", "Noch Offen",
    "Ausschuss Ware", "Lebende Insekten", "Verseucht Ganz", "Peter Lehnt Ab", "Unterschrift Fehlt", "Toujours Ouvert",
    "Rebut Total", "Personne Encore", "Trop Humide", "Réserve Maintenue", "Marie Conteste", "Sin Aprobar",
    "Nadie Aún", "Producto Descartado", "Demasiado Húmedo", "Falta Firma", "Chumbo Elevado", "Bolor Visível",
    "Rascunho Provisório", "Ninguém Ainda", "Cheira Mal", "Nikt Jeszcze", "Brudnopis Roboczy", "Zbyt Wilgotny",
    "Brakuje Podpisu", "Nessuno Ancora", "Troppo Umido", "Manca Firma", "Niemand Nog", "Te Vochtig", "Stinkt Erg",
    "Ditolak Semua", "Belum Disetujui", "Belum Ada", "Produk Ditarik", "Berjamur Parah", "Terlalu Basah", "Bau Apek",
    "สินค้า ปฏิเสธ", "สินค้า อื่น", "ขาด ลายเซ็น", "Salmonella Gefunden", "J. Declined",
]  # fmt: skip
FOR_PEOPLE = [
    "Analyst", "Approved by", "Reviewed by", "Authorised by", "Signed", "Sampled By", "Results reviewed by",
    "Schválil", "Geprüft von", "Validé par", "Aprobado por", "Aprovado por", "Zatwierdził", "Approvato da",
    "Goedgekeurd door", "Disetujui oleh", "ผู้อนุมัติ",
]  # fmt: skip


@pytest.mark.parametrize("said", NOT_NAMES)
def test_a_sentence_written_like_a_name_is_nobodys_name(said: str) -> None:
    ways = [said, f"{said}, QA Manager", f"{said} 2026-09-24"]
    plain = {
        (label, way)
        for label in FOR_PEOPLE
        for way in ways
        if plain_shape(way, label) or plain_shape(f"{label}: {way}")
    }
    signed = [f"Signed electronically: {said}, Chief Chemist — 2026-09-24", f"{said}, QA Manager"]
    assert (plain, [way for way in signed if plain_shape(way) or shape_alone(way)]) == (set(), [])


@pytest.mark.parametrize("label", FOR_PEOPLE)
@pytest.mark.parametrize(
    "said", ["Jane Doe", "J. Doe", "JD", "Dr. Hoff", "Ing. Nováková, Ph.D.", "Hoff, M.Sc., QA Manager", "นาย สมชาย ใจดี"]
)
def test_a_name_is_told_by_a_given_name_an_initial_a_title_or_credentials(label: str, said: str) -> None:
    assert plain_shape(said, label)


@pytest.mark.parametrize("said", ADVERSE)
def test_nothing_adverse_hides_in_a_plain_shape(said: str) -> None:
    assert (plain_shape(said), shape_alone(said), is_heading(said)) == ("", "", False)


@pytest.mark.parametrize(("label", "said", "plain"), UNDER)
def test_a_value_is_plain_by_its_label(label: str, said: str, plain: bool) -> None:
    assert bool(plain_shape(said, label)) is plain


@pytest.mark.parametrize(
    ("said", "heading"),
    [
        ("Heavy Metals by ICP-MS", True), ("Alkaloids (% w/w)", True), ("Microbiology", True), ("Těžké kovy", True),
        ("Cemaran logam berat", True), ("HPLC", True), ("mg/kg", False), ("Heavy metals - FAIL", False),
        ("Salmonella positive", False), ("Lead is not in limits", False), ("Metals 9.9", False),
    ],
)  # fmt: skip
def test_a_heading_names_and_says_nothing(said: str, heading: bool) -> None:
    assert is_heading(said) is heading


@pytest.mark.parametrize(
    ("said", "shape"),
    [
        ("Jane Doe, Laboratory Director", "a person's name"), ("Yuliana Sari, S.Si., M.Sc.", "a person's name"),
        ("Tidewater Analytical Laboratories, Inc.", "an organisation's name"), ("Austin, Texas", "a place"),
        ("Lone Star Analytical, Austin, Texas", "an organisation's name"), ("1 of 1", "a page number"), ("Nobody", ""),
        ("Rose Mold", ""), ("Red Borneo Kratom Powder", ""), ("Do Not Release", ""),
    ],
)  # fmt: skip
def test_a_name_may_stand_alone(said: str, shape: str) -> None:
    assert shape_alone(said) == shape
