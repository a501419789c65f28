"""What the worker does for this room: risks and changes computed, reviews called to mind, issues on which nothing moves told up the tree."""

from collections.abc import Callable
from typing import Any

from procrastinate.contrib.django import app

from tandem.collaboration.actions import jobs
from tandem.governance.actions import (
    change_impacts,
    escalations,
    issues,
    meeting_series,
    meetings,
    onboardings,
    reminders,
    risk_runs,
    risks,
)
from tandem.governance.models import ChangeRequest, Issue
from tandem.kit import jobs as queue
from tandem.kit.errors import Denied, Failed, Hidden, Refused, is_full
from tandem.people.models import Space


@queue.computes
@app.task(name=risks.COMPUTE)
def compute_risks(space_id: int, job_id: int | None = None) -> None:
    # house: reads — the worker computes what its owner was allowed to ask
    def work(step: Callable[[str, int, int], Any]) -> str:
        space = Space.objects.get(pk=space_id)
        step("risks", 0, 0)
        risk_runs.compute(space)
        return f"/risks/exposure/?in={space.key}"

    if job_id is None:
        work(lambda *_: None)
    else:
        jobs.run(job_id, lambda progress: work(progress.step))


@queue.computes
@app.task(name=issues.EFFECT)
def issue_effect(issue_id: int) -> None:
    # house: reads — the worker computes what its owner was allowed to ask
    issue = Issue.objects.select_related("space").filter(pk=issue_id).first()
    if issue is not None:
        risk_runs.effect_of(issue)


@queue.computes
@app.task(name=change_impacts.COMPUTE)
def compute_change(request_id: int, job_id: int) -> None:
    # house: reads — the worker computes what its owner was allowed to ask
    def work(step: Callable[[str, int, int], Any]) -> str:
        request = ChangeRequest.objects.select_related("scenario", "space").get(pk=request_id)
        step("planning", 0, 0)
        try:
            change_impacts.compute(request)
        except (Refused, Denied, Hidden, queue.Interrupted, MemoryError):
            raise
        except Exception as problem:
            if jobs.is_passing(problem) or is_full(problem):  # the database's own trouble: nothing of anybody's
                raise
            raise Failed(problem) from None
        return f"/changes/{request_id}/"

    jobs.run(job_id, lambda progress: work(progress.step))


@app.periodic(cron="50 4 * * *")
@queue.computes
@app.task(name="governance.nightly", queueing_lock="governance.nightly")
def nightly(timestamp: int) -> None:
    """The course of the exposure has a point for each day; what issues do to plans is read anew."""
    risk_runs.compute_all()
    risk_runs.effects_anew()


@app.periodic(cron="20 * * * *")
@app.task(name="governance.remind", queueing_lock="governance.remind")
def remind(timestamp: int) -> None:
    escalations.escalate()
    reminders.remind()


@app.periodic(cron="40 * * * *")
@app.task(name="governance.meetings", queueing_lock="governance.meetings")
def prepare_meetings(timestamp: int) -> None:
    """The next meetings of each series stand in the calendar; the agendas of those that near are gathered."""
    meeting_series.make_ahead()
    meetings.gather_due()


@app.periodic(cron="45 5 * * *")
@app.task(name="governance.remind_of_onboarding", queueing_lock="governance.remind_of_onboarding")
def remind_of_onboarding(timestamp: int) -> None:
    onboardings.remind()
