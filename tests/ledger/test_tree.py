"""The tree over a journal: its roots are those of RFC 6962, and a proof holds for its own entry only."""

from __future__ import annotations

import hashlib

import pytest

from kratom_qc.ledger.tree import Tree, proofs

ENTRIES = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(70)]


def by_definition(entries: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word by word."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\0" + entries[0]).digest()
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return hashlib.sha256(b"\1" + by_definition(entries[:split]) + by_definition(entries[split:])).digest()


def root_by(entry: str, place: int, size: int, nodes: list[str]) -> str:
    """RFC 9162, section 2.1.3.2: the root that a proof leads to."""
    node, last = hashlib.sha256(b"\0" + bytes.fromhex(entry)).digest(), size - 1
    for beside in map(bytes.fromhex, nodes):
        if place % 2 or place == last:
            node = hashlib.sha256(b"\1" + beside + node).digest()
            while not place % 2 and place:
                place, last = place >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\1" + node + beside).digest()
        place, last = place >> 1, last >> 1
    return node.hex() if last == 0 else ""


@pytest.mark.parametrize("size", range(len(ENTRIES)))
def test_the_root_is_that_of_the_definition_however_the_tree_grew(size):
    expected = by_definition([bytes.fromhex(one) for one in ENTRIES[:size]]).hex()
    assert Tree().grown(ENTRIES[:size]).root == expected
    grown = Tree()
    for start in range(0, size, 7):
        grown = Tree(grown.size, grown.peaks).grown(ENTRIES[start : min(start + 7, size)])
    assert (grown.size, grown.root) == (size, expected)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 33, 70])
def test_a_proof_leads_from_its_own_entry_to_the_root(size):
    root = Tree().grown(ENTRIES[:size]).root
    for place, nodes in proofs(ENTRIES[:size], range(size)).items():
        assert root_by(ENTRIES[place], place, size, nodes) == root
        assert root_by(ENTRIES[(place + 1) % 70], place, size, nodes) != root
