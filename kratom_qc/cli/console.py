"""What commands write: a table on a terminal, one line a problem into a pipe, whole files."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console

from kratom_qc.cli.exit_status import INTERNAL
from kratom_qc.domain.errors import StoreError

_UNBROKEN = 100_000  # columns of a pipe: nothing is ever wrapped


def plain_console(*, stderr: bool = False) -> Console:
    """A console as wide as the terminal. Into a pipe or a file it breaks no line, and writes no
    colours whatever the environment asks for."""
    stream = sys.stderr if stderr else sys.stdout
    if stream.isatty():
        return Console(highlight=False, stderr=stderr, force_terminal=True)
    return Console(
        highlight=False, stderr=stderr, force_terminal=False, width=_UNBROKEN, soft_wrap=True
    )


def one_line(text: str) -> str:
    """A text, which may be a vendor's, on one line: blanks and line ends become one blank, and what
    cannot be printed a question mark."""
    return "".join(sign if sign.isprintable() else "?" for sign in " ".join(text.split()))


def fields_line(*fields: str) -> str:
    """Fields separated by tabs, each on one line."""
    return "\t".join(one_line(field) for field in fields)


def json_line(content: dict[str, Any]) -> str:
    """One compact JSON object. Where standard output cannot carry every letter, JSON's own escapes
    stand for them."""
    plain_ascii = (sys.stdout.encoding or "ascii").lower().replace("-", "") != "utf8"
    return json.dumps(content, ensure_ascii=plain_ascii, separators=(",", ":"))


def print_line(content: dict[str, Any]) -> None:
    """Print one JSON object on a line of standard output."""
    sys.stdout.write(json_line(content) + "\n")


def write_lines(lines: Iterable[str], status: int) -> int:
    """Write lines whose verdicts are known. Returns the exit status.

    A reader that leaves early (`| head`) changes no verdict; a PASS is claimed only where at least
    one line reached the pipe.
    """
    written = 0
    try:
        for line in lines:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
            written += 1
    except BrokenPipeError:
        discard_output()
        return status if status or written else INTERNAL
    return status


def discard_output() -> None:
    """Send standard output nowhere: what is still buffered must not fail once more at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


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
