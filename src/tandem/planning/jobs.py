"""Jobs of the plan: after a change, at night, and when somebody asks for it."""

from collections.abc import Callable
from typing import Any

from procrastinate.contrib.django import app

from tandem.collaboration.actions import jobs
from tandem.people.models import Space, SpaceKind
from tandem.planning import forecasts, schedule


@app.task(name="planning.forecast")
def forecast(space_id: int | None = None, job_id: int | None = None) -> None:
    """The schedule of a project first: forecasts ask it when a predecessor will be there."""

    def work(step: Callable[[str, int, int], Any]) -> str:
        for space in _spaces(space_id):
            if space.kind == SpaceKind.PROJECT:
                schedule.compute(space)
            if space_id is not None:
                forecasts.compute(space)
        if space_id is None:
            forecasts.compute_all(step)
        return "/roadmap/"

    _carry(job_id, work)


@app.task(name="planning.schedule")
def reschedule(space_id: int, job_id: int | None = None) -> None:
    """The dates of one project from its network."""

    def work(step: Callable[[str, int, int], Any]) -> str:
        for space in _spaces(space_id):
            schedule.compute(space)
        return ""

    _carry(job_id, work)


@app.periodic(cron="10 4 * * *")
@app.task(name="planning.nightly", queueing_lock="planning.nightly")
def nightly(timestamp: int) -> None:
    """Every forecast once a day: the day itself has moved on."""
    forecast(None)


def _spaces(space_id: int | None) -> Any:
    rows = Space.objects.filter(kind__in=(SpaceKind.PROJECT, SpaceKind.PRODUCT)).order_by("id")
    return rows.filter(pk=space_id) if space_id is not None else rows


def _carry(job_id: int | None, work: Callable[[Callable[[str, int, int], Any]], str]) -> None:
    if job_id is None:
        work(lambda phase, done, total: None)
    else:
        jobs.run(job_id, lambda progress: work(progress.step))
