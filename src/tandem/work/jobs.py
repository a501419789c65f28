"""What the worker does for this room now and then."""

from procrastinate.contrib.django import app

from tandem.collaboration.actions import jobs
from tandem.collaboration.models import Job
from tandem.work.actions import archiving_rules, derived, recurrences, reminders, retirements


@app.periodic(cron="5 * * * *")
@app.task(name="work.remind", queueing_lock="work.remind")
def remind(timestamp: int) -> None:
    """Every hour: somewhere a day begins."""
    reminders.remind()


@app.periodic(cron="20 * * * *")
@app.task(name="work.recur", queueing_lock="work.recur")
def recur(timestamp: int) -> None:
    """Every hour: somewhere a day begins."""
    recurrences.make_due()


@app.task(name="work.derive")
def derive(space_id: int) -> None:
    """A formula or a roll-up was defined where there are many items."""
    derived.settle(space_id)


@app.task(name=retirements.KIND)
def retire_state(job_id: int, state_id: int, into_id: int, language: str) -> None:
    job = Job.objects.select_related("owner", "space").get(pk=job_id)
    jobs.run(job_id, lambda progress: retirements.carry_out(job, state_id, into_id, language, progress))


@app.periodic(cron="25 2 * * *")
@app.task(name="work.archive", queueing_lock="work.archive")
def archive(timestamp: int) -> None:
    """Every night: finished work by the rules of its projects."""
    archiving_rules.put_away_all()


@app.task(name=archiving_rules.KIND)
def archive_by_rule(job_id: int) -> None:
    job = Job.objects.select_related("owner", "space").get(pk=job_id)
    jobs.run(job_id, lambda progress: archiving_rules.carry_out(job, progress))
