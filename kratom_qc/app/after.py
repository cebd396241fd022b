"""What follows a pass and can wait for the next one: vendors get theirs back, people are told."""

from __future__ import annotations

import logging

from kratom_qc import settings
from kratom_qc.app.notices.telling import tell
from kratom_qc.app.outbox import give_back
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.store import PROGRAM_ITSELF, Store
from kratom_qc.domain.errors import KratomQCError

log = logging.getLogger(__name__)


def after_pass(store: Store, policy: JudgementPolicy) -> None:
    """Bring the bucket of the settings to what counts, fill the outbox and tell people. A pass that
    counts never fails for it: what was not done is done after the next."""
    for what, do in (("bucket not brought up", _publish), ("outbox not filled", give_back)):
        try:
            do(store, policy)
        except KratomQCError as error:
            log.error(what, extra={"why": str(error)})
    tell(store.root, store.ledger, policy)


def _publish(store: Store, _policy: JudgementPolicy) -> None:
    url = settings.load().bucket
    if url is not None:
        from kratom_qc.app.publishing import publish_to_bucket  # loads what few need

        publish_to_bucket(store.root, url, PROGRAM_ITSELF)
