"""What a vendor is given: a certificate with its problems marked, a blank one to fill in, and what
every code means."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from kratom_qc import settings, vocabulary
from kratom_qc.app.policy import JudgementPolicy, load_policy
from kratom_qc.app.reading import Reading
from kratom_qc.domain.errors import InputNotFound, StoreError, UsageError
from kratom_qc.domain.limit import AmountLimit, DescribedLimit, Limit, NotDetectedLimit
from kratom_qc.domain.verdict import Verdict
from kratom_qc.intake.sandbox import ReaderDied, in_a_child
from kratom_qc.intake.workbook import read_bytes
from kratom_qc.rulebooks.dates import stands
from kratom_qc.rulebooks.scope import questions
from kratom_qc.vocabulary import problems
from kratom_qc.vocabulary.derived import formulas


def plain_console() -> Console:
    """A console as wide as the terminal; 120 signs where the output goes to a file or a pipe."""
    console = Console(highlight=False)
    return (
        console
        if console.is_terminal or "COLUMNS" in os.environ
        else Console(highlight=False, width=120)
    )


# ---------------------------------------------------------------- check --annotate


def may_annotate(files: Sequence[Path], out: Path) -> None:
    """Raises UsageError where an annotated workbook cannot be asked for. Never is the vendor's own
    file written over."""
    if len(files) != 1:
        raise UsageError("--annotate marks the problems of one file; name one file")
    if out.suffix.lower() != ".xlsx":
        raise UsageError(f"--annotate writes an xlsx workbook; '{out.name}' must end with .xlsx")
    if out.resolve() == files[0].resolve() or (
        out.exists() and files[0].exists() and out.samefile(files[0])
    ):
        raise UsageError("--annotate would write over the certificate itself; name another file")


def write_annotated(
    file: Path, reading: Reading, verdicts: Sequence[Verdict], policy: JudgementPolicy, out: Path
) -> None:
    """Write the certificate with its problems marked; the work on the vendor's file is a child's."""
    from kratom_qc.intake.giveback.annotate import annotated, list_alone
    from kratom_qc.report.fixes import fix_list

    raw = read_bytes(file)
    if hashlib.sha256(raw).hexdigest() != reading.sha256:
        raise InputNotFound(f"{file}: changed while it was read; try again")
    listing = fix_list(reading.file, reading.refusals, verdicts, policy.on)
    caps = settings.caps()
    try:
        content = in_a_child(
            caps, "kratom_qc.app.reading", annotated, reading.file, raw, listing, caps
        )
    except ReaderDied:
        content = list_alone(listing)
    write_file(out, content)
    print(f"Annotated workbook: {out}", file=sys.stderr)


def write_file(path: Path, content: bytes) -> None:
    """Write a whole file or none. Raises StoreError where it cannot be written."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)


# ---------------------------------------------------------------- template


def template(product: str, markets: Sequence[str], out: Path | None, *, force: bool) -> int:
    """Write a blank certificate for a product, with a row for everything that its limits hold a
    batch for."""
    from kratom_qc.intake.giveback.template import blank

    policy = load_policy(markets, product=product)
    path = out or Path(f"certificate-{product.replace('_', '-')}.xlsx")
    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"the template is an xlsx workbook; '{path.name}' must end with .xlsx")
    if path.exists() and not force:
        raise UsageError(
            f"{path} is there already; name another file with --output, or write over it with --force"
        )
    asked = list(_asked(policy, product))
    subjects = dict.fromkeys(analyte for limit in asked for analyte in _operands(limit.subject))
    known = vocabulary.analytes()
    declares = any(
        isinstance(limit, AmountLimit)
        and (limit.subject.startswith("claim-") or limit.basis.startswith("per "))
        for limit in asked
    )
    write_file(path, blank(product, [known[subject] for subject in subjects], declares=declares))
    print(f"Blank certificate: {path}")
    return 0


def _asked(policy: JudgementPolicy, product: str) -> Iterator[Limit]:
    """The limits that hold a batch of the product when nobody has measured what they ask for."""
    for _, limit in questions(policy.books, policy.home, product):
        measured = isinstance(limit, AmountLimit | NotDetectedLimit | DescribedLimit)
        if measured and limit.when_missing == "hold" and stands(limit, policy.on)[1]:
            yield limit


def _operands(subject: str) -> Iterator[str]:
    """The analytes a laboratory must report for a subject: itself, or what it is computed from."""
    formula = formulas().get(subject)
    if formula is None:
        yield subject
        return
    parts = (
        [part for part in formula.of if part in formula.core]
        if formula.kind == "sum"
        else list(formula.of)
    )
    for part in (*([formula.part] if formula.part else []), *parts, *formula.under):
        yield from _operands(part)


# ---------------------------------------------------------------- problems


def list_problems(code: str | None, *, as_markdown: bool) -> int:
    """`problems`, `problems CODE`, `problems --markdown`: what every code means and what to do
    about it."""
    if as_markdown:
        sys.stdout.write(problems.markdown())
        return 0
    console = plain_console()
    if code is not None:
        _explain(console, code)
        return 0
    for one in problems.problems().values():
        console.print(f"[bold]{one.code}[/]  {one.severity}  [dim]{escape(one.title)}[/]")
    return 0


def _explain(console: Console, code: str) -> None:
    one = problems.problem(code)
    if one is None:
        near = vocabulary.closest(code, problems.problems(), 3)
        hint = f"; nearest: {', '.join(near)}" if near else ""
        raise UsageError(f"'{code}' is no code of a problem{hint}. See `kratom-qc problems`")
    console.print(f"[bold]{one.code}[/] ({one.kind}, {one.severity}): {escape(one.title)}")
    console.print(escape(one.means))
    console.print(f"Expected: {escape(one.expected)}")
    console.print(f"What to do: {escape(one.do)}")
