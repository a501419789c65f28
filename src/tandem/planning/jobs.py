"""Jobs of the plan: after a change, at night, and when somebody asks for it."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from procrastinate.contrib.django import app

from tandem.collaboration.actions import jobs
from tandem.compute.errors import Uncomputable
from tandem.kit import clock
from tandem.kit import jobs as queue
from tandem.people.models import Space, SpaceKind
from tandem.planning import alignment as aligning
from tandem.planning import forecasts, schedule
from tandem.planning.actions import plan_conflicts, plan_ranges, plan_scenarios
from tandem.planning.models import LevelledPlan, PlanConflict, PlanScenario, Solution
from tandem.planning.stale import LEVEL, PREPARE, SEARCH, SOLVE

log = logging.getLogger("tandem.jobs")
_APART = 5
"""Seconds between two levelled plans."""
_AFTER = 20
"""Seconds after its forecast that the range of a project is computed: a stream of changes is one."""
_COMPUTED = (SpaceKind.PROJECT, SpaceKind.PRODUCT)


@queue.computes
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
            if spaces[0].kind == SpaceKind.PROJECT:
                queue.enqueue(plan_ranges.RANGE, once=f"range:{space_id}", in_seconds=_AFTER, space_id=space_id)
        else:
            forecasts.compute_all(spaces, step)
        return "/roadmap/"

    _carry(job_id, work)


@app.periodic(cron="10 4 * * *")
@queue.computes
@app.task(name="planning.nightly", queueing_lock="planning.nightly")
def nightly(timestamp: int) -> None:
    """Every forecast once a day: the day itself has moved on."""
    forecast(None)


@queue.computes
@app.task(name=plan_ranges.RANGE)
def plan_range(space_id: int, job_id: int | None = None) -> None:
    def work(step: Callable[[str, int, int], Any]) -> str:
        step("range", 0, 0)
        space = Space.objects.get(pk=space_id)
        _ranging().compute(space)
        return f"/plan/ranges/{space.key}/"

    _carry(job_id, work)


@app.periodic(cron="50 4 * * *")
@queue.computes
@app.task(name="planning.ranges_nightly", queueing_lock="planning.ranges_nightly")
def ranges_nightly(timestamp: int) -> None:
    """Of every project, and of what stands above them."""
    kinds = (SpaceKind.PROJECT, SpaceKind.PROGRAMME, SpaceKind.PORTFOLIO, SpaceKind.ORGANISATION)
    for space in Space.objects.filter(kind__in=kinds).order_by("id"):
        try:
            _ranging().compute(space)
        except Uncomputable:
            log.exception("the range of %s could not be computed", space.key)
    from tandem.planning import range_trials

    range_trials.renew()


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


@queue.computes
@app.task(name=LEVEL, queueing_lock=LEVEL)
def level() -> None:
    """After a change: the plan of all in the order that stands. Under a stream of changes it is computed every few seconds."""
    newest = LevelledPlan.objects.newest_first().values_list("made_at", flat=True).first()
    if newest is not None and (clock.now() - newest).total_seconds() < _APART:
        queue.enqueue(LEVEL, once=LEVEL, in_seconds=_APART)
        return
    _levelling().compute()


@queue.computes
@app.task(name=SEARCH, queueing_lock=SEARCH)
def search_level(job_id: int | None = None) -> None:
    """A better order of the work of all, for as long as the settings give."""
    if job_id is None:
        _levelling().search(settings.LEVELLING_SECONDS, lambda: False, lambda phase, done, total: None)
    else:
        jobs.run(job_id, _levelling().carry_out)


@queue.computes
@app.task(name=plan_conflicts.WAYS)
def plan_ways(conflict_id: int, job_id: int) -> None:
    # house: reads — the worker asks what its owner was allowed to ask
    def work(step: Callable[[str, int, int], Any]) -> str:
        conflict = PlanConflict.objects.get(pk=conflict_id)
        step("ways", 0, 0)
        from tandem.planning import way_objectives

        plan_id, found = way_objectives.computed(conflict)
        conflict.write(expected=None, ways=found, ways_of_id=plan_id)
        return f"/plan/conflicts/{conflict_id}/"

    _carry(job_id, work)


@queue.computes
@app.task(name=plan_scenarios.COMPUTE)
def plan_scenario(scenario_id: int, job_id: int) -> None:
    # house: reads — the worker computes what its owner was allowed to ask
    def work(step: Callable[[str, int, int], Any]) -> str:
        scenario = PlanScenario.objects.get(pk=scenario_id)
        step("planning", 0, 0)
        from tandem.planning import plan_branches

        plan_branches.compute(scenario)
        return f"/plan/scenarios/{scenario_id}/"

    _carry(job_id, work)


@app.periodic(cron="20 4 * * *")
@queue.computes
@app.task(name="planning.level_nightly", queueing_lock="planning.level_nightly")
def level_nightly(timestamp: int) -> None:
    search_level()


@queue.computes
@app.task(name=SOLVE)
def solve_scenario(solution_id: int, job_id: int) -> None:
    # house: reads — the worker solves what its owner was allowed to ask
    solution = Solution.objects.select_related("scenario").get(pk=solution_id)
    jobs.run(job_id, lambda progress: _solving().carry_out(solution, progress))


@queue.computes
@app.task(name=PREPARE, queueing_lock=PREPARE)
def prepare_solver() -> None:
    """Asked for with a new scenario: by the time it is to be solved, the search is compiled."""
    _solving().prepare()


def _levelling() -> Any:
    """Loaded by the job that computes only: it brings the compiler along, and the web server reads this file as well."""
    from tandem.planning import levelling

    return levelling


def _ranging() -> Any:
    from tandem.planning import plan_ranges as ranging

    return ranging


def _solving() -> Any:
    from tandem.planning import solving

    return solving


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
