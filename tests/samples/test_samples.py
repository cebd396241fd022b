"""The sample certificates tell what a chemist would say, and what stands in the repository is what the program writes."""

from __future__ import annotations

import csv
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from kratom_qc.app.batches import judge_readings
from kratom_qc.app.policy import load_policy
from kratom_qc.app.reading import Reading, read_files
from kratom_qc.domain.verdict import Verdict

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_reports"
MARKETS = ("us", "cz", "us-ga", "us-ms", "us-ri", "us-tx", "us-ut")
EXPECTED = list(csv.DictReader((SAMPLES / "expected.csv").read_text(encoding="utf-8").splitlines()))
# The one cause that decides, by the finding it must show: batch, rule, outcome.
CAUSES = """
KL-2026-044   CZ-448-2025-HG             FAIL          mercury of 0.2 mg/kg fails the Czech market only
CC-0714-W     US-DEA-2026-20943-RATIO    INCONCLUSIVE  does not meet the 100:1 ratio that may stand
ZL-7741       SPEC-LEAF-7OH              FAIL          spiked
ZL-7741       AKA-GMP-7OH-TA             FAIL          spiked
EE-RB-0926    AHPA-RAW-SALM              FAIL          Salmonella present
PT-118        SPEC-METALS-CD             INCONCLUSIVE  ND with a LOQ above the limit
DB-2207       AHPA-RAW-SALM              MISSING       no microbiology
NS-1102       RESULTS-CONTRADICT         INCONCLUSIVE  two leads
KX-088        SPEC-SOLVENT-ETHANOL       FAIL          extract over solvents
KX-088        SPEC-SOLVENT-HEXANE        FAIL          extract over solvents
IV-3390       SPEC-METALS-PB             FAIL          the certificate says Pass
CAP-0611      SPEC-CLAIM-MIT             FAIL          under its label claim
SHOT-2210     US-DEA-2026-17429-MP       FAIL          a trace is there
BB-0451       CERTIFICATE-PRELIMINARY    INCONCLUSIVE  preliminary
BM-RB-1026    AHPA-RAW-SALM              PASS          the portion stands in the analyte's name
GV-314        SPEC-METALS-HG             MISSING       a blank cell of a wide sheet
20260712      AHPA-RAW-ECOLI             INCONCLUSIVE  a plate count does not prove absence
ZL-2026-09    CZ-448-2025-PAH4           PASS          a Czech protocol with decimal commas
"""


@pytest.fixture(scope="module")
def readings() -> dict[str, Reading]:
    paths = sorted((SAMPLES / "certificates").iterdir())
    return {path.name: reading for path, reading in zip(paths, read_files(paths), strict=True)}


@pytest.fixture(scope="module")
def verdicts(readings: dict[str, Reading]) -> dict[str, Verdict]:
    policy = load_policy(on=date(2026, 11, 22), facts=SAMPLES / "products.toml")
    return {verdict.batch.batch_id: verdict for verdict in judge_readings(list(readings.values()), policy)}


@pytest.mark.parametrize(
    "row", [row for row in EXPECTED if row["verdict"] != "REFUSED"], ids=lambda row: row["batch_id"]
)
def test_a_sample_batch_is_judged_as_a_chemist_would(row, verdicts):
    verdict = verdicts[row["batch_id"]]
    said = {"product": verdict.batch.product, "verdict": str(verdict.decision)} | {
        market: str(verdict.markets[market]) for market in MARKETS
    }
    assert said == {key: row[key] for key in said}


@pytest.mark.parametrize("line", CAUSES.strip().splitlines(), ids=lambda line: " ".join(line.split()[:2]))
def test_the_cause_is_the_one_the_story_tells(line, verdicts):
    batch_id, rule_id, outcome, _ = line.split(maxsplit=3)
    found = [finding for finding in verdicts[batch_id].findings if finding.rule_id == rule_id]
    assert [str(finding.outcome) for finding in found] == [outcome]
    assert found[0].decides


def test_every_sample_batch_is_in_the_table_and_the_other_way_round(verdicts, readings):
    stated = {row["batch_id"] for row in EXPECTED if row["verdict"] != "REFUSED"}
    assert set(verdicts) == stated
    assert len(readings) >= 14


def test_what_nobody_may_guess_holds_at_its_cells(readings):
    (certificate,) = next(reading for name, reading in readings.items() if name.startswith("15-")).certificates
    told = {(reason.rule_id, reason.ref.cell) for reason in certificate.hold_reasons}
    assert told == {("TEXT-UNREAD", "D11"), ("UNKNOWN-UNIT", "C16"), ("UNKNOWN-WORD", "B19")}
    received = certificate.dates["received_on"]
    assert (received.earliest, received.latest) == (date(2026, 3, 4), date(2026, 4, 3))
    (nickel,) = [result for result in certificate.results if result.analyte == "nickel"]
    assert [str(reading.low) for reading in nickel.readings] == ["1.234", "0.001234"]


def test_the_refused_sample_says_what_is_missing(readings):
    reading = next(reading for name, reading in readings.items() if name.startswith("21-"))
    assert [refusal.code for refusal in reading.refusals] == ["no-batch-id"]


def test_chemistry_and_microbiology_alone_would_hold(readings):
    policy = load_policy(on=date(2026, 11, 22))
    for name in ("04a", "04b"):
        alone = [reading for file, reading in readings.items() if file.startswith(name)]
        assert [str(verdict.decision) for verdict in judge_readings(alone, policy)] == ["HOLD"]


def test_the_certificates_are_what_their_script_writes():
    script = SAMPLES / "make_certificates.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_reports_are_what_the_program_writes_today(tmp_path):
    script = SAMPLES / "make_reports.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True)
    written = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.html")}
    standing = {path.name: path.read_text(encoding="utf-8") for path in (SAMPLES / "reports").glob("*.html")}
    assert written.keys() == standing.keys()
    stale = [name for name in written if written[name] != standing[name]]
    assert not stale, "run `make samples`"
