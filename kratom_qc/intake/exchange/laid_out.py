"""JSON of no known exchange format, laid out as a sheet that a person could have typed: a label
beside each value, a table for each list of objects. The words then decide, as in a spreadsheet.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, TypeVar

from kratom_qc import vocabulary
from kratom_qc.domain.source import Cell, CellRef
from kratom_qc.intake.exchange.exact_json import Node
from kratom_qc.intake.sheets import Grid, Sheet, Workbook, cell_name

NAME = ""  # as of a sheet of CSV: a name would be one more text that somebody must read
_OF_ALL = ("unit", "method", "basis", "portion")  # what is said once of a whole list of results
MOST_CELLS = 100_000  # of a sheet; what is larger is refused, since its end is not laid out
_KINDS = {"number": "number", "boolean": "boolean"}
_Told = TypeVar("_Told")


@dataclass
class _Layout:
    """A sheet being written, and where each of its cells stands in the document."""

    rows: Grid = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    row: int = 0
    cells: int = 0

    def line(self, cells: Sequence[tuple[str, Node | None]]) -> None:
        """Write a row; each cell's text with the node that it was made of."""
        self.row += 1
        for column, (text, node) in enumerate(cells, start=1):
            if not text.strip() or self.cells >= MOST_CELLS:
                continue
            kind = (
                _KINDS.get(node.kind, "text") if node is not None and node.text == text else "text"
            )
            self.rows.setdefault(self.row, {})[column] = Cell(text, kind, self.row, column)
            self.cells += 1
            if node is not None:
                self.places[cell_name(self.row, column)] = node.pointer

    def gap(self) -> None:
        """Leave a row blank."""
        self.row += 1


def laid_out(name: str, digest: str, root: Node) -> tuple[Workbook, Mapping[str, str]]:
    """(the document as a workbook of one sheet, the JSON pointer of each of its cells)."""
    layout = _Layout()
    _write(layout, root, "", {})
    return Workbook(name, digest, (Sheet(NAME, layout.rows, {}),)), layout.places


def _write(layout: _Layout, node: Node, name: str, above: Mapping[str, Node]) -> None:
    """Write an object, or the objects of a list: its own values first, then what is inside it.
    `above` are values of the objects around it that may be said of all results in it."""
    if node.kind == "list":
        _write_list(layout, node, name, above)
        return
    scalars = {key: item for key, item in node.members().items() if _is_scalar(item)}
    inner = {key: item for key, item in node.members().items() if not _is_scalar(item)}
    of_all = {**above, **_said_of_all(inner), **_said_of_all({"": node})}
    with_results = _in_columns(of_all, list(_tables(inner.values())))
    if name == "address":
        _write_address(layout, [scalar for scalar in scalars.values() if not scalar.blank])
    else:
        _write_values(layout, name, scalars, with_results)
    for key, item in inner.items():
        if not _stands_in(item, with_results):
            _write_inner(layout, key, item, of_all)


def _tables(nodes: Iterable[Node]) -> Iterator[set[str | None]]:
    """What the columns are of those nodes that become tables."""
    for node in nodes:
        if _are_rows(node):
            yield _roles(node)
        elif _values_by_analyte(node):
            yield {"analyte", "result"}


def _in_columns(shared: Mapping[str, Node], tables: Sequence[set[str | None]]) -> set[str]:
    """The pointers of what is said of all results and stands in a column of every table, because
    none has a column of its own for it. `tables` are what their own columns are."""
    headed = set().union(*tables)
    return (
        {item.pointer for role, item in shared.items() if role not in headed} if tables else set()
    )


def _roles(table: Node) -> set[str | None]:
    """What the columns of a table are."""
    return {vocabulary.column_role(key) for item in table.items() for key in _flat(item)}


def _stands_in(node: Node, with_results: Container[str]) -> bool:
    """Whether all that an object says stands in the columns of a table already."""
    members = list(node.members().values()) if node.kind == "object" else []
    return bool(members) and all(member.pointer in with_results for member in members)


def _write_inner(layout: _Layout, key: str, node: Node, above: Mapping[str, Node]) -> None:
    rows = _values_by_analyte(node) or _by_analyte(node)
    if rows is None and not (_is_label(key) or _are_rows(node) or _writes_its_name(node)):
        layout.line([(_words(key), node)])  # what it is called may be said of all that is in it
    if rows is not None:
        _table(layout, key, rows, above)
    else:
        _write(layout, node, _singular(key), above)


def _writes_its_name(node: Node) -> bool:
    """Whether a list has values, which stand beside its name."""
    return any(_is_scalar(item) and not item.blank for item in node.items())


def _write_address(layout: _Layout, parts: Sequence[Node]) -> None:
    if parts:
        layout.line([("Address", None), (", ".join(part.text for part in parts), parts[0])])


def _write_values(
    layout: _Layout, name: str, scalars: Mapping[str, Node], with_results: Container[str]
) -> None:
    """The values of an object beside their labels, but for those that stand `with_results`. A key
    without a value is read as a text, unless it is a label that somebody left blank."""
    for key, value in scalars.items():
        if value.blank:
            if not _is_label(key):
                layout.line([(_words(key), value)])
        elif value.pointer not in with_results:
            layout.line([(_label(name, key), value), (value.text, value)])
    if scalars:
        layout.gap()


def _is_label(key: str) -> bool:
    words = _words(key)
    lookups = (vocabulary.fact_name, vocabulary.plain_label, vocabulary.column_role)
    return any(look(words) is not None for look in lookups)


def _said_of_all(objects: Mapping[str, Node]) -> dict[str, Node]:
    """What objects without lists say of all results beside them: `{"report_units": "mg/g"}`."""
    of_all: dict[str, Node] = {}
    for name, node in objects.items():
        members = node.members() if node.kind == "object" else {}
        has_results = name and not all(map(_is_scalar, members.values()))
        for key, value in () if has_results else members.items():
            role = vocabulary.column_role(key) if _is_scalar(value) and not value.blank else None
            if role in _OF_ALL:
                of_all.setdefault(role, value)
    return of_all


def _write_list(layout: _Layout, node: Node, name: str, above: Mapping[str, Node]) -> None:
    if _are_rows(node):
        _table(layout, name, [("", item) for item in node.items()], above)
        return
    for item in node.items():
        if _is_scalar(item):
            if not item.blank:
                layout.line([(_words(name), item), (item.text, item)])
        else:
            _write(layout, item, name, above)
            layout.gap()


def _are_rows(node: Node) -> bool:
    """Whether a list holds objects of values only, of two at least: the rows of a table."""
    items = node.items() if node.kind == "list" else []
    return bool(items) and all(
        item.kind == "object" and len(_flat(item)) > 1 and _is_shallow(item) for item in items
    )


def _by_analyte(node: Node) -> list[tuple[str, Node]] | None:
    """The members of an object whose keys are analytes: `"mitragynine": {"value": 14.9, …}`."""
    members = node.members() if node.kind == "object" else {}
    analytes = [key for key in members if vocabulary.analyte(_words(key)) is not None]
    whole = all(member.kind == "object" and _is_shallow(member) for member in members.values())
    return (
        list(members.items()) if members and whole and len(analytes) * 2 >= len(members) else None
    )


def _values_by_analyte(node: Node) -> list[tuple[str, Node]]:
    """The members of an object whose keys are all analytes and whose values are results:
    `"results": {"lead": 0.21, "cadmium": "<0.05"}`."""
    members = node.members() if node.kind == "object" else {}
    named = all(vocabulary.analyte(_words(key)) is not None for key in members)
    return list(members.items()) if named and all(map(_is_scalar, members.values())) else []


def _table(
    layout: _Layout, name: str, rows: Sequence[tuple[str, Node]], above: Mapping[str, Node]
) -> None:
    """A list of objects as a table; what is said of all of it stands in a column of its own."""
    items = [(key, _flat(node), node) for key, node in rows]
    keys = list(dict.fromkeys(key for _, flat, _ in items for key in flat))
    roles = {vocabulary.column_role(key) for key in keys}
    shared = {role: node for role, node in above.items() if role not in roles}
    are_named = any(key for key, _, _ in items)
    layout.gap()
    if name:
        layout.line([(_words(name), None)])
    titles = [*(["Analyte"] if are_named else []), *map(_words, keys), *shared]
    layout.line([(title, None) for title in titles])
    for key, flat, node in items:
        first = [(_words(key), node)] if are_named else []
        values = [_cell(flat.get(key)) for key in keys]
        layout.line([*first, *values, *map(_cell, shared.values())])
    layout.gap()


def _cell(node: Node | None) -> tuple[str, Node | None]:
    return (node.text, node) if node is not None else ("", None)


def _flat(node: Node) -> dict[str, Node]:
    """The values of an object; those of an object inside it under both keys. A value by itself is a
    result."""
    if _is_scalar(node):
        return {"result": node}
    values: dict[str, Node] = {}
    for key, item in node.members().items():
        if item.kind == "object":
            values |= {f"{key} {inner}": value for inner, value in _flat(item).items()}
        elif _is_scalar(item):
            values[key] = item
    return values


def _is_shallow(node: Node) -> bool:
    """Whether an object holds no list of anything."""
    return all(
        _is_scalar(item) or (item.kind == "object" and _is_shallow(item)) or item.blank
        for item in node.members().values()
    )


def _is_scalar(node: Node) -> bool:
    return node.kind not in ("object", "list")


def _label(parent: str, key: str) -> str:
    """The label of a value: with the name of its object before it, where that says more."""
    if parent in _CONTAINERS:
        return key
    label, both = _words(key), f"{_words(parent)} {_words(key)}".strip()
    if parent and vocabulary.fact_name(both) is not None and label.casefold() in _VAGUE:
        return both
    return label if vocabulary.fact_name(label) is not None or not parent else both


_CONTAINERS = ("item", "record", "row", "entry", "object", "data", "element", "node")
_VAGUE = ("name", "id", "number", "no", "code", "type", "date", "title", "label")


def _words(key: str) -> str:
    return key.replace("_", " ").strip()


def _singular(key: str) -> str:
    return key[:-1] if key.endswith("s") and not key.endswith("ss") else key


# ---------------------------------------------------------------- places in the document


def at_pointers(content: _Told, places: Mapping[str, str]) -> _Told:
    """The same with the document's own pointers in place of the cells of the sheet."""
    return _moved(content, places)  # type: ignore[no-any-return]


def _moved(value: Any, places: Mapping[str, str]) -> Any:
    if isinstance(value, CellRef):
        pointer = places.get(value.cell, value.cell)
        return value._replace(sheet="", cell=pointer) if value.sheet == NAME else value
    if is_dataclass(value) and not isinstance(value, type):
        old_fields = ((field.name, getattr(value, field.name)) for field in fields(value))
        return replace(value, **{name: _moved(old, places) for name, old in old_fields})
    if isinstance(value, Mapping):
        return {key: _moved(member, places) for key, member in value.items()}
    is_plain = isinstance(value, tuple) and not hasattr(value, "_fields")
    return tuple(_moved(member, places) for member in value) if is_plain else value
