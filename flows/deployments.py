"""What runs on a schedule, and when. `kratom-qc serve` starts this as a process of its own:

    python -m flows.deployments --store store --inbox inbox --every 900

The Prefect server that PREFECT_API_URL names starts the runs, one at a time for a store. All times
are UTC, because a day of judgement is.
"""

from __future__ import annotations

import argparse
import time
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from os import environ
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.children import end_with_the_parent
from kratom_qc import logs

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment

When = str | int  # as RFC 5545 writes a recurrence, or every so many seconds
# No cron: with Python 3.11 and 3.12 the server of Prefect 3.9.1 fails on every cron schedule.
TIMES: Mapping[str, When] = {
    "rejudge": "FREQ=DAILY;BYHOUR=0;BYMINUTE=5;BYSECOND=0",  # the day of judgement has changed
    "keep": "FREQ=DAILY;BYHOUR=2;BYMINUTE=30;BYSECOND=0",
    "digest-daily": "FREQ=DAILY;BYHOUR=6;BYMINUTE=0;BYSECOND=0",
    "digest-weekly": "FREQ=WEEKLY;BYDAY=MO;BYHOUR=6;BYMINUTE=0;BYSECOND=0",
}
_FIRST = timedelta(
    seconds=30
)  # until the server knows the schedule; what is due earlier is not run


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is served: passes over an inbox every so many seconds (none without one), and what a
    store needs daily. `times` takes the place of some of TIMES."""

    store: Path
    inbox: Path | None = None
    every: int = 900
    times: Mapping[str, When] = field(default_factory=dict)
    is_scheduled: bool = True  # else only the worker stands ready, and there is no Prefect

    def arguments(self) -> list[str]:
        """As a command line."""
        given: list[object] = ["--store", self.store.resolve(), "--every", self.every]
        given += ["--inbox", self.inbox.resolve()] if self.inbox else []
        for name, when in self.times.items():
            given += ["--time", f"{name}={when}"]
        return [str(part) for part in given]


def parsed(arguments: argparse.Namespace) -> Schedule:
    """The schedule that a command line asks for."""
    times: dict[str, When] = {}
    for name, _, when in (text.partition("=") for text in arguments.time):
        times[name] = int(when) if when.isdigit() else when
    return Schedule(arguments.store, arguments.inbox, arguments.every, times)


def options(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """A parser with the options of a schedule."""
    parser.add_argument("--store", type=Path, required=True, help="where everything is kept")
    parser.add_argument("--inbox", type=Path, help="where certificates arrive")
    parser.add_argument("--every", type=int, default=900, metavar="SECONDS", help="passes")
    parser.add_argument("--time", action="append", default=[], metavar="NAME=RECURRENCE")
    return parser


def deployments(schedule: Schedule) -> list[RunnerDeployment]:
    """Every deployment of a schedule."""
    from flows import digest, keep, rejudge, release

    store = {"store": str(schedule.store.resolve())}
    inbox = {"inbox": str(schedule.inbox.resolve())} if schedule.inbox else {}
    served: list[tuple[str, Any, When, dict[str, Any]]] = [
        ("rejudge", rejudge.rejudge, "", store),
        ("keep", keep.keep, "", store),
        ("digest-daily", digest.digest, "", {**store, "days": 1}),
        ("digest-weekly", digest.digest, "", {**store, "days": 7}),
    ]
    served.append(("release", release.release, schedule.every, {**inbox, **store}))
    times = {**TIMES, **schedule.times}
    return [
        _deployed(flow, name, times.get(name, when), parameters)
        for name, flow, when, parameters in served
    ]


def _deployed(flow: Any, name: str, when: When, parameters: dict[str, Any]) -> RunnerDeployment:
    from prefect.schedules import Interval, RRule
    from prefect.types.entrypoint import EntrypointType

    every: Any = RRule(when, timezone="UTC") if isinstance(when, str) else None
    if every is None:
        soon = datetime.now(UTC) + _FIRST
        every = Interval(timedelta(seconds=int(when)), anchor_date=soon, timezone="UTC")
    deployment: RunnerDeployment = flow.to_deployment(
        name=name,
        schedule=every,
        parameters=parameters,
        tags=["kratom-qc", name],
        description=flow.description,
        concurrency_limit=1,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    return deployment


def wait_for_server(api: str) -> None:
    """Wait until a Prefect server answers."""
    while True:
        with suppress(OSError), urllib.request.urlopen(f"{api}/health", timeout=2):  # noqa: S310
            return
        time.sleep(0.5)


def main() -> None:
    """Serve every deployment until this process is stopped."""
    schedule = parsed(options(argparse.ArgumentParser(description=__doc__)).parse_args())
    logs.configure()
    end_with_the_parent()
    wait_for_server(environ["PREFECT_API_URL"])
    from prefect import serve

    serve(
        *deployments(schedule),
        limit=1,  # one pass at a time per store: a second one would be refused
        pause_on_shutdown=False,  # whoever starts it again finds the schedule as it was
        print_starting_message=False,
    )


# A scheduled run is a process that may import this module again: only the first one serves.
if __name__ == "__main__":
    main()
