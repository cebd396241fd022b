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
        name = _said(sample, key)
        if name in index:
            word = sample[key]
            message = f"the sample '{name}' stands twice: at {index[name][key].ref} and here"
            problems.append(Problem("DUPLICATE-KEY", message, word.ref, word.text))
        elif name:
            index[name] = sample
    used: set[str] = set()
    joined = [_joined(row, index, key, used, problems) for row in rows]
    for name in index:
        if name not in used:
            word = index[name][key]
            message = f"the sample '{name}' has no results; remove it, or send its results"
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
    text = _said(row.facts, key)
    sample = index.get(text)
    if sample is None:
        word = row.facts.get(key)
        if word is not None:
            message = f"no table of samples names '{text}'" if text else "this row names no sample"
            problems.append(Problem("KEY-WITHOUT-PARTNER", message, word.ref, word.text))
        return row
    used.add(text)
    for name in ("batch_id", "form"):
        fact, known = row.facts.get(name), sample.get(name)
        if (
            fact is not None
            and known is not None
            and fact.text.strip() not in ("", known.text.strip())
        ):
            message = f"the sample '{text}' is '{known.text}' at {known.ref} and '{fact.text}' here"
            problems.append(Problem("FACT-CONTRADICTS", message, fact.ref, fact.text))
    stated = {name: word for name, word in row.facts.items() if word.text.strip()}
    return replace(row, facts={**sample, **stated})
