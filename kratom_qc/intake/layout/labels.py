"""Labels and their values: in one cell or two, beside or below each other, several on a line; and
the lines of a letterhead, which have no label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from kratom_qc import vocabulary
from kratom_qc.domain.errors import Problem
from kratom_qc.domain.source import Cell, SourceText
from kratom_qc.intake.layout.lines import Part, parts
from kratom_qc.intake.layout.page import Page
from kratom_qc.vocabulary.adverse import has_adverse_word
from kratom_qc.vocabulary.labels import label_leftover
from kratom_qc.vocabulary.letterhead import is_accreditation, laboratory_in, titled_number
from kratom_qc.vocabulary.rows import is_sample_word, quality_control

OTHER = "other"
# Facts of a letterhead's lines, and what they are where no label says better.
IMPLIED = {
    "letterhead": "laboratory",
    "titled": "certificate_id",
    "title": "product_name",
    "client_sample": "product_name",
    "strain": "product_name",
}
# Of these it is looked at whether they say more than a name.
_KEPT = ("client_sample", "strain")
_LETTERHEAD_ROWS = 8
_MOST_OF_A_LINE = 8  # cells of a row that names a sample and its batch
_SENTENCES = re.compile(r"(?<=[.;])\s+(?=[A-Z])|\n")
_CERTIFIED = re.compile(
    r"(?:Testing )?(?:Cert(?:ificate)?)\.?\s?(?:No\.?|#)?\s?"
    r"(?P<letters>[A-Z]{0,4})[-.]?[0-9][0-9.-]*"
)
_NUMBERED = re.compile(r"(?=\S*[0-9])[A-Z0-9./#_-]+")  # the number of a sample
_AGAIN = "\n"  # stands in no fact's name
_IDS = ("batch_id",)
_OF_BATCH = ("opinion_good", "opinion_bad", "opinion_conditional", "opinion_unsure", "final")
_OF_TESTS = ("opinion_good", "opinion_bad", "not_evaluated", "not_detected", "absent", "present")


@dataclass(frozen=True, slots=True)
class StatedFact:
    """A fact that a label states, and where the label stands."""

    name: str
    word: SourceText
    row: int
    column: int


def stated_in(page: Page, row: int, cells: Mapping[int, Cell]) -> list[StatedFact]:
    """The facts that some cells of a row state. Labels and values that are understood are claimed;
    the value of a label that nobody needs is not."""
    facts: list[StatedFact] = []
    values: set[int] = set()
    for column in sorted(cells):
        if column in values or cells[column].kind != "text":
            continue
        name = vocabulary.fact_name(cells[column].text)
        if name is None:
            facts += _in_one_cell(page, row, column, cells[column].text)
            facts += _product_beside(page, row, column, cells)
            continue
        place = _value_of(page, row, column, cells, name)
        if name == OTHER or ":" in cells[column].text.rstrip(": "):  # `Sampled: -` states nothing
            page.claim(row, column, "label")
            facts += _named_aside(page, cells[column].text, place)
        elif place is not None and (word := _value(page, *place, name)) is not None:
            _claim_label(page, row, column, cells[column].text)
            values.add(place[1] if place[0] == row else 0)
            stated = _fact_by_value(name, cells[column].text, word.text)
            facts.append(StatedFact(stated, word, row, column))
    return facts


def _fact_by_value(name: str, label: str, text: str) -> str:
    """The fact that a label states with its value: `Batch | Pass` in a summary is the verdict on
    the batch, where a letter alone may be its number; `Sample: 60419-3` names no product."""
    if name in _IDS and len(text.strip()) > 1 and vocabulary.status(text) in _OF_BATCH:
        return "status"
    is_number = name == "product_name" and _NUMBERED.fullmatch(text.strip()) is not None
    return "sample_id" if is_number and is_sample_word(label.rstrip(" :：")) else name


def _claim_label(page: Page, row: int, column: int, text: str) -> None:
    """Claim a label that states a fact; what of it nobody knows is left to be read."""
    page.claim(row, column, "label")
    for part in label_leftover(text):
        page.leave(row, column, part, "")
    page.languages |= vocabulary.label_languages(text)


def _value_of(
    page: Page, row: int, column: int, cells: Mapping[int, Cell], name: str
) -> tuple[int, int] | None:
    """Where the value of a label stands: in the next cell of its row, else right below it, where
    labels stand above their values."""
    following = min((number for number in page.cells(row) if number > column), default=None)
    if following is not None and following not in cells:
        return None  # read already, by a profile for instance
    if following is not None:
        text = cells[following].text
        if not _is_label(text) or (name == "form" and vocabulary.says_plant_only(text)):
            return row, following  # `Matrix | Plant`, which is a label, too
    if _is_translated(page, row, column, name):
        return None  # `Lot number` under `Nomor lot | KHN-14`
    below = page.unclaimed(row + 1)
    if column in below and not any(_is_label(cell.text) for cell in below.values()):
        return row + 1, column
    return None


def _is_translated(page: Page, row: int, column: int, name: str) -> bool:
    """Whether a label stands alone under one that states the same fact, in another language."""
    above = page.cells(row - 1)
    same = column in above and vocabulary.fact_name(above[column].text) == name
    return same and len(page.cells(row)) == 1 and len(above) > 1


def _product_beside(
    page: Page, row: int, column: int, cells: Mapping[int, Cell]
) -> Iterator[StatedFact]:
    """The product beside a label that nobody knows: `Item: | Kratom capsules, green`."""
    if not _ends_like_a_label(cells[column].text):
        return
    following = min((at for at in cells if at > column), default=None)
    if following is None:
        return
    text = cells[following].text
    if vocabulary.names_product(text) and not quality_control(text):
        if vocabulary.column_role(cells[column].text.rstrip(" :：")) == "analyte":
            page.claim(row, column, "label")
        yield StatedFact("title", page.word(row, following, "title"), row, following)


def _named_aside(page: Page, label: str, place: tuple[int, int] | None) -> Iterator[StatedFact]:
    """The product that a client names where his own number belongs: `Project | Kratom leaf powder,
    fall intake`. It counts where nothing says better what the product is."""
    if place is None or vocabulary.plain_label(label) != "identifier":
        return
    name, _, rest = page.peek(*place).text.strip().partition(",")
    if vocabulary.names_product(name) and not quality_control(name):
        word = page.word(*place, "title")
        page.leave(*place, rest, label)
        yield StatedFact("title", replace(word, text=name), *place)


def _is_label(text: str) -> bool:
    """A label, or a label with its value: no value of another label."""
    if vocabulary.fact_name(text) is not None or _ends_like_a_label(text):
        return True
    first = parts(text)[0]
    return first.name not in ("", OTHER) and first.label + ":" in text


def _ends_like_a_label(text: str) -> bool:
    """`Test:`, `Method(s):`: words with a colon behind them."""
    bare = text.rstrip()
    return bare.endswith((":", "：")) and not any(map(str.isdigit, bare))


def _value(page: Page, row: int, column: int, name: str) -> SourceText | None:
    """A cell as the value of a fact, and claimed; None where it says that there is none."""
    text = _bare(name, page.peek(row, column).text)
    if name.endswith("_on") and vocabulary.status(text) in _OF_TESTS:
        return None  # `Tested | PASS` is no day of testing
    return replace(page.fact(row, column, name), text=text) if text else None


def _bare(name: str, text: str) -> str:
    """A value without the signs that lead it (`: KX-77`), and a batch number without its label."""
    return vocabulary.lot(text) if name in _IDS else text.strip().lstrip(":：").strip()


def _in_one_cell(page: Page, row: int, column: int, text: str) -> Iterator[StatedFact]:
    """The facts that a cell states by itself. What else it says is left to be read."""
    pieces = parts(text)
    if all(part.name in ("", OTHER) for part in pieces):
        product = _product_behind(page, row, column, text)
        yield from [product] if product is not None else _line(page, row, column, text)
        return
    for before, part in pairwise((Part("", "", ""), *pieces)):
        value = _bare(part.name, part.text) if part.name not in ("", OTHER) else ""
        if part is not pieces[0] and _is_prose(part.name, value):
            page.leave(row, column, f"{part.label}: {part.text}", "")
        elif value:
            word = replace(page.word(row, column, part.name.replace("_", " ")), text=value)
            page.languages |= vocabulary.label_languages(part.label)
            yield StatedFact(_fact_by_value(part.name, part.label, value), word, row, column)
        elif part.name:
            page.leave(row, column, part.text, part.label)
        elif not _certifies(before, part):
            yield from _letterhead(page, row, column, part.text)


def _certifies(before: Part, part: Part) -> bool:
    """Whether a piece is the number of an accreditation that stands before it: `ISO/IEC 17025:2017
    Accredited · Cert. L26-418`; `Cert. VOID-418` says more."""
    number = _CERTIFIED.fullmatch(part.text) if before.name == "accreditation" else None
    return number is not None and not has_adverse_word(number["letters"])


def _is_prose(name: str, value: str) -> bool:
    """`Abbreviations in this report: ppb = …`: no number of a paper stands behind the label."""
    return name == "certificate_id" and not any(map(str.isdigit, value))


def _product_behind(page: Page, row: int, column: int, text: str) -> StatedFact | None:
    """The product behind a word that heads analytes elsewhere: `Item: Kratom capsules, green`."""
    label, _, name = text.partition(":")
    if vocabulary.column_role(label) != "analyte":
        return None
    if not vocabulary.names_product(name) or quality_control(name):
        return None
    word = replace(page.word(row, column, "title"), text=name.strip())
    return StatedFact("title", word, row, column)


def _line(page: Page, row: int, column: int, text: str) -> Iterator[StatedFact]:
    """The facts of a line that has no label of any: it is left alone where it states none."""
    sentences = [part for part in _SENTENCES.split(text) if part.strip()]
    forms = [part for part in sentences if vocabulary.form_line(part)]
    if forms:
        word = page.word(row, column, "form")
        for sentence in forms:
            stated = vocabulary.form_line(sentence) or ""
            yield StatedFact("form", replace(word, text=stated), row, column)
        page.leave(row, column, " ".join(part for part in sentences if part not in forms), "")
    elif vocabulary.is_title(text):
        page.claim(row, column, "title")
    elif number := titled_number(text):
        word = page.word(row, column, "certificate id")
        yield StatedFact("titled", replace(word, text=number), row, column)
    elif _is_letterhead(page, row) and any(_of_letterhead(piece) for piece in _pieces(text)):
        yield from _letterhead(page, row, column, text)


def _letterhead(page: Page, row: int, column: int, text: str) -> Iterator[StatedFact]:
    """The laboratory, the number of its accreditation and the product that a line without a label
    names; what else it says is left to be read."""
    left = []
    titled = False  # whether the piece before was the title of the paper
    for piece in _pieces(text):
        name = _of_letterhead(piece) if _is_letterhead(page, row) else None
        if titled and name is None and titled_number(f"Report {piece}"):
            name = "titled"  # `Certificate of Analysis · 26-4471`
        titled = vocabulary.is_title(piece)
        if name is not None:
            word = page.word(row, column, name.replace("_", " "))
            yield StatedFact(name, replace(word, text=piece), row, column)
        elif not vocabulary.is_title(piece) and not vocabulary.names_strain(piece):
            left.append(piece)
    page.leave(row, column, ", ".join(left), "")


def _is_letterhead(page: Page, row: int) -> bool:
    """Whether a row is one of the first, or names the batch of what stands below it."""
    if row <= _LETTERHEAD_ROWS or len(cells := page.cells(row)) > _MOST_OF_A_LINE:
        return row <= _LETTERHEAD_ROWS
    return any(part.name == "batch_id" for cell in cells.values() for part in parts(cell.text))


def _pieces(text: str) -> list[str]:
    """A line of a letterhead in pieces; the laboratory's name ends at the first comma or dash."""
    laboratory = laboratory_in(text)
    if laboratory is not None:
        return [laboratory[0], *_pieces(laboratory[1])] if laboratory[1] else [laboratory[0]]
    return [piece.strip() for piece in re.split(r"[|•·\n]| - ", text) if piece.strip()]


def _of_letterhead(text: str) -> str | None:
    """Which fact a line without a label states."""
    if laboratory_in(text) is not None:
        return "letterhead"
    if is_accreditation(text):
        return "accreditation"
    return "title" if vocabulary.names_product(text) and not quality_control(text) else None


def states_a_fact(cells: Mapping[int, Cell]) -> bool:
    """`Authorized by: J. Doe`, in one cell or two. A heading that ends with a colon states none."""
    first = cells[min(cells)].text
    label, _, rest = first.partition(":")
    if vocabulary.analyte(first) is not None or (len(cells) == 1 and not rest.strip()):
        return False
    return vocabulary.fact_name(label) is not None or (
        len(cells) > 1 and first.rstrip().endswith(":")
    )


# ---------------------------------------------------------------- facts stated more than once


def state(facts: dict[str, SourceText], stated: Iterable[StatedFact]) -> None:
    """Add facts to those that are known."""
    for fact in stated:
        if fact.name != OTHER:
            restate(facts, fact.name, fact.word)


def restate(facts: dict[str, SourceText], name: str, word: SourceText) -> None:
    """Add a text that states a fact. The first one counts; one that says something else is kept
    beside it."""
    known = facts.setdefault(name, word)
    if known.text.strip() != word.text.strip():
        facts.setdefault(f"{name}{_AGAIN}{word.text.strip()}", word)


def as_stated(
    facts: Mapping[str, SourceText],
) -> tuple[dict[str, SourceText], tuple[tuple[str, SourceText], ...]]:
    """(each fact with the text that counts, the further texts that state one of them otherwise)."""
    counting = {
        name: word
        for name, word in facts.items()
        if _AGAIN not in name and (name not in IMPLIED or name in _KEPT)
    }
    for implied, name in IMPLIED.items():
        if implied in facts and counting.setdefault(name, facts[implied]) is facts[implied]:
            counting.pop(implied, None)
    further = [(fact_of_name(name), word) for name, word in facts.items() if _AGAIN in name]
    return counting, tuple(fact for fact in further if fact[0] not in IMPLIED)


def fact_of_name(name: str) -> str:
    """The fact that a name of `restate` is about."""
    return name.partition(_AGAIN)[0]


def contradiction(name: str, first: SourceText, other: SourceText) -> Problem:
    """Two places that state one fact differently."""
    what = name.replace("_", " ")
    return Problem(
        "FACT-CONTRADICTS",
        f"the {what} is '{first.text.strip()}' at {first.ref} and '{other.text.strip()}' here",
        other.ref,
        other.text,
    )
