"""The pages of a store, for people: the index of everything, one page per pass and per batch.

    reports/index.html           every batch with its newest verdict and where it stands
    reports/index/<number>.js    the batches that the index lists, some thousand a file
    reports/passes/<pass>.html   what one pass judged and refused, where something leads to it
    reports/<batch>.html         the newest page of a batch
    reports/limits.html          the limits by which the newest pass judged
    reports/groups.html          vendors, laboratories and products, where somebody asked for them

All of it follows from the ledger and from the pages that passes kept, and can be made again. What
has not changed is not written again. To a pass lead the index, for the newest, and the page of a
batch that it judged before; `tidy` removes the pages of the others.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import chain, starmap
from pathlib import Path
from typing import Any

from filelock import FileLock

from kratom_qc import PROGRAM
from kratom_qc.app.terms import policy_of
from kratom_qc.archive import disk
from kratom_qc.archive.pages import FOLDER, Page, batches_of, page_of, pages
from kratom_qc.archive.store import table_path
from kratom_qc.domain.errors import InputNotFound, RulebookError
from kratom_qc.domain.limit import Rulebook
from kratom_qc.interpret.facts import FactsFile
from kratom_qc.ledger.ledger import KnownBatch, KnownPass, Ledger
from kratom_qc.report import store_index
from kratom_qc.report.html import page_name
from kratom_qc.report.limits import limits_page
from kratom_qc.report.store_index import Further, Index, IndexRow, PassLine, RefusedFile
from kratom_qc.vocabulary import wording

log = logging.getLogger(__name__)
_TOGETHER = 2_000  # entries of the journal whose batches stand in one file of the index
_SHOWN = 300  # open batches that the index lists without a script
_PASSES = 20  # passes that it lists
_ANSWERS = 5  # what-ifs that it lists
GROUPS, LIMITS = "groups.html", "limits.html"


def pass_page_name(pass_id: str) -> str:
    """The place of a pass's page among the reports."""
    return f"passes/{pass_id}.html"


def publish(root: Path, ledger: Ledger, pass_id: str, books: dict[str, Rulebook] | None) -> None:
    """Let people see what a pass wrote. `books` are the rulebooks by which it judged, where the
    caller has them. Raises StoreError where a page cannot be written."""
    path = _path(root, pass_id)
    if path.exists():  # a pass of an earlier version wrote none
        _write(root, pages(path))
        _write(root, _passes_before(root, ledger, batches_of(path)))
    refresh(root, ledger, books)


def rebuild(root: Path, ledger: Ledger) -> int:
    """Make every page again. Returns how many there are. Raises StoreError where kept pages cannot
    be read or a page cannot be written."""
    current: set[tuple[str, str | None]] = {(pass_id, None) for pass_id in _led_to(ledger)}
    current |= {(batch.pass_id, batch.batch_id) for batch in ledger.batches().values()}
    lying, written = ledger.lying(), 0
    for stem in dict.fromkeys(lying.get(one.pass_id, one.pass_id) for one in ledger.passes()):
        path = _path(root, stem)
        if path.exists():
            of_file = (one for one in pages(path) if (one.pass_id, one.batch_id) in current)
            written += _write(root, of_file)
    _head_path(root).unlink(missing_ok=True)
    tidy(root, ledger)
    refresh(root, ledger)
    return written


def tidy(root: Path, ledger: Ledger) -> None:
    """Remove the pages of passes to which nothing leads any more; they stay in the archive. Raises
    StoreError where one cannot be removed."""
    stay = {pass_page_name(pass_id) for pass_id in _led_to(ledger)}
    for path in (root / "reports" / "passes").glob("*.html"):
        if f"passes/{path.name}" not in stay:
            with disk.told(path, "cannot be removed"):
                path.unlink()


def _led_to(ledger: Ledger) -> set[str]:
    """The passes to which the index or the page of a batch leads."""
    again = [one.batch_id for one in ledger.batches().values() if one.before]
    return {*(one.pass_id for one in ledger.newest_passes(_PASSES)), *_judging(ledger, again)}


def _judging(ledger: Ledger, batch_ids: Collection[str]) -> dict[str, None]:
    """The passes that judged batches, in their order."""
    entries = chain.from_iterable(ledger.verdicts_of(batch_ids).values())
    return dict.fromkeys(entry.made["pass_id"] for entry in entries)


def _passes_before(root: Path, ledger: Ledger, batch_ids: Collection[str]) -> Iterator[Page]:
    """The pages of passes that judged batches and whose pages were removed."""
    for pass_id in _judging(ledger, batch_ids):
        if not (root / "reports" / pass_page_name(pass_id)).exists():
            found = _kept(root, ledger, pass_id, None)
            yield from [found] if found else []


def _kept(root: Path, ledger: Ledger, pass_id: str, batch_id: str | None) -> Page | None:
    path = _path(root, ledger.lying([pass_id]).get(pass_id, pass_id))
    return page_of(path, pass_id, batch_id) if path.exists() else None


def _path(root: Path, stem: str) -> Path:
    return table_path(root, FOLDER, stem)


def page(root: Path, ledger: Ledger, batch_id: str, pass_id: str | None = None) -> Page:
    """A batch's newest page, or that of one pass. Raises InputNotFound where there is none, and
    StoreError where it cannot be read."""
    known = ledger.batches([batch_id])
    if batch_id not in known:
        raise InputNotFound(f"'{batch_id}' is no batch of {root}")
    of_pass = pass_id or known[batch_id].pass_id
    kept = _kept(root, ledger, of_pass, batch_id)
    if kept is None:
        raise InputNotFound(f"{root}: the pass {of_pass} kept no page of batch {batch_id}")
    return kept


def limits_as_judged(root: Path) -> str:
    """The page of the limits by which the newest pass judged. Raises InputNotFound where there is
    none."""
    path = root / "reports" / LIMITS
    if not path.is_file():
        raise InputNotFound(f"{root} holds no page of limits")
    return path.read_text(encoding="utf-8")


def _write(root: Path, written: Iterable[Page]) -> int:
    """Write pages among the reports, and have them on the disk."""

    def contents() -> Iterator[tuple[Path, bytes]]:
        for kept in written:
            path = root / "reports" / kept.name
            disk.make_folder(path.parent)
            yield path, kept.page.encode("utf-8")

    return disk.write_all(contents())


# ---------------------------------------------------------------- the index


def refresh(root: Path, ledger: Ledger, books: dict[str, Rulebook] | None = None) -> None:
    """Write what has changed since the index was written last. Raises StoreError where it
    cannot."""
    with _alone(root):
        known = _head(root)
        made_by = {"program": PROGRAM, "together": _TOGETHER}
        since = known["sequence"] if made_by.items() <= known.items() else 0
        for path in () if since else _scripts(root):  # of batches that are not kept any more
            path.unlink()
        head = {**made_by, "sequence": ledger.head().sequence}
        newest = next(iter(ledger.newest_passes(1)), None)
        head["limits"] = _limits(root, ledger, newest, known.get("limits"), books)
        for number in ledger.blocks(_TOGETHER, since):
            rows = map(index_row, ledger.block(number, _TOGETHER))
            _write_one(root, _script(number), store_index.block(rows))
        index = store_index.index_page(_index(root, ledger), program=PROGRAM)
        _write_one(root, "index.html", index)
        _write_one(root, "index/head.json", json.dumps(head))


def _index(root: Path, ledger: Ledger) -> Index:
    tally = ledger.tally()
    passes = ledger.newest_passes(_PASSES)
    return Index(
        verdicts=tally.verdicts,
        dispositions=tally.dispositions,
        open=list(map(index_row, ledger.open_batches(_SHOWN))),
        refused=list(starmap(RefusedFile, ledger.refused())),
        passes=[
            PassLine(
                pass_page_name(known.pass_id),
                known.sequence,
                known.judged_on,
                known.judged_at,
                known.program,
            )
            for known in passes
        ],
        scripts=[f"index/{path.name}" for path in _scripts(root)],
        further=list(_further(root)),
    )


def _further(root: Path) -> Iterator[Further]:
    """What somebody asked for beside the index: the pages of groups, and the newest what-ifs."""
    if (root / "reports" / GROUPS).is_file():
        yield Further(GROUPS, "vendors, laboratories and products, with trends")
    answers = sorted((root / "rejudged").glob("*/index.html"))[-_ANSWERS:]
    for path in answers:
        yield Further(f"../rejudged/{path.parent.name}/index.html", f"what if: {path.parent.name}")


def index_row(batch: KnownBatch) -> IndexRow:
    """A batch as lists of batches show it."""
    return IndexRow(
        link=page_name(batch.batch_id),
        batch_id=batch.batch_id,
        product=wording.product_name(batch.product),
        laboratory=batch.laboratory,
        verdict=str(batch.verdict),
        before=batch.before,
        disposition=str(batch.disposition),
        judged_on=batch.judged_on,
        number=batch.sequence,
        reason=batch.reason,
    )


def _script(number: int) -> str:
    return f"index/{number:06d}.js"


def _scripts(root: Path) -> list[Path]:
    return sorted((root / "reports" / "index").glob("*.js"))


def _limits(
    root: Path,
    ledger: Ledger,
    newest: KnownPass | None,
    known: list[str] | None,
    books: dict[str, Rulebook] | None,
) -> list[str] | None:
    """Write the page of limits where it is that of other terms or another day. Returns those of
    the page that is there."""
    if newest is None or newest.terms is None or known == [newest.terms, newest.judged_on]:
        return known
    day = date.fromisoformat(newest.judged_on)
    try:
        made: dict[str, Any] = ledger.terms()[newest.terms]
        by = books or policy_of(root, made, day, FactsFile()).books
    except RulebookError:
        log.warning("rulebooks of the newest pass cannot be loaded", extra={"terms": newest.terms})
        return known
    _write_one(root, LIMITS, limits_page(by, day=day, program=PROGRAM))
    return [newest.terms, newest.judged_on]


def _head_path(root: Path) -> Path:
    return root / "reports" / "index" / "head.json"


def _head(root: Path) -> dict[str, Any]:
    """What the index says of itself; nothing where there is none."""
    try:
        head: dict[str, Any] = json.loads(_head_path(root).read_bytes())
        return {**head, "sequence": int(head["sequence"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _write_one(root: Path, name: str, text: str) -> None:
    path = root / "reports" / name
    disk.make_folder(path.parent)
    disk.write_synced(path, text.encode("utf-8"))


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One writer of the index at a time: the state that one reads is never older than what is
    there."""
    folder = root / "reports"
    disk.make_folder(folder)
    with disk.told(folder), FileLock(folder / ".lock"):
        yield
