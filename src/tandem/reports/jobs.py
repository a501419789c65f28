"""Jobs of exports."""

from procrastinate.contrib.django import app

from tandem.collaboration.actions import jobs
from tandem.collaboration.models import Job
from tandem.reports.exports import stored


@app.task(name=stored.KIND)
def export(job_id: int, query: str, language: str) -> None:
    # house: reads — the worker writes what the job's owner may see
    job = Job.objects.select_related("owner").get(pk=job_id)
    jobs.run(job_id, lambda progress: stored.carry_out(job, query, language, progress))


@app.periodic(cron="50 3 * * *")
@app.task(name="reports.forget_exports", queueing_lock="reports.forget_exports")
def forget_exports(timestamp: int) -> None:
    stored.forget_old()
