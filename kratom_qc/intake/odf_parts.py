"""The parts of an OpenDocument file: inflated piece by piece, counted while they are, and fed to expat."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from xml.parsers import expat

from kratom_qc.errors import Refusal, Refused
from kratom_qc.model import Place
from kratom_qc.settings import Caps

_CHUNK = 65_536


def damaged(name: str, why: str) -> Refused:
    return refused("damaged", f"the workbook cannot be opened ({why}); save it again as ods or xlsx", Place(name))


def encrypted(name: str) -> Refused:
    """The refusal of a file that asks for a password."""
    return refused("encrypted", "the workbook is password-protected; send it without a password", Place(name))


def refused(code: str, message: str, place: Place) -> Refused:
    return Refused([Refusal(code, message, place)])


class Parts:
    """The parts of the archive, inflated piece by piece and counted while they are."""

    def __init__(self, name: str, archive: zipfile.ZipFile, caps: Caps) -> None:
        self.name, self.archive, self.caps = name, archive, caps
        self.names = archive.namelist()
        self.inflated = 0

    def chunks(self, part: str) -> Iterator[bytes]:
        """A part's bytes; none where there is no such part."""
        if part not in self.names:
            return
        if self.names.count(part) > 1:
            raise damaged(self.name, f"{part} stands in it twice")
        if self.archive.getinfo(part).flag_bits & 1:
            raise encrypted(self.name)
        size = 0
        with self.archive.open(part) as source:
            while chunk := source.read(_CHUNK):
                size, self.inflated = size + len(chunk), self.inflated + len(chunk)
                if size > self.caps.part_bytes or self.inflated > self.caps.inflated_bytes:
                    limit = min(self.caps.part_bytes, self.caps.inflated_bytes)
                    message = f"the workbook unpacks to more than {limit:,} bytes; split the file"
                    raise refused("too-large", message, Place(self.name))
                yield chunk


def parse(
    parts: Parts,
    part: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    characters: Callable[[str], None] | None = None,
) -> None:
    """Feed a part to expat. A document type declaration is refused before anything in it is looked at."""

    def doctype(*_: object) -> None:
        message = "document type declarations are not allowed in a spreadsheet; save it again as ods or xlsx"
        raise refused("doctype", message, Place(parts.name))

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler, parser.EndElementHandler = start, end
    if characters is not None:
        parser.CharacterDataHandler = characters
    for chunk in parts.chunks(part):
        parser.Parse(chunk)
    if part == "content.xml" or part in parts.names:
        parser.Parse(b"", True)
