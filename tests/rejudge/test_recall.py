"""What comes back from the archive is what was put into it: every number, word, cell and doubt."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kratom_qc.app import terms
from kratom_qc.app.batches import collect, judge_batches
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.store import history_of
from kratom_qc.archive.history import History, facts_of
from kratom_qc.archive.recall import ResultFilter, recall
from kratom_qc.archive.rows import declared
from kratom_qc.domain.batch import Claim, ProductFacts
from kratom_qc.domain.certificate import DateSpan, InterpretedCertificate
from kratom_qc.domain.errors import StoreError
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.interpret.batch import batches
from kratom_qc.interpret.facts import FactsFile
from kratom_qc.rulebooks.load import load_rulebooks
from tests.factory import book, interpreted, limit, result, span, written
from tests.factory.archived import published, writer
from tests.rejudge.archived_samples import DAY, archive, readings, terms_of


def archived(root: Path, *certificates: InterpretedCertificate) -> History:
    """A store whose one pass holds these certificates."""
    folder = written(
        root / "rules", leaf_powder=book(limit("PB", "lead", "not more than 1 mg/kg", max="1", unit="mg/kg"))
    )
    policy = JudgementPolicy(load_rulebooks(folder), (), (), DAY)
    written_pass = writer(root)
    found = batches(certificates, lambda _: (), FactsFile())
    for verdict in judge_batches(found, policy).verdicts():
        written_pass.add_verdict(verdict, "")
    for one in certificates:
        written_pass.add_analysis(one)
    terms.keep(written_pass.files, policy)
    pass_id = written_pass.stamp.pass_id
    files = {batch.batch_id: {one.sha256: pass_id for one in batch.certificates} for batch in found}
    return History(published(written_pass), dict.fromkeys(files, pass_id), files, lying={})


def recalled(history: History, wanted: ResultFilter = ResultFilter()) -> dict[str, tuple[Result, ...]]:  # noqa: B008
    """The archived results of every batch."""
    found = recall(history, history.verdicts, wanted)
    return {batch: tuple(one for part in parts for one in part.results) for batch, parts in found.items()}


WITNESS = f"{'a' * 64} C-1 Lab"
ODD = [
    pytest.param({"interval": span("0.2", "0.2")}, id="a number"),
    pytest.param({"interval": span("0", None, True)}, id="detected, amount unknown"),
    pytest.param({"interval": span("0", "0.05", False, True), "detected": False, "detection_limit": Decimal("0.05")},
                 id="not detected"),
    pytest.param({"interval": span("0", 1 / Decimal(30), False, True), "portion": Decimal(30), "detected": False,
                  "detection_limit": 1 / Decimal(30), "unit": "cfu/g"}, id="absent in 30 g, a number without end"),
    pytest.param({"interval": span("13900", "13900"), "uncertainty": Decimal("350"), "resolution": Decimal(100)},
                 id="with its uncertainty and last digit"),
    pytest.param({"interval": span("0.46", "0.46"), "shown": "0.5", "shown_interval": span("0.5", "0.5")},
                 id="a cell that shows less than it holds"),
    pytest.param({"interval": span("0.1", "0.1"), "species": "aspergillus", "replicate": "2", "method": "ICP-MS",
                  "stated_verdict": "Pass", "flags": ("basis-unstated", "unclear"), "text": None, "lod": Decimal("0.01"),
                  "loq": Decimal("0.03")}, id="every word of its row"),
    pytest.param({"interval": span("0", None), "measured": False, "detected": None, "text": "fine powder"}, id="described"),
    pytest.param({"interval": span("1E-19", "1E-19")}, id="smaller than the column can hold"),
    pytest.param({"interval": span("1", "1"), "ref": CellRef("a;b.csv", "Ünïcode ✓", "ZZ9")}, id="odd names"),
]  # fmt: skip


@pytest.mark.parametrize("words", ODD)
def test_a_result_comes_back_as_it_was(tmp_path, words):
    one = result("lead", certificate=WITNESS, **words)
    assert recalled(archived(tmp_path, interpreted("L-1", one))) == {"L-1": (one,)}


def test_a_certificate_comes_back_with_its_facts_dates_and_cells(tmp_path):
    dated = replace(
        interpreted("L-1", result("lead", span("0.2", "0.2"), certificate=WITNESS)),
        accreditation="ISO 17025 L-1", product_name="Green",
        dates={"tested_on": DateSpan(DAY, DAY), "issued_on": DateSpan(DAY, DAY)},
        printed_facts={
            "batch_id": SourceText("L-1", CellRef("made.csv", "", "A2")),
            "tested_on": SourceText("2026-11-22", CellRef("made.csv", "S", "B2")),
            "issued_on": SourceText("22 Nov 2026", CellRef("made.csv", "S", "B3")),
        },
    )  # fmt: skip
    history = archived(tmp_path, dated)
    (found,) = recall(history, history.verdicts, ResultFilter())["L-1"]
    assert replace(found, printed_facts=dict(sorted(found.printed_facts.items()))) == replace(
        dated, declared={}, printed_facts=dict(sorted(dated.printed_facts.items()))
    )
    assert list(found.dates) == list(dated.dates)


def test_two_certificates_of_one_file_stay_two_witnesses(tmp_path):
    lab, other = (
        replace(
            interpreted("L-1", result("lead", span(size, size), certificate=f"{'a' * 64} C-1 {name}")), laboratory=name
        )
        for name, size in (("Lab", "0.2"), ("Other", "0.3"))
    )
    history = archived(tmp_path, lab, other)
    found = recall(history, history.verdicts, ResultFilter())["L-1"]
    assert [(one.laboratory, one.results) for one in found] == [("Lab", lab.results), ("Other", other.results)]


@pytest.mark.parametrize(
    "witness",
    [f"{'a' * 64} C-2 Lab", f"{'a' * 64} C-1 Another lab", f"{'b' * 64} C-1 Lab", "", None],
    ids=["another certificate", "another laboratory", "another file", "nothing", "not kept"],
)
def test_a_result_that_names_none_of_its_batch_s_certificates_is_an_error(tmp_path, witness):
    """A certificate without its results would be silent about what they prove."""
    rows = [
        result("lead", span("9", "9"), certificate=WITNESS),
        result("arsenic", span("0.1", "0.1"), certificate=WITNESS),
    ]
    history = archived(tmp_path, interpreted("L-1", *rows))
    (path,) = (tmp_path / "archive" / "results").glob("*.parquet")
    table = pq.read_table(path)
    values = [witness if row["analyte"] == "lead" else row["witness"] for row in table.to_pylist()]
    at = table.column_names.index("witness")
    pq.write_table(table.set_column(at, table.field(at), pa.array(values, table.field(at).type)), path)
    with pytest.raises(StoreError, match="results of batch L-1 name the certificate"):
        recall(history, history.verdicts, ResultFilter())
    assert recalled(history, ResultFilter({"arsenic"})) == {"L-1": (rows[1],)}


def test_only_the_results_wanted_are_recalled(tmp_path):
    rows = [
        result("lead", span("0.2", "0.2"), certificate=WITNESS, detected=True, method="ICP-MS"),
        result("fentanyl", span("0.2", "0.2"), certificate=WITNESS, detected=True, method="LC-MS"),
        result("phenibut", span("0", "0.2"), certificate=WITNESS, detected=False, method="LC-MS"),
        result("cadmium", span("0.2", "0.2"), certificate=WITNESS, detected=True),
    ]
    history = archived(tmp_path, interpreted("L-1", *rows))
    for wanted, names in (
        (ResultFilter(frozenset({"lead"})), ["lead"]),
        (ResultFilter(frozenset({"lead"}), frozenset({"fentanyl", "phenibut"})), ["lead", "fentanyl"]),
        (ResultFilter(frozenset({"lead"}), without_method=True), ["lead", "cadmium"]),
        (ResultFilter(), ["lead", "fentanyl", "phenibut", "cadmium"]),
    ):
        assert [one.analyte for one in recalled(history, wanted)["L-1"]] == names


@pytest.mark.parametrize(
    "facts",
    [
        ProductFacts(""),
        ProductFacts("LOT-*", "capsule", Decimal("1.20"), None, Decimal(3), Decimal("0.1"), sha256="ab" * 32),
        ProductFacts(
            "é",
            claims=(
                Claim("mitragynine", Decimal("45.0"), "mg/serving"),
                Claim("7-hydroxymitragynine", Decimal(1), "%"),
            ),
        ),
    ],
)
def test_what_was_declared_comes_back_to_the_digit(facts):
    assert repr(facts_of(declared(facts) or "")) == repr(facts)


def test_every_sample_batch_comes_back_as_it_was_judged(samples):
    history = history_of(samples)
    policy = terms_of()
    judged = {batch.batch_id: batch for batch in collect(readings(), policy)}
    found = recall(history, history.verdicts, ResultFilter())
    for verdict in history.verdicts:
        batch, certificates = judged[verdict.batch_id], found[verdict.batch_id]
        assert verdict.hold_reasons == batch.hold_reasons
        assert (verdict.product, verdict.facts) == (batch.product, batch.facts)
        assert [one.results for one in certificates] == [one.results for one in batch.certificates]
        assert [_days(one) for one in certificates] == [_days(one) for one in batch.certificates]


def _days(certificate: InterpretedCertificate) -> dict[str, date]:
    """Of a date with two readings the archive keeps the earlier."""
    return {name: span.earliest for name, span in certificate.dates.items()}


def test_the_newest_verdict_of_a_batch_counts(tmp_path):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    rows = "batch,product type,analyte,result,unit,report date\nL-1,leaf powder,Lead,{},mg/kg,2026-10-07\n"
    (inbox / "a.csv").write_text(rows.format("0.2"))
    root = archive(tmp_path, inbox, terms_of())
    (inbox / "b.csv").write_text(rows.format("9.9"))
    archive(tmp_path, inbox, terms_of())
    (verdict,) = history_of(root).verdicts
    assert (verdict.decision, len(verdict.certificates)) == ("FAIL", 2)
    (found,) = recalled(history_of(root)).values()
    assert [one.reported for one in found] == ["0.2", "9.9"]
