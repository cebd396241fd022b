"""Every way to refuse: a code, a sentence, the cell, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from kratom_qc.domain.source import CellRef


class KratomQCError(Exception):
    """A broken input or a broken house. `exit_status` is what the command line ends with."""

    exit_status = 70


class UsageError(KratomQCError):
    """The command was asked for something that does not exist, a market without a rulebook for
    instance."""

    exit_status = 64


class InputNotFound(KratomQCError):
    """A file or folder named by the user is not there."""

    exit_status = 66


class RulebookError(KratomQCError):
    """A rulebook, a word list, a facts file or a setting is wrong; says every mistake at once."""

    exit_status = 70


class EngineError(KratomQCError):
    """The validation engine did not do what was planned. Never a verdict."""

    exit_status = 70


class StoreError(KratomQCError):
    """The store cannot be written or read, or another pass holds it."""

    exit_status = 73


class StoreBusy(StoreError):
    """Another pass holds the store: it takes what this one would."""


# Codes of refusals that say nothing about the file: its reader was stopped, died or failed.
MACHINE_TROUBLE = frozenset({"reader-too-slow", "reader-too-large", "reader-died", "reader-failed"})
# The code by which a refused file says which lot it names; `Problem.quoted` is the lot.
NAMES_LOT = "names-lot"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a cell: a reason to refuse the file where nothing can be judged, else a
    reason to hold the batch. `near` are the known words nearest to `quoted`."""

    code: str
    message: str
    ref: CellRef
    quoted: str = ""
    near: tuple[str, ...] = ()


class Refused(Exception):
    """A file cannot be read truthfully. Carries every problem found, not only the first."""

    def __init__(self, refusals: list[Problem]):
        super().__init__("; ".join(refusal.message for refusal in refusals))
        self.refusals = tuple(refusals)

    def __reduce__(self) -> tuple[type[Refused], tuple[list[Problem]]]:
        return Refused, (list(self.refusals),)  # children hand it over
