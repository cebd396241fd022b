"""A batch page as a PDF: PDF/A-2a and PDF/UA-1, the same words and numbers as the HTML page.

Typst sets it with the fonts that its wheel ships and no others, so that the same page is the same
bytes on every machine.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, time
from functools import cache
from typing import TYPE_CHECKING, Any

from kratom_qc.report.formats import Paper
from kratom_qc.report.kept import Report, as_data
from kratom_qc.report.rendering import TEMPLATES

if TYPE_CHECKING:
    import typst

_TYPST_NAMES = {Paper.A4: "a4", Paper.LETTER: "us-letter"}
_STANDARDS: list[Any] = ["a-2a", "ua-1"]
_BIDI = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# What the fonts surely have: Latin, Greek, Cyrillic, punctuation, and the signs of our own words.
_COMMON = re.compile(
    "[^\n\x20-\x7e\xa0-\u017f\u0386-\u03ce\u0400-\u045f\u2010-\u2044\u2070-\u2089✓✕⊘≤≥×±−•]"
)


def pdf(report: Report, *, paper: Paper = Paper.A4, annex: bool = False) -> bytes:
    """A report as one PDF file, with every limit and market where the `annex` is asked for. Same
    report, same bytes."""
    day = datetime.fromisoformat(report.page.judged_on).date()
    given = {
        **_printable(_data(report)),
        "paper": _TYPST_NAMES[paper],
        "annex": annex,
        "day": {"year": day.year, "month": day.month, "day": day.day},
    }
    return _set(given, datetime.combine(day, time(), UTC))


def _data(report: Report) -> dict[str, Any]:
    page = as_data(report.page)
    return {
        "page": page,
        "sha256": report.sha256,
        "disposition": report.disposition,
        "trends": as_data(report.trends),
    }


def _set(given: dict[str, Any], when: datetime) -> bytes:
    import typst

    try:
        return _compiled(given, when)
    except typst.TypstError as error:
        # PDF/A shows every sign or nothing. A sign that no font has is printed as its number.
        if "could not be displayed" not in f"{error.message} {error.diagnostic}":
            raise
    return _compiled(_mapped(given, lambda text: _COMMON.sub(_numbered, text)), when)


def _compiled(given: dict[str, Any], when: datetime) -> bytes:
    made = _compiler().compile(
        format="pdf",
        sys_inputs={"data": json.dumps(given)},
        pdf_standards=_STANDARDS,
        timestamp=when,
    )
    if not isinstance(made, bytes):
        raise TypeError("typst made no single document")
    return made


@cache
def _compiler() -> typst.Compiler:
    import typst

    # As a path: a template given as bytes is lost at the second compilation.
    template = TEMPLATES / "batch.typ"
    return typst.Compiler(str(template), root=str(TEMPLATES), ignore_system_fonts=True)


def _printable(given: dict[str, Any]) -> dict[str, Any]:
    """The data without signs that turn or hide what stands beside them; they show their number."""
    return {key: _mapped(member, _visible) for key, member in given.items()}


def _visible(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(_numbered_sign(sign) if _hides(sign) else sign for sign in text)


def _hides(sign: str) -> bool:
    if sign in _BIDI:
        return True
    return sign != "\n" and unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn")


def _numbered(sign: re.Match[str]) -> str:
    return _numbered_sign(sign[0])


def _numbered_sign(sign: str) -> str:
    return f"\\u{{{ord(sign):x}}}"


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _mapped(member, change) for key, member in value.items()}
    if isinstance(value, list):
        return [_mapped(member, change) for member in value]
    return value
