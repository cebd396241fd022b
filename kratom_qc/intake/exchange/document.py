"""A document of an exchange format being read: its keys become facts and lines; every key is used,
known to carry no result, or told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import Note, Remark, ResultRow
from kratom_qc.domain.errors import Refusal
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.intake.exchange.exact_json import Digits, Members, Node
from kratom_qc.intake.layout.labels import could_be_result

# Roles of `words/headers.toml` that, said of a whole test or certificate, would change every result
# in it.
_OF_A_NUMBER = frozenset(
    {"result", "unit", "qualifier", "lod", "loq", "uncertainty", "basis", "portion", "replicate"}
)
# Roles that a key beside a result may have: laboratories add what a format forgot.
_LINE_ROLES = _OF_A_NUMBER | {"analyte", "limit", "verdict", "method", "species", "cas"}
_TOLD = 50  # unknown keys one by one; a hostile file may hold a hundred thousand
_DETECTION_UNIT = ("lod_unit", "loq_unit")
_MUST_AGREE = ("batch_id", "form")


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of object of a format: what each of its keys is, in small letters. A key in none of
    these is not the format's."""

    what: str  # in messages: "a test"
    facts: Mapping[str, str] = field(default_factory=dict)  # key → fact
    parts: frozenset[str] = frozenset()  # keys the format's own module reads
    silent: frozenset[str] = frozenset()  # keys that carry no result and no fact about the batch


@dataclass
class Document:
    """One certificate of an exchange format: where its facts, problems and remarks gather."""

    file: str
    format: str
    facts: dict[str, SourceText] = field(default_factory=dict)
    rows: list[ResultRow] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    notes: list[Note] = field(
        default_factory=list
    )  # free text, for whoever judges what it may change
    decimal_point: bool = False  # a number of JSON was read: its mark is proven
    _unused: dict[str, list[Node]] = field(default_factory=dict)
    _unknown: dict[str, list[Node]] = field(default_factory=dict)

    def place(self, node: Node) -> CellRef:
        return CellRef(self.file, cell=node.pointer)

    def refuse(self, code: str, message: str, node: Node) -> None:
        self.refusals.append(Refusal(code, message, self.place(node), node.said))

    def word(self, node: Node) -> SourceText | None:
        """A text or a number as a word; a value of another kind is a refusal."""
        if node.kind not in ("text", "number", "null"):
            self.unexpected(node, "a text or a number")
            return None
        self.decimal_point = self.decimal_point or (node.kind == "number" and "." in node.said)
        return SourceText(node.said, self.place(node))

    def unexpected(self, node: Node, expected: str) -> None:
        key = node.pointer.rpartition("/")[2]
        self.refuse(
            "unexpected-structure",
            f"'{key}' must be {expected} in {self.format}; here it is a {node.kind}",
            node,
        )

    def objects(self, node: Node, what: str) -> list[Node]:
        """The objects of a list; a node or an item of another kind is a refusal."""
        if node.kind not in ("list", "null"):
            self.unexpected(node, f"a list of {what}")
        for item in node.items():
            if item.kind != "object":
                self.unexpected(item, f"one of the {what}, an object")
        return [item for item in node.items() if item.kind == "object"]

    # ---------------------------------------------------------------- keys

    def read(self, node: Node, shape: Shape) -> dict[str, Node]:
        """State the facts of an object and hand back its parts; every other key is known to be
        silent, or told."""
        parts: dict[str, Node] = {}
        if node.kind not in ("object", "null"):
            self.unexpected(node, f"{shape.what}, an object")
        for key, member in node.members().items():
            folded = key.casefold()
            if folded in shape.parts:
                parts[folded] = member
            elif folded in shape.facts:
                self.state(shape.facts[folded], member)
            elif folded not in shape.silent and not member.blank:
                self._foreign(key, member)
        return parts

    def state(self, name: str, node: Node) -> None:
        """Note a fact. An id is the text the laboratory typed: a number such as 1E5 may be a text
        that a program changed."""
        word = None if node.blank else self.word(node)
        if word is None:
            return
        is_id = name in ("batch_id", "certificate_id")
        if is_id and node.kind == "number" and not re.fullmatch(r"[0-9]{1,15}", node.said):
            what = name.replace("_", " ")
            message = f"the {what} is written as the number {node.said}: a program may have changed it; put it in quotes"
            self.refuse("id-changed", message, node)
        known = self.facts.setdefault(name, word)
        if name in _MUST_AGREE and known.text.strip() != word.text.strip():
            message = f"the {name.replace('_', ' ')} is '{known.text}' at {known.ref} and '{word.text}' here"
            self.refuse("fact-contradicts", message, node)

    def _foreign(self, key: str, node: Node) -> None:
        """A key that is not the format's own: a fact by its name, a remark, or a refusal where it
        may hold a result."""
        name = vocabulary.fact_name(key)
        if name is not None and name != "other":
            self.state(name, node)
        elif name is None and _may_hold_a_result(key, node):
            self._unknown.setdefault(key, []).append(node)
        else:
            self._unused.setdefault(key, []).append(node)

    # ---------------------------------------------------------------- results

    def result(self, node: Node, own: Mapping[str, str], silent: frozenset[str]) -> dict[str, Node]:
        """The keys of one result by what they mean. `own` names the format's keys; what a
        laboratory adds is known by its word, as a column of a spreadsheet is. A key that nothing
        knows may change what the number means: it is refused.
        """
        members = node.members()
        found = {
            own[key.casefold()]: member for key, member in members.items() if key.casefold() in own
        }
        for key, member in members.items():
            if key.casefold() in own or key.casefold() in silent or member.blank:
                continue
            role = vocabulary.column_role(key)
            if role in ("ignored", "panel"):
                self._unused.setdefault(key, []).append(member)
            elif role == "detection_unit" and not found.keys() & set(_DETECTION_UNIT):
                found.update(dict.fromkeys(_DETECTION_UNIT, member))
            elif role in _LINE_ROLES and (role not in found or found[role].blank):
                found[role] = member
            else:
                self._unknown.setdefault(key, []).append(member)
        return found

    def line(
        self, where: Node, words: Mapping[str, SourceText | None], *, zero_is_censored: bool
    ) -> None:
        """Add a line; a result without the name of what was tested is a refusal."""
        analyte = words.get("analyte")
        if analyte is None or not analyte.text.strip():
            self.refuse(
                "result-without-analyte", "this result does not say what was tested for", where
            )
            return
        others = {
            role: word
            for role, word in words.items()
            if role not in ("analyte", "result") and word is not None
        }
        self.rows.append(
            ResultRow(analyte, words.get("result"), zero_is_censored=zero_is_censored, **others)
        )

    # ---------------------------------------------------------------- what is left over

    def note(self, node: Node) -> None:
        """Keep free text that is used for nothing, for whoever judges what it may change."""
        word = self.word(node) if node.kind == "text" and not node.blank else None
        if word is not None:
            self.notes.append(Note(word))

    def close(self) -> None:
        """Tell of every key that was not used, each once, and refuse those that may hold a result."""
        for key, nodes in self._unused.items():
            message = f"'{key}'{_times(nodes)} is no key of {self.format}; what it says is not used"
            self.remarks.append(Remark("key-not-used", "note", message, self.place(nodes[0])))
            for node in nodes:
                self.note(node)
        for key, nodes in islice(self._unknown.items(), _TOLD):
            near = vocabulary.nearest_headers(key)
            hint = f" (nearest: {', '.join(near)})" if near else ""
            message = (
                f"'{key}'{_times(nodes)} is no key of {self.format}{hint}, and it may hold or change a result; remove it, "
                "rename it, or teach it in kratom_qc/words/headers.toml"
            )
            self.refusals.append(
                Refusal("unknown-key", message, self.place(nodes[0]), nodes[0].said, near)
            )
        for key, nodes in islice(self._unknown.items(), _TOLD, _TOLD + 1):
            message = f"'{key}' and {len(self._unknown) - _TOLD - 1} more keys are none of {self.format} either"
            self.refuse("unknown-key", message, nodes[0])


def _times(nodes: list[Node]) -> str:
    return f" ({len(nodes)} times, first here)" if len(nodes) > 1 else ""


def _may_hold_a_result(key: str, node: Node) -> bool:
    """Whether a key outside every result may be one: it, or a text in it, names an analyte, or a
    number stands in a structure."""
    if vocabulary.analyte(key) is not None or vocabulary.column_role(key) in (
        *_OF_A_NUMBER,
        "lod_loq",
        "detection_unit",
    ):
        return True
    return node.kind in ("object", "list") and any(
        _like_a_result(name, leaf) for name, leaf in _leaves(node.value)
    )


def _like_a_result(key: str, leaf: object) -> bool:
    if not isinstance(leaf, str) or isinstance(leaf, Digits):
        return True
    return any(vocabulary.analyte(text) is not None for text in (key, leaf)) or could_be_result(
        leaf
    )


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
