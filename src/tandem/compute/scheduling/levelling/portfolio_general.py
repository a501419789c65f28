"""Levelling of many projects where calendars, modes, maximal lags or broken dates need the general decoder."""

from collections.abc import Callable, Iterator
from time import perf_counter

import numpy as np

from tandem.compute.scheduling.levelling.arrays import Arrays, Ints
from tandem.compute.scheduling.levelling.decode import Decoded, Decoder, default_modes
from tandem.compute.scheduling.levelling.portfolio_search import SEEDS
from tandem.compute.scheduling.levelling.rules import rule_keys


def improve_generally(
    arrays: Arrays, seconds: float | None, evaluations: int | None, seed: int, start: Ints | None,
    cancelled: Callable[[], bool] | None,
) -> Iterator[tuple[Ints, int, int, int]]:  # fmt: skip
    """As `portfolio.improve`: rules, then random steps of a few projects' keys that are kept when not worse."""
    begun, decoder, modes = perf_counter(), Decoder(arrays), default_modes(arrays)
    keys = {name: key.astype(np.int64) for name, key in rule_keys(arrays, decoder.tables, modes).items()}
    if start is not None:
        keys["given"] = np.asarray(start, np.int64)
    tried = [(decoder.serial(decoder.listed(key), modes), key) for key in keys.values()]
    if not tried:
        return
    best, key = min(tried, key=lambda one: _worth(one[0]))
    yield _found(best, decoder)
    chance, groups = np.random.default_rng(seed & SEEDS), _groups(arrays)
    spread = max(int(np.ptp(key)), 8)
    while (
        (seconds is None or perf_counter() - begun < seconds)
        and (evaluations is None or decoder.evaluations < evaluations)
        and not (cancelled is not None and cancelled())
    ):
        moved = chance.integers(0, groups.max() + 1, chance.integers(1, 6))
        size = spread // int(2 ** chance.integers(1, 7)) + 1
        new = key.copy()
        for one in moved:
            new[groups == one] += chance.integers(-size, size + 1)
        made = decoder.serial(decoder.listed(new), modes)
        if _worth(made) <= _worth(best):
            better, best, key = _worth(made) < _worth(best), made, new
            if better:
                yield _found(best, decoder)


def _worth(one: Decoded) -> tuple[int, int, int]:
    return one.objective.broken, one.objective.tardiness, one.objective.makespan


def _found(one: Decoded, decoder: Decoder) -> tuple[Ints, int, int, int]:
    return one.starts, one.objective.tardiness, one.objective.makespan, decoder.evaluations


def _groups(arrays: Arrays) -> Ints:
    """Project of each activity; what belongs to none stands for itself (n)."""
    alone = arrays.project < 0
    groups = arrays.project.copy()
    groups[alone] = len(arrays.project_due) + np.arange(int(alone.sum()), dtype=np.int32)
    return groups
