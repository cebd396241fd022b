"""What counts now follows from the journal alone."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text

from kratom_qc.domain.errors import StoreError
from kratom_qc.ledger.database import writing
from kratom_qc.ledger.entries import Act
from kratom_qc.ledger.ledger import Ledger
from kratom_qc.ledger.people import People
from kratom_qc.ledger.search import Waiting, Wanted, search, waiting

FILES = ["a" * 64, "b" * 64]
BATCHES = ["L-1", "L-2", "L-3"]


def delivered(sha256: str) -> Act:
    return Act("delivered", sha256, {"name": f"{sha256[0]}.csv", "size": 3, "route": "inbox"})


def read(sha256: str, *batches: str) -> Act:
    traces = {batch: [f"trace of {batch}"] for batch in batches}
    return Act("read", sha256, {"program": "p 1", "pass_id": "P", "batches": traces})


def refused(sha256: str, tries: int = 0) -> Act:
    return Act("refused", sha256, {"program": "p 1", "pass_id": "P", "codes": [], "tries": tries})


def judged(batch: str, verdict: str = "PASS", outcome: str = "o") -> Act:
    made: dict[str, Any] = {
        "product": None, "laboratory": "Lab", "reason": "why", "verdict": verdict,
        "judged_on": "2026-11-22", "judged_at": "2026-11-22T08:30:00Z",
        "sequence": 1, "pass_id": "P", "basis": "b", "outcome": outcome,
        "disposition": "awaiting review" if verdict == "PASS" else "on hold",
    }  # fmt: skip
    return Act("judged", batch, made)


def decided(batch: str, disposition: str) -> Act:
    return Act("decided", batch, {"disposition": disposition}, None, "a reason")


ANY_ACT = st.one_of(
    st.builds(delivered, st.sampled_from(FILES)),
    st.builds(read, st.sampled_from(FILES), st.sampled_from(BATCHES)),
    st.builds(refused, st.sampled_from(FILES), st.integers(0, 2)),
    st.builds(judged, st.sampled_from(BATCHES), st.sampled_from(["PASS", "FAIL"])),
    st.builds(decided, st.sampled_from(BATCHES), st.sampled_from(["released", "rejected"])),
    st.just(Act("begun", "2026-11-22", {})),
)


@settings(max_examples=25)
@given(st.lists(st.lists(ANY_ACT, max_size=5), max_size=5))
def test_the_state_made_again_from_the_journal_is_the_state(tmp_path_factory, transactions):
    ledger = Ledger(tmp_path_factory.mktemp("ledger") / "ledger.sqlite")
    for acts in transactions:
        ledger.add("somebody", *acts)
    assert ledger.differences() == {}
    before = (ledger.batches(), ledger.files(FILES), ledger.files_of(BATCHES))
    assert ledger.rebuild() == {}
    assert (ledger.batches(), ledger.files(FILES), ledger.files_of(BATCHES)) == before


def test_open_batches_come_in_the_order_of_their_need(ledger):
    """Those on hold first, the worst first, the newest first."""
    for place, (batch, verdict) in enumerate({"P-1": "PASS", "H-1": "HOLD", "F-1": "FAIL", "P-2": "PASS"}.items()):
        act = judged(batch, verdict)
        ledger.add("somebody", act._replace(after={**act.after, "sequence": place}))
    for batch in ("OUT", "HELD"):
        ledger.add("somebody", judged(batch), decided(batch, "released" if batch == "OUT" else "on hold"))
    needed = ["F-1", "H-1", "HELD", "P-2", "P-1"]
    for count in (9, 4, 1):
        assert [one.batch_id for one in ledger.open_batches(count)] == needed[:count]


ASKED = {
    "ix_batches_open": lambda ledger: ledger.open_batches(5),
    "ix_batches_waiting": lambda ledger: waiting(ledger, Waiting.HOLD),
    "ix_batches_proposed": lambda ledger: waiting(ledger, Waiting.SECOND),
    "ix_batches_by_laboratory": lambda ledger: search(ledger, Wanted(laboratory="L")),
    "ix_certificates_sha256": lambda ledger: People(ledger).batches_of([FILES[0]]),
}


@pytest.mark.parametrize("index", ASKED)
def test_what_pages_and_passes_ask_is_found_by_an_index(tmp_path, index):
    """All that wait were sorted at every pass: after 2,000 passes that was most of what it cost more than the first."""
    ledger = Ledger(tmp_path / "ledger.sqlite")
    asked: list[tuple[str, tuple[object, ...]]] = []
    event.listen(ledger._engine, "before_cursor_execute", lambda *of: asked.append((of[2], of[3])))
    ledger.add("somebody", judged("P-1"))
    asked.clear()
    ASKED[index](ledger)
    with ledger.reading() as connection:
        plans = [
            str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given).all()) for sql, given in tuple(asked)
        ]
    assert any(index in plan for plan in plans)
    assert index == "ix_certificates_sha256" or "TEMP B-TREE" not in plans[-1]


def test_a_state_that_somebody_changed_is_told_and_made_again(ledger):
    ledger.add("somebody", delivered(FILES[0]), read(FILES[0], "L-1"), judged("L-1", "FAIL"))
    with writing(ledger._engine) as connection:
        connection.execute(text("UPDATE batches SET verdict = 'PASS'"))
    assert ledger.differences() == {"batches": 2}
    assert ledger.batches()["L-1"].verdict == "PASS", "telling changes nothing"
    assert ledger.rebuild() == {"batches": 2}
    assert ledger.batches()["L-1"].verdict == "FAIL"


@pytest.mark.parametrize(
    "damage", ["UPDATE batches SET verdict = 'PaSS'", "UPDATE passes SET holds = '{'", "UPDATE terms SET made = 'x'"]
)
def test_a_damaged_table_is_an_error_that_names_it_and_is_made_again(ledger, damage):
    made = {
        "judged_on": "2026-11-22",
        "judged_at": "2026-11-22T08:30:00Z",
        "program": "p 1",
        "holds": {},
        "sequence": 1,
    }
    ledger.add("somebody", Act("terms changed", "t", {}), judged("L-1"), Act("committed", "P", made))
    with writing(ledger._engine) as connection:
        connection.execute(text(damage))
    with pytest.raises(StoreError, match=f"table {damage.split()[1]} is damaged"):
        _ = (ledger.batches(), ledger.passes(), ledger.terms())
    assert ledger.rebuild() == {damage.split()[1]: 2}
    assert ledger.batches()["L-1"].verdict == "PASS"


def test_an_index_that_hides_rows_is_found_and_made_again(tmp_path: Path):
    """A bit of its pages: the table is whole, and a question that goes by the index has no answer."""
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path)
    ledger.add("somebody", *(judged(f"BATCH-{number:04d}") for number in range(300)))
    content = path.read_bytes()
    start = content.rindex(b"BATCH-0150")  # of the journal, the table and the index, the index was written last
    assert content[start - 200 : start].count(b"BATCH-") > 5, "the index, not a row of a table"
    path.write_bytes(content[:start] + b"X" + content[start + 1 :])
    damaged = Ledger(path)
    assert damaged.batches(["BATCH-0150"]) == {}
    assert damaged.damage()
    damaged.rebuild()
    assert damaged.damage() == []
    assert list(damaged.batches(["BATCH-0150"])) == ["BATCH-0150"]


def test_what_a_ledger_answers(ledger):
    ledger.add("somebody", *map(delivered, FILES), read(FILES[0], "L-1", "L-2"), refused(FILES[1], 1))
    ledger.add("somebody", judged("L-2"), judged("L-1"))
    assert [(one.name, one.status) for one in ledger.files(FILES).values()] == [
        ("a.csv", "judged"),
        ("b.csv", "refused"),
    ]
    assert ledger.files_of(["L-1", "L-9"]) == {"L-1": {FILES[0]: "P"}}
    assert ledger.sharing(["trace of L-2", "another"]) == {"L-2"}
    assert list(ledger.batches()) == ["L-2", "L-1"], "in the order they were first judged"
    assert ledger.deliveries([FILES[0]]) == {(FILES[0], "a.csv", "inbox")}
    assert [one.name for one in ledger.to_read("p 1")] == ["b.csv"], "the first trouble of the machine"
    ledger.add("somebody", refused(FILES[1], 2))
    assert ledger.to_read("p 1") == []
    assert [one.name for one in ledger.to_read("p 2")] == ["b.csv"], "another version may read it"


def test_a_person_s_decision_stays_when_a_batch_is_judged_again(ledger):
    ledger.add("somebody", judged("L-1"))
    assert ledger.batches()["L-1"].disposition == "awaiting review"
    ledger.add("q. a. person", decided("L-1", "released"))
    ledger.add("somebody", judged("L-1", "FAIL"))
    known = ledger.batches()["L-1"]
    assert (known.verdict, known.disposition, known.by_person) == ("FAIL", "released", True)
    ledger.add("somebody", Act("reopened", "L-1", {"disposition": "on hold"}))
    known = ledger.batches()["L-1"]
    assert (known.disposition, known.by_person) == ("on hold", False)


def test_writers_at_once_make_one_chain_and_lose_nothing(ledger):
    def write(name: str) -> None:
        for number in range(10):
            ledger.add(name, Act("begun", f"{name} {number}"))

    writers = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    assert len({entry.subject for entry in ledger.entries()}) == 40
    assert ledger.faults([ledger.head()]) == []


def test_a_ledger_of_a_newer_version_is_not_touched(tmp_path: Path):
    ledger = Ledger(tmp_path / "ledger.sqlite")
    with writing(ledger._engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="a newer version of this program"):
        Ledger(tmp_path / "ledger.sqlite")


def test_the_log_goes_into_the_database_only_when_no_other_connection_is_there(tmp_path: Path):
    """Before SQLite 3.51.3 a checkpoint beside a writer could damage it."""
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path)
    other = ledger._engine.raw_connection()
    other.cursor().execute("SELECT count(*) FROM journal")
    before = path.read_bytes()
    for part in range(5):
        ledger.add("somebody", *(Act("begun", f"{part} {number}", {"said": "x" * 1000}) for number in range(1000)))
    assert path.read_bytes() == before
    other.close()
    ledger.add("somebody", Act("begun", "the last", {}))
    assert len(path.read_bytes()) > len(before) + 5_000_000
    assert not path.with_name("ledger.sqlite-wal").exists()
