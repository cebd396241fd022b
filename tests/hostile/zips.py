"""A zip writer that tells lies: every field of every header can be said to be something else than it is."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_DAY = (2026 - 1980) << 9 | 11 << 5 | 22
_UTF8 = 0x800


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a zip, compressed. `size` is what its headers say it unpacks to."""

    name: str
    data: bytes
    size: int
    crc: int
    method: int = 8

    @property
    def local(self) -> bytes:
        """Its local header."""
        name = self.name.encode()
        fields = (20, _UTF8, self.method, 0, _DAY, self.crc, len(self.data), self.size, len(name), 0)
        return _LOCAL.pack(b"PK\x03\x04", *fields) + name

    def central(self, offset: int) -> bytes:
        """Its entry in the directory, for a local header that stands at `offset`."""
        name = self.name.encode()
        fields = (20, 20, _UTF8, self.method, 0, _DAY, self.crc, len(self.data), self.size, len(name), 0, 0, 0, 0, 0)
        return _CENTRAL.pack(b"PK\x01\x02", *fields, offset) + name


def part(name: str, content: str | bytes | Iterable[bytes], level: int = 6) -> Part:
    """A part that says the truth. Content that comes in pieces is compressed piece by piece."""
    pieces = [content.encode()] if isinstance(content, str) else [content] if isinstance(content, bytes) else content
    squeeze = zlib.compressobj(level, zlib.DEFLATED, -15)
    data, size, crc = bytearray(), 0, 0
    for piece in pieces:
        data += squeeze.compress(piece)
        size += len(piece)
        crc = zlib.crc32(piece, crc)
    return Part(name, bytes(data + squeeze.flush()), size, crc)


def directory(entries: Iterable[bytes], before: int, *, trick: bytes = b"") -> bytes:
    """Central directory and its end, behind `before` bytes; `trick` stands between the two."""
    entries = list(entries)
    central = b"".join(entries)
    count = min(len(entries), 0xFFFF)
    return central + trick + _END.pack(b"PK\x05\x06", 0, 0, count, count, len(central), before, 0)


def zip_of(parts: Iterable[Part], *, trick: bytes = b"") -> bytes:
    """An archive of the parts, in order, headers as each part says them."""
    body = bytearray()
    entries = []
    for one in parts:
        entries.append(one.central(len(body)))
        body += one.local + one.data
    return bytes(body) + directory(entries, len(body), trick=trick)


def lying(one: Part, **said: int) -> Part:
    """The part with headers that say something else."""
    return replace(one, **said)  # type: ignore[arg-type]


def overlapping(parts: Iterable[Part], one: Part, names: Iterable[str]) -> bytes:
    """An archive in which many names of the directory stand for the one part."""
    body = bytearray()
    entries = []
    for honest in parts:
        entries.append(honest.central(len(body)))
        body += honest.local + honest.data
    entries += [replace(one, name=name).central(len(body)) for name in names]
    body += one.local + one.data
    return bytes(body) + directory(entries, len(body))


def quoting(parts: Iterable[Part], kernel: bytes, names: list[str]) -> bytes:
    """David Fifield's layout: each part quotes the header of the next and goes on as the next, so all share one kernel."""
    last = part(names[-1], kernel, 9)
    chain, content, stream = [last], kernel, last.data
    for name in reversed(names[:-1]):
        header = chain[0].local
        stream = b"\x00" + struct.pack("<HH", len(header), len(header) ^ 0xFFFF) + header + stream
        content = header + content
        chain.insert(0, Part(name, stream, len(content), zlib.crc32(content)))
    body = bytearray()
    entries = []
    for honest in parts:
        entries.append(honest.central(len(body)))
        body += honest.local + honest.data
    for one in chain:
        entries.append(one.central(len(body)))
        body += one.local + (b"" if one is not last else one.data)
        if one is not last:
            body += one.data[:5]
    return bytes(body) + directory(entries, len(body))
