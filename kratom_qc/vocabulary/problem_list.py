"""`words/problems.toml` as pydantic models."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, TypeAdapter, model_validator

from kratom_qc.vocabulary.checked import Mistakes, Table, Text, checked
from kratom_qc.vocabulary.toml_lines import read

# What a kind of problem does to its file or batch, and how severe it may therefore be.
_SEVERITIES = {
    "refusal": ("error",),
    "doubt": ("hold",),
    "finding": ("fail", "hold"),
    "remark": ("warning", "note"),
}
_LOWER, _UPPER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*"), re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")


def _trimmed(text: str) -> str:
    if text != text.strip():
        raise ValueError("must not begin or end with a blank")
    return text


def _sentence(text: str) -> str:
    if not text.endswith("."):
        raise ValueError("must end with a full stop")
    return text


_Line = Annotated[Text, AfterValidator(_trimmed)]
_Sentence = Annotated[_Line, AfterValidator(_sentence)]


class ExplainedProblem(Table):
    """One code explained. `do` is what the vendor or the laboratory does about it."""

    code: str
    kind: Literal["refusal", "doubt", "finding", "remark"]
    severity: Literal["error", "hold", "fail", "warning", "note"]
    title: _Line
    means: _Sentence
    expected: _Line
    do: _Sentence

    @model_validator(mode="after")
    def _fits_its_kind(self) -> ExplainedProblem:
        mistakes = []
        allowed = _SEVERITIES[self.kind]
        if self.severity not in allowed:
            severities = " or ".join(allowed)
            sentence = f"severity of a {self.kind} must be {severities}"
            mistakes.append(("severity", sentence))
        shape, letters = (_UPPER, "capitals") if self.kind == "doubt" else (_LOWER, "small letters")
        if not shape.fullmatch(self.code):
            sentence = f"the code of a {self.kind} is written in {letters} with hyphens"
            mistakes.append(("", sentence))
        if mistakes:
            raise Mistakes(mistakes)
        return self


def load(path: Path) -> Mapping[str, ExplainedProblem]:
    """Every problem by its code. Raises RulebookError with every mistake of the list."""
    document = read(path, f"words/{path.name}")
    rows = {
        code: {**row, "code": code} if isinstance(row, dict) else row
        for code, row in document.data.items()
    }
    return checked(document, TypeAdapter(dict[str, ExplainedProblem]), data=rows)
