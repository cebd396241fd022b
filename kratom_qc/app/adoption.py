"""An archive of a version without a ledger, as acts for one.

What those versions knew of the order of passes was the time of their files, which a copy changes.
Nothing is taken from it: of two verdicts on a batch the one over more certificates is newer,
because a batch never loses one; then the one of the later day; of two of one day the worse counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from kratom_qc.app.batches import lot_key
from kratom_qc.archive import fingerprint
from kratom_qc.archive.history import ArchiveTables
from kratom_qc.archive.store import raw_path, sha256_of, table_path
from kratom_qc.archive.tables import SCHEMAS
from kratom_qc.domain.disposition import undecided
from kratom_qc.domain.errors import MACHINE_TROUBLE, NAMES_LOT
from kratom_qc.domain.verdict import Decision
from kratom_qc.ledger.entries import Act

WHY = "taken over from an archive without a ledger"
_CERTIFICATES = (
    *("judged_on", "sha256", "file", "status", "batch_id", "program", "traces", "refusals"),
)
_BETTER_FIRST = tuple(reversed(Decision))

Row = dict[str, Any]


class _OldPass(NamedTuple):
    pass_id: str
    judged_on: str
    certificates: list[Row]


def acts_of_old_archive(root: Path) -> list[Act]:
    """What happened according to an archive; nothing where there is none. Raises StoreError where
    it cannot be read."""
    names = sorted(path.stem for path in (root / "archive" / "certificates").glob("*.parquet"))
    passes = sorted((_old_pass(root, name) for name in names), key=lambda old: old.judged_on)
    files: dict[str, Row] = {}
    acts: list[Act] = []
    for old in passes:
        acts += _of_files(root, old, files)
    numbers = {old.pass_id: number for number, old in enumerate(passes, start=1)}
    return [*acts, *_judged(root, numbers), *(_committed(root, old, numbers) for old in passes)]


def _old_pass(root: Path, pass_id: str) -> _OldPass:
    rows = ArchiveTables(root, lying={}).table("certificates", pass_id, _CERTIFICATES).to_pylist()
    days = {row["judged_on"].isoformat() for row in rows}
    return _OldPass(pass_id, max(days, default=pass_id[:10]), rows)


def _of_files(root: Path, old: _OldPass, known: dict[str, Row]) -> Iterator[Act]:
    """What one pass read, refused, and was given first; `known` is what is known of each file."""
    read: dict[str, Row] = {}
    for row in old.certificates:
        sha256 = row["sha256"]
        if sha256 not in known:
            known[sha256] = {"program": None, "tries": 0}
            yield _delivered(root, row)
        made = read.setdefault(sha256, {"program": row["program"], "pass_id": old.pass_id})
        if row["status"] == "judged":
            traces = made.setdefault("batches", {}).setdefault(row["batch_id"], [])
            traces += row["traces"] or ()
        else:
            yield _refused(row, made, known[sha256])
    judged = ((sha256, made) for sha256, made in read.items() if "batches" in made)
    yield from (Act("read", sha256, made, reason=WHY) for sha256, made in judged)


def _delivered(root: Path, row: Row) -> Act:
    path = raw_path(root, row["sha256"])
    size = path.stat().st_size if path.exists() else 0
    made = {"name": row["file"], "size": size, "route": "archive"}
    return Act("delivered", row["sha256"], made, reason=WHY)


def _refused(row: Row, made: Row, known: Row) -> Act:
    refusals = row["refusals"] or ()
    codes = [refusal["code"] for refusal in refusals if refusal["code"] != NAMES_LOT]
    tries = known["tries"] if known["program"] == row["program"] else 0
    known["tries"] = tries + 1 if MACHINE_TROUBLE.intersection(codes) else 0
    known["program"] = row["program"]
    refused = {
        "name": row["file"],
        "codes": codes,
        "why": refusals[0]["message"] if refusals else "",
        "lots": [
            {name: refusal[name] for name in ("said", "sheet", "cell")}
            | {"lot": lot_key(refusal["said"])}
            for refusal in refusals
            if refusal["code"] == NAMES_LOT
        ],
        "tries": known["tries"],
    }
    return Act("refused", row["sha256"], {**made, **refused}, reason=WHY)


def _judged(root: Path, numbers: Mapping[str, int]) -> list[Act]:
    """Every verdict of an archive, the newest of each batch last."""
    verdicts = [
        (len(row["certificates"] or ()), row["judged_on"], _BETTER_FIRST.index(verdict), act)
        for pass_id, number in numbers.items()
        for row, act in _verdicts(root, pass_id, number)
        for verdict in [Decision(row["verdict"])]
    ]
    return [act for *_, act in sorted(verdicts, key=lambda verdict: verdict[:3])]


def _verdicts(root: Path, pass_id: str, number: int) -> Iterator[tuple[Row, Act]]:
    """(a batch's own row, the act) of every verdict of a pass."""
    verdicts = _by_batch(
        root, "verdicts", pass_id, ("judged_on", "reason", *fingerprint.COLUMNS["verdicts"])
    )
    findings = _by_batch(root, "findings", pass_id, fingerprint.COLUMNS["findings"])
    for batch_id, rows in verdicts.items():
        batch_row = next(row for row in rows if row["market"] is None)
        basis, outcome = fingerprint.of(rows, findings.get(batch_id, ()))
        day = batch_row["judged_on"].isoformat()
        made = {
            "product": batch_row["product"],
            "laboratory": "",
            "reason": batch_row["reason"] or "",
            "verdict": batch_row["verdict"],
            "judged_on": day,
            "judged_at": _midnight(day),
            "sequence": number,
            "pass_id": pass_id,
            "basis": basis,
            "outcome": outcome,
            "disposition": undecided(Decision(batch_row["verdict"])),
        }
        yield batch_row, Act("judged", batch_id, made, reason=WHY)


def _by_batch(root: Path, name: str, pass_id: str, columns: Iterable[str]) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    for row in ArchiveTables(root, lying={}).table(name, pass_id, tuple(columns)).to_pylist():
        rows.setdefault(row["batch_id"], []).append(row)
    return rows


def _committed(root: Path, old: _OldPass, numbers: Mapping[str, int]) -> Act:
    paths = [table_path(root, name, old.pass_id) for name in SCHEMAS]
    made = {
        "sequence": numbers[old.pass_id],
        "judged_on": old.judged_on,
        "judged_at": _midnight(old.judged_on),  # nobody kept more
        "program": old.certificates[0]["program"] if old.certificates else "",
        "holds": {path.relative_to(root).as_posix(): sha256_of(path) for path in paths},
    }
    return Act("committed", old.pass_id, made, reason=WHY)


def _midnight(day: str) -> str:
    return f"{day}T00:00:00.000000Z"
