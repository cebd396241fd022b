"""The pages over a vendor's, a laboratory's and a product's batches, from a real store."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from kratom_qc.app import reports
from kratom_qc.app.deliveries import deliver
from kratom_qc.app.groups import Groups
from kratom_qc.app.store import Store, ledger_of
from kratom_qc.cli import main as cli
from kratom_qc.domain.errors import InputNotFound
from tests.app.stores import DAY, LEAD, certificate, clock, passed


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("groups")
    passed(root, **{batch: certificate(batch, lead, Laboratory="Northlab") for batch, lead in LEAD.items()})
    passed(root, other=certificate("L-OTHER", "0.9", Laboratory="Lab & <Son>"))
    return root / "store"


@pytest.fixture(scope="module")
def groups(root) -> Groups:
    return Groups(root, ledger_of(root), DAY)


def test_a_laboratorys_batches_are_counted_with_what_fails_them(groups):
    assert groups.named("laboratory") == [("Lab & <Son>", 1), ("Northlab", 3)]
    card = groups.card("laboratory", "Northlab")
    assert [(share.decision, share.number) for share in card.shares] == [("FAIL", 1), ("HOLD", 1), ("PASS", 1)]
    causes = {(one.outcome, one.subject, one.rules, one.batches) for one in card.causes}
    assert causes >= {("FAIL", "Lead", "PB", 1), ("INCONCLUSIVE", "Lead", "PB", 1)}
    assert card.causes[0].batches == max(one.batches for one in card.causes)
    leaf = groups.card("product", "leaf_powder")
    assert (leaf.name, leaf.batches, leaf.every) == ("Leaf powder", 4, 4)
    assert "newest" not in leaf.sentence
    assert leaf._replace(every=9).sentence.startswith("Of its newest 4 batches (9 in all)")


def test_its_values_are_drawn_also_those_that_are_only_bounded(groups):
    (chart,) = groups.values("laboratory", "Northlab", groups.trends()).charts
    assert (chart.title, len(chart.marks)) == ("Lead", 3)
    assert sum(mark.height > 0 for mark in chart.marks) == 1  # <1.0


def test_a_group_that_is_not_there_is_told_with_the_nearest(groups):
    with pytest.raises(InputNotFound, match=r"'Nortlab' is no laboratory .*Northlab"):
        groups.card("laboratory", "Nortlab")


def sent(root: Path, vendor: str, content: bytes) -> None:
    arrived = root / "arrived.csv"
    arrived.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    store = Store(root / "store", clock)
    deliver(store, arrived, "a.csv", sha256, len(content), actor=vendor, route="portal", vendor=vendor)


def test_a_vendors_card_counts_what_he_sent_and_what_was_refused(tmp_path):
    passed(tmp_path, nobodys=certificate("L-0", "0.4"))
    for vendor, content in (
        ("Harbor", certificate("L-1", "0.9")),
        ("Summit", certificate("L-2", "0.4")),
        ("Harbor", b"x"),
    ):
        sent(tmp_path, vendor, content)
    passed(tmp_path)
    groups = Groups(tmp_path / "store", ledger_of(tmp_path / "store"), DAY)
    assert groups.named("vendor") == [("Harbor", 1), ("Summit", 1)]
    card = groups.card("vendor", "Harbor")
    assert (card.batches, card.refused, [row.batch_id for row in card.rows]) == (1, 1, ["L-1"])
    assert groups.write() == 4
    (page,) = (tmp_path / "store" / "reports" / "vendors").glob("Harbor*")
    assert set(re.findall(r"L-\d", page.read_text())) == {"L-1"}
    own = Groups(tmp_path / "store", ledger_of(tmp_path / "store"), DAY, vendor="Harbor")
    assert own.named("vendor") == [("Harbor", 1)]
    assert own.named("product") == [("leaf_powder", 1)]
    assert [row.batch_id for row in own.card("product", "leaf_powder").rows] == ["L-1"]
    with pytest.raises(InputNotFound, match="is no vendor"):
        own.card("vendor", "Summit")


def test_the_pages_lead_to_each_other_and_the_index_to_them(root, capsys):
    assert "groups.html" not in (root / "reports" / "index.html").read_text()
    with pytest.raises(SystemExit) as end:
        cli.main(["reports", "groups", "--store", str(root), "--on", str(DAY)])
    assert end.value.code == 0
    assert "3 pages" in capsys.readouterr().out
    assert 'href="groups.html"' in (root / "reports" / "index.html").read_text()
    folder = root / "reports"
    pages = [folder / reports.GROUPS, *folder.glob("laboratories/*.html"), *folder.glob("products/*.html")]
    assert len(pages) == 4
    for page in pages:
        for link in re.findall(r'href="([^"#]+)(?:#[^"]*)?"', page.read_text()):
            assert (page.parent / link).is_file(), f"{page.name} leads to {link}"
