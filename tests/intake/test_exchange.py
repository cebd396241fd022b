"""Machine-readable certificates say what they say, to the digit and the key; what may be a result is never passed over."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kratom_qc.app.reading import Reading, read_content
from kratom_qc.settings import Caps
from tests.factory import CLEAN_LEAF
from tests.factory.sheets import canonical, codes, results, told
from tests.hostile.runner import outcome
from tests.intake.test_shapes import BATCH

Document = dict[str, Any]
VERSIONS = ["1.0.0.0", "1.1.0.0", "1.2.0", "1.3.0", "2.0.0", "2.1.0", "2.2.0", "2.2"]


def metric(name: str, qom: Any, uom: Any = "ppm", **more: Any) -> Document:
    return {"id": "b8a1", "name": name, "analyte_type": "other", "qom": qom, "uom": uom, "status": "pass", **more}


def wcia(*metrics: Document, version: str = "2.2.0", **root: Any) -> Document:
    """A WCIA document of one test with the keys its version has."""
    test = {"test_id": "9c1f", "test_type": "heavy metal assay", "status": "pass", "metrics": list(metrics)}
    document: Document = {"document_name": "WCIA Lab Result Schema", "document_schema_version": version}
    if version >= "1.3":
        document |= {"document_origin": "https://lab.example/1.json", "lab_name": "Northern Analytical"}
        document |= {"lab_ubi_license": "600000001", "lab_ccrs_license": "4001"}
    document |= {"labresult_id": "C-77", "sample": {"id": "L-1"}, "coa": "https://lab.example/1.pdf"}
    if version >= "1.2":
        document["sample"]["sample_source_id"] = "S-9"
    if version >= "2.1":
        document |= {"release_date": "2026-03-04", "amended_date": None, "expire_date": "2027-03-04"}
    if version >= "2.2":
        document["is_medical"] = 0
    return {**document, "status": "pass", "metric_list": [test], "meta": {}, **root}


def inspection(name: str, value: Any, unit: str = "mg/kg", **more: Any) -> Document:
    return {"Property": name, "Method": "ICP-MS", "Value": value, "ValueType": "number", "Unit": unit, **more}


def coa(*inspections: Document, version: str = "v1.1.0", **certificate: Any) -> Document:
    """A material-identity certificate with every key its schema requires."""
    company = {"Name": "Leaf s.r.o.", "Street": "Dlouhá 1", "ZipCode": "11000", "City": "Praha", "Country": "CZ"}
    body = {
        "CertificateLanguages": ["EN", "DE"],
        "Id": "C-77",
        "Date": "2026-03-04",
        "Standard": {"Norm": "EN 10204:2004", "Type": "3.1"},
        "Parties": {"Manufacturer": company, "Customer": company},
        "BusinessTransaction": {"Order": {"Id": "1"}, "Delivery": {"Id": "2", "Quantity": 90, "QuantityUnit": "kg"}},
        "Product": {"Name": "Kratom leaf powder", "FillingBatchId": "L-1", "ProductionDate": "2026-01-02"},
        "Analysis": {"Inspections": list(inspections)},
        "DeclarationOfConformity": {"Declaration": "Valid without signature."},
        "Logo": "data:image/png;base64," + "A" * 9000,
    }
    return {
        "RefSchemaUrl": f"https://schemas.example/coa-schemas/{version}/schema.json",
        "Certificate": {**body, **certificate},
    }


def read(document: Any) -> Reading:
    return read_content("certificate.json", json.dumps(document).encode())


def raw(text: str | bytes) -> Reading:
    return read_content("certificate.json", text if isinstance(text, bytes) else text.encode())


def told_of(reading: Reading) -> list[str]:
    return [remark.code for interpreted in reading.certificates for remark in interpreted.remarks]


def held_by(reading: Reading) -> set[str]:
    return {hold_reason.rule_id for interpreted in reading.certificates for hold_reason in interpreted.hold_reasons}


def wrong_with(reading: Reading) -> set[str]:
    """Every code by which a file is refused or its batch held."""
    return {code.upper() for code in codes(reading)} | held_by(reading)


# ---------------------------------------------------------------- one batch on every paper


REFERENCE = [
    ("Mitragynine", "1.52", "pct", {}),
    ("7-OH", "0.012", "%", {}),
    ("Lead", "210", "ppb", {}),
    ("Cadmium", "<0.05", "mg/kg", {}),
    ("Mercury", "ND", "mg/kg", {"lod": "0.01"}),
    ("Salmonella", "Absent in 25 g", "", {}),
    ("TAMC", "1.2e3", "CFU/g", {}),
]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_same_batch_reads_alike_in_every_version_of_wcia(version: str) -> None:
    metrics = [metric(name, said, unit, **more) for name, said, unit, more in REFERENCE]
    document = wcia(*metrics, version=version, matrix="Leaf powder")
    assert canonical(read(document)) == BATCH
    assert canonical(read([document])) == BATCH


@pytest.mark.parametrize("version", ["v1.0.0", "v1.0.1", "v1.1.0"])
def test_the_same_batch_reads_alike_in_material_identity(version: str) -> None:
    inspections = [inspection(name, said, unit, **more) for name, said, unit, more in REFERENCE]
    assert canonical(read(coa(*inspections, version=version))) == BATCH


def test_keys_of_any_capitals_and_numbers_without_quotes_read_alike() -> None:
    metrics = [metric(name, said, unit, **more) for name, said, unit, more in REFERENCE]
    text = json.dumps(wcia(*metrics, matrix="Leaf powder")).replace('"1.52"', "1.52").replace('"1.2e3"', "1.2e3")
    assert canonical(raw(text.replace('"qom"', '"QOM"').replace('"metric_list"', '"Metric_List"'))) == BATCH


def test_a_list_of_certificates_is_several_certificates() -> None:
    other = wcia(metric("Lead", "0.3"), sample={"id": "L-2"})
    reading = read([wcia(metric("Lead", "0.2")), other])
    assert [(a.batch_id, told(a.results[0].interval), a.results[0].ref.cell) for a in reading.certificates] == [
        ("L-1", "0.2", "/0/metric_list/0/metrics/0/qom"),
        ("L-2", "0.3", "/1/metric_list/0/metrics/0/qom"),
    ]


# ---------------------------------------------------------------- facts


def test_what_wcia_says_of_the_certificate() -> None:
    (interpreted,) = read(wcia(metric("Lead", "0.2"), amended_date="2026-03-09")).certificates
    said = {name: (word.text, word.ref.cell) for name, word in interpreted.printed_facts.items()}
    assert said == {
        "batch_id": ("L-1", "/sample/id"),
        "source_lot": ("S-9", "/sample/sample_source_id"),
        "certificate_id": ("C-77", "/labresult_id"),
        "laboratory": ("Northern Analytical", "/lab_name"),
        "issued_on": ("2026-03-04", "/release_date"),
        "revision": ("2026-03-09", "/amended_date"),
        "expires_on": ("2027-03-04", "/expire_date"),
        "status": ("pass", "/status"),
    }
    assert interpreted.accreditation == ""  # a licence to trade accredits no method


def test_what_material_identity_says_of_the_certificate() -> None:
    reading = read(coa(inspection("Lead", "0.2", Minimum="0.1", Maximum="0.5")))
    (interpreted,) = reading.certificates
    assert (interpreted.batch_id, interpreted.certificate_id, interpreted.laboratory) == ("L-1", "C-77", "")
    assert {name: str(day) for name, day in interpreted.dates.items()} == {
        "issued_on": "2026-03-04",
        "manufactured_on": "2026-01-02",
    }
    assert interpreted.results[0].method == "ICP-MS"


def test_an_inspection_lot_of_another_name_is_told() -> None:
    reading = read(coa(Analysis={"LotId": "QM-4", "Inspections": [inspection("Lead", "0.2")]}))
    assert "inspection-lot-differs" in told_of(reading)


def test_free_text_is_quoted_to_a_person() -> None:
    reading = read(
        coa(Analysis={"Inspections": [inspection("Lead", "0.2")], "AdditionalInformation": ["dried at 40 °C"]})
    )
    (remark,) = [remark for remark in reading.certificates[0].remarks if remark.code == "key-not-used"]
    assert "dried at 40 °C" in remark.message
    assert remark.ref.cell == "/Certificate/Analysis/AdditionalInformation/0"


@pytest.mark.parametrize(
    ("said", "believed"),
    [('"1E5"', "1E5"), ('"000123"', "000123"), ("123456", "123456"), ("1E5", "id-changed"), ("0.5", "id-changed"),
     ("1234567890123456", "id-changed"), ("null", "no-batch-id"), ('""', "no-batch-id"), ("true", "unexpected-structure")],
)  # fmt: skip
def test_a_batch_id_is_the_text_the_laboratory_typed(said: str, believed: str) -> None:
    reading = raw(json.dumps(wcia(metric("Lead", "0.2"))).replace('"L-1"', said))
    assert believed in reading.batch_ids or believed.upper() in wrong_with(reading)


# ---------------------------------------------------------------- results


@pytest.mark.parametrize(
    ("name", "said", "unit", "more", "believed"),
    [
        ("Lead", "0.2", "ppm", {}, "0.2 mg/kg True"),
        ("Lead", "<0.05", "ppm", {}, "[0, 0.05) mg/kg False"),
        ("Lead", "ND", "ppm", {"LOD": "0.01"}, "[0, 0.01) mg/kg False"),
        ("Lead", "0.05", "ppm", {"qualifier": "<"}, "[0, 0.05) mg/kg False"),
        ("Lead", "200", "", {"Units": "ppb"}, "0.2 mg/kg True"),
        ("Lead", "ND", "ppm", {"limit_of_detection": "10", "lod unit": "ppb"}, "[0, 0.01) mg/kg False"),
        ("Lead", None, "ppm", {}, "not measured"),
        ("Lead", "", "ppm", {}, "not measured"),
        ("Lead", "pass", "ppm", {}, "not measured"),
        # A zero is what was not detected, was below LOQ, or was not tested: which, the format does not say.
        ("Lead", "0", "ppm", {}, "[0, ∞) mg/kg None"),
        ("Lead", "0.000", "ppm", {}, "[0, ∞) mg/kg None"),
        ("Lead", "0", "ppm", {"loq": "0.05"}, "[0, 0.05) mg/kg None"),
        ("Lead", "0", "ppm", {"lod": "0.01"}, "[0, ∞) mg/kg None"),
        ("Lead", "0", "ppm", {"lod": "0.01", "loq": "0.05"}, "[0, 0.05) mg/kg None"),
        ("Moisture", "0", "pct", {}, "[0, ∞) % None"),
        ("Water activity", "0", "aw", {}, "[0, ∞) 1 None"),
        ("TAMC", "0", "CFU/g", {}, "[0, ∞) cfu/g None"),
        ("Salmonella", "0", "CFU/g", {}, "[0, ∞) cfu/g None"),
        ("Salmonella", "0", "/25 g", {}, "[0, ∞) cfu/g None"),
        ("Salmonella", "0", "CFU/25 g", {}, "[0, ∞) cfu/g None"),
        ("Salmonella", "Absent in 25 g", None, {}, "[0, 0.04) cfu/g False"),
    ],
)  # fmt: skip
def test_what_a_metric_says(name: str, said: Any, unit: Any, more: Document, believed: str) -> None:
    (found,) = results(read(wcia(metric(name, said, unit, **more))))
    read_as = f"{told(found.interval)} {found.unit} {found.detected}"
    assert (read_as if found.measured else "not measured") == believed
    assert found.measured or told(found.interval) == "[0, ∞)"


@pytest.mark.parametrize("said", ["0", "0.0", 0, 0.0])
def test_a_zero_is_told_once_and_never_measured(said: Any) -> None:
    reading = read(wcia(*(metric(name, said) for name in ("Lead", "Cadmium", "Arsenic"))))
    assert [(f.interval.high, f.detected, f.detection_limit, f.measured) for f in results(reading)] == [
        (None, None, None, True)
    ] * 3
    assert all("censoring-unknown" in found.flags for found in results(reading))
    (remark,) = [r for r in reading.certificates[0].remarks if r.code == "zero-means-not-detected"]
    assert remark.ref.cell == "/metric_list/0/metrics/0/qom"
    assert "zero-without-lod" not in told_of(reading)


def test_a_zero_in_a_portion_shows_no_absence() -> None:
    (found,) = results(read(wcia(metric("Salmonella", "0", "/25 g"))))
    assert (found.unit, found.portion, found.detected) == ("cfu/g", None, None)


def test_a_zero_describes_nothing() -> None:
    (found,) = results(read(wcia(metric("Identity", "0", None))))
    assert (found.measured, found.text, "censoring-unknown" in found.flags) == (False, None, True)


def test_a_zero_of_material_identity_is_a_number_a_manufacturer_wrote() -> None:
    (found,) = results(read(coa(inspection("Lead", "0"))))
    assert (told(found.interval), found.flags) == ("[0, ∞)", ("basis-unstated",))


@pytest.mark.parametrize(
    ("name", "said", "unit", "code"),
    [
        ("Lead", "0.2", "furlongs", "unknown-unit"), ("Lead", "0.2", None, "unit-missing"),
        ("Lead", "-1", "ppm", "negative"), ("Lead", -3, "ppm", "negative"), ("Lead", "about 2", "ppm", "unknown-word"),
        ("Lead", True, "ppm", "unexpected-structure"), ("Lead", ["0.2"], "ppm", "unexpected-structure"),
        ("Lead", {"value": "0.2"}, "ppm", "unexpected-structure"), ("Lead", "1e400", "ppm", "not-a-number"),
        ("", "0.2", "ppm", "result-without-analyte"), (None, "0.2", "ppm", "result-without-analyte"),
        ("Unobtainium", "0.2", "furlongs", "unknown-unit"),
    ],
)  # fmt: skip
def test_a_metric_that_cannot_be_read_holds(name: Any, said: Any, unit: Any, code: str) -> None:
    assert code.upper() in wrong_with(read(wcia(metric(name, said, unit))))


def test_a_metric_without_a_quantity_holds() -> None:
    assert held_by(read(wcia({"name": "Lead", "uom": "ppm"}))) == {"NO-RESULT"}


def test_a_number_of_json_proves_its_point() -> None:
    (lead,) = results(raw(json.dumps(wcia(metric("Lead", 1.234)))))
    assert told(lead.interval) == "1.234"
    (either,) = results(read(wcia(metric("Lead", "1.234"))))
    assert len(either.readings) == 2


def test_digits_are_kept_as_written() -> None:
    text = json.dumps(wcia(metric("Lead", 7.0))).replace("7.0", "0.210")
    (lead,) = results(raw(text))
    assert (lead.reported, lead.resolution) == ("0.210", lead.interval.low / 210)


def test_an_unknown_analyte_is_kept_and_holds() -> None:
    reading = read(wcia(metric("Unobtainium", "0.2"), metric("Lead", "0.2")))
    assert [(found.analyte, found.known) for found in results(reading)] == [("Unobtainium", False), ("lead", True)]
    assert "UNKNOWN-ANALYTE" in held_by(reading)


def test_the_unit_of_a_basis_is_read_from_the_test_conditions() -> None:
    (lead,) = results(read(coa(inspection("Lead", "0.2", TestConditions="on dry weight basis"))))
    assert lead.basis == "dry"


# ---------------------------------------------------------------- the laboratory's own verdict


@pytest.mark.parametrize(
    ("where", "said", "believed"),
    [
        ("certificate", "fail", "LABORATORY-SAID-FAIL"), ("certificate", False, "LABORATORY-SAID-FAIL"),
        ("certificate", 0, "LABORATORY-SAID-FAIL"), ("certificate", "in_progress", "CERTIFICATE-PRELIMINARY"),
        ("certificate", "inconclusive", "LABORATORY-UNSURE"), ("certificate", "blue", "unknown-status"),
        ("certificate", "positive", "unknown-status"), ("certificate", ["fail"], "unexpected-structure"),
        ("test", "fail", "LABORATORY-SAID-FAIL"), ("test", False, "LABORATORY-SAID-FAIL"),
        ("test", "preliminary", "CERTIFICATE-PRELIMINARY"), ("test", "blue", "unknown-status"),
        ("metric", "fail", "LABORATORY-SAID-FAIL"), ("metric", False, "LABORATORY-SAID-FAIL"),
        ("metric", "in progress", "CERTIFICATE-PRELIMINARY"), ("metric", "blue", "unknown-status"),
    ],
)  # fmt: skip
def test_a_bad_verdict_anywhere_holds(where: str, said: Any, believed: str) -> None:
    document = wcia(metric("Lead", "0.2"))
    test = document["metric_list"][0]
    {"certificate": document, "test": test, "metric": test["metrics"][0]}[where]["status"] = said
    reading = read(document)
    assert believed.upper() in wrong_with(reading)


@pytest.mark.parametrize("said", ["pass", "Pass", True, 1, None, ""])
def test_a_good_verdict_or_none_holds_nothing(said: Any) -> None:
    document = wcia(metric("Lead", "0.2", status=said), status=said)
    document["metric_list"][0]["status"] = said
    assert (codes(read(document)), held_by(read(document))) == ([], set())


def test_a_failed_test_speaks_for_its_results_that_say_nothing() -> None:
    document = wcia(metric("Lead", "0.2", status=None))
    document["metric_list"][0]["status"] = "fail"
    assert results(read(document))[0].stated_verdict == "fail"


def test_an_overall_verdict_under_another_key_is_not_lost() -> None:
    assert "LABORATORY-SAID-FAIL" in held_by(read(wcia(metric("Lead", "0.2"), overall_result="fail")))


# ---------------------------------------------------------------- nothing is passed over


LEAD = metric("Lead", "0.2")


@pytest.mark.parametrize(
    ("what", "document", "believed"),
    [
        ("a note of the certificate", wcia(LEAD, remark_of_the_day="hello"), "key-not-used"),
        ("a client", wcia(LEAD, client={"name": "X", "licence": "4"}), "key-not-used"),
        ("a structure of words", wcia(LEAD, tags=["green", "leafy"]), "key-not-used"),
        ("a note of a metric", wcia(metric("Lead", "0.2", notes="see page 2")), "key-not-used"),
        ("a key of the meta data", wcia(LEAD, meta={"software": "lims"}), "key-not-used"),
        ("a link of the meta data", wcia(LEAD, meta={"wcia_lab_result_Link": "https://lab.example"}), ""),
        ("a key that says nothing", wcia(LEAD, extra=None, more=[], most={}), ""),
        ("a fact by its name", wcia(LEAD, product_name="Green leaf powder"), ""),
        ("another batch", wcia(LEAD, lot_number="L-2"), "fact-contradicts"),
        ("an analyte at the root", wcia(LEAD, mitragynine="1.5"), "unknown-key"),
        ("results of another structure", wcia(LEAD, extra=[{"Symbol": "Oth", "Actual": 0.4}]), "unknown-key"),
        ("results as words", wcia(LEAD, extra={"salmonella": "detected"}), "unknown-key"),
        ("results in the meta data", wcia(LEAD, meta={"more": {"Pb": "0.9"}}), "unknown-key"),
        ("a unit of the certificate", wcia(LEAD, unit="ppb"), "unknown-key"),
        ("a LOD of the certificate", wcia(LEAD, lod="0.1"), "unknown-key"),
        ("a second result", wcia(metric("Lead", "0.2", value="0.9")), "unknown-key"),
        ("a second unit", wcia(metric("Lead", "0.2", unit="ppb")), "unknown-key"),
        ("an unknown key of a metric", wcia(metric("Lead", "0.2", lt=True)), "unknown-key"),
        ("metrics that are no list", wcia(metric_list={"lead": "0.2"}), "unexpected-structure"),
        ("a metric that is no object", wcia(LEAD, metric_list=["Lead 0.2"]), "unexpected-structure"),
        ("a sample that is no object", wcia(LEAD, sample="L-1"), "unexpected-structure"),
        ("a sample without a lot", wcia(LEAD, sample={}), "no-batch-id"),
        ("no metrics", wcia(metric_list=[]), "no-results"),
        ("a test without metrics", wcia(metric_list=[{"test_type": "metals"}]), "no-results"),
        ("no analysis", coa(Analysis=None), "no-results"),
        ("another analysis", coa(Analysis={"ChemicalAnalysis": [{"Symbol": "Cu", "Actual": 1}]}), "unknown-key"),
        ("an analysis beside", coa(inspection("Lead", "0.2"), Chemistry=[{"Symbol": "X", "Actual": 1}]), "unknown-key"),
        ("an unknown key of an inspection", coa(inspection("Lead", "0.2", Temperature=105)), "unknown-key"),
        ("a second value", coa(inspection("Lead", "0.2", Result="0.9")), "unknown-key"),
    ],
)  # fmt: skip
def test_every_key_is_read_told_or_held(what: str, document: Document, believed: str) -> None:
    reading = read(document)
    said = {*wrong_with(reading), *map(str.upper, told_of(reading))} - {"BASIS-UNSTATED", "UNDATED"}
    assert (believed.upper() in said) if believed else not said, (what, said)


def test_a_key_that_stands_often_is_told_once() -> None:
    reading = read(wcia(*(metric("Lead", "0.2", notes="x") for _ in range(5))))
    (remark,) = [remark for remark in reading.certificates[0].remarks if remark.code == "key-not-used"]
    assert "5 times" in remark.message
    assert remark.ref.cell == "/metric_list/0/metrics/0/notes"


def test_a_test_without_results_beside_another_is_told() -> None:
    document = wcia(LEAD)
    document["metric_list"].append({"test_type": "microbial assay", "metrics": []})
    assert "test-without-results" in told_of(read(document))


# ---------------------------------------------------------------- what is no certificate


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({}, "not-a-certificate"), ([], "not-a-certificate"), ([[1]], "not-a-certificate"), ([1, 2], "not-a-certificate"),
        ({"a": [1, {"b": None}]}, "not-a-certificate"), ([wcia(LEAD), {"a": 1}], "not-a-certificate"),
        ({"document_name": "WCIA Transfer Data Schema", "document_schema_version": "2.1.0"}, "not-a-certificate"),
        ({"RefSchemaUrl": "https://schemas.example/en10168-schemas/v0.5.0/schema.json"}, "not-a-certificate"),
        ({"Certificate": {"Analysis": {}}}, "not-a-certificate"),
        *((wcia(LEAD, document_schema_version=said), "unknown-version") for said in ("3.0.0", "2.11", "2", "x", "", None)),
        *((coa(version=said), "unknown-version") for said in ("v0.2.0", "v2.0.0", "v1.10.0")),
    ],
)  # fmt: skip
def test_json_of_another_kind_or_version_is_refused(document: Any, code: str) -> None:
    assert codes(read(document)) == [code]


def test_the_refusals_say_what_is_understood() -> None:
    (kind,) = read({}).refusals
    assert "WCIA Lab Result Schema (1.0, " in kind.message
    assert "material-identity CoA schema (1.0, 1.1)" in kind.message
    (version,) = read(wcia(LEAD, document_schema_version="3.0.0")).refusals
    assert "'3.0.0'" in version.message
    assert "1.0, 1.1, 1.2, 1.3, 2.0, 2.1, 2.2" in version.message
    assert version.ref.cell == "/document_schema_version"


TEXT = json.dumps(wcia(LEAD))


@pytest.mark.parametrize(
    ("what", "said", "code", "where"),
    [
        ("cut short", TEXT[:-9], "json-damaged", "line 1, column"),
        ("a missing comma", TEXT.replace(', "coa"', ' "coa"'), "json-damaged", "line 1, column"),
        ("a comma too many", '{\n"a": 1,\n}', "json-damaged", "line"),
        ("something behind", TEXT + " x", "json-damaged", "line 1, column"),
        ("NaN", TEXT.replace('"0.2"', "NaN"), "json-damaged", "line 1, column"),
        ("NaN on a later line", '{"a":\n 1, "b":  NaN}', "json-damaged", "line 2, column 11"),
        ("Infinity", TEXT.replace('"0.2"', "-Infinity"), "json-damaged", "line 1, column"),
        ("a raw line feed in a text", TEXT.replace("C-77", "C-\n77"), "json-damaged", "line 1, column"),
        ("a lone surrogate", TEXT.replace("C-77", "\\ud800"), "json-damaged", "/labresult_id"),
        ("a lone surrogate in a key", TEXT.replace("labresult_id", "\\udfff"), "json-damaged", ""),
        ("an escaped zero byte", TEXT.replace("C-77", "C\\u0000"), "json-damaged", "/labresult_id"),
        ("a key twice", TEXT.replace('"qom": "0.2"', '"qom": "0.2", "qom": "0.9"'), "json-duplicate-key",
         "/metric_list/0/metrics/0/qom"),
        ("a key twice but for capitals", TEXT.replace('"qom": "0.2"', '"qom": "0.2", "QOM": "0.9"'), "json-duplicate-key",
         "/metric_list/0/metrics/0/QOM"),
        ("a key with a slash twice", '{"a/b": {"~": 1, "~": 2}}', "json-duplicate-key", "/a~1b/~0"),
        ("UTF-16", TEXT.encode("utf-16"), "encoding", ""),
        ("UTF-16 without its mark", TEXT.encode("utf-16-le"), "encoding", ""),
        ("UTF-16, the other way round", TEXT.encode("utf-16-be"), "encoding", ""),
        ("UTF-32", TEXT.encode("utf-32-le"), "encoding", ""),
        ("Latin-1", TEXT.replace("C-77", "Č-77").replace("\\u010c", "Č").encode("cp1250"), "encoding", ""),
        ("a long text", TEXT.replace("C-77", "C" * 5000), "too-large", "/labresult_id"),
        ("a long key", '{"' + "k" * 5000 + '": 1}', "too-large", ""),
        ("a huge number", TEXT.replace('"0.2"', "9" * 5000), "too-large", "/metric_list/0/metrics/0/qom"),
        ("a large number", TEXT.replace('"0.2"', "9" * 3000), "unknown-word", "/metric_list/0/metrics/0/qom"),
        ("an exponent without end", TEXT.replace('"0.2"', "1e400"), "not-a-number", "/metric_list/0/metrics/0/qom"),
        ("a longer exponent", TEXT.replace('"0.2"', "1e999999999"), "not-a-number", "/metric_list/0/metrics/0/qom"),
        ("lists in lists", "[" * 100_000, "too-large", ""),
        ("objects in objects", '{"a":' * 100_000, "too-large", ""),
        ("lists in lists that close", "[" * 100_000 + "]" * 100_000, "too-large", ""),
        ("values without end", "[" + "1," * 1_000_000 + "1]", "too-large", ""),
        ("a text without end", '["' + '\\"' * 1_000_000, "json-damaged", "line 1, column"),
        ("quotes without end", '["' + '"' * 1_000_000, "json-damaged", "line 1, column"),
    ],
)  # fmt: skip
def test_broken_and_hostile_json_is_refused_or_holds(what: str, said: str | bytes, code: str, where: str) -> None:
    reading = raw(said)
    held = [(reason.rule_id, reason.ref) for one in reading.certificates for reason in one.hold_reasons]
    wrong = [*((refusal.code.upper(), refusal.ref) for refusal in reading.refusals), *held]
    assert [(found, ref.cell.startswith(where)) for found, ref in wrong][:1] == [(code.upper(), True)], what


def test_a_byte_order_mark_and_blanks_in_front_change_nothing() -> None:
    plain = canonical(raw(TEXT))
    assert canonical(raw(b"\xef\xbb\xbf" + TEXT.encode())) == canonical(raw("\r\n\t " + TEXT)) == plain


@pytest.mark.parametrize("said", ["[Notes],L-1\nAnalyte,Result\n", "{\\rtf1 Lot}", "{curly},a\n"])
def test_a_bracket_alone_makes_no_json(said: str) -> None:
    assert not {"json-damaged", "not-a-certificate"} & set(codes(raw(said)))


def test_a_picture_may_be_long_but_not_everywhere() -> None:
    assert codes(read(coa(inspection("Lead", "0.2"), Logo="A" * 50_000))) == []
    assert codes(read(coa(inspection("Lead", "0.2"), Disclaimer="A" * 50_000))) == ["too-large"]


def test_the_caps_in_force_are_kept() -> None:
    content = json.dumps(wcia(LEAD)).encode()
    assert codes(read_content("a.json", content, Caps(cells=10))) == ["too-large"]
    assert codes(read_content("a.json", json.dumps(wcia(LEAD, LEAD, LEAD)).encode(), Caps(rows=2))) == ["too-large"]
    assert codes(read_content("a.json", content, Caps(cell_text=5)))[0] == "too-large"


def test_ten_thousand_unknown_keys_are_told_in_a_few_lines() -> None:
    reading = read(wcia(metric("Lead", "0.2", **{f"x{number}": "1" for number in range(10_000)})))
    unknown = [reason.why for reason in reading.certificates[0].hold_reasons if reason.rule_id == "UNKNOWN-KEY"]
    assert len(unknown) == 51
    assert "9949 more keys" in unknown[-1]


def test_the_most_values_a_file_may_have_are_checked_within_the_readers_own_limits() -> None:
    content = ('{"a":[' + '{"b":"c"},' * 190_000 + "1]}").encode()
    assert codes(outcome("coa.json", content).reading) == ["too-large"]


# ---------------------------------------------------------------- properties


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, member in inner for found in _places(member, (*path, key)))]


def _changed(document: Document, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed = copy.deepcopy(document)
    at: Any = changed
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return changed


WHOLE = [
    wcia(metric("Lead", "0.2"), metric("Salmonella", "0", "CFU/g"), matrix="Leaf powder"),
    coa(inspection("Lead", "0.2", Minimum="0", Maximum="0.5")),
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "0", "0.5", "<0.05", "ND", "fail", "Lead", "ppm", "2026-03-04", "1E5", "\x07"])
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["qom", "name", "lod", "Value", "x"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(st.data())
def test_any_value_anywhere_is_read_or_refused_and_zero_is_never_measured(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from(WHOLE))
    reading = read(_changed(whole, data.draw(st.sampled_from(_places(whole))), data.draw(VALUES)))
    assert "reader-failed" not in codes(reading), reading.refusals
    assert reading.refusals or reading.certificates
    for interpreted in reading.certificates:
        assert not [found for found in interpreted.results if found.interval.high == 0]


@given(st.integers(0, len(TEXT) - 1), st.integers(0, 255))
def test_any_byte_changed_is_read_or_refused(at: int, byte: int) -> None:
    content = TEXT.encode()
    reading = raw(content[:at] + bytes([byte]) + content[at + 1 :])
    assert "reader-failed" not in codes(reading)


@pytest.mark.parametrize("keep", range(0, len(TEXT), 37))
def test_a_document_cut_short_is_refused(keep: int) -> None:
    assert codes(raw(TEXT[:keep]))


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ("The batch was rejected.", {"TEXT-UNREAD"}),
        ("see page 2", {"TEXT-UNREAD"}),
        ("Report void if reproduced in part", set()),
    ],
)
def test_free_text_that_nobody_has_read_holds(said: str, held: set[str]) -> None:
    assert held_by(read(wcia(metric("Lead", "0.2", notes=said)))) == held


def test_every_value_has_one_fate() -> None:
    document = wcia(metric("Lead", "0.2", notes="see page 2"), extra={"a": [1, {"b": "c"}]})
    reading = read_content("certificate.json", json.dumps(document).encode(), account=True)
    places = [entry.source.ref.cell for entry in reading.account]
    assert len(places) == len(set(places))
    assert set(places) == {place for place, value in scalars(document) if value not in (None, "")}


def scalars(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Every text, number and boolean with its pointer."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in pairs:
        yield from scalars(member, f"{place}/{key}")
    if not isinstance(value, dict | list):
        yield place, value


# ---------------------------------------------------------------- JSON of no known format


def free(**more: Any) -> Document:
    rows = [{"analyte": name, "result": said, "unit": unit} for name, (said, unit) in CLEAN_LEAF.items()]
    return {"batch_number": "L-1", "form": "Leaf powder", "date_tested": "2026-03-04", "results": rows, **more}


def test_json_of_no_known_format_is_read_as_a_sheet_and_holds_nothing_by_itself() -> None:
    reading = read(free(approved_by=None, client="Leaf s.r.o.", sample={"batch_number": "L-1"}))
    assert (reading.batch_ids, wrong_with(reading)) == (("L-1",), set())
    assert "json-laid-out" in told_of(reading)


def test_results_under_the_names_of_their_analytes_take_the_unit_beside_them() -> None:
    tests = {
        "potency": {"units": "mg/g", "results": {"mitragynine": "14.9", "7-hydroxymitragynine": "0.11"}},
        "metals": {"units": "ug/kg", "results": {"lead": 210, "cadmium": "<50"}},
        "micro": [{"test": "Salmonella", "result": "Absent", "per": "25 g"}],
    }
    document = {"batch_number": "L-1", "form": "Leaf powder", "date_tested": "2026-03-04", "tests": tests}
    (certificate,) = read(document).certificates
    assert {found.analyte: (told(found.interval), found.unit) for found in certificate.results} == {
        "mitragynine": ("14900", "mg/kg"), "7-hydroxymitragynine": ("110", "mg/kg"), "lead": ("0.21", "mg/kg"),
        "cadmium": ("[0, 0.05)", "mg/kg"), "salmonella": ("[0, 0.04)", "cfu/g"),
    }  # fmt: skip


@pytest.mark.parametrize("tests", [{"lead": 0.21, "verdict": "do not release"}, {"lead": 0.21}, {"lead": {"a": [1]}}])
def test_results_under_names_that_say_more_or_have_no_unit_hold(tests: Document) -> None:
    assert wrong_with(read(free(metals=tests)))


SAID: list[Document] = [
    {"do not release": ""}, {"do not release": None}, {"REJECTED": {}}, {"REJECTED": []}, {"REJECTED": {"client": "Leaf s.r.o."}},
    {"REJECTED": [{"client": "Leaf s.r.o."}]}, {"REJECTED": {"unit": "mg/kg"}}, {"unit": "do not use"}, {"unit": "ppb"},
    {"meta": {"unit": "do not use"}}, {"a": {"method": "ICP-MS"}, "b": {"method": "HPLC, rejected"}}, {"status": "rejected"},
    {"meta": {"inner": {"decision": "do not release"}}}, {"notes": [["do not release"]]}, {"valid": False}, {"on_hold": True},
    {"approved_by": "Release Withheld"}, {"address": {"street": "Do Not Release"}}, {"salmonella": "present"}, {"lot": "L-9"},
    {"samples": [{"sample": "L-9", "results": [{"analyte": "Lead", "result": "9.9", "unit": "mg/kg"}]}]},
    {"lead": {"value": "9.9", "unit": "mg/kg"}}, {"previous": {"lead": {"value": "9.9", "unit": "mg/kg"}}},
]  # fmt: skip


@pytest.mark.parametrize("said", SAID, ids=json.dumps)
def test_no_key_and_no_value_of_such_json_says_nothing(said: Document) -> None:
    assert wrong_with(read(free(**said)))


def test_such_json_that_is_too_large_to_lay_out_is_refused() -> None:
    wide = [{f"c{number}": "1" for number in range(150)}] * 700
    assert codes(read(free(more=wide, note="do not release"))) == ["too-large"]
