"""The main job without a scheduler: files are read, their words understood, their batches put together and judged.

`flows/` wraps these functions in Prefect tasks; the command line calls them directly. They contain no rule.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kratom_qc import settings, vocabulary
from kratom_qc.errors import Refusal, Refused, RulebookError, UsageError
from kratom_qc.intake.layout import certificates
from kratom_qc.intake.profiles import load as load_profiles
from kratom_qc.intake.workbook import open_workbook, read_bytes
from kratom_qc.interpret.batch import batches
from kratom_qc.interpret.certificate import interpret
from kratom_qc.interpret.facts import FactsFile, load_facts
from kratom_qc.judge.plan import market_books, markets_of, wanted
from kratom_qc.judge.specification import load_rulebooks
from kratom_qc.model import Analysis, Batch, Place, Remark, Rulebook

if TYPE_CHECKING:
    from kratom_qc.judge.verdicts import Judgement


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one file: its analyses, or the reasons why it never becomes data."""

    file: str
    sha256: str
    analyses: tuple[Analysis, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    @property
    def batch_ids(self) -> tuple[str, ...]:
        """The batches this file speaks of, in its order."""
        return tuple(dict.fromkeys(analysis.batch_id for analysis in self.analyses))


def read_file(path: Path, name: str | None = None) -> Reading:
    """Read one file; `name` is what it is called in messages. Raises InputNotFound where it is not there."""
    return read_content(name or path.name, read_bytes(path))


def read_content(name: str, raw: bytes, caps: settings.Caps = settings.Caps()) -> Reading:  # noqa: B008 - frozen
    """Read one file's bytes. A refusal is a value here: one bad file never stops the others."""
    digest = hashlib.sha256(raw).hexdigest()
    try:
        found = certificates(open_workbook(name, raw, caps))
        analyses, refusals = interpret(found.certificates) if found.certificates else ((), ())
        refusals = tuple(dict.fromkeys((*found.refusals, *refusals)))
    except Refused as refused:
        return Reading(name, digest, refusals=refused.refusals)
    except Exception as error:  # a fault of the reader refuses this file, keeps it, and stops no other
        fault = Refusal(
            "reader-failed",
            f"the reader failed on this file ({type(error).__name__}: {error}); the file is kept. Please report it",
            Place(name),
        )
        return Reading(name, digest, refusals=(fault,))
    if refusals:
        return Reading(name, digest, refusals=refusals)
    return Reading(name, digest, _with_remarks(analyses, found.remarks))


def _with_remarks(analyses: tuple[Analysis, ...], remarks: tuple[Remark, ...]) -> tuple[Analysis, ...]:
    """Remarks about a file as a whole stand with each of its analyses."""
    if not remarks:
        return analyses
    return tuple(replace(analysis, remarks=(*analysis.remarks, *remarks)) for analysis in analyses)


@dataclass(frozen=True, slots=True)
class Terms:
    """By what a run judges: rulebooks, markets, day, and what the vendor and the user declare."""

    books: dict[str, Rulebook]
    markets: tuple[str, ...]
    home: tuple[str, ...]
    on: date
    facts: FactsFile = FactsFile()  # noqa: RUF009 - frozen and empty
    product: str | None = None
    hold_overdue: bool = False  # a rulebook past its max_age_days holds, instead of only warning

    @property
    def overdue(self) -> tuple[str, ...]:
        """A sentence for every rulebook that nobody has compared with its sources for too long."""
        return tuple(sentence for book in self.books.values() if (sentence := book.overdue(self.on)))

    def __post_init__(self) -> None:
        for market in (*self.markets, *self.home):
            market_books(self.books, market)


def load_terms(
    markets: Sequence[str] = (), on: date | None = None, facts: Path | None = None, product: str | None = None
) -> Terms:
    """The terms that options and settings ask for. `on` defaults to today (UTC).

    Raises UsageError for an unknown product or market, InputNotFound for a facts file that is not there, and
    RulebookError for every mistake in the word lists, rulebooks and facts.
    """
    config = settings.load()
    vocabulary.check_all()
    load_profiles()
    if product is not None and product not in vocabulary.product_forms():
        raise UsageError(f"'{product}' is no product; known are {', '.join(vocabulary.product_forms())}")
    books = load_rulebooks(config.expectations)
    declared = facts or config.facts
    asked = tuple(dict.fromkeys(markets))
    if not config.home_markets:
        raise RulebookError("KRATOM_QC_HOME_MARKETS names no market")
    for market in config.home_markets:
        if market not in markets_of(books):
            raise RulebookError(f"KRATOM_QC_HOME_MARKETS names '{market}', which has no rulebook")
    return Terms(
        books=books,
        markets=asked or markets_of(books),
        home=asked or config.home_markets,
        on=on or datetime.now(UTC).date(),
        facts=load_facts(declared) if declared else FactsFile(),
        product=product,
        hold_overdue=config.hold_overdue,
    )


def collect(readings: Iterable[Reading], terms: Terms, only: frozenset[str] | None = None) -> list[Batch]:
    """The batches of many files, each over all its certificates. A file given twice counts once.

    `only` names the batches wanted, where not all are.
    """
    once = {reading.sha256: reading for reading in readings}
    markets = tuple(dict.fromkeys((*terms.markets, *terms.home)))
    return batches(
        (
            analysis
            for reading in once.values()
            for analysis in reading.analyses
            if only is None or analysis.batch_id in only
        ),
        lambda product: wanted(terms.books, markets, product),
        terms.facts,
        terms.product,
    )


def judge_batches(found: Sequence[Batch], terms: Terms) -> Judgement:
    """Judge batches in one run of the engine; see `kratom_qc.judge.verdicts.judge`."""
    from kratom_qc.judge.verdicts import judge

    return judge(
        found, terms.books, markets=terms.markets, home=terms.home, on=terms.on, hold_overdue=terms.hold_overdue
    )
