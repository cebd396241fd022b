"""How commands end. Status 1 and 2 are verdicts; nothing else ever ends with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kratom_qc.domain.verdict import Decision

REFUSED = 3
WRONG_USAGE = 64
INTERNAL = 70
INTERRUPTED = 130
_STATUSES: dict[str, int] = {"FAIL": 1, "HOLD": 2, "PASS": 0}  # worst first

HELP = """\
Exit status, the worst of all files and batches first:

\b
  3 some file was refused
  1 some batch FAILs
  2 some batch is on HOLD
  0 every batch PASSes
  64 wrong usage · 66 input not found
  70 internal, a rulebook or a setting is broken · 73 store not writable

`run` ends with 0 whenever the pass completed, whatever the verdicts, unless --strict is given."""


def exit_status(decisions: Iterable[Decision], *, refused: bool) -> int:
    """How a judging command ends: a refused file before FAIL before HOLD before PASS. Where nothing
    was refused and nothing judged, or with a word that is no decision, something is broken."""
    if refused:
        return REFUSED
    reached = set(decisions)
    if not reached or not reached <= _STATUSES.keys():
        return INTERNAL
    return next(status for decision, status in _STATUSES.items() if decision in reached)
