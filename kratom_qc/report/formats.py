"""What a report can be written as, and what of these somebody asks for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from kratom_qc.domain.errors import UsageError


class Format(StrEnum):
    """How a report is written."""

    HTML = "html"
    PDF = "pdf"
    XLSX = "xlsx"


class Paper(StrEnum):
    """What a PDF is printed on."""

    A4 = "a4"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class Request:
    """How somebody wants a report. Without a format the name of the file says it."""

    form: Format | None = None
    to: Path | None = None
    paper: Paper = Paper.A4
    annex: bool = False

    @property
    def format(self) -> Format:
        """Raises UsageError where the name of the file says something else, or nothing."""
        if self.to is None:
            return self.form or Format.HTML
        by_name = {f".{form}": form for form in Format}.get(self.to.suffix.lower())
        if self.form is None and by_name is None:
            raise UsageError(f"'{self.to}': name a file that ends in .html, .pdf or .xlsx")
        if self.form and by_name and self.form is not by_name:
            raise UsageError(f"'{self.to}' would hold {self.form}; let its name say so")
        return self.form or by_name or Format.HTML
