"""Random small problems with all that the model knows, and plans of every kind for them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling.check import COUNTED, Checker
from tandem.compute.scheduling.levelling.compile import arrays_of
from tandem.compute.scheduling.levelling.decode import Decoded, Decoder
from tandem.compute.scheduling.levelling.problem import (
    Activity,
    Calendar,
    Link,
    Mode,
    Problem,
    Project,
    Resource,
)
from tandem.compute.scheduling.network import LinkType

CALENDARS = (
    Calendar("week", (True,) * 5 + (False,) * 2, ((9, 12, False),)),
    Calendar("odd", (True, False)),
    Calendar("thirds", (False, True, True), ((3, 7, True), (20, 30, False))),
)
PINS, MAX_LAGS, CALENDARED, MODES, STEPS, DATES, FACTS, STOCKS = range(8)
"""Parts of the model that a random problem has, or not."""


@dataclass
class Tally:
    """What a run has seen."""

    plans: int = 0
    invalid: int = 0
    broken: int = 0
    needless: int = 0


def random_problem(seed: int) -> Problem:
    """A problem from a seed; chance is asked again when it made one that has no answer."""
    for attempt in range(1000):
        try:
            return _drawn(np.random.default_rng([seed, attempt]))
        except Uncomputable:
            continue
    raise AssertionError(f"no problem from seed {seed}")


def _drawn(rng: np.random.Generator) -> Problem:
    has = rng.random(8) < (0.3, 0.15, 0.6, 0.5, 0.5, 0.5, 0.2, 0.15)
    resources = [_resource(rng, k, steps=bool(has[STEPS]), calendared=bool(has[CALENDARED]))
                 for k in range(int(rng.integers(1, 4)))]  # fmt: skip
    if has[STOCKS]:
        resources.append(Resource("stock", int(rng.integers(4, 30)), is_renewable=False))
    projects = tuple(
        Project(f"p{p}", int(rng.integers(0, 6)), int(rng.integers(5, 40)), int(rng.integers(1, 4)))
        for p in range(int(rng.integers(0, 3)))
    )
    projects = tuple(replace(one, is_deadline_hard=one.release == 5) for one in projects)
    n = int(rng.integers(2, 14))
    now = int(rng.integers(0, 8)) if has[FACTS] else 0
    activities = tuple(_activity(rng, i, has, resources, projects, now) for i in range(n))
    return Problem(
        activities, _links(rng, n, max_lags=bool(has[MAX_LAGS])), tuple(resources), CALENDARS, projects, now
    )


def _resource(rng: np.random.Generator, number: int, *, steps: bool, calendared: bool) -> Resource:
    most = int(rng.integers(1, 5))
    slots = np.sort(rng.choice(np.arange(1, 40), 3, replace=False)).tolist() if steps else []
    changes = tuple((int(slot), int(rng.integers(0, most + 1))) for slot in slots[:-1])
    last = tuple((int(slot), most) for slot in slots[-1:])
    calendar = str(rng.choice(["week", "odd", "thirds"])) if calendared and rng.random() < 0.4 else None
    return Resource(f"r{number}", most, changes + last, calendar)


def _activity(
    rng: np.random.Generator, number: int, has: np.ndarray, resources: list[Resource], projects: tuple[Project, ...],
    now: int,
) -> Activity:  # fmt: skip
    modes = tuple(_mode(rng, resources) for _ in range(int(rng.integers(1, 4)) if has[MODES] else 1))
    given: dict[str, object] = {}
    chance = rng.random()
    if has[PINS] and chance < 0.2:
        given = {"pinned": int(rng.integers(now, now + 30))}
    elif has[FACTS] and chance < 0.35:
        begun = int(rng.integers(0, now + 1))
        given = (
            {"started": begun, "remaining": int(rng.integers(0, 5))}
            if rng.random() < 0.5
            else {"finished": (begun, int(rng.integers(begun, now + 1)))}
        )
    if has[DATES]:
        given["release"] = int(rng.integers(0, 8))
        if rng.random() < 0.5:
            given["deadline"] = int(rng.integers(8, 60))
            given["is_deadline_hard"] = bool(rng.random() < 0.15)
        if rng.random() < 0.5:
            given["in_force"] = int(rng.integers(0, 30))
    return Activity(
        f"a{number}", modes,
        project=str(rng.choice([one.id for one in projects])) if projects and rng.random() < 0.8 else None,
        calendar=str(rng.choice(["week", "odd", "thirds"])) if has[CALENDARED] and rng.random() < 0.5 else None,
        weight=int(rng.integers(0, 5)), priority=int(rng.integers(0, 3)),
        mode=int(rng.integers(0, len(modes))) if len(modes) > 1 and (given or rng.random() < 0.2) else None,
        **given,
    )  # fmt: skip


def _mode(rng: np.random.Generator, resources: list[Resource]) -> Mode:
    demand = {one.id: int(rng.integers(0, min(one.most, 4) + 1)) for one in resources if rng.random() < 0.7}
    if sum(demand.values()) and rng.random() < 0.2:
        return Mode(effort=int(rng.integers(0, 12)), demand=demand)
    return Mode(int(rng.integers(0, 7)), demand)


def _links(rng: np.random.Generator, n: int, *, max_lags: bool) -> tuple[Link, ...]:
    names = rng.permutation(n)
    made = []
    for _ in range(int(rng.integers(0, 2 * n))):
        i, j = np.sort(rng.choice(n, 2, replace=False))
        lag = int(rng.integers(-3, 5))
        longest = max(lag, 0) + int(rng.integers(0, 20)) if max_lags and rng.random() < 0.3 else None
        made.append(Link(f"a{names[i]}", f"a{names[j]}", LinkType(int(rng.integers(0, 4))), lag, longest))
    return tuple(made)


def classical(seed: int) -> Problem:
    """Finish-to-start links, one mode, constant capacity: what the fastest kernels decode."""
    rng = np.random.default_rng([seed, 1])
    n = int(rng.integers(2, 25))
    activities = tuple(
        Activity(f"a{i}", Mode(int(rng.integers(0, 8)), {"r0": int(rng.integers(0, 4)), "r1": int(rng.integers(0, 4))}))
        for i in range(n)
    )
    ends = {tuple(sorted(rng.choice(n, 2, replace=False).tolist())) for _ in range(int(rng.integers(0, 2 * n)))}
    links = tuple(Link(f"a{i}", f"a{j}") for i, j in sorted(ends))
    return Problem(activities, links, (Resource("r0", 4), Resource("r1", 3)))


def dated(seed: int) -> Problem:
    """The same in a few projects with deadlines and weights: what the portfolio's kernels decode."""
    rng, plain = np.random.default_rng([seed, 2]), classical(seed)
    projects = tuple(
        Project(f"p{p}", int(rng.integers(0, 9)), int(rng.integers(3, 40)), int(rng.integers(0, 5))) for p in range(3)
    )
    members = tuple(replace(one, project=f"p{int(rng.integers(3))}") for one in plain.activities)
    return replace(plain, activities=members, projects=projects)


def plans_of(problem: Problem, seed: int, count: int) -> list[Decoded]:
    """Plans of all rules, then of random lists, keys and modes, `count` in all."""
    arrays = arrays_of(problem)
    decoder = Decoder(arrays)
    rng = np.random.default_rng(seed)
    made = list(decoder.rules())[:count]
    modes = np.diff(arrays.mode_ptr)
    while len(made) < count:
        chosen = rng.integers(0, modes).astype(np.int32)
        keys = rng.permutation(arrays.n).astype(np.int64)
        if len(made) % 3 == 0:
            made.append(decoder.parallel(keys, chosen))
        elif len(made) % 3 == 1:
            made.append(decoder.serial(decoder.listed(keys), chosen))
        else:
            made.append(decoder.serial(decoder.in_order(keys.astype(np.int32)), chosen))
    return made


def may_break(problem: Problem) -> bool:
    """Whether a list can be forced to break a hard rule: what is given, maximal lags, hard deadlines, stocks and
    ways of doing it that ask for more than there is. Without them a list breaks none."""
    return (
        any(one.is_given or one.is_deadline_hard for one in problem.activities)
        or any(one.is_deadline_hard for one in problem.projects)
        or any(link.max_lag is not None for link in problem.links)
        or any(not kind.is_renewable for kind in problem.resources)
    )


def run(seeds: range, each: int, tally: Tally) -> list[tuple[int, int]]:
    """Make and check `each` plans for every seed; the invalid ones as (seed, number of the plan)."""
    found = []
    for seed in seeds:
        problem = random_problem(seed)
        plans = plans_of(problem, seed, each)
        columns = [
            np.array([getattr(one, name) for one in plans], np.int64)
            for name in ("starts", "finishes", "modes")
        ]
        told = np.array([one.objective for one in plans], np.int64)
        bad = np.flatnonzero(Checker(problem).undeclared(*columns, told))
        found += [(seed, int(number)) for number in bad]
        tally.plans += len(plans)
        tally.broken += int((told[:, 0] > 0).sum())
        if not may_break(problem):
            tally.needless += int((told[:, 0] > 0).sum())
        tally.invalid += len(bad)
    return found


def run_edits(seeds: range, edits: int, tally: Tally) -> list[tuple[int, int]]:
    """Scripts of edits on small portfolios, each on the plan of the one before; the invalid ones."""
    from tandem.compute.bench.portfolio import random_edit
    from tandem.compute.bench.portfolio_case import made
    from tandem.compute.scheduling.levelling.array_check import ArrayChecker
    from tandem.compute.scheduling.levelling.edits import replan
    from tandem.compute.scheduling.levelling.portfolio import improve

    found = []
    for seed in seeds:
        arrays, chance = made(seed, projects=6, size=12, roles=4), np.random.default_rng(seed)
        starts = next(iter(improve(arrays, evaluations=9)))[0]
        for number in range(edits):
            try:
                after = replan(arrays, starts, random_edit(chance, arrays, starts, number))
            except Uncomputable as refused:
                if refused.code not in ("no_place", "cycle"):
                    raise
                continue
            arrays, starts = after.arrays, after.starts
            tally.plans += 1
            broken = sum(ArrayChecker(arrays).breaches(starts).values())
            tally.broken += broken > 0
            if broken != after.broken or (broken and not (arrays.fixed >= 0).any()):
                found.append((seed, number))
    tally.invalid += len(found)
    return found


def run_exact(seeds: range, tally: Tally) -> list[tuple[int, int]]:
    """What the exact engine tells of random problems: no plan that breaks any rule."""
    from tandem.compute.scheduling.levelling.compile import plan_of
    from tandem.compute.scheduling.levelling.exact import Effort, engine, prove

    found = []
    with engine() as worker:
        for seed in seeds:
            problem = random_problem(seed)
            proof = prove(arrays_of(problem), Effort(workers=1, deterministic=0.5), worker=worker)
            if proof.starts is not None and proof.modes is not None:
                made = Decoder(arrays_of(problem)).measured(proof.starts, proof.modes)
                tally.plans += 1
                if not Checker(problem).check(plan_of(problem, made)).is_valid:
                    found.append((seed, 0))
    tally.invalid += len(found)
    return found


def run_solve(
    seeds: range, evaluations: int, tally: Tally, draw: Callable[[int], Problem] = random_problem
) -> list[tuple[int, int]]:
    """The same for the plans that `solve` emits, rules and search, in order; the invalid ones."""
    from tandem.compute.scheduling.levelling.solve import Budget, solve

    found = []
    for seed in seeds:
        problem = draw(seed)
        checker = Checker(problem)
        known = None
        for number, one in enumerate(
            solve(problem, Budget(evaluations=evaluations), seed=seed, engine="search")
        ):
            codes = {violation.code for violation in checker.check(one.plan).violations}
            lies = not codes <= set(COUNTED) or bool(codes) != bool(one.objective.broken)
            if lies or (known is not None and one.objective > known):
                found.append((seed, number))
            known = one.objective
            tally.plans += 1
            tally.broken += bool(codes)
        if known is not None and known.broken and not may_break(problem):
            tally.needless += 1
    tally.invalid += len(found)
    return found
