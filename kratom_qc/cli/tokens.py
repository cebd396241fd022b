"""`kratom-qc tokens`: by which programs show whose they are."""

from __future__ import annotations

from typing import Annotated

import typer

from kratom_qc.cli.options import StoreFolder
from kratom_qc.cli.users import Name, people_of

tokens = typer.Typer(
    name="tokens",
    rich_markup_mode=None,
    help="By which programs show whose they are: add, list, revoke.\n\n"
    "\b\nExample:\n  kratom-qc tokens list --store store",
)


@tokens.command("add")
def tokens_add(name: Name, store: StoreFolder = None) -> int:
    """Print a new token of a user, which nobody can show again.

    \b
    Example:
      kratom-qc tokens add anna --store store
    """
    from kratom_qc.app.accounts import add_token
    from kratom_qc.app.store import user

    print(add_token(people_of(store), user(), name))
    return 0


@tokens.command("list")
def tokens_list(store: StoreFolder = None) -> int:
    """List every token by its id, with its user.

    \b
    Example:
      kratom-qc tokens list --store store
    """
    from kratom_qc.cli.console import fields_line

    for token in people_of(store).tokens():
        print(
            fields_line(token.token_id, token.user, token.at, "" if token.is_enabled else "revoked")
        )
    return 0


@tokens.command("revoke")
def tokens_revoke(
    token_id: Annotated[str, typer.Argument(metavar="ID", show_default=False)],
    store: StoreFolder = None,
) -> int:
    """End a token.

    \b
    Example:
      kratom-qc tokens revoke 1a2b3c4d --store store
    """
    from kratom_qc.app.accounts import revoke_token
    from kratom_qc.app.store import user

    revoke_token(people_of(store), user(), token_id)
    print(f"{token_id} is revoked.")
    return 0
