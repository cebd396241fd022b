"""WCIA Lab Result Schema JSON (Washington laboratories and their systems) → a certificate.

The format knows neither LOD, LOQ, limit, method nor basis, and writes what was not detected, what
was below LOQ and sometimes what was not tested as a quantity of `0`. A zero is therefore never a
measurement here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from kratom_qc import vocabulary
from kratom_qc.domain.source import SourceText
from kratom_qc.intake.exchange.document import Document, ObjectSchema
from kratom_qc.intake.exchange.exact_json import Node
from kratom_qc.intake.layout.labels import restate

NAME = "WCIA Lab Result Schema"
VERSIONS = ("1.0", "1.1", "1.2", "1.3", "2.0", "2.1", "2.2")

# What is kept under the keys that nothing is read from, as a label of a spreadsheet would say it.
LABELS = {
    **dict.fromkeys(("lab_ubi_license", "lab_ccrs_license", "test_id", "id"), "Order No."),
    **dict.fromkeys(("document_origin", "coa", "wcia_lab_result_link"), "Website"),
    "analyte_type": "Category",
}
BOOKKEEPING = {"document_name": "(?i:WCIA Lab Result Schema)", "is_medical": "0|1|true|false"}

_CERTIFICATE = ObjectSchema(
    "a certificate",
    facts={
        "labresult_id": "certificate_id",
        "lab_name": "laboratory",
        "release_date": "issued_on",
        "amended_date": "revision",
        "expire_date": "expires_on",
    },
    parts=("sample", "status", "metric_list", "meta"),
    # A licence to trade is no accreditation of a laboratory's methods.
    silent=(
        "document_name",
        "document_schema_version",
        "document_origin",
        "lab_ubi_license",
        "lab_ccrs_license",
        "coa",
        "is_medical",
    ),
)
# `id` is the lot the sample was taken from, in every version; the source lot is that lot's own
# origin.
_SAMPLE = ObjectSchema(
    "the sample",
    facts={"id": "batch_id", "sample_source_id": "source_lot", "source_id": "source_lot"},
)
_META = ObjectSchema("the meta data", silent=("wcia_lab_result_link",))
_TEST = ObjectSchema("a test", parts=("test_type", "status", "metrics"), silent=("test_id",))
_METRIC = {"name": "analyte", "qom": "result", "uom": "unit", "status": "verdict"}
_METRIC_SILENT = ("id", "analyte_type")
# Of the verdicts on a certificate and on its tests the worst one speaks for all.
_WORST_FIRST = ("opinion_bad", "preliminary", "opinion_unsure")
_VERDICTS = (
    *_WORST_FIRST,
    "opinion_good",
    "opinion_conditional",
    "not_evaluated",
    "not_tested",
    "final",
)


def recognises(root: dict[str, Node]) -> bool:
    """Whether an object, by its keys in small letters, is of this format."""
    name = root.get("document_name")
    if name is not None and not name.blank:
        return vocabulary.word_key(name.text) == vocabulary.word_key(NAME)
    return {"metric_list", "document_schema_version"} <= root.keys()


def version_of(root: dict[str, Node]) -> Node | None:
    """The node that states the version; None where none does."""
    return root.get("document_schema_version")


def knows(version: str) -> bool:
    """`2.1`, `2.1.0` and `2.1.0.0` are one version."""
    stated = re.fullmatch(r"v?([0-9]+\.[0-9]+)(?:\.[0-9]+)*", version.strip())
    return stated is not None and stated[1] in VERSIONS


def read(document: Document, node: Node) -> None:
    """Read one certificate into the document; every problem becomes one of its own."""
    parts = document.read(node, _CERTIFICATE)
    absent = Node(None, node.pointer)
    document.read(parts.get("sample", absent), _SAMPLE)
    document.read(parts.get("meta", absent), _META)
    verdicts = [_status(document, parts.get("status", absent)), document.facts.get("status")]
    for test in document.objects(parts.get("metric_list", absent), "tests"):
        verdicts += _read_test(document, test)
    verdict = _worst(verdicts)
    if verdict is not None:
        document.facts["status"] = verdict
    for further in filter(None, verdicts):
        restate(document.facts, "status", further)


def _read_test(document: Document, test: Node) -> list[SourceText | None]:
    """The results of one test; hands back the laboratory's verdict on the test, and on results that
    are not final."""
    parts = document.read(test, _TEST)
    absent = Node(None, test.pointer)
    section = document.text(parts.get("test_type", absent))
    verdict = _status(document, parts.get("status", absent))
    verdicts = [verdict]
    metrics = document.objects(parts.get("metrics", absent), "metrics")
    if not metrics:
        message = f"the test '{section.text if section else ''}' holds no result"
        document.remark("test-without-results", "warning", message, test)
    for metric in metrics:
        members = document.result(metric, _METRIC, _METRIC_SILENT)
        of_test = _status(document, members.pop("verdict", absent))
        if of_test is not None and vocabulary.status(of_test.text) == "preliminary":
            verdicts.append(of_test)
        texts = {role: document.text(member) for role, member in members.items()}
        texts |= {"verdict": of_test or verdict, "section": section}
        document.add_row(metric, texts, zero_is_censored=True)
    return verdicts


def _status(document: Document, node: Node) -> SourceText | None:
    """A verdict: `pass` or `fail`, true or false (as the schema's legend has it), or nothing.
    Another word is refused: a verdict that is not understood may be a bad one."""
    if node.blank:
        return None
    document.use(node)
    if node.kind == "boolean" or node.text in ("0", "1"):
        verdict = "pass" if node.text in ("true", "1") else "fail"
        return SourceText(verdict, document.ref(node))
    stated = document.text(node)
    if stated is None:
        return None
    verdict = stated.text.replace("_", " ")
    if vocabulary.status(verdict) not in _VERDICTS:
        message = f"the status '{stated.text}' is not known; 'pass' and 'fail' are"
        document.problem("UNKNOWN-STATUS", message, node)
    return SourceText(verdict, stated.ref)


def _worst(verdicts: Iterable[SourceText | None]) -> SourceText | None:
    """The first of the worst verdicts, else the first one."""
    stated = [verdict for verdict in verdicts if verdict is not None]
    for kind in _WORST_FIRST:
        for verdict in stated:
            if vocabulary.status(verdict.text) == kind:
                return verdict
    return stated[0] if stated else None
