"""`kratom-qc users`: who may sign in at the portal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kratom_qc.cli.options import StoreFolder

if TYPE_CHECKING:
    from pathlib import Path

    from kratom_qc.ledger.people import People

users = typer.Typer(
    name="users",
    rich_markup_mode=None,
    help="Who may sign in at the portal: add, list, disable …\n\n"
    "\b\nExample:\n  kratom-qc users list --store store",
)
Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]
PasswordStdin = Annotated[
    bool,
    typer.Option("--password-stdin", help="Read the password from the first line of the input."),
]


@users.command("add")
def users_add(
    name: Name,
    role: Annotated[
        str, typer.Option(metavar="ROLE", show_default=False, help="vendor|qa|operator|admin")
    ],
    vendor: Annotated[
        str | None, typer.Option(metavar="V", help="The company of a vendor's user.")
    ] = None,
    full_name: Annotated[
        str, typer.Option(metavar="TEXT", help="As it stands in signatures.")
    ] = "",
    password_stdin: PasswordStdin = False,
    store: StoreFolder = None,
) -> int:
    """Add a user.

    \b
    Example:
      kratom-qc users add anna --role qa --full-name "Anna Novak" --password-stdin < password
    """
    from kratom_qc.app.accounts import add_user
    from kratom_qc.app.store import user

    people = people_of(store)
    password = _password(asked=password_stdin)
    add_user(people, user(), name, role, password, vendor=vendor, full_name=full_name)
    print(f"{name} may sign in as {role}.")
    return 0


@users.command("password")
def users_password(
    name: Name, password_stdin: PasswordStdin = False, store: StoreFolder = None
) -> int:
    """Give a user another password.

    \b
    Example:
      kratom-qc users password anna --password-stdin < password
    """
    from kratom_qc.app.accounts import set_password
    from kratom_qc.app.store import user

    set_password(people_of(store), user(), name, _password(asked=password_stdin))
    print(f"{name} has another password.")
    return 0


@users.command("list")
def users_list(store: StoreFolder = None) -> int:
    """List every user with their role.

    \b
    Example:
      kratom-qc users list --store store
    """
    from kratom_qc.cli.console import fields_line

    for user in people_of(store).users():
        state = "" if user.is_enabled else "disabled"
        print(fields_line(user.name, user.role, user.vendor or "", user.full_name, state))
    return 0


@users.command("disable")
def users_disable(name: Name, store: StoreFolder = None) -> int:
    """Keep a user from signing in; their tokens end with it.

    \b
    Example:
      kratom-qc users disable anna --store store
    """
    return _enable(store, name, enabled=False)


@users.command("enable")
def users_enable(name: Name, store: StoreFolder = None) -> int:
    """Let a user that was disabled sign in again.

    \b
    Example:
      kratom-qc users enable anna --store store
    """
    return _enable(store, name, enabled=True)


def _enable(store: Path | None, name: str, *, enabled: bool) -> int:
    from kratom_qc.app.accounts import change_user
    from kratom_qc.app.store import user

    change_user(people_of(store), user(), name, is_enabled=enabled)
    print(f"{name} {'may sign in' if enabled else 'is disabled'}.")
    return 0


def people_of(store: Path | None) -> People:
    """The people of a store, which is made where there is none. Raises StoreError."""
    from kratom_qc import settings
    from kratom_qc.app.store import Store
    from kratom_qc.ledger.people import People

    return People(Store(store or settings.load().store).ledger)


def _password(*, asked: bool) -> str:
    """The first line of standard input. A password on a command line is seen by every process."""
    if asked:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise typer.BadParameter("name it on standard input, with --password-stdin")
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password
