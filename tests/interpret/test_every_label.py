"""Behind no label may a text stand that turns nothing: each is understood, plain, or holds."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest

from kratom_qc.interpret.facts import merged
from kratom_qc.vocabulary.lists import WORDS
from tests.factory.sheets import held, read_csv, results

RESULTS = [["Analyte", "Result", "Unit"], ["Lead", "0.2", "mg/kg"]]
# None of them is a fact, a number or a name.
ADVERSE = ["rejected", "do not release", "Void", "Salmonella positive", "another lot", "see retest", "sample spilled"]


def labels() -> Iterator[str]:
    """The first English label of every fact, and of every kind of plain label."""
    words = tomllib.loads((WORDS / "labels.toml").read_text(encoding="utf-8"))
    for kind in ("fact", "plain"):
        for by_language in words.get(kind, {}).values():
            yield from by_language.get("en", [])[:1]


@pytest.mark.parametrize("label", sorted(set(labels())))
def test_no_label_hides_what_stands_behind_it(label: str) -> None:
    assert not held(read_csv(RESULTS))
    for text in ADVERSE:
        reading = read_csv([[label, text], *RESULTS])
        is_read = {"salmonella"} & {result.analyte for result in results(reading)}  # as the result that it is
        assert is_read or held(reading) or merged(None, reading.certificates).hold_reasons, f"{label}: {text}"
