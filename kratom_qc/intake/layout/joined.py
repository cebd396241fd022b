"""Sheets that only make sense joined: results by sample on one, samples with their batch and
product on another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kratom_qc.domain.errors import Problem
from kratom_qc.domain.source import SourceText
from kratom_qc.intake.layout.blocks import Block
from kratom_qc.intake.layout.headers import claim_header
from kratom_qc.intake.layout.rows import Row, facts_of, note_cells

KEYS = ("sample_id", "lab_id")


def read_samples(block: Block) -> Iterator[dict[str, SourceText]]:
    """The facts of each row of a table of samples; rows of a single cell are notes."""
    claim_header(block.page, block.header)
    for row in block.body:
        if len(block.cells(row)) > 1:
            note_cells(block, row, "")
            facts = facts_of(block.page, block.header, row)
            yield {name: word for name, word in facts.items() if word.text.strip()}


def join(
    rows: Sequence[Row], samples: Sequence[dict[str, SourceText]], problems: list[Problem]
) -> list[Row]:
    """The rows with the facts of their samples. A key without a partner, and a key that stands
    twice, are problems."""
    key = next(
        (
            key
            for key in KEYS
            if any(_said(row.facts, key) for row in rows) and _indexed(samples, key)
        ),
        None,
    )
    if key is None:
        return list(rows)
    index: dict[str, dict[str, SourceText]] = {}
    for sample in samples:
        said = _said(sample, key)
        if said in index:
            word = sample[key]
            message = f"the sample '{said}' stands twice: at {index[said][key].ref} and here"
            problems.append(Problem("DUPLICATE-KEY", message, word.ref, word.text))
        elif said:
            index[said] = sample
    used: set[str] = set()
    joined = [_joined(row, index, key, used, problems) for row in rows]
    for said in index:
        if said not in used:
            word = index[said][key]
            message = f"the sample '{said}' has no results; remove it, or send its results"
            problems.append(Problem("KEY-WITHOUT-PARTNER", message, word.ref, word.text))
    return joined


def _indexed(samples: Sequence[dict[str, SourceText]], key: str) -> bool:
    return any(_said(sample, key) for sample in samples)


def _said(facts: dict[str, SourceText], name: str) -> str:
    word = facts.get(name)
    return word.text.strip() if word is not None else ""


def _joined(
    row: Row,
    index: dict[str, dict[str, SourceText]],
    key: str,
    used: set[str],
    problems: list[Problem],
) -> Row:
    said = _said(row.facts, key)
    sample = index.get(said)
    if sample is None:
        word = row.facts.get(key)
        if word is not None:
            message = f"no table of samples names '{said}'" if said else "this row names no sample"
            problems.append(Problem("KEY-WITHOUT-PARTNER", message, word.ref, word.text))
        return row
    used.add(said)
    for name in ("batch_id", "form"):
        own, other = row.facts.get(name), sample.get(name)
        if (
            own is not None
            and other is not None
            and own.text.strip() not in ("", other.text.strip())
        ):
            message = f"the sample '{said}' is '{other.text}' at {other.ref} and '{own.text}' here"
            problems.append(Problem("FACT-CONTRADICTS", message, own.ref, own.text))
    stated = {name: word for name, word in row.facts.items() if word.text.strip()}
    return replace(row, facts={**sample, **stated})
