"""XML parts of a workbook, streamed through expat. A document type is never allowed, so no entity can be defined."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from xml.parsers import expat

from kratom_qc.errors import Refusal, Refused
from kratom_qc.model import Place

Attributes = Mapping[str, str]
Start = Callable[[Attributes], None]
End = Callable[[], None]


def scan(
    place: Place,
    chunks: Iterable[bytes],
    starts: Mapping[str, Start],
    ends: Mapping[str, End] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Call `starts` and `ends` by the local names of elements in the document's own namespace, `text` for what they hold.

    Attributes keep their names; those of another namespace are `uri name`. Raises Refused for a document type and for XML
    that is not well-formed.
    """
    known_starts: dict[str, Start] = {}
    known_ends: dict[str, End] = {}

    def first(tag: str) -> None:
        """The root: its namespace, transitional or strict, is that of everything we look for."""
        home = f"{tag.rpartition(' ')[0]} ".lstrip(" ")
        known_starts.update({home + name: start for name, start in starts.items()})
        known_ends.update({home + name: end for name, end in (ends or {}).items()})

    # Called for every element of every sheet: the dictionary itself tells what nobody waits for.
    def started(tag: str, attributes: Attributes) -> None:
        if not known_starts:
            first(tag)
        if tag in known_starts:
            known_starts[tag](attributes)

    def ended(tag: str) -> None:
        if tag in known_ends:
            known_ends[tag]()

    walk(place, chunks, started, ended, text)


def walk(
    place: Place,
    chunks: Iterable[bytes],
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None],
    text: Callable[[str], None] | None = None,
) -> None:
    """Call `start` and `end` for every element, by `uri name`. Raises Refused as `scan` does."""

    def doctype(*_: object) -> None:
        message = "document type declarations are not allowed; save the file anew"
        raise Refused([Refusal("doctype", message, place)])

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = doctype
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError:
        message = "a part of the file is not well-formed XML; save the file anew and send it again"
        raise Refused([Refusal("damaged", message, place)]) from None
