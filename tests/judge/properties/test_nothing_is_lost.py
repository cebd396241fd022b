"""Nothing of a file vanishes, and nothing but the file decides: not the process, its hash seed, its time zone or its locale."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from hypothesis import strategies as st

from kratom_qc import vocabulary
from kratom_qc.domain.account import Fate
from tests.factory import row
from tests.factory.sheets import csv_bytes
from tests.judge.properties.leaf import FACTS, accepted, judged, leaves, lines, paper
from tests.judge.properties.pure import judged_property
from tests.judge.properties.relations import same
from tests.judge.properties.tell import told

words = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["Pass", "NT", "n/a", "see note", "trace", "Detected", "12 CFU", "<", "0", "5 %"]),
)


@judged_property(
    leaves(), st.lists(st.tuples(words, words, words), max_size=3), saw=("PASS", "HOLD", "FAIL", "read", "refused")
)
def test_m22_every_row_of_a_file_is_read_or_told(bench, rows, strange):
    """A name and a result of any text beside the leaf: a result, a cause to hold or a remark, or the file is refused."""
    more = {f"strange {at}": row(*said) for at, said in enumerate(strange)}
    written = {**rows, **more}
    reading = paper(written.values())
    bench.seen["refused" if reading.refusals else "read"] += 1
    places = [refusal.ref for refusal in reading.refusals]
    for certificate in reading.certificates:
        told = (*certificate.hold_reasons, *certificate.remarks, *certificate.results)
        places += [one.ref for one in told]
        # One reason holds for all unread texts and names them; `Page | 1` says nothing, and that is told too.
        places += [entry.source.ref for entry in certificate.texts if entry.fate in (Fate.UNREAD, Fate.PLAIN)]
    judged(bench, reading)
    if not reading.refusals:
        head = len(FACTS) + 3
        stated = [_states_something(line["Analyte"].strip(), line["Result"].strip()) for line in written.values()]
        told_of = {_row(place.cell) for place in places}
        assert {head + at for at, said in enumerate(stated, 1) if said} <= told_of


def _states_something(name: str, said: str) -> bool:
    """`Heavy metals | Pass` changes nothing: good words are no results. Without a number a name must be a word: `A | °C`
    heads what is below it."""
    named = bool(name and re.search(r"\d", said)) or re.search(r"[^\W\d_]{2}", name) is not None
    return named and bool(said) and vocabulary.status(said) not in ("opinion_good", "final")


def _row(cell: str) -> int:
    return int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") or 0)


@judged_property(leaves())
def test_m20_the_same_file_twice_says_the_same(bench, rows):
    reading = paper(rows.values())
    twice, once = judged(bench, reading, reading), judged(bench, reading)
    assert len(twice) == 1
    same(twice[0], once[0])
    same(once[0], accepted(bench, rows))


def test_m20_another_process_seed_zone_and_locale_say_the_same():
    """Every word, number and place of every verdict, as `check --json` prints them."""
    papers: list[str] = []

    @judged_property(leaves())
    def collected(bench, rows):
        papers.append(csv_bytes(lines(rows.values(), {"Batch": "L", **FACTS})).decode())
        accepted(bench, rows)

    collected()
    root = Path(__file__).resolve().parents[3]
    strange = {"PYTHONHASHSEED": "4242", "TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONUTF8": "1"}
    told_there = subprocess.run(
        [sys.executable, "-m", "tests.judge.properties.tell"],
        input=json.dumps(papers),
        capture_output=True,
        text=True,
        check=True,
        cwd=root,
        env={**os.environ, **strange, "PYTHONPATH": str(root)},
    )
    assert told_there.stdout.strip() == told(papers)
