"""200 projects on 40 roles, made from a seed; the single priority rules of list schedulers; what a plan is worth.

Nothing of the levelling kernels is used for the rules' order or for the worth, so that both are references."""

import numpy as np
import numpy.typing as npt

from tandem.compute.scheduling.levelling.arrays import Arrays, Ints

Keys = npt.NDArray[np.int64]


def made(seed: int, projects: int = 200, size: int = 100, roles: int = 40, tight: float = 1.1) -> Arrays:
    """Projects of `size` activities of 1 to 15 slots, each on one or two roles with 1 to 3 units; releases within 250
    slots, due dates at 1.0 to 1.8 times the critical path, weights 1 to 10, capacities `tight` times the mean load."""
    chance, n = np.random.default_rng(seed), projects * size
    duration = chance.integers(1, 16, n)
    links: list[tuple[int, int]] = []
    for first in range(0, n, size):
        for i in range(size - 1):
            ahead = set(np.minimum(size - 1, i + chance.geometric(0.12, chance.integers(1, 3))).tolist())
            links += [(first + i, first + j) for j in ahead]
    demand = np.zeros((n, roles), np.int32)
    for i in range(n):
        demand[i, chance.choice(roles, chance.integers(1, 3), replace=False)] = chance.integers(1, 4)
    project = np.repeat(np.arange(projects), size)
    release, weight = chance.integers(0, 250, projects), chance.integers(1, 11, projects)
    tail, head = np.array(links, np.int64).T
    longest = critical_path(duration, tail, head, project)
    horizon = int((release + longest).max() * 1.3)
    load = (demand * duration[:, None]).sum(0)
    capacity = np.maximum(6, np.ceil(load / horizon * tight)).astype(np.int32)
    due = release + (longest * chance.uniform(1.0, 1.8, projects)).astype(int)
    return _arrays(duration, demand, capacity, tail, head, project, release, due, weight)


def critical_path(
    duration: Keys, tail: Keys, head: Keys, project: Keys, after: Keys | None = None
) -> npt.NDArray[np.int64]:
    """Length of each project without capacities (P); links are finish-to-start and go from lower to higher."""
    finish = duration.astype(np.int64).copy()
    for a, b in sorted(zip(tail.tolist(), head.tolist(), strict=True)):
        finish[b] = max(finish[b], finish[a] + duration[b])
    longest = np.zeros(int(project.max()) + 1, np.int64)
    np.maximum.at(longest, project, finish)
    return longest


def _arrays(
    duration: Keys, demand: Ints, capacity: Ints, tail: Keys, head: Keys, project: Keys, release: Keys, due: Keys,
    weight: Keys,
) -> Arrays:  # fmt: skip
    n, links = len(duration), len(tail)

    def of(values: Keys) -> Ints:
        return values.astype(np.int32)

    def all_(size: int, value: int) -> Ints:
        return np.full(size, value, np.int32)

    return Arrays(
        mode_ptr=np.arange(n + 1, dtype=np.int32), duration=of(duration), demand=demand, capacity=capacity[:, None],
        tail=of(tail), head=of(head), kind=all_(links, 0), lag=all_(links, 0), max_lag=all_(links, -1),
        project=of(project), release=of(release[project]), due=all_(n, -1), weight=all_(n, 0),
        hard=np.zeros(n, np.bool_), project_due=of(due), project_weight=of(weight), project_hard=np.zeros(len(due), np.bool_),
        fixed=all_(n, -1), fixed_mode=all_(n, -1), in_force=all_(n, -1), calendar=all_(n, -1), working=np.ones((0, 1), np.bool_),
    )  # fmt: skip


def rules(arrays: Arrays) -> dict[str, Keys]:
    """Keys (n) of the single rules that list schedulers offer; finish-to-start links as `made` makes them."""
    length = arrays.duration.astype(np.int64)
    after = length.copy()  # from an activity's start to its project's end
    for a, b in sorted(zip(arrays.tail.tolist(), arrays.head.tolist(), strict=True), reverse=True):
        after[a] = max(after[a], length[a] + after[b])
    before = arrays.release.astype(np.int64)
    for a, b in sorted(zip(arrays.tail.tolist(), arrays.head.tolist(), strict=True)):
        before[b] = max(before[b], before[a] + length[a])
    due = arrays.project_due[arrays.project] - after + length
    weight = arrays.project_weight[arrays.project]
    end = int((before + after).max())
    place = np.arange(arrays.n) % max(int((arrays.project == 0).sum()), 1)
    return {
        "FIFO by release": arrays.release * np.int64(1000) + place,
        "global latest finish": end - after + length,
        "due-date latest finish": due,
        "weighted due-date latest finish": due - 12 * weight,
        "least slack to the due date": due - length - before,
        "due date of the project": arrays.project_due[arrays.project] * np.int64(1000) + place,
        "weight first": -weight * np.int64(100_000) + due,
    }


def tardiness(arrays: Arrays, starts: Ints) -> int:
    """Weighted tardiness of the projects."""
    last = np.zeros(len(arrays.project_due), np.int64)
    np.maximum.at(last, arrays.project, starts + arrays.duration)
    return int((arrays.project_weight * np.maximum(0, last - arrays.project_due)).sum())
