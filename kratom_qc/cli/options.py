"""The options that several commands share, and how their texts are read."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from kratom_qc.domain.errors import KratomQCError


def day(text: str) -> date:
    """A day written as 2026-11-22. Raises BadParameter for every other text."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"'{text}' is not a date; write it as 2026-11-22"
        raise typer.BadParameter(message) from None


def complete_markets(incomplete: str) -> list[str]:
    """The markets that a shell offers; none where a setting or a rulebook is broken."""
    from kratom_qc import settings
    from kratom_qc.rulebooks.load import load_rulebooks
    from kratom_qc.rulebooks.scope import markets_of

    with suppress(KratomQCError):
        books = load_rulebooks(settings.load().expectations)
        return [market for market in markets_of(books) if market.startswith(incomplete)]
    return []


def complete_products(incomplete: str) -> list[str]:
    from kratom_qc import vocabulary

    return [name for name in vocabulary.product_names() if name.startswith(incomplete)]


Files = Annotated[list[Path], typer.Argument(metavar="FILE", show_default=False)]
Market = Annotated[
    list[str] | None,
    typer.Option(
        metavar="M",
        autocompletion=complete_markets,
        help="Judge for this market (may be repeated; default: all known for the market list, "
        "and the home markets for the verdict).",
    ),
]
ListedMarket = Annotated[
    list[str] | None,
    typer.Option(
        metavar="M",
        autocompletion=complete_markets,
        help="Of this market and every rulebook it lies under (may be repeated).",
    ),
]
Product = Annotated[
    str | None,
    typer.Option(
        metavar="P",
        autocompletion=complete_products,
        help="The product's form, where certificates do not say it.",
    ),
]
On = Annotated[
    date | None,
    typer.Option(
        parser=day,
        metavar="DATE",
        help="The day of judgement, as 2026-11-22 (default: today, UTC).",
    ),
]
StandingOn = Annotated[
    date | None,
    typer.Option(
        parser=day, metavar="DATE", help="How limits stand on this day (default: today, UTC)."
    ),
]
Facts = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="What the vendor declares about products (TOML)."),
]
StoreFolder = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Where batches are kept (default: ./store).")
]
Json = Annotated[
    bool, typer.Option("--json", help="One object a line on standard output, for programs.")
]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]
