"""`kratom-qc read`: a certificate as understood."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kratom_qc.cli.options import Json


def read(
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    as_json: Json = False,
    account: Annotated[
        bool, typer.Option("--account", help="Tell of every text of the file what became of it.")
    ] = False,
) -> int:
    """Show a certificate as understood, without judgement. `-` reads it from standard input.

    \b
    Example:
      kratom-qc read certificate.xlsx
      kratom-qc read certificate.xlsx --json
      kratom-qc read certificate.xlsx --account
    """
    from kratom_qc import vocabulary
    from kratom_qc.cli.certificates import show
    from kratom_qc.cli.inputs import named_files, read_named
    from kratom_qc.domain.errors import InputNotFound
    from kratom_qc.intake.layout.profiles import load as load_profiles
    from kratom_qc.vocabulary import methods

    vocabulary.check_all()
    methods.check()
    load_profiles()
    if file.is_dir():
        raise InputNotFound(f"{file}: is a folder; name one certificate, or use `kratom-qc check`")
    (reading,) = read_named(named_files([file]), account=account)
    return show(reading, as_json=as_json)
