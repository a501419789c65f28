"""Jobs of imports. Each can be brought back after a kill: the transaction left nothing, or everything."""

from procrastinate.contrib.django import app

from tandem.collaboration.actions import jobs
from tandem.collaboration.actions.jobs import Progress
from tandem.exchange.actions import imports
from tandem.exchange.models import Import


@app.task(name="exchange.apply")
def apply(job_id: int, import_id: int) -> None:
    def work(progress: Progress) -> str:
        imports.carry_out(imported=Import.objects.get(pk=import_id), step=progress.step)
        return f"/imports/{import_id}/"

    jobs.run(job_id, work)


@app.task(name="exchange.preview")
def preview(job_id: int, import_id: int) -> None:
    def work(progress: Progress) -> str:
        imported = Import.objects.get(pk=import_id)
        imports.examine(actor=imported.owner, imported=imported)
        if imported.state == Import.State.UPLOADED:
            imports.preview(actor=imported.owner, imported=imported, step=progress.step)
        return f"/imports/{import_id}/"

    jobs.run(job_id, work)


@app.periodic(cron="40 3 * * *")
@app.task(name="exchange.forget_old", queueing_lock="exchange.forget_old")
def forget_old(timestamp: int) -> None:
    imports.forget_old()
