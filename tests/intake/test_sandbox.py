"""What a reader may not do, and that whoever tries takes nobody along."""

from __future__ import annotations

import importlib
import os
import select
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest
from pebble.pool.process import PoolManager

from kratom_qc.app.reading import READ_BEFORE, read_content
from kratom_qc.intake.sandbox import ReaderDied, Sandbox
from kratom_qc.settings import Caps
from kratom_qc.vocabulary.texts import shipped

# No test waits for the wall clock but the one that is about it: a busy machine takes its time.
CAPS = Caps(cpu_seconds=1, wall_seconds=600)


def twice(number: int) -> int:
    return 2 * number


def who() -> int:
    return os.getpid()


def abort() -> None:
    os.abort()


def spin() -> None:
    while True:
        pass


def wait_for_ever() -> None:
    threading.Event().wait()


def say_who_and_wait() -> None:
    print(os.getpid(), flush=True)
    wait_for_ever()


def eat() -> int:
    return len(bytearray(CAPS.memory_bytes))


def leave() -> None:
    os._exit(9)


def call(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), timeout=1)


def run() -> None:
    subprocess.run(["true"], check=True)


def write(path: str) -> None:
    Path(path).write_text("x")


def delete(path: str) -> None:
    Path(path).unlink()


def network_devices() -> list[str]:
    return [name for _, name in socket.if_nameindex()]


def exit_quietly() -> None:
    sys.exit(0)


def interrupt() -> None:
    raise KeyboardInterrupt


def shout() -> bytes:
    return bytes(CAPS.part_bytes)


class Odd(Exception):
    """Cannot be put together again from its words."""

    def __init__(self, one: str, other: str):
        super().__init__(one + other)


def fail_oddly() -> None:
    raise Odd("a", "b")


def environment() -> list[str]:
    return list(os.environ)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox(CAPS, preload=READ_BEFORE, workers=2)
    yield made
    made.close()


def test_readers_are_forked_from_a_process_that_has_read_a_certificate_to_its_end() -> None:
    reading = read_content("certificate.csv", importlib.import_module(READ_BEFORE).CERTIFICATE)
    assert [len(certificate.results) for certificate in reading.certificates] == [3]
    assert "_templates" in vars(shipped()), "a sentence that nobody has read was looked for among the texts"


@pytest.mark.parametrize(
    ("work", "code", "says"),
    [
        (abort, "reader-died", "ended the reader"),
        (leave, "reader-died", "ended the reader"),
        (exit_quietly, "reader-died", "ended the reader"),
        (interrupt, "reader-died", "ended the reader"),
        (shout, "reader-too-large", "takes more than"),
        (spin, "reader-too-slow", "1 s of computing"),
        (eat, "reader-too-large", "536,870,912 bytes"),
    ],
)
def test_a_reader_that_ends_before_it_answers_is_told_apart(
    sandbox: Sandbox, work: Callable[[], Any], code: str, says: str
) -> None:
    with pytest.raises(ReaderDied) as died:
        sandbox.submit(work).answer()
    assert died.value.code == code
    assert says in died.value.why
    assert sandbox.submit(twice, 21).answer() == 42


def test_a_reader_that_waits_for_ever_is_ended_and_replaced() -> None:
    impatient = Sandbox(Caps(wall_seconds=1), preload=READ_BEFORE, workers=1)
    with pytest.raises(ReaderDied, match="more than 1 s") as died:
        impatient.submit(wait_for_ever).answer()
    assert died.value.code == "reader-too-slow"
    impatient.caps = CAPS
    assert impatient.submit(twice, 21).answer() == 42
    impatient.close()


def test_an_exception_that_cannot_be_sent_is_told_by_its_name(sandbox: Sandbox) -> None:
    with pytest.raises(RuntimeError, match="Odd: ab"):
        sandbox.submit(fail_oddly).answer()
    assert sandbox.submit(twice, 21).answer() == 42


def test_a_reader_does_not_know_the_secrets_of_whoever_runs_it(sandbox: Sandbox) -> None:
    assert all(
        name.startswith(("KRATOM_QC_", "LANG", "LC_", "TZ", "PYTHON", "PATH", "HOME"))
        for name in sandbox.submit(environment).answer()
    )


def break_pool(sandbox: Sandbox) -> None:
    """pebble gives up a whole pool when a child ends while it holds the channel of all."""
    assert sandbox._pool
    sandbox._pool._pool_manager.handle_broken_pool(BrokenProcessPool("as a child that holds the channel"))


def test_a_pool_that_broke_is_replaced_and_what_waited_for_it_is_asked_again(sandbox: Sandbox) -> None:
    assert sandbox.submit(twice, 1).answer() == 2
    waiting = [sandbox.submit(twice, number) for number in range(2, 6)]
    break_pool(sandbox)
    assert [each.answer() for each in waiting] == [4, 6, 8, 10]
    assert sandbox.submit(twice, 7).answer() == 14


def test_what_ends_the_child_of_its_own_too_is_a_reader_that_died(sandbox: Sandbox) -> None:
    waiting = sandbox.submit(abort)
    break_pool(sandbox)
    with pytest.raises(ReaderDied) as refusal:
        waiting.answer()
    assert (refusal.value.code, sandbox.submit(twice, 2).answer()) == ("reader-died", 4)


def test_a_child_that_ends_before_anybody_heard_of_its_task_ends_that_task_alone(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pebble receives messages in one thread and looks for ended children in another, which is first here."""
    receive = PoolManager.process_next_message

    def late(manager: PoolManager, timeout: float) -> None:
        time.sleep(0.3)
        receive(manager, timeout)

    monkeypatch.setattr(PoolManager, "process_next_message", late)
    pool = sandbox._started()
    for _ in range(3):
        with pytest.raises(ReaderDied) as refusal:
            sandbox.submit(abort).answer()
        assert refusal.value.code == "reader-died"
    assert sandbox._pool is pool
    assert pool.active


def test_twenty_aborts_in_a_row_disturb_no_other_file(sandbox: Sandbox) -> None:
    pending = [(number, sandbox.submit(abort) if number % 2 else sandbox.submit(twice, number)) for number in range(40)]
    for number, one in pending:
        if number % 2:
            with pytest.raises(ReaderDied):
                one.answer()
        else:
            assert one.answer() == 2 * number


@pytest.mark.parametrize("work", [run, call, write, delete])
def test_a_reader_may_start_nothing_call_nobody_and_change_no_file(
    sandbox: Sandbox, work: Callable[..., Any], tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.write_text("as it was")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        argument = {call: [listening.getsockname()[1]], write: [str(kept)], delete: [str(kept)]}.get(work, [])
        with pytest.raises(PermissionError, match="a reader may not"):
            sandbox.submit(work, *argument).answer()
    assert kept.read_text() == "as it was"


def test_a_reader_sees_no_network_device_where_the_system_allows_it(sandbox: Sandbox) -> None:
    tool = shutil.which("unshare")  # namespaces are Linux's, and not every system lets everybody have one
    allowed = (
        tool is not None and subprocess.run([tool, "--net", "true"], check=False, capture_output=True).returncode == 0
    )
    if allowed:
        assert sandbox.submit(network_devices).answer() == ["lo"]


def test_children_are_used_again_and_many_files_come_in_their_order(sandbox: Sandbox) -> None:
    answers = [one.answer() for one in sandbox.map(twice, ((number,) for number in range(100)))]
    assert answers == [2 * number for number in range(100)]
    children = {sandbox.submit(who).answer() for _ in range(20)}
    assert os.getpid() not in children
    assert len(children) <= 2


def test_only_a_few_files_wait_at_a_time(sandbox: Sandbox) -> None:
    taken = 0

    def files() -> Iterator[tuple[int]]:
        nonlocal taken
        for number in range(100):
            taken += 1
            yield (number,)

    next(sandbox.map(twice, files()))
    assert taken <= 8


_ASKING = """
from kratom_qc.intake.sandbox import Sandbox
from tests.intake import test_sandbox as work

Sandbox(work.CAPS, preload=work.READ_BEFORE, workers=1).submit(work.say_who_and_wait).answer()
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for a process by its descriptor, as on Linux")
def test_a_child_ends_with_the_process_that_asks_it_even_where_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", _ASKING], stdout=subprocess.PIPE, text=True) as asking:
        assert asking.stdout is not None
        child = os.pidfd_open(int(asking.stdout.readline()))
        asking.kill()
    ended, _, _ = select.select([child], [], [], 60)  # a cap for where it does not end
    os.close(child)
    assert ended


def test_a_closed_sandbox_opens_again_with_the_next_file(sandbox: Sandbox) -> None:
    sandbox.close()
    assert sandbox.submit(twice, 4).answer() == 8


def test_a_scratch_folder_is_the_only_place_to_write_where_one_is_given(tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    made = Sandbox(CAPS, preload=READ_BEFORE, workers=1, scratch=tmp_path / "scratch")
    made.submit(write, str(tmp_path / "scratch" / "here")).answer()
    made.submit(delete, str(tmp_path / "scratch" / "here")).answer()
    for path in (tmp_path / "elsewhere", tmp_path / "scratch" / ".." / "elsewhere", tmp_path / "scratch-too"):
        with pytest.raises(PermissionError, match="a reader may not"):
            made.submit(write, str(path)).answer()
    made.close()
