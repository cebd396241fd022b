"""TOML files checked by pydantic models; every mistake is told at once, with file, line and key.

    class Row(Table):                      # a [table]; unknown keys are mistakes
        id: Text
        unit: Literal["mg/kg", "mg/mL"] = "mg/kg"
    class File(Table):
        row: tuple[Row, ...] = ()          # [[row]]
    file = load(path, File)                # raises RulebookError

A validator of a field raises ValueError("is no unit"), told as `unit 'mgs' is no unit`. A validator
of a table raises ValueError("a whole sentence") or Mistakes([("key", "a whole sentence"), …]).
pydantic takes a tenth of a second to import: import models inside the function that loads a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from kratom_qc.domain.errors import RulebookError
from kratom_qc.vocabulary.toml_lines import Document, KeyPath, at, holds, read

T = TypeVar("T")


class Mistakes(ValueError):
    """Several mistakes in one table, each with the key it is about."""

    def __init__(self, mistakes: Iterable[tuple[str, str]]):
        self.mistakes = tuple(mistakes)
        super().__init__("; ".join(sentence for _, sentence in self.mistakes))


# ---------------------------------------------------------------- what models are made of


class Table(BaseModel):
    """A table of a TOML file. Keys that the model does not know are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def unknown_key(cls, key: str) -> str:
        """The sentence about a key that the model does not know, with the nearest that it does."""
        near = get_close_matches(key, cls.model_fields, n=1)
        return f"unknown key '{key}', nearest: {near[0]}" if near else f"unknown key '{key}'"

    @model_validator(mode="wrap")
    @classmethod
    def _names_unknown_keys(cls, data: Any, handler: Callable[[Any], Any]) -> Any:
        """pydantic tells of an unknown key without the model it stands in; here it is known."""
        try:
            return handler(data)
        except ValidationError as error:
            details = [cls._detail(mistake) for mistake in error.errors()]
            raise ValidationError.from_exception_data(cls.__name__, details) from None

    @classmethod
    def _detail(cls, error: ErrorDetails) -> InitErrorDetails:
        kind: str | PydanticCustomError = error["type"]
        if kind == "extra_forbidden" and len(error["loc"]) == 1:
            sentence = cls.unknown_key(str(error["loc"][0]))
            kind = PydanticCustomError("unknown_key", "{sentence}", {"sentence": sentence})
        elif kind in ("unknown_key", "value_error"):
            context = error["ctx"]
            kind = PydanticCustomError(kind, "{sentence}", context)
        return {
            "type": kind,
            "loc": error["loc"],
            "input": error["input"],
            "ctx": error.get("ctx", {}),
        }


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text


def _plain_decimal(value: object) -> Decimal:
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]+(\.[0-9]+)?", str(value)):
        raise ValueError("must be a plain decimal number in quotes")
    return Decimal(str(value))


_DECIMAL_SCHEMA = {"anyOf": [{"type": "string", "pattern": r"^\d+(\.\d+)?$"}, {"type": "number"}]}

Text = Annotated[str, AfterValidator(_not_blank), Field(json_schema_extra={"minLength": 1})]
Flag = Annotated[bool, Strict()]
Day = Annotated[date, Strict()]
Count = Annotated[int, Strict(), Field(gt=0)]
PlainDecimal = Annotated[Decimal, BeforeValidator(_plain_decimal), WithJsonSchema(_DECIMAL_SCHEMA)]


# ---------------------------------------------------------------- files


def load(path: Path, model: type[T], name: str = "") -> T:
    """A TOML file as a model. Raises RulebookError with every mistake in it, a line each."""
    return checked(read(path, name), model)


def checked(
    document: Document, model: type[T] | TypeAdapter[T], path: KeyPath = (), data: object = None
) -> T:
    """The table of a document at `path` as a model; `data` where it is not the table itself but
    the table with defaults filled in. Raises RulebookError with every mistake, a line each."""
    if data is None:
        data = at(path, document.data)
    adapter = model if isinstance(model, TypeAdapter) else TypeAdapter(model)
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        mistakes = [(path + inner, sentence) for inner, sentence in mistakes_of(error, data)]
    raise RulebookError("\n".join(told(document, mistakes)))


def told(document: Document, mistakes: Iterable[tuple[KeyPath, str]]) -> list[str]:
    """Mistakes as lines for a person, in the order of the file, each once."""
    ordered = sorted(mistakes, key=lambda mistake: document.line(mistake[0]))
    return list(dict.fromkeys(f"{document.where(path)}: {sentence}" for path, sentence in ordered))


# ---------------------------------------------------------------- pydantic's errors in our words

_TABLE = "must be a table"
_LIST = "must be a list of texts"
_WHOLE = "must be a whole number"
_DATE = "must be a date, as 2026-11-22 without quotes"
_FLAG = "must be true or false"
_SENTENCES = {
    "string_type": "must be a text in quotes",
    "bool_type": _FLAG,
    "bool_parsing": _FLAG,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "model_type": _TABLE,
    "dict_type": _TABLE,
    "too_short": "must hold at least {min_length}",
    "string_pattern_mismatch": "is not written as it must be",
}


def mistakes_of(error: ValidationError, data: object) -> Iterator[tuple[KeyPath, str]]:
    """Every mistake of a validation of `data`: where it is, and a sentence that names the key."""
    for fault in error.errors():
        path = _path(fault, data)
        reason = fault.get("ctx", {}).get("error")
        if isinstance(reason, Mistakes):
            yield from (((*path, key) if key else path, why) for key, why in reason.mistakes)
        else:
            yield path, _sentence(fault, path, at(path, data))


def _path(error: ErrorDetails, data: object) -> KeyPath:
    """Where in the data an error is: pydantic also names the member of a union that it tried."""
    path: list[str | int] = []
    for step in error["loc"]:
        if holds(data, step):
            data = data[step]  # type: ignore[index]
            path.append(step)
    if error["type"] == "missing":
        path.append(error["loc"][-1])
    if error["type"] == "union_tag_invalid":
        path.append(error["ctx"]["discriminator"].strip("'"))
    return tuple(path)


def _sentence(error: ErrorDetails, path: KeyPath, value: object) -> str:
    kind, context = error["type"], error.get("ctx", {})
    key = next((step for step in reversed(path) if isinstance(step, str)), "")
    if kind == "missing":
        return f"has no '{key}'"
    if kind == "unknown_key":
        return str(context["sentence"])
    if kind == "union_tag_not_found":
        return f"has no {context['discriminator']}"
    if kind == "union_tag_invalid":
        return f"{key} '{context['tag']}' must be one of {_plainly(context['expected_tags'])}"
    if kind == "value_error" and isinstance(value, Mapping):
        return str(context["error"])
    return _misshapen(kind, key, path, value) or f"{key} '{value}' {_predicate(error)}"


def _misshapen(kind: str, key: str, path: KeyPath, value: object) -> str:
    """The sentence about a list or table where something else must stand, or the reverse."""
    must_be = _SENTENCES.get(kind, "")
    if isinstance(value, Mapping) and must_be == _LIST:
        return f"[{key}] is written as one table; write every one under [[{key}]]"
    if isinstance(value, list) and must_be == _TABLE:
        return f"[[{key}]] is written as a list of tables; write one table under [{key}]"
    if must_be in (_LIST, _TABLE):
        return f"{key} {must_be}"
    if isinstance(path[-1], int) and kind == "string_type":
        return f"{key} {_LIST}"
    return ""


def _predicate(error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind in ("enum", "literal_error"):
        return f"must be one of {_plainly(context['expected'])}"
    if kind in _SENTENCES:
        return _SENTENCES[kind].format(**context)
    return f"will not do: {error['msg']}"


def _plainly(choices: str) -> str:
    """`'a', 'b' or 'c'`, as pydantic writes choices, without its quotes."""
    return choices.replace(" or ", ", ").replace("'", "")
