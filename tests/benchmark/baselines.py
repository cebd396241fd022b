"""The same certificates the way people do it today, and as bare as it can be done. Both do less than we do:
no units, no `<` or ND, no dates, no report; the per-file way writes no archive either.

A process of its own for every measurement; prints one line of JSON.
"""

from __future__ import annotations

import csv
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ["GX_ANALYTICS_ENABLED"] = "false"

import numpy as np
import pandas as pd
from measure import Stopwatch

from kratom_qc import settings, vocabulary
from kratom_qc.domain.limit import AmountLimit, Limit, NumericLimit
from kratom_qc.rulebooks.load import load_rulebooks
from kratom_qc.rulebooks.scope import product_books

NAMES = {"analyte": ("Analyte", "Parameter"), "result": ("Result", "Value")}


def numeric_limits() -> list[Limit]:
    """The numeric limits of our leaf rulebook and what it extends; only the figures are used, not the units."""
    books = load_rulebooks(settings.load().expectations)
    return [
        limit
        for book in product_books(books, "leaf_powder")
        for limit in book.limits
        if isinstance(limit, NumericLimit)
    ]


# ---------------------------------------------------------------- per file: pandas and one suite of stock expectations


def long_frame(table: pd.DataFrame) -> pd.DataFrame:
    """Analyte and number of every result, whatever the shape; a `<` is dropped, words become NaN."""
    cells = table.astype(object).where(table.notna(), None)
    rows = [list(row) for row in cells.itertuples(index=False)]
    pairs = [pair for pair in _pairs(rows) if vocabulary.analyte(pair[0])]
    frame = pd.DataFrame(pairs, columns=["analyte", "said"])
    frame["analyte"] = [vocabulary.analyte(name).id for name in frame["analyte"]]  # type: ignore[union-attr]
    frame["value"] = pd.to_numeric(frame["said"].astype(str).str.lstrip("<"), errors="coerce")
    return frame.drop_duplicates("analyte")


def _pairs(rows: Sequence[Sequence[Any]]) -> list[tuple[str, Any]]:
    """(analyte, result) of every line under every header row, by the header words of the generated papers."""
    found: list[tuple[str, Any]] = []
    columns: tuple[int, int] | None = None
    for row in rows:
        if "Batch No." in row and len([cell for cell in row if cell]) > 30:
            return [(str(name), value) for name, value in zip(row, rows[-1], strict=False) if name]
        places = [[row.index(name) for name in names if name in row] for names in NAMES.values()]
        if all(places):
            columns = places[0][0], places[1][0]
        elif columns and row[columns[0]] and row[columns[1]] is not None:
            found.append((str(row[columns[0]]), row[columns[1]]))
    return found


def per_file(files: Sequence[Path]) -> None:
    """Read each file with pandas and run one stock expectation per limit on it; the suite is built once, outside."""
    watch = Stopwatch()
    frames = {path: _pandas(path) for path in files[:1]}
    tested = set(frames[files[0]]["analyte"])
    definition, expectations = _suite([limit for limit in numeric_limits() if limit.subject in tested])
    definition.run(batch_parameters={"dataframe": frames[files[0]]})  # the first run builds registries
    for path in files:
        with watch("read"):
            frame = _pandas(path)
        with watch("great_expectations"):
            definition.run(batch_parameters={"dataframe": frame})
    watch.report(files=len(files), expectations=expectations)


def _pandas(path: Path) -> pd.DataFrame:
    table = (
        pd.read_csv(path, header=None, dtype=str)
        if path.suffix == ".csv"
        else pd.read_excel(path, header=None, engine="openpyxl")
    )
    return long_frame(table)


def _suite(limits: Sequence[Limit]) -> tuple[Any, int]:
    import great_expectations as gx
    from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults
    from great_expectations.data_context.types.base import ProgressBarsConfig as Bars

    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=Bars(globally=False),
    )
    context = gx.get_context(project_config=config, mode="ephemeral")
    suite = context.suites.add(gx.ExpectationSuite(name="limits", expectations=[_expectation(one) for one in limits]))
    data = (
        context.data_sources.add_pandas("files").add_dataframe_asset("file").add_batch_definition_whole_dataframe("all")
    )
    definition = gx.ValidationDefinition(name="file", data=data, suite=suite)
    return context.validation_definitions.add(definition), len(suite.expectations)


def _expectation(limit: Limit) -> Any:
    from great_expectations import expectations as gxe
    from great_expectations.expectations.row_conditions import Column

    accepted = getattr(limit, "acceptance_interval", None)
    low, high = (accepted.low, accepted.high) if accepted else (0, 0)
    return gxe.ExpectColumnValuesToBeBetween(
        column="value", min_value=float(low), max_value=None if high is None else float(high),
        row_condition=Column("analyte") == limit.subject,
    )  # fmt: skip


# ---------------------------------------------------------------- the floor: calamine, numpy, Parquet


def floor(files: Sequence[Path]) -> None:
    """calamine (csv for csv), one vectorised comparison over all values, one Parquet file."""
    watch = Stopwatch()
    with watch("floor"), tempfile.TemporaryDirectory() as folder:
        with watch("read"):
            pairs = [pair for path in files for pair in _pairs(_rows(path))]
        with watch("compare"):
            table = _compared(pairs)
        with watch("write"):
            table.to_parquet(Path(folder) / "results.parquet")
    watch.report(files=len(files), rows=len(table))


def _rows(path: Path) -> list[list[Any]]:
    from python_calamine import CalamineWorkbook

    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()


def _compared(pairs: Sequence[tuple[str, Any]]) -> pd.DataFrame:
    """Every number against the largest limit of its analyte."""
    highest = {
        limit.subject: float(limit.acceptance_interval.high)
        for limit in numeric_limits()
        if isinstance(limit, AmountLimit) and limit.acceptance_interval.high
    }
    ids = {name: known.id for name in {name for name, _ in pairs} if (known := vocabulary.analyte(name))}
    table = pd.DataFrame(pairs, columns=["analyte", "said"]).astype({"said": str})
    table["analyte"] = table["analyte"].map(ids)
    table = table.dropna(subset="analyte")
    table["value"] = pd.to_numeric(table["said"].str.lstrip("<"), errors="coerce")
    table["fails"] = table["value"].to_numpy() > table["analyte"].map(highest).fillna(np.inf).to_numpy()
    return table


if __name__ == "__main__":
    chosen = sorted(Path(sys.argv[2]).iterdir())[: int(sys.argv[3])]
    {"per_file": per_file, "floor": floor}[sys.argv[1]](chosen)
