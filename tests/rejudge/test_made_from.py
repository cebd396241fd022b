"""What a product is made from, and what else it may be, comes back from the archive as it was judged."""

from __future__ import annotations

from kratom_qc.app.release import whole_pass
from kratom_qc.app.store import Store, history_of
from kratom_qc.interpret.facts import FactsFile
from tests.factory import long_csv, row
from tests.judge.test_open_product import LEAF, STRONG
from tests.rejudge.archived_samples import from_archive, terms_of

FILES = {
    "strong.csv": ("X-1", STRONG, {"Form": "extract capsules"}),
    "unsaid.csv": ("X-2", STRONG, {"Form": "tablets"}),
    "strain.csv": ("X-3", {**LEAF, "Mitragynine": ("4", "%")}, {"Product": "Red Bali"}),
}


def test_capsules_of_extract_and_products_nobody_told_are_judged_alike_from_the_archive(tmp_path):
    (tmp_path / "inbox").mkdir()
    for name, (batch_id, found, facts) in FILES.items():
        rows = (row(analyte, *said, Date_Tested="2026-03-01") for analyte, said in found.items())
        (tmp_path / "inbox" / name).write_bytes(long_csv(rows, Batch=batch_id, **facts))
    policy = terms_of(facts=FactsFile())
    whole_pass(tmp_path / "inbox", Store(tmp_path / "store"), policy)
    history = history_of(tmp_path / "store")
    assert [one.judged_as for one in history.verdicts] == ["leaf_powder", "extract_capsule", "capsule"]
    for every_limit in (False, True):
        answer = from_archive(history, policy, every_limit=every_limit)
        assert (answer.reread, answer.comparison.changed) == ({}, ())
