"""Certificate of analysis JSON of the material-identity schemas (first s1seven's, EN 10204) → a
certificate.

A manufacturer's certificate: it names no laboratory, and none is made up from the names of its
parties. The languages it names are those of its printed form; its data have one.
"""

from __future__ import annotations

import re

from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.source import SourceText
from kratom_qc.intake.exchange.document import Document, ObjectSchema
from kratom_qc.intake.exchange.exact_json import Node

NAME = "material-identity CoA schema"
VERSIONS = ("1.0", "1.1")
# Pictures and files inside the document: never opened, and longer than any text of a certificate.
ATTACHED = ("Logo", "Data", "CE_Image")

# What is kept under the keys that nothing is read from, as a label of a spreadsheet would say it.
LABELS = {
    **dict.fromkeys(("street", "zipcode", "city", "country"), "Address"),
    **dict.fromkeys(("countryoforigin", "placeoforigin"), "Country of Origin"),
    **dict.fromkeys(("standard", "standards", "norm"), "Method"),
    **dict.fromkeys(("role", "department"), "Approved By"),
    **dict.fromkeys(("id", "number", "position", "ordernumber", "productid"), "Order No."),
    **dict.fromkeys(("type", "propertyid", "vatid", "customerproductid"), "Order No."),
    **dict.fromkeys(("date", "fillingbatchdate"), "Date of Print"),
    **dict.fromkeys(("quantity", "quantityunit"), "Quantity"),
    "name": "Company",
    "email": "E-mail",
    "phone": "Phone",
}
BOOKKEEPING = {
    "certificatelanguages": "[A-Za-z]{2}",
    "valuetype": "number|string|boolean|date|datetime|array|object",
    **dict.fromkeys(map(str.casefold, ATTACHED), ".*"),
}

_ADDRESS = re.compile(
    r"/coa(?:-schemas)?/v(?P<version>[0-9]+\.[0-9]+)\.[0-9]+(?:-[0-9]+)?/", re.IGNORECASE
)
_ROOT = ObjectSchema("a document", parts=("certificate",), silent=("refschemaurl",))
_CERTIFICATE = ObjectSchema(
    "the certificate",
    facts={"id": "certificate_id", "date": "issued_on"},
    parts=("product", "analysis", "declarationofconformity", "disclaimer"),
    silent=(
        "certificatelanguages",
        "standard",
        "parties",
        "businesstransaction",
        "contacts",
        "attachments",
        "logo",
    ),
)
_PRODUCT = ObjectSchema(
    "the product",
    facts={
        "name": "product_name",
        # "Relevant for the customer"; the only batch every certificate must name.
        "fillingbatchid": "batch_id",
        "productionbatchid": "production_batch",
        "productiondate": "manufactured_on",
        "expirationdate": "expires_on",
    },
    parts=("additionalinformation",),
    silent=("id", "countryoforigin", "placeoforigin", "fillingbatchdate", "standards"),
)
_ANALYSIS = ObjectSchema(
    "the analysis",
    facts={"lotid": "inspection_lot"},
    parts=("inspections", "additionalinformation"),
    silent=("propertiesstandard",),
)
_DECLARATION = ObjectSchema("the declaration", facts={"declaration": "status"}, silent=("ce",))
_INSPECTION = {
    "property": "analyte",
    "method": "method",
    "unit": "unit",
    "value": "result",
    "testconditions": "section",  # the one place for a basis such as dry weight
    "minimum": "minimum",
    "maximum": "maximum",
}
_INSPECTION_SILENT = ("propertyid", "valuetype")


def recognises(root: dict[str, Node]) -> bool:
    """Whether an object, by its keys in small letters, is of this format."""
    address = root.get("refschemaurl")
    return address is not None and _ADDRESS.search(address.text) is not None


def version_of(root: dict[str, Node]) -> Node | None:
    """The node that states the version; None where none does."""
    return root.get("refschemaurl")


def knows(address: str) -> bool:
    """Whether the version in a schema's address is one that is understood."""
    match = _ADDRESS.search(address)
    return match is not None and match["version"] in VERSIONS


def read(document: Document, node: Node) -> None:
    """Read one certificate into the document; every problem becomes one of its own."""
    absent = Node(None, node.pointer)
    parts = document.read(document.read(node, _ROOT).get("certificate", absent), _CERTIFICATE)
    product = document.read(parts.get("product", absent), _PRODUCT)
    document.read(parts.get("declarationofconformity", absent), _DECLARATION)
    analysis = document.read(parts.get("analysis", absent), _ANALYSIS)
    _tell(document, product.get("additionalinformation", absent))
    _tell(document, analysis.get("additionalinformation", absent))
    _tell(document, parts.get("disclaimer", absent))
    for inspection in document.objects(analysis.get("inspections", absent), "inspections"):
        _read_inspection(document, inspection)
    _compare_lots(document)


def _read_inspection(document: Document, node: Node) -> None:
    members = document.result(node, _INSPECTION, _INSPECTION_SILENT)
    texts = {role: document.text(member) for role, member in members.items()}
    printed = _limit(texts.pop("minimum", None), texts.pop("maximum", None))
    texts["limit"] = printed or texts.get("limit")
    document.add_row(node, texts, zero_is_censored=False)


def _limit(minimum: SourceText | None, maximum: SourceText | None) -> SourceText | None:
    """The limit as a laboratory would print it; it stands where its last number stands."""
    bounds = (("min", minimum), ("max", maximum))
    stated = [(name, text) for name, text in bounds if text is not None and text.text.strip()]
    if not stated:
        return None
    printed = ", ".join(f"{name} {text.text.strip()}" for name, text in stated)
    return SourceText(printed, stated[-1][1].ref)


def _tell(document: Document, node: Node) -> None:
    """Free text beside the results is for people: they are told that nothing reads it."""
    for text in [node, *node.items()]:
        if text.kind == "text" and not text.blank:
            message = f"this free text is not used: '{text.text.strip()}'"
            document.remark("key-not-used", "note", message, text)


def _compare_lots(document: Document) -> None:
    batch, lot = document.facts.get("batch_id"), document.facts.get("inspection_lot")
    if batch is not None and lot is not None and batch.text.strip() != lot.text.strip():
        done = f"its inspection was done under the lot id '{lot.text}'"
        message = f"the batch is '{batch.text}', but {done}"
        document.remarks.append(Remark("inspection-lot-differs", "warning", message, lot.ref))
