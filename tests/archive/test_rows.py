"""Every field stands in the column of its name: a distinct value for each, written to a store and read back."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from kratom_qc.archive import fingerprint, rows
from kratom_qc.archive.history import History
from kratom_qc.archive.recall import ResultFilter, recall
from kratom_qc.archive.tables import PASS, SCHEMAS, table
from kratom_qc.domain.account import AccountEntry, Fate
from kratom_qc.domain.batch import Batch, ProductFacts
from kratom_qc.domain.certificate import DateSpan, HoldReason, InterpretedCertificate, Remark
from kratom_qc.domain.errors import Problem
from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.limit import Rulebook
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.domain.verdict import Decision, MarketStatus, Standing, Verdict
from tests.factory import DAY
from tests.factory.archived import STAMP, published, writer

PASS_NAMES = [field.name for field in PASS]
PROGRAM = "the program"
SHA = "ab" * 32
WITNESS = f"{SHA} the certificate id the laboratory"

RESULT = Result(
    analyte="the analyte", known=False, reported="the reported", reported_unit="the reported unit",
    interval=Interval(Decimal("0.5"), Decimal("1.5")), unit="the unit", basis="the basis", measured=False,
    ref=CellRef("the file", "the sheet", "the cell"), detected=False, detection_limit=Decimal("2.5"),
    portion=Decimal("3.5"), lod=Decimal("4.5"), loq=Decimal("5.5"), uncertainty=Decimal("6.5"),
    resolution=1 / Decimal(3), method="the method", stated_verdict="the stated verdict", species="the species",
    replicate="the replicate", text="the text", flags=("the-flag", "another"), certificate=WITNESS, shown="the shown",
    shown_interval=Interval(Decimal("7.5"), Decimal("8.5")),
    readings=(Interval(Decimal("9.5"), None), Interval(Decimal("1E+3"), Decimal("1E+3"), low_open=True)),
)  # fmt: skip
RESULT_COLUMNS = {
    "sha256": SHA, "batch_id": "the batch", "laboratory": "the laboratory", "product": "the product",
    "tested_on": date(2026, 1, 2), "analyte": "the analyte", "known": False, "measured": False,
    "said": "the reported", "shown": "the shown", "unit_said": "the reported unit", "low": Decimal("0.5"),
    "high": Decimal("1.5"), "low_open": False, "high_open": False, "low_float": 0.5, "high_float": 1.5,
    "unit": "the unit", "basis": "the basis", "portion_g": Decimal("3.5"), "lod": Decimal("4.5"), "loq": Decimal("5.5"),
    "uncertainty": Decimal("6.5"), "detected": False, "text": "the text", "method": "the method",
    "stated_verdict": "the stated verdict", "file": "the file", "sheet": "the sheet", "cell": "the cell",
    "detection_limit": Decimal("2.5"), "resolution": Decimal("0.333333333333333333"), "species": "the species",
    "replicate": "the replicate", "shown_low": Decimal("7.5"), "shown_high": Decimal("8.5"), "shown_low_open": False,
    "shown_high_open": False, "flags": "the-flag another", "witness": WITNESS,
    "readings": '[["9.5", null, false, false], ["1E+3", "1E+3", true, false]]',
    "in_full": '{"resolution": "0.3333333333333333333333333333"}', "also": None,
}  # fmt: skip
FLAGS = {  # what is True or False cannot be distinct: each of them is True alone
    "known": replace(RESULT, known=True),
    "measured": replace(RESULT, measured=True),
    "detected": replace(RESULT, detected=True),
    "low_open": replace(RESULT, interval=replace(RESULT.interval, low_open=True)),
    "high_open": replace(RESULT, interval=replace(RESULT.interval, high_open=True)),
    "shown_low_open": replace(RESULT, shown_interval=Interval(Decimal("7.5"), Decimal("8.5"), low_open=True)),
    "shown_high_open": replace(RESULT, shown_interval=Interval(Decimal("7.5"), Decimal("8.5"), high_open=True)),
}

DATES = {"received": 1, "tested": 2, "issued": 3}
CERTIFICATE = InterpretedCertificate(
    file="the file", sha256=SHA, batch_id="the batch", laboratory="the laboratory", certificate_id="the certificate id",
    accreditation="the accreditation", product="the product", product_name="the product name",
    declared={}, results=(RESULT,),
    dates={f"{name}_on": DateSpan(date(2026, 1, day), date(2026, 2, day)) for name, day in DATES.items()},
    printed_facts={f"{name}_on": SourceText("the day", CellRef("the file", "a sheet", "a cell")) for name in DATES},
)  # fmt: skip
CERTIFICATE_COLUMNS = {
    "sha256": SHA, "file": "the file", "status": "judged", "batch_id": "the batch", "product": "the product",
    "product_name": "the product name", "laboratory": "the laboratory", "accreditation": "the accreditation",
    "certificate_id": "the certificate id", "received_on": date(2026, 1, 1), "tested_on": date(2026, 1, 2),
    "issued_on": date(2026, 1, 3), "refusals": None, "program": PROGRAM, "traces": ["the trace"],
    "facts_said": [{"name": f"{name}_on", "said": "the day", "sheet": "a sheet", "cell": "a cell",
                    "day": date(2026, 1, day), "last_day": date(2026, 2, day)} for name, day in DATES.items()],
    "same_as": None,
}  # fmt: skip
REFUSED_COLUMNS = {
    **dict.fromkeys(CERTIFICATE_COLUMNS), "sha256": "cd" * 32, "file": "a bad file", "status": "refused",
    "program": PROGRAM, "refusals": [{"code": "the code", "message": "the message", "sheet": "its sheet",
                                      "cell": "its cell", "said": "the quoted"}],
}  # fmt: skip

FINDING = Finding(
    rule_id="the rule", rulebook="the rulebook", market="the market", analyte="the analyte", outcome=Outcome.INCONCLUSIVE,
    decides=False, why="the why", because="the because", limit="the limit", unit="the unit",
    interval=Interval(Decimal("0.5"), Decimal("1.5")), when_missing="the when missing", status="the status",
    ref=CellRef("the file", "the sheet", "the cell"), conditional="the conditional", decision_rule="the decision rule",
)  # fmt: skip
FINDING_COLUMNS = {
    "batch_id": "the batch", "rule_id": "the rule", "rulebook": "the rulebook", "market": "the market",
    "analyte": "the analyte", "outcome": "INCONCLUSIVE", "decides": False, "when_missing": "the when missing",
    "status": "the status", "low": Decimal("0.5"), "high": Decimal("1.5"), "low_open": False, "high_open": False,
    "low_float": 0.5, "high_float": 1.5, "unit": "the unit", "limit": "the limit", "because": "the because",
    "why": "the why", "file": "the file", "sheet": "the sheet", "cell": "the cell", "conditional": "the conditional",
    "decision_rule": "the decision rule",
}  # fmt: skip
FINDING_FLAGS = {
    "decides": replace(FINDING, decides=True),
    "low_open": replace(FINDING, interval=replace(FINDING.interval, low_open=True)),
    "high_open": replace(FINDING, interval=replace(FINDING.interval, high_open=True)),
}

FACTS = ProductFacts("the match", "the form", Decimal(1), Decimal(2), Decimal(3), Decimal(4), Decimal(5), Decimal(6),
                     Decimal(7), (("the analyte", Decimal(8), "the unit"),), "ef" * 32, "the filling")  # fmt: skip
HOLD = HoldReason("the hold rule", "the hold why", CellRef("its file", "its sheet", "its cell"), "its analyte")
BOOK = Rulebook("the book", "market", "its title", "its version", DAY, 365, "its sha256", ())
UNREAD = AccountEntry(SourceText("the unread", CellRef("unread file", "unread sheet", "unread cell")), Fate.UNREAD)
READ = AccountEntry(SourceText("the read", CellRef("the file")), Fate.PLAIN)
REMARK = Remark("the code", "the severity", "the message", CellRef("remark file", "remark sheet", "remark cell"))
PAPER = replace(CERTIFICATE, texts=(UNREAD, READ))
VERDICT = Verdict(
    batch=Batch("the batch", "the product", (PAPER,), {}, {}, (HOLD,), (REMARK,), FACTS),
    judged_on=DAY, decision=Decision.HOLD, markets={"zz": Decision.FAIL}, findings=(FINDING,),
    home_markets=("the home market",), rulebooks=(BOOK,),
    standings=(Standing("zz", "the title", Decision.FAIL, MarketStatus.BANNED, FINDING),),
)  # fmt: skip
OWN_COLUMNS = {
    "batch_id": "the batch", "product": "the product", "market": None, "verdict": "HOLD",
    "home_markets": ["the home market"], "certificates": [SHA], "reason": "the reason",
    "rulebooks": [{"id": "the book", "version": "its version", "sha256": "its sha256"}], "facts_sha256": "ef" * 32,
    "program": PROGRAM, "says": None, "rule_id": None,
    "doubts": [{"rule_id": "the hold rule", "why": "the hold why", "analyte": "its analyte", "file": "its file",
                "sheet": "its sheet", "cell": "its cell"}],
    "remarks": [{"code": "the code", "severity": "the severity", "message": "the message", "file": "remark file",
                 "sheet": "remark sheet", "cell": "remark cell"}],
    "unread": [{"witness": WITNESS, "text": "the unread", "kind": "cell", "file": "unread file",
                "sheet": "unread sheet", "cell": "unread cell"}],
}  # fmt: skip
MARKET_COLUMNS = {
    **dict.fromkeys(OWN_COLUMNS), "batch_id": "the batch", "product": "the product", "market": "zz", "verdict": "FAIL",
    "program": PROGRAM, "says": "banned", "rule_id": "the rule",
}  # fmt: skip


def archived(root: Path, certificate: InterpretedCertificate, verdict: Verdict) -> Path:
    """A store whose one pass holds a certificate, a refused file and a verdict."""
    written = writer(root, program=PROGRAM)
    written.add_analysis(certificate, ["the trace"])
    refusal = Problem("the code", "the message", CellRef("a bad file", "its sheet", "its cell"), "the quoted")
    written.add_refused("a bad file", "cd" * 32, [refusal])
    written.add_verdict(verdict, "the reason")
    return published(written)


def stored(root: Path, name: str) -> list[dict[str, Any]]:
    """The rows of a table as any reader of Parquet finds them, without the columns of the pass."""
    found = pq.read_table(root / "archive" / name / f"{STAMP.pass_id}.parquet").to_pylist()
    of_pass = {tuple(row.pop(name) for name in STAMP._fields) for row in found}
    assert of_pass == {tuple(STAMP)}
    return found


def test_every_value_is_written_to_the_column_of_its_name(tmp_path):
    root = archived(
        tmp_path,
        replace(CERTIFICATE, results=(RESULT, *FLAGS.values())),
        replace(VERDICT, findings=(FINDING, *FINDING_FLAGS.values())),
    )
    assert stored(root, "certificates") == [CERTIFICATE_COLUMNS, REFUSED_COLUMNS]
    assert stored(root, "results") == [RESULT_COLUMNS, *({**RESULT_COLUMNS, name: True} for name in FLAGS)]
    assert stored(root, "findings") == [FINDING_COLUMNS, *({**FINDING_COLUMNS, name: True} for name in FINDING_FLAGS)]
    own, market = stored(root, "verdicts")
    declared, terms = own.pop("facts"), own.pop("terms")
    assert (own, market) == (OWN_COLUMNS, {**MARKET_COLUMNS, "facts": None, "terms": None})
    assert next(iter(rows.verdict_rows(VERDICT, "the reason", PROGRAM)))["terms"] == terms
    assert declared == rows.declared(FACTS)
    for field in fields(FACTS):
        assert f'"{field.name}": ' in declared


def test_findings_that_batches_share_are_rows_of_each_of_them_and_count_in_its_hashes(tmp_path):
    """40 batches in three blocks: a finding that all of them share, one of their own, one that every third lacks."""
    silent = replace(FINDING, ref=None, why="nobody tested it", decides=True)
    rarer = replace(silent, rule_id="a rarer rule")
    written = writer(tmp_path, program=PROGRAM)
    expected: list[dict[str, Any]] = []
    for number in range(40):
        own = replace(FINDING, why=f"the why of {number}")
        findings = tuple(finding for finding in (own, *[silent] * 1_300, rarer) if number % 3 or finding is not rarer)
        batch = replace(VERDICT.batch, batch_id=f"L-{number}")
        made = written.add_verdict(replace(VERDICT, batch=batch, findings=findings), "the reason")
        of_batch = [rows.finding_row(finding, batch.batch_id) for finding in findings]
        of_verdict = list(rows.verdict_rows(replace(VERDICT, batch=batch, findings=findings), "the reason", PROGRAM))
        assert made == fingerprint.of(of_verdict, of_batch) == _hashed(of_verdict, of_batch)
        expected += of_batch
    assert stored(published(written), "findings") == table("findings", expected, STAMP).drop(PASS_NAMES).to_pylist()


def _hashed(verdicts: list[dict[str, Any]], findings: list[dict[str, Any]]) -> tuple[str, str]:
    """The two hashes as their module's page says: SHA-256 of JSON with sorted keys and without blanks."""
    own, *markets = verdicts
    told = [[row[name] for name in fingerprint.MARKET] for row in markets]
    cells = sorted((tuple(row[name] for name in fingerprint.FINDING) for row in findings), key=str)
    against = sorted(
        [
            "" if cell is None or name == "why" else str(cell)
            for name, cell in zip(fingerprint.FINDING, row, strict=True)
        ]
        for row in cells
        if row[fingerprint.FINDING.index("decides")]
    )
    basis = [[own[name] for name in fingerprint.OWN], told, cells]
    outcome = [own["verdict"], own["product"], own["certificates"], told, against]
    texts = (json.dumps(what, sort_keys=True, separators=(",", ":")) for what in (basis, outcome))
    basis_hash, outcome_hash = (hashlib.sha256(text.encode()).hexdigest() for text in texts)
    return basis_hash, outcome_hash


@pytest.mark.parametrize(
    "columns", [RESULT_COLUMNS, FINDING_COLUMNS, CERTIFICATE_COLUMNS, REFUSED_COLUMNS, OWN_COLUMNS, MARKET_COLUMNS]
)
def test_these_rows_tell_every_two_columns_apart(columns):
    """The test above proves nothing of two columns with one value, except for what is True alone in its turn."""
    values = [repr(value) for value in columns.values() if value is not None and not isinstance(value, bool | float)]
    assert len(values) == len(set(values))


def test_what_is_written_is_recalled_into_the_attribute_of_its_name(tmp_path):
    certificate = replace(CERTIFICATE, results=(RESULT, *FLAGS.values()))
    pass_of = {SHA: STAMP.pass_id}
    root = archived(tmp_path, certificate, VERDICT)
    history = History(root, {"the batch": STAMP.pass_id}, {"the batch": pass_of}, lying={})
    (past,) = history.verdicts
    (recalled,) = recall(history, [past], ResultFilter())["the batch"]
    assert recalled == certificate
    assert (past.facts, past.hold_reasons, past.home_markets) == (FACTS, (HOLD,), ("the home market",))
    assert (past.batch_id, past.product, past.decision, tuple(past.certificates)) == (
        "the batch", "the product", Decision.HOLD, (SHA,)
    )  # fmt: skip


def test_a_second_unit_of_a_result_is_columns_and_comes_back_as_it_was(tmp_path):
    cell = CellRef("the file", "the sheet", "B7")
    first = replace(RESULT, analyte="lead", known=True, measured=True, text=None, ref=cell, flags=())
    percent = replace(
        first, reported="0.33", reported_unit="%", ref=CellRef("the file", "the sheet", "C7"), resolution=Decimal(10),
        interval=Interval(1 / Decimal(3), Decimal(2)), shown="", shown_interval=None, readings=(),
    )  # fmt: skip
    others = [
        replace(percent, ref=CellRef("the file", "the sheet", "C8")),
        replace(percent, unit="mg/serving"),
        replace(percent, detected=None),
        replace(percent, replicate="2"),
    ]
    certificate = replace(CERTIFICATE, results=(first, percent, *others))
    root = archived(tmp_path, certificate, VERDICT)
    rows = stored(root, "results")
    assert [len(row["also"] or ()) for row in rows] == [1, 0, 0, 0, 0]
    (also,) = rows[0]["also"]
    assert (also["said"], also["unit_said"], also["cell"], also["high"]) == ("0.33", "%", "C7", Decimal(2))
    history = History(root, {"the batch": STAMP.pass_id}, {"the batch": {SHA: STAMP.pass_id}}, lying={})
    ((back,),) = recall(history, history.verdicts, ResultFilter()).values()
    assert back.results == certificate.results


def test_of_a_date_with_two_readings_the_earlier_is_kept():
    dates = {"issued_on": DateSpan(date(2026, 3, 4), date(2026, 4, 3))}
    row = rows.certificate_row(replace(CERTIFICATE, dates=dates), PROGRAM, [])
    days = {fact["name"]: (fact["day"], fact["last_day"]) for fact in row["facts_said"]}
    assert (row["issued_on"], row["received_on"]) == (date(2026, 3, 4), None)
    assert days["issued_on"] == (date(2026, 3, 4), date(2026, 4, 3)), "the later is told beside it"


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_row_with_a_missing_or_an_unknown_name_is_an_error(name):
    whole = dict.fromkeys(SCHEMAS[name].names[len(PASS) :])
    lacking = {column: value for column, value in whole.items() if column != "batch_id"}
    misnamed = {**lacking, "batch": None}
    for row, why in ((lacking, "lacks the column 'batch_id'"), (misnamed, "batch_id"), ({**whole, "x": 1}, "'x'")):
        with pytest.raises(ValueError, match=why):
            table(name, [row], STAMP)
    assert table(name, [], STAMP).schema == SCHEMAS[name]
