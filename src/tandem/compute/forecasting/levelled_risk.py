"""Monte Carlo over a network whose people and machines are limited: every trial is levelled before it counts."""

from heapq import heapify, heappop, heappush
from typing import NamedTuple

import numpy as np

from tandem.compute.errors import Uncomputable
from tandem.compute.forecasting import levelled_kernel, network_kernel
from tandem.compute.forecasting.network_risk import (
    TRIALS,
    Floats,
    NetworkForecast,
    Sums,
    centres,
    check,
    hashed,
    run,
    told,
)
from tandem.compute.forecasting.risk_arrays import Ints, Model, compiled_network
from tandem.compute.forecasting.risk_network import RiskNetwork

MOST_SLOTS = 4_000_000


class Pool(NamedTuple):
    """What levelling adds to the model: order (positions, predecessors first) and its inverse rank; release (n)
    and lag (links) in slots; demands of j are demand_ptr[j]:demand_ptr[j+1]; capacity per resource."""

    order: Ints
    rank: Ints
    release: Ints
    lag: Floats
    demand_ptr: Ints
    demand_of: Ints
    demand_units: Ints
    capacity: Ints
    per_unit: np.float32


def simulate_levelled(
    network: RiskNetwork,
    *,
    trials: int = TRIALS,
    seed: int = 0,
    sampling: str = "latin",
    slots_per_unit: int = 1,
    priority: tuple[str, ...] | None = None,
    threads: int | None = None,
) -> NetworkForecast:
    """As `network_risk.simulate`, with capacities: a serial schedule generation in each trial.

    `priority` lists all activities, the first to be placed first (predecessors still go before); by default the
    one whose latest finish at median durations is earliest. Durations are rounded to slots of 1/slots_per_unit
    units. Criticality counts chains through links and through resources that were freed at that moment.
    Raises `Uncomputable`: slots_per_unit, priority_incomplete, resource_unknown, demand_above_capacity, and what
    `simulate` refuses.
    """
    check(trials, sampling)
    network.check_capacities()
    if not 1 <= slots_per_unit <= 1440:
        raise Uncomputable("slots_per_unit", value=slots_per_unit)
    model, order = compiled_network(network, latin=sampling == "latin", seed=seed)
    pool = _pool(network, model, order, slots_per_unit, priority)
    middle, budget = centres(model)
    slots = 4 * _serial_end(model, pool) + 64

    def part(first: int, ends: Floats, costs: Floats, count: Sums, sums: Sums, risk_sums: Sums) -> None:
        axis = slots
        while not levelled_kernel.levelled_trials(
            model, pool, first, hashed(seed), middle, budget, axis, ends, costs, count, sums, risk_sums
        ):
            axis *= 4
            if axis > MOST_SLOTS:
                raise Uncomputable("axis_too_long", value=axis, slots_per_unit=slots_per_unit)
            for total in (count, sums, risk_sums):
                total[:] = 0

    ends, costs, totals = run(part, len(order), len(network.risks), trials, threads)
    return told(network, order, ends, costs, totals, model, (seed, sampling, True))


def _pool(
    network: RiskNetwork, model: Model, order: list[int], per_unit: int, priority: tuple[str, ...] | None
) -> Pool:
    activities = [network.activities[i] for i in order]
    index = {name: k for k, name in enumerate(network.capacities)}
    demands = [[(index[name], units) for name, units in a.demand if units] for a in activities]
    flat = np.array([one for some in demands for one in some], np.int32).reshape(-1, 2)
    if priority is None:
        wanted = _latest_finishes(model)
    else:
        rank = {name: place for place, name in enumerate(priority)}
        missing = [a.id for a in activities if a.id not in rank]
        if missing:
            raise Uncomputable("priority_incomplete", activity=missing[0], value=len(missing))
        wanted = np.array([rank[a.id] for a in activities], np.float64)
    listed = _listed(model, wanted)
    places = np.empty(len(listed), np.int32)
    places[listed] = np.arange(len(listed), dtype=np.int32)
    release = np.ceil(model.release.astype(np.float64) * per_unit - 1e-6)
    return Pool(
        listed, places, release.astype(np.int32), (model.lag * np.float32(per_unit)),
        np.concatenate(([0], np.cumsum([len(some) for some in demands]))).astype(np.int32),
        np.ascontiguousarray(flat[:, 0]), np.ascontiguousarray(flat[:, 1]),
        np.array(list(network.capacities.values()), np.int32), np.float32(per_unit),
    )  # fmt: skip


def _latest_finishes(model: Model) -> Sums:
    """Latest finish of each activity at median durations, without resources."""
    d = model.centre.astype(np.float64)
    block = np.repeat(model.centre[:, None], network_kernel.LANES, axis=1)
    starts, ends = np.empty_like(block), np.empty(network_kernel.LANES, np.float32)
    network_kernel.forward(model, block, starts, ends)
    late = np.full(len(d), float(ends[0])) - d
    for j in range(len(d) - 1, -1, -1):
        for e in range(model.ptr[j], model.ptr[j + 1]):
            i = model.source[e]
            late[i] = min(late[i], late[j] - model.a[e] * d[i] - model.lag[e] + model.b[e] * d[j])
    return late + d


def _listed(model: Model, wanted: Sums) -> Ints:
    """Positions by smallest `wanted` among those whose predecessors are listed."""
    after: list[list[int]] = [[] for _ in wanted]
    waiting = np.diff(model.ptr)
    for j in range(len(wanted)):
        for e in range(model.ptr[j], model.ptr[j + 1]):
            after[model.source[e]].append(j)
    ready = [(float(wanted[j]), j) for j in range(len(wanted)) if not waiting[j]]
    heapify(ready)
    listed = []
    while ready:
        j = heappop(ready)[1]
        listed.append(j)
        for follower in after[j]:
            waiting[follower] -= 1
            if not waiting[follower]:
                heappush(ready, (float(wanted[follower]), follower))
    return np.array(listed, np.int32)


def _serial_end(model: Model, pool: Pool) -> int:
    """A first guess of the axis: what the busiest resource needs at median durations, or the longest chain."""
    need = np.zeros(len(pool.capacity))
    duration = np.ceil(model.centre * pool.per_unit)
    for j in range(len(duration)):
        for q in range(pool.demand_ptr[j], pool.demand_ptr[j + 1]):
            need[pool.demand_of[q]] += duration[j] * pool.demand_units[q]
    busiest = max((need / np.maximum(pool.capacity, 1)).max(), 0) if len(need) else 0.0
    return int(busiest + float(centres(model)[0]) * float(pool.per_unit)) + 1
