"""A register of texts as pydantic models."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from kratom_qc.domain.errors import RulebookError
from kratom_qc.vocabulary.adverse import objection
from kratom_qc.vocabulary.checked import Day, Table, Text, checked, told
from kratom_qc.vocabulary.lists import WORDS
from kratom_qc.vocabulary.texts import PLACEHOLDERS, ReadText, TextRegister, text_key
from kratom_qc.vocabulary.toml_lines import KeyPath, read


def _with_known_placeholders(text: str) -> str:
    for name in re.findall(r"\{([^{}]*)\}", text):
        if "|" not in name and name not in PLACEHOLDERS:
            raise ValueError(f"holds {{{name}}}; placeholders are {', '.join(PLACEHOLDERS)}")
    if len(re.findall(r"[^\W\d_]", re.sub(r"\{[a-z]*\}", "", text))) < 2:
        raise ValueError("says nothing but its placeholders")
    return text


class _Read(Table):
    """Texts that are harmless for one reason, read by one person on one day."""

    texts: tuple[Annotated[Text, AfterValidator(_with_known_placeholders)], ...] = Field(
        min_length=1
    )
    because: Text
    by: Text
    on: Day
    language: str = ""
    source: str = ""
    laboratory: str = ""


class _File(Table):
    read: tuple[_Read, ...] = ()


_Check = Callable[[tuple[_Read, ...]], Iterable[tuple[KeyPath, str]]]


def load_own(path: Path, name: str) -> TextRegister:
    """A store's own register; see `kratom_qc.vocabulary.texts.load`."""
    return _load(path, name, _adverse)


def load_shipped() -> TextRegister:
    """The list that is shipped, with every check. Raises RulebookError with every mistake."""
    return _load(WORDS / "texts.toml", "words/texts.toml", _unsourced)


def _load(path: Path, name: str, check: _Check) -> TextRegister:
    document = read(path, name)
    rows = checked(document, _File).read
    mistakes = [*_told_twice(rows), *check(rows)]
    if mistakes:
        raise RulebookError("\n".join(told(document, mistakes)))
    entries = (
        ReadText(text, row.because, row.by, row.on, row.language, row.source, row.laboratory)
        for row in rows
        for text in row.texts
    )
    return TextRegister(entries, document.sha256)


def _told_twice(rows: tuple[_Read, ...]) -> Iterator[tuple[KeyPath, str]]:
    seen: set[tuple[str, str]] = set()
    for number, row in enumerate(rows):
        for text in row.texts:
            key = text_key(text), text_key(row.laboratory)
            if key in seen:
                yield ("read", number, "texts"), f"'{text}' stands twice"
            seen.add(key)


def _adverse(rows: tuple[_Read, ...]) -> Iterator[tuple[KeyPath, str]]:
    for number, row in enumerate(rows):
        for text in row.texts:
            why = objection(text)
            if why:
                sentence = (
                    f"'{text}' cannot be read once for all: {why}; it needs a release decision"
                )
                yield ("read", number, "texts"), sentence


def _unsourced(rows: tuple[_Read, ...]) -> Iterator[tuple[KeyPath, str]]:
    for number, row in enumerate(rows):
        if not (row.language and row.source):
            yield ("read", number), "needs its language and its source"
