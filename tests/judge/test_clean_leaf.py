"""A leaf that is clean passes, and every single row of it counts."""

from __future__ import annotations

from kratom_qc.interpret.compare import CrossCertificateChecks
from kratom_qc.rulebooks.load import load_rulebooks
from tests.factory import CLEAN_LEAF, REAL, certificate, clean_leaf, judged, lot, row

BOOKS = load_rulebooks(REAL)


def test_losing_any_other_result_is_listed():
    tested = {
        "Mitragynine pseudoindoxyl": ("mitragynine-pseudoindoxyl", "<0.1", "mg/kg"),
        "MGM-15": ("mgm-15", "<0.1", "mg/kg"),
        "Aflatoxin B1": ("aflatoxin-b1", "<1", "ug/kg"),
        "Tianeptine": ("tianeptine", "<0.1", "mg/kg"),
    }
    readings = [
        certificate(
            lot(lost),
            *clean_leaf(),
            *(row(name, said, unit) for name, (_, said, unit) in tested.items() if name != lost),
        )
        for lost in tested
    ]
    verdicts = judged(readings, BOOKS, markets=["us"], beside=CrossCertificateChecks())
    for lost, (analyte, *_) in tested.items():
        verdict = verdicts[lot(lost)]
        listed = [
            found
            for found in verdict.findings
            if found.analyte == analyte and found.outcome == "MISSING" and not found.decides
        ]
        assert listed, lost
        assert verdict.decision == "PASS"


def test_a_copy_that_differs_holds_the_batch():
    """M8: half or twice the amount beside the first one, another bound, another word."""
    twice = {
        "Mitragynine": "1.1",
        "Lead": "0.1",
        "TAMC": "24000",
        "E. coli": "Present in 10 g",
        "Mercury": "0.02",
        "TYMC": "<10",
    }
    readings = [certificate(name, *clean_leaf(), row(name, said, CLEAN_LEAF[name][1])) for name, said in twice.items()]
    assert {name: str(verdict.decision) for name, verdict in judged(readings, BOOKS, markets=["us"]).items()} == {
        **dict.fromkeys(twice, "HOLD"),
        "E. coli": "FAIL",
    }
