"""What follows a pass and can wait for the next one: vendors get theirs back, people are told."""

from __future__ import annotations

import logging

from kratom_qc.app.notices.telling import tell
from kratom_qc.app.outbox import give_back
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.store import Store
from kratom_qc.domain.errors import KratomQCError

log = logging.getLogger(__name__)


def after_pass(store: Store, policy: JudgementPolicy) -> None:
    """Fill the outbox and tell people. A pass that counts never fails for it: what was not done is
    done after the next."""
    try:
        give_back(store, policy)
    except KratomQCError as error:
        log.error("outbox not filled", extra={"why": str(error)})
    tell(store.root, store.ledger, policy)
