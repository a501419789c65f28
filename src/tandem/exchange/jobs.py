"""Jobs of imports. Each can be brought back after a kill: the transaction left nothing, or everything."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connections
from procrastinate.contrib.django import app

from tandem.collaboration.actions import jobs
from tandem.collaboration.actions.jobs import Progress
from tandem.exchange.actions import imports
from tandem.exchange.models import Import
from tandem.exchange.taking_over.context import Step


@app.task(name="exchange.apply")
def apply(job_id: int, import_id: int) -> None:
    def work(progress: Progress) -> str:
        with beside(progress) as step:
            imports.carry_out(imported=Import.objects.get(pk=import_id), step=step)
        return f"/imports/{import_id}/"

    jobs.run(job_id, work)


@app.task(name="exchange.preview")
def preview(job_id: int, import_id: int) -> None:
    def work(progress: Progress) -> str:
        imported = Import.objects.get(pk=import_id)
        with beside(progress) as step:
            imports.examine(actor=imported.owner, imported=imported)
            if imported.state == Import.State.UPLOADED:
                imports.preview(actor=imported.owner, imported=imported, step=step)
        return f"/imports/{import_id}/"

    jobs.run(job_id, work)


@app.periodic(cron="40 3 * * *")
@app.task(name="exchange.forget_old", queueing_lock="exchange.forget_old")
def forget_old(timestamp: int) -> None:
    imports.forget_old()


@contextmanager
def beside(progress: Progress) -> Iterator[Step]:
    """Progress on a connection of its own: the import is one long transaction, and nobody sees what it writes before its
    end, nor could tell it to stop while it holds the row of the job."""
    with ThreadPoolExecutor(1, thread_name_prefix="import-progress") as aside:

        def step(phase: str, done: int, total: int) -> None:
            aside.submit(progress.step, phase, done, total).result()

        try:
            yield step
        finally:
            aside.submit(connections.close_all).result()
