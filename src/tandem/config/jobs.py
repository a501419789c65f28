"""The job queue as the worker runs it: what is tried again, and how a killed worker's jobs come back."""

import asyncio
import contextlib
import logging
import os
import signal
from typing import Any

from procrastinate import App, BaseRetryStrategy, RetryDecision
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from tandem.kit import jobs

log = logging.getLogger("tandem.jobs")

BEAT_SECONDS = 5.0
DEAD_AFTER_SECONDS = 20.0
"A worker that was silent so long is dead; with a sweep every few seconds its jobs run again within half a minute."
MOST_ATTEMPTS = 6
SHORT_SLOTS = 6
"Messages, letters and rules that may be under way at once: no long computation holds them up, and they hold up none."
_LAST_WORDS_SECONDS = 2.0
_KEPT_HOURS = 7 * 24


class Again(BaseRetryStrategy):
    """A job that ended through no fault of its own runs again: soon, then later and later."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        from tandem.collaboration.actions.jobs import is_passing

        passing = isinstance(exception, jobs.Interrupted) or is_passing(exception)
        if not passing or job.attempts >= MOST_ATTEMPTS:
            return None
        return RetryDecision(retry_in={"seconds": 0 if jobs.stopping.is_set() else 2 ** (job.attempts + 1)})


class Once(JobManager):
    """Of jobs that are queued once, one may wait already when another is to be tried again: the one that waits does it."""

    async def retry_job(self, job: Job, *args: Any, **options: Any) -> None:
        try:
            await super().retry_job(job, *args, **options)
        except UniqueViolation:
            await self.finish_job(job, Status.ABORTED, delete_job=True)


def on_ready(app: App) -> None:
    """Jobs are found in each app's `jobs.py`; here they get what they have in common."""
    for task in app.tasks.values():
        if task.retry_strategy is None:
            task.retry_strategy = Again()


def work() -> None:
    """Stay until SIGTERM or Ctrl-C, also when the database goes away and comes back."""
    from procrastinate.contrib.django import app

    from tandem.config.engines import engines_of
    from tandem.config.sealing import Follower, Keeper, Teller

    close_engines = engines_of(app)
    threads = (Keeper(), Teller(), Follower())
    for thread in threads:
        thread.start()
    asyncio.run(_work(app))
    for thread in threads:
        thread.end()
    close_engines()


async def _work(app: Any) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, stop.set)
    asked = asyncio.create_task(stop.wait())
    while True:
        running = asyncio.create_task(_until_trouble(app))
        await asyncio.wait({running, asked}, return_when=asyncio.FIRST_COMPLETED)
        if asked.done():
            await _end(running)
            return
        problem = running.exception()
        log.warning("the worker lost the database and tries again: %s", problem or "it stopped by itself")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(asked), 1)
            return


async def _end(running: "asyncio.Task[None]") -> None:
    """Jobs let go at their next step and wait for the next worker. One that does not listen is left: its
    transaction ends with this process, and the sweep brings it back."""
    jobs.stopping.set()
    running.cancel()
    done, _ = await asyncio.wait({running}, timeout=_LAST_WORDS_SECONDS)
    if not done:
        os._exit(0)  # an orderly end would wait for its thread


def for_worker(app: Any) -> App:
    """The same tasks on connections of the worker's own. What a job itself queues stays in its transaction:
    it goes through `app`, whose connection is the job's."""
    own = App(connector=app.connector.get_worker_connector(), worker_defaults=app.worker_defaults)
    own.tasks, own.periodic_registry, own.job_manager = app.tasks, app.periodic_registry, Once(own.connector)
    return own


async def _until_trouble(app: Any) -> None:
    own = for_worker(app)
    async with own.open_async():
        sweeping = asyncio.create_task(_sweep(own))
        lanes = {jobs.USUAL: max(2, os.cpu_count() or 2), jobs.SHORT: SHORT_SLOTS}
        try:
            async with asyncio.TaskGroup() as group:
                for lane, slots in lanes.items():
                    group.create_task(_lane(own, lane, slots))
        except BaseExceptionGroup as problems:
            raise problems.exceptions[0] from None
        finally:
            sweeping.cancel()


async def _lane(own: App, lane: str, slots: int) -> None:
    await own.run_worker_async(
        queues=[lane],
        concurrency=slots,
        install_signal_handlers=False,
        listen_notify=True,
        delete_jobs="successful",
        update_heartbeat_interval=BEAT_SECONDS,
        stalled_worker_timeout=DEAD_AFTER_SECONDS,
    )
    raise RuntimeError(f"the lane “{lane}” stopped by itself")


async def _sweep(app: App) -> None:
    """For ever: bring back the jobs of dead workers; forget old ones now and then."""
    rounds = 0
    while True:
        try:
            await bring_back(app)
            if rounds % 720 == 0:
                await app.job_manager.delete_old_jobs(
                    nb_hours=_KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
                )
            rounds += 1
        except ConnectorException as problem:
            log.warning("the sweep for lost jobs waits for the database: %s", problem)
        await asyncio.sleep(BEAT_SECONDS)


async def bring_back(app: App) -> int:
    """Queue the jobs of dead workers again; one that was tried too often, or that waits already, ends."""
    found = 0
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_SECONDS):
        found += 1
        log.warning("job %s (%s) was left by a worker that ended", job.id, job.task_name)
        try:
            if job.attempts >= MOST_ATTEMPTS:
                await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
            else:
                await app.job_manager.retry_job(job)
        except ConnectorException as problem:
            log.warning("job %s: %s", job.id, problem)  # another sweep was faster
    return found
