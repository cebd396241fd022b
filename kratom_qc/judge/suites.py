"""A rulebook's compiled suite for people: in plain words, as Great Expectations' own JSON, or
rendered as Data Docs.

It is the suite that judges: `engine.suite` makes it, from the same bands. Words are added to its
meta here and nowhere else, so that a run carries none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.errors import EngineError
from kratom_qc.domain.limit import DECIDING, Limit, Rulebook
from kratom_qc.judge import engine
from kratom_qc.judge.ends import bands
from kratom_qc.judge.engine import Frame
from kratom_qc.judge.expectations import COLUMNS
from kratom_qc.judge.gx import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
    gx,
)
from kratom_qc.judge.plan import Asked, Group, plan
from kratom_qc.rulebooks import plainly
from kratom_qc.rulebooks.dates import decides
from kratom_qc.rulebooks.scope import markets_of
from kratom_qc.vocabulary import wording

_NAME = "expect_results_to_lie_within_limits"
_EXTERNAL = re.compile(
    r"<link[^>]+href=\"https?://[^>]*>|<script\b.*?</script>|<source[^>]*>|<img[^>]+src=\"https?://[^>]*>"
    r"|<footer\b.*?</footer>",
    re.DOTALL,
)
_STYLE = """<style>
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:0 auto;padding:1.5rem;color:#1b2025}
nav,.d-none,[id$=modal],.popover{display:none}
table{border-collapse:collapse;width:100%}
td,th{border-bottom:1px solid #dcdfe3;padding:.35rem .7rem .35rem 0}
td,th{text-align:left;vertical-align:top}
h1,h2,h3,h4,h5{line-height:1.25}
ul{padding-left:1.2rem}
.text-danger{color:#ab1d1d}.text-success{color:#17663a}
.fa-check-circle:before{content:"✓"}.fa-times:before{content:"✗"}
</style>"""


def compiled(book: Rulebook) -> Any:
    """The suite of a rulebook's own limits, with what each asks in its meta."""
    return _in_words(engine.suite(_empty(book)), [_in_one_sentence(limit) for limit in book.limits])


def _in_one_sentence(limit: Limit) -> str:
    """A limit in one sentence; every limit is put to the engine, and this tells those apart that
    never decide."""
    asks = plainly.plainly(limit)
    if decides(limit):
        return asks
    status = "" if limit.status in DECIDING else f"{limit.status}, "
    return f"{asks} [{status}{plainly.why_not(limit)}]"


def _empty(book: Rulebook) -> Frame:
    both = [bands(limit) for limit in book.limits]
    return Frame(
        (book,),
        pd.DataFrame(columns=["batch", *COLUMNS], dtype=float),
        ([band.outer for band in both], [band.inner for band in both]),
        0,
    )


def _in_words(suite: Any, limits: Sequence[str], rows: Sequence[str] = ()) -> Any:
    for expectation in suite.expectations:
        if getattr(expectation, "question", None) is not None:
            expectation.meta = {**expectation.meta, "limits": list(limits), "rows": list(rows)}
    return suite


# ---------------------------------------------------------------- Data Docs


def docs(
    book: Rulebook, books: Mapping[str, Rulebook], batches: Sequence[Batch], folder: Path
) -> list[Path]:
    """Render a rulebook's suite, and how these batches stand to it, as Data Docs. Built once;
    returns the pages.

    The pages load nothing from elsewhere: what Great Expectations' templates fetch from public
    servers is taken out.
    """
    context = _context(folder)
    pairs = _questions(book, books, batches)
    if pairs:
        frame = engine._frame(pairs)
        suite = _in_words(engine.suite(frame), _limits(pairs), _rows(pairs, batches))
        if len(frame.table):
            _run(context, frame, suite)
        else:
            context.suites.add(suite)
    else:
        context.suites.add(compiled(book))
    context.build_data_docs()
    pages = _made_plain(folder, book)
    kinds = {"expectations"}
    if context.validation_definitions.all():
        kinds.add("validations")
    rendered = {page.relative_to(folder).parts[0] for page in pages[1:]}
    raw = any(_NAME in page.read_text(encoding="utf-8") for page in pages)
    # A page that does not render is only logged, and a block is replaced by the raw call.
    if rendered != kinds or raw:
        raise EngineError(f"rulebook {book.id}: Great Expectations did not render its Data Docs")
    return pages


def _questions(
    book: Rulebook, books: Mapping[str, Rulebook], batches: Sequence[Batch]
) -> list[tuple[Group, Asked]]:
    groups = plan(batches, books, markets_of(books))
    return [(group, asked) for group in groups for asked in group.asked if asked.book.id == book.id]


def _limits(pairs: Sequence[tuple[Group, Asked]]) -> list[str]:
    """The limits in the order of their numbers in the frame."""
    return list({asked.limit.rule_id: _in_one_sentence(asked.limit) for _, asked in pairs}.values())


def _rows(pairs: Sequence[tuple[Group, Asked]], batches: Sequence[Batch]) -> list[str]:
    """Every row of the frame in words: the batch, the limit, and what was said of it."""
    rows: list[str] = []
    for group, asked in pairs:
        limit = f"{asked.limit.rule_id}, {_in_one_sentence(asked.limit)}"
        for place, answer in zip(asked.column.answered, asked.column.present, strict=True):
            row = f"{batches[group.members[place]].batch_id}: {limit}"
            if answer.subject != "objections":
                row += f": {wording.interval_words(answer.interval, answer.unit)}"
            rows.append(row)
    return rows


def _context(folder: Path) -> Any:
    site = {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": {
            "class_name": "TupleFilesystemStoreBackend",
            "base_directory": str(folder.resolve()),
        },
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    }
    return gx.get_context(
        project_config=DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            data_docs_sites={"docs": site},
            progress_bars=ProgressBarsConfig(globally=False),
            analytics_enabled=False,
        ),
        mode="ephemeral",
    )


def _run(context: Any, frame: Frame, suite: Any) -> None:
    asked = context.suites.add(suite)
    asset = context.data_sources.add_pandas(asked.name).add_dataframe_asset("answers")
    data = asset.add_batch_definition_whole_dataframe("all")
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name=asked.name, data=data, suite=asked)
    )
    definition.run(batch_parameters={"dataframe": frame.table}, result_format=engine.RESULT_FORMAT)


def _made_plain(folder: Path, book: Rulebook) -> list[Path]:
    """The pages without anything loaded from elsewhere, and an index that needs no script."""
    pages = sorted(path for path in folder.rglob("*.html") if path != folder / "index.html")
    for page in pages:
        text = _EXTERNAL.sub("", page.read_text(encoding="utf-8"))
        page.write_text(text.replace("</head>", f"{_STYLE}</head>", 1), encoding="utf-8")
    addresses = {page: escape(page.relative_to(folder).as_posix()) for page in pages}
    links = "".join(
        f'<li><a href="{address}">{_called(page, folder)}</a></li>'
        for page, address in addresses.items()
    )
    title = escape(book.title)
    index = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{title}</title>{_STYLE}</head>"
    )
    (folder / "index.html").write_text(
        f"{index}<body><h1>{title}</h1><ul>{links}</ul></body></html>\n", encoding="utf-8"
    )
    return [folder / "index.html", *pages]


def _called(page: Path, folder: Path) -> str:
    return (
        "what it asks"
        if page.relative_to(folder).parts[0] == "expectations"
        else "how the batches stand"
    )
