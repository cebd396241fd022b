"""`flows/prefect.yaml` deploys to a work pool what `serve` serves, and only what is there."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import yaml

from flows.deployments import TIMES, Schedule, deployments

PLAN = yaml.safe_load((Path(__file__).parents[2] / "flows" / "prefect.yaml").read_text(encoding="utf-8"))


def test_the_deployments_of_the_file_are_those_that_are_served(tmp_path):
    served = {one.name: one for one in deployments(Schedule(tmp_path / "store", tmp_path / "inbox"))}
    assert {one["name"] for one in PLAN["deployments"]} == set(served)
    for one in PLAN["deployments"]:
        assert set(one["parameters"]) == set(served[one["name"]].parameters)
        (when,) = one["schedules"]
        assert when.get("rrule") == TIMES.get(one["name"])


def test_every_entrypoint_is_a_flow_and_takes_its_parameters():
    from prefect import Flow  # loading it takes a second, in every process that collects tests

    for one in PLAN["deployments"]:
        module, _, name = one["entrypoint"].rpartition(".")
        flow = getattr(import_module(module), name)
        assert isinstance(flow, Flow)
        assert set(one["parameters"]) <= set(flow.parameters.properties)
