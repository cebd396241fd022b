"""Our expectation in plain words, where Great Expectations renders suites and results as Data Docs.

The words come with the suite's meta (`kratom_qc.judge.suites` puts them there for Data Docs only),
so that what the engine carries through a run stays small.
"""

from __future__ import annotations

from typing import Any

from kratom_qc.judge.gx import (
    LegacyDiagnosticRendererType,
    LegacyRendererType,
    MulticolumnMapExpectation,
    RenderedStringTemplateContent,
    renderer,
)

_QUESTIONS = {
    "not outside": "No result is proven to lie outside its limit. One that is FAILs its batch:",
    "inside": (
        "Every result is proven to lie within its limit. One that is not leaves its batch "
        "undecided, never passed:"
    ),
}
_OUTCOMES = {"not outside": "proven to lie outside", "inside": "not proven to lie within"}


class InPlainWords(MulticolumnMapExpectation):
    """The renderers of an expectation whose configuration has a `question`, and in its meta the
    `limits` in words (by number) and the `rows` of the frame in words (by index)."""

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    def _prescriptive_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> list[RenderedStringTemplateContent]:
        """What is asked: the question, then every limit in one sentence."""
        asked = _configuration(configuration, result)
        question = str(asked.kwargs.get("question", "")) if asked is not None else ""
        limits = (asked.meta or {}).get("limits", ()) if asked is not None else ()
        return [
            _sentence(_QUESTIONS.get(question, question)),
            *(_sentence(words) for words in limits),
        ]

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.OBSERVED_VALUE)
    def _diagnostic_observed_value_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> str:
        """How many of the results that were asked for do."""
        details = getattr(result, "result", None) or {}
        count, unexpected = details.get("element_count"), details.get("unexpected_count")
        if count is None or unexpected is None:
            return "not checked"
        return f"{count - unexpected} of {count} results"

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.UNEXPECTED_STATEMENT)
    def _diagnostic_unexpected_statement_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> list[RenderedStringTemplateContent]:
        """Which results do not: batch, limit, and what it measured."""
        asked = _configuration(configuration, result)
        details = getattr(result, "result", None) or {}
        rows, outcome = (), "unexpected"
        if asked is not None:
            rows = (asked.meta or {}).get("rows", ())
            outcome = _OUTCOMES.get(str(asked.kwargs.get("question", "")), outcome)
        return [
            _sentence(f"{rows[index] if index < len(rows) else f'row {index}'}: {outcome}")
            for index in details.get("unexpected_index_list") or ()
        ]

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.UNEXPECTED_TABLE)
    def _diagnostic_unexpected_table_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> None:
        """No table of raw numbers: the statement names every row."""
        return None


def _configuration(configuration: Any, result: Any) -> Any:
    return (
        configuration if configuration is not None else getattr(result, "expectation_config", None)
    )


def _sentence(words: str) -> RenderedStringTemplateContent:
    """Words as they are: `$` would begin a parameter of the template, so they come in as one. Great
    Expectations escapes them."""
    return RenderedStringTemplateContent(
        content_block_type="string_template",
        string_template={"template": "$words", "params": {"words": words}, "tag": "div"},
    )
