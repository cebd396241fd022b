"""A verdict put together again from the archive says what it said when it was given."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kratom_qc.app.batches import judge_readings
from kratom_qc.app.policy import JudgementPolicy, load_policy
from kratom_qc.app.reading import read_content
from kratom_qc.app.release import whole_pass
from kratom_qc.app.restored import restored
from kratom_qc.app.store import Store
from kratom_qc.domain.errors import StoreError
from kratom_qc.domain.verdict import Verdict
from kratom_qc.report import as_json
from kratom_qc.report.fixes import fix_list
from tests.app.stores import DAY, clock
from tests.factory import REAL

SAMPLES = REAL.parent / "sample_reports" / "certificates"
NAMES = (
    "04a-chemistry-great-basin.xlsx", "04b-microbiology-culture-house.csv", "05-spiked-leaf-copperfield.xlsx",
    "14-pass-printed-on-a-failure-quickcert.xlsx", "15-nobody-may-guess-quick-and-cheap.xlsx",
    "18-shot-with-pseudoindoxyl-bluegrass.xlsx",
)  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("restored")
    (root / "inbox").mkdir()
    for name in NAMES:
        shutil.copy(SAMPLES / name, root / "inbox" / name)
    return root


@pytest.fixture(scope="module")
def policy() -> JudgementPolicy:
    return load_policy((), DAY)


@pytest.fixture(scope="module")
def both(store: Path, policy: JudgementPolicy) -> list[tuple[Verdict, Verdict]]:
    """Every verdict as it was given, and as it is restored."""
    whole_pass(store / "inbox", Store(store / "store", clock), policy)
    readings = [read_content(name, (SAMPLES / name).read_bytes()) for name in NAMES]
    given = judge_readings(readings, policy)
    known = Store(store / "store").ledger.batches([one.batch.batch_id for one in given])
    again = restored(store / "store", {batch_id: batch.pass_id for batch_id, batch in known.items()})
    return [(one, again[one.batch.batch_id]) for one in given]


def whole(verdict: Verdict) -> dict[str, Any]:
    return rounded(as_json.batch_object(verdict))


def rounded(made: Any) -> Any:
    """Numbers to the 18 places that the archive keeps."""
    if isinstance(made, dict):
        return {key: rounded(one) for key, one in made.items()}
    if isinstance(made, list):
        return [rounded(one) for one in made]
    if isinstance(made, str) and made.replace(".", "", 1).isdigit() and len(made.partition(".")[2]) > 16:
        return made[:18]
    return made


def test_it_is_the_same_object_for_programs(both: list[tuple[Verdict, Verdict]]) -> None:
    assert len(both) == len(NAMES) - 1
    for given, again in both:
        before, after = whole(given), whole(again)
        for key in before:
            assert after[key] == before[key], (given.batch.batch_id, key)


def test_there_is_the_same_to_mend(both: list[tuple[Verdict, Verdict]]) -> None:
    for given, again in both:
        before, after = (
            [(one.severity, one.code, one.ref[1:], one.said, one.wrong, one.do) for one in fixes(verdict)]
            for verdict in (given, again)
        )
        assert after == before
        assert before or given.decision == "PASS"


def fixes(verdict: Verdict) -> Any:
    return fix_list(verdict.batch.certificates[0].file, (), [verdict], DAY).fixes


def test_findings_that_do_not_lead_to_the_verdict_are_told(
    store: Path, both: list[tuple[Verdict, Verdict]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from kratom_qc.app import restored as module

    failed = next(given for given, _ in both if given.decision == "FAIL")
    made = module._finding
    monkeypatch.setattr(module, "_finding", lambda *given: replace(made(*given), decides=False))
    module._restored.cache_clear()
    with pytest.raises(StoreError, match="verify the archive"):
        restored(store / "store", {failed.batch.batch_id: "the newest"})
