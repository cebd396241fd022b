"""What programs are told of the store, as JSON: the same objects that `check --json` prints."""

from __future__ import annotations

from typing import Any

from kratom_qc.app.shown import ShownBatch, ShownFile
from kratom_qc.report import as_json

Made = dict[str, Any]


def certificate_answer(file: ShownFile) -> Made:
    """One file: `status` is waiting, judged or refused. A batch that others speak of too has its id
    and nothing else."""
    name, sha256 = file.delivery.name, file.delivery.sha256
    if file.delivery.status == "refused":
        return as_json.refused(name, sha256, file.refusals)
    made = as_json.judged(name, sha256, file.verdicts)
    whole = {batch["batch_id"]: batch for batch in made["batches"]}
    batches = [
        {**whole.get(batch.batch_id, {"batch_id": batch.batch_id}), **_stands(batch)}
        for batch in file.batches
    ]
    return {**made, "status": file.delivery.status, "batches": batches}


def batch_answer(batch: ShownBatch) -> Made:
    """One batch with its results and findings."""
    if batch.verdict is None:
        return {"batch_id": batch.batch_id, **_stands(batch)}
    return {**as_json.batch_object(batch.verdict), **_stands(batch)}


def batch_line(batch: ShownBatch) -> Made:
    """One batch in a list, as `kratom-qc batches --json` prints it."""
    known = batch.known
    if known is None:
        return {"batch_id": batch.batch_id, **_stands(batch)}
    return {
        "batch_id": batch.batch_id,
        "product": known.product,
        "laboratory": known.laboratory,
        "judged_at": known.judged_at,
        "sequence": known.sequence,
        **_stands(batch),
    }


def _stands(batch: ShownBatch) -> Made:
    known = batch.known
    if known is None:
        return {"verdict": None, "disposition": None, "compared_with_others": True}
    return {"verdict": str(known.verdict), "disposition": str(known.disposition)}
