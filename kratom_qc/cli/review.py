"""`kratom-qc batches`, `review` and `decide`: where every batch of a store stands, and what people
decide."""

from __future__ import annotations

from typing import Annotated

import typer

from kratom_qc.cli.options import Json, StoreFolder

Batch = Annotated[str, typer.Argument(metavar="BATCH", show_default=False)]
Because = Annotated[str, typer.Option(metavar="TEXT", help="The reason.", show_default=False)]
By = Annotated[str, typer.Option(metavar="NAME", help="Who decides.", show_default=False)]


def batches(store: StoreFolder = None, as_json: Json = False) -> int:
    """List the batches of a store.

    Each with its newest verdict, where it stands, and when and by which pass it was judged.

    \b
    Example:
      kratom-qc batches --store store
      kratom-qc batches --store store --json
    """
    from kratom_qc import settings
    from kratom_qc.cli.dossiers import print_batches

    return print_batches(store or settings.load().store, as_json=as_json)


def review(
    batch: Annotated[
        str | None,
        typer.Argument(metavar="BATCH", show_default=False, help="Default: list what waits."),
    ] = None,
    store: StoreFolder = None,
) -> int:
    """Show what a decision would rest on.

    Without a batch it lists those that wait for a decision, the worst first.

    \b
    Example:
      kratom-qc review --store store
      kratom-qc review HB-260814-A --store store
    """
    from kratom_qc import settings
    from kratom_qc.cli.dossiers import print_dossier, print_waiting

    root = store or settings.load().store
    return print_waiting(root) if batch is None else print_dossier(root, batch)


def amend(
    batch: Batch,
    before: Annotated[
        str,
        typer.Argument(
            metavar="BEFORE", show_default=False, help="The certificate that gives way."
        ),
    ],
    because: Because,
    by: By,
    after: Annotated[
        str | None,
        typer.Argument(
            metavar="AFTER",
            show_default=False,
            help="The corrected one; none: BEFORE counts again.",
        ),
    ] = None,
    second: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The other person, for a batch that FAILs or HOLDs."),
    ] = None,
    store: StoreFolder = None,
) -> int:
    """Let a corrected certificate take the place of an earlier one.

    Until then both count, and the worst of them decides. `review` shows the certificates and what
    differs, line by line. They are named as they came, or by the beginning of their SHA-256. Then
    judge the batch again: run --again.

    \b
    Example:
      kratom-qc amend HB-260814-A a.xlsx corrected.xlsx --because "typing error" --by "A. Novak"
    """
    from kratom_qc import settings
    from kratom_qc.app.review import Ruling
    from kratom_qc.cli.dossiers import print_amended

    people = (by, second) if second else (by,)
    ruling = Ruling("amended", because, people)
    return print_amended(store or settings.load().store, batch, before, after, ruling)


def decide(
    batch: Batch,
    decision: Annotated[
        str, typer.Argument(metavar="DECISION", show_default=False, help="released|rejected|hold")
    ],
    because: Because,
    by: By,
    second: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The other person: to release what FAILs, is on HOLD or was rejected takes two.",
        ),
    ] = None,
    seen: Annotated[
        str, typer.Option(metavar="HASH", help="Decide only if the batch still rests on this hash.")
    ] = "",
    store: StoreFolder = None,
) -> int:
    """Release a batch, reject it or hold it.

    A batch that PASSes is released by one person; one that FAILs or is on HOLD is released under
    deviation, by two. A later verdict with another outcome ends a release or a rejection. A
    decision made here is not signed; at the portal it is.

    \b
    Example:
      kratom-qc decide HB-260814-A released --because "all limits met" --by "A. Novak" --store store
    """
    from kratom_qc import settings
    from kratom_qc.app.review import Ruling
    from kratom_qc.cli.dossiers import print_decided

    people = (by, second) if second else (by,)
    ruling = Ruling(decision, because, people, seen)
    return print_decided(store or settings.load().store, batch, ruling)
