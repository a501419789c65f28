"""Tasks in a process of their own: what they tell, how they end, and that they can be ended."""

import os
import subprocess
import sys
import time

import pytest

from tandem.compute.errors import Uncomputable
from tandem.compute.worker import Stopped, Worker, run
from tests.drawn import timed

ENDLESS = 120
"Seconds after which what only a kill should end does so by itself, so that a test of the kill fails instead of hanging."


class Odd(Exception):
    """An exception that can be made only with two values: it does not survive the way as it is."""

    def __init__(self, first, second):
        super().__init__("odd")


def _double(tell, value):
    return 2 * value


def _count(tell, upto):
    for k in range(upto):
        tell(k)
    return "counted"


def _count_when_told(tell, upto, sign):
    """The first number at once, the others when the sign is there."""
    tell(0)
    end = time.perf_counter() + ENDLESS
    while not os.path.exists(sign):
        assert time.perf_counter() < end, "nobody heard the first before the end"
        time.sleep(0.01)
    for k in range(1, upto):
        tell(k)


def _hang(tell):
    tell("began")
    end = time.perf_counter() + ENDLESS
    while time.perf_counter() < end:  # never looks up: only a kill ends it
        pass


def _grow(tell):
    tell("began")
    held = [bytearray(16 << 20) for _ in range(64)]
    return len(held)


def _raise(tell, kind):
    if kind == "odd":
        raise Odd(1, 2)
    if kind == "rule":
        raise Uncomputable("cycle", path=["a", "b", "a"])
    raise KeyError(kind)


def _die(tell):
    tell("before")
    print("last words", file=sys.stderr, flush=True)
    os._exit(7)


def _children(tell):
    child = subprocess.Popen(["sleep", str(ENDLESS)])
    tell(child.pid)
    time.sleep(ENDLESS)


def _who(tell):
    return os.getpid(), sys.modules.get("__main__").__dict__.get("__file__"), "fractions" in sys.modules


def _is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_a_task_answers():
    assert run(_double, 21) == 42


def test_what_is_told_arrives_in_order_and_before_the_end(tmp_path):
    heard = []
    with Worker() as worker:
        assert worker.run(_count, 3, told=heard.append) == "counted"
        assert heard == [0, 1, 2]
        values = worker.stream(_count_when_told, 5, str(tmp_path / "go on"))
        assert next(values) == 0
        (tmp_path / "go on").touch()
        assert list(values) == [1, 2, 3, 4]


def test_one_process_serves_many_tasks_quickly():
    with Worker() as worker:
        first = worker.run(_who)[0]
        began = time.process_time()
        assert all(worker.run(_double, k) == 2 * k for k in range(200))
        assert time.process_time() - began < 1
        assert worker.run(_who)[0] == first != os.getpid()


def test_the_process_does_not_run_the_callers_main_program_again():
    assert run(_who)[1] is None


def test_modules_can_be_loaded_ahead():
    with Worker(preload=("fractions",)) as worker:
        worker.start()
        assert worker.run(_who)[2]


@timed
def test_a_task_that_hangs_is_killed_at_its_deadline_and_the_last_it_told_is_kept(is_timed):
    with Worker() as worker:
        worker.run(_double, 1)  # it has started: what follows is the task's time alone
        began = time.perf_counter()
        with pytest.raises(Stopped) as stopped:
            worker.run(_hang, seconds=1.0)
    assert (stopped.value.code, stopped.value.params, stopped.value.last) == (
        "timed_out",
        {"seconds": 1.0},
        "began",
    )
    assert not is_timed or time.perf_counter() - began < 3


def test_after_a_kill_the_next_task_gets_a_new_process():
    with Worker() as worker:
        old = worker.run(_who)[0]
        with pytest.raises(Stopped):
            worker.run(_hang, seconds=0.3)
        assert not _is_alive(old)
        assert worker.run(_double, 2) == 4


def test_a_cancelled_task_ends_at_once():
    heard = []
    with Worker() as worker:
        with pytest.raises(Stopped) as stopped:
            worker.run(_hang, told=heard.append, cancelled=lambda: bool(heard))
        assert (stopped.value.code, stopped.value.last) == ("cancelled", "began")


def test_a_caller_that_stops_listening_ends_the_task_and_its_children():
    with Worker() as worker:
        values = worker.stream(_children)
        child = next(values)
        assert _is_alive(child)
        values.close()
        deadline = time.perf_counter() + 60
        while _is_alive(child) and time.perf_counter() < deadline:
            time.sleep(0.01)
        assert not _is_alive(child)


def test_memory_above_the_limit_is_refused_by_name():
    with pytest.raises(Stopped) as stopped:
        run(_grow, memory=256 << 20, seconds=30)
    assert (stopped.value.code, stopped.value.last) == ("out_of_memory", "began")
    assert stopped.value.params == {"limit": 256 << 20}


def test_an_exception_keeps_its_type():
    with Worker() as worker:
        with pytest.raises(KeyError, match="wrong") as raised:
            worker.run(_raise, "wrong")
        assert "_raise" in "".join(raised.value.__notes__)
        with pytest.raises(Uncomputable) as refused:
            worker.run(_raise, "rule")
        assert (refused.value.code, refused.value.params) == ("cycle", {"path": ["a", "b", "a"]})
        with pytest.raises(Uncomputable) as failed:
            worker.run(_raise, "odd")
        assert (failed.value.code, failed.value.params["error"]) == ("worker_failed", "Odd")
        assert worker.run(_double, 1) == 2


def test_a_death_is_told_with_exit_and_last_words():
    with pytest.raises(Stopped) as stopped:
        run(_die)
    assert stopped.value.code == "worker_died"
    assert stopped.value.params == {"exit": 7, "detail": "last words"}
    assert stopped.value.last == "before"


def test_a_function_that_has_no_name_is_refused():
    with pytest.raises(Uncomputable) as refused:
        run(lambda tell: 1)
    assert refused.value.code == "not_importable"


def test_a_caller_that_dies_takes_the_process_with_it():
    code = (
        f"import sys; sys.path[:] = {sys.path!r}\nfrom tandem.compute.worker import Worker\n"
        "from tests.compute.test_worker import _children\nvalues = Worker().stream(_children)\n"
        "next(values); import os; print(values.gi_frame.f_locals['self']._process.pid, flush=True); os._exit(9)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=os.getcwd())
    pid = int(told.stdout)
    deadline = time.perf_counter() + 60
    while _is_alive(pid) and time.perf_counter() < deadline:
        time.sleep(0.01)
    assert not _is_alive(pid)
