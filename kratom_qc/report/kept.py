"""A batch page as a store keeps it: plain JSON from which every format is made again, without
judging anything."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from kratom_qc.domain.source import CellRef
from kratom_qc.report.finding_words import where
from kratom_qc.report.page import BatchPage

SHAPE = 1  # of what is kept; a program reads the shapes it knows


class TrendRemark(NamedTuple):
    """A result that is unusual beside those of earlier batches, and the command that draws its
    chart."""

    about: str
    sentence: str
    chart: str


@dataclass(frozen=True, slots=True)
class Report:
    """What HTML, PDF and XLSX are made of. `sha256` is that of the kept page: all three show
    it, and a person sees that they say the same. The hash is not of where the batch stands now
    (`disposition`) and of what trends say (`trends`): both change as other batches and people come,
    and are told as they are when the report is made."""

    page: BatchPage
    sha256: str
    disposition: str = ""
    trends: tuple[TrendRemark, ...] = ()


def reported(page: BatchPage) -> tuple[Report, str]:
    """A page with its hash, and the text to keep."""
    text = f'{{"shape":{SHAPE},"page":{_json(page)}}}'
    return Report(page, hashlib.sha256(text.encode("utf-8")).hexdigest()), text


def _json(page: BatchPage) -> str:
    try:
        return _adapter().dump_json(page).decode("utf-8")
    except PydanticSerializationError:  # half a letter, which UTF-8 cannot write
        return json.dumps(_adapter().dump_python(page), separators=(",", ":"))


def loaded(text: str, disposition: str = "") -> Report:
    """The report that was kept as a text. Raises ValueError for one of another shape."""
    kept = json.loads(text)
    if not isinstance(kept, dict) or kept.get("shape") != SHAPE:
        raise ValueError("another version of the program kept this page")
    try:
        page = _adapter().validate_python(kept["page"])
    except (KeyError, ValidationError):
        raise ValueError("what was kept is not a page") from None
    return Report(page, hashlib.sha256(text.encode("utf-8")).hexdigest(), disposition)


def as_data(value: Any) -> Any:
    """A page, or a part of it, as dictionaries, lists and plain values, for templates that know no
    Python."""
    if isinstance(value, CellRef):
        return {"file": value.file, "place": where(value)}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: as_data(member) for name, member in zip(value._fields, value, strict=True)}
    if isinstance(value, tuple):
        return [as_data(member) for member in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_data(getattr(value, field.name)) for field in fields(value)}
    return value


@cache
def _adapter() -> TypeAdapter[BatchPage]:
    return TypeAdapter(BatchPage)
