"""The main job without a scheduler: files are read, their words understood, their batches put together and judged.

`flows/` wraps these functions in Prefect tasks; the command line calls them directly. They contain no rule.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from itertools import tee
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from kratom_qc import methods, settings, vocabulary, wording
from kratom_qc.errors import InputNotFound, Refusal, Refused, RulebookError, UsageError
from kratom_qc.intake import preflight
from kratom_qc.intake.exchange import reading as exchange
from kratom_qc.intake.layout.certificates import certificates
from kratom_qc.intake.layout.profiles import load as load_profiles
from kratom_qc.intake.sandbox import ReaderDied, Sandbox
from kratom_qc.intake.sheets import Found
from kratom_qc.intake.workbook import read_bytes, workbook_of
from kratom_qc.interpret.batch import batches
from kratom_qc.interpret.certificate import interpret
from kratom_qc.interpret.compare import Beside, compare
from kratom_qc.interpret.facts import FactsFile, load_facts
from kratom_qc.interpret.laboratories import Register, load_register
from kratom_qc.judge.plan import market_books, markets_of, wanted
from kratom_qc.judge.specification import load_rulebooks
from kratom_qc.model import Analysis, Batch, Doubt, Place, Remark, Rulebook

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


class Readers:
    """Children that read files, for as long as the block lasts. They start with the first file."""

    def __init__(self, caps: settings.Caps):
        self._caps = caps
        self._sandbox = Sandbox(caps, preload=__name__)

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._sandbox.stop() if kind else self._sandbox.close()

    def rest(self) -> None:
        """End the children for now; the next file starts new ones."""
        self._sandbox.close()

    def read(self, files: Iterable[tuple[str, bytes]]) -> Iterator[Reading]:
        """What is read of files given as (name, bytes), in their order. A child that dies refuses its file alone."""
        ours, theirs = tee(files)
        pending = self._sandbox.map(read_content, ((name, raw, self._caps) for name, raw in theirs))
        for answer in pending:
            name, raw = next(ours)
            try:
                yield answer.answer()
            except ReaderDied as died:
                message = (
                    f"{died.why}; the file is kept, and no other is touched. Send only the table of the certificate"
                )
                fault = Refusal(died.code, message, Place(name))
                yield Reading(name, hashlib.sha256(raw).hexdigest(), refusals=(fault,))


def read_files(paths: Sequence[Path]) -> list[Reading]:
    """Read files under the names the user gave them. Raises InputNotFound where one is not there."""
    with Readers(settings.caps()) as readers:
        return list(readers.read((str(path), read_bytes(path)) for path in paths))


def read_content(name: str, raw: bytes, caps: settings.Caps = settings.Caps()) -> Reading:  # noqa: B008 - frozen
    """Read one file's bytes, in this very process. A refusal is a value here: one bad file never stops the others."""
    digest = hashlib.sha256(raw).hexdigest()
    try:
        found = _found(name, raw, caps)
        analyses, refusals = interpret(found.certificates) if found.certificates else ((), ())
        # What its words mean is no matter where a cell is not believed at all.
        cells = {refusal.place for refusal in found.refusals if refusal.place.cell}
        refusals = (*found.refusals, *(refusal for refusal in refusals if refusal.place not in cells))
        refusals = tuple(sorted(dict.fromkeys(refusals), key=lambda refusal: _reading_order(refusal.place)))
    except Refused as refused:
        return Reading(name, digest, refusals=refused.refusals)
    except MemoryError:  # the child's limit; said by whoever waits for it
        raise
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


def _found(name: str, raw: bytes, caps: settings.Caps) -> Found:
    kind = preflight.kind_of(name, raw, caps)
    if kind == "json":
        return exchange.certificates(name, raw, caps)
    return certificates(workbook_of(kind, name, raw, caps))


def _reading_order(place: Place) -> tuple[str, int, int, str]:
    """By sheet, row and column; what is said of a whole sheet or file comes first."""
    letters = place.cell.rstrip("0123456789")
    row = place.cell.removeprefix(letters)
    return (place.sheet, int(row or 0), len(letters), letters)


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
    laboratories: Register = Register()  # noqa: RUF009 - frozen and empty

    @property
    def everywhere(self) -> tuple[str, ...]:
        """Every market that counts: those asked for, then the home markets."""
        return tuple(dict.fromkeys((*self.markets, *self.home)))

    @property
    def overdue(self) -> tuple[str, ...]:
        """A sentence for the rulebooks that nobody has compared with their sources for too long."""
        return wording.overdue(self.books.values(), self.on)

    def __post_init__(self) -> None:
        for market in (*self.markets, *self.home):
            market_books(self.books, market)


def load_terms(
    markets: Sequence[str] = (),
    on: date | None = None,
    facts: Path | None = None,
    product: str | None = None,
    drafts: Sequence[Path] = (),
) -> Terms:
    """The terms that options and settings ask for. `on` defaults to today (UTC); `drafts` are rulebooks that take the place of
    those of their name, or stand beside them.

    Raises UsageError for an unknown product or market, InputNotFound for a facts file or draft that is not there, and
    RulebookError for every mistake in the word lists, rulebooks, facts and the register of laboratories.
    """
    config = settings.load()
    vocabulary.check_all()
    methods.check()
    load_profiles()
    if product is not None and product not in vocabulary.product_forms():
        raise UsageError(f"'{product}' is no product; known are {', '.join(vocabulary.product_forms())}")
    for draft in drafts:
        if not draft.is_file():
            raise InputNotFound(f"{draft}: no such rulebook")
    books = load_rulebooks(config.expectations, drafts)
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
        laboratories=load_register(config.laboratories, hold=config.hold_laboratories)
        if config.laboratories
        else Register(),
    )


def collect(
    readings: Iterable[Reading], terms: Terms, only: frozenset[str] | None = None, beside: Beside | None = None
) -> list[Batch]:
    """The batches of many files, each over all its certificates. A file given twice counts once.

    `only` names the batches wanted, where not all are; `beside` is what all certificates say about each other, where the
    caller knows it already (see `compared`).
    """
    once = {reading.sha256: reading for reading in readings}
    analyses = [analysis for reading in once.values() for analysis in reading.analyses]
    return batches(
        (terms.laboratories.seen(one, terms.on) for one in analyses if only is None or one.batch_id in only),
        cache(lambda product: tuple(wanted(terms.books, terms.everywhere, product))),
        terms.facts,
        terms.product,
        compare(analyses) if beside is None else beside,
    )


def compared(readings: Iterable[Reading], spoken: Mapping[str, Iterable[str]] = MappingProxyType({})) -> Beside:
    """What the certificates of many files say about each other. A file given twice counts once.

    `spoken` names, for batches judged before, the hashes of the files that spoke of them. One that today's reader refuses, or
    reads as another batch, holds the batch: what it proved must not vanish with it.
    """
    once = {reading.sha256: reading for reading in readings}
    beside = compare(analysis for reading in once.values() for analysis in reading.analyses)
    for batch_id, files in spoken.items():
        for reading in (once[sha] for sha in files if sha in once and batch_id not in once[sha].batch_ids):
            reason = reading.refusals[0].message if reading.refusals else "it speaks of another batch"
            why = f"{reading.file} was judged as a certificate of this batch and is not read as one any more: {reason}"
            doubt = Doubt("EARLIER-UNREAD", why, Place(reading.file))
            beside.doubts.setdefault(batch_id, []).append(doubt)
    return beside


def judge_batches(found: Sequence[Batch], terms: Terms) -> Judgement:
    """Judge batches in one run of the engine; see `kratom_qc.judge.verdicts.judge`."""
    from kratom_qc.judge.verdicts import judge

    return judge(
        found, terms.books, markets=terms.markets, home=terms.home, on=terms.on, hold_overdue=terms.hold_overdue
    )
