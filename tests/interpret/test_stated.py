"""What a certificate states of its product and of itself: closed vocabularies, of which nothing is dropped."""

from __future__ import annotations

import pytest

from kratom_qc.domain.certificate import InterpretedCertificate
from tests.factory.sheets import read_csv

TABLE = [["Date Tested", "2026-03-04"], [], ["Analyte", "Result", "Unit"], ["Lead", "0.2", "mg/kg"]]


def _read(*facts: list[str]) -> InterpretedCertificate:
    (certificate,) = read_csv([["Batch", "L-1"], *facts, *TABLE], head=()).certificates
    return certificate


def _held(*facts: list[str]) -> list[str]:
    return [f"{reason.rule_id} {reason.ref.cell}" for reason in _read(*facts).hold_reasons]


GOOD = ["Final", "COMPLETE", "Approved", "Released", "Pass", "Conforms", "vyhovuje", "freigegeben", "konform", "conforme",
        "cumple", "aprovado", "zgodny", "definitief", "memenuhi syarat", "ผ่าน", "Reviewed and approved", "N/A", "-"]  # fmt: skip


@pytest.mark.parametrize("said", GOOD)
@pytest.mark.parametrize("label", ["Report Status", "Overall Result", "Závěr", "Kesimpulan"])
def test_a_status_that_is_known_good_holds_nothing(label: str, said: str) -> None:
    assert _held([label, said]) == []


BAD = [("Pending", "STATUS-UNREAD"), ("Amended", "STATUS-UNREAD"), ("Corrected", "STATUS-UNREAD"),
       ("Incomplete", "STATUS-UNREAD"), ("Positive", "STATUS-UNREAD"), ("Sample not tested", "STATUS-UNREAD"),
       ("Pass*", "STATUS-UNREAD"), ("xyzzy", "STATUS-UNREAD"),
       ("Hold", "CERTIFICATE-PRELIMINARY"), ("In review", "CERTIFICATE-PRELIMINARY"), ("Draft", "CERTIFICATE-PRELIMINARY"),
       ("Fail", "LABORATORY-SAID-FAIL"), ("Reject", "LABORATORY-SAID-FAIL"), ("nevyhovuje", "LABORATORY-SAID-FAIL"),
       ("Superseded", "LABORATORY-SAID-FAIL"), ("Inconclusive", "LABORATORY-UNSURE")]  # fmt: skip


@pytest.mark.parametrize(("said", "rule_id"), BAD)
def test_every_other_status_holds_at_its_cell(said: str, rule_id: str) -> None:
    assert _held(["Report Status", said]) == [f"{rule_id} B2"]


def test_every_status_of_a_certificate_counts() -> None:
    assert _held(["Report Status", "Final"], ["Overall Result", "Fail"]) == ["LABORATORY-SAID-FAIL B3"]


FORMS = [  # facts, the product, what holds
    ([["Matrix", "Leaf powder"]], "leaf_powder", []),
    ([["Matrix", "Leaf powder (REJECTED)"]], "leaf_powder", ["FORM-UNREAD B2"]),
    ([["Matrix", "Leaf powder concentrate 50x"]], None, ["FORM-UNREAD B2"]),
    ([["Matrix", "enhanced leaf powder"]], "leaf_powder", ["FORM-UNREAD B2"]),
    ([["Matrix", "7-OH infused"]], None, ["FORM-UNREAD B2"]),
    ([["Matrix", "Vape oil"]], None, ["FORM-UNREAD B2"]),
    ([["Matrix", "Plant"]], None, []),
    ([["Matrix", "Plant"], ["Type", "Powder"]], "leaf_powder", []),
    ([["Matrix", "Leaf powder"], ["Product Type", "Capsules"]], "capsule", []),
    ([["Matrix", "Leaf powder"], ["Product Type", "Gummies"]], None, ["PRODUCT-CONTRADICTS B3"]),
    ([["Matrix", "Leaf"], ["Product", "Kratom Leaf Powder, Red Bali"]], "leaf_powder", []),
    ([["Matrix", "Leaf powder"], ["Product", "Gold Extract"]], "leaf_powder", ["PRODUCT-CONTRADICTS B2"]),
    ([["Matrix", "Leaf powder"], ["Product", "7-OH Green Malay"]], "leaf_powder", ["PRODUCT-CONTRADICTS B3"]),
    ([["Product", "Enhanced Kratom Powder 50x"]], "leaf_powder", ["PRODUCT-CONTRADICTS B2"]),
    ([["Matrix", "Capsules"], ["Product", "50x Kratom Tablets"]], "capsule", ["PRODUCT-CONTRADICTS B3"]),
    ([["Matrix", "Capsules"], ["Product", "7-OH Tablets"]], "capsule", ["PRODUCT-CONTRADICTS B3"]),
    ([["Matrix", "Capsules"], ["Product", "Kratom Extract Capsules"]], "capsule", []),
    ([["Matrix", "Capsules"], ["Product", "Kratom Extract"]], "capsule", []),
    ([["Matrix", "Extract"], ["Product", "Kratom Capsules"]], "capsule", []),
    ([["Matrix", "Leaf capsules"], ["Product", "Kratom Extract"]], "capsule", ["PRODUCT-CONTRADICTS B3"]),
    ([["Matrix", "Tablets"], ["Product", "Liquid Extract Softgels"]], "capsule", ["PRODUCT-CONTRADICTS B3"]),
    ([["Matrix", "Capsules (extract)"]], "capsule", []),
    ([["Matrix", "Capsules"], ["Product", "Kratom Leaf Powder Capsules, Red Bali"]], "capsule", []),
    ([["Product", "Red Bali Kratom Powder 250 g"]], "leaf_powder", []),
    ([["Product", "Kratom Capsules, Red Maeng Da, 0.5 g"]], "capsule", []),
    ([["Forma", "Mitragyna speciosa, list mletý"]], "leaf_powder", []),
    ([["Bentuk", "serbuk daun kratom"]], "leaf_powder", []),
    ([["Probenart", "Blattpulver"]], "leaf_powder", []),
    ([["Matrice", "poudre de feuilles"]], "leaf_powder", []),
    ([["ประเภทตัวอย่าง", "ผงใบกระท่อม"]], "leaf_powder", []),
    ([["Matryca", "ekstrakt suchy"]], "extract", []),
    ([["Vorm", "capsules"]], "capsule", []),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "product", "held"), FORMS)
def test_a_form_is_read_as_a_whole_phrase(facts: list[list[str]], product: str | None, held: list[str]) -> None:
    assert (_read(*facts).product, _held(*facts)) == (product, held)


ASSUMED = [  # facts, the form that is likely, where it holds
    ([["Product", "Red Bali"]], "leaf_powder", ["PRODUCT-ASSUMED B2"]),
    ([["Product", "Super Green Malay 1 kg"]], "leaf_powder", ["PRODUCT-ASSUMED B2"]),
    ([["Matrix", "Botanical"], ["Product", "RB-2609-A"]], "leaf_powder", ["PRODUCT-ASSUMED B2"]),
    ([["Matrix", "Plant"], ["Product", "7-OH Bali"]], None, []),
    ([["Product", "Enhanced Indo"]], None, []),
    ([["Product", "Bali Thunder"]], None, []),
    ([["Product", "Bali 50x"]], None, []),
    ([["Product", "Kratom"]], None, []),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "product", "held"), ASSUMED)
def test_a_form_that_nobody_printed_is_told_and_holds(
    facts: list[list[str]], product: str | None, held: list[str]
) -> None:
    assert (_read(*facts).product, _held(*facts)) == (product, held)


def test_a_strain_beside_results_per_serving_has_no_form() -> None:
    rows = [["Batch", "L-1"], ["Product", "Red Bali"], *TABLE, ["Mitragynine", "45", "mg/serving"]]
    (certificate,) = read_csv(rows, head=()).certificates
    assert certificate.product is None


NAMES = [
    ("Green Hulu", True),
    ("OPMS Gold Kratom Powder 500 mg", True),
    ("Green Hulu DO NOT SELL", False),
    ("Green Hulu; see note", False),
    ("Green Hulu rejected", False),
    ("Green Hulu. Should be destroyed", False),
    ("Green Malay Lot 5", False),
]


def test_the_name_of_a_laboratory_and_its_accreditation_are_names() -> None:
    assert (
        _held(["Laboratory", "American Test Labs, Inc. Austin"], ["Accreditation", "ISO/IEC 17025:2017 Acc. 85368"])
        == []
    )
    assert _held(["Laboratory", "REJECTED Labs"])[0] == "NAME-UNREAD B2"


@pytest.mark.parametrize(("said", "is_name"), NAMES)
def test_more_than_a_name_in_the_place_of_one_holds(said: str, is_name: bool) -> None:
    assert ("NAME-UNREAD B2" in _held(["Product Name", said])) is not is_name
