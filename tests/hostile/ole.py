"""The smallest compound files (OLE2): named streams of at least 4,096 bytes behind one directory."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Mapping

_SECTOR = 512
_FREE, _END, _FAT, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_SMALLEST = 4096  # what is shorter lives in a second table that we do without


def compound_file(streams: Mapping[str, bytes]) -> bytes:
    """A compound file with these streams in its root; short ones are filled up with zeros."""
    contents = {name: data.ljust(_SMALLEST, b"\0") for name, data in streams.items()}
    directory_sectors = -(-(len(contents) + 1) * 128 // _SECTOR)
    sectors = [-(-len(data) // _SECTOR) for data in contents.values()]
    fat_sectors = 1
    while fat_sectors * (_SECTOR // 4) < fat_sectors + directory_sectors + sum(sectors):
        fat_sectors += 1
    table = [_FAT] * fat_sectors + _chain(fat_sectors, directory_sectors)
    starts = []
    for count in sectors:
        starts.append(len(table))
        table += _chain(len(table), count)
    table += [_FREE] * (fat_sectors * (_SECTOR // 4) - len(table))
    body = struct.pack(f"<{len(table)}I", *table) + _directory(contents, starts, directory_sectors)
    for data, count in zip(contents.values(), sectors, strict=True):
        body += data.ljust(count * _SECTOR, b"\0")
    return _header(fat_sectors) + body


def _chain(start: int, count: int) -> list[int]:
    return [*range(start + 1, start + count), _END]


def _header(fat_sectors: int) -> bytes:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, fat_sectors, fat_sectors, 0, _SMALLEST, _END, 0, _END, 0)
    return head + struct.pack("<109I", *range(fat_sectors), *[_FREE] * (109 - fat_sectors))


def _directory(contents: Mapping[str, bytes], starts: list[int], sectors: int) -> bytes:
    """The root and its streams as a chain of right-hand siblings, in the order that compound files want."""
    order = sorted(range(len(contents)), key=lambda at: (len(list(contents)[at]), list(contents)[at].upper()))
    follows = {one: other + 1 for one, other in itertools.pairwise(order)}
    entries = _entry("Root Entry", 5, _NONE, order[0] + 1 if order else _NONE, _END, 0)
    for at, (name, data) in enumerate(contents.items()):
        entries += _entry(name, 2, follows.get(at, _NONE), _NONE, starts[at], len(data))
    return entries.ljust(sectors * _SECTOR, b"\0")


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    said = name.encode("utf-16-le") + b"\0\0"
    head = said.ljust(64, b"\0") + struct.pack("<HBB", len(said), kind, 1)
    return head + struct.pack("<III", _NONE, right, child) + bytes(36) + struct.pack("<IQ", start, size)
