"""Every command for programs that the README prints is run, and answered."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import subprocess
from pathlib import Path

from tests.app.stores import certificate
from tests.docs.documents import ROOT, blocks, commands
from tests.portal.serving import Portal

README = ROOT / "kratom_qc" / "portal" / "README.md"


def test_every_command_for_programs_is_answered(portal: Portal, tmp_path: Path) -> None:
    micro = certificate("HB-260814-A", "0.4")
    (tmp_path / "certificate.xlsx").write_bytes(b"of some laboratory")
    (tmp_path / "micro.csv").write_bytes(micro)
    environment = {
        **os.environ,
        "PORTAL": portal.address,
        "TOKEN": portal.token("ann")["Authorization"].split()[1],
        "SHA256": hashlib.sha256(micro).hexdigest(),
    }
    (block,) = [one for one in blocks(README) if one.language == "bash"]
    answers = []
    for command in commands(block.text):
        done = subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
        answer = json.loads(done.stdout)
        assert "error" not in answer, (shlex.split(command)[-1], answer)
        answers.append(answer)
        if "micro.csv" in command:
            portal.judged()
    sent, raw, found, listed, batch, limits, market, health = answers
    assert found["batches"][0]["verdict"] == batch["verdict"] == "PASS"
    assert raw["sha256"] == found["sha256"] != sent["sha256"]
    assert {"batches", "after"} == listed.keys()
    assert limits["limits"]
    assert market["market"] == "us-ut"
    assert health["status"] in ("ok", "warning", "failing")
