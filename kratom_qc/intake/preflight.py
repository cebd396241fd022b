"""Is this file safe to open, and is it what it says it is? Answered before any parser sees it, by
its content alone.

Nothing is unpacked to disk or kept: parts of a zip container are inflated in a stream, counted, and
forgotten.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from kratom_qc.domain.errors import Refusal, Refused
from kratom_qc.domain.source import CellRef
from kratom_qc.intake.formats.container import Container
from kratom_qc.settings import Caps

_SEND = "ask the laboratory for the certificate as xlsx, xls, ods or csv"
_FOREIGN = (
    (b"%PDF", "pdf", f"this is a PDF, and numbers copied out of a page cannot be trusted; {_SEND}"),
    (b"\x89PNG", "image", f"this is a picture; {_SEND}"),
    (b"\xff\xd8\xff", "image", f"this is a picture; {_SEND}"),
    (b"GIF8", "image", f"this is a picture; {_SEND}"),
    (b"II*\x00", "image", f"this is a picture; {_SEND}"),
    (b"MM\x00*", "image", f"this is a picture; {_SEND}"),
    (b"\x1f\x8b", "archive", "this is a compressed archive; send the spreadsheet itself"),
    (b"Rar!", "archive", "this is a compressed archive; send the spreadsheet itself"),
    (b"7z\xbc\xaf\x27\x1c", "archive", "this is a compressed archive; send the spreadsheet itself"),
    (b"BZh", "archive", "this is a compressed archive; send the spreadsheet itself"),
    (b"\xfd7zXZ\x00", "archive", "this is a compressed archive; send the spreadsheet itself"),
    (b"MZ", "not-a-spreadsheet", "this is a program; send the certificate itself"),
    (b"\x7fELF", "not-a-spreadsheet", "this is a program; send the certificate itself"),
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
_NAMES = {
    "xlsx": ("xlsx", "xlsm", "xltx", "xltm"),
    "xls": ("xls", "xlt"),
    "ods": ("ods", "ots"),
    "json": ("json", "txt"),
    "text": ("csv", "tsv", "tab", "txt"),
}
_OTHERS = (
    "pdf", "doc", "docx", "rtf", "ppt", "pptx", "html", "htm", "xml", "xlsb", "numbers", "zip", "rar", "7z", "gz", "png", "jpg",
    "jpeg", "gif", "tif", "tiff", "parquet",
)  # fmt: skip
_PROGRAMS = (
    "exe",
    "com",
    "bat",
    "cmd",
    "scr",
    "msi",
    "dll",
    "js",
    "vbs",
    "ps1",
    "jar",
    "sh",
    "py",
    "lnk",
    "hta",
)
_KIND_SAID = {
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
        raise _refused(name, "empty", "the file is empty")
    if len(raw) > caps.file_bytes:
        raise _refused(
            name,
            "too-large",
            f"{len(raw):,} bytes; the limit is {caps.file_bytes:,}. Split the file",
        )
    kind = _kind(name, raw, caps)
    extension = PurePosixPath(name).suffix.lower().lstrip(".")
    claimed = extension in _OTHERS or any(extension in names for names in _NAMES.values())
    if claimed and extension not in _NAMES[kind]:
        message = f"the content is {_KIND_SAID[kind]}, the name says .{extension}; save it as what it is and send it again"
        raise _refused(name, "wrong-name", message)
    return kind


def _refused(name: str, code: str, message: str) -> Refused:
    return Refused([Refusal(code, message, CellRef(name))])


def _check_name(name: str) -> None:
    if any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in name):
        shown = "".join(letter if letter.isprintable() else "?" for letter in name)
        raise _refused(shown, "file-name", "the file's name has control characters; rename it")
    extension = PurePosixPath(name).suffix.lower().lstrip(".")
    if extension in _PROGRAMS:
        raise _refused(
            name,
            "file-type",
            f"a file of type .{extension} is not taken; send xlsx, xls, ods, csv or json",
        )


def _kind(name: str, raw: bytes, caps: Caps) -> str:
    for magic, code, message in _FOREIGN:
        if raw.startswith(magic):
            raise _foreign(name, raw, code, message)
    if raw.startswith(b"BM") and raw[6:10] == bytes(4):
        raise _refused(name, "image", f"this is a picture; {_SEND}")
    if raw.startswith(b"PK\x03\x04"):
        return _zip_kind(name, raw, caps)
    if raw.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in raw:
            raise _refused(
                name, "encrypted", "the workbook is password-protected; send it without a password"
            )
        return "xls"
    if raw.startswith(_OLD_EXCEL):
        raise _refused(
            name, "old-format", "this workbook is of a kind from before 1995; save it as xlsx"
        )
    if raw.startswith(b"PK\x05\x06"):
        raise _refused(name, "empty", "the file is an empty archive")
    if _JSON.match(raw):
        return "json"
    text = (
        raw[:4096].removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe").replace(b"\x00", b"")
    )  # also where it is UTF-16
    if text.lstrip().startswith(b"<"):
        raise _refused(
            name,
            "not-a-spreadsheet",
            next(said for pattern, said in _MARKUP if pattern.search(text)),
        )
    return "text"


def _foreign(name: str, raw: bytes, code: str, message: str) -> Refused:
    if raw.rfind(b"PK\x05\x06", max(0, len(raw) - 70_000)) >= 0 and code in ("pdf", "image"):
        message = f"this file starts like {'a PDF' if code == 'pdf' else 'a picture'} and ends like a workbook; send just one"
        return _refused(name, "polyglot", message)
    if code == "pdf" and b"/Encrypt" in raw:
        message = f"this is a PDF protected by a password; {_SEND}, without a password"
    return _refused(name, code, message)


# ---------------------------------------------------------------- zip containers

_DOCUMENTS = (
    ("xl/workbook.bin", "xlsb", "this is a binary workbook (.xlsb); save it as xlsx"),
    ("word/document.xml", "not-a-spreadsheet", f"this is a Word document; {_SEND}"),
    ("ppt/presentation.xml", "not-a-spreadsheet", f"this is a presentation; {_SEND}"),
    (
        "Index/Document.iwa",
        "not-a-spreadsheet",
        "this is an Apple Numbers or Pages file; export it as xlsx",
    ),
)
# What a workbook may carry besides its cells, by the folder it stands in.
_CARGO = (
    (
        r"xl/externalLinks/",
        "external-link",
        "the workbook links to another workbook; break the links, or copy the sheet and paste values",
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
_OFFICE = "vnd.oasis.opendocument."


def _zip_kind(name: str, raw: bytes, caps: Caps) -> str:
    container = Container(name, raw, caps)
    mimetype = (
        container.read("mimetype")[:200].decode("ascii", "replace")
        if "mimetype" in container
        else ""
    )
    if _OFFICE in mimetype or ("content.xml" in container and "META-INF/manifest.xml" in container):
        if mimetype and "spreadsheet" not in mimetype:
            raise _refused(
                name,
                "not-a-spreadsheet",
                f"this is a document of another kind ({mimetype.strip()}); {_SEND}",
            )
        kind = "ods"
    elif "[Content_Types].xml" in container:
        kind = _office_kind(name, container)
    else:
        raise _refused(name, "archive", "zip archives are not taken; send the workbook itself")
    _look_through(name, container)
    return kind


def _office_kind(name: str, container: Container) -> str:
    for part, code, message in _DOCUMENTS:
        if part in container:
            raise _refused(name, code, message)
    for pattern, code, message in _CARGO:
        if any(re.match(pattern, part) for part in container.names):
            raise _refused(name, code, message)
    types = container.read("[Content_Types].xml")
    if "xl/vbaProject.bin" in container and b"macroEnabled" not in types:
        raise _refused(
            name,
            "macros",
            "the workbook says it is a plain xlsx but contains macros; save it as xlsx without them",
        )
    if b"spreadsheetml" not in types and b"ms-excel" not in types:
        raise _refused(
            name, "not-a-spreadsheet", f"this is an Office file but no workbook; {_SEND}"
        )
    if any(
        part.startswith("customXml/") and b"DataMashup" in container.read(part)[:4096]
        for part in container.names
    ):
        raise _refused(
            name,
            "data-connection",
            "the workbook loads data by Power Query; copy the sheet and paste values",
        )
    return "xlsx"


def _look_through(name: str, container: Container) -> None:
    """Inflate every part once, counting, and look for document types in those that are XML."""
    for part in container.names:
        is_markup = part.lower().endswith((".xml", ".rels", ".vml"))
        tail = b""
        for chunk in container.inflate(part):
            if is_markup:
                text = tail + chunk
                text = (
                    text.replace(b"\x00", b"") if b"\x00" in text else text
                )  # also where the part is UTF-16
                if b"<!" in text and _DOCTYPE.search(text):
                    message = f"document type declarations are not allowed, and the part '{part}' has one; save the file anew"
                    raise _refused(name, "doctype", message)
                tail = text[-16:]
