"""Is this file safe to open, and is it what it says it is? Answered before any parser sees it."""

from __future__ import annotations

import io
import re
import zipfile

from kratom_qc.errors import Refusal, Refused
from kratom_qc.model import Place
from kratom_qc.settings import Caps

_FOREIGN = {
    b"%PDF": ("pdf", "this is a PDF. Ask the laboratory for the certificate as xlsx or csv"),
    b"\xd0\xcf\x11\xe0": (
        "old-or-encrypted",
        "this is an old .xls workbook or a password-protected one. Save it as xlsx without a password",
    ),
    b"\x89PNG": ("image", "this is a picture. Ask the laboratory for the certificate as xlsx or csv"),
    b"\xff\xd8\xff": ("image", "this is a picture. Ask the laboratory for the certificate as xlsx or csv"),
    b"GIF8": ("image", "this is a picture. Ask the laboratory for the certificate as xlsx or csv"),
    b"\x1f\x8b": ("archive", "this is a compressed archive. Send the spreadsheet itself"),
    b"Rar!": ("archive", "this is a compressed archive. Send the spreadsheet itself"),
}
# After a byte order mark and blanks (in UTF-16 with zeros between): `{` or `[`, but neither RTF nor a csv that says [Notes].
_JSON = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\x00]*[\[{][\s\x00]*[\"\[{\]}0-9-]")


def kind_of(name: str, raw: bytes, caps: Caps) -> str:
    """`xlsx`, `xls`, `ods`, `json` or `text`, by the content. Raises Refused for everything else."""
    place = Place(name)
    if not raw.strip(b"\x00\r\n\t \xef\xbb\xbf"):
        raise Refused([Refusal("empty", "the file is empty", place)])
    if len(raw) > caps.file_bytes:
        raise Refused(
            [Refusal("too-large", f"{len(raw):,} bytes; the limit is {caps.file_bytes:,}. Split the file", place)]
        )
    for magic, (code, message) in _FOREIGN.items():
        if raw.startswith(magic):
            raise Refused([Refusal(code, message, place)])
    if not raw.startswith(b"PK\x03\x04"):
        return "json" if _JSON.match(raw) else "text"
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile:
        raise Refused([Refusal("damaged", "the file is cut short or damaged; send it again", place)]) from None
    names = [part.filename for part in parts]
    if "xl/workbook.xml" not in names:
        raise Refused(
            [Refusal("not-a-spreadsheet", "this is a zip archive but no xlsx workbook; send the xlsx itself", place)]
        )
    if len(set(names)) != len(names):
        raise Refused([Refusal("damaged", "a part of the workbook stands in it twice", place)])
    if any(part.startswith("xl/vbaProject") for part in names):
        raise Refused([Refusal("macros", "the workbook contains macros; save it as xlsx without them", place)])
    if sum(part.file_size for part in parts) > caps.inflated_bytes:
        raise Refused([Refusal("too-large", f"the workbook unpacks to more than {caps.inflated_bytes:,} bytes", place)])
    return "xlsx"
