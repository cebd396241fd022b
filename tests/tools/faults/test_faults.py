"""A small part of `make faults`, in a process of its own because its children are forked from one that has loaded all."""

from __future__ import annotations

import subprocess
import sys


def test_a_sample_of_faults_loses_nothing_doubles_nothing_and_leaves_nothing_half():
    command = [sys.executable, "-m", "tests.tools.faults", "--sample"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(" 0 broken") == 8
