"""Machine-readable certificates: JSON of the WCIA Lab Result Schema and of the material-identity
CoA schema."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from types import ModuleType

from kratom_qc import vocabulary
from kratom_qc.domain.account import AccountEntry, Fate, TextKind
from kratom_qc.domain.certificate import Certificate, Remark
from kratom_qc.domain.errors import Refused
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.intake.exchange import material_identity, wcia
from kratom_qc.intake.exchange.document import Document
from kratom_qc.intake.exchange.exact_json import Node, parse
from kratom_qc.intake.exchange.laid_out import MOST_CELLS, at_pointers, laid_out
from kratom_qc.intake.layout.certificates import certificates as sheet_certificates
from kratom_qc.intake.layout.labels import as_stated
from kratom_qc.intake.refusals import refused
from kratom_qc.intake.sheets import FileContent
from kratom_qc.settings import Caps

_NOTHING_READ = ("no-table", "empty")
_FORMATS: tuple[ModuleType, ...] = (wcia, material_identity)


def certificates(name: str, raw: bytes, caps: Caps, *, account: bool = False) -> FileContent:
    """Every certificate of a JSON file: one object, or a list of them, each of a format that is
    understood. `account` asks for what every value was understood as.

    Raises Refused where it is no JSON, or JSON of another kind, and where a cap is passed.
    """
    root = parse(name, raw, caps, material_identity.ATTACHED)
    nodes = root.items() if root.kind == "list" else [root]
    if not nodes:
        raise _not_a_certificate(name, root)
    if all(_form_of(node) is None for node in nodes):
        return _as_a_sheet(name, raw, root, caps, account=account)
    documents = [_document(name, node) for node in nodes]
    results = sum(len(document.rows) for document in documents)
    if results > caps.rows:
        message = f"{results:,} results; the limit is {caps.rows:,}. Split the file"
        raise refused(name, "too-large", message)
    digest = hashlib.sha256(raw).hexdigest()
    refusals = chain.from_iterable(document.problems for document in documents if document.refused)
    return FileContent(
        tuple(_certificate(document, digest) for document in documents if document.rows),
        tuple(dict.fromkeys(refusals)),
        tuple(chain.from_iterable(document.remarks for document in documents)),
        account=tuple(chain.from_iterable(map(_account, documents))) if account else (),
    )


def _keys(node: Node) -> dict[str, Node]:
    return {key.casefold(): member for key, member in node.members().items()}


def _form_of(node: Node) -> ModuleType | None:
    """The format that an object is of; None where it is of none that is known."""
    return next((form for form in _FORMATS if form.recognises(_keys(node))), None)


def _as_a_sheet(name: str, raw: bytes, root: Node, caps: Caps, *, account: bool) -> FileContent:
    """JSON of another kind, laid out as a sheet and read as one. Raises Refused where no table of
    results is in it."""
    digest = hashlib.sha256(raw).hexdigest()
    book, places = laid_out(name, digest, root)
    rows = book.sheets[0].rows
    if len(rows) > caps.rows:
        raise refused(name, "too-large", f"more than {caps.rows:,} rows. Split the file")
    if sum(map(len, rows.values())) >= MOST_CELLS:
        raise refused(name, "too-large", f"more than {MOST_CELLS:,} values. Split the file")
    content = sheet_certificates(book, (), account=account)
    if not content.certificates and all(
        refusal.code in _NOTHING_READ for refusal in content.refusals
    ):
        raise _not_a_certificate(name, root)
    message = (
        "this JSON is of no exchange format that is known: it was read as a sheet with these "
        "labels and columns"
    )
    remark = Remark("json-laid-out", "note", message, CellRef(name))
    return at_pointers(replace(content, remarks=(*_about_results(content), remark)), places)


def _about_results(content: FileContent) -> Iterator[Remark]:
    return (remark for remark in content.remarks if remark.code != "sheet-not-used")


def _document(name: str, node: Node) -> Document:
    keys, form = _keys(node), _form_of(node)
    if form is None:
        raise _not_a_certificate(name, node)
    document = Document(name, form.NAME, node, form.LABELS, form.BOOKKEEPING)
    version = form.version_of(keys) or Node(None, node.pointer)
    if not form.knows(version.text):
        known = ", ".join(form.VERSIONS)
        message = f"version '{version.text}' of the {form.NAME} is not known; known are {known}"
        document.refuse("unknown-version", message, version)
        return document
    document.use(version)
    form.read(document, node)
    document.close()
    if not document.rows:
        document.refuse("no-results", "this certificate holds no result", node)
    if "batch_id" not in document.facts or not vocabulary.lot(document.facts["batch_id"].text):
        document.refuse("no-batch-id", "no batch or lot id was found", node)
    return document


def _certificate(document: Document, digest: str) -> Certificate:
    facts, further = as_stated(document.facts)
    return Certificate(
        document.file,
        digest,
        facts,
        tuple(document.rows),
        decimal_mark="." if document.decimal_point else None,
        further=further,
        texts=tuple(document.unused()),
        problems=tuple(dict.fromkeys(document.problems)),
    )


def _account(document: Document) -> Iterator[AccountEntry]:
    for node, meaning in document.used.values():
        word = SourceText(node.text, document.ref(node))
        if not node.blank:
            yield AccountEntry(word, Fate.UNDERSTOOD, meaning, TextKind.JSON_VALUE)


def _not_a_certificate(name: str, node: Node) -> Refused:
    known = " and ".join(f"the {form.NAME} ({', '.join(form.VERSIONS)})" for form in _FORMATS)
    message = (
        f"this is JSON, but no certificate of a format that is understood: {known}. Ask the "
        "laboratory for one of these, or for the certificate as xlsx or csv"
    )
    return refused(name, "not-a-certificate", message, cell=node.pointer)
