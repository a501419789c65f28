"""The exact engine: it proves what is best, keeps every rule, and can be stopped."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling import exact
from tandem.compute.scheduling.levelling.bounds import lower_bound, tardiness_bound
from tandem.compute.scheduling.levelling.check import check
from tandem.compute.scheduling.levelling.compile import arrays_of, plan_of
from tandem.compute.scheduling.levelling.decode import Decoder
from tandem.compute.scheduling.levelling.exact import Effort, costs_lateness, engine, prove, proving
from tandem.compute.scheduling.levelling.files import read_arrays
from tandem.compute.scheduling.levelling.mirror import can_be_mirrored, mirrored, mirrored_starts
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
from tests.compute.levelling import fuzz
from tests.compute.levelling.test_solve import tight

PSPLIB = Path(__file__).resolve().parents[4] / "shared" / "data" / "psplib"
DEV = Resource("dev", 1)
ONE = Effort(seconds=30, workers=1)


@pytest.fixture(scope="module")
def worker():
    with engine() as one:
        yield one


def proven(worker, *activities, links=(), resources=(DEV,), calendars=(), projects=(), effort=ONE):
    """The proof, after the independent check of its plan."""
    problem = Problem(activities, links, resources, calendars, projects)
    arrays = arrays_of(problem)
    proof = prove(arrays, effort, worker=worker)
    if proof.starts is not None:
        decoded = Decoder(arrays).measured(proof.starts, proof.modes)
        assert check(problem, plan_of(problem, decoded)).is_valid
        assert decoded.objective[1:3] == proof.value
    return proof


def work(name, slots, **more):
    return Activity(name, Mode(slots, {"dev": 1}), **more)


def test_tardiness_comes_before_the_makespan(worker):
    proof = proven(
        worker, work("a", 3, deadline=3, weight=5), Activity("b", (Mode(4, {"dev": 1}), Mode(9)), deadline=9)
    )
    assert (proof.status, proof.value, proof.bound) == ("optimal", (0, 7), 0)
    late = proven(worker, work("a", 3, deadline=3), work("b", 4, deadline=4, weight=2))
    assert (late.value, late.bound) == ((4, 7), 4)


def test_a_project_is_late_by_its_last_finish(worker):
    proof = proven(
        worker, work("a", 3, project="p"), work("b", 2, project="q"), work("c", 2, project="p"),
        projects=(Project("p", deadline=5, weight=3), Project("q", deadline=2, weight=1)),
    )  # fmt: skip
    assert (proof.status, proof.value) == ("optimal", (5, 7))


def test_a_hard_date_of_a_project_comes_before_the_tardiness_of_others(worker):
    told = (work("a", 4, project="A"), work("b", 3, project="B", deadline=3, weight=9))
    proof = proven(worker, *told, projects=(Project("A", deadline=4, is_deadline_hard=True), Project("B")))
    assert (proof.starts.tolist(), proof.value) == ([0, 4], (36, 7))


def test_a_maximal_lag_makes_the_first_wait(worker):
    proof = proven(
        worker, work("a", 2), work("b", 2), Activity("hall", Mode(3), release=6),
        links=(Link("a", "hall", max_lag=1),),
    )  # fmt: skip
    assert (proof.status, proof.value) == ("optimal", (0, 9))
    assert int(proof.starts[0]) >= 3


def test_a_calendar_stretches_work_and_frees_who_does_it(worker):
    week = Calendar("week", (True,) * 5 + (False,) * 2)
    proof = proven(worker, work("a", 7, calendar="week"), work("b", 2), calendars=(week,))
    assert (proof.status, proof.value) == ("optimal", (0, 9))  # b is done on the free days of a


def test_of_two_calendars_on_one_resource_each_holds_it_only_when_it_works(worker):
    odd, even = Calendar("odd", (True, False)), Calendar("even", (False, True))
    proof = proven(worker, work("a", 4, calendar="odd"), work("b", 4, calendar="even"), calendars=(odd, even))
    assert (proof.status, proof.value) == ("optimal", (0, 8))


def test_hard_rules_that_contradict_each_other_are_proven_to(worker):
    hard = {"is_deadline_hard": True}
    proof = proven(worker, work("a", 3, deadline=4, **hard), work("b", 3, deadline=4, **hard))
    assert (proof.status, proof.starts) == ("infeasible", None)


def test_a_plan_that_is_as_short_as_the_cheap_bound_needs_no_engine():
    arrays = arrays_of(Problem((work("a", 3), work("b", 4)), (), (DEV,)))
    made = Decoder(arrays).serial(np.array([0, 1], np.int32), np.zeros(2, np.int32))
    proof = prove(arrays, plan=(made.starts, made.modes, made.objective[1:3]), worker=None, memory=1)
    assert (proof.status, proof.bound) == ("optimal", 7)


def test_a_plan_that_breaks_rules_is_repaired_from_where_it_stands(worker):
    problem = tight()
    arrays = arrays_of(problem)
    broken = Decoder(arrays).measured(np.arange(92) * 2, np.zeros(92, np.int32))
    assert broken.objective.broken > 0
    enough = Effort(seconds=60, workers=1, deterministic=3.0)  # a repair is soon found; a proof would take far longer
    proof = prove(arrays, enough, hint=(broken.starts, broken.modes), worker=worker)
    assert proof.status in ("optimal", "feasible")
    decoded = Decoder(arrays).measured(proof.starts, proof.modes)
    assert decoded.objective.broken == 0
    assert check(problem, plan_of(problem, decoded)).is_valid


def test_better_plans_are_told_as_they_are_found(worker):
    arrays = _hard()
    begun = Decoder(arrays)
    worst = max(begun.rules(), key=lambda one: one.objective)
    told = list(proving(arrays, ONE, plan=(worst.starts, worst.modes, worst.objective[1:3]), worker=worker))
    values = [proof.value for proof in told]
    assert values == sorted(values, reverse=True)
    assert values[-1] < worst.objective[1:3]
    assert told[-1].status == "optimal"


def test_a_cancelled_proof_keeps_the_plan_that_was_known_or_a_better_one(worker):
    arrays = _hard()
    made = next(iter(Decoder(arrays).rules()))
    known = (made.starts, made.modes, made.objective[1:3])
    proof = prove(arrays, ONE, plan=known, worker=worker, cancelled=lambda: True)
    assert proof.stopped == "cancelled"
    # what the engine told before it heard of the end is not thrown away
    assert proof.value <= known[2]
    assert proof.value < known[2] or proof.starts is made.starts


def test_two_processes_one_of_which_reads_backwards_agree_with_one(worker):
    arrays = _hard()
    assert can_be_mirrored(arrays)
    alone = prove(arrays, ONE, worker=worker)
    worst = max(Decoder(arrays).rules(), key=lambda one: one.objective)
    both = prove(arrays, Effort(seconds=30), plan=(worst.starts, worst.modes, worst.objective[1:3]))
    assert (both.status, both.value, both.stopped) == ("optimal", alone.value, "")
    decoded = Decoder(arrays).measured(both.starts, both.modes)
    assert (decoded.objective.broken, decoded.objective.makespan) == (0, both.makespan)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_plan_read_backwards_is_a_plan_of_the_mirrored_problem(seed):
    rng = np.random.default_rng(seed)
    names = [str(k) for k in range(7)]
    activities = [
        Activity(name, Mode(int(rng.integers(0, 6)), {"dev": int(rng.integers(0, 2))})) for name in names
    ]
    links = [
        Link(names[i], names[j], LinkType(int(rng.integers(0, 4))), int(rng.integers(-2, 3)))
        for i in range(7) for j in range(i + 1, 7) if rng.random() < 0.3
    ]  # fmt: skip
    arrays = arrays_of(Problem(activities, links, (DEV,)))
    made = min(Decoder(arrays).rules(), key=lambda one: one.objective)
    backwards = mirrored_starts(arrays, made.starts, made.modes)
    assert Decoder(mirrored(arrays)).measured(backwards, made.modes).objective.broken == 0
    again = mirrored_starts(arrays, backwards, made.modes)
    assert Decoder(arrays).measured(again, made.modes).objective.broken == 0


def test_the_same_deterministic_effort_gives_the_same_plan(worker):
    arrays = _hard()
    effort = Effort(workers=1, deterministic=0.2)
    first, second = (prove(arrays, effort, worker=worker) for _ in range(2))
    assert first.value == second.value
    assert (first.starts == second.starts).all()


def test_a_large_seed_is_one_that_the_solver_takes(worker):
    proof = prove(_hard(), Effort(workers=1, deterministic=0.2, seed=2**40 + 3), worker=worker)
    assert proof.starts is not None


def test_a_problem_that_cannot_be_read_backwards_after_all_ends_the_proof(monkeypatch):
    def fails(arrays):
        raise Uncomputable("no_mirror")

    monkeypatch.setattr(exact, "mirrored", fails)
    monkeypatch.setattr(exact, "engine", lambda memory=0: Idle())
    over = []
    thread = threading.Thread(target=lambda: over.append(_code(lambda: prove(_hard()))), daemon=True)
    thread.start()
    thread.join(120)
    assert over == ["no_mirror"]


def test_an_engine_that_cannot_start_leaves_none_behind(monkeypatch):
    begun = []

    def second_fails(memory=0):
        if begun:
            raise OSError
        begun.append(Idle())
        return begun[0]

    monkeypatch.setattr(exact, "engine", second_fails)
    with pytest.raises(OSError):
        prove(_hard())
    assert begun[0].is_closed


def test_a_task_within_the_stream_of_the_same_worker_is_refused_not_waited_for(worker):
    arrays, codes = _hard(), []
    known = prove(arrays, Effort(workers=1, deterministic=0.01), worker=worker)
    asked = worker.stream(exact.search, arrays, ONE, replace(known, starts=None, modes=None), 0)
    next(asked)
    codes.append(_code(lambda: worker.run(exact.search, arrays, ONE, known, 0)))
    asked.close()
    assert codes == ["worker_busy"]
    assert prove(arrays, ONE, worker=worker).status == "optimal"


class Idle:
    """A worker that gives back what was known."""

    is_closed = False

    def run(self, function, arrays, effort, known, shortest, **more):
        return known

    def close(self):
        self.is_closed = True


def _code(call):
    with pytest.raises(Uncomputable) as refused:
        call()
    return refused.value.code


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_rule_makes_a_better_plan_than_the_proven_one_and_no_bound_is_above_it(worker, seed):
    try:
        problem = fuzz.random_problem(seed)
        arrays = arrays_of(problem)
    except Uncomputable:
        assume(False)
    best = min(Decoder(arrays).rules(), key=lambda one: one.objective)
    proof = prove(arrays, Effort(seconds=10, workers=1), worker=worker)
    if proof.status == "infeasible":
        assert best.objective.broken > 0
    elif proof.starts is not None:
        decoded = Decoder(arrays).measured(proof.starts, proof.modes)
        assert check(problem, plan_of(problem, decoded)).is_valid
        assert lower_bound(arrays) <= proof.makespan
        assert tardiness_bound(arrays) <= proof.tardiness
        assert proof.bound <= (proof.tardiness if costs_lateness(arrays) else proof.makespan)
        if proof.status == "optimal" and best.objective.broken == 0:
            assert proof.value <= best.objective[1:3]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3))
def test_more_capacity_never_raises_the_bound(seed, more):
    try:
        problem = fuzz.random_problem(seed)
        arrays = arrays_of(problem)
    except Uncomputable:
        assume(False)
    roomier = replace(arrays, capacity=arrays.capacity + np.int32(more))
    assert lower_bound(roomier) <= lower_bound(arrays)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3))
def test_more_capacity_never_worsens_the_proven_optimum(worker, seed, more):
    problem = fuzz.random_problem(seed)
    roomier = replace(
        problem,
        resources=tuple(
            replace(one, capacity=one.capacity + more, steps=tuple((slot, units + more) for slot, units in one.steps))
            for one in problem.resources
        ),
    )
    effort = Effort(workers=1, deterministic=2.0)
    one, two = (prove(arrays_of(given), effort, worker=worker) for given in (problem, roomier))
    assume(one.status == two.status == "optimal")
    assert two.value <= one.value


@pytest.mark.parametrize(("name", "best"), [("j301_1", 43), ("j3010_4", 58), ("j3017_7", 57)])
def test_psplib_is_solved_to_its_published_optimum(worker, name, best):
    if not PSPLIB.exists():
        pytest.skip("no benchmark data here")
    arrays = read_arrays(PSPLIB / "j30" / f"{name}.sm")
    proof = prove(arrays, ONE, worker=worker)
    assert (proof.status, proof.makespan, proof.bound) == ("optimal", best, best)


def _hard():
    """Fourteen activities of different lengths for two resources: no rule and no cheap bound settles it."""
    rng = np.random.default_rng(5)
    activities = [
        Activity(str(k), Mode(int(rng.integers(2, 9)), {"dev": int(rng.integers(1, 4)), "lab": int(rng.integers(0, 4))}))
        for k in range(14)
    ]  # fmt: skip
    links = [Link(str(i), str(j)) for i in range(14) for j in range(i + 1, 14) if rng.random() < 0.12]
    return arrays_of(Problem(activities, links, (Resource("dev", 4), Resource("lab", 4))))
