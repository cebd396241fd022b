"""Labels and their values: `Batch: L-1` in one cell, a label with its value in the next cell, rows
that state a fact."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kratom_qc import vocabulary
from kratom_qc.domain.errors import Refusal
from kratom_qc.domain.source import Cell, SourceText
from kratom_qc.intake.layout.headers import meaning
from kratom_qc.intake.layout.page import SheetReading

MUST_AGREE = ("batch_id", "form")
_NUMBER = re.compile(r"[<>≤≥]?\s*[0-9][0-9.,]*")
# Of several overall verdicts the worst one counts: dropping a `Fail` in silence would release a
# batch.
_WORST_FIRST = ("opinion_bad", "preliminary", "opinion_unsure", "opinion_conditional")


@dataclass(frozen=True, slots=True)
class StatedFact:
    """A fact that a label states, and where the label stands."""

    name: str
    word: SourceText
    row: int
    column: int


def stated_in(page: SheetReading, row: int, cells: Mapping[int, Cell]) -> list[StatedFact]:
    """The facts that some cells of a row state. A row like a result, outside every table, is noted
    as a stray."""
    numbers = sorted(cells)
    if _is_noted_as_stray(page, row, cells):
        return []
    facts: list[StatedFact] = []
    values: set[int] = set()
    for number, following in zip(numbers, [*numbers[1:], 0], strict=True):
        if number in values or cells[number].kind != "text":
            continue
        text = cells[number].text
        label, colon, rest = text.partition(":")
        name = vocabulary.fact_name(label) if colon and rest.strip() else None
        if name:
            page.word(row, number)
            word = SourceText(rest.strip(), page.place(row, number))
            facts.append(StatedFact(name, word, row, number))
            continue
        name = vocabulary.fact_name(text)
        if name is not None and following and not _is_fact_label(cells[following]):
            values.add(following)
            facts.append(StatedFact(name, page.fact(row, following, name), row, number))
    return [fact for fact in facts if fact.word.text.strip()]


def _is_fact_label(cell: Cell) -> bool:
    """The next label: the one before it has no value."""
    return cell.kind == "text" and bool(vocabulary.fact_name(cell.text))


def _is_noted_as_stray(page: SheetReading, row: int, cells: Mapping[int, Cell]) -> bool:
    numbers = sorted(cells)
    if len(cells) > 1 and all(_NUMBER.fullmatch(cell.text.strip()) for cell in cells.values()):
        stray = numbers[0]
        message = "these numbers stand in no table: no header row above them names their columns"
    else:
        strays = (number for number in numbers if _is_stray(page, row, cells, number))
        stray = next(strays, 0)
        message = (
            "this row looks like a result, but it stands in no table: no header row above it names "
            "its columns"
        )
    if stray:
        place = page.place(row, stray)
        page.strays.append(Refusal("stray-result", message, place, cells[stray].text))
    return bool(stray)


def _is_stray(page: SheetReading, row: int, cells: Mapping[int, Cell], number: int) -> bool:
    """An analyte with a number beside or below it, outside every table: dropping it in silence
    could hide a result."""
    said = cells[number].text
    if vocabulary.fact_name(said) is not None or not _names_analyte(said):
        return False
    below = page.cells(row + 1).get(number)
    near = [cell for at, cell in cells.items() if at != number] + (
        [below] if below is not None and len(cells) > 1 else []
    )
    return any(re.match(r"^[<>≤≥]?\s*[0-9]", cell.text.strip()) for cell in near)


def _names_analyte(text: str) -> bool:
    """`Lead`, or `Lead (mg/kg)`."""
    role = meaning((" ".join(text.split()),))[0]
    return (
        role.startswith("analyte:")
        and vocabulary.analyte(role.removeprefix("analyte:")) is not None
    )


def could_be_result(text: str) -> bool:
    """Whether a text begins like a number or is a result word: not to be dropped in silence."""
    return re.match(r"^\s*[<>≤≥]?\s*[0-9]", text) is not None or vocabulary.status(text) is not None


def states_a_fact(cells: Mapping[int, Cell]) -> bool:
    """`Authorized by: J. Doe`, in one cell or two. A heading that ends with a colon states none."""
    first = cells[min(cells)].text
    label, _, rest = first.partition(":")
    if vocabulary.analyte(first) is not None or (len(cells) == 1 and not rest.strip()):
        return False
    return vocabulary.fact_name(label) is not None or (
        len(cells) > 1 and first.rstrip().endswith(":")
    )


def state(
    facts: dict[str, SourceText], stated: Iterable[StatedFact], refusals: list[Refusal]
) -> None:
    """Add facts to those that are known. What must agree and does not is a refusal."""
    for one in stated:
        name, word = one.name, one.word
        known = facts.get(name)
        if name == "other":
            continue
        if known is None:
            facts[name] = word
        elif name in MUST_AGREE and known.text.strip() != word.text.strip():
            refusals.append(contradiction(name, known, word))
        elif name == "tested_on" or (name == "status" and _worse(word, known)):
            facts[name] = word  # testing started, testing completed: the later one counts


def _worse(word: SourceText, known: SourceText) -> bool:
    ranks = [
        _WORST_FIRST.index(kind)
        if (kind := vocabulary.status(said.text)) in _WORST_FIRST
        else len(_WORST_FIRST)
        for said in (word, known)
    ]
    return ranks[0] < ranks[1]


def contradiction(name: str, one: SourceText, other: SourceText) -> Refusal:
    """Two places that state one fact differently."""
    what = name.replace("_", " ")
    return Refusal(
        "fact-contradicts",
        f"the {what} is '{one.text.strip()}' at {one.ref} and '{other.text.strip()}' here",
        other.ref,
        other.text,
    )
