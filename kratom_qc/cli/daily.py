"""`kratom-qc daily`: what `serve` does every day, for another scheduler."""

from __future__ import annotations

from typing import Annotated

import typer

from kratom_qc.cli.options import Facts, StoreFolder

daily = typer.Typer(name="daily", rich_markup_mode=None)


@daily.callback()
def about() -> None:
    """What `serve` does every day, one by one, for cron.

    \b
    Example:
      kratom-qc daily keep --store store
    """


@daily.command()
def rejudge(store: StoreFolder = None, facts: Facts = None) -> int:
    """Judge again what today's limits judge otherwise.

    \b
    Example:
      kratom-qc daily rejudge --store store
    """
    from kratom_qc.cli.days import rejudged

    return rejudged(store, facts)


@daily.command()
def keep(store: StoreFolder = None) -> int:
    """Verify the store, back it up and merge its small files.

    The backup goes into KRATOM_QC_BACKUPS, if it is set. Ends with 1 where something is damaged.

    \b
    Example:
      kratom-qc daily keep --store store
    """
    from kratom_qc.cli.days import kept

    return kept(store)


@daily.command()
def digest(
    store: StoreFolder = None,
    days: Annotated[int, typer.Option(metavar="N", min=1, help="How many days back.")] = 1,
) -> int:
    """Print what arrived, was judged and waits for a person.

    It is sent to KRATOM_QC_NOTIFY as well, if that is set.

    \b
    Example:
      kratom-qc daily digest --store store --days 7
    """
    from kratom_qc.cli.days import digested

    return digested(store, days)
