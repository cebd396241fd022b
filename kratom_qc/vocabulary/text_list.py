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
from kratom_qc.vocabulary.templates import Grammar, may_say_nothing
from kratom_qc.vocabulary.texts import (
    PLACEHOLDERS,
    ReadText,
    TextRegister,
    grammar,
    read_template,
    text_key,
)
from kratom_qc.vocabulary.toml_lines import Document, KeyPath, read

_PLACEHOLDER = re.compile(rf"\{{(?:{'|'.join(PLACEHOLDERS)})\}}")


def _saying_more(text: str) -> str:
    if len(re.findall(r"[^\W\d_]", _PLACEHOLDER.sub("", text))) < 2:
        raise ValueError("says nothing but its placeholders")
    return text


class _Read(Table):
    """Texts that are harmless for one reason, read by one person on one day."""

    texts: tuple[Annotated[Text, AfterValidator(_saying_more)], ...] = Field(min_length=1)
    because: Text
    by: Text
    on: Day
    language: str = ""
    source: str = ""
    laboratory: str = ""


class _File(Table):
    read: tuple[_Read, ...] = ()


_Choices = dict[str, dict[str, tuple[str, ...]]]


class _Shipped(_File):
    """With named choices, by language. A store's own register has none: each of its texts is
    checked as it stands."""

    choices: _Choices = Field(default_factory=dict)


_Check = Callable[[tuple[_Read, ...]], Iterable[tuple[KeyPath, str]]]


def load_own(path: Path, name: str) -> TextRegister:
    """A store's own register; see `kratom_qc.vocabulary.texts.load`."""
    document = read(path, name)
    return _register(document, checked(document, _File).read, {}, _adverse)


def load_shipped() -> TextRegister:
    """The list that is shipped, with every check. Raises RulebookError with every mistake."""
    document = read(WORDS / "texts.toml", "words/texts.toml")
    listed = checked(document, _Shipped)
    return _register(document, listed.read, listed.choices, _unsourced)


def _register(
    document: Document, rows: tuple[_Read, ...], choices: _Choices, check: _Check
) -> TextRegister:
    mistakes = [*_told_twice(rows), *_not_readable(rows, choices), *check(rows)]
    if mistakes:
        raise RulebookError("\n".join(told(document, mistakes)))
    entries = (
        ReadText(text, row.because, row.by, row.on, row.language, row.source, row.laboratory)
        for row in rows
        for text in row.texts
    )
    return TextRegister(entries, document.sha256, document.text, choices)


def _not_readable(rows: tuple[_Read, ...], choices: _Choices) -> Iterator[tuple[KeyPath, str]]:
    """Choices and texts that name what nobody knows, name themselves, or may say nothing."""
    for language, names in choices.items():
        of_language = grammar(choices, language)
        for name in names:
            taken = "is a placeholder already" if name in PLACEHOLDERS else ""
            if why := taken or _mistake(f"{{{name}}} text", of_language):
                yield ("choices", language, name), f"'{name}' {why}"
    for number, row in enumerate(rows):
        of_language = grammar(choices, row.language)
        for text in filter(_has_braces, row.texts):
            if why := _mistake(text, of_language):
                yield ("read", number, "texts"), f"'{text}' {why}"


def _has_braces(text: str) -> bool:
    return "{" in text and "}" in text


def _mistake(text: str, grammar: Grammar) -> str:
    try:
        return "may say nothing" if may_say_nothing(read_template(grammar, text)) else ""
    except ValueError as error:
        return str(error)


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
