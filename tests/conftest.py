"""What all tests share: how hypothesis looks for counterexamples."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import Phase, settings

from tests.factory.demo import demo  # noqa: F401 - a fixture of several folders
from tests.factory.judging import engine_agrees
from tests.factory.loaded_once import load_rulebooks_once, made_once, readers_kept

# In CI the examples are the same on every run, so that a landing is judged by its change; elsewhere each run tries new ones.
EXAMPLES = int(os.environ.get("PROPERTY_EXAMPLES", "30"))  # `make properties` tries more
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=EXAMPLES)
settings.register_profile("here", deadline=None, max_examples=EXAMPLES)
# A mutant is killed by any counterexample: none is made smaller, and none is kept.
settings.register_profile(
    "mutation",
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    max_examples=150,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "here"))


# Files that a test has just written are at rest; a pass need not wait to see it.
os.environ["KRATOM_QC_SETTLE_SECONDS"] = "0"
# What is kept to be faster is not kept among the caches of whoever runs the tests.
os.environ["KRATOM_QC_CACHE"] = os.path.join(tempfile.gettempdir(), f"kratom-qc-cache-{os.getuid()}")
# A pass is Prefect's only where a test asks for it, whatever server is configured here.
os.environ.pop("PREFECT_API_URL", None)

load_rulebooks_once()

# Folders and files that `make test-fast` leaves out: they start processes, or judge many batches.
SLOW = {
    "archive", "faults", "flows", "hostile", "properties", "rejudge", "samples", "test_annotate.py", "test_check_json.py",
    "test_limits_proposals.py", "test_silence.py", "test_two_readings.py",
}  # fmt: skip
FIRST = {"flows", "tools"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the slow tests and the properties, and begins with those that wait for others while others compute."""
    items.sort(key=lambda item: FIRST.isdisjoint(item.path.parts))
    for item in items:
        if "properties" in item.path.parts:
            item.add_marker("hypothesis")
        if SLOW.intersection(item.path.parts):
            item.add_marker("slow")


def pytest_collection_finish() -> None:
    """Ten thousand tests and all that they import stay until the end: no collection looks through them again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def readers() -> Iterator[None]:
    """Passes, commands and pages that run in this process read their files in the same child."""
    with readers_kept():
        yield


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """A command ends its process and collects no garbage; run inside the tests it must not stop the collector for all."""
    yield
    gc.enable()


@pytest.fixture(scope="module", autouse=True)
def made_before(request: pytest.FixtureRequest) -> Iterator[None]:
    """The tests of judging ask the engine itself, every time, and those of the ledger have its tables made."""
    if {"judge", "ledger"}.intersection(request.path.parts):
        yield
        return
    with made_once():
        yield


@pytest.fixture(scope="module", autouse=True)
def judged_twice() -> Iterator[None]:
    """What the tests of a module have judged is judged once more by the engine, which must agree."""
    yield
    engine_agrees()
