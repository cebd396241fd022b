"""What becomes of a batch, who may decide it, and when a decision falls (21 CFR 111.113, 111.123).

The program judges; a person disposes. `RULES` is the one table of what may be decided.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from kratom_qc.domain.errors import UsageError
from kratom_qc.domain.verdict import Decision


class Disposition(StrEnum):
    """Where a batch stands."""

    AWAITING_REVIEW = "awaiting review"
    ON_HOLD = "on hold"
    RELEASED = "released"
    REJECTED = "rejected"
    UNDER_DEVIATION = "released under deviation"


class DispositionRule(NamedTuple):
    """What a decision makes of a batch with this verdict, and how many people it takes."""

    decision: str
    verdict: Decision
    becomes: Disposition
    people: int


RULES = (
    DispositionRule("released", Decision.PASS, Disposition.RELEASED, 1),
    DispositionRule("released", Decision.HOLD, Disposition.UNDER_DEVIATION, 2),
    DispositionRule("released", Decision.FAIL, Disposition.UNDER_DEVIATION, 2),
    *(DispositionRule("rejected", verdict, Disposition.REJECTED, 1) for verdict in Decision),
    *(DispositionRule("hold", verdict, Disposition.ON_HOLD, 1) for verdict in Decision),
)
# What a signature means (21 CFR 11.50(a)(3)), by the decision
MEANINGS = {
    "released": "I reviewed what this batch was judged on and release it.",
    "rejected": "I reviewed what this batch was judged on and reject it.",
    "hold": "I reviewed what this batch was judged on and hold it.",
    "proposed": "I reviewed what this batch was judged on and propose its release to a second "
    "person.",
    "approved": "I reviewed what this batch was judged on and approve its release, which another "
    "person proposed.",
}
DECISIONS = tuple(dict.fromkeys(rule.decision for rule in RULES))


def undecided(verdict: Decision) -> Disposition:
    """Where a batch stands of which nobody has decided anything: only one that PASSes waits for
    its review, every other is held."""
    passes = verdict is Decision.PASS
    return Disposition.AWAITING_REVIEW if passes else Disposition.ON_HOLD


def amends(verdict: Decision, because: str, people: tuple[str, ...]) -> None:
    """Whether a corrected certificate may take the place of an earlier one: by one person for a
    batch that PASSes, by two for every other, which it may lift. Raises UsageError with what is
    missing."""
    _check_reason(because)
    if len(_person_keys(people)) < (1 if verdict is Decision.PASS else 2):
        raise UsageError(
            f"the batch has the verdict {verdict}: to let a correction lift it takes two people; "
            "name the other, --second"
        )


def decided(
    decision: str, verdict: Decision, now: Disposition, because: str, people: tuple[str, ...]
) -> Disposition:
    """What a decision makes of a batch that stands at `now`; `people` are those who decide.

    A release of what FAILs, is on HOLD or was rejected takes two people. Raises UsageError with
    what is missing.
    """
    rule = _rule(decision, verdict)
    _check_reason(because)
    if len(_person_keys(people)) < takes_people(decision, verdict, now):
        undoes = _undoes_rejection(decision, now)
        what = "was rejected" if undoes else f"has the verdict {verdict}"
        raise UsageError(
            f"the batch {what}: to release it takes two people; name the other, --second"
        )
    return rule.becomes


def takes_people(decision: str, verdict: Decision, now: Disposition) -> int:
    """How many people a decision takes on a batch that stands at `now`. Raises UsageError for a
    decision that is none."""
    return 2 if _undoes_rejection(decision, now) else _rule(decision, verdict).people


def person_key(name: str) -> str:
    """Equal for two ways to write one person's name."""
    return " ".join(name.split()).casefold()


def _undoes_rejection(decision: str, now: Disposition) -> bool:
    return now is Disposition.REJECTED and decision == "released"


def _rule(decision: str, verdict: Decision) -> DispositionRule:
    rule = next(
        (rule for rule in RULES if (rule.decision, rule.verdict) == (decision, verdict)), None
    )
    if rule is None:
        raise UsageError(f"'{decision}' is no decision; known are {', '.join(DECISIONS)}")
    return rule


def _check_reason(because: str) -> None:
    if not because.strip():
        raise UsageError("a decision needs its reason: --because '…'")


def _person_keys(people: tuple[str, ...]) -> set[str]:
    """Different people. Raises UsageError where nobody is named."""
    keys = set(map(person_key, people)) - {""}
    if not keys:
        raise UsageError("a decision needs a person: --by NAME")
    return keys
