"""A tree over the entries of a journal, as RFC 6962 builds it: some twenty hashes prove that one
entry stands in a journal of a million, to somebody who knows the root and sees no other entry.

A leaf is SHA-256 of a zero byte and an entry's hash, a node that of a one and the two nodes below.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


def _leaf(entry: str) -> bytes:
    return hashlib.sha256(b"\0" + bytes.fromhex(entry)).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Tree:
    """So much of a tree as growing it needs: how many entries it has, and the roots of the perfect
    trees that it is made of, the greatest first (hex)."""

    size: int = 0
    peaks: tuple[str, ...] = ()

    def grown(self, entries: Iterable[str]) -> Tree:
        """The tree after more entries, given by their hashes."""
        size, peaks = self.size, [bytes.fromhex(peak) for peak in self.peaks]
        for entry in entries:
            peaks.append(_leaf(entry))
            size += 1
            for _ in range(_trailing_zeros(size)):
                right = peaks.pop()
                peaks[-1] = _node(peaks[-1], right)
        return Tree(size, tuple(peak.hex() for peak in peaks))

    @property
    def root(self) -> str:
        """What names the whole tree (hex)."""
        if not self.peaks:
            return hashlib.sha256(b"").hexdigest()
        *peaks, root = (bytes.fromhex(peak) for peak in self.peaks)
        for peak in reversed(peaks):
            root = _node(peak, root)
        return root.hex()


def proofs(entries: Iterable[str], places: Iterable[int]) -> dict[int, list[str]]:
    """Of some entries, given by their places, the nodes beside the way to the root, the lowest
    first (hex)."""
    level = list(map(_leaf, entries))
    stands = {place: place for place in places}
    beside: dict[int, list[str]] = {place: [] for place in stands}
    while len(level) > 1:
        for place, index in stands.items():
            if index ^ 1 < len(level):
                beside[place].append(level[index ^ 1].hex())
            stands[place] = index >> 1
        odd = level[-1:] if len(level) % 2 else []
        level = [*map(_node, level[::2], level[1::2]), *odd]
    return beside


def _trailing_zeros(number: int) -> int:
    return (number & -number).bit_length() - 1
