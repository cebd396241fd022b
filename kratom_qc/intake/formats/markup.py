"""XML parts of a workbook, streamed through expat. A document type is never allowed, so no entity
can be defined."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from xml.parsers import expat

from kratom_qc.domain.source import CellRef
from kratom_qc.intake.refusals import damaged, refused

Attributes = Mapping[str, str]
"""An element's attributes; those of another namespace are `uri name`."""
ON, OFF = ("1", "true"), ("0", "false")
"""How XML Schema writes a boolean."""
StartHandler = Callable[[Attributes], None]
EndHandler = Callable[[], None]
UnknownHandler = Callable[[str, bool], None]
"""Called with `uri name` of an element, and whether it is of the part's own namespace."""

# The namespaces a part's own elements may be in: those of ECMA-376, transitional and strict.
_MAIN = ("spreadsheetml/2006/main", "spreadsheetml/main", "drawingml/2006/main", "drawingml/main")
_HOMES = {
    f"{root}{path}"
    for root in ("http://schemas.openxmlformats.org/", "http://purl.oclc.org/ooxml/")
    for path in _MAIN
}
_HOMES |= {"http://schemas.openxmlformats.org/package/2006/relationships"}
_CHOICE = "http://schemas.openxmlformats.org/markup-compatibility/2006 AlternateContent"
# Expat asks Python for any other encoding, and Python's own end in errors.
_ENCODINGS = (
    "utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "iso-8859-1", "us-ascii", "ascii",
    "windows-1252",
)  # fmt: skip


def scan(
    part: CellRef,
    chunks: Iterable[bytes],
    starts: Mapping[str, StartHandler],
    ends: Mapping[str, EndHandler] | None = None,
    text: Callable[[str], None] | None = None,
    unknown: UnknownHandler | None = None,
) -> None:
    """Call `starts` and `ends` by the local names of elements in the document's own namespace,
    `text` for what they hold, and `unknown` for any other element.

    A key of `starts` or `ends` that is `uri name` itself stands for that element. Raises Refused
    for a document type, for XML that is not well-formed, and where what is looked for comes in
    alternatives.
    """
    handlers = _Handlers(part, starts, ends or {}, unknown)
    walk(part, chunks, handlers.start, handlers.end, text)


class _Handlers:
    """The handlers by `uri name`; the root's namespace is that of every name without one."""

    def __init__(
        self,
        part: CellRef,
        starts: Mapping[str, StartHandler],
        ends: Mapping[str, EndHandler],
        unknown: UnknownHandler | None,
    ) -> None:
        self._part, self._wanted_starts, self._wanted_ends = part, starts, ends
        self._unknown = unknown
        self._home = ""
        self._starts: dict[str, StartHandler] = {}
        self._ends: dict[str, EndHandler] = {}
        self._outside: list[dict[str, StartHandler]] = []  # of each open alternative

    # Called for every element of every sheet: one look into a dictionary tells what is waited for.
    def start(self, tag: str, attributes: Attributes) -> None:
        handler = self._starts.get(tag)
        if handler is not None:
            handler(attributes)
        elif not self._starts:
            self._root(tag)
            self.start(tag, attributes)
        elif self._unknown is not None:
            self._unknown(tag, tag.startswith(self._home))

    def end(self, tag: str) -> None:
        handler = self._ends.get(tag)
        if handler is not None:
            handler()

    def _root(self, tag: str) -> None:
        namespace = tag.rpartition(" ")[0]
        if namespace.strip() not in _HOMES:
            why = "a part of the file is in a language that no spreadsheet uses"
            raise damaged(self._part.file, why, self._part.sheet)
        self._home = f"{namespace} "
        for name, start in self._wanted_starts.items():
            self._starts[self._qualified(name)] = start
        for name, end in self._wanted_ends.items():
            self._ends[self._qualified(name)] = end
        self._starts[_CHOICE], self._ends[_CHOICE] = self._choose, self._chosen

    def _qualified(self, name: str) -> str:
        return name if " " in name else self._home + name

    def _choose(self, _attributes: Attributes) -> None:
        """Programs differ in which alternative they take: nothing we look for may stand in one."""
        self._outside.append(self._starts)
        refuse: StartHandler = self._refuse
        self._starts = dict.fromkeys(self._starts, refuse) | {_CHOICE: self._choose}

    def _chosen(self) -> None:
        self._starts = self._outside.pop()

    def _refuse(self, _attributes: Attributes) -> None:
        why = "a part of the file holds alternatives, of which programs show different ones"
        raise damaged(self._part.file, why, self._part.sheet)


def walk(
    part: CellRef,
    chunks: Iterable[bytes],
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None],
    text: Callable[[str], None] | None = None,
) -> None:
    """Call `start` and `end` for every element, by `uri name`. Raises Refused for a document type
    and for XML that is not well-formed."""

    def doctype(*_: object) -> None:
        message = "document type declarations are not allowed; save the file anew"
        raise refused(part.file, "doctype", message, part.sheet)

    def declared(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            why = f"a part of the file is in the encoding '{encoding[:40]}'"
            raise damaged(part.file, why, part.sheet)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.XmlDeclHandler = declared
    parser.StartDoctypeDeclHandler = doctype
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise damaged(part.file, "a part of the file is not well-formed XML", part.sheet) from None
