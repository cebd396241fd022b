"""Labels and values, wherever they stand, and the lines of a letterhead."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kratom_qc.domain.certificate import Certificate
from kratom_qc.domain.source import SourceText
from kratom_qc.intake.layout.certificates import certificates
from kratom_qc.intake.layout.lines import parts
from kratom_qc.intake.preflight import kind_of
from kratom_qc.intake.workbook import workbook_of
from kratom_qc.settings import Caps
from tests.factory.sheets import Rows, xlsx_bytes

TABLE: Rows = [["Analyte", "Result", "Unit"], ["Lead", "0.2", "mg/kg"], ["Cadmium", "0.1", "mg/kg"]]

LINES = [  # a cell, its parts as fact | label | value
    ("Batch: L-1", ["batch_id | Batch | L-1"]),
    ("Lot: A-1 | Product: Green | Received 12 Oct 2026",
     ["batch_id | Lot | A-1", "product_name | Product | Green", "received_on | Received | 12 Oct 2026"]),
    ("Received 2026-10-01   Tested 2026-10-05", ["received_on | Received | 2026-10-01", "tested_on | Tested | 2026-10-05"]),
    ("Received 12 Oct 2026, Reported 14 Oct 2026",
     ["received_on | Received | 12 Oct 2026", "issued_on | Reported | 14 Oct 2026"]),
    ("Batch: L-1 Received: 10/12/2026 10:15 Matrix: Plant",
     ["batch_id | Batch | L-1", "received_on | Received | 10/12/2026 10:15", "form | Matrix | Plant"]),
    ("Lot: A-1\nProduct: X", ["batch_id | Lot | A-1", "product_name | Product | X"]),
    ("Lot No. KX-77", ["batch_id | Lot No. | KX-77"]),
    ("Rapport d'analyse N° 26-102938", ["certificate_id | Rapport d'analyse N° | 26-102938"]),
    ("Batch JN-1013-B, Green Malay", ["batch_id | Batch | JN-1013-B", " |  | Green Malay"]),
    ("Summary of results (lab: Acme Services)", [" |  | Summary of results", "laboratory | lab | Acme Services"]),
    ("Product:   Green Malay", ["product_name | Product | Green Malay"]),
    ("Batch / Šarže: L-1", ["batch_id | Batch / Šarže | L-1"]),
    ("Date Received (MM/DD/YYYY): 10/12/2026", ["received_on | Date Received (MM/DD/YYYY) | 10/12/2026"]),
    ("Client: Acme, LLC     Lab ID: BR-6", ["other | Client | Acme, LLC", "lab_id | Lab ID | BR-6"]),
    ("Lot L-9 failed microbial testing", [" |  | Lot L-9 failed microbial testing"]),
    ("Received in good condition", [" |  | Received in good condition"]),
    ("Report is not final", [" |  | Report is not final"]),
    ("10:15", [" |  | 10:15"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), LINES)
def test_a_cell_is_cut_into_labels_and_values(text: str, said: Sequence[str]) -> None:
    assert [f"{part.name} | {part.label} | {part.text}" for part in parts(text)] == said


def _certificate(*head: Sequence[object]) -> Certificate:
    raw = xlsx_bytes([*head, [], *TABLE])
    book = workbook_of(kind_of("a.xlsx", raw, Caps()), "a.xlsx", raw, Caps())
    (certificate,) = certificates(book, ()).certificates
    return certificate


def _said(texts: Sequence[tuple[str, SourceText]]) -> list[str]:
    return [f"{name}={text.text}" for name, text in texts]


BLOCKS = [  # the lines above a table; the facts read
    ([["Batch", "L-1"]], ["batch_id=L-1"]),
    ([["Batch", ": L-1"], ["Product", ": Green"]], ["batch_id=L-1", "product_name=Green"]),
    ([["Batch:", None, None, "L-1"]], ["batch_id=L-1"]),
    ([["Batch", "L-1", "Received", "2026-10-01"]], ["batch_id=L-1", "received_on=2026-10-01"]),
    ([["Batch", "Received"], ["L-1", "2026-10-01"]], ["batch_id=L-1", "received_on=2026-10-01"]),
    ([["Batch No."], ["L-1"]], ["batch_id=L-1"]),
    ([["Lot: L-1     Received: Oct 5, 2026", None, None]], ["batch_id=L-1", "received_on=Oct 5, 2026"]),
    ([["1. Nomor Batch", "L-1"]], ["batch_id=L-1"]),
    ([["Šarže / Batch", "L-1"]], ["batch_id=L-1"]),
    ([["N° de lot :", "L-1"]], ["batch_id=L-1"]),
    ([["เลขที่รุ่น", "L-1"]], ["batch_id=L-1"]),
    ([["Sampled: -"], ["Batch: L-1"]], ["batch_id=L-1"]),
    ([["Acme Analytical Laboratories, LLC"], ["Lot", "L-1"]], ["batch_id=L-1", "laboratory=Acme Analytical Laboratories"]),
    ([["Prüflabor Nord GmbH - Prüfbericht"], ["Charge", "L-1"]], ["batch_id=L-1", "laboratory=Prüflabor Nord GmbH"]),
    ([["Acme Labs | ISO/IEC 17025:2017 Acc. 85368"], ["Lot", "L-1"]],
     ["accreditation=ISO/IEC 17025:2017 Acc. 85368", "batch_id=L-1", "laboratory=Acme Labs"]),
    ([["Acme Labs"], ["Laboratory", "Northern"], ["Lot", "L-1"]], ["batch_id=L-1", "laboratory=Northern"]),
    ([["Red Bali Kratom Powder"], ["Strain", "Red Bali"], ["Lot", "L-1"]],
     ["batch_id=L-1", "product_name=Red Bali Kratom Powder", "strain=Red Bali"]),
    ([["Order: 60419 / Sample: 60419-3"], ["Item: Kratom Gummies, 20 ct"], ["Lot", "L-1"]],
     ["batch_id=L-1", "product_name=Kratom Gummies, 20 ct", "sample_id=60419-3"]),
    ([["Sample", "Kratom powder 25"], ["Lot", "L-1"], ["Date in: 11/03/2026     Date out: 11/11/2026"]],
     ["batch_id=L-1", "issued_on=11/11/2026", "product_name=Kratom powder 25", "received_on=11/03/2026"]),
    ([["Batch", "Pass"], ["Lot", "L-1"]], ["batch_id=L-1", "status=Pass"]),
    ([["Recv'd:", "9/22/26", "Rptd:", "10/1/26"], ["Lot", "L-1"]],
     ["batch_id=L-1", "issued_on=10/1/26", "received_on=9/22/26"]),
    ([["CERTIFICATE OF ANALYSIS // DATE ISSUED: 11/05/2026 // LOT: L-1"]], ["batch_id=L-1", "issued_on=11/05/2026"]),
    ([["Lot", "L-1"], ["Abbreviations used in this report: ppb = parts per billion"]], ["batch_id=L-1"]),
    ([["Kratom powder - Green Malay"], ["Lot", "L-1"]], ["batch_id=L-1", "product_name=Kratom powder"]),
    ([["Strain", "Red Borneo"], ["Lot", "L-1"]], ["batch_id=L-1", "product_name=Red Borneo"]),
]  # fmt: skip


@pytest.mark.parametrize(("head", "facts"), BLOCKS)
def test_facts_are_read_wherever_their_labels_stand(head: Sequence[Sequence[object]], facts: list[str]) -> None:
    certificate = _certificate(*head)
    assert sorted(_said(list(certificate.facts.items()))) == facts


LEFT = [  # a line above a table, what of it nobody has read, as label: text
    (["Batch: L-1 | Client: Acme, LLC | see note"], ["Client: Acme, LLC", ": see note"]),
    (["Batch L-1, rejected by the client"], [": rejected by the client"]),
    (["Acme Labs, 12 Main St, Austin, TX 78701"], [": 12 Main St, Austin, TX 78701"]),
    (["REJECTED Testing Labs"], [": REJECTED Testing Labs"]),
    (["Kratom powder failed"], [": Kratom powder failed"]),
    (["Client:", "Acme, LLC"], ["Client:: Acme, LLC"]),
    (["Certificate of Analysis"], []),
    (["ISO/IEC 17025:2017 Accredited · Cert. L26-418"], []),
    (["ISO/IEC 17025:2017 Accredited · suspended"], [": suspended"]),
    (["Kratom powder · Cert. L26-418"], [": Cert. L26-418"]),
    (["Analyst: J. Doe"], [": Analyst: J. Doe"]),
    (["Taken back:", "Kratom leaf powder"], [": Taken back:"]),
    (["Taken back: Kratom leaf powder"], [": Taken back: Kratom leaf powder"]),
]


@pytest.mark.parametrize(("line", "left"), LEFT)
def test_what_a_line_says_besides_is_left_to_be_read(line: Sequence[object], left: list[str]) -> None:
    certificate = _certificate(line, ["Batch", "L-1"])
    texts = [text for text in certificate.texts if text.source.ref.cell[1:] == "1" and text.source.ref.cell[0] in "AB"]
    assert [f"{text.label}: {text.source.text}" for text in texts] == left


def test_a_fact_stated_twice_is_handed_on_where_it_differs() -> None:
    head = (["Batch", "L-1"], ["Expires", "2027-10-01"], ["Expiry Date", "2026-01-01"], ["Exp", "2027-10-01"])
    certificate = _certificate(*head)
    assert certificate.facts["expires_on"].text == "2027-10-01"
    assert _said(certificate.further) == ["expires_on=2026-01-01"]


LANGUAGES = [
    (["Received", "2026-10-01"], set()),
    (["Status", "Final"], set()),  # also a German, Polish and Dutch word
    (["Datum přijetí", "2026-10-01"], {"cs"}),
    (["Receipt Date / Datum přijetí", "2026-10-01"], {"cs"}),
    (["วันที่รับตัวอย่าง", "2026-10-01"], {"th"}),
]


@pytest.mark.parametrize(("line", "languages"), LANGUAGES)
def test_labels_tell_the_language_of_a_paper(line: Sequence[object], languages: set[str]) -> None:
    assert _certificate(["Batch", "L-1"], line).languages == languages
