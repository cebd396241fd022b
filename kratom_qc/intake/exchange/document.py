"""A document of an exchange format being read: its keys become facts and rows; every key is used,
known to carry no result, or told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from kratom_qc import vocabulary
from kratom_qc.domain.account import PageText, TextKind
from kratom_qc.domain.certificate import Remark, ResultRow
from kratom_qc.domain.errors import Problem
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.intake.exchange.exact_json import Members, Node, Number
from kratom_qc.intake.layout.labels import restate
from kratom_qc.intake.layout.sense import could_be_result

# Roles of `words/headers.toml` that, said of a whole test or certificate, would change every result
# in it.
_OF_A_NUMBER = {
    "result",
    "unit",
    "qualifier",
    "lod",
    "loq",
    "uncertainty",
    "basis",
    "portion",
    "replicate",
}
_MAY_BE_A_RESULT = _OF_A_NUMBER | {"lod_loq", "detection_unit"}
# Roles that a key beside a result may have: laboratories add what a format forgot.
_ROW_ROLES = _OF_A_NUMBER | {"analyte", "limit", "verdict", "method", "species", "cas"}
_MOST_TOLD = 50  # unknown keys one by one; a hostile file may hold a hundred thousand
_DETECTION_UNITS = ("lod_unit", "loq_unit")


@dataclass(frozen=True, slots=True)
class ObjectSchema:
    """One kind of object of a format: what each of its keys is, in small letters. A key in none of
    these is not the format's."""

    what: str  # in messages: "a test"
    facts: Mapping[str, str] = field(default_factory=dict)  # key → fact
    parts: tuple[str, ...] = ()  # keys the format's own module reads
    silent: tuple[str, ...] = ()  # keys that carry no result and no fact about the batch


@dataclass
class Document:
    """One certificate of an exchange format: where its facts, problems and remarks gather."""

    file: str
    format: str
    root: Node
    # What each key holds that nobody reads: by a label that a spreadsheet would have, and where it
    # is bookkeeping of the format, by a pattern of values that say nothing of a batch.
    labels: Mapping[str, str]
    bookkeeping: Mapping[str, str]
    facts: dict[str, SourceText] = field(default_factory=dict)
    rows: list[ResultRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    # The values that were read, by their pointers, and as what.
    used: dict[str, tuple[Node, str]] = field(default_factory=dict)
    refused: bool = False  # there is nothing to judge
    decimal_point: bool = False  # a number of JSON was read: its mark is proven
    _unused: dict[str, list[Node]] = field(default_factory=dict)
    _unknown: dict[str, list[Node]] = field(default_factory=dict)

    def ref(self, node: Node) -> CellRef:
        """Where a node stands; its pointer takes the place of a cell."""
        return CellRef(self.file, cell=node.pointer)

    def problem(self, code: str, message: str, node: Node) -> None:
        """Note a problem of a node."""
        self.problems.append(Problem(code, message, self.ref(node), node.text))

    def remark(self, code: str, severity: str, message: str, node: Node) -> None:
        """Note a remark on a node."""
        self.remarks.append(Remark(code, severity, message, self.ref(node)))

    def text(self, node: Node) -> SourceText | None:
        """A text or a number with its place, used; a value of another kind is a problem."""
        if node.kind not in ("text", "number", "null"):
            self._unexpected(node, "a text or a number")
            return None
        self.use(node)
        self.decimal_point = self.decimal_point or (node.kind == "number" and "." in node.text)
        return SourceText(node.text, self.ref(node))

    def refuse(self, code: str, message: str, node: Node) -> None:
        """Note why there is nothing to judge."""
        self.refused = True
        self.problem(code, message, node)

    def use(self, node: Node) -> None:
        """Note that a value is understood, by its key."""
        key = re.sub(r"/[0-9]+(?=/|$)", "", node.pointer).rpartition("/")[2]
        self.used.setdefault(node.pointer, (node, key.replace("_", " ")))

    def _unexpected(self, node: Node, expected: str) -> None:
        key = node.pointer.rpartition("/")[2]
        message = f"'{key}' must be {expected} in {self.format}; here it is a {node.kind}"
        self.problem("UNEXPECTED-STRUCTURE", message, node)

    def objects(self, node: Node, what: str) -> list[Node]:
        """The objects of a list; a node or an item of another kind is a problem."""
        if node.kind not in ("list", "null"):
            self._unexpected(node, f"a list of {what}")
        for item in node.items():
            if item.kind != "object":
                self._unexpected(item, f"one of the {what}, an object")
        return [item for item in node.items() if item.kind == "object"]

    # ---------------------------------------------------------------- keys

    def read(self, node: Node, schema: ObjectSchema) -> dict[str, Node]:
        """State the facts of an object and hand back its parts; every other key is known to be
        silent, or told."""
        parts: dict[str, Node] = {}
        if node.kind not in ("object", "null"):
            self._unexpected(node, f"{schema.what}, an object")
        for key, member in node.members().items():
            folded = key.casefold()
            if folded in schema.parts:
                parts[folded] = member
            elif folded in schema.facts:
                self.state(schema.facts[folded], member)
            elif folded not in schema.silent and not member.blank:
                self._foreign(key, member)
        return parts

    def state(self, name: str, node: Node) -> None:
        """Note a fact. An id is the text the laboratory typed: a number such as 1E5 may be a text
        that a program changed."""
        text = None if node.blank else self.text(node)
        if text is None:
            return
        what = name.replace("_", " ")
        is_id = name in ("batch_id", "certificate_id")
        if is_id and node.kind == "number" and not re.fullmatch(r"[0-9]{1,15}", node.text):
            message = f"the {what} is written as the number {node.text}: a program may have changed"
            self.problem("ID-CHANGED", f"{message} it; put it in quotes", node)
        restate(self.facts, name, text)

    def _foreign(self, key: str, node: Node) -> None:
        """A key that is not the format's own: a fact by its name, a remark, or a problem where it
        may hold a result."""
        name = vocabulary.fact_name(key)
        if name is not None and name != "other":
            self.state(name, node)
        elif name is None and _may_hold_a_result(key, node):
            self._unknown.setdefault(key, []).append(node)
        else:
            self._unused.setdefault(key, []).append(node)

    # ---------------------------------------------------------------- results

    def result(
        self, node: Node, meanings: Mapping[str, str], silent: tuple[str, ...]
    ) -> dict[str, Node]:
        """The members of one result by what they mean. `own` names the format's keys; what a
        laboratory adds is known by its word, as a column of a spreadsheet is. A key that nothing
        knows may change what the number means: it is a problem.
        """
        by_role: dict[str, Node] = {}
        added: dict[str, Node] = {}
        for key, member in node.members().items():
            folded = key.casefold()
            if folded in meanings:
                by_role[meanings[folded]] = member
            elif folded not in silent and not member.blank:
                added[key] = member
        for key, member in added.items():
            self._add_role(by_role, key, member)
        return by_role

    def _add_role(self, by_role: dict[str, Node], key: str, node: Node) -> None:
        """Put a key that a laboratory added into `by_role` where a column of that word would be."""
        role = vocabulary.column_role(key)
        if role in ("ignored", "panel"):
            self._unused.setdefault(key, []).append(node)
        elif role == "detection_unit" and by_role.keys().isdisjoint(_DETECTION_UNITS):
            by_role.update(dict.fromkeys(_DETECTION_UNITS, node))
        elif role in _ROW_ROLES and (role not in by_role or by_role[role].blank):
            by_role[role] = node
        else:
            self._unknown.setdefault(key, []).append(node)

    def add_row(
        self, node: Node, texts: Mapping[str, SourceText | None], *, zero_is_censored: bool
    ) -> None:
        """Add a row of results; one without the name of what was tested is a problem."""
        analyte = texts.get("analyte")
        if analyte is None or not analyte.text.strip():
            message = "this result does not say what was tested for"
            self.problem("RESULT-WITHOUT-ANALYTE", message, node)
            return
        words: dict[str, Any] = {role: text for role, text in texts.items() if text is not None}
        del words["analyte"]
        result = words.pop("result", None)
        self.rows.append(ResultRow(analyte, result, zero_is_censored=zero_is_censored, **words))

    # ---------------------------------------------------------------- what is left over

    def unused(self) -> Iterator[PageText]:
        """Every value that nothing was read from, with the key before it, and a label for what the
        format keeps there."""
        for node, keys in _scalars(self.root, ()):
            if node.pointer in self.used or node.blank:
                continue
            known = (self.labels.get(key.casefold(), "") for key in reversed(keys))
            label = next(filter(None, known), keys[-1].replace("_", " ") if keys else "")
            source = SourceText(node.text, self.ref(node))
            yield PageText(source, TextKind.JSON_VALUE, column=label)

    def _keep_books(self) -> None:
        for node, keys in _scalars(self.root, ()):
            pattern = self.bookkeeping.get(keys[-1].casefold()) if keys else None
            if pattern is not None and re.fullmatch(pattern, node.text, re.DOTALL):
                self.use(node)

    def close(self) -> None:
        """Tell once of every key that was not used; one that may hold a result is a problem."""
        self._keep_books()
        for key, nodes in self._unused.items():
            message = f"'{key}'{_times(nodes)} is no key of {self.format}; what it says is not used"
            self.remark("key-not-used", "note", message, nodes[0])
        unknown = iter(self._unknown.items())
        for key, nodes in islice(unknown, _MOST_TOLD):
            near = vocabulary.nearest_headers(key)
            hint = f" (nearest: {', '.join(near)})" if near else ""
            message = (
                f"'{key}'{_times(nodes)} is no key of {self.format}{hint}, and it may hold or "
                "change a result; remove it, rename it, or teach it in kratom_qc/words/headers.toml"
            )
            ref = self.ref(nodes[0])
            self.problems.append(Problem("UNKNOWN-KEY", message, ref, nodes[0].text, near))
        for key, nodes in islice(unknown, 1):
            more = len(self._unknown) - _MOST_TOLD - 1
            message = f"'{key}' and {more} more keys are none of {self.format} either"
            self.problem("UNKNOWN-KEY", message, nodes[0])


def _times(nodes: list[Node]) -> str:
    return f" ({len(nodes)} times, first here)" if len(nodes) > 1 else ""


def _may_hold_a_result(key: str, node: Node) -> bool:
    """Whether a key outside every result may be one: it, or a text in it, names an analyte, or a
    number stands in a structure."""
    if vocabulary.analyte(key) is not None or vocabulary.column_role(key) in _MAY_BE_A_RESULT:
        return True
    if node.kind not in ("object", "list"):
        return False
    return any(_is_like_a_result(name, leaf) for name, leaf in _leaves(node.value))


def _is_like_a_result(key: str, leaf: object) -> bool:
    if not isinstance(leaf, str) or isinstance(leaf, Number):
        return True
    names_analyte = vocabulary.analyte(key) is not None or vocabulary.analyte(leaf) is not None
    return names_analyte or could_be_result(leaf)


def _scalars(node: Node, keys: tuple[str, ...]) -> Iterator[tuple[Node, tuple[str, ...]]]:
    """Every text, number and boolean of a node, with the keys that lead to it."""
    for key, member in node.members().items():
        yield from _scalars(member, (*keys, key))
    for item in node.items():
        yield from _scalars(item, keys)
    if node.kind not in ("object", "list", "null"):
        yield node, keys


def _leaves(value: object, key: str = "") -> Iterator[tuple[str, object]]:
    """Every text, number and boolean inside a value with the key it stands under."""
    if isinstance(value, Members):
        for name, member in value:
            yield from _leaves(member, name)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, key)
    elif value is not None:
        yield key, value
