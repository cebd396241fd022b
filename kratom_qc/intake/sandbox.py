"""Every parser runs in a child process: with limits on memory, time and files, without a network,
and replaceable.

A vendor's file may abort, hang or exhaust a native or a pure Python reader; then its child dies and
takes only that file along. pebble keeps the pool: unlike `concurrent.futures` it survives workers
that abort, and it stops the ones that run too long.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import math
import multiprocessing
import os
import pickle
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Generic, NoReturn, TypeVar

from pebble import ProcessExpired, ProcessPool
from pebble.pool.process import PoolManager

from kratom_qc.domain.errors import RulebookError
from kratom_qc.settings import Caps

T = TypeVar("T")
RECYCLE_AFTER = 400  # tasks; whatever a file left behind in memory does not stay for ever
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # clone(2)
# What Python itself announces before it does it; none of it has any business in a reader.
_FORBIDDEN = (
    "socket.", "subprocess.", "shutil.", "urllib.", "ftplib.", "http.", "smtplib.", "webbrowser.",
    "ctypes.dlopen", "ctypes.dlsym", "ctypes.call_function", "os.system", "os.exec",
    "os.posix_spawn", "os.fork", "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.chmod",
    "os.chown", "os.link", "os.symlink", "os.truncate", "os.utime", "os.setxattr",
    "os.removexattr", "os.chdir", "os.fchdir", "os.kill",
)  # fmt: skip
_IN_SCRATCH = ("os.remove",)  # allowed in the scratch folder
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_ENVIRONMENT = ("KRATOM_QC_", "LANG", "LC_", "TZ", "PYTHON", "PATH", "HOME")  # what a child keeps


class ReaderDied(Exception):
    """A child ended before it answered: the code of a refusal, and a sentence for the vendor."""

    def __init__(self, code: str, why: str):
        super().__init__(why)
        self.code = code
        self.why = why


class AnswerTooLarge(Exception):
    """A child has made more of its file than whoever asked is ready to hold."""


@dataclass(frozen=True, slots=True)
class Pending(Generic[T]):
    """An answer under way."""

    future: Future[bytes]
    caps: Caps
    pool: ProcessPool
    alone: Callable[[], T]  # the same work, in a child that no other file can end

    def answer(self) -> T:
        """What the child made of its file. Raises ReaderDied where it ended before it answered, and
        whatever its work raised. Where all children ended, which may be another file's doing, the
        work is done once more by a child of its own."""
        caps = self.caps
        try:
            # Of our own child, and of a size it has checked.
            is_result, answer = pickle.loads(self._result())  # noqa: S301
            if not is_result:
                raise answer
            result: T = answer
            return result
        except TimeoutError:
            code, limit = "reader-too-slow", f"reading it took more than {caps.wall_seconds} s"
        except MemoryError:
            code = "reader-too-large"
            limit = f"reading it took more than {caps.memory_bytes:,} bytes of memory"
        except AnswerTooLarge:
            code = "reader-too-large"
            limit = f"what was read in it takes more than {caps.part_bytes:,} bytes"
        except ProcessExpired as ended:
            code, limit = "reader-died", "reading it ended the reader"
            if ended.exitcode == -signal.SIGXCPU:
                code = "reader-too-slow"
                limit = f"reading it took more than {caps.cpu_seconds} s of computing"
        except BrokenProcessPool:
            return self.alone()
        raise ReaderDied(code, limit)

    def _result(self) -> bytes:
        """What the child sent. Raises BrokenProcessPool where the pool broke and will send none."""
        while not wait([self.future], timeout=1).done:
            if not self.pool.active:
                raise BrokenProcessPool
        return self.future.result()


class _Messages(PoolManager):  # type: ignore[misc] # pebble has no types
    """pebble's manager, told of a worker's end only once everything that the worker sent is known.

    A worker says which task it takes before it works on it. pebble receives that in one thread and
    looks for ended workers in another: of a child that ends at once it would know no task, give up
    the whole pool where nothing else runs, and else wait for the file until its time is over.
    """

    def __init__(self, context: Any, mp_context: Any):
        super().__init__(context, mp_context)
        self._receiving = threading.Lock()

    def process_next_message(self, timeout: float) -> None:
        """Wait for a message, and act on it."""
        channel = self.worker_manager.pool_channel
        with contextlib.suppress(OSError):  # of a closed channel, which is told below
            if channel is not None and not channel.poll(timeout):
                return
        with self._receiving:
            super().process_next_message(0)

    def handle_worker_expiration(self, expiration: tuple[int, int]) -> None:
        """Act on what has come, then on the end of a worker."""
        channel = self.worker_manager.pool_channel
        with self._receiving:
            while channel is not None and channel.poll(0):
                super().process_next_message(0)
        super().handle_worker_expiration(expiration)


class _Pool(ProcessPool):  # type: ignore[misc] # as above
    def __init__(self, *arguments: Any, context: Any, **more: Any):
        super().__init__(*arguments, context=context, **more)
        self._pool_manager = _Messages(self._context, context)


def _ended_alone() -> NoReturn:
    raise ReaderDied("reader-died", "reading it ended the reader")


class Sandbox:
    """A pool of confined children. They start with the first file and are used again; one that dies
    is replaced."""

    def __init__(
        self, caps: Caps, preload: str, workers: int | None = None, scratch: Path | None = None
    ):
        """`scratch` is the only folder the children may write in; without one they may write
        nowhere."""
        self.caps = caps
        self._scratch = str(scratch) if scratch else ""
        self.workers = workers or os.cpu_count() or 1
        self._preload = preload
        self._pool: ProcessPool | None = None

    def start(self) -> None:
        """Start the children before there is work: they load while whoever asks does as well."""
        self.submit(bool)

    def close(self) -> None:
        """End the children, once they have answered what was asked."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()
            pool.join()

    def stop(self) -> None:
        """End the children at once."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()
            pool.join()

    def _started(self) -> ProcessPool:
        if self._pool is None:
            _check_open_files(self.workers)
            context = multiprocessing.get_context("forkserver")
            # Children fork from a process that has the readers loaded and nothing else: no data
            # frame, no scheduler.
            context.set_forkserver_preload([self._preload])
            self._pool = _Pool(
                self.workers,
                RECYCLE_AFTER,
                initializer=_confine,
                initargs=[self.caps, self._scratch],
                context=context,
            )
        return self._pool

    def submit(self, work: Callable[..., T], *arguments: Any) -> Pending[T]:
        """Have a child do some work; both ways the content is pickled. A pool that broke, because a
        child ended while it held the channel of all, is replaced."""
        return self._asked(partial(self._alone, work, *arguments), work, *arguments)

    def _alone(self, work: Callable[..., T], *arguments: Any) -> T:
        """Some work in a child of its own. Raises ReaderDied where it ends that one as well."""
        sandbox = Sandbox(
            self.caps, self._preload, 1, Path(self._scratch) if self._scratch else None
        )
        try:
            return sandbox._asked(_ended_alone, work, *arguments).answer()
        finally:
            sandbox.stop()

    def _asked(self, alone: Callable[[], T], work: Callable[..., T], *arguments: Any) -> Pending[T]:
        if self._pool is not None and not self._pool.active:
            self.stop()
        pool = self._started()
        future = pool.schedule(
            _limited, (self.caps, work, *arguments), timeout=self.caps.wall_seconds
        )
        return Pending(future, self.caps, pool, alone)

    def map(self, work: Callable[..., T], items: Iterable[tuple[Any, ...]]) -> Iterator[Pending[T]]:
        """Work on many items, answers in their order. Only a few wait at a time, so that memory
        stays flat."""
        waiting: list[Pending[T]] = []
        for item in items:
            waiting.append(self.submit(work, *item))
            if len(waiting) >= 4 * self.workers:
                yield waiting.pop(0)
        yield from waiting


def in_a_child(caps: Caps, preload: str, work: Callable[..., T], *arguments: Any) -> T:
    """One piece of work in a child of its own, which may write in an empty folder that is gone
    afterwards.

    Raises ReaderDied where the child ends before it answers, and whatever the work raises.
    """
    with tempfile.TemporaryDirectory() as scratch:
        sandbox = Sandbox(caps, preload, workers=1, scratch=Path(scratch).resolve())
        try:
            return sandbox.submit(work, *arguments).answer()
        finally:
            sandbox.stop()


def _check_open_files(workers: int) -> None:
    """Raises RulebookError where this process may not open what a pool of children needs: it would
    break in the middle, each time at another place."""
    with contextlib.suppress(ImportError):
        import resource

        allowed, needed = resource.getrlimit(resource.RLIMIT_NOFILE)[0], 24 + 2 * workers
        if allowed < needed:
            raise RulebookError(
                f"this process may have {allowed} files open at once, and reading certificates "
                f"takes {needed}; raise the limit (`ulimit -n`, or LimitNOFILE of its service)"
            )


# ---------------------------------------------------------------- in the child


def _confine(caps: Caps, scratch: str) -> None:
    """Give up what a reader does not need. Runs once in every new child, before any file."""
    _end_with_the_parent()
    gc.freeze()  # what is imported is no garbage, and need not be looked through for every file
    tempfile.tempdir = scratch or None
    with contextlib.suppress(ImportError):
        import resource

        for limit, most in (
            (resource.RLIMIT_AS, caps.memory_bytes),
            (resource.RLIMIT_FSIZE, caps.part_bytes if scratch else 0),
            (resource.RLIMIT_NOFILE, 64),
            (resource.RLIMIT_CORE, 0),
        ):
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(limit, (most, most))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for name in [name for name in os.environ if not name.startswith(_ENVIRONMENT)]:
        del os.environ[name]  # a password of whoever runs this is no business of a reader's
    _leave_the_network()
    sys.addaudithook(partial(_check_event, scratch))


def _end_with_the_parent() -> None:
    """End this child as soon as the process that asks it is gone, however that ended. The child's
    own parent is the fork server, which lives as long as any child does.

    The process that asks holds the other end of a pipe; the system announces its end by SIGIO,
    whose default is to end this process, whatever it is busy with.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    with contextlib.suppress(ImportError, AttributeError):  # where the system has no such signal
        import fcntl

        pipe = int(parent.sentinel)
        signal.signal(signal.SIGIO, signal.SIG_DFL)
        fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)
    if not parent.is_alive():
        os._exit(1)


def _leave_the_network() -> None:
    """A network namespace of its own, which holds no device. Where the system does not allow it the
    audit hook stands alone."""
    with contextlib.suppress(OSError, AttributeError):
        unshare = ctypes.CDLL(None, use_errno=True).unshare
        if unshare(_NEW_NETWORK):
            unshare(_NEW_USER | _NEW_NETWORK)


def _check_event(scratch: str, event: str, arguments: tuple[Any, ...]) -> None:
    """The audit hook. Raises PermissionError for what a reader may not do."""
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING
    if not writes and not event.startswith(_FORBIDDEN):
        return
    if scratch and (writes or event in _IN_SCRATCH) and _is_within(scratch, arguments[0]):
        return
    raise PermissionError(f"a reader may not {event}")


def _is_within(scratch: str, path: object) -> bool:
    """Whether a path lies in a folder; a descriptor was opened before, and was asked about then."""
    if isinstance(path, int):
        return True
    return f"{os.path.abspath(str(path))}{os.sep}".startswith(scratch + os.sep)


def _limited(caps: Caps, work: Callable[..., T], *arguments: Any) -> bytes:
    """Some work with a budget of computing time of its own: the system's limit is on the process's
    whole life.

    The answer, or what the work raised, is put together here: whoever asked never takes in more
    than it is ready for, and what cannot be put together does no harm to another file's answer.
    """
    with contextlib.suppress(ImportError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        most = math.ceil(used.ru_utime + used.ru_stime) + caps.cpu_seconds
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))
    try:
        answer = pickle.dumps((True, work(*arguments)))
        return answer if len(answer) <= caps.part_bytes else pickle.dumps((False, AnswerTooLarge()))
    except Exception as error:
        return _raised(error)
    except BaseException:  # SystemExit and its kin would end whoever asked
        os._exit(1)


def _raised(error: Exception) -> bytes:
    """An exception as it is where it can be put together again, and by its name where not."""
    try:
        answer = pickle.dumps((False, error))
        pickle.loads(answer)  # noqa: S301 - just made
        return answer
    except Exception:
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}"[:400])))
