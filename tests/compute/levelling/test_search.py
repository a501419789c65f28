"""The search over plans of the classical problem and of the whole model."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.compute.scheduling.levelling import general, plain, plain_kernel, search
from tandem.compute.scheduling.levelling.arrays import Arrays
from tandem.compute.scheduling.levelling.bounds import lower_bound
from tandem.compute.scheduling.levelling.compile import arrays_of
from tandem.compute.scheduling.levelling.decode import Decoder
from tandem.compute.scheduling.levelling.problem import Activity, Link, Mode, Problem, Project, Resource


def problem(durations, links=(), demands=(), capacities=(4,), **more):
    kinds = [f"R{k}" for k in range(len(capacities))]
    demands = demands or [(1,) * len(capacities)] * len(durations)
    return Problem(
        tuple(
            Activity(str(i), (Mode(time, {k: u for k, u in zip(kinds, need, strict=True) if u}),))
            for i, (time, need) in enumerate(zip(durations, demands, strict=True))
        ),
        tuple(Link(str(i), str(j)) for i, j in links),
        tuple(Resource(kind, units) for kind, units in zip(kinds, capacities, strict=True)),
        **more,
    )


def generated(seed, n=40, kinds=4):
    chance = np.random.default_rng(seed)
    capacities = tuple(int(x) for x in chance.integers(8, 20, kinds))
    demands = [tuple(int(chance.integers(0, c // 2 + 1)) for c in capacities) for _ in range(n)]
    links = {(int(chance.integers(0, j)), j) for j in range(1, n) for _ in range(2) if chance.random() < 0.8}
    return arrays_of(problem([int(x) for x in chance.integers(0, 9, n)], sorted(links), demands, capacities))


def breaks(arrays: Arrays, starts) -> list[str]:
    """What a plan of a plain problem breaks, counted slot by slot."""
    ends, found = starts + arrays.duration, []
    found += [f"link {i}-{j}" for i, j in zip(arrays.tail, arrays.head, strict=True) if starts[j] < ends[i]]
    for u in range(int(ends.max(initial=0))):
        used = arrays.demand[(starts <= u) & (ends > u)].sum(axis=0)
        found += [f"slot {u}"] * int((used > arrays.capacity[:, 0]).any())
    return found + [f"release {i}" for i in np.flatnonzero(starts < arrays.release)]


def last(arrays, evaluations, seed=1, **more):
    *_, end = search.improve(arrays, evaluations=evaluations, seed=seed, **more)
    return end


@given(st.integers(0, 10**6))
@settings(max_examples=12, deadline=None)
def test_every_plan_of_the_search_keeps_links_capacities_and_releases_and_is_shorter_than_the_one_before(
    seed,
):
    arrays = generated(seed)
    lengths = []
    for starts, length, _ in search.improve(arrays, evaluations=1200, seed=seed):
        assert breaks(arrays, starts) == []
        assert length == int((starts + arrays.duration).max())
        lengths.append(length)
    assert lengths == sorted(set(lengths), reverse=True)
    assert lengths[-1] >= lower_bound(arrays)


@pytest.mark.parametrize("evaluations", [500, 9_001, 30_000])
def test_the_same_seed_and_evaluations_give_the_same_plan_however_threads_run(evaluations):
    arrays = generated(3, n=60)
    one, two = (last(arrays, evaluations, seed=5) for _ in range(2))
    assert one[0].tobytes() == two[0].tobytes()
    assert one[1:] == two[1:]


def test_looking_more_often_changes_no_plan(monkeypatch):
    arrays = generated(11, n=60)
    before = last(arrays, 24_000)
    monkeypatch.setattr(search, "CELLS", 5_000)
    monkeypatch.setattr(search, "FIRST_LOOK", 33)
    assert last(arrays, 24_000)[0].tobytes() == before[0].tobytes()


def test_more_evaluations_are_never_worse_and_another_seed_goes_another_way():
    arrays = generated(8, n=90)
    lengths = [last(arrays, budget)[1] for budget in (300, 3_000, 30_000)]
    assert lengths == sorted(lengths, reverse=True)
    assert last(arrays, 300, seed=1)[0].tolist() != last(arrays, 300, seed=2)[0].tolist()


def test_the_search_ends_as_soon_as_the_bound_is_met():
    arrays = arrays_of(problem([3] * 8, capacities=(4,)))
    _, length, evaluations = last(arrays, 1_000_000, bound=6)
    assert length == 6
    assert evaluations < 100


def test_a_plan_to_begin_with_is_not_lost():
    arrays = generated(21, n=60)
    starts, length, _ = last(arrays, 60_000)
    assert last(arrays, 6, seed=99, start=starts)[1] <= length


def test_a_crowd_that_stands_still_is_renewed_by_a_larger_one(monkeypatch):
    monkeypatch.setattr(search, "STALE_AFTER", 1)
    arrays = generated(4, n=30)
    island = search.Island(plain.packed(arrays), 7)
    island.evolve(30_000, 0)
    best, size = island.best, len(island.crowd.length)
    island.renew_when_stale()
    assert len(island.crowd.length) == size * search.GROWTH
    assert island.best == best
    island.evolve(33_000, 0)
    assert island.best <= best


@pytest.mark.parametrize("kinds", [1, 4, 5, 7])
def test_words_with_more_or_fewer_lanes_hold_the_same_capacities(kinds):
    arrays = generated(kinds, n=30, kinds=kinds)
    starts, *_ = last(arrays, 600)
    assert breaks(arrays, starts) == []


def test_what_a_word_cannot_hold_is_left_to_the_general_search():
    assert plain.packs(arrays_of(problem([1, 2], capacities=(9,) * 4)))
    assert not plain.packs(arrays_of(problem([1, 2], capacities=(1 << 15,) * 4)))
    assert not plain.packs(arrays_of(problem([1, 2], capacities=(200,) * 8)))
    dated = problem([1, 2], projects=(Project("p", deadline=3),))
    assert not plain.packs(arrays_of(dated))


def test_justification_gains_what_a_late_start_wastes():
    # 0 then 1 (long), 2 free: the list 2, 0, 1 puts 2 first; pushed back and forth it makes room for the chain
    arrays = arrays_of(problem([2, 6, 4], [(0, 1)], [(1,), (1,), (1,)], (1,)))
    given_, start = plain.packed(arrays), np.zeros(3, np.int32)
    length = plain_kernel.justified(
        given_.net, given_.room(), np.array([2, 0, 1], np.int32), start, np.int64(99)
    )
    assert length == 12


def test_the_general_search_finds_the_mode_that_is_faster_for_all():
    quick, slow = Mode(2, {"r": 2}), Mode(3, {"r": 1})
    crowd = Problem(tuple(Activity(str(i), (quick, slow)) for i in range(6)), (), (Resource("r", 3),), ())
    decoder = Decoder(arrays_of(crowd))
    founders = list(decoder.rules())
    *_, (best, spent) = general.improve_all(decoder, founders, evaluations=4_000, seed=2)
    assert best.objective.makespan < min(one.objective.makespan for one in founders)
    assert spent <= 4_000
    again = [one for one, _ in general.improve_all(decoder, founders, evaluations=4_000, seed=2)][-1]
    assert again.starts.tolist() == best.starts.tolist()
