"""Every command and query that a document prints is run, and does what stands below it."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from itertools import product, takewhile
from pathlib import Path

import duckdb
import pytest

from kratom_qc.cli.main import main
from tests.docs.documents import DOCUMENTS, ROOT, Block, blocks, commands, commands_in_text

# Commands that are run elsewhere, each with where.
ELSEWHERE = {
    "make demo": "its recipe makes the store of these tests (conftest.py)",
    "make test": "runs these tests",
    "make test-fast": "runs a part of these tests",
    "make check": "is the gate of every change",
    "make samples": "tests/samples compares what it writes with what stands there",
    "make bench": "takes minutes; measures",
    "make properties": "takes minutes; every property with more examples",
    "make fuzz": "takes minutes; tests/tools/fuzz runs it for a moment",
    "make faults": "takes minutes; tests/tools/faults runs some of it",
    "make bench-store": "takes minutes; measures",
    "make mutation": "takes an hour; tests/tools/mutation runs it on a few mutants",
    "python sample_reports/make_certificates.py": "tests/samples runs it with --check",
    "python -m tests.interpret.make_grammar_table --write": "tests/interpret/test_grammar.py compares the table",
    "kratom-qc serve --store store --inbox inbox --every 900": "tests/flows serves what it starts; tests/portal the portal",
    "kratom-qc serve --no-schedule": "tests/portal",
    "kratom-qc serve --store store": "tests/portal serves the portal; sample_reports/serve_samples.py all of it",
    "make serve": "serves until it is stopped; tests/portal serves the portal",
    "python -m flows.serve": "tests/flows serves it",
    "dask scheduler": "tests/app/test_scale.py starts one",
    "DASK_DISTRIBUTED__WORKER__DAEMON=False dask worker tcp://scheduler:8786 --nthreads 1 --nworkers 8": "test_scale.py",
    "kratom-qc quarantine retry": "tests/app/test_suspects.py",
    "make soak": "takes half an hour",
    "make install": "sets up what runs these tests",
    ".venv/bin/pre-commit install": "changes the clone it is run in",
    "kratom-qc --install-completion": "changes the start files of the reader's shell",
}
VERDICTS = (0, 1, 2, 3)  # exit statuses that say PASS, FAIL, HOLD and REFUSED, and no mistake


def kratom_qc(arguments: list[str], given: bytes = b"") -> str:
    """Standard output of `kratom-qc …`, run in this process, `given` on standard input."""
    printed, errors = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed), contextlib.redirect_stderr(errors):
        patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
        with pytest.raises(SystemExit) as end:
            main(arguments)
    assert end.value.code in VERDICTS, f"{shlex.join(arguments)} ended with {end.value.code}: {errors.getvalue()}"
    return printed.getvalue()


def run(command: str) -> str:
    """Standard output of one command line."""
    words = shlex.split(command)
    if words[0].endswith("kratom-qc") and not set("|><&") & set(command):
        return kratom_qc(words[1:])
    if piped := re.fullmatch(r"cat (\S+) \| kratom-qc ([^|>&]*)", command):
        return kratom_qc(shlex.split(piped[2]), Path(piped[1]).read_bytes())
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    expected = VERDICTS if "kratom-qc" in command else (0,)
    assert done.returncode in expected, f"{command} ended with {done.returncode}: {done.stderr}"
    return done.stdout


def run_shell(block: str) -> str:
    return "".join(run(command) for command in commands(block) if command not in ELSEWHERE)


def run_crontab(block: str) -> str:
    """The command after the five fields of time, in this folder."""
    return "".join(
        run(line.split(maxsplit=5)[5].replace("cd /srv/kratom &&", "cd . &&")) for line in block.splitlines()
    )


def run_sql(block: str) -> str:
    rows = [[str(value) for value in row] for row in duckdb.sql(block).fetchall()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join(lines)


def run_python(block: str) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(block, "<document>", "exec"), {})
    return printed.getvalue()


def run_console(block: str) -> str:
    """What a terminal of 120 columns shows of the command after `$`: it must be the rest of the block."""
    command, _, expected = block.removeprefix("$ ").partition("\n")
    ours, theirs = os.openpty()
    environment = {**os.environ, "COLUMNS": "120", "TERM": "xterm"}
    with subprocess.Popen(["bash", "-c", command], stdout=theirs, env=environment):
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # the end of a terminal is an error of reading it
            while part := os.read(ours, 4096):
                shown += part
        os.close(ours)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).replace("\u202f", " ")
    assert [line.rstrip() for line in plain.splitlines()] == expected.splitlines()
    return ""


def run_toml(block: str) -> str:
    tomllib.loads(block)
    return ""


RUNNERS: dict[str, Callable[[str], str]] = {
    "sh": run_shell, "console": run_console, "crontab": run_crontab, "sql": run_sql, "python": run_python, "toml": run_toml,
}  # fmt: skip


def files_of(document: Path) -> Iterator[tuple[Path, str]]:
    """The TOML files that a document shows whole: their first line names them."""
    for block in blocks(document):
        named = re.match(r"# (\S+\.toml)\n", block.text)
        if block.language == "toml" and named:
            yield Path(named[1]), block.text


def runnable(document: Path) -> list[Block]:
    return [block for block in blocks(document) if block.language in RUNNERS]


@pytest.mark.slow
@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    "document", [path for path in DOCUMENTS if runnable(path)], ids=lambda path: str(path.relative_to(ROOT))
)
def test_what_a_document_prints_is_what_happens(document: Path) -> None:
    for path, text in files_of(document):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for block in runnable(document):
        output = RUNNERS[block.language](block.text)
        if block.output is not None:
            shown = [line.rstrip() for line in output.strip("\n").splitlines()]
            assert shown == block.output.splitlines(), f"line {block.line} of {document.name}"


def in_running_text() -> list[str]:
    return sorted({command for document in DOCUMENTS for command in commands_in_text(document)} - ELSEWHERE.keys())


@pytest.mark.parametrize("command", [one for one in in_running_text() if one.startswith("kratom-qc ")])
def test_a_command_in_running_text_is_there(command: str) -> None:
    """`kratom-qc layout draft|test FILE --output FILE`: the commands and their options are there."""
    words = shlex.split(command)[1:]
    names = list(takewhile(re.compile(r"[a-z]+(\|[a-z]+)*").fullmatch, words))[:2]
    for spelt_out in product(*(name.split("|") for name in names)):
        shown = kratom_qc([*spelt_out, "--help"])
        assert [option for option in words if option.startswith("--") and option not in shown] == []


def test_only_known_commands_stand_in_running_text() -> None:
    others = [command for command in in_running_text() if not command.startswith("kratom-qc ")]
    unknown = [one for one in others if f"make {one.split()[1]}" not in ELSEWHERE]
    assert unknown == [], "run it in a block, or say in ELSEWHERE where it is run"


@pytest.mark.parametrize("command", [command for command in ELSEWHERE if command.startswith("make ")])
def test_a_target_that_is_named_is_in_the_makefile(command: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{command.removeprefix('make ')}:", makefile, re.MULTILINE)


@pytest.mark.slow
@pytest.mark.usefixtures("desk")
def test_the_query_for_what_is_not_released_lists_what_counts_in_the_batches_own_verdicts() -> None:
    archive = next(path for path in DOCUMENTS if path.match("archive/README.md"))
    query = next(block.text for block in blocks(archive) if "f.outcome <> 'PASS'" in block.text)
    rows = duckdb.sql(query).fetchall()
    assert len(rows) == 51
    worst = {batch: verdict for batch, verdict, *_ in rows}
    every = duckdb.sql("SELECT batch_id, verdict FROM 'store/archive/verdicts/*.parquet' WHERE market IS NULL")
    assert worst == {batch: verdict for batch, verdict in every.fetchall() if verdict != "PASS"}
    failed = {batch for batch, _, _, outcome, _ in rows if outcome == "FAIL"}
    assert failed == {batch for batch, verdict in worst.items() if verdict == "FAIL"}
