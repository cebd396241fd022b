"""Files on their way in: streamed to the disk under caps, never held in memory and never looked
into. Only somebody who is known is listened to at all: a route asks for a `Visitor` first, and
calls these with the request.

A FastAPI parameter of type `UploadFile` would be parsed before whoever sends it is known.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from kratom_qc import settings
from kratom_qc.app.deliveries import arriving, deliver
from kratom_qc.portal.errors import Refusal
from kratom_qc.portal.guard import Visitor
from kratom_qc.portal.house import House

MOST_FILES = 20  # of one request
_MOST_REQUEST = 100 * 2**20  # bytes of one request
_MOST_FIELD = 4 * 1024  # bytes of a field that is no file
_MOST_FIELDS = 20
_MOST_HEADER = 4 * 1024  # bytes of the headers of a part
_MOST_SECONDS = 120  # for one request
_MOST_WAITING = 1_000  # files that wait to be judged
_LEAST_FREE = 2 * 2**30  # bytes of the disk that are left to passes


@dataclass
class Arrived:
    """A file that lies on the disk, under the name it was given."""

    name: str
    path: Path
    sha256: str
    size: int


@dataclass
class Received:
    """What a request brought."""

    files: list[Arrived] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)


def check_room(house: House) -> None:
    """Whether the store takes files now. Raises Refusal where too many wait or the disk is full:
    what was acknowledged is never dropped, so nothing more is."""
    if shutil.disk_usage(house.store.root).free < _LEAST_FREE:
        raise Refusal(503, "The disk is nearly full; nothing is taken now.", retry_after=300)
    if house.people.waiting() >= _MOST_WAITING:
        raise Refusal(503, "Too many files wait to be judged; try again soon.", retry_after=60)


@asynccontextmanager
async def received(
    request: Request, house: House, check: Callable[[dict[str, str]], None] | None = None
) -> AsyncIterator[Received]:
    """The files and fields of a multipart request. `check` is given the fields that came before
    the first file, and raises where no file is to be taken. Files that nobody took are removed at
    the end of the block. Raises Refusal for a request that is too large, too slow or broken."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 0 < len(boundary) <= 200:
        raise Refusal(415, "Files are sent as multipart/form-data.")
    async with _on_disk(house) as (folder, result):
        parts = _Parts(result, folder, settings.caps().file_bytes, check)
        parser = MultipartParser(boundary, parts.callbacks())
        try:
            await _stream(request, parser.write, _MOST_REQUEST)
            parser.finalize()
        except FormParserError:
            raise Refusal(400, "The request is not well-formed multipart/form-data.") from None
        finally:
            parts.close()
        if not parts.ended:
            raise Refusal(400, "The request ended before its last part did.")
        yield result


@asynccontextmanager
async def received_raw(request: Request, house: House, name: str) -> AsyncIterator[Received]:
    """The body of a request as one file. Raises Refusal as `received` does."""
    cap = settings.caps().file_bytes
    async with _on_disk(house) as (folder, result):
        part = _Part(name, folder)
        try:
            await _stream(request, part.write, cap)
            result.files.append(await run_in_threadpool(part.finished))
        finally:
            part.close()
        yield result


@asynccontextmanager
async def _on_disk(house: House) -> AsyncIterator[tuple[Path, Received]]:
    """A folder of the store's disk for one request, gone afterwards with whatever lies in it."""
    folder = arriving(house.store.root) / f"{secrets.token_hex(8)}.part"
    folder.mkdir()
    try:
        yield folder, Received()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _stream(request: Request, write: Callable[[bytes], Any], most: int) -> None:
    _check_length(request, most)
    size = 0
    try:
        async with asyncio.timeout(_MOST_SECONDS):
            async for chunk in request.stream():
                size += len(chunk)
                if size > most:
                    raise _too_large(most)
                await run_in_threadpool(write, chunk)
    except TimeoutError:
        raise Refusal(408, "The request did not arrive in time.") from None
    except ClientDisconnect:
        raise Refusal(400, "The connection ended before the request did.") from None


def _check_length(request: Request, most: int) -> None:
    """What the request says of its own length, before a byte of it is read."""
    length = request.headers.get("content-length")
    if length is not None and (not length.isdigit() or int(length) > most):
        raise _too_large(most)


def _too_large(most: int) -> Refusal:
    return Refusal(413, f"That is more than {most / 2**20:.0f} MiB.")


class _Part:
    """One file on its way to the disk."""

    def __init__(self, name: str, folder: Path):
        self.name, self._hash, self._size = name, hashlib.sha256(), 0
        self._path = folder / secrets.token_hex(8)
        self._file: BinaryIO = self._path.open("xb")

    def write(self, content: bytes) -> None:
        self._size += len(content)
        self._hash.update(content)
        self._file.write(content)

    @property
    def size(self) -> int:
        return self._size

    def finished(self) -> Arrived:
        """The file, on the disk when this returns."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return Arrived(self.name, self._path, self._hash.hexdigest(), self._size)

    def close(self) -> None:
        self._file.close()


class _Parts:
    """The parts of one request, as the parser finds them."""

    def __init__(
        self,
        result: Received,
        folder: Path,
        cap: int,
        check: Callable[[dict[str, str]], None] | None,
    ):
        self._result, self._folder, self._cap, self._check = result, folder, cap, check
        self._headers: dict[bytes, bytes] = {}
        self._name = self._value = b""
        self._field, self._content = "", bytearray()
        self._file: _Part | None = None
        self.ended = False

    def callbacks(self) -> Any:
        """What python_multipart calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._end_of_all,
        }

    def close(self) -> None:
        """Close what is open."""
        if self._file is not None:
            self._file.close()

    def _begin(self) -> None:
        self._headers, self._name, self._value = {}, b"", b""
        self._content, self._file = bytearray(), None

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]
        self._check_header()

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._check_header()

    def _check_header(self) -> None:
        if len(self._name) + len(self._value) > _MOST_HEADER or len(self._headers) > 10:
            raise Refusal(400, "The headers of a part are too long.")

    def _header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if b"name" not in options:
            raise Refusal(400, "A part has no name.")
        self._field = options[b"name"].decode("utf-8", "replace")
        given = options.get(b"filename")
        if given is None:
            if len(self._result.fields) >= _MOST_FIELDS:
                raise Refusal(400, f"There are more than {_MOST_FIELDS} fields.")
            return
        if self._check is not None:
            self._check(self._result.fields)
        if len(self._result.files) >= MOST_FILES:
            raise Refusal(413, f"More than {MOST_FILES} files at once; send the others apart.")
        self._file = _Part(file_name(given.decode("utf-8", "replace")), self._folder)

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(data[start:end])
            if self._file.size > self._cap:
                raise _too_large(self._cap)
            return
        self._content += data[start:end]
        if len(self._content) > _MOST_FIELD:
            raise Refusal(413, "A field is too long.")

    def _end(self) -> None:
        if self._file is None:
            self._result.fields[self._field] = self._content.decode("utf-8", "replace")
            return
        done, self._file = self._file.finished(), None
        if done.name or done.size:  # a form without a chosen file has one without either
            self._result.files.append(done)

    def _end_of_all(self) -> None:
        self.ended = True


def file_name(given: str) -> str:
    """A name as its sender gave it: the last part of a path, text and never a place on a disk.
    Raises Refusal for one that is too long."""
    name = given.replace("\\", "/").rpartition("/")[2]
    if len(name.encode()) > 200:
        raise Refusal(400, "The file's name is longer than 200 bytes.")
    return name


def deliver_all(house: House, visitor: Visitor, received: Received, route: str) -> list[str]:
    """Deliver files into the store. Returns their hashes, in their order; what they name is durable
    then. Raises Refusal for an empty file."""
    for one in received.files:
        if not one.size:
            raise Refusal(400, f"{one.name or 'The file'} is empty.")
    for one in received.files:
        deliver(
            house.store,
            one.path,
            one.name or "certificate",
            one.sha256,
            one.size,
            actor=visitor.name,
            route=route,
            vendor=visitor.vendor,
        )
    return [file.sha256 for file in received.files]
