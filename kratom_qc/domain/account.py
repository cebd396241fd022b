"""What became of every text of a file: nothing that a person can see is dropped in silence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kratom_qc.domain.source import SourceText


class Fate(StrEnum):
    """How a text ends."""

    UNDERSTOOD = "understood"  # used: as a result, fact, unit, header, label, method, verdict, …
    PLAIN = "plain"  # its shape says nothing of the batch: an address, a page number, a name
    READ_BEFORE = "read before"  # equals an entry of the register of texts
    UNREAD = "unread"  # holds the batch until a person has read it


class TextKind(StrEnum):
    """Where a text stands."""

    CELL = "cell"
    COMMENT = "comment"
    TEXT_BOX = "text box"
    PAGE_HEADER = "page header"
    PAGE_FOOTER = "page footer"
    CHART_TITLE = "chart title"
    SHEET_NAME = "sheet name"
    PICTURE = "picture"  # its `text` says which cells it covers
    JSON_VALUE = "JSON value"


@dataclass(frozen=True, slots=True)
class PageText:
    """A text that intake read as nothing: neither result, fact, unit, header nor label.

    `label` is the text before it in its row; `column` the heading of the table's column in which it
    stands, `row_of` the analyte of that table's row. Each is empty where there is none.
    """

    source: SourceText
    kind: TextKind = TextKind.CELL
    label: str = ""
    column: str = ""
    row_of: str = ""


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """A text with its fate. `meaning` says what it was used as (`result of Lead`, `label`), which
    plain shape it has, or why the register's entry is harmless; empty where it is unread. `unread`
    are the sentences of it that are."""

    source: SourceText
    fate: Fate
    meaning: str = ""
    kind: TextKind = TextKind.CELL
    unread: tuple[str, ...] = ()
