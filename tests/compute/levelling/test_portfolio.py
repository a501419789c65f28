"""Levelling of many projects: valid plans, ever better, the same everywhere, and a bound that no plan goes below."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.compute.bench.portfolio_case import made, rules, tardiness
from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling.array_check import ArrayChecker
from tandem.compute.scheduling.levelling.arrays import Arrays
from tandem.compute.scheduling.levelling.portfolio import improve, planned
from tandem.compute.scheduling.levelling.portfolio_bound import prove
from tandem.compute.scheduling.levelling.portfolio_kernel import bits_of, first_fit
from tandem.compute.scheduling.levelling.portfolio_net import prepared

few = settings(max_examples=25, deadline=None)


@st.composite
def portfolios(draw: st.DrawFn, kinds: int = 4, sizes: tuple[int, int] = (2, 4)) -> Arrays:
    """A small portfolio with links of the first `kinds` kinds, lags, releases and capacity that changes."""
    seed = draw(st.integers(1, 10_000))
    chance = np.random.default_rng(seed)
    arrays = made(seed, projects=draw(st.integers(1, sizes[0])), size=sizes[1], roles=2)
    low = -2 if kinds > 1 else 0
    capacity = chance.integers(3, 7, (2, draw(st.integers(1, 12)))).astype(np.int32)
    capacity[:, -1] = 6
    return replace(
        arrays,
        duration=chance.integers(0 if kinds > 1 else 1, 5, arrays.n).astype(np.int32),
        kind=chance.integers(0, kinds, len(arrays.tail)).astype(np.int32),
        lag=chance.integers(low, 3, len(arrays.tail)).astype(np.int32),
        release=(arrays.release // 20).astype(np.int32),
        project_due=chance.integers(2, 15, len(arrays.project_due)).astype(np.int32),
        capacity=capacity,
    )


def slow_start(arrays: Arrays, free: np.ndarray, i: int, t: int) -> int:
    """The first start not before t, slot by slot."""
    while not (free[:, t : t + arrays.duration[i]] >= arrays.demand[i][:, None]).all():
        t += 1
    return t


def slow_plan(arrays: Arrays, order: list[int]) -> np.ndarray:
    """The serial plan of an order, finish-to-start links only."""
    width = 200
    free = np.repeat(arrays.capacity[:, -1:], width, axis=1)
    free[:, : arrays.capacity.shape[1]] = arrays.capacity
    start = np.zeros(arrays.n, np.int32)
    for i in order:
        ends = [start[a] + arrays.duration[a] + g for a, b, g in links(arrays) if b == i]
        start[i] = slow_start(arrays, free, i, max([int(arrays.release[i]), *map(int, ends)]))
        free[:, start[i] : start[i] + arrays.duration[i]] -= arrays.demand[i][:, None]
    return start


def links(arrays: Arrays) -> list[tuple[int, int, int]]:
    return list(zip(arrays.tail.tolist(), arrays.head.tolist(), arrays.lag.tolist(), strict=True))


def least(arrays: Arrays) -> int:
    """The least weighted tardiness: all orders (one of the serial plans is best, Sprecher et al. 1995)."""
    best = None
    for order in itertools.permutations(range(arrays.n)):
        place = {i: k for k, i in enumerate(order)}
        if all(place[a] < place[b] for a, b, _ in links(arrays)):
            cost = tardiness(arrays, slow_plan(arrays, list(order)))
            best = cost if best is None else min(best, cost)
    assert best is not None
    return best


@given(portfolios())
@few
def test_every_plan_keeps_links_of_all_kinds_releases_and_changing_capacity(arrays):
    for starts, told, makespan, _ in improve(arrays, evaluations=40):
        assert ArrayChecker(arrays).breaches(starts) == {}
        assert told == tardiness(arrays, starts)
        assert makespan == (starts + arrays.duration).max()


@given(portfolios(kinds=1, sizes=(3, 2)))
@few
def test_the_bound_is_never_above_the_best_of_all_plans(arrays):
    best = least(arrays)
    assert prove(arrays, upper=best + 5, makespan=12, rounds=24) <= best


def test_the_bound_is_worth_something():
    arrays = made(3, projects=12, size=10, roles=2, tight=0.7)
    *_, (_, late, makespan, _) = improve(arrays, evaluations=400)
    assert late // 4 < prove(arrays, upper=late, makespan=makespan, rounds=150) <= late
    assert prove(arrays, upper=late, makespan=makespan, rounds=0) < late // 4


def test_the_search_finds_the_best_of_all_plans_of_a_small_portfolio():
    arrays = made(5, projects=3, size=2, roles=2, tight=0.5)
    arrays = replace(arrays, release=arrays.release // 50, project_due=arrays.project_due // 50)
    *_, (_, late, _, _) = improve(arrays, evaluations=500)
    assert late == least(arrays) > 0


def test_plans_get_strictly_better_and_cost_no_more_lists_than_allowed():
    found = list(improve(made(2, projects=20, size=10, roles=4), evaluations=300))
    worth = [(late, makespan) for _, late, makespan, _ in found]
    assert len(found) > 2
    assert worth == sorted(set(worth), reverse=True)
    assert found[-1][3] <= 300


def test_the_first_plan_is_no_worse_than_any_single_classical_rule():
    arrays = made(1, projects=40, size=25, roles=8)
    single = [tardiness(arrays, planned(arrays, key)) for key in list(rules(arrays).values())[:4]]
    assert next(iter(improve(arrays, evaluations=20)))[1] <= min(single)


def test_the_same_seed_and_evaluations_give_the_same_plans_another_seed_others():
    arrays = made(4, projects=20, size=10, roles=4)
    runs = [[one[0].tobytes() for one in improve(arrays, evaluations=400, seed=seed)] for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]


def test_a_pin_is_kept_and_what_comes_before_it_is_in_time():
    arrays = made(1, projects=10, size=10, roles=4)
    plain = next(iter(improve(arrays, evaluations=9)))[0]
    fixed = arrays.fixed.copy()
    fixed[57] = plain[57] + 30
    pinned = replace(arrays, fixed=fixed)
    *_, (starts, _, _, _) = improve(pinned, evaluations=200)
    assert starts[57] == plain[57] + 30
    assert ArrayChecker(pinned).breaches(starts) == {}


def test_links_between_projects_hold():
    arrays = made(1, projects=10, size=10, roles=4)
    more = {"tail": [19, 59], "head": [30, 5], "kind": [0, 1], "lag": [4, -1], "max_lag": [-1, -1]}
    linked = replace(
        arrays, **{k: np.append(getattr(arrays, k), np.array(v, np.int32)) for k, v in more.items()}
    )
    for starts, _, _, _ in improve(linked, evaluations=200):
        assert ArrayChecker(linked).breaches(starts) == {}


def test_activities_without_a_project_and_with_dates_of_their_own_are_counted():
    arrays = made(1, projects=6, size=6, roles=2)
    project, due = arrays.project.copy(), arrays.due.copy()
    project[:6], due[3] = -1, 2
    own = replace(arrays, project=project, due=due, weight=np.full(arrays.n, 7, np.int32))
    *_, (starts, late, _, _) = improve(own, evaluations=100)
    last = np.zeros(6, np.int64)
    np.maximum.at(last, project[6:], (starts + own.duration)[6:])
    wanted = (own.project_weight * np.maximum(0, last - own.project_due))[1:].sum()
    assert late == wanted + 7 * max(0, starts[3] + own.duration[3] - 2)


def test_calendars_go_through_the_general_decoder():
    arrays = made(1, projects=4, size=5, roles=2)
    week = (np.arange(7 * 60) % 7 < 5)[None, :]
    worked = np.append(week, [[True]], axis=1)
    with_weekends = replace(arrays, calendar=np.zeros(arrays.n, np.int32), working=worked)
    found = list(improve(with_weekends, evaluations=60))
    assert all(starts[0] % 7 < 5 for starts, _, _, _ in found)
    assert [one[1] for one in found] == sorted((one[1] for one in found), reverse=True)


def test_a_demand_above_every_capacity_is_named():
    arrays = made(1, projects=2, size=5, roles=2)
    with pytest.raises(Uncomputable, match="demand_above_capacity"):
        list(improve(replace(arrays, capacity=arrays.capacity * 0), evaluations=10))


def test_what_fits_only_before_capacity_falls_for_good_is_planned_there():
    two = made(1, projects=2, size=2, roles=2)
    # the second of each project needs nothing; of the first ones, the wide one must come before slot 4
    arrays = replace(
        two, duration=np.array([4, 1, 2, 1], np.int32), demand=np.array([[1, 0], [0, 0], [2, 0], [0, 0]], np.int32),
        release=np.zeros(4, np.int32), capacity=np.array([[2, 2, 2, 2, 1], [9] * 5], np.int32),
        project_due=np.array([4, 3], np.int32),
    )  # fmt: skip
    *_, (starts, _, _, _) = improve(arrays, evaluations=60)
    assert (starts[2], starts[0]) == (0, 2)


def test_the_proven_tardiness_is_heard():
    arrays, heard = made(3, projects=12, size=10, roles=2, tight=0.7), []
    *_, (_, late, _, _) = improve(arrays, evaluations=400, heard=heard.append)
    assert heard == sorted(heard)
    assert heard[0] < heard[-1] <= late


def test_a_search_that_is_cancelled_stops_with_what_it_has():
    asked = []
    found = list(
        improve(
            made(1, projects=10, size=10, roles=3),
            evaluations=10**9,
            cancelled=lambda: asked.append(1) or len(asked) > 3,
        )
    )
    assert found


def test_a_plan_to_begin_with_is_never_made_worse():
    arrays = made(6, projects=20, size=10, roles=4)
    *_, (starts, late, _, _) = improve(arrays, evaluations=500)
    assert next(iter(improve(arrays, evaluations=20, start=starts)))[1] <= late


@given(st.integers(0, 10_000), st.integers(0, 150), st.integers(0, 80))
@few
def test_the_bits_find_the_same_slot_as_a_look_at_every_slot(seed, length, begin):
    arrays = made(seed + 1, projects=1, size=2, roles=2)
    arrays = replace(arrays, duration=np.array([length, 1], np.int32))
    ready = prepared(arrays, 1024)
    chance = np.random.default_rng(seed)
    free = np.repeat(chance.integers(0, 9, (2, 64)), chance.integers(1, 16), axis=1)
    free = np.concatenate([free, np.full((2, 1024), 9)], axis=1)[:, :1024].astype(np.int32)
    bits_of(ready.net, free, ready.bits)
    a, b = ready.net.need_ptr[0], ready.net.need_ptr[1]
    found = first_fit(np.int64(length), ready.net.need_row, a, b, ready.bits, np.int64(begin), 1024)
    wanted = slow_start(arrays, np.append(free, free[:, -1:].repeat(1100, 1), axis=1), 0, begin)
    assert found == (wanted if wanted + length <= 1024 else -1)
