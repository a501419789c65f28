"""Where the worker runs the jobs that compute: in processes of their own, each with a limit of memory.

An engine that asks for all memory, or that does not hear that it should stop, costs its own process and its own job;
the worker, the other jobs and the web server do not feel it, and pages have the processor first. A process is kept
for the next job, with what is loaded and compiled."""

import gc
import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from procrastinate import App

from tandem.compute.worker import Stopped, Tell, Worker
from tandem.kit import jobs

log = logging.getLogger("tandem.jobs")

HEARS_WITHIN = 10.0
"Seconds in which a job that somebody stopped has to end by itself."
LONGEST = 4 * 3600.0
"Seconds after which nothing that computes is still believed to end."
_ASKS = 2.0
RARELY = (100_000, 20, 20)
"""How often Python looks for circles in what is kept: a plan is made of some hundred thousand rows at once, and looking after
every seven hundredth, as it would, takes two fifths of the time."""


class Engines:
    """A process for each job that computes now, and one that waits for the next."""

    def __init__(self, memory: int, *, hears_within: float = HEARS_WITHIN, longest: float = LONGEST) -> None:
        self._memory, self._hears_within, self._longest = memory, hears_within, longest
        self._idle: list[Worker] = []
        self._turn = threading.Lock()

    def take_over(self, app: App) -> None:
        """From now on the tasks that compute go through here; in their process they are what they were."""
        for name in jobs.computing:
            task = app.tasks[name]
            task.func = partial(self.run, task.func)

    def run(self, function: Callable[..., None], **arguments: Any) -> None:
        """`function` is known by its module and name; a task of the same name stands for its function."""
        name = f"{function.__module__}.{function.__qualname__}"
        worker = self._take()
        try:
            worker.run(carry_out, name, arguments, seconds=self._longest, cancelled=_Stop(arguments.get("job_id"), self._hears_within))
        except Stopped as stopped:
            self._ended(name, arguments.get("job_id"), stopped)
        finally:
            self._give_back(worker)

    def close(self) -> None:
        with self._turn:
            for worker in self._idle:
                worker.close()
            self._idle.clear()

    def _take(self) -> Worker:
        with self._turn:
            return self._idle.pop() if self._idle else Worker(memory=self._memory, gives_way=True)

    def _give_back(self, worker: Worker) -> None:
        """One waits for the next job; more would hold some hundred megabytes each for nothing."""
        with self._turn:
            if not self._idle:
                self._idle.append(worker)
                return
        worker.close()

    def _ended(self, name: str, job_id: int | None, stopped: Stopped) -> None:
        from tandem.collaboration.actions.jobs import end_killed

        if jobs.stopping.is_set() or stopped.code == "worker_died":
            log.warning("the process of %s ended: %s", name, stopped)
            raise jobs.Interrupted from stopped  # the queue brings it back, some times
        log.error("%s was ended: %s", name, stopped)
        if job_id is not None:
            limit = self._memory >> 20 if stopped.code == "out_of_memory" else round(self._longest / 3600)
            end_killed(job_id, stopped.code, limit)
        elif stopped.code != "cancelled":
            raise stopped


class _Stop:
    """Whether the process is to be ended: the worker stops, or somebody asked the job to stop and it did not listen."""

    def __init__(self, job_id: int | None, hears_within: float) -> None:
        self._job_id, self._hears_within = job_id, hears_within
        self._asked_at, self._told_at = time.monotonic(), 0.0

    def __call__(self) -> bool:
        if jobs.stopping.is_set():
            return True
        now = time.monotonic()
        if self._job_id is None or now - self._asked_at < min(_ASKS, self._hears_within):
            return False
        self._asked_at = now
        if not self._told_at and self._is_cancel_requested():
            self._told_at = now
        return bool(self._told_at) and now - self._told_at >= self._hears_within

    def _is_cancel_requested(self) -> bool:
        from tandem.collaboration.models import Job

        # house: reads — the worker looks after everybody's jobs
        return Job.objects.filter(pk=self._job_id, is_cancel_requested=True).exists()


# -- in the process ----------------------------------------------------------------------------------------


def carry_out(tell: Tell, name: str, arguments: dict[str, Any]) -> None:
    """The task as its app wrote it. It leaves no connection open: the process may wait long for the next."""
    gc.set_threshold(*RARELY)
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
    from django.db import connections
    from django.utils.module_loading import import_string

    from tandem.collaboration.actions.jobs import is_passing

    task = import_string(name)
    try:
        getattr(task, "func", task)(**arguments)
    except Exception as problem:
        if is_passing(problem):  # its cause would not reach the worker
            raise jobs.Interrupted(str(problem)) from problem
        raise
    finally:
        connections.close_all()


def engines_of(app: App) -> Callable[[], None]:
    """Make the tasks that compute run apart; the answer ends their processes."""
    engines = Engines(settings.ENGINE_MEMORY)
    engines.take_over(app)
    return engines.close
