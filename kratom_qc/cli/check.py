"""`kratom-qc check`: judge certificates without keeping anything."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kratom_qc.cli.options import Facts, Files, Json, Market, On, Product


def check(
    files: Files,
    product: Product = None,
    market: Market = None,
    on: On = None,
    facts: Facts = None,
    as_json: Json = False,
    every_market: Annotated[
        bool, typer.Option("--markets", help="Tell what decides in every market.")
    ] = False,
    annotate: Annotated[
        Path | None,
        typer.Option(
            metavar="OUT.xlsx",
            help="Write the file as a workbook with every problem marked in its cell and listed "
            "on the first sheet.",
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="OUT.pdf", help="Write the report of the one batch, as .pdf, .html or .xlsx."
        ),
    ] = None,
) -> int:
    """Judge certificates without keeping anything.

    Each batch is judged over all the files given. A folder stands for every certificate in it and
    below it, `-` for one on standard input. Into a pipe every verdict, reason and problem is one
    line of tab-separated fields: outcome, batch or file, cell, sentence, code or rule.

    \b
    Example:
      kratom-qc check certificate.xlsx --market us-tx --on 2026-11-22
      kratom-qc check chemistry.xlsx microbiology.csv --json
      kratom-qc check refused.csv --annotate to-fix.xlsx
      kratom-qc check certificate.xlsx --report certificate.pdf
      cat certificate.xlsx | kratom-qc check -
    """
    from kratom_qc.app.batches import judge_readings
    from kratom_qc.app.policy import load_policy
    from kratom_qc.cli import annotating, verdicts
    from kratom_qc.cli.inputs import named_files, read_named
    from kratom_qc.report.formats import Request

    policy = load_policy(market or (), on, facts, product)
    paths = named_files(files)
    if annotate is not None:
        annotating.check_target(paths, annotate)
    readings = read_named(paths)
    checked = verdicts.Checked(readings, judge_readings(readings, policy))
    if report is not None:
        from kratom_qc.cli import reporting  # loads the archive, which nothing else here needs

        reporting.write_report(checked.verdicts, Request(to=report))
    status = verdicts.show(checked, as_json=as_json, every_market=every_market)
    if annotate is not None:
        of_first = checked.of_file(readings[0])
        annotating.write_annotated(paths[0], readings[0], of_first, policy, annotate)
    return status
