"""The release flow on a schedule, until it is stopped (Ctrl-C or SIGTERM):

    python -m flows.serve --inbox inbox --store store --cron "0 * * * *"

Where PREFECT_API_URL names no server, one is started on this machine and ends with this process.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from flows.server import prefect_server
from kratom_qc import logs


def main() -> None:
    """Serve the flow. Raises EngineError where the server does not come up."""
    parser = argparse.ArgumentParser(prog="python -m flows.serve", description=__doc__)
    parser.add_argument("--inbox", type=Path, required=True, help="where certificates arrive")
    parser.add_argument("--store", type=Path, required=True, help="where everything is kept")
    when = parser.add_mutually_exclusive_group(required=True)
    when.add_argument("--cron", help='when, as cron writes it: "0 * * * *" is every hour')
    when.add_argument("--every", type=int, metavar="SECONDS", help="how often")
    options = parser.parse_args()
    logs.configure()
    with prefect_server(options.store / "prefect", scheduling=True) as answered:
        from flows.release import release  # reads Prefect's settings, which are now in place

        answered()
        release.serve(
            name="scheduled",
            limit=1,  # one pass at a time per store: a second one would be refused
            cron=options.cron,
            interval=options.every,
            parameters={
                "inbox": str(options.inbox.resolve()),
                "store": str(options.store.resolve()),
            },
        )


# A scheduled run is a process that imports this module again: only the first one serves.
if __name__ == "__main__":
    main()
