"""One pass over an inbox, without Prefect: what is new, what is kept, what is never half written."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

from kratom_qc import PROGRAM
from kratom_qc.app.arrivals import Arrivals, arrivals
from kratom_qc.app.policy import JudgementPolicy, load_policy
from kratom_qc.app.release import whole_pass
from kratom_qc.app.release_pass import ReleasePass
from kratom_qc.app.store import Store
from kratom_qc.archive.tables import SCHEMAS
from kratom_qc.domain.errors import InputNotFound, StoreError
from kratom_qc.rulebooks.load import load_rulebooks
from tests.app.stores import passed
from tests.archive import readers
from tests.factory import book, limit, written
from tests.factory.sheets import xlsx_bytes

ROOT = Path(__file__).parents[2]
DAY = date(2026, 11, 22)


def CLOCK() -> datetime:  # noqa: N802 - an hour of that day, always the same
    return datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


CHEMISTRY = """batch,product type,analyte,result,unit,LOD,report date
L-1,leaf powder,Mitragynine,1.39,% w/w,0.005,2026-10-07
L-1,leaf powder,7-OH,0.012,% w/w,0.001,2026-10-07
L-1,leaf powder,Lead,0.21,mg/kg,0.02,2026-10-07
L-1,leaf powder,Cadmium,0.05,mg/kg,0.02,2026-10-07
L-1,leaf powder,Arsenic,0.11,mg/kg,0.02,2026-10-07
L-1,leaf powder,Mercury,<0.02,mg/kg,0.02,2026-10-07
"""
ALKALOIDS = ("Paynantheine", "Speciogynine", "Speciociliatine")
MICROBIOLOGY = """batch,product type,analyte,result,unit,report date
L-1,leaf powder,TAMC,12000,CFU/g,2026-10-07
L-1,leaf powder,TYMC,300,CFU/g,2026-10-07
L-1,leaf powder,E. coli,Absent in 10 g,,2026-10-07
L-1,leaf powder,Salmonella,Absent in 25 g,,2026-10-07
"""
BAD = "batch,analyte,unit,flavour\nL-9,Lead,mg/kg,mint\n"


@pytest.fixture
def terms() -> JudgementPolicy:
    return load_policy(on=DAY)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def make_pass(inbox: Path, store: Path, terms: JudgementPolicy) -> tuple[ReleasePass, list[str]]:
    """One whole pass; returns it with the verdicts it published as `batch verdict`."""
    current = whole_pass(inbox, Store(store, CLOCK), terms)
    return current, [f"{row.batch_id} {row.decision}" for row in current.rows]


def names_of(found: Arrivals) -> list[str]:
    return [arrival.name for arrival in found.new]


def test_a_batch_judged_on_chemistry_alone_is_judged_again_when_microbiology_arrives(inbox, tmp_path, terms):
    store = tmp_path / "store"
    (inbox / "chemistry.csv").write_text(CHEMISTRY)
    assert make_pass(inbox, store, terms)[1] == ["L-1 HOLD"]
    (inbox / "micro.csv").write_text(MICROBIOLOGY)
    assert make_pass(inbox, store, terms)[1] == ["L-1 PASS"]
    verdicts = pd.read_parquet(store / "archive" / "verdicts")
    own = verdicts[verdicts.market.isna()]
    assert sorted(own.verdict) == ["HOLD", "PASS"], "the old verdict stays beside the new one"
    assert len(own[own.verdict == "PASS"].certificates.iloc[0]) == 2


def test_a_later_better_certificate_does_not_remove_an_earlier_fail(inbox, tmp_path, terms):
    store = tmp_path / "store"
    (inbox / "a.csv").write_text(
        (CHEMISTRY + MICROBIOLOGY.split("\n", 1)[1].replace(",2026", ",,2026")).replace("0.21", "1.9")
    )
    assert make_pass(inbox, store, terms)[1] == ["L-1 FAIL"]
    (inbox / "b.csv").write_text(CHEMISTRY)
    assert make_pass(inbox, store, terms)[1] == ["L-1 FAIL"]


def test_a_file_is_known_by_its_content_and_not_by_its_name(inbox, tmp_path, terms):
    store = tmp_path / "store"
    (inbox / "a.csv").write_text(CHEMISTRY)
    make_pass(inbox, store, terms)
    (inbox / "a.csv").rename(inbox / "renamed.csv")
    (inbox / "copy.csv").write_text(CHEMISTRY)
    assert arrivals(inbox, Store(store)).new == []
    (inbox / "a.csv").write_text(CHEMISTRY.replace("0.21", "0.22"))
    assert names_of(arrivals(inbox, Store(store))) == ["a.csv"]


def test_one_bad_file_is_kept_and_reported_and_stops_no_other(inbox, tmp_path, terms):
    store = tmp_path / "store"
    (inbox / "good.csv").write_text(CHEMISTRY)
    (inbox / "bad.csv").write_text(BAD)
    current, verdicts = make_pass(inbox, store, terms)
    assert verdicts == ["L-1 HOLD"]
    assert {refusal.code for refusal in current.refused[0].refusals} >= {"no-table"}
    kept = store / "raw" / current.refused[0].sha256[:2] / current.refused[0].sha256
    assert kept.read_text() == BAD
    certificates = pd.read_parquet(store / "archive" / "certificates")
    refused = certificates[certificates.status == "refused"].iloc[0]
    assert refused.file == "bad.csv"
    assert {reason["cell"] for reason in refused.refusals} >= {"A1", "A2"}
    assert "no table of results" in (store / "reports" / "index.html").read_text()


def test_a_refused_file_is_tried_again_by_another_version_of_the_program(inbox, tmp_path, terms):
    store = tmp_path / "store"
    (inbox / "bad.csv").write_text(BAD)
    make_pass(inbox, store, terms)
    ledger = Store(store).ledger
    assert ledger.to_read(PROGRAM) == []
    assert [file.name for file in ledger.to_read("kratom_qc 99")] == ["bad.csv"]


def test_hidden_files_and_office_locks_are_no_certificates(inbox, tmp_path):
    for name in (".DS_Store", "~$coa.xlsx", ".tmp/part.csv"):
        (inbox / name).parent.mkdir(exist_ok=True)
        (inbox / name).write_text("x")
    assert arrivals(inbox, Store(tmp_path / "store")) == Arrivals([], [], [], 0)


def test_an_inbox_that_is_not_there_is_said_in_one_sentence(tmp_path):
    with pytest.raises(InputNotFound, match="no such folder"):
        arrivals(tmp_path / "nowhere", Store(tmp_path / "store"))


def test_a_store_that_cannot_be_written_is_said_before_anything_starts(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(StoreError, match="cannot be written"):
        Store(blocked / "store")


def test_two_passes_on_one_store_do_not_run_at_once(tmp_path):
    store = Store(tmp_path / "store")
    with store.locked(), pytest.raises(StoreError, match="another pass"), Store(tmp_path / "store").locked():
        pass


def test_what_an_interrupted_pass_left_is_seen_by_nobody_and_removed_and_its_files_are_still_new(
    inbox, tmp_path, terms
):
    root = tmp_path / "store"
    (inbox / "a.csv").write_text(CHEMISTRY)
    store = Store(root)
    with store.locked():
        current = ReleasePass(store, terms, lambda *_: None)
        current.read(arrivals(inbox, store).new, 1)
        for wave in current.gather():
            current.judge(wave)
        current.writer.finish()  # as far as a killed process may have come without counting
    assert not any((root / "archive" / name).iterdir() for name in SCHEMAS if any((root / "archive" / name).iterdir()))
    assert list((root / "reports").iterdir()) == []
    (inbox / "a.csv").unlink()  # the store has it: the next pass takes it all the same
    assert names_of(arrivals(inbox, Store(root))) == ["a.csv"]
    assert make_pass(inbox, root, terms)[1] == ["L-1 HOLD"]
    assert [len(list((root / "archive" / name).iterdir())) for name in SCHEMAS] == [1, 1, 1, 1]
    assert list((root / "passes").iterdir()) == []


WHOLE = """
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from kratom_qc.app.policy import load_policy
from kratom_qc.app.release import whole_pass
from kratom_qc.app.store import Store

clock = lambda: datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
whole_pass(Path(sys.argv[1]), Store(Path(sys.argv[2]), clock), load_policy(on=date(2026, 11, 22)))
"""
# Children of one process that has loaded everything; each reads its files itself.
KILLED = """
import os, sys
from pathlib import Path
from tests.app.stores import passed
from tests.tools.faults.world import read_here

def die_before_writing(place):
    def dying(path, target, real=Path.replace):
        if str(target).startswith(str(place)):
            os._exit(9)
        return real(path, target)
    Path.replace = dying

read_here()
warm = Path(sys.argv[1])
passed(warm)  # whatever loads late has been loaded
for place in sys.argv[2:]:
    root = warm / place
    if not os.fork():
        die_before_writing(root / "store" / place)
        passed(root)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.wait()[1]) == 9, place
"""
# Before anything is kept, before the ledger counts it, and while what counts moves to where readers look.
PLACES = (
    *("raw", "rulebooks", "reports/passes", "reports/index", "reports/L-1", "reports/limits"),
    *("archive/certificates", "archive/verdicts", "archive/pages"),
)


def test_a_pass_killed_at_any_place_loses_no_file_and_doubles_none(tmp_path):
    for step in (".", *PLACES):
        (tmp_path / step / "inbox").mkdir(parents=True)
        (tmp_path / step / "inbox" / "a.csv").write_text(CHEMISTRY)
        (tmp_path / step / "inbox" / "b.csv").write_text(BAD)
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), *PLACES], env=environment, cwd=ROOT, check=True)
    for step in PLACES:
        store = tmp_path / step / "store"
        passed(tmp_path / step)
        certificates = pd.read_parquet(store / "archive" / "certificates")
        assert sorted(certificates.file) == ["a.csv", "b.csv"], step
        own = pd.read_parquet(store / "archive" / "verdicts").query("market.isna()")
        assert list(own.batch_id) == ["L-1"], step
        pages = sorted(path.relative_to(store / "reports").as_posix() for path in (store / "reports").rglob("*.html"))
        assert [page.partition("-")[0] for page in pages] == ["L", "index.html", "limits.html", "passes/2026"], step
        assert not list(store.rglob("*.part")), step
        ledger = Store(store).ledger
        assert (ledger.faults(), ledger.differences()) == ([], {}), step


def test_the_archive_is_read_by_pandas_and_duckdb_without_our_code(inbox, tmp_path, terms):
    store = tmp_path / "store"
    (inbox / "a.csv").write_text(CHEMISTRY.replace("L-1", "000123"))
    make_pass(inbox, store, terms)
    results = pd.read_parquet(store / "archive" / "results")
    assert set(results.batch_id) == {"000123"}
    mercury = results[results.analyte == "mercury"].iloc[0]
    assert (str(mercury.high).rstrip("0"), mercury.high_open, mercury.high_float) == ("0.02", True, 0.02)
    found = duckdb.sql(f"SELECT analyte, low FROM '{store}/archive/results/*.parquet' WHERE analyte = 'mitragynine'")
    assert [(name, str(low).rstrip("0").rstrip(".")) for name, low in found.fetchall()] == [("mitragynine", "13900")]
    for name, schema in SCHEMAS.items():
        file = next((store / "archive" / name).glob("*.parquet"))
        assert pq.read_schema(file).names == schema.names


def test_every_market_stands_in_the_archive_with_what_it_says_and_the_rule_that_decides(inbox, tmp_path):
    folder = written(
        tmp_path / "rules",
        leaf_powder=book(limit("PB", "lead", "not more than 1 mg/kg", max="1", unit="mg/kg")),
        us=book(limit("AGE", kind="attestation", text="sold to adults only"), kind="market"),
        zz_a=book(limit("A-BAN", kind="ban", text="kratom may not be sold"), kind="market", extends=["us"]),
        zz_b=book(
            limit("B-PB", "lead", "not more than 0.2 mg/kg", max="0.2", unit="mg/kg", decision_rule="guarded"),
            kind="market",
            extends=["us"],
        ),
    )
    (inbox / "a.csv").write_text(
        "batch,product type,analyte,result,unit,uncertainty,report date\n"
        "L-1,leaf powder,Lead,0.21,mg/kg,0.05,2026-10-07\n"
    )
    terms = JudgementPolicy(load_rulebooks(folder), ("us", "zz-a", "zz-b"), ("us",), DAY)
    make_pass(inbox, tmp_path / "store", terms)
    verdicts = pd.read_parquet(tmp_path / "store" / "archive" / "verdicts").fillna("")
    assert list(zip(verdicts.market, verdicts.verdict, verdicts.says, verdicts.rule_id, strict=True)) == [
        ("", "PASS", "", ""),
        ("us", "PASS", "may be sold", ""),
        ("zz-a", "FAIL", "banned", "A-BAN"),
        ("zz-b", "HOLD", "undecided", "B-PB"),
    ]
    findings = pd.read_parquet(tmp_path / "store" / "archive" / "findings").set_index("rule_id")
    assert findings.conditional["B-PB"] == "conditional fail"
    assert findings.decision_rule["B-PB"] == "guard band w = U (ILAC-G8:09/2019 4.2.3)"
    assert findings.decision_rule["PB"] == "simple acceptance (ILAC-G8:09/2019 4.2.1)"


def test_the_same_pass_writes_the_same_bytes_whatever_the_hash_seed(inbox, tmp_path, terms):
    (inbox / "a.csv").write_text(CHEMISTRY)
    (inbox / "b.csv").write_text(BAD)
    make_pass(inbox, tmp_path / "here", terms)
    environment = {**os.environ, "PYTHONHASHSEED": "4242", "TZ": "Pacific/Auckland"}
    subprocess.run([sys.executable, "-c", WHOLE, str(inbox), str(tmp_path / "there")], env=environment, check=True)
    pages = []
    for store in (tmp_path / "here", tmp_path / "there"):
        files = sorted(path for path in store.rglob("*") if path.suffix in (".html", ".parquet"))
        pages.append({str(path.relative_to(store)): path.read_bytes() for path in files})
    assert pages[0] == pages[1]
    assert len(pages[0]) == 9


def test_an_earlier_certificate_that_is_not_read_any_more_holds_its_batch(inbox, tmp_path, terms, monkeypatch):
    store = tmp_path / "store"
    more = MICROBIOLOGY.split("\n", 1)[1].replace(",2026", ",,2026")
    spiked = CHEMISTRY.replace("0.21,mg/kg", "9.9,mg/kg") + more
    (inbox / "a.csv").write_text(spiked)
    assert make_pass(inbox, store, terms)[1] == ["L-1 FAIL"]
    clean = (CHEMISTRY + more).replace("0.21,mg/kg", "0.22,mg/kg")
    (inbox / "b.csv").write_text(clean)
    monkeypatch.setattr("kratom_qc.app.reading.read_content", readers.refuse_the_spiked)
    assert make_pass(inbox, store, terms)[1] == ["L-1 HOLD"]


def test_a_copy_that_comes_in_a_later_pass_holds_the_original_too(inbox, tmp_path, terms):
    store = tmp_path / "store"
    more = "".join(
        f"L-1,leaf powder,{name},0.2{digit},% w/w,0.005,2026-10-07\n" for digit, name in enumerate(ALKALOIDS)
    )
    whole = CHEMISTRY + more + MICROBIOLOGY.split("\n", 1)[1].replace(",2026", ",,2026")
    (inbox / "a.csv").write_text(whole)
    assert make_pass(inbox, store, terms)[1] == ["L-1 PASS"]
    (inbox / "b.csv").write_text(whole.replace("L-1", "L-2"))
    assert sorted(make_pass(inbox, store, terms)[1]) == ["L-1 HOLD", "L-2 HOLD"]


def test_a_lot_written_another_way_in_a_later_pass_holds_both(inbox, tmp_path, terms):
    store = tmp_path / "store"
    whole = CHEMISTRY + MICROBIOLOGY.split("\n", 1)[1].replace(",2026", ",,2026")
    (inbox / "a.csv").write_text(whole)
    make_pass(inbox, store, terms)
    (inbox / "b.csv").write_text(MICROBIOLOGY.replace("L-1", "l-1"))
    assert sorted(make_pass(inbox, store, terms)[1]) == ["L-1 HOLD", "l-1 HOLD"]


def test_readers_that_die_refuse_their_files_alone_which_are_kept(inbox, tmp_path, terms, monkeypatch):
    for number in range(20):
        (inbox / f"{number} abort.csv").write_text(f"abort {number}")
        (inbox / f"{number} good.csv").write_text(CHEMISTRY.replace("L-1", f"L-{number}"))
    (inbox / "hang.csv").write_text("hang")
    (inbox / "eat.csv").write_text("eat")
    monkeypatch.setattr("kratom_qc.app.reading.read_content", readers.read_or_die)
    monkeypatch.setenv("KRATOM_QC_MAX_CPU_SECONDS", "6")  # each new child loads the words first
    current, verdicts = make_pass(inbox, tmp_path / "store", terms)
    codes = {reading.file: reading.refusals[0].code for reading in current.refused}
    expected = {
        **{f"{number} abort.csv": "reader-died" for number in range(20)},
        "hang.csv": "reader-too-slow",
        "eat.csv": "reader-too-large",
    }
    assert codes == expected, sorted(codes.items() ^ expected.items())
    assert sorted(verdicts) == sorted(f"L-{number} HOLD" for number in range(20)), verdicts
    kept = {(tmp_path / "store" / "raw" / one.sha256[:2] / one.sha256).read_text() for one in current.refused}
    assert kept == {"hang", "eat", *(f"abort {number}" for number in range(20))}


def refused_in(store: Path) -> str:
    return (store / "reports" / "index.html").read_text()


def test_a_file_whose_reader_was_killed_once_is_judged_by_the_next_pass(inbox, tmp_path, terms, monkeypatch):
    store = tmp_path / "store"
    (inbox / "abort.csv").write_text(CHEMISTRY)
    monkeypatch.setattr("kratom_qc.app.reading.read_content", readers.read_or_die)
    first, verdicts = make_pass(inbox, store, terms)
    assert (verdicts, [one.refusals[0].code for one in first.refused]) == ([], ["reader-died"])
    assert "the next pass tries it once more" in refused_in(store)
    (inbox / "abort.csv").rename(inbox / "good.csv")
    second, verdicts = make_pass(inbox, store, terms)
    assert (verdicts, second.refused) == (["L-1 HOLD"], [])
    assert second.pass_id != first.pass_id, "both passes stay in the archive"
    assert arrivals(inbox, Store(store)).new == []
    certificates = pd.read_parquet(store / "archive" / "certificates")
    assert sorted(certificates.status) == ["judged", "refused"]


def test_a_second_try_has_longer_limits_and_one_that_always_dies_is_held_after_it(inbox, tmp_path, terms, monkeypatch):
    store = tmp_path / "store"
    monkeypatch.setattr("kratom_qc.app.reading.read_content", readers.read_or_die_of_the_limits)
    for name in ("once", "always", "good"):
        (inbox / f"{name}.csv").write_text(CHEMISTRY.replace("L-1", f"L-{name}"))
    assert make_pass(inbox, store, terms)[1] == ["L-good HOLD"]
    new = arrivals(inbox, Store(store)).new
    assert [(one.name, one.is_second_try) for one in new] == [("always.csv", True), ("once.csv", True)]
    assert "held for a person" not in refused_in(store)
    current, verdicts = make_pass(inbox, store, terms)
    assert verdicts == ["L-once HOLD"]
    assert [one.file for one in current.refused] == ["always.csv"]
    assert "held for a person" in refused_in(store)
    assert arrivals(inbox, Store(store)).new == [], "held: no pass reads it again"
    assert Store(store).ledger.to_read("kratom_qc 99"), "another version of the program does"
    (inbox / "always.csv").write_text(CHEMISTRY.replace("L-1", "L-changed"))
    assert [(one.name, one.is_second_try) for one in arrivals(inbox, Store(store)).new] == [("always.csv", False)]


def test_a_file_that_a_second_try_reads_and_refuses_for_what_it_says_is_not_held(inbox, tmp_path, terms, monkeypatch):
    store = tmp_path / "store"
    (inbox / "once.csv").write_text(BAD)
    monkeypatch.setattr("kratom_qc.app.reading.read_content", readers.read_or_die_of_the_limits)
    make_pass(inbox, store, terms)
    current, _ = make_pass(inbox, store, terms)
    assert not current.refused[0].met_machine_trouble
    assert "held for a person" not in refused_in(store)
    assert arrivals(inbox, Store(store)).new == []


def test_an_earlier_certificate_whose_reader_dies_is_tried_again_at_once(inbox, tmp_path, terms, monkeypatch):
    """A later certificate of its batch must not find it unread for a trouble of the machine."""
    store = tmp_path / "store"
    (inbox / "earlier.csv").write_text(CHEMISTRY)
    assert make_pass(inbox, store, terms)[1] == ["L-1 HOLD"]
    monkeypatch.setattr("kratom_qc.app.reading.read_content", readers.read_or_die_of_the_limits)
    (inbox / "micro.csv").write_text(MICROBIOLOGY)
    assert make_pass(inbox, store, terms)[1] == ["L-1 PASS"]


def test_batches_judged_in_several_waves_come_out_as_in_one(inbox, tmp_path, terms, monkeypatch):
    for number in range(5):
        (inbox / f"{number}.csv").write_text(
            (CHEMISTRY + MICROBIOLOGY.split("\n", 1)[1].replace(",2026", ",,2026")).replace("L-1", f"L-{number}")
        )
    one = make_pass(inbox, tmp_path / "one", terms)
    monkeypatch.setattr("kratom_qc.app.release_pass.WAVE", 2)
    several = make_pass(inbox, tmp_path / "several", terms)
    assert one[1] == several[1] == [f"L-{number} PASS" for number in range(5)]
    pages = [
        {path.name: path.read_bytes() for path in (tmp_path / name / "reports").rglob("*.html")}
        for name in ("one", "several")
    ]
    assert pages[0] == pages[1]


# ---------------------------------------------------------------- a refused file that names a lot

CLOSED = "Lot No.,L-01\nNothing here is a table of results\n"
"""A file that names a lot (as a twin of L-1) and cannot be judged."""


def causes(inbox: Path, store: Path, terms: JudgementPolicy) -> dict[str, list[str]]:
    """The rules of the integrity of the batches that one pass judged, by batch."""
    done, _ = make_pass(inbox, store, terms)
    rows = pq.read_table(store / "archive" / "findings" / f"{done.pass_id}.parquet").to_pylist()
    found: dict[str, list[str]] = {row["batch_id"]: [] for row in rows}
    for row in rows:
        if row["rulebook"] == "integrity":
            found[row["batch_id"]].append(row["rule_id"])
    return found


def test_a_refused_file_that_names_a_lot_holds_it_in_the_same_pass(inbox, tmp_path, terms):
    (inbox / "a.csv").write_text(CHEMISTRY)
    (inbox / "b.csv").write_text(CLOSED)
    assert "REFUSED-FILE" in causes(inbox, tmp_path / "store", terms)["L-1"]


def test_a_refused_file_holds_a_lot_that_was_judged_before(inbox, tmp_path, terms):
    (inbox / "a.csv").write_text(CHEMISTRY)
    assert "REFUSED-FILE" not in causes(inbox, tmp_path / "store", terms)["L-1"]
    (inbox / "b.csv").write_text(CLOSED)
    assert "REFUSED-FILE" in causes(inbox, tmp_path / "store", terms)["L-1"]


def test_a_refused_file_holds_a_lot_that_comes_later(inbox, tmp_path, terms):
    (inbox / "b.csv").write_text(CLOSED)
    done, _ = make_pass(inbox, tmp_path / "store", terms)
    (refused,) = done.refused
    assert [(lot.quoted, lot.ref.cell) for lot in refused.named_lots] == [("L-01", "B1")]
    (inbox / "a.csv").write_text(CHEMISTRY)
    assert "REFUSED-FILE" in causes(inbox, tmp_path / "store", terms)["L-1"]


def test_a_lot_that_no_refused_file_names_is_not_held(inbox, tmp_path, terms):
    (inbox / "a.csv").write_text(CHEMISTRY)
    (inbox / "b.csv").write_text(CLOSED.replace("L-01", "L-7"))
    assert "REFUSED-FILE" not in causes(inbox, tmp_path / "store", terms)["L-1"]


# ---------------------------------------------------------------- names and texts that are no UTF-8


def test_odd_names_and_halves_of_letters_stop_no_pass(inbox, tmp_path, terms):
    text = CHEMISTRY.replace("L-1", "L-2")
    for name in (b"bad\xff.csv", b"two\nlines.csv"):
        path = os.path.join(os.fsencode(inbox), name)
        with open(path, "wb") as file:
            file.write(text.encode())
        text = text.replace("L-2", "L-3")
    rows = [["Batch", "L-4_xD83D_"], ["Analyte", "Result", "Unit"], ["Lead", 0.2, "mg/kg"]]
    (inbox / "half.xlsx").write_bytes(xlsx_bytes(rows))
    make_pass(inbox, tmp_path / "store", terms)
    read = pd.read_parquet(tmp_path / "store" / "archive" / "certificates")
    assert set(read.file) == {"bad\\udcff.csv", "two\\u000alines.csv", "half.xlsx"}
    assert "L-4\\ud83d" in list(read.batch_id)
