"""OpenDocument spreadsheets written as XML by hand."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
_NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office", "style": "style", "table": "table", "text": "text", "draw": "drawing",
        "fo": "xsl-fo-compatible", "manifest": "manifest", "svg": "svg-compatible", "number": "datastyle",
        "form": "form", "chart": "chart",
    }.items()
)  # fmt: skip
_NAMESPACES += ' xmlns:xlink="http://www.w3.org/1999/xlink"'
_NAMESPACES += ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'


def attributes(**said: object) -> str:
    """`table__name="x"` is written table:name="x", `style_name` table:style-name; an attribute of None is left out."""
    names = {key: key.replace("__", ":").replace("_", "-") for key in said}
    full = {key: name if ":" in name else f"table:{name}" for key, name in names.items()}
    return "".join(f" {full[key]}={quoteattr(str(value))}" for key, value in said.items() if value is not None)


def paragraphs(text: str) -> str:
    return "".join(f"<text:p>{escape(line)}</text:p>" for line in text.split("\n"))


def text(said: str, inner: str | None = None, tag: str = "table-cell", **more: object) -> str:
    """A cell of text; `inner` is its XML where it is more than paragraphs."""
    body = paragraphs(said) if inner is None else inner
    return f"<table:{tag}{attributes(office__value_type='string', **more)}>{body}</table:{tag}>"


def stored(kind: str, value: object, shown: str | None = None, **more: object) -> str:
    """A cell of a number, date, time or boolean, with the text the sheet shows for it."""
    name = {"date": "date-value", "time": "time-value", "boolean": "boolean-value"}.get(kind, "value")
    head = attributes(office__value_type=kind, **more) + f" office:{name}={quoteattr(str(value))}"
    return f"<table:table-cell{head}>{'' if shown is None else paragraphs(shown)}</table:table-cell>"


def blank(**more: object) -> str:
    return f"<table:table-cell{attributes(**more)}/>"


def row(*cells: str, **more: object) -> str:
    return f"<table:table-row{attributes(**more)}>{''.join(cells)}</table:table-row>"


def column(**more: object) -> str:
    return f"<table:table-column{attributes(**more)}/>"


def table(name: str, *parts: str, **more: object) -> str:
    return f"<table:table{attributes(name=name, **more)}>{''.join(parts)}</table:table>"


def style(name: str, family: str, properties: str = "", parent: str | None = None) -> str:
    """`properties` are elements such as `<style:text-properties fo:color="#ffffff"/>`."""
    head = attributes(style__name=name, style__family=family, style__parent_style_name=parent)
    return f"<style:style{head}>{properties}</style:style>"


def content_xml(body: str, styles: str = "", doctype: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{doctype}<office:document-content {_NAMESPACES}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>{body}</office:body>"
        "</office:document-content>"
    )


def styles_xml(styles: str, doctype: str = "", masters: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{doctype}<office:document-styles {_NAMESPACES}>'
        f"<office:styles>{styles}</office:styles><office:master-styles>{masters}</office:master-styles>"
        "</office:document-styles>"
    )


def manifest_xml(inner: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><manifest:manifest {_NAMESPACES}><manifest:file-entry '
        f'manifest:full-path="content.xml" manifest:media-type="text/xml">{inner}</manifest:file-entry></manifest:manifest>'
    )


def ods_bytes(*tables: str, styles: str = "", parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """A workbook of these tables; `parts` are further parts, or other ones in the place of those that are written here."""
    body = f"<office:spreadsheet>{''.join(tables)}</office:spreadsheet>"
    known = {"mimetype": MIMETYPE, "META-INF/manifest.xml": manifest_xml(), "content.xml": content_xml(body, styles)}
    return zip_bytes({**known, **(parts or {})})


def zip_bytes(parts: Mapping[str, str | bytes]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return raw.getvalue()
