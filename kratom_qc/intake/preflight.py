"""Is this file safe to open, and is it what it says it is? Answered before any parser sees it, by
its content alone.

Nothing is unpacked to disk or kept: parts of a zip container are inflated in a stream, counted, and
forgotten.
"""

from __future__ import annotations

import re
from itertools import chain
from pathlib import PurePosixPath

from kratom_qc.domain.errors import Refused
from kratom_qc.intake.formats.container import Container
from kratom_qc.intake.refusals import refused
from kratom_qc.settings import Caps

_SEND = "ask the laboratory for the certificate as xlsx, xls, ods or csv"
_PDF = f"this is a PDF, and numbers copied out of a page cannot be trusted; {_SEND}"
_PICTURE = f"this is a picture; {_SEND}"
_ARCHIVE = "this is a compressed archive; send the spreadsheet itself"
_PROGRAM = "this is a program; send the certificate itself"
_PASSWORD = "the workbook is password-protected; send it without a password"
_ZIP, _ZIP_END = b"PK\x03\x04", b"PK\x05\x06"
_MAGIC = (
    (b"%PDF", "pdf", _PDF),
    (b"\x89PNG", "image", _PICTURE),
    (b"\xff\xd8\xff", "image", _PICTURE),
    (b"GIF8", "image", _PICTURE),
    (b"II*\x00", "image", _PICTURE),
    (b"MM\x00*", "image", _PICTURE),
    (b"\x1f\x8b", "archive", _ARCHIVE),
    (b"Rar!", "archive", _ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", "archive", _ARCHIVE),
    (b"BZh", "archive", _ARCHIVE),
    (b"\xfd7zXZ\x00", "archive", _ARCHIVE),
    (b"MZ", "not-a-spreadsheet", _PROGRAM),
    (b"\x7fELF", "not-a-spreadsheet", _PROGRAM),
    (_ZIP_END, "empty", "the file is an empty archive"),
    (b"PAR1", "not-a-spreadsheet", f"this is a Parquet file; {_SEND}"),
    (b"{\\rtf", "not-a-spreadsheet", f"this is a text document (RTF); {_SEND}"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_EXCEL = (
    b"\x09\x00\x04\x00",
    b"\x09\x02\x06\x00",
    b"\x09\x04\x06\x00",
    b"\x09\x08\x08\x00",
    b"\x09\x08\x10\x00",
)
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_MARKUP = (
    (
        re.compile(rb"<\?mso-application|<(?:ss:)?Workbook\b"),
        "this is a workbook in the XML format of Excel 2003; save it as xlsx",
    ),
    (
        re.compile(rb"<!doctype html|<html|<table|<head|<body", re.IGNORECASE),
        f"this is a web page; {_SEND}",
    ),
    (re.compile(rb"<"), f"this is an XML document, not a spreadsheet; {_SEND}"),
)
_EXTENSIONS = {
    "xlsx": ("xlsx", "xlsm", "xltx", "xltm"),
    "xls": ("xls", "xlt"),
    "ods": ("ods", "ots"),
    "json": ("json", "txt"),
    "text": ("csv", "tsv", "tab", "txt"),
}
_OTHER_EXTENSIONS = (
    "pdf", "doc", "docx", "rtf", "ppt", "pptx", "html", "htm", "xml", "xlsb", "numbers", "zip",
    "rar", "7z", "gz", "png", "jpg", "jpeg", "gif", "tif", "tiff", "parquet",
)  # fmt: skip
_PROGRAMS = (
    "exe", "com", "bat", "cmd", "scr", "msi", "dll", "js", "vbs", "ps1", "jar", "sh", "py", "lnk",
    "hta",
)  # fmt: skip
_KIND_NAMES = {
    "text": "text",
    "json": "JSON",
    "xls": "an old .xls workbook",
    "xlsx": "an xlsx workbook",
    "ods": "an ods workbook",
}
# After a byte order mark and blanks (in UTF-16 with zeros between): `{` or `[`, but neither RTF nor
# a csv that says [Notes].
_JSON = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\x00]*[\[{][\s\x00]*[\"\[{\]}0-9-]")


def kind_of(name: str, raw: bytes, caps: Caps) -> str:
    """`xlsx`, `xls`, `ods`, `json` or `text`, by the content.

    Raises Refused for everything else, for a name that says something else, and for a container
    that is not safe to open.
    """
    _check_name(name)
    if not raw.strip(b"\x00\r\n\t \xef\xbb\xbf\xfe\xff"):
        raise refused(name, "empty", "the file is empty")
    if len(raw) > caps.file_bytes:
        message = f"{len(raw):,} bytes; the limit is {caps.file_bytes:,}. Split the file"
        raise refused(name, "too-large", message)
    kind = _kind(name, raw, caps)
    extension = _extension(name)
    known = [*_OTHER_EXTENSIONS, *chain.from_iterable(_EXTENSIONS.values())]
    if extension in known and extension not in _EXTENSIONS[kind]:
        message = f"the content is {_KIND_NAMES[kind]}, the name says .{extension}"
        raise refused(name, "wrong-name", f"{message}; save it as what it is and send it again")
    return kind


def likely_kind(raw: bytes) -> str | None:
    """What the bytes of a refused file look like: `xlsx`, `xls`, `ods` or `text`; None where no
    reader of ours has any business with them."""
    if raw.startswith(_ZIP):
        return "ods" if _OPEN_DOCUMENT.encode() in raw[:4096] else "xlsx"
    if raw.startswith(_OLE):
        return "xls"
    foreign = any(raw.startswith(magic) for magic, _, _ in _MAGIC)
    return None if foreign or b"\x00" in raw[:4096] or _JSON.match(raw) else "text"


def _extension(name: str) -> str:
    return PurePosixPath(name).suffix.lower().lstrip(".")


def _check_name(name: str) -> None:
    extension = _extension(name)
    if extension in _PROGRAMS:
        message = f"a file of type .{extension} is not taken; send xlsx, xls, ods, csv or json"
        raise refused(name, "file-type", message)


def _kind(name: str, raw: bytes, caps: Caps) -> str:
    for magic, code, message in _MAGIC:
        if raw.startswith(magic):
            raise _foreign(name, raw, code, message)
    if raw.startswith(b"BM") and raw[6:10] == bytes(4):
        raise refused(name, "image", _PICTURE)
    if raw.startswith(_ZIP):
        return _zip_kind(name, raw, caps)
    if raw.startswith(_OLE):
        if _ENCRYPTED_STREAM in raw:
            raise refused(name, "encrypted", _PASSWORD)
        return "xls"
    if raw.startswith(_OLD_EXCEL):
        message = "this workbook is of a kind from before 1995; save it as xlsx"
        raise refused(name, "old-format", message)
    if _JSON.match(raw):
        return "json"
    _refuse_markup(name, raw[:4096])
    return "text"


def _refuse_markup(name: str, head: bytes) -> None:
    """Refuse XML and web pages, also where they are UTF-16."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe").replace(b"\x00", b"")
    if text.lstrip().startswith(b"<"):
        message = next(message for pattern, message in _MARKUP if pattern.search(text))
        raise refused(name, "not-a-spreadsheet", message)


def _foreign(name: str, raw: bytes, code: str, message: str) -> Refused:
    """The refusal of a file that is no spreadsheet, or that is one besides."""
    ends_like_a_workbook = raw.rfind(_ZIP_END, max(0, len(raw) - 70_000)) >= 0
    if ends_like_a_workbook and code in ("pdf", "image"):
        what = "a PDF" if code == "pdf" else "a picture"
        message = f"this file starts like {what} and ends like a workbook; send just one"
        return refused(name, "polyglot", message)
    if code == "pdf" and b"/Encrypt" in raw:
        message = f"this is a PDF protected by a password; {_SEND}, without a password"
    return refused(name, code, message)


# ---------------------------------------------------------------- zip containers

# What makes a file no workbook, and what a workbook may carry besides its cells, by their parts.
_CARGO = (
    (r"xl/workbook\.bin\Z", "xlsb", "this is a binary workbook (.xlsb); save it as xlsx"),
    (r"word/document\.xml\Z", "not-a-spreadsheet", f"this is a Word document; {_SEND}"),
    (r"ppt/presentation\.xml\Z", "not-a-spreadsheet", f"this is a presentation; {_SEND}"),
    (
        r"Index/Document\.iwa\Z",
        "not-a-spreadsheet",
        "this is an Apple Numbers or Pages file; export it as xlsx",
    ),
    (
        r"xl/externalLinks/",
        "external-link",
        "the workbook links to another workbook; "
        "break the links, or copy the sheet and paste values",
    ),
    (
        r"xl/embeddings/|xl/activeX/",
        "embedded-object",
        "another file or a control is embedded in the workbook; delete it",
    ),
    (
        r"xl/(?:connections\.xml|queryTables/|model/)",
        "data-connection",
        "the workbook loads data from elsewhere; delete its connections",
    ),
)
_DOCTYPE = re.compile(rb"<!DOCTYPE|<!ENTITY", re.IGNORECASE)
_OPEN_DOCUMENT = "vnd.oasis.opendocument."
_OPEN_DOCUMENT_PARTS = ("content.xml", "META-INF/manifest.xml")


def _zip_kind(name: str, raw: bytes, caps: Caps) -> str:
    container = Container(name, raw, caps)
    mimetype = ""
    if "mimetype" in container:
        mimetype = container.read("mimetype")[:200].decode("ascii", "replace")
    if _OPEN_DOCUMENT in mimetype or all(part in container for part in _OPEN_DOCUMENT_PARTS):
        if mimetype and "spreadsheet" not in mimetype:
            message = f"this is a document of another kind ({mimetype.strip()}); {_SEND}"
            raise refused(name, "not-a-spreadsheet", message)
        kind = "ods"
    elif "[Content_Types].xml" in container:
        _check_office(name, container)
        kind = "xlsx"
    else:
        message = "zip archives are not taken; send the workbook itself"
        raise refused(name, "archive", message)
    _check_parts(name, container)
    return kind


def _check_office(name: str, container: Container) -> None:
    """Refuse an Office file that is no workbook, or one that carries more than its cells."""
    for pattern, code, message in _CARGO:
        if any(re.match(pattern, part) for part in container.names):
            raise refused(name, code, message)
    _check_types(name, container)
    custom = [part for part in container.names if part.startswith("customXml/")]
    if any(b"DataMashup" in container.read(part)[:4096] for part in custom):
        message = "the workbook loads data by Power Query; copy the sheet and paste values"
        raise refused(name, "data-connection", message)


def _check_types(name: str, container: Container) -> None:
    types = container.read("[Content_Types].xml")
    if "xl/vbaProject.bin" in container and b"macroEnabled" not in types:
        message = "the workbook says it is a plain xlsx but contains macros"
        raise refused(name, "macros", f"{message}; save it as xlsx without them")
    if b"spreadsheetml" not in types and b"ms-excel" not in types:
        message = f"this is an Office file but no workbook; {_SEND}"
        raise refused(name, "not-a-spreadsheet", message)


def _check_parts(name: str, container: Container) -> None:
    """Inflate every part once, counting, and refuse document types in those that are XML."""
    for part in container.names:
        is_markup = part.lower().endswith((".xml", ".rels", ".vml"))
        tail = b""
        for chunk in container.inflate(part):
            if not is_markup:
                continue
            text = tail + chunk
            if b"\x00" in text:  # UTF-16
                text = text.replace(b"\x00", b"")
            if b"<!" in text and _DOCTYPE.search(text):
                message = f"document type declarations are not allowed, and the part '{part}' has"
                raise refused(name, "doctype", f"{message} one; save the file anew")
            tail = text[-16:]
