"""A zip container read without trust: its directory is checked, its parts are inflated in a stream
and counted.

Python's own `zipfile` reads the directory; before 3.11.8 it accepts entries that overlap
(CVE-2024-0450), and it believes the sizes that are declared there. The numbers of the caps are
anchored in Apache POI's ZipSecureFile.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator

from kratom_qc.domain.errors import Refused
from kratom_qc.intake.refusals import refused
from kratom_qc.settings import Caps

_CHUNK = 1 << 16  # bytes
_RATIO_FROM = 1 << 20  # bytes; small parts may be all blanks
# Signatures and sizes in bytes of the records of a zip file (APPNOTE 4.3).
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_LOCAL_SIGNATURE = b"PK\x03\x04"
_END_SIGNATURE, _END_SIZE = b"PK\x05\x06", 22
_LOCATOR_SIGNATURE, _LOCATOR_SIZE = b"PK\x06\x07", 20
_ZIP64_END_SIGNATURE, _ZIP64_END_SIZE = b"PK\x06\x06", 56
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_BAD_DIRECTORY = "the file has a damaged zip directory; save it anew"


class Container:
    """The parts of a zip file by name. Raises Refused where its directory does not hold together or
    a cap is passed."""

    def __init__(self, name: str, raw: bytes, caps: Caps):
        self._name, self._raw, self._caps = name, raw, caps
        self._check_end()
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                parts = archive.infolist()
        except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OverflowError):
            raise self._damaged("the file is cut short or damaged; send it again") from None
        self._check_directory(parts)
        self._parts = {part.filename: part for part in parts if not part.is_dir()}
        self._starts = self._checked_starts(parts)

    def __contains__(self, part: str) -> bool:
        return part in self._parts

    @property
    def names(self) -> tuple[str, ...]:
        """Every part's name, in the order of the directory."""
        return tuple(self._parts)

    def read(self, part: str) -> bytes:
        """A part as a whole. Raises Refused as `inflate` does."""
        return b"".join(self.inflate(part))

    def inflate(self, part: str) -> Iterator[bytes]:
        """A part in chunks. Raises Refused where it is longer than it declares, inflates past a
        cap, or is damaged."""
        info = self._parts[part]
        start = self._starts[part]
        packed = memoryview(self._raw)[start : start + info.compress_size]
        is_stored = info.compress_type == zipfile.ZIP_STORED
        size, crc = 0, 0
        for chunk in self._stored(packed) if is_stored else self._deflated(part, packed):
            size += len(chunk)
            self._check_size(info, size)
            crc = zlib.crc32(chunk, crc)
            yield chunk
        if size != info.file_size or crc != info.CRC:
            message = f"the part '{part}' is cut short or damaged; send the file again"
            raise self._damaged(message)

    def _stored(self, packed: memoryview) -> Iterator[bytes]:
        for start in range(0, len(packed), _CHUNK):
            yield bytes(packed[start : start + _CHUNK])

    def _deflated(self, part: str, packed: memoryview) -> Iterator[bytes]:
        engine = zlib.decompressobj(-15)
        waiting = bytes(packed)
        try:
            while waiting and not engine.eof:
                yield engine.decompress(waiting, _CHUNK)
                waiting = engine.unconsumed_tail
            yield engine.flush()
        except zlib.error:
            message = f"the part '{part}' is damaged; send the file again"
            raise self._damaged(message) from None

    def _check_size(self, info: zipfile.ZipInfo, size: int) -> None:
        caps, part = self._caps, f"the part '{info.filename}'"
        if size > caps.part_bytes:
            limit = f"{caps.part_bytes:,} bytes"
            raise self._too_large(f"{part} inflates past the limit of {limit}; split the file")
        if size > _RATIO_FROM and size > caps.inflate_ratio * max(1, info.compress_size):
            limit = f"{caps.inflate_ratio} times its packed size"
            advice = "delete the empty rows and columns, or split the file"
            raise self._too_large(f"{part} inflates past the limit of {limit}; {advice}")
        if size > info.file_size:
            message = f"{part} is larger than the {info.file_size:,} bytes it declares"
            raise self._refused("part-size-lie", f"{message}; save the file anew")

    def _check_end(self) -> None:
        """The directory's end must be the file's end, and must not announce more parts than are
        read."""
        end = self._raw.rfind(_END_SIGNATURE)
        if end < 0 or len(self._raw) < end + _END_SIZE:
            message = "the file is cut short or damaged: its table of parts is missing"
            raise self._damaged(f"{message}; send it again")
        count, size, offset, comment = struct.unpack_from("<HIIH", self._raw, end + 10)
        if len(self._raw) != end + _END_SIZE + comment:
            message = "other content follows the end of the workbook; save the file anew"
            raise self._refused("polyglot", message)
        locator = end - _LOCATOR_SIZE
        if locator >= 0 and self._raw.startswith(_LOCATOR_SIGNATURE, locator):
            count = self._zip64_count(locator)
        elif offset + size != end:
            raise self._damaged(_BAD_DIRECTORY)
        self._check_count(count)

    def _zip64_count(self, locator: int) -> int:
        """The number of parts by the zip64 end record, which must stand before its locator."""
        record = locator - _ZIP64_END_SIZE
        stated = struct.unpack_from("<Q", self._raw, locator + 8)[0]
        if stated != record or self._raw[record : record + 4] != _ZIP64_END_SIGNATURE:
            raise self._damaged(_BAD_DIRECTORY)
        count: int = struct.unpack_from("<Q", self._raw, record + 32)[0]
        return count

    def _check_count(self, count: int) -> None:
        if count > self._caps.zip_parts:
            message = f"the file has {count:,} parts; the limit is {self._caps.zip_parts:,}"
            raise self._too_large(message)

    def _check_directory(self, parts: list[zipfile.ZipInfo]) -> None:
        self._check_count(len(parts))
        self._check_repeats(parts)
        if any(part.flag_bits & 1 for part in parts):
            message = "the file is password-protected; send it without a password"
            raise self._refused("encrypted", message)
        if not {part.compress_type for part in parts} <= _METHODS:
            message = "the file is packed in a way that no office program uses; save it anew"
            raise self._damaged(message)
        total, most = sum(part.file_size for part in parts), self._caps.inflated_bytes
        if total > most:
            raise self._too_large(f"the file unpacks to {total:,} bytes; the limit is {most:,}")

    def _check_repeats(self, parts: list[zipfile.ZipInfo]) -> None:
        if len({part.header_offset for part in parts}) < len(parts):
            message = "zip entries overlap or repeat: two names share one content"
            raise self._refused("zip-overlap", f"{message}; save the file anew")
        names = Counter(part.filename.casefold() for part in parts)
        repeated = next((name for name, count in names.items() if count > 1), None)
        if repeated is not None:
            message = f"the part '{repeated}' appears twice in the file; save it anew"
            raise self._refused("part-twice", message)

    def _checked_starts(self, parts: list[zipfile.ZipInfo]) -> dict[str, int]:
        """Where each part's content starts. Raises Refused where an entry reaches into the next
        one."""
        starts: dict[str, int] = {}
        reached = 0
        for part in sorted(parts, key=lambda part: part.header_offset):
            offset = part.header_offset
            header = self._raw[offset : offset + _LOCAL_HEADER.size]
            if len(header) < _LOCAL_HEADER.size or not header.startswith(_LOCAL_SIGNATURE):
                raise self._damaged(_BAD_DIRECTORY)
            *_, name_length, extra_length = _LOCAL_HEADER.unpack(header)
            self._check_header(part, header, name_length)
            start = offset + _LOCAL_HEADER.size + name_length + extra_length
            if offset < reached:
                message = "zip entries overlap or repeat; save the file anew"
                raise self._refused("zip-overlap", message)
            reached = start + part.compress_size
            starts[part.filename] = start
        if reached > len(self._raw):
            raise self._damaged("the file is cut short; send it again")
        return starts

    def _check_header(self, part: zipfile.ZipInfo, header: bytes, name_length: int) -> None:
        """An entry is described twice, in the directory and in front of it. Programs read the one
        or the other, so both must agree."""
        start = part.header_offset + _LOCAL_HEADER.size
        name = self._raw[start : start + name_length]
        known = {part.orig_filename.encode(coding, "replace") for coding in ("utf-8", "cp437")}
        method = struct.unpack_from("<H", header, 8)[0]
        if name not in known or method != part.compress_type or "\x00" in part.orig_filename:
            message = "the file's table of parts does not agree with its parts; save the file anew"
            raise self._damaged(message)

    def _too_large(self, message: str) -> Refused:
        return self._refused("too-large", message)

    def _damaged(self, message: str) -> Refused:
        return self._refused("damaged", message)

    def _refused(self, code: str, message: str) -> Refused:
        return refused(self._name, code, message)
