"""A zip container read without trust: its table is checked, its parts are inflated in a stream and
counted.

Python's own `zipfile` reads the table; before 3.11.8 it accepts entries that overlap
(CVE-2024-0450), and it believes the sizes that the table declares. The numbers of the caps are
anchored in Apache POI's ZipSecureFile.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from kratom_qc.domain.errors import Refusal, Refused
from kratom_qc.domain.source import CellRef
from kratom_qc.settings import Caps

_CHUNK = 1 << 16
_LOCAL = struct.Struct("<4s5H3I2H")
_RATIO_FROM = 1 << 20  # small parts may be all blanks


class Container:
    """The parts of a zip file by name. Raises Refused where its table does not hold together or a
    cap is passed."""

    def __init__(self, name: str, raw: bytes, caps: Caps):
        self._name, self._raw, self._caps = name, raw, caps
        self._check_end()
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                parts = archive.infolist()
        except (
            zipfile.BadZipFile,
            struct.error,
            ValueError,
            NotImplementedError,
            UnicodeDecodeError,
            OverflowError,
        ):
            raise self._refused(
                "damaged", "the file is cut short or damaged; send it again"
            ) from None
        self._check_table(parts)
        self._parts = {part.filename: part for part in parts if not part.is_dir()}
        self._check_layout(parts)

    def __contains__(self, part: str) -> bool:
        return part in self._parts

    @property
    def names(self) -> tuple[str, ...]:
        """Every part's name, in the order of the table."""
        return tuple(self._parts)

    def read(self, part: str) -> bytes:
        """A part as a whole."""
        return b"".join(self.inflate(part))

    def inflate(self, part: str) -> Iterator[bytes]:
        """A part in chunks. Raises Refused where it is longer than it declares, inflates past a
        cap, or is damaged."""
        info = self._parts[part]
        start = self._starts[part]
        packed = memoryview(self._raw)[start : start + info.compress_size]
        done, crc = 0, 0
        for chunk in (
            self._stored(packed)
            if info.compress_type == zipfile.ZIP_STORED
            else self._deflated(part, packed)
        ):
            done += len(chunk)
            self._check_size(info, done)
            crc = zlib.crc32(chunk, crc)
            yield chunk
        if done != info.file_size or crc != info.CRC:
            raise self._refused(
                "damaged", f"the part '{part}' is cut short or damaged; send the file again"
            )

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
            raise self._refused(
                "damaged", f"the part '{part}' is damaged; send the file again"
            ) from None

    def _check_size(self, info: zipfile.ZipInfo, done: int) -> None:
        caps = self._caps
        if done > caps.part_bytes:
            message = f"the part '{info.filename}' inflates past the limit of {caps.part_bytes:,} bytes; split the file"
            raise self._refused("too-large", message)
        if done > _RATIO_FROM and done > caps.inflate_ratio * max(1, info.compress_size):
            message = (
                f"the part '{info.filename}' inflates past the limit of {caps.inflate_ratio} times its packed size; "
                "delete the empty rows and columns, or split the file"
            )
            raise self._refused("too-large", message)
        if done > info.file_size:
            message = f"the part '{info.filename}' is larger than the {info.file_size:,} bytes it declares; save the file anew"
            raise self._refused("part-size-lie", message)

    def _check_end(self) -> None:
        """The table's end must be the file's end, and must not announce more parts than are read."""
        end = self._raw.rfind(b"PK\x05\x06")
        if end < 0 or len(self._raw) < end + 22:
            raise self._refused(
                "damaged",
                "the file is cut short or damaged: its table of parts is missing; send it again",
            )
        count, size, offset, comment = struct.unpack_from("<HIIH", self._raw, end + 10)
        if len(self._raw) != end + 22 + comment:
            raise self._refused(
                "polyglot", "other content follows the end of the workbook; save the file anew"
            )
        locator = self._raw[end - 20 : end] if end >= 20 else b""
        if locator.startswith(b"PK\x06\x07"):
            at = struct.unpack_from("<Q", locator, 8)[0]
            if self._raw[end - 76 : end - 72] != b"PK\x06\x06" or at != end - 76:
                raise self._refused("damaged", "the file has a damaged zip directory; save it anew")
            count = struct.unpack_from("<Q", self._raw, at + 32)[0]
        elif offset + size != end:
            raise self._refused("damaged", "the file has a damaged zip directory; save it anew")
        if count > self._caps.zip_parts:
            raise self._refused(
                "too-large", f"the file has {count:,} parts; the limit is {self._caps.zip_parts:,}"
            )

    def _check_table(self, parts: list[zipfile.ZipInfo]) -> None:
        caps = self._caps
        if len(parts) > caps.zip_parts:
            raise self._refused(
                "too-large", f"the file has {len(parts):,} parts; the limit is {caps.zip_parts:,}"
            )
        names = [part.filename.casefold() for part in parts]
        twice = next((name for name in names if names.count(name) > 1), None)
        starts = [part.header_offset for part in parts]
        if len(set(starts)) < len(starts):
            raise self._refused(
                "zip-overlap",
                "zip entries overlap or repeat: two names share one content; save the file anew",
            )
        if twice is not None:
            raise self._refused(
                "part-twice", f"the part '{twice}' appears twice in the file; save it anew"
            )
        if any(part.flag_bits & 1 for part in parts):
            raise self._refused(
                "encrypted", "the file is password-protected; send it without a password"
            )
        if any(
            part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts
        ):
            raise self._refused(
                "damaged", "the file is packed in a way that no office program uses; save it anew"
            )
        total = sum(part.file_size for part in parts)
        if total > caps.inflated_bytes:
            raise self._refused(
                "too-large",
                f"the file unpacks to {total:,} bytes; the limit is {caps.inflated_bytes:,}",
            )

    def _check_layout(self, parts: list[zipfile.ZipInfo]) -> None:
        """No entry may reach into the next one; the first starts the file."""
        self._starts: dict[str, int] = {}
        reached = 0
        for part in sorted(parts, key=lambda part: part.header_offset):
            head = self._raw[part.header_offset : part.header_offset + _LOCAL.size]
            if len(head) < _LOCAL.size or head[:4] != b"PK\x03\x04":
                raise self._refused("damaged", "the file has a damaged zip directory; save it anew")
            *_, name_length, extra_length = _LOCAL.unpack(head)
            self._check_head(part, head, name_length)
            start = part.header_offset + _LOCAL.size + name_length + extra_length
            if part.header_offset < reached:
                raise self._refused(
                    "zip-overlap", "zip entries overlap or repeat; save the file anew"
                )
            reached = start + part.compress_size
            self._starts[part.filename] = start
        if reached > len(self._raw):
            raise self._refused("damaged", "the file is cut short; send it again")

    def _check_head(self, part: zipfile.ZipInfo, head: bytes, name_length: int) -> None:
        """An entry is told twice, in the table and in front of it. Programs read the one or the
        other, so both must agree."""
        at = part.header_offset + _LOCAL.size
        name = self._raw[at : at + name_length]
        known = {part.orig_filename.encode(coding, "replace") for coding in ("utf-8", "cp437")}
        packing = struct.unpack_from("<H", head, 8)[0]
        if name not in known or packing != part.compress_type or "\x00" in part.orig_filename:
            raise self._refused(
                "damaged",
                "the file's table of parts does not agree with its parts; save the file anew",
            )

    def _refused(self, code: str, message: str) -> Refused:
        return Refused([Refusal(code, message, CellRef(self._name))])
