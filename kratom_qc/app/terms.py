"""By what a pass judges, beside the day and what is declared of products.

The ledger is told where it changes, and the store keeps every file that it names: so anybody can
judge as then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kratom_qc import PROGRAM
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.archive.store import StoreFiles, lies_at, register_path, rulebook_path
from kratom_qc.interpret.facts import FactsFile
from kratom_qc.interpret.laboratories import Register, load_register
from kratom_qc.ledger.entries import digest
from kratom_qc.rulebooks.load import rulebooks_of
from kratom_qc.vocabulary.texts import TextRegister
from kratom_qc.vocabulary.texts import load as load_texts

_TEXTS, _LABORATORIES = "texts", "laboratories"


@dataclass(frozen=True, slots=True)
class Terms:
    """By what a pass judges, as the ledger is told. `hash` names it."""

    made: Mapping[str, Any]

    @property
    def hash(self) -> str:
        """The SHA-256 of its canonical JSON."""
        return digest(self.made)


def terms_of(policy: JudgementPolicy) -> Terms:
    """By what a policy judges."""
    return Terms(
        {
            "program": PROGRAM,
            "markets": list(policy.markets),
            "home_markets": list(policy.home),
            "product": policy.product,
            "hold_overdue": policy.hold_overdue,
            "hold_laboratories": policy.laboratories.hold,
            "required_panels": {
                form: list(asked) for form, asked in policy.required_panels.items()
            },
            "holds": {path.as_posix(): sha256 for path, sha256, _ in _files(policy)},
        }
    )


def keep(files: StoreFiles, policy: JudgementPolicy) -> None:
    """Keep every file that the terms of a policy name. Raises StoreError where one cannot be
    written."""
    for path, _, text in _files(policy):
        files.keep_text(path, text)


def _files(policy: JudgementPolicy) -> Iterator[tuple[Path, str, str]]:
    """(path in a store, SHA-256, text) of every rulebook and register of a policy."""
    for book in policy.books.values():
        yield rulebook_path(Path(), book.id, book.sha256), book.sha256, book.text
    for name, register in ((_TEXTS, policy.texts), (_LABORATORIES, policy.laboratories)):
        if register.sha256:
            yield register_path(Path(), name, register.sha256), register.sha256, register.written


def policy_of(root: Path, made: Mapping[str, Any], on: date, facts: FactsFile) -> JudgementPolicy:
    """The policy of these terms, from the files that a store kept. Raises RulebookError where one
    is not there or cannot be loaded any more."""
    kept = {Path(path).stem: lies_at(root, Path(path)) for path in made["holds"]}
    texts, laboratories = kept.pop(_TEXTS, None), kept.pop(_LABORATORIES, None)
    return JudgementPolicy(
        books=rulebooks_of(kept),
        markets=tuple(made["markets"]),
        home=tuple(made["home_markets"]),
        on=on,
        facts=facts,
        product=made["product"],
        hold_overdue=made["hold_overdue"],
        laboratories=load_register(laboratories, hold=made["hold_laboratories"])
        if laboratories
        else Register(hold=made["hold_laboratories"]),
        texts=load_texts(texts) if texts else TextRegister(),
        required_panels={form: tuple(asked) for form, asked in made["required_panels"].items()},
    )
