"""Templates rendered. Vendor text is escaped everywhere: autoescape is forced, and nothing is
marked safe but what a template made."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, **values: object) -> str:
    """A template of `templates/` with its values. A value that a template names and nobody gives is
    an error (jinja2.UndefinedError)."""
    return _environment().get_template(template).render(**values)


def css_string(text: str) -> str:
    """Text for a string in a style sheet: every sign but a letter or digit of ASCII as its number,
    so that it can end neither the string nor the sheet."""
    return "".join(
        sign if sign.isascii() and sign.isalnum() else f"\\{_code_point(sign):06x}" for sign in text
    )


def _code_point(sign: str) -> int:
    """The number of a sign; of one that no style sheet may name, that of the replacement sign."""
    number = ord(sign)
    return 0xFFFD if number == 0 or 0xD800 <= number <= 0xDFFF else number


@cache
def _environment() -> Environment:
    """Autoescape is forced because `select_autoescape` goes by the template's name."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        keep_trailing_newline=False,
    )
    environment.filters["css_string"] = css_string
    return environment
