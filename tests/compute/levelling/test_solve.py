"""Levelling, anytime: what `solve` promises whatever engine finds the plan."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling import decode
from tandem.compute.scheduling.levelling import race as race_module
from tandem.compute.scheduling.levelling.check import check
from tandem.compute.scheduling.levelling.exact import Proof
from tandem.compute.scheduling.levelling.files import read
from tandem.compute.scheduling.levelling.problem import (
    Activity,
    Calendar,
    Link,
    Mode,
    Problem,
    Project,
    Resource,
)
from tandem.compute.scheduling.levelling.race import Race
from tandem.compute.scheduling.levelling.solve import Budget, best_plan, solve
from tests.compute.levelling.test_search import problem

DATA = Path(__file__).parents[4] / "shared" / "data" / "psplib"
EVALUATIONS = Budget(evaluations=2_000)


def shop(n=14, **more):
    """n activities in chains of two on three people who rest on every fifth slot."""
    return Problem(
        tuple(Activity(str(i), (Mode(2 + i % 3, {"team": 1 + i % 2}),), project="p" if i % 2 else "q") for i in range(n)),
        tuple(Link(str(i), str(i + 1), lag=1) for i in range(0, n, 2)),
        (Resource("team", 3, calendar="week"),),
        (Calendar("week", (True, True, True, True, False)),),
        more.pop("projects", (Project("p"), Project("q"))),
        **more,
    )  # fmt: skip


PROBLEMS = {
    "plain": problem(
        [3, 5, 2, 4, 6, 3, 4, 2], [(0, 2), (1, 3), (2, 5), (3, 6)], [(2,), (3,), (1,), (2,)] * 2, (4,)
    ),
    "calendars": shop(),
    "dates": shop(projects=(Project("p", deadline=10, weight=3), Project("q", deadline=8))),
    "nothing to do": problem([]),
    "one": problem([3]),
}


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("engine", ["rules", "search"])
def test_incumbents_only_get_better_keep_all_rules_and_respect_their_bound(name, engine):
    given = PROBLEMS[name]
    found = list(solve(given, EVALUATIONS, engine=engine))
    for one, two in pairwise(found):
        assert two.objective < one.objective
        assert two.bound >= one.bound
        assert two.evaluations >= one.evaluations
    for one in found:
        checked = check(given, one.plan)
        assert checked.is_valid
        assert checked.objective == one.objective
        late = name == "dates"
        assert one.bound <= (one.objective.tardiness if late else one.objective.makespan)
    assert found


def test_a_problem_without_activities_has_a_plan_without_starts_that_is_proven():
    for engine in ("auto", "exact"):
        *_, end = solve(Problem(()), Budget(seconds=5), engine=engine)
        assert (end.plan.starts.tolist(), end.objective.makespan, end.gap) == ([], 0, 0.0)


@pytest.mark.parametrize("name", ["plain", "calendars", "dates"])
def test_the_same_seed_and_evaluations_give_the_same_plan(name):
    one, two = (best_plan(PROBLEMS[name], EVALUATIONS, seed=4) for _ in range(2))
    assert one.hash == two.hash
    assert one.evaluations == two.evaluations


def test_a_pin_is_kept_and_an_unknown_one_is_named():
    for name in ("plain", "calendars"):
        *_, end = solve(PROBLEMS[name], EVALUATIONS, pins={"3": 20})
        assert end.plan.starts[3] == 20
    with pytest.raises(Uncomputable) as refused:
        next(solve(PROBLEMS["plain"], EVALUATIONS, pins={"nobody": 3}))
    assert (refused.value.code, refused.value.params["activity"]) == ("activity_unknown", "nobody")


def test_a_warm_start_is_where_the_search_begins():
    given = PROBLEMS["calendars"]
    good = best_plan(given, EVALUATIONS)
    first = next(solve(given, Budget(evaluations=1), warm_start=good))
    assert first.objective == good.objective
    assert first.plan.starts.tolist() == good.starts.tolist()
    with pytest.raises(Uncomputable) as refused:
        next(solve(given, EVALUATIONS, warm_start=np.zeros(3, np.int32)))
    assert refused.value.code == "plan_of_other_problem"


def test_a_warm_start_that_breaks_a_link_is_not_told():
    given = PROBLEMS["plain"]
    first = next(solve(given, EVALUATIONS, warm_start=np.zeros(8, np.int32)))
    assert first.objective.broken == 0
    assert check(given, first.plan).is_valid


@pytest.mark.parametrize(
    "starts", [[-1] + [0] * 7, [2**31 - 2] + [0] * 7, [2**32] + [0] * 7, [0.5] * 8, [[0]] * 8], ids=str
)
def test_starts_that_no_plan_of_the_problem_has_are_refused(starts):
    with pytest.raises(Uncomputable) as refused:
        next(solve(PROBLEMS["plain"], EVALUATIONS, warm_start=np.array(starts)))
    assert refused.value.code == "plan_of_other_problem"


@pytest.mark.parametrize("mode", [-1, 1, 7])
def test_a_mode_that_its_activity_does_not_have_is_refused_by_name(mode):
    given = PROBLEMS["calendars"]
    plan = best_plan(given, Budget(evaluations=1))
    modes = plan.modes.copy()
    modes[3] = mode
    with pytest.raises(Uncomputable) as refused:
        next(solve(given, EVALUATIONS, warm_start=replace(plan, modes=modes)))
    assert (refused.value.code, refused.value.params["activity"]) == ("plan_of_other_problem", "3")


def test_kernels_get_modes_that_can_be_written_to_whatever_plan_they_come_from(monkeypatch):
    seen = []

    def spied(kernel):
        def called(tables, given, modes, *more):
            seen.append(modes.flags.writeable)
            return kernel(tables, given, modes, *more)

        return called

    decoder = Race(PROBLEMS["plain"], None, 50, 1, 0.0, None).decoder
    locked = np.zeros(8, np.int32)
    locked.setflags(write=False)
    for name in ("settle", "serial"):
        monkeypatch.setattr(decode.decode_kernel, name, spied(getattr(decode.decode_kernel, name)))
    decoder.serial(decoder.listed(np.arange(8)), locked)
    decoder.measured(np.zeros(8, np.int32), locked)
    assert seen == [True, True]


@pytest.mark.parametrize("name", ["plain", "calendars", "dates", "projects"])
def test_any_whole_number_is_a_seed(name):
    given = falling() if name == "projects" else PROBLEMS[name]
    for seed in (2**31, 2**63, 2**80 + 5, -1):
        assert best_plan(given, Budget(evaluations=300), seed=seed).is_feasible


@pytest.mark.parametrize("seed", [3, 2**80 + 5])
def test_every_plan_tells_the_seed_that_was_asked_for(seed):
    found = solve(LARGER["calendars"], Budget(evaluations=300), seed=seed, engine="search")
    assert {one.plan.seed for one in found} == {seed}


def falling():
    """Two dated projects; the larger demand fits only while the resource is whole."""
    return Problem(
        (Activity("a", Mode(4, {"r": 1}), project="A"), Activity("b", Mode(2, {"r": 2}), project="B")),
        (), (Resource("r", 2, steps=((4, 1),)),), (), (Project("A", deadline=3), Project("B", deadline=2)),
    )  # fmt: skip


def test_capacity_that_falls_for_good_is_no_reason_to_refuse():
    *_, end = solve(falling(), Budget(evaluations=60), engine="search")
    assert check(falling(), end.plan).is_valid
    assert (end.plan.starts.tolist(), end.objective.tardiness) == ([2, 0], 3)


def test_dates_that_are_missed_without_any_rival_are_in_the_bound_from_the_first_plan():
    alone = Problem(
        tuple(Activity(str(i), Mode(5, {"r": 1}), project=str(i)) for i in range(3)), (), (Resource("r", 1),), (),
        tuple(Project(str(i), deadline=3, weight=2) for i in range(3)),
    )  # fmt: skip
    first = next(solve(alone, Budget(evaluations=1), engine="rules"))
    assert first.bound == 12
    assert first.gap == pytest.approx(first.objective.tardiness / 12 - 1)


def test_the_bound_of_the_prices_reaches_the_caller():
    chance = np.random.default_rng(1)
    given = Problem(
        tuple(Activity(str(i), Mode(int(chance.integers(2, 6)), {"r": 1}), project=str(i // 6)) for i in range(120)),
        tuple(Link(str(i), str(i + 1)) for i in range(119) if i % 6 != 5), (Resource("r", 3),), (),
        tuple(Project(str(p), deadline=30, weight=1 + p % 3) for p in range(20)),
    )  # fmt: skip
    found = list(solve(given, Budget(evaluations=300), engine="search"))
    assert found[-1].bound > found[0].bound
    assert found[-1].bound <= found[-1].objective.tardiness
    assert all(one.bound <= two.bound for one, two in pairwise(found))


def exactly(monkeypatch, *proofs):
    """The exact engine as one that gives these proofs; what it was asked with."""
    asked = []

    def told(arrays, effort, **more):
        asked.append((effort, len(more["engines"]), more["hint"]))
        yield from proofs[:-1]
        return proofs[-1]

    monkeypatch.setattr(race_module, "proving", told)
    return asked


def test_under_evaluations_the_exact_engine_runs_alone_and_by_a_clock_of_its_own(monkeypatch):
    asked = exactly(monkeypatch, Proof("unknown", None, None, 0, 0, 0))
    list(solve(PROBLEMS["calendars"], EVALUATIONS, engine="exact"))
    ((effort, engines, _),) = asked
    assert (effort.workers, engines) == (1, 0)
    assert 0.5 < effort.deterministic <= 1.0


def test_the_exact_engine_is_not_asked_when_nothing_is_left_to_do(monkeypatch):
    asked = exactly(monkeypatch, Proof("unknown", None, None, 0, 0, 0))
    list(solve(PROBLEMS["calendars"], Budget(evaluations=1), engine="exact"))
    list(solve(problem([3] * 8, capacities=(4,)), EVALUATIONS, engine="exact"))
    assert not asked


def test_a_proof_that_no_plan_keeps_all_hard_rules_is_told(monkeypatch):
    none = Proof("infeasible", None, None, 0, 0, 0)
    exactly(monkeypatch, none, none)
    hard = Problem(
        tuple(Activity(i, Mode(3, {"r": 1}), deadline=4, is_deadline_hard=True) for i in "ab"),
        (),
        (Resource("r", 1),),
    )
    found = list(solve(hard, EVALUATIONS, engine="exact"))
    assert [one.plan.engine for one in found].count("exact: infeasible") == 1
    assert found[-1].objective.broken > 0
    assert found[-1].gap is None


def tight(n=92):
    """Pairs of which the second begins when the first ends, on two machines."""
    return Problem(
        tuple(Activity(str(i), Mode(2 if i % 2 else 1 + i % 3, {"r": 1})) for i in range(n)),
        tuple(Link(str(i), str(i + 1), max_lag=0) for i in range(0, n, 2)), (Resource("r", 2),),
    )  # fmt: skip


def test_what_the_search_leaves_broken_is_given_to_the_exact_engine_whatever_its_makespan(monkeypatch):
    asked = exactly(monkeypatch, Proof("unknown", None, None, 0, 0, 0))
    race = Race(tight(), 0.5, None, 1, 0.0, None, clock=lambda: 0.0)
    made = race.decoder.measured(np.arange(92, dtype=np.int32) * 4, np.zeros(92, np.int32))
    assert made.objective.broken > 0
    race.best = made
    assert race._may_prove()
    list(race._exact())
    ((_, _, (starts, modes)),) = asked
    assert starts.tolist() == made.starts.tolist()
    assert modes.tolist() == made.modes.tolist()


def test_where_there_are_maximal_lags_the_exact_engine_is_asked_however_far_the_bound_is():
    race = Race(tight(), 0.5, None, 1, 0.0, None, clock=lambda: 0.0)
    first = 5 * np.arange(46)
    starts = np.column_stack((first, first + 1 + 2 * np.arange(46) % 3)).ravel()
    race.best = race.decoder.measured(starts, np.zeros(92, np.int32))
    assert race.best.objective.broken == 0
    assert race.best.objective.makespan > 2 * race.bound
    assert race._may_prove()


def test_cancelling_ends_it_and_leaves_a_plan():
    asked = []
    found = list(
        solve(
            PROBLEMS["calendars"],
            Budget(seconds=30),
            cancelled=lambda: bool(asked.append(1)) or len(asked) > 1,
        )
    )
    assert found
    assert found[-1].seconds < 10


def test_a_proven_plan_ends_the_search_and_has_no_gap():
    *_, end = solve(problem([3] * 8, capacities=(4,)), Budget(seconds=20))
    assert (end.objective.makespan, end.bound, end.gap) == (6, 6, 0.0)
    assert end.seconds < 10


def test_a_plan_that_the_check_turns_down_does_not_leave(monkeypatch):
    race = Race(PROBLEMS["plain"], None, 50, 1, 0.0, None)
    made = race.decoder.measured(np.zeros(8, np.int32), np.zeros(8, np.int32))
    made.starts[3] = -1
    with pytest.raises(Uncomputable) as refused:
        list(race._told(made, "search"))
    assert refused.value.code == "plan_invalid"


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("1s", Budget(seconds=1)),
        ("500ms", Budget(seconds=0.5)),
        ("2min", Budget(seconds=120)),
        ("50000", EVALUATIONS),
    ],
)
def test_budgets_are_seconds_or_evaluations(text, budget):
    parsed = Budget.parse(text)
    assert (parsed.seconds, parsed.evaluations is None) == (budget.seconds, budget.evaluations is None)


@pytest.mark.parametrize("text", ["", "1 hour", "-3", "1.5", "s"])
def test_a_budget_that_says_nothing_is_refused(text):
    with pytest.raises(Uncomputable) as refused:
        Budget.parse(text)
    assert refused.value.code == "budget_unreadable"


@pytest.mark.skipif(not DATA.exists(), reason="needs the sets of instances")
@pytest.mark.parametrize("file", ["j30/j309_1.sm", "j60/j6017_4.sm", "j120/j12041_1.sm"])
def test_small_budgets_come_close_to_the_best_known(file):
    """30,000 schedules: within 4 % of the best known plan, whichever seed."""
    import csv

    with (DATA / "bks.csv").open() as table:
        best = next(int(float(row["bks"])) for row in csv.DictReader(table) if row["file"] == Path(file).name)
    for seed in (1, 2):
        plan = best_plan(read(DATA / file), Budget(evaluations=30_000), seed=seed)
        assert best <= plan.makespan <= 1.04 * best


LARGER = {
    "plain": problem(
        [3, 5, 2, 4, 6, 3, 4, 2] * 6, [(i, i + 2 + i % 3) for i in range(43)], [(2,), (3,), (1,), (2,)] * 12, (5,)
    ),
    "calendars": shop(40),
    "dates": shop(40, projects=(Project("p", deadline=30, weight=3), Project("q", deadline=25))),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "hash_"),
    [("plain", "8285e63edac7ae14"), ("calendars", "5f7a04637c033a26"), ("dates", "0a362bba8035731c")],
)
def test_the_same_seed_and_evaluations_give_the_same_plan_on_every_machine(name, hash_):
    """What is written here was computed on one machine; whoever runs this computes it on another."""
    assert best_plan(LARGER[name], Budget(evaluations=3_000), seed=7).hash == hash_
