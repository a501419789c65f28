"""Where heavy engines run: a process of their own, with a limit of memory and a deadline that holds.

A solver in C++ cannot be asked to stop while it allocates or searches; a process can be ended. A task is a
function that can be imported by name; it is called as `function(tell, *args)`, and what it hands to `tell`
(incumbents) reaches the caller at once. The process is a fresh interpreter, never a fork of one with threads,
and does not run the caller's main program again.
"""

import importlib
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Generator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import IO, Any, TypeVar

from tandem.compute.errors import Uncomputable

R = TypeVar("R")
Tell = Callable[[Any], None]
MEMORY = 2 << 30  # bytes
_LOOK = 0.02  # seconds between two questions whether the task was cancelled
_LAST_WORDS = ("bad_alloc", "out of memory", "cannot allocate memory", "memoryerror")


class Stopped(Uncomputable):
    """A task that did not end by itself: `timed_out` (seconds), `cancelled`, `out_of_memory` (limit) or
    `worker_died` (exit, detail). `last` is what it told last (None: nothing)."""

    def __init__(self, code: str, last: Any = None, **params: object) -> None:
        super().__init__(code, **params)
        self.last = last


class Worker:
    """A process that takes one task after the other; after a stop the next task gets a new one.

    `memory` in bytes bounds what the process may write to (RLIMIT_DATA: reserved address space, of which
    solvers and compilers take much, does not count). `preload` names modules that it imports while idle. One that
    `gives_way` lets every other process have the processor first, and so do the processes that it starts."""

    def __init__(self, *, memory: int = MEMORY, preload: tuple[str, ...] = (), gives_way: bool = False) -> None:
        self._memory, self._preload, self._gives_way = memory, preload, gives_way
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None
        self._noise: IO[bytes] | None = None
        self._busy = threading.Lock()
        self._owner: int | None = None

    def __enter__(self) -> "Worker":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start the process ahead of the first task; it imports what it should while the caller goes on."""
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        ours, theirs = socket.socketpair()
        code = (
            f"import sys; sys.path[:] = {sys.path!r}\nfrom tandem.compute.worker import serve\n"
            f"serve({theirs.fileno()}, {self._memory}, {self._preload!r}, {self._gives_way})"
        )
        # one thread for linear algebra: its buffers, one for each core, would count as our memory
        surroundings = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        self._noise = tempfile.TemporaryFile()  # noqa: SIM115 (it lives as long as the process)
        self._process = subprocess.Popen(  # noqa: S603 (our own interpreter with our own words)
            [sys.executable, "-c", code],
            stdin=subprocess.DEVNULL,
            stdout=self._noise,
            stderr=self._noise,
            pass_fds=(theirs.fileno(),),
            env=surroundings,
            start_new_session=True,
        )
        theirs.close()
        self._line = Connection(ours.detach())

    def close(self) -> None:
        """End the process at once, whatever it does, and all that it has started."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for held in (self._line, self._noise):
            if held is not None:
                held.close()
        self._line = self._noise = None

    def run(
        self,
        function: Callable[..., R],
        *args: Any,
        seconds: float | None = None,
        told: Callable[[Any], object] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> R:
        """`function(tell, *args)` in the process; `told` is called here with each value that it tells.

        Raises `Stopped`, what the function raised (its own type where it can be carried over, else
        `Uncomputable("worker_failed", error, detail)`), or `Uncomputable("not_importable", name)`."""
        values = self.stream(function, *args, seconds=seconds, cancelled=cancelled)
        while True:
            try:
                value = next(values)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            if told is not None:
                told(value)

    def stream(
        self,
        function: Callable[..., R],
        *args: Any,
        seconds: float | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Generator[Any, None, R]:
        """Like `run`, as a generator of what is told; its return value is the result. A caller that closes
        it before the end has the process ended. Another thread's task waits for its end; another one of the same thread
        is refused, since it would wait for itself: `Uncomputable("worker_busy")`."""
        task = _packed(function, args)
        if self._busy.locked() and self._owner == threading.get_ident():
            raise Uncomputable("worker_busy", name=function.__qualname__)
        with self._busy:
            self._owner = threading.get_ident()
            finished = False
            try:
                begin = perf_counter()
                self.start()
                self._send(task)
                result: R = yield from self._listen(begin, seconds, cancelled)
                finished = True
                return result
            except Stopped:
                raise
            except Exception:  # the task's own: the process is sound
                finished = self._process is not None and self._process.poll() is None
                raise
            finally:
                self._owner = None
                if not finished:
                    self.close()

    def _send(self, task: bytes) -> None:
        assert self._line is not None
        with suppress(OSError):  # it died: listening finds out why
            self._line.send_bytes(task)

    def _listen(
        self, begin: float, seconds: float | None, cancelled: Callable[[], bool] | None
    ) -> Generator[Any, None, Any]:
        assert self._line is not None
        last: Any = None
        while True:
            wait = 60.0 if cancelled is None else _LOOK
            if seconds is not None:
                wait = min(wait, begin + seconds - perf_counter())
            try:
                if self._line.poll(max(wait, 0)):
                    kind, value = self._line.recv()
                    if kind == "told":
                        last = value
                        yield value
                    elif kind == "memory":
                        raise Stopped("out_of_memory", last, limit=self._memory)
                    elif kind == "done":
                        return value
                    else:
                        raise _raised(value)
            except (EOFError, ConnectionError):
                raise self._death(last) from None
            if cancelled is not None and cancelled():
                raise Stopped("cancelled", last)
            if seconds is not None and perf_counter() >= begin + seconds:
                raise Stopped("timed_out", last, seconds=seconds)

    def _death(self, last: Any) -> Stopped:
        assert self._process is not None
        assert self._noise is not None
        status = self._process.wait()
        self._noise.seek(max(0, self._noise.seek(0, os.SEEK_END) - 2000))
        noise = self._noise.read().decode(errors="replace").strip()
        # SIGKILL that we did not send comes from a system that ran out of memory
        if status == -signal.SIGKILL or any(word in noise.lower() for word in _LAST_WORDS):
            return Stopped("out_of_memory", last, limit=self._memory)
        return Stopped("worker_died", last, exit=status, detail=noise[-300:])


def run(
    function: Callable[..., R],
    *args: Any,
    seconds: float | None = None,
    memory: int = MEMORY,
    told: Callable[[Any], object] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> R:
    """One task in a fresh process that ends with it; see `Worker.run`."""
    with Worker(memory=memory) as worker:
        return worker.run(function, *args, seconds=seconds, told=told, cancelled=cancelled)


def _packed(function: Callable[..., Any], args: tuple[Any, ...]) -> bytes:
    name = f"{function.__module__}.{function.__qualname__}"
    if function.__module__ == "__main__" or "<" in function.__qualname__:
        raise Uncomputable("not_importable", name=name)
    return pickle.dumps((sys.path, function.__module__, function.__qualname__, pickle.dumps(args, 5)), 5)


def _raised(value: tuple[str, Any, str, str]) -> BaseException:
    """What the task raised, as nearly as it can be carried over, with the trace of the other process."""
    kind, carried, name, trace = value
    error: BaseException
    if kind == "refused":
        error = Uncomputable(carried[0], **carried[1])
    else:
        try:
            error = pickle.loads(carried)  # noqa: S301 (from our own process)
        except Exception:
            error = Uncomputable("worker_failed", error=name, detail=trace[-300:])
    error.add_note(trace)
    return error


# -- in the process ----------------------------------------------------------------------------------------


def serve(descriptor: int, memory: int, preload: tuple[str, ...], gives_way: bool) -> None:
    """The life of the process: one task after the other until the caller hangs up."""
    _limit(memory)
    if gives_way:
        give_way()
    else:  # as the process that started it
        _stand_back()
    os.set_inheritable(descriptor, False)
    line = Connection(descriptor)
    tasks: list[bytes] = []
    arrived = threading.Semaphore(0)

    def receive() -> None:
        # its own thread: a caller that is gone must end a task that never looks at the line
        try:
            while True:
                tasks.append(line.recv_bytes())
                arrived.release()
        except (EOFError, OSError):
            os._exit(0)

    threading.Thread(target=receive, daemon=True).start()
    for name in preload:
        importlib.import_module(name)
    sending = threading.Lock()

    def tell(value: Any) -> None:
        with sending:
            line.send(("told", value))

    while True:
        arrived.acquire()
        answer = _answer(tasks.pop(0), tell)
        with sending:
            line.send(answer)


def _limit(memory: int) -> None:
    try:
        import resource
    except ImportError:  # a system without limits: the deadline still holds
        return
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def give_way() -> None:
    """From now on every other process has the processor first."""
    if hasattr(os, "nice"):
        os.nice(10)
        _stand_back()


def _stand_back() -> None:
    """Where Linux shares the processor by session first, the place within one's own session says nothing: the session takes it,
    if it is ours alone."""
    with suppress(OSError, AttributeError):
        if (nice := os.nice(0)) > 0 and os.getsid(0) == os.getpid():
            Path("/proc/self/autogroup").write_text(str(nice))


def _answer(task: bytes, tell: Tell) -> tuple[str, Any]:
    try:
        path, module, name, args = pickle.loads(task)  # noqa: S301 (from the caller, on a private line)
        sys.path[:] = path
        function: Any = importlib.import_module(module)
        for part in name.split("."):
            function = getattr(function, part)
        value = function(tell, *pickle.loads(args))  # noqa: S301
        pickle.dumps(value, 5)
        return "done", value
    except MemoryError:
        return "memory", None
    except BaseException as error:  # also SystemExit: the caller must learn of it
        trace = "".join(traceback.format_exception(error))
        if type(error) is Uncomputable:
            return "raised", ("refused", (error.code, error.params), "Uncomputable", trace)
        try:
            carried = pickle.dumps(error)
        except Exception:
            carried = b""
        return "raised", ("raised", carried, type(error).__name__, trace)
