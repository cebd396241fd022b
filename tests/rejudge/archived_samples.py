"""The sample certificates as a pass archives them, drafts made of the real rulebooks, and both ways of judging again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

from kratom_qc.app.batches import collect, judge_batches
from kratom_qc.app.policy import JudgementPolicy, load_policy
from kratom_qc.app.reading import Reading, read_content
from kratom_qc.app.rejudge.archived import Answer, answered
from kratom_qc.app.rejudge.plan import RejudgeRequest, archived_batches
from kratom_qc.app.release import whole_pass
from kratom_qc.app.store import Store
from kratom_qc.archive.history import History
from kratom_qc.domain.verdict import Verdict
from kratom_qc.interpret.facts import FactsFile, load_facts
from kratom_qc.rulebooks.load import load_rulebooks
from kratom_qc.rulebooks.scope import markets_of

ROOT = Path(__file__).resolve().parents[2]
CERTIFICATES, FACTS = ROOT / "sample_reports" / "certificates", ROOT / "sample_reports" / "products.toml"
BOOKS = ROOT / "expectations"
DAY = date(2026, 11, 22)


def archive(root: Path, inbox: Path = CERTIFICATES, policy: JudgementPolicy | None = None) -> Path:
    """One pass over a folder; returns its store."""
    whole_pass(inbox, Store(root / "store"), policy or load_policy((), DAY, FACTS))
    return root / "store"


@cache
def readings() -> tuple[Reading, ...]:
    """The sample certificates, read once."""
    return tuple(read_content(path.name, path.read_bytes()) for path in sorted(CERTIFICATES.iterdir()))


# ---------------------------------------------------------------- drafts


def in_force(book: str, part_of_id: str) -> str:
    """A real rulebook with its proposals of that name in force."""
    return "[[limit]]".join(
        row.replace('status = "proposed"', 'status = "in_force"') if part_of_id in _id(row) else row
        for row in rows(book)
    )


def without(book: str, rule_id: str) -> str:
    """A real rulebook without one of its limits."""
    return "[[limit]]".join(row for row in rows(book) if rule_id != _id(row))


def changed(book: str, rule_id: str, **texts: str) -> str:
    """A real rulebook with words of one of its limits replaced, `old=new`."""
    found = rows(book)
    assert sum(rule_id == _id(row) for row in found) == 1
    return "[[limit]]".join(_replaced(row, texts) if rule_id == _id(row) else row for row in found)


def _replaced(row: str, texts: Mapping[str, str]) -> str:
    for old, new in texts.items():
        assert old in row
        row = row.replace(old, new)
    return row


def rows(book: str) -> list[str]:
    """A real rulebook, its head first, then what stands under every [[limit]]."""
    return (BOOKS / f"{book}.toml").read_text(encoding="utf-8").split("[[limit]]")


def _id(row: str) -> str:
    lines = (line for line in row.splitlines() if line.startswith("id = "))
    return next(lines, "").removeprefix("id = ").strip('"')


def drafts(folder: Path, **books: str) -> list[Path]:
    """Drafts as files; `us_zz` is written as `us-zz.toml`."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name.replace('us_', 'us-')}.toml" for name in books]
    for path, text in zip(paths, books.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


# ---------------------------------------------------------------- judging again


def terms_of(paths: Sequence[Path] = (), on: date = DAY, **more: object) -> JudgementPolicy:
    """Today's terms of the samples, with drafts and on another day."""
    books = load_rulebooks(BOOKS, paths)
    policy = JudgementPolicy(books, markets_of(books), ("us",), on, load_facts(FACTS))
    return replace(policy, **more)  # type: ignore[arg-type]


def from_files(policy: JudgementPolicy) -> dict[str, Verdict]:
    """Every sample batch judged from its certificates."""
    found = collect(readings(), policy)
    return {verdict.batch.batch_id: verdict for verdict in judge_batches(found, policy).verdicts()}


def from_archive(
    history: History,
    policy: JudgementPolicy,
    *,
    every_limit: bool = False,
    declared: FactsFile = FactsFile(),  # noqa: B008
) -> Answer:
    """The archive judged again. What the vendor declared then is in it, and need not be declared again."""
    request = RejudgeRequest(history.root, "test", replace(policy, facts=declared))
    return answered(history, request, archived_batches(history, request.policy, every_limit=every_limit))
