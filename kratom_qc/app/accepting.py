"""A person at the portal reads the texts of a batch for its laboratory, and the batch is judged
again.

What is accepted goes into the register that every pass reads (KRATOM_QC_TEXTS), by the same rules
as `kratom-qc texts accept`, and into the journal of the batch.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from threading import Lock

from kratom_qc import settings
from kratom_qc.app.after import after_pass
from kratom_qc.app.policy import JudgementPolicy, own_texts
from kratom_qc.app.reading import READ_BEFORE, Reading, read_content
from kratom_qc.app.review import check_nobody_sent
from kratom_qc.app.shown import ShownFile
from kratom_qc.app.store import Store
from kratom_qc.app.texts import Accepted, UnreadText, chosen, entries, keep_entries, unread_texts
from kratom_qc.archive.store import raw
from kratom_qc.domain.account import Fate
from kratom_qc.domain.certificate import InterpretedCertificate
from kratom_qc.domain.errors import StoreBusy, StoreError, UsageError
from kratom_qc.domain.source import visible_name
from kratom_qc.domain.verdict import Verdict
from kratom_qc.intake.sandbox import ReaderDied, in_a_child
from kratom_qc.interpret.texts import own_words
from kratom_qc.ledger.entries import Act, storable
from kratom_qc.ledger.people import Delivery

log = logging.getLogger(__name__)
ACCEPTED = "texts accepted"
_PATIENCE = 15.0  # seconds that a pass is waited for which holds the store
_register = Lock()  # one writes the register at a time


@dataclass(frozen=True, slots=True)
class Paper:
    """A file of a batch with its texts that nobody has read; `is_read` says whether its reader
    answered."""

    sha256: str
    name: str
    texts: tuple[UnreadText, ...] = ()
    is_read: bool = True

    @property
    def laboratory(self) -> str:
        """Whose certificate it is; empty where it names none or several."""
        names = {own_words(text.certificate.printed_facts).laboratory for text in self.texts}
        return names.pop() if len(names) == 1 else ""


def papers_of(root: Path, verdict: Verdict, files: Iterable[ShownFile]) -> list[Paper]:
    """The files whose texts held a batch when it was judged, each with those that the register of
    this moment does not have. Raises StoreError where a kept file is damaged."""
    held = {
        certificate.sha256 for certificate in verdict.batch.certificates if _has_unread(certificate)
    }
    batch_id = verdict.batch.batch_id
    return [paper_of(root, batch_id, file.delivery) for file in files if _sha256(file) in held]


def _has_unread(certificate: InterpretedCertificate) -> bool:
    return any(entry.fate is Fate.UNREAD for entry in certificate.texts)


def _sha256(file: ShownFile) -> str:
    return file.delivery.sha256


def paper_of(root: Path, batch_id: str, file: Delivery) -> Paper:
    """What is unread in a file's certificates of a batch, by the register of this moment. Raises
    StoreError where the kept file is damaged."""
    name = visible_name(file.name)
    reading = _read(root, name, file.sha256)
    if reading is None:
        return Paper(file.sha256, name, is_read=False)
    ours = tuple(
        certificate for certificate in reading.certificates if certificate.batch_id == batch_id
    )
    texts = unread_texts(replace(reading, certificates=ours), own_texts(settings.load().texts))
    return Paper(file.sha256, name, tuple(texts))


def _read(root: Path, name: str, sha256: str) -> Reading | None:
    """A kept file as it is read; None where its reader met a trouble of this moment."""
    try:
        return _read_once(root, name, sha256)
    except ReaderDied:
        return None


@lru_cache(32)
def _read_once(root: Path, name: str, sha256: str) -> Reading:
    """What is under a hash never changes."""
    caps, content = settings.caps(), raw(root, sha256)
    return in_a_child(caps, READ_BEFORE, read_content, name, content, caps)


def accept(
    store: Store, batch_id: str, paper: Paper, places: Collection[str], by: str, because: str
) -> int:
    """Keep that somebody has read texts of a batch and found that they say nothing of any batch.
    Returns how many.

    Raises UsageError without a reason or a text, for a text that names a result, a verdict or
    another lot, for one that is not unread any more, for a certificate that names no laboratory,
    and for who sent the file.
    """
    reason = storable(because.strip())
    if not reason:
        raise UsageError("say why these texts say nothing of any batch")
    if not places:
        raise UsageError("say which texts you have read")
    if not paper.laboratory:
        raise UsageError(
            f"{paper.name} names no laboratory whose text this could be; it takes a decision on "
            "its batch"
        )
    check_nobody_sent(store.ledger, [paper.sha256], [by], "accept its texts")
    texts = chosen(paper.texts, places)
    more = entries(texts, Accepted(reason, by, store.clock().date()))
    made = {
        "sha256": paper.sha256,
        "laboratory": storable(paper.laboratory),
        "texts": {storable(text.place): storable(text.entry.source.text) for text in texts},
    }
    # The register counts once it is written: not where the journal cannot be.
    with _register, store.ledger.writing() as writer:
        writer.add(by, [Act(ACCEPTED, batch_id, made, None, reason)])
        keep_entries(settings.load().texts, more)
    return len(texts)


def judge_again(store: Store, batch_id: str, policy: JudgementPolicy) -> bool:
    """A pass now that judges a batch again over its files. Returns whether one was made: not where
    another holds the store for too long, or the store cannot be written."""
    from kratom_qc.app.release import whole_pass  # loads the engine, which takes two seconds

    until = time.monotonic() + _PATIENCE
    while True:
        try:
            whole_pass(None, store, policy, [batch_id])
        except StoreBusy:
            if time.monotonic() > until:
                return False
            time.sleep(0.2)
        except StoreError as error:
            log.error("batch not judged again", extra={"batch": batch_id, "why": str(error)})
            return False
        else:
            after_pass(store, policy)
            return True
