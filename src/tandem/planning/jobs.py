"""Jobs of the plan: after a change, at night, and when somebody asks for it."""

from collections.abc import Callable
from typing import Any

from procrastinate.contrib.django import app

from tandem.collaboration.actions import jobs
from tandem.people.models import Space, SpaceKind
from tandem.planning import alignment as aligning
from tandem.planning import forecasts, schedule, solving
from tandem.planning.models import Solution

_COMPUTED = (SpaceKind.PROJECT, SpaceKind.PRODUCT)


@app.task(name="planning.forecast")
def forecast(space_id: int | None = None, job_id: int | None = None) -> None:
    """The schedule of a project first: forecasts ask it when a predecessor will be there."""

    def work(step: Callable[[str, int, int], Any]) -> str:
        spaces = _spaces(space_id)
        for space in spaces:
            if space.kind == SpaceKind.PROJECT:
                schedule.compute(space)
        if [space.pk for space in spaces] == [space_id]:
            forecasts.compute(spaces[0])
        else:
            forecasts.compute_all(spaces, step)
        return "/roadmap/"

    _carry(job_id, work)


@app.periodic(cron="10 4 * * *")
@app.task(name="planning.nightly", queueing_lock="planning.nightly")
def nightly(timestamp: int) -> None:
    """Every forecast once a day: the day itself has moved on."""
    forecast(None)


@app.task(name="planning.alignment")
def alignment(job_id: int | None = None) -> None:
    """Where the work of every project goes."""

    def work(step: Callable[[str, int, int], Any]) -> str:
        aligning.compute_all(step)
        return "/alignment/"

    _carry(job_id, work)


@app.periodic(cron="40 4 * * *")
@app.task(name="planning.alignment_nightly", queueing_lock="planning.alignment_nightly")
def alignment_nightly(timestamp: int) -> None:
    alignment()


@app.task(name=solving.KIND)
def solve_scenario(solution_id: int, job_id: int) -> None:
    # house: reads — the worker solves what its owner was allowed to ask
    solution = Solution.objects.select_related("scenario").get(pk=solution_id)
    jobs.run(job_id, lambda progress: solving.carry_out(solution, progress))


@app.task(name=solving.PREPARE, queueing_lock=solving.PREPARE)
def prepare_solver() -> None:
    """Asked for with a new scenario: by the time it is to be solved, the search is compiled."""
    solving.prepare()


def _spaces(space_id: int | None) -> list[Space]:
    """The projects and products that a change in this space concerns: itself, or all below a portfolio or programme,
    whose working calendar they inherit. None is everything."""
    rows = list(Space.objects.order_by("id"))
    if space_id is not None:
        known = {space.pk: space for space in rows}

        def is_below(space: Space | None) -> bool:
            while space is not None and space.pk != space_id:
                space = known.get(space.parent_id or 0)
            return space is not None

        own = known.get(space_id)
        rows = [own] if own and own.kind in _COMPUTED else [space for space in rows if is_below(space)]
    return [space for space in rows if space.kind in _COMPUTED]


def _carry(job_id: int | None, work: Callable[[Callable[[str, int, int], Any]], str]) -> None:
    if job_id is None:
        work(lambda phase, done, total: None)
    else:
        jobs.run(job_id, lambda progress: work(progress.step))
