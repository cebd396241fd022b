"""By what batches are judged: rulebooks, markets, day, declarations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from kratom_qc import settings, vocabulary
from kratom_qc.domain.errors import RulebookError, UsageError
from kratom_qc.domain.limit import Rulebook
from kratom_qc.intake.layout.profiles import load as load_profiles
from kratom_qc.interpret.facts import FactsFile, load_facts
from kratom_qc.interpret.laboratories import Register, load_register
from kratom_qc.rulebooks import kept
from kratom_qc.rulebooks.scope import market_books, markets_of
from kratom_qc.vocabulary import methods, wording
from kratom_qc.vocabulary.texts import TextRegister
from kratom_qc.vocabulary.texts import load as load_texts


@dataclass(frozen=True, slots=True)
class JudgementPolicy:
    """By what a run judges: rulebooks, markets, day, and what the vendor and the user declare."""

    books: dict[str, Rulebook]
    markets: tuple[str, ...]
    home: tuple[str, ...]
    on: date
    facts: FactsFile = FactsFile()  # noqa: RUF009 - frozen and empty
    product: str | None = None
    hold_overdue: bool = False  # a rulebook past its max_age_days holds, instead of only warning
    laboratories: Register = Register()  # noqa: RUF009 - frozen and empty
    texts: TextRegister = TextRegister()  # noqa: RUF009 - empty
    required_panels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def everywhere(self) -> tuple[str, ...]:
        """Every market that counts: those asked for, then the home markets."""
        return tuple(dict.fromkeys((*self.markets, *self.home)))

    @property
    def overdue(self) -> tuple[str, ...]:
        """A sentence for the rulebooks that nobody has compared with their sources for too long."""
        return wording.overdue(self.books.values(), self.on)

    def __post_init__(self) -> None:
        """Raises UsageError for a market without a rulebook."""
        for market in (*self.markets, *self.home):
            market_books(self.books, market)


def check_product(product: str | None) -> None:
    """Raises UsageError with the nearest name for a product form that is not known."""
    known = vocabulary.product_names()
    if product is not None and product not in known:
        raise UsageError(
            f"'{product}' is no product{vocabulary.nearest_hint(product, known)}; "
            f"known are {', '.join(known)}"
        )


def load_policy(
    markets: Sequence[str] = (),
    on: date | None = None,
    facts: Path | None = None,
    product: str | None = None,
    drafts: Sequence[Path] = (),
) -> JudgementPolicy:
    """The terms that options and settings ask for. `on` defaults to today (UTC); `drafts` are
    rulebooks that take the place of those of their name, or stand beside them.

    Raises UsageError for an unknown product or market, InputNotFound for a facts file or draft that
    is not there, and RulebookError for every mistake in the word lists, rulebooks, facts and the
    registers of laboratories and of texts.
    """
    config = settings.load()
    load_profiles()
    check_product(product)
    books = _rulebooks(config.expectations, drafts)
    _check_home_markets(config.home_markets, books)
    declared = facts or config.facts
    asked = tuple(dict.fromkeys(markets))
    return JudgementPolicy(
        books=books,
        markets=asked or markets_of(books),
        home=asked or config.home_markets,
        on=on or datetime.now(UTC).date(),
        facts=load_facts(declared) if declared else FactsFile(),
        product=product,
        hold_overdue=config.hold_overdue,
        laboratories=_register(config),
        texts=own_texts(config.texts),
        required_panels=config.required_panels,
    )


def _rulebooks(folder: Path, drafts: Sequence[Path]) -> dict[str, Rulebook]:
    """Rulebooks and word lists without a mistake: as they were kept, or loaded and checked."""
    kept_books = None if drafts else kept.load(folder)
    if kept_books is not None:
        return kept_books
    from kratom_qc.rulebooks.load import load_rulebooks  # loads models that only this needs

    name = None if drafts else kept.name_of(folder)
    vocabulary.check_all()
    methods.check()
    books = load_rulebooks(folder, drafts)
    kept.keep(folder, books, name)
    return books


def _check_home_markets(markets: Sequence[str], books: Mapping[str, Rulebook]) -> None:
    if not markets:
        raise RulebookError("KRATOM_QC_HOME_MARKETS names no market")
    for market in markets:
        if market not in markets_of(books):
            raise RulebookError(f"KRATOM_QC_HOME_MARKETS names '{market}', which has no rulebook")


def own_texts(path: Path) -> TextRegister:
    """The store's own register of texts; empty where nobody has read any. Raises RulebookError with
    every mistake in it."""
    return load_texts(path, str(path)) if path.exists() else TextRegister()


def _register(config: settings.Settings) -> Register:
    if config.laboratories is None:
        return Register()
    return load_register(config.laboratories, hold=config.hold_laboratories)
