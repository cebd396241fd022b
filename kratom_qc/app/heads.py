"""The heads of a ledger, as they are written down after every pass.

`heads.jsonl` has a line for each: the newest entry with its hash, and the root of the tree over all
entries (see `kratom_qc.ledger.tree`). Kept elsewhere, a line shows whether anything before it was
changed or cut off, and proves single entries to somebody who sees no other.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from kratom_qc import settings
from kratom_qc.archive import disk
from kratom_qc.domain.errors import StoreError
from kratom_qc.ledger.entries import Fault, Head
from kratom_qc.ledger.ledger import Ledger
from kratom_qc.ledger.tree import Tree

_LONGEST = 1 << 16  # bytes of a line


def heads_path(root: Path) -> Path:
    """The file that the ledger's head is added to after every pass."""
    return settings.load().heads or root / "heads.jsonl"


def export(root: Path, ledger: Ledger, moment: datetime) -> tuple[Head, Tree]:
    """Add the ledger's newest entry and the tree over all to the file of heads. Returns both."""
    path, head = heads_path(root), ledger.head()
    tree = _tree(path, ledger, head.sequence)
    line = {
        "at": moment.isoformat(timespec="seconds"),
        "sequence": head.sequence,
        "hash": head.hash,
        "tree": tree.root,
        "peaks": tree.peaks,
    }
    disk.append_synced(path, json.dumps(line))
    return head, tree


def _tree(path: Path, ledger: Ledger, size: int) -> Tree:
    """The tree over so many entries, grown from that of the newest head."""
    known = _newest(path)
    tree = Tree(known["sequence"], tuple(known["peaks"])) if known.get("peaks") else Tree()
    if tree.size > size:
        tree = Tree()
    return tree.grown(islice(ledger.hashes(tree.size), size - tree.size))


def _newest(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            file.seek(max(-_LONGEST, -file.seek(0, os.SEEK_END)), os.SEEK_END)
            newest: dict[str, Any] = json.loads(file.read().splitlines()[-1])
            return newest
    except (OSError, ValueError, IndexError):  # the root of another is checked by `verify`
        return {}


def exported_heads(root: Path) -> list[Head]:
    """Every head that was exported. Raises StoreError where the file cannot be read."""
    return [Head(line["sequence"], line["hash"]) for line in _lines(root)]


def journal_faults(root: Path, ledger: Ledger, heads: Sequence[Head] = ()) -> list[Fault]:
    """What is wrong with the journal of a store, by the heads that were exported and by others that
    were written down elsewhere. Raises StoreError where they cannot be read."""
    lines = _lines(root)
    known = [*(Head(line["sequence"], line["hash"]) for line in lines), *heads]
    trees = {line["sequence"]: line["tree"] for line in lines if "tree" in line}
    return ledger.faults(known) or list(_other_trees(trees, ledger.hashes()))


def _other_trees(trees: dict[int, str], entries: Iterable[str]) -> Iterator[Fault]:
    tree, entries = Tree(), iter(entries)
    for sequence, root in sorted(trees.items()):
        tree = tree.grown(islice(entries, sequence - tree.size))
        if tree.root != root:
            yield Fault(sequence, "ends another tree than an exported head names")


def _lines(root: Path) -> list[dict[str, Any]]:
    path = heads_path(root)
    if not path.exists():
        return []
    with disk.told(path, "cannot be read"):
        lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    try:
        # What does not end as a line does is what a power cut left of one.
        heads = [json.loads(line) for line in lines if line.rstrip().endswith("}")]
        return [
            {**head, "sequence": int(head["sequence"]), "hash": str(head["hash"])} for head in heads
        ]
    except (ValueError, KeyError, TypeError):
        raise StoreError(f"{path}: is damaged; restore it from a backup") from None
