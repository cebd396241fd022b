"""The journal: nothing of it is changed, dropped, swapped or cut off without being found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from kratom_qc.domain.errors import StoreError
from kratom_qc.ledger.database import writing
from kratom_qc.ledger.entries import BEGINNING, Act, Entry, Head, chained, faults

AT = "2026-11-22T08:30:00.000000Z"
ACTS = [Act("decided", f"L-{number}", {"disposition": "released"}, None, "wörds “quoted”") for number in range(1000)]
CHAIN = list(chained(ACTS, BEGINNING, AT, "q. a. person"))
HEAD = Head(CHAIN[-1].sequence, CHAIN[-1].hash)


def test_a_whole_journal_has_no_fault_and_every_earlier_head_is_in_it():
    assert list(faults(CHAIN, [HEAD, Head(500, CHAIN[499].hash)])) == []


def test_an_entrys_hash_can_be_made_without_this_program():
    for entry in CHAIN[:9]:
        made = json.dumps(list(entry[:9]), separators=(",", ":"))
        assert hashlib.sha256(made.encode()).hexdigest() == entry.hash


def changed(entry: Entry) -> Iterator[Entry]:
    """The entry with one bit of one of its letters flipped, for every column and letter."""
    for column, value in zip(Entry._fields[1:], entry[1:], strict=True):
        for place, letter in enumerate(value):
            flipped = value[:place] + chr(ord(letter) ^ 1) + value[place + 1 :]
            yield entry._replace(**{column: flipped})


def test_every_changed_letter_is_found():
    """Of a short journal all, because each costs a walk; an entry knows nothing of those far from it."""
    short = CHAIN[:4]
    head = Head(4, short[-1].hash)
    count = 0
    for at, entry in enumerate(short):
        for other in changed(entry):
            assert next(faults([*short[:at], other, *short[at + 1 :]], [head]), None), other
            count += 1
    assert count > 800


@pytest.mark.parametrize("at", [0, 1, 499, 998, 999])
def test_an_entry_dropped_doubled_or_swapped_is_found(at):
    other = (at + 1) % 1000
    swapped = [*CHAIN]
    swapped[at], swapped[other] = swapped[other], swapped[at]
    renumbered = [entry._replace(sequence=number) for number, entry in enumerate(swapped, start=1)]
    for journal in ([*CHAIN[:at], *CHAIN[at + 1 :]], [*CHAIN[: at + 1], *CHAIN[at:]], swapped, renumbered):
        assert list(faults(journal, [HEAD]))


def test_a_tail_cut_off_is_found_by_an_exported_head_and_by_nothing_else():
    assert list(faults(CHAIN[:990])) == []
    (fault,) = faults(CHAIN[:990], [HEAD])
    assert "cut off" in fault.what


def test_a_journal_written_anew_with_right_hashes_is_found_by_an_exported_head():
    forged = list(chained([*ACTS[:500], ACTS[0], *ACTS[501:]], BEGINNING, AT, "q. a. person"))
    assert list(faults(forged)) == []
    assert list(faults(forged, [HEAD]))


@pytest.mark.parametrize("statement", ["UPDATE journal SET actor = 'nobody'", "DELETE FROM journal"])
def test_the_database_itself_refuses_to_change_an_entry(ledger, statement):
    ledger.add("somebody", ACTS[0])
    with pytest.raises(StoreError, match="append-only"), writing(ledger._engine) as connection:
        connection.execute(text(statement))
    assert [entry.actor for entry in ledger.entries()] == ["somebody"]


def test_what_no_database_can_hold_stands_escaped_in_the_journal(ledger):
    act = Act("begun", "L-\ud83c\0", {"said": "\ud83c\0"}, None, "be\udc80cause")
    (entry,) = ledger.add("nobody\udc80", act)
    assert (entry.subject, entry.reason, entry.actor) == ("L-\\ud83c\\x00", "be\\udc80cause", "nobody\\udc80")
    assert list(ledger.entries()) == [entry]
    assert ledger.faults([ledger.head()]) == []


def test_what_fails_inside_a_transaction_never_happened(ledger):
    with pytest.raises(ZeroDivisionError), ledger.writing() as writer:
        assert writer.add("somebody", ACTS)[0].sequence / 0
    assert ledger.head() == BEGINNING
