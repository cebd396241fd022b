"""XML parts of a workbook, streamed through expat. A document type is never allowed, so no entity
can be defined."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from xml.parsers import expat

from kratom_qc.domain.errors import Refusal, Refused
from kratom_qc.domain.source import CellRef

Attributes = Mapping[str, str]
# The namespaces a part's own elements may be in: those of ECMA-376, transitional and strict.
_MAIN = ("spreadsheetml/2006/main", "spreadsheetml/main", "drawingml/2006/main", "drawingml/main")
_HOMES = {
    f"{root}{path}"
    for root in ("http://schemas.openxmlformats.org/", "http://purl.oclc.org/ooxml/")
    for path in _MAIN
}
_HOMES |= {"http://schemas.openxmlformats.org/package/2006/relationships"}
_CHOICE = "http://schemas.openxmlformats.org/markup-compatibility/2006 AlternateContent"
_ENCODINGS = (
    "utf-8",
    "utf8",
    "utf-16",
    "utf-16le",
    "utf-16be",
    "iso-8859-1",
    "us-ascii",
    "ascii",
    "windows-1252",
)  # Python's own end in errors
Start = Callable[[Attributes], None]
End = Callable[[], None]


def scan(
    place: CellRef,
    chunks: Iterable[bytes],
    starts: Mapping[str, Start],
    ends: Mapping[str, End] | None = None,
    text: Callable[[str], None] | None = None,
    strange: Callable[[str, bool], None] | None = None,
) -> None:
    """Call `starts` and `ends` by the local names of elements in the document's own namespace,
    `text` for what they hold.

    Attributes keep their names; those of another namespace are `uri name`. A key of `starts` that
    is `uri name` itself stands for that element. `strange` is called with the name of any other
    element and whether it is of the own namespace. Raises Refused for a document type, for XML that
    is not well-formed, and where what is looked for comes in alternatives.
    """
    known_starts: dict[str, Start] = {}
    known_ends: dict[str, End] = {}
    home = ""

    def first(tag: str) -> None:
        """The root: its namespace, transitional or strict, is that of everything we look for."""
        nonlocal home
        home = f"{tag.rpartition(' ')[0]} "
        if home.strip() not in _HOMES:
            raise _damaged(place, "a part of the file is in a language that no spreadsheet uses")
        known_starts.update(
            {name if " " in name else home + name: start for name, start in starts.items()}
        )
        known_starts[_CHOICE] = choose
        known_ends.update(
            {name if " " in name else home + name: end for name, end in (ends or {}).items()}
        )
        known_ends[_CHOICE] = chosen

    usual: list[dict[str, Start]] = []

    def choose(_attributes: Attributes) -> None:
        """Programs differ in which alternative they take, so nothing we look for may stand in one."""
        usual.append(dict(known_starts))
        known_starts.update(dict.fromkeys(known_starts, refuse) | {_CHOICE: choose})

    def chosen() -> None:
        known_starts.update(usual.pop())

    def refuse(_attributes: Attributes) -> None:
        raise _damaged(
            place, "a part of the file holds alternatives, of which programs show different ones"
        )

    # Called for every element of every sheet: one look into a dictionary tells what is waited for.
    def started(tag: str, attributes: Attributes) -> None:
        handler = known_starts.get(tag)
        if handler is not None:
            handler(attributes)
        elif not known_starts:
            first(tag)
            started(tag, attributes)
        elif strange is not None:
            strange(tag, tag.startswith(home))

    def ended(tag: str) -> None:
        handler = known_ends.get(tag)
        if handler is not None:
            handler()

    walk(place, chunks, started, ended, text)


def walk(
    place: CellRef,
    chunks: Iterable[bytes],
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None],
    text: Callable[[str], None] | None = None,
) -> None:
    """Call `start` and `end` for every element, by `uri name`. Raises Refused as `scan` does."""

    def doctype(*_: object) -> None:
        message = "document type declarations are not allowed; save the file anew"
        raise Refused([Refusal("doctype", message, place)])

    def declared(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            raise _damaged(place, f"a part of the file is in the encoding '{encoding[:40]}'")

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
        raise _damaged(place, "a part of the file is not well-formed XML") from None


def _damaged(place: CellRef, why: str) -> Refused:
    return Refused(
        [Refusal("damaged", f"{why}; open the workbook, save it anew and send it again", place)]
    )
