"""`kratom-qc rejudge`: its options. What it does is in `cli/rejudge.py`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from kratom_qc.cli.options import Facts, Json, Market, On, day


def rejudge(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="Certificates (default: the whole archive)."),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="The store whose archive is judged again (default: ./store)."
        ),
    ] = None,
    drafts: Annotated[
        list[Path] | None,
        typer.Option(
            "--with",
            metavar="RULEBOOK.toml",
            help="A draft that takes the place of the rulebook of its name, or stands beside them "
            "(may be repeated).",
        ),
    ] = None,
    market: Market = None,
    on: On = None,
    facts: Facts = None,
    then: Annotated[
        date | None,
        typer.Option(
            parser=day,
            metavar="DATE",
            help="With files: the day to compare with (default: today, UTC).",
        ),
    ] = None,
    every_limit: Annotated[
        bool,
        typer.Option(
            "--every-limit", help="Ask every limit again, also those that have not changed."
        ),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where the answer is kept (default: STORE/rejudged)."),
    ] = None,
    as_json: Json = False,
) -> int:
    """Tell which batches change on another day or by a draft.

    Verdicts are kept beside the old, never over them.

    \b
    Example:
      kratom-qc rejudge certificate.xlsx --with drafts/us.toml --then 2026-11-22 --on 2026-12-01
      kratom-qc rejudge --store store --on 2026-12-01
    """
    from kratom_qc import settings
    from kratom_qc.cli.rejudge import RejudgeOptions
    from kratom_qc.cli.rejudge import rejudge as answer

    return answer(
        RejudgeOptions(
            files=tuple(files or ()),
            store=store or settings.load().store,
            drafts=tuple(drafts or ()),
            on=on,
            then=then,
            markets=tuple(market or ()),
            facts=facts,
            output=output,
            every_limit=every_limit,
            as_json=as_json,
        )
    )
