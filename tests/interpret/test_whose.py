"""Two vendors may number their lots alike: half of one and half of another are no lot."""

from __future__ import annotations

import pytest

from kratom_qc.interpret.batch import batches
from kratom_qc.interpret.facts import FactsFile
from tests.factory.certificates import certificate, row

HARBOR = {"Client": "Harbor Botanics LLC", "Product Name": "Green Hulu Kratom Powder", "Laboratory": "Tidewater Labs"}


@pytest.mark.parametrize(
    ("other", "holds"),
    [
        ({"Client": "Ridge Line Herbs Inc."}, True),
        ({"Product Name": "Red Bali Kratom Powder"}, True),
        ({"Client": "HARBOR BOTANICS"}, False),
        ({"Client": "Tidewater Labs"}, False),  # the first laboratory had the second one do the rest
        ({"Product Name": "Kratom powder"}, False),
        ({"Client": "N/A"}, False),
    ],
)
def test_certificates_of_one_number_are_of_one_lot(other: dict[str, str], holds: bool) -> None:
    one = certificate("L-1", row("Lead", "0.2", "mg/kg"), **HARBOR)
    two = certificate("L-1", row("Cadmium", "0.1", "mg/kg"), **{**HARBOR, "Laboratory": "Culture House", **other})
    (batch,) = batches([*one.certificates, *two.certificates], lambda _: (), FactsFile())
    assert ("BATCH-CONTRADICTS" in [reason.rule_id for reason in batch.hold_reasons]) is holds
