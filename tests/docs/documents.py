"""What the Markdown files of the repository hold: fenced blocks, commands in running text, links, headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
FOLDERS = (".github", "expectations", "flows", "kratom_qc", "sample_reports", "tests")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(path for name in FOLDERS for path in (ROOT / name).rglob("*.md"))])

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[([^\]\n]+)\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


class Block(NamedTuple):
    """A fenced block: its language, its text, the line it begins on, and what is printed below it as its output."""

    language: str
    text: str
    line: int
    output: str | None


def blocks(document: Path) -> list[Block]:
    """The fenced blocks of a document; a `text` block belongs to the block right before it as its output."""
    text = document.read_text(encoding="utf-8")
    fences = list(_FENCE.finditer(text))
    gathered = []
    for fence, following in zip_longest(fences, fences[1:]):
        output = None
        if following is not None and following[1] == "text" and not text[fence.end() : following.start()].strip():
            output = following[2]
        gathered.append(Block(fence[1], fence[2], text.count("\n", 0, fence.start()) + 2, output))
    return gathered


def commands(block: str) -> list[str]:
    """The commands of a `sh` block, one a line unless a backslash continues it."""
    lines = block.replace("\\\n", " ").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def commands_in_text(document: Path) -> Iterator[str]:
    """Commands between backticks in running text and tables."""
    text = _FENCE.sub("", document.read_text(encoding="utf-8"))
    for code in _CODE.findall(text):
        command = code.removeprefix(".venv/bin/")
        if command.startswith(("kratom-qc ", "make ", "python ")):
            yield command


def links(document: Path) -> list[tuple[str, str]]:
    """(text, target) of every link that stays in the repository."""
    text = _FENCE.sub("", document.read_text(encoding="utf-8"))
    return [(words, target) for words, target in _LINK.findall(text) if "://" not in target]


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = _HEADING.findall(_FENCE.sub("", document.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
